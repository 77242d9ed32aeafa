/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The three memory functions the library needs, so that it needs no libc.
 */
#ifndef RPMSG_MEM_H
#define RPMSG_MEM_H

#include "rpmsg_config.h"

void mem_copy(void *dst, const void *src, size_t len);
void mem_zero(void *dst, size_t len);
size_t str_len(const char *s, size_t max);

#endif /* RPMSG_MEM_H */
