/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of the system registers of an ARMv7-R used here (Arm ARM for ARMv7-A
 * and ARMv7-R, B6), and how C reads and writes them.
 */
#ifndef SYSREG_H
#define SYSREG_H

/* CPSR: modes, and the state that instructions are in */
#define MODE_FIQ		0x11
#define MODE_IRQ		0x12
#define MODE_SVC		0x13
#define MODE_ABT		0x17
#define MODE_UND		0x1b
#define MODE_SYS		0x1f
#define PSR_THUMB		(1 << 5)

#define SCTLR_M			(1 << 0)
#define SCTLR_C			(1 << 2)
#define SCTLR_I			(1 << 12)
#define SCTLR_V			(1 << 13)
#define SCTLR_BR		(1 << 17)

/* MPIDR: number of the core */
#define MPIDR_AFF0		0xff

/* Operands of mrc and mcr behind the coprocessor: opc1, Rt, CRn, CRm, opc2 */
#define MPIDR			0, %0, c0, c0, 5
#define SCTLR			0, %0, c1, c0, 0
#define DFSR			0, %0, c5, c0, 0
#define IFSR			0, %0, c5, c0, 1
#define DFAR			0, %0, c6, c0, 0
#define IFAR			0, %0, c6, c0, 2
/* MPU region: start, size, access, and which one these three are of */
#define DRBAR			0, %0, c6, c1, 0
#define DRSR			0, %0, c6, c1, 2
#define DRACR			0, %0, c6, c1, 4
#define RGNR			0, %0, c6, c2, 0
/* Performance monitors: control, enable counters, cycle counter */
#define PMCR			0, %0, c9, c12, 0
#define PMCNTENSET		0, %0, c9, c12, 1
#define PMCCNTR			0, %0, c9, c13, 0

#ifndef __ASSEMBLER__

#define SYSREG_STRING(...)	#__VA_ARGS__
#define SYSREG_OPERANDS(...)	SYSREG_STRING(__VA_ARGS__)

#define read_sysreg(name) ({						\
	uint32_t value_;						\
									\
	__asm__ volatile("mrc p15, " SYSREG_OPERANDS(name)		\
			 : "=r"(value_));				\
	value_;								\
})

#define write_sysreg(name, value)					\
	__asm__ volatile("mcr p15, " SYSREG_OPERANDS(name) : :		\
			 "r"((uint32_t)(value)) : "memory")

#define isb()		__asm__ volatile("isb" : : : "memory")
#define dsb_sy()	__asm__ volatile("dsb sy" : : : "memory")
#define dmb_sy()	__asm__ volatile("dmb sy" : : : "memory")
#define pause_hint()		__asm__ volatile("yield" : : : "memory")
#define irq_mask()	__asm__ volatile("cpsid i" : : : "memory")

#endif /* __ASSEMBLER__ */

#endif /* SYSREG_H */
