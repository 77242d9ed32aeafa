/* SPDX-License-Identifier: GPL-2.0 */
/*
 * relay_internal.h - what the files of the relay share
 */

#ifndef AMPKIT_RELAY_INTERNAL_H
#define AMPKIT_RELAY_INTERNAL_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/remoteproc.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../../include/rproc_relay_link.h"
#include "relay_ns.h"
#include "relay_ring.h"
#include "rproc_relay.h"

struct relay_vdev;

/**
 * struct relay_queue - a virtqueue of a vdev
 * @ring: its two copies
 * @vdev: whose it is
 * @da: device address of the wire copy
 * @notifyid: the core's number for it
 * @threaded: pulled with @receive of the vdev's link held, by its thread as a
 *	rule, because the host's callback may sleep; others are pulled in
 *	interrupt context
 * @broken: nothing passes any more, until the remote is started again
 * @passes: the vdev is live, and neither closed nor is this queue broken: all that
 *	a kick has to ask. Set under the relay's lock, under which a closing clears it;
 *	a quarantine needs none
 * @passed_before: what @ring had passed on before this life of the remote
 * @old_bad_ids: used ids of earlier lives that made no sense
 * @pushes: how often somebody had something to push, and it was not seen to. Who
 *	makes it one owns the push side of @ring until he has got it back to zero.
 *	While the queue is closed the push side goes with @pull_lock
 * @bells_spared: pushes that the remote was not rung for; with the push side
 * @pull_lock: guards the pull side of @ring unless @threaded. Who pulls only tries
 *	it; who closes the queue, or swallows when it is, waits for it
 * @called: somebody has something to pull, for who has @pull_lock to look at
 * @completer: who has @pull_lock, and calls the host's callback or pushes; or NULL
 */
struct relay_queue {
	struct relay_ring ring;
	struct relay_vdev *vdev;
	u32 da;
	int notifyid;
	bool threaded;
	bool broken;
	bool passes;
	u64 passed_before;
	unsigned int old_bad_ids;
	atomic_t pushes;
	unsigned long bells_spared;
	spinlock_t pull_lock;	/* pull side of @ring */
	bool called;
	struct task_struct *completer;
};

/**
 * struct relay_vdev - a virtio device of the remote
 * @relay: whose it is
 * @index: which of them it is; part of its carveouts' names
 * @id: virtio device id
 * @rsc_offset: where its entry's body starts in the table, bytes
 * @num_queues: used elements of @queue
 * @queue: its virtqueues
 * @link: its transmit side, for clients
 * @ns: what the host was told of its channels; who delivers has it
 * @live: its driver has said DRIVER_OK, and the remote was told
 * @adopted: the remote ran when this host came
 * @looks: how often it was looked for life in vain
 * @worker: the thread that pulls threaded queues
 * @receive: its work
 * @owed: a client was called to deliver, and has not come yet
 * @overdue: the thread's work if it does not come soon, or if nobody looks for
 *	what the remote was not to ring for
 * @served: when a client has last delivered, jiffies; @receive of @link is held
 * @left: its driver has gone while the remote runs: nothing is passed until
 *	the next one comes
 */
struct relay_vdev {
	struct rproc_relay *relay;
	unsigned int index;
	u32 id;
	u32 rsc_offset;
	unsigned int num_queues;
	struct relay_queue queue[RVDEV_NUM_VRINGS];
	struct rproc_relay_link *link;
	struct relay_ns ns;
	bool live;
	bool adopted;
	unsigned int looks;
	struct kthread_worker *worker;
	struct kthread_work receive;
	bool owed;
	struct kthread_delayed_work overdue;
	unsigned long served;
	bool left;
};

/**
 * struct rproc_relay - the relay of one remote
 * @node: in the list of all relays
 * @rproc: the remote
 * @ops: what the driver does for us
 * @priv: passed to @ops
 * @image_table: the table as the image has it
 * @table: the table that the core believes to be the remote's
 * @table_len: size of @image_table, bytes; @table has RELAY_TABLE_SLACK more
 * @wire_table: the remote's own, in shared memory; only written
 * @vdevs: the virtio devices in the table
 * @num_vdevs: their number
 * @look: looks for silent progress while much is lent
 * @look_delay: when it looks next, jiffies
 * @remind: tells the remote again what it has forgotten
 * @remind_delay: when it looks next, jiffies
 * @fence: stops before the vdevs do, see relay_fence_stop()
 * @lock: guards @live of the vdevs while it is decided on, and @passes of queues
 * @bell_lock: held while a bell is looked at, so that @vdevs stay that long;
 *	outermost of all spinlocks
 * @doors: held while the relay or one of its vdevs is closed or opened, until
 *	nobody is on the way any more: who finds it closed has nobody to wait for
 * @bells_rung: how often the remote's bell was rung
 * @bells_spared: how often it was not, because the remote did not care, by queues of
 *	images before this one
 * @bells_taken: how often the remote has rung
 * @deferred: how often it was not asked to, while a client had messages to read
 * @running: between start and stop
 * @fenced: the remote is being given up: nothing is passed in either direction
 */
