/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rproc_elf.h - the remoteproc core's ELF loader: exported for platform
 * drivers, but declared in the core's private header
 */

#ifndef AMPKIT_BENCH_RPROC_ELF_H
#define AMPKIT_BENCH_RPROC_ELF_H

#include <linux/types.h>

struct firmware;
struct resource_table;
struct rproc;

int rproc_elf_sanity_check(struct rproc *rproc, const struct firmware *fw);
u64 rproc_elf_get_boot_addr(struct rproc *rproc, const struct firmware *fw);
int rproc_elf_load_segments(struct rproc *rproc, const struct firmware *fw);
int rproc_elf_load_rsc_table(struct rproc *rproc, const struct firmware *fw);
struct resource_table *
rproc_elf_find_loaded_rsc_table(struct rproc *rproc, const struct firmware *fw);

#endif /* AMPKIT_BENCH_RPROC_ELF_H */
