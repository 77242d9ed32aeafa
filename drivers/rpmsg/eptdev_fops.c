// SPDX-License-Identifier: GPL-2.0
/*
 * What a program does with /dev/rpmsgN.
 *
 * read() takes one message, of which a short buffer gets the beginning;
 * write() sends one. Readers share the queue as those of a FIFO do: each
 * message goes to one of them. A file opened only for writing takes none.
 * O_EXCL makes an open exclusive. Once the remote side is gone, every call on
 * an old descriptor fails with EPIPE, also after the remote has come back.
 *
 * poll() tells EPOLLIN while a message is there, EPOLLPRI after a flow control
 * request of the remote, EPOLLRDBAND when messages were dropped that this file
 * was not told of, EPOLLHUP | EPOLLERR after removal. EPOLLOUT goes away when
 * the transport is full and comes back, with a wake-up, when it has room (see
 * eptdev_tx.c). So a loop that writes until EAGAIN and then waits for EPOLLOUT
 * works over any transport, with level or edge triggering.
 *
 * A call with IOCB_NOWAIT waits for nobody, so that io_uring needs no thread
 * for it: it gets EAGAIN and polls.
 */

#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "eptdev.h"

static bool eptdev_may_wait(const struct kiocb *iocb)
{
	return !(iocb->ki_filp->f_flags & O_NONBLOCK) &&
	       !(iocb->ki_flags & IOCB_NOWAIT);
}

static int eptdev_open_locked(struct rpmsg_eptfile *file, struct file *filp)
{
	struct rpmsg_eptdev *eptdev = file->eptdev;
	bool exclusive = filp->f_flags & O_EXCL;
	int ret;

	lockdep_assert_held_write(&eptdev->life);

	if (!eptdev->rpdev)
		return -ENETRESET;
	if (eptdev->exclusive || (exclusive && eptdev->opens))
		return -EBUSY;

	ret = rpmsg_eptdev_attach(eptdev);
	if (ret)
		return ret;

	eptdev->opens++;
	eptdev->exclusive = exclusive;
	if (filp->f_mode & FMODE_READ)
		eptdev->readers++;
	atomic64_set(&file->dropped_told, eptdev->dropped_told);
	return 0;
}

/*
 * What nobody read is not for the next reader. But a program that only wrote
 * leaves the answers to those who will read them, if the endpoint stays.
 */
static void eptdev_close_locked(struct rpmsg_eptdev *eptdev, struct file *filp)
{
	bool unread = false;

	lockdep_assert_held_write(&eptdev->life);

	eptdev->exclusive = false;
	if (filp->f_mode & FMODE_READ)
		unread = !--eptdev->readers;
	if (!--eptdev->opens) {
		clear_bit(EPTDEV_FLOW_UPDATED, &eptdev->flags);
		clear_bit(EPTDEV_ANNOUNCED, &eptdev->flags);
		if (!eptdev->on_channel) {
			rpmsg_eptdev_detach(eptdev);
			/* It was this endpoint that was to pause */
			clear_bit(EPTDEV_FLOW_RESTRICTED, &eptdev->flags);
			unread = true;
		}
	}
	/* Without a reader, and with none able to come, we are the consumer */
	if (unread && !eptdev->readers) {
		mutex_lock(&eptdev->read_lock);
		msg_queue_clear(&eptdev->queue);
		eptdev->dropped_told = msg_queue_dropped(&eptdev->queue);
		rpmsg_eptdev_unlock_reader(eptdev);
		rpmsg_eptdev_rx_room(eptdev);
	}
}

/* A reader leaves nothing that came in his time to the next one */
static void eptdev_stop_reading(struct rpmsg_eptfile *file)
{
	struct rpmsg_eptdev *eptdev = file->eptdev;

	if (!eptdev->link)
		return;
	if (file->watches)
		rproc_relay_link_unwatch(eptdev->link);
	/* The address of a dead one may be somebody else's by now */
	if (!rpmsg_eptdev_is_dead(eptdev))
		rproc_relay_link_settle(eptdev->link, eptdev->addr);
}

static int eptdev_release(struct inode *inode, struct file *filp)
{
	struct rpmsg_eptfile *file = filp->private_data;

	if (filp->f_mode & FMODE_READ)
		eptdev_stop_reading(file);
	down_write(&file->eptdev->life);
	eptdev_close_locked(file->eptdev, filp);
	up_write(&file->eptdev->life);
	kfree(file);

	return 0;
}

/*
 * Who asked for it wants to know that it was done. To the remote it means that
 * somebody is there now: a second file makes no difference to it.
 */
static int eptdev_greet(struct inode *inode, struct file *filp)
{
	struct rpmsg_eptfile *file = filp->private_data;
	struct rpmsg_eptdev *eptdev = file->eptdev;
	int ret;

	if (!test_bit(EPTDEV_ANNOUNCE, &eptdev->flags) ||
	    test_bit(EPTDEV_ANNOUNCED, &eptdev->flags))
		return 0;

	ret = rpmsg_eptdev_announce(eptdev, !(filp->f_flags & O_NONBLOCK));
	if (ret)
		eptdev_release(inode, filp);
	return ret;
}

