// SPDX-License-Identifier: GPL-2.0
/*
 * Lives and deaths of a remote: crashes and hangs and what becomes of them,
 * shutdowns that are answered or not, remotes that run on without a driver, and
 * how often something has to be stopped that was started twice.
 */
#include <ampkit/demo.h>
#include <ampkit/echo.h>
#include <ampkit/hostile.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e2e.h"

#define HOSTILE		"ampkit/hostile-core2.elf"
#define FIRMWARE_DIR	"/lib/firmware/"
#define CRF_RST_FPD_APU	0xfd1a0104UL
#define SETTINGS	SYSFS_RPROC "0/device/ampkit/"
#define FAREWELL	"rpmsg-openamp-demo-channel 0xef56a55a"
#define A_LONG_NAME	"a-name-that-no-channel-can-have-at-all"

/* A hung remote is noticed after four periods of its heartbeat. */
#define HANG_MS		20000

static unsigned int crashes(void)
{
	char text[32];

	expect_ok(read_file(SETTINGS "crashes", text, sizeof(text)));
	return strtoul(text, NULL, 10);
}

static void set(const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), SYSFS_RPROC "0/%s", file);
	expect(write_file(path, text) >= 0, "%s > %s", text, path);
}

static void command(int fd, __u32 what, __u32 arg, __u32 boot)
{
	struct hostile_msg msg = { HOSTILE_MAGIC, what, arg, boot };

	if (write(fd, &msg, sizeof(msg)) != (ssize_t)sizeof(msg))
		fail("message %u to the firmware: %s", what, strerror(errno));
}

/* Starts the firmware that misbehaves on command, and opens its channel. */
static int start_hostile(void)
{
	remote_set_firmware(0, HOSTILE);
	return remote_start_and_open(0, 0);
}

static bool has_recovered(void *context)
{
	const unsigned int *before = context;
	char node[64];

	return crashes() > *before && remote_is(0, "running") &&
	       remote_find_node(0, node, sizeof(node));
}

static void expect_recovery(unsigned int before)
{
	expect(wait_until(has_recovered, &before, HANG_MS), "%u crashes before",
	       before);
}

static bool log_has(int mark, const char *text)
{
	struct log_line line;
	bool found = false;

	while (log_next(mark, &line))
		found |= !!strstr(line.text, text);
	return found;
}

/**
 * struct death - a way to die
 * @command: what the firmware is told to do
 * @says: what the log says of it
 */
struct death {
	__u32 command;
	const char *says;
};

static void recover_from(const void *arg)
{
	const struct death *death = arg;
	unsigned int before = crashes();
	int fd = start_hostile();
	struct pollfd poll_fd = { .fd = fd };
	int mark = log_mark();

	command(fd, death->command, 0, 0);
	/* The old channel ends, whatever becomes of the remote */
	expect(poll(&poll_fd, 1, HANG_MS) == 1, "the channel outlives a crash");
	close(fd);
	expect_recovery(before);
	expect(log_has(mark, death->says), "the log does not say \"%s\"",
	       death->says);

	fd = remote_open(0, 0);
	remote_echo(fd, "a new life");
	close(fd);
	remote_stop(0);
}

static bool rings_no_more(void *context)
{
	return write(*(int *)context, "bell", 4) < 0 && errno != EAGAIN;
}

static void recover_from_a_crash_in_the_interrupt_handler(void)
{
	unsigned int before = crashes();
	int fd = start_hostile();

	command(fd, HOSTILE_CRASH_IRQ, 0, 0);
	/* A bell after the command was taken is the one it dies of */
	expect_soon(rings_no_more, &fd, HANG_MS);
	close(fd);
	expect_recovery(before);
	remote_stop(0);
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

static unsigned int crashes_of(unsigned int remote)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), SYSFS_RPROC "%u/device/ampkit/crashes",
		 remote);
	expect_ok(read_file(path, text, sizeof(text)));
	return strtoul(text, NULL, 10);
}

/**
 * struct victim - a remote that crashes again and again
 * @remote: which one
 * @fd: its channel
 * @before: how often it had crashed
 */
struct victim {
	unsigned int remote;
	int fd;
	unsigned int before;
};

