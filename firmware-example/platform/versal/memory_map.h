/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where everything is for the R5F of a Versal, for C, assembly and the linker
 * script.
 *
 * The carveouts stand in the device tree of the host too (dts/): both have to
 * agree. CORE, 0 or 1, says which remote core an image is for.
 *
 *	0		boot page, the host's: both cores begin there
 *	0x1000		image of core 0, up to 512 KiB
 *	0x80000		image of core 1, up to 1 MiB
 *	0x10100000	rings and buffers of core 0
 *	0x10500000	rings and buffers of core 1
 */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#if CORE != 0 && CORE != 1
#error "CORE has to be 0 or 1: this image is for one of the remote cores"
#endif

/*
 * An image has three parts, each in a block of memory that has its own
 * attributes: the size of an MPU region is a power of two, and its start is a
 * multiple of that. The first block of core 0 begins with the boot page.
 */
#define CODE_LOG2		16
#define DATA_LOG2		17
#define OPEN_LOG2		18
#define CODE_BASE		(CORE * 0x80000)
#define DATA_BASE		(CODE_BASE + 0x20000)
#define OPEN_BASE		(CODE_BASE + 0x40000)

#define BOOT_PAGE		0
#if CORE
#define IMAGE_BASE		CODE_BASE
#else
#define IMAGE_BASE		(CODE_BASE + 0x1000)
#endif
/* The vectors, and so the entry point, follow the attach header. */
#define IMAGE_ENTRY		0x20

/* Rings and buffers of all virtio devices. */
#define SHARED_LOG2		20
#define SHARED_BASE		(0x10100000 + CORE * 0x400000)
#define SHARED_SIZE		(1 << SHARED_LOG2)

#define PAGE_LOG2		12
#define PAGE_SIZE		(1 << PAGE_LOG2)
#define STACK_SIZE		0x2000
/* For the report of an exception, the usual stack may be what failed. */
#define FATAL_STACK_SIZE	0x1000

/* UART1, a PL011: UART0 is the host's console */
#define UART_BASE		0xff010000

/* Rate of the core, and so of its cycle counter */
#define CORE_HZ			1000000000

#endif /* MEMORY_MAP_H */
