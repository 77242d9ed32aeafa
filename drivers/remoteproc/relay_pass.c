// SPDX-License-Identifier: GPL-2.0
/*
 * relay_pass.c - passes on what the host and the remote have for each other
 *
 *	kick	the host has something for the remote: pushed at once, in the
 *		kicker's context, which may be atomic
 *	bell	the remote has something for the host: completions of what the
 *		host has sent are pulled right there, in interrupt context;
 *		messages are pulled by a thread of the vdev's, because endpoint
 *		callbacks may sleep, even for want of such a completion; or by
 *		a client that waits for one, see relay_serve.c
 *
 * The rings themselves are in relay_ring.c.
 */

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/kconfig.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/remoteproc.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../../include/compat.h"
#include "relay_internal.h"

#define CREATE_TRACE_POINTS
#include "relay_trace.h"

/* Messages that the thread delivers before it lets others run */
#define RELAY_BURST		1024

/* Completions that are pulled out of a kick, at most */
#define RELAY_KICK_BATCH	64U
/* And fewer where room gets scarce: a share of what there still is */
#define RELAY_KICK_SHARE	8

/* How long a push may take, about, microseconds */
#define RELAY_PUSH_US		10

/* So many ids that were not the remote's to use, and it is beyond help */
#define RELAY_MAX_BAD_IDS	64

/* How long to wait between looks for silent progress, jiffies */
#define RELAY_LOOK_MIN		1
#define RELAY_LOOK_MAX		(HZ / 10 ?: 1)

