/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of the AArch64 system registers used here (Arm ARM, D19), and
 * how C reads and writes them.
 */
#ifndef SYSREG_H
#define SYSREG_H

/* CurrentEL: the exception level, from bit 2 */
#define CURRENT_EL_SHIFT	2
#define CURRENT_EL_1		(1 << CURRENT_EL_SHIFT)
#define CURRENT_EL_2		(2 << CURRENT_EL_SHIFT)
#define CURRENT_EL_3		(3 << CURRENT_EL_SHIFT)

/* SPSR: to EL1 with its own stack pointer, all interrupts masked */
#define SPSR_EL1H		0x5
#define SPSR_DAIF		0x3c0

/* SCR_EL3: lower levels are non-secure and 64 bits; RES1 bits */
#define SCR_NS			(1 << 0)
#define SCR_RES1		(3 << 4)
#define SCR_RW			(1 << 10)

/* ID_AA64PFR0_EL1: is there an EL2? */
#define PFR0_EL2_SHIFT		8
#define PFR0_EL2_WIDTH		4

#define HCR_RW			(1 << 31)
/* CNTHCTL_EL2: EL1 may use the physical counter and timer */
#define CNTHCTL_EL1PCTEN	(1 << 0)
#define CNTHCTL_EL1PCEN		(1 << 1)
#define CPTR_EL2_RES1		0x33ff
#define SCTLR_EL2_RES1		0x30c50830

/* CPUECTLR_EL1 of the Cortex-A53: take part in coherency */
#define CPUECTLR_EL1		S3_1_C15_C2_1
#define CPUECTLR_SMPEN		(1 << 6)

#define SCTLR_EL1_RES1		0x30d00800
#define SCTLR_M			(1 << 0)
#define SCTLR_C			(1 << 2)
#define SCTLR_SA		(1 << 3)
#define SCTLR_I			(1 << 12)
#define SCTLR_WXN		(1 << 19)

/* CTR_EL0: log2 of the words of the smallest data cache line */
#define CTR_DMINLINE_SHIFT	16
#define CTR_DMINLINE_WIDTH	4

/* MPIDR_EL1: number of the core in its cluster */
#define MPIDR_AFF0		0xff

#ifndef __ASSEMBLER__

#define read_sysreg(name) ({						\
	uint64_t value_;						\
									\
	__asm__ volatile("mrs %0, " #name : "=r"(value_));		\
	value_;								\
})

#define write_sysreg(name, value)					\
	__asm__ volatile("msr " #name ", %0" : :			\
			 "r"((uint64_t)(value)) : "memory")

#define isb()		__asm__ volatile("isb" : : : "memory")
#define dsb_sy()	__asm__ volatile("dsb sy" : : : "memory")
#define dmb_sy()	__asm__ volatile("dmb sy" : : : "memory")
#define wfi()		__asm__ volatile("wfi" : : : "memory")
#define irq_mask()	__asm__ volatile("msr daifset, #2" : : : "memory")
#define irq_unmask()	__asm__ volatile("msr daifclr, #2" : : : "memory")
#define serror_unmask()	__asm__ volatile("msr daifclr, #4" : : : "memory")

#endif /* __ASSEMBLER__ */

#endif /* SYSREG_H */
