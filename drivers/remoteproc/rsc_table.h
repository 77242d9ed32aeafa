/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rsc_table.h - checks of a resource table before anybody believes it
 *
 * Pure functions on bytes: no device, no allocation.
 */

#ifndef AMPKIT_RSC_TABLE_H
#define AMPKIT_RSC_TABLE_H

#include <linux/remoteproc.h>
#include <linux/types.h>

/**
 * struct rsc_entry - one entry of a resource table
 * @type: enum fw_resource_type, or a vendor's
 * @offset: where its body starts, bytes from the start of the table
 * @len: bytes from there to the end of the table or to the next entry
 */
struct rsc_entry {
	u32 type;
	u32 offset;
	u32 len;
};

int rsc_table_check(const void *table, size_t len, const char **why);
unsigned int rsc_table_num(const void *table);
struct rsc_entry rsc_table_entry(const void *table, size_t len,
				 unsigned int i);

#endif /* AMPKIT_RSC_TABLE_H */
