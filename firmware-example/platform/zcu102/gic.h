/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The interrupt controller, a GICv2 that is shared with the host.
 *
 * The distributor belongs to the host. This side touches only the interrupts
 * that are its own, and of registers that several interrupts share only those
 * with write-1 or byte access. It never writes ICFGR or GICD_CTLR.
 */
#ifndef GIC_H
#define GIC_H

/* Distributor; one bit (or one byte) an interrupt */
#define GICD_IGROUPR		0x080
#define GICD_ISENABLER		0x100
#define GICD_ICENABLER		0x180
#define GICD_ISPENDR		0x200
#define GICD_ICPENDR		0x280
#define GICD_ISACTIVER		0x300
#define GICD_ICACTIVER		0x380
#define GICD_IPRIORITYR		0x400
#define GICD_ITARGETSR		0x800

/* Interface of this core */
#define GICC_CTLR		0x00
#define GICC_CTLR_ENABLE	1
#define GICC_PMR		0x04
#define GICC_PMR_ALL		0xff
#define GICC_BPR		0x08
#define GICC_IAR		0x0c
#define GICC_IAR_ID		0x3ff
#define GICC_EOIR		0x10
#define GICC_APR		0xd0
#define GICC_NSAPR		0xe0

/* Ids from here on mean that there is nothing to handle. */
#define GIC_NUM_IDS		1020

#ifndef __ASSEMBLER__
#include <stdint.h>

void gic_init(const unsigned int *own, unsigned int num);
void gic_arm(unsigned int id);
void gic_ring(unsigned int id);
uint32_t gic_ack(void);
void gic_end(uint32_t iar);
#endif

#endif /* GIC_H */
