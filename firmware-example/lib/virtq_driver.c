// SPDX-License-Identifier: BSD-3-Clause
/*
 * The driver's end of a split virtqueue, see virtqueue.h: for a host that runs
 * this library too.
 *
 * Each descriptor has a buffer of its own for good. Which of them the device
 * has is kept in memory that is not shared, so that what the device writes
 * can't make a buffer come twice. Section numbers are those of virtio 1.2.
 */
#include "endian_io.h"
#include "mem.h"
#include "virtqueue.h"

static uint32_t buffer_da(const struct virtq *vq, uint16_t head)
{
	return vq->buf_da + head * vq->buf_size;
}

static void *buffer(const struct virtq *vq, uint16_t head)
{
	return vq->port->da_to_ptr(vq->port->priv, buffer_da(vq, head),
				   vq->buf_size);
}

/* 2.7.8: the device is ahead of us by at most what it has */
static void fetch_used_idx(struct virtq *vq)
{
	uint16_t idx;

	port_invalidate(vq->port, vq->used, sizeof(*vq->used));
	idx = load_le16(&vq->used->idx);
	if ((uint16_t)(idx - vq->taken) > vq->lent)
		vq->broken = true;
	else
		vq->seen = idx;
	/* the index before the entries it stands for, 2.7.14 */
	vq->port->rmb();
}

/* The next entry of the used ring; -EBADMSG when the device never had it. */
static int next_used(struct virtq *vq, struct virtq_buf *buf)
{
	const struct virtq_used_elem *elem =
		&vq->used->ring[vq->taken & (vq->num - 1)];
	uint32_t head;

	vq->taken++;
	port_invalidate(vq->port, elem, sizeof(*elem));
	head = load_le32(&elem->id);
	buf->len = load_le32(&elem->len);
	if (head >= vq->num || vq->owner[head] != VIRTQ_OWNER_DEVICE) {
		vq->bad++;
		return -EBADMSG;
	}
	vq->owner[head] = VIRTQ_OWNER_NONE;
	vq->num_free += !vq->writable;
	vq->lent--;
	buf->head = head;
	return 0;
}

static void write_desc(struct virtq *vq, uint16_t head, uint32_t len)
{
	struct virtq_desc *desc = &vq->desc[head];

	store_le64(&desc->addr, buffer_da(vq, head));
	store_le32(&desc->len, len);
	store_le16(&desc->flags, vq->writable ? VIRTQ_DESC_F_WRITE : 0);
	port_clean(vq->port, desc, sizeof(*desc));
}

static void driver_push(struct virtq *vq, uint16_t head, uint32_t len)
{
	uint16_t *entry = &vq->avail->ring[vq->given & (vq->num - 1)];

	write_desc(vq, head, vq->writable ? vq->buf_size : len);
	virtq_write16(vq, entry, head);
	vq->owner[head] = VIRTQ_OWNER_DEVICE;
	vq->lent++;
	vq->given++;
	/* payload, descriptor and entry before the index, 2.7.13.3 */
	vq->port->wmb();
	virtq_write16(vq, &vq->avail->idx, vq->given);
}

/* What came in: a length that is no buffer's is refused, the buffer reused. */
static int pop_received(struct virtq *vq, struct virtq_buf *buf)
{
	int err;

	if (!virtq_pending(vq))
		return vq->broken ? -EPROTO : -EAGAIN;
	err = next_used(vq, buf);
	if (err)
		return err;
	if (buf->len > vq->buf_size) {
		vq->bad++;
		driver_push(vq, buf->head, 0);
		return -EBADMSG;
	}
	vq->owner[buf->head] = VIRTQ_OWNER_US;
	buf->ptr = buffer(vq, buf->head);
	return 0;
}

static void reclaim(struct virtq *vq)
{
	struct virtq_buf buf;

	while (virtq_pending(vq))
		next_used(vq, &buf);
}

/* Buffers come back in nearly the order they went: the next is free mostly. */
static int find_free(struct virtq *vq)
{
	unsigned int i;

	for (i = 0; i < vq->num; i++) {
		vq->cursor = (vq->cursor + 1) & (vq->num - 1);
		if (vq->owner[vq->cursor] == VIRTQ_OWNER_NONE)
			return vq->cursor;
	}
	return -EAGAIN;
}

static int pop_free(struct virtq *vq, struct virtq_buf *buf)
{
	int head;

	reclaim(vq);
	if (vq->broken)
		return -EPROTO;
	head = find_free(vq);
	if (head < 0)
		return head;
	vq->owner[head] = VIRTQ_OWNER_US;
	vq->num_free--;
	buf->head = head;
	buf->len = vq->buf_size;
	buf->ptr = buffer(vq, head);
	return 0;
}

static int driver_pop(struct virtq *vq, struct virtq_buf *buf)
{
	return vq->writable ? pop_received(vq, buf) : pop_free(vq, buf);
}

static void driver_ask(struct virtq *vq, bool bell)
{
	if (!vq->event_idx)
		virtq_write16(vq, &vq->avail->flags,
			      bell ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT);
	else if (bell)
		virtq_write16(vq, virtq_used_event(vq), vq->taken);
}

static bool device_wants_bell(const struct virtq *vq, uint16_t old)
{
	uint16_t *event = virtq_avail_event(vq);

	if (!vq->event_idx) {
		port_invalidate(vq->port, vq->used, sizeof(*vq->used));
		return !(load_le16(&vq->used->flags) & VIRTQ_USED_F_NO_NOTIFY);
	}
	port_invalidate(vq->port, event, sizeof(*event));
	return virtq_event_passed(vq, load_le16(event), old);
}

static const struct virtq_ops driver_ops = {
	.fetch = fetch_used_idx,
	.pop = driver_pop,
	.push = driver_push,
	.ask = driver_ask,
	.wanted = device_wants_bell,
};

static void clear_ring(struct virtq *vq, const struct virtq_cfg *cfg)
{
	size_t size = virtq_size(cfg->num, cfg->align);

	mem_zero(vq->desc, size);
	port_clean(vq->port, vq->desc, size);
	mem_zero(vq->owner, vq->num);
}

/**
 * virtq_driver_init() - set up a ring as its driver
 * @vq: the queue
 * @port: the board
 * @cfg: where the ring and its buffers go
 *
 * The device must not be using the ring. Buffers that the device writes to are
 * given to it at once.
 *
 * Return: as virtq_map(), for the buffers too.
 */
int virtq_driver_init(struct virtq *vq, const struct rpmsg_port *port,
		      const struct virtq_driver_cfg *cfg)
{
	unsigned int i;
	int err = virtq_map(vq, port, &cfg->ring);

	if (err)
		return err;
	if (!cfg->buf_size || cfg->buf_size % VIRTQ_MIN_ALIGN ||
	    cfg->buf_size > (UINT32_MAX - cfg->buf_da) / vq->num)
		return -EINVAL;
	if (!port->da_to_ptr(port->priv, cfg->buf_da,
			     (size_t)cfg->buf_size * vq->num))
		return -EFAULT;
	vq->ops = &driver_ops;
	vq->owner = cfg->owner;
	vq->buf_da = cfg->buf_da;
	vq->buf_size = cfg->buf_size;
	clear_ring(vq, &cfg->ring);
	for (i = 0; vq->writable && i < vq->num; i++)
		driver_push(vq, i, 0);
	vq->num_free = vq->writable ? 0 : vq->num;
	return 0;
}
