// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls of /dev/rpmsgN: those of linux/rpmsg.h as existing programs know
 * them, FIONREAD, and those of linux/rpmsg_ext.h, which tell more of a message
 * than read() and write() can, and take many at once.
 */

#include <asm/ioctls.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "eptdev.h"
#include "rpmsg_char.h"

/* Messages of a batch that are sent or taken at once */
#define EPTDEV_PARCEL	16U

/* 32-bit programs see the same */
static_assert(sizeof(struct rpmsg_ept_msg) == 32);
static_assert(sizeof(struct rpmsg_ept_batch) == 24);
static_assert(sizeof(struct rpmsg_ept_info) == 160);

/* A request that comes in meanwhile is reported again, never lost */
static int eptdev_get_flow(struct rpmsg_eptdev *eptdev, int __user *restricted)
{
	bool updated = test_and_clear_bit(EPTDEV_FLOW_UPDATED, &eptdev->flags);

	if (!put_user(test_bit(EPTDEV_FLOW_RESTRICTED, &eptdev->flags),
		      restricted))
		return 0;

	if (updated)
		set_bit(EPTDEV_FLOW_UPDATED, &eptdev->flags);
	return -EFAULT;
}

static int eptdev_set_flow(struct rpmsg_eptdev *eptdev, unsigned long pause)
{
	int ret = -EPIPE;

	if (pause > 1)
		return -EINVAL;

	if (down_read_killable(&eptdev->life))
		return -ERESTARTSYS;
	if (!rpmsg_eptdev_is_dead(eptdev))
		ret = rpmsg_set_flow_control(eptdev->ept, pause,
					     eptdev->chinfo.dst);
	up_read(&eptdev->life);

	return ret;
}

/*
 * A device that is being deleted has left its parent's list of children, so
 * the parent would not know to wait for it; its lock makes it wait.
 */
static int eptdev_remove_self(struct rpmsg_eptdev *eptdev)
{
	struct device *parent;

	/* A channel is removed by its driver or its remote, not by a user */
	if (eptdev->on_channel)
		return -EINVAL;

	parent = rpmsg_eptdev_get_parent(eptdev);
	if (!parent)
		return 0;

	device_lock(parent);
	rpmsg_chrdev_eptdev_destroy(&eptdev->dev, NULL);
	device_unlock(parent);
	put_device(parent);

	return 0;
}

/* What the file was told of once, it is not told again */
static u32 eptdev_tell_dropped(struct rpmsg_eptfile *file, u64 dropped)
{
	u64 told = atomic64_xchg(&file->dropped_told, dropped);

	return min_t(u64, dropped - told, U32_MAX);
}

static u32 eptdev_info_flags(const struct rpmsg_eptfile *file)
{
	const struct rpmsg_eptdev *eptdev = file->eptdev;
	u32 flags = 0;

	if (test_bit(EPTDEV_HOLD, &eptdev->flags))
		flags |= RPMSG_EPT_INFO_HOLDS;
	if (test_bit(EPTDEV_TX_FULL, &eptdev->flags))
		flags |= RPMSG_EPT_INFO_TX_FULL;
	if (file->last_truncated)
		flags |= RPMSG_EPT_INFO_TRUNC;

	return flags;
}

static void eptdev_fill_info(struct rpmsg_eptfile *file,
			     struct rpmsg_ept_info *info)
{
	struct rpmsg_eptdev *eptdev = file->eptdev;
	struct msg_queue_stats stats;

	msg_queue_get_stats(&eptdev->queue, &stats);
	*info = (struct rpmsg_ept_info) {
		.src = eptdev->addr,
		.dst = eptdev->chinfo.dst,
		.mtu = eptdev->mtu,
		.flags = eptdev_info_flags(file),
		.max_msgs = eptdev->queue.max_msgs,
		.max_bytes = eptdev->queue.max_bytes,
		.queued = stats.queued,
		.queued_bytes = stats.queued_bytes,
		.next_len = msg_queue_next_len(&eptdev->queue),
		.high_water = stats.high_water,
		.last_len = file->last_len,
		.new_dropped = eptdev_tell_dropped(file, stats.dropped),
		.received = stats.received,
		.received_bytes = stats.received_bytes,
		.dropped = stats.dropped,
		.dropped_bytes = stats.dropped_bytes,
		.taken = stats.taken,
		.truncated = stats.truncated,
		.discarded = stats.discarded,
		.sent = atomic64_read(&eptdev->sent),
		.sent_bytes = atomic64_read(&eptdev->sent_bytes),
		.held = atomic64_read(&eptdev->held),
	};
}

