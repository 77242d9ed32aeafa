// SPDX-License-Identifier: GPL-2.0
/*
 * A remote processor as a user handles it: the files of
 * /sys/class/remoteproc/remoteprocN, its trace buffer in debugfs, and the
 * /dev/rpmsgN of its channel.
 */
#include <ampkit/echo.h>
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "e2e.h"

#define CLASS_RPMSG	"/sys/class/rpmsg"
#define BUS_RPMSG	"/sys/bus/rpmsg/devices"

/**
 * remote_default_firmware() - the image the device tree names
 * @remote: index of the remote
 *
 * Return: its name below /lib/firmware.
 */
const char *remote_default_firmware(unsigned int remote)
{
	return machine.remotes[remote].firmware;
}

static void attribute(char *path, size_t size, unsigned int remote,
		      const char *name)
{
	snprintf(path, size, SYSFS_RPROC "%u/%s", remote, name);
}

/**
 * remote_device() - the platform device of a remote
 * @remote: index of the remote, bound to its driver
 * @name: receives its name on the bus
 * @size: size of @name
 */
void remote_device(unsigned int remote, char *name, size_t size)
{
	char path[128], target[PATH_MAX];

	attribute(path, sizeof(path), remote, "device");
	expect(realpath(path, target), "%s", path);
	snprintf(name, size, "%s", strrchr(target, '/') + 1);
}

/**
 * remote_unbind() - take the driver of a running or stopped remote away
 * @remote: index of the remote
 * @device: receives the name of its platform device, for remote_bind()
 * @size: size of @device
 */
void remote_unbind(unsigned int remote, char *device, size_t size)
{
	remote_device(remote, device, size);
	expect_ok(write_file(REMOTE_DRIVER "unbind", device));
	expect(remote_in_reset(remote), "it runs without a driver");
}

/**
 * remotes_are_there() - whether all remotes have their driver, for wait_until()
 * @unused: nothing
 *
 * Return: true if so.
 */
bool remotes_are_there(void *unused)
{
	(void)unused;
	return count_entries(SYSFS_RPROC "[0-9]*/state") == REMOTES;
}

/**
 * remote_bind() - give a remote its driver back
 * @device: its platform device
 */
void remote_bind(const char *device)
{
	expect_ok(write_file(REMOTE_DRIVER "bind", device));
	expect_soon(remotes_are_there, NULL, WAIT_MS);
}

/**
 * remote_set_firmware() - choose the image of the next start
 * @remote: index of the remote
 * @name: name below /lib/firmware
 */
void remote_set_firmware(unsigned int remote, const char *name)
{
	char path[128];
	int err;

	attribute(path, sizeof(path), remote, "firmware");
	err = write_file(path, name);
	if (err)
		fail("echo %s > %s: %s", name, path, strerror(-err));
}

/**
 * remote_state() - read the state file
 * @remote: index of the remote
 * @state: receives one word
 * @size: size of @state
 */
void remote_state(unsigned int remote, char *state, size_t size)
{
	char path[128];

	attribute(path, sizeof(path), remote, "state");
	if (read_file(path, state, size) < 0)
		fail("cat %s: %s", path, strerror(errno));
	state[strcspn(state, "\n")] = '\0';
}

/**
 * remote_is() - compare the state file
 * @remote: index of the remote
 * @state: the word it may say
 *
 * Return: true if it says so.
 */
bool remote_is(unsigned int remote, const char *state)
{
	char found[32];

	remote_state(remote, found, sizeof(found));
	return !strcmp(found, state);
}

/**
 * remote_in_reset() - look at the reset of a remote's core
 * @remote: index of the remote, as long as none came before its time
 *
 * Return: true if the core is held in reset.
 */
bool remote_in_reset(unsigned int remote)
{
	return phys_read32(machine.reset) >> core_of(remote) & 1;
}

static int set_state(unsigned int remote, const char *state)
{
	char path[128];

	attribute(path, sizeof(path), remote, "state");
	return write_file(path, state);
}

/**
 * remote_try_start() - echo start, where that may fail
 * @remote: index of the remote
 *
 * Return: 0 or a negative errno.
 */
