// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/rpmsg_ctrlN, one per remote that offers it: user space makes endpoints
 * (RPMSG_CREATE_EPT_IOCTL gives a /dev/rpmsgN) and local channels
 * (RPMSG_CREATE_DEV_IOCTL, RPMSG_RELEASE_DEV_IOCTL) with it.
 *
 * When the remote goes, so do the endpoints made here; a descriptor that is
 * still open then answers ENODEV for ever.
 */

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rpmsg.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "rpmsg_char.h"

#define CTRLDEV_MINORS	(MINORMASK + 1)

/**
 * struct rpmsg_ctrldev - control device
 * @dev: device of class rpmsg; its last reference frees this structure
 * @cdev: the character device, which holds a reference on @dev while it or
 *	a file of it exists
 * @lock: guards @rpdev: held while it is used, so that it can't go away
 * @rpdev: rpmsg device of the remote, NULL once it is gone
 */
struct rpmsg_ctrldev {
	struct device dev;
	struct cdev cdev;
	struct mutex lock;	/* guards rpdev */
	struct rpmsg_device *rpdev;
};

static dev_t ctrldev_devt;
static DEFINE_IDA(ctrldev_ida);

static int ctrldev_open(struct inode *inode, struct file *filp)
{
	filp->private_data = container_of(inode->i_cdev, struct rpmsg_ctrldev,
					  cdev);
	return 0;
}

static int ctrldev_create_channel(struct rpmsg_ctrldev *ctrldev,
				  struct rpmsg_channel_info *chinfo)
{
	if (rpmsg_create_channel(ctrldev->rpdev, chinfo))
		return 0;

	dev_err(&ctrldev->dev, "channel %s was not created\n", chinfo->name);
	return -ENXIO;
}

static int ctrldev_release_channel(struct rpmsg_ctrldev *ctrldev,
				   struct rpmsg_channel_info *chinfo)
{
	int ret;

	/* Our own device looks like a channel too, and would wait for us */
	if (!strncmp(chinfo->name, ctrldev->rpdev->id.name, RPMSG_NAME_SIZE))
		return -EINVAL;

	ret = rpmsg_release_channel(ctrldev->rpdev, chinfo);
	if (ret)
		dev_err(&ctrldev->dev, "channel %s was not released: %d\n",
			chinfo->name, ret);
	return ret;
}

/* The core takes an address for an int, and warns of one below 0 */
static bool ctrldev_may_be(u32 addr)
{
	return addr <= INT_MAX || addr == RPMSG_ADDR_ANY;
}

static int ctrldev_do_ioctl(struct rpmsg_ctrldev *ctrldev, unsigned int cmd,
			    struct rpmsg_channel_info *chinfo)
{
	lockdep_assert_held(&ctrldev->lock);

	if (!ctrldev->rpdev)
		return -ENODEV;

	switch (cmd) {
	case RPMSG_CREATE_EPT_IOCTL:
		if (!ctrldev_may_be(chinfo->src))
			return -EINVAL;
		return rpmsg_chrdev_eptdev_create(ctrldev->rpdev,
						  &ctrldev->dev, *chinfo);
	case RPMSG_CREATE_DEV_IOCTL:
		if (!ctrldev_may_be(chinfo->src))
			return -EINVAL;
		return ctrldev_create_channel(ctrldev, chinfo);
	case RPMSG_RELEASE_DEV_IOCTL:
		return ctrldev_release_channel(ctrldev, chinfo);
	default:
		return -ENOTTY;
	}
}

static int ctrldev_get_chinfo(struct rpmsg_channel_info *chinfo,
			      const void __user *from)
{
	struct rpmsg_endpoint_info info;

	BUILD_BUG_ON(sizeof(info.name) != sizeof(chinfo->name));

	if (copy_from_user(&info, from, sizeof(info)))
		return -EFAULT;

	memcpy(chinfo->name, info.name, sizeof(chinfo->name));
	chinfo->name[sizeof(chinfo->name) - 1] = '\0';
	chinfo->src = info.src;
	chinfo->dst = info.dst;
	return 0;
}

static long ctrldev_ioctl(struct file *filp, unsigned int cmd,
			  unsigned long arg)
{
	struct rpmsg_ctrldev *ctrldev = filp->private_data;
	struct rpmsg_channel_info chinfo;
	int ret;

	ret = ctrldev_get_chinfo(&chinfo, (void __user *)arg);
	if (ret)
		return ret;

	if (mutex_lock_interruptible(&ctrldev->lock))
		return -ERESTARTSYS;
	ret = ctrldev_do_ioctl(ctrldev, cmd, &chinfo);
	mutex_unlock(&ctrldev->lock);

	return ret;
}

