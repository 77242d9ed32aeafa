// SPDX-License-Identifier: GPL-2.0
/*
 * relay_ring.c - one virtqueue in two copies, and what passes between them
 *
 * A descriptor keeps its number on both sides, and descriptor n always uses
 * wire buffer n, so there is nothing to allocate and nothing to look up:
 *
 *	host desc[n] -> a kernel buffer        wire desc[n] -> wire buffer n
 *
 * Push takes what the host has made available, copies what the remote shall
 * read, and makes the same chain available on the wire. Pull takes what the
 * remote has used, checks it, copies what the host shall read, and marks the
 * same chain used. The host copy is written by the kernel alone and trusted;
 * the wire copy can change under us at any time, so each of its fields is
 * read exactly once and believed only after a check. Virtio 1.2, 2.7.
 */

#include <linux/bitmap.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/virtio_byteorder.h>

#include "relay_ring.h"

static u16 le16(__virtio16 val)
{
	return relay_ring_le16(val);
}

static u32 le32(__virtio32 val)
{
	return __virtio32_to_cpu(true, val);
}

static u64 le64(__virtio64 val)
{
	return __virtio64_to_cpu(true, val);
}

static __virtio16 to_le16(u16 val)
{
	return __cpu_to_virtio16(true, val);
}

static __virtio32 to_le32(u32 val)
{
	return __cpu_to_virtio32(true, val);
}

static __virtio64 to_le64(u64 val)
{
	return __cpu_to_virtio64(true, val);
}

static unsigned int slot(const struct relay_ring *ring, u16 idx)
{
	return idx & ring->mask;
}

static void *wire_buf(const struct relay_ring *ring, unsigned int i)
{
	return ring->cfg.buf + (size_t)i * ring->cfg.buf_size;
}

static void count_drop(struct relay_ring *ring, enum relay_drop cause)
{
	atomic_inc(&ring->drops[cause]);
}

/*
 * Push alone marks, pull alone unmarks, and the two never meet on one head: once
 * marked it comes to push again only after pull has given it back, be it by the
 * host, which is trusted, or by @again. So plain stores will do.
 */
static inline void mark_lent(struct relay_ring *ring, u16 head)
{
	WRITE_ONCE(ring->num_marked, ring->num_marked + 1);
	/* The room and the count before the mark: pull may run on another CPU */
	smp_store_release(&ring->lent[head], true);
}

/* False if the remote does not have it. Counted by host_publish_used(). */
static inline bool unmark_lent(struct relay_ring *ring, u16 head)
{
	bool *lent = &ring->lent[head];

	/* Pairs with the release in mark_lent() */
	if (!smp_load_acquire(lent))
		return false;

	WRITE_ONCE(*lent, false);
	ring->unmarked++;
	return true;
}

/*
 * For @again and @old, which are empty as a rule. Counted before it is there: who
 * sees none counted misses none.
 */
static bool mark_odd(struct relay_ring *ring, unsigned long *map, u32 head)
{
	atomic_inc(&ring->num_odd);
	if (!test_and_set_bit(head, map))
		return true;

	atomic_dec(&ring->num_odd);
	return false;
}

static bool unmark_odd(struct relay_ring *ring, unsigned long *map, u32 head)
{
	if (!test_and_clear_bit(head, map))
		return false;

	atomic_dec(&ring->num_odd);
	return true;
}

/* The next descriptor of a host chain, or -1 at its end. */
static int chain_next(u16 flags, u16 next, u32 num)
{
	return (flags & VRING_DESC_F_NEXT) && next < num ? next : -1;
}

static bool is_writable(const struct vring_desc *desc)
{
	return le16(desc->flags) & VRING_DESC_F_WRITE;
}

