/* SPDX-License-Identifier: GPL-2.0 */
/*
 * elf_core.h - writes the ELF core file of a remote
 *
 * Pure functions on bytes: no device, no allocation.
 */

#ifndef AMPKIT_ELF_CORE_H
#define AMPKIT_ELF_CORE_H

#include <linux/types.h>

#include "../../include/ampkit/ctrl.h"

/**
 * struct elf_core_part - a piece of memory in a core file
 * @da: its device address
 * @va: where its bytes are
 * @len: their number
 */
struct elf_core_part {
	u32 da;
	const void *va;
	u32 len;
};

/**
 * struct elf_core - what a core file is made of
 * @class: ELFCLASS32 or ELFCLASS64, of the remote's processor
 * @machine: its EM_ value; EM_ARM in ELF32 and EM_AARCH64 in ELF64 have registers
 * @crash: the registers, or NULL if they are not known
 * @parts: the memory
 * @num_parts: number of parts
 */
struct elf_core {
	u8 class;
	u16 machine;
	const struct ampkit_crash *crash;
	const struct elf_core_part *parts;
	unsigned int num_parts;
};

size_t elf_core_size(const struct elf_core *core);
void elf_core_write(const struct elf_core *core, void *buf);

#endif /* AMPKIT_ELF_CORE_H */
