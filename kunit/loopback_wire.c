// SPDX-License-Identifier: GPL-2.0
/*
 * The wire of the rpmsg loopback: a virtio transport whose device is a thread.
 *
 * Rings and buffers are coherent DMA memory of a platform device, and a device
 * address is what the DMA API gives. The remote is shown the rings, and the
 * buffers that virtio_rpmsg_bus has made; whatever else a descriptor may point
 * to is no memory to it.
 *
 * Each ring's bell is a work item of its own: a message's receiver may block in
 * a send, and only the other ring's bell can then end that.
 */

#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "loopback_priv.h"

/* What virtio_rpmsg_bus allocates: that many buffers, or two for each entry */
#define HOST_MAX_BUFS	512
#define HOST_BUF_SIZE	512

#define HOST_RX		0
#define HOST_TX		1

/**
 * struct loopback_vring - one ring
 * @loopback: its wire
 * @va: its memory
 * @da: device address of that
 * @vq: what the host has made of it, or NULL
 * @bell: the host's end of its bell
 */
struct loopback_vring {
	struct rpmsg_loopback *loopback;
	void *va;
	dma_addr_t da;
	struct virtqueue *vq;
	struct work_struct bell;
};

/**
 * struct loopback_device - a life of the virtio device
 * @vdev: the device
 * @loopback: its wire
 */
struct loopback_device {
	struct virtio_device vdev;
	struct rpmsg_loopback *loopback;
};

/**
 * struct rpmsg_loopback - wire between a host and a remote
 * @pdev: owner of the memory, parent of the device
 * @num: entries of each ring
 * @vring: the rings, of which the first is the one that the host receives on
 * @device: the virtio device while plugged in, or NULL
 * @gone: nobody refers to the last @device any more
 * @host: where the host's interrupts are handled
 * @bell_lock: guards the members down to @muted_bells
 * @open: bells reach the host
 * @mute: the remote's bells are not heard
 * @bells: bells heard
 * @muted_bells: bells not heard
 * @bufs: first buffer, physical address; with @bufs_size set before the
 *	remote is told of the host, and not changed until it has let go of it
 * @bufs_size: bytes of all buffers
 * @remote: the remote
 */
struct rpmsg_loopback {
	struct platform_device *pdev;
	u16 num;
	struct loopback_vring vring[LOOPBACK_VRINGS];
	struct loopback_device *device;
	struct completion gone;
	struct workqueue_struct *host;
	spinlock_t bell_lock;	/* guards open .. muted_bells */
	bool open;
	bool mute;
	u32 bells;
	u32 muted_bells;
	phys_addr_t bufs;
	size_t bufs_size;
	struct loopback_remote *remote;
};

static struct rpmsg_loopback *to_loopback(struct virtio_device *vdev)
{
	return container_of(vdev, struct loopback_device, vdev)->loopback;
}

static size_t wire_ring_size(const struct rpmsg_loopback *loopback)
{
	return PAGE_ALIGN(vring_size(loopback->num, LOOPBACK_VRING_ALIGN));
}

/**
 * loopback_remote_of() - the remote of a loopback
 * @loopback: the loopback
 *
 * Return: the remote.
 */
struct loopback_remote *loopback_remote_of(struct rpmsg_loopback *loopback)
{
	return loopback->remote;
}

/* The host's interrupt, in a context that may sleep as with remoteproc */
static void wire_bell(struct work_struct *work)
{
	struct loopback_vring *vring = container_of(work, struct loopback_vring,
						    bell);

	vring_interrupt(0, vring->vq);
}

/**
 * loopback_ring_host() - ring the host's bell
 * @loopback: the wire
 * @notifyid: which ring it is for
 *
 * Context: any.
 */
void loopback_ring_host(struct rpmsg_loopback *loopback, u32 notifyid)
{
	unsigned long flags;

	if (WARN_ON(notifyid >= LOOPBACK_VRINGS))
		return;

	spin_lock_irqsave(&loopback->bell_lock, flags);
	if (loopback->open && loopback->mute) {
		loopback->muted_bells++;
	} else if (loopback->open) {
		loopback->bells++;
		queue_work(loopback->host, &loopback->vring[notifyid].bell);
	}
	spin_unlock_irqrestore(&loopback->bell_lock, flags);
}

static void wire_open(struct rpmsg_loopback *loopback, bool open)
{
	unsigned int i;

	spin_lock_irq(&loopback->bell_lock);
	loopback->open = open;
	spin_unlock_irq(&loopback->bell_lock);

	for (i = 0; i < LOOPBACK_VRINGS && !open; i++)
		cancel_work_sync(&loopback->vring[i].bell);
}

