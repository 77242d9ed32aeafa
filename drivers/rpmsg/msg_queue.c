// SPDX-License-Identifier: GPL-2.0
/*
 * A bounded queue of messages whose memory is allocated once; see msg_queue.h.
 *
 * It is a ring of heads, each with its message behind it, which may wrap. The ring
 * is as large as the most messages with the most payload may need, so that both
 * bounds are exact.
 */

#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "msg_queue.h"

/* (pos + step) modulo size, for pos < size and step <= size */
static u32 msg_queue_wrap(u32 pos, u32 step, u32 size)
{
	return pos < size - step ? pos + step : pos - (size - step);
}

static struct msg_queue_head *msg_queue_head(const struct msg_queue *queue,
					     u32 pos)
{
	return (struct msg_queue_head *)(queue->ring + pos);
}

/* What a message takes of the ring */
static u32 msg_queue_space(u32 len)
{
	return sizeof(struct msg_queue_head) +
	       ALIGN(len, sizeof(struct msg_queue_head));
}

/* The next head behind the one at @pos, whose message has @len bytes */
static u32 msg_queue_behind(const struct msg_queue *queue, u32 pos, u32 len)
{
	return msg_queue_wrap(pos, msg_queue_space(len), queue->size);
}

/* The message behind the head at @pos, in two parts if it wraps */
static void msg_queue_parts(const struct msg_queue *queue, u32 pos, u32 len,
			    struct kvec *part)
{
	u32 start = msg_queue_wrap(pos, sizeof(struct msg_queue_head),
				   queue->size);
	u32 to_end = min(len, queue->size - start);

	part[0] = (struct kvec){ queue->ring + start, to_end };
	part[1] = (struct kvec){ queue->ring, len - to_end };
}

/**
 * msg_queue_init() - allocate the memory of a queue
 * @queue: the queue, its content undefined before
 * @max_msgs: most messages to hold, at least 1
 * @max_bytes: most payload to hold in bytes, at least 1
 *
 * May sleep.
 *
 * Return: 0, -EINVAL for a bound of 0, or -ENOMEM.
 */
int msg_queue_init(struct msg_queue *queue, u32 max_msgs, u32 max_bytes)
{
	/* A head and what alignment costs, for each */
	u64 size = round_up(max_bytes +
			    mul_u32_u32(max_msgs, msg_queue_space(1) - 1),
			    sizeof(struct msg_queue_head));
	const gfp_t flags = GFP_KERNEL | __GFP_NOWARN;

	if (!max_msgs || !max_bytes)
		return -EINVAL;
	if (size > INT_MAX)
		return -ENOMEM;

	*queue = (struct msg_queue){
		.max_msgs = max_msgs,
		.max_bytes = max_bytes,
		.size = size,
	};
	spin_lock_init(&queue->lock);

	/* Page by page: kmalloc() would round up to a power of two */
	queue->ring = size > PAGE_SIZE ? __vmalloc(size, flags) :
					 kmalloc(size, flags);

	return queue->ring ? 0 : -ENOMEM;
}

/**
 * msg_queue_destroy() - free the memory of a queue
 * @queue: the queue; nobody may use it any more
 *
 * May sleep.
 */
void msg_queue_destroy(struct msg_queue *queue)
{
	kvfree(queue->ring);
}

/*
 * Append the messages of @from, the next of which is at @pos, until @to has @count.
 * @to is ours alone and nothing was ever taken from it: it fills up from its
 * start, and what is appended lies in one piece.
 */
static int msg_queue_copy(struct msg_queue *to, const struct msg_queue *from,
			  u32 *pos, u32 count)
{
	while (to->count < count) {
		const struct msg_queue_head *head = msg_queue_head(from, *pos);
		u8 *bytes = (u8 *)(msg_queue_head(to, to->next) + 1);
		struct kvec part[2];

		if (to->count == to->max_msgs ||
		    head->len > to->max_bytes - to->used)
			return -ENOSPC;

		*msg_queue_head(to, to->next) = *head;
		msg_queue_parts(from, *pos, head->len, part);
		memcpy(bytes, part[0].iov_base, part[0].iov_len);
		memcpy(bytes + part[0].iov_len, part[1].iov_base,
		       part[1].iov_len);
		to->next = msg_queue_behind(to, to->next, head->len);
		to->used += head->len;
		to->count++;
		*pos = msg_queue_behind(from, *pos, head->len);
	}

	return 0;
}

