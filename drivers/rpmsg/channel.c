// SPDX-License-Identifier: GPL-2.0
/*
 * rpmsg channels as character devices: each channel that a remote announces
 * as "rpmsg-raw" becomes a /dev/rpmsgN; others can be bound to this driver,
 * "rpmsg_chrdev", through their driver_override.
 *
 * The rpmsg core creates a channel's endpoint with our callback before it
 * calls probe, and destroys it after remove. A remote that knows the address
 * already (a fixed one, or that of the driver's last binding) may send in both
 * gaps. So messages that come before probe are set aside, a few of them; and
 * the endpoint device is kept until the core has destroyed the endpoint.
 */

#include <linux/list.h>
#include <linux/module.h>
#include <linux/rpmsg.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "eptdev.h"
#include "rpmsg_char.h"

/* Messages set aside for all channels together, and the length of each */
#define EARLY_MAX_MSGS	64
#define EARLY_MAX_LEN	SZ_4K

/**
 * struct early_msg - message for a channel that is not probed yet
 * @node: in @early_msgs
 * @rpdev: the channel
 * @src: address that sent it
 * @len: its length in bytes
 * @data: the message
 */
struct early_msg {
	struct list_head node;
	struct rpmsg_device *rpdev;
	u32 src;
	int len;
	u8 data[];
};

/*
 * Guards early_msgs, early_count, and the driver data of a channel while it
 * changes from NULL to its endpoint device, or to an ERR_PTR when it will
 * never have one.
 */
static DEFINE_SPINLOCK(early_lock);
static LIST_HEAD(early_msgs);
static unsigned int early_count;

static struct early_msg *early_alloc(int len)
{
	struct early_msg *msg;

	if (early_count == EARLY_MAX_MSGS || len < 0 || len > EARLY_MAX_LEN)
		return NULL;

	msg = kmalloc(struct_size(msg, data, len), GFP_ATOMIC);
	if (msg)
		msg->len = len;
	return msg;
}

static void early_keep(struct rpmsg_device *rpdev, const void *data, int len,
		       u32 src)
{
	struct early_msg *msg = early_alloc(len);

	lockdep_assert_held(&early_lock);

	if (!msg) {
		dev_warn_ratelimited(&rpdev->dev,
				     "message of %d bytes before probe dropped\n",
				     len);
		return;
	}

	msg->rpdev = rpdev;
	msg->src = src;
	memcpy(msg->data, data, msg->len);
	list_add_tail(&msg->node, &early_msgs);
	early_count++;
}

/*
 * Decide who gets the messages of a channel from now on: its endpoint device,
 * beginning with what was set aside, or nobody (an ERR_PTR).
 */
static void early_settle(struct rpmsg_device *rpdev,
			 struct rpmsg_eptdev *eptdev)
{
	struct early_msg *msg, *next;
	unsigned long flags;

	spin_lock_irqsave(&early_lock, flags);
	list_for_each_entry_safe(msg, next, &early_msgs, node) {
		if (msg->rpdev != rpdev)
			continue;
		if (!IS_ERR(eptdev))
			rpmsg_eptdev_receive_now(eptdev, msg->data, msg->len,
						 msg->src);
		list_del(&msg->node);
		kfree(msg);
		early_count--;
	}
	dev_set_drvdata(&rpdev->dev, eptdev);
	spin_unlock_irqrestore(&early_lock, flags);

	if (IS_ERR(eptdev))
		return;
	/* Spares the callback the lock; pairs with the transport's read */
	smp_store_release(&rpdev->ept->priv, (void *)eptdev);
}

static void channel_receive_early(struct rpmsg_device *rpdev, void *data,
				  int len, u32 src)
{
	struct rpmsg_eptdev *eptdev;
	unsigned long flags;

	spin_lock_irqsave(&early_lock, flags);
	eptdev = dev_get_drvdata(&rpdev->dev);
	if (!eptdev)
		early_keep(rpdev, data, len, src);
	spin_unlock_irqrestore(&early_lock, flags);

	if (!IS_ERR_OR_NULL(eptdev))
		rpmsg_eptdev_receive(eptdev, data, len, src);
}

