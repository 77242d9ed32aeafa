// SPDX-License-Identifier: GPL-2.0
/*
 * bench_char.c - the least that a character device can be
 *
 * A device node for the channel of the "bench" image, for `make bench` only: one
 * writer and one reader, who takes in messages by himself and never sleeps, with
 * read() and write() or with RPMSG_EPT_RECV and RPMSG_EPT_SEND. Nothing is checked,
 * counted or locked that the kernel's core does not ask for. It goes with the bench's
 * own transport, which has to be told before that it is not to take in messages.
 */

#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rpmsg.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include "../include/ampkit/bench.h"
#include "../include/compat.h"
#include "../include/uapi/linux/rpmsg_ext.h"
#include "bench_take_in.h"

#define LEAST_DEVICES	16
#define LEAST_SIZE	496
/* A power of two, above what is ever in flight */
#define LEAST_SLOTS	512

/**
 * struct least_slot - a message that nobody has read yet
 * @len: its bytes
 * @data: the message
 */
struct least_slot {
	size_t len;
	u8 data[LEAST_SIZE];
};

/**
 * struct least - a channel's device node
 * @dev: in the class of all rpmsg nodes
 * @cdev: the node
 * @rpdev: the channel
 * @came: messages received
 * @read: and read
 * @slots: those in between
 */
struct least {
	struct device dev;
	struct cdev cdev;
	struct rpmsg_device *rpdev;
	unsigned int came;
	unsigned int read;
	struct least_slot slots[LEAST_SLOTS];
};

static dev_t least_devt;
static DEFINE_IDA(least_ida);

static int least_open(struct inode *inode, struct file *filp)
{
	filp->private_data = container_of(inode->i_cdev, struct least, cdev);

	return 0;
}

/* Whoever takes in messages is the one who reads them. */
static int least_await(struct least *least)
{
	while (least->came == least->read) {
		bench_take_in(least->rpdev);
		if (signal_pending(current))
			return -ERESTARTSYS;
		cond_resched();
	}

	return 0;
}

static ssize_t least_get(struct least *least, char __user *to, size_t count)
{
	struct least_slot *slot = &least->slots[least->read % LEAST_SLOTS];

	count = min(count, slot->len);
	if (copy_to_user(to, slot->data, count))
		return -EFAULT;
	least->read++;

	return count;
}

static ssize_t least_put(struct least *least, const char __user *from,
			 size_t count)
{
	u8 data[LEAST_SIZE];
	int ret;

	if (count > sizeof(data))
		return -EMSGSIZE;
	if (copy_from_user(data, from, count))
		return -EFAULT;

	/* No room: the core looks for some when it is asked again */
	while ((ret = rpmsg_trysend(least->rpdev->ept, data, count)) == -ENOMEM) {
		if (signal_pending(current))
			return -ERESTARTSYS;
		cond_resched();
	}

	return ret ?: count;
}

static ssize_t least_read(struct file *filp, char __user *to, size_t count,
			  loff_t *pos)
{
	return least_await(filp->private_data) ?:
	       least_get(filp->private_data, to, count);
}

static ssize_t least_write(struct file *filp, const char __user *from,
			   size_t count, loff_t *pos)
{
	return least_put(filp->private_data, from, count);
}

static long least_send(struct least *least, struct rpmsg_ept_msg __user *descs,
		       unsigned int count)
{
	struct rpmsg_ept_msg msg;
	ssize_t ret = 0;
	unsigned int i;

	for (i = 0; i < count && ret >= 0; i++) {
		if (copy_from_user(&msg, &descs[i], sizeof(msg)))
			return -EFAULT;
		ret = least_put(least, u64_to_user_ptr(msg.data), msg.size);
	}

	return ret < 0 ? ret : count;
}

static long least_receive(struct least *least,
			  struct rpmsg_ept_msg __user *descs,
			  unsigned int count)
{
	long ret = least_await(least);
	struct rpmsg_ept_msg msg;
	unsigned int i;

	if (ret)
		return ret;

	bench_take_in(least->rpdev);
	for (i = 0; i < count && least->came != least->read; i++) {
		if (copy_from_user(&msg, &descs[i], sizeof(msg)))
			return -EFAULT;
		ret = least_get(least, u64_to_user_ptr(msg.data), msg.size);
		if (ret < 0 || put_user((u32)ret, &descs[i].len))
			return -EFAULT;
	}

	return i;
}

