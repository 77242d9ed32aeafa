/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What board.c of each platform and board_common.c have of each other.
 */
#ifndef BOARD_PRIV_H
#define BOARD_PRIV_H

#include <ampkit/ctrl.h>

#include "board.h"

/* board_common.c */
void *board_da_to_ptr(void *priv, uint64_t da, size_t len);
uint64_t board_time_us(void *priv);
void board_seed(uint64_t seed);
void board_report_crash(const struct ampkit_crash *crash);

/* board.c of the platform */
void board_log_core(const char *name);

#endif /* BOARD_PRIV_H */
