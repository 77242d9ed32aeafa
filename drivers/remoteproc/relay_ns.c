// SPDX-License-Identifier: GPL-2.0
/*
 * relay_ns.c - which announcements of a remote the host gets to see
 *
 * rpmsg_ns makes a device for whatever is announced, logs what makes no sense,
 * and knows no bound for either. So what gets there makes sense, is new (or, of
 * a channel that ends, is known), is not more than a host can have use for, and
 * does not come faster than devices can be made.
 */

#include <linux/ctype.h>
#include <linux/minmax.h>
#include <linux/rpmsg.h>
#include <linux/rpmsg/ns.h>
#include <linux/string.h>

#include "relay_ns.h"

/**
 * relay_ns_reset() - begin without channels
 * @ns: what the host was told
 * @now_ms: the present time
 */
void relay_ns_reset(struct relay_ns *ns, u64 now_ms)
{
	ns->num = 0;
	ns->tokens = RELAY_NS_BURST;
	ns->filled_ms = now_ms;
}

static void fill_up(struct relay_ns *ns, u64 now_ms)
{
	u64 earned = (now_ms - ns->filled_ms) / RELAY_NS_PERIOD_MS;

	ns->filled_ms += earned * RELAY_NS_PERIOD_MS;
	ns->tokens = min_t(u64, ns->tokens + earned, RELAY_NS_BURST);
}

static bool take_token(struct relay_ns *ns, u64 now_ms)
{
	fill_up(ns, now_ms);
	if (!ns->tokens)
		return false;

	ns->tokens--;
	return true;
}

/*
 * A name goes to the log and to sysfs, which makes "!" of "/": then two that differ
 * would be the same there.
 */
static bool is_text(const char *name)
{
	if (!*name)
		return false;

	for (; *name; name++)
		if (!isascii(*name) || !isprint(*name) || *name == '/')
			return false;

	return true;
}

/*
 * The bus has a device of its own that looks like a channel of this name: the
 * remote's could not be made, and its end would be that of the bus'.
 */
static bool is_own(const char *name)
{
	return !strcmp(name, "rpmsg_ctrl");
}

static struct relay_ns_channel *find_channel(struct relay_ns *ns, u32 addr,
					     const char *name)
{
	unsigned int i;

	for (i = 0; i < ns->num; i++)
		if (ns->channels[i].addr == addr &&
		    !strcmp(ns->channels[i].name, name))
			return &ns->channels[i];

	return NULL;
}

static bool accept_create(struct relay_ns *ns, u32 addr, const char *name)
{
	struct relay_ns_channel *channel;

	if (ns->num == RELAY_NS_MAX_CHANNELS || find_channel(ns, addr, name))
		return false;

	WRITE_ONCE(ns->awaited, false);
	channel = &ns->channels[ns->num++];
	channel->addr = addr;
	strscpy(channel->name, name, sizeof(channel->name));
	return true;
}

static bool accept_destroy(struct relay_ns *ns, u32 addr, const char *name)
{
	struct relay_ns_channel *channel = find_channel(ns, addr, name);

	if (!channel)
		return false;

	*channel = ns->channels[--ns->num];
	return true;
}

/**
 * relay_ns_accept() - whether an announcement may go to the host
 * @ns: what the host was told so far
 * @payload: the message without its header; needs no alignment
 * @len: its length in bytes
 * @now_ms: the present time; never goes back
 *
 * Return: true if so, and then it counts as told.
 */
bool relay_ns_accept(struct relay_ns *ns, const void *payload, u32 len,
		     u64 now_ms)
{
	struct rpmsg_ns_msg msg;
	u32 addr, flags;

	if (len != sizeof(msg))
		return false;
	memcpy(&msg, payload, sizeof(msg));
	addr = le32_to_cpu((__force __le32)msg.addr);
	flags = le32_to_cpu((__force __le32)msg.flags);

	/* The name service's own address, and no address at all, are nobody's */
	if (addr == RPMSG_NS_ADDR || addr == RPMSG_ADDR_ANY)
		return false;
	/* As rpmsg_ns cuts a name that is not terminated */
	msg.name[sizeof(msg.name) - 1] = '\0';
	if (!is_text(msg.name) || is_own(msg.name) || !take_token(ns, now_ms))
		return false;

	if (flags & RPMSG_NS_DESTROY)
		return accept_destroy(ns, addr, msg.name);

	return accept_create(ns, addr, msg.name);
}
