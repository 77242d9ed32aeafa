// SPDX-License-Identifier: BSD-3-Clause
/*
 * The device's end of a split virtqueue, and what both ends share; see
 * virtqueue.h. The driver's end is in virtq_driver.c.
 *
 * Section numbers are those of virtio 1.2.
 */
#include "endian_io.h"
#include "mem.h"
#include "virtqueue.h"

static bool is_power_of_2(uint32_t n)
{
	return n && !(n & (n - 1));
}

/**
 * virtq_used_event() - where the driver says when it wants to be rung
 * @vq: the queue
 *
 * Return: the word after the available ring, 2.7.7.1.
 */
uint16_t *virtq_used_event(const struct virtq *vq)
{
	return &vq->avail->ring[vq->num];
}

/**
 * virtq_avail_event() - where the device says when it wants to be rung
 * @vq: the queue
 *
 * Return: the word after the used ring, 2.7.10.
 */
uint16_t *virtq_avail_event(const struct virtq *vq)
{
	return (uint16_t *)&vq->used->ring[vq->num];
}

static size_t avail_size(uint32_t num)
{
	return sizeof(struct virtq_avail) + (num + 1) * sizeof(uint16_t);
}

static size_t used_size(uint32_t num)
{
	return sizeof(struct virtq_used) +
	       num * sizeof(struct virtq_used_elem) + sizeof(uint16_t);
}

static size_t used_offset(uint32_t num, uint32_t align)
{
	size_t end = num * sizeof(struct virtq_desc) + avail_size(num);

	return (end + align - 1) & ~((size_t)align - 1);
}

static bool cfg_valid(const struct virtq_cfg *cfg)
{
	return is_power_of_2(cfg->num) && cfg->num <= VIRTQ_MAX_NUM &&
	       is_power_of_2(cfg->align) && cfg->align >= VIRTQ_MIN_ALIGN &&
	       cfg->align <= VIRTQ_MAX_ALIGN &&
	       !(cfg->da & (VIRTQ_MIN_ALIGN - 1));
}

static uint16_t read_used_idx(const struct virtq *vq)
{
	port_invalidate(vq->port, vq->used, sizeof(*vq->used));
	return load_le16(&vq->used->idx);
}

/**
 * virtq_size() - how much memory a ring takes
 * @num: entries
 * @align: alignment of the used ring, bytes
 *
 * Return: bytes.
 */
size_t virtq_size(uint32_t num, uint32_t align)
{
	return used_offset(num, align) + used_size(num);
}

/**
 * virtq_map() - find the three parts of a ring
 * @vq: the queue
 * @port: the board
 * @cfg: where the ring is; not trusted
 *
 * Return: 0, -EINVAL on numbers that make no ring, -EFAULT when it is not all
 * in shared memory.
 */
int virtq_map(struct virtq *vq, const struct rpmsg_port *port,
	      const struct virtq_cfg *cfg)
{
	char *ring;

	if (!cfg_valid(cfg))
		return -EINVAL;
	ring = port->da_to_ptr(port->priv, cfg->da,
			       virtq_size(cfg->num, cfg->align));
	if (!ring)
		return -EFAULT;

	mem_zero(vq, sizeof(*vq));
	vq->port = port;
	vq->desc = (void *)ring;
	vq->avail = (void *)(ring + cfg->num * sizeof(*vq->desc));
	vq->used = (void *)(ring + used_offset(cfg->num, cfg->align));
	vq->num = cfg->num;
	vq->notifyid = cfg->notifyid;
	vq->event_idx = cfg->event_idx;
	vq->writable = cfg->writable;
	return 0;
}

/* 2.7.6: the driver is ahead of us by at most the size of the ring */
static void fetch_avail_idx(struct virtq *vq)
{
	uint16_t idx;

	port_invalidate(vq->port, vq->avail, sizeof(*vq->avail));
	idx = load_le16(&vq->avail->idx);
	/* A new ring has its own count, and is not broken */
	if ((uint16_t)(idx - vq->taken) > vq->num)
		vq->broken = !virtq_was_reset(vq);
	else
		vq->seen = idx;
	/* the index before the entries it stands for, 2.7.13.3 */
	vq->port->rmb();
}

