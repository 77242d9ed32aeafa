// SPDX-License-Identifier: GPL-2.0
/*
 * virtio_keeper.c - keeps a virtio device from being freed, for the tests
 *
 * As who unbinds one by sysfs does, but for as long as a test wants.
 *
 *	insmod virtio_keeper.ko device=virtio0
 */

#include <linux/device.h>
#include <linux/module.h>
#include <linux/virtio.h>

static char *device = "";
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "name of the virtio device");

/* Drives nothing: it is there because it knows its bus, which has no name */
static const struct virtio_device_id no_ids[] = { { } };

static struct virtio_driver no_driver = {
	.driver.name = "virtio_keeper",
	.id_table = no_ids,
};

static struct device *kept;

static int __init virtio_keeper_init(void)
{
	int ret = register_virtio_driver(&no_driver);

	if (ret)
		return ret;
	kept = bus_find_device_by_name(no_driver.driver.bus, NULL, device);
	unregister_virtio_driver(&no_driver);

	return kept ? 0 : -ENODEV;
}
module_init(virtio_keeper_init);

static void __exit virtio_keeper_exit(void)
{
	put_device(kept);
}
module_exit(virtio_keeper_exit);

MODULE_DESCRIPTION("Keeps a reference to a virtio device, for tests");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");