/**
 * relay_ring_init() - set up a ring
 * @ring: the ring
 * @cfg: what it is made of; already checked
 *
 * Touches neither copy: that is relay_ring_reset().
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int relay_ring_init(struct relay_ring *ring,
		    const struct relay_ring_config *cfg)
{
	memset(ring, 0, sizeof(*ring));
	ring->cfg = *cfg;
	ring->mask = cfg->num - 1;
	if (!ring->cfg.most || ring->cfg.most > cfg->num)
		ring->cfg.most = cfg->num;

	ring->lent = kcalloc(cfg->num, sizeof(*ring->lent), GFP_KERNEL);
	ring->again = bitmap_zalloc(cfg->num, GFP_KERNEL);
	ring->old = bitmap_zalloc(cfg->num, GFP_KERNEL);
	ring->room = kcalloc(cfg->num, sizeof(*ring->room), GFP_KERNEL);
	if (!ring->lent || !ring->again || !ring->old || !ring->room) {
		relay_ring_free(ring);
		return -ENOMEM;
	}

	vring_init(&ring->host, cfg->num, cfg->host, cfg->align);
	vring_init(&ring->wire, cfg->num, cfg->wire, cfg->align);

	return 0;
}

/**
 * relay_ring_free() - undo relay_ring_init()
 * @ring: the ring
 */
void relay_ring_free(struct relay_ring *ring)
{
	kfree(ring->lent);
	bitmap_free(ring->again);
	bitmap_free(ring->old);
	kfree(ring->room);
	ring->lent = NULL;
	ring->again = NULL;
	ring->old = NULL;
	ring->room = NULL;
}

static void reset_host(struct relay_ring *ring, bool event_idx)
{
	memset(ring->cfg.host, 0, vring_size(ring->cfg.num, ring->cfg.align));
	memset(ring->lent, 0, ring->cfg.num * sizeof(*ring->lent));
	ring->num_marked = 0;
	ring->num_unmarked = 0;
	ring->unmarked = 0;
	atomic_set(&ring->num_odd, 0);
	bitmap_zero(ring->again, ring->cfg.num);
	bitmap_zero(ring->old, ring->cfg.num);

	ring->cfg.event_idx = event_idx;
	ring->host_avail = 0;
	ring->host_used = 0;
	ring->asked = false;
}

/**
 * relay_ring_reset() - start from empty rings
 * @ring: the ring
 * @event_idx: VIRTIO_RING_F_EVENT_IDX is agreed on
 *
 * Zeroes both copies, so only while the remote is in reset and the host has
 * no virtqueue on it. Counters go on.
 */
void relay_ring_reset(struct relay_ring *ring, bool event_idx)
{
	memset(ring->cfg.wire, 0, vring_size(ring->cfg.num, ring->cfg.align));
	reset_host(ring, event_idx);
	ring->wire_avail = 0;
	ring->bell_avail = 0;
	ring->wire_used = 0;
}

/* What the remote has: available, and not used yet, in this order. */
static bool find_old(struct relay_ring *ring, u16 used, u16 avail)
{
	u16 idx;

	if ((u16)(avail - used) > ring->cfg.num)
		return false;

	for (idx = used; idx != avail; idx++) {
		u16 head = le16(READ_ONCE(ring->wire.avail->ring[slot(ring, idx)]));

		if (head >= ring->cfg.num || !mark_odd(ring, ring->old, head))
			return false;
	}

	return true;
}

/*
 * What the host before has sent and the remote has not taken yet would be
 * answered to this one. The buffers are the remote's and stay so, but with
 * nothing in them.
 */
static void empty_old(struct relay_ring *ring)
{
	unsigned int head;

	for_each_set_bit(head, ring->old, ring->cfg.num)
		memset(wire_buf(ring, head), 0, ring->cfg.empty_len);
}

/* Whether an earlier host has lent to the remote what are buffers of @other here. */
static bool has_buffers_of(const struct relay_ring *ring,
			   const struct relay_ring *other)
{
	u64 size = (u64)other->cfg.num * other->cfg.buf_size;
	unsigned int i;

	for (i = 0; i < ring->cfg.num; i++)
		if (le64(READ_ONCE(ring->wire.desc[i].addr)) -
		    other->cfg.buf_da < size)
			return true;

	return false;
}

