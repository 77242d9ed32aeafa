/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An endpoint device: what stands behind one /dev/rpmsgN. Shared by the files
 * of the rpmsg char driver only.
 */

#ifndef _AMPKIT_EPTDEV_H
#define _AMPKIT_EPTDEV_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cdev.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rpmsg.h>
#include <linux/rwsem.h>
#include <linux/sizes.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <uapi/linux/rpmsg_ext.h>

#include "msg_queue.h"
#include "rproc_relay_link.h"

/* Largest bounds of a queue */
#define RPMSG_EPTDEV_MAX_MSGS	SZ_64K
#define RPMSG_EPTDEV_MAX_BYTES	SZ_16M

/* A full transport is tried again after this time, doubled up to the second */
#define RPMSG_EPTDEV_RETRY_MIN_MS	1U
#define RPMSG_EPTDEV_RETRY_MAX_MS	32U

/**
 * enum rpmsg_eptdev_flag - bits of &struct rpmsg_eptdev.flags
 * @EPTDEV_DEAD: the remote side is gone for good, set once and never cleared
 * @EPTDEV_TX_FULL: the last send found no room and was not retried yet; the
 *	retry timer is running
 * @EPTDEV_TX_TELLS: the transport has its own idea of when there is room
 * @EPTDEV_RX_BUSY: a reader found @read_lock taken: he is to be woken by who gives it
 *	back
 * @EPTDEV_FLOW_RESTRICTED: the remote asked us to pause
 * @EPTDEV_FLOW_UPDATED: and no reader has asked for that state since
 * @EPTDEV_HOLD: hold the transport back rather than drop messages
 * @EPTDEV_LET_GO: the endpoint is being destroyed, which waits for whoever
 *	delivers to it
 * @EPTDEV_ANNOUNCE: the first open tells the remote our address: one that comes
 *	while no other file is open, or when those before it did not get to it
 * @EPTDEV_ANNOUNCED: the remote was told, and a file has been open ever since
 */
enum rpmsg_eptdev_flag {
	EPTDEV_DEAD,
	EPTDEV_TX_FULL,
	EPTDEV_TX_TELLS,
	EPTDEV_RX_BUSY,
	EPTDEV_FLOW_RESTRICTED,
	EPTDEV_FLOW_UPDATED,
	EPTDEV_HOLD,
	EPTDEV_LET_GO,
	EPTDEV_ANNOUNCE,
	EPTDEV_ANNOUNCED,
};

/**
 * struct rpmsg_eptdev - endpoint device
 * @dev: device of class rpmsg; its last reference frees this structure
 * @cdev: the character device, which holds a reference on @dev while it or
 *	a file of it exists
 * @chinfo: name and addresses as they were given at creation; constant
 * @on_channel: @ept is the channel's own endpoint: it exists before the first
 *	open and after the last close, and the rpmsg core destroys it; constant
 * @flags: bits of &enum rpmsg_eptdev_flag, atomic
 * @life: guards the members down to @dropped_told. Held for reading while @ept is
 *	used, so that it can't go away meanwhile, but for sending, see @senders;
 *	for writing while one of them changes. Never held while waiting for room,
 *	messages or user memory
 * @rpdev: rpmsg device to create @ept on, NULL once dead
 * @ept: the endpoint, NULL while there is none
 * @addr: its own address; like @mtu, does not change while a file is open
 * @mtu: longest message that can be sent, in bytes
 * @opens: number of open files
 * @readers: number of those that may read
 * @exclusive: the one open file was opened with O_EXCL
 * @dropped_told: how many messages had been dropped when there was last no
 *	reader
 * @queue: messages received and not read yet
 * @read_lock: makes a reader the queue's one consumer from peek to pop, and
 *	guards what files keep of their last read. Taken inside @life at most,
 *	held while the message is copied to user space, and given back by
 *	rpmsg_eptdev_unlock_reader()
 * @readq: woken when a message or a flow control request came, by removal, and when
 *	@read_lock was given back that somebody had found taken
 * @roomq: where a delivery that is held back waits; woken when there may be
 *	room in @queue, and when it shall not wait any more
 * @held: times that this happened
 * @senders: who sends at the moment, with a file open so that there is an @ept, and
 *	one more until the device is dead. What they cost is part of each message:
 *	two atomic operations, of which @life needs two calls
 * @senders_gone: the last of them is through
 * @sent: messages sent
 * @sent_bytes: their payload
 * @writeq: woken when there may be room to send, and by removal
 * @link: what the transport tells of its room, or NULL where it tells nothing;
 *	constant
 * @link_entry: on the wait queue of @link until the device is dead
 * @retry: clears EPTDEV_TX_FULL and wakes @writeq
 * @retry_ms: delay of the next @retry in milliseconds; a hint, without a lock
 * @presence: guards the node as a whole: held while it is added or removed, so
 *	that a program which opens it at once can't remove it half made, and
 *	so that every removal returns only when all is done. Taken outside @life,
 *	and inside the lock of @dev's parent
 */
struct rpmsg_eptdev {
	struct device dev;
	struct cdev cdev;
	struct rpmsg_channel_info chinfo;
	bool on_channel;
	unsigned long flags;

	struct rw_semaphore life;	/* guards rpdev .. dropped_told */
	struct rpmsg_device *rpdev;
	struct rpmsg_endpoint *ept;
	u32 addr;
	size_t mtu;
	unsigned int opens;
	unsigned int readers;
	bool exclusive;
	u64 dropped_told;

	struct msg_queue queue;
	struct mutex read_lock;	/* guards the taking of a message */
	wait_queue_head_t readq;
	wait_queue_head_t roomq;
	atomic64_t held;