static bool is_back(void *context)
{
	const struct victim *victim = context;
	char node[64];

	return crashes_of(victim->remote) > victim->before &&
	       remote_is(victim->remote, "running") &&
	       remote_find_node(victim->remote, node, sizeof(node));
}

static void kill_victim(struct victim *victim, __u32 how)
{
	victim->before = crashes_of(victim->remote);
	victim->fd = remote_open(victim->remote, 0);
	remote_echo(victim->fd, "before a crash");
	command(victim->fd, how, 0, 0);
	if (how == HOSTILE_CRASH_IRQ)
		expect_soon(rings_no_more, &victim->fd, HANG_MS);
	close(victim->fd);
}

/* Both cores at once, in each way to die in turn; hangs take their time. */
static void recover_again_and_again(void)
{
	static const char *const images[] = {
		HOSTILE, "ampkit/hostile-core3.elf",
	};
	static const __u32 ways[] = {
		HOSTILE_CRASH_ABORT, HOSTILE_CRASH_IRQ, HOSTILE_HANG,
	};
	unsigned int rounds = param_number("cycles", 100) / REMOTES;
	struct victim victims[REMOTES];
	unsigned int i, j;

	for (j = 0; j < REMOTES; j++) {
		victims[j].remote = j;
		remote_set_firmware(j, images[j]);
		close(remote_start_and_open(j, 0));
	}
	for (i = 0; i < rounds; i++) {
		for (j = 0; j < REMOTES; j++)
			kill_victim(&victims[j], ways[i % ARRAY_SIZE(ways)]);
		for (j = 0; j < REMOTES; j++)
			expect_soon(is_back, &victims[j], HANG_MS);
		sign_of_life();
	}
	note("%u crashes, each recovered", rounds * REMOTES);
	for (j = 0; j < REMOTES; j++)
		remote_stop(j);
}

/**
 * struct bystander - streams on a remote while others crash
 * @stream: the stream
 * @done: it may end
 */
struct bystander {
	struct stream stream;
	atomic_bool done;
};

static void *stream_on(void *context)
{
	struct bystander *bystander = context;

	while (!atomic_load(&bystander->done))
		stream_exchange(&bystander->stream, 100);
	return NULL;
}

/* All that is sent comes back, in order and unaltered, and from one life. */
static void crash_beside_a_stream(void)
{
	static const __u32 ways[] = {
		HOSTILE_CRASH_ABORT, HOSTILE_CRASH_IRQ, HOSTILE_CRASH_STACK,
		HOSTILE_PANIC, HOSTILE_CRASH_UNDEFINED,
	};
	struct bystander bystander = { .done = false };
	struct victim victim = { .remote = 0 };
	unsigned int i, crashes = 4 * ARRAY_SIZE(ways);
	pthread_t thread;

	stream_init(&bystander.stream, remote_start_and_open(1, O_NONBLOCK),
		    32, true);
	stream_exchange(&bystander.stream, 100);
	close(start_hostile());
	pthread_create(&thread, NULL, stream_on, &bystander);
	for (i = 0; i < crashes; i++) {
		kill_victim(&victim, ways[i % ARRAY_SIZE(ways)]);
		expect_soon(is_back, &victim, HANG_MS);
		sign_of_life();
	}
	atomic_store(&bystander.done, true);
	pthread_join(thread, NULL);
	note("%llu messages beside %u crashes", bystander.stream.received,
	     crashes);
	expect_eq(bystander.stream.sent, bystander.stream.received);
	remote_stop(0);
}

/* The first dump stays where it is, and the second crash goes its way. */
static void leave_dump_unread(void)
{
	unsigned int round;

	set("coredump", "enabled");
	close(start_hostile());
	for (round = 0; round < 3; round++) {
		unsigned int before = crashes();
		int fd = remote_open(0, 0);

		command(fd, HOSTILE_CRASH_ABORT, 0, 0);
		close(fd);
		expect_recovery(before);
		expect_eq(count_entries("/sys/class/devcoredump/devcd*"), 1);
	}
	set("coredump", "disabled");
	system("for dump in /sys/class/devcoredump/devcd*; do echo > $dump/data; done");
	remote_stop(0);
}

static bool is_crashed(void *unused)
{
	(void)unused;
	return remote_is(0, "crashed");
}

