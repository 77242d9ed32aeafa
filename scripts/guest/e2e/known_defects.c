// SPDX-License-Identifier: GPL-2.0
/*
 * Faults that drivers and core of the kernel are known to have, or to have had,
 * and that no other test meets on its way. The number in a test's name is that
 * of the fault in the list of those that must not break the host.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "char.h"
#include "misuse.h"

#define CHAR_DRIVER	"/sys/bus/rpmsg/drivers/rpmsg_chrdev/"
#define TABLE		DEBUGFS_RPROC "0/resource_table"

#define ROUNDS		20
/* A crash is on its way that long, about */
#define CRASH_US	2000
/* What the core waits for room when it says that a channel ends */
#define CORE_WAIT_US	15000000ULL

static bool has_table(void)
{
	char text[4096];

	expect(read_file(TABLE, text, sizeof(text)) > 0, TABLE);
	return !strstr(text, "No resource table");
}

/* The length of the one must not be believed of the other: CVE-2025-38152 */
static void start_without_the_table_of_before(void)
{
	unsigned int round;

	for (round = 0; round < 3; round++) {
		remote_check_echo(0);
		remote_start(0);
		expect(has_table(), "no table");
		remote_stop(0);

		remote_set_firmware(0, image_of(0, "hello"));
		remote_start(0);
		expect(!has_table(), "the table of the image before");
		expect_eq(count_entries("/sys/bus/virtio/devices/*"), 0);
		remote_stop(0);
		remote_set_firmware(0, remote_default_firmware(0));
	}
	remote_check_echo(0);
}

/* Whatever was on its way to handle the crash, it ends before the remote */
static void unbind_in_a_crash(void)
{
	char device[64];
	unsigned int i;

	test_seed();
	for (i = 0; i < ROUNDS; i++) {
		int fd = hostile_start(O_NONBLOCK);

		hostile_tell(fd, HOSTILE_CRASH_ABORT, 0);
		pause_us(random_below(CRASH_US));
		remote_unbind(0, device, sizeof(device));
		remote_bind(device);
		close(fd);
		sign_of_life();
	}
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

static bool is_crashed(void *unused)
{
	(void)unused;
	return remote_is(0, "crashed");
}

static void unbind_after_a_crash(void)
{
	char device[64];
	int fd = hostile_start(0);

	set_of_remote("recovery", "disabled");
	hostile_tell(fd, HOSTILE_CRASH_ABORT, 0);
	close(fd);
	expect_soon(is_crashed, NULL, HANG_MS);
	remote_unbind(0, device, sizeof(device));
	remote_bind(device);
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

/* A channel of a fixed source says so to the remote when it ends */
static void stop_with_a_full_ring(void)
{
	struct rpmsg_endpoint_info info = {
		.name = "rpmsg-raw", .src = 1030, .dst = 1030,
	};
	int fd = remote_start_and_open(0, O_NONBLOCK);
	__u64 began;
	int ctrl;

	expect_ok(module_load("rpmsg_ctrl"));
	ctrl = ctrl_open(0);
	expect_ok(ioctl(ctrl, RPMSG_CREATE_DEV_IOCTL, &info));
	expect_eq(count_entries("/sys/bus/rpmsg/devices/*.1030.1030/rpmsg"), 1);
	close(ctrl);
	remote_hold(0, fd);
	fill_ring(fd);

	began = now_us();
	remote_stop(0);
	note("stopped after %llu ms", (now_us() - began) / 1000);
	expect(now_us() - began < CORE_WAIT_US / 2 * patience(), "it waited");
	close(fd);
	expect_ok(module_unload("rpmsg_ctrl"));
	remote_check_echo(0);
}

/* What was the channel's own address may be another's by then */
static void bind_when_the_address_is_taken(void)
{
	int first = remote_start_and_open(0, 0), second, ctrl, other;
	__u32 address = ept_info(first).src, echo = echo_address(0);
	char channel[128], node[64];

	remote_echo(first, "before");
	expect_ok(module_load("rpmsg_ctrl"));
	expect(remote_find_channel(0, channel, sizeof(channel)), "no channel");
	expect_eq(write_file(CHAR_DRIVER "unbind", channel), 0);
	close(first);

	ctrl = ctrl_open(0);
	ept_create(ctrl, "taken", address, echo, node, sizeof(node));
	other = open(node, O_RDWR);
	expect_ok(other);
	expect_eq(ept_info(other).src, address);

	expect_eq(write_file(CHAR_DRIVER "bind", channel), 0);
	second = remote_open(0, 0);
	expect(ept_info(second).src != address, "two have one address");
	remote_echo(second, "after");
	remote_echo(other, "the other");
	close(other);
	close(second);
	close(ctrl);
	remote_stop(0);
	expect_ok(module_unload("rpmsg_ctrl"));
}

#define WRITERS		4
#define OVERRIDES	200

/* Drives the file of a channel together with others that do the same */
static void *write_override(void *path)
{
	static const char *const names[] = { "rpmsg_chrdev", "nobody", "\n" };
	char text[64];
	unsigned int i;

	for (i = 0; i < OVERRIDES; i++) {
		const char *name = names[i % ARRAY_SIZE(names)];

		expect_eq(write_file(path, name), 0);
		expect(read_file(path, text, sizeof(text)) >= 0, "no text");
	}
	return NULL;
}

static void override_by_many(void)
{
	int fd = remote_start_and_open(0, 0);
	char channel[128], path[256];
	pthread_t writers[WRITERS];
	unsigned int i;

	expect(remote_find_channel(0, channel, sizeof(channel)), "no channel");
	snprintf(path, sizeof(path), "/sys/bus/rpmsg/devices/%s/driver_override",
		 channel);
	for (i = 0; i < WRITERS; i++)
		pthread_create(&writers[i], NULL, write_override, path);
	for (i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	expect_eq(write_file(path, "rpmsg_chrdev"), 0);
	remote_echo(fd, "still bound");
	close(fd);
	expect_eq(write_file(CHAR_DRIVER "unbind", channel), 0);
	expect_eq(write_file(CHAR_DRIVER "bind", channel), 0);
	remote_echo(remote_open(0, 0), "bound again");
}

static const struct test tests[] = {
	TEST("fault_10_a_table_does_not_outlive_its_image",
	     start_without_the_table_of_before),
	TEST("fault_27_a_remote_is_unbound_while_it_crashes",
	     unbind_in_a_crash),
	TEST("fault_31_a_crashed_remote_without_recovery_goes_into_reset",
	     unbind_after_a_crash),
	TEST("fault_35_a_stop_does_not_wait_to_say_that_a_channel_ends",
	     stop_with_a_full_ring),
	TEST("a_channel_is_bound_again_when_its_address_is_taken",
	     bind_when_the_address_is_taken),
	TEST("driver_override_is_written_by_many_at_once", override_by_many),
};

const struct suite known_defects_suite = { tests, ARRAY_SIZE(tests), NULL };
