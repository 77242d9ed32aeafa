/* SPDX-License-Identifier: GPL-2.0 */
/*
 * elf_image.h - checks of a firmware file before a byte of it is placed
 *
 * Pure functions on bytes: no device, no allocation.
 */

#ifndef AMPKIT_ELF_IMAGE_H
#define AMPKIT_ELF_IMAGE_H

#include <linux/types.h>

/**
 * struct elf_image_rules - what a remote can run, and where
 * @class: ELFCLASS32 or ELFCLASS64, or ELFCLASSNONE for either
 * @machine: EM_ value of its processor
 * @entry_align: what the entry point has to be a multiple of, a power of two,
 *	or 0
 * @placeable: whether the @len bytes at device address @da lie in memory that
 *	an image may be loaded to; @len is not 0
 * @priv: passed to @placeable
 */
struct elf_image_rules {
	u8 class;
	u16 machine;
	u32 entry_align;
	bool (*placeable)(const void *priv, u64 da, u64 len);
	const void *priv;
};

/**
 * struct elf_image - a firmware file that has been checked
 * @data: the file
 * @size: its size in bytes
 * @class: ELFCLASS32 or ELFCLASS64
 * @entry: device address where the remote starts
 * @phoff: where the program headers start, bytes into the file
 * @phnum: number of program headers
 * @table: the resource table in the file, or NULL if there is none
 * @table_len: its size in bytes
 * @table_da: device address at which it is loaded
 */
struct elf_image {
	const u8 *data;
	size_t size;
	u8 class;
	u64 entry;
	u64 phoff;
	u16 phnum;
	const void *table;
	u32 table_len;
	u32 table_da;
};

/**
 * struct elf_segment - a program header, of either class
 * @type: PT_ value
 * @offset: where its bytes start in the file
 * @vaddr: address it is linked at
 * @da: device address it is loaded at (the physical address of the header)
 * @filesz: bytes in the file
 * @memsz: bytes in memory; what the file does not have is zero
 */
struct elf_segment {
	u32 type;
	u64 offset;
	u64 vaddr;
	u64 da;
	u64 filesz;
	u64 memsz;
};

int elf_image_parse(struct elf_image *img, const void *data, size_t size,
		    const struct elf_image_rules *rules, const char **why);
bool elf_image_segment(const struct elf_image *img, unsigned int i,
		       struct elf_segment *seg);

#endif /* AMPKIT_ELF_IMAGE_H */
