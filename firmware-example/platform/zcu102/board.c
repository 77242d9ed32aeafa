// SPDX-License-Identifier: BSD-3-Clause
/*
 * The board: what the library asks for, and the interrupt handler.
 */
#include "board_priv.h"
#include "fmt.h"
#include "gic.h"
#include "memory_map.h"
#include "mem.h"
#include "rpmsg.h"
#include "sysreg.h"
#include "timer.h"
#include "uart.h"

/* Remotes that can share the bell: one for each virtio device. */
#define MAX_REMOTES		2

/* Where an exception came from, by the number of its vector modulo 4. */
static const char *const fatal_kind[] = { "sync", "irq", "fiq", "serror" };

/* All that is the board's; the interrupt handler only reads, but for flags. */
static struct rpmsg_remote *remotes[MAX_REMOTES];
static unsigned int more_bell;
static unsigned int entry_el;

/**
 * struct board_frame - registers at an exception, as the vectors save them
 * @regs: x0 to x30
 * @sp: stack pointer
 */
struct board_frame {
	uint64_t regs[31];
	uint64_t sp;
};

/* Start-up and the vectors call these by name. */
void board_start(unsigned int el);
void board_irq(void);
/* Of start.S: rest until the next reset. */
__attribute__((noreturn)) void park(void);
void board_fatal(unsigned int vector, const struct board_frame *frame);

static uint64_t irq_save(void)
{
	uint64_t daif = read_sysreg(daif);

	irq_mask();
	return daif;
}

static void irq_restore(uint64_t daif)
{
	write_sysreg(daif, daif);
}

static int port_listen(void *priv, struct rpmsg_remote *remote, bool on)
{
	struct rpmsg_remote *old = on ? NULL : remote;
	unsigned int i;

	(void)priv;
	for (i = 0; i < MAX_REMOTES; i++) {
		if (remotes[i] == old) {
			remotes[i] = on ? remote : NULL;
			return 0;
		}
	}
	return on ? -ENOSPC : -EINVAL;
}

/* The host looks at all its rings on each bell: there is one for all ids. */
static void port_notify(void *priv, uint32_t notifyid)
{
	(void)priv;
	(void)notifyid;
	gic_ring(BELL_TO_HOST);
}

/*
 * A masked interrupt ends a WFI too, and is handled when it is unmasked: none
 * can slip in between the test and the sleep.
 */
static void port_wait(void *priv, const volatile bool *work,
		      uint32_t timeout_us)
{
	(void)priv;
	irq_mask();
	if (!*work) {
		if (timeout_us != RPMSG_WAIT_FOREVER)
			timer_set(timeout_us);
		dsb_sy();
		wfi();
	}
	irq_unmask();
	isb();
	irq_mask();
	timer_off();
	irq_unmask();
}

static uintptr_t port_enter(void *priv)
{
	(void)priv;
	return irq_save();
}

static void port_leave(void *priv, uintptr_t key)
{
	(void)priv;
	irq_restore(key);
}

/* The host's view is non-cached or of another shareability: sy, not ish. */
static void port_barrier(void)
{
	dmb_sy();
}

const struct rpmsg_port board_port = {
	.listen = port_listen,
	.notify = port_notify,
	.wait = port_wait,
	.lock = port_enter,
	.unlock = port_leave,
	.da_to_ptr = board_da_to_ptr,
	.mb = port_barrier,
	.rmb = port_barrier,
	.wmb = port_barrier,
	.time_us = board_time_us,
};

/**
 * board_bell_hook() - default of the hook for tests
 */
__attribute__((weak)) void board_bell_hook(void)
{
}

static void bell_rang(void)
{
	unsigned int i;

	board_bell_hook();
	for (i = 0; i < MAX_REMOTES; i++) {
		if (remotes[i])
			rpmsg_remote_notify(remotes[i]);
	}
}

/*
 * Somebody has waited for long: the host may have booted meanwhile and have
 * taken our bell away.
 */
static void timer_rang(void)
{
	timer_off();
	gic_arm(BELL_FROM_HOST);
}

/**
 * board_irq() - an interrupt; called by the vectors with interrupts masked
 */
void board_irq(void)
{
	uint32_t iar = gic_ack();
	uint32_t id = iar & GICC_IAR_ID;

	if (id == BELL_FROM_HOST || (more_bell && id == more_bell))
		bell_rang();
	else if (id == TIMER_INTERRUPT)
		timer_rang();
	if (id < GIC_NUM_IDS)
		gic_end(iar);
}

/**
 * board_add_bell() - take another interrupt for a doorbell
 * @id: the interrupt, for an image that is host of another core
 */
void board_add_bell(unsigned int id)
{
	more_bell = id;
	gic_arm(id);
}

static void fill_crash(struct ampkit_crash *crash, unsigned int vector,
		       const struct board_frame *frame)
{
	mem_zero(crash, sizeof(*crash));
	crash->arch = AMPKIT_CRASH_AARCH64;
	crash->cause = AMPKIT_CAUSE_EXCEPTION;
	crash->vector = vector;
	crash->esr = read_sysreg(esr_el1);
	crash->far = read_sysreg(far_el1);
	crash->pc = read_sysreg(elr_el1);
	crash->pstate = read_sysreg(spsr_el1);
	crash->sp = frame->sp;
	mem_copy(crash->regs, frame->regs, sizeof(crash->regs));
	fmt_string(crash->message, sizeof(crash->message),
		   "exception: %s (vector %u) esr %08llx elr %08llx far %08llx",
		   fatal_kind[vector % 4], vector,
		   (unsigned long long)crash->esr,
		   (unsigned long long)crash->pc,
		   (unsigned long long)crash->far);
}

/**
 * board_fatal() - report an exception that has no handler
 * @vector: number of its vector
 * @frame: the registers
 *
 * An exception in here comes back here: the second is not reported.
 */
void board_fatal(unsigned int vector, const struct board_frame *frame)
{
	static struct ampkit_crash crash;
	static bool entered;

	if (entered)
		return;
	entered = true;
	fill_crash(&crash, vector, frame);
	board_report_crash(&crash);
}

/**
 * board_panic() - end with a crash record
 * @cause: AMPKIT_CAUSE_ value
 * @message: text for trace and record
 *
 * Does not return.
 */
void board_panic(unsigned int cause, const char *message)
{
	static struct ampkit_crash crash;

	irq_mask();
	crash.arch = AMPKIT_CRASH_AARCH64;
	crash.cause = cause;
	crash.pc = (uintptr_t)__builtin_return_address(0);
	crash.sp = (uintptr_t)__builtin_frame_address(0);
	fmt_string(crash.message, sizeof(crash.message), "panic: %s", message);
	board_report_crash(&crash);
	park();
}

/**
 * board_log_core() - write the first line of the log
 * @name: of the application
 */
void board_log_core(const char *name)
{
	board_log("ampkit %s: core %u, entered at EL%u\n", name,
		  (unsigned int)(read_sysreg(mpidr_el1) & MPIDR_AFF0),
		  entry_el);
}

/**
 * board_start() - everything between the start-up code and main()
 * @el: exception level of the entry
 */
void board_start(unsigned int el)
{
	static const unsigned int own[] = { BELL_FROM_HOST, TIMER_INTERRUPT };

	entry_el = el;
	board_seed(read_sysreg(cntvct_el0) ^ read_sysreg(mpidr_el1) << 56);
	timer_init();
	uart_init();
	gic_init(own, sizeof(own) / sizeof(own[0]));
	/* Fatal, but told: masked, a pending one would end each WFI at once. */
	serror_unmask();
	irq_unmask();
	main();
}
