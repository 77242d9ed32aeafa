// SPDX-License-Identifier: BSD-3-Clause
/*
 * UART1, a Cadence UART: transmit only, polled. The rate is as the boot loader
 * left it.
 */
#include "io.h"
#include "memory_map.h"
#include "uart.h"

#define UART_CR			0x00
#define UART_CR_TX_EN		(1 << 4)
#define UART_SR			0x2c
#define UART_SR_TX_FULL		(1 << 4)
#define UART_FIFO		0x30

/**
 * uart_init() - switch the transmitter on
 */
void uart_init(void)
{
	write32(UART_BASE + UART_CR, UART_CR_TX_EN);
}

/**
 * uart_putc() - send a character
 * @unused: so that it can be a fmt_put
 * @c: the character
 */
void uart_putc(void *unused, char c)
{
	(void)unused;
	while (read32(UART_BASE + UART_SR) & UART_SR_TX_FULL)
		;
	write32(UART_BASE + UART_FIFO, c);
}
