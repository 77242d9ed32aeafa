// SPDX-License-Identifier: GPL-2.0
/*
 * Readers who take messages in time and again: the remote rings no bell until
 * they have read those. Who else waits must not suffer from it.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "char.h"
#include "misuse.h"

#define ROUNDS		400
/* On a slow host, whose remote is rarely too late for its reader */
#define MOST_ROUNDS	(8 * ROUNDS)
/* In how many rounds it must not happen */
#define VAIN_ROUNDS	60
/* How often it has to happen, and after how many times there is no need for more */
#define ENOUGH		2
#define OFTEN		200

static bool is_queued(void *fd)
{
	int len = 0;

	expect_ok(ioctl(*(int *)fd, FIONREAD, &len));
	return len;
}

static bool is_answered(void *fd)
{
	return counters_of(QUEUE_RX).waiting || is_queued(fd);
}

/*
 * How often the remote was not asked for a bell in some rounds, until it was so
 * often. What comes then is there soon, although nobody looks for it.
 */
static unsigned long count_deferred(int fd, unsigned int rounds,
				    unsigned long often)
{
	unsigned long deferred = 0, before = bells_deferred();
	unsigned int round;
	char data[8];

	for (round = 0; round < rounds && deferred < often; round++) {
		get_busy(fd);
		expect_eq(write(fd, "later", 5), 5);
		expect_soon(is_queued, &fd, WAIT_MS);
		expect_eq(read(fd, data, sizeof(data)), 5);
		deferred = bells_deferred() - before;
	}
	note("%lu times in %u rounds", deferred, round);
	return deferred;
}

static void spare_bells(void)
{
	int fd = remote_start_and_open(0, 0);

	expect(count_deferred(fd, ROUNDS, OFTEN) >= ENOUGH, "too few");
}

static void while_somebody_sleeps(void)
{
	int fd = remote_start_and_open(0, 0);
	int second = open_second_endpoint(RPMSG_ADDR_ANY);
	struct call call;

	call_start(&call, CALL_READ, second);
	call_blocks(&call);
	expect_eq(count_deferred(fd, VAIN_ROUNDS, OFTEN), 0);

	expect_eq(write(second, "me", 2), 2);
	call_ends(&call, WAIT_MS);
	expect_eq(call.result, 2);
}

static void while_somebody_watches(void)
{
	int fd = remote_start_and_open(0, 0);
	int second = open_second_endpoint(RPMSG_ADDR_ANY);

	expect_eq(poll_for(second, POLLIN, 0), 0);
	expect_eq(count_deferred(fd, VAIN_ROUNDS, OFTEN), 0);

	/* With its file goes what it wanted */
	expect_ok(close(second));
	expect(count_deferred(fd, ROUNDS, ENOUGH) >= ENOUGH, "too few");
}

/**
 * struct received - a number of messages that an endpoint has got
 * @node: its node
 * @count: the number
 */
struct received {
	char node[64];
	long long count;
};

static bool have_come(void *context)
{
	struct received *received = context;

	return node_attr(received->node, "statistics/received") >=
	       received->count;
}

/*
 * What has come in a reader's time, though nobody was told of it, ends with it:
 * but for what the relay's thread is about to deliver at that very moment.
 */
static void leave_nothing(void)
{
	unsigned int round, waiting = 0, left = 0;
	int fd = remote_start_and_open(0, 0);
	struct received all;
	char data[8];

	remote_wait_node(0, all.node, sizeof(all.node));
	for (round = 0; round < MOST_ROUNDS && waiting < 20; round++) {
		get_busy(fd);
		all.count = node_attr(all.node, "statistics/received") + 1;
		expect_eq(write(fd, "unread", 6), 6);
		expect_soon(is_answered, &fd, WAIT_MS);
		waiting += !is_queued(&fd);
		expect_ok(close(fd));
		if (round % 20 == 0)
			sign_of_life();

		fd = open(all.node, O_RDWR);
		expect_ok(fd);
		expect_soon(have_come, &all, WAIT_MS);
		if (!is_queued(&fd))
			continue;
		left++;
		expect_eq(read(fd, data, sizeof(data)), 6);
	}
	note("%u rounds, in %u nobody was told of the last one, %u left", round,
	     waiting, left);
	expect(waiting && left <= waiting / 2, "%u left", left);
}

static const struct test tests[] = {
	TEST("a_busy_reader_spares_the_remotes_bells", spare_bells),
	TEST("bells_are_rung_while_another_reader_sleeps",
	     while_somebody_sleeps),
	TEST("bells_are_rung_while_a_file_is_polled_on",
	     while_somebody_watches),
	TEST("a_busy_reader_leaves_nothing_to_the_next_one", leave_nothing),
};

const struct suite char_defer_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
