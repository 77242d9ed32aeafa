// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the core may do where: regions of the MPU, and nothing outside them.
 *
 *	what			host maps it	firmware maps it
 *	code, constants		non-cached	Normal write-back, read, execute
 *	data, bss, stacks	non-cached	Normal write-back, read, write
 *	resource table, trace,
 *	control block		non-cached	Normal non-cacheable
 *	rings, buffers		non-cached	Normal non-cacheable
 *	boot page		non-cached	Normal non-cacheable, read, execute
 *	UART			-		Device
 *
 * The host writes the cached part only while the core is in reset; start.S
 * drops what the caches know from before.
 */
#include <stddef.h>
#include <stdint.h>

#include "memory_map.h"
#include "mpu.h"
#include "sysreg.h"

/* DRSR: log2 of the size, less 1, from bit 1 */
#define REGION_ON		1
#define REGION_SIZE(log2)	(((log2) - 1) << 1)

/* DRACR: memory type and cacheability in TEX, C and B; access in AP and XN */
#define MEM_DEVICE		0x01
#define MEM_NONCACHED		0x08
#define MEM_CACHED		0x0b
#define ACCESS_NONE		(0 << 8)
#define ACCESS_RW		(1 << 8)
#define ACCESS_R		(5 << 8)
#define NO_EXECUTE		(1 << 12)

/**
 * struct region - a region of the MPU; where several apply, the last one does
 * @base: where it starts, a multiple of its size
 * @log2: of its size, bytes
 * @attrs: DRACR
 */
struct region {
	uint32_t base;
	uint32_t log2;
	uint32_t attrs;
};

extern char __stack_start[], __fatal_stack_start[];

static void set_region(unsigned int number, const struct region *region)
{
	write_sysreg(RGNR, number);
	write_sysreg(DRBAR, region->base);
	write_sysreg(DRACR, region->attrs);
	write_sysreg(DRSR, REGION_SIZE(region->log2) | REGION_ON);
}

/**
 * mpu_init() - set the regions up and switch MPU and caches on
 *
 * Once, with the MPU off and nothing in the caches.
 */
void mpu_init(void)
{
	const struct region regions[] = {
		{ CODE_BASE, CODE_LOG2, MEM_CACHED | ACCESS_R },
		{ DATA_BASE, DATA_LOG2, MEM_CACHED | ACCESS_RW | NO_EXECUTE },
		{ OPEN_BASE, OPEN_LOG2,
		  MEM_NONCACHED | ACCESS_RW | NO_EXECUTE },
		{ SHARED_BASE, SHARED_LOG2,
		  MEM_NONCACHED | ACCESS_RW | NO_EXECUTE },
		{ UART_BASE, PAGE_LOG2, MEM_DEVICE | ACCESS_RW | NO_EXECUTE },
		/* The vectors of both cores lead through it */
		{ BOOT_PAGE, PAGE_LOG2, MEM_NONCACHED | ACCESS_R },
		/* What runs over the end of a stack ends there */
		{ (uintptr_t)__stack_start - PAGE_SIZE, PAGE_LOG2,
		  ACCESS_NONE | NO_EXECUTE },
		{ (uintptr_t)__fatal_stack_start - PAGE_SIZE, PAGE_LOG2,
		  ACCESS_NONE | NO_EXECUTE },
	};
	unsigned int i;

	for (i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		set_region(i, &regions[i]);
	dsb_sy();
	write_sysreg(SCTLR, read_sysreg(SCTLR) | SCTLR_M | SCTLR_C | SCTLR_I);
	isb();
}
