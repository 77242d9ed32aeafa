// SPDX-License-Identifier: GPL-2.0
/*
 * relay_serve.c - clients that deliver in place of a vdev's thread
 *
 * A client that has nothing to do but wait for a message can as well take it in
 * itself, and spares the switch to the thread and back. There are two of them:
 *
 *	who polls	looks at the ring all the time, and the remote does not
 *			ring meanwhile
 *	who stands by	sleeps, and is woken by the bell in the thread's place
 *
 * Both deliver their own messages only: what other clients do in their callbacks
 * may not suit a program that a signal can come for. As messages must not
 * overtake each other, the thread takes over at the first one of somebody else's.
 * It also comes when who was called does not. But a client that is kept from
 * running just while it delivers, by tasks of higher priority or because its
 * group has used up its share of the processors, holds up the vdev for as long
 * as that takes.
 */

#include <linux/compiler.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/virtio_ids.h>

#include "relay_internal.h"

/* When the thread looks after who was called, jiffies */
#define RELAY_OVERDUE		(HZ / 50 ?: 1)

static bool relay_may_serve(const struct relay_queue *queue)
{
	return relay_vdev_is_open(queue->vdev) && !READ_ONCE(queue->broken) &&
	       !atomic_read(&queue->vdev->link->holders) &&
	       !signal_pending(current);
}

static bool relay_may_poll(const struct relay_queue *queue,
			   const struct rproc_relay_poll *poll)
{
	return relay_may_serve(queue) && !need_resched() &&
	       local_clock() < poll->until;
}

/* How many messages for a client come before one that is not. */
static unsigned int relay_count_own(const struct relay_queue *queue, u32 addr)
{
	unsigned int count = 0;
	const void *msg;

	while (count < RELAY_BATCH) {
		msg = relay_ring_peek(&queue->ring, count);
		if (!msg || relay_rpmsg_dst(msg) != addr)
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
 * A remote may have given it to somebody else since a client took it for its own.
 *
 * Context: may sleep; @receive of the link is held.
 * Return: true if so.
 */
bool relay_check(void *priv, const void *msg, u32 len)
{
	struct relay_vdev *vdev = priv;

	if (vdev->link->poller == current &&
	    vdev->link->poller_addr != relay_rpmsg_dst(msg))
		return false;

	return relay_rpmsg_check(&vdev->ns, msg, len);
}

/* Of the client that delivers; false if nothing was. */
static bool relay_take_in(struct relay_queue *queue)
{
	unsigned int count;

	count = relay_count_own(queue, queue->vdev->link->poller_addr);

	return count && relay_deliver(queue, count);
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
static struct relay_queue *relay_begin_serving(struct relay_vdev *vdev,
					       u32 addr)
{
	struct relay_queue *queue = &vdev->queue[0];

	if (vdev->id != VIRTIO_ID_RPMSG || !READ_ONCE(vdev->live) ||
	    !vdev->num_queues || !relay_vdev_is_open(vdev))
		return NULL;

	vdev->link->poller_addr = addr;
	WRITE_ONCE(vdev->link->poller, current);
	/* Who holds back from now on sees us, or we see him */
	smp_mb();
	relay_ring_mute(&queue->ring);

	return queue;
}

static void relay_end_serving(struct relay_vdev *vdev,
			      struct relay_queue *queue)
{
	WRITE_ONCE(vdev->link->poller, NULL);
	if (relay_ring_arm(&queue->ring))
		kthread_queue_work(vdev->worker, &vdev->receive);
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
	struct relay_vdev *vdev = priv;
	struct relay_queue *queue = relay_begin_serving(vdev, poll->addr);

	if (!queue)
		return;
	relay_poll_queue(queue, poll);
	relay_end_serving(vdev, queue);
}

/**
 * relay_serve() - deliver what the remote has rung for
 * @priv: the vdev
 * @addr: address of the client that was called
 *
 * The @serve of its link, which see.
 *
 * Context: may sleep; @receive of the link is held.
 */
void relay_serve(void *priv, u32 addr)
{
	struct relay_vdev *vdev = priv;
	struct relay_queue *queue;

	WRITE_ONCE(vdev->owed, false);
	queue = relay_begin_serving(vdev, addr);
	if (!queue)
		return;
	if (relay_may_serve(queue))
		relay_take_in(queue);
	relay_end_serving(vdev, queue);
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
 * The client that the next message is for, if it stands by, or the thread.
 *
 * Context: any; the relay's @bell_lock is held.
 */
void relay_call(struct relay_queue *queue)
{
	struct relay_vdev *vdev = queue->vdev;

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
 * relay_overdue() - deliver in place of a client that was called and did not come
 * @work: @overdue of a vdev
 *
 * It may be kept from running for long, and messages for others must not wait
 * behind its own.
 *
 * Context: the vdev's thread.
 */
void relay_overdue(struct kthread_work *work)
{
	struct relay_vdev *vdev = container_of(work, struct relay_vdev,
					       overdue.work);

	if (xchg(&vdev->owed, false))
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
