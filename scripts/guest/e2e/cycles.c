// SPDX-License-Identifier: GPL-2.0
/*
 * Start, talk to and stop one core again and again while the other streams:
 * nothing is lost, no answer is from an earlier life, and nothing piles up in
 * the kernel. ampkit.cycles= sets how many, 100 by default.
 *
 * In every fifth cycle the core is stopped inside its interrupt handler, in
 * the others at a random point of the traffic.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "e2e.h"

#define CYCLES_DEFAULT		100
#define WARM_UP_CYCLES		10
#define MESSAGES_MIN		301
#define MESSAGES_SPREAD		200
#define WINDOW_MAX		64
#define HOLD_EVERY		5
#define HOLD_TRAFFIC_US		2000
#define REPORT_EVERY		100

/**
 * struct streaming - the thread that talks to the other core all the time
 * @thread: the thread
 * @stream: what it sends and receives
 * @pause: set to have it wait with nothing outstanding
 * @paused: set while it waits
 * @stop: set to end it
 */
struct streaming {
	pthread_t thread;
	struct stream stream;
	atomic_bool pause;
	atomic_bool paused;
	atomic_bool stop;
};

/**
 * struct cycling - the core that is started and stopped
 * @remote: its index
 * @number: cycles so far
 * @held: those of them stopped inside the interrupt handler
 * @messages: messages received in all of them
 * @nonce: of the last boot
 */
struct cycling {
	unsigned int remote;
	unsigned int number;
	unsigned int held;
	__u64 messages;
	__u64 nonce;
};

static void *stream_thread(void *context)
{
	struct streaming *streaming = context;

	while (!atomic_load(&streaming->stop)) {
		while (atomic_load(&streaming->pause)) {
			atomic_store(&streaming->paused, true);
			pause_us(1000);
		}
		atomic_store(&streaming->paused, false);
		stream_exchange(&streaming->stream, WINDOW_MAX);
	}
	return NULL;
}

static void streaming_start(struct streaming *streaming, unsigned int remote)
{
	int fd = remote_start_and_open(remote, O_NONBLOCK);
	int err;

	stream_init(&streaming->stream, fd, WINDOW_MAX, true);
	err = pthread_create(&streaming->thread, NULL, stream_thread,
			     streaming);
	if (err)
		fail("pthread_create: %s", strerror(err));
}

static void streaming_stop(struct streaming *streaming)
{
	atomic_store(&streaming->stop, true);
	pthread_join(streaming->thread, NULL);
	expect_eq(streaming->stream.sent, streaming->stream.received);
	note("meanwhile the other core echoed %llu messages, none lost",
	     streaming->stream.received);
}

static bool is_paused(void *context)
{
	return atomic_load(&((struct streaming *)context)->paused);
}

static void streaming_pause(struct streaming *streaming)
{
	atomic_store(&streaming->pause, true);
	expect_soon(is_paused, streaming, WAIT_MS);
}

static void streaming_resume(struct streaming *streaming)
{
	atomic_store(&streaming->pause, false);
}

/* Messages for a random time; the ring may be full by then. */
static void bother_held(int fd)
{
	__u64 end = now_us() + random_below(HOLD_TRAFFIC_US);
	char data[PAYLOAD_MAX] = "nobody listens";

	while (now_us() < end)
		if (write(fd, data, 1 + random_below(sizeof(data))) < 0)
			expect_eq(errno, EAGAIN);
}

static void one_cycle(struct cycling *cycling)
{
	int fd = remote_start_and_open(cycling->remote, O_NONBLOCK);
	bool close_first = random_below(2);
	struct stream stream;

	stream_init(&stream, fd, 1 + random_below(WINDOW_MAX), true);
	stream_exchange(&stream, MESSAGES_MIN + random_below(MESSAGES_SPREAD));
	expect(stream.nonce_known && stream.nonce != cycling->nonce,
	       "cycle %u: nonce %016llx, before %016llx", cycling->number,
	       stream.nonce,
	       cycling->nonce);
	if (cycling->number % HOLD_EVERY == HOLD_EVERY - 1) {
		remote_hold(cycling->remote, fd);
		bother_held(fd);
		cycling->held++;
	} else {
		stream_leave(&stream, random_below(WINDOW_MAX));
	}
	if (close_first)
		close(fd);
	remote_stop(cycling->remote);
	if (!close_first)
		close(fd);
	cycling->nonce = stream.nonce;
	cycling->messages += stream.received;
	cycling->number++;
	sign_of_life();
}

static void run_cycles(struct cycling *cycling, unsigned int cycles)
{
	__u64 began = now_us(), cycle_began, longest = 0;
	unsigned int i;

	for (i = 0; i < cycles; i++) {
		cycle_began = now_us();
		one_cycle(cycling);
		if (now_us() - cycle_began > longest)
			longest = now_us() - cycle_began;
		if (cycling->number % REPORT_EVERY == 0)
			note("%u cycles, %llu messages, the longest took %u ms",
			     cycling->number,
			     cycling->messages,
			     (unsigned int)(longest / 1000));
	}
	note("%u cycles in %u ms, %u of the stops inside the interrupt handler",
	     cycles, (unsigned int)((now_us() - began) / 1000), cycling->held);
}

static void cycle(unsigned int remote, unsigned int cycles)
{
	static struct streaming streaming;
	static struct usage before;
	struct cycling cycling = { .remote = remote };

	streaming_start(&streaming, !remote);
	run_cycles(&cycling, WARM_UP_CYCLES);
	streaming_pause(&streaming);
	usage_take(&before);
	streaming_resume(&streaming);
	cycling = (struct cycling){ .remote = remote, .nonce = cycling.nonce };
	run_cycles(&cycling, cycles);
	streaming_pause(&streaming);
	usage_expect_flat(&before, cycles);
	streaming_resume(&streaming);
	streaming_stop(&streaming);
}

static void cycle_first(void)
{
	cycle(0, param_number("cycles", CYCLES_DEFAULT));
}

static void cycle_second(void)
{
	cycle(1, param_number("cycles", CYCLES_DEFAULT) / 5 + 1);
}

static void cycle_modules(void)
{
	static struct usage before;
	unsigned int cycles = param_number("cycles", CYCLES_DEFAULT) / 5 + 1;
	unsigned int i;

	for (i = 0; i < cycles + WARM_UP_CYCLES; i++) {
		if (i == WARM_UP_CYCLES)
			usage_take(&before);
		modules_unload();
		modules_load();
		remote_check_echo(i % REMOTES);
		sign_of_life();
	}
	usage_expect_flat(&before, cycles);
}

static const struct test tests[] = {
	TEST("fault_30_the_first_core_cycles_while_the_second_streams",
	     cycle_first),
	TEST("fault_30_the_second_core_cycles_while_the_first_streams",
	     cycle_second),
	TEST("the_modules_cycle", cycle_modules),
};

const struct suite cycles_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
