// SPDX-License-Identifier: GPL-2.0
/*
 * Readers that sleep, and are woken by the remote's bell in place of the relay's
 * thread, to take in what has come.
 */
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "char.h"

#define ECHOES		40
#define ROUNDS		100
#define NUMBERS		2000
#define FLYING		8

/* Beyond those that rpmsg gives out by itself, and a link knows of */
#define FAR_ADDR	5000

/* Of the first virtio device of the first remote */
#define RELAY_THREAD	"relay/0.0"

static void find_thread(char *status, size_t size)
{
	char comm[64] = "";
	glob_t found;
	size_t i;

	expect_eq(glob("/proc/[0-9]*/comm", 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		/* A process may have gone meanwhile */
		if (read_file(found.gl_pathv[i], comm, sizeof(comm)) > 0 &&
		    !strcmp(comm, RELAY_THREAD "\n"))
			break;
	}
	expect(i < found.gl_pathc, "no thread " RELAY_THREAD);
	snprintf(status, size, "%.*s/status",
		 (int)(strlen(found.gl_pathv[i]) - strlen("/comm")),
		 found.gl_pathv[i]);
	globfree(&found);
}

/* How often a task has gone to sleep */
static unsigned long sleeps_of(const char *status)
{
	static const char key[] = "\nvoluntary_ctxt_switches:";
	char text[4096], *found;

	expect(read_file(status, text, sizeof(text)) > 0, "%s: %m", status);
	found = strstr(text, key);
	expect(found, "%s: no switches", status);
	return strtoul(found + strlen(key), NULL, 10);
}

static unsigned long thread_sleeps(void)
{
	char status[64];

	find_thread(status, sizeof(status));
	return sleeps_of(status);
}

/* Times that the thread ran while each of some messages was waited for */
static unsigned long thread_runs(int fd)
{
	unsigned long before = thread_sleeps();
	unsigned int i, number;

	for (i = 0; i < ECHOES; i++) {
		expect_eq(write(fd, &i, sizeof(i)), sizeof(i));
		expect_eq(read(fd, &number, sizeof(number)), sizeof(number));
		expect_eq(number, i);
	}
	return thread_sleeps() - before;
}

/* On a busy host an echo may be there before its reader sleeps */
static void spare_the_thread(void)
{
	int fd = remote_start_and_open(0, 0);
	unsigned long runs = ECHOES;
	unsigned int round;

	/* The thread looks for nothing that who watches is not told of */
	poll_for(fd, POLLIN, 0);
	for (round = 0; round < ROUNDS && runs >= ECHOES / 2; round++)
		runs = thread_runs(fd);
	note("the thread ran %lu times for %u messages in round %u", runs,
	     ECHOES, round);
	expect(runs < ECHOES / 2, "%lu runs", runs);
}

static void low_priority(void)
{
	int fd = remote_start_and_open(0, 0);
	unsigned long runs;

	expect_ok(setpriority(PRIO_PROCESS, 0, 19));
	runs = thread_runs(fd);
	expect(runs > ECHOES / 2, "%lu runs", runs);
}

/* As to a driver of the kernel's, whose callbacks signals must not disturb */
static void for_somebody_else(void)
{
	char status[64];
	unsigned long sleeps, runs;
	int first, second;
	struct call call;

	first = remote_start_and_open(0, 0);
	second = open_second_endpoint(RPMSG_ADDR_ANY);
	call_start(&call, CALL_READ, first);
	call_blocks(&call);
	snprintf(status, sizeof(status), "/proc/self/task/%d/status",
		 atomic_load(&call.tid));
	sleeps = sleeps_of(status);

	expect_ok(setpriority(PRIO_PROCESS, 0, 19));
	runs = thread_runs(second);
	expect(runs > ECHOES / 2, "%lu runs", runs);
	expect_eq(sleeps_of(status), sleeps);

	expect_eq(write(first, "mine", 4), 4);
	call_ends(&call, WAIT_MS);
	expect_eq(call.result, 4);
}

static atomic_bool hog_runs;
static atomic_bool hog_ends;

/* Nothing of a lower priority runs beside it */
static void *run_hog(void *unused)
{
	const struct sched_param param = { .sched_priority = 1 };

	stay_on(1);
	expect_ok(sched_setscheduler(0, SCHED_FIFO, &param));
	atomic_store(&hog_runs, true);
	while (!atomic_load(&hog_ends))
		;
	return unused;
}

static bool is_set(void *flag)
{
	return atomic_load((atomic_bool *)flag);
}

/*
 * One who is called for his message, and can't come, with another endpoint's
 * message behind it. Nobody runs beside the hog for most of a second. Whether that
 * other one comes before he has taken his.
 */
static bool comes_before_him(int first, int second)
{
	char data[16];
	struct call call;
	pthread_t hog;
	bool before;

	/* The call inherits where it runs */
	stay_on(1);
	call_start(&call, CALL_READ, first);
	call_blocks(&call);
	stay_on(0);
	atomic_store(&hog_runs, false);
	atomic_store(&hog_ends, false);
	expect_eq(pthread_create(&hog, NULL, run_hog, NULL), 0);
	expect_soon(is_set, &hog_runs, WAIT_MS);

	expect_eq(write(first, "mine", 4), 4);
	expect_eq(write(second, "other", 5), 5);
	expect_eq(poll_for(second, POLLIN, WAIT_MS), POLLIN);
	before = ept_info(first).queued;

	atomic_store(&hog_ends, true);
	expect_eq(pthread_join(hog, NULL), 0);
	expect_eq(read(second, data, sizeof(data)), 5);
	call_ends(&call, WAIT_MS);
	expect_eq(call.result, 4);
	return before;
}

static void called_and_kept(void)
{
	int first, second;
	unsigned int i;

	first = remote_start_and_open(0, 0);
	second = open_second_endpoint(RPMSG_ADDR_ANY);
	for (i = 0; i < TRIES; i++)
		if (comes_before_him(first, second))
			return;
	fail("the other message came behind his each time");
}

/* Who stands by since before then leaves all to the thread, which may wait */
static void hold_back_later(void)
{
	int holder, second;
	struct call call;

	holder = remote_start_and_open(0, 0);
	second = open_second_endpoint(RPMSG_ADDR_ANY);
	call_start(&call, CALL_READ, second);
	call_blocks(&call);

	hold_back(holder);
	expect_eq(write(second, "behind", 6), 6);
	read_held_back(holder);
	call_ends(&call, WAIT_MS);
	expect_eq(call.result, 6);
	expect_eq(ept_info(holder).dropped, 0);
}

static void *echo_in_a_row(void *context)
{
	int fd = *(int *)context;
	unsigned int i, number;

	for (i = 0; i < NUMBERS + FLYING; i++) {
		if (i < NUMBERS)
			expect_eq(write(fd, &i, sizeof(i)), sizeof(i));
		if (i < FLYING)
			continue;
		expect_eq(read(fd, &number, sizeof(number)), sizeof(number));
		expect_eq(number, i - FLYING);
	}
	return NULL;
}

static void echo_two_in_a_row(unsigned int second_addr)
{
	int first, second;
	pthread_t other;

	first = remote_start_and_open(0, 0);
	second = open_second_endpoint(second_addr);
	expect_eq(pthread_create(&other, NULL, echo_in_a_row, &second), 0);
	echo_in_a_row(&first);
	expect_eq(pthread_join(other, NULL), 0);
}

/* What comes for both is mixed, and each takes in what there is for both */
static void two_in_a_row(void)
{
	echo_two_in_a_row(RPMSG_ADDR_ANY);
}

/* And each his own only: of far addresses it is not told whose they are */
static void far_apart_in_a_row(void)
{
	echo_two_in_a_row(FAR_ADDR);
}

static const struct test tests[] = {
	TEST("a_reader_who_sleeps_spares_the_relays_thread", spare_the_thread),
	TEST("a_reader_of_low_priority_is_not_called", low_priority),
	TEST("a_reader_is_not_called_for_what_is_for_others",
	     for_somebody_else),
	TEST("two_readers_who_are_called_lose_nothing_of_each_other",
	     two_in_a_row),
	TEST("a_reader_takes_in_nothing_of_who_may_not_like_that",
	     far_apart_in_a_row),
	TEST("a_called_reader_who_can_not_run_is_not_waited_for",
	     called_and_kept),
	TEST("a_called_reader_drops_nothing_of_who_holds_back",
	     hold_back_later),
};

const struct suite char_standby_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