/**
 * relay_ring_follow() - share out the buffers of two rings as an earlier host did
 * @ring: a ring that a running remote has
 * @other: the other one of its vdev; nothing is passed by either
 *
 * What the remote still has of one ring must not be the other's: it would write
 * messages over those that it is sent. To be called before relay_ring_adopt().
 *
 * Context: any.
 */
void relay_ring_follow(struct relay_ring *ring, struct relay_ring *other)
{
	if (!has_buffers_of(ring, other) && !has_buffers_of(other, ring))
		return;

	swap(ring->cfg.buf, other->cfg.buf);
	swap(ring->cfg.buf_da, other->cfg.buf_da);
}

/**
 * relay_ring_adopt() - go on with a ring that a running remote has
 * @ring: the ring
 * @event_idx: VIRTIO_RING_F_EVENT_IDX is agreed on
 *
 * A remote that does not notice a reset goes on from its own indices, so the
 * wire copy is kept and the new host starts where the one before has ended.
 * Memory that can't be a ring was never one, and is cleared.
 *
 * Return: true if the ring goes on, false if it starts empty.
 */
bool relay_ring_adopt(struct relay_ring *ring, bool event_idx)
{
	u16 used = le16(READ_ONCE(ring->wire.used->idx));
	u16 avail = le16(READ_ONCE(ring->wire.avail->idx));

	reset_host(ring, event_idx);
	if (!find_old(ring, used, avail)) {
		relay_ring_reset(ring, event_idx);
		return false;
	}

	empty_old(ring);
	ring->wire_avail = avail;
	ring->bell_avail = avail;
	ring->wire_used = used;

	return true;
}

/* Gives a chain to the host as used; the index is published later. */
static inline void host_put_used(struct relay_ring *ring, u32 head, u32 len)
{
	vring_used_elem_t *elem;
	u16 idx = ring->host_used++;

	elem = &ring->host.used->ring[slot(ring, idx)];
	elem->id = to_le32(head);
	elem->len = to_le32(len);
}

/*
 * Only for who has pulled or put something: one who gives back may hold other locks
 * than one who pulls, see relay_close_vdev().
 */
static void host_publish_used(struct relay_ring *ring)
{
	/*
	 * Who sees this count sees that of the marks as well. It is out before the
	 * host can lend the same chains again.
	 */
	smp_store_release(&ring->num_unmarked, ring->unmarked);

	/* The host's core reads the entries after it saw the index */
	dma_wmb();
	WRITE_ONCE(ring->host.used->idx, to_le16(ring->host_used));
}

/* Makes a chain available to the remote; the index is published later. */
static inline void wire_put_avail(struct relay_ring *ring, u16 head)
{
	u16 idx = ring->wire_avail++;

	WRITE_ONCE(ring->wire.avail->ring[slot(ring, idx)], to_le16(head));
}

static inline void wire_publish_avail(struct relay_ring *ring)
{
	/* Descriptors, payload and entry before the index */
	dma_wmb();
	WRITE_ONCE(ring->wire.avail->idx, to_le16(ring->wire_avail));
}

/*
 * Copies one descriptor to the wire. A buffer that the remote writes to may
 * be longer than ours, then it is offered less, which counts as room; one that
 * it reads may not, and is refused.
 */
