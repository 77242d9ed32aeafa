// SPDX-License-Identifier: GPL-2.0
/*
 * relay.c - keeps the kernel's core away from shared memory
 *
 * What passes, and where it runs:
 *
 *	kick	the host has something for the remote: pushed at once, in the
 *		kicker's context, which may be atomic
 *	bell	the remote has something for the host: completions of what the
 *		host has sent are pulled right there, in interrupt context;
 *		messages are pulled by a thread of ours, because endpoint
 *		callbacks may sleep, even for want of such a completion
 *	fence	the remote is given up, before its vdevs go: whoever waits in
 *		the core for it gets what he waits for, and what the host still
 *		sends is swallowed
 *
 * The rings are in relay_ring.c, the table in relay_table.c.
 */

#include <linux/bitmap.h>
#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "../../include/compat.h"
#include "relay_internal.h"

#define CREATE_TRACE_POINTS
#include "relay_trace.h"

/* Messages delivered in one go, and before the thread lets others run */
#define RELAY_BATCH		64
#define RELAY_BURST		1024

/* So many ids that were not the remote's to use, and it is beyond help */
#define RELAY_MAX_BAD_IDS	64

/* How long to wait between looks for silent progress, jiffies */
#define RELAY_LOOK_MIN		1
#define RELAY_LOOK_MAX		(HZ / 10 ?: 1)

/* First and longest delay of a look whether the remote still knows, jiffies */
#define RELAY_REMIND_MIN	(HZ / 50 ?: 1)
#define RELAY_REMIND_MAX	HZ
/* How many there are at most */
#define RELAY_REMIND_LOOKS	60
/* Which of them ends the patience with a remote that ran before its host */
#define RELAY_REMIND_PULSE	3
/* And which ends that with one that still does not announce anything */
#define RELAY_REMIND_GIVE_UP	6

static struct relay_queue *relay_find_queue(struct rproc_relay *relay,
					    int notifyid)
{
	unsigned int i, j;

	for (i = 0; i < relay->num_vdevs; i++) {
		struct relay_vdev *vdev = &relay->vdevs[i];

		for (j = 0; j < vdev->num_queues; j++)
			if (vdev->queue[j].notifyid == notifyid)
				return &vdev->queue[j];
	}

	return NULL;
}

static bool relay_is_open(const struct rproc_relay *relay)
{
	return READ_ONCE(relay->running) && !READ_ONCE(relay->fenced);
}

static bool relay_vdev_is_open(const struct relay_vdev *vdev)
{
	return relay_is_open(vdev->relay) && !READ_ONCE(vdev->left);
}

static void relay_ring_bell(struct rproc_relay *relay)
{
	atomic_long_inc(&relay->bells_rung);
	relay->ops->ring_bell(relay->priv);
}

/* The remote has broken a rule that there is no going on after. */
static void relay_quarantine(struct relay_queue *queue, const char *why)
{
	struct rproc *rproc = queue->vdev->relay->rproc;

	if (READ_ONCE(queue->broken))
		return;

	WRITE_ONCE(queue->broken, true);
	trace_rproc_relay_quarantine(rproc->index, queue->notifyid, why);
	dev_err(&rproc->dev, "vring %d quarantined: %s\n", queue->notifyid, why);
	rproc_report_crash(rproc, RPROC_FATAL_ERROR);
}

static void relay_interrupt(struct relay_queue *queue)
{
	rproc_vq_interrupt(queue->vdev->relay->rproc, queue->notifyid);
}

/*
 * Clients see the room of the queue that they send by: as many messages as
 * virtio_rpmsg_bus has buffers for, less those that the remote has.
 */
static void relay_tell_room(struct relay_queue *queue)
{
	unsigned int all = min(queue->ring.cfg.num, RELAY_RPMSG_MAX_BUFS);
	unsigned int lent = relay_ring_lent(&queue->ring);

	if (queue->ring.cfg.lazy)
		relay_link_set_room(queue->vdev->link,
				    all > lent ? all - lent : 0);
}

