/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A printf that is small enough for firmware.
 */
#ifndef FMT_H
#define FMT_H

#include "rpmsg_config.h"

typedef void (*fmt_put)(void *ctx, char c);

void fmt_vprint(fmt_put put, void *ctx, const char *fmt, va_list args);

size_t fmt_string(char *buf, size_t size, const char *fmt, ...)
	RPMSG_PRINTF(3, 4);

#endif /* FMT_H */