/**
 * virtq_pending() - is there a buffer to take?
 * @vq: the queue
 *
 * Return: true when virtq_pop() would find an entry.
 */
bool virtq_pending(struct virtq *vq)
{
	if (!vq->broken && vq->seen == vq->taken)
		vq->ops->fetch(vq);
	return !vq->broken && vq->seen != vq->taken;
}

static uint16_t next_head(struct virtq *vq)
{
	const uint16_t *entry = &vq->avail->ring[vq->taken & (vq->num - 1)];

	vq->taken++;
	port_invalidate(vq->port, entry, sizeof(*entry));
	return load_le16(entry);
}

/* One buffer, no chain and no table: that is all rpmsg uses. */
static int read_desc(struct virtq *vq, uint16_t head, struct virtq_buf *buf)
{
	const struct virtq_desc *desc = &vq->desc[head];
	uint16_t want = vq->writable ? VIRTQ_DESC_F_WRITE : 0;
	uint64_t addr;

	port_invalidate(vq->port, desc, sizeof(*desc));
	if (load_le16(&desc->flags) != want)
		return -EBADMSG;
	addr = load_le64(&desc->addr);
	buf->len = load_le32(&desc->len);
	if (!buf->len)
		return -EBADMSG;
	buf->ptr = vq->port->da_to_ptr(vq->port->priv, addr, buf->len);
	buf->head = head;
	return buf->ptr ? 0 : -EBADMSG;
}

static void device_push(struct virtq *vq, uint16_t head, uint32_t len)
{
	struct virtq_used_elem *elem =
		&vq->used->ring[vq->given & (vq->num - 1)];

	store_le32(&elem->id, head);
	store_le32(&elem->len, len);
	port_clean(vq->port, elem, sizeof(*elem));
	vq->given++;
	/* payload and entry before the index, 2.7.8.2 */
	vq->port->wmb();
	store_le16(&vq->used->idx, vq->given);
	port_clean(vq->port, vq->used, sizeof(*vq->used));
}

/* A buffer that fails a check is given back at once. */
static int device_pop(struct virtq *vq, struct virtq_buf *buf)
{
	uint16_t head;
	int err;

	if (!virtq_pending(vq))
		return vq->broken ? -EPROTO : -EAGAIN;
	head = next_head(vq);
	if (head >= vq->num) {
		vq->bad++;
		return -EBADMSG;
	}
	err = read_desc(vq, head, buf);
	if (err) {
		vq->bad++;
		device_push(vq, head, 0);
	}
	return err;
}

/**
 * virtq_write16() - write a word that the other end reads
 * @vq: the queue
 * @word: where
 * @value: what
 */
void virtq_write16(const struct virtq *vq, uint16_t *word, uint16_t value)
{
	store_le16(word, value);
	port_clean(vq->port, word, sizeof(*word));
}

/* With event indices an index that is passed already says "no bell". */
static void device_ask(struct virtq *vq, bool bell)
{
	if (!vq->event_idx)
		virtq_write16(vq, &vq->used->flags,
			      bell ? 0 : VIRTQ_USED_F_NO_NOTIFY);
	else if (bell)
		virtq_write16(vq, virtq_avail_event(vq), vq->taken);
}

/**
 * virtq_event_passed() - did this end's index go past an event index?
 * @vq: the queue
 * @event: the event index
 * @old: this end's index when it was last looked at
 *
 * Return: true if so; 2.7.7.2, as vring_need_event() of the kernel has it.
 */
bool virtq_event_passed(const struct virtq *vq, uint16_t event, uint16_t old)
{
	return (uint16_t)(vq->given - event - 1) < (uint16_t)(vq->given - old);
}