/* Push what the host has; true if the remote wants to be rung for it. */
static bool relay_push(struct relay_queue *queue)
{
	struct rproc_relay *relay = queue->vdev->relay;
	unsigned int count = 0;
	unsigned long flags;
	bool bell = false;

	spin_lock_irqsave(&queue->push_lock, flags);
	if (relay_vdev_is_open(queue->vdev) && !READ_ONCE(queue->broken)) {
		count = relay_ring_push(&queue->ring);
		bell = relay_ring_needs_bell(&queue->ring);
	}
	spin_unlock_irqrestore(&queue->push_lock, flags);

	if (count) {
		relay_tell_room(queue);
		if (!bell)
			atomic_long_inc(&relay->bells_spared);
		trace_rproc_relay_push(relay->rproc->index, queue->notifyid,
				       count, bell);
	}

	return bell;
}

/* In this life: no life pays for what an earlier one has done. */
static unsigned int relay_bad_ids(const struct relay_queue *queue)
{
	return atomic_read(&queue->ring.drops[RELAY_DROP_ID]) -
	       queue->old_bad_ids;
}

/*
 * Pull, checking afterwards whether the remote has gone too far. The caller
 * holds the pull lock, or is the thread of a threaded queue.
 */
static int relay_pull(struct relay_queue *queue, unsigned int budget)
{
	int remote = queue->vdev->relay->rproc->index;
	struct relay_ring *ring = &queue->ring;
	unsigned int drops = relay_ring_drops(ring);
	int count;

	if (READ_ONCE(queue->broken))
		return 0;

	count = relay_ring_pull(ring, budget);
	if (count)
		trace_rproc_relay_pull(remote, queue->notifyid, count);
	if (relay_ring_drops(ring) != drops)
		trace_rproc_relay_drop(remote, queue->notifyid,
				       relay_ring_drops(ring));
	if (count < 0) {
		relay_quarantine(queue, "its used index makes no sense");
		return 0;
	}

	if (relay_bad_ids(queue) > RELAY_MAX_BAD_IDS)
		relay_quarantine(queue, "too many used ids that make no sense");

	return count;
}

/* Refused messages, and those for an earlier host, left room that no kick uses. */
static void relay_push_more(struct relay_queue *queue)
{
	if (relay_ring_wants_push(&queue->ring) && relay_push(queue))
		relay_ring_bell(queue->vdev->relay);
}

/* Everything that is there; the ring's size bounds it, as lent bounds used. */
static void relay_complete_locked(struct relay_queue *queue)
{
	unsigned int total = 0;
	int count;

	do {
		count = relay_pull(queue, queue->ring.cfg.num);
		total += count;
	} while (relay_ring_arm(&queue->ring) && count &&
		 total < queue->ring.cfg.num);

	if (!total)
		return;

	relay_interrupt(queue);
	relay_tell_room(queue);
	relay_push_more(queue);
}

/*
 * The host's core is told under the lock: relay_fence() takes it before the
 * virtqueues go. Its callbacks don't sleep, and may kick.
 */
static void relay_complete(struct relay_queue *queue)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->pull_lock, flags);
	if (relay_vdev_is_open(queue->vdev))
		relay_complete_locked(queue);
	spin_unlock_irqrestore(&queue->pull_lock, flags);
}

/* The same from a kick, which may come out of a callback of relay_complete(). */
static void relay_try_complete(struct relay_queue *queue)
{
	unsigned long flags;

	if (!spin_trylock_irqsave(&queue->pull_lock, flags))
		return;
	if (relay_vdev_is_open(queue->vdev))
		relay_complete_locked(queue);
	spin_unlock_irqrestore(&queue->pull_lock, flags);
}

static bool relay_is_crowded(const struct relay_queue *queue)
{
	return relay_ring_lent(&queue->ring) >= queue->ring.cfg.num / 2;
}

/*
 * Not every remote rings when it has consumed what it was sent. While much is
 * lent, and so somebody may be waiting for room, the used index is looked at
 * from time to time, less and less often as long as nothing comes of it.
 */
static void relay_look(struct work_struct *work)
{
	struct rproc_relay *relay = container_of(to_delayed_work(work),
						 struct rproc_relay, look);
	bool crowded = false;
	unsigned int i, j;

	for (i = 0; i < relay->num_vdevs; i++) {
		struct relay_vdev *vdev = &relay->vdevs[i];

		for (j = 0; j < vdev->num_queues; j++) {
			struct relay_queue *queue = &vdev->queue[j];

			if (!READ_ONCE(vdev->live) || !queue->ring.cfg.lazy)
				continue;

			relay_complete(queue);
			crowded |= relay_is_crowded(queue);
		}
	}

	if (!crowded)
		return;

	relay->look_delay = min(2 * relay->look_delay,
				(unsigned long)RELAY_LOOK_MAX);
	if (relay_is_open(relay))
		schedule_delayed_work(&relay->look, relay->look_delay);
}

