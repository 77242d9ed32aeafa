// SPDX-License-Identifier: GPL-2.0
/*
 * Who starts and stops a remote: other modules, programs with its character
 * device, several at once, and the driver core, which may take the driver away.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/remoteproc_cdev.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "misuse.h"

#define USER		"rproc_user"
#define KEEPER		"virtio_keeper"
#define REFUSER		"virtio_refuser"
#define VIRTIO_DRIVER	"/sys/bus/virtio/drivers/virtio_rpmsg_bus/"
#define CDEV		"/dev/remoteproc0"

/* Until a stop has shut its virtio device down, about */
#define STOP_US		4000

/* How long a remote looks at nothing, and what it is sent meanwhile */
#define DEAF_MS		1000
#define OLD_MESSAGES	5

static void user_comes(void)
{
	char node[160];

	snprintf(node, sizeof(node), "node=%s", tree_path(0));
	if (module_load_with(USER, node))
		fail("insmod " USER ": %s", strerror(errno));
}

static void user_goes(void)
{
	expect_ok(module_unload(USER));
}

static void echo_once(const char *text)
{
	int fd = remote_open(0, 0);

	remote_echo(fd, text);
	close(fd);
}

static void boot_by_another_module(void)
{
	unsigned int round;

	for (round = 0; round < 3; round++) {
		user_comes();
		expect(remote_is(0, "running"), "round %u", round);
		echo_once("by phandle");
		user_goes();
		expect(remote_is(0, "offline"), "round %u", round);
	}
}

static void run_for_two(void)
{
	remote_start(0);
	user_comes();
	expect_ok(write_file(SYSFS_RPROC "0/state", "stop"));
	expect(remote_is(0, "running"), "the module still needs it");
	echo_once("for the module");
	user_goes();
	expect(remote_is(0, "offline"), "nobody needs it any more");

	user_comes();
	expect_eq(remote_try_start(0), 0);
	user_goes();
	expect(remote_is(0, "running"), "the user still needs it");
	echo_once("for the user");
	remote_stop(0);
}

static bool hangs_up(void *context)
{
	struct pollfd poll_fd = { .fd = *(int *)context };

	return poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & POLLHUP;
}

static bool runs_with_node(void *unused)
{
	char node[64];

	(void)unused;
	return remote_is(0, "running") &&
	       remote_find_node(0, node, sizeof(node));
}

/* A crash changes nothing of who needs the remote. */
static void crash_for_two(void)
{
	int fd;

	remote_set_firmware(0, HOSTILE);
	user_comes();
	expect_eq(remote_try_start(0), 0);
	fd = remote_open(0, 0);
	hostile_tell(fd, HOSTILE_CRASH_UNDEFINED, 0);
	expect_soon(hangs_up, &fd, WAIT_MS);
	close(fd);
	expect_soon(runs_with_node, NULL, WAIT_MS);
	echo_once("after a crash");
	expect_ok(write_file(SYSFS_RPROC "0/state", "stop"));
	expect(remote_is(0, "running"), "the module still needs it");
	user_goes();
	expect(remote_is(0, "offline"), "nobody needs it any more");
}

static void keep_the_driver(void)
{
	user_comes();
	expect_errno(module_unload("amp_rproc"), EAGAIN);
	echo_once("undisturbed");
	user_goes();
}

/* The other module keeps what is left of the remote, and may still let go. */
static void unbind_what_is_in_use(void)
{
	char device[64];
	struct utsname kernel;

	expect_ok(uname(&kernel));
	if (!strncmp(kernel.release, "6.1.", 4))
		skip("rproc_put() of 6.1 wants a driver that is still bound");

	user_comes();
	remote_unbind(0, device, sizeof(device));
	user_goes();
	remote_bind(device);
	remote_check_echo(0);
}

static void panic_for_the_user(void)
{
	expect_ok(write_file("/sys/module/" USER "/parameters/panic", "1"));
}

/* As in a panic of the host, which nobody survives who could look any more */
static void panic_as_its_host(void)
{
	user_comes();
	panic_for_the_user();
	expect(remote_in_reset(0), "it goes on to write to memory");
	user_goes();
	remote_check_echo(0);

	remote_start(0);
	set_of_remote("device/ampkit/leave_running", "1");
	modules_unload();
	modules_load();
	user_comes();
	expect(remote_is(0, "attached"), "after the user has come");
	panic_for_the_user();
	expect(!remote_in_reset(0), "it was there before its host");
	echo_once("as if nothing were");
	user_goes();
	remote_check_echo(0);
}

