// SPDX-License-Identifier: GPL-2.0
/*
 * rsc_table.c - checks of a resource table before anybody believes it
 *
 * The layout is that of include/linux/remoteproc.h. The table comes out of a
 * firmware file, so each offset, count and size in it is bounded here, once,
 * and the remoteproc core gets what passed. Everything is little endian and,
 * in a file, possibly unaligned: fields are copied out before use.
 */

#include <linux/export.h>
#include <linux/ctype.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include "rsc_table.h"

/* More entries than any real firmware has; bounds the overlap check */
#define RSC_TABLE_MAX_ENTRIES	64

/*
 * Which driver of the host's binds is the image's choice, and most take a device's
 * word for more than what is in rings: a disk that never answers holds up its start
 * for good, and a balloon takes all memory that it likes.
 */
static unsigned int virtio_ids[16] = { VIRTIO_ID_RNG, VIRTIO_ID_RPMSG };
static unsigned int num_virtio_ids = 2;
module_param_array(virtio_ids, uint, &num_virtio_ids, 0444);
MODULE_PARM_DESC(virtio_ids,
		 "kinds of virtio devices that images may have (4,7: random numbers, rpmsg)");

static bool is_welcome(u32 virtio_id)
{
	unsigned int i;

	for (i = 0; i < num_virtio_ids; i++)
		if (virtio_ids[i] == virtio_id)
			return true;

	return false;
}

static int refuse(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

/**
 * rsc_table_num() - number of entries
 * @table: a table of at least the size of its header
 *
 * Return: the number it claims; rsc_table_check() bounds it.
 */
unsigned int rsc_table_num(const void *table)
{
	struct resource_table hdr;

	memcpy(&hdr, table, sizeof(hdr));
	return hdr.num;
}

static u32 entry_start(const void *table, unsigned int i)
{
	u32 offset;

	memcpy(&offset, table + offsetof(struct resource_table, offset) +
	       i * sizeof(offset), sizeof(offset));
	return offset;
}

/* Where the entry that starts at @start has to end: at its next neighbour. */
static u32 entry_end(const void *table, size_t len, u32 start)
{
	unsigned int i;
	u32 end = len;

	for (i = 0; i < rsc_table_num(table); i++) {
		u32 other = entry_start(table, i);

		if (other > start && other < end)
			end = other;
	}

	return end;
}

/**
 * rsc_table_entry() - look an entry up
 * @table: a table that rsc_table_check() has passed
 * @len: its size in bytes
 * @i: index of the entry, below rsc_table_num()
 *
 * Return: the entry, with the header of its type taken off.
 */
struct rsc_entry rsc_table_entry(const void *table, size_t len, unsigned int i)
{
	u32 start = entry_start(table, i);
	struct fw_rsc_hdr hdr;
	struct rsc_entry entry;

	memcpy(&hdr, table + start, sizeof(hdr));
	entry.type = hdr.type;
	entry.offset = start + sizeof(hdr);
	entry.len = entry_end(table, len, start) - entry.offset;

	return entry;
}

static int check_offsets(const void *table, size_t len, const char **why)
{
	unsigned int num = rsc_table_num(table);
	size_t first = struct_size_t(struct resource_table, offset, num);
	unsigned int i, j;

	for (i = 0; i < num; i++) {
		u32 start = entry_start(table, i);

		if (start < first || start > len ||
		    len - start < sizeof(struct fw_rsc_hdr))
			return refuse(why, "resource entry outside the table");

		for (j = 0; j < i; j++) {
			u32 other = entry_start(table, j);
			u32 gap = start > other ? start - other : other - start;

			if (gap < sizeof(struct fw_rsc_hdr))
				return refuse(why, "resource entries overlap");
		}
	}

	return 0;
}

static int check_vring(const struct fw_rsc_vdev_vring *vring,
		       const char **why)
{
	if (!is_power_of_2(vring->num) || vring->num > 32768)
		return refuse(why, "vring size is not a power of two");

	if (!is_power_of_2(vring->align) || vring->align < 4 ||
	    vring->align > SZ_64K)
		return refuse(why, "bad vring alignment");

	if (vring->da != FW_RSC_ADDR_ANY && vring->da % 16)
		return refuse(why, "vring address is not aligned");

	return 0;
}

static int check_vdev(const void *body, u32 len, const char **why)
{
	struct fw_rsc_vdev vdev;
	struct fw_rsc_vdev_vring vring[RVDEV_NUM_VRINGS];
	u32 i;
	int ret;

	if (len < sizeof(vdev))
		return refuse(why, "vdev entry is cut short");
	memcpy(&vdev, body, sizeof(vdev));

	if (vdev.reserved[0] || vdev.reserved[1])
		return refuse(why, "vdev entry has reserved bytes set");
	if (!is_welcome(vdev.id))
		return refuse(why, "virtio device of a kind that is not in virtio_ids");
	if (!vdev.num_of_vrings || vdev.num_of_vrings > RVDEV_NUM_VRINGS)
		return refuse(why, "vdev entry needs one or two vrings");

	len -= sizeof(vdev);
	if (len < vdev.num_of_vrings * sizeof(vring[0]) ||
	    len - vdev.num_of_vrings * sizeof(vring[0]) < vdev.config_len)
		return refuse(why, "vdev entry is cut short");
	memcpy(vring, body + sizeof(vdev),
	       vdev.num_of_vrings * sizeof(vring[0]));

	for (i = 0; i < vdev.num_of_vrings; i++) {
		ret = check_vring(&vring[i], why);
		if (ret)
			return ret;
		if (vring[i].num != vring[0].num)
			return refuse(why, "vrings of a vdev differ in size");
	}

	return 0;
}

/* It goes to the log, and the core takes it for a format in rproc_handle_carveout() */
static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (!isascii(*name) || !isprint(*name) || *name == '%')
			return false;

	return true;
}

