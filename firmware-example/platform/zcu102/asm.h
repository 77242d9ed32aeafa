/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Assembly helpers.
 */
#ifndef ASM_H
#define ASM_H

#include "func.h"

#ifdef __ASSEMBLER__

/* Clobbers nothing but reg; works before and after the MMU is on. */
.macro load_addr reg, symbol
	adrp \reg, \symbol
	add \reg, \reg, :lo12:\symbol
.endm

/* Any 64-bit constant in the fewest of bits that 32-bit values need. */
.macro load_imm reg, value
	movz \reg, #((\value) & 0xffff)
	movk \reg, #(((\value) >> 16) & 0xffff), lsl #16
.endm

#endif /* __ASSEMBLER__ */

#endif /* ASM_H */