static bool is_within(u64 da, size_t len, u64 start, size_t size)
{
	return da >= start && len <= size && da - start <= size - len;
}

/**
 * loopback_translate() - memory at a device address
 * @loopback: the wire
 * @da: device address, not trusted
 * @len: bytes that have to be there, not trusted
 *
 * Context: any.
 * Return: the memory, NULL if it is not all in one ring or in the buffers.
 */
void *loopback_translate(struct rpmsg_loopback *loopback, u64 da, size_t len)
{
	unsigned int i;

	for (i = 0; i < LOOPBACK_VRINGS; i++) {
		struct loopback_vring *vring = &loopback->vring[i];

		if (is_within(da, len, vring->da, wire_ring_size(loopback)))
			return vring->va + (da - vring->da);
	}
	if (is_within(da, len, loopback->bufs, loopback->bufs_size))
		return phys_to_virt(da);

	return NULL;
}

static bool wire_notify(struct virtqueue *vq)
{
	loopback_remote_ring(to_loopback(vq->vdev)->remote);

	return true;
}

static int wire_find_vq(struct virtio_device *vdev, unsigned int index,
			const struct virtqueue_info *info)
{
	struct rpmsg_loopback *loopback = to_loopback(vdev);
	struct loopback_vring *vring = &loopback->vring[index];

	memset(vring->va, 0, wire_ring_size(loopback));
	vring->vq = vring_new_virtqueue(index, loopback->num,
					LOOPBACK_VRING_ALIGN, vdev, true,
					info->ctx, vring->va, wire_notify,
					info->callback, info->name);
	if (!vring->vq)
		return -ENOMEM;

	vring->vq->num_max = loopback->num;
	loopback_remote_set_vring(loopback->remote, index, vring->da);
	return 0;
}

static void wire_del_vqs(struct virtio_device *vdev)
{
	struct rpmsg_loopback *loopback = to_loopback(vdev);
	unsigned int i;

	for (i = 0; i < LOOPBACK_VRINGS; i++) {
		if (loopback->vring[i].vq)
			vring_del_virtqueue(loopback->vring[i].vq);
		loopback->vring[i].vq = NULL;
	}
}

static int wire_find_vqs(struct virtio_device *vdev, unsigned int nvqs,
			 struct virtqueue *vqs[], VIRTIO_VQS_INFO,
			 struct irq_affinity *desc)
{
	struct virtqueue_info info;
	unsigned int i;
	int ret;

	if (nvqs > LOOPBACK_VRINGS)
		return -EINVAL;

	for (i = 0; i < nvqs; i++) {
		info = VIRTIO_VQ_INFO(i);
		ret = wire_find_vq(vdev, i, &info);
		if (ret) {
			wire_del_vqs(vdev);
			return ret;
		}
		vqs[i] = to_loopback(vdev)->vring[i].vq;
	}
	return 0;
}

static u8 wire_get_status(struct virtio_device *vdev)
{
	return loopback_remote_get_status(to_loopback(vdev)->remote);
}

/* All receive buffers are posted, in their order, and all others follow them */
static void wire_find_bufs(struct rpmsg_loopback *loopback)
{
	struct virtqueue *vq = loopback->vring[HOST_RX].vq;
	const struct vring *vring = virtqueue_get_vring(vq);

	loopback->bufs = virtio64_to_cpu(vq->vdev, vring->desc[0].addr);
	loopback->bufs_size = min(2 * loopback->num, HOST_MAX_BUFS) *
			      HOST_BUF_SIZE;
}

static void wire_set_status(struct virtio_device *vdev, u8 status)
{
	struct rpmsg_loopback *loopback = to_loopback(vdev);

	if (status & VIRTIO_CONFIG_S_DRIVER_OK) {
		wire_find_bufs(loopback);
		wire_open(loopback, true);
	}
	loopback_remote_set_status(loopback->remote, status);
}

/*
 * The rings' memory is ours, but the buffers are freed after this: the remote
 * has to be done with them when it returns. Only a halted one does not get to
 * see that there was a reset.
 */
static void wire_reset(struct virtio_device *vdev)
{
	struct rpmsg_loopback *loopback = to_loopback(vdev);

	loopback_remote_set_status(loopback->remote, 0);
	wire_open(loopback, false);
	loopback_remote_ring(loopback->remote);
	loopback_remote_settle(loopback->remote);
}

static u64 wire_get_features(struct virtio_device *vdev)
{
	return loopback_remote_get_features(to_loopback(vdev)->remote);
}

