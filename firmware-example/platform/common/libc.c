// SPDX-License-Identifier: BSD-3-Clause
/*
 * The four functions a freestanding compiler may call without being asked.
 *
 * Built so that it does not make calls to themselves out of their loops.
 */
#include <stddef.h>

void *memcpy(void *dst, const void *src, size_t len);
void *memmove(void *dst, const void *src, size_t len);
void *memset(void *dst, int value, size_t len);
int memcmp(const void *a, const void *b, size_t len);

void *memcpy(void *dst, const void *src, size_t len)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	while (len--)
		*d++ = *s++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t len)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	if (d <= s)
		return memcpy(dst, src, len);
	while (len--)
		d[len] = s[len];
	return dst;
}

void *memset(void *dst, int value, size_t len)
{
	unsigned char *d = dst;

	while (len--)
		*d++ = value;
	return dst;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const unsigned char *x = a, *y = b;

	for (; len && *x == *y; len--) {
		x++;
		y++;
	}
	return len ? *x - *y : 0;
}
