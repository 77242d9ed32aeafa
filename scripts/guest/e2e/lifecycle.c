// SPDX-License-Identifier: GPL-2.0
/*
 * Modules and the life cycle of a remote: what insmod, rmmod and the files of
 * /sys/class/remoteproc and debugfs do and say when all is well.
 */
#include <ampkit/echo.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "e2e.h"

static void load_and_unload_three_times(void)
{
	unsigned int round;

	for (round = 0; round < 3; round++) {
		modules_unload();
		expect_eq(count_entries(SYSFS_RPROC "*"), 0);
		modules_load();
		remote_check_echo(0);
	}
}

static void refuse_rmmod_of_what_is_in_use(void)
{
	expect_errno(module_unload(machine.bell_module), EAGAIN);
	expect_errno(module_unload("rproc_relay"), EAGAIN);
	remote_check_echo(0);
}

static void follow_state_file(void)
{
	expect(remote_is(0, "offline"), "before the start");
	expect_eq(remote_try_start(0), 0);
	expect(remote_is(0, "running"), "after the start");
	remote_stop(0);
	expect(remote_is(0, "offline"), "after the stop");
}

static void refuse_wrong_commands(void)
{
	expect_eq(write_file(SYSFS_RPROC "0/state", "stop"), -EINVAL);
	expect_eq(write_file(SYSFS_RPROC "0/state", "dance"), -EINVAL);
	expect(remote_is(0, "offline"), "after wrong commands");
	remote_start(0);
	expect_eq(write_file(SYSFS_RPROC "0/firmware", "other.elf"), -EBUSY);
	expect(remote_is(0, "running"), "after a wrong command");
	remote_stop(0);
	remote_check_echo(0);
}

static void start_echo_stop(const void *arg)
{
	const unsigned int *remote = arg;

	remote_check_echo(*remote);
	remote_check_echo(*remote);
}