static void relay_look_soon(struct rproc_relay *relay)
{
	if (delayed_work_pending(&relay->look))
		return;

	relay->look_delay = RELAY_LOOK_MIN;
	schedule_delayed_work(&relay->look, relay->look_delay);
}

/*
 * Whether the remote has used one of its rings since the host is there. One that
 * ran before may still be talking to the host before: then only an announcement
 * is sure to be meant for this one.
 */
static bool relay_vdev_has_life(const struct relay_vdev *vdev)
{
	unsigned int i;

	if (vdev->adopted && relay_vdev_announces(vdev))
		return READ_ONCE(vdev->ns.num);

	for (i = 0; i < vdev->num_queues; i++)
		if (READ_ONCE(vdev->queue[i].ring.passed) !=
		    vdev->queue[i].passed_before)
			return true;

	return false;
}

/*
 * A remote that was reset and set up again between two of its looks at the
 * status has not noticed, and waits for a host that is no more. That is all that
 * can be told from outside, so it is reset once more, for a while this time.
 */
static bool relay_may_have_missed(struct relay_vdev *vdev)
{
	return vdev->adopted && vdev->looks == RELAY_REMIND_PULSE;
}

/* True if something was said. */
static bool relay_remind_vdev(struct relay_vdev *vdev)
{
	if (vdev->looks == RELAY_REMIND_GIVE_UP)
		WRITE_ONCE(vdev->ns.awaited, false);
	if (!relay_vdev_knows(vdev)) {
		relay_vdev_publish(vdev);
		return true;
	}
	if (relay_may_have_missed(vdev)) {
		relay_vdev_unpublish(vdev);
		return true;
	}

	return false;
}

/*
 * Some firmware puts its image's table back when it starts (OpenAMP's does),
 * over what it was told meanwhile, and then waits for that. Until it shows life
 * it is told again.
 */
static void relay_remind(struct work_struct *work)
{
	struct rproc_relay *relay = container_of(to_delayed_work(work),
						 struct rproc_relay, remind);
	bool waiting = false, told = false;
	unsigned int i;

	for (i = 0; i < relay->num_vdevs; i++) {
		struct relay_vdev *vdev = &relay->vdevs[i];

		if (!READ_ONCE(vdev->live) || !relay_vdev_is_open(vdev) ||
		    relay_vdev_has_life(vdev) ||
		    vdev->looks++ == RELAY_REMIND_LOOKS)
			continue;

		waiting = true;
		told |= relay_remind_vdev(vdev);
	}

	if (told)
		relay_ring_bell(relay);
	if (!waiting)
		return;

	relay->remind_delay = min(2 * relay->remind_delay,
				  (unsigned long)RELAY_REMIND_MAX);
	if (relay_is_open(relay))
		schedule_delayed_work(&relay->remind, relay->remind_delay);
}

/* After the fence: nobody is there, so whatever is sent has arrived. */
static void relay_swallow(struct relay_queue *queue)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->pull_lock, flags);
	spin_lock(&queue->push_lock);
	relay_ring_swallow(&queue->ring);
	spin_unlock(&queue->push_lock);
	spin_unlock_irqrestore(&queue->pull_lock, flags);
}

/*
 * The core says nowhere that a vdev's driver is ready, but it kicks: then all
 * that was prepared goes out, and the remote's bell is rung whatever it may
 * think of bells, because some take their start from it.
 */
