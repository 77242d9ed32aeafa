// SPDX-License-Identifier: GPL-2.0
/*
 * relay.c - keeps the kernel's core away from shared memory
 *
 * The relay's life: made for a remote, begun when that starts or is attached
 * to, ended in two steps. First comes the fence, before the vdevs go: whoever
 * waits in the core for the remote gets what he waits for, and what the host
 * still sends is swallowed. Then, with the remote in reset or left alone, the
 * stop.
 *
 * What passes meanwhile is in relay_pass.c, virtio devices that come and go in
 * relay_vdev.c, the table in relay_table.c.
 */

#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "relay_internal.h"

/* Nobody passes any more, and nobody is still on the way. */
static void relay_close(struct rproc_relay *relay, bool wake)
{
	unsigned long flags;
	unsigned int i;

	mutex_lock(&relay->doors);
	spin_lock_irqsave(&relay->bell_lock, flags);
	WRITE_ONCE(relay->fenced, true);
	spin_unlock_irqrestore(&relay->bell_lock, flags);

	for (i = 0; i < relay->num_vdevs; i++)
		relay_close_vdev(&relay->vdevs[i],
				 wake && !relay->vdevs[i].left);

	cancel_delayed_work_sync(&relay->look);
	cancel_delayed_work_sync(&relay->remind);
	for (i = 0; i < relay->num_vdevs; i++)
		relay_cancel_delivery(&relay->vdevs[i]);
	mutex_unlock(&relay->doors);
}

/*
 * Subdevices stop in reverse order, and this one was added last, by
 * rproc_relay_start(): the vdevs are still there. Once they go, the core may
 * send a blocking message that nobody would ever take.
 */
static void relay_fence_stop(struct rproc_subdev *subdev, bool crashed)
{
	relay_close(container_of(subdev, struct rproc_relay, fence), true);
}

static void relay_begin(struct rproc_relay *relay, void *wire_table,
			bool running)
{
	unsigned int i;

	relay->wire_table = wire_table;
	relay_read_notifyids(relay);

	for (i = 0; i < relay->num_vdevs; i++) {
		struct relay_vdev *vdev = &relay->vdevs[i];

		vdev->left = false;
		relay_prepare_vdev(vdev, running);
	}

	relay->fence.stop = relay_fence_stop;
	rproc_add_subdev(relay->rproc, &relay->fence);
	relay->fenced = false;

	/* Bells and kicks find all of the above done */
	smp_wmb();
	WRITE_ONCE(relay->running, true);
}

/**
 * rproc_relay_start() - begin to relay for a remote that is about to run
 * @relay: the relay
 * @wire_table: where the image's table was loaded, or NULL if it has none
 *
 * Both copies of the rings start empty, so the remote still has to be in
 * reset. For the driver's .start.
 *
 * Context: may sleep; under the remote's lock.
 */
void rproc_relay_start(struct rproc_relay *relay, void *wire_table)
{
	relay_begin(relay, wire_table, false);
}
EXPORT_SYMBOL_GPL(rproc_relay_start);

/**
 * rproc_relay_attach() - begin to relay for a remote that runs already
 * @relay: the relay
 * @wire_table: where the remote has its table, or NULL if it has none
 *
 * Rings that the remote has in use go on from where they are. For the driver's
 * .attach.
 *
 * Context: may sleep; under the remote's lock.
 */
void rproc_relay_attach(struct rproc_relay *relay, void *wire_table)
{
	relay_begin(relay, wire_table, true);
}
EXPORT_SYMBOL_GPL(rproc_relay_attach);

/**
 * rproc_relay_stop() - the remote is in reset, or was never released
 * @relay: the relay
 *
 * Undoes rproc_relay_start(). For the driver's .stop.
 *
 * Context: may sleep; under the remote's lock.
 */
void rproc_relay_stop(struct rproc_relay *relay)
{
	if (!relay->running)
		return;

	relay_close(relay, false);
	WRITE_ONCE(relay->running, false);
	rproc_remove_subdev(relay->rproc, &relay->fence);
	relay->wire_table = NULL;
}
EXPORT_SYMBOL_GPL(rproc_relay_stop);

/**
 * rproc_relay_detach() - leave a remote that runs on
 * @relay: the relay
 *
 * Undoes rproc_relay_start() or rproc_relay_attach() in a way that another host
 * finds what this one has found: each virtio device is reset, and the table is
 * as it was. For the driver's .detach.
 *
 * Context: may sleep; under the remote's lock.
 */
void rproc_relay_detach(struct rproc_relay *relay)
{
	void *wire_table = relay->wire_table;

	rproc_relay_stop(relay);

	if (wire_table) {
		relay_restore_table(relay, wire_table);
		relay_ring_bell(relay);
	}
}
EXPORT_SYMBOL_GPL(rproc_relay_detach);

/**
 * rproc_relay_settle() - ask for the bells that were put off
 * @relay: the relay
 *
 * The vdev's thread would ask after a moment, but a host that is suspended before
 * that could not be woken. Programs must be frozen, so that none of them puts
 * off bells again: for the .suspend of a driver's struct dev_pm_ops.
 *
 * Context: may sleep; takes the remote's lock.
 */
void rproc_relay_settle(struct rproc_relay *relay)
{
	unsigned int i;

	mutex_lock(&relay->rproc->lock);
	for (i = 0; i < relay->num_vdevs; i++)
		relay_settle(&relay->vdevs[i]);
	mutex_unlock(&relay->rproc->lock);
}
EXPORT_SYMBOL_GPL(rproc_relay_settle);

static void relay_destroy(void *data)
{
	relay_unregister(data);
	/* Nothing to do but for a remote that could not be stopped */
	rproc_relay_unload(data);
}

/**
 * devm_rproc_relay_alloc() - make a relay for a remote
 * @dev: the driver's device; has to be dma-coherent, and its first memory
 *	region must be no DMA pool
 * @rproc: the remote
 * @ops: what the relay may ask of the driver
 * @priv: passed to @ops
 *
 * To be called before rproc_add(), so that it goes after the remote is gone.
 *
 * Context: may sleep.
 * Return: the relay or an ERR_PTR.
 */
struct rproc_relay *devm_rproc_relay_alloc(struct device *dev,
					   struct rproc *rproc,
					   const struct rproc_relay_ops *ops,
					   void *priv)
{
	struct rproc_relay *relay;
	int ret;

	if (device_get_dma_attr(dev) != DEV_DMA_COHERENT) {
		dev_err(dev, "node is not dma-coherent\n");
		return ERR_PTR(-EINVAL);
	}

	relay = devm_kzalloc(dev, sizeof(*relay), GFP_KERNEL);
	if (!relay)
		return ERR_PTR(-ENOMEM);

	relay->rproc = rproc;
	relay->ops = ops;
	relay->priv = priv;
	spin_lock_init(&relay->lock);
	spin_lock_init(&relay->bell_lock);
	mutex_init(&relay->doors);
	INIT_DELAYED_WORK(&relay->look, relay_look);
	INIT_DELAYED_WORK(&relay->remind, relay_remind);

	relay_register(relay);
	ret = devm_add_action_or_reset(dev, relay_destroy, relay);
	if (ret)
		return ERR_PTR(ret);

	return relay;
}
EXPORT_SYMBOL_GPL(devm_rproc_relay_alloc);

MODULE_DESCRIPTION("Checked relay between the virtio core and a remote processor");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");
