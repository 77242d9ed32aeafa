// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoint devices: how one is made, and removed while programs still have it
 * open. What programs do with it stands in eptdev_fops.c and eptdev_ioctl.c,
 * what becomes of messages in eptdev_rx.c and eptdev_tx.c.
 *
 * There are two kinds. The device of a channel uses the endpoint that the
 * rpmsg core made for the channel; messages are kept from the first moment
 * on. A device made with rpmsg_chrdev_eptdev_create() has an endpoint from
 * first open to last close only.
 *
 * Removal marks the device dead, wakes everybody, gives up the endpoint and
 * deletes the node. Open files stay dead for ever; the last of them frees the
 * memory through the reference that its character device holds.
 */

#include <linux/idr.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/poll.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "compat.h"
#include "eptdev.h"
#include "rpmsg_char.h"

#define CREATE_TRACE_POINTS
#include "eptdev_trace.h"

#define EPTDEV_MINORS		(MINORMASK + 1)

/* Longest message for a transport that does not tell its own bound */
#define EPTDEV_MTU_UNKNOWN	SZ_64K

static int set_queue_messages(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, RPMSG_EPTDEV_MAX_MSGS);
}

static int set_queue_bytes(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, RPMSG_EPTDEV_MAX_BYTES);
}

static const struct kernel_param_ops queue_messages_ops = {
	.set = set_queue_messages,
	.get = param_get_uint,
};

static const struct kernel_param_ops queue_bytes_ops = {
	.set = set_queue_bytes,
	.get = param_get_uint,
};

static unsigned int queue_messages = SZ_1K;
module_param_cb(queue_messages, &queue_messages_ops, &queue_messages, 0644);
MODULE_PARM_DESC(queue_messages,
		 "messages kept for readers, of devices made from now on (1..65536, default 1024)");

static unsigned int queue_bytes = SZ_256K;
module_param_cb(queue_bytes, &queue_bytes_ops, &queue_bytes, 0644);
MODULE_PARM_DESC(queue_bytes,
		 "bytes kept for readers, of devices made from now on (1..16777216, default 262144)");

static dev_t eptdev_devt;
static DEFINE_IDA(eptdev_ida);

static int eptdev_rx_cb(struct rpmsg_device *rpdev, void *data, int len,
			void *priv, u32 src)
{
	rpmsg_eptdev_receive(priv, data, len, src);

	return 0;
}

static int eptdev_flow_cb(struct rpmsg_device *rpdev, void *priv, bool pause)
{
	struct rpmsg_eptdev *eptdev = priv;

	/* A channel's endpoint exists before its device does */
	if (!eptdev)
		return 0;

	assign_bit(EPTDEV_FLOW_RESTRICTED, &eptdev->flags, pause);
	/* Pairs with the barrier of the ioctl that reads both bits */
	smp_mb__before_atomic();
	set_bit(EPTDEV_FLOW_UPDATED, &eptdev->flags);
	wake_up_interruptible_poll(&eptdev->readq, EPOLLPRI);

	return 0;
}

static enum hrtimer_restart eptdev_retry(struct hrtimer *timer)
{
	rpmsg_eptdev_tx_room(container_of(timer, struct rpmsg_eptdev, retry));

	return HRTIMER_NORESTART;
}

/*
 * The transport has room again, or is closing: then it waits for deliveries
 * to end, those that are held back included.
 */
static int eptdev_link_event(struct wait_queue_entry *entry, unsigned int mode,
			     int flags, void *key)
{
	struct rpmsg_eptdev *eptdev = container_of(entry, struct rpmsg_eptdev,
						   link_entry);

	rpmsg_eptdev_tx_room(eptdev);
	if (!rpmsg_eptdev_leads_on(eptdev))
		rpmsg_eptdev_rx_room(eptdev);

	return 0;
}

/* Only what is behind a relay has a link, and only its module knows of it */
static void eptdev_find_link(struct rpmsg_eptdev *eptdev)
{
	struct rproc_relay_link *(*get)(struct device *dev);

	get = symbol_get(rproc_relay_link_get);
	if (!get)
		return;
	eptdev->link = get(&eptdev->rpdev->dev);
	symbol_put(rproc_relay_link_get);
	if (!eptdev->link)
		return;

	init_waitqueue_func_entry(&eptdev->link_entry, eptdev_link_event);
	add_wait_queue(&eptdev->link->wait, &eptdev->link_entry);
}

