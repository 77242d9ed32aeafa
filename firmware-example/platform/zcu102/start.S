/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From reset to main(): a core comes out of reset at the highest exception
 * level it has, with caches and MMU off, and ends up in EL1, non-secure.
 */
#include "asm.h"
#include "gic.h"
#include "memory_map.h"
#include "sysreg.h"

/*
 * Out of reset. The caches may hold lines of this image's earlier lives.
 * x19 keeps the exception level of the entry, for the trace.
 */
func _start, .text.start
	msr	daifset, #0xf
	mrs	x19, CurrentEL
	cmp	x19, #CURRENT_EL_3
	b.eq	from_el3
	cmp	x19, #CURRENT_EL_2
	b.eq	from_el2
	b	in_el1

/* Only EL3 can give the private interrupts to the non-secure world. */
from_el3:
	load_imm x0, GICD_BASE
	mov	w1, #-1
	str	w1, [x0, #GICD_IGROUPR]
	load_imm x0, GICC_BASE
	mov	w1, #GICC_PMR_ALL
	str	w1, [x0, #GICC_PMR]
	mov	x1, #(SCR_NS | SCR_RES1 | SCR_RW)
	msr	scr_el3, x1
	msr	cptr_el3, xzr
	msr	mdcr_el3, xzr
	mrs	x1, CPUECTLR_EL1
	orr	x1, x1, #CPUECTLR_SMPEN
	msr	CPUECTLR_EL1, x1
	mrs	x1, cntfrq_el0
	cbnz	x1, 1f
	load_imm x1, COUNTER_HZ
	msr	cntfrq_el0, x1
1:	isb
	mrs	x1, id_aa64pfr0_el1
	ubfx	x1, x1, #PFR0_EL2_SHIFT, #PFR0_EL2_WIDTH
	cbz	x1, 2f
	bl	setup_el2
2:	adr	x1, in_el1
	msr	elr_el3, x1
	mov	x1, #(SPSR_EL1H | SPSR_DAIF)
	msr	spsr_el3, x1
	bl	setup_el1
	eret

from_el2:
	bl	setup_el2
	adr	x1, in_el1
	msr	elr_el2, x1
	mov	x1, #(SPSR_EL1H | SPSR_DAIF)
	msr	spsr_el2, x1
	bl	setup_el1
	eret

in_el1:
	bl	setup_el1
	bl	invalidate_image
	load_addr x0, __bss_start
	load_addr x1, __bss_end
3:	cmp	x0, x1
	b.hs	4f
	stp	xzr, xzr, [x0], #16
	b	3b
4:	load_addr x0, __stack_end
	mov	sp, x0
	load_addr x0, __vectors
	msr	vbar_el1, x0
	isb
	bl	mmu_init
	lsr	x0, x19, #CURRENT_EL_SHIFT
	bl	board_start
	b	park
endfunc _start

/*
 * EL2 stays out of the way of EL1.
 * Clobbers: x1
 */
func setup_el2
	mov	x1, #HCR_RW
	msr	hcr_el2, x1
	mov	x1, #(CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN)
	msr	cnthctl_el2, x1
	msr	cntvoff_el2, xzr
	mov	x1, #CPTR_EL2_RES1
	msr	cptr_el2, x1
	msr	hstr_el2, xzr
	msr	vttbr_el2, xzr
	load_imm x1, SCTLR_EL2_RES1
	msr	sctlr_el2, x1
	mrs	x1, midr_el1
	msr	vpidr_el2, x1
	mrs	x1, mpidr_el1
	msr	vmpidr_el2, x1
	isb
	ret
endfunc setup_el2

/*
 * EL1 with MMU and caches off, whatever was there before.
 * Clobbers: x1
 */
func setup_el1
	load_imm x1, SCTLR_EL1_RES1
	msr	sctlr_el1, x1
	isb
	ret
endfunc setup_el1

/*
 * Out: x0, x1: start and end of the image, x2: bytes of a cache line
 */
func image_lines
	mrs	x0, ctr_el0
	ubfx	x0, x0, #CTR_DMINLINE_SHIFT, #CTR_DMINLINE_WIDTH
	mov	x2, #4
	lsl	x2, x2, x0
	load_addr x0, __image_start
	load_addr x1, __image_end
	ret
endfunc image_lines

/*
 * Drop what the caches hold of the image: the host loaded it past them. Lines
 * an earlier life left dirty would hide it, or be written over it.
 * Clobbers: x0-x3
 */
func invalidate_image
	mov	x3, x30
	bl	image_lines
1:	dc	ivac, x0
	add	x0, x0, x2
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	ic	iallu
	tlbi	vmalle1
	dsb	sy
	isb
	ret	x3
endfunc invalidate_image

/*
 * Rest until the next reset. The own GIC interface is off, since even a masked
 * interrupt would end the WFI again and again.
 *
 * Lines that stay dirty would hide from the host what was written, or be
 * written over the next image. With the MMU off no line comes anew, and pages
 * that are not mapped do not fault.
 */
func park
	msr	daifset, #0xf
	load_imm x0, GICC_BASE
	str	wzr, [x0, #GICC_CTLR]
	dsb	sy
	bl	setup_el1
	bl	image_lines
1:	dc	civac, x0
	add	x0, x0, x2
	cmp	x0, x1
	b.lo	1b
	dsb	sy
2:	wfi
	b	2b
endfunc park
