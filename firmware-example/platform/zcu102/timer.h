/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The generic timer of the core: a clock and one alarm.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stdint.h>

void timer_init(void);
uint64_t timer_now_us(void);
void timer_set(uint32_t us);
void timer_off(void);

#endif /* TIMER_H */
