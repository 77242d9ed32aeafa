// SPDX-License-Identifier: GPL-2.0
/*
 * amp_coredump.c - what is left of a crashed remote, for a debugger
 *
 * The core calls this between stop and start of a recovery, if the user wants
 * dumps ("enabled" or "inline" in the coredump attribute of the remote). The
 * dump is an ELF core in /sys/class/devcoredump with all carveouts, and the
 * registers if the image has left a crash record:
 *
 *	gdb-multiarch firmware.elf core
 */

#include <linux/devcoredump.h>
#include <linux/device.h>
#include <linux/elf.h>
#include <linux/remoteproc.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "amp_rproc.h"
#include "elf_core.h"

static struct elf_core_part *describe_regions(const struct amp_core *core)
{
	struct elf_core_part *parts;
	unsigned int i;

	parts = kcalloc(core->num_regions, sizeof(*parts), GFP_KERNEL);
	if (!parts)
		return NULL;

	for (i = 0; i < core->num_regions; i++)
		parts[i] = (struct elf_core_part){
			.da = core->regions[i].da,
			.va = core->regions[i].va,
			.len = core->regions[i].len,
		};

	return parts;
}

/**
 * amp_coredump() - dump a crashed remote
 * @rproc: the remote, stopped, its memory as it left it
 *
 * A dump that nobody reads is dropped by the kernel after some minutes, and
 * until then others are not taken. Without memory for it there is none.
 *
 * Context: may sleep; under the remote's lock.
 */
void amp_coredump(struct rproc *rproc)
{
	struct amp_core *core = rproc->priv;
	const struct amp_soc *soc = core->cluster->soc;
	struct ampkit_crash crash;
	struct elf_core dump = {
		/* An ELF32 image does not make the processor one of 32 bits */
		.class = soc->elf_class == ELFCLASS32 ? ELFCLASS32 : ELFCLASS64,
		.machine = soc->elf_machine,
		.num_parts = core->num_regions,
	};
	struct elf_core_part *parts;
	size_t size;
	void *buf;

	if (rproc->dump_conf == RPROC_COREDUMP_DISABLED)
		return;

	if (amp_ctrl_read_crash(core, &crash))
		dump.crash = &crash;
	parts = describe_regions(core);
	if (!parts)
		return;

	dump.parts = parts;
	size = elf_core_size(&dump);
	buf = vzalloc(size);
	if (buf) {
		elf_core_write(&dump, buf);
		/* Frees it, now or later */
		dev_coredumpv(core->dev, buf, size, GFP_KERNEL);
	} else {
		dev_err(core->dev, "no memory for a dump of %zu bytes\n", size);
	}
	kfree(parts);
}