static struct relay_queue *relay_search_queue(struct rproc_relay *relay,
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

static struct relay_queue *relay_find_queue(struct rproc_relay *relay,
					    int notifyid)
{
	/* As a rule the core has numbered them in this order */
	unsigned int i = (unsigned int)notifyid / RVDEV_NUM_VRINGS;
	unsigned int j = (unsigned int)notifyid % RVDEV_NUM_VRINGS;

	if (i < relay->num_vdevs && j < relay->vdevs[i].num_queues &&
	    relay->vdevs[i].queue[j].notifyid == notifyid)
		return &relay->vdevs[i].queue[j];

	return relay_search_queue(relay, notifyid);
}

/* The remote has broken a rule that there is no going on after. */
static void relay_quarantine(struct relay_queue *queue, const char *why)
{
	struct rproc *rproc = queue->vdev->relay->rproc;

	if (READ_ONCE(queue->broken))
		return;

	WRITE_ONCE(queue->broken, true);
	/* Pairs with the one in relay_let_pass() */
	smp_mb();
	WRITE_ONCE(queue->passes, false);

	trace_rproc_relay_quarantine(rproc->index, queue->notifyid, why);
	dev_err(&rproc->dev, "vring %d quarantined: %s\n", queue->notifyid, why);
	rproc_report_crash(rproc, RPROC_FATAL_ERROR);
}

static void relay_interrupt(struct relay_queue *queue)
{
	rproc_vq_interrupt(queue->vdev->relay->rproc, queue->notifyid);
}

/*
 * As many messages as virtio_rpmsg_bus has buffers for, less those that the
 * remote has.
 */
static unsigned int relay_room(const struct relay_ring *ring)
{
	unsigned int lent = relay_ring_lent(ring);

	return ring->cfg.most > lent ? ring->cfg.most - lent : 0;
}

/**
 * relay_tell_room() - tell clients whether there is room to send
 * @queue: the queue that they send by; of others nothing is told
 *
 * Context: any.
 */
void relay_tell_room(struct relay_queue *queue)
{
	struct relay_ring *ring = &queue->ring;
	bool room;

	if (!ring->cfg.lazy)
		return;

	/* Nobody tells again what was overtaken by something older */
	do {
		room = relay_room(ring);
		relay_link_set_room(queue->vdev->link, room);
		/* It is out before it is looked whether it is right */
		smp_mb();
	} while (room != !!relay_room(ring));
}

/* Not any more, once it is closed or broken. */
static bool relay_may_push(const struct relay_queue *queue)
{
	return relay_vdev_is_open(queue->vdev) && !READ_ONCE(queue->broken);
}

/* Nobody is there any more, or not yet again: what is sent is swallowed. */
static bool relay_swallows(const struct relay_queue *queue)
{
	const struct rproc_relay *relay = queue->vdev->relay;

	return READ_ONCE(relay->running) && (READ_ONCE(relay->fenced) ||
					     READ_ONCE(queue->vdev->left));
}

static void relay_swallow(struct relay_queue *queue)
{
	unsigned long flags;
	unsigned int count;

	/* In the middle of relay_complete_locked(), that has begun before it closed */
	if (READ_ONCE(queue->completer) == current) {
		count = relay_ring_swallow(&queue->ring);
	} else {
		spin_lock_irqsave(&queue->pull_lock, flags);
		count = relay_ring_swallow(&queue->ring);
		spin_unlock_irqrestore(&queue->pull_lock, flags);
	}

	/* Somebody else may wait for its buffers */
	if (count && queue->ring.cfg.lazy)
		relay_interrupt(queue);
}

/* True if the remote wants to be rung for it. */
static __always_inline bool relay_push_open(struct relay_queue *queue)
{
	struct rproc_relay *relay = queue->vdev->relay;
	unsigned int count = relay_ring_push(&queue->ring);
	bool bell = relay_ring_needs_bell(&queue->ring);

	if (count) {
		WRITE_ONCE(queue->bells_spared, queue->bells_spared + !bell);
		trace_rproc_relay_push(relay->rproc->index, queue->notifyid,
				       count, bell);
	}

	return bell;
}

/*
 * Of a queue that is open each message is pushed, with nothing locked, so that an
 * interrupt may come here while its processor is just at it. Of one that is closed
 * it is swallowed.
 */
static __always_inline bool relay_push_owned(struct relay_queue *queue)
{
	if (READ_ONCE(queue->passes) || relay_may_push(queue))
		return relay_push_open(queue);

	/* Its lock is one to sleep for on some kernels */
	preempt_enable();
	if (relay_swallows(queue))
		relay_swallow(queue);
	preempt_disable();

	return false;
}

/* False if somebody has come meanwhile. */
static inline bool relay_end_push(struct relay_queue *queue, int *calls)
{
	if (atomic_try_cmpxchg_release(&queue->pushes, calls, 0))
		return true;

	/* His call before what he has called for */
	smp_rmb();
	return false;
}

/*
 * See to what the host has made available; true if the remote wants to be rung for
 * it. Who finds somebody at it leaves it to him: he looks again before he ends.
 */
static __always_inline bool relay_push(struct relay_queue *queue)
{
	bool bell = false;
	int calls = 1;

	/* Others rely on who is at it: he is not kept from running */
	preempt_disable();
	if (!atomic_fetch_inc(&queue->pushes)) {
		do {
			bell |= relay_push_owned(queue);
		} while (!relay_end_push(queue, &calls));
	}
	preempt_enable();

	return bell;
}

/* Nobody pushes any more into what is closed. May sleep: who does may have to run. */
static void relay_await_push(struct relay_queue *queue)
{
	/* Who comes from now on finds it closed */
	smp_mb();
	while (atomic_read_acquire(&queue->pushes))
		usleep_range(RELAY_PUSH_US, 10 * RELAY_PUSH_US);
}

/* In this life: no life pays for what an earlier one has done. */
static unsigned int relay_bad_ids(const struct relay_queue *queue)
{
	return atomic_read(&queue->ring.drops[RELAY_DROP_ID]) -
	       queue->old_bad_ids;
}

/*
 * Pull, checking afterwards whether the remote has gone too far. The caller
 * holds the pull lock, or of a threaded queue @receive of the vdev's link.
 */
static unsigned int relay_pull(struct relay_queue *queue, unsigned int budget)
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

/* Somebody may be waiting for what the remote has. */
static inline bool relay_is_crowded(const struct relay_queue *queue)
{
	const struct relay_ring *ring = &queue->ring;

	return relay_ring_lent(ring) >= relay_ring_crowd(ring) ||
	       relay_ring_has_old(ring);
}

static void relay_look_soon(struct rproc_relay *relay)
{
	if (delayed_work_pending(&relay->look) || !relay_is_open(relay))
		return;

	relay->look_delay = RELAY_LOOK_MIN;
	schedule_delayed_work(&relay->look, relay->look_delay);
}

/* After a push by a lazy queue, if there may be little room left. */
static void relay_see_to_room(struct relay_queue *queue)
{
	if (!relay_is_crowded(queue))
		return;

	if (!relay_room(&queue->ring))
		relay_tell_room(queue);
	relay_look_soon(queue->vdev->relay);
}

/* Everything that is there; the ring's size bounds it, as lent bounds used. */
static unsigned int relay_pull_all(struct relay_queue *queue)
{
	unsigned int num = queue->ring.cfg.num;
	unsigned int total = 0, tries = 0;
	bool more;

	do {
		total += relay_pull(queue, num);
		more = relay_ring_arm(&queue->ring) && !READ_ONCE(queue->broken);
	} while (more && total < num && ++tries < num);

	/* The remote has not been asked to ring for that; lazy ones are looked at */
	if (more && !queue->ring.cfg.lazy)
		kthread_queue_work(queue->vdev->worker, &queue->vdev->receive);

	return total;
}

static void relay_complete_locked(struct relay_queue *queue)
{
	if (!relay_pull_all(queue))
		return;

	WRITE_ONCE(queue->completer, current);
	relay_interrupt(queue);
	/* May find the queue closed by now, and swallow with the lock we have */
	relay_push_more(queue);
	WRITE_ONCE(queue->completer, NULL);
	if (!queue->ring.cfg.lazy)
		return;

	relay_tell_room(queue);

	/*
	 * What the core has used and not kicked for counts as room here, and does
	 * not there: who was told of room may have found none until now.
	 */
	relay_link_wake_senders(queue->vdev->link);
	/* That may have been more than there was when a bell was asked for */
	if (relay_is_crowded(queue))
		relay_look_soon(queue->vdev->relay);
}

/*
 * The host's core is told under the lock: relay_close_vdev() takes it before the
 * virtqueues go. Its callbacks don't sleep, and may kick. True if somebody has
 * called meanwhile.
 */
static bool relay_complete_once(struct relay_queue *queue)
{
	unsigned long flags;

	if (!spin_trylock_irqsave(&queue->pull_lock, flags))
		return false;

	/* What for is in the ring, which is looked at after that */
	smp_store_mb(queue->called, false);
	if (relay_vdev_is_open(queue->vdev))
		relay_complete_locked(queue);
	spin_unlock_irqrestore(&queue->pull_lock, flags);

	/* The lock before the call of who did not get it */
	smp_mb();
	return READ_ONCE(queue->called);
}

/* From a kick, which may come out of a callback of the same. */
static void relay_try_complete(struct relay_queue *queue)
{
	while (relay_complete_once(queue))
		;
}

/*
 * Who finds somebody at it leaves it to him: an interrupt does not wait for a
 * processor that may not even run at the moment.
 */
static void relay_complete(struct relay_queue *queue)
{
	/* Before the lock is tried: who has it looks when he has given it back */
	smp_store_mb(queue->called, true);
	relay_try_complete(queue);
}

/**
 * relay_look() - look for silent progress
 * @work: @look of a relay
 *
 * Not every remote rings when it has consumed what it was sent. While much is
 * lent, or something that an earlier host has lent, and so somebody may be
 * waiting for it, the used index is looked at from time to time, less and less
 * often as long as nothing comes of it.
 *
 * Context: may sleep.
 */
void relay_look(struct work_struct *work)
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

/*
 * From now on a kick need not look at anything else; unless it is closed by now. The
 * relay's lock is held.
 */
static void relay_let_pass(struct relay_queue *queue)
{
	/* Who is corked by then finds the vdev live when he passes it on */
	smp_store_release(&queue->passes, relay_may_push(queue));
	/* Pairs with the one in relay_quarantine(): at least one sees the other */
	smp_mb();
	if (READ_ONCE(queue->broken))
		WRITE_ONCE(queue->passes, false);
}

/*
 * The core says nowhere that a vdev's driver is ready, but it kicks: then all
 * that was prepared goes out, and the remote's bell is rung whatever it may
 * think of bells, because some take their start from it. It goes out before the
 * remote is told, and before anybody pulls: buffers of an earlier host's that
 * serve this one as well are this one's by then.
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
		for (i = 0; i < vdev->num_queues; i++)
			relay_push(&vdev->queue[i]);
		relay_vdev_publish(vdev);
		WRITE_ONCE(vdev->live, true);
		for (i = 0; i < vdev->num_queues; i++)
			relay_let_pass(&vdev->queue[i]);
		first = true;
	}
	spin_unlock_irqrestore(&relay->lock, flags);

	if (!first)
		return READ_ONCE(vdev->live);

	relay_ring_bell(relay);

	relay_remind_soon(relay);

	/* Much may have been sent before, by who waits for some of it to come back */
	for (i = 0; i < vdev->num_queues; i++)
		if (vdev->queue[i].ring.cfg.lazy)
			relay_see_to_room(&vdev->queue[i]);

	/* For a bell that came too early for anybody to look */
	kthread_queue_work(vdev->worker, &vdev->receive);

	return true;
}