/* The lock of @queue is held; @other gets its memory in exchange */
static void msg_queue_exchange(struct msg_queue *queue, struct msg_queue *other)
{
	lockdep_assert_held(&queue->lock);

	swap(queue->ring, other->ring);
	queue->size = other->size;
	queue->max_msgs = other->max_msgs;
	queue->max_bytes = other->max_bytes;
	queue->first = 0;
	queue->next = other->next;
}

/**
 * msg_queue_resize() - change the bounds of a queue in use
 * @queue: the queue
 * @max_msgs: most messages to hold, at least 1
 * @max_bytes: most payload to hold in bytes, at least 1
 *
 * Only for the one consumer: so what is queued already can't go away, and is
 * copied without the lock. Messages and counters stay. May sleep.
 *
 * Return: 0, -EINVAL for a bound of 0, -ENOSPC when more is queued than the
 * new bounds allow, or -ENOMEM.
 */
int msg_queue_resize(struct msg_queue *queue, u32 max_msgs, u32 max_bytes)
{
	struct msg_queue other;
	unsigned long flags;
	u32 count, pos;
	int ret;

	ret = msg_queue_init(&other, max_msgs, max_bytes);
	if (ret)
		return ret;

	spin_lock_irqsave(&queue->lock, flags);
	count = queue->count;
	pos = queue->first;
	spin_unlock_irqrestore(&queue->lock, flags);
	ret = msg_queue_copy(&other, queue, &pos, count);

	spin_lock_irqsave(&queue->lock, flags);
	if (!ret)
		ret = msg_queue_copy(&other, queue, &pos, queue->count);
	if (!ret)
		msg_queue_exchange(queue, &other);
	spin_unlock_irqrestore(&queue->lock, flags);

	msg_queue_destroy(&other);
	return ret;
}

/* Append a message that fits; the lock is held. Inline, as what follows, for speed */
static __always_inline void msg_queue_store(struct msg_queue *queue,
					    const void *data, u32 len, u32 src)
{
	struct kvec part[2];

	lockdep_assert_held(&queue->lock);

	*msg_queue_head(queue, queue->next) = (struct msg_queue_head){
		.len = len,
		.src = src,
		.lost = queue->lost,
	};
	msg_queue_parts(queue, queue->next, len, part);
	memcpy(part[0].iov_base, data, part[0].iov_len);
	if (part[1].iov_len)
		memcpy(part[1].iov_base, data + part[0].iov_len,
		       part[1].iov_len);

	queue->next = msg_queue_behind(queue, queue->next, len);
	queue->lost = 0;
	WRITE_ONCE(queue->used, queue->used + len);
	/* The message before the count that tells of it, see msg_queue_peek() */
	smp_store_release(&queue->count, queue->count + 1);
}

static bool msg_queue_has_room(const struct msg_queue *queue, size_t len)
{
	return queue->count < queue->max_msgs &&
	       len <= queue->max_bytes - queue->used;
}

/* Append a message if it fits; the lock is held */
static __always_inline bool msg_queue_accept(struct msg_queue *queue,
					     const void *data, size_t len,
					     u32 src)
{
	struct msg_queue_stats *stats = &queue->stats;

	if (!msg_queue_has_room(queue, len))
		return false;

	msg_queue_store(queue, data, len, src);
	stats->received++;
	stats->received_bytes += len;
	stats->high_water = max(stats->high_water, queue->count);

	return true;
}

/**
 * msg_queue_try_push() - append a message if there is room
 * @queue: the queue
 * @data: the message
 * @len: its length in bytes, may be 0
 * @src: address that sent it
 *
 * Any context, does not sleep. Interrupts are off while @len bytes are copied.
 *
 * Return: true when the message was queued; else nothing was counted.
 */
bool msg_queue_try_push(struct msg_queue *queue, const void *data, size_t len,
			u32 src)
{
	unsigned long flags;
	bool fits;

	spin_lock_irqsave(&queue->lock, flags);
	fits = msg_queue_accept(queue, data, len, src);
	spin_unlock_irqrestore(&queue->lock, flags);

	return fits;
}

