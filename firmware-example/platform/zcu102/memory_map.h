/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where everything is on the ZynqMP, for C, assembly and the linker script.
 *
 * The carveouts stand in the device tree of the host too (dts/): both have to
 * agree. CORE, 2 or 3, says which remote core an image is for.
 */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#if CORE != 2 && CORE != 3
#error "CORE has to be 2 or 3: this image is for one of the remote cores"
#endif

/* The other remote core, for images that talk to it. */
#define PEER_CORE		(5 - CORE)

/* One set of carveouts a core, as offsets from its base. */
#define CARVEOUT_OF(core)	(0x10000000 + ((core) - 2) * 0x400000)
#define CARVEOUT_BASE		CARVEOUT_OF(CORE)
#define CARVEOUT_SIZE		0x200000
#define IMAGE_BASE		CARVEOUT_BASE
#define IMAGE_SIZE		0x100000
/* The entry point follows the attach header. */
#define IMAGE_ENTRY		0x18
/* Offsets of the first virtio device's rings and buffers. */
#define VRING0_OFFSET		0x100000
#define VRING1_OFFSET		0x110000
#define BUFFER_OFFSET		0x120000
/* Both rings and the buffers of both virtio devices. */
#define SHARED_BASE		(CARVEOUT_BASE + 0x100000)
#define SHARED_SIZE		0x100000

#define PAGE_SIZE		4096
#define STACK_SIZE		0x2000
/* For the report of an exception, the usual stack may be what failed. */
#define FATAL_STACK_SIZE	0x1000

/* GICv2; the distributor is the host's */
#define GICD_BASE		0xf9010000
#define GICD_SIZE		0x1000
#define GICC_BASE		0xf9020000
#define GICC_SIZE		0x2000

/* UART1: UART0 is the host's console */
#define UART_BASE		0xff010000
#define UART_SIZE		0x1000

/* Interrupt ids: shared ones (SPI) count from 32, private ones (PPI) from 16. */
#define GIC_SPI(n)		(32 + (n))
#define GIC_PPI(n)		(16 + (n))
#define BELL_TO_CORE(core)	GIC_SPI(31 - ((core) - 2) * 2)
#define BELL_OF_CORE(core)	GIC_SPI(32 - ((core) - 2) * 2)
#define BELL_FROM_HOST		BELL_TO_CORE(CORE)
#define BELL_TO_HOST		BELL_OF_CORE(CORE)
#define TIMER_INTERRUPT		GIC_PPI(11)

/* Reset vectors and resets of the cores, for an image that starts another */
#define APU_BASE		0xfd5c0000
#define CRF_BASE		0xfd1a0000

/* Used at EL3 only, when nobody has told the frequency of the counter. */
#define COUNTER_HZ		100000000

#endif /* MEMORY_MAP_H */
