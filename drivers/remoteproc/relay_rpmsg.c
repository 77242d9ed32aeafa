// SPDX-License-Identifier: GPL-2.0
/*
 * relay_rpmsg.c - what an rpmsg message of the remote's has to look like
 *
 * virtio_rpmsg_bus stops receiving at the first message whose length it does
 * not believe. Looked at is the host's own copy, which the remote can't change
 * any more.
 */

#include <linux/ktime.h>
#include <linux/rpmsg/ns.h>
#include <linux/string.h>

#include "relay_internal.h"

/* The header on the wire, see drivers/rpmsg/virtio_rpmsg_bus.c */
struct rpmsg_wire_hdr {
	__le32 src;
	__le32 dst;
	__le32 reserved;
	__le16 len;
	__le16 flags;
} __packed;

static_assert(sizeof(struct rpmsg_wire_hdr) == RELAY_RPMSG_HDR_LEN);
static_assert(offsetof(struct rpmsg_wire_hdr, dst) == RELAY_RPMSG_DST);

/**
 * relay_rpmsg_check() - whether a message may go to the host
 * @ns: what the host was told of channels
 * @msg: the message with its header
 * @len: how many bytes the remote says it has written
 *
 * Context: may sleep; @receive of the vdev's link is held.
 * Return: true if so.
 */
bool relay_rpmsg_check(struct relay_ns *ns, const void *msg, u32 len)
{
	struct rpmsg_wire_hdr hdr;
	u16 payload;

	if (len < sizeof(hdr))
		return false;
	memcpy(&hdr, msg, sizeof(hdr));
	payload = le16_to_cpu(hdr.len);

	if (payload > len - sizeof(hdr))
		return false;
	if (le32_to_cpu(hdr.dst) == RPMSG_NS_ADDR)
		return relay_ns_accept(ns, msg + sizeof(hdr), payload,
				       ktime_get_mono_fast_ns() / NSEC_PER_MSEC);

	return !READ_ONCE(ns->awaited);
}