static __always_inline bool push_desc(struct relay_ring *ring, unsigned int i,
				      u16 flags, u16 next, u32 *room)
{
	const struct vring_desc *from = &ring->host.desc[i];
	struct vring_desc *to = &ring->wire.desc[i];
	bool writable = flags & VRING_DESC_F_WRITE;
	u32 len = le32(from->len);

	if (len > ring->cfg.buf_size) {
		if (!writable)
			return false;
		len = ring->cfg.buf_size;
	}

	WRITE_ONCE(to->addr, to_le64((u64)ring->cfg.buf_da +
				     (u64)i * ring->cfg.buf_size));
	WRITE_ONCE(to->len, to_le32(len));
	WRITE_ONCE(to->flags, to_le16(flags));
	WRITE_ONCE(to->next, to_le16(next));

	if (writable)
		*room += len;
	else
		memcpy(wire_buf(ring, i), phys_to_virt(le64(from->addr)), len);

	return true;
}

/* Copies a chain to the wire; inline, for speed. */
static __always_inline bool push_chain(struct relay_ring *ring, u16 head)
{
	u32 room = 0;
	u32 seen = 0;
	int i = head;

	do {
		const struct vring_desc *desc = &ring->host.desc[i];
		u16 flags = le16(desc->flags);
		u16 next = le16(desc->next);

		if (!push_desc(ring, i, flags, next, &room))
			return false;
		i = chain_next(flags, next, ring->cfg.num);
	} while (i >= 0 && ++seen < ring->cfg.num);

	ring->room[head] = room;
	return true;
}

static unsigned int host_next_avail(struct relay_ring *ring)
{
	u16 idx = ring->host_avail++;

	return slot(ring, le16(ring->host.avail->ring[slot(ring, idx)]));
}

/* How many chains the host has made available that were not taken yet. */
static u16 host_num_avail(const struct relay_ring *ring)
{
	u16 avail = le16(READ_ONCE(ring->host.avail->idx)) - ring->host_avail;

	/* The entries after the index */
	dma_rmb();
	return avail;
}

/* True if there is more by now, which the host's core does not kick for. */
static bool host_ask_for_kick(struct relay_ring *ring)
{
	WRITE_ONCE(vring_avail_event(&ring->host), to_le16(ring->host_avail));

	/*
	 * Only then look for more: the core does the same two the other way. And
	 * what was published on the wire comes before the remote's wish for a bell,
	 * see relay_ring_needs_bell(). That is for more than this host's processors.
	 */
	dma_mb();

	return le16(READ_ONCE(ring->host.avail->idx)) != ring->host_avail;
}

/*
 * A buffer that an earlier host has lent for messages to come serves this one
 * as well, if it is the very same.
 */
static bool take_over(struct relay_ring *ring, u16 head)
{
	const struct vring_desc *host = &ring->host.desc[head];
	const struct vring_desc *wire = &ring->wire.desc[head];
	u64 da = (u64)ring->cfg.buf_da + (u64)head * ring->cfg.buf_size;
	u32 len = min(le32(host->len), ring->cfg.buf_size);

	if (le16(READ_ONCE(wire->flags)) != VRING_DESC_F_WRITE ||
	    le16(host->flags) != VRING_DESC_F_WRITE ||
	    le64(READ_ONCE(wire->addr)) != da ||
	    le32(READ_ONCE(wire->len)) != len)
		return false;

	ring->room[head] = len;
	mark_lent(ring, head);
	unmark_odd(ring, ring->old, head);

	return true;
}

/*
 * Copies a chain to the wire and lends it to the remote; inline, for speed. One that
 * does not fit counts as lent, though the remote never hears of it: so it comes back
 * to the host, whose driver may wait for it, when the remote is given up.
 */
static __always_inline bool lend_chain(struct relay_ring *ring, u16 head)
{
	if (!push_chain(ring, head)) {
		count_drop(ring, RELAY_DROP_HOST);
		ring->room[head] = 0;
		mark_lent(ring, head);
		return false;
	}

	mark_lent(ring, head);
	wire_put_avail(ring, head);

	return true;
}

/* True if the remote has it from an earlier host, so that it can't be lent now. */
static bool is_old(struct relay_ring *ring, u16 head)
{
	if (!test_bit(head, ring->old))
		return false;

	if (!take_over(ring, head))
		mark_odd(ring, ring->again, head);
	return true;
}

