/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rproc_relay_link.h - what a relayed rpmsg transport tells its clients
 *
 * rpmsg has no event for "there is room to send again", and no state for "what
 * is sent now reaches nobody". A transport behind the relay of
 * drivers/remoteproc knows both. A client that shall work over any transport
 * takes rproc_relay_link_get() by symbol_get(), and needs it no more once it
 * has a link: those are counted by themselves, so that a file that is polled
 * on one may stay open long after remote, relay and their modules are gone.
 */

#ifndef AMPKIT_RPROC_RELAY_LINK_H
#define AMPKIT_RPROC_RELAY_LINK_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

struct device;

/* Clients that stand by at a time; looked through at each bell */
#define RPROC_RELAY_STANDBYS	16

/* Addresses that can be plain: those that rpmsg gives out come from below */
#define RPROC_RELAY_PLAIN_ADDRS	2048

/**
 * struct rproc_relay_poll - how long a client polls
 * @addr: its address
 * @done: whether there is what it polls for; must not sleep
 * @context: passed to @done
 * @until: when to give up, as of local_clock()
 *
 * @done and @until are looked at when up to 64 messages were taken in at once.
 */
struct rproc_relay_poll {
	u32 addr;
	bool (*done)(void *context);
	void *context;
	u64 until;
};

/**
 * struct rproc_relay_standby - a client that stands by to deliver
 * @node: in @standbys of the link; in none if there were too many, or when it
 *	was called
 * @task: who is woken
 * @addr: its address
 * @called: the remote has rung, and the client was woken for it
 */
struct rproc_relay_standby {
	struct list_head node;
	struct task_struct *task;
	u32 addr;
	bool called;
};

/**
 * struct rproc_relay_link - a vdev, as clients see it
 * @wait: woken when there may be room again, with EPOLLOUT, and when the link
 *	closes
 * @refs: the vdev, and each client
 * @room: a message can be sent without waiting
 * @open: what is sent is passed on, at once or when its driver is there
 * @receive: held while messages of the remote are delivered, by whomever; guards
 *	@poll, @serve and @vdev
 * @refused: the vdev's thread found @receive taken, and it is for who has it to see
 *	to what it was called for, or to call it again
 * @poll: delivers a client's messages for as long as it is told to, NULL once
 *	there is no vdev any more
 * @serve: delivers those of a client that there are, likewise
 * @vdev: passed to @poll and @serve
 * @poller: who is in @poll or @serve
 * @poller_addr: its address
 * @plain: bit per address: its client does nothing but queue what it gets, and
 *	does not sleep for that unless it is counted in @holders
 * @deferred: there may be messages that the remote was not to ring for: who took
 *	in the last ones has those to read first
 * @sleepers: how many clients sleep until something is delivered
 * @watchers: how many wait for events of their files, by whatever means
 * @standby_lock: guards the members down to @hand_over_vdev, and changes of @open;
 *	innermost of ours
 * @standbys: who may be woken when the remote rings
 * @num_standbys: their number
 * @hand_over: lets the vdev's thread deliver, NULL once there is no vdev any more
 * @hand_over_vdev: passed to @hand_over
 * @corker: who is about to send more: until he is done, what he sends may wait
 * @cork_lock: held while @flush runs; guards it, @flush_vdev and changes of @open
 * @flush: passes on what waits, NULL once there is no vdev any more
 * @flush_vdev: passed to @flush
 * @holders: how many clients may hold up delivery for want of room: while there
 *	are any, nobody delivers but the thread, as he may be the one who has to
 *	make that room
 *
 * Clients use @wait and the functions below, and count themselves in @holders.
 */
