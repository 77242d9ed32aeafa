// SPDX-License-Identifier: GPL-2.0
/*
 * Suspend to idle with remotes running: they run on, and may end it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "char.h"
#include "misuse.h"

/* How long a remote, deaf meanwhile, lets a message wait: the host sleeps then */
#define ASLEEP_MS	2000
#define LONGEST_MS	(16 * ASLEEP_MS)

static void set_wakeup(unsigned int remote, bool on)
{
	expect_ok(write_file(bell_file(remote, "power/wakeup"),
			     on ? "enabled" : "disabled"));
}

static unsigned int suspends(void)
{
	char text[32];

	expect_ok(read_file("/sys/power/suspend_stats/success", text,
			    sizeof(text)));
	return strtoul(text, NULL, 10);
}

static int start_deaf(unsigned int remote)
{
	remote_set_firmware(remote, image_of(remote, "hostile"));
	return remote_start_and_open(remote, 0);
}

static void say(int fd, const char *text)
{
	expect_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void expect_text(int fd, const char *text)
{
	char found[64] = "";

	expect_eq(read(fd, found, sizeof(found) - 1), (ssize_t)strlen(text));
	expect(!strcmp(found, text), "%s", found);
}

/*
 * Suspends until the bell, as a power manager does: a bell since @count was read
 * calls the suspend off, or nothing would end it. False if that was so.
 */
static bool suspend(const char *count)
{
	unsigned int before = suspends();
	int err;

	if (write_file("/sys/power/wakeup_count", count))
		return false;
	err = write_file("/sys/power/state", "freeze");
	if (err == -EBUSY)
		return false;
	expect_eq(err, 0);
	expect_eq(suspends(), before + 1);
	return true;
}

static void read_count(char *count, size_t size)
{
	expect_ok(read_file("/sys/power/wakeup_count", count, size));
	count[strcspn(count, "\n")] = '\0';
}

/* On a busy host the bell may come too early: then it gets more time. */
static unsigned int more_time(unsigned int ms)
{
	expect(ms < LONGEST_MS, "no suspend in %u ms", ms);
	note("called off: the bell came within %u ms", ms);
	sign_of_life();
	return 2 * ms;
}

/* Until the remote was not asked for its next bell. */
static void put_bells_off(int fd)
{
	unsigned long before = bells_deferred();
	unsigned int i;

	for (i = 0; bells_deferred() == before; i++) {
		expect(i < 1000, "each bell was asked for");
		get_busy(fd);
	}
}

/* Without poll(), after which a file is told of each message */
static void deafen(int fd, unsigned int ms)
{
	struct hostile_msg answer;

	hostile_tell(fd, HOSTILE_DEAF, ms);
	expect_eq(read(fd, &answer, sizeof(answer)), sizeof(answer));
	expect_eq(answer.command, HOSTILE_DEAF);
	expect_eq(answer.arg, ms);
}

/* Until the remote, deaf for so long, answers. False if that called it off. */
static bool suspend_until_answered(int fd, unsigned int ms)
{
	char count[32];
	__u64 began;
	bool slept;

	deafen(fd, ms);
	read_count(count, sizeof(count));
	say(fd, "wake up");
	began = now_us();
	slept = suspend(count);
	expect(now_us() - began < 1000ULL * (ms + WAIT_MS * patience()),
	       "the bell came after %u ms", ms);
	expect_text(fd, "wake up");
	sign_of_life();
	return slept;
}

/* @busy: it is a reader who puts bells off that the host goes to sleep under */
static void wake_reader(bool busy)
{
	unsigned int ms = ASLEEP_MS, rounds = 0;
	int fd = start_deaf(0);

	set_wakeup(0, true);
	while (rounds < 3) {
		if (busy)
			put_bells_off(fd);
		if (suspend_until_answered(fd, ms))
			rounds++;
		else
			ms = more_time(ms);
	}
	set_wakeup(0, false);
	remote_echo(fd, "awake");
	expect(remote_is(0, "running"), "after the resume");
}

static void wake_by_bell(void)
{
	wake_reader(false);
}

static void wake_busy_reader(void)
{
	wake_reader(true);
}

/* Both speak while the host sleeps, the one that may not wake it first. */
static void keep_what_was_said_asleep(void)
{
	unsigned int ms = ASLEEP_MS;
	int quiet, loud;
	bool slept = false;
	char count[32];

	if (machine.shared_bell)
		skip("the remotes ring by one interrupt: either wakes the host");
	quiet = start_deaf(0);
	loud = start_deaf(1);
	set_wakeup(1, true);
	while (!slept) {
		hostile_command(quiet, HOSTILE_DEAF, ms / 2);
		hostile_command(loud, HOSTILE_DEAF, ms);
		read_count(count, sizeof(count));
		say(quiet, "no hurry");
		say(loud, "wake up");
		slept = suspend(count);
		expect_text(loud, "wake up");
		expect_text(quiet, "no hurry");
		if (!slept)
			ms = more_time(ms);
	}
	set_wakeup(1, false);
	remote_echo(quiet, "one");
	remote_echo(loud, "two");
}

static bool is_held_back(void *fd)
{
	struct rpmsg_ept_info info = ept_info(*(int *)fd);

	return info.queued == info.max_msgs;
}

/* Nobody makes room for what is being delivered: its reader is frozen. */
static void sleep_with_a_full_queue(void)
{
	unsigned int ms = ASLEEP_MS;
	int held, loud;

	held = remote_start_and_open(0, 0);
	loud = start_deaf(1);
	hold_back(held);
	expect_soon(is_held_back, &held, WAIT_MS);
	set_wakeup(1, true);
	while (!suspend_until_answered(loud, ms))
		ms = more_time(ms);
	set_wakeup(1, false);
	read_held_back(held);
}

static unsigned long wake_ups(void)
{
	char text[32];

	expect_ok(read_file(bell_file(0, "power/wakeup_active_count"), text,
			    sizeof(text)));
	return strtoul(text, NULL, 10);
}

/* Of several messages only the first may be rung for. */
static void count_what_is_delivered(void)
{
	unsigned long bells, events;
	int fd;

	set_wakeup(0, true);
	fd = remote_start_and_open(0, 0);
	remote_echo(fd, "all is quiet after this");
	bells = bells_taken();
	events = wake_ups();
	remote_echo(fd, "one");
	remote_echo(fd, "two");
	bells = bells_taken() - bells;
	events = wake_ups() - events;
	set_wakeup(0, false);
	note("%lu bells, %lu wake-ups", bells, events);
	expect(events > bells, "%lu bells, %lu wake-ups", bells, events);
}

static const struct test tests[] = {
	TEST("a_remote_wakes_a_suspended_host", wake_by_bell),
	TEST("a_remote_wakes_a_host_whose_reader_was_busy", wake_busy_reader),
	TEST("a_message_is_a_wake_up_without_a_bell_of_its_own",
	     count_what_is_delivered),
	TEST("what_a_remote_says_to_a_suspended_host_is_kept",
	     keep_what_was_said_asleep),
	TEST("a_host_sleeps_while_a_queue_is_full", sleep_with_a_full_queue),
};

const struct suite suspend_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