static bool relay_go_live(struct relay_vdev *vdev)
{
	struct rproc_relay *relay = vdev->relay;
	bool event_idx, first = false;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&relay->lock, flags);
	if (!vdev->live && relay_vdev_is_ok(vdev)) {
		event_idx = relay_vdev_has_event_idx(vdev);
		for (i = 0; i < vdev->num_queues; i++)
			vdev->queue[i].ring.cfg.event_idx = event_idx;
		vdev->ns.awaited = vdev->adopted && relay_vdev_announces(vdev);
		relay_vdev_publish(vdev);
		WRITE_ONCE(vdev->live, true);
		first = true;
	}
	spin_unlock_irqrestore(&relay->lock, flags);

	if (!first)
		return READ_ONCE(vdev->live);

	relay_link_set_open(vdev->link, true);
	for (i = 0; i < vdev->num_queues; i++)
		relay_push(&vdev->queue[i]);
	relay_ring_bell(relay);

	relay->remind_delay = RELAY_REMIND_MIN;
	schedule_delayed_work(&relay->remind, relay->remind_delay);

	/* A bell that came too early for anybody to look */
	kthread_queue_work(relay->worker, &relay->receive);

	return true;
}

/**
 * rproc_relay_kick() - the host has something in a virtqueue
 * @relay: the relay
 * @notifyid: the core's number of the virtqueue
 *
 * For the driver's .kick.
 *
 * Context: any.
 */
void rproc_relay_kick(struct rproc_relay *relay, int notifyid)
{
	struct relay_queue *queue = relay_find_queue(relay, notifyid);

	if (!queue || !READ_ONCE(relay->running))
		return;

	if (READ_ONCE(relay->fenced) || READ_ONCE(queue->vdev->left)) {
		relay_swallow(queue);
		return;
	}

	if (!READ_ONCE(queue->vdev->live) && !relay_go_live(queue->vdev))
		return;

	if (relay_push(queue))
		relay_ring_bell(relay);

	if (queue->ring.cfg.lazy) {
		relay_try_complete(queue);
		if (relay_is_crowded(queue))
			relay_look_soon(relay);
	}
}
EXPORT_SYMBOL_GPL(rproc_relay_kick);

/* One batch of a threaded queue; how many entries were looked at. */
static int relay_receive_batch(struct relay_queue *queue)
{
	int count;

	relay_ring_quiet(&queue->ring);
	count = relay_pull(queue, RELAY_BATCH);
	if (!count)
		return 0;

	relay_interrupt(queue);
	relay_push_more(queue);

	return count;
}

/* True if there may be more. */
static bool relay_receive_queue(struct relay_queue *queue)
{
	unsigned int total = 0;

	while (relay_vdev_is_open(queue->vdev) && total < RELAY_BURST) {
		int count = relay_receive_batch(queue);

		if (!count && !relay_ring_arm(&queue->ring))
			return false;
		if (READ_ONCE(queue->broken))
			return false;
		total += count;
	}

	return true;
}

static void relay_receive(struct kthread_work *work)
{
	struct rproc_relay *relay = container_of(work, struct rproc_relay,
						 receive);
	bool more = false;
	unsigned int i, j;

	for (i = 0; i < relay->num_vdevs; i++) {
		struct relay_vdev *vdev = &relay->vdevs[i];

		for (j = 0; j < vdev->num_queues; j++)
			if (READ_ONCE(vdev->live) && vdev->queue[j].threaded)
				more |= relay_receive_queue(&vdev->queue[j]);
	}

	cond_resched();
	if (more && relay_is_open(relay))
		kthread_queue_work(relay->worker, &relay->receive);
}

static void relay_look_at_vdev(struct relay_vdev *vdev)
{
	struct rproc_relay *relay = vdev->relay;
	unsigned int i;

	for (i = 0; i < vdev->num_queues; i++) {
		if (vdev->queue[i].threaded)
			kthread_queue_work(relay->worker, &relay->receive);
		else
			relay_complete(&vdev->queue[i]);
	}
}

/**
 * rproc_relay_bell() - the remote has rung
 * @relay: the relay
 *
 * A bell says nothing of what it is for: all queues are looked at.
 *
 * Context: any.
 */
void rproc_relay_bell(struct rproc_relay *relay)
{
	unsigned long flags;
	unsigned int i;

	atomic_long_inc(&relay->bells_taken);
	trace_rproc_relay_bell(relay->rproc->index);

	spin_lock_irqsave(&relay->bell_lock, flags);
	for (i = 0; relay_is_open(relay) && i < relay->num_vdevs; i++)
		if (READ_ONCE(relay->vdevs[i].live))
			relay_look_at_vdev(&relay->vdevs[i]);
	spin_unlock_irqrestore(&relay->bell_lock, flags);
}
EXPORT_SYMBOL_GPL(rproc_relay_bell);

