// SPDX-License-Identifier: GPL-2.0
/*
 * virtio_refuser.c - a driver of rpmsg's virtio devices that fails, for the tests
 *
 * It takes a device's first virtqueue, gives it back, and wants no more of it.
 */

#include <linux/err.h>
#include <linux/module.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

static int refuser_probe(struct virtio_device *vdev)
{
	struct virtqueue *vq = virtio_find_single_vq(vdev, NULL, "refused");

	if (IS_ERR(vq))
		return PTR_ERR(vq);
	vdev->config->del_vqs(vdev);

	return -ENODEV;
}

static void refuser_remove(struct virtio_device *vdev)
{
}

static const struct virtio_device_id refuser_ids[] = {
	{ VIRTIO_ID_RPMSG, VIRTIO_DEV_ANY_ID },
	{ }
};

static struct virtio_driver refuser = {
	.driver.name = "virtio_refuser",
	.id_table = refuser_ids,
	.probe = refuser_probe,
	.remove = refuser_remove,
};
module_virtio_driver(refuser);

MODULE_DESCRIPTION("Fails to drive a virtio device, for tests");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");
