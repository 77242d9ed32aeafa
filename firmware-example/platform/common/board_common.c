// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is the same on every board: parts of the port, the log, crash reports and
 * the nonce. memory_map.h and timer.h are the platform's.
 */
#include "board_priv.h"
#include "ctrl.h"
#include "fmt.h"
#include "memory_map.h"
#include "timer.h"
#include "trace.h"
#include "uart.h"

#ifndef BUILD_VERSION
#define BUILD_VERSION		"unknown"
#endif

/* The control block of the image, if it has one. */
extern char __ctrl_start[], __ctrl_end[];

static struct trace trace;
static uint64_t nonce;

/**
 * board_da_to_ptr() - the port's da_to_ptr
 * @priv: not used
 * @da: device address, the same as the physical one
 * @len: bytes
 *
 * Rings and buffers only: nothing the host says leads into the image.
 *
 * Return: a pointer, or NULL if not all of it is shared with the host.
 */
void *board_da_to_ptr(void *priv, uint64_t da, size_t len)
{
	(void)priv;
	if (da < SHARED_BASE || len > SHARED_SIZE ||
	    da - SHARED_BASE > SHARED_SIZE - len)
		return NULL;
	return (void *)(uintptr_t)da;
}

/**
 * board_time_us() - the port's time_us
 * @priv: not used
 *
 * Return: microseconds since some point in the past.
 */
uint64_t board_time_us(void *priv)
{
	(void)priv;
	return timer_now_us();
}

static void log_line(const char *fmt, va_list args)
{
	if (trace.buf)
		trace_vprintf(&trace, fmt, args);
	else
		fmt_vprint(uart_putc, NULL, fmt, args);
}

/**
 * board_log() - write a line to the trace, or to the UART without one
 * @fmt: format, see fmt_vprint(); ends in "\n"
 * @...: its arguments
 *
 * From any context.
 */
void board_log(const char *fmt, ...)
{
	uintptr_t key = port_lock(&board_port);
	va_list args;

	va_start(args, fmt);
	log_line(fmt, args);
	va_end(args);
	port_unlock(&board_port, key);
}

/**
 * board_report_crash() - leave a crash record, and ring for it
 * @crash: the record
 *
 * The trace first, for a host that knows no control block.
 */
void board_report_crash(const struct ampkit_crash *crash)
{
	board_log("%s\n", crash->message);
	if ((uintptr_t)__ctrl_start != (uintptr_t)__ctrl_end)
		ctrl_crash((void *)__ctrl_start, &board_port, crash);
}

/**
 * board_log_init() - log to memory that the host can read from now on
 * @buf: from RSC_TRACE()
 * @size: its size, bytes
 * @name: of the application
 */
void board_log_init(char *buf, size_t size, const char *name)
{
	trace_init(&trace, buf, size);
	board_log_core(name);
	board_log("build: %s, gcc-compatible " __VERSION__ "\n", BUILD_VERSION);
	board_log("nonce: %016llx\n", (unsigned long long)nonce);
}

/**
 * board_log_pin() - keep what was logged so far when the log wraps
 */
void board_log_pin(void)
{
	trace_pin(&trace);
}

/**
 * board_nonce() - a number that tells this boot from all others
 *
 * Return: the number.
 */
uint64_t board_nonce(void)
{
	return nonce;
}

/* The finaliser of splitmix64: neighbours in, strangers out. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/**
 * board_seed() - draw the nonce
 * @seed: what no other boot of any core has, such as the time and its number
 */
void board_seed(uint64_t seed)
{
	nonce = mix(seed);
}
