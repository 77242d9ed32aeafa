// SPDX-License-Identifier: BSD-3-Clause
/*
 * UART1, a PL011: transmit only, polled. The rate is as the boot loader left it.
 *
 * Its transmit interrupt is the only one of this machine that a core can raise
 * for the host, whom each character rings.
 */
#include <stddef.h>

#include "io.h"
#include "memory_map.h"
#include "sysreg.h"
#include "uart.h"

#define UART_DR			0x00
#define UART_FR			0x18
#define UART_FR_TX_FULL		(1 << 5)
#define UART_LCR_H		0x2c
#define UART_LCR_H_8_BITS	(3 << 5)
#define UART_CR			0x30
#define UART_CR_ENABLE		(1 << 0)
#define UART_CR_TX_ENABLE	(1 << 8)

/**
 * uart_init() - switch the transmitter on
 */
void uart_init(void)
{
	write32(UART_BASE + UART_LCR_H, UART_LCR_H_8_BITS);
	write32(UART_BASE + UART_CR, UART_CR_ENABLE | UART_CR_TX_ENABLE);
}

/**
 * uart_putc() - send a character
 * @unused: so that it can be a fmt_put
 * @c: the character
 */
void uart_putc(void *unused, char c)
{
	(void)unused;
	while (read32(UART_BASE + UART_FR) & UART_FR_TX_FULL)
		;
	write32(UART_BASE + UART_DR, c);
}

/**
 * uart_ring() - raise the transmit interrupt
 *
 * What was written before is visible by then.
 */
void uart_ring(void)
{
	dsb_sy();
	uart_putc(NULL, 0);
}
