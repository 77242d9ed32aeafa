/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the wire of the rpmsg loopback and the remote at its end know of each
 * other. The remote includes the firmware's headers, the wire the kernel's;
 * this file has to suit both.
 */

#ifndef _AMPKIT_LOOPBACK_PRIV_H
#define _AMPKIT_LOOPBACK_PRIV_H

#include <linux/types.h>

#include "rpmsg_loopback.h"

#define LOOPBACK_VRINGS		2
/* As in the resource tables of our firmware */
#define LOOPBACK_VRING_ALIGN	4096

struct loopback_remote;

/* loopback_wire.c */
struct loopback_remote *loopback_remote_of(struct rpmsg_loopback *loopback);
void loopback_ring_host(struct rpmsg_loopback *loopback, u32 notifyid);
void *loopback_translate(struct rpmsg_loopback *loopback, u64 da, size_t len);

/* loopback_remote.c */
struct loopback_remote *loopback_remote_create(struct rpmsg_loopback *loopback,
					       u16 num, bool event_idx);
void loopback_remote_destroy(struct loopback_remote *remote);
void loopback_remote_ring(struct loopback_remote *remote);
void loopback_remote_settle(struct loopback_remote *remote);
void loopback_remote_add_stats(struct loopback_remote *remote,
			       struct loopback_stats *stats);

u8 loopback_remote_get_status(struct loopback_remote *remote);
void loopback_remote_set_status(struct loopback_remote *remote, u8 status);
u32 loopback_remote_get_features(struct loopback_remote *remote);
void loopback_remote_set_features(struct loopback_remote *remote,
				  u32 features);
void loopback_remote_set_vring(struct loopback_remote *remote,
			       unsigned int index, u32 da);

#endif /* _AMPKIT_LOOPBACK_PRIV_H */
