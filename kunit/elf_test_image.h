/* SPDX-License-Identifier: GPL-2.0 */
/*
 * elf_test_image.h - good images of one segment and one resource table, which
 * suites break in ways of their own
 */

#ifndef AMPKIT_ELF_TEST_IMAGE_H
#define AMPKIT_ELF_TEST_IMAGE_H

#include <linux/elf.h>
#include <linux/remoteproc.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../drivers/remoteproc/elf_image.h"

#define REGION_DA	0x10000000
#define REGION_LEN	SZ_1M

/**
 * struct test_table - the resource table of a good image
 * @hdr: its header
 * @offset: where its entries start
 * @vdev_hdr: type of the first entry
 * @vdev: the first entry
 * @vring: its rings
 * @trace_hdr: type of the second entry
 * @trace: the second entry
 * @carveout_hdr: type of the third entry
 * @carveout: the third entry
 */
struct test_table {
	struct resource_table hdr;
	u32 offset[3];
	struct fw_rsc_hdr vdev_hdr;
	struct fw_rsc_vdev vdev;
	struct fw_rsc_vdev_vring vring[2];
	struct fw_rsc_hdr trace_hdr;
	struct fw_rsc_trace trace;
	struct fw_rsc_hdr carveout_hdr;
	struct fw_rsc_carveout carveout;
} __packed;

/**
 * struct test_image - a good image
 * @hdr: its header
 * @phdr: its only segment: the table
 * @shdr: its sections: none, the names, the table
 * @names: names of the sections
 * @table: the resource table
 */
struct test_image {
	struct elf64_hdr hdr;
	struct elf64_phdr phdr;
	struct elf64_shdr shdr[3];
	char names[40];
	struct test_table table;
} __packed;

static const struct test_image good_image = {
	.hdr = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB },
		.e_machine = EM_AARCH64,
		.e_entry = REGION_DA,
		.e_phoff = offsetof(struct test_image, phdr),
		.e_phentsize = sizeof(struct elf64_phdr),
		.e_phnum = 1,
		.e_shoff = offsetof(struct test_image, shdr),
		.e_shentsize = sizeof(struct elf64_shdr),
		.e_shnum = 3,
		.e_shstrndx = 1,
	},
	.phdr = {
		.p_type = PT_LOAD,
		.p_offset = offsetof(struct test_image, table),
		.p_vaddr = REGION_DA,
		.p_paddr = REGION_DA,
		.p_filesz = sizeof(struct test_table),
		.p_memsz = SZ_4K,
	},
	.shdr = {
		[1] = {
			.sh_name = 1,
			.sh_offset = offsetof(struct test_image, names),
			.sh_size = sizeof(good_image.names),
		},
		[2] = {
			.sh_name = 11,
			.sh_addr = REGION_DA,
			.sh_offset = offsetof(struct test_image, table),
			.sh_size = sizeof(struct test_table),
		},
	},
	.names = "\0.shstrtab\0.resource_table",
	.table = {
		.hdr = { .ver = 1, .num = 3 },
		.offset = { offsetof(struct test_table, vdev_hdr),
			    offsetof(struct test_table, trace_hdr),
			    offsetof(struct test_table, carveout_hdr) },
		.vdev_hdr = { .type = RSC_VDEV },
		.vdev = { .id = 7, .dfeatures = 1, .num_of_vrings = 2 },
		.vring = {
			{ .da = FW_RSC_ADDR_ANY, .align = 4096, .num = 256 },
			{ .da = FW_RSC_ADDR_ANY, .align = 4096, .num = 256 },
		},
		.trace_hdr = { .type = RSC_TRACE },
		.trace = { .da = REGION_DA, .len = 16, .name = "log" },
		.carveout_hdr = { .type = RSC_CARVEOUT },
		.carveout = { .da = REGION_DA, .len = 16, .name = "mem" },
	},
};

static bool in_region(const void *priv, u64 da, u64 len)
{
	return da >= REGION_DA && len <= REGION_LEN &&
	       da - REGION_DA <= REGION_LEN - len;
}

static const struct elf_image_rules rules = {
	.class = ELFCLASS64,
	.machine = EM_AARCH64,
	.entry_align = 4,
	.placeable = in_region,
};

/**
 * struct test_image32 - a good image with headers of the other class
 * @hdr: its header
 * @phdr: its only segment: the table
 * @shdr: its sections: none, the names, the table
 * @names: names of the sections
 * @table: the resource table
 */
struct test_image32 {
	struct elf32_hdr hdr;
	struct elf32_phdr phdr;
	struct elf32_shdr shdr[3];
	char names[40];
	struct test_table table;
} __packed;

/* The same image in the other class */
static inline void fill_image32(struct test_image32 *img)
{
	const struct test_image *good = &good_image;

	*img = (struct test_image32){
		.hdr = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32,
				     ELFDATA2LSB },
			.e_machine = EM_AARCH64,
			.e_entry = REGION_DA,
			.e_phoff = offsetof(struct test_image32, phdr),
			.e_phentsize = sizeof(struct elf32_phdr),
			.e_phnum = 1,
			.e_shoff = offsetof(struct test_image32, shdr),
			.e_shentsize = sizeof(struct elf32_shdr),
			.e_shnum = 3,
			.e_shstrndx = 1,
		},
		.phdr = {
			.p_type = PT_LOAD,
			.p_offset = offsetof(struct test_image32, table),
			.p_vaddr = REGION_DA,
			.p_paddr = REGION_DA,
			.p_filesz = sizeof(struct test_table),
			.p_memsz = SZ_4K,
		},
		.shdr = {
			[1] = {
				.sh_name = 1,
				.sh_offset = offsetof(struct test_image32,
						      names),
				.sh_size = sizeof(img->names),
			},
			[2] = {
				.sh_name = 11,
				.sh_addr = REGION_DA,
				.sh_offset = offsetof(struct test_image32,
						      table),
				.sh_size = sizeof(struct test_table),
			},
		},
		.table = good->table,
	};
	memcpy(img->names, good->names, sizeof(img->names));
}

#endif /* AMPKIT_ELF_TEST_IMAGE_H */