static int wire_finalize_features(struct virtio_device *vdev)
{
	vring_transport_features(vdev);
	__virtio_clear_bit(vdev, VIRTIO_F_RING_PACKED);
	loopback_remote_set_features(to_loopback(vdev)->remote,
				     lower_32_bits(vdev->features));
	return 0;
}

static const struct virtio_config_ops wire_ops = {
	.get_status = wire_get_status,
	.set_status = wire_set_status,
	.reset = wire_reset,
	.find_vqs = wire_find_vqs,
	.del_vqs = wire_del_vqs,
	.get_features = wire_get_features,
	.finalize_features = wire_finalize_features,
};

static void wire_release(struct device *dev)
{
	struct loopback_device *device =
		container_of(dev_to_virtio(dev), struct loopback_device, vdev);
	struct completion *gone = &device->loopback->gone;

	kfree(device);
	complete(gone);
}

/**
 * loopback_plug() - let a host appear
 * @loopback: the loopback, unplugged
 *
 * Registers the virtio device; virtio_rpmsg_bus is bound to it when this
 * returns. May sleep.
 *
 * Return: 0 or a negative error.
 */
int loopback_plug(struct rpmsg_loopback *loopback)
{
	struct loopback_device *device;
	int ret;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;

	reinit_completion(&loopback->gone);
	device->loopback = loopback;
	device->vdev.id.device = VIRTIO_ID_RPMSG;
	device->vdev.config = &wire_ops;
	device->vdev.dev.parent = &loopback->pdev->dev;
	device->vdev.dev.release = wire_release;

	ret = register_virtio_device(&device->vdev);
	if (ret) {
		put_device(&device->vdev.dev);
		return ret;
	}
	loopback->device = device;
	return 0;
}
EXPORT_SYMBOL_GPL(loopback_plug);

/**
 * loopback_unplug() - let the host disappear
 * @loopback: the loopback, plugged in or not
 *
 * Returns when nothing of the virtio device is left. May sleep.
 */
void loopback_unplug(struct rpmsg_loopback *loopback)
{
	if (!loopback->device)
		return;

	unregister_virtio_device(&loopback->device->vdev);
	loopback->device = NULL;
	wait_for_completion(&loopback->gone);
}
EXPORT_SYMBOL_GPL(loopback_unplug);

/**
 * loopback_vdev() - the virtio device
 * @loopback: the loopback
 *
 * Return: the device, NULL when it is not plugged in.
 */
struct device *loopback_vdev(struct rpmsg_loopback *loopback)
{
	return loopback->device ? &loopback->device->vdev.dev : NULL;
}
EXPORT_SYMBOL_GPL(loopback_vdev);

/**
 * loopback_mute() - let the host be deaf for the remote's bells, or hear again
 * @loopback: the loopback
 * @mute: deaf
 *
 * What it did not hear it is not told later. May sleep.
 */
void loopback_mute(struct rpmsg_loopback *loopback, bool mute)
{
	spin_lock_irq(&loopback->bell_lock);
	loopback->mute = mute;
	spin_unlock_irq(&loopback->bell_lock);
}
EXPORT_SYMBOL_GPL(loopback_mute);

/**
 * loopback_settle() - wait until what was sent has arrived
 * @loopback: the loopback
 *
 * For what the remote has sent, and for what the host has sent to a remote that
 * runs; what either sends in answer may be on its way. May sleep, not to be
 * called by a service or a driver's callback.
 */
void loopback_settle(struct rpmsg_loopback *loopback)
{
	unsigned int i;

	loopback_remote_settle(loopback->remote);
	for (i = 0; i < LOOPBACK_VRINGS; i++)
		flush_work(&loopback->vring[i].bell);
}
EXPORT_SYMBOL_GPL(loopback_settle);

/**
 * loopback_peek() - look at what the host has sent to a halted remote
 * @loopback: the loopback, plugged in
 * @i: which of the buffers that the remote has not taken, from 0
 * @buf: gets the buffer: header and payload
 * @size: room there
 *
 * Return: bytes copied, 0 if there is no such buffer.
 */
size_t loopback_peek(struct rpmsg_loopback *loopback, unsigned int i,
		     void *buf, size_t size)
{
	struct virtqueue *vq = loopback->vring[HOST_TX].vq;
	const struct vring *vring = virtqueue_get_vring(vq);
	u16 next = virtio16_to_cpu(vq->vdev, vring->used->idx) + i;
	u16 end = virtio16_to_cpu(vq->vdev, vring->avail->idx);
	struct vring_desc *desc;
	void *msg;

	if ((s16)(end - next) <= 0)
		return 0;

	next = virtio16_to_cpu(vq->vdev,
			       vring->avail->ring[next % loopback->num]);
	desc = &vring->desc[next];
	size = min_t(size_t, size, virtio32_to_cpu(vq->vdev, desc->len));
	msg = loopback_translate(loopback,
				 virtio64_to_cpu(vq->vdev, desc->addr), size);
	if (!msg)
		return 0;

	memcpy(buf, msg, size);
	return size;
}
EXPORT_SYMBOL_GPL(loopback_peek);

