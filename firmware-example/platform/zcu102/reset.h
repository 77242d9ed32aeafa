/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting and stopping another core.
 */
#ifndef RESET_H
#define RESET_H

#include <stdint.h>

void core_start(unsigned int core, uint64_t entry);
void core_stop(unsigned int core);

#endif /* RESET_H */
