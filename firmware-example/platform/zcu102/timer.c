// SPDX-License-Identifier: BSD-3-Clause
/*
 * The generic timer of the core. The virtual one: EL1 may use it wherever it
 * was started from.
 */
#include <stdint.h>

#include "sysreg.h"
#include "timer.h"

#define US_PER_S		1000000
/* CNTV_CTL_EL0 */
#define CNTV_ENABLE		1

/* Whole seconds apart, so that the product fits for 500 years. */
static uint64_t ticks_to_us(uint64_t ticks)
{
	uint64_t hz = read_sysreg(cntfrq_el0);

	return ticks / hz * US_PER_S + ticks % hz * US_PER_S / hz;
}

/**
 * timer_off() - no alarm any more
 */
void timer_off(void)
{
	write_sysreg(cntv_ctl_el0, 0);
	isb();
}

/**
 * timer_init() - start without an alarm, whatever an earlier life left
 *
 * A core that is killed while its alarm runs can come back with the interrupt
 * line raised and the timer off (QEMU does so): only switching the timer on,
 * with an alarm far away, lets the line fall.
 */
void timer_init(void)
{
	write_sysreg(cntv_cval_el0, INT64_MAX);
	write_sysreg(cntv_ctl_el0, CNTV_ENABLE);
	isb();
	timer_off();
}

/**
 * timer_now_us() - the time
 *
 * Return: microseconds since some point before the start.
 */
uint64_t timer_now_us(void)
{
	isb();
	return ticks_to_us(read_sysreg(cntvct_el0));
}

/**
 * timer_set() - raise TIMER_INTERRUPT once
 * @us: from now
 */
void timer_set(uint32_t us)
{
	uint64_t ticks = us * read_sysreg(cntfrq_el0) / US_PER_S;

	write_sysreg(cntv_cval_el0, read_sysreg(cntvct_el0) + ticks);
	write_sysreg(cntv_ctl_el0, CNTV_ENABLE);
	isb();
}
