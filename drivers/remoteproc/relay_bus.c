// SPDX-License-Identifier: GPL-2.0
/*
 * relay_bus.c - notices when the driver of a vdev goes, and when one comes, and
 * when a virtio device is made
 *
 * A virtio device outlives its driver when that is unbound by sysfs or its
 * module unloaded. The core resets the device then, and frees its virtqueues,
 * without a word to the remoteproc driver. So the virtio bus is asked.
 */

#include <linux/device.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/virtio.h>

#include "relay_internal.h"

/* Drives nothing: it is there because it knows its bus, which has no name */
static const struct virtio_device_id no_ids[] = { { } };

static struct virtio_driver no_driver = {
	.driver.name = "rproc_relay",
	.id_table = no_ids,
};

/*
 * The vdev of a virtio device, if it is one of ours. It stays as long as the
 * device is locked, as it is while a driver comes or goes, and while it is made:
 * then its remote is locked.
 */
static struct relay_vdev *find_vdev(struct device *dev)
{
	struct rproc_relay *relay;
	struct rproc_vdev *rvdev;

	if (!dev->parent || !dev->parent->parent)
		return NULL;

	relay = relay_find(dev->parent->parent);
	if (!relay || dev->parent->parent != &relay->rproc->dev)
		return NULL;

	/* The only children with children that a remote has: rproc-virtio's */
	rvdev = dev_get_drvdata(dev->parent);
	if (!rvdev || rvdev->index >= relay->num_vdevs)
		return NULL;

	return &relay->vdevs[rvdev->index];
}

static int bus_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct relay_vdev *vdev = find_vdev(data);

	if (!vdev)
		return NOTIFY_DONE;

	switch (event) {
	case BUS_NOTIFY_ADD_DEVICE:
		relay_mend_release(data);
		break;
	case BUS_NOTIFY_BIND_DRIVER:
		relay_vdev_enter(vdev);
		break;
	case BUS_NOTIFY_UNBIND_DRIVER:
		relay_vdev_leave(vdev);
		break;
	case BUS_NOTIFY_DRIVER_NOT_BOUND:
		relay_vdev_leave(vdev);
		relay_vdev_left(vdev);
		break;
	case BUS_NOTIFY_UNBOUND_DRIVER:
		relay_vdev_left(vdev);
		break;
	}

	return NOTIFY_OK;
}

static struct notifier_block bus_notifier = { .notifier_call = bus_event };

static int __init relay_bus_init(void)
{
	int ret;

	ret = register_virtio_driver(&no_driver);
	if (ret)
		return ret;

	ret = bus_register_notifier(no_driver.driver.bus, &bus_notifier);
	if (ret)
		unregister_virtio_driver(&no_driver);

	return ret;
}
module_init(relay_bus_init);

static void __exit relay_bus_exit(void)
{
	bus_unregister_notifier(no_driver.driver.bus, &bus_notifier);
	unregister_virtio_driver(&no_driver);
	/*
	 * Who has put the module in relay_release_virtio() has left it. A kernel
	 * with preemption and no TASKS_RCU can't tell.
	 */
	synchronize_rcu_tasks();
}
module_exit(relay_bus_exit);
