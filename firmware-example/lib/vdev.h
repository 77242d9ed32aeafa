/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio device in the resource table, as the host sets it up.
 *
 * The host owns status, features, ring addresses and notify ids. They mean
 * something only while the status says DRIVER_OK.
 */
#ifndef VDEV_H
#define VDEV_H

#include "port.h"
#include "rsc_table.h"
#include "virtqueue.h"

/**
 * struct vdev - a virtio device of this remote
 * @port: the board
 * @rsc: its entry in the loaded resource table
 * @vrings: how many rings it has
 */
struct vdev {
	const struct rpmsg_port *port;
	const struct rsc_vdev *rsc;
	unsigned int vrings;
};

int vdev_find(struct vdev *vdev, const struct rpmsg_port *port,
	      const void *table, size_t size, uint32_t id,
	      unsigned int vrings, unsigned int index);
bool vdev_driver_ok(const struct vdev *vdev);
uint32_t vdev_features(const struct vdev *vdev);
void vdev_vring(const struct vdev *vdev, unsigned int index,
		struct virtq_cfg *cfg);

#endif /* VDEV_H */
