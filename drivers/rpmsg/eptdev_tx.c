// SPDX-License-Identifier: GPL-2.0
/*
 * The send side of an endpoint device, and how it learns of room.
 *
 * Never a blocking rpmsg send: those can't be killed, and hold up a removal.
 * Everything here tries, and waits on a wait queue of its own, holding no
 * lock. A relayed transport tells when there is room. Any other is tried again
 * after a short time, which doubles from 1 to 32 ms with each failure: rpmsg
 * has no event for room, and a remote may well take messages without ringing.
 */

#include <linux/poll.h>
#include <linux/rpmsg/byteorder.h>
#include <linux/rpmsg/ns.h>
#include <linux/string.h>

#include "eptdev.h"
#include "eptdev_trace.h"

/**
 * rpmsg_eptdev_tx_room() - there may be room to send again
 * @eptdev: endpoint device
 *
 * Wakes writers and pollers if a send found no room before. This is where an
 * event of the transport itself belongs. Any context, does not sleep.
 */
void rpmsg_eptdev_tx_room(struct rpmsg_eptdev *eptdev)
{
	if (!test_bit(EPTDEV_TX_FULL, &eptdev->flags))
		return;

	clear_bit(EPTDEV_TX_FULL, &eptdev->flags);
	wake_up_interruptible_poll(&eptdev->writeq, EPOLLOUT | EPOLLWRNORM);
}

/*
 * Only for one of @senders, and for who holds @life and has seen the device alive:
 * that the timer is not started after a removal rests on it.
 */
static void eptdev_tx_full(struct rpmsg_eptdev *eptdev)
{
	unsigned int delay = READ_ONCE(eptdev->retry_ms);

	/* The timer of the one who set the bit is still to expire */
	if (test_and_set_bit(EPTDEV_TX_FULL, &eptdev->flags))
		return;

	WRITE_ONCE(eptdev->retry_ms, min(2 * delay, RPMSG_EPTDEV_RETRY_MAX_MS));
	hrtimer_start(&eptdev->retry, ms_to_ktime(delay),
		      HRTIMER_MODE_REL_SOFT);
}

static inline void eptdev_tx_done(struct rpmsg_eptdev *eptdev, size_t len)
{
	atomic64_inc(&eptdev->sent);
	atomic64_add(len, &eptdev->sent_bytes);
	WRITE_ONCE(eptdev->retry_ms, RPMSG_EPTDEV_RETRY_MIN_MS);
	if (test_bit(EPTDEV_TX_FULL, &eptdev->flags))
		rpmsg_eptdev_tx_room(eptdev);
}

static bool eptdev_link_has_room(const struct rpmsg_eptdev *eptdev)
{
	return eptdev->link && rproc_relay_link_has_room(eptdev->link);
}

static bool eptdev_link_is_full(const struct rpmsg_eptdev *eptdev)
{
	return eptdev->link && !rproc_relay_link_has_room(eptdev->link);
}

/* If not, its next event wakes who waits: that looks at the bit */
static bool eptdev_link_is_ready(struct rpmsg_eptdev *eptdev)
{
	if (eptdev_link_has_room(eptdev))
		return true;

	eptdev_tx_full(eptdev);
	/* The event may have come before the bit */
	if (!eptdev_link_has_room(eptdev))
		return false;

	rpmsg_eptdev_tx_room(eptdev);
	return true;
}

/**
 * rpmsg_eptdev_is_writable() - whether a send is worth a try
 * @eptdev: endpoint device, not dead, its @life held
 * @filp: file that asks
 *
 * If not, @writeq is woken when it is again. May sleep.
 *
 * The transport's own wait queue must not enter the caller's poll table: it
 * may be freed with the rpmsg device, long before the file is closed. So the
 * transport is only asked, and asked again by the retry timer. One that never
 * said "writable" has no poll operation.
 *
 * Who is known to have no room has none, whatever has become of EPTDEV_TX_FULL:
 * the timer may have cleared it just now, and has then woken the caller.
 *
 * Return: true if so.
 */
bool rpmsg_eptdev_is_writable(struct rpmsg_eptdev *eptdev, struct file *filp)
{
	if (eptdev->link && !eptdev_link_is_ready(eptdev))
		return false;

	if (rpmsg_poll(eptdev->ept, filp, NULL) & EPOLLOUT) {
		set_bit(EPTDEV_TX_TELLS, &eptdev->flags);
		return true;
	}

	if (test_bit(EPTDEV_TX_TELLS, &eptdev->flags)) {
		eptdev_tx_full(eptdev);
		return false;
	}
	return !test_bit(EPTDEV_TX_FULL, &eptdev->flags);
}

/* Transports say "full" in different words */
static bool eptdev_is_full_error(int err)
{
	return err == -ENOMEM || err == -EAGAIN || err == -EBUSY;
}

/*
 * A link that closes gives the transport's buffers back, and what is sent then
 * reaches nobody: that is no room. The link says that there is after it has said
 * that it is closed, if at all.
 */
static __always_inline int
eptdev_send_once(struct rpmsg_eptdev *eptdev, void *msg, size_t len, u32 dst)
{
	bool full = eptdev_link_is_full(eptdev);

	/* Pairs with the xchg() of relay_link_set_room() */
	smp_rmb();
	/* Asked before: a message that ended the remote has arrived there */
	if (!rpmsg_eptdev_leads_on(eptdev))
		return -EPIPE;

	return full ? -EAGAIN : rpmsg_trysendto(eptdev->ept, msg, len, dst);
}