/**
 * loopback_get_stats() - what happened so far
 * @loopback: the loopback
 * @stats: gets the counters
 *
 * May sleep.
 */
void loopback_get_stats(struct rpmsg_loopback *loopback,
			struct loopback_stats *stats)
{
	loopback_remote_add_stats(loopback->remote, stats);

	spin_lock_irq(&loopback->bell_lock);
	stats->bells = loopback->bells;
	stats->muted = loopback->muted_bells;
	spin_unlock_irq(&loopback->bell_lock);
}
EXPORT_SYMBOL_GPL(loopback_get_stats);

/* Both ends run on this machine's processors, and see what is in their caches */
static int wire_make_memory(struct rpmsg_loopback *loopback)
{
	struct device *dev = &loopback->pdev->dev;
	unsigned int i;
	int ret;

	dev_set_dma_coherent(dev);
	/* A resource table has 32 bits for the address of a ring */
	ret = dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(32));
	if (ret)
		return ret;

	for (i = 0; i < LOOPBACK_VRINGS; i++) {
		struct loopback_vring *vring = &loopback->vring[i];

		vring->loopback = loopback;
		INIT_WORK(&vring->bell, wire_bell);
		vring->va = dma_alloc_coherent(dev, wire_ring_size(loopback),
					       &vring->da, GFP_KERNEL);
		if (!vring->va)
			return -ENOMEM;
	}
	return 0;
}

static void wire_free(struct rpmsg_loopback *loopback)
{
	unsigned int i;

	for (i = 0; i < LOOPBACK_VRINGS; i++)
		if (loopback->vring[i].va)
			dma_free_coherent(&loopback->pdev->dev,
					  wire_ring_size(loopback),
					  loopback->vring[i].va,
					  loopback->vring[i].da);
	if (loopback->host)
		destroy_workqueue(loopback->host);
	platform_device_unregister(loopback->pdev);
	kfree(loopback);
}

static int wire_set_up(struct rpmsg_loopback *loopback, bool event_idx)
{
	int ret = wire_make_memory(loopback);

	if (ret)
		return ret;

	loopback->host = alloc_workqueue("loopback_host", WQ_UNBOUND, 0);
	if (!loopback->host)
		return -ENOMEM;

	loopback->remote = loopback_remote_create(loopback, loopback->num,
						  event_idx);
	return PTR_ERR_OR_ZERO(loopback->remote);
}

/**
 * loopback_create() - make a remote, and a wire without a host
 * @num: entries of each ring, a power of two
 * @event_idx: the remote offers VIRTIO_RING_F_EVENT_IDX
 *
 * May sleep.
 *
 * Return: the loopback or an ERR_PTR.
 */
struct rpmsg_loopback *loopback_create(u16 num, bool event_idx)
{
	struct rpmsg_loopback *loopback;
	int ret;

	loopback = kzalloc(sizeof(*loopback), GFP_KERNEL);
	if (!loopback)
		return ERR_PTR(-ENOMEM);

	loopback->num = num;
	spin_lock_init(&loopback->bell_lock);
	init_completion(&loopback->gone);
	loopback->pdev = platform_device_register_simple("rpmsg_loopback",
							 PLATFORM_DEVID_AUTO,
							 NULL, 0);
	if (IS_ERR(loopback->pdev)) {
		ret = PTR_ERR(loopback->pdev);
		kfree(loopback);
		return ERR_PTR(ret);
	}

	ret = wire_set_up(loopback, event_idx);
	if (ret) {
		wire_free(loopback);
		return ERR_PTR(ret);
	}
	return loopback;
}
EXPORT_SYMBOL_GPL(loopback_create);

/**
 * loopback_destroy() - do away with host, wire and remote
 * @loopback: the loopback, the remote's services withdrawn
 *
 * May sleep.
 */
void loopback_destroy(struct rpmsg_loopback *loopback)
{
	loopback_unplug(loopback);
	loopback_remote_destroy(loopback->remote);
	wire_free(loopback);
}
EXPORT_SYMBOL_GPL(loopback_destroy);

MODULE_DESCRIPTION("rpmsg to the firmware's library in this kernel, for tests");
MODULE_LICENSE("GPL");
