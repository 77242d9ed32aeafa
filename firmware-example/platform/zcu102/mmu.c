// SPDX-License-Identifier: BSD-3-Clause
/*
 * Address map of the core: one to one, and only what the firmware uses.
 *
 *	what			host maps it	firmware maps it
 *	text			non-cached	Normal write-back, read, execute
 *	rodata			non-cached	Normal write-back, read
 *	data, bss, stacks	non-cached	Normal write-back, read, write
 *	resource table, trace,
 *	control block		non-cached	Normal non-cacheable
 *	rings, buffers		non-cached	Normal non-cacheable
 *	GIC, UART		-		Device-nGnRE
 *
 * The host writes the cached part only while the core is in reset; start.S
 * drops what the caches know of it from before, and writes it back when the
 * core parks, as far as the host gives it the time.
 */
#include <stddef.h>
#include <stdint.h>

#include "memory_map.h"
#include "mmu.h"
#include "sysreg.h"

/* Memory types, by their index in MAIR_EL1. */
enum mem_type {
	MEM_DEVICE,
	MEM_NONCACHED,
	MEM_CACHED,
};

#define MAIR_DEVICE_NGNRE	0x04ULL
#define MAIR_NORMAL_NC		0x44ULL
#define MAIR_NORMAL_WB		0xffULL
#define MAIR(type, attr)	((attr) << (8 * (type)))

/* TCR_EL1: 4 GiB from 0 in TTBR0, 4 KiB pages, walks as cached memory */
#define TCR_T0SZ_4G		32ULL
#define TCR_IRGN0_WB		(1ULL << 8)
#define TCR_ORGN0_WB		(1ULL << 10)
#define TCR_SH0_INNER		(3ULL << 12)
#define TCR_EPD1		(1ULL << 23)

/* Descriptors of tables and pages (Arm ARM, D8.3) */
#define PTE_TABLE		3ULL
#define PTE_PAGE		3ULL
#define PTE_TYPE(type)		((uint64_t)(type) << 2)
#define PTE_READ_ONLY		(1ULL << 7)
#define PTE_SH_INNER		(3ULL << 8)
#define PTE_AF			(1ULL << 10)
#define PTE_PXN			(1ULL << 53)
#define PTE_UXN			(1ULL << 54)
#define PTE_ADDR		0x0000fffffffff000ULL

/* What a range is for; never written and executed at once. */
#define MAP_ANY			(PTE_PAGE | PTE_AF | PTE_SH_INNER)
#define MAP_TEXT		(MAP_ANY | PTE_TYPE(MEM_CACHED) | \
				 PTE_READ_ONLY | PTE_UXN)
#define MAP_RODATA		(MAP_ANY | PTE_TYPE(MEM_CACHED) | \
				 PTE_READ_ONLY | PTE_UXN | PTE_PXN)
#define MAP_DATA		(MAP_ANY | PTE_TYPE(MEM_CACHED) | \
				 PTE_UXN | PTE_PXN)
#define MAP_SHARED		(MAP_ANY | PTE_TYPE(MEM_NONCACHED) | \
				 PTE_UXN | PTE_PXN)
#define MAP_DEVICE		(MAP_ANY | PTE_TYPE(MEM_DEVICE) | \
				 PTE_UXN | PTE_PXN)

#define TABLE_ENTRIES		512
#define LEVELS			3
/* Level 1, and two tables for each 2 MiB that something is mapped in. */
#define MAX_TABLES		10

extern char __text_start[], __text_end[];
extern char __rodata_start[], __rodata_end[];
extern char __data_start[], __data_end[];
extern char __stack_start[], __stack_end[];
extern char __fatal_stack_start[], __fatal_stack_end[];
extern char __table_start[], __ctrl_end[];
extern char __trace_start[], __trace_end[];

static uint64_t tables[MAX_TABLES][TABLE_ENTRIES]
	__attribute__((aligned(PAGE_SIZE)));
static unsigned int num_tables;

/* NULL when MAX_TABLES is too small: that then faults on the first use. */
static uint64_t *new_table(void)
{
	return num_tables < MAX_TABLES ? tables[num_tables++] : NULL;
}

