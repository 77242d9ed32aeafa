/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A log in memory that the host reads as text (debugfs trace0).
 *
 * The text is always NUL terminated. When the memory is full, the newest text
 * overwrites the oldest; what was pinned stays. Where '~' then ends a line, the
 * newest is above and the oldest that is left is below.
 */
#ifndef TRACE_H
#define TRACE_H

#include "rpmsg_config.h"

/**
 * struct trace - a log; all members are the library's
 * @buf: the memory, shared with the host
 * @size: its size, bytes
 * @start: end of the pinned text, where writing goes on after a wrap
 * @text: where the text that is being written began
 * @pos: where the next character goes
 * @wrapped: there is older text behind @pos
 */
struct trace {
	volatile char *buf;
	size_t size;
	size_t start;
	size_t text;
	size_t pos;
	bool wrapped;
};

void trace_init(struct trace *trace, char *buf, size_t size);
void trace_pin(struct trace *trace);
void trace_puts(struct trace *trace, const char *text);
void trace_vprintf(struct trace *trace, const char *fmt, va_list args);
void trace_printf(struct trace *trace, const char *fmt, ...)
	RPMSG_PRINTF(2, 3);

#endif /* TRACE_H */
