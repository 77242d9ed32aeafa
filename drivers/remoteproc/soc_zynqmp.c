// SPDX-License-Identifier: GPL-2.0
/*
 * soc_zynqmp.c - the A53 cores of a Zynq UltraScale+ as remote processors
 *
 * A core starts at the address in its RVBAR when its reset is released, and
 * stops the moment it is asserted (UG1085, "Reset System", and UG1087: CRF_APB
 * and APU). The registers belong to Linux here; where secure firmware has
 * them, the platform's firmware calls are another back end.
 */

#include <linux/bits.h>
#include <linux/elf.h>
#include <linux/err.h>
#include <linux/regmap.h>

#include "amp_rproc.h"

#define ZYNQMP_NUM_CORES	4

/* CRF_APB */
#define ZYNQMP_RST_FPD_APU	0x104
#define ZYNQMP_RST_FPD_APU_CORE(n)	BIT(n)
#define ZYNQMP_RST_FPD_APU_PWRON(n)	BIT(10 + (n))

/* APU */
#define ZYNQMP_RVBARADDRL(n)	(0x40 + 8 * (n))
#define ZYNQMP_RVBARADDRH(n)	(0x44 + 8 * (n))

static int zynqmp_is_released(struct amp_cluster *cluster, unsigned int core)
{
	u32 val;
	int ret;

	ret = regmap_read(cluster->reset_regs, ZYNQMP_RST_FPD_APU, &val);
	if (ret)
		return ret;

	return !(val & ZYNQMP_RST_FPD_APU_CORE(core));
}

static int zynqmp_settle(struct amp_cluster *cluster, unsigned int core,
			 bool running)
{
	return amp_psci_settle(cluster, core, running);
}

static int zynqmp_init(struct amp_cluster *cluster)
{
	amp_psci_init(cluster);

	cluster->reset_regs = amp_map_registers(cluster, "crf");
	if (IS_ERR(cluster->reset_regs))
		return PTR_ERR(cluster->reset_regs);

	cluster->boot_regs = amp_map_registers(cluster, "apu");

	return PTR_ERR_OR_ZERO(cluster->boot_regs);
}

static int zynqmp_assert(struct amp_cluster *cluster, unsigned int core)
{
	u32 mask = ZYNQMP_RST_FPD_APU_CORE(core);

	return regmap_update_bits(cluster->reset_regs, ZYNQMP_RST_FPD_APU,
				  mask, mask);
}

static int zynqmp_release(struct amp_cluster *cluster, unsigned int core,
			  u64 boot_addr)
{
	u32 mask = ZYNQMP_RST_FPD_APU_CORE(core) |
		   ZYNQMP_RST_FPD_APU_PWRON(core);
	int ret;

	ret = regmap_write(cluster->boot_regs, ZYNQMP_RVBARADDRL(core),
			   lower_32_bits(boot_addr));
	if (ret)
		return ret;

	ret = regmap_write(cluster->boot_regs, ZYNQMP_RVBARADDRH(core),
			   upper_32_bits(boot_addr));
	if (ret)
		return ret;

	/* What the core will run, before it runs */
	wmb();

	return regmap_update_bits(cluster->reset_regs, ZYNQMP_RST_FPD_APU,
				  mask, 0);
}

static const struct amp_reset_ops zynqmp_reset_ops = {
	.init = zynqmp_init,
	.assert = zynqmp_assert,
	.release = zynqmp_release,
	.is_released = zynqmp_is_released,
	.settle = zynqmp_settle,
};

const struct amp_soc amp_soc_zynqmp = {
	.reset = &zynqmp_reset_ops,
	.num_cores = ZYNQMP_NUM_CORES,
	/* Some tool chains put A53 code into ELF32 */
	.elf_class = ELFCLASSNONE,
	.elf_machine = EM_AARCH64,
	.boot_align = 4,
};
