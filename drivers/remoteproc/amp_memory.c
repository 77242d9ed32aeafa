// SPDX-License-Identifier: GPL-2.0
/*
 * amp_memory.c - the carveouts of a remote core
 *
 * They are what memory-region lists, each under its entry of
 * memory-region-names or else the name of its node, less the address in that.
 * Linux maps all of them not cached, because the remote does so too with what is
 * shared, and runs its image with caches that Linux does not see:
 *
 *	region		Linux			remote
 *	image		Normal non-cacheable	cacheable but for shared pages
 *	vdevNvringM	Normal non-cacheable	Normal non-cacheable
 *	vdevNbuffer	Normal non-cacheable	Normal non-cacheable
 */

#include <linux/device.h>
#include <linux/io.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "amp_rproc.h"

static bool regions_overlap(const struct amp_region *a,
			    const struct amp_region *b)
{
	return a->da < b->da ? b->da - a->da < a->len : a->da - b->da < b->len;
}

/* Without a node's address: "vdev0buffer" is that of "vdev0buffer@10120000" */
static bool same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "@");

	return len == strcspn(b, "@") && !strncmp(a, b, len);
}

/* Those of vdevs are looked for by their names, and there can be one of each */
static bool names_collide(const char *a, const char *b)
{
	return str_has_prefix(a, "vdev") ? same_name(a, b) : !strcmp(a, b);
}

static int check_region(const struct amp_core *core,
			const struct amp_region *region)
{
	unsigned int i;

	for (i = 0; i < core->num_regions; i++) {
		const struct amp_region *other = &core->regions[i];

		if (names_collide(region->name, other->name) ||
		    regions_overlap(region, other))
			return dev_err_probe(core->dev, -EINVAL,
					     "memory regions %s and %s collide\n",
					     region->name, other->name);
	}

	return 0;
}

static int map_region(struct amp_core *core, struct amp_region *region,
		      const struct reserved_mem *rmem)
{
	if (!rmem->size || rmem->base >= SZ_4G ||
	    rmem->size > SZ_4G - rmem->base)
		return dev_err_probe(core->dev, -EINVAL,
				     "memory region %s is not below 4 GiB\n",
				     region->name);

	region->da = rmem->base;
	region->len = rmem->size;
	region->va = devm_memremap(core->dev, rmem->base, rmem->size,
				   MEMREMAP_WC);
	if (IS_ERR(region->va))
		return dev_err_probe(core->dev, PTR_ERR(region->va),
				     "can't map memory region %s\n",
				     region->name);

	return check_region(core, region);
}

static int add_region(struct amp_core *core, unsigned int i)
{
	struct device_node *np = core->dev->of_node;
	struct amp_region *region = &core->regions[i];
	struct reserved_mem *rmem;
	struct device_node *node;
	bool pool;
	int ret;

	node = of_parse_phandle(np, "memory-region", i);
	rmem = node ? of_reserved_mem_lookup(node) : NULL;
	pool = node && of_device_is_compatible(node, "shared-dma-pool");
	of_node_put(node);
	/* The core would take its buffers from it, past the relay */
	if (pool)
		return dev_err_probe(core->dev, -EINVAL,
				     "memory-region %u is a DMA pool\n", i);
	if (!rmem)
		return dev_err_probe(core->dev, -EINVAL,
				     "memory-region %u is no reserved memory\n",
				     i);

	if (of_property_read_string_index(np, "memory-region-names", i,
					  &region->name))
		region->name = rmem->name;

	ret = map_region(core, region, rmem);
	if (!ret)
		core->num_regions++;

	return ret;
}

/**
 * amp_memory_init() - find and map the carveouts of a remote
 * @core: the remote core
 *
 * Context: may sleep; for probe.
 * Return: 0 or a negative errno, with a message.
 */
int amp_memory_init(struct amp_core *core)
{
	int count = of_count_phandle_with_args(core->dev->of_node,
					       "memory-region", NULL);
	int i, ret;

	if (count <= 0)
		return dev_err_probe(core->dev, -EINVAL,
				     "no memory-region to load an image to\n");

	core->regions = devm_kcalloc(core->dev, count, sizeof(*core->regions),
				     GFP_KERNEL);
	if (!core->regions)
		return -ENOMEM;

	for (i = 0; i < count; i++) {
		ret = add_region(core, i);
		if (ret)
			return ret;
	}

	return 0;
}

/**
 * amp_find_region() - look a carveout up by its name
 * @core: the remote core
 * @name: the name
 *
 * Return: the region or NULL.
 */
const struct amp_region *amp_find_region(const struct amp_core *core,
					 const char *name)
{
	unsigned int i;

	for (i = 0; i < core->num_regions; i++)
		if (same_name(core->regions[i].name, name))
			return &core->regions[i];

	return NULL;
}

/**
 * amp_find_range() - look up the carveout that holds a range of addresses
 * @core: the remote core
 * @da: its first device address
 * @len: its length in bytes
 *
 * Return: the region that holds all of it, or NULL.
 */
const struct amp_region *amp_find_range(const struct amp_core *core, u64 da,
					u64 len)
{
	unsigned int i;

	for (i = 0; i < core->num_regions; i++) {
		const struct amp_region *region = &core->regions[i];

		if (len <= region->len && da >= region->da &&
		    da - region->da <= region->len - len)
			return region;
	}

	return NULL;
}

/**
 * amp_placeable() - whether part of an image may be loaded to a place
 * @core: the remote core, a struct amp_core
 * @da: its first device address
 * @len: its length in bytes
 *
 * Rings and buffers are for messages, not for images.
 *
 * Return: true if so.
 */
bool amp_placeable(const void *core, u64 da, u64 len)
{
	const struct amp_region *region = amp_find_range(core, da, len);

	return region && !str_has_prefix(region->name, "vdev");
}