static bool is_out_of_reset(void *unused)
{
	(void)unused;
	return !remote_in_reset(0);
}

static void *try_to_start(void *ret)
{
	*(int *)ret = remote_try_start(0);
	return NULL;
}

static unsigned int complaints_about_the_lock(int mark)
{
	unsigned int count = 0;
	struct log_line line;

	while (log_next(mark, &line))
		count += !!strstr(line.text, "can't lock");
	return count;
}

/* It has to wait for a start that fails late; a killed one does not wait well. */
static void unbind_and_die(void)
{
	int fd = hostile_start(O_NONBLOCK), mark, err;
	char device[64];
	pthread_t starter;
	unsigned int count;
	pid_t pid;

	hostile_next_boot(fd, HOSTILE_BOOT_HANG, 1);
	close(fd);
	remote_stop(0);
	remote_device(0, device, sizeof(device));
	mark = log_mark();
	pthread_create(&starter, NULL, try_to_start, &err);
	expect_soon(is_out_of_reset, NULL, WAIT_MS);
	pid = fork();
	if (!pid) {
		write_file(REMOTE_DRIVER "unbind", device);
		_exit(0);
	}
	expect_ok(pid);
	task_sleeps(pid);
	expect_ok(kill(pid, SIGKILL));
	expect_eq(waitpid(pid, NULL, 0), pid);
	pthread_join(starter, NULL);
	expect(err < 0, "a remote that hangs is started");
	count = complaints_about_the_lock(mark);
	note("%u complaints about the lock", count);
	expect(count <= 2, "%u complaints about the lock", count);
	close(mark);
	remote_bind(device);
	hostile_good_again();
}

static void *send_and_receive(void *context)
{
	char data[PAYLOAD_MAX] = "traffic";
	int fd = *(int *)context;

	while (write(fd, data, sizeof(data)) > 0 || errno == EAGAIN)
		while (read(fd, data, sizeof(data)) > 0)
			;
	return NULL;
}

static void unbind_under_traffic(void)
{
	unsigned int round, rounds = param_number("cycles", 100) / 5;
	char device[64];

	for (round = 0; round < rounds; round++) {
		pthread_t thread;
		int fd = remote_start_and_open(0, O_NONBLOCK);

		pthread_create(&thread, NULL, send_and_receive, &fd);
		pause_us(random_below(5000));
		remote_unbind(0, device, sizeof(device));
		pthread_join(thread, NULL);
		expect_errno(write(fd, "dead", 4), EPIPE);
		close(fd);
		remote_bind(device);
	}
	remote_check_echo(0);
}

static void find_virtio(char *name, size_t size)
{
	glob_t found;

	expect_eq(glob(SYSFS_RPROC "0/*/virtio[0-9]*", 0, NULL, &found), 0);
	snprintf(name, size, "%s", strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);
}

/* The core of the kernel resets the device then, and tells no driver of ours. */
static void unbind_virtio(void)
{
	unsigned int round, rounds = param_number("cycles", 100) / 5;
	pthread_t thread;
	char device[64];
	int fd;

	remote_start(0);
	for (round = 0; round < rounds; round++) {
		expect_soon(runs_with_node, NULL, WAIT_MS);
		find_virtio(device, sizeof(device));
		fd = remote_open(0, O_NONBLOCK);
		pthread_create(&thread, NULL, send_and_receive, &fd);
		pause_us(random_below(5000));
		expect_ok(write_file(VIRTIO_DRIVER "unbind", device));
		pthread_join(thread, NULL);
		expect_errno(write(fd, "dead", 4), EPIPE);
		close(fd);
		expect(remote_is(0, "running"), "the remote is still there");
		expect_ok(write_file(VIRTIO_DRIVER "bind", device));
		expect_soon(runs_with_node, NULL, WAIT_MS);
		echo_once("bound again");
	}
}

/**
 * struct unbinding - a virtio device that is unbound from its driver
 * @device: its name
 * @after_us: how long to wait before
 */
struct unbinding {
	char device[64];
	unsigned int after_us;
};

