/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Address map of the core.
 */
#ifndef MMU_H
#define MMU_H

#include <stdint.h>

void mmu_init(void);
void mmu_map_shared(uintptr_t start, uintptr_t size);
void mmu_map_device(uintptr_t start, uintptr_t size);

#endif /* MMU_H */