/* Thread or interrupt context, as the transport likes */
static int channel_receive(struct rpmsg_device *rpdev, void *data, int len,
			   void *priv, u32 src)
{
	if (priv)
		rpmsg_eptdev_receive(priv, data, len, src);
	else
		channel_receive_early(rpdev, data, len, src);

	return 0;
}

static void channel_put_eptdev(void *data)
{
	struct rpmsg_eptdev *eptdev = data;

	put_device(&eptdev->dev);
}

/*
 * The reference that the devres action holds outlives the endpoint: actions
 * run after the core's own part of an unbind, or of a failed probe.
 */
static struct rpmsg_eptdev *channel_make_eptdev(struct rpmsg_device *rpdev)
{
	struct rpmsg_channel_info chinfo = {
		.src = rpdev->src,
		.dst = rpdev->dst,
	};
	struct rpmsg_eptdev *eptdev;
	int ret;

	strscpy(chinfo.name, rpdev->id.name, sizeof(chinfo.name));

	eptdev = rpmsg_eptdev_alloc(rpdev, &rpdev->dev, &chinfo, rpdev->ept);
	if (IS_ERR(eptdev))
		return eptdev;

	get_device(&eptdev->dev);
	ret = devm_add_action_or_reset(&rpdev->dev, channel_put_eptdev, eptdev);
	if (ret) {
		put_device(&eptdev->dev);
		return ERR_PTR(ret);
	}
	return eptdev;
}

/*
 * The core gives a channel of any source an address when it is bound, and wants
 * the same one when it is bound again. It may be another's by then.
 */
static void channel_forget_address(struct rpmsg_device *rpdev)
{
	/* Announced are those that were made with an address of their own */
	if (!rpdev->announce)
		rpdev->src = RPMSG_ADDR_ANY;
}

static int channel_probe(struct rpmsg_device *rpdev)
{
	struct rpmsg_eptdev *eptdev = channel_make_eptdev(rpdev);
	int ret;

	early_settle(rpdev, eptdev);
	ret = PTR_ERR_OR_ZERO(eptdev);
	if (ret)
		goto forget_address;

	ret = rpmsg_eptdev_add(eptdev);
	if (ret) {
		put_device(&eptdev->dev);
		goto forget_address;
	}
	return 0;

forget_address:
	channel_forget_address(rpdev);
	return ret;
}

static void channel_remove(struct rpmsg_device *rpdev)
{
	struct rpmsg_eptdev *eptdev = dev_get_drvdata(&rpdev->dev);

	rpmsg_chrdev_eptdev_destroy(&eptdev->dev, NULL);
	channel_forget_address(rpdev);
}

static const struct rpmsg_device_id channel_id_table[] = {
	{ .name = "rpmsg-raw" },
	{ .name = "rpmsg_chrdev" },
	{ }
};
MODULE_DEVICE_TABLE(rpmsg, channel_id_table);

static struct rpmsg_driver channel_driver = {
	.drv.name = "rpmsg_chrdev",
	.id_table = channel_id_table,
	.probe = channel_probe,
	.remove = channel_remove,
	.callback = channel_receive,
};

static int __init rpmsg_char_init(void)
{
	int ret;

	ret = rpmsg_eptdev_init();
	if (ret)
		return ret;

	ret = register_rpmsg_driver(&channel_driver);
	if (ret)
		rpmsg_eptdev_exit();
	return ret;
}
module_init(rpmsg_char_init);

static void __exit rpmsg_char_exit(void)
{
	unregister_rpmsg_driver(&channel_driver);
	rpmsg_eptdev_exit();
}
module_exit(rpmsg_char_exit);

MODULE_DESCRIPTION("rpmsg channels and endpoints as character devices");
MODULE_LICENSE("GPL");