static void eptdev_wire(struct rpmsg_eptdev *eptdev,
			struct rpmsg_endpoint *ept)
{
	ssize_t mtu = rpmsg_get_mtu(ept);

	eptdev->mtu = mtu > 0 ? mtu : EPTDEV_MTU_UNKNOWN;
	eptdev->addr = ept->addr;
	eptdev->ept = ept;
	rpmsg_ept_set_flow_cb(ept, eptdev_flow_cb);
	/* All we do with a message is to queue it */
	if (eptdev->link)
		rproc_relay_link_set_plain(eptdev->link, ept->addr, true);
}

static void eptdev_unwire(struct rpmsg_eptdev *eptdev)
{
	if (eptdev->ept && eptdev->link)
		rproc_relay_link_set_plain(eptdev->link, eptdev->addr, false);
	eptdev->ept = NULL;
}

/**
 * rpmsg_eptdev_attach() - see to it that there is an endpoint
 * @eptdev: endpoint device, not dead, its @life held for writing
 *
 * May sleep.
 *
 * Return: 0, or -EINVAL when the transport refused, for instance because the
 * address is in use.
 */
int rpmsg_eptdev_attach(struct rpmsg_eptdev *eptdev)
{
	struct rpmsg_endpoint *ept;

	lockdep_assert_held_write(&eptdev->life);

	if (eptdev->ept)
		return 0;

	ept = rpmsg_create_ept(eptdev->rpdev, eptdev_rx_cb, eptdev,
			       eptdev->chinfo);
	if (!ept) {
		dev_err(&eptdev->dev, "no endpoint %s at address %d: is it in use?\n",
			eptdev->chinfo.name, eptdev->chinfo.src);
		return -EINVAL;
	}

	eptdev_wire(eptdev, ept);
	return 0;
}

/**
 * rpmsg_eptdev_detach() - give up the endpoint
 * @eptdev: endpoint device, its @life held for writing
 *
 * A channel's endpoint is only let go, the core destroys it. May sleep.
 */
void rpmsg_eptdev_detach(struct rpmsg_eptdev *eptdev)
{
	struct rpmsg_endpoint *ept = eptdev->ept;

	lockdep_assert_held_write(&eptdev->life);

	eptdev_unwire(eptdev);
	if (ept && !eptdev->on_channel) {
		set_bit(EPTDEV_LET_GO, &eptdev->flags);
		rpmsg_eptdev_rx_room(eptdev);
		rpmsg_destroy_ept(ept);
		clear_bit(EPTDEV_LET_GO, &eptdev->flags);
	}
}

/* Both a removal and a device that was never added come here */
static void eptdev_leave_link(struct rpmsg_eptdev *eptdev)
{
	if (eptdev->link && !list_empty(&eptdev->link_entry.entry)) {
		remove_wait_queue(&eptdev->link->wait, &eptdev->link_entry);
		INIT_LIST_HEAD(&eptdev->link_entry.entry);
	}
}

/* Wake first: whoever sends, or holds @life for reading, is then on the way out */
static void eptdev_kill(struct rpmsg_eptdev *eptdev)
{
	set_bit(EPTDEV_DEAD, &eptdev->flags);
	wake_up_all(&eptdev->readq);
	wake_up_all(&eptdev->writeq);
	rpmsg_eptdev_rx_room(eptdev);

	rpmsg_eptdev_end_sending(eptdev);
	down_write(&eptdev->life);
	rpmsg_eptdev_detach(eptdev);
	eptdev->rpdev = NULL;
	up_write(&eptdev->life);

	rpmsg_eptdev_end_hold(eptdev);
	/* Only who sends, or holds @life and saw the device alive, starts it */
	hrtimer_cancel(&eptdev->retry);
	eptdev_leave_link(eptdev);
}

