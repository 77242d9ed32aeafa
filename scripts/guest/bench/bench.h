/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's part of `make bench`: it measures and prints lines of numbers,
 * "bench: KIND key=value ...", and has no opinion of them; that is the host's,
 * scripts/bench.py.
 *
 * A stack is a transport with the character devices above it. They are loaded
 * in turn, and each visit of a stack measures a short block of every case.
 */
#ifndef AMPKIT_GUEST_BENCH_H
#define AMPKIT_GUEST_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The largest payload of a 512 byte buffer behind its 16 byte header */
#define PAYLOAD_MAX	496

#define MAX_ENDPOINTS	64
#define MAX_WINDOW	256
#define REMOTES		2

/* What may take long on a busy host, and is broken when it takes longer */
#define PATIENCE_MS	10000

/**
 * struct stack - one of those that are compared
 * @name: in the output
 * @transport: module of the remoteproc driver
 * @parameters: its parameters
 * @folder: where the character devices are
 * @bells: name of the transport's counters in debugfs
 * @ours: it has the batch calls and the like
 * @least: there is nothing in it that could be spared
 */
struct stack {
	const char *name;
	const char *transport;
	const char *parameters;
	const char *folder;
	const char *bells;
	bool ours;
	bool least;
};

/**
 * struct counts - what does not depend on how fast the machine is
 * @rung: doorbells of the host's, by the transport
 * @taken: doorbells of the remote's, by the transport
 * @irqs: interrupts of the remote's bell, by the kernel
 * @switches: context switches of the whole system
 */
struct counts {
	uint64_t rung;
	uint64_t taken;
	uint64_t irqs;
	uint64_t switches;
};

/* How a program sends and receives */
enum mode {
	MODE_RW,	/* read() and write(), one message each */
	MODE_BATCH,	/* ioctls that take many */
	MODE_POLL,	/* read() that polls for a while before it sleeps */
	MODE_KERNEL,	/* no program: bench_client.ko */
};

/* Where messages go */
enum direction {
	BOTH_WAYS,	/* each comes back, and counts once */
	TO_REMOTE,
	TO_HOST,
};

/**
 * struct load - what a block does
 * @mode: how
 * @direction: where to
 * @size: bytes of each message
 * @window: most messages in flight
 * @count: used elements of @fds
 * @fds: endpoints, which take turns
 * @sent: messages sent so far
 * @received: messages received so far
 * @calls: system calls so far
 */
struct load {
	enum mode mode;
	enum direction direction;
	unsigned int size;
	unsigned int window;
	unsigned int count;
	int fds[MAX_ENDPOINTS];
	uint64_t sent;
	uint64_t received;
	uint64_t calls;
};

/**
 * struct block - what came of it
 * @messages: how many passed
 * @ns: how long that took
 * @calls: system calls meanwhile
 */
struct block {
	uint64_t messages;
	uint64_t ns;
	uint64_t calls;
};

/* files.c: small things of every program here */
noreturn void die(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
uint64_t now_ns(void);
bool read_text(const char *path, char *text, size_t size);
void write_text(const char *path, const char *text);
void wait_for(bool (*condition)(const void *context), const void *context,
	      const char *what);

/* stack.c */
extern const struct stack stacks[];
extern const size_t num_stacks;
void stack_load(const struct stack *stack);
void stack_unload(void);
void stack_swap_char_for_client(void);
uint64_t remote_start(unsigned int remote);
void remote_stop(unsigned int remote);
void remote_own(unsigned int remote);
int remote_open(unsigned int remote);
int remote_open_endpoint(unsigned int remote, const char *name);
void counts_before(const struct stack *stack, struct counts *counts);
void counts_after(const struct stack *stack, struct counts *counts);

/* channel.c: what the "bench" firmware is told */
void fw_echo_every(int fd, unsigned int period);
void fw_source(int fd, unsigned int messages, unsigned int size);
void fw_end(int fd);
void fw_counters(int fd, uint64_t *messages, uint64_t *taken, uint64_t *rung);
void fw_reset(int fd);
void fw_linger(int fd, unsigned int us);

/* engine.c */
void engine_run(struct load *load, uint64_t ns, struct block *block);

/* latency.c */
void latency_run(struct load *load, unsigned int samples);
void latency_set_poll(int fd, unsigned int us);

/* visit.c */
struct plan;
void visit(const struct plan *plan, const struct stack *stack,
	   unsigned int round, unsigned int position);
void visit_for_long(const struct plan *plan, const struct stack *stack);

/* Which cases a visit measures */
enum depth {
	DEPTH_FULL,
	DEPTH_QUICK,	/* only those that a target needs */
	DEPTH_PROFILE,	/* only those whose instructions are looked at one by one */
};

/**
 * struct plan - how much is measured
 * @rounds: how often all stacks are visited, twice each
 * @block_ns: how long a block takes
 * @samples: round trips of a latency block
 * @depth: which cases
 * @minutes: of the test of endurance, or 0
 * @linger_us: how long the firmware looks for the next message
 */
struct plan {
	unsigned int rounds;
	uint64_t block_ns;
	unsigned int samples;
	enum depth depth;
	unsigned int minutes;
	unsigned int linger_us;
};

#endif /* AMPKIT_GUEST_BENCH_H */