struct rproc_relay_link {
	wait_queue_head_t wait;
	struct kref refs;
	bool room;
	bool open;
	struct mutex receive;	/* delivery, poll .. poller_addr */
	bool refused;
	void (*poll)(void *vdev, const struct rproc_relay_poll *poll);
	bool (*serve)(void *vdev, u32 addr);
	void *vdev;
	struct task_struct *poller;
	u32 poller_addr;
	DECLARE_BITMAP(plain, RPROC_RELAY_PLAIN_ADDRS);
	bool deferred;
	atomic_t sleepers;
	atomic_t watchers;
	spinlock_t standby_lock;	/* standbys .. hand_over_vdev, changes of open */
	struct list_head standbys;
	unsigned int num_standbys;
	void (*hand_over)(void *vdev);
	void *hand_over_vdev;
	atomic_t holders;
	struct task_struct *corker;
	spinlock_t cork_lock;	/* flush, flush_vdev, changes of open */
	void (*flush)(void *vdev);
	void *flush_vdev;
};

struct rproc_relay_link *rproc_relay_link_get(struct device *dev);

static inline void rproc_relay_link_release(struct kref *refs)
{
	kfree(container_of(refs, struct rproc_relay_link, refs));
}

/**
 * rproc_relay_link_put() - give a link back
 * @link: the link; the caller waits on it no more
 *
 * Context: any.
 */
static inline void rproc_relay_link_put(struct rproc_relay_link *link)
{
	kref_put(&link->refs, rproc_relay_link_release);
}

/**
 * rproc_relay_link_is_open() - whether what is sent is passed on
 * @link: the link
 *
 * Not any more from the moment on in which the remote is given up, by a stop or
 * after a crash. The transport goes on to accept messages until its devices
 * are gone, but they reach nobody.
 *
 * Context: any.
 * Return: true if it is.
 */
static inline bool rproc_relay_link_is_open(const struct rproc_relay_link *link)
{
	return READ_ONCE(link->open);
}

/**
 * rproc_relay_link_has_room() - whether a message can be sent without waiting
 * @link: the link
 *
 * Context: any.
 * Return: true if so; somebody else may be faster.
 */
static inline bool rproc_relay_link_has_room(const struct rproc_relay_link *link)
{
	return READ_ONCE(link->room);
}

static inline void rproc_relay_link_hand_over(struct rproc_relay_link *link)
{
	unsigned long flags;

	spin_lock_irqsave(&link->standby_lock, flags);
	if (link->hand_over)
		link->hand_over(link->hand_over_vdev);
	spin_unlock_irqrestore(&link->standby_lock, flags);
}

/**
 * rproc_relay_link_end_delivery() - give @receive back
 * @link: the link
 *
 * Context: may sleep.
 */
static inline void rproc_relay_link_end_delivery(struct rproc_relay_link *link)
{
	mutex_unlock(&link->receive);
	/* The lock before the thread that did not get it */
	smp_mb();
	if (READ_ONCE(link->refused) && xchg(&link->refused, false))
		rproc_relay_link_hand_over(link);
}

/**
 * rproc_relay_link_poll() - take messages in instead of sleeping until they come
 * @link: the link
 * @poll: how long; a signal ends it as well
 *
 * Delivers the client's messages and those for plain ones, and spares the remote's
 * bells and a thread's wake-up. Ends at a message for somebody else.
 *
 * Context: may sleep; no lock is held that a delivery takes.
 * Return: false if somebody else delivers already.
 */
static inline bool rproc_relay_link_poll(struct rproc_relay_link *link,
					 const struct rproc_relay_poll *poll)
{
	if (!mutex_trylock(&link->receive))
		return false;
	if (link->poll)
		link->poll(link->vdev, poll);
	rproc_relay_link_end_delivery(link);

	return true;
}

/**
 * rproc_relay_link_set_plain() - say what a client does with its messages
 * @link: the link
 * @addr: the client's address
 * @plain: it does nothing but queue them: any other client may deliver them
 *
 * Context: any.
 */
static inline void rproc_relay_link_set_plain(struct rproc_relay_link *link,
					      u32 addr, bool plain)
{
	if (addr < RPROC_RELAY_PLAIN_ADDRS)
		assign_bit(addr, link->plain, plain);
}

/* Who gets little of the processors' time would keep others waiting */
static inline bool rproc_relay_gets_time(void)
{
	return task_nice(current) <= 0 && current->policy != SCHED_IDLE;
}

static inline bool rproc_relay_may_deliver(const struct rproc_relay_link *link)
{
	return !atomic_read(&link->holders) && rproc_relay_gets_time();
}