/*
 * How many completions are worth a pull out of a kick where much is lent: fewer as
 * room gets scarce. A pull is always worth it, if only to ask for a bell, where what
 * an earlier host has lent may be waited for, or none was asked for yet.
 */
static noinline unsigned int relay_kick_share(const struct relay_queue *queue)
{
	const struct relay_ring *ring = &queue->ring;

	if (relay_ring_has_old(ring) || !READ_ONCE(ring->asked))
		return 0;

	return clamp(relay_room(ring) / RELAY_KICK_SHARE, 1U, RELAY_KICK_BATCH);
}

static __always_inline void relay_kicked_lazy(struct relay_queue *queue)
{
	bool crowded = relay_is_crowded(queue);
	/* Nobody waits for single ones, and many at once cost little more than one */
	unsigned int batch = unlikely(crowded) ? relay_kick_share(queue) :
						 RELAY_KICK_BATCH;

	if (relay_ring_used(&queue->ring) >= batch)
		relay_try_complete(queue);
	if (crowded)
		relay_see_to_room(queue);
}

static __always_inline void relay_kicked(struct relay_queue *queue)
{
	if (relay_push(queue))
		relay_ring_bell(queue->vdev->relay);
	if (queue->ring.cfg.lazy)
		relay_kicked_lazy(queue);
}

