// SPDX-License-Identifier: GPL-2.0
/*
 * The receive side of an endpoint device: from the transport into the queue,
 * and out of it to a reader.
 *
 * When the queue is full, messages are dropped and counted. Or the delivery
 * waits until a reader has made room: the transport's thread then takes
 * nothing more from the remote, which runs out of buffers and waits itself.
 * That takes a transport whose thread does nothing else, and tells us when it
 * has to end: a relayed one. There, completions of what was sent come in by
 * interrupt, each remote has its own thread, and a closing link lets us go.
 */

#include <linux/iopoll.h>
#include <linux/poll.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "eptdev.h"
#include "eptdev_trace.h"

/* How often it is looked whether a reader still delivers, and for how long, us */
#define RPMSG_EPTDEV_POLLER_US	100U
#define RPMSG_EPTDEV_POLLER_MAX	USEC_PER_SEC

static void eptdev_wake_readers(struct rpmsg_eptdev *eptdev, __poll_t events)
{
	/* The message is queued before it is looked whether somebody waits */
	if (wq_has_sleeper(&eptdev->readq))
		wake_up_interruptible_poll(&eptdev->readq, events);
}

static __always_inline void
eptdev_receive_now(struct rpmsg_eptdev *eptdev, const void *data, int len,
		   u32 src)
{
	bool queued;

	if (len < 0 || rpmsg_eptdev_is_dead(eptdev))
		return;

	queued = msg_queue_push(&eptdev->queue, data, len, src);
	trace_rpmsg_ept_receive(eptdev->dev.id, src, len, queued);
	eptdev_wake_readers(eptdev, queued ? EPOLLIN | EPOLLRDNORM :
					     EPOLLRDBAND);
}

/**
 * rpmsg_eptdev_receive_now() - queue a message for the readers, or drop it
 * @eptdev: endpoint device
 * @data: the message
 * @len: its length in bytes
 * @src: address that sent it
 *
 * Any context, does not sleep. What the queue has no room for is dropped and
 * counted there.
 */
void rpmsg_eptdev_receive_now(struct rpmsg_eptdev *eptdev, const void *data,
			      int len, u32 src)
{
	eptdev_receive_now(eptdev, data, len, src);
}

/*
 * A message that never fits is not worth waiting with, and a reader who delivers
 * to himself waits for no other one: he may have begun before this endpoint was
 * told to hold.
 */
static bool eptdev_may_hold(const struct rpmsg_eptdev *eptdev, int len)
{
	return test_bit(EPTDEV_HOLD, &eptdev->flags) &&
	       !test_bit(EPTDEV_LET_GO, &eptdev->flags) &&
	       !rpmsg_eptdev_is_dead(eptdev) &&
	       rpmsg_eptdev_leads_on(eptdev) &&
	       READ_ONCE(eptdev->link->poller) != current &&
	       len <= READ_ONCE(eptdev->queue.max_bytes);
}

/* True when the message got into the queue */
static bool eptdev_hold(struct rpmsg_eptdev *eptdev, const void *data, int len,
			u32 src)
{
	bool queued = msg_queue_try_push(&eptdev->queue, data, len, src);

	if (queued)
		return true;

	atomic64_inc(&eptdev->held);
	trace_rpmsg_ept_hold(eptdev->dev.id, src, len);
	wait_event_idle(eptdev->roomq,
			(queued = msg_queue_try_push(&eptdev->queue, data, len,
						     src)) ||
			!eptdev_may_hold(eptdev, len));
	return queued;
}

/**
 * rpmsg_eptdev_receive() - queue a message for the readers
 * @eptdev: endpoint device
 * @data: the message
 * @len: its length in bytes
 * @src: address that sent it
 *
 * Any context that the transport delivers in; sleeps when the queue is full
 * and the endpoint was told to hold back, else it drops and counts.
 */
void rpmsg_eptdev_receive(struct rpmsg_eptdev *eptdev, const void *data,
			  int len, u32 src)
{
	if (len >= 0 && eptdev_may_hold(eptdev, len) &&
	    eptdev_hold(eptdev, data, len, src)) {
		trace_rpmsg_ept_receive(eptdev->dev.id, src, len, true);
		eptdev_wake_readers(eptdev, EPOLLIN | EPOLLRDNORM);
		return;
	}

	eptdev_receive_now(eptdev, data, len, src);
}

