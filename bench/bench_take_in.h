/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a client does that takes in messages by itself, see "owned" of bench_core.c.
 */
#ifndef _AMPKIT_BENCH_TAKE_IN_H
#define _AMPKIT_BENCH_TAKE_IN_H

#include <linux/list.h>
#include <linux/rpmsg.h>
#include <linux/virtio.h>
#include <linux/virtio_ring.h>

/**
 * bench_take_in() - take in the messages that a remote has sent
 * @rpdev: a channel of it
 *
 * And the remote need not ring for those to come.
 *
 * Context: process; with nobody else at it.
 */
static inline void bench_take_in(struct rpmsg_device *rpdev)
{
	struct virtio_device *vdev = dev_to_virtio(rpdev->dev.parent);
	/* The one that the host receives by */
	struct virtqueue *vq = list_first_entry(&vdev->vqs, struct virtqueue,
						list);

	virtqueue_disable_cb(vq);
	vring_interrupt(0, vq);
}

#endif /* _AMPKIT_BENCH_TAKE_IN_H */
