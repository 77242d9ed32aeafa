/* SPDX-License-Identifier: GPL-2.0 */
/*
 * relay_ring.h - one virtqueue in two copies, and what passes between them
 *
 * The host copy lives in kernel memory and is all that the virtio core ever
 * sees; the wire copy lives in memory shared with the remote. This is pure
 * ring logic on the two: no device, no interrupt, no lock. The caller sees to it
 * that each direction (push, pull) is gone by one at a time.
 *
 * What is asked for each message is inline, for speed.
 */

#ifndef AMPKIT_RELAY_RING_H
#define AMPKIT_RELAY_RING_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/virtio_byteorder.h>
#include <linux/virtio_ring.h>

/**
 * enum relay_drop - why something of the remote's was not passed on
 * @RELAY_DROP_ID: used id out of range, or of a buffer it does not have
 * @RELAY_DROP_LEN: used length against the queue's rule
 * @RELAY_DROP_MSG: the message itself was refused
 * @RELAY_DROP_INDEX: used index moved by more than the ring holds
 * @RELAY_DROP_HOST: a buffer of the host's that does not fit a wire buffer
 * @RELAY_DROP_NUM: how many causes there are
 */
enum relay_drop {
	RELAY_DROP_ID,
	RELAY_DROP_LEN,
	RELAY_DROP_MSG,
	RELAY_DROP_INDEX,
	RELAY_DROP_HOST,
	RELAY_DROP_NUM
};

/**
 * struct relay_ring_config - what a ring is made of
 * @num: descriptors, a power of two
 * @most: how many chains the host has at most, if it has fewer than @num; or 0
 * @align: alignment of the used ring, bytes, a power of two
 * @host: the host copy, vring_size(num, align) bytes of kernel memory
 * @wire: the wire copy, as large, in shared memory
 * @buf: @num wire buffers of @buf_size bytes in shared memory
 * @buf_da: device address of @buf, what the remote calls it
 * @buf_size: bytes in one wire buffer
 * @min_len: shortest used length that is legal for a buffer that the remote
 *	writes to; 0 for any
 * @empty_len: bytes that make a message mean nothing to the remote when they
 *	are zero; 0 if there are none, or the remote does not read these buffers
 * @lazy: the host does not wait for each completion, only for free room
 * @event_idx: VIRTIO_RING_F_EVENT_IDX is agreed on
 * @check: looks at what the remote has sent, in its first host buffer and
 *	unable to change any more; false drops it. May be NULL
 * @check_priv: passed to @check
 */
struct relay_ring_config {
	u32 num;
	u32 most;
	u32 align;
	void *host;
	void *wire;
	void *buf;
	u32 buf_da;
	u32 buf_size;
	u32 min_len;
	u32 empty_len;
	bool lazy;
	bool event_idx;
	bool (*check)(void *priv, const void *msg, u32 len);
	void *check_priv;
};

/**
 * struct relay_ring - one virtqueue in two copies
 * @cfg: as given to relay_ring_init()
 * @mask: its @num less 1
 * @host: the host copy
 * @wire: the wire copy
 * @lent: per descriptor: head of a chain that the remote has
 * @num_marked: how many were ever set in @lent (push)
 * @num_unmarked: how many were ever cleared there, by pulls that are over (pull)
 * @unmarked: the same with the one that goes on (pull)
 * @again: bit per descriptor: head of a chain that is to be lent once more
 * @old: bit per descriptor: the remote has it from an earlier host, and until
 *	it comes back it can't be lent
 * @num_odd: how many bits are set in @again and @old: usually none
 * @room: per chain head, how many bytes the remote may write into it
 * @host_avail: available entries taken from the host copy (push)
 * @wire_avail: available entries given to the wire copy (push)
 * @bell_avail: @wire_avail when the bell was last decided on (push)
 * @wire_used: used entries taken from the wire copy (pull)
 * @host_used: used entries given to the host copy (pull)
 * @asked: the last relay_ring_arm() has asked for a bell (pull); a hint elsewhere
 * @pushed: messages passed on to the remote (push)
 * @passed: messages passed on to the host (pull)
 * @drops: what was not passed on, by cause
 *
 * Fields marked (push) belong to whoever owns the push side, (pull) to the
 * pull side. A head in @lent is set by (push), after its @room is written, and
 * cleared by (pull). @again and @old are shared, touched by atomic bit operations,
 * and @num_odd with them.
 */
struct relay_ring {
	struct relay_ring_config cfg;
	u32 mask;
	struct vring host;
	struct vring wire;
	bool *lent;
	u32 num_marked;
	u32 num_unmarked;
	u32 unmarked;
	unsigned long *again;
	unsigned long *old;
	atomic_t num_odd;
	u32 *room;
	u16 host_avail;
	u16 wire_avail;
	u16 bell_avail;
	u16 wire_used;
	u16 host_used;
	bool asked;
	u64 pushed;
	u64 passed;
	atomic_t drops[RELAY_DROP_NUM];
};