/**
 * rpmsg_eptdev_rx_room() - a delivery that is held back should look again
 * @eptdev: endpoint device
 *
 * Any context, does not sleep.
 */
void rpmsg_eptdev_rx_room(struct rpmsg_eptdev *eptdev)
{
	/* What has changed before whether somebody waits for it */
	if (wq_has_sleeper(&eptdev->roomq))
		wake_up_all(&eptdev->roomq);
}

/*
 * A reader who delivers, and has begun when there was nobody to hold back. One
 * that is kept from running meanwhile is not waited for much longer.
 */
static void eptdev_await_poller(const struct rpmsg_eptdev *eptdev)
{
	const struct task_struct *now, *poller;

	/* One who begins now sees us */
	smp_mb__after_atomic();
	poller = READ_ONCE(eptdev->link->poller);
	if (poller && poller != current)
		read_poll_timeout(READ_ONCE, now, now != poller,
				  RPMSG_EPTDEV_POLLER_US,
				  RPMSG_EPTDEV_POLLER_MAX, false,
				  eptdev->link->poller);
}

/**
 * rpmsg_eptdev_set_overflow() - choose what to do when the queue is full
 * @eptdev: endpoint device
 * @hold: hold the transport back instead of dropping
 *
 * May sleep, until nobody is left who may still drop instead; but a reader who
 * is kept from running for a second while he delivers may afterwards.
 *
 * Return: 0, or -EOPNOTSUPP when the transport can't be held back.
 */
int rpmsg_eptdev_set_overflow(struct rpmsg_eptdev *eptdev, bool hold)
{
	if (hold && !eptdev->link)
		return -EOPNOTSUPP;

	if (!hold) {
		rpmsg_eptdev_end_hold(eptdev);
	} else if (!test_and_set_bit(EPTDEV_HOLD, &eptdev->flags)) {
		atomic_inc(&eptdev->link->holders);
		eptdev_await_poller(eptdev);
		rproc_relay_link_undefer(eptdev->link);
	}
	/* Whose end came just before has nothing to hold back */
	if (rpmsg_eptdev_is_dead(eptdev))
		rpmsg_eptdev_end_hold(eptdev);
	rpmsg_eptdev_rx_room(eptdev);

	return 0;
}

/**
 * rpmsg_eptdev_end_hold() - drop messages again
 * @eptdev: endpoint device
 *
 * Any context, does not sleep.
 */
void rpmsg_eptdev_end_hold(struct rpmsg_eptdev *eptdev)
{
	if (test_and_clear_bit(EPTDEV_HOLD, &eptdev->flags))
		atomic_dec(&eptdev->link->holders);
}

/**
 * rpmsg_eptdev_set_busy_poll() - choose how long a file polls before it sleeps
 * @file: the file
 * @us: how long, microseconds, 0 for not at all
 *
 * Any context, does not sleep.
 *
 * Return: 0, -EINVAL for too long, -EOPNOTSUPP when the transport has nothing to
 * poll.
 */
int rpmsg_eptdev_set_busy_poll(struct rpmsg_eptfile *file, unsigned long us)
{
	if (us > RPMSG_EPT_BUSY_POLL_MAX)
		return -EINVAL;
	if (us && !file->eptdev->link)
		return -EOPNOTSUPP;

	WRITE_ONCE(file->busy_poll_us, us);
	return 0;
}

/* Who has the lock may just have given it back, and looked for nobody */
static bool eptdev_trylock_reader(struct rpmsg_eptdev *eptdev)
{
	if (mutex_trylock(&eptdev->read_lock))
		return true;

	set_bit(EPTDEV_RX_BUSY, &eptdev->flags);
	/* The bit before the lock is looked at again */
	smp_mb__after_atomic();
	return mutex_trylock(&eptdev->read_lock);
}

/**
 * rpmsg_eptdev_lock_reader() - take @read_lock
 * @eptdev: endpoint device
 *
 * Whoever has it may be in a page fault for as long as a file system likes, and
 * a removal waits for writers of sysfs: so not the lock itself is waited for, but
 * the event of its end, or of a removal. To be given back by
 * rpmsg_eptdev_unlock_reader(). May sleep.
 *
 * Return: 0, -ERESTARTSYS, or -EPIPE when the remote is gone.
 */
