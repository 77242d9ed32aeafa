// SPDX-License-Identifier: BSD-3-Clause
/*
 * The virtio device in the resource table, see vdev.h.
 */
#include "endian_io.h"
#include "vdev.h"

static bool is_device(const struct rsc_vdev *rsc, uint32_t id,
		      unsigned int vrings)
{
	return rsc && load_le32(&rsc->type) == RSC_TYPE_VDEV &&
	       load_le32(&rsc->id) == id &&
	       load8(&rsc->num_of_vrings) == vrings;
}

/**
 * vdev_find() - look up a virtio device in a resource table
 * @vdev: the device
 * @port: the board
 * @table: the table
 * @size: its size, bytes
 * @id: virtio id of the kind of device
 * @vrings: how many rings such a device has
 * @index: which of the table's devices of this kind, from 0
 *
 * Return: 0, -EINVAL when there is none.
 */
int vdev_find(struct vdev *vdev, const struct rpmsg_port *port,
	      const void *table, size_t size, uint32_t id,
	      unsigned int vrings, unsigned int index)
{
	size_t len = offsetof(struct rsc_vdev, vring) +
		     vrings * sizeof(struct rsc_vring);
	const struct rsc_vdev *rsc;
	uint32_t i;

	port_invalidate(port, table, size);
	for (i = 0; i < rsc_num(table, size); i++) {
		rsc = rsc_entry(table, size, i, len);
		if (is_device(rsc, id, vrings) && !index--) {
			vdev->port = port;
			vdev->rsc = rsc;
			vdev->vrings = vrings;
			return 0;
		}
	}
	return -EINVAL;
}

/**
 * vdev_driver_ok() - is the host's driver there?
 * @vdev: the device
 *
 * False at start and again from a reset by the host (status 0) on; virtio 1.2,
 * 2.1 and 2.4. What the host set up may be read after a true.
 *
 * Return: true while the status has DRIVER_OK.
 */
bool vdev_driver_ok(const struct vdev *vdev)
{
	uint8_t status;

	port_invalidate(vdev->port, vdev->rsc,
			offsetof(struct rsc_vdev, vring) +
			vdev->vrings * sizeof(struct rsc_vring));
	status = load8(&vdev->rsc->status);
	/* the status before what it makes valid */
	vdev->port->rmb();
	return status & VIRTIO_STATUS_DRIVER_OK;
}

/**
 * vdev_features() - the features both sides use
 * @vdev: the device
 *
 * Return: what the host took of what was offered; bits never offered are
 * ignored.
 */
uint32_t vdev_features(const struct vdev *vdev)
{
	return load_le32(&vdev->rsc->gfeatures) &
	       load_le32(&vdev->rsc->dfeatures);
}

/**
 * vdev_vring() - where the host put a ring
 * @vdev: the device
 * @index: which ring
 * @cfg: gets address, size, alignment and notify id, unchecked
 */
void vdev_vring(const struct vdev *vdev, unsigned int index,
		struct virtq_cfg *cfg)
{
	const struct rsc_vring *vring = &vdev->rsc->vring[index];

	cfg->da = load_le32(&vring->da);
	cfg->num = load_le32(&vring->num);
	cfg->align = load_le32(&vring->align);
	cfg->notifyid = load_le32(&vring->notifyid);
}
