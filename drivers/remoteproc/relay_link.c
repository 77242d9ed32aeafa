// SPDX-License-Identifier: GPL-2.0
/*
 * relay_link.c - what a relayed rpmsg transport tells its clients
 *
 * The relay's half of include/rproc_relay_link.h: whether a vdev still leads
 * anywhere, whether there is room, and how a client finds out which vdev it
 * sends by.
 */

#include <linux/device.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "relay_internal.h"

/* All relays there are */
static LIST_HEAD(relays);
static DEFINE_MUTEX(relays_lock);

/**
 * relay_register() - let links of this relay be found
 * @relay: the relay
 *
 * Context: may sleep.
 */
void relay_register(struct rproc_relay *relay)
{
	mutex_lock(&relays_lock);
	list_add_tail(&relay->node, &relays);
	mutex_unlock(&relays_lock);
}

/**
 * relay_unregister() - undo relay_register()
 * @relay: the relay
 *
 * Context: may sleep.
 */
void relay_unregister(struct rproc_relay *relay)
{
	mutex_lock(&relays_lock);
	list_del(&relay->node);
	mutex_unlock(&relays_lock);
}

/**
 * relay_link_alloc() - make a link, closed
 *
 * Context: may sleep.
 * Return: the link with one reference, or NULL.
 */
struct rproc_relay_link *relay_link_alloc(void)
{
	struct rproc_relay_link *link = kzalloc(sizeof(*link), GFP_KERNEL);

	if (!link)
		return NULL;

	kref_init(&link->refs);
	init_waitqueue_head(&link->wait);
	mutex_init(&link->receive);
	spin_lock_init(&link->standby_lock);
	INIT_LIST_HEAD(&link->standbys);
	spin_lock_init(&link->cork_lock);

	return link;
}

/**
 * relay_link_set_open() - say whether what is sent is passed on
 * @link: the link
 * @open: whether it is
 *
 * Nobody flushes or hands over any more who has begun before. Context: any.
 */
void relay_link_set_open(struct rproc_relay_link *link, bool open)
{
	unsigned long flags;

	spin_lock_irqsave(&link->cork_lock, flags);
	spin_lock(&link->standby_lock);
	WRITE_ONCE(link->open, open);
	spin_unlock(&link->standby_lock);
	spin_unlock_irqrestore(&link->cork_lock, flags);
	wake_up_all(&link->wait);
}

/**
 * relay_link_wake_senders() - let who found no room try again
 * @link: the link
 *
 * Context: any.
 */
void relay_link_wake_senders(struct rproc_relay_link *link)
{
	if (wq_has_sleeper(&link->wait))
		wake_up_poll(&link->wait, EPOLLOUT | EPOLLWRNORM);
}

/**
 * relay_link_set_room() - say whether there is room
 * @link: the link
 * @room: a message can be sent without waiting
 *
 * Context: any.
 */
void relay_link_set_room(struct rproc_relay_link *link, bool room)
{
	if (!xchg(&link->room, room) && room)
		relay_link_wake_senders(link);
}

static struct rproc_relay_standby *
find_standby(const struct rproc_relay_link *link, u32 addr)
{
	struct rproc_relay_standby *standby;

	list_for_each_entry(standby, &link->standbys, node)
		if (standby->addr == addr)
			return standby;

	return NULL;
}

/**
 * relay_link_call() - wake a client that stands by to deliver
 * @link: the link
 * @addr: its address
 *
 * Context: any.
 * Return: true if there was one, which now has to.
 */
bool relay_link_call(struct rproc_relay_link *link, u32 addr)
{
	struct rproc_relay_standby *standby;
	struct task_struct *task = NULL;
	unsigned long flags;

	spin_lock_irqsave(&link->standby_lock, flags);
	standby = find_standby(link, addr);
	if (standby) {
		rproc_relay_link_strike_off(link, standby);
		WRITE_ONCE(standby->called, true);
		task = get_task_struct(standby->task);
	}
	spin_unlock_irqrestore(&link->standby_lock, flags);

	if (!task)
		return false;

	/* Without the lock, which is what it takes first when it runs */
	wake_up_process(task);
	put_task_struct(task);

	return true;
}