/* Buffers of refused messages go back to the remote. */
static unsigned int lend_again(struct relay_ring *ring)
{
	unsigned int count = 0;
	unsigned int head;

	for_each_set_bit(head, ring->again, ring->cfg.num) {
		if (test_bit(head, ring->old))
			continue;
		unmark_odd(ring, ring->again, head);
		count += lend_chain(ring, head);
	}

	return count;
}

/*
 * What the host sends waits until the remote has taken all that an earlier
 * host sent: messages must not overtake each other.
 */
static bool must_wait(struct relay_ring *ring)
{
	u16 next;

	if (!relay_ring_has_old(ring))
		return false;

	next = le16(ring->host.avail->ring[slot(ring, ring->host_avail)]);
	return !is_writable(&ring->host.desc[slot(ring, next)]);
}

/**
 * relay_ring_wants_push() - whether a pull has made a push possible
 * @ring: the ring
 *
 * Context: any.
 * Return: true if relay_ring_push() may have something to do.
 */
bool relay_ring_wants_push(const struct relay_ring *ring)
{
	return (relay_ring_has_odd(ring) &&
		!bitmap_empty(ring->again, ring->cfg.num)) ||
	       le16(READ_ONCE(ring->host.avail->idx)) !=
	       READ_ONCE(ring->host_avail);
}

/* What the host has made available: how much was @taken, and passed on. */
static unsigned int push_avail(struct relay_ring *ring, bool odd,
			       unsigned int *taken)
{
	unsigned int avail = host_num_avail(ring);
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < avail && !(odd && must_wait(ring)); i++) {
		unsigned int head = host_next_avail(ring);

		if (!odd || !is_old(ring, head))
			count += lend_chain(ring, head);
	}

	*taken = i;

	return count;
}

/**
 * relay_ring_push() - pass on what the host has made available
 * @ring: the ring
 *
 * Context: any; the caller owns the push side.
 * Return: how many chains were passed on.
 */
unsigned int relay_ring_push(struct relay_ring *ring)
{
	/* One more in @again meanwhile is for the next push, and @old only shrinks */
	bool odd = relay_ring_has_odd(ring);
	unsigned int count = odd ? lend_again(ring) : 0;
	unsigned int taken, total = 0;

	do {
		count += push_avail(ring, odd, &taken);
		total += taken;
		if (count)
			wire_publish_avail(ring);
	} while (host_ask_for_kick(ring) && taken && total < ring->cfg.num);

	ring->pushed += count;

	return count;
}

/* Copies what the remote wrote into a chain to the host's buffers. */
static void pull_chain(struct relay_ring *ring, u16 head, u32 len)
{
	u32 seen = 0;
	int i = head;

	while (i >= 0 && len && seen++ < ring->cfg.num) {
		const struct vring_desc *desc = &ring->host.desc[i];

		if (is_writable(desc)) {
			u32 part = min3(len, le32(desc->len),
					ring->cfg.buf_size);

			memcpy(phys_to_virt(le64(desc->addr)),
			       wire_buf(ring, i), part);
			len -= part;
		}
		i = chain_next(le16(desc->flags), le16(desc->next),
			       ring->cfg.num);
	}
}

/* Whether a chain with @len bytes of the remote's may go to the host. */
static bool pull_accepts(struct relay_ring *ring, u16 head, u32 room, u32 len)
{
	const struct vring_desc *desc = &ring->host.desc[head];

	if (len < ring->cfg.min_len || len > room) {
		count_drop(ring, RELAY_DROP_LEN);
		return false;
	}

	pull_chain(ring, head, len);

	if (ring->cfg.check &&
	    !ring->cfg.check(ring->cfg.check_priv,
			     phys_to_virt(le64(desc->addr)), len)) {
		count_drop(ring, RELAY_DROP_MSG);
		return false;
	}

	return true;
}

