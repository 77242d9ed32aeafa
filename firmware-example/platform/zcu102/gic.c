// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt controller, see gic.h for whose it is.
 */
#include "gic.h"
#include "io.h"
#include "memory_map.h"
#include "sysreg.h"

/* In the middle of what the host uses; all that counts is PMR lets it by. */
#define PRIORITY		0xa0

static uintptr_t bit_reg(uintptr_t offset, unsigned int id)
{
	return GICD_BASE + offset + id / 32 * 4;
}

static uint32_t bit_of(unsigned int id)
{
	return 1U << (id % 32);
}

/* The targets of the first 32 interrupts read as the core that reads. */
static uint8_t own_target(void)
{
	return read8(GICD_BASE + GICD_ITARGETSR);
}

/*
 * A reset of the core does not reset its interface. An interrupt whose handler
 * was killed is still active, and hides all others of its priority: end it,
 * then forget that it ever was.
 */
static void forget(unsigned int id)
{
	if (read32(bit_reg(GICD_ISACTIVER, id)) & bit_of(id))
		write32(GICC_BASE + GICC_EOIR, id);
	write32(bit_reg(GICD_ICACTIVER, id), bit_of(id));
	write32(bit_reg(GICD_ICPENDR, id), bit_of(id));
}

/**
 * gic_arm() - let an interrupt through to this core
 * @id: the interrupt, one of our own
 *
 * Again and again if need be: the host sets up all shared interrupts anew when
 * it boots.
 */
void gic_arm(unsigned int id)
{
	write8(GICD_BASE + GICD_IPRIORITYR + id, PRIORITY);
	if (id >= GIC_SPI(0))
		write8(GICD_BASE + GICD_ITARGETSR + id, own_target());
	dsb_sy();
	write32(bit_reg(GICD_ISENABLER, id), bit_of(id));
}

/**
 * gic_init() - start the interface of this core
 * @own: the interrupts that are ours to receive
 * @num: how many
 */
void gic_init(const unsigned int *own, unsigned int num)
{
	unsigned int i;

	/* Ending an interrupt needs the interface on. */
	write32(GICC_BASE + GICC_CTLR, GICC_CTLR_ENABLE);
	for (i = 0; i < num; i++)
		forget(own[i]);
	write32(GICC_BASE + GICC_APR, 0);
	write32(GICC_BASE + GICC_NSAPR, 0);
	write32(GICC_BASE + GICC_BPR, 0);
	write32(GICC_BASE + GICC_PMR, GICC_PMR_ALL);
	for (i = 0; i < num; i++)
		gic_arm(own[i]);
}

/**
 * gic_ring() - make an interrupt pending, for whoever it goes to
 * @id: the interrupt
 *
 * All that was written before is visible first.
 */
void gic_ring(unsigned int id)
{
	dsb_sy();
	write32(bit_reg(GICD_ISPENDR, id), bit_of(id));
}

/**
 * gic_ack() - take the interrupt that is to be handled
 *
 * Return: what gic_end() needs; the id is in GICC_IAR_ID.
 */
uint32_t gic_ack(void)
{
	return read32(GICC_BASE + GICC_IAR);
}

/**
 * gic_end() - the interrupt is handled
 * @iar: from gic_ack()
 */
void gic_end(uint32_t iar)
{
	dsb_sy();
	write32(GICC_BASE + GICC_EOIR, iar);
}