int remote_try_start(unsigned int remote)
{
	return set_state(remote, "start");
}

/**
 * remote_start() - echo start
 * @remote: index of the remote
 */
void remote_start(unsigned int remote)
{
	int err = remote_try_start(remote);

	if (err)
		fail("start of remote %u: %s", remote, strerror(-err));
	expect(remote_is(remote, "running"), "remote %u", remote);
}

/**
 * remote_stop() - echo stop
 * @remote: index of the remote
 */
void remote_stop(unsigned int remote)
{
	int err = set_state(remote, "stop");

	if (err)
		fail("stop of remote %u: %s", remote, strerror(-err));
	expect(remote_is(remote, "offline"), "remote %u", remote);
}

/**
 * remotes_reset() - stop what runs and restore what tests change of it
 */
void remotes_reset(void)
{
	unsigned int remote;
	char path[128];

	for (remote = 0; remote < REMOTES; remote++) {
		if (remote_is(remote, "detached")) {
			attribute(path, sizeof(path), remote,
				  "device/ampkit/reset");
			expect_eq(write_file(path, "1"), 0);
		}
		if (!remote_is(remote, "offline"))
			remote_stop(remote);
		attribute(path, sizeof(path), remote, "recovery");
		expect_eq(write_file(path, "enabled"), 0);
		remote_set_firmware(remote, remote_default_firmware(remote));
	}
}

/**
 * remote_trace() - read the trace buffer
 * @remote: index of the remote, started
 * @text: receives it
 * @size: size of @text
 */
void remote_trace(unsigned int remote, char *text, size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS_RPROC "%u/trace0", remote);
	if (read_file(path, text, size) < 0)
		fail("cat %s: %s", path, strerror(errno));
}

/*
 * Finds in a folder of links the one that leads to a device below a remote,
 * on a path that the pattern matches behind the remote's name.
 */
static bool find_below(unsigned int remote, const char *folder,
		       const char *pattern, char *name, size_t size)
{
	char link[512], target[PATH_MAX], below[32], *path;
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(folder);

	if (!dir)
		return false;
	snprintf(below, sizeof(below), "/remoteproc%u/", remote);
	while (!found && (entry = readdir(dir))) {
		snprintf(link, sizeof(link), "%s/%s", folder, entry->d_name);
		if (!realpath(link, target))
			continue;
		path = strstr(target, below);
		found = path && !fnmatch(pattern, path, 0);
		if (found)
			snprintf(name, size, "%s", entry->d_name);
	}
	closedir(dir);
	return found;
}

/**
 * remote_find_node() - the device node of a remote's channel
 * @remote: index of the remote
 * @path: receives "/dev/rpmsgN"
 * @size: size of @path
 *
 * Return: false if there is none at the moment.
 */
bool remote_find_node(unsigned int remote, char *path, size_t size)
{
	char name[64];

	if (!find_below(remote, CLASS_RPMSG, "*/rpmsg/rpmsg[0-9]*",
			name, sizeof(name)))
		return false;
	snprintf(path, size, "/dev/%s", name);
	return exists(path);
}

/**
 * remote_find_channel() - the rpmsg device of a remote's raw channel
 * @remote: index of the remote
 * @name: receives its name on the bus
 * @size: size of @name
 *
 * Return: false if there is none at the moment.
 */
bool remote_find_channel(unsigned int remote, char *name, size_t size)
{
	return find_below(remote, BUS_RPMSG, "*.rpmsg-raw.*", name, size);
}

/**
 * remote_find_ctrl() - the control device of a remote
 * @remote: index of the remote
 * @path: receives "/dev/rpmsg_ctrlN"
 * @size: size of @path
 *
 * Return: false if there is none at the moment.
 */
bool remote_find_ctrl(unsigned int remote, char *path, size_t size)
{
	char name[64];

	if (!find_below(remote, CLASS_RPMSG, "*/rpmsg/rpmsg_ctrl[0-9]*", name,
			sizeof(name)))
		return false;
	snprintf(path, size, "/dev/%s", name);
	return exists(path);
}

struct node_wanted {
	unsigned int remote;
	char *path;
	size_t size;
};

