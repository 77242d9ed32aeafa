/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Single, whole accesses to little-endian memory that the peer writes too.
 *
 * Each load reads memory exactly once, so that a value that was checked is the
 * value that is used: volatile keeps the compiler from reading it again.
 */
#ifndef ENDIAN_IO_H
#define ENDIAN_IO_H

#include "rpmsg_config.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LE_SWAP(bits, value)	(value)
#else
#define LE_SWAP(bits, value)	__builtin_bswap##bits(value)
#endif

static inline uint8_t load8(const uint8_t *p)
{
	return *(const volatile uint8_t *)p;
}

static inline uint16_t load_le16(const uint16_t *p)
{
	return LE_SWAP(16, *(const volatile uint16_t *)p);
}

static inline uint32_t load_le32(const uint32_t *p)
{
	return LE_SWAP(32, *(const volatile uint32_t *)p);
}

/* Two accesses on a 32-bit machine: callers check what they got. */
static inline uint64_t load_le64(const uint64_t *p)
{
	return LE_SWAP(64, *(const volatile uint64_t *)p);
}

static inline void store8(uint8_t *p, uint8_t value)
{
	*(volatile uint8_t *)p = value;
}

static inline void store_le16(uint16_t *p, uint16_t value)
{
	*(volatile uint16_t *)p = LE_SWAP(16, value);
}

static inline void store_le32(uint32_t *p, uint32_t value)
{
	*(volatile uint32_t *)p = LE_SWAP(32, value);
}

/* Two accesses on a 32-bit machine: for what the peer reads after a signal. */
static inline void store_le64(uint64_t *p, uint64_t value)
{
	*(volatile uint64_t *)p = LE_SWAP(64, value);
}

#endif /* ENDIAN_IO_H */
