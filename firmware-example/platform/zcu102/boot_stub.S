/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starts a remote core before Linux is there, as a boot loader would: to be run
 * on core 0 in its stead, with the remote core's image in memory already.
 *
 *	qemu-system-aarch64 ... -device loader,file=echo-core3.elf \
 *		-device loader,file=boot-stub-core3.elf,cpu-num=0
 *
 * It lies in on-chip memory and needs none other. At the end it goes on at 0,
 * where QEMU's own code for booting Linux is.
 */
#include "memory_map.h"

#define RVBARADDRL		(APU_BASE + 0x40 + 8 * CORE)
#define RVBARADDRH		(APU_BASE + 0x44 + 8 * CORE)
#define RST_FPD_APU		(CRF_BASE + 0x104)
#define CORE_RESETS		(1 << CORE | 1 << (10 + CORE))

	.section .text.boot_stub, "ax"
	.global	_start
_start:
	ldr	x1, =RVBARADDRL
	ldr	w2, =(IMAGE_BASE + IMAGE_ENTRY)
	str	w2, [x1]
	ldr	x1, =RVBARADDRH
	str	wzr, [x1]

	/* The core must not start before it has its address */
	dsb	sy
	ldr	x1, =RST_FPD_APU
	ldr	w2, [x1]
	ldr	w3, =CORE_RESETS
	bic	w2, w2, w3
	str	w2, [x1]

	mov	x1, #0
	br	x1
