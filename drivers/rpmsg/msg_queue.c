// SPDX-License-Identifier: GPL-2.0
/*
 * A bounded queue of messages whose memory is allocated once; see msg_queue.h.
 *
 * Payload lies in a ring of bytes, descriptions in a ring of entries beside
 * it: so a message may wrap anywhere, an empty one costs no byte, and both
 * bounds are exact.
 */

#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "msg_queue.h"

/* (pos + step) modulo size, for pos < size and step <= size */
static u32 msg_queue_wrap(u32 pos, u32 step, u32 size)
{
	return pos < size - step ? pos + step : pos - (size - step);
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
	if (!max_msgs || !max_bytes)
		return -EINVAL;

	*queue = (struct msg_queue){
		.max_msgs = max_msgs,
		.max_bytes = max_bytes,
	};
	spin_lock_init(&queue->lock);

	queue->entries = kvmalloc_array(max_msgs, sizeof(*queue->entries),
					GFP_KERNEL);
	if (!queue->entries)
		return -ENOMEM;

	queue->bytes = kvmalloc(max_bytes, GFP_KERNEL);
	if (!queue->bytes)
		goto free_entries;

	return 0;

free_entries:
	kvfree(queue->entries);
	return -ENOMEM;
}

/**
 * msg_queue_destroy() - free the memory of a queue
 * @queue: the queue; nobody may use it any more
 *
 * May sleep.
 */
void msg_queue_destroy(struct msg_queue *queue)
{
	kvfree(queue->bytes);
	kvfree(queue->entries);
}

/*
 * Append the messages of @from that @to does not have yet, until it has
 * @count. @to is ours alone and nothing was ever taken from it, so that it
 * fills up from its start and never wraps.
 */
static int msg_queue_copy(struct msg_queue *to, const struct msg_queue *from,
			  u32 count)
{
	while (to->count < count) {
		u32 slot = msg_queue_wrap(from->first, to->count,
					  from->max_msgs);
		struct msg_queue_entry entry = from->entries[slot];
		u32 to_end = min(entry.len, from->max_bytes - entry.start);
		u8 *bytes = to->bytes + to->used;

		if (to->count == to->max_msgs ||
		    entry.len > to->max_bytes - to->used)
			return -ENOSPC;

		memcpy(bytes, from->bytes + entry.start, to_end);
		memcpy(bytes + to_end, from->bytes, entry.len - to_end);
		entry.start = to->used;
		to->entries[to->count++] = entry;
		to->used += entry.len;
	}

	return 0;
}

/* The lock of @queue is held; @other gets its memory in exchange */
static void msg_queue_exchange(struct msg_queue *queue, struct msg_queue *other)
{
	lockdep_assert_held(&queue->lock);

	swap(queue->entries, other->entries);
	swap(queue->bytes, other->bytes);
	queue->max_msgs = other->max_msgs;
	queue->max_bytes = other->max_bytes;
	queue->first = 0;
	queue->tail = 0;
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
	u32 count;
	int ret;

	ret = msg_queue_init(&other, max_msgs, max_bytes);
	if (ret)
		return ret;

	spin_lock_irqsave(&queue->lock, flags);
	count = queue->count;
	spin_unlock_irqrestore(&queue->lock, flags);
	ret = msg_queue_copy(&other, queue, count);

	spin_lock_irqsave(&queue->lock, flags);
	if (!ret)
		ret = msg_queue_copy(&other, queue, queue->count);
	if (!ret)
		msg_queue_exchange(queue, &other);
	spin_unlock_irqrestore(&queue->lock, flags);

	msg_queue_destroy(&other);
	return ret;
}

/* Append a message that fits; the lock is held */
static void msg_queue_store(struct msg_queue *queue, const void *data, u32 len,
			    u32 src)
{
	u32 start = msg_queue_wrap(queue->tail, queue->used, queue->max_bytes);
	u32 slot = msg_queue_wrap(queue->first, queue->count, queue->max_msgs);
	u32 to_end = min(len, queue->max_bytes - start);

	lockdep_assert_held(&queue->lock);

	memcpy(queue->bytes + start, data, to_end);
	memcpy(queue->bytes, data + to_end, len - to_end);
	queue->entries[slot] = (struct msg_queue_entry){
		.start = start,
		.len = len,
		.src = src,
		.lost = queue->lost,
	};

	queue->lost = 0;
	queue->used += len;
	WRITE_ONCE(queue->count, queue->count + 1);
}

static bool msg_queue_has_room(const struct msg_queue *queue, size_t len)
{
	return queue->count < queue->max_msgs &&
	       len <= queue->max_bytes - queue->used;
}

/* Append a message if it fits; the lock is held */
static bool msg_queue_accept(struct msg_queue *queue, const void *data,
			     size_t len, u32 src)
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
 * msg_queue_peek() - look at the oldest message
 * @queue: the queue
 * @view: filled with where the message lies
 *
 * The bytes stay as they are until msg_queue_pop(). Callers see to it that
 * there is one consumer at a time, from here until it has popped. Any context.
 *
 * Return: true, or false when the queue is empty.
 */
bool msg_queue_peek(struct msg_queue *queue, struct msg_queue_view *view)
{
	struct msg_queue_entry entry;
	unsigned long flags;
	bool found;
	u32 to_end;

	spin_lock_irqsave(&queue->lock, flags);
	found = queue->count;
	if (found)
		entry = queue->entries[queue->first];
	spin_unlock_irqrestore(&queue->lock, flags);
	if (!found)
		return false;

	to_end = min(entry.len, queue->max_bytes - entry.start);
	*view = (struct msg_queue_view){
		.part = {
			{ queue->bytes + entry.start, to_end },
			{ queue->bytes, entry.len - to_end },
		},
		.len = entry.len,
		.src = entry.src,
		.lost = entry.lost,
	};
	return true;
}

/**
 * msg_queue_pop() - remove the message that msg_queue_peek() showed
 * @queue: the queue, not empty
 * @copied: how many of its bytes the reader took; less than all of them
 *	counts as a truncation
 *
 * Only for the one consumer. Any context.
 */
void msg_queue_pop(struct msg_queue *queue, size_t copied)
{
	unsigned long flags;
	u32 len;

	spin_lock_irqsave(&queue->lock, flags);
	len = queue->entries[queue->first].len;
	queue->used -= len;
	WRITE_ONCE(queue->count, queue->count - 1);
	if (queue->count) {
		queue->tail = msg_queue_wrap(queue->tail, len,
					     queue->max_bytes);
		queue->first = msg_queue_wrap(queue->first, 1, queue->max_msgs);
	} else {
		/* Memory that is still in the caches */
		queue->tail = 0;
		queue->first = 0;
	}

	queue->stats.taken++;
	if (copied < len)
		queue->stats.truncated++;
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
	len = queue->count ? queue->entries[queue->first].len : 0;
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
	queue->tail = 0;
	queue->used = 0;
	queue->first = 0;
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
