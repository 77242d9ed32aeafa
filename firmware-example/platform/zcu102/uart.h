/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UART1, for messages of an image that has no trace.
 */
#ifndef UART_H
#define UART_H

void uart_init(void);
void uart_putc(void *unused, char c);

#endif /* UART_H */