/* Of a batch that fails nobody learns how far it came. */
static long least_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct rpmsg_ept_batch batch;

	if (cmd != RPMSG_EPT_SEND && cmd != RPMSG_EPT_RECV)
		return -ENOTTY;
	if (copy_from_user(&batch, (void __user *)arg, sizeof(batch)))
		return -EFAULT;

	return cmd == RPMSG_EPT_SEND ?
	       least_send(filp->private_data, u64_to_user_ptr(batch.msgs),
			  batch.count) :
	       least_receive(filp->private_data, u64_to_user_ptr(batch.msgs),
			     batch.count);
}

static const struct file_operations least_fops = {
	.owner = THIS_MODULE,
	.open = least_open,
	.read = least_read,
	.write = least_write,
	.unlocked_ioctl = least_ioctl,
};

static int least_callback(struct rpmsg_device *rpdev, void *data, int len,
			  void *priv, u32 src)
{
	struct least *least = dev_get_drvdata(&rpdev->dev);
	struct least_slot *slot;

	if (!least)
		return 0;

	slot = &least->slots[least->came % LEAST_SLOTS];
	slot->len = min_t(size_t, len, LEAST_SIZE);
	memcpy(slot->data, data, slot->len);
	least->came++;

	return 0;
}

static ssize_t name_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", BENCH_SERVICE);
}
static DEVICE_ATTR_RO(name);

static struct attribute *least_attrs[] = {
	&dev_attr_name.attr,
	NULL
};
ATTRIBUTE_GROUPS(least);

static void least_release(struct device *dev)
{
	struct least *least = container_of(dev, struct least, dev);

	ida_free(&least_ida, MINOR(dev->devt));
	kvfree(least);
}

static int least_probe(struct rpmsg_device *rpdev)
{
	struct least *least = kvzalloc(sizeof(*least), GFP_KERNEL);
	int id = least ? ida_alloc_max(&least_ida, LEAST_DEVICES - 1,
				       GFP_KERNEL) : -ENOMEM;
	int ret;

	if (id < 0) {
		kvfree(least);
		return id;
	}

	least->rpdev = rpdev;
	device_initialize(&least->dev);
	least->dev.parent = &rpdev->dev;
	least->dev.class = &rpmsg_class;
	least->dev.groups = least_groups;
	least->dev.release = least_release;
	least->dev.devt = MKDEV(MAJOR(least_devt), id);
	cdev_init(&least->cdev, &least_fops);
	least->cdev.owner = THIS_MODULE;
	dev_set_drvdata(&rpdev->dev, least);

	ret = dev_set_name(&least->dev, "rpmsg%d", id);
	if (!ret)
		ret = cdev_device_add(&least->cdev, &least->dev);
	if (ret)
		put_device(&least->dev);

	return ret;
}

/* The program has closed its file by then. */
static void least_remove(struct rpmsg_device *rpdev)
{
	struct least *least = dev_get_drvdata(&rpdev->dev);

	/* The endpoint is there for a moment more */
	mutex_lock(&rpdev->ept->cb_lock);
	dev_set_drvdata(&rpdev->dev, NULL);
	mutex_unlock(&rpdev->ept->cb_lock);

	cdev_device_del(&least->cdev, &least->dev);
	put_device(&least->dev);
}

static const struct rpmsg_device_id least_id_table[] = {
	{ .name = BENCH_SERVICE },
	{ }
};

static struct rpmsg_driver least_driver = {
	.drv.name = "bench_char",
	.id_table = least_id_table,
	.probe = least_probe,
	.remove = least_remove,
	.callback = least_callback,
};

static int __init bench_char_init(void)
{
	int ret;

	ret = alloc_chrdev_region(&least_devt, 0, LEAST_DEVICES, "bench_char");
	if (ret)
		return ret;

	ret = register_rpmsg_driver(&least_driver);
	if (ret)
		unregister_chrdev_region(least_devt, LEAST_DEVICES);

	return ret;
}
module_init(bench_char_init);

static void __exit bench_char_exit(void)
{
	unregister_rpmsg_driver(&least_driver);
	unregister_chrdev_region(least_devt, LEAST_DEVICES);
}
module_exit(bench_char_exit);

MODULE_DESCRIPTION("the least that a character device of an rpmsg channel can be");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");