/* Whether what was sent may pass although @passes does not say so. */
static noinline bool relay_lets_pass(struct relay_queue *queue)
{
	struct relay_vdev *vdev = queue->vdev;

	if (relay_swallows(queue)) {
		relay_push(queue);
		return false;
	}

	return READ_ONCE(vdev->relay->running) &&
	       (READ_ONCE(vdev->live) || relay_go_live(vdev));
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

	if (!queue || (!READ_ONCE(queue->passes) && !relay_lets_pass(queue)))
		return;

	if (queue->ring.cfg.lazy && rproc_relay_link_is_corked(queue->vdev->link))
		return;

	relay_kicked(queue);
}
EXPORT_SYMBOL_GPL(rproc_relay_kick);

/**
 * relay_flush() - pass on what was sent while the link was corked
 * @priv: the vdev
 *
 * The @flush of its link, which see.
 *
 * Context: any.
 */
void relay_flush(void *priv)
{
	struct relay_vdev *vdev = priv;
	unsigned int i;

	if (!READ_ONCE(vdev->live) || !relay_vdev_is_open(vdev))
		return;

	for (i = 0; i < vdev->num_queues; i++)
		if (vdev->queue[i].ring.cfg.lazy)
			relay_kicked(&vdev->queue[i]);
}

/**
 * relay_deliver() - pull from a threaded queue, and let the host's core deliver
 * @queue: the queue
 * @budget: look at no more entries than this
 *
 * Context: may sleep; @receive of the vdev's link is held.
 * Return: how many entries were looked at.
 */
unsigned int relay_deliver(struct relay_queue *queue, unsigned int budget)
{
	struct rproc_relay *relay = queue->vdev->relay;
	unsigned int count = relay_pull(queue, budget);

	if (!count)
		return 0;

	relay_interrupt(queue);
	relay->ops->delivered(relay->priv);
	relay_push_more(queue);

	return count;
}

/* True if there may be more. */
static bool relay_receive_queue(struct relay_queue *queue)
{
	unsigned int total = 0;

	while (relay_vdev_is_open(queue->vdev) && total < RELAY_BURST) {
		unsigned int count;

		relay_ring_quiet(&queue->ring);
		count = relay_deliver(queue, RELAY_BATCH);
		if (!count && !relay_ring_arm(&queue->ring))
			return false;
		if (READ_ONCE(queue->broken))
			return false;
		total += count;
	}

	return relay_vdev_is_open(queue->vdev);
}

