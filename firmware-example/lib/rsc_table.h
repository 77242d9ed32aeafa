/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A resource table that the compiler checks.
 *
 *	RPMSG_RSC_TABLE(table, RSC_TRACE(log, 4096), RSC_RPMSG(64),
 *			RSC_CTRL(ctrl, 1000));
 *
 * defines the table "table" in section .resource_table, for the trace the
 * array "log" in section .trace, and the control block "ctrl" in section .ctrl.
 * All three sections have to be shared memory: pages of their own, and never
 * cached by either side. Eight entries at most.
 *
 * Contract: struct resource_table and struct fw_rsc_* in the kernel's
 * include/linux/remoteproc.h. All numbers are little endian.
 */
#ifndef RSC_TABLE_H
#define RSC_TABLE_H

#include <ampkit/ctrl.h>

#include "endian_io.h"
#include "rpmsg_config.h"

#define RSC_TABLE_VERSION	1
#define RSC_MAX_ENTRIES		8

enum rsc_type {
	RSC_TYPE_CARVEOUT = 0,
	RSC_TYPE_DEVMEM = 1,
	RSC_TYPE_TRACE = 2,
	RSC_TYPE_VDEV = 3,
	RSC_TYPE_VENDOR_FIRST = 128,
	RSC_TYPE_VENDOR_LAST = 511,
};

/* "Anywhere": the host chooses the address and writes it here. */
#define RSC_ADDR_ANY		0xffffffffU
/* Likewise for a notify id. */
#define RSC_NOTIFY_ID_ANY	0xffffffffU

/* include/uapi/linux/virtio_ids.h */
#define VIRTIO_ID_RNG		4
#define VIRTIO_ID_RPMSG		7
/* Feature bits that rpmsg over virtio knows; virtio 1.2, 6. */
#define VIRTIO_RPMSG_F_NS	0
#define VIRTIO_RING_F_EVENT_IDX	29
#define RSC_RPMSG_FEATURES	(1U << VIRTIO_RPMSG_F_NS | \
				 1U << VIRTIO_RING_F_EVENT_IDX)
/* Device status; virtio 1.2, 2.1. */
#define VIRTIO_STATUS_DRIVER_OK	4

#define RSC_RPMSG_VRINGS	2
#define RSC_VRING_ALIGN		4096
/* Shared sections must not share a page with anything that is cached. */
#define RSC_PAGE_SIZE		4096
/* All that the control block client does. */
#define RSC_CTRL_FEATURES	(AMPKIT_CTRL_F_READY | \
				 AMPKIT_CTRL_F_HEARTBEAT | \
				 AMPKIT_CTRL_F_SHUTDOWN | \
				 AMPKIT_CTRL_F_CRASH)

/**
 * struct rsc_hdr - start of a table, followed by @num offsets
 * @ver: RSC_TABLE_VERSION
 * @num: entries
 * @reserved: 0
 */
struct rsc_hdr {
	uint32_t ver;
	uint32_t num;
	uint32_t reserved[2];
};

/**
 * struct rsc_trace - a text the host shows at debugfs trace0
 * @type: RSC_TYPE_TRACE
 * @da: device address of the text
 * @len: its size, bytes
 * @da_len: both as one number: an address that is 64 bits wide can be a
 *	constant in a 64-bit initialiser only
 * @reserved: 0
 * @name: for messages
 */
struct rsc_trace {
	uint32_t type;
	union {
		struct {
			uint32_t da;
			uint32_t len;
		};
		uint64_t da_len;
	} __attribute__((packed));
	uint32_t reserved;
	char name[32];
} __attribute__((packed));

/**
 * struct rsc_vring - one ring of a virtio device
 * @da: device address, set by the host
 * @align: alignment of the used ring, bytes
 * @num: entries
 * @notifyid: id of its bell, set by the host
 * @reserved: 0
 */
struct rsc_vring {
	uint32_t da;
	uint32_t align;
	uint32_t num;
	uint32_t notifyid;
	uint32_t reserved;
};

/**
 * struct rsc_vdev - a virtio device with two rings and no configuration
 * @type: RSC_TYPE_VDEV
 * @id: virtio device id
 * @notifyid: for configuration changes
 * @dfeatures: features the firmware offers
 * @gfeatures: features the host took, set by the host
 * @config_len: 0
 * @status: virtio status, set by the host
 * @num_of_vrings: RSC_RPMSG_VRINGS
 * @reserved: 0
 * @vring: 0: the host receives, 1: the host transmits
 */