int rpmsg_eptdev_lock_reader(struct rpmsg_eptdev *eptdev)
{
	bool locked = false;
	int ret;

	ret = wait_event_interruptible(eptdev->readq,
				       (locked = eptdev_trylock_reader(eptdev)) ||
				       rpmsg_eptdev_is_dead(eptdev));
	if (ret)
		return ret;

	return locked ? 0 : -EPIPE;
}

/**
 * rpmsg_eptdev_resize() - change the bounds of the queue
 * @eptdev: endpoint device
 * @max_msgs: most messages, or 0 to leave that as it is
 * @max_bytes: most payload in bytes, or 0 to leave that as it is
 *
 * May sleep.
 *
 * Return: 0, -ERESTARTSYS, -EPIPE when the remote is gone, or an error of
 * msg_queue_resize().
 */
int rpmsg_eptdev_resize(struct rpmsg_eptdev *eptdev, u32 max_msgs,
			u32 max_bytes)
{
	struct msg_queue *queue = &eptdev->queue;
	int ret = rpmsg_eptdev_lock_reader(eptdev);

	if (ret)
		return ret;
	ret = msg_queue_resize(queue, max_msgs ?: queue->max_msgs,
			       max_bytes ?: queue->max_bytes);
	rpmsg_eptdev_unlock_reader(eptdev);
	rpmsg_eptdev_rx_room(eptdev);

	return ret;
}

static int eptdev_describe(const struct rpmsg_eptdev *eptdev,
			   const struct msg_queue_view *view, size_t copied,
			   struct rpmsg_ept_msg __user *desc)
{
	const struct rpmsg_ept_msg msg = {
		.len = view->len,
		.src = view->src,
		.dst = eptdev->addr,
		.flags = copied < view->len ? RPMSG_EPT_MSG_TRUNC : 0,
		.lost = view->lost,
	};
	const size_t from = offsetof(struct rpmsg_ept_msg, len);

	/* What the caller has said of its buffer stays */
	if (copy_to_user((void __user *)desc + from, (void *)&msg + from,
			 sizeof(msg) - from))
		return -EFAULT;
	return 0;
}

static __always_inline bool eptdev_put(const struct rpmsg_eptdev_sink *to,
				       size_t at, const void *data, size_t len)
{
	if (to->iter)
		return copy_to_iter(data, len, to->iter) == len;

	return !copy_to_user(to->buf + at, data, len);
}

/* A message whose copy fails is not taken */
static ssize_t eptdev_copy_out(struct rpmsg_eptfile *file,
			       struct msg_queue_cursor *cursor,
			       const struct msg_queue_view *view,
			       const struct rpmsg_eptdev_sink *to,
			       struct rpmsg_ept_msg __user *desc)
{
	struct rpmsg_eptdev *eptdev = file->eptdev;
	size_t room = to->iter ? iov_iter_count(to->iter) : to->len;
	size_t first = min(view->part[0].iov_len, room);
	size_t second = min(view->part[1].iov_len, room - first);
	size_t copied = first + second;

	if (!eptdev_put(to, 0, view->part[0].iov_base, first) ||
	    (second && !eptdev_put(to, first, view->part[1].iov_base, second)))
		return -EFAULT;
	if (desc && eptdev_describe(eptdev, view, copied, desc))
		return -EFAULT;

	msg_queue_take(cursor, view, copied);
	file->last_len = view->len;
	file->last_truncated = copied < view->len;
	trace_rpmsg_ept_take(eptdev->dev.id, view->src, view->len, copied);

	return copied;
}

static int eptdev_lock_reader(struct rpmsg_eptdev *eptdev, bool may_wait)
{
	if (likely(mutex_trylock(&eptdev->read_lock)))
		return 0;
	if (!may_wait)
		return eptdev_trylock_reader(eptdev) ? 0 : -EAGAIN;

	return rpmsg_eptdev_lock_reader(eptdev);
}

static __always_inline void eptdev_unlock_reader(struct rpmsg_eptdev *eptdev)
{
	mutex_unlock(&eptdev->read_lock);
	/* The lock before the bit of who did not get it */
	smp_mb();
	if (test_bit(EPTDEV_RX_BUSY, &eptdev->flags) &&
	    test_and_clear_bit(EPTDEV_RX_BUSY, &eptdev->flags))
		eptdev_wake_readers(eptdev, EPOLLIN | EPOLLRDNORM);
}