/* Who waits for room gets it, and whoever may wait: nobody listens any more. */
static void relay_close_vdev(struct relay_vdev *vdev, bool wake)
{
	unsigned long flags;
	unsigned int i;

	/* Before there is room: it must not look like the remote's */
	relay_link_set_open(vdev->link, false);

	for (i = 0; i < vdev->num_queues; i++) {
		struct relay_queue *queue = &vdev->queue[i];

		spin_lock_irqsave(&queue->pull_lock, flags);
		spin_lock(&queue->push_lock);
		relay_ring_give_back(&queue->ring);
		relay_ring_swallow(&queue->ring);
		spin_unlock(&queue->push_lock);
		spin_unlock_irqrestore(&queue->pull_lock, flags);

		if (wake && !queue->threaded)
			relay_interrupt(queue);
	}
}

/* Nobody passes any more, and nobody is still on the way. */
static void relay_close(struct rproc_relay *relay, bool wake)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&relay->bell_lock, flags);
	WRITE_ONCE(relay->fenced, true);
	spin_unlock_irqrestore(&relay->bell_lock, flags);

	for (i = 0; i < relay->num_vdevs; i++)
		relay_close_vdev(&relay->vdevs[i],
				 wake && !relay->vdevs[i].left);

	cancel_delayed_work_sync(&relay->look);
	cancel_delayed_work_sync(&relay->remind);
	kthread_cancel_work_sync(&relay->receive);
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

static int is_without_driver(struct device *dev, void *unused)
{
	return dev->bus == &platform_bus_type && !dev->driver;
}

/*
 * Of a vdev that could not be made, the core forgets the platform device: it
 * would be there for ever, and the remote with it.
 */
static void relay_remove_unmade_vdevs(struct rproc_relay *relay)
{
	struct device *dev;

	while ((dev = device_find_child(&relay->rproc->dev, NULL,
					is_without_driver))) {
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
		rvdev->pdev->dev.dma_coherent = true;
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

static void relay_prepare_vdev(struct relay_vdev *vdev, bool running)
{
	unsigned int i;

	vdev->live = false;
	vdev->adopted = running;
	vdev->looks = 0;
	relay_ns_reset(&vdev->ns, ktime_get_mono_fast_ns() / NSEC_PER_MSEC);
	for (i = 0; i < vdev->num_queues; i++)
		relay_prepare_queue(&vdev->queue[i], running);
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
	struct rproc_relay *relay = vdev->relay;
	unsigned long flags;

	if (!relay_vdev_is_open(vdev))
		return;

	spin_lock_irqsave(&relay->bell_lock, flags);
	WRITE_ONCE(vdev->left, true);
	spin_unlock_irqrestore(&relay->bell_lock, flags);

	relay_close_vdev(vdev, true);

	/* Nobody is still on the way; the other vdevs have another look */
	flush_delayed_work(&relay->look);
	flush_delayed_work(&relay->remind);
	kthread_queue_work(relay->worker, &relay->receive);
	kthread_flush_work(&relay->receive);
}

/**
 * relay_vdev_left() - the driver of a vdev has gone
 * @vdev: the vdev
 *
 * Context: may sleep; the virtio device is locked.
 */
void relay_vdev_left(struct relay_vdev *vdev)
{
	if (!relay_is_open(vdev->relay) || !vdev->left)
		return;

	WRITE_ONCE(vdev->live, false);
	relay_vdev_unpublish(vdev);
	relay_ring_bell(vdev->relay);
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
	if (!relay_is_open(vdev->relay) || !vdev->left)
		return;

	relay_prepare_vdev(vdev, true);
	/* Bells and kicks find all of the above done */
	smp_wmb();
	WRITE_ONCE(vdev->left, false);
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

static void relay_destroy(void *data)
{
	struct rproc_relay *relay = data;

	relay_unregister(relay);
	kthread_destroy_worker(relay->worker);
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
	INIT_DELAYED_WORK(&relay->look, relay_look);
	INIT_DELAYED_WORK(&relay->remind, relay_remind);
	kthread_init_work(&relay->receive, relay_receive);

	relay->worker = kthread_create_worker(0, "relay/%s",
					      dev_name(&rproc->dev));
	if (IS_ERR(relay->worker))
		return ERR_CAST(relay->worker);

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
