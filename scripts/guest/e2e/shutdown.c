// SPDX-License-Identifier: GPL-2.0
/*
 * Stops of a remote: what it is told before it is put in reset, for how long an
 * answer is waited for, and how often something started twice has to be stopped.
 */
#include <ampkit/demo.h>
#include <fcntl.h>
#include <unistd.h>

#include "misuse.h"

#define SETTINGS	SYSFS_RPROC "0/device/ampkit/"
#define FAREWELL	"rpmsg-openamp-demo-channel 0xef56a55a"
#define A_LONG_NAME	"a-name-that-no-channel-can-have-at-all"

static unsigned int stop_ms(void)
{
	__u64 begin = now_us();

	remote_stop(0);
	return (now_us() - begin) / 1000;
}

static void shut_down_gracefully(void)
{
	int fd = remote_start_and_open(0, 0);
	int mark = log_mark();
	unsigned int ms;

	remote_echo(fd, "before the stop");
	close(fd);
	set_of_remote("device/ampkit/shutdown_timeout_ms", "60000");
	ms = stop_ms();
	set_of_remote("device/ampkit/shutdown_timeout_ms", "1000");
	note("answered within %u ms", ms);
	expect(ms < 30000, "%u ms", ms);
	expect(!log_says(mark, "no answer"), "the request was not answered");
}

/* An image without a control block is asked by the message of its own kind. */
static void say_farewell(void)
{
	int mark = log_mark();
	unsigned int ms;
	int fd;

	set_of_remote("device/ampkit/shutdown_message", FAREWELL);
	set_of_remote("device/ampkit/shutdown_timeout_ms", "60000");
	remote_set_firmware(0, image_of(0, "openamp-echo"));
	remote_start(0);
	fd = remote_open_demo(0);
	remote_echo(fd, "until the stop");
	close(fd);
	ms = stop_ms();
	note("answered within %u ms", ms);
	expect(ms < 30000, "%u ms", ms);
	expect(log_says(mark, "destroying channel " DEMO_SERVICE),
	       "the message was not answered");

	/* Nobody to say it to, or nobody who knows it */
	remote_set_firmware(0, image_of(0, "minimal"));
	close(remote_start_and_open(0, 0));
	expect(stop_ms() < PROMPT_MS, "a stop waited for nobody");
	set_of_remote("device/ampkit/shutdown_message", "rpmsg-raw 1");
	set_of_remote("device/ampkit/shutdown_timeout_ms", "300");
	fd = remote_start_and_open(0, 0);
	/* Once it talks, the channel is all there */
	remote_echo(fd, "until the stop");
	close(fd);
	ms = stop_ms();
	expect(ms >= 300 && ms < 300 + PROMPT_MS, "%u ms", ms);
	expect(log_says(mark, "no answer"), "the log does not say so");

	set_of_remote("device/ampkit/shutdown_timeout_ms", "1000");
	set_of_remote("device/ampkit/shutdown_message", "none");
}

static void force_a_shutdown(void)
{
	int fd = hostile_start(0);
	int mark = log_mark();
	unsigned int ms;

	hostile_command(fd, HOSTILE_NO_SHUTDOWN, 1);
	close(fd);
	set_of_remote("device/ampkit/shutdown_timeout_ms", "300");
	ms = stop_ms();
	set_of_remote("device/ampkit/shutdown_timeout_ms", "1000");
	note("forced after %u ms", ms);
	expect(ms >= 300 && ms < 300 + PROMPT_MS, "%u ms", ms);
	expect(log_says(mark, "no answer"), "the log does not say so");
}

static void refuse_wrong_settings(void)
{
	expect_eq(write_file(SETTINGS "shutdown_timeout_ms", "60001"), -EINVAL);
	expect_eq(write_file(SETTINGS "shutdown_timeout_ms", "-1"), -EINVAL);
	expect_eq(write_file(SETTINGS "shutdown_timeout_ms", "soon"), -EINVAL);
	expect_eq(write_file(SETTINGS "shutdown_message", "channel"), -EINVAL);
	expect_eq(write_file(SETTINGS "shutdown_message", "channel x"), -EINVAL);
	expect_eq(write_file(SETTINGS "shutdown_message", "channel 4294967296"),
		  -ERANGE);
	expect_eq(write_file(SETTINGS "shutdown_message", A_LONG_NAME " 1"),
		  -EINVAL);
	expect_eq(write_file(SETTINGS "leave_running", "perhaps"), -EINVAL);
}

static void stop_as_often_as_started(void)
{
	remote_start(0);
	expect_eq(remote_try_start(0), 0);
	set_of_remote("state", "stop");
	expect(remote_is(0, "running"), "one stop for two starts");
	set_of_remote("state", "stop");
	expect(remote_is(0, "offline"), "two stops for two starts");
	expect_eq(write_file(SYSFS_RPROC "0/state", "stop"), -EINVAL);
}

static void unload_what_was_started_twice(void)
{
	remote_start(0);
	expect_eq(remote_try_start(0), 0);
	modules_unload();
	modules_load();
	expect(remote_is(0, "offline"), "it runs on");
	remote_check_echo(0);
}

static const struct test tests[] = {
	TEST("a_stop_lets_the_remote_finish", shut_down_gracefully),
	TEST("a_stop_says_farewell_to_an_image_without_control_block",
	     say_farewell),
	TEST("a_stop_without_an_answer_is_forced_in_time", force_a_shutdown),
	TEST("wrong_settings_are_refused", refuse_wrong_settings),
	TEST("fault_30_two_starts_take_two_stops", stop_as_often_as_started),
	TEST("fault_30_unloading_stops_what_was_started_twice",
	     unload_what_was_started_twice),
};

const struct suite shutdown_suite = { tests, ARRAY_SIZE(tests), NULL };