struct rsc_vdev {
	uint32_t type;
	uint32_t id;
	uint32_t notifyid;
	uint32_t dfeatures;
	uint32_t gfeatures;
	uint32_t config_len;
	uint8_t status;
	uint8_t num_of_vrings;
	uint8_t reserved[2];
	struct rsc_vring vring[RSC_RPMSG_VRINGS];
};

/**
 * struct rsc_vdev1 - a virtio device with one ring; as struct rsc_vdev
 * @type: RSC_TYPE_VDEV
 * @id: virtio device id
 * @notifyid: for configuration changes
 * @dfeatures: features the firmware offers
 * @gfeatures: features the host took, set by the host
 * @config_len: 0
 * @status: virtio status, set by the host
 * @num_of_vrings: 1
 * @reserved: 0
 * @vring: the ring
 */
struct rsc_vdev1 {
	uint32_t type;
	uint32_t id;
	uint32_t notifyid;
	uint32_t dfeatures;
	uint32_t gfeatures;
	uint32_t config_len;
	uint8_t status;
	uint8_t num_of_vrings;
	uint8_t reserved[2];
	struct rsc_vring vring;
};

/**
 * struct rsc_ctrl - struct ampkit_rsc_ctrl as an entry of the table
 * @type: AMPKIT_RSC_CTRL
 * @magic: AMPKIT_CTRL_MAGIC
 * @version: AMPKIT_CTRL_VERSION
 * @da: device address of the control block
 * @len: its size in bytes
 * @da_len: both as one number, as in struct rsc_trace
 * @features: AMPKIT_CTRL_F_ bits
 * @heartbeat_ms: longest time between two heartbeats, in milliseconds
 * @reserved: 0
 */
struct rsc_ctrl {
	uint32_t type;
	uint32_t magic;
	uint32_t version;
	union {
		struct {
			uint32_t da;
			uint32_t len;
		};
		uint64_t da_len;
	} __attribute__((packed, aligned(4)));
	uint32_t features;
	uint32_t heartbeat_ms;
	uint32_t reserved[2];
};

/* Whether a member is where the shared header has it, behind the type. */
#define RSC_CTRL_AGREES_(member)					\
	(offsetof(struct rsc_ctrl, member) == sizeof(uint32_t) +	\
	 offsetof(struct ampkit_rsc_ctrl, member))

_Static_assert(sizeof(struct rsc_ctrl) == sizeof(uint32_t) +
	       sizeof(struct ampkit_rsc_ctrl), "as the host reads it");
_Static_assert(RSC_CTRL_AGREES_(magic) && RSC_CTRL_AGREES_(da) &&
	       RSC_CTRL_AGREES_(len) && RSC_CTRL_AGREES_(features) &&
	       RSC_CTRL_AGREES_(heartbeat_ms), "as the host reads it");
_Static_assert(sizeof(struct rsc_hdr) == 16, "as the host reads it");
_Static_assert(sizeof(struct rsc_trace) == 48, "as the host reads it");
_Static_assert(offsetof(struct rsc_trace, reserved) == 12,
	       "as the host reads it");
_Static_assert(sizeof(struct rsc_vdev1) == 28 + 20, "as the host reads it");
_Static_assert(sizeof(struct rsc_vdev) == 28 + 2 * 20, "as the host reads it");

/**
 * RSC_TRACE() - table entry: a trace buffer
 * @buf: name of the array that is defined for it
 * @size: its size, bytes, whole pages
 */
#define RSC_TRACE(buf, size)	(TRACE, buf, size)

/**
 * RSC_RPMSG() - table entry: an rpmsg device
 * @num: entries of each of its two rings, a power of two; the host provides
 *	as many buffers, but Linux not more than 256
 */
#define RSC_RPMSG(num)		(RPMSG, num, 0)

/**
 * RSC_RNG() - table entry: a source of random numbers for the host
 * @num: entries of its ring, a power of two
 */
#define RSC_RNG(num)		(RNG, num, 0)

/**
 * RSC_CTRL() - table entry: a control block
 * @block: name of the struct ampkit_ctrl that is defined for it
 * @ms: longest time between two heartbeats, milliseconds, from
 *	AMPKIT_CTRL_HEARTBEAT_MIN to _MAX
 */
#define RSC_CTRL(block, ms)	(CTRL, block, ms)

