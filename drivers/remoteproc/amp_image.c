// SPDX-License-Identifier: GPL-2.0
/*
 * amp_image.c - what the remoteproc core wants to know of an image
 *
 * The core asks for a check, an entry point, a resource table and the loading
 * one after the other, and on recovery for the loading alone, perhaps of a
 * file that was replaced meanwhile. So each of them starts from the bytes and
 * believes nothing that the one before has seen.
 */

#include <linux/device.h>
#include <linux/firmware.h>
#include <linux/remoteproc.h>
#include <linux/string.h>

#include "amp_rproc.h"
#include "elf_image.h"
#include "rproc_relay.h"

static int parse_image(struct rproc *rproc, const struct firmware *fw,
		       struct elf_image *img)
{
	struct amp_core *core = rproc->priv;
	const struct elf_image_rules rules = {
		.class = core->cluster->soc->elf_class,
		.machine = core->cluster->soc->elf_machine,
		.entry_align = core->cluster->soc->boot_align,
		.placeable = amp_placeable,
		.priv = core,
	};
	const char *why;
	int ret;

	ret = elf_image_parse(img, fw->data, fw->size, &rules, &why);
	if (ret)
		dev_err(&rproc->dev, "%s refused: %s\n", rproc->firmware, why);

	return ret;
}

/**
 * amp_sanity_check() - whether an image may be loaded at all
 * @rproc: the remote
 * @fw: the image
 *
 * Return: 0 or -EINVAL, with a message that says what is wrong.
 */
int amp_sanity_check(struct rproc *rproc, const struct firmware *fw)
{
	struct elf_image img;

	return parse_image(rproc, fw, &img);
}

/**
 * amp_get_boot_addr() - where an image starts
 * @rproc: the remote
 * @fw: an image that amp_sanity_check() has passed
 *
 * Return: device address of the entry point.
 */
u64 amp_get_boot_addr(struct rproc *rproc, const struct firmware *fw)
{
	struct elf_image img;

	return parse_image(rproc, fw, &img) ? 0 : img.entry;
}

/**
 * amp_parse_fw() - take over the resource table of an image
 * @rproc: the remote
 * @fw: the image
 *
 * Return: 0 or a negative errno, with a message.
 */
int amp_parse_fw(struct rproc *rproc, const struct firmware *fw)
{
	struct amp_core *core = rproc->priv;
	struct elf_image img;
	int ret;

	ret = parse_image(rproc, fw, &img);
	if (ret)
		return ret;

	if (!img.table)
		dev_info(&rproc->dev, "%s has no resource table\n",
			 rproc->firmware);

	return rproc_relay_load(core->relay, img.table, img.table_len);
}

/*
 * The bytes between segments keep what they had: a debugger's breakpoints and
 * a log that outlives a restart live there.
 */
static void place_segments(struct amp_core *core, const struct elf_image *img)
{
	struct elf_segment seg;
	unsigned int i;

	for (i = 0; i < img->phnum; i++) {
		const struct amp_region *region;
		void *to;

		if (!elf_image_segment(img, i, &seg))
			continue;

		region = amp_find_range(core, seg.da, seg.memsz);
		to = region->va + (seg.da - region->da);
		memcpy(to, img->data + seg.offset, seg.filesz);
		memset(to + seg.filesz, 0, seg.memsz - seg.filesz);
	}
}

/**
 * amp_load() - load an image
 * @rproc: the remote, in reset
 * @fw: the image
 *
 * All that recovery calls of what a boot does, so it sets whatever start
 * depends on.
 *
 * Return: 0 or a negative errno, with a message; then nothing was touched.
 */
int amp_load(struct rproc *rproc, const struct firmware *fw)
{
	struct amp_core *core = rproc->priv;
	struct elf_image img;
	int ret;

	ret = rproc_relay_mend_vdevs(core->relay);
	if (ret)
		return ret;

	ret = parse_image(rproc, fw, &img);
	if (ret)
		return ret;

	if (!rproc_relay_same_table(core->relay, img.table, img.table_len)) {
		dev_err(&rproc->dev,
			"%s refused: not the resource table it was started with\n",
			rproc->firmware);
		return -EINVAL;
	}

	place_segments(core, &img);

	rproc->bootaddr = img.entry;
	core->wire_table = NULL;
	if (img.table) {
		const struct amp_region *region;

		region = amp_find_range(core, img.table_da, img.table_len);
		core->wire_table = region->va + (img.table_da - region->da);
	}

	return 0;
}