static const struct file_operations ctrldev_fops = {
	.owner = THIS_MODULE,
	.open = ctrldev_open,
	.unlocked_ioctl = ctrldev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static void ctrldev_release(struct device *dev)
{
	struct rpmsg_ctrldev *ctrldev = container_of(dev, struct rpmsg_ctrldev,
						     dev);

	ida_free(&ctrldev_ida, MINOR(dev->devt));
	kfree(ctrldev);
}

static struct rpmsg_ctrldev *ctrldev_alloc(struct rpmsg_device *rpdev)
{
	struct rpmsg_ctrldev *ctrldev;
	int minor, ret;

	ctrldev = kzalloc(sizeof(*ctrldev), GFP_KERNEL);
	if (!ctrldev)
		return ERR_PTR(-ENOMEM);

	minor = ida_alloc_max(&ctrldev_ida, CTRLDEV_MINORS - 1, GFP_KERNEL);
	if (minor < 0) {
		kfree(ctrldev);
		return ERR_PTR(minor);
	}

	mutex_init(&ctrldev->lock);
	ctrldev->rpdev = rpdev;
	cdev_init(&ctrldev->cdev, &ctrldev_fops);
	ctrldev->cdev.owner = THIS_MODULE;

	device_initialize(&ctrldev->dev);
	ctrldev->dev.class = &rpmsg_class;
	ctrldev->dev.parent = &rpdev->dev;
	ctrldev->dev.release = ctrldev_release;
	ctrldev->dev.devt = MKDEV(MAJOR(ctrldev_devt), minor);
	ctrldev->dev.id = minor;

	/* From here on the last reference frees everything */
	ret = dev_set_name(&ctrldev->dev, "rpmsg_ctrl%d", minor);
	if (ret) {
		put_device(&ctrldev->dev);
		return ERR_PTR(ret);
	}
	return ctrldev;
}

/* From now on no endpoint is made here, and those that were are gone */
static void ctrldev_kill(struct rpmsg_ctrldev *ctrldev)
{
	mutex_lock(&ctrldev->lock);
	ctrldev->rpdev = NULL;
	device_for_each_child(&ctrldev->dev, NULL, rpmsg_chrdev_eptdev_destroy);
	mutex_unlock(&ctrldev->lock);
}

static int ctrldev_probe(struct rpmsg_device *rpdev)
{
	struct rpmsg_ctrldev *ctrldev = ctrldev_alloc(rpdev);
	int ret;

	if (IS_ERR(ctrldev))
		return PTR_ERR(ctrldev);

	dev_set_drvdata(&rpdev->dev, ctrldev);
	ret = cdev_device_add(&ctrldev->cdev, &ctrldev->dev);
	if (ret) {
		/* The node may have been opened for a moment */
		ctrldev_kill(ctrldev);
		put_device(&ctrldev->dev);
	}
	return ret;
}

static void ctrldev_remove(struct rpmsg_device *rpdev)
{
	struct rpmsg_ctrldev *ctrldev = dev_get_drvdata(&rpdev->dev);

	ctrldev_kill(ctrldev);
	cdev_device_del(&ctrldev->cdev, &ctrldev->dev);
	put_device(&ctrldev->dev);
}

/* Transports that want this driver set the override of its name */
static struct rpmsg_driver ctrldev_driver = {
	.drv.name = "rpmsg_ctrl",
	.probe = ctrldev_probe,
	.remove = ctrldev_remove,
};

static int __init rpmsg_ctrl_init(void)
{
	int ret;

	ret = alloc_chrdev_region(&ctrldev_devt, 0, CTRLDEV_MINORS,
				  "rpmsg_ctrl");
	if (ret)
		return ret;

	ret = register_rpmsg_driver(&ctrldev_driver);
	if (ret)
		unregister_chrdev_region(ctrldev_devt, CTRLDEV_MINORS);
	return ret;
}
module_init(rpmsg_ctrl_init);

static void __exit rpmsg_ctrl_exit(void)
{
	unregister_rpmsg_driver(&ctrldev_driver);
	unregister_chrdev_region(ctrldev_devt, CTRLDEV_MINORS);
	ida_destroy(&ctrldev_ida);
}
module_exit(rpmsg_ctrl_exit);

MODULE_ALIAS("rpmsg:rpmsg_ctrl");
MODULE_DESCRIPTION("rpmsg endpoints and channels made by user space");
MODULE_LICENSE("GPL");