static int check_carveout(const void *body, u32 len, const char **why)
{
	struct fw_rsc_carveout carveout;

	if (len < sizeof(carveout))
		return refuse(why, "carveout entry is cut short");
	memcpy(&carveout, body, sizeof(carveout));

	if (carveout.reserved)
		return refuse(why, "carveout entry has reserved bytes set");
	if (!carveout.len)
		return refuse(why, "carveout entry is empty");
	if (strnlen(carveout.name, sizeof(carveout.name)) ==
	    sizeof(carveout.name))
		return refuse(why, "carveout name is not terminated");
	if (!is_plain(carveout.name))
		return refuse(why, "carveout name is no text, or has a percent sign");
	/* The core would place rings or buffers there, past the relay */
	if (strstarts(carveout.name, "vdev"))
		return refuse(why, "carveout has the name of a vdev's own");

	return 0;
}

static int check_trace(const void *body, u32 len, const char **why)
{
	struct fw_rsc_trace trace;

	if (len < sizeof(trace))
		return refuse(why, "trace entry is cut short");
	memcpy(&trace, body, sizeof(trace));

	if (trace.reserved)
		return refuse(why, "trace entry has reserved bytes set");

	return 0;
}

static int check_entry(const void *table, const struct rsc_entry *entry,
		       const char **why)
{
	const void *body = table + entry->offset;

	switch (entry->type) {
	case RSC_CARVEOUT:
		return check_carveout(body, entry->len, why);
	case RSC_TRACE:
		return check_trace(body, entry->len, why);
	case RSC_VDEV:
		return check_vdev(body, entry->len, why);
	default:
		/* Skipped or neutralised later, never looked into */
		return 0;
	}
}

/**
 * rsc_table_check() - check a resource table out of a firmware file
 * @table: the table; needs no alignment
 * @len: its size in bytes
 * @why: on failure, a static text that names what is wrong
 *
 * Checks what the table says of itself. Whether its addresses lie in the
 * remote's carveouts is for who knows those.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int rsc_table_check(const void *table, size_t len, const char **why)
{
	struct resource_table hdr;
	unsigned int i;
	int ret;

	if (len < sizeof(hdr))
		return refuse(why, "resource table is cut short");
	memcpy(&hdr, table, sizeof(hdr));

	if (hdr.ver != 1)
		return refuse(why, "resource table is not of version 1");
	if (hdr.reserved[0] || hdr.reserved[1])
		return refuse(why, "resource table has reserved bytes set");
	if (hdr.num > RSC_TABLE_MAX_ENTRIES ||
	    len < struct_size_t(struct resource_table, offset, hdr.num))
		return refuse(why, "resource table has too many entries");

	ret = check_offsets(table, len, why);
	for (i = 0; !ret && i < hdr.num; i++) {
		struct rsc_entry entry = rsc_table_entry(table, len, i);

		ret = check_entry(table, &entry, why);
	}

	return ret;
}
EXPORT_SYMBOL_GPL(rsc_table_check);
