// SPDX-License-Identifier: BSD-3-Clause
/*
 * Endpoints: addresses and their life.
 */
#include "mem.h"
#include "rpmsg_priv.h"

/**
 * rpmsg_find_ept() - who listens at an address?
 * @remote: the remote
 * @addr: the address
 *
 * Return: the endpoint or NULL.
 */
struct rpmsg_endpoint *rpmsg_find_ept(struct rpmsg_remote *remote,
				      uint32_t addr)
{
	struct rpmsg_endpoint *ept = remote->epts;

	while (ept && ept->addr != addr)
		ept = ept->next;
	return ept;
}

/* There are fewer endpoints than addresses: this ends. */
static uint32_t dynamic_addr(struct rpmsg_remote *remote)
{
	uint32_t addr;

	do {
		if (remote->next_addr < RPMSG_FIRST_DYNAMIC ||
		    remote->next_addr == RPMSG_ADDR_ANY)
			remote->next_addr = RPMSG_FIRST_DYNAMIC;
		addr = remote->next_addr++;
	} while (rpmsg_find_ept(remote, addr));
	return addr;
}

static int choose_addr(struct rpmsg_remote *remote, uint32_t *addr)
{
	if (*addr == RPMSG_ADDR_ANY)
		*addr = dynamic_addr(remote);
	else if (*addr == RPMSG_NS_ADDR)
		return -EINVAL;
	else if (rpmsg_find_ept(remote, *addr))
		return -EADDRINUSE;
	return 0;
}

/**
 * rpmsg_create_ept() - listen at an address
 * @ept: memory for the endpoint, the caller's until it is destroyed
 * @remote: the remote
 * @name: service to announce, shorter than RPMSG_NAME_SIZE; NULL or empty: none
 * @src: own address, or RPMSG_ADDR_ANY
 * @dst: where rpmsg_send() shall send to, or RPMSG_ADDR_ANY
 * @ops: callbacks
 * @priv: for the application
 *
 * Legal before the link is up: it is announced then.
 *
 * Return: 0, -EINVAL on a name too long or a reserved address, -EADDRINUSE.
 */
int rpmsg_create_ept(struct rpmsg_endpoint *ept, struct rpmsg_remote *remote,
		     const char *name, uint32_t src, uint32_t dst,
		     const struct rpmsg_ept_ops *ops, void *priv)
{
	size_t len = name ? str_len(name, RPMSG_NAME_SIZE) : 0;
	int err;

	if (len == RPMSG_NAME_SIZE || !ops)
		return -EINVAL;
	err = choose_addr(remote, &src);
	if (err)
		return err;

	mem_zero(ept, sizeof(*ept));
	if (len)
		mem_copy(ept->name, name, len);
	ept->addr = src;
	ept->dst = dst;
	ept->fixed_dst = dst;
	ept->ops = ops;
	ept->priv = priv;
	ept->remote = remote;
	ept->next = remote->epts;
	remote->epts = ept;
	/* The next poll announces it. */
	remote->notified = true;
	return 0;
}

/**
 * rpmsg_unbind_ept() - the peer that the name service gave us is gone
 * @ept: the endpoint
 */
void rpmsg_unbind_ept(struct rpmsg_endpoint *ept)
{
	ept->bound = false;
	ept->dst = ept->fixed_dst;
	if (ept->ops->unbound)
		ept->ops->unbound(ept);
}

/**
 * rpmsg_destroy_ept() - no longer listen
 * @ept: the endpoint; legal from its own callbacks
 *
 * Return: 0, or a negative errno when the host could not be told.
 */
int rpmsg_destroy_ept(struct rpmsg_endpoint *ept)
{
	struct rpmsg_endpoint **link = &ept->remote->epts;
	int err = ept->announced ? rpmsg_ns_withdraw(ept) : 0;

	while (*link && *link != ept)
		link = &(*link)->next;
	if (*link)
		*link = ept->next;
	return err;
}
