// SPDX-License-Identifier: GPL-2.0
/*
 * soc_regs.c - the registers of a cluster, for its reset back end
 */

#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/regmap.h>

#include "amp_rproc.h"

/**
 * amp_map_registers() - map registers of a cluster
 * @cluster: the remote cores
 * @name: of the registers, in reg-names
 *
 * Context: may sleep; for a back end's init.
 * Return: the registers, also for atomic context, or an ERR_PTR, with a message.
 */
struct regmap *amp_map_registers(struct amp_cluster *cluster, const char *name)
{
	struct platform_device *pdev = to_platform_device(cluster->dev);
	const struct regmap_config config = {
		.name = name,
		.reg_bits = 32,
		.val_bits = 32,
		.reg_stride = 4,
		/* Also used out of a panic, with interrupts off */
		.use_raw_spinlock = true,
	};
	struct regmap *regs;
	void __iomem *base;

	base = devm_platform_ioremap_resource_byname(pdev, name);
	regs = IS_ERR(base) ? ERR_CAST(base) :
			      devm_regmap_init_mmio(cluster->dev, base, &config);
	if (IS_ERR(regs))
		dev_err_probe(cluster->dev, PTR_ERR(regs),
			      "can't map the registers %s\n", name);

	return regs;
}