static void *unbind_soon(void *context)
{
	struct unbinding *unbinding = context;
	int err;

	pause_us(unbinding->after_us);
	err = write_file(VIRTIO_DRIVER "unbind", unbinding->device);
	expect(!err || err == -ENODEV || err == -ENOENT, "unbind: %s",
	       strerror(-err));
	return NULL;
}

/* Both end what is passed and wait for who is on the way, and free what he uses. */
static void unbind_virtio_in_a_stop(void)
{
	unsigned int round, rounds = param_number("cycles", 100) / 5;
	struct unbinding unbinding;
	pthread_t traffic, unbinder;
	int fd;

	for (round = 0; round < rounds; round++) {
		fd = remote_start_and_open(0, O_NONBLOCK);
		find_virtio(unbinding.device, sizeof(unbinding.device));
		unbinding.after_us = random_below(STOP_US);
		pthread_create(&traffic, NULL, send_and_receive, &fd);
		pthread_create(&unbinder, NULL, unbind_soon, &unbinding);
		remote_stop(0);
		pthread_join(unbinder, NULL);
		pthread_join(traffic, NULL);
		close(fd);
	}
	remote_check_echo(0);
}

/* With it goes what the farewell is sent by, and the channel that it waits for. */
static void unbind_virtio_in_a_farewell(void)
{
	unsigned int round, rounds = param_number("cycles", 100) / 5;
	struct unbinding unbinding;
	pthread_t unbinder;
	__u64 began;
	int fd;

	remote_set_firmware(0, image_of(0, "minimal"));
	set_of_remote("device/ampkit/shutdown_message", "rpmsg-raw 1");
	set_of_remote("device/ampkit/shutdown_timeout_ms", "60000");
	for (round = 0; round < rounds; round++) {
		fd = remote_start_and_open(0, 0);
		/* Once it talks, the channel is all there */
		remote_echo(fd, "until the stop");
		close(fd);
		find_virtio(unbinding.device, sizeof(unbinding.device));
		unbinding.after_us = random_below(STOP_US);
		began = now_us();
		pthread_create(&unbinder, NULL, unbind_soon, &unbinding);
		remote_stop(0);
		pthread_join(unbinder, NULL);
		expect(now_us() - began < 30 * 1000000ULL, "the stop waited");
	}
	set_of_remote("device/ampkit/shutdown_timeout_ms", "1000");
	set_of_remote("device/ampkit/shutdown_message", "none");
}

/* Its remote stops and its driver goes; what frees it has to stay. */
static void keep_virtio(void)
{
	char device[64], name[80];

	remote_start(0);
	find_virtio(device, sizeof(device));
	snprintf(name, sizeof(name), "device=%s", device);
	expect_ok(module_load_with(KEEPER, name));
	remote_stop(0);
	expect_ok(module_unload("amp_rproc"));
	expect_errno(module_unload("rproc_relay"), EAGAIN);
	expect_ok(module_unload(KEEPER));
	expect_ok(module_load("amp_rproc"));
	remote_check_echo(0);
}

/* Whose probe fails, after it had a virtqueue */
static void fail_another_driver(void)
{
	char device[64], node[64], path[128];

	close(remote_start_and_open(0, 0));
	find_virtio(device, sizeof(device));
	expect_ok(write_file(VIRTIO_DRIVER "unbind", device));
	expect_ok(module_load(REFUSER));
	snprintf(path, sizeof(path), "/sys/bus/virtio/devices/%s/driver",
		 device);
	expect(!exists(path), "%s", path);
	expect(!remote_find_node(0, node, sizeof(node)), "%s", node);
	expect_ok(module_unload(REFUSER));
	expect_ok(write_file(VIRTIO_DRIVER "bind", device));
	expect_soon(runs_with_node, NULL, WAIT_MS);
	echo_once("after another one has tried");
}

/* It looks neither while there is no driver, nor when the next one is there. */
static void bind_while_it_is_deaf(void)
{
	int fd = hostile_start(O_NONBLOCK);
	char device[64];
	unsigned int i;

	find_virtio(device, sizeof(device));
	hostile_command(fd, HOSTILE_DEAF, DEAF_MS);
	for (i = 0; i < OLD_MESSAGES; i++)
		expect_eq(write(fd, "old", 3), 3);
	expect_ok(write_file(VIRTIO_DRIVER "unbind", device));
	close(fd);
	expect_ok(write_file(VIRTIO_DRIVER "bind", device));
	expect_soon(runs_with_node, NULL, WAIT_MS);
	echo_once("new");
	remote_stop(0);
	hostile_good_again();
}

