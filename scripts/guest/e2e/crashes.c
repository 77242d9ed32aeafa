// SPDX-License-Identifier: GPL-2.0
/*
 * Crashes and hangs of a remote, and what becomes of it: recovered, stopped, or
 * dead before it was ready.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "misuse.h"

#define FIRMWARE_DIR	"/lib/firmware/"

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
	unsigned int before = crash_count(0);
	int fd = hostile_start(0);
	struct pollfd poll_fd = { .fd = fd };
	int mark = log_mark();

	hostile_tell(fd, death->command, 0);
	/* The old channel ends, whatever becomes of the remote */
	expect(poll(&poll_fd, 1, HANG_MS) == 1, "the channel outlives a crash");
	close(fd);
	expect_back(0, before);
	expect(log_says(mark, death->says), "the log does not say \"%s\"",
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
	unsigned int before = crash_count(0);
	int fd = hostile_start(0);

	hostile_tell(fd, HOSTILE_CRASH_IRQ, 0);
	/* A bell after the command was taken is the one it dies of */
	expect_soon(rings_no_more, &fd, HANG_MS);
	close(fd);
	expect_back(0, before);
	remote_stop(0);
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
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

static void kill_victim(struct victim *victim, __u32 how)
{
	victim->before = crash_count(victim->remote);
	victim->fd = remote_open(victim->remote, 0);
	remote_echo(victim->fd, "before a crash");
	hostile_tell(victim->fd, how, 0);
	if (how == HOSTILE_CRASH_IRQ)
		expect_soon(rings_no_more, &victim->fd, HANG_MS);
	close(victim->fd);
}

/* Both cores at once, in each way to die in turn; hangs take their time. */
static void recover_again_and_again(void)
{
	static const __u32 ways[] = {
		HOSTILE_CRASH_ABORT, HOSTILE_CRASH_IRQ, HOSTILE_HANG,
	};
	unsigned int rounds = param_number("cycles", 100) / REMOTES;
	struct victim victims[REMOTES];
	unsigned int i, j;

	for (j = 0; j < REMOTES; j++) {
		victims[j].remote = j;
		remote_set_firmware(j, image_of(j, "hostile"));
		close(remote_start_and_open(j, 0));
	}
	for (i = 0; i < rounds; i++) {
		for (j = 0; j < REMOTES; j++)
			kill_victim(&victims[j], ways[i % ARRAY_SIZE(ways)]);
		for (j = 0; j < REMOTES; j++)
			expect_back(j, victims[j].before);
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
	close(hostile_start(0));
	pthread_create(&thread, NULL, stream_on, &bystander);
	for (i = 0; i < crashes; i++) {
		kill_victim(&victim, ways[i % ARRAY_SIZE(ways)]);
		expect_back(0, victim.before);
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

	set_of_remote("coredump", "enabled");
	close(hostile_start(0));
	for (round = 0; round < 3; round++) {
		unsigned int before = crash_count(0);
		int fd = remote_open(0, 0);

		hostile_tell(fd, HOSTILE_CRASH_ABORT, 0);
		close(fd);
		expect_back(0, before);
		expect_eq(count_entries("/sys/class/devcoredump/devcd*"), 1);
	}
	set_of_remote("coredump", "disabled");
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
	int fd = hostile_start(0);

	set_of_remote("recovery", "disabled");
	hostile_tell(fd, HOSTILE_CRASH_ABORT, 0);
	close(fd);
	expect_soon(is_crashed, NULL, HANG_MS);
	remote_stop(0);
	set_of_remote("recovery", "enabled");
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
	unsigned int before = crash_count(0);
	int fd = hostile_start(0);
	bool failed;

	rename_image(HOSTILE, "ampkit/away.elf");
	hostile_tell(fd, HOSTILE_CRASH_ABORT, 0);
	close(fd);
	failed = wait_until(is_offline, NULL, HANG_MS) && start_fails();
	rename_image("ampkit/away.elf", HOSTILE);
	expect(failed, "a start without an image did not fail");

	expect_back(0, before);
	remote_stop(0);
	expect(remote_is(0, "offline"), "the counts do not balance");
	remote_check_echo(0);
}

static void start_by_hand_after_a_failed_recovery(void)
{
	int fd = hostile_start(0);

	rename_image(HOSTILE, "ampkit/away.elf");
	hostile_tell(fd, HOSTILE_CRASH_ABORT, 0);
	close(fd);
	if (!wait_until(is_offline, NULL, HANG_MS) || !start_fails()) {
		rename_image("ampkit/away.elf", HOSTILE);
		fail("a start without an image did not fail");
	}
	set_of_remote("recovery", "disabled");
	rename_image("ampkit/away.elf", HOSTILE);
	expect_eq(remote_try_start(0), 0);
	set_of_remote("recovery", "enabled");
	fd = remote_open(0, 0);
	remote_echo(fd, "by hand");
	close(fd);
}

static void die_during_start(const void *arg)
{
	const __u32 *boot = arg;
	int fd = hostile_start(0);
	int err;

	hostile_next_boot(fd, *boot, 1);
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
	int fd = hostile_start(0);

	hostile_next_boot(fd, HOSTILE_BOOT_TABLE, 1);
	close(fd);
	remote_stop(0);

	fd = remote_start_and_open(0, 0);
	remote_echo(fd, "told again");
	close(fd);
	remote_stop(0);
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
	TEST("fault_30_a_remote_is_recovered_again_and_again",
	     recover_again_and_again),
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
};

const struct suite crashes_suite = { tests, ARRAY_SIZE(tests), NULL };