static int eptdev_get_info(struct rpmsg_eptfile *file,
			   struct rpmsg_ept_info __user *to)
{
	struct rpmsg_eptdev *eptdev = file->eptdev;
	struct rpmsg_ept_info info;

	if (mutex_lock_interruptible(&eptdev->read_lock))
		return -ERESTARTSYS;
	eptdev_fill_info(file, &info);
	rpmsg_eptdev_unlock_reader(eptdev);

	if (!copy_to_user(to, &info, sizeof(info)))
		return 0;

	/* Not told after all */
	atomic64_sub(info.new_dropped, &file->dropped_told);
	wake_up_interruptible_poll(&eptdev->readq, EPOLLRDBAND);
	return -EFAULT;
}

static int eptdev_get_batch(struct rpmsg_ept_batch *batch,
			    const void __user *from)
{
	if (copy_from_user(batch, from, sizeof(*batch)))
		return -EFAULT;
	if (!batch->count || batch->count > RPMSG_EPT_BATCH_MAX ||
	    batch->flags & ~RPMSG_EPT_DONTWAIT ||
	    batch->reserved[0] || batch->reserved[1])
		return -EINVAL;

	return 0;
}

static bool eptdev_batch_may_wait(const struct file *filp,
				  const struct rpmsg_ept_batch *batch)
{
	return !(filp->f_flags & O_NONBLOCK) &&
	       !(batch->flags & RPMSG_EPT_DONTWAIT);
}

static int eptdev_check_outgoing(const struct rpmsg_eptdev *eptdev,
				 const struct rpmsg_ept_msg *msg)
{
	if (msg->len || msg->flags || msg->lost)
		return -EINVAL;
	if (msg->src != RPMSG_ADDR_ANY && msg->src != eptdev->addr)
		return -EINVAL;

	return msg->size > eptdev->mtu ? -EMSGSIZE : 0;
}

/**
 * struct eptdev_parcel - messages on their way out of a user's batch
 * @count: their number
 * @msg: the messages
 * @data: room for each, as much as the transport takes
 */
struct eptdev_parcel {
	unsigned int count;
	struct rpmsg_eptdev_msg msg[EPTDEV_PARCEL];
	u8 data[];
};

static int eptdev_pack_one(struct rpmsg_eptdev *eptdev,
			   struct eptdev_parcel *parcel,
			   const struct rpmsg_ept_msg __user *from)
{
	u8 *data = parcel->data + parcel->count * eptdev->mtu;
	struct rpmsg_ept_msg msg;
	int ret;

	if (copy_from_user(&msg, from, sizeof(msg)))
		return -EFAULT;
	ret = eptdev_check_outgoing(eptdev, &msg);
	if (ret)
		return ret;
	if (copy_from_user(data, u64_to_user_ptr(msg.data), msg.size))
		return -EFAULT;

	parcel->msg[parcel->count++] = (struct rpmsg_eptdev_msg) {
		.data = data,
		.len = msg.size,
		.dst = msg.dst == RPMSG_ADDR_ANY ? eptdev->chinfo.dst : msg.dst,
	};
	return 0;
}

/* Those before one that can't be sent are sent all the same. */
static int eptdev_pack(struct rpmsg_eptdev *eptdev,
		       struct eptdev_parcel *parcel,
		       const struct rpmsg_ept_msg __user *from,
		       unsigned int count)
{
	int ret = 0;

	parcel->count = 0;
	while (!ret && parcel->count < count)
		ret = eptdev_pack_one(eptdev, parcel, from + parcel->count);

	return ret;
}

/* How many were sent, and why not all. */
static unsigned int eptdev_send_parcel(struct rpmsg_eptdev *eptdev,
				       struct eptdev_parcel *parcel,
				       bool may_wait, int *err)
{
	unsigned int sent, done = 0;
	int ret = 0;

	while (!ret && done < parcel->count) {
		ret = rpmsg_eptdev_send_some(eptdev, parcel->msg + done,
					     parcel->count - done, &sent);
		done += sent;
		if (ret != -EAGAIN || !may_wait)
			continue;
		ret = rpmsg_eptdev_send(eptdev, parcel->msg + done, true);
		done += !ret;
	}

	if (ret)
		*err = ret;
	return done;
}