static void stop_and_start_without_virtio(void)
{
	char device[64];
	int other;

	other = remote_start_and_open(1, 0);
	remote_start(0);
	expect_soon(runs_with_node, NULL, WAIT_MS);
	find_virtio(device, sizeof(device));
	expect_ok(write_file(VIRTIO_DRIVER "unbind", device));
	remote_echo(other, "undisturbed");
	remote_stop(0);
	remote_check_echo(0);
	remote_echo(other, "undisturbed still");
}

static int open_cdev(void)
{
	int fd = open(CDEV, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail("open " CDEV ": %s", strerror(errno));
	return fd;
}

static void start_by_cdev(void)
{
	int fd = open_cdev();

	expect_eq(write(fd, "start", 5), 5);
	expect(remote_is(0, "running"), "after the start");
	echo_once("by character device");
	expect_eq(write(fd, "stop", 4), 4);
	expect(remote_is(0, "offline"), "after the stop");
	expect_errno(write(fd, "stop", 4), EINVAL);
	expect_errno(write(fd, "dance", 5), EINVAL);
	close(fd);
}

static bool is_offline(void *unused)
{
	(void)unused;
	return remote_is(0, "offline");
}

/* A program that is killed takes the remote along, if it said so before. */
static void stop_by_death(void)
{
	__s32 yes = 1;
	pid_t pid;
	int fd;

	pid = fork();
	if (!pid) {
		fd = open_cdev();
		expect_ok(ioctl(fd, RPROC_SET_SHUTDOWN_ON_RELEASE, &yes));
		expect_eq(write(fd, "start", 5), 5);
		for (;;)
			pause();
	}
	expect_soon(runs_with_node, NULL, WAIT_MS);
	echo_once("as long as it lives");
	kill(pid, SIGKILL);
	expect_eq(waitpid(pid, NULL, 0), pid);
	expect_soon(is_offline, NULL, WAIT_MS);
	expect(remote_in_reset(0), "the core runs on");
}

/* A remote whose bell is not there yet waits for it. */
static void come_before_the_bell(void)
{
	modules_unload();
	expect_ok(module_load("rproc_relay"));
	expect_ok(module_load("amp_rproc"));
	expect_eq(count_entries(SYSFS_RPROC "[0-9]*"), 0);
	expect_ok(module_load(machine.bell_module));
	expect_soon(remotes_are_there, NULL, WAIT_MS);
	/* They may have come in another order than the tests count on */
	modules_unload();
	modules_load();
	remote_check_echo(0);
}

/* Nothing rings a bell that is gone: the remote goes with it, and comes back. */
static void take_the_bell_away(void)
{
	char device[64], bound[128];
	int fd;

	/* Those made anew are not known to hang together by the device tree */
	modules_unload();
	modules_load();
	fd = remote_start_and_open(0, 0);
	remote_echo(fd, "while it rings");
	remote_device(0, device, sizeof(device));
	snprintf(bound, sizeof(bound), REMOTE_DRIVER "%s", device);
	expect(exists(bound), "it is not bound");
	expect_ok(write_file(bell_driver("unbind"), machine.remotes[0].bell));
	expect(remote_in_reset(0), "it runs without a bell");
	expect_errno(write(fd, "dead", 4), EPIPE);
	close(fd);
	expect(!exists(bound), "it is bound");
	expect_ok(write_file(bell_driver("bind"), machine.remotes[0].bell));
	expect_soon(remotes_are_there, NULL, WAIT_MS);
	remote_check_echo(0);
}

static void set_autoprobe(const char *on)
{
	expect_ok(write_file("/sys/bus/platform/drivers_autoprobe", on));
}

/* The core is content with a virtio device that nobody drives. */
static void start_without_virtio(void)
{
	struct usage before = {};
	int err;

	remote_check_echo(0);
	usage_take(&before);
	set_autoprobe("0");
	err = remote_try_start(0);
	set_autoprobe("1");
	expect(err < 0, "it started without its virtio devices");
	expect(remote_is(0, "offline"), "after the start that failed");
	expect(remote_in_reset(0), "after the start that failed");
	usage_expect_flat(&before, 1);
	remote_check_echo(0);
}

#define CROWD		8
#define CROWD_ACTS	60

/*
 * Each does at random what several users may do at once. What comes of a single
 * act is open, as it depends on the others.
 */
static void act(unsigned int choice)
{
	struct hostile_msg msg = { .magic = HOSTILE_MAGIC,
				   .command = HOSTILE_CRASH_UNDEFINED };
	char node[64];
	int fd;

	switch (choice % 8) {
	case 0 ... 2:
		write_file(SYSFS_RPROC "0/state", "start");
		break;
	case 3 ... 5:
		write_file(SYSFS_RPROC "0/state", "stop");
		break;
	case 6:
		if (!remote_find_node(0, node, sizeof(node)))
			break;
		fd = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 || write(fd, &msg, sizeof(msg)) < 0)
			pause_us(100);
		close(fd);
		break;
	default:
		write_file(SYSFS_RPROC "0/recovery",
			   choice & 64 ? "enabled" : "disabled");
	}
}

