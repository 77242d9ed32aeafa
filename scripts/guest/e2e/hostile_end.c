// SPDX-License-Identifier: GPL-2.0
/*
 * A remote that does too little: that hangs, is deaf or silent, or is at its
 * end before it has begun; and what it leaves in the control block. The number
 * in a test's name is that of the fault in the list of those that must not
 * break the host.
 */
#include <ampkit/ctrl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "char.h"
#include "misuse.h"

/* Less than what the heartbeat may take */
#define DEAF_MS		2000

/* Of a crash message in the log, with "crashed: " before it */
#define CRASH_MESSAGE	(9 + sizeof(((struct ampkit_crash *)0)->message) - 1)

static void exchange(int fd, unsigned int messages)
{
	struct stream stream;

	stream_init(&stream, fd, 32, false);
	stream_exchange(&stream, messages);
}

static unsigned int stop_ms(void)
{
	__u64 began = now_us();

	remote_stop(0);
	return (now_us() - began) / 1000;
}

static void stop_a_hung_remote(void)
{
	int fd = hostile_start(O_NONBLOCK);
	unsigned int ms, sent;

	hostile_command(fd, HOSTILE_HANG, 0);
	sent = fill_ring(fd);
	expect_errno(write(fd, "more", 4), EAGAIN);
	ms = stop_ms();
	note("%u messages fit, stopped after %u ms", sent, ms);
	expect(ms < 1000 + PROMPT_MS, "the stop takes %u ms", ms);
	expect_errno(write(fd, "more", 4), EPIPE);
	close(fd);
	hostile_good_again();
}

static void notice_a_hang(const void *arg)
{
	const __u32 *how = arg;
	int fd = hostile_start(O_NONBLOCK);
	unsigned int before = crash_count(0);
	int mark = log_mark();

	hostile_command(fd, *how, 0);
	fill_ring(fd);
	expect_recovered(before);
	expect(log_says(mark, "no heartbeat"), "the log is silent");
	expect_errno(write(fd, "more", 4), EPIPE);
	close(fd);
	remote_stop(0);
	hostile_good_again();
}

/* As long as it beats it is only busy: what was sent waits for it. */
static void wait_for_the_deaf(void)
{
	int fd = hostile_start(O_NONBLOCK);
	unsigned int crashes = crash_count(0);
	unsigned int sent;

	hostile_command(fd, HOSTILE_DEAF, DEAF_MS);
	sent = fill_ring(fd);
	expect_errno(write(fd, "more", 4), EAGAIN);
	expect_settled(fd, sent + 1);
	expect_eq(drain(fd), sent);
	expect_eq(crash_count(0), crashes);
	hostile_end(fd);
}

static bool is_running(void *unused)
{
	(void)unused;
	return remote_is(0, "running");
}

/* Right after it is ready: too late for a start to fail, or just in time. */
static void die_before_the_link(void)
{
	unsigned int before = crash_count(0);
	int fd = hostile_start(0);
	int err;

	hostile_next_boot(fd, HOSTILE_BOOT_CRASH_LATE, 1);
	close(fd);
	remote_stop(0);
	err = remote_try_start(0);
	note("start: %s", err ? strerror(-err) : "success");
	if (err) {
		expect(remote_is(0, "offline"), "after a start that failed");
		remote_start(0);
	} else {
		expect_recovered(before);
	}
	expect_soon(is_running, NULL, HANG_MS);
	fd = remote_open(0, 0);
	remote_echo(fd, "a better life");
	hostile_end(fd);
}

/* The recovery's own starts fail as well, and are tried again. */
static void die_in_a_row(void)
{
	unsigned int before = crash_count(0);
	int fd = hostile_start(0);

	hostile_next_boot(fd, HOSTILE_BOOT_CRASH, 2);
	hostile_tell(fd, HOSTILE_CRASH_ABORT, 0);
	close(fd);
	expect_recovered(before);
	remote_stop(0);
	hostile_good_again();
}

