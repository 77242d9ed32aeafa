// SPDX-License-Identifier: GPL-2.0
/*
 * virtio_refuser.c - a driver of rpmsg's virtio devices that fails, for the tests
 *
 * It takes a device's first virtqueue, has a buffer of it filled by the remote,
 * gives the queue back, and wants no more of it.
 */

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

/* As long as one of rpmsg's */
#define BUFFER_SIZE	512

/* How long the remote may take for what it says first, ms */
#define USED_MS		10000

static DECLARE_COMPLETION(used);

static void use_cb(struct virtqueue *vq)
{
	complete(&used);
}

/*
 * All that the queue can take, like rpmsg: with any less, the remote may use one
 * that it has from the driver before.
 */
static int fill(struct virtqueue *vq, void *buffer)
{
	struct scatterlist sg;
	int ret = 0;

	sg_init_one(&sg, buffer, BUFFER_SIZE);
	while (vq->num_free && !ret)
		ret = virtqueue_add_inbuf(vq, &sg, 1, buffer, GFP_KERNEL);

	return ret;
}

static int use(struct virtqueue *vq, void *buffer)
{
	int ret;

	reinit_completion(&used);
	ret = fill(vq, buffer);
	if (ret)
		return ret;

	virtqueue_kick(vq);
	if (!wait_for_completion_timeout(&used, msecs_to_jiffies(USED_MS)))
		return -ETIMEDOUT;

	return 0;
}

static int refuser_probe(struct virtio_device *vdev)
{
	struct virtqueue *vq;
	void *buffer;
	int ret;

	buffer = kmalloc(BUFFER_SIZE, GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	vq = virtio_find_single_vq(vdev, use_cb, "refused");
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

/* VIRTIO_RPMSG_F_NS: with it the remote begins to speak */
static const unsigned int refuser_features[] = { 0 };

static struct virtio_driver refuser = {
	.driver.name = "virtio_refuser",
	.id_table = refuser_ids,
	.feature_table = refuser_features,
	.feature_table_size = ARRAY_SIZE(refuser_features),
	.probe = refuser_probe,
	.remove = refuser_remove,
};
module_virtio_driver(refuser);

MODULE_DESCRIPTION("Fails to drive a virtio device, for tests");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");