static void stop_a_crashed_remote(void)
{
	int fd = start_hostile();

	set("recovery", "disabled");
	command(fd, HOSTILE_CRASH_ABORT, 0, 0);
	close(fd);
	expect_soon(is_crashed, NULL, HANG_MS);
	remote_stop(0);
	set("recovery", "enabled");
	expect(remote_is(0, "offline"), "after the stop");
	remote_check_echo(0);
}

static void rename_image(const char *from, const char *to)
{
	char old[128], new[128];

	snprintf(old, sizeof(old), FIRMWARE_DIR "%s", from);
	snprintf(new, sizeof(new), FIRMWARE_DIR "%s", to);
	expect_ok(rename(old, new));
}

static bool is_offline(void *unused)
{
	(void)unused;
	return remote_is(0, "offline");
}

static bool start_fails(void)
{
	return remote_try_start(0) == -ENOENT;
}

/*
 * A recovery that fails must not leave a remote of which a start says that it
 * runs. Once the image is back, the driver's own next try finds it.
 */
static void fail_to_recover(void)
{
	unsigned int before = crashes();
	int fd = start_hostile();
	bool failed;

	rename_image(HOSTILE, "ampkit/away.elf");
	command(fd, HOSTILE_CRASH_ABORT, 0, 0);
	close(fd);
	failed = wait_until(is_offline, NULL, HANG_MS) && start_fails();
	rename_image("ampkit/away.elf", HOSTILE);
	expect(failed, "a start without an image did not fail");

	expect_recovery(before);
	remote_stop(0);
	expect(remote_is(0, "offline"), "the counts do not balance");
	remote_check_echo(0);
}

static void start_by_hand_after_a_failed_recovery(void)
{
	int fd = start_hostile();

	rename_image(HOSTILE, "ampkit/away.elf");
	command(fd, HOSTILE_CRASH_ABORT, 0, 0);
	close(fd);
	if (!wait_until(is_offline, NULL, HANG_MS) || !start_fails()) {
		rename_image("ampkit/away.elf", HOSTILE);
		fail("a start without an image did not fail");
	}
	set("recovery", "disabled");
	rename_image("ampkit/away.elf", HOSTILE);
	expect_eq(remote_try_start(0), 0);
	set("recovery", "enabled");
	fd = remote_open(0, 0);
	remote_echo(fd, "by hand");
	close(fd);
}

static void die_during_start(const void *arg)
{
	const __u32 *boot = arg;
	int fd = start_hostile();
	int err;

	command(fd, HOSTILE_NEXT_BOOT, 1, *boot);
	/* Its answer tells that the command has arrived */
	expect_ok(read(fd, &(struct hostile_msg){}, sizeof(struct hostile_msg)));
	close(fd);
	remote_stop(0);

	err = remote_try_start(0);
	note("start: %s", strerror(-err));
	expect(err < 0, "the start of a dead remote succeeds");
	expect(remote_is(0, "offline"), "after a start that failed");
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

/* Some firmware has its table's initial values back when it starts. */
static void tell_the_forgetful(void)
{
	int fd = start_hostile();

	command(fd, HOSTILE_NEXT_BOOT, 1, HOSTILE_BOOT_TABLE);
	expect_ok(read(fd, &(struct hostile_msg){}, sizeof(struct hostile_msg)));
	close(fd);
	remote_stop(0);

	fd = remote_start_and_open(0, 0);
	remote_echo(fd, "told again");
	close(fd);
	remote_stop(0);
}

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
	set("device/ampkit/shutdown_timeout_ms", "60000");
	ms = stop_ms();
	set("device/ampkit/shutdown_timeout_ms", "1000");
	note("answered within %u ms", ms);
	expect(ms < 30000, "%u ms", ms);
	expect(!log_has(mark, "no answer"), "the request was not answered");
}