/*
 * Takes one used entry. A refused message goes to nobody, but its buffer is
 * not lost: relay_ring_push() lends it to the remote once more.
 */
static inline bool pull_one(struct relay_ring *ring, bool odd)
{
	const vring_used_elem_t *elem;
	u16 idx = ring->wire_used++;
	u32 id, len, room;

	elem = &ring->wire.used->ring[slot(ring, idx)];
	id = le32(READ_ONCE(elem->id));
	len = le32(READ_ONCE(elem->len));

	/* Of an earlier host: nobody here waits for it */
	if (odd && id < ring->cfg.num && unmark_odd(ring, ring->old, id))
		return false;

	if (odd) {
		/* Taken over by now? Then mark_lent() came before it left @old */
		smp_rmb();
	}

	if (id >= ring->cfg.num || !unmark_lent(ring, id)) {
		count_drop(ring, RELAY_DROP_ID);
		return false;
	}

	room = ring->room[id];
	if (room && !pull_accepts(ring, id, room, len)) {
		mark_odd(ring, ring->again, id);
		return false;
	}

	/* Of a chain that is only read any length is legal, and means nothing */
	host_put_used(ring, id, room ? len : 0);
	return true;
}

/**
 * relay_ring_pull() - pass on what the remote has used
 * @ring: the ring
 * @budget: look at no more entries than this
 *
 * Context: any; the caller owns the pull side.
 * Return: how many entries were looked at, or -EPROTO when the remote's index
 * makes no sense, after which the ring can't be used before it is reset.
 */
int relay_ring_pull(struct relay_ring *ring, unsigned int budget)
{
	u16 pending = le16(READ_ONCE(ring->wire.used->idx)) - ring->wire_used;
	/* Here only those in @old count, and they don't get more */
	bool odd = relay_ring_has_odd(ring);
	unsigned int count, passed = 0;

	if (pending > ring->cfg.num) {
		count_drop(ring, RELAY_DROP_INDEX);
		return -EPROTO;
	}

	/* The entries after the index */
	dma_rmb();

	budget = min_t(unsigned int, budget, pending);
	for (count = 0; count < budget; count++)
		passed += pull_one(ring, odd);

	if (count)
		host_publish_used(ring);
	ring->passed += passed;

	return count;
}

/**
 * relay_ring_drops() - how much was not passed on
 * @ring: the ring
 *
 * Context: any.
 * Return: the sum over all causes.
 */
unsigned int relay_ring_drops(const struct relay_ring *ring)
{
	unsigned int i, sum = 0;

	for (i = 0; i < RELAY_DROP_NUM; i++)
		sum += atomic_read(&ring->drops[i]);

	return sum;
}

/**
 * relay_ring_peek() - look at what the remote has used
 * @ring: the ring
 * @ahead: how many entries behind the next one
 *
 * The remote may change it at any time: a hint only.
 *
 * Context: any. Without the pull side it may have been pulled meanwhile.
 * Return: the wire buffer of its first descriptor, @buf_size bytes; NULL if there
 * is nothing, or nothing that makes sense.
 */
const void *relay_ring_peek(const struct relay_ring *ring, unsigned int ahead)
{
	unsigned int i = slot(ring, READ_ONCE(ring->wire_used) + ahead);
	u32 id;

	if (relay_ring_used(ring) <= ahead)
		return NULL;

	/* The entry after the index */
	dma_rmb();
	id = le32(READ_ONCE(ring->wire.used->ring[i].id));

	return id < ring->cfg.num ? wire_buf(ring, id) : NULL;
}

/**
 * relay_ring_arm() - ask the remote to ring when it has used something
 * @ring: the ring
 *
 * A lazy ring asks for a bell only when half of what the remote has comes
 * back, and for none at all while there is room enough: the next push looks
 * anyway. What the remote has of an earlier host is waited for, all of it.
 *
 * Context: any; the caller owns the pull side.
 * Return: true if there is something to pull already, which no bell may tell.
 */
