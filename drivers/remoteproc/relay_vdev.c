// SPDX-License-Identifier: GPL-2.0
/*
 * relay_vdev.c - virtio devices that come and go while their remote runs, and
 * what the core leaves undone when it makes them
 */

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/remoteproc.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/workqueue.h>

#include "../../include/compat.h"
#include "relay_internal.h"

/*
 * When a vdev goes, the core frees the rings of all that a vdev may have, those
 * it was never given included: by a pointer that is not set, and by a number,
 * 0, that is another ring's.
 */
static void relay_complete_rings(struct rproc_vdev *rvdev)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rvdev->vring); i++) {
		if (rvdev->vring[i].rvdev)
			continue;
		rvdev->vring[i].rvdev = rvdev;
		rvdev->vring[i].notifyid = -1;
	}
}

static int find_without_driver(struct device *dev, void *found)
{
	if (dev->bus != &platform_bus_type || dev->driver)
		return 0;

	*(struct device **)found = get_device(dev);
	return 1;
}

/*
 * Of a vdev that could not be made, the core forgets the platform device: it
 * would be there for ever, and the remote with it.
 */
static void relay_remove_unmade_vdevs(struct rproc_relay *relay)
{
	struct device *dev;

	while (device_for_each_child(&relay->rproc->dev, &dev,
				     find_without_driver)) {
		platform_device_unregister(to_platform_device(dev));
		put_device(dev);
	}
}

/**
 * rproc_relay_mend_vdevs() - mend what the core leaves undone of its vdevs
 * @relay: the relay
 *
 * The buffers come from the DMA API on behalf of a device that the core makes
 * itself and that does not inherit the remote's coherency. It has to: the relay
 * copies to them by their ordinary mapping. For the driver's .load, the first
 * that is called after the vdevs were made. It may not have made all of them,
 * and does not tell.
 *
 * Context: may sleep; under the remote's lock.
 * Return: 0, or -ENODEV if a vdev of the table is not there.
 */
int rproc_relay_mend_vdevs(struct rproc_relay *relay)
{
	struct rproc_vdev *rvdev;
	unsigned int found = 0;

	list_for_each_entry(rvdev, &relay->rproc->rvdevs, node) {
		dev_set_dma_coherent(&rvdev->pdev->dev);
		relay_complete_rings(rvdev);
		found++;
	}

	if (found == relay->num_vdevs)
		return 0;

	dev_err(&relay->rproc->dev,
		"%u of %u virtio devices could not be made\n",
		relay->num_vdevs - found, relay->num_vdevs);
	relay_remove_unmade_vdevs(relay);

	return -ENODEV;
}
EXPORT_SYMBOL_GPL(rproc_relay_mend_vdevs);

/*
 * What the core's own function does, but for a DMA pool, which a vdev of ours
 * cannot have: amp_memory_init() takes none, and check_carveout() of rsc_table.c
 * none that the table would make one of.
 */
static void relay_release_virtio(struct device *dev)
{
	struct device *parent = dev->parent;

	kfree(dev_to_virtio(dev));
	of_reserved_mem_device_release(parent);
	put_device(parent);
	module_put(THIS_MODULE);
}

/**
 * relay_mend_release() - let a virtio device be kept for longer than its remote
 * @dev: the device of a struct virtio_device that the core has just made
 *
 * Whoever holds a reference, as an unbind by sysfs does until it is through, may
 * be the last. The core would ask the platform device for its data then, which
 * are freed when the remote has stopped.
 *
 * Context: any; for BUS_NOTIFY_ADD_DEVICE.
 */
void relay_mend_release(struct device *dev)
{
	__module_get(THIS_MODULE);
	dev->release = relay_release_virtio;
}

static void relay_prepare_queue(struct relay_queue *queue, bool running)
{
	queue->broken = false;
	queue->passed_before = queue->ring.passed;
	queue->old_bad_ids = atomic_read(&queue->ring.drops[RELAY_DROP_ID]);
	if (running)
		relay_ring_adopt(&queue->ring, false);
	else
		relay_ring_reset(&queue->ring, false);
	relay_tell_room(queue);
}

/**
 * relay_prepare_vdev() - make a vdev ready for its next driver
 * @vdev: the vdev; nothing is passed
 * @running: the remote has its rings in use
 *
 * Context: any.
 */
void relay_prepare_vdev(struct relay_vdev *vdev, bool running)
{
	unsigned int i;

	vdev->live = false;
	vdev->adopted = running;
	vdev->looks = 0;
	vdev->link->deferred = false;
	relay_ns_reset(&vdev->ns, ktime_get_mono_fast_ns() / NSEC_PER_MSEC);
	if (running && vdev->num_queues == 2)
		relay_ring_follow(&vdev->queue[0].ring, &vdev->queue[1].ring);
	for (i = 0; i < vdev->num_queues; i++)
		relay_prepare_queue(&vdev->queue[i], running);

	/* What is sent while the next driver comes waits until it is there */
	relay_link_set_open(vdev->link, true);
}

static void relay_shut_vdev(struct relay_vdev *vdev)
{
	struct rproc_relay *relay = vdev->relay;
	unsigned long flags;

	spin_lock_irqsave(&relay->bell_lock, flags);
	WRITE_ONCE(vdev->left, true);
	spin_unlock_irqrestore(&relay->bell_lock, flags);

	relay_close_vdev(vdev, true);

	/* Nobody is still on the way */
	flush_delayed_work(&relay->look);
	flush_delayed_work(&relay->remind);
	relay_cancel_delivery(vdev);
}

/**
 * relay_vdev_leave() - the driver of a vdev is about to go
 * @vdev: the vdev
 *
 * What relay_fence_stop() does for all of them when the remote is stopped. Here
 * the others go on.
 *
 * Context: may sleep; the virtio device is locked.
 */
void relay_vdev_leave(struct relay_vdev *vdev)
{
	mutex_lock(&vdev->relay->doors);
	if (relay_vdev_is_open(vdev))
		relay_shut_vdev(vdev);
	mutex_unlock(&vdev->relay->doors);
}

/**
 * relay_vdev_left() - the driver of a vdev has gone
 * @vdev: the vdev
 *
 * Context: may sleep; the virtio device is locked.
 */
void relay_vdev_left(struct relay_vdev *vdev)
{
	struct rproc_relay *relay = vdev->relay;

	mutex_lock(&relay->doors);
	if (relay_is_open(relay) && vdev->left) {
		WRITE_ONCE(vdev->live, false);
		relay_vdev_unpublish(vdev);
		relay_ring_bell(relay);
	}
	mutex_unlock(&relay->doors);
}

static void relay_open_vdev(struct relay_vdev *vdev)
{
	kthread_flush_work(&vdev->receive);
	relay_prepare_vdev(vdev, true);
	/* Bells and kicks find all of the above done */
	smp_wmb();
	WRITE_ONCE(vdev->left, false);
}

/**
 * relay_vdev_enter() - a driver of a vdev is about to come
 * @vdev: the vdev
 *
 * The remote runs, and may not have noticed that there was none: its rings go
 * on from where they are.
 *
 * Context: may sleep; the virtio device is locked.
 */
void relay_vdev_enter(struct relay_vdev *vdev)
{
	mutex_lock(&vdev->relay->doors);
	if (relay_is_open(vdev->relay) && vdev->left)
		relay_open_vdev(vdev);
	mutex_unlock(&vdev->relay->doors);
}
