// SPDX-License-Identifier: GPL-2.0
/*
 * Suspend to idle with remotes running: they run on, and may end it.
 */
#include <ampkit/hostile.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "e2e.h"

/* How long a remote lets a message wait: the host sleeps by then */
#define ASLEEP_MS	2000

static const char *const hostile[REMOTES] = {
	"ampkit/hostile-core2.elf", "ampkit/hostile-core3.elf",
};

static void set_wakeup(unsigned int remote, bool on)
{
	char path[128];

	snprintf(path, sizeof(path),
		 "/sys/bus/platform/devices/doorbell-core%u/power/wakeup",
		 2 + remote);
	expect_ok(write_file(path, on ? "enabled" : "disabled"));
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
	remote_set_firmware(remote, hostile[remote]);
	return remote_start_and_open(remote, 0);
}

/* A message that is answered when some time has gone by. */
static void say_to_deaf(int fd, unsigned int ms, const char *text)
{
	struct hostile_msg msg = { HOSTILE_MAGIC, HOSTILE_DEAF, ms, 0 };

	expect_eq(write(fd, &msg, sizeof(msg)), (ssize_t)sizeof(msg));
	expect_eq(read(fd, &msg, sizeof(msg)), (ssize_t)sizeof(msg));
	expect_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void expect_text(int fd, const char *text)
{
	char found[64] = "";

	expect_eq(read(fd, found, sizeof(found) - 1), (ssize_t)strlen(text));
	expect(!strcmp(found, text), "%s", found);
}

static void suspend(void)
{
	unsigned int before = suspends();

	expect_ok(write_file("/sys/power/state", "freeze"));
	expect_eq(suspends(), before + 1);
}

static void wake_by_bell(void)
{
	int fd = start_deaf(0);
	unsigned int round;

	set_wakeup(0, true);
	for (round = 0; round < 3; round++) {
		say_to_deaf(fd, ASLEEP_MS, "wake up");
		suspend();
		expect_text(fd, "wake up");
	}
	set_wakeup(0, false);
	remote_echo(fd, "awake");
	expect(remote_is(0, "running"), "after the resume");
}

/* Both speak while the host sleeps, the one that may not wake it first. */
static void keep_what_was_said_asleep(void)
{
	int quiet = start_deaf(0), loud = start_deaf(1);

	set_wakeup(1, true);
	say_to_deaf(quiet, ASLEEP_MS / 2, "no hurry");
	say_to_deaf(loud, ASLEEP_MS, "wake up");
	suspend();
	expect_text(loud, "wake up");
	expect_text(quiet, "no hurry");
	set_wakeup(1, false);
	remote_echo(quiet, "one");
	remote_echo(loud, "two");
}

static const struct test tests[] = {
	TEST("a_remote_wakes_a_suspended_host", wake_by_bell),
	TEST("what_a_remote_says_to_a_suspended_host_is_kept",
	     keep_what_was_said_asleep),
};

const struct suite suspend_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