bool relay_ring_arm(struct relay_ring *ring)
{
	unsigned int crowd = relay_ring_crowd(ring);
	unsigned int lent = relay_ring_lent(ring);
	bool old = relay_ring_has_old(ring);
	bool wanted = !ring->cfg.lazy || old || lent >= crowd;
	u16 ahead = 0;

	if (ring->cfg.lazy && !old)
		ahead = wanted ? (lent - 1) / 2 : crowd;

	WRITE_ONCE(ring->asked, wanted);
	WRITE_ONCE(vring_used_event(&ring->wire),
		   to_le16(ring->wire_used + ahead));
	if (!ring->cfg.event_idx)
		WRITE_ONCE(ring->wire.avail->flags,
			   to_le16(wanted ? 0 : VRING_AVAIL_F_NO_INTERRUPT));

	/* The wish before the index that tells whether it came too late */
	dma_mb();

	return wanted &&
	       le16(READ_ONCE(ring->wire.used->idx)) != ring->wire_used;
}

/**
 * relay_ring_quiet() - tell the remote that no bell is needed for now
 * @ring: the ring
 *
 * Only a hint. With EVENT_IDX there is nothing to do: an event index that was
 * passed stays passed until relay_ring_arm() moves it.
 *
 * Context: any; the caller owns the pull side.
 */
void relay_ring_quiet(struct relay_ring *ring)
{
	if (!ring->cfg.event_idx)
		WRITE_ONCE(ring->wire.avail->flags,
			   to_le16(VRING_AVAIL_F_NO_INTERRUPT));
}

/**
 * relay_ring_mute() - take back the wish for a bell
 * @ring: the ring
 *
 * For who looks at the ring by himself, until relay_ring_arm(). Only a hint.
 *
 * Context: any; the caller owns the pull side.
 */
void relay_ring_mute(struct relay_ring *ring)
{
	relay_ring_quiet(ring);
	/* As if it had passed already: it is not reached before the next arm */
	WRITE_ONCE(vring_used_event(&ring->wire), to_le16(ring->wire_used - 1));
}

/**
 * relay_ring_give_back() - return to the host what the remote only reads
 * @ring: the ring
 *
 * For when the remote is given up: who waits in the host's core for room then
 * has all of it. Chains that the remote writes to stay lent, nobody waits for
 * those.
 *
 * Context: any; the caller has both sides to itself.
 * Return: how many chains were returned.
 */
unsigned int relay_ring_give_back(struct relay_ring *ring)
{
	unsigned int count = 0;
	unsigned int head;

	for (head = 0; head < ring->cfg.num; head++) {
		if (ring->room[head] || !unmark_lent(ring, head))
			continue;

		host_put_used(ring, head, 0);
		count++;
	}

	if (count)
		host_publish_used(ring);

	return count;
}

/* What the host has made available; counts in @taken, and returns what goes back. */
static unsigned int swallow_avail(struct relay_ring *ring, unsigned int *taken)
{
	unsigned int left = host_num_avail(ring);
	unsigned int count = 0;

	*taken += left;
	for (; left; left--) {
		unsigned int head = host_next_avail(ring);

		if (is_writable(&ring->host.desc[head]))
			continue;

		host_put_used(ring, head, 0);
		count++;
	}

	return count;
}

/**
 * relay_ring_swallow() - take what the host makes available, for nobody
 * @ring: the ring
 *
 * The other half of relay_ring_give_back(): what the host still sends ends
 * here, and its buffers are used at once.
 *
 * Context: any; the caller has both sides to itself.
 * Return: how many chains were returned to the host.
 */
unsigned int relay_ring_swallow(struct relay_ring *ring)
{
	unsigned int count = 0;
	unsigned int taken = 0;

	do {
		count += swallow_avail(ring, &taken);
	} while (host_ask_for_kick(ring) && taken < ring->cfg.num);

	if (count)
		host_publish_used(ring);

	return count;
}