/* The same code and data, but headers of the other class. */
static void run_elf32(void)
{
	if (machine.elf32)
		skip("all images of this machine are ELF32");
	remote_set_firmware(0, image_of(0, "echo32"));
	remote_check_echo(0);
	remote_check_echo(0);
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

static void run_both(void)
{
	struct stream streams[REMOTES];
	unsigned int remote, round;

	for (remote = 0; remote < REMOTES; remote++)
		stream_init(&streams[remote],
			    remote_start_and_open(remote, O_NONBLOCK), 16,
			    true);
	for (round = 0; round < 10; round++)
		for (remote = 0; remote < REMOTES; remote++)
			stream_exchange(&streams[remote], 50);
	expect(streams[0].nonce != streams[1].nonce,
	       "both answer with nonce %016llx",
	       streams[0].nonce);
}

static void stop_one_leave_other(void)
{
	int other;

	remote_start(0);
	other = remote_start_and_open(1, 0);
	remote_echo(other, "before");
	remote_stop(0);
	remote_echo(other, "after");
	remote_check_echo(0);
	remote_echo(other, "long after");
}

static void read_trace(void)
{
	char trace[8192], core[16];
	unsigned int remote;

	for (remote = 0; remote < REMOTES; remote++) {
		close(remote_start_and_open(remote, 0));
		remote_trace(remote, trace, sizeof(trace));
		snprintf(core, sizeof(core), "core %u", core_of(remote));
		expect(strstr(trace, "echo"), "trace: %s", trace);
		expect(strstr(trace, core), "trace: %s", trace);
		expect(strstr(trace, "nonce"), "trace: %s", trace);
	}
}

static void trace_is_of_this_boot(void)
{
	char first[8192], second[8192];

	close(remote_start_and_open(0, 0));
	remote_trace(0, first, sizeof(first));
	remote_stop(0);
	close(remote_start_and_open(0, 0));
	remote_trace(0, second, sizeof(second));
	expect(strcmp(first, second), "the same trace, nonce and all: %s",
	       second);
}

static void announce_channel(void)
{
	char channel[128], path[256], text[128], driver[256];
	ssize_t len;

	close(remote_start_and_open(0, 0));
	expect(remote_find_channel(0, channel, sizeof(channel)),
	       "no rpmsg-raw channel");
	snprintf(path, sizeof(path), "/sys/bus/rpmsg/devices/%s/name", channel);
	expect_ok(read_file(path, text, sizeof(text)));
	expect(!strcmp(text, ECHO_SERVICE "\n"), "name: %s", text);
	snprintf(path, sizeof(path), "/sys/bus/rpmsg/devices/%s/driver",
		 channel);
	len = readlink(path, driver, sizeof(driver) - 1);
	expect(len > 0, "no driver is bound to %s", channel);
	driver[len] = '\0';
	expect(strstr(driver, "rpmsg_chrdev"), "driver: %s", driver);
	remote_stop(0);
	expect(!remote_find_channel(0, channel, sizeof(channel)),
	       "%s is left after stop", channel);
	expect_eq(count_entries("/dev/rpmsg[0-9]*"), 0);
}

static void describe_node(void)
{
	char node[64], path[128], text[64];

	remote_start(0);
	remote_wait_node(0, node, sizeof(node));
	snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/name", node + 5);
	expect_ok(read_file(path, text, sizeof(text)));
	expect(!strcmp(text, ECHO_SERVICE "\n"), "name: %s", text);
	snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/src", node + 5);
	expect_ok(read_file(path, text, sizeof(text)));
	snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/dst", node + 5);
	expect_ok(read_file(path, text, sizeof(text)));
	expect(atoi(text) >= 1024, "dst: %s", text);
}

static void run_without_table(void)
{
	remote_set_firmware(0, image_of(0, "hello"));
	remote_start(0);
	expect(!remote_in_reset(0), "the core waits");
	expect_eq(count_entries("/sys/bus/virtio/devices/*"), 0);
	remote_stop(0);
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

static void hold_stopped_core_in_reset(void)
{
	expect(remote_in_reset(0) && remote_in_reset(1), "before the start");
	remote_start(0);
	expect(!remote_in_reset(0) && remote_in_reset(1), "while remote 0 runs");
	remote_start(1);
	expect(!remote_in_reset(0) && !remote_in_reset(1), "while both run");
	remote_stop(0);
	expect(remote_in_reset(0) && !remote_in_reset(1), "while remote 1 runs");
	modules_unload();
	expect(remote_in_reset(0) && remote_in_reset(1), "after rmmod");
	modules_load();
}

/* The addresses that the firmware was told, as debugfs shows its table. */
static void expect_in_table(const char *table, const char *what,
			    unsigned long address)
{
	char line[64];

	snprintf(line, sizeof(line), "Device Address 0x%lx\n", address);
	expect(strstr(table, line), "%s is not at %#lx: %s", what, address,
	       table);
}

static void place_rings_in_carveouts(void)
{
	char table[8192], path[128];
	unsigned int remote;

	for (remote = 0; remote < REMOTES; remote++) {
		close(remote_start_and_open(remote, 0));
		snprintf(path, sizeof(path), DEBUGFS_RPROC "%u/resource_table",
			 remote);
		expect_ok(read_file(path, table, sizeof(table)));
		expect_in_table(table, "vring 0",
				region_of(remote, "vdev0vring0").base);
		expect_in_table(table, "vring 1",
				region_of(remote, "vdev0vring1").base);
	}
}

/*
 * The first of the buffers that a ring's shared descriptors tell of, in full use. Each
 * begins with its device address; length and flags follow.
 */
static __u64 lowest_buffer(const char *vring, struct range buffers)
{
	const __u64 *ring = phys_map(region_of(0, vring).base, 4096);
	__u64 lowest = ~0ULL, address;
	unsigned int i, used = 0;

	for (i = 0; i < RING_ENTRIES; i++) {
		address = phys_word(&ring[i * DESC_SIZE / sizeof(*ring)]);
		if (!address)
			continue;
		used++;
		expect(address >= buffers.base &&
		       address - buffers.base <= buffers.size - BUFFER_SIZE,
		       "%s: descriptor %u: %#llx", vring, i, address);
		if (address < lowest)
			lowest = address;
	}
	munmap((void *)ring, 4096);
	expect(used > 1, "%s: %u descriptors are in use", vring, used);

	return lowest;
}

static void place_buffers_in_carveout(void)
{
	__u64 others = carveouts_of_hash(0, "vdev[!0]*");
	struct range buffers = region_of(0, "vdev0buffer");
	struct stream stream;
	__u64 lowest;

	stream_init(&stream, remote_start_and_open(0, O_NONBLOCK), 64, false);
	stream_exchange(&stream, 2 * RING_ENTRIES);
	/* Those to the remote come first, unlike the host's own */
	lowest = lowest_buffer("vdev0vring1", buffers);
	expect(lowest == buffers.base, "the first buffer is at %#llx",
	       lowest);
	lowest = lowest_buffer("vdev0vring0", buffers);
	expect(lowest == buffers.base + RING_ENTRIES * BUFFER_SIZE,
	       "the first buffer of the host's receive ring is at %#llx",
	       lowest);
	expect(carveouts_of_hash(0, "vdev[!0]*") == others,
	       "another device's were written");
}

static void stop_at_rmmod(void)
{
	close(remote_start_and_open(0, 0));
	remote_start(1);
	modules_unload();
	expect_eq(count_entries("/dev/rpmsg[0-9]*"), 0);
	expect_eq(count_entries("/sys/bus/virtio/devices/*"), 0);
	modules_load();
	remote_check_echo(0);
	remote_check_echo(1);
}

static const unsigned int first_remote, second_remote = 1;

static const struct test tests[] = {
	TEST("modules_load_and_unload_three_times",
	     load_and_unload_three_times),
	TEST("rmmod_of_a_module_in_use_is_refused",
	     refuse_rmmod_of_what_is_in_use),
	TEST("the_state_file_follows_the_remote", follow_state_file),
	TEST("fault_30_wrong_commands_are_refused", refuse_wrong_commands),
	TEST_WITH("the_first_core_starts_echoes_and_stops",
		  start_echo_stop, &first_remote),
	TEST_WITH("the_second_core_starts_echoes_and_stops",
		  start_echo_stop, &second_remote),
	TEST("an_image_in_an_elf32_container_runs", run_elf32),
	TEST("both_cores_run_at_once", run_both),
	TEST("stopping_one_core_leaves_the_other_alone", stop_one_leave_other),
	TEST("the_trace_names_firmware_core_and_nonce", read_trace),
	TEST("the_trace_is_of_this_boot", trace_is_of_this_boot),
	TEST("the_channel_appears_as_rpmsg_raw_and_goes", announce_channel),
	TEST("the_node_has_name_and_addresses_in_sysfs", describe_node),
	TEST("an_image_without_resource_table_runs", run_without_table),
	TEST("a_stopped_core_is_held_in_reset", hold_stopped_core_in_reset),
	TEST("the_rings_lie_in_their_carveouts", place_rings_in_carveouts),
	TEST("the_buffers_lie_in_their_carveout", place_buffers_in_carveout),
	TEST("rmmod_stops_running_remotes", stop_at_rmmod),
};

const struct suite lifecycle_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};

static void unload_everything(void)
{
	modules_unload();
	expect_eq(count_entries(SYSFS_RPROC "*"), 0);
	expect_eq(count_entries("/sys/bus/rpmsg/devices/*"), 0);
	expect_eq(count_entries("/sys/bus/virtio/devices/*"), 0);
	expect_eq(count_entries("/dev/rpmsg*"), 0);
	modules_load();
}

static const struct test last_tests[] = {
	TEST("in_the_end_everything_can_be_unloaded", unload_everything),
};

const struct suite last_suite = {
	.tests = last_tests,
	.count = ARRAY_SIZE(last_tests),
};
