/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starts a remote core before Linux is there, as a boot loader would: code for
 * the A72, to be run on the first of them in Linux' stead, with the remote
 * core's image in memory already.
 *
 *	qemu-system-aarch64 ... -device loader,file=echo-core1.elf \
 *		-device loader,file=boot-stub-core1.elf,cpu-num=0
 *
 * It lies in on-chip memory. QEMU's own code for booting Linux is at 0, where the
 * boot page has to be: what that loads is taken from it first, and then done here.
 * The loader has the core begin in EL3.
 */
#include "memory_map.h"

#define RST_CPU_R5		0xff5e0300

/* QEMU's code ends in two words of 64 bits: x0 for Linux, and where Linux is */
#define LINUX_ARGUMENT		0x18
#define LINUX_ENTRY		0x20

#define SCR_NS			(1 << 0)
#define SCR_RES1		(3 << 4)
#define SCR_HCE			(1 << 8)
#define SCR_RW			(1 << 10)
#define SPSR_EL2H_MASKED	0x3c9

/* The boot page as Linux' driver writes it, see soc_versal.c there. */
#define VECTORS			8
#define DISPATCH(vector)	(VECTORS + 6 * (vector))
#define TARGET(core, vector)	(DISPATCH(VECTORS) + VECTORS * (core) + (vector))
#define ARM_B(from, to)		(0xea000000 | ((to) - (from) - 2))
#define ARM_LDR_PC(cond, from, to) \
	((cond) << 28 | 0x059ff000 | 4 * ((to) - (from) - 2))

	.section .text.boot_stub, "ax"
	.global	_start
_start:
	mov	x9, #0
	ldr	x10, [x9, #LINUX_ARGUMENT]
	ldr	x11, [x9, #LINUX_ENTRY]

	adr	x1, page
	adr	x2, page_end
1:	ldr	w3, [x1], #4
	str	w3, [x9], #4
	cmp	x1, x2
	b.lo	1b

	/* The core must not start before it finds its way */
	dsb	sy
	ldr	x1, =RST_CPU_R5
	ldr	w2, [x1]
	bic	w2, w2, #(1 << CORE)
	str	w2, [x1]

	/* As QEMU does for Linux: in EL2, non-secure, 64 bits below, HVC taken */
	mov	x0, #(SCR_NS | SCR_RES1 | SCR_HCE | SCR_RW)
	msr	scr_el3, x0
	mov	x0, #SPSR_EL2H_MASKED
	msr	spsr_el3, x0
	msr	elr_el3, x11
	mov	x0, x10
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	eret

	.balign 4
page:
.irp vector, 0, 1, 2, 3, 4, 5, 6, 7
	.word	ARM_B(\vector, DISPATCH(\vector))
.endr
.irp vector, 0, 1, 2, 3, 4, 5, 6, 7
	/* Which core this is, with r0 kept in TPIDRPRW */
	.word	0xee0d0f90, 0xee100fb0, 0xe3100001, 0xee1d0f90
	.word	ARM_LDR_PC(0, DISPATCH(\vector) + 4, TARGET(0, \vector))
	.word	ARM_LDR_PC(1, DISPATCH(\vector) + 5, TARGET(1, \vector))
.endr
/* The other core is not started from here */
.irp core, 0, 1
.irp vector, 0, 1, 2, 3, 4, 5, 6, 7
	.word	IMAGE_BASE + IMAGE_ENTRY + 4 * \vector
.endr
.endr
page_end:
