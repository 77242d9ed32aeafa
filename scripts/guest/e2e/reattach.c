// SPDX-License-Identifier: GPL-2.0
/*
 * A remote that runs on while its host goes and comes back, in the middle of
 * traffic. The firmware counts what it gets: sequence numbers that it misses,
 * and those that it gets twice. What a write has accepted has to be in there.
 */
#include <ampkit/bench.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "e2e.h"

#define ROUNDS		20

/* Messages that are sent in each round before the host goes, at least */
#define SOME		700

/* What may be lost with the host: what its ring and the other's hold */
#define MOST_IN_FLIGHT	512

/**
 * struct sender - sends numbered messages until the channel goes
 * @fd: the channel
 * @sent: how many were accepted, in all rounds
 */
struct sender {
	int fd;
	atomic_ullong sent;
};

static bool send_number(struct sender *sender)
{
	struct bench_msg msg = {
		.magic = BENCH_MAGIC,
		.command = BENCH_SINK,
		.seq = atomic_load(&sender->sent),
	};

	if (write(sender->fd, &msg, sizeof(msg)) != sizeof(msg))
		return false;
	atomic_fetch_add(&sender->sent, 1);
	return true;
}

static void *send_numbers(void *context)
{
	while (send_number(context))
		;
	return NULL;
}

/**
 * struct progress - how far a sender has to get
 * @sender: the sender
 * @goal: its number of messages
 */
struct progress {
	struct sender *sender;
	unsigned long long goal;
};

static bool got_there(void *context)
{
	const struct progress *progress = context;

	return atomic_load(&progress->sender->sent) >= progress->goal;
}

static void echo_numbers(int fd)
{
	struct bench_msg msg = {
		.magic = BENCH_MAGIC,
		.command = BENCH_ECHO,
	};
	struct bench_msg answer;
	unsigned int i;

	for (i = 0; i < 50; i++) {
		msg.seq = random_below(~0U);
		expect_eq(write(fd, &msg, sizeof(msg)), sizeof(msg));
		expect_eq(read(fd, &answer, sizeof(answer)), sizeof(answer));
		expect(!memcmp(&msg, &answer, sizeof(msg)), "another answer");
	}
}

static struct bench_counters read_counters(int fd)
{
	struct {
		struct bench_msg msg;
		struct bench_counters counters;
	} answer;
	struct bench_msg msg = {
		.magic = BENCH_MAGIC,
		.command = BENCH_READ,
	};

	expect_eq(write(fd, &msg, sizeof(msg)), sizeof(msg));
	expect_eq(read(fd, &answer, sizeof(answer)), sizeof(answer));
	return answer.counters;
}

/* The driver leaves the remote running whenever it goes. */
static void let_it_run_on(void)
{
	expect_ok(write_file(SYSFS_RPROC "0/device/ampkit/leave_running", "1"));
}

static void start_detachable(void)
{
	remote_set_firmware(0, image_of(0, "bench"));
	remote_start(0);
	let_it_run_on();
	modules_unload();
	modules_load();
}

/**
 * struct way - how a host goes and comes back
 * @go: with the channel open and busy
 * @come: with nothing of it open any more
 */
struct way {
	void (*go)(void);
	void (*come)(void);
};

static void detach(void)
{
	expect_ok(write_file(SYSFS_RPROC "0/state", "detach"));
}

static void stay(void)
{
}

static void unload_driver(void)
{
	let_it_run_on();
	expect_ok(module_unload("amp_rproc"));
}

static const struct way by_detach = { detach, stay };
static const struct way by_reload = { unload_driver, modules_load };

/* Sends without a pause until the host goes, and comes back. */
static void go_in_traffic(const struct way *way, struct sender *sender)
{
	struct progress progress = {
		.sender = sender,
		.goal = atomic_load(&sender->sent) + SOME,
	};
	pthread_t thread;

	sender->fd = remote_open(0, 0);
	echo_numbers(sender->fd);
	pthread_create(&thread, NULL, send_numbers, sender);
	expect_soon(got_there, &progress, WAIT_MS);
	way->go();
	pthread_join(thread, NULL);
	expect_errno(write(sender->fd, "dead", 4), EPIPE);
	close(sender->fd);
	way->come();
}

static void go_and_come_back(const void *arg)
{
	struct sender sender = { .fd = -1 };
	struct bench_counters counters;
	unsigned int round;

	start_detachable();
	for (round = 0; round < ROUNDS; round++) {
		expect(remote_is(0, "detached"), "round %u", round);
		expect_eq(remote_try_start(0), 0);
		go_in_traffic(arg, &sender);
		sign_of_life();
	}

	expect_eq(remote_try_start(0), 0);
	sender.fd = remote_open(0, 0);
	/* What was lost before this one is counted when it arrives */
	expect(send_number(&sender), "the channel is gone");
	counters = read_counters(sender.fd);
	note("%llu sent in %u rounds, %llu arrived, %llu lost with their host",
	     sender.sent, ROUNDS, (unsigned long long)counters.sunk,
	     (unsigned long long)counters.lost);
	expect_eq(counters.again, 0);
	expect_eq(counters.refused, 0);
	expect_eq(counters.sunk + counters.lost, sender.sent);
	expect(counters.lost <= ROUNDS * MOST_IN_FLIGHT,
	       "more is lost than was under way");
	close(sender.fd);
	remote_stop(0);
}

static const struct test tests[] = {
	TEST_WITH("traffic_goes_on_after_20_detaches", go_and_come_back,
		  &by_detach, .timeout_s = 60),
	TEST_WITH("traffic_goes_on_after_20_reloads_of_the_driver",
		  go_and_come_back, &by_reload, .timeout_s = 60),
};

const struct suite reattach_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
