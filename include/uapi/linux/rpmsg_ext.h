/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What /dev/rpmsgN can do beyond <linux/rpmsg.h>. A driver that does not know
 * one of these calls answers ENOTTY, or EINVAL where it is the kernel's own.
 *
 * All structures have the same layout for 32-bit and 64-bit programs; user
 * addresses stand in 64-bit fields. Fields called "reserved" have to be 0.
 */

#ifndef _UAPI_LINUX_RPMSG_EXT_H
#define _UAPI_LINUX_RPMSG_EXT_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Most messages of one RPMSG_EPT_SEND or RPMSG_EPT_RECV */
#define RPMSG_EPT_BATCH_MAX	1024

/* The end of this message did not fit into the reader's buffer, and is lost */
#define RPMSG_EPT_MSG_TRUNC	(1U << 0)

/**
 * struct rpmsg_ept_msg - one message of a batch
 * @data: user address of the payload
 * @size: bytes at @data: to send, or of room to receive into
 * @len: received: length of the message, more than @size if it was truncated.
 *	Sent: set to 0 by the caller
 * @src: received: address that sent it. To send: own address of the endpoint,
 *	or RPMSG_ADDR_ANY for the same
 * @dst: received: own address of the endpoint. To send: address to send to, or
 *	RPMSG_ADDR_ANY for the one that the endpoint was created with
 * @flags: received: RPMSG_EPT_MSG_TRUNC. Sent: set to 0 by the caller
 * @lost: received: messages dropped between this one and the one before it,
 *	because the queue was full. Sent: set to 0 by the caller
 */
struct rpmsg_ept_msg {
	__aligned_u64 data;
	__u32 size;
	__u32 len;
	__u32 src;
	__u32 dst;
	__u32 flags;
	__u32 lost;
};

/* Never wait, as with O_NONBLOCK */
#define RPMSG_EPT_DONTWAIT	(1U << 0)

/**
 * struct rpmsg_ept_batch - many messages at once
 * @msgs: user address of an array of &struct rpmsg_ept_msg
 * @count: its elements, 1 .. RPMSG_EPT_BATCH_MAX
 * @flags: RPMSG_EPT_DONTWAIT
 * @reserved: 0
 */
struct rpmsg_ept_batch {
	__aligned_u64 msgs;
	__u32 count;
	__u32 flags;
	__u32 reserved[2];
};

/* What becomes of a message that comes when the queue is full */
#define RPMSG_EPT_OVERFLOW_DROP	0
#define RPMSG_EPT_OVERFLOW_HOLD	1

/* The endpoint holds the remote back rather than drop messages */
#define RPMSG_EPT_INFO_HOLDS	(1U << 0)
/* There is no room to send at the moment */
#define RPMSG_EPT_INFO_TX_FULL	(1U << 1)
/* The last read() of this file got less than the message */
#define RPMSG_EPT_INFO_TRUNC	(1U << 2)

/**
 * struct rpmsg_ept_info - an endpoint and what went through it
 * @src: its own address, not RPMSG_ADDR_ANY
 * @dst: address it sends to, may be RPMSG_ADDR_ANY
 * @mtu: longest message it can send, bytes
 * @flags: RPMSG_EPT_INFO_*
 * @max_msgs: most messages its queue holds
 * @max_bytes: most payload its queue holds, bytes
 * @queued: messages in its queue. So a read() that returned 0 took a message
 *	of length 0; there is no end of file, it is EPIPE
 * @queued_bytes: their payload
 * @next_len: length of the message that the next read() takes
 * @high_water: most messages ever queued at once
 * @last_len: whole length of the message that this file's last read() took
 * @new_dropped: messages dropped since this file was last told so, by this
 *	call. While it is not 0, poll() reports POLLRDBAND
 * @received: messages queued since the endpoint was made
 * @received_bytes: their payload
 * @dropped: messages dropped because the queue was full
 * @dropped_bytes: their payload
 * @taken: messages that readers took
 * @truncated: those of which a reader lost the end
 * @discarded: messages thrown away unread when the last reader closed
 * @sent: messages sent
 * @sent_bytes: their payload
 * @held: times that the remote was held back
 * @reserved: 0
 */
struct rpmsg_ept_info {
	__u32 src;
	__u32 dst;
	__u32 mtu;
	__u32 flags;
	__u32 max_msgs;
	__u32 max_bytes;
	__u32 queued;
	__u32 queued_bytes;
	__u32 next_len;
	__u32 high_water;
	__u32 last_len;
	__u32 new_dropped;
	__aligned_u64 received;
	__aligned_u64 received_bytes;
	__aligned_u64 dropped;
	__aligned_u64 dropped_bytes;
	__aligned_u64 taken;
	__aligned_u64 truncated;
	__aligned_u64 discarded;
	__aligned_u64 sent;
	__aligned_u64 sent_bytes;
	__aligned_u64 held;
	__aligned_u64 reserved[4];
};

/* Tell all about an endpoint. Fails with EPIPE once the remote is gone. */
#define RPMSG_EPT_GET_INFO	_IOR(0xb5, 0x20, struct rpmsg_ept_info)

/*
 * Send messages in their order; waits for room for each of them. Returns how
 * many were sent, or the error of the first if that was none.
 */
#define RPMSG_EPT_SEND		_IOW(0xb5, 0x21, struct rpmsg_ept_batch)

/*
 * Receive messages; waits for the first, and takes what there is. Returns how
 * many were received, or the error of the first if that was none.
 */
#define RPMSG_EPT_RECV		_IOW(0xb5, 0x22, struct rpmsg_ept_batch)

/*
 * Choose what becomes of messages when the queue is full, by value: one of
 * RPMSG_EPT_OVERFLOW_*. Holding back stops everything that comes in over the
 * same transport until there is room; EOPNOTSUPP where the transport can't.
 */
#define RPMSG_EPT_SET_OVERFLOW	_IO(0xb5, 0x23)

/*
 * Tell the remote's name service our address, so that it can speak first.
 * Waits for room to send; EINVAL for an endpoint that is not a channel's. With
 * 1 in the sysfs attribute "announce", an open() does the same by itself when
 * no other file of the device is open, and fails as this call does.
 */
#define RPMSG_EPT_ANNOUNCE	_IO(0xb5, 0x24)

/* Longest time to poll, microseconds */
#define RPMSG_EPT_BUSY_POLL_MAX	1000

/*
 * Choose for how many microseconds a read of this file looks for a message
 * itself, with a processor of its own, before it sleeps; by value, 0 to
 * RPMSG_EPT_BUSY_POLL_MAX, at first 0. It spares an interrupt and two wake-ups,
 * where the remote answers within that time. EOPNOTSUPP where the transport
 * can't. A read does not poll while an endpoint of the transport holds back, and
 * no longer when a message for another driver comes.
 */
#define RPMSG_EPT_SET_BUSY_POLL	_IO(0xb5, 0x25)

#endif /* _UAPI_LINUX_RPMSG_EXT_H */
