// SPDX-License-Identifier: GPL-2.0
/*
 * soc_versal.c - the Cortex-R5F of a Versal as remote processors
 *
 * Reset is a bit a core in CRL (AM012, "Register Reference"). An R5F begins at
 * address 0, and finds its exception vectors there, both without a choice. On
 * the chip each has a memory of its own at that address; QEMU's machine has none
 * and shows both the same page of DDR. It is ours: it branches to the vectors of
 * the image that the core runs, which its entry point is.
 */

#include <linux/bits.h>
#include <linux/elf.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/regmap.h>

#include "amp_rproc.h"

#define VERSAL_NUM_CORES	2

/* CRL */
#define VERSAL_RST_CPU_R5	0x300
#define VERSAL_RST_CPU_R5_CORE(n)	BIT(n)

/* MPIDR of an R5F, as PSCI counts */
#define VERSAL_MPIDR(n)		(0x100 | (n))

/*
 * The boot page: eight vectors, then what each of them leads to, then the
 * addresses that this loads, of core 0 and of core 1. All of it in words.
 */
#define BOOT_VECTORS		8
#define BOOT_DISPATCH(vector)	(BOOT_VECTORS + 6 * (vector))
#define BOOT_TARGET(core, vector) \
	(BOOT_DISPATCH(BOOT_VECTORS) + BOOT_VECTORS * (core) + (vector))
#define BOOT_WORDS		BOOT_TARGET(VERSAL_NUM_CORES, 0)

/* In these an operand is the distance to the second instruction after it. */
#define ARM_B(from, to)		(0xea000000 | (((to) - (from) - 2) & 0xffffff))
#define ARM_LDR_PC(cond, from, to) \
	((cond) << 28 | 0x059ff000 | 4 * ((to) - (from) - 2))
#define ARM_EQ			0x0U
#define ARM_NE			0x1U

/* TPIDRPRW keeps r0 meanwhile; the flags are in SPSR, or not used yet. */
#define ARM_MCR_TPIDRPRW_R0	0xee0d0f90
#define ARM_MRC_TPIDRPRW_R0	0xee1d0f90
#define ARM_MRC_MPIDR_R0	0xee100fb0
#define ARM_TST_R0_1		0xe3100001

static void write_dispatch(u32 *page, unsigned int vector)
{
	unsigned int at = BOOT_DISPATCH(vector);

	WRITE_ONCE(page[at], ARM_MCR_TPIDRPRW_R0);
	WRITE_ONCE(page[at + 1], ARM_MRC_MPIDR_R0);
	WRITE_ONCE(page[at + 2], ARM_TST_R0_1);
	WRITE_ONCE(page[at + 3], ARM_MRC_TPIDRPRW_R0);
	WRITE_ONCE(page[at + 4],
		   ARM_LDR_PC(ARM_EQ, at + 4, BOOT_TARGET(0, vector)));
	WRITE_ONCE(page[at + 5],
		   ARM_LDR_PC(ARM_NE, at + 5, BOOT_TARGET(1, vector)));
	WRITE_ONCE(page[vector], ARM_B(vector, at));
}

/*
 * Before each start, in case a core has written to address 0. The same words each
 * time: another core may be in the middle of them.
 */
static void write_boot_page(u32 *page)
{
	unsigned int vector;

	for (vector = 0; vector < BOOT_VECTORS; vector++)
		write_dispatch(page, vector);
}

static int map_boot_page(struct amp_cluster *cluster)
{
	struct device_node *np;
	struct reserved_mem *rmem;

	np = of_parse_phandle(cluster->dev->of_node, "memory-region", 0);
	rmem = np ? of_reserved_mem_lookup(np) : NULL;
	of_node_put(np);
	if (!rmem || rmem->base || rmem->size < BOOT_WORDS * sizeof(u32))
		return dev_err_probe(cluster->dev, -EINVAL,
				     "memory-region is no reserved memory at address 0\n");

	cluster->boot_page = devm_memremap(cluster->dev, rmem->base, rmem->size,
					   MEMREMAP_WC);

	return PTR_ERR_OR_ZERO(cluster->boot_page);
}

static int versal_init(struct amp_cluster *cluster)
{
	amp_psci_init(cluster);

	cluster->reset_regs = amp_map_registers(cluster, "crl");
	if (IS_ERR(cluster->reset_regs))
		return PTR_ERR(cluster->reset_regs);

	return map_boot_page(cluster);
}

static int versal_is_released(struct amp_cluster *cluster, unsigned int core)
{
	u32 val;
	int ret;

	ret = regmap_read(cluster->reset_regs, VERSAL_RST_CPU_R5, &val);
	if (ret)
		return ret;

	return !(val & VERSAL_RST_CPU_R5_CORE(core));
}

static int versal_settle(struct amp_cluster *cluster, unsigned int core,
			 bool running)
{
	return amp_psci_settle(cluster, VERSAL_MPIDR(core), running);
}

static int versal_assert(struct amp_cluster *cluster, unsigned int core)
{
	u32 mask = VERSAL_RST_CPU_R5_CORE(core);

	return regmap_update_bits(cluster->reset_regs, VERSAL_RST_CPU_R5, mask,
				  mask);
}

static int versal_release(struct amp_cluster *cluster, unsigned int core,
			  u64 boot_addr)
{
	u32 *page = cluster->boot_page;
	unsigned int vector;

	write_boot_page(page);
	for (vector = 0; vector < BOOT_VECTORS; vector++)
		WRITE_ONCE(page[BOOT_TARGET(core, vector)],
			   boot_addr + 4 * vector);

	/* What the core will run, before it runs */
	wmb();

	return regmap_update_bits(cluster->reset_regs, VERSAL_RST_CPU_R5,
				  VERSAL_RST_CPU_R5_CORE(core), 0);
}

static const struct amp_reset_ops versal_reset_ops = {
	.init = versal_init,
	.assert = versal_assert,
	.release = versal_release,
	.is_released = versal_is_released,
	.settle = versal_settle,
};

const struct amp_soc amp_soc_versal = {
	.reset = &versal_reset_ops,
	.num_cores = VERSAL_NUM_CORES,
	.elf_class = ELFCLASS32,
	.elf_machine = EM_ARM,
	/* The entry point is a table of vectors */
	.boot_align = 32,
};