int relay_ring_init(struct relay_ring *ring,
		    const struct relay_ring_config *cfg);
void relay_ring_free(struct relay_ring *ring);
void relay_ring_reset(struct relay_ring *ring, bool event_idx);
void relay_ring_follow(struct relay_ring *ring, struct relay_ring *other);
bool relay_ring_adopt(struct relay_ring *ring, bool event_idx);
bool relay_ring_wants_push(const struct relay_ring *ring);
unsigned int relay_ring_push(struct relay_ring *ring);
int relay_ring_pull(struct relay_ring *ring, unsigned int budget);
unsigned int relay_ring_drops(const struct relay_ring *ring);
const void *relay_ring_peek(const struct relay_ring *ring, unsigned int ahead);
bool relay_ring_arm(struct relay_ring *ring);
void relay_ring_quiet(struct relay_ring *ring);
void relay_ring_mute(struct relay_ring *ring);
unsigned int relay_ring_give_back(struct relay_ring *ring);
unsigned int relay_ring_swallow(struct relay_ring *ring);

/* All rings here are little endian, and so is every kernel this runs on. */
static inline u16 relay_ring_le16(__virtio16 val)
{
	return __virtio16_to_cpu(true, val);
}

/* Whether a bit is set in @again or @old. */
static inline bool relay_ring_has_odd(const struct relay_ring *ring)
{
	/* Before @lent is read: who finds no old one finds it there */
	return atomic_read_acquire(&ring->num_odd);
}

/**
 * relay_ring_has_old() - whether the remote has something of an earlier host
 * @ring: the ring
 *
 * Until it comes back, what this host sends has to wait.
 *
 * Context: any. Without the pull side the answer is a snapshot.
 * Return: true if it has.
 */
static inline bool relay_ring_has_old(const struct relay_ring *ring)
{
	return relay_ring_has_odd(ring) &&
	       !bitmap_empty(ring->old, ring->cfg.num);
}

/**
 * relay_ring_needs_bell() - whether the remote wants to hear of what was pushed
 * @ring: the ring
 *
 * Asks once for everything since it was last asked. What the remote says of
 * it is a hint: a wrong one costs it its own bells and nothing else.
 *
 * Context: any; the caller owns the push side, and has pushed: that has published
 * the index before the wish is read here.
 * Return: true if its bell has to be rung.
 */
static inline bool relay_ring_needs_bell(struct relay_ring *ring)
{
	u16 old = ring->bell_avail;
	u16 new = ring->wire_avail;

	if (old == new)
		return false;

	ring->bell_avail = new;

	if (ring->cfg.event_idx)
		return vring_need_event(relay_ring_le16(READ_ONCE(vring_avail_event(&ring->wire))),
					new, old);

	return !(relay_ring_le16(READ_ONCE(ring->wire.used->flags)) &
		 VRING_USED_F_NO_NOTIFY);
}

/**
 * relay_ring_used() - how much the remote says it has used
 * @ring: the ring
 *
 * Context: any. Without the pull side it is a hint, and always one of the
 * remote's: nothing but the time of a pull may depend on it.
 * Return: number of entries that a pull would find.
 */
static inline unsigned int relay_ring_used(const struct relay_ring *ring)
{
	return (u16)(relay_ring_le16(READ_ONCE(ring->wire.used->idx)) -
		     READ_ONCE(ring->wire_used));
}

/**
 * relay_ring_crowd() - from how many lent chains on room is scarce
 * @ring: the ring
 *
 * Three quarters: who fills a window that is as large as the ring has half of it
 * lent all the time, and needs no bell for that.
 *
 * Context: any.
 * Return: their number, 1 at least.
 */
static inline unsigned int relay_ring_crowd(const struct relay_ring *ring)
{
	return ring->cfg.most - ring->cfg.most / 4;
}

/**
 * relay_ring_lent() - how many chains the remote has
 * @ring: the ring
 *
 * With those that did not fit its buffers: they come back as the others do.
 *
 * Context: any. Without both sides the figure is a snapshot, and too high if push
 * and pull go on meanwhile.
 * Return: their number.
 */
static inline unsigned int relay_ring_lent(const struct relay_ring *ring)
{
	/* This one first: it never overtakes the other */
	u32 unmarked = smp_load_acquire(&ring->num_unmarked);

	return READ_ONCE(ring->num_marked) - unmarked;
}

#endif /* AMPKIT_RELAY_RING_H */