struct rproc_relay {
	struct list_head node;
	struct rproc *rproc;
	const struct rproc_relay_ops *ops;
	void *priv;
	void *image_table;
	struct resource_table *table;
	size_t table_len;
	void *wire_table;
	struct relay_vdev *vdevs;
	unsigned int num_vdevs;
	struct delayed_work look;
	unsigned long look_delay;
	struct delayed_work remind;
	unsigned long remind_delay;
	struct rproc_subdev fence;
	spinlock_t lock;	/* going live, and passing */
	spinlock_t bell_lock;	/* a bell is looked at */
	struct mutex doors;	/* closing and opening */
	atomic_long_t bells_rung;
	unsigned long bells_spared;
	atomic_long_t bells_taken;
	atomic_long_t deferred;
	bool running;
	bool fenced;
};

static inline bool relay_is_open(const struct rproc_relay *relay)
{
	return READ_ONCE(relay->running) && !READ_ONCE(relay->fenced);
}

static inline bool relay_vdev_is_open(const struct relay_vdev *vdev)
{
	return relay_is_open(vdev->relay) && !READ_ONCE(vdev->left);
}

static inline void relay_ring_bell(struct rproc_relay *relay)
{
	atomic_long_inc(&relay->bells_rung);
	relay->ops->ring_bell(relay->priv);
}

/* relay_pass.c */
void relay_tell_room(struct relay_queue *queue);
void relay_look(struct work_struct *work);
void relay_receive(struct kthread_work *work);
unsigned int relay_deliver(struct relay_queue *queue, unsigned int budget);
void relay_flush(void *priv);
void relay_close_vdev(struct relay_vdev *vdev, bool wake);

/* relay_serve.c */
bool relay_check(void *priv, const void *msg, u32 len);
void relay_poll(void *priv, const struct rproc_relay_poll *poll);
bool relay_serve(void *priv, u32 addr);
void relay_hand_over(void *priv);
void relay_settle(struct relay_vdev *vdev);
void relay_call(struct relay_queue *queue);
void relay_cancel_delivery(struct relay_vdev *vdev);
void relay_overdue(struct kthread_work *work);

/* relay_remind.c */
void relay_remind(struct work_struct *work);
void relay_remind_soon(struct rproc_relay *relay);

/* relay_vdev.c */
void relay_mend_release(struct device *dev);
void relay_prepare_vdev(struct relay_vdev *vdev, bool running);
void relay_vdev_leave(struct relay_vdev *vdev);
void relay_vdev_left(struct relay_vdev *vdev);
void relay_vdev_enter(struct relay_vdev *vdev);

/* relay_table.c */
bool relay_vdev_is_ok(const struct relay_vdev *vdev);
bool relay_vdev_has_event_idx(const struct relay_vdev *vdev);
bool relay_vdev_announces(const struct relay_vdev *vdev);
void relay_vdev_publish(struct relay_vdev *vdev);
bool relay_vdev_knows(const struct relay_vdev *vdev);
void relay_read_notifyids(struct rproc_relay *relay);
void relay_vdev_unpublish(struct relay_vdev *vdev);
void relay_restore_table(struct rproc_relay *relay, void *wire_table);

/* relay_link.c */
void relay_register(struct rproc_relay *relay);
void relay_unregister(struct rproc_relay *relay);
struct rproc_relay *relay_find(const struct device *dev);
struct rproc_relay_link *relay_link_alloc(void);
void relay_link_set_open(struct rproc_relay_link *link, bool open);
void relay_link_set_room(struct rproc_relay_link *link, bool room);
void relay_link_wake_senders(struct rproc_relay_link *link);
bool relay_link_call(struct rproc_relay_link *link, u32 addr);
void relay_link_set_vdev(struct rproc_relay_link *link,
			 struct relay_vdev *vdev);
void relay_link_flush(struct rproc_relay_link *link);

/* relay_rpmsg.c */
bool relay_rpmsg_check(struct relay_ns *ns, const void *msg, u32 len);

/* Messages delivered in one go */
#define RELAY_BATCH		64

/*
 * Of a vdev with one ring the core writes to a second one when it goes, which
 * may lie behind the table: ours ends in room for that.
 */
#define RELAY_TABLE_SLACK	sizeof(struct fw_rsc_vdev_vring)

#define RELAY_RPMSG_HDR_LEN	16
/* Where in the header it says whom the message is for */
#define RELAY_RPMSG_DST		4
#define RELAY_RPMSG_BUF_LEN	512
/* As in virtio_rpmsg_bus, for each direction */
#define RELAY_RPMSG_MAX_BUFS	256U

/**
 * relay_rpmsg_dst() - whom a message is for
 * @msg: the message with its header, aligned to words; in shared memory it may
 *	change
 *
 * Context: any.
 * Return: the address.
 */
static inline u32 relay_rpmsg_dst(const void *msg)
{
	return le32_to_cpu(READ_ONCE(*(const __le32 *)(msg + RELAY_RPMSG_DST)));
}

#endif /* AMPKIT_RELAY_INTERNAL_H */