/* A message without an end, of characters that no terminal should get. */
static void write_garbage_record(void)
{
	static const struct hostile_msg garbage = {
		HOSTILE_MAGIC, HOSTILE_CTRL_GARBAGE, 0x03030303,
		AMPKIT_CTRL_CRASHED,
	};
	unsigned int before = crash_count(0);
	int fd = hostile_start(0);
	int mark = log_mark();
	char says[160];

	expect_eq(write(fd, &garbage, sizeof(garbage)), sizeof(garbage));
	close(fd);
	expect_recovered(before);
	memset(says, '?', CRASH_MESSAGE);
	snprintf(says + CRASH_MESSAGE, sizeof(says) - CRASH_MESSAGE,
		 " (cause");
	memcpy(says, "crashed: ", strlen("crashed: "));
	expect(log_says(mark, says), "the log does not say so");
	remote_stop(0);
	hostile_good_again();
}

static unsigned int count_reports(int mark)
{
	struct log_line line;
	unsigned int count = 0;

	while (log_next(mark, &line))
		count += !!strstr(line.text, "crash detected");
	return count;
}

static bool has_rung(void *context)
{
	const unsigned long *before = context;

	return bells_taken() > *before;
}

/* It says so with each of its bells, of which it rings some more. */
static void say_crashed_again(void)
{
	unsigned long bells;
	int mark = log_mark();
	int fd = hostile_start(O_NONBLOCK);
	unsigned int i;

	set_of_remote("recovery", "disabled");
	hostile_command(fd, HOSTILE_BELL_ALWAYS, 1);
	hostile_tell(fd, HOSTILE_CTRL_GARBAGE, 3);
	for (i = 0; i < 10; i++) {
		bells = bells_taken();
		expect_eq(write(fd, "bell", 4), 4);
		expect_soon(has_rung, &bells, WAIT_MS);
	}
	expect_crash();
	set_of_remote("recovery", "enabled");
	expect_eq(count_reports(mark), 1);
	hostile_end(fd);
}

static void stop_without_a_state(void)
{
	int fd = hostile_start(O_NONBLOCK);
	unsigned int ms;

	hostile_command(fd, HOSTILE_CTRL_GARBAGE, 0xffffffff);
	exchange(fd, 1000);
	close(fd);
	set_of_remote("device/ampkit/shutdown_timeout_ms", "60000");
	ms = stop_ms();
	set_of_remote("device/ampkit/shutdown_timeout_ms", "1000");
	expect(ms < PROMPT_MS, "the stop takes %u ms", ms);
	hostile_good_again();
}

/* Nobody says that there is room: a writer finds out all the same. */
static void write_to_the_silent(void)
{
	int fd = hostile_start(0);
	unsigned int i;

	hostile_command(fd, HOSTILE_SILENT_DRAIN, 1);
	for (i = 0; i < 2000; i++)
		expect_eq(write(fd, "silence", 7), 7);
	hostile_command(fd, HOSTILE_SILENT_DRAIN, 0);
	remote_echo(fd, "it speaks");
	hostile_end(fd);
}

static void bear_needless_bells(void)
{
	int fd = hostile_start(O_NONBLOCK);

	hostile_command(fd, HOSTILE_BELL_ALWAYS, 1);
	exchange(fd, 5000);
	hostile_end(fd);
}

static const struct test tests[] = {
	TEST("fault_23_a_hung_remote_with_a_full_ring_is_stopped_promptly",
	     stop_a_hung_remote),
	TEST_WITH("fault_23_a_hang_with_a_full_ring_is_noticed", notice_a_hang,
		  (&(const __u32){ HOSTILE_HANG })),
	TEST_WITH("fault_23_an_endless_loop_is_noticed", notice_a_hang,
		  (&(const __u32){ HOSTILE_SPIN })),
	TEST("fault_23_a_deaf_remote_is_waited_for", wait_for_the_deaf),
	TEST("fault_24_a_crash_before_the_link_is_up_is_recovered",
	     die_before_the_link),
	TEST("fault_24_crashes_in_a_row_are_recovered", die_in_a_row),
	TEST("fault_24_a_crash_record_of_garbage_is_harmless",
	     write_garbage_record),
	TEST("fault_24_a_crash_is_reported_once", say_crashed_again),
	TEST("fault_25_a_stop_does_not_wait_for_who_is_in_no_state",
	     stop_without_a_state),
	TEST("fault_35_a_silent_remote_leaves_no_writer_asleep",
	     write_to_the_silent),
	TEST("fault_35_needless_bells_change_nothing", bear_needless_bells),
};

const struct suite hostile_end_suite = { tests, ARRAY_SIZE(tests), NULL };
