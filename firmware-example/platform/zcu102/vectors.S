/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exception vectors: interrupts are handled, all else is reported and parks
 * the core.
 */
#include "asm.h"

/* 31 registers and sp */
#define FRAME_SIZE	256

/* Slots are 128 bytes; .org fails to assemble when one is longer. */
.macro slot code
	.balign 0x80
999:
	\code
	.org 999b + 0x80
.endm

/*
 * Registers a C function may change; SPSR and ELR stay, nothing nests. All of
 * it fits the slot.
 */
.macro irq_slot
	sub	sp, sp, #176
	stp	x0, x1, [sp, #0]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x29, [sp, #144]
	str	x30, [sp, #160]
	bl	board_irq
	ldr	x30, [sp, #160]
	ldp	x18, x29, [sp, #144]
	ldp	x16, x17, [sp, #128]
	ldp	x14, x15, [sp, #112]
	ldp	x12, x13, [sp, #96]
	ldp	x10, x11, [sp, #80]
	ldp	x8, x9, [sp, #64]
	ldp	x6, x7, [sp, #48]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp, #0]
	add	sp, sp, #176
	eret
.endm

/* Nothing else may be touched yet; the register is nobody's. */
.macro fatal_slot number
	msr	tpidr_el1, x0
	mov	x0, #\number
	b	fatal_entry
.endm

	.section .text.vectors, "ax", %progbits
	.balign 2048
	/* from EL1 on the stack of EL0: never used */
	slot "fatal_slot 0"
	slot "fatal_slot 1"
	slot "fatal_slot 2"
	slot "fatal_slot 3"
	/* from EL1 on its own stack */
	slot "fatal_slot 4"
	slot "irq_slot"
	slot "fatal_slot 6"
	slot "fatal_slot 7"
	/* from EL0, 64 and 32 bits: never used */
	slot "fatal_slot 8"
	slot "fatal_slot 9"
	slot "fatal_slot 10"
	slot "fatal_slot 11"
	slot "fatal_slot 12"
	slot "fatal_slot 13"
	slot "fatal_slot 14"
	slot "fatal_slot 15"

/*
 * In: x0: number of the slot; tpidr_el1: what was in x0. Does not return, and
 * the stack of what failed need not be sound. All registers go to the top of
 * a stack of its own: x0 to x30, then sp, as struct board_frame has them.
 */
func fatal_entry
	msr	daifset, #0xf
	msr	tpidr_el0, x1
	load_addr x1, (__fatal_stack_end - FRAME_SIZE)
	stp	x2, x3, [x1, #16]
	stp	x4, x5, [x1, #32]
	stp	x6, x7, [x1, #48]
	stp	x8, x9, [x1, #64]
	stp	x10, x11, [x1, #80]
	stp	x12, x13, [x1, #96]
	stp	x14, x15, [x1, #112]
	stp	x16, x17, [x1, #128]
	stp	x18, x19, [x1, #144]
	stp	x20, x21, [x1, #160]
	stp	x22, x23, [x1, #176]
	stp	x24, x25, [x1, #192]
	stp	x26, x27, [x1, #208]
	stp	x28, x29, [x1, #224]
	mrs	x2, tpidr_el1
	mrs	x3, tpidr_el0
	stp	x2, x3, [x1, #0]
	mov	x2, sp
	stp	x30, x2, [x1, #240]
	mov	sp, x1
	bl	board_fatal
	b	park
endfunc fatal_entry
