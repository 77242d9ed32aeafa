// SPDX-License-Identifier: GPL-2.0
/*
 * Remotes that run on without a driver: left running, detached, attached to
 * again, put in reset, and crashed meanwhile.
 */
#include <ampkit/echo.h>
#include <fcntl.h>
#include <unistd.h>

#include "misuse.h"

/* Of the header that an image in memory starts with, bytes */
#define ATTACH_SIZE_OFFSET	12
/* Too short to be a table's */
#define ATTACH_BAD_SIZE		8

#define SETTINGS	SYSFS_RPROC "0/device/ampkit/"

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

static void leave_and_come_back(void)
{
	set_of_remote("device/ampkit/leave_running", "1");
	modules_unload();
	modules_load();
	expect(remote_is(0, "detached"), "after the return");
}

static void run_on_without_a_driver(void)
{
	__u64 nonce = start_a_life();
	unsigned int round;

	for (round = 0; round < 5; round++) {
		set_of_remote("device/ampkit/leave_running", "1");
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

	leave_and_come_back();
	for (round = 0; round < 10; round++) {
		expect_eq(remote_try_start(0), 0);
		expect_same_life(nonce);
		set_of_remote("state", "detach");
		expect(remote_is(0, "detached"), "round %u", round);
	}
	expect_eq(remote_try_start(0), 0);
	expect_same_life(nonce);
	remote_stop(0);
}

/* Of one ring: as if the halves of the buffers' carveout were the other way round */
static void turn_buffers_round(const char *vring)
{
	const __u32 half = RING_ENTRIES * BUFFER_SIZE;
	__u64 desc = region_of(0, vring).base;
	__u32 base = region_of(0, "vdev0buffer").base;
	unsigned int i, turned = 0;
	__u32 offset;

	for (i = 0; i < RING_ENTRIES; i++, desc += DESC_SIZE) {
		offset = phys_read32(desc) - base;
		if (offset >= 2 * half)
			continue;
		phys_write32(desc, base + (offset + half) % (2 * half));
		turned++;
	}
	expect(turned, "%s has no buffers", vring);
}

/*
 * What the remote has of one ring must not be the other's: a message would be
 * written over one that it is sent. And it is served again, as it is the same.
 */
static void attach_as_an_earlier_host_did(void)
{
	__u64 base = region_of(0, "vdev0buffer").base;
	__u64 nonce = start_a_life();
	unsigned int round;
	int fd;

	leave_and_come_back();
	turn_buffers_round("vdev0vring0");
	turn_buffers_round("vdev0vring1");
	for (round = 0; round < 2; round++) {
		expect_eq(remote_try_start(0), 0);
		expect_same_life(nonce);
		fd = remote_open(0, 0);
		remote_echo(fd, "in the earlier order");
		close(fd);
		expect(phys_read32(region_of(0, "vdev0vring0").base) - base <
		       RING_ENTRIES * BUFFER_SIZE, "round %u: turned back",
		       round);
		set_of_remote("state", "detach");
	}
	expect_eq(remote_try_start(0), 0);
	remote_stop(0);
	remote_check_echo(0);
}

/* One that nobody can or wants to attach to is no dead end. */
static void reset_what_is_detached(void)
{
	close(remote_start_and_open(0, 0));
	expect_eq(write_file(SETTINGS "reset", "1"), -EBUSY);
	leave_and_come_back();
	expect_eq(write_file(SETTINGS "reset", "0"), -EINVAL);
	set_of_remote("device/ampkit/reset", "1");
	expect(remote_is(0, "offline"), "after the reset");
	expect(remote_in_reset(0), "it runs on");
	expect_eq(write_file(SETTINGS "reset", "1"), -EBUSY);
	remote_check_echo(0);
}

/* It comes back with the image that the driver knows of, not the one it ran. */
static void crash_while_attached(void)
{
	unsigned int before;
	int fd;

	close(hostile_start(0));
	leave_and_come_back();
	expect_eq(remote_try_start(0), 0);
	before = crash_count(0);
	fd = remote_open(0, 0);
	hostile_tell(fd, HOSTILE_CRASH_ABORT, 0);
	close(fd);
	expect_back(0, before);
	remote_stop(0);
}

static bool is_detached(void *unused)
{
	(void)unused;
	return remote_is(0, "detached");
}

static bool is_crashed(void *unused)
{
	(void)unused;
	return remote_is(0, "crashed");
}

/*
 * By mistake, or of its last life. The remote is somebody else's, and runs on;
 * with recovery off the report stands until it is on again.
 */
static void crash_while_detached(void)
{
	__u64 nonce = start_a_life();
	unsigned int before;

	leave_and_come_back();
	before = crash_count(0);
	expect_ok(write_file(DEBUGFS_RPROC "0/crash", "1"));
	expect_soon(is_detached, NULL, WAIT_MS);

	set_of_remote("recovery", "disabled");
	expect_ok(write_file(DEBUGFS_RPROC "0/crash", "1"));
	expect_soon(is_crashed, NULL, WAIT_MS);
	set_of_remote("recovery", "enabled");
	expect_soon(is_detached, NULL, WAIT_MS);
	expect_eq(crash_count(0), before);

	expect_eq(remote_try_start(0), 0);
	expect_same_life(nonce);
	set_of_remote("state", "detach");
	set_of_remote("recovery", "disabled");
	expect_ok(write_file(DEBUGFS_RPROC "0/crash", "1"));
	expect_soon(is_crashed, NULL, WAIT_MS);
	modules_unload();
	modules_load();
	expect(remote_is(0, "detached"), "it was stopped by who left it alone");
	expect_eq(remote_try_start(0), 0);
	expect_same_life(nonce);
	remote_stop(0);
}

static void crash_with_recovery_off(void)
{
	set_of_remote("recovery", "disabled");
	expect_ok(write_file(DEBUGFS_RPROC "0/crash", "1"));
	expect_soon(is_crashed, NULL, WAIT_MS);
}

/* It runs on, so that an image must not be loaded to where it does */
static void start_after_a_crash_while_detached(void)
{
	__u64 nonce = start_a_life();

	leave_and_come_back();
	crash_with_recovery_off();
	expect_eq(remote_try_start(0), -EAGAIN);
	expect(remote_is(0, "detached"), "after the first start");
	expect_eq(remote_try_start(0), 0);
	expect_same_life(nonce);

	/* The core counts a stop even if there is nothing to stop */
	set_of_remote("state", "detach");
	crash_with_recovery_off();
	set_of_remote("state", "stop");
	set_of_remote("recovery", "enabled");
	expect_soon(is_detached, NULL, WAIT_MS);
	expect_eq(remote_try_start(0), 0);
	expect_same_life(nonce);
	remote_stop(0);
	expect(remote_in_reset(0), "it runs on");
	remote_check_echo(0);
}

/* There is nothing to talk by, but it can be stopped */
static void attach_without_a_table(void)
{
	int mark;

	remote_set_firmware(0, image_of(0, "hello"));
	remote_start(0);
	leave_and_come_back();
	mark = log_mark();
	expect_eq(remote_try_start(0), 0);
	expect(remote_is(0, "attached"), "after the start");
	expect(log_says(mark, "the running image has no resource table"),
	       "no word of it");
	remote_stop(0);
	expect(remote_in_reset(0), "it runs on");
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

/* What is not right is looked at, and left as it is */
static void attach_to_a_bad_table(void)
{
	__u64 size_at = region_of(0, "image").base + ATTACH_SIZE_OFFSET;
	__u64 nonce = start_a_life();
	__u32 size;
	int mark;

	leave_and_come_back();
	size = phys_write32(size_at, ATTACH_BAD_SIZE);
	mark = log_mark();
	expect_eq(remote_try_start(0), -EINVAL);
	expect(log_says(mark, "the running image is refused"),
	       "no word of it");
	expect(remote_is(0, "detached"), "after the refusal");

	expect_eq(phys_write32(size_at, size), ATTACH_BAD_SIZE);
	expect_eq(remote_try_start(0), 0);
	expect_same_life(nonce);
	remote_stop(0);
}

static const struct test tests[] = {
	TEST("a_remote_runs_on_without_a_driver", run_on_without_a_driver,
	     .timeout_s = 60),
	TEST("a_remote_is_detached_and_attached_again", detach_and_attach),
	TEST("buffers_are_shared_out_as_an_earlier_host_did",
	     attach_as_an_earlier_host_did),
	TEST("a_remote_without_a_resource_table_is_attached_to",
	     attach_without_a_table),
	TEST("a_remote_with_a_bad_resource_table_is_not_attached_to",
	     attach_to_a_bad_table),
	TEST("a_detached_remote_can_be_put_in_reset", reset_what_is_detached),
	TEST("a_remote_that_crashes_while_attached_is_recovered",
	     crash_while_attached),
	TEST("a_crash_reported_of_a_detached_remote_changes_nothing",
	     crash_while_detached),
	TEST("a_start_loads_nothing_over_a_detached_remote_that_crashed",
	     start_after_a_crash_while_detached),
};

const struct suite detach_suite = { tests, ARRAY_SIZE(tests), NULL };