static bool driver_wants_bell(const struct virtq *vq, uint16_t old)
{
	uint16_t *event = virtq_used_event(vq);

	if (!vq->event_idx) {
		port_invalidate(vq->port, vq->avail, sizeof(*vq->avail));
		return !(load_le16(&vq->avail->flags) &
			 VIRTQ_AVAIL_F_NO_INTERRUPT);
	}
	port_invalidate(vq->port, event, sizeof(*event));
	return virtq_event_passed(vq, load_le16(event), old);
}

static const struct virtq_ops device_ops = {
	.fetch = fetch_avail_idx,
	.pop = device_pop,
	.push = device_push,
	.ask = device_ask,
	.wanted = driver_wants_bell,
};

/**
 * virtq_init() - take over a ring that the driver has set up
 * @vq: the queue
 * @port: the board
 * @cfg: where the ring is; not trusted
 *
 * Goes on from the used index it finds. In a fresh ring that is 0. In one the
 * driver kept over a restart of its own it is what this side last wrote.
 *
 * Return: as virtq_map().
 */
int virtq_init(struct virtq *vq, const struct rpmsg_port *port,
	       const struct virtq_cfg *cfg)
{
	int err = virtq_map(vq, port, cfg);

	if (err)
		return err;
	vq->ops = &device_ops;
	vq->given = read_used_idx(vq);
	vq->signalled = vq->given;
	vq->taken = vq->given;
	vq->seen = vq->given;
	return 0;
}

/**
 * virtq_pop() - take the next buffer that the other end gave
 * @vq: the queue
 * @buf: the buffer
 *
 * A buffer that fails a check is counted. For a driver's end whose buffers go
 * out this takes one that is free.
 *
 * Return: 0, -EAGAIN when there is none, -EBADMSG when one was refused, -EPROTO
 * when the queue is broken.
 */
int virtq_pop(struct virtq *vq, struct virtq_buf *buf)
{
	return vq->ops->pop(vq, buf);
}

/**
 * virtq_push() - give a buffer to the other end
 * @vq: the queue
 * @head: the buffer's descriptor, from virtq_pop()
 * @len: bytes written into it
 *
 * The other end sees it at once, but is told only by virtq_kick().
 */
void virtq_push(struct virtq *vq, uint16_t head, uint32_t len)
{
	vq->ops->push(vq, head, len);
}

/**
 * virtq_enable_notify() - ask the other end to ring for the next buffer
 * @vq: the queue
 *
 * Return: true when a buffer came meanwhile, for which no bell may come.
 */
bool virtq_enable_notify(struct virtq *vq)
{
	vq->ops->ask(vq, true);
	/* our wish is visible before their index is read again, 2.7.10.1 */
	vq->port->mb();
	return virtq_pending(vq);
}

/**
 * virtq_disable_notify() - tell the other end that no bell is needed
 * @vq: the queue
 *
 * A hint only.
 */
void virtq_disable_notify(struct virtq *vq)
{
	vq->ops->ask(vq, false);
}

/**
 * virtq_kick() - ring the other end if buffers were given and it cares
 * @vq: the queue
 */
void virtq_kick(struct virtq *vq)
{
	uint16_t old = vq->signalled;

	if (old == vq->given)
		return;
	vq->signalled = vq->given;
	/* our index is visible before their wish is read, 2.7.7.2 */
	vq->port->mb();
	if (vq->ops->wanted(vq, old))
		vq->port->notify(vq->port->priv, vq->notifyid);
}

/**
 * virtq_was_reset() - did the driver start the ring anew under us?
 * @vq: the queue
 *
 * Only the device writes the used index. Another value than the one we wrote
 * means that the driver cleared the ring, in a reset that came and went between
 * two looks at the status. What sends, gives back or returns from a wait may
 * be the first to come after that, and must not go on in the new ring where it
 * stopped in the old one: the next poll takes it over.
 *
 * Return: true when the ring is not the one we know; false to a driver, who has
 * the say himself.
 */
bool virtq_was_reset(const struct virtq *vq)
{
	return !vq->owner && read_used_idx(vq) != vq->given;
}