/**
 * msg_queue_push() - append a message, or drop and count it
 * @queue: the queue
 * @data: the message
 * @len: its length in bytes, may be 0
 * @src: address that sent it
 *
 * Any context, does not sleep. Interrupts are off while @len bytes are copied.
 *
 * Return: true when the message was queued, false when it was dropped.
 */
bool msg_queue_push(struct msg_queue *queue, const void *data, size_t len,
		    u32 src)
{
	unsigned long flags;
	bool fits;

	spin_lock_irqsave(&queue->lock, flags);
	fits = msg_queue_accept(queue, data, len, src);
	if (!fits) {
		queue->stats.dropped++;
		queue->stats.dropped_bytes += len;
		if (queue->lost < U32_MAX)
			queue->lost++;
	}
	spin_unlock_irqrestore(&queue->lock, flags);

	return fits;
}

/**
 * msg_queue_peek() - look at the next message
 * @queue: the queue
 * @cursor: behind those that were taken
 * @view: filled with where the message lies
 *
 * The bytes stay as they are until msg_queue_pop(). Any context.
 *
 * Return: true, or false when there is none.
 */
bool msg_queue_peek(const struct msg_queue *queue,
		    const struct msg_queue_cursor *cursor,
		    struct msg_queue_view *view)
{
	const struct msg_queue_head *head;

	/* Pairs with the release in msg_queue_store() */
	if (smp_load_acquire(&queue->count) == cursor->count)
		return false;

	head = msg_queue_head(queue, cursor->pos);
	view->len = head->len;
	view->src = head->src;
	view->lost = head->lost;
	view->behind = msg_queue_behind(queue, cursor->pos, head->len);
	msg_queue_parts(queue, cursor->pos, head->len, view->part);

	return true;
}

/**
 * msg_queue_pop() - remove messages that were taken
 * @queue: the queue
 * @cursor: those of it, since msg_queue_begin()
 *
 * Only for the one consumer. Any context.
 */
void msg_queue_pop(struct msg_queue *queue,
		   const struct msg_queue_cursor *cursor)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	WRITE_ONCE(queue->used, queue->used - cursor->bytes);
	WRITE_ONCE(queue->count, queue->count - cursor->count);
	if (queue->count) {
		queue->first = cursor->pos;
	} else {
		/* Memory that is still in the caches */
		queue->first = 0;
		queue->next = 0;
	}

	queue->stats.taken += cursor->count;
	queue->stats.truncated += cursor->truncated;
	spin_unlock_irqrestore(&queue->lock, flags);
}

/**
 * msg_queue_next_len() - length of the oldest message
 * @queue: the queue
 *
 * Any context.
 *
 * Return: its length in bytes, 0 for an empty queue.
 */
size_t msg_queue_next_len(struct msg_queue *queue)
{
	unsigned long flags;
	size_t len;

	spin_lock_irqsave(&queue->lock, flags);
	len = queue->count ? msg_queue_head(queue, queue->first)->len : 0;
	spin_unlock_irqrestore(&queue->lock, flags);

	return len;
}

/**
 * msg_queue_dropped() - how many messages found no room so far
 * @queue: the queue
 *
 * Any context.
 *
 * Return: their number.
 */
u64 msg_queue_dropped(struct msg_queue *queue)
{
	unsigned long flags;
	u64 dropped;

	spin_lock_irqsave(&queue->lock, flags);
	dropped = queue->stats.dropped;
	spin_unlock_irqrestore(&queue->lock, flags);

	return dropped;
}

/**
 * msg_queue_clear() - throw away all messages and count them as discarded
 * @queue: the queue
 *
 * Only for the one consumer. Any context.
 */
void msg_queue_clear(struct msg_queue *queue)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	queue->stats.discarded += queue->count;
	queue->first = 0;
	queue->next = 0;
	WRITE_ONCE(queue->used, 0);
	WRITE_ONCE(queue->count, 0);
	spin_unlock_irqrestore(&queue->lock, flags);
}

/**
 * msg_queue_get_stats() - a consistent copy of the counters
 * @queue: the queue
 * @stats: filled in
 *
 * Any context.
 */
void msg_queue_get_stats(struct msg_queue *queue, struct msg_queue_stats *stats)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	*stats = queue->stats;
	stats->queued = queue->count;
	stats->queued_bytes = queue->used;
	spin_unlock_irqrestore(&queue->lock, flags);
}
