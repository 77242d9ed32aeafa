// SPDX-License-Identifier: GPL-2.0
/*
 * amp_attach.c - remotes that run before the driver does, or after it
 *
 * A core that is out of reset when the driver comes was started by somebody
 * else: a boot loader, or this driver in an earlier life. It is "detached", and
 * a start attaches to it. Where its resource table is stands at the start of
 * its first memory region, in the header that the kernel's xlnx_r5_remoteproc
 * looks for as well.
 */

#include <linux/device.h>
#include <linux/elf.h>
#include <linux/err.h>
#include <linux/remoteproc.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "amp_rproc.h"
#include "rproc_relay.h"
#include "rsc_table.h"

#define ATTACH_MAGIC	0x78616d70U
#define ATTACH_VERSION	1

/* A table larger than this is none */
#define ATTACH_MAX_TABLE	65536

/**
 * struct attach_header - where a running image has its resource table
 * @version: ATTACH_VERSION
 * @magic: ATTACH_MAGIC
 * @not_magic: its complement
 * @size: size of the table, bytes
 * @table: its device address; of a 32-bit remote only the first half is there
 */
struct attach_header {
	__le32 version;
	__le32 magic;
	__le32 not_magic;
	__le32 size;
	__le32 table[2];
} __packed;

/* Finds the table by the header; false if there is none that could be one. */
static bool find_table(struct amp_core *core, void **table, size_t *len)
{
	const struct amp_region *image = &core->regions[0];
	const struct amp_region *region;
	struct attach_header header;
	u64 da;

	if (image->len < sizeof(header))
		return false;
	memcpy(&header, image->va, sizeof(header));

	if (le32_to_cpu(header.version) != ATTACH_VERSION ||
	    le32_to_cpu(header.magic) != ATTACH_MAGIC ||
	    le32_to_cpu(header.not_magic) != ~ATTACH_MAGIC)
		return false;

	da = le32_to_cpu(header.table[0]);
	if (core->cluster->soc->elf_class != ELFCLASS32)
		da |= (u64)le32_to_cpu(header.table[1]) << 32;
	*len = le32_to_cpu(header.size);

	region = amp_find_range(core, da, *len);
	if (!region || *len > ATTACH_MAX_TABLE)
		return false;

	*table = region->va + (da - region->da);
	return true;
}

/**
 * amp_get_loaded_rsc_table() - take over the table of a running remote
 * @rproc: the remote
 * @size: receives the table's size in bytes
 *
 * Return: our copy of the table, NULL if the remote has none, or an ERR_PTR.
 */
struct resource_table *amp_get_loaded_rsc_table(struct rproc *rproc,
						size_t *size)
{
	struct amp_core *core = rproc->priv;
	struct resource_table *ret;
	const char *why;
	void *snapshot;

	if (!find_table(core, &core->wire_table, size)) {
		dev_info(core->dev, "the running image has no resource table\n");
		return NULL;
	}

	snapshot = kmemdup(core->wire_table, *size, GFP_KERNEL);
	if (!snapshot)
		return ERR_PTR(-ENOMEM);

	if (rsc_table_check(snapshot, *size, &why)) {
		dev_err(core->dev, "the running image is refused: %s\n", why);
		ret = ERR_PTR(-EINVAL);
	} else {
		ret = rproc_relay_load_running(core->relay, snapshot, size);
	}
	kfree(snapshot);

	return ret;
}

/**
 * amp_attach() - begin to talk to a remote that runs
 * @rproc: the remote
 *
 * Return: 0 or a negative errno, with a message.
 */
int amp_attach(struct rproc *rproc)
{
	struct amp_core *core = rproc->priv;
	int ret;

	ret = rproc_relay_mend_vdevs(core->relay);
	if (ret)
		return ret;

	rproc_relay_attach(core->relay, core->wire_table);

	ret = amp_ctrl_wait_ready(core);
	if (ret) {
		rproc_relay_detach(core->relay);
		return ret;
	}
	core->engaged = true;
	amp_farewell_arm(core);
	amp_ctrl_start_watch(core);

	return 0;
}

/**
 * amp_detach() - leave a remote alone that runs on
 * @rproc: the remote
 *
 * Return: 0.
 */
int amp_detach(struct rproc *rproc)
{
	struct amp_core *core = rproc->priv;

	amp_ctrl_stop_watch(core);
	amp_forget_crash(rproc);
	core->engaged = false;
	amp_farewell_disarm(core);
	rproc_relay_detach(core->relay);

	return 0;
}
