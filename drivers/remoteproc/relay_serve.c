// SPDX-License-Identifier: GPL-2.0
/*
 * relay_serve.c - clients that deliver in place of a vdev's thread
 *
 * A client that has nothing to do but wait for a message can as well take it in
 * itself, and spares the switch to the thread and back. There are three of them:
 *
 *	who polls	looks at the ring all the time, and the remote does not
 *			ring meanwhile
 *	who stands by	sleeps, and is woken by the bell in the thread's place
 *	who pulls	has read all there was, and looks once before it sleeps
 *
 * Who takes in messages time and again is busy with those, and then looks for more:
 * until then no bell is needed, so it is deferred. But that is for nobody else to
 * suffer from: not while a client sleeps, or watches, or holds back. Those that
 * the relay does not know of, and a reader who does not come back, are seen to by
 * the thread after a moment.
 *
 * They deliver their own messages, and those for plain clients: what others do in
 * their callbacks may not suit a program that a signal can come for. As messages
 * must not overtake each other, the thread takes over at the first one of those.
 * It also comes when who was called does not. But a client that is kept from
 * running just while it delivers, or has just ended that, by tasks of higher priority
 * or because its group has used up its share of the processors, holds up the vdev
 * for as long as that takes.
 */

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/virtio_ids.h>

#include "relay_internal.h"

/* When the thread looks after who was called, jiffies */
#define RELAY_OVERDUE		(HZ / 50 ?: 1)
/* And when for what the remote was not to ring for */
#define RELAY_DEFER		1

static bool relay_may_serve(const struct relay_queue *queue)
{
	return relay_vdev_is_open(queue->vdev) && !READ_ONCE(queue->broken) &&
	       !atomic_read(&queue->vdev->link->holders);
}

static bool relay_may_poll(const struct relay_queue *queue,
			   const struct rproc_relay_poll *poll)
{
	return relay_may_serve(queue) && !signal_pending(current) &&
	       !need_resched() && local_clock() < poll->until;
}

/* Whether a client may deliver what is for @dst */
static bool relay_may_take(const struct rproc_relay_link *link, u32 addr,
			   u32 dst)
{
	return dst == addr ||
	       (dst < RPROC_RELAY_PLAIN_ADDRS && test_bit(dst, link->plain));
}

/* How many messages that a client may deliver come before one that it may not. */
static unsigned int relay_count_takable(const struct relay_queue *queue,
					u32 addr, unsigned int most)
{
	unsigned int count = 0;
	const void *msg;

	while (count < most) {
		msg = relay_ring_peek(&queue->ring, count);
		if (!msg || !relay_may_take(queue->vdev->link, addr,
					    relay_rpmsg_dst(msg)))
			break;
		count++;
	}

	return count;
}

/**
 * relay_check() - whether a message may go to the host now
 * @priv: the vdev
 * @msg: the message with its header, which can't change any more
 * @len: how many bytes the remote says it has written
 *
 * A remote may have given it to somebody else since a client took it for its own or
 * for a plain one's, and a plain one may have gone.
 *
 * Context: may sleep; @receive of the link is held.
 * Return: true if so.
 */
bool relay_check(void *priv, const void *msg, u32 len)
{
	struct relay_vdev *vdev = priv;

	if (vdev->link->poller == current &&
	    !relay_may_take(vdev->link, vdev->link->poller_addr,
			    relay_rpmsg_dst(msg)))
		return false;

	return relay_rpmsg_check(&vdev->ns, msg, len);
}

/* What the client that delivers may: how many that was. */
static unsigned int relay_take_in(struct relay_queue *queue)
{
	unsigned int count;

	count = relay_count_takable(queue, queue->vdev->link->poller_addr,
				    RELAY_BATCH);

	return count ? relay_deliver(queue, count) : 0;
}

/* The same until there is no more; the ring's size bounds it. */
static unsigned int relay_take_all(struct relay_queue *queue)
{
	unsigned int count, total = 0;

	do {
		count = relay_take_in(queue);
		total += count;
	} while (count == RELAY_BATCH && total < queue->ring.cfg.num);

	return total;
}