/* Found no room: once more, as that which came meanwhile has woken nobody. */
static noinline int eptdev_send_again(struct rpmsg_eptdev *eptdev, void *msg,
				      size_t len, u32 dst)
{
	int ret = -EAGAIN;

	eptdev_tx_full(eptdev);
	if (eptdev_link_has_room(eptdev))
		ret = eptdev_send_once(eptdev, msg, len, dst);

	return eptdev_is_full_error(ret) ? -EAGAIN : ret;
}

static bool eptdev_begin_sending(struct rpmsg_eptdev *eptdev)
{
	return refcount_inc_not_zero(&eptdev->senders);
}

static inline void eptdev_stop_sending(struct rpmsg_eptdev *eptdev)
{
	if (refcount_dec_and_test(&eptdev->senders))
		complete(&eptdev->senders_gone);
}

/**
 * rpmsg_eptdev_end_sending() - wait until nobody sends, and nobody will
 * @eptdev: endpoint device, dead; to be called once
 *
 * May sleep.
 */
void rpmsg_eptdev_end_sending(struct rpmsg_eptdev *eptdev)
{
	eptdev_stop_sending(eptdev);
	wait_for_completion(&eptdev->senders_gone);
}

/* Between eptdev_begin_sending() and eptdev_stop_sending() */
static __always_inline int
eptdev_send_alive(struct rpmsg_eptdev *eptdev,
		  const struct rpmsg_eptdev_msg *msg)
{
	int ret = -EPIPE;

	if (!rpmsg_eptdev_is_dead(eptdev))
		ret = eptdev_send_once(eptdev, msg->data, msg->len, msg->dst);
	if (unlikely(eptdev_is_full_error(ret)))
		ret = eptdev_send_again(eptdev, msg->data, msg->len, msg->dst);
	if (!ret)
		eptdev_tx_done(eptdev, msg->len);
	if (!ret && eptdev->link)
		rproc_relay_link_sent(eptdev->link);
	trace_rpmsg_ept_send(eptdev->dev.id, msg->dst, msg->len, ret);

	return ret;
}

static int eptdev_try_send(struct rpmsg_eptdev *eptdev,
			   const struct rpmsg_eptdev_msg *msg)
{
	int ret;

	if (!eptdev_begin_sending(eptdev))
		return -EPIPE;

	ret = eptdev_send_alive(eptdev, msg);
	eptdev_stop_sending(eptdev);

	return ret;
}

/**
 * rpmsg_eptdev_send_some() - send messages as long as there is room
 * @eptdev: endpoint device, open
 * @msgs: the messages, none above the MTU
 * @count: their number
 * @sent: receives how many of them were sent, the first ones
 *
 * They are passed on together. Does not wait for room; may sleep all the same.
 *
 * Return: 0 if all were sent, or what rpmsg_eptdev_send() says of the next one.
 */
int rpmsg_eptdev_send_some(struct rpmsg_eptdev *eptdev,
			   const struct rpmsg_eptdev_msg *msgs,
			   unsigned int count, unsigned int *sent)
{
	int ret = 0;

	*sent = 0;
	if (!eptdev_begin_sending(eptdev))
		return -EPIPE;

	if (eptdev->link)
		rproc_relay_link_cork(eptdev->link);
	while (!ret && *sent < count) {
		ret = eptdev_send_alive(eptdev, &msgs[*sent]);
		*sent += !ret;
	}
	if (eptdev->link)
		rproc_relay_link_uncork(eptdev->link);
	eptdev_stop_sending(eptdev);

	return ret;
}

/**
 * rpmsg_eptdev_send() - send a message
 * @eptdev: endpoint device, open
 * @msg: the message, not above the MTU
 * @may_wait: wait if there is no room
 *
 * May sleep.
 *
 * Return: 0, -EAGAIN, -EPIPE when the remote is gone, -ERESTARTSYS, or an error
 * of the transport.
 */
int rpmsg_eptdev_send(struct rpmsg_eptdev *eptdev,
		      const struct rpmsg_eptdev_msg *msg, bool may_wait)
{
	int ret;

	for (;;) {
		ret = eptdev_try_send(eptdev, msg);
		if (ret != -EAGAIN || !may_wait)
			return ret;

		ret = wait_event_interruptible(eptdev->writeq,
					       !test_bit(EPTDEV_TX_FULL, &eptdev->flags) ||
					       rpmsg_eptdev_is_dead(eptdev));
		if (ret)
			return ret;
	}
}

/**
 * rpmsg_eptdev_announce() - tell the remote's name service our address
 * @eptdev: endpoint device of a channel, open
 * @may_wait: wait if there is no room
 *
 * The remote has announced the channel, but learns whom to talk to only from
 * our first message: this is one that means nothing else. May sleep.
 *
 * Return: 0, -EINVAL if @eptdev is no channel's, or an error of
 * rpmsg_eptdev_send().
 */
int rpmsg_eptdev_announce(struct rpmsg_eptdev *eptdev, bool may_wait)
{
	struct rpmsg_ns_msg ns = {};
	const struct rpmsg_eptdev_msg msg = {
		.data = &ns,
		.len = sizeof(ns),
		.dst = RPMSG_NS_ADDR,
	};
	bool little_endian = true;
	int ret;

	if (!eptdev->on_channel)
		return -EINVAL;

	down_read(&eptdev->life);
	if (eptdev->rpdev)
		little_endian = eptdev->rpdev->little_endian;
	up_read(&eptdev->life);

	strscpy(ns.name, eptdev->chinfo.name, sizeof(ns.name));
	ns.addr = __cpu_to_rpmsg32(little_endian, eptdev->addr);
	ns.flags = __cpu_to_rpmsg32(little_endian, RPMSG_NS_CREATE);

	ret = rpmsg_eptdev_send(eptdev, &msg, may_wait);
	if (!ret)
		set_bit(EPTDEV_ANNOUNCED, &eptdev->flags);
	return ret;
}