/*
 * A driver may kick under a lock that its callback takes as well. After the fence
 * a kick waits for the pull lock, and nobody may call back with that any more: what
 * keeps bells out by then keeps this out, too.
 */
static void relay_complete_like_a_bell(struct relay_queue *queue)
{
	struct rproc_relay *relay = queue->vdev->relay;
	unsigned long flags;

	spin_lock_irqsave(&relay->bell_lock, flags);
	relay_complete(queue);
	spin_unlock_irqrestore(&relay->bell_lock, flags);
}

/*
 * A client that delivers is not waited for: he sees to what there is, or calls the
 * thread again. But where priorities are inherited he gets the thread's.
 */
static bool relay_begin_delivery(struct rproc_relay_link *link)
{
	bool begun;

	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		mutex_lock(&link->receive);
		return true;
	}

	begun = mutex_trylock(&link->receive);
	if (!begun) {
		/* After what came before, and before the lock is looked at again */
		xchg(&link->refused, true);
		begun = mutex_trylock(&link->receive);
	}
	if (begun)
		WRITE_ONCE(link->refused, false);

	return begun;
}

/**
 * relay_receive() - deliver what the remote has sent by a vdev
 * @work: @receive of a vdev
 *
 * Endpoint callbacks may sleep, and then hold up their own vdev only. A vdev
 * without such queues comes here once, when it goes live: a remote that ran
 * before was not asked for a bell yet.
 *
 * Context: the vdev's thread.
 */
void relay_receive(struct kthread_work *work)
{
	struct relay_vdev *vdev = container_of(work, struct relay_vdev, receive);
	bool more = false;
	unsigned int i;

	if (!READ_ONCE(vdev->live))
		return;

	if (!relay_begin_delivery(vdev->link))
		return;
	WRITE_ONCE(vdev->link->deferred, false);
	for (i = 0; i < vdev->num_queues; i++) {
		struct relay_queue *queue = &vdev->queue[i];

		if (queue->threaded)
			more |= relay_receive_queue(queue);
		else if (!queue->ring.cfg.lazy)
			relay_complete_like_a_bell(queue);
	}
	mutex_unlock(&vdev->link->receive);

	cond_resched();
	if (more)
		kthread_queue_work(vdev->worker, &vdev->receive);
}

static void relay_look_at_vdev(struct relay_vdev *vdev)
{
	unsigned int i;

	for (i = 0; i < vdev->num_queues; i++) {
		if (vdev->queue[i].threaded)
			relay_call(&vdev->queue[i]);
		else
			relay_complete(&vdev->queue[i]);
	}
}

/**
 * rproc_relay_bell() - the remote has rung
 * @relay: the relay
 *
 * A bell says nothing of what it is for: all queues are looked at, but for what
 * a client looks at by itself.
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
		if (READ_ONCE(relay->vdevs[i].live) && !relay->vdevs[i].left)
			relay_look_at_vdev(&relay->vdevs[i]);
	spin_unlock_irqrestore(&relay->bell_lock, flags);
}
EXPORT_SYMBOL_GPL(rproc_relay_bell);

/**
 * relay_close_vdev() - give back all that a vdev's remote has
 * @vdev: the vdev; no longer open
 * @wake: whether the core still has a driver for it, to be told so
 *
 * Who waits for room gets it, and whoever may wait: nobody listens any more.
 *
 * Context: may sleep; @doors is held.
 */
void relay_close_vdev(struct relay_vdev *vdev, bool wake)
{
	unsigned long flags;
	unsigned int i;

	/* Before there is room: it must not look like the remote's */
	relay_link_set_open(vdev->link, false);

	spin_lock_irqsave(&vdev->relay->lock, flags);
	for (i = 0; i < vdev->num_queues; i++)
		WRITE_ONCE(vdev->queue[i].passes, false);
	spin_unlock_irqrestore(&vdev->relay->lock, flags);

	for (i = 0; i < vdev->num_queues; i++) {
		struct relay_queue *queue = &vdev->queue[i];

		relay_await_push(queue);
		spin_lock_irqsave(&queue->pull_lock, flags);
		relay_ring_give_back(&queue->ring);
		relay_ring_swallow(&queue->ring);
		spin_unlock_irqrestore(&queue->pull_lock, flags);

		if (wake && !queue->threaded)
			relay_interrupt(queue);
	}
}
