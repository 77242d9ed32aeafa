/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One end of a split virtqueue. The remote is the device, virtq_init(); a host
 * on bare metal is the driver, virtq_driver_init(). From then on both speak of
 * the same things: buffers are taken from the queue and given to the other end.
 *
 * Contract: virtio 1.2, section 2.7 (split virtqueues), with the layout of
 * 2.7.2 (legacy: one region, the used ring aligned), as Linux has it in
 * include/uapi/linux/virtio_ring.h, vring_init().
 *
 * Everything the other end can write is read once into a local and checked.
 * What this end has to remember is kept in struct virtq, never in the ring.
 */
#ifndef VIRTQUEUE_H
#define VIRTQUEUE_H

#include "port.h"

/* virtio 1.2, 2.7.5: the descriptor table */
#define VIRTQ_DESC_F_NEXT		1
#define VIRTQ_DESC_F_WRITE		2
#define VIRTQ_DESC_F_INDIRECT		4
/* 2.7.6, the driver: do not tell me about used buffers */
#define VIRTQ_AVAIL_F_NO_INTERRUPT	1
/* 2.7.8, the device: do not tell me about available buffers */
#define VIRTQ_USED_F_NO_NOTIFY		1

/* 2.7: a queue size is a power of two, and 32768 at most */
#define VIRTQ_MAX_NUM			32768
/* The used ring's alignment; the smallest serves the descriptors as well. */
#define VIRTQ_MIN_ALIGN			16
#define VIRTQ_MAX_ALIGN			65536

struct virtq_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

struct virtq_avail {
	uint16_t flags;
	uint16_t idx;
	uint16_t ring[];		/* then used_event */
};

struct virtq_used_elem {
	uint32_t id;
	uint32_t len;
};

struct virtq_used {
	uint16_t flags;
	uint16_t idx;
	struct virtq_used_elem ring[];	/* then avail_event, 16 bits */
};

/**
 * struct virtq_cfg - where a queue is and how it speaks
 * @da: device address of the ring
 * @num: entries
 * @align: alignment of the used ring, bytes
 * @notifyid: what the port's notify() gets
 * @event_idx: VIRTIO_RING_F_EVENT_IDX was negotiated
 * @writable: buffers of this queue are written by us, else read
 */
struct virtq_cfg {
	uint32_t da;
	uint32_t num;
	uint32_t align;
	uint32_t notifyid;
	bool event_idx;
	bool writable;
};

struct virtq;
struct virtq_buf;

/**
 * struct virtq_ops - what the two ends do differently
 * @fetch: read the other end's index
 * @pop: take the next buffer, if there is one
 * @push: give a buffer to the other end
 * @ask: ask for a bell, or for none
 * @wanted: whether the other end wants a bell for what came since an index
 */
struct virtq_ops {
	void (*fetch)(struct virtq *vq);
	int (*pop)(struct virtq *vq, struct virtq_buf *buf);
	void (*push)(struct virtq *vq, uint16_t head, uint32_t len);
	void (*ask)(struct virtq *vq, bool bell);
	bool (*wanted)(const struct virtq *vq, uint16_t old);
};

/**
 * struct virtq - a queue in use; all members are the library's
 * @ops: which end this is
 * @port: the board
 * @desc: descriptor table, written by the driver
 * @avail: available ring, written by the driver
 * @used: used ring, written by the device
 * @num: entries
 * @notifyid: id of our bell to the other end
 * @event_idx: suppression by index, else by flag
 * @writable: direction of the buffers: the device writes them
 * @broken: the other end's index made no sense: the queue rests until a reset
 * @seen: the other end's index when last read
 * @taken: buffers taken
 * @given: buffers given, this end's index
 * @signalled: @given when the bell was last considered
 * @bad: entries that failed a check
 * @owner: driver: who has a buffer, VIRTQ_OWNER_ values
 * @lent: driver: buffers that the device has
 * @num_free: driver: buffers that nobody has, where they are for what it sends
 * @cursor: driver: where to look for a free buffer next
 * @buf_da: driver: device address of the first buffer
 * @buf_size: driver: bytes of each
 */
struct virtq {
	const struct virtq_ops *ops;
	const struct rpmsg_port *port;
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	struct virtq_used *used;
	uint16_t num;
	uint32_t notifyid;
	bool event_idx;
	bool writable;
	bool broken;
	uint16_t seen;
	uint16_t taken;
	uint16_t given;
	uint16_t signalled;
	uint32_t bad;
	uint8_t *owner;
	uint16_t lent;
	uint16_t num_free;
	uint16_t cursor;
	uint32_t buf_da;
	uint32_t buf_size;
};

/* Who has a buffer of the driver's. */
#define VIRTQ_OWNER_NONE	0
#define VIRTQ_OWNER_DEVICE	1
#define VIRTQ_OWNER_US		2

/**
 * struct virtq_driver_cfg - what the driver's end needs besides
 * @ring: where the queue is and how it speaks
 * @owner: memory of one byte an entry, not shared
 * @buf_da: device address of the buffers, which follow each other
 * @buf_size: bytes of each, a multiple of 16
 */
struct virtq_driver_cfg {
	struct virtq_cfg ring;
	uint8_t *owner;
	uint32_t buf_da;
	uint32_t buf_size;
};

/**
 * struct virtq_buf - a buffer taken from a queue
 * @ptr: the memory
 * @len: its size, bytes
 * @head: its descriptor, needed to give it back
 */
struct virtq_buf {
	void *ptr;
	uint32_t len;
	uint16_t head;
};

int virtq_init(struct virtq *vq, const struct rpmsg_port *port,
	       const struct virtq_cfg *cfg);
int virtq_pop(struct virtq *vq, struct virtq_buf *buf);
void virtq_push(struct virtq *vq, uint16_t head, uint32_t len);
bool virtq_pending(struct virtq *vq);
bool virtq_enable_notify(struct virtq *vq);
void virtq_disable_notify(struct virtq *vq);
void virtq_kick(struct virtq *vq);
bool virtq_was_reset(const struct virtq *vq);

int virtq_driver_init(struct virtq *vq, const struct rpmsg_port *port,
		      const struct virtq_driver_cfg *cfg);

/* Shared by both ends. */
int virtq_map(struct virtq *vq, const struct rpmsg_port *port,
	      const struct virtq_cfg *cfg);
size_t virtq_size(uint32_t num, uint32_t align);
uint16_t *virtq_used_event(const struct virtq *vq);
uint16_t *virtq_avail_event(const struct virtq *vq);
bool virtq_event_passed(const struct virtq *vq, uint16_t event, uint16_t old);
void virtq_write16(const struct virtq *vq, uint16_t *word, uint16_t value);

#endif /* VIRTQUEUE_H */