static void eptdev_release(struct device *dev)
{
	struct rpmsg_eptdev *eptdev = dev_to_eptdev(dev);

	eptdev_leave_link(eptdev);
	rpmsg_eptdev_end_hold(eptdev);
	eptdev_unwire(eptdev);
	if (eptdev->link)
		rproc_relay_link_put(eptdev->link);
	ida_free(&eptdev_ida, MINOR(dev->devt));
	msg_queue_destroy(&eptdev->queue);
	kfree(eptdev);
}

/*
 * Name service makes the device of a channel from inside an endpoint's
 * callback; that of an endpoint destroys its endpoint, which waits for its
 * callback, inside @life. These are never the same device, but lockdep has to
 * be told.
 */
static void eptdev_classify_locks(struct rpmsg_eptdev *eptdev)
{
	static struct lock_class_key channel_life, channel_presence;

	if (!eptdev->on_channel)
		return;

	lockdep_set_class(&eptdev->life, &channel_life);
	lockdep_set_class(&eptdev->presence, &channel_presence);
}

static void eptdev_setup(struct rpmsg_eptdev *eptdev, struct device *parent,
			 int minor)
{
	struct device *dev = &eptdev->dev;

	init_rwsem(&eptdev->life);
	refcount_set(&eptdev->senders, 1);
	init_completion(&eptdev->senders_gone);
	mutex_init(&eptdev->read_lock);
	mutex_init(&eptdev->presence);
	eptdev_classify_locks(eptdev);
	init_waitqueue_head(&eptdev->readq);
	init_waitqueue_head(&eptdev->roomq);
	init_waitqueue_head(&eptdev->writeq);
	eptdev->retry_ms = RPMSG_EPTDEV_RETRY_MIN_MS;
	hrtimer_setup(&eptdev->retry, eptdev_retry, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_SOFT);

	cdev_init(&eptdev->cdev, &rpmsg_eptdev_fops);
	eptdev->cdev.owner = THIS_MODULE;

	device_initialize(dev);
	dev->class = &rpmsg_class;
	dev->parent = parent;
	dev->groups = rpmsg_eptdev_groups;
	dev->release = eptdev_release;
	dev->devt = MKDEV(MAJOR(eptdev_devt), minor);
	dev->id = minor;
	dev_set_drvdata(dev, eptdev);
}

/**
 * rpmsg_eptdev_alloc() - make an endpoint device that nobody sees yet
 * @rpdev: rpmsg device whose remote to talk to
 * @parent: parent in the device tree
 * @chinfo: name and addresses
 * @channel_ept: the channel's own endpoint to use, or NULL to create one
 *	while the device is open
 *
 * Everything is wired and memory allocated: messages may come in at once.
 * May sleep.
 *
 * Return: the device with one reference, to be dropped by put_device(), or an
 * ERR_PTR.
 */
struct rpmsg_eptdev *
rpmsg_eptdev_alloc(struct rpmsg_device *rpdev, struct device *parent,
		   const struct rpmsg_channel_info *chinfo,
		   struct rpmsg_endpoint *channel_ept)
{
	struct rpmsg_eptdev *eptdev;
	int minor, ret;

	eptdev = kzalloc(sizeof(*eptdev), GFP_KERNEL);
	if (!eptdev)
		return ERR_PTR(-ENOMEM);

	ret = msg_queue_init(&eptdev->queue, queue_messages, queue_bytes);
	if (ret)
		goto free_eptdev;

	minor = ida_alloc_max(&eptdev_ida, EPTDEV_MINORS - 1, GFP_KERNEL);
	if (minor < 0) {
		ret = minor;
		goto destroy_queue;
	}

	eptdev->rpdev = rpdev;
	eptdev->chinfo = *chinfo;
	eptdev->on_channel = channel_ept;
	eptdev_setup(eptdev, parent, minor);
	eptdev_find_link(eptdev);
	if (channel_ept)
		eptdev_wire(eptdev, channel_ept);

	/* From here on the last reference frees everything */
	ret = dev_set_name(&eptdev->dev, "rpmsg%d", minor);
	if (ret) {
		put_device(&eptdev->dev);
		return ERR_PTR(ret);
	}
	return eptdev;

destroy_queue:
	msg_queue_destroy(&eptdev->queue);
free_eptdev:
	kfree(eptdev);
	return ERR_PTR(ret);
}