static void relay_poll_queue(struct relay_queue *queue,
			     const struct rproc_relay_poll *poll)
{
	while (!poll->done(poll->context) && relay_may_poll(queue, poll)) {
		if (!relay_ring_used(&queue->ring))
			cpu_relax();
		else if (!relay_take_in(queue))
			break;
	}
}

/* The queue that has messages for clients, or NULL if there is none to serve. */
static struct relay_queue *relay_queue_to_serve(struct relay_vdev *vdev)
{
	if (vdev->id != VIRTIO_ID_RPMSG || !READ_ONCE(vdev->live) ||
	    !vdev->num_queues || !relay_vdev_is_open(vdev))
		return NULL;

	return &vdev->queue[0];
}

static void relay_begin_serving(struct relay_queue *queue, u32 addr)
{
	struct rproc_relay_link *link = queue->vdev->link;

	link->poller_addr = addr;
	WRITE_ONCE(link->poller, current);
	/* Who holds back from now on sees us, or we see him */
	smp_mb();
	relay_ring_mute(&queue->ring);
}

/* Twice in so short a time that the thread need not look in between. */
static bool relay_serves_in_a_row(struct relay_vdev *vdev)
{
	unsigned long last = vdev->served;

	vdev->served = jiffies;
	return time_before_eq(vdev->served, last + RELAY_DEFER);
}

/* Whether what has come meanwhile begins with what the client may not deliver. */
static bool relay_has_for_others(const struct relay_queue *queue)
{
	return relay_ring_used(&queue->ring) &&
	       !relay_count_takable(queue, queue->vdev->link->poller_addr, 1);
}

/*
 * True if the remote need not ring for what comes next: who was served looks for
 * it himself.
 */
static bool relay_defer(struct relay_queue *queue)
{
	struct relay_vdev *vdev = queue->vdev;
	struct rproc_relay_link *link = vdev->link;

	if (!relay_serves_in_a_row(vdev))
		return false;

	WRITE_ONCE(link->deferred, true);
	/* Who counts himself in from now on sees that, or we see him */
	smp_mb();
	if (atomic_read(&link->sleepers) || atomic_read(&link->watchers) ||
	    !relay_may_serve(queue) || relay_has_for_others(queue))
		return false;

	atomic_long_inc(&vdev->relay->deferred);
	/* Sooner than for a call that was answered, and from now on */
	kthread_mod_delayed_work(vdev->worker, &vdev->overdue, RELAY_DEFER);
	return true;
}

static void relay_ask_for_bells(struct relay_queue *queue)
{
	struct relay_vdev *vdev = queue->vdev;

	/* Whose bell finds it set has used something that is looked for now */
	WRITE_ONCE(vdev->link->deferred, false);
	if (relay_ring_arm(&queue->ring))
		kthread_queue_work(vdev->worker, &vdev->receive);
}

static void relay_end_serving(struct relay_queue *queue, bool taken)
{
	struct rproc_relay_link *link = queue->vdev->link;

	WRITE_ONCE(link->poller, NULL);
	/* What the thread was called for is in the ring, and not put off */
	if (READ_ONCE(link->refused) && xchg(&link->refused, false))
		taken = false;
	if (!taken || !relay_defer(queue))
		relay_ask_for_bells(queue);
}

/**
 * relay_poll() - deliver messages in place of the vdev's thread
 * @priv: the vdev
 * @poll: whose, and how long
 *
 * The @poll of its link, which see.
 *
 * Context: may sleep; @receive of the link is held.
 */
void relay_poll(void *priv, const struct rproc_relay_poll *poll)
{
	struct relay_queue *queue = relay_queue_to_serve(priv);

	if (!queue)
		return;

	relay_begin_serving(queue, poll->addr);
	relay_poll_queue(queue, poll);
	relay_end_serving(queue, poll->done(poll->context));
}

/* If not, he is told by a bell, or comes again before he sleeps */
static bool relay_has_to_serve(const struct relay_queue *queue, u32 addr,
			       bool called)
{
	const struct rproc_relay_link *link = queue->vdev->link;

	return called || relay_count_takable(queue, addr, 1) ||
	       (READ_ONCE(link->deferred) && atomic_read(&link->sleepers));
}

