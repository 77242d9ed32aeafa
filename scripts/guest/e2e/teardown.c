// SPDX-License-Identifier: GPL-2.0
/*
 * The channel goes while programs use it: stop, unbind and rmmod with readers,
 * writers and pollers in the middle of a call and with files open.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "char.h"
#include "e2e.h"

#define READERS		3
#define SHUTDOWN_BOUND	SYSFS_RPROC "0/device/ampkit/shutdown_timeout_ms"

static void expect_dead(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char data[8];

	expect_errno(read(fd, data, sizeof(data)), EPIPE);
	expect_errno(write(fd, "dead", 4), EPIPE);
	expect_eq(poll(&poll_fd, 1, 0), 1);
	expect(poll_fd.revents & POLLHUP, "revents %#x", poll_fd.revents);
}

static void expect_ended_with(struct call *call, int error)
{
	call_ends(call, PROMPT_MS);
	expect_eq(call->result, -1);
	expect_eq(call->error, error);
}

static void stop_with_readers(void)
{
	static struct call calls[READERS];
	int fd = remote_start_and_open(0, 0);
	unsigned int i;

	for (i = 0; i < READERS; i++)
		call_start(&calls[i], CALL_READ, fd);
	for (i = 0; i < READERS; i++)
		call_blocks(&calls[i]);
	remote_stop(0);
	for (i = 0; i < READERS; i++)
		expect_ended_with(&calls[i], EPIPE);
	expect_dead(fd);
}

static void stop_with_pollers(void)
{
	static struct call reader = { .events = POLLIN }, idler;
	int fd = remote_start_and_open(0, 0);

	call_start(&reader, CALL_POLL, fd);
	call_start(&idler, CALL_POLL, fd);
	call_blocks(&reader);
	call_blocks(&idler);
	remote_stop(0);
	call_ends(&reader, PROMPT_MS);
	call_ends(&idler, PROMPT_MS);
	expect(reader.revents & POLLHUP, "revents %#x", reader.revents);
	expect(idler.revents & POLLHUP, "revents %#x", idler.revents);
}

/* A blocked writer needs a ring that stays full: a held firmware's. */
static void stop_with_writer(void)
{
	static struct call writer, poller;
	int blocking = remote_start_and_open(0, 0);
	int fd = remote_open(0, O_NONBLOCK);
	__u64 began;

	remote_hold(0, fd);
	fill_ring(fd);
	call_start(&writer, CALL_WRITE, blocking);
	call_start(&poller, CALL_POLL, fd);
	call_blocks(&writer);
	call_blocks(&poller);
	began = now_us();
	remote_stop(0);
	expect_ended_with(&writer, EPIPE);
	call_ends(&poller, PROMPT_MS);
	expect(poller.revents & POLLHUP, "revents %#x", poller.revents);
	note("a writer's end came %llu us after stop began",
	     (writer.ended_us - began));
	expect(now_us() - began < PROMPT_MS * 1000ULL * patience(),
	       "stop was slow");
	remote_check_echo(0);
}

/* A channel with an address of its own: its end is announced to the remote. */
static void make_fixed_channel(unsigned int remote)
{
	struct rpmsg_endpoint_info info = {
		.name = "rpmsg-raw", .src = 300, .dst = 301,
	};
	int fd = ctrl_open(remote);

	expect_ok(ioctl(fd, RPMSG_CREATE_DEV_IOCTL, &info));
	close(fd);
}

static unsigned int timed_stop(unsigned int remote)
{
	__u64 began = now_us();

	remote_stop(remote);
	return (now_us() - began) / 1000;
}

/*
 * The worst that can be waiting: writers that block on a full ring, and a
 * channel whose end the core would announce to the remote with 15 s of patience.
 * Returns whether the stop ended soon after its bound.
 */
static bool hung_stop_is_in_time(unsigned int bound)
{
	int blocking = remote_start_and_open(0, 0);
	int fd = remote_open(0, O_NONBLOCK);
	static struct call writers[2];
	unsigned int i, ms;
	char text[16];

	make_fixed_channel(0);
	snprintf(text, sizeof(text), "%u", bound);
	expect_ok(write_file(SHUTDOWN_BOUND, text));
	remote_hold(0, fd);
	fill_ring(fd);
	for (i = 0; i < ARRAY_SIZE(writers); i++)
		call_start(&writers[i], CALL_WRITE, blocking);
	for (i = 0; i < ARRAY_SIZE(writers); i++)
		call_blocks(&writers[i]);
	ms = timed_stop(0);
	for (i = 0; i < ARRAY_SIZE(writers); i++)
		expect_ended_with(&writers[i], EPIPE);
	close(blocking);
	close(fd);
	note("bound %u ms: stopped after %u ms", bound, ms);
	expect(ms >= bound, "it did not wait for the remote");
	return ms <= bound + 100 * patience();
}