/* An image without a control block is asked by the message of its own kind. */
static void say_farewell(void)
{
	int mark = log_mark();
	unsigned int ms;
	int fd;

	set("device/ampkit/shutdown_message", FAREWELL);
	set("device/ampkit/shutdown_timeout_ms", "60000");
	remote_set_firmware(0, "ampkit/openamp-echo-core2.elf");
	remote_start(0);
	fd = remote_open_demo(0);
	remote_echo(fd, "until the stop");
	close(fd);
	ms = stop_ms();
	note("answered within %u ms", ms);
	expect(ms < 30000, "%u ms", ms);
	expect(log_has(mark, "destroying channel " DEMO_SERVICE),
	       "the message was not answered");

	/* Nobody to say it to, or nobody who knows it */
	remote_set_firmware(0, "ampkit/minimal-core2.elf");
	close(remote_start_and_open(0, 0));
	expect(stop_ms() < PROMPT_MS, "a stop waited for nobody");
	set("device/ampkit/shutdown_message", "rpmsg-raw 1");
	set("device/ampkit/shutdown_timeout_ms", "300");
	fd = remote_start_and_open(0, 0);
	/* Once it talks, the channel is all there */
	remote_echo(fd, "until the stop");
	close(fd);
	ms = stop_ms();
	expect(ms >= 300 && ms < 300 + PROMPT_MS, "%u ms", ms);
	expect(log_has(mark, "no answer"), "the log does not say so");

	set("device/ampkit/shutdown_timeout_ms", "1000");
	set("device/ampkit/shutdown_message", "none");
}

