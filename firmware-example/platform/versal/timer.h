/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A clock, from the core's cycle counter.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stdint.h>

void timer_init(void);
uint64_t timer_now_us(void);

#endif /* TIMER_H */