/* A stop waits for a hung remote as long as it is told to, and no longer. */
static void stop_hung_in_time(void)
{
	static const unsigned int bounds[] = { 0, 200, 700 };
	unsigned int i, try;

	expect_ok(module_load("rpmsg_ctrl"));
	for (i = 0; i < ARRAY_SIZE(bounds); i++) {
		for (try = 0; try < TRIES; try++)
			if (hung_stop_is_in_time(bounds[i]))
				break;
		expect(try < TRIES, "it waited too long");
	}
	expect_ok(write_file(SHUTDOWN_BOUND, "1000"));
	expect_ok(module_unload("rpmsg_ctrl"));
	remote_check_echo(0);
}

/* Writes until it blocks; the parent kills it. */
static pid_t spawn_blocked_writer(int fd)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (!pid)
		while (write(fd, "until it blocks", 15) > 0)
			;
	if (!pid)
		_exit(0);
	return pid;
}

static bool is_killed(void *context)
{
	pid_t *pid = context;
	int status;

	return waitpid(*pid, &status, WNOHANG) == *pid && WIFSIGNALED(status);
}

static void kill_writer(void)
{
	int blocking = remote_start_and_open(0, 0);
	int fd = remote_open(0, O_NONBLOCK);
	pid_t writer;

	remote_hold(0, fd);
	fill_ring(fd);
	writer = spawn_blocked_writer(blocking);
	task_sleeps(writer);
	kill(writer, SIGKILL);
	expect_soon(is_killed, &writer, PROMPT_MS);
	remote_stop(0);
	remote_check_echo(0);
}

static void stay_dead(void)
{
	int old = remote_start_and_open(0, 0), fd;

	remote_echo(old, "before");
	remote_stop(0);
	expect_dead(old);
	fd = remote_start_and_open(0, 0);
	expect_dead(old);
	remote_echo(fd, "a new open works");
	close(old);
	remote_echo(fd, "and goes on to");
}

static void close_dead_after_restart(void)
{
	int old[20];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(old); i++) {
		old[i] = remote_start_and_open(0, 0);
		remote_echo(old[i], "then forgotten");
		remote_stop(0);
	}
	for (i = 0; i < ARRAY_SIZE(old); i++) {
		expect_dead(old[i]);
		close(old[i]);
	}
	remote_check_echo(0);
}

static void unbind_channel(void)
{
	const char *unbind = "/sys/bus/rpmsg/drivers/rpmsg_chrdev/unbind";
	const char *bind = "/sys/bus/rpmsg/drivers/rpmsg_chrdev/bind";
	static struct call reader;
	char channel[128];
	int fd = remote_start_and_open(0, 0);

	expect(remote_find_channel(0, channel, sizeof(channel)), "no channel");
	call_start(&reader, CALL_READ, fd);
	call_blocks(&reader);
	expect_eq(write_file(unbind, channel), 0);
	expect_ended_with(&reader, EPIPE);
	expect_dead(fd);
	expect_eq(write_file(bind, channel), 0);
	remote_echo(remote_open(0, 0), "bound again");
	expect_dead(fd);
	close(fd);
	remote_stop(0);
	remote_check_echo(0);
}

/*
 * The platform device of a remote is its nearest ancestor with a driver.
 * "driver" receives the driver's folder and has PATH_MAX bytes.
 */
static void find_platform_device(unsigned int remote, char *driver,
				 char *device, size_t size)
{
	char path[PATH_MAX], real[PATH_MAX], *slash;

	snprintf(path, sizeof(path), SYSFS_RPROC "%u", remote);
	if (!realpath(path, real))
		fail("%s: %s", path, strerror(errno));
	while ((slash = strrchr(real, '/')) && slash != real) {
		*slash = '\0';
		snprintf(path, sizeof(path), "%.4000s/driver", real);
		if (!exists(path))
			continue;
		if (!realpath(path, driver))
			fail("%s: %s", path, strerror(errno));
		snprintf(device, size, "%s", strrchr(real, '/') + 1);
		return;
	}
	fail("remote %u has no platform device", remote);
}