/* There may be room now, if messages were taken */
static void eptdev_end_taking(struct rpmsg_eptdev *eptdev,
			      const struct msg_queue_cursor *cursor)
{
	if (cursor->count)
		msg_queue_pop(&eptdev->queue, cursor);
	eptdev_unlock_reader(eptdev);
	/* That had the barrier which who waits for room needs as well */
	if (waitqueue_active(&eptdev->roomq))
		wake_up_all(&eptdev->roomq);
}

/**
 * rpmsg_eptdev_unlock_reader() - give @read_lock back
 * @eptdev: endpoint device
 *
 * Who found it taken meanwhile waits for an event: no message may come that is one.
 * Does not sleep.
 */
void rpmsg_eptdev_unlock_reader(struct rpmsg_eptdev *eptdev)
{
	eptdev_unlock_reader(eptdev);
}

/* The @read_lock of the device is held */
static ssize_t eptdev_take_next(struct rpmsg_eptfile *file,
				struct msg_queue_cursor *cursor,
				const struct rpmsg_eptdev_sink *to,
				struct rpmsg_ept_msg __user *desc)
{
	struct rpmsg_eptdev *eptdev = file->eptdev;
	struct msg_queue_view view;

	if (rpmsg_eptdev_is_dead(eptdev))
		return -EPIPE;
	if (!msg_queue_peek(&eptdev->queue, cursor, &view))
		return -EAGAIN;

	return eptdev_copy_out(file, cursor, &view, to, desc);
}

static ssize_t eptdev_try_take(struct rpmsg_eptfile *file,
			       const struct rpmsg_eptdev_sink *to,
			       struct rpmsg_ept_msg __user *desc, bool may_wait)
{
	struct rpmsg_eptdev *eptdev = file->eptdev;
	struct msg_queue_cursor cursor;
	ssize_t ret;

	ret = eptdev_lock_reader(eptdev, may_wait);
	if (ret)
		return ret;

	cursor = msg_queue_begin(&eptdev->queue);
	ret = eptdev_take_next(file, &cursor, to, desc);
	eptdev_end_taking(eptdev, &cursor);
	return ret;
}

/* Where a described message goes, as its description says */
static int eptdev_get_buffer(struct rpmsg_eptdev_sink *to,
			     const struct rpmsg_ept_msg __user *desc)
{
	struct rpmsg_ept_msg msg;

	if (copy_from_user(&msg, desc, sizeof(msg)))
		return -EFAULT;

	*to = (struct rpmsg_eptdev_sink){
		.buf = u64_to_user_ptr(msg.data),
		.len = msg.size,
	};
	return 0;
}

/* No message is dropped for want of what was copied already. */
static void eptdev_pop_early(struct rpmsg_eptdev *eptdev,
			     struct msg_queue_cursor *cursor)
{
	if (!cursor->count || likely(!msg_queue_is_crowded(&eptdev->queue)))
		return;

	msg_queue_pop(&eptdev->queue, cursor);
	*cursor = msg_queue_begin(&eptdev->queue);
}

/**
 * rpmsg_eptdev_take_some() - take messages as long as there are any
 * @file: who takes them
 * @descs: where to, and where to tell about each
 * @count: at most so many
 * @taken: receives how many
 *
 * Does not wait for messages; may sleep all the same.
 *
 * Return: 0 if all were taken, or what rpmsg_eptdev_take() says of the next one.
 */
int rpmsg_eptdev_take_some(struct rpmsg_eptfile *file,
			   struct rpmsg_ept_msg __user *descs,
			   unsigned int count, unsigned int *taken)
{
	struct rpmsg_eptdev *eptdev = file->eptdev;
	struct msg_queue_cursor cursor;
	struct rpmsg_eptdev_sink to;
	ssize_t ret;

	*taken = 0;
	ret = eptdev_lock_reader(eptdev, false);
	if (ret)
		return ret;

	cursor = msg_queue_begin(&eptdev->queue);
	while (ret >= 0 && *taken < count) {
		ret = eptdev_get_buffer(&to, &descs[*taken]);
		if (!ret)
			ret = eptdev_take_next(file, &cursor, &to,
					       &descs[*taken]);
		*taken += ret >= 0;
		eptdev_pop_early(eptdev, &cursor);
	}
	eptdev_end_taking(eptdev, &cursor);

	return min_t(ssize_t, ret, 0);
}

