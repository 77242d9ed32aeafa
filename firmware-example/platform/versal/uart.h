/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UART1, for messages of an image that has no trace, and as the host's bell.
 */
#ifndef UART_H
#define UART_H

void uart_init(void);
void uart_putc(void *unused, char c);
void uart_ring(void);

#endif /* UART_H */