/**
 * RPMSG_RSC_TABLE() - define a resource table
 * @table: its name
 * @...: entries, RSC_TRACE(), RSC_RPMSG(), RSC_RNG(), RSC_CTRL()
 */
#define RPMSG_RSC_TABLE(table, ...)					\
	RSC_EACH_(RSC_STORAGE_, table, __VA_ARGS__)			\
	struct table##_layout {						\
		struct rsc_hdr hdr;					\
		uint32_t offset[RSC_COUNT_(__VA_ARGS__)];		\
		RSC_EACH_(RSC_MEMBER_, table, __VA_ARGS__)		\
	};								\
	static struct table##_layout table				\
	__attribute__((used, section(".resource_table"), aligned(8))) = {\
		.hdr = {						\
			.ver = RSC_TABLE_VERSION,			\
			.num = RSC_COUNT_(__VA_ARGS__),			\
		},							\
		.offset = { RSC_EACH_(RSC_OFFSET_, table, __VA_ARGS__) },\
		RSC_EACH_(RSC_INIT_, table, __VA_ARGS__)		\
	}

/* From here on: how RPMSG_RSC_TABLE() walks its entries. */
#define RSC_STORAGE_TRACE(table, n, buf, size)				\
	_Static_assert((size) > 0 && (size) % RSC_PAGE_SIZE == 0,	\
		       "a trace buffer is whole pages");		\
	static char buf[size]						\
	__attribute__((section(".trace"), aligned(RSC_PAGE_SIZE)));
#define RSC_MEMBER_TRACE(table, n, buf, size)	struct rsc_trace entry##n;
#define RSC_INIT_TRACE(table, n, buf, size)				\
	.entry##n = {							\
		.type = RSC_TYPE_TRACE,					\
		RSC_DA_LEN_(buf, size),					\
		.name = #buf,						\
	},

#define RSC_STORAGE_RPMSG(table, n, entries, unused)			\
	_Static_assert((entries) > 0 && (entries) <= 32768 &&		\
		       ((entries) & ((entries) - 1)) == 0,		\
		       "a ring has a power of two of entries");
#define RSC_MEMBER_RPMSG(table, n, entries, unused)			\
	struct rsc_vdev entry##n;
#define RSC_VRING_(entries) {						\
		.da = RSC_ADDR_ANY,					\
		.align = RSC_VRING_ALIGN,				\
		.num = (entries),					\
		.notifyid = RSC_NOTIFY_ID_ANY,				\
	}
#define RSC_INIT_RPMSG(table, n, entries, unused)			\
	.entry##n = {							\
		.type = RSC_TYPE_VDEV,					\
		.id = VIRTIO_ID_RPMSG,					\
		.dfeatures = RSC_RPMSG_FEATURES,			\
		.num_of_vrings = RSC_RPMSG_VRINGS,			\
		.vring = { RSC_VRING_(entries), RSC_VRING_(entries) },	\
	},

#define RSC_STORAGE_RNG(table, n, entries, unused)			\
	RSC_STORAGE_RPMSG(table, n, entries, unused)
#define RSC_MEMBER_RNG(table, n, entries, unused)			\
	struct rsc_vdev1 entry##n;
#define RSC_INIT_RNG(table, n, entries, unused)				\
	.entry##n = {							\
		.type = RSC_TYPE_VDEV,					\
		.id = VIRTIO_ID_RNG,					\
		.dfeatures = 1U << VIRTIO_RING_F_EVENT_IDX,		\
		.num_of_vrings = 1,					\
		.vring = RSC_VRING_(entries),				\
	},

#define RSC_STORAGE_CTRL(table, n, block, ms)				\
	_Static_assert((ms) >= AMPKIT_CTRL_HEARTBEAT_MIN &&		\
		       (ms) <= AMPKIT_CTRL_HEARTBEAT_MAX,		\
		       "from 10 ms to an hour between two heartbeats");	\
	static struct ampkit_ctrl block					\
	__attribute__((section(".ctrl"), aligned(RSC_PAGE_SIZE))) = {	\
		.magic = AMPKIT_CTRL_MAGIC,				\
		.version = AMPKIT_CTRL_VERSION,				\
	};
#define RSC_MEMBER_CTRL(table, n, block, ms)	struct rsc_ctrl entry##n;
#define RSC_INIT_CTRL(table, n, block, ms)				\
	.entry##n = {							\
		.type = AMPKIT_RSC_CTRL,				\
		.magic = AMPKIT_CTRL_MAGIC,				\
		.version = AMPKIT_CTRL_VERSION,				\
		RSC_DA_LEN_(&(block), sizeof(block)),			\
		.features = RSC_CTRL_FEATURES,				\
		.heartbeat_ms = (ms),					\
	},

