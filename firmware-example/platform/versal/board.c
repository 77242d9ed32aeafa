// SPDX-License-Identifier: BSD-3-Clause
/*
 * The board: what the library asks for. There is no interrupt controller, so
 * nothing here is ever interrupted, and the rings are polled.
 */
#include "board_priv.h"
#include "fmt.h"
#include "mem.h"
#include "memory_map.h"
#include "sysreg.h"
#include "timer.h"
#include "uart.h"

/*
 * Between two looks at the rings: few at first, so that an answer is quick, and
 * more the longer nothing comes, to leave memory and bus to the others.
 */
#define PAUSE_MIN		16
#define PAUSE_MAX		4096

static const char *const fatal_kind[] = {
	"reset", "undefined instruction", "supervisor call", "prefetch abort",
	"data abort", "hypervisor", "irq", "fiq",
};

/**
 * struct board_frame - registers at an exception, as the vectors save them
 * @regs: r0 to r12
 * @sp: stack pointer
 * @lr: link register
 */
struct board_frame {
	uint32_t regs[13];
	uint32_t sp;
	uint32_t lr;
};

enum vector {
	VECTOR_UNDEFINED = 1,
	VECTOR_SVC = 2,
	VECTOR_PREFETCH_ABORT = 3,
	VECTOR_DATA_ABORT = 4,
};

/* Start-up and the vectors call these by name. */
void board_start(void);
void board_fatal(unsigned int vector, const struct board_frame *frame,
		 uint32_t after, uint32_t psr);
/* Of start.S: rest until the next reset. */
__attribute__((noreturn)) void park(void);

static unsigned int pause = PAUSE_MIN;

static void port_notify(void *priv, uint32_t notifyid)
{
	(void)priv;
	(void)notifyid;
	pause = PAUSE_MIN;
	uart_ring();
}

/* A hint to whoever shares the core's time; nothing can wake it from a sleep. */
static void port_wait(void *priv, const volatile bool *work,
		      uint32_t timeout_us)
{
	unsigned int i;

	(void)priv;
	(void)timeout_us;
	for (i = 0; i < pause && !*work; i++)
		pause_hint();
	if (pause < PAUSE_MAX)
		pause *= 2;
	timer_now_us();
	board_bell_hook();
}

static void port_barrier(void)
{
	dmb_sy();
}

const struct rpmsg_port board_port = {
	.notify = port_notify,
	.wait = port_wait,
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

/* How far behind the instruction the exception's return address is. */
static uint32_t distance(unsigned int vector, uint32_t psr)
{
	if (vector == VECTOR_DATA_ABORT)
		return 8;
	if (vector == VECTOR_UNDEFINED || vector == VECTOR_SVC)
		return psr & PSR_THUMB ? 2 : 4;
	return 4;
}

static void fill_crash(struct ampkit_crash *crash, unsigned int vector,
		       const struct board_frame *frame, uint32_t after,
		       uint32_t psr)
{
	bool fetch = vector == VECTOR_PREFETCH_ABORT;
	unsigned int i;

	mem_zero(crash, sizeof(*crash));
	crash->arch = AMPKIT_CRASH_ARM;
	crash->cause = AMPKIT_CAUSE_EXCEPTION;
	crash->vector = vector;
	if (fetch || vector == VECTOR_DATA_ABORT) {
		crash->esr = fetch ? read_sysreg(IFSR) : read_sysreg(DFSR);
		crash->far = fetch ? read_sysreg(IFAR) : read_sysreg(DFAR);
	}
	crash->pc = after - distance(vector, psr);
	crash->pstate = psr;
	crash->sp = frame->sp;
	for (i = 0; i < 13; i++)
		crash->regs[i] = frame->regs[i];
	crash->regs[13] = frame->lr;
	fmt_string(crash->message, sizeof(crash->message),
		   "exception: %s (vector %u) fsr %08x pc %08x far %08x",
		   fatal_kind[vector % 8], vector, (unsigned int)crash->esr,
		   (unsigned int)crash->pc, (unsigned int)crash->far);
}

/**
 * board_fatal() - report an exception
 * @vector: number of its vector
 * @frame: the registers
 * @after: return address that the core has kept
 * @psr: processor state that it has kept
 *
 * An exception in here comes back here: the second is not reported.
 */
void board_fatal(unsigned int vector, const struct board_frame *frame,
		 uint32_t after, uint32_t psr)
{
	static struct ampkit_crash crash;
	static bool entered;

	if (entered)
		return;
	entered = true;
	fill_crash(&crash, vector, frame, after, psr);
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

	crash.arch = AMPKIT_CRASH_ARM;
	crash.cause = cause;
	crash.pc = (uintptr_t)__builtin_return_address(0) & ~1U;
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
	board_log("ampkit %s: core %u, a Cortex-R5F\n", name,
		  (unsigned int)(read_sysreg(MPIDR) & MPIDR_AFF0));
}

/*
 * The counter begins anew with each boot, or nearly so: a word that no boot writes
 * over counts them. The host keeps what is between and behind the segments.
 */
static uint64_t seed(void)
{
	volatile uint32_t *boots = (uint32_t *)(OPEN_BASE + (1 << OPEN_LOG2) -
						sizeof(uint32_t));

	*boots += 1;
	return timer_now_us() ^ (uint64_t)*boots << 24 ^
	       (uint64_t)read_sysreg(MPIDR) << 56;
}

/**
 * board_start() - everything between the start-up code and main()
 */
void board_start(void)
{
	timer_init();
	uart_init();
	board_seed(seed());
	main();
}