/* Who is to end soon begins nothing */
static inline bool rproc_relay_may_stand_by(const struct rproc_relay_link *link)
{
	return rproc_relay_may_deliver(link) && !signal_pending(current);
}

/**
 * rproc_relay_link_undefer() - let what was deferred be delivered
 * @link: the link
 *
 * For who can't, or may not, deliver himself, and needs to know of messages.
 *
 * Context: any.
 */
static inline void rproc_relay_link_undefer(struct rproc_relay_link *link)
{
	if (READ_ONCE(link->deferred))
		rproc_relay_link_hand_over(link);
}

/* Of @sleepers or @watchers */
static inline void rproc_relay_link_count_in(atomic_t *count)
{
	atomic_inc(count);
	/* Who does not see us, and defers, has said so before we look */
	smp_mb__after_atomic();
}

/**
 * rproc_relay_link_watch() - from now on, wait for events of a file
 * @link: the link
 *
 * A client that sleeps elsewhere, for instance in poll(), is told of each message
 * as soon as it comes. To be undone by rproc_relay_link_unwatch().
 *
 * Context: any.
 */
static inline void rproc_relay_link_watch(struct rproc_relay_link *link)
{
	rproc_relay_link_count_in(&link->watchers);
	rproc_relay_link_undefer(link);
}

/**
 * rproc_relay_link_unwatch() - undo rproc_relay_link_watch()
 * @link: the link
 *
 * Context: any.
 */
static inline void rproc_relay_link_unwatch(struct rproc_relay_link *link)
{
	atomic_dec(&link->watchers);
}

/* False if somebody else delivers already. @taken: something was delivered */
static inline bool rproc_relay_link_serve(struct rproc_relay_link *link,
					  u32 addr, bool *taken)
{
	if (!mutex_trylock(&link->receive))
		return false;
	*taken = link->serve && link->serve(link->vdev, addr);
	rproc_relay_link_end_delivery(link);

	return true;
}

/**
 * rproc_relay_link_pull() - deliver what there is
 * @link: the link
 * @addr: the client's address
 *
 * For a client that has read all it got and wants more: it need not wait for a
 * bell. If there was something, as there was shortly before, the remote does not
 * ring for what comes next: whoever sleeps or watches first asks for that, and
 * after a moment the vdev's thread looks.
 *
 * Context: may sleep; no lock is held that a delivery takes.
 * Return: true if something was delivered, to whomever.
 */
static inline bool rproc_relay_link_pull(struct rproc_relay_link *link,
					 u32 addr)
{
	bool taken = false;

	if (!rproc_relay_may_stand_by(link) ||
	    !rproc_relay_link_serve(link, addr, &taken))
		rproc_relay_link_undefer(link);

	return taken;
}

/**
 * rproc_relay_link_settle() - deliver what has come so far
 * @link: the link
 * @addr: the client's address
 *
 * For who has pulled, and will not do so again: nothing stays deferred. Does not
 * wait for what somebody else delivers at this moment.
 *
 * Context: may sleep; no lock is held that a delivery takes.
 */
static inline void rproc_relay_link_settle(struct rproc_relay_link *link,
					   u32 addr)
{
	bool taken;

	if (rproc_relay_may_deliver(link))
		rproc_relay_link_serve(link, addr, &taken);
	rproc_relay_link_undefer(link);
}

/**
 * rproc_relay_link_stand_by() - be woken when the remote rings for us
 * @link: the link
 * @standby: undefined before; valid until rproc_relay_link_stand_down()
 * @addr: the client's address
 *
 * For who is about to sleep until a message comes, and wakes up for @called as
 * well. Not everybody can; who can't is woken when the message was delivered.
 * Delivers what was deferred.
 *
 * Context: may sleep; no lock is held that a delivery takes.
 */
static inline void
rproc_relay_link_stand_by(struct rproc_relay_link *link,
			  struct rproc_relay_standby *standby, u32 addr)
{
	unsigned long flags;

	INIT_LIST_HEAD(&standby->node);
	standby->task = current;
	standby->addr = addr;
	standby->called = false;
	rproc_relay_link_count_in(&link->sleepers);

