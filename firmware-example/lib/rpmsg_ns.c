// SPDX-License-Identifier: BSD-3-Clause
/*
 * Name service: each side tells the other which services come and go.
 *
 * Contract: the kernel's drivers/rpmsg/rpmsg_ns.c, and
 * virtio_rpmsg_announce_create() in virtio_rpmsg_bus.c for the other way.
 */
#include "endian_io.h"
#include "mem.h"
#include "rpmsg_priv.h"

static bool ns_negotiated(const struct rpmsg_remote *remote)
{
	return remote->features >> VIRTIO_RPMSG_F_NS & 1;
}

static int ns_send(struct rpmsg_endpoint *ept, uint32_t flags)
{
	struct rpmsg_wire_ns ns;

	mem_copy(ns.name, ept->name, sizeof(ns.name));
	store_le32(&ns.addr, ept->addr);
	store_le32(&ns.flags, flags);
	return rpmsg_sendto(ept, RPMSG_NS_ADDR, &ns, sizeof(ns), 0);
}

/**
 * rpmsg_ns_announce() - tell the host of services it does not know yet
 * @remote: the remote, its link up
 *
 * What finds no buffer is left for the next poll.
 */
void rpmsg_ns_announce(struct rpmsg_remote *remote)
{
	struct rpmsg_endpoint *ept;

	if (!ns_negotiated(remote))
		return;
	for (ept = remote->epts; ept; ept = ept->next) {
		if (ept->announced || !ept->name[0])
			continue;
		if (ns_send(ept, RPMSG_NS_CREATE))
			return;
		ept->announced = true;
	}
}

/**
 * rpmsg_ns_withdraw() - tell the host that a service is gone
 * @ept: the endpoint, announced
 *
 * Return: 0 or a negative errno.
 */
int rpmsg_ns_withdraw(struct rpmsg_endpoint *ept)
{
	ept->announced = false;
	return ns_send(ept, RPMSG_NS_DESTROY);
}

static bool same_name(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* The first of that name that has nobody to talk to gets the new peer. */
static void peer_came(struct rpmsg_remote *remote, const char *name,
		      uint32_t addr)
{
	struct rpmsg_endpoint *ept;

	for (ept = remote->epts; ept; ept = ept->next) {
		if (ept->dst != RPMSG_ADDR_ANY || !same_name(ept->name, name))
			continue;
		ept->dst = addr;
		ept->bound = true;
		if (ept->ops->bound)
			ept->ops->bound(ept);
		return;
	}
}

static void peer_went(struct rpmsg_remote *remote, const char *name,
		      uint32_t addr)
{
	struct rpmsg_endpoint *ept;

	for (ept = remote->epts; ept; ept = ept->next) {
		if (!ept->bound || ept->dst != addr ||
		    !same_name(ept->name, name))
			continue;
		rpmsg_unbind_ept(ept);
		return;
	}
}

/**
 * rpmsg_ns_receive() - a message to our name service
 * @remote: the remote
 * @msg: the message, not trusted
 */
void rpmsg_ns_receive(struct rpmsg_remote *remote, const struct rpmsg_msg *msg)
{
	struct rpmsg_wire_ns ns;
	uint32_t addr;

	if (msg->len != sizeof(ns)) {
		remote->stats.ns_bad++;
		return;
	}
	/* Our own copy: the host can't change it after the checks. */
	mem_copy(&ns, msg->data, sizeof(ns));
	addr = load_le32(&ns.addr);
	if (!ns.name[0] || str_len(ns.name, sizeof(ns.name)) == sizeof(ns.name) ||
	    addr == RPMSG_NS_ADDR || addr == RPMSG_ADDR_ANY)
		remote->stats.ns_bad++;
	else if (load_le32(&ns.flags) & RPMSG_NS_DESTROY)
		peer_went(remote, ns.name, addr);
	else
		peer_came(remote, ns.name, addr);
}