static bool eptdev_has_news(void *context)
{
	const struct rpmsg_eptdev *eptdev = context;

	return !msg_queue_is_empty(&eptdev->queue) ||
	       rpmsg_eptdev_is_dead(eptdev);
}

/*
 * Whoever delivers at the moment may bring our messages as well. If not we have to
 * look when he is done: he may have deferred the next bell.
 */
static void eptdev_busy_poll(struct rpmsg_eptdev *eptdev, u32 us)
{
	const struct rproc_relay_poll poll = {
		.addr = eptdev->addr,
		.done = eptdev_has_news,
		.context = eptdev,
		.until = local_clock() + us * NSEC_PER_USEC,
	};

	while (!rproc_relay_link_poll(eptdev->link, &poll) &&
	       !eptdev_has_news(eptdev) && local_clock() < poll.until &&
	       !signal_pending(current) && !need_resched())
		cpu_relax();
}

/* True if that brought something; without waiting for it. */
static bool eptdev_pull(struct rpmsg_eptdev *eptdev, bool may_wait)
{
	if (!eptdev->link)
		return false;
	if (may_wait)
		return rproc_relay_link_pull(eptdev->link, eptdev->addr) &&
		       eptdev_has_news(eptdev);

	rproc_relay_link_undefer(eptdev->link);
	return false;
}

/* Until there is something to read, or the remote has rung and we took it in. */
static int eptdev_await_news(struct rpmsg_eptdev *eptdev)
{
	struct rproc_relay_standby standby;
	int ret;

	if (!eptdev->link)
		return wait_event_interruptible(eptdev->readq,
						eptdev_has_news(eptdev));

	rproc_relay_link_stand_by(eptdev->link, &standby, eptdev->addr);
	ret = wait_event_interruptible(eptdev->readq,
				       eptdev_has_news(eptdev) ||
				       READ_ONCE(standby.called));
	rproc_relay_link_stand_down(eptdev->link, &standby);

	return ret;
}

/**
 * rpmsg_eptdev_take() - take the oldest message out of the queue
 * @file: who takes it
 * @to: where to; a message that is longer loses its end
 * @desc: where to tell about the message as well, or NULL
 * @may_wait: wait for a message if there is none
 *
 * May sleep.
 *
 * Return: how many bytes were copied, -EAGAIN, -EPIPE when the device is dead,
 * -EFAULT, or -ERESTARTSYS.
 */
ssize_t rpmsg_eptdev_take(struct rpmsg_eptfile *file,
			  const struct rpmsg_eptdev_sink *to,
			  struct rpmsg_ept_msg __user *desc, bool may_wait)
{
	struct rpmsg_eptdev *eptdev = file->eptdev;
	u32 poll_us = READ_ONCE(file->busy_poll_us);
	ssize_t ret;

	/* Another reader may be faster: then wait again */
	for (;;) {
		ret = eptdev_try_take(file, to, desc, may_wait);
		if (ret != -EAGAIN)
			return ret;
		if (eptdev_pull(eptdev, may_wait))
			continue;
		if (!may_wait)
			return ret;

		if (poll_us)
			eptdev_busy_poll(eptdev, poll_us);

		ret = eptdev_await_news(eptdev);
		if (ret)
			return ret;
	}
}

/**
 * rpmsg_eptdev_take_described() - the same for a message that is described
 * @file: who takes it
 * @desc: where to, and where to tell about it
 * @may_wait: wait for a message if there is none
 *
 * May sleep.
 *
 * Return: as rpmsg_eptdev_take().
 */
ssize_t rpmsg_eptdev_take_described(struct rpmsg_eptfile *file,
				    struct rpmsg_ept_msg __user *desc,
				    bool may_wait)
{
	struct rpmsg_eptdev_sink to;
	int ret = eptdev_get_buffer(&to, desc);

	return ret ?: rpmsg_eptdev_take(file, &to, desc, may_wait);
}