static int eptdev_open(struct inode *inode, struct file *filp)
{
	struct rpmsg_eptdev *eptdev = container_of(inode->i_cdev,
						   struct rpmsg_eptdev, cdev);
	struct rpmsg_eptfile *file;
	int ret;

	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	file->eptdev = eptdev;
	filp->private_data = file;
	filp->f_mode |= FMODE_NOWAIT;

	ret = -ERESTARTSYS;
	if (!down_write_killable(&eptdev->life)) {
		ret = eptdev_open_locked(file, filp);
		up_write(&eptdev->life);
	}
	if (ret) {
		kfree(file);
		return ret;
	}

	return eptdev_greet(inode, filp);
}

static ssize_t eptdev_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	const struct rpmsg_eptdev_sink sink = { .iter = to };

	return rpmsg_eptdev_take(iocb->ki_filp->private_data, &sink, NULL,
				 eptdev_may_wait(iocb));
}

/* The same for read(), which is what most programs do, without an iterator */
static ssize_t eptdev_read(struct file *filp, char __user *buf, size_t len,
			   loff_t *pos)
{
	const struct rpmsg_eptdev_sink sink = { .buf = buf, .len = len };

	return rpmsg_eptdev_take(filp->private_data, &sink, NULL,
				 !(filp->f_flags & O_NONBLOCK));
}

/* Any message of the usual transport: those cost no allocation */
#define EPTDEV_SMALL	SZ_512

/* What a message to the remote comes from: @iter, or @buf if that is NULL */
struct eptdev_source {
	struct iov_iter *iter;
	const char __user *buf;
	size_t len;
};

static __always_inline bool eptdev_fetch(void *data, const struct eptdev_source *from)
{
	if (from->iter)
		return copy_from_iter_full(data, from->len, from->iter);

	return !copy_from_user(data, from->buf, from->len);
}

static __always_inline ssize_t
eptdev_send(struct file *filp, const struct eptdev_source *from, bool may_wait)
{
	struct rpmsg_eptfile *file = filp->private_data;
	struct rpmsg_eptdev *eptdev = file->eptdev;
	u8 small[EPTDEV_SMALL] __uninitialized;
	struct rpmsg_eptdev_msg msg = {
		.data = small,
		.len = from->len,
		.dst = eptdev->chinfo.dst,
	};
	int ret;

	if (rpmsg_eptdev_is_dead(eptdev))
		return -EPIPE;
	if (msg.len > eptdev->mtu)
		return -EMSGSIZE;

	if (msg.len > sizeof(small))
		msg.data = kmalloc(msg.len, GFP_KERNEL);
	if (!msg.data)
		return -ENOMEM;

	if (eptdev_fetch(msg.data, from))
		ret = rpmsg_eptdev_send(eptdev, &msg, may_wait);
	else
		ret = -EFAULT;

	if (msg.data != small)
		kfree(msg.data);
	return ret ? ret : msg.len;
}

static ssize_t eptdev_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	const struct eptdev_source source = {
		.iter = from,
		.len = iov_iter_count(from),
	};

	return eptdev_send(iocb->ki_filp, &source, eptdev_may_wait(iocb));
}

/* And for write() */
static ssize_t eptdev_write(struct file *filp, const char __user *buf,
			    size_t len, loff_t *pos)
{
	const struct eptdev_source source = { .buf = buf, .len = len };

	return eptdev_send(filp, &source, !(filp->f_flags & O_NONBLOCK));
}

/* Once he has, he may do so at any time */
static void eptdev_watch(struct rpmsg_eptfile *file)
{
	if (file->eptdev->link && !READ_ONCE(file->watches) &&
	    !xchg(&file->watches, true))
		rproc_relay_link_watch(file->eptdev->link);
}

static __poll_t eptdev_poll_read(struct rpmsg_eptfile *file)
{
	struct msg_queue *queue = &file->eptdev->queue;
	__poll_t mask = 0;

	eptdev_watch(file);
	if (!msg_queue_is_empty(queue))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (msg_queue_dropped(queue) != atomic64_read(&file->dropped_told))
		mask |= EPOLLRDBAND;

	return mask;
}

static __poll_t eptdev_poll(struct file *filp, struct poll_table_struct *wait)
{
	struct rpmsg_eptfile *file = filp->private_data;
	struct rpmsg_eptdev *eptdev = file->eptdev;
	__poll_t mask = 0;

	poll_wait(filp, &eptdev->readq, wait);
	poll_wait(filp, &eptdev->writeq, wait);

	down_read(&eptdev->life);
	if (rpmsg_eptdev_is_dead(eptdev)) {
		mask = EPOLLHUP | EPOLLERR;
		goto unlock;
	}

	if (filp->f_mode & FMODE_READ)
		mask |= eptdev_poll_read(file);
	if (filp->f_mode & FMODE_WRITE && rpmsg_eptdev_is_writable(eptdev, filp))
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (test_bit(EPTDEV_FLOW_UPDATED, &eptdev->flags))
		mask |= EPOLLPRI;

unlock:
	up_read(&eptdev->life);
	return mask;
}

const struct file_operations rpmsg_eptdev_fops = {
	.owner = THIS_MODULE,
	.open = eptdev_open,
	.release = eptdev_release,
	.read = eptdev_read,
	.read_iter = eptdev_read_iter,
	.write = eptdev_write,
	.write_iter = eptdev_write_iter,
	.poll = eptdev_poll,
	.unlocked_ioctl = rpmsg_eptdev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
