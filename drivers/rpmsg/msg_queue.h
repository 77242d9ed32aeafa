/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bounded queue of messages whose memory is allocated once.
 *
 * One side pushes from any context, the other peeks at the oldest messages,
 * copies them out of the queue's own memory without a lock, and pops them. What
 * does not fit is dropped and counted; nothing is ever allocated per message.
 * The queue knows no device and no user space.
 */

#ifndef _AMPKIT_MSG_QUEUE_H
#define _AMPKIT_MSG_QUEUE_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uio.h>

/**
 * struct msg_queue_head - what precedes a message in the ring
 * @len: length in bytes, may be 0
 * @src: address that sent it
 * @lost: messages dropped right before it
 * @unused: fills it up to a power of two
 *
 * Heads stand at multiples of its size in a ring of such a size: none wraps.
 */
struct msg_queue_head {
	u32 len;
	u32 src;
	u32 lost;
	u32 unused;
};

/**
 * struct msg_queue_view - a message, as it lies in the queue
 * @part: its bytes, in two parts where they wrap around the ring's end; the
 *	second has length 0 where they do not
 * @len: length in bytes, the sum of both parts
 * @src: address that sent it
 * @lost: messages dropped between the one before it and this one
 * @behind: offset of the head behind it
 */
struct msg_queue_view {
	struct kvec part[2];
	size_t len;
	u32 src;
	u32 lost;
	u32 behind;
};

/**
 * struct msg_queue_cursor - the messages that a consumer has taken, and not yet popped
 * @pos: offset of the head behind them
 * @count: their number, the oldest ones
 * @bytes: their payload
 * @truncated: how many of them lost their end
 */
struct msg_queue_cursor {
	u32 pos;
	u32 count;
	u32 bytes;
	u32 truncated;
};

/**
 * struct msg_queue_stats - what has passed through a queue since its creation
 * @received: messages that found room
 * @received_bytes: their payload, in bytes
 * @dropped: messages that found no room
 * @dropped_bytes: their payload, in bytes
 * @taken: messages that a reader took
 * @truncated: messages of @taken whose end the reader's buffer cut off
 * @discarded: messages thrown away unread by msg_queue_clear()
 * @high_water: most messages ever queued at once
 * @queued: messages in it now
 * @queued_bytes: their payload, in bytes
 *
 * At any moment received = taken + discarded + queued.
 */
struct msg_queue_stats {
	u64 received;
	u64 received_bytes;
	u64 dropped;
	u64 dropped_bytes;
	u64 taken;
	u64 truncated;
	u64 discarded;
	u32 high_water;
	u32 queued;
	u32 queued_bytes;
};

/**
 * struct msg_queue - bounded message queue
 * @lock: guards everything below, except that the bytes of a queued message
 *	do not change before it is popped and may be read without it
 * @ring: heads, each with its message behind it
 * @size: of @ring, in bytes
 * @max_msgs: most messages held
 * @max_bytes: most payload held
 * @first: offset of the oldest head; like @ring and @size changed by the consumer
 *	alone, who may read it without the lock
 * @next: offset of the head to come
 * @count: number of messages held
 * @used: bytes of payload held
 * @lost: messages dropped since the newest one held
 * @stats: counters; what is queued now is only filled in for who asks
 */
struct msg_queue {
	spinlock_t lock;	/* guards all below */
	u8 *ring;
	u32 size;
	u32 max_msgs;
	u32 max_bytes;
	u32 first;
	u32 next;
	u32 count;
	u32 used;
	u32 lost;
	struct msg_queue_stats stats;
};

int msg_queue_init(struct msg_queue *queue, u32 max_msgs, u32 max_bytes);
void msg_queue_destroy(struct msg_queue *queue);
int msg_queue_resize(struct msg_queue *queue, u32 max_msgs, u32 max_bytes);
bool msg_queue_try_push(struct msg_queue *queue, const void *data, size_t len,
			u32 src);
bool msg_queue_push(struct msg_queue *queue, const void *data, size_t len,
		    u32 src);
bool msg_queue_peek(const struct msg_queue *queue,
		    const struct msg_queue_cursor *cursor,
		    struct msg_queue_view *view);
void msg_queue_pop(struct msg_queue *queue,
		   const struct msg_queue_cursor *cursor);
size_t msg_queue_next_len(struct msg_queue *queue);
u64 msg_queue_dropped(struct msg_queue *queue);
void msg_queue_clear(struct msg_queue *queue);
void msg_queue_get_stats(struct msg_queue *queue, struct msg_queue_stats *stats);

/**
 * msg_queue_is_empty() - whether there is nothing to read
 * @queue: the queue
 *
 * Takes no lock: an answer for wait conditions, to be tested again by
 * msg_queue_peek(). Any context.
 *
 * Return: true when no message is queued.
 */
static inline bool msg_queue_is_empty(const struct msg_queue *queue)
{
	return !READ_ONCE(queue->count);
}

/**
 * msg_queue_is_crowded() - whether room gets scarce
 * @queue: the queue
 *
 * Takes no lock: then it is time to pop what was taken. Any context.
 *
 * Return: true when more than half of it is in use.
 */
static inline bool msg_queue_is_crowded(const struct msg_queue *queue)
{
	return READ_ONCE(queue->count) > queue->max_msgs / 2 ||
	       READ_ONCE(queue->used) > queue->max_bytes / 2;
}

/**
 * msg_queue_begin() - begin to take messages
 * @queue: the queue
 *
 * Callers see to it that there is one consumer at a time, from here until
 * msg_queue_pop(): nobody else moves the queue's beginning, so that no lock is needed
 * before. Any context.
 *
 * Return: a cursor at the oldest message, with none taken.
 */
static inline struct msg_queue_cursor
msg_queue_begin(const struct msg_queue *queue)
{
	return (struct msg_queue_cursor){ .pos = queue->first };
}

/**
 * msg_queue_take() - take the message that msg_queue_peek() has shown
 * @cursor: steps over it
 * @view: the message
 * @copied: how many of its bytes the reader took; less than all of them
 *	counts as a truncation
 *
 * It stays in the queue until msg_queue_pop(). Any context.
 */
static inline void msg_queue_take(struct msg_queue_cursor *cursor,
				  const struct msg_queue_view *view,
				  size_t copied)
{
	cursor->pos = view->behind;
	cursor->count++;
	cursor->bytes += view->len;
	cursor->truncated += copied < view->len;
}

#endif /* _AMPKIT_MSG_QUEUE_H */
