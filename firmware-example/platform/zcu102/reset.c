// SPDX-License-Identifier: BSD-3-Clause
/*
 * Starting and stopping another core, for an image without Linux. The register
 * of the resets is shared with whoever else resets cores: one at a time.
 */
#include "io.h"
#include "memory_map.h"
#include "mmu.h"
#include "reset.h"
#include "sysreg.h"

#define APU_RVBARADDRL(core)	(0x40 + 8 * (core))
#define APU_RVBARADDRH(core)	(0x44 + 8 * (core))
#define CRF_RST_FPD_APU		0x104
#define RST_CORE(core)		(1U << (core))
#define RST_POWER_ON(core)	(1U << (10 + (core)))

static void map_registers(void)
{
	mmu_map_device(APU_BASE, PAGE_SIZE);
	mmu_map_device(CRF_BASE, PAGE_SIZE);
}

/**
 * core_start() - release a core from reset
 * @core: which one
 * @entry: where it begins
 */
void core_start(unsigned int core, uint64_t entry)
{
	uint32_t resets;

	map_registers();
	write32(APU_BASE + APU_RVBARADDRL(core), entry);
	write32(APU_BASE + APU_RVBARADDRH(core), entry >> 32);
	/* Two peripherals: the core must not start before it has its address */
	dsb_sy();
	resets = read32(CRF_BASE + CRF_RST_FPD_APU);
	write32(CRF_BASE + CRF_RST_FPD_APU,
		resets & ~(RST_CORE(core) | RST_POWER_ON(core)));
}

/**
 * core_stop() - put a core into reset, whatever it does
 * @core: which one
 */
void core_stop(unsigned int core)
{
	uint32_t resets;

	map_registers();
	resets = read32(CRF_BASE + CRF_RST_FPD_APU);
	write32(CRF_BASE + CRF_RST_FPD_APU, resets | RST_CORE(core));
}
