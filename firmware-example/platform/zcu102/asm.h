/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Assembly helpers.
 */
#ifndef ASM_H
#define ASM_H

#ifdef __ASSEMBLER__

/* A function in a section of its own. */
.macro func name, section
.ifb \section
	.section .text.\name, "ax", %progbits
.else
	.section \section, "ax", %progbits
.endif
	.type \name, %function
	.global \name
	.balign 4
\name:
.endm

.macro endfunc name
	.size \name, . - \name
.endm

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