/**
 * relay_link_set_vdev() - let clients reach a vdev, or not any more
 * @link: the link
 * @vdev: the vdev, or NULL
 *
 * Context: may sleep; waits for who is on the way there.
 */
void relay_link_set_vdev(struct rproc_relay_link *link, struct relay_vdev *vdev)
{
	unsigned long flags;

	mutex_lock(&link->receive);
	link->poll = vdev ? relay_poll : NULL;
	link->serve = vdev ? relay_serve : NULL;
	link->vdev = vdev;
	mutex_unlock(&link->receive);

	spin_lock_irqsave(&link->standby_lock, flags);
	link->hand_over = vdev ? relay_hand_over : NULL;
	link->hand_over_vdev = vdev;
	spin_unlock_irqrestore(&link->standby_lock, flags);

	spin_lock_irqsave(&link->cork_lock, flags);
	link->flush = vdev ? relay_flush : NULL;
	link->flush_vdev = vdev;
	spin_unlock_irqrestore(&link->cork_lock, flags);
}

/**
 * relay_link_flush() - wait until nobody delivers who has begun before
 * @link: the link
 *
 * A virtio driver that goes is told of under the lock of its bus' notifiers, and
 * a delivery may make a channel, under that of the rpmsg bus: two locks, but one
 * class. The nesting tells lockdep that this is no circle.
 *
 * Context: may sleep.
 */
void relay_link_flush(struct rproc_relay_link *link)
{
	mutex_lock_nested(&link->receive, SINGLE_DEPTH_NESTING);
	mutex_unlock(&link->receive);
}

/* The relay whose remote is an ancestor of @dev; the lock is held. */
static struct rproc_relay *find_relay(const struct device *dev)
{
	struct rproc_relay *relay;

	list_for_each_entry(relay, &relays, node) {
		const struct device *up;

		for (up = dev; up; up = up->parent)
			if (up == &relay->rproc->dev)
				return relay;
	}

	return NULL;
}

/**
 * relay_find() - find the relay whose remote a device is, or belongs to
 * @dev: the device
 *
 * Context: may sleep; the remote must not go away meanwhile.
 * Return: the relay or NULL.
 */
struct rproc_relay *relay_find(const struct device *dev)
{
	struct rproc_relay *relay;

	mutex_lock(&relays_lock);
	relay = find_relay(dev);
	mutex_unlock(&relays_lock);

	return relay;
}

static struct rproc_relay_link *find_link(struct rproc_relay *relay,
					  const struct device *dev)
{
	struct rproc_vdev *rvdev;

	list_for_each_entry(rvdev, &relay->rproc->rvdevs, node) {
		const struct device *up;

		for (up = dev; up; up = up->parent)
			if (up == &rvdev->pdev->dev &&
			    rvdev->index < relay->num_vdevs)
				return relay->vdevs[rvdev->index].link;
	}

	return NULL;
}

/**
 * rproc_relay_link_get() - find the link that a device sends over
 * @dev: an rpmsg device that is bound, or any other below a vdev
 *
 * Context: may sleep; @dev must not go away meanwhile.
 * Return: the link, to be given back by rproc_relay_link_put(), or NULL if
 * there is no relay between @dev and its remote.
 */
struct rproc_relay_link *rproc_relay_link_get(struct device *dev)
{
	struct rproc_relay_link *link = NULL;
	struct rproc_relay *relay;

	mutex_lock(&relays_lock);
	relay = find_relay(dev);
	if (relay)
		link = find_link(relay, dev);
	if (link)
		kref_get(&link->refs);
	mutex_unlock(&relays_lock);

	return link;
}
EXPORT_SYMBOL_GPL(rproc_relay_link_get);
