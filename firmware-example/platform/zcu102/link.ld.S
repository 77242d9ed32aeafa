/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Layout of an image. Goes through the C preprocessor for memory_map.h.
 *
 * Virtual, physical and device addresses are the same. Three segments, so that
 * none is writable and executable at once. What is shared with the host has
 * pages of its own: they are never cached, while the rest is.
 */
#include "memory_map.h"

#define ATTACH_MAGIC		0x78616d70

ENTRY(_start)

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = IMAGE_BASE;
	__image_start = .;

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
		KEEP(*(.text.start))
		/* The gap before the vectors is used, as far as it goes. */
		*start.o(.text.*)
		*fmt.o(.text.*)
		*gic.o(.text.*)
		*timer.o(.text.*)
		*board_common.o(.text.board_seed)
		. = ALIGN(2048);
		__vectors = .;
		KEEP(*(.text.vectors))
		__vectors_end = .;
		*(.text .text.*)
		__text_end = .;
	} :text

	.rodata ALIGN(PAGE_SIZE) : {
		__rodata_start = .;
		*(.rodata .rodata.*)
		__rodata_end = .;
	} :rodata

	/* Absent in an image without a table. */
	.resource_table ALIGN(PAGE_SIZE) : {
		__table_start = .;
		KEEP(*(.resource_table))
		__table_end = .;
	} :data

	/* The control block; absent likewise. */
	.ctrl ALIGN(PAGE_SIZE) : {
		__ctrl_start = .;
		KEEP(*(.ctrl))
		__ctrl_end = .;
	} :data

	.data ALIGN(PAGE_SIZE) : {
		__data_start = .;
		*(.data .data.*)
	} :data

	.bss (NOLOAD) : {
		. = ALIGN(16);
		__bss_start = .;
		*(.bss .bss.* COMMON)
		. = ALIGN(16);
		__bss_end = .;
		__data_end = .;
	} :data

	/* A page that is not mapped lies below each stack. */
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
	} :data

	.trace (NOLOAD) : {
		. = ALIGN(PAGE_SIZE);
		__trace_start = .;
		*(.trace)
		. = ALIGN(PAGE_SIZE);
		__trace_end = .;
	} :data

	__image_end = .;

#include "link_debug.ld.h"

	/DISCARD/ : {
		*(.ARM.attributes .ARM.exidx* .eh_frame* .note* .llvm*)
		*(.plt .iplt .got .got.plt .igot .igot.plt)
		*(.dynamic .dynsym .dynstr .hash .gnu.hash .interp .rela .rela.*)
	}
}

ASSERT(__image_end <= IMAGE_BASE + IMAGE_SIZE,
       "the image does not fit its carveout")
ASSERT(__vectors % 2048 == 0, "the vectors are not aligned to 2 KiB")
ASSERT(__vectors_end - __vectors == 2048, "the vectors are not 16 slots")
ASSERT(__text_start % PAGE_SIZE == 0, ".text does not start a page")
ASSERT(__rodata_start % PAGE_SIZE == 0, ".rodata does not start a page")
ASSERT(__table_start % PAGE_SIZE == 0, ".resource_table does not start a page")
ASSERT(__data_start % PAGE_SIZE == 0, ".data does not start a page")
ASSERT(__stack_start % PAGE_SIZE == 0, ".stack does not start a page")
ASSERT(__trace_start % PAGE_SIZE == 0, ".trace does not start a page")
ASSERT(__ctrl_start % PAGE_SIZE == 0, ".ctrl does not start a page")
ASSERT(__table_end <= __ctrl_start, "the resource table is not on its own")
ASSERT(__ctrl_end <= __data_start, "the control block is not on its own")
ASSERT(__ctrl_end - __ctrl_start <= PAGE_SIZE,
       "there is more than one control block")
ASSERT(__text_start == IMAGE_BASE, "the attach header is not at the start")
ASSERT(__table_end - __table_start <= PAGE_SIZE,
       "the resource table does not fit its page")
ASSERT(_start == IMAGE_BASE + IMAGE_ENTRY,
       "the entry point does not follow the attach header")
