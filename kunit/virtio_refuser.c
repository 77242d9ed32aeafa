// SPDX-License-Identifier: GPL-2.0
/*
 * virtio_refuser.c - a driver of rpmsg's virtio devices that fails, for the tests
 *
 * It takes a device's first virtqueue, uses it, gives it back, and wants no more
 * of it.
 */

#include <linux/err.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

/* As long as one of rpmsg's */
#define BUFFER_SIZE	512

static int use(struct virtqueue *vq, void *buffer)
{
	struct scatterlist sg;
	int ret;

	sg_init_one(&sg, buffer, BUFFER_SIZE);
	ret = virtqueue_add_inbuf(vq, &sg, 1, buffer, GFP_KERNEL);
	if (!ret)
		virtqueue_kick(vq);

	return ret;
}

static int refuser_probe(struct virtio_device *vdev)
{
	struct virtqueue *vq;
	void *buffer;
	int ret;

	buffer = kmalloc(BUFFER_SIZE, GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	vq = virtio_find_single_vq(vdev, NULL, "refused");
	if (IS_ERR(vq)) {
		ret = PTR_ERR(vq);
	} else {
		virtio_device_ready(vdev);
		ret = use(vq, buffer);
		virtio_reset_device(vdev);
		vdev->config->del_vqs(vdev);
	}
	kfree(buffer);

	return ret ?: -ENODEV;
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
