// SPDX-License-Identifier: BSD-3-Clause
/*
 * Memory functions, see mem.h.
 */
#include "mem.h"

/**
 * mem_copy() - copy bytes between buffers that do not overlap
 * @dst: where to
 * @src: where from
 * @len: bytes
 *
 * Copies words where both sides allow it: shared memory is not cached, so
 * that each access costs a trip to memory.
 */
void mem_copy(void *dst, const void *src, size_t len)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	if ((((uintptr_t)d | (uintptr_t)s) & (sizeof(long) - 1)) == 0) {
		for (; len >= sizeof(long); len -= sizeof(long)) {
			*(long __attribute__((may_alias)) *)d =
				*(const long __attribute__((may_alias)) *)s;
			d += sizeof(long);
			s += sizeof(long);
		}
	}
	while (len--)
		*d++ = *s++;
}

/**
 * mem_zero() - clear bytes
 * @dst: what to clear
 * @len: bytes
 */
void mem_zero(void *dst, size_t len)
{
	unsigned char *d = dst;

	while (len--)
		*d++ = 0;
}

/**
 * str_len() - length of a string that may lack its NUL
 * @s: the string
 * @max: bytes that may be read
 *
 * Return: the length without the NUL, @max when there is none.
 */
size_t str_len(const char *s, size_t max)
{
	size_t len = 0;

	while (len < max && s[len])
		len++;
	return len;
}