static bool node_is_there(void *context)
{
	struct node_wanted *wanted = context;

	return remote_find_node(wanted->remote, wanted->path, wanted->size);
}

/**
 * remote_wait_node() - wait for the device node of a started remote
 * @remote: index of the remote
 * @path: receives "/dev/rpmsgN"
 * @size: size of @path
 */
void remote_wait_node(unsigned int remote, char *path, size_t size)
{
	struct node_wanted wanted = { remote, path, size };

	if (!wait_until(node_is_there, &wanted, WAIT_MS))
		fail("remote %u announces no channel", remote);
}

/**
 * remote_open() - open the channel of a started remote
 * @remote: index of the remote
 * @flags: O_NONBLOCK or 0
 *
 * Return: a file descriptor.
 */
int remote_open(unsigned int remote, int flags)
{
	char path[64];
	int fd;

	remote_wait_node(remote, path, sizeof(path));
	fd = open(path, O_RDWR | O_CLOEXEC | flags);
	if (fd < 0)
		fail("open %s: %s", path, strerror(errno));
	return fd;
}

/**
 * remote_start_and_open() - start a remote and open its channel
 * @remote: index of the remote
 * @flags: O_NONBLOCK or 0
 *
 * Return: a file descriptor.
 */
int remote_start_and_open(unsigned int remote, int flags)
{
	remote_start(remote);
	return remote_open(remote, flags);
}

/**
 * remote_echo() - send one text and expect it back
 * @fd: an open channel with nothing outstanding
 * @text: what to send, at least one character
 */
void remote_echo(int fd, const char *text)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char answer[PAYLOAD_MAX + 16];
	ssize_t len = strlen(text);

	if (write(fd, text, len) != len)
		fail("write of \"%s\": %s", text, strerror(errno));
	expect(poll(&poll_fd, 1, WAIT_MS) == 1, "no echo of \"%s\"", text);
	expect_eq(read(fd, answer, sizeof(answer)), len);
	expect(!memcmp(answer, text, len), "got \"%.*s\" for \"%s\"", (int)len,
	       answer, text);
}

/**
 * remote_check_echo() - start, echo, stop: the remote is as good as new
 * @remote: index of the remote, offline
 */
void remote_check_echo(unsigned int remote)
{
	int fd = remote_start_and_open(remote, 0);

	remote_echo(fd, "still alive");
	close(fd);
	remote_stop(remote);
}

struct hold_wanted {
	unsigned int remote;
	int fd;
};

/* The firmware holds at its next bell: ring until it says that it does. */
static bool is_held(void *context)
{
	struct hold_wanted *wanted = context;
	char trace[8192];

	remote_trace(wanted->remote, trace, sizeof(trace));
	if (strstr(trace, ECHO_HOLD_TRACE))
		return true;
	if (write(wanted->fd, "bell", 4) < 0 && errno != EAGAIN)
		fail("write: %s", strerror(errno));
	return false;
}

/**
 * remote_hold() - make the firmware stay inside its interrupt handler
 * @remote: index of the remote, running the echo firmware
 * @fd: its channel, with O_NONBLOCK
 *
 * Nothing but a reset brings the firmware back. Echoes of what this function
 * sent may be left in the receive queue.
 */
void remote_hold(unsigned int remote, int fd)
{
	struct hold_wanted wanted = { remote, fd };
	const __u32 magic = ECHO_MAGIC_HOLD;

	expect_eq(write(fd, &magic, sizeof(magic)), sizeof(magic));
	expect_soon(is_held, &wanted, WAIT_MS);
}

/**
 * fill_ring() - send to a held remote until nothing fits any more
 * @fd: its channel, with O_NONBLOCK
 *
 * Return: how many messages fitted.
 */
unsigned int fill_ring(int fd)
{
	const unsigned int limit = 4096;
	char data[16] = "fill";
	unsigned int sent;

	for (sent = 0; sent < limit; sent++)
		if (write(fd, data, sizeof(data)) < 0)
			break;
	expect(sent < limit, "a held remote takes %u messages", sent);
	expect_eq(errno, EAGAIN);
	return sent;
}