static int eptdev_send_batch(struct file *filp, const void __user *arg)
{
	struct rpmsg_eptfile *file = filp->private_data;
	struct rpmsg_eptdev *eptdev = file->eptdev;
	const struct rpmsg_ept_msg __user *msgs;
	struct eptdev_parcel *parcel;
	struct rpmsg_ept_batch batch;
	u32 done = 0;
	int ret;

	if (!(filp->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = eptdev_get_batch(&batch, arg);
	if (ret)
		return ret;
	msgs = u64_to_user_ptr(batch.msgs);

	parcel = kvmalloc(struct_size(parcel, data,
				      EPTDEV_PARCEL * eptdev->mtu), GFP_KERNEL);
	if (!parcel)
		return -ENOMEM;

	while (!ret && done < batch.count) {
		ret = eptdev_pack(eptdev, parcel, &msgs[done],
				  min(batch.count - done, EPTDEV_PARCEL));
		done += eptdev_send_parcel(eptdev, parcel,
					   eptdev_batch_may_wait(filp, &batch),
					   &ret);
		cond_resched();
	}

	kvfree(parcel);
	return done ?: ret;
}

/* The first one may be waited for, and those behind it are taken together. */
static int eptdev_receive_batch(struct file *filp, const void __user *arg)
{
	struct rpmsg_eptfile *file = filp->private_data;
	struct rpmsg_ept_msg __user *msgs;
	struct rpmsg_ept_batch batch;
	unsigned int taken, done;
	ssize_t ret;

	if (!(filp->f_mode & FMODE_READ))
		return -EBADF;
	ret = eptdev_get_batch(&batch, arg);
	if (ret)
		return ret;
	msgs = u64_to_user_ptr(batch.msgs);

	ret = rpmsg_eptdev_take_described(file, msgs,
					  eptdev_batch_may_wait(filp, &batch));
	if (ret < 0)
		return ret;

	for (done = 1, ret = 0; !ret && done < batch.count; done += taken) {
		ret = rpmsg_eptdev_take_some(file, &msgs[done],
					     min(batch.count - done,
						 EPTDEV_PARCEL), &taken);
		cond_resched();
	}

	return done;
}

static int eptdev_choose_overflow(struct rpmsg_eptdev *eptdev,
				  unsigned long arg)
{
	if (arg != RPMSG_EPT_OVERFLOW_DROP && arg != RPMSG_EPT_OVERFLOW_HOLD)
		return -EINVAL;

	return rpmsg_eptdev_set_overflow(eptdev,
					 arg == RPMSG_EPT_OVERFLOW_HOLD);
}

static long eptdev_ext_ioctl(struct file *filp, unsigned int cmd,
			     unsigned long arg)
{
	struct rpmsg_eptfile *file = filp->private_data;
	struct rpmsg_eptdev *eptdev = file->eptdev;
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case RPMSG_EPT_GET_INFO:
		return eptdev_get_info(file, argp);
	case RPMSG_EPT_SEND:
		return eptdev_send_batch(filp, argp);
	case RPMSG_EPT_RECV:
		return eptdev_receive_batch(filp, argp);
	case RPMSG_EPT_SET_OVERFLOW:
		return eptdev_choose_overflow(eptdev, arg);
	case RPMSG_EPT_ANNOUNCE:
		return rpmsg_eptdev_announce(eptdev,
					     !(filp->f_flags & O_NONBLOCK));
	case RPMSG_EPT_SET_BUSY_POLL:
		return rpmsg_eptdev_set_busy_poll(file, arg);
	case FIONREAD:
		return put_user((int)msg_queue_next_len(&eptdev->queue),
				(int __user *)argp);
	default:
		return -ENOTTY;
	}
}

/**
 * rpmsg_eptdev_ioctl() - the ioctls of an endpoint device
 * @filp: the open file
 * @cmd: which of them
 * @arg: its argument
 *
 * Of those that existing programs know, what they answer after a removal is as
 * it always was; all others answer -EPIPE then. May sleep.
 *
 * Return: as the ioctl says, -ENOTTY for one that is not known.
 */
long rpmsg_eptdev_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct rpmsg_eptfile *file = filp->private_data;
	struct rpmsg_eptdev *eptdev = file->eptdev;

	switch (cmd) {
	case RPMSG_GET_OUTGOING_FLOWCONTROL:
		return eptdev_get_flow(eptdev, (int __user *)arg);
	case RPMSG_SET_INCOMING_FLOWCONTROL:
		return eptdev_set_flow(eptdev, arg);
	case RPMSG_DESTROY_EPT_IOCTL:
		return eptdev_remove_self(eptdev);
	default:
		if (rpmsg_eptdev_is_dead(eptdev))
			return -EPIPE;
		return eptdev_ext_ioctl(filp, cmd, arg);
	}
}
