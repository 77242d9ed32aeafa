/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rpmsg with both of its ends in this kernel: the host is virtio_rpmsg_bus, as
 * it is; the remote is the firmware's own library. Between them is a virtio
 * transport of shared memory and bells, and no remoteproc.
 *
 * For tests, which decide when the remote runs and whether its bells are heard.
 * Speaks in terms of neither end, because both call the same things by the same
 * names.
 */

#ifndef _AMPKIT_RPMSG_LOOPBACK_H
#define _AMPKIT_RPMSG_LOOPBACK_H

#include <linux/types.h>

struct device;
struct loopback_service;
struct rpmsg_loopback;

#define LOOPBACK_ADDR_ANY	0xffffffffU

/* Payload of the longest message: virtio_rpmsg_bus has buffers of 512 bytes */
#define LOOPBACK_MTU		496

/* Messages that the remote handles in one turn, small enough to need several */
#define LOOPBACK_BATCH		8

/**
 * struct loopback_service_ops - what a service of the remote does
 * @rx: a message came; @data is in shared memory and only lent
 * @bound: the host has a channel of our name, at @peer
 * @unbound: that channel, or the host, is gone
 *
 * Each may be NULL. Called on the remote's processor, may sleep, may send.
 */
struct loopback_service_ops {
	void (*rx)(struct loopback_service *service, u32 src, const void *data,
		   size_t len);
	void (*bound)(struct loopback_service *service, u32 peer);
	void (*unbound)(struct loopback_service *service);
};

/**
 * struct loopback_stats - what a remote has counted since it was made
 * @rx: messages delivered to services
 * @tx: messages sent, announcements included
 * @rx_bad: buffers whose header did not fit
 * @rx_unclaimed: messages to an address where there is no service
 * @ns_bad: announcements by the host that made no sense
 * @resets: links lost
 * @bad_buffers: entries of a ring that failed a check
 * @bells: bells that the remote rang and the host heard
 * @muted: bells that the remote rang in vain
 */
struct loopback_stats {
	u32 rx;
	u32 tx;
	u32 rx_bad;
	u32 rx_unclaimed;
	u32 ns_bad;
	u32 resets;
	u32 bad_buffers;
	u32 bells;
	u32 muted;
};

/* loopback_wire.c: the wire, and the host's end of it */
struct rpmsg_loopback *loopback_create(u16 num, bool event_idx);
void loopback_destroy(struct rpmsg_loopback *loopback);
int loopback_plug(struct rpmsg_loopback *loopback);
void loopback_unplug(struct rpmsg_loopback *loopback);
struct device *loopback_vdev(struct rpmsg_loopback *loopback);
void loopback_mute(struct rpmsg_loopback *loopback, bool mute);
void loopback_settle(struct rpmsg_loopback *loopback);
size_t loopback_peek(struct rpmsg_loopback *loopback, unsigned int i,
		     void *buf, size_t size);
void loopback_get_stats(struct rpmsg_loopback *loopback,
			struct loopback_stats *stats);

/* loopback_remote.c: the remote */
void loopback_halt(struct rpmsg_loopback *loopback);
void loopback_resume(struct rpmsg_loopback *loopback);
bool loopback_is_linked(struct rpmsg_loopback *loopback);
struct loopback_service *
loopback_serve(struct rpmsg_loopback *loopback, const char *name, u32 addr,
	       const struct loopback_service_ops *ops, void *priv);
int loopback_withdraw(struct loopback_service *service);
void *loopback_priv(struct loopback_service *service);
u32 loopback_addr(struct loopback_service *service);
int loopback_send(struct loopback_service *service, u32 dst, const void *data,
		  size_t len, u32 timeout_us);

#endif /* _AMPKIT_RPMSG_LOOPBACK_H */
