/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Access to device registers.
 */
#ifndef IO_H
#define IO_H

#include <stdint.h>

static inline uint8_t read8(uintptr_t addr)
{
	return *(volatile uint8_t *)addr;
}

static inline void write8(uintptr_t addr, uint8_t value)
{
	*(volatile uint8_t *)addr = value;
}

static inline uint32_t read32(uintptr_t addr)
{
	return *(volatile uint32_t *)addr;
}

static inline void write32(uintptr_t addr, uint32_t value)
{
	*(volatile uint32_t *)addr = value;
}

#endif /* IO_H */