/**
 * rpmsg_eptdev_add() - let user space see an endpoint device
 * @eptdev: endpoint device, wired
 *
 * When this fails the device is dead, and the reference of
 * rpmsg_eptdev_alloc() is still the caller's. May sleep.
 *
 * Return: 0 or an error of cdev_device_add().
 */
int rpmsg_eptdev_add(struct rpmsg_eptdev *eptdev)
{
	int ret;

	mutex_lock(&eptdev->presence);
	ret = cdev_device_add(&eptdev->cdev, &eptdev->dev);
	/* The node may have been opened for a moment */
	if (ret)
		eptdev_kill(eptdev);
	mutex_unlock(&eptdev->presence);

	return ret;
}

/**
 * rpmsg_eptdev_get_parent() - the parent of a device that is not removed yet
 * @eptdev: endpoint device
 *
 * May sleep.
 *
 * Return: the parent with a reference, or NULL when @eptdev is dead.
 */
struct device *rpmsg_eptdev_get_parent(struct rpmsg_eptdev *eptdev)
{
	struct device *parent = NULL;

	mutex_lock(&eptdev->presence);
	if (!rpmsg_eptdev_is_dead(eptdev))
		parent = get_device(eptdev->dev.parent);
	mutex_unlock(&eptdev->presence);

	return parent;
}

/**
 * rpmsg_chrdev_eptdev_create() - make an endpoint device
 * @rpdev: rpmsg device whose remote to talk to
 * @parent: parent in the device tree, not NULL; has to remove its children
 *	with rpmsg_chrdev_eptdev_destroy() before @rpdev goes
 * @chinfo: name, source address (or RPMSG_ADDR_ANY) and destination address
 *
 * The node /dev/rpmsgN appears; its endpoint is created by the first open and
 * destroyed by the last close. May sleep.
 *
 * Return: 0 or a negative error.
 */
int rpmsg_chrdev_eptdev_create(struct rpmsg_device *rpdev,
			       struct device *parent,
			       struct rpmsg_channel_info chinfo)
{
	struct rpmsg_eptdev *eptdev;
	int ret;

	chinfo.name[sizeof(chinfo.name) - 1] = '\0';

	eptdev = rpmsg_eptdev_alloc(rpdev, parent, &chinfo, NULL);
	if (IS_ERR(eptdev))
		return PTR_ERR(eptdev);

	ret = rpmsg_eptdev_add(eptdev);
	if (ret)
		put_device(&eptdev->dev);
	return ret;
}
EXPORT_SYMBOL(rpmsg_chrdev_eptdev_create);

/**
 * rpmsg_chrdev_eptdev_destroy() - remove an endpoint device
 * @dev: its device
 * @data: not used, so that device_for_each_child() can call this
 *
 * Everybody who waits on it returns at once, open files are dead from now on.
 * A second call waits for the first and does nothing more. May sleep.
 *
 * Return: 0, always.
 */
int rpmsg_chrdev_eptdev_destroy(struct device *dev, void *data)
{
	struct rpmsg_eptdev *eptdev = dev_to_eptdev(dev);
	bool removed = false;

	mutex_lock(&eptdev->presence);
	if (!rpmsg_eptdev_is_dead(eptdev)) {
		eptdev_kill(eptdev);
		cdev_device_del(&eptdev->cdev, dev);
		removed = true;
	}
	mutex_unlock(&eptdev->presence);

	if (removed)
		put_device(dev);
	return 0;
}
EXPORT_SYMBOL(rpmsg_chrdev_eptdev_destroy);

/**
 * rpmsg_eptdev_init() - reserve the device numbers
 *
 * May sleep.
 *
 * Return: 0 or a negative error.
 */
int __init rpmsg_eptdev_init(void)
{
	return alloc_chrdev_region(&eptdev_devt, 0, EPTDEV_MINORS,
				   "rpmsg_char");
}

/**
 * rpmsg_eptdev_exit() - give the device numbers back
 *
 * All endpoint devices are gone. May sleep.
 */
void rpmsg_eptdev_exit(void)
{
	unregister_chrdev_region(eptdev_devt, EPTDEV_MINORS);
	ida_destroy(&eptdev_ida);
}