static bool remotes_are_back(void *context)
{
	(void)context;
	return count_entries(SYSFS_RPROC "[0-9]*/state") == REMOTES;
}

static void unbind_driver(void)
{
	char driver[PATH_MAX], device[256], path[PATH_MAX + 16];
	static struct call reader;
	int fd = remote_start_and_open(0, 0);

	find_platform_device(0, driver, device, sizeof(device));
	call_start(&reader, CALL_READ, fd);
	call_blocks(&reader);
	snprintf(path, sizeof(path), "%s/unbind", driver);
	expect_eq(write_file(path, device), 0);
	expect_ended_with(&reader, EPIPE);
	expect_dead(fd);
	snprintf(path, sizeof(path), "%s/bind", driver);
	expect_eq(write_file(path, device), 0);
	expect_soon(remotes_are_back, NULL, WAIT_MS);
	remote_check_echo(0);
	expect_dead(fd);
}

static void rmmod_char_driver(void)
{
	int fd = remote_start_and_open(0, 0);

	expect_errno(module_unload("rpmsg_char"), EAGAIN);
	remote_echo(fd, "still there");
	remote_stop(0);
	expect_errno(module_unload("rpmsg_char"), EAGAIN);
	expect_dead(fd);
	close(fd);
	expect_ok(module_unload("rpmsg_char"));
	modules_load();
	remote_check_echo(0);
}

static void rmmod_char_driver_running(void)
{
	close(remote_start_and_open(0, 0));
	expect_ok(module_unload("rpmsg_char"));
	expect_eq(count_entries("/dev/rpmsg[0-9]*"), 0);
	modules_load();
	remote_echo(remote_open(0, 0), "found again");
}

static void rmmod_remote_driver(void)
{
	static struct call reader;
	int fd = remote_start_and_open(0, 0);

	call_start(&reader, CALL_READ, fd);
	call_blocks(&reader);
	expect_ok(module_unload("amp_rproc"));
	expect_ended_with(&reader, EPIPE);
	expect_dead(fd);
	modules_load();
	remote_check_echo(0);
	expect_dead(fd);
}

static void stop_held(void)
{
	unsigned int round;
	__u64 began;
	int fd;

	for (round = 0; round < 3; round++) {
		fd = remote_start_and_open(0, O_NONBLOCK);
		remote_hold(0, fd);
		began = now_us();
		remote_stop(0);
		expect(now_us() - began < PROMPT_MS * 1000ULL * patience(),
		       "stop was slow");
		close(fd);
	}
	remote_check_echo(0);
}

static void stop_unread(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	struct stream stream;

	stream_init(&stream, fd, 64, false);
	stream_exchange(&stream, 100);
	stream_leave(&stream, 200);
	remote_stop(0);
	expect_dead(fd);
	close(fd);
	remote_check_echo(0);
}

static void stop_at_once(void)
{
	unsigned int round;

	for (round = 0; round < 20; round++) {
		remote_start(0);
		remote_stop(0);
	}
	remote_check_echo(0);
}

static const struct test tests[] = {
	TEST("a_hung_remote_is_stopped_within_its_bound", stop_hung_in_time),
	TEST("stop_wakes_blocked_readers_with_EPIPE", stop_with_readers),
	TEST("stop_wakes_pollers_with_POLLHUP", stop_with_pollers),
	TEST("stop_wakes_a_blocked_writer_with_EPIPE", stop_with_writer),
	TEST("SIGKILL_ends_a_blocked_writer", kill_writer),
	TEST("an_old_open_stays_dead_after_a_restart", stay_dead),
	TEST("many_dead_opens_are_closed_later", close_dead_after_restart),
	TEST("the_channel_can_be_unbound_while_open", unbind_channel),
	TEST("the_remote_can_be_unbound_while_open", unbind_driver),
	TEST("rmmod_of_the_char_driver_while_open_is_refused",
	     rmmod_char_driver),
	TEST("rmmod_of_the_char_driver_while_running",
	     rmmod_char_driver_running),
	TEST("rmmod_of_the_remote_driver_while_open", rmmod_remote_driver),
	TEST("stop_inside_the_interrupt_handler", stop_held),
	TEST("stop_with_unread_messages", stop_unread),
	TEST("stop_before_the_firmware_is_up", stop_at_once),
};

const struct suite teardown_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