static void *join_crowd(void *context)
{
	__u64 random = mix64(test_seed() ^ (uintptr_t)context);
	unsigned int i;

	for (i = 0; i < CROWD_ACTS; i++) {
		random = mix64(random);
		act(random >> 32 & 127);
		sign_of_life();
	}
	return NULL;
}

static bool stops_in_the_end(void *unused)
{
	(void)unused;
	write_file(SYSFS_RPROC "0/state", "stop");
	return remote_is(0, "offline") && remote_in_reset(0);
}

static void start_and_stop_in_a_crowd(void)
{
	pthread_t threads[CROWD];
	uintptr_t i;

	test_seed();
	remote_set_firmware(0, HOSTILE);
	for (i = 0; i < CROWD; i++)
		pthread_create(&threads[i], NULL, join_crowd, (void *)(i + 1));
	for (i = 0; i < CROWD; i++)
		pthread_join(threads[i], NULL);
	expect_ok(write_file(SYSFS_RPROC "0/recovery", "enabled"));
	expect_soon(stops_in_the_end, NULL, 4 * WAIT_MS);
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
	expect(remote_is(0, "offline"), "the counts do not balance");
}

static const struct test tests[] = {
	TEST("another_module_boots_and_stops_a_remote", boot_by_another_module),
	TEST("a_remote_runs_until_nobody_needs_it", run_for_two),
	TEST("a_crash_changes_nothing_of_who_needs_a_remote", crash_for_two),
	TEST("the_driver_stays_while_another_module_needs_it", keep_the_driver),
	TEST("a_remote_in_use_by_a_module_can_be_unbound",
	     unbind_what_is_in_use),
	TEST("fault_36_a_panic_resets_a_remote_and_leaves_an_attached_one",
	     panic_as_its_host),
	TEST("an_unbind_that_is_killed_waits_in_silence", unbind_and_die),
	TEST("fault_30_a_remote_is_unbound_and_bound_under_traffic",
	     unbind_under_traffic),
	TEST("the_virtio_driver_is_unbound_and_bound_under_traffic",
	     unbind_virtio),
	TEST("the_virtio_driver_is_unbound_while_the_remote_is_stopped",
	     unbind_virtio_in_a_stop),
	TEST("the_virtio_driver_is_unbound_while_a_farewell_is_said",
	     unbind_virtio_in_a_farewell),
	TEST("a_virtio_device_may_be_kept_for_longer_than_its_remote",
	     keep_virtio),
	TEST("a_virtio_driver_that_fails_leaves_the_device_to_the_next",
	     fail_another_driver),
	TEST("a_deaf_remote_notices_that_the_virtio_driver_was_away",
	     bind_while_it_is_deaf),
	TEST("a_remote_is_stopped_without_its_virtio_driver",
	     stop_and_start_without_virtio),
	TEST("a_remote_is_started_by_its_character_device", start_by_cdev),
	TEST("a_remote_stops_when_who_holds_its_character_device_dies",
	     stop_by_death),
	TEST("fault_33_a_driver_may_come_before_its_mailbox",
	     come_before_the_bell),
	TEST("a_remote_goes_with_its_mailbox", take_the_bell_away),
	TEST("a_start_without_virtio_devices_fails", start_without_virtio),
	TEST("fault_30_eight_threads_start_stop_and_crash_a_remote",
	     start_and_stop_in_a_crowd),
};

const struct suite owners_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
