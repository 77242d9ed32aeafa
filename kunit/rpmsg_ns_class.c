// SPDX-License-Identifier: GPL-2.0
/*
 * rpmsg_ns_class.c - what lockdep has to know of the rpmsg core
 *
 * The name service removes channels, and with them their endpoints, out of the
 * callback of its own endpoint. Each endpoint has a lock that is held around
 * its callback, and taken when it goes; the core gives all of these the same
 * class. They are different locks, but lockdep sees one that is taken twice,
 * reports that when the first remote withdraws a channel, and turns itself off.
 *
 * This module gives the lock of each name service a class of its own, before
 * the first message can come. It is loaded in tests on a kernel with lockdep.
 */

#include <linux/device.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rpmsg.h>
#include <linux/string.h>

static struct lock_class_key ns_cb_lock;

/* The virtio driver makes it ready only after all that is bound */
static int ns_class_notify(struct notifier_block *block, unsigned long event,
			   void *data)
{
	struct device *dev = data;
	struct rpmsg_device *rpdev = container_of(dev, struct rpmsg_device,
						  dev);

	if (event == BUS_NOTIFY_BOUND_DRIVER && rpdev->ept &&
	    !strcmp(rpdev->id.name, "rpmsg_ns"))
		lockdep_set_class(&rpdev->ept->cb_lock, &ns_cb_lock);

	return NOTIFY_DONE;
}

static struct notifier_block ns_class_block = {
	.notifier_call = ns_class_notify,
};

static int ns_class_probe(struct rpmsg_device *rpdev)
{
	return -ENODEV;
}

/* It matches nothing, and is there because it knows its bus */
static struct rpmsg_driver ns_class_driver = {
	.drv.name = "rpmsg_ns_class",
	.probe = ns_class_probe,
};

static int __init ns_class_init(void)
{
	int ret;

	ret = register_rpmsg_driver(&ns_class_driver);
	if (ret)
		return ret;

	ret = bus_register_notifier(ns_class_driver.drv.bus, &ns_class_block);
	if (ret)
		unregister_rpmsg_driver(&ns_class_driver);
	return ret;
}
module_init(ns_class_init);

static void __exit ns_class_exit(void)
{
	bus_unregister_notifier(ns_class_driver.drv.bus, &ns_class_block);
	unregister_rpmsg_driver(&ns_class_driver);
}
module_exit(ns_class_exit);

MODULE_DESCRIPTION("A lock class for the rpmsg name service, for tests");
MODULE_LICENSE("GPL");
