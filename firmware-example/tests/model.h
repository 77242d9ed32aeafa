/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that two ends share, as bad as an architecture may make it.
 *
 * Each end has a cache of its own that nothing keeps coherent. What it writes
 * reaches memory only when it is cleaned, and then late and in any order, but
 * for barriers and for writes to the same place. What it reads is what it read
 * before until it is invalidated, and may then be older than what it reads
 * elsewhere, until a barrier. What is cleaned, invalidated or ordered where it
 * has to be never notices; a missing call does, sooner or later.
 *
 * Both ends run on one processor, and each may be interrupted by the other
 * wherever it calls its port.
 */
#ifndef MODEL_H
#define MODEL_H

#include "port.h"

#define MODEL_SIZE	4096U
#define MODEL_DA	0x10000000U
#define MODEL_ENDS	2

struct model_end;

void model_reset(uint64_t seed);
void *model_view(unsigned int end, uint32_t da);
const struct rpmsg_port *model_port(unsigned int end);
void model_run(unsigned int end);
void model_run_both(void (*remote)(void), void (*host)(void));
void model_yield(void);
void model_settle(void);
void model_on_peek(void (*look)(void));
void model_on_bell(unsigned int end, void (*bell)(unsigned int end));

#endif /* MODEL_H */
