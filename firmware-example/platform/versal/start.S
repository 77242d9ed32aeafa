/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Vectors, and the way from reset to main(): a core comes out of reset in
 * supervisor mode with caches and MPU off, and ends up in system mode, which has
 * the registers of user mode: that is how an exception's mode reads them.
 *
 * The core itself knows vectors at address 0 only, and both cores share that:
 * the host has put branches to these ones there.
 */
#include "func.h"
#include "memory_map.h"
#include "sysreg.h"

/* struct board_frame: r0 to r14 */
#define FRAME_SIZE	64

	.syntax unified
	.arm

.macro load_imm reg, value
	movw \reg, #:lower16:(\value)
	movt \reg, #:upper16:(\value)
.endm

func _start, .text.start
	b	reset
	b	undefined
	b	supervisor_call
	b	prefetch_abort
	b	data_abort
	b	.
	b	interrupt
	b	fast_interrupt
endfunc _start

/* The stack of a mode that an exception ends up in. Clobbers: r0 is that. */
.macro mode_stack mode
	cps	#\mode
	mov	sp, r0
.endm

func reset
	cpsid	aif
	mrc	p15, 0, r0, c1, c0, 0
	load_imm r1, (SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_V | SCTLR_BR)
	bic	r0, r0, r1
	mcr	p15, 0, r0, c1, c0, 0
	isb
	/* Both caches hold something unknown: all of each */
	mov	r0, #0
	mcr	p15, 0, r0, c7, c5, 0
	mcr	p15, 0, r0, c7, c5, 6
	mcr	p15, 0, r0, c15, c5, 0
	dsb
	isb
	load_imm r0, (__fatal_stack_end - FRAME_SIZE)
	mode_stack MODE_FIQ
	mode_stack MODE_IRQ
	mode_stack MODE_SVC
	mode_stack MODE_ABT
	mode_stack MODE_UND
	load_imm r0, __stack_end
	mode_stack MODE_SYS
	mov	r0, #0
	load_imm r1, __bss_start
	load_imm r2, __bss_end
1:	cmp	r1, r2
	strlo	r0, [r1], #4
	blo	1b
	blx	mpu_init
	cpsie	a
	blx	board_start
	b	park
endfunc reset

/*
 * All registers of system mode go to the top of a stack that is nobody else's:
 * the stack of what failed need not be sound. lr is where it failed, or some
 * bytes behind: board_fatal() knows how many.
 */
.macro fatal name, number
func \name
	stmia	sp, {r0-r14}^
	mov	r0, #\number
	b	fatal_entry
endfunc \name
.endm

	fatal	undefined, 1
	fatal	supervisor_call, 2
	fatal	prefetch_abort, 3
	fatal	data_abort, 4
	fatal	interrupt, 6
	fatal	fast_interrupt, 7

/* In: r0: number of the vector; lr, spsr, sp: of the exception's mode. */
func fatal_entry
	cpsid	aif
	mov	r1, sp
	mov	r2, lr
	mrs	r3, spsr
	blx	board_fatal
	b	park
endfunc fatal_entry

/* Rest until the next reset. */
func park
	cpsid	aif
	dsb
1:	wfi
	b	1b
endfunc park
