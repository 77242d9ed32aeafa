// SPDX-License-Identifier: GPL-2.0
/*
 * soc_zynqmp.c - the A53 cores of a Zynq UltraScale+ as remote processors
 *
 * A core starts at the address in its RVBAR when its reset is released, and
 * stops the moment it is asserted (UG1085, "Reset System", and UG1087: CRF_APB
 * and APU). The registers belong to Linux here; where secure firmware has
 * them, the platform's firmware calls are another back end.
 *
 * An emulated core takes a moment over either, and an order that comes within
 * that moment is lost on it. PSCI tells when it is over, where PSCI is aware of
 * these cores at all: QEMU's is, TF-A's is not.
 */

#include <linux/arm-smccc.h>
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/elf.h>
#include <linux/iopoll.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/regmap.h>
#include <uapi/linux/psci.h>

#include "amp_rproc.h"

#define ZYNQMP_NUM_CORES	4

/* CRF_APB */
#define ZYNQMP_RST_FPD_APU	0x104
#define ZYNQMP_RST_FPD_APU_CORE(n)	BIT(n)
#define ZYNQMP_RST_FPD_APU_PWRON(n)	BIT(10 + (n))

/* APU */
#define ZYNQMP_RVBARADDRL(n)	(0x40 + 8 * (n))
#define ZYNQMP_RVBARADDRH(n)	(0x44 + 8 * (n))

/* How often PSCI is asked, and how long it may take to learn of a change, us */
#define ZYNQMP_POWER_POLL	20
#define ZYNQMP_POWER_BOUND	(5 * USEC_PER_SEC)
/* The same before it is known whether PSCI is aware of our cores */
#define ZYNQMP_POWER_TRY	(50 * USEC_PER_MSEC)

static struct regmap *zynqmp_map(struct amp_cluster *cluster, const char *name)
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
	void __iomem *base;

	base = devm_platform_ioremap_resource_byname(pdev, name);
	if (IS_ERR(base))
		return ERR_CAST(base);

	return devm_regmap_init_mmio(cluster->dev, base, &config);
}

static int zynqmp_is_released(struct amp_cluster *cluster, unsigned int core)
{
	u32 val;
	int ret;

	ret = regmap_read(cluster->reset_regs, ZYNQMP_RST_FPD_APU, &val);
	if (ret)
		return ret;

	return !(val & ZYNQMP_RST_FPD_APU_CORE(core));
}

/* Whether PSCI is there, and called the way that it is called here. */
static bool zynqmp_has_psci(void)
{
	struct device_node *np = of_find_node_by_path("/psci");
	const char *method;
	bool smc;

	smc = !of_property_read_string(np, "method", &method) &&
	      !strcmp(method, "smc");
	of_node_put(np);

	return smc;
}

static bool zynqmp_is_on(unsigned int core)
{
	struct arm_smccc_res res;

	arm_smccc_smc(PSCI_0_2_FN64_AFFINITY_INFO, core, 0, 0, 0, 0, 0, 0,
		      &res);

	return res.a0 == PSCI_0_2_AFFINITY_LEVEL_ON;
}

static int zynqmp_wait_on(struct amp_cluster *cluster, unsigned int core)
{
	unsigned long bound = cluster->power == AMP_POWER_REPORTED ?
			      ZYNQMP_POWER_BOUND : ZYNQMP_POWER_TRY;
	bool on;
	int ret;

	ret = read_poll_timeout(zynqmp_is_on, on, on, ZYNQMP_POWER_POLL, bound,
				false, core);
	if (!ret)
		cluster->power = AMP_POWER_REPORTED;
	else if (cluster->power == AMP_POWER_UNKNOWN)
		cluster->power = AMP_POWER_UNREPORTED;

	return cluster->power == AMP_POWER_REPORTED ? ret : 0;
}

static int zynqmp_wait_off(unsigned int core)
{
	bool on;

	return read_poll_timeout(zynqmp_is_on, on, !on, ZYNQMP_POWER_POLL,
				 ZYNQMP_POWER_BOUND, false, core);
}

static int zynqmp_settle(struct amp_cluster *cluster, unsigned int core,
			 bool running)
{
	if (cluster->power == AMP_POWER_UNREPORTED)
		return 0;

	return running ? zynqmp_wait_on(cluster, core) : zynqmp_wait_off(core);
}

static int zynqmp_init(struct amp_cluster *cluster)
{
	cluster->power = zynqmp_has_psci() ? AMP_POWER_UNKNOWN :
					     AMP_POWER_UNREPORTED;

	cluster->reset_regs = zynqmp_map(cluster, "crf");
	if (IS_ERR(cluster->reset_regs))
		return dev_err_probe(cluster->dev, PTR_ERR(cluster->reset_regs),
				     "can't map the registers crf\n");

	cluster->boot_regs = zynqmp_map(cluster, "apu");
	if (IS_ERR(cluster->boot_regs))
		return dev_err_probe(cluster->dev, PTR_ERR(cluster->boot_regs),
				     "can't map the registers apu\n");

	return 0;
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
};