#if __SIZEOF_POINTER__ == 8
/* The linker fills in 64 bits: the address below, the length above. */
#define RSC_DA_LEN_(ptr, size)						\
	.da_len = (uintptr_t)(ptr) + ((uint64_t)(size) << 32)
#else
#define RSC_DA_LEN_(ptr, size)						\
	.da = (uintptr_t)(ptr), .len = (size)
#endif

#define RSC_STORAGE_(...)	RSC_CALL_(RSC_STORAGE_, __VA_ARGS__)
#define RSC_MEMBER_(...)	RSC_CALL_(RSC_MEMBER_, __VA_ARGS__)
#define RSC_INIT_(...)		RSC_CALL_(RSC_INIT_, __VA_ARGS__)
#define RSC_OFFSET_(table, n, ...)					\
	offsetof(struct table##_layout, entry##n),
#define RSC_CALL_(what, table, n, kind, a, b)	what##kind(table, n, a, b)

#define RSC_UNPACK_(...)	__VA_ARGS__
#define RSC_ONE_(what, table, n, entry)					\
	RSC_ONE_I_(what, table, n, RSC_UNPACK_ entry)
#define RSC_ONE_I_(what, ...)	what(__VA_ARGS__)
#define RSC_COUNT_(...)		RSC_COUNT_I_(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1)
#define RSC_COUNT_I_(a, b, c, d, e, f, g, h, n, ...)	n
#define RSC_JOIN_(a, b)		RSC_JOIN_I_(a, b)
#define RSC_JOIN_I_(a, b)	a##b
#define RSC_EACH_(what, table, ...)					\
	RSC_JOIN_(RSC_EACH_, RSC_COUNT_(__VA_ARGS__))(what, table, __VA_ARGS__)
#define RSC_EACH_1(w, t, e)	 RSC_ONE_(w, t, 1, e)
#define RSC_EACH_2(w, t, e, ...) RSC_ONE_(w, t, 2, e) RSC_EACH_1(w, t, __VA_ARGS__)
#define RSC_EACH_3(w, t, e, ...) RSC_ONE_(w, t, 3, e) RSC_EACH_2(w, t, __VA_ARGS__)
#define RSC_EACH_4(w, t, e, ...) RSC_ONE_(w, t, 4, e) RSC_EACH_3(w, t, __VA_ARGS__)
#define RSC_EACH_5(w, t, e, ...) RSC_ONE_(w, t, 5, e) RSC_EACH_4(w, t, __VA_ARGS__)
#define RSC_EACH_6(w, t, e, ...) RSC_ONE_(w, t, 6, e) RSC_EACH_5(w, t, __VA_ARGS__)
#define RSC_EACH_7(w, t, e, ...) RSC_ONE_(w, t, 7, e) RSC_EACH_6(w, t, __VA_ARGS__)
#define RSC_EACH_8(w, t, e, ...) RSC_ONE_(w, t, 8, e) RSC_EACH_7(w, t, __VA_ARGS__)

/**
 * rsc_num() - how many entries a table has
 * @table: the table
 * @size: its size, bytes
 *
 * Return: the number, never more than @size has room to name; 0 without a table.
 */
static inline uint32_t rsc_num(const void *table, size_t size)
{
	const struct rsc_hdr *hdr = table;
	uint32_t num;

	if (!table || size < sizeof(*hdr))
		return 0;
	num = load_le32(&hdr->num);
	return num <= (size - sizeof(*hdr)) / sizeof(uint32_t) ? num : 0;
}

/**
 * rsc_entry() - an entry of a table
 * @table: the table
 * @size: its size, bytes
 * @i: which entry, below rsc_num()
 * @len: bytes that have to be there
 *
 * Return: the entry, NULL when it is not all in the table.
 */
static inline const void *rsc_entry(const void *table, size_t size, uint32_t i,
				    size_t len)
{
	const uint32_t *offsets =
		(const uint32_t *)((const struct rsc_hdr *)table + 1);
	uint32_t offset = load_le32(&offsets[i]);

	if (size < len || offset > size - len || offset % sizeof(uint32_t))
		return NULL;
	return (const char *)table + offset;
}

#endif /* RSC_TABLE_H */