static void force_a_shutdown(void)
{
	int fd = start_hostile();
	int mark = log_mark();
	unsigned int ms;

	command(fd, HOSTILE_NO_SHUTDOWN, 1, 0);
	expect_ok(read(fd, &(struct hostile_msg){}, sizeof(struct hostile_msg)));
	close(fd);
	set("device/ampkit/shutdown_timeout_ms", "300");
	ms = stop_ms();
	set("device/ampkit/shutdown_timeout_ms", "1000");
	note("forced after %u ms", ms);
	expect(ms >= 300 && ms < 300 + PROMPT_MS, "%u ms", ms);
	expect(log_has(mark, "no answer"), "the log does not say so");
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

/* A number that the firmware draws when it boots: the same while it runs. */
static __u64 boot_nonce(int fd)
{
	__u8 message[16] = {};
	__u32 magic = ECHO_MAGIC_NONCE;
	__u64 nonce;

	memcpy(message, &magic, sizeof(magic));
	expect_eq(write(fd, message, sizeof(message)), (ssize_t)sizeof(message));
	expect_eq(read(fd, message, sizeof(message)), (ssize_t)sizeof(message));
	memcpy(&nonce, message + ECHO_NONCE_OFFSET, sizeof(nonce));
	return nonce;
}

static void expect_same_life(__u64 nonce)
{
	int fd = remote_open(0, 0);

	expect(boot_nonce(fd) == nonce, "the remote was started anew");
	remote_echo(fd, "still the same");
	close(fd);
}

static __u64 start_a_life(void)
{
	int fd = remote_start_and_open(0, 0);
	__u64 nonce = boot_nonce(fd);

	close(fd);
	return nonce;
}

static void run_on_without_a_driver(void)
{
	__u64 nonce = start_a_life();
	unsigned int round;

	for (round = 0; round < 5; round++) {
		set("device/ampkit/leave_running", "1");
		modules_unload();
		modules_load();
		expect(remote_is(0, "detached"), "round %u", round);
		expect_eq(remote_try_start(0), 0);
		expect(remote_is(0, "attached"), "round %u", round);
		expect_same_life(nonce);
	}
	remote_stop(0);
	expect(remote_is(0, "offline"), "after the stop");
	expect(start_a_life() != nonce, "the stop has stopped nothing");
}

static void detach_and_attach(void)
{
	__u64 nonce = start_a_life();
	unsigned int round;

	set("device/ampkit/leave_running", "1");
	modules_unload();
	modules_load();
	for (round = 0; round < 10; round++) {
		expect_eq(remote_try_start(0), 0);
		expect_same_life(nonce);
		set("state", "detach");
		expect(remote_is(0, "detached"), "round %u", round);
	}
	expect_eq(remote_try_start(0), 0);
	expect_same_life(nonce);
	remote_stop(0);
}

/* One that nobody can or wants to attach to is no dead end. */
static void reset_what_is_detached(void)
{
	close(remote_start_and_open(0, 0));
	expect_eq(write_file(SETTINGS "reset", "1"), -EBUSY);
	set("device/ampkit/leave_running", "1");
	modules_unload();
	modules_load();
	expect(remote_is(0, "detached"), "after the return");
	expect_eq(write_file(SETTINGS "reset", "0"), -EINVAL);
	set("device/ampkit/reset", "1");
	expect(remote_is(0, "offline"), "after the reset");
	expect(phys_read32(CRF_RST_FPD_APU) >> 2 & 1, "it runs on");
	expect_eq(write_file(SETTINGS "reset", "1"), -EBUSY);
	remote_check_echo(0);
}

/* It comes back with the image that the driver knows of, not the one it ran. */
static void crash_while_attached(void)
{
	unsigned int before;
	int fd;

	close(start_hostile());
	set("device/ampkit/leave_running", "1");
	modules_unload();
	modules_load();
	expect_eq(remote_try_start(0), 0);
	before = crashes();
	fd = remote_open(0, 0);
	command(fd, HOSTILE_CRASH_ABORT, 0, 0);
	close(fd);
	expect_recovery(before);
	remote_stop(0);
}

static void stop_as_often_as_started(void)
{
	remote_start(0);
	expect_eq(remote_try_start(0), 0);
	set("state", "stop");
	expect(remote_is(0, "running"), "one stop for two starts");
	set("state", "stop");
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

#define DEATH(how, what, words)						\
	TEST_WITH("a_remote_that_" how "_is_recovered", recover_from,	\
		  (&(const struct death){ what, words }))

#define STILLBIRTH(how, what)						\
	TEST_WITH("a_remote_that_" how "_fails_to_start",		\
		  die_during_start, (&(const __u32){ what }))

static const struct test tests[] = {
	DEATH("accesses_nothing", HOSTILE_CRASH_ABORT, "crashed: exception"),
	DEATH("executes_nonsense", HOSTILE_CRASH_UNDEFINED,
	      "crashed: exception"),
	DEATH("overflows_its_stack", HOSTILE_CRASH_STACK,
	      "crashed: exception"),
	DEATH("panics", HOSTILE_PANIC, "crashed: panic"),
	DEATH("hangs", HOSTILE_HANG, "no heartbeat"),
	TEST("a_remote_that_dies_in_its_interrupt_handler_is_recovered",
	     recover_from_a_crash_in_the_interrupt_handler),
	TEST("a_remote_is_recovered_again_and_again", recover_again_and_again),
	TEST("fault_34_a_remote_crashes_and_the_other_loses_nothing",
	     crash_beside_a_stream),
	TEST("fault_36_a_dump_nobody_reads_holds_up_no_crash",
	     leave_dump_unread),
	TEST("a_crashed_remote_can_be_stopped_with_recovery_off",
	     stop_a_crashed_remote),
	TEST("a_failed_recovery_is_tried_again", fail_to_recover),
	TEST("a_failed_recovery_leaves_a_remote_that_starts_by_hand",
	     start_by_hand_after_a_failed_recovery),
	STILLBIRTH("crashes_before_it_is_ready", HOSTILE_BOOT_CRASH),
	STILLBIRTH("hangs_before_it_is_ready", HOSTILE_BOOT_HANG),
	TEST("a_remote_that_puts_its_table_back_is_told_again",
	     tell_the_forgetful),
	TEST("a_stop_lets_the_remote_finish", shut_down_gracefully),
	TEST("a_stop_says_farewell_to_an_image_without_control_block",
	     say_farewell),
	TEST("a_stop_without_an_answer_is_forced_in_time", force_a_shutdown),
	TEST("wrong_settings_are_refused", refuse_wrong_settings),
	TEST("a_remote_runs_on_without_a_driver", run_on_without_a_driver,
	     .timeout_s = 60),
	TEST("a_remote_is_detached_and_attached_again", detach_and_attach),
	TEST("a_detached_remote_can_be_put_in_reset", reset_what_is_detached),
	TEST("a_remote_that_crashes_while_attached_is_recovered",
	     crash_while_attached),
	TEST("two_starts_take_two_stops", stop_as_often_as_started),
	TEST("unloading_stops_what_was_started_twice",
	     unload_what_was_started_twice),
};

const struct suite lives_suite = { tests, ARRAY_SIZE(tests), NULL };