/**
 * relay_serve() - deliver what there is, for a client
 * @priv: the vdev
 * @addr: address of the client
 *
 * The @serve of its link, which see.
 *
 * Context: may sleep; @receive of the link is held.
 * Return: true if there was something.
 */
bool relay_serve(void *priv, u32 addr)
{
	struct relay_vdev *vdev = priv;
	struct relay_queue *queue = relay_queue_to_serve(vdev);
	bool called = READ_ONCE(vdev->owed) && xchg(&vdev->owed, false);
	unsigned int count = 0;

	if (!queue || !relay_has_to_serve(queue, addr, called))
		return false;

	relay_begin_serving(queue, addr);
	if (relay_may_serve(queue))
		count = relay_take_all(queue);
	relay_end_serving(queue, count);

	return count;
}

/**
 * relay_settle() - ask for bells again, if they were put off
 * @vdev: the vdev
 *
 * Waits for nobody: who delivers asks for bells when he is done, and that may be
 * when somebody has made room.
 *
 * Context: may sleep; under the remote's lock.
 */
void relay_settle(struct relay_vdev *vdev)
{
	struct relay_queue *queue;

	if (!mutex_trylock(&vdev->link->receive))
		return;

	queue = relay_queue_to_serve(vdev);
	if (queue && READ_ONCE(vdev->link->deferred))
		relay_ask_for_bells(queue);
	rproc_relay_link_end_delivery(vdev->link);
}

/**
 * relay_hand_over() - let the vdev's thread deliver after all
 * @priv: the vdev
 *
 * The @hand_over of its link, which see.
 *
 * Context: any; @standby_lock of the link is held.
 */
void relay_hand_over(void *priv)
{
	struct relay_vdev *vdev = priv;

	if (relay_vdev_is_open(vdev))
		kthread_queue_work(vdev->worker, &vdev->receive);
}

static bool relay_call_client(struct relay_queue *queue)
{
	const void *msg = relay_ring_peek(&queue->ring, 0);

	return msg && relay_link_call(queue->vdev->link, relay_rpmsg_dst(msg));
}

/**
 * relay_call() - the remote has rung: call somebody to deliver
 * @queue: a threaded queue
 *
 * The client that the next message is for, if it stands by, or the thread. Nobody
 * as long as it is deferred: then this bell is for what was taken in since.
 *
 * Context: any; the relay's @bell_lock is held.
 */
void relay_call(struct relay_queue *queue)
{
	struct relay_vdev *vdev = queue->vdev;

	if (READ_ONCE(vdev->link->deferred))
		return;

	/* Before the client can come: it takes this back */
	WRITE_ONCE(vdev->owed, true);
	if (relay_call_client(queue)) {
		kthread_queue_delayed_work(vdev->worker, &vdev->overdue,
					   RELAY_OVERDUE);
		return;
	}

	WRITE_ONCE(vdev->owed, false);
	kthread_queue_work(vdev->worker, &vdev->receive);
}

/**
 * relay_overdue() - deliver in place of a client that does not come
 * @work: @overdue of a vdev
 *
 * One that was called may be kept from running for long, and messages for others
 * must not wait behind its own. One that has taken messages in may not read them
 * for long, and the relay does not know who waits for others.
 *
 * Context: the vdev's thread.
 */
void relay_overdue(struct kthread_work *work)
{
	struct relay_vdev *vdev = container_of(work, struct relay_vdev,
					       overdue.work);

	if (xchg(&vdev->owed, false) || READ_ONCE(vdev->link->deferred))
		relay_receive(&vdev->receive);
}

/**
 * relay_cancel_delivery() - wait until nobody delivers, and nobody will
 * @vdev: the vdev; no longer open
 *
 * Context: may sleep.
 */
void relay_cancel_delivery(struct relay_vdev *vdev)
{
	relay_link_flush(vdev->link);
	kthread_cancel_delayed_work_sync(&vdev->overdue);
	kthread_cancel_work_sync(&vdev->receive);
}