/* 1 GiB, 2 MiB or 4 KiB an entry. */
static unsigned int level_index(uint64_t addr, unsigned int level)
{
	unsigned int shift = 12 + 9 * (LEVELS - level);

	return addr >> shift & (TABLE_ENTRIES - 1);
}

static uint64_t *next_table(uint64_t *entry)
{
	if (!*entry)
		*entry = (uintptr_t)new_table() | PTE_TABLE;
	return (uint64_t *)(uintptr_t)(*entry & PTE_ADDR);
}

static void map_page(uint64_t addr, uint64_t attrs)
{
	uint64_t *table = tables[0];
	unsigned int level;

	for (level = 1; level < LEVELS; level++)
		table = next_table(&table[level_index(addr, level)]);
	table[level_index(addr, LEVELS)] = addr | attrs;
}

/* Whole pages, from one that @start begins. */
static void map(uintptr_t start, uintptr_t end, uint64_t attrs)
{
	for (; start < end; start += PAGE_SIZE)
		map_page(start, attrs);
}

static void map_image(void)
{
	map((uintptr_t)__text_start, (uintptr_t)__text_end, MAP_TEXT);
	map((uintptr_t)__rodata_start, (uintptr_t)__rodata_end, MAP_RODATA);
	map((uintptr_t)__data_start, (uintptr_t)__data_end, MAP_DATA);
	map((uintptr_t)__stack_start, (uintptr_t)__stack_end, MAP_DATA);
	map((uintptr_t)__fatal_stack_start, (uintptr_t)__fatal_stack_end,
	    MAP_DATA);
	/* The control block is on the page after the table. */
	map((uintptr_t)__table_start, (uintptr_t)__ctrl_end, MAP_SHARED);
	map((uintptr_t)__trace_start, (uintptr_t)__trace_end, MAP_SHARED);
}

static void map_outside(void)
{
	map(SHARED_BASE, SHARED_BASE + SHARED_SIZE, MAP_SHARED);
	map(GICD_BASE, GICD_BASE + GICD_SIZE, MAP_DEVICE);
	map(GICC_BASE, GICC_BASE + GICC_SIZE, MAP_DEVICE);
	map(UART_BASE, UART_BASE + UART_SIZE, MAP_DEVICE);
}

static void mmu_on(void)
{
	write_sysreg(mair_el1, MAIR(MEM_DEVICE, MAIR_DEVICE_NGNRE) |
			       MAIR(MEM_NONCACHED, MAIR_NORMAL_NC) |
			       MAIR(MEM_CACHED, MAIR_NORMAL_WB));
	write_sysreg(tcr_el1, TCR_T0SZ_4G | TCR_IRGN0_WB | TCR_ORGN0_WB |
			      TCR_SH0_INNER | TCR_EPD1);
	write_sysreg(ttbr0_el1, (uintptr_t)tables[0]);
	dsb_sy();
	isb();
	write_sysreg(sctlr_el1, SCTLR_EL1_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA |
				SCTLR_I | SCTLR_WXN);
	isb();
}

/**
 * mmu_init() - build the address map and switch MMU and caches on
 *
 * Once, with the MMU off and nothing of the image in the caches.
 */
void mmu_init(void)
{
	num_tables = 1;
	map_image();
	map_outside();
	mmu_on();
}

/* What was not mapped before needs no more than to be seen by the walker. */
static void map_later(uintptr_t start, uintptr_t size, uint64_t attrs)
{
	map(start, start + size, attrs);
	dsb_sy();
	isb();
}

/**
 * mmu_map_shared() - map memory that is shared with another core
 * @start: where, the start of a page
 * @size: bytes, whole pages
 */
void mmu_map_shared(uintptr_t start, uintptr_t size)
{
	map_later(start, size, MAP_SHARED);
}

/**
 * mmu_map_device() - map registers
 * @start: where, the start of a page
 * @size: bytes, whole pages
 */
void mmu_map_device(uintptr_t start, uintptr_t size)
{
	map_later(start, size, MAP_DEVICE);
}
