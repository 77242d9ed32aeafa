// SPDX-License-Identifier: BSD-3-Clause
/*
 * A printf that is small enough for firmware: %s %c %d %u %x %%, with l, ll or
 * z before the integers, and a width with or without a leading 0.
 */
#include "fmt.h"

/* Digits of 2^64 in the smallest base used, 10. */
#define MAX_DIGITS	20

/**
 * struct fmt_spec - one conversion
 * @width: characters at least
 * @pad: what fills it
 * @longs: l's that were seen
 */
struct fmt_spec {
	unsigned int width;
	char pad;
	unsigned int longs;
};

static const char *parse_spec(const char *fmt, struct fmt_spec *spec)
{
	*spec = (struct fmt_spec){ .pad = ' ' };
	if (*fmt == '0') {
		spec->pad = '0';
		fmt++;
	}
	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		spec->width = spec->width * 10 + (*fmt - '0');
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		spec->longs++;
	return fmt;
}

/* 64 by 32 bits would call a library on a 32-bit machine: 16 at a time. */
static unsigned int take_decimal(uint64_t *value)
{
	uint64_t quotient = 0;
	uint32_t rest = 0;
	int shift;

	for (shift = 48; shift >= 0; shift -= 16) {
		rest = rest << 16 | (*value >> shift & 0xffff);
		quotient = quotient << 16 | rest / 10;
		rest %= 10;
	}
	*value = quotient;
	return rest;
}

static unsigned int take_hex(uint64_t *value)
{
	unsigned int digit = *value & 0xf;

	*value >>= 4;
	return digit;
}

static void put_number(fmt_put put, void *ctx, const struct fmt_spec *spec,
		       uint64_t value, unsigned int base)
{
	char digits[MAX_DIGITS];
	unsigned int len = 0, i;

	do {
		digits[len++] = "0123456789abcdef"[base == 16 ?
			take_hex(&value) : take_decimal(&value)];
	} while (value);
	for (i = len; i < spec->width; i++)
		put(ctx, spec->pad);
	while (len)
		put(ctx, digits[--len]);
}

static void put_string(fmt_put put, void *ctx, const char *s)
{
	if (!s)
		s = "(null)";
	while (*s)
		put(ctx, *s++);
}

/* va_list can be an array: only a pointer to it passes it on everywhere. */
struct fmt_args {
	va_list list;
};

static uint64_t next_integer(struct fmt_args *args, unsigned int longs)
{
	if (longs > 1)
		return va_arg(args->list, unsigned long long);
	if (longs)
		return va_arg(args->list, unsigned long);
	return va_arg(args->list, unsigned int);
}

static int64_t as_signed(uint64_t value, unsigned int longs)
{
	if (longs > 1)
		return value;
	return longs ? (long)value : (int)value;
}

/* All kinds in one: to take an argument is the most of the code. */
static void put_integer(fmt_put put, void *ctx, char kind,
			const struct fmt_spec *spec, struct fmt_args *args)
{
	uint64_t value = next_integer(args, spec->longs);
	int64_t number = as_signed(value, spec->longs);

	if (kind == 'd' && number < 0) {
		put(ctx, '-');
		value = -(uint64_t)number;
	}
	put_number(put, ctx, spec, value, kind == 'x' ? 16 : 10);
}

static void put_conversion(fmt_put put, void *ctx, char kind,
			   const struct fmt_spec *spec, struct fmt_args *args)
{
	switch (kind) {
	case 's':
		put_string(put, ctx, va_arg(args->list, const char *));
		break;
	case 'c':
		put(ctx, va_arg(args->list, int));
		break;
	case 'd':
	case 'u':
	case 'x':
		put_integer(put, ctx, kind, spec, args);
		break;
	default:
		put(ctx, kind);
	}
}

/**
 * fmt_vprint() - format a text
 * @put: gets each character
 * @ctx: handed to @put
 * @fmt: format
 * @args: its arguments
 */
void fmt_vprint(fmt_put put, void *ctx, const char *fmt, va_list args)
{
	struct fmt_args copy;
	struct fmt_spec spec;

	va_copy(copy.list, args);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(ctx, *fmt);
			continue;
		}
		fmt = parse_spec(fmt + 1, &spec);
		if (!*fmt)
			break;
		put_conversion(put, ctx, *fmt, &spec, &copy);
	}
	va_end(copy.list);
}

/* Where fmt_string() is; the last byte is for the NUL. */
struct fmt_buf {
	char *buf;
	size_t room;
	size_t len;
};

static void put_buf(void *ctx, char c)
{
	struct fmt_buf *to = ctx;

	if (to->len < to->room)
		to->buf[to->len++] = c;
}

/**
 * fmt_string() - format a text into memory
 * @buf: the memory
 * @size: its size, bytes, 1 at least; what does not fit is left away
 * @fmt: format
 * @...: its arguments
 *
 * Return: the length without the NUL that always ends it.
 */
size_t fmt_string(char *buf, size_t size, const char *fmt, ...)
{
	struct fmt_buf to = { .buf = buf, .room = size - 1 };
	va_list args;

	va_start(args, fmt);
	fmt_vprint(put_buf, &to, fmt, args);
	va_end(args);
	buf[to.len] = '\0';
	return to.len;
}
