// SPDX-License-Identifier: BSD-3-Clause
/*
 * A clock, from the cycle counter of the performance monitors: an R5F has no
 * timer of its own. It counts every 64th cycle, in 32 bits.
 */
#include "memory_map.h"
#include "sysreg.h"
#include "timer.h"

#define PMCR_ENABLE		(1 << 0)
#define PMCR_EVERY_64TH		(1 << 3)
#define PMCNTEN_CYCLES		(1U << 31)

#define COUNTER_HZ		(CORE_HZ / 64)
#define US_PER_S		1000000

static uint64_t ticks;

/**
 * timer_init() - let the clock run, from where the counter happens to be
 */
void timer_init(void)
{
	write_sysreg(PMCR, PMCR_ENABLE | PMCR_EVERY_64TH);
	write_sysreg(PMCNTENSET, PMCNTEN_CYCLES);
	isb();
	/* Unknown after a reset: far ahead of 0 would pass for a step back */
	ticks = read_sysreg(PMCCNTR);
}

/**
 * timer_now_us() - the time
 *
 * To be called twice in a turn of the counter, which is 275 s at 1 GHz: port_wait()
 * sees to that. An emulated counter may step back a little, when its core goes
 * from one of the host's to another, and that must not pass for nearly a turn.
 *
 * Return: microseconds since some point before the start.
 */
uint64_t timer_now_us(void)
{
	uint32_t now = read_sysreg(PMCCNTR);
	int32_t passed = now - (uint32_t)ticks;

	if (passed > 0)
		ticks += passed;
	return ticks / COUNTER_HZ * US_PER_S +
	       ticks % COUNTER_HZ * US_PER_S / COUNTER_HZ;
}
