// SPDX-License-Identifier: BSD-3-Clause
/*
 * A log in memory that the host reads as text, see trace.h.
 */
#include "fmt.h"
#include "trace.h"

/**
 * trace_init() - start an empty log
 * @trace: the log
 * @buf: its memory
 * @size: bytes, 2 at least
 */
void trace_init(struct trace *trace, char *buf, size_t size)
{
	*trace = (struct trace){ .buf = buf, .size = size };
	trace->buf[0] = '\0';
	trace->buf[size - 1] = '\0';
}

/**
 * trace_pin() - keep what was written so far for good
 * @trace: the log
 *
 * Ignored when that would leave no room to write in.
 */
void trace_pin(struct trace *trace)
{
	if (!trace->wrapped && trace->pos < trace->size / 2)
		trace->start = trace->pos;
}

/*
 * At the end of the memory: go on behind the pinned text, and take the
 * unfinished text along unless it fills half of the log alone.
 */
static void wrap(struct trace *trace)
{
	size_t len = trace->pos - trace->text;
	size_t i;

	if (len >= (trace->size - trace->start) / 2)
		len = 0;
	for (i = 0; i < len; i++)
		trace->buf[trace->start + i] = trace->buf[trace->text + i];
	trace->buf[trace->pos - len] = '\0';
	trace->text = trace->start;
	trace->pos = trace->start + len;
	trace->wrapped = true;
}

/* The last byte stays NUL for good. */
static void put_char(void *ctx, char c)
{
	struct trace *trace = ctx;

	if (trace->pos >= trace->size - 1)
		wrap(trace);
	trace->buf[trace->pos++] = c;
}

/* What is left of a line that was overwritten in part is no text any more. */
static void end_text(struct trace *trace)
{
	size_t i = trace->pos;

	trace->text = trace->pos;
	if (!trace->wrapped) {
		trace->buf[i] = '\0';
		return;
	}
	while (i < trace->size - 1 && trace->buf[i] && trace->buf[i] != '\n')
		trace->buf[i++] = '~';
}

/**
 * trace_puts() - write a text
 * @trace: the log
 * @text: the text; lines end in "\n"
 */
void trace_puts(struct trace *trace, const char *text)
{
	while (*text)
		put_char(trace, *text++);
	end_text(trace);
}

/**
 * trace_vprintf() - write a formatted text
 * @trace: the log
 * @fmt: format, see fmt_vprint()
 * @args: its arguments
 */
void trace_vprintf(struct trace *trace, const char *fmt, va_list args)
{
	fmt_vprint(put_char, trace, fmt, args);
	end_text(trace);
}

/**
 * trace_printf() - write a formatted text
 * @trace: the log
 * @fmt: format, see fmt_vprint()
 * @...: its arguments
 */
void trace_printf(struct trace *trace, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	trace_vprintf(trace, fmt, args);
	va_end(args);
}