	if (rproc_relay_may_stand_by(link)) {
		spin_lock_irqsave(&link->standby_lock, flags);
		if (link->num_standbys < RPROC_RELAY_STANDBYS) {
			list_add_tail(&standby->node, &link->standbys);
			link->num_standbys++;
		}
		spin_unlock_irqrestore(&link->standby_lock, flags);
	}

	if (READ_ONCE(link->deferred))
		rproc_relay_link_pull(link, addr);
}

/* The lock is held */
static inline void
rproc_relay_link_strike_off(struct rproc_relay_link *link,
			    struct rproc_relay_standby *standby)
{
	list_del_init(&standby->node);
	link->num_standbys--;
}

/* True if the remote has rung meanwhile */
static inline bool
rproc_relay_link_leave(struct rproc_relay_link *link,
		       struct rproc_relay_standby *standby)
{
	unsigned long flags;

	spin_lock_irqsave(&link->standby_lock, flags);
	if (!list_empty(&standby->node))
		rproc_relay_link_strike_off(link, standby);
	spin_unlock_irqrestore(&link->standby_lock, flags);
	atomic_dec(&link->sleepers);

	/* Set under the lock, and not any more */
	return standby->called;
}

/**
 * rproc_relay_link_stand_down() - undo rproc_relay_link_stand_by()
 * @link: the link
 * @standby: as given there
 *
 * Delivers what the remote has rung for, or lets the vdev's thread do it: who
 * was called comes here, whatever else has ended its sleep.
 *
 * Context: may sleep; no lock is held that a delivery takes.
 */
static inline void
rproc_relay_link_stand_down(struct rproc_relay_link *link,
			    struct rproc_relay_standby *standby)
{
	bool taken;

	if (!rproc_relay_link_leave(link, standby))
		return;

	if (!rproc_relay_may_stand_by(link) ||
	    !rproc_relay_link_serve(link, standby->addr, &taken))
		rproc_relay_link_hand_over(link);
}

/**
 * rproc_relay_link_cork() - more than one message is about to be sent
 * @link: the link
 *
 * They are passed on together, by rproc_relay_link_uncork(), or when another client
 * sends something by the vdev and says so: those wait for nobody who is kept from
 * running. What drivers send that know of no link may wait as well. Of several who
 * cork at a time only the first does.
 *
 * Context: a task, which is the one to uncork.
 */
static inline void rproc_relay_link_cork(struct rproc_relay_link *link)
{
	if (rproc_relay_gets_time())
		cmpxchg(&link->corker, NULL, current);
}

static inline void rproc_relay_link_flush(struct rproc_relay_link *link)
{
	unsigned long flags;

	spin_lock_irqsave(&link->cork_lock, flags);
	if (link->flush)
		link->flush(link->flush_vdev);
	spin_unlock_irqrestore(&link->cork_lock, flags);
}

/**
 * rproc_relay_link_sent() - a message was sent
 * @link: the link
 *
 * While somebody else has corked, the core may find no reason to kick for it.
 *
 * Context: any.
 */
static inline void rproc_relay_link_sent(struct rproc_relay_link *link)
{
	const struct task_struct *corker = READ_ONCE(link->corker);

	if (unlikely(corker) && corker != current)
		rproc_relay_link_flush(link);
}

/* Whether it is not worth to pass on what the caller has just sent */
static inline bool
rproc_relay_link_is_corked(const struct rproc_relay_link *link)
{
	const struct task_struct *corker = READ_ONCE(link->corker);

	return unlikely(corker) && corker == current && in_task();
}

/**
 * rproc_relay_link_uncork() - undo rproc_relay_link_cork()
 * @link: the link
 *
 * Context: the task that has corked, or has tried to.
 */
static inline void rproc_relay_link_uncork(struct rproc_relay_link *link)
{
	if (READ_ONCE(link->corker) == current)
		WRITE_ONCE(link->corker, NULL);
	/* Who still saw the cork has put his message there before we look */
	smp_mb();
	rproc_relay_link_flush(link);
}

#endif /* AMPKIT_RPROC_RELAY_LINK_H */
