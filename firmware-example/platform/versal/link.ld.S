/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Layout of an image. Goes through the C preprocessor for memory_map.h.
 *
 * Virtual, physical and device addresses are the same. What is shared with the
 * host is in a block of its own: it is never cached, while the rest is.
 */
#include "memory_map.h"

#define ATTACH_MAGIC		0x78616d70

ENTRY(_start)

PHDRS
{
	code PT_LOAD FLAGS(5);
	data PT_LOAD FLAGS(6);
	open PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = IMAGE_BASE;

	/*
	 * The attach header, where the host looks for the table of an image
	 * that somebody else has started (xlnx_r5_remoteproc of Linux): version,
	 * magic, its complement, size and address of the table.
	 */
	.text : {
		__text_start = .;
		LONG(1)
		LONG(__table_end > __table_start ? ATTACH_MAGIC : 0)
		LONG(__table_end > __table_start ? ~ATTACH_MAGIC : 0)
		LONG(__table_end - __table_start)
		QUAD(__table_end > __table_start ? __table_start : 0)
		. = ALIGN(32);
		KEEP(*(.text.start))
		*(.text .text.*)
		*(.rodata .rodata.*)
		__text_end = .;
	} :code

	. = DATA_BASE;

	.data : {
		__data_start = .;
		*(.data .data.*)
	} :data

	.bss (NOLOAD) : {
		. = ALIGN(16);
		__bss_start = .;
		*(.bss .bss.* COMMON)
		. = ALIGN(16);
		__bss_end = .;
	} :data

	/* A page that nobody may touch lies below each stack. */
	.stack (NOLOAD) : {
		. = ALIGN(PAGE_SIZE);
		. += PAGE_SIZE;
		__stack_start = .;
		. += STACK_SIZE;
		__stack_end = .;
		. += PAGE_SIZE;
		__fatal_stack_start = .;
		. += FATAL_STACK_SIZE;
		__fatal_stack_end = .;
		__data_end = .;
	} :data

	. = OPEN_BASE;

	/* Absent in an image without a table. */
	.resource_table : {
		__table_start = .;
		KEEP(*(.resource_table))
		__table_end = .;
	} :open

	/* The control block; absent likewise. */
	.ctrl ALIGN(PAGE_SIZE) : {
		__ctrl_start = .;
		KEEP(*(.ctrl))
		__ctrl_end = .;
	} :open

	.trace (NOLOAD) : {
		. = ALIGN(PAGE_SIZE);
		__trace_start = .;
		*(.trace)
		. = ALIGN(PAGE_SIZE);
		__trace_end = .;
	} :open

#include "link_debug.ld.h"

	/DISCARD/ : {
		*(.ARM.attributes .ARM.exidx* .ARM.extab* .eh_frame* .note* .llvm*)
		*(.plt .iplt .got .got.plt .igot .igot.plt .vfp11_veneer)
		*(.v4_bx .glue_7 .glue_7t .rel.* .rel.iplt)
		*(.dynamic .dynsym .dynstr .hash .gnu.hash .interp)
	}
}

ASSERT(__text_start == IMAGE_BASE, "the attach header is not at the start")
ASSERT(_start == IMAGE_BASE + IMAGE_ENTRY,
       "the vectors do not follow the attach header")
ASSERT(_start % 32 == 0, "the vectors are not aligned to 32 bytes")
ASSERT(__text_end <= CODE_BASE + (1 << CODE_LOG2),
       "the code does not fit its block")
ASSERT(__data_start == DATA_BASE, ".data does not start its block")
ASSERT(__data_end <= DATA_BASE + (1 << DATA_LOG2),
       "the data does not fit its block")
ASSERT(__stack_start % PAGE_SIZE == 0, ".stack does not start a page")
ASSERT(__ctrl_start % PAGE_SIZE == 0, ".ctrl does not start a page")
ASSERT(__trace_start % PAGE_SIZE == 0, ".trace does not start a page")
/* The last word counts boots */
ASSERT(__trace_end <= OPEN_BASE + (1 << OPEN_LOG2) - 4,
       "what is shared does not fit its block")
ASSERT(__table_end - __table_start <= PAGE_SIZE,
       "the resource table does not fit its page")
ASSERT(__ctrl_end - __ctrl_start <= PAGE_SIZE,
       "there is more than one control block")