	refcount_t senders;
	struct completion senders_gone;
	atomic64_t sent;
	atomic64_t sent_bytes;

	wait_queue_head_t writeq;
	struct rproc_relay_link *link;
	struct wait_queue_entry link_entry;
	struct hrtimer retry;
	unsigned int retry_ms;

	struct mutex presence;	/* guards the node as a whole */
};

/**
 * struct rpmsg_eptfile - an open file of an endpoint device
 * @eptdev: the device
 * @last_len: whole length of the message it read last
 * @last_truncated: it did not get all of that
 * @dropped_told: how many dropped messages it was told of; by itself
 * @busy_poll_us: how long it polls before it sleeps, microseconds; by itself
 * @watches: it has waited for events; atomic, and not taken back
 *
 * The @read_lock of @eptdev guards what changes, unless it says otherwise.
 */
struct rpmsg_eptfile {
	struct rpmsg_eptdev *eptdev;
	u32 last_len;
	bool last_truncated;
	atomic64_t dropped_told;
	u32 busy_poll_us;
	bool watches;
};

/**
 * struct rpmsg_eptdev_msg - a message on its way out
 * @data: the message
 * @len: its length in bytes
 * @dst: address to send it to
 */
struct rpmsg_eptdev_msg {
	void *data;
	size_t len;
	u32 dst;
};

/**
 * struct rpmsg_eptdev_sink - where messages go
 * @iter: there, or NULL
 * @buf: memory of the program's, without @iter
 * @len: its size in bytes
 */
struct rpmsg_eptdev_sink {
	struct iov_iter *iter;
	char __user *buf;
	size_t len;
};

#define dev_to_eptdev(d) container_of(d, struct rpmsg_eptdev, dev)

static inline bool rpmsg_eptdev_is_dead(const struct rpmsg_eptdev *eptdev)
{
	return test_bit(EPTDEV_DEAD, &eptdev->flags);
}

/* Whether what is sent now still gets to the remote */
static inline bool rpmsg_eptdev_leads_on(const struct rpmsg_eptdev *eptdev)
{
	return !eptdev->link || rproc_relay_link_is_open(eptdev->link);
}

extern const struct file_operations rpmsg_eptdev_fops;
extern const struct attribute_group *rpmsg_eptdev_groups[];

/* eptdev.c */
int rpmsg_eptdev_init(void);
void rpmsg_eptdev_exit(void);

struct rpmsg_eptdev *
rpmsg_eptdev_alloc(struct rpmsg_device *rpdev, struct device *parent,
		   const struct rpmsg_channel_info *chinfo,
		   struct rpmsg_endpoint *channel_ept);
int rpmsg_eptdev_add(struct rpmsg_eptdev *eptdev);
struct device *rpmsg_eptdev_get_parent(struct rpmsg_eptdev *eptdev);

int rpmsg_eptdev_attach(struct rpmsg_eptdev *eptdev);
void rpmsg_eptdev_detach(struct rpmsg_eptdev *eptdev);

/* eptdev_rx.c */
void rpmsg_eptdev_receive(struct rpmsg_eptdev *eptdev, const void *data,
			  int len, u32 src);
void rpmsg_eptdev_receive_now(struct rpmsg_eptdev *eptdev, const void *data,
			      int len, u32 src);
void rpmsg_eptdev_rx_room(struct rpmsg_eptdev *eptdev);
int rpmsg_eptdev_set_overflow(struct rpmsg_eptdev *eptdev, bool hold);
void rpmsg_eptdev_end_hold(struct rpmsg_eptdev *eptdev);
int rpmsg_eptdev_lock_reader(struct rpmsg_eptdev *eptdev);
void rpmsg_eptdev_unlock_reader(struct rpmsg_eptdev *eptdev);
int rpmsg_eptdev_set_busy_poll(struct rpmsg_eptfile *file, unsigned long us);
int rpmsg_eptdev_resize(struct rpmsg_eptdev *eptdev, u32 max_msgs,
			u32 max_bytes);
ssize_t rpmsg_eptdev_take(struct rpmsg_eptfile *file,
			  const struct rpmsg_eptdev_sink *to,
			  struct rpmsg_ept_msg __user *desc, bool may_wait);
ssize_t rpmsg_eptdev_take_described(struct rpmsg_eptfile *file,
				    struct rpmsg_ept_msg __user *desc,
				    bool may_wait);
int rpmsg_eptdev_take_some(struct rpmsg_eptfile *file,
			   struct rpmsg_ept_msg __user *descs,
			   unsigned int count, unsigned int *taken);

/* eptdev_tx.c */
void rpmsg_eptdev_tx_room(struct rpmsg_eptdev *eptdev);
void rpmsg_eptdev_end_sending(struct rpmsg_eptdev *eptdev);
bool rpmsg_eptdev_is_writable(struct rpmsg_eptdev *eptdev, struct file *filp);
int rpmsg_eptdev_send(struct rpmsg_eptdev *eptdev,
		      const struct rpmsg_eptdev_msg *msg, bool may_wait);
int rpmsg_eptdev_send_some(struct rpmsg_eptdev *eptdev,
			   const struct rpmsg_eptdev_msg *msgs,
			   unsigned int count, unsigned int *sent);
int rpmsg_eptdev_announce(struct rpmsg_eptdev *eptdev, bool may_wait);

/* eptdev_ioctl.c */
long rpmsg_eptdev_ioctl(struct file *filp, unsigned int cmd,
			unsigned long arg);

#endif /* _AMPKIT_EPTDEV_H */
