/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The board, for an application: a port for the library, a log, a nonce.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "port.h"

/* What rpmsg_remote_init() gets. */
extern const struct rpmsg_port board_port;

/* The application's; when it returns, the core rests until its next reset. */
int main(void);

void board_log_init(char *buf, size_t size, const char *name);
void board_log_pin(void);
void board_log(const char *fmt, ...) RPMSG_PRINTF(1, 2);
uint64_t board_nonce(void);
void board_add_bell(unsigned int id);
void board_panic(unsigned int cause, const char *message)
	__attribute__((noreturn));

/*
 * Called inside the doorbell's interrupt handler, before the remotes are told:
 * for tests. The default does nothing; an application may define its own.
 */
void board_bell_hook(void);

#endif /* BOARD_H */
