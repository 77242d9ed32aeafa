// SPDX-License-Identifier: GPL-2.0
/*
 * Remote 0 with the firmware that misbehaves on command. It answers each
 * command before it obeys, and takes the next message after it has: so an echo
 * behind a command tells that all of it has happened, and has been looked at.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "misuse.h"

#define RELAY		DEBUGFS_RPROC "0/relay"

/**
 * hostile_start() - start the firmware on remote 0 and open its channel
 * @flags: O_NONBLOCK or 0
 *
 * Return: a file descriptor.
 */
int hostile_start(int flags)
{
	remote_set_firmware(0, HOSTILE);
	return remote_start_and_open(0, flags);
}

static void send_command(int fd, const struct hostile_msg *msg)
{
	if (write(fd, msg, sizeof(*msg)) != (ssize_t)sizeof(*msg))
		fail("command %u to the firmware: %s", msg->command,
		     strerror(errno));
}

static void take_answer(int fd, const struct hostile_msg *msg)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	struct hostile_msg answer;

	expect(poll(&poll_fd, 1, WAIT_MS) == 1, "no answer to command %u",
	       msg->command);
	expect_eq(read(fd, &answer, sizeof(answer)), sizeof(answer));
	expect(!memcmp(&answer, msg, sizeof(answer)), "answer to command %u",
	       msg->command);
}

/**
 * hostile_tell() - give a command that may leave no time for an answer
 * @fd: the channel
 * @what: HOSTILE_ command
 * @arg: its argument
 */
void hostile_tell(int fd, __u32 what, __u32 arg)
{
	send_command(fd, &(struct hostile_msg){ HOSTILE_MAGIC, what, arg, 0 });
}

/**
 * hostile_command() - give a command, and take its answer
 * @fd: the channel, with nothing to read
 * @what: HOSTILE_ command
 * @arg: its argument
 */
void hostile_command(int fd, __u32 what, __u32 arg)
{
	struct hostile_msg msg = { HOSTILE_MAGIC, what, arg, 0 };

	send_command(fd, &msg);
	take_answer(fd, &msg);
}

/**
 * hostile_next_boot() - say what the next boots shall do
 * @fd: the channel, with nothing to read
 * @how: HOSTILE_BOOT_ value
 * @times: how many boots
 */
void hostile_next_boot(int fd, __u32 how, __u32 times)
{
	struct hostile_msg msg = {
		HOSTILE_MAGIC, HOSTILE_NEXT_BOOT, times, how,
	};

	send_command(fd, &msg);
	take_answer(fd, &msg);
	/* It is done once the next message is taken */
	remote_echo(fd, "noted");
}

/**
 * hostile_good_again() - expect a normal start and echo of remote 0
 *
 * It is offline before and afterwards.
 */
void hostile_good_again(void)
{
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

/**
 * hostile_end() - stop remote 0, and expect it to be as good as new
 * @fd: the channel; is closed
 */
void hostile_end(int fd)
{
	close(fd);
	remote_stop(0);
	hostile_good_again();
}

static const char *find_queue(const char *text, unsigned int queue)
{
	char name[32];
	const char *line;

	snprintf(name, sizeof(name), "vdev0vring%u: ", queue);
	line = strstr(text, name);
	expect(line, "no %s in %s", name, text);
	return line + strlen(name);
}

/**
 * counters_of() - what the relay has counted of a queue of remote 0
 * @queue: QUEUE_RX or QUEUE_TX
 *
 * Return: the counters.
 */
struct counters counters_of(unsigned int queue)
{
	struct counters count = {};
	const char *line, *drops;
	char text[1024];
	int found;

	expect_ok(read_file(RELAY, text, sizeof(text)));
	line = find_queue(text, queue);
	found = sscanf(line, "pushed %llu pulled %llu lent %u", &count.pushed,
		       &count.pulled, &count.lent);
	expect(found == 3, "%s", text);
	drops = strstr(line, "dropped");
	expect(drops, "no drops in %s", text);
	found = sscanf(drops,
		       "dropped id %d length %d message %d index %d host %d waiting %u",
		       &count.id, &count.length, &count.message, &count.index,
		       &count.host, &count.waiting);
	expect(found == 6, "%s", text);
	line = strstr(line, "quarantined");
	count.quarantined = line && line < drops;
	return count;
}

static unsigned long bells(const char *which)
{
	const char *found;
	char text[1024];

	expect_ok(read_file(RELAY, text, sizeof(text)));
	found = strstr(text, which);
	expect(found, "no %sin %s", which, text);
	return strtoul(found + strlen(which), NULL, 10);
}

/**
 * bells_taken() - how often remote 0 has rung since the driver came
 *
 * Return: the number.
 */
unsigned long bells_taken(void)
{
	return bells("taken ");
}

/**
 * bells_rung() - how often remote 0 was rung since the driver came
 *
 * Return: the number.
 */
unsigned long bells_rung(void)
{
	return bells("rung ");
}

/**
 * bells_deferred() - how often remote 0 was not asked to ring, as its messages
 * were being read
 *
 * Return: the number since the driver came.
 */
unsigned long bells_deferred(void)
{
	return bells("deferred ");
}

/**
 * crash_count() - how often a remote has crashed since the driver came
 * @remote: index of the remote
 *
 * Return: the number.
 */
unsigned int crash_count(unsigned int remote)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), SYSFS_RPROC "%u/device/ampkit/crashes",
		 remote);
	expect_ok(read_file(path, text, sizeof(text)));
	return strtoul(text, NULL, 10);
}

/**
 * set_of_remote() - write a file of remote 0
 * @file: its name below /sys/class/remoteproc/remoteproc0
 * @text: what to write
 */
void set_of_remote(const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), SYSFS_RPROC "0/%s", file);
	expect(write_file(path, text) >= 0, "%s > %s", text, path);
}

static bool has_crashed(void *unused)
{
	(void)unused;
	return remote_is(0, "crashed");
}

/**
 * expect_crash() - wait until remote 0 is reported crashed
 *
 * For one whose recovery was disabled.
 */
void expect_crash(void)
{
	expect_soon(has_crashed, NULL, HANG_MS);
}

/**
 * struct crashed - a remote that has crashed, or is about to
 * @remote: index of the remote
 * @before: its crash_count() before it did
 */
struct crashed {
	unsigned int remote;
	unsigned int before;
};

static bool is_back(void *context)
{
	const struct crashed *crashed = context;
	char node[64];

	return crash_count(crashed->remote) > crashed->before &&
	       remote_is(crashed->remote, "running") &&
	       remote_find_node(crashed->remote, node, sizeof(node));
}

/**
 * expect_back() - wait until a remote has crashed and runs again
 * @remote: index of the remote
 * @before: crash_count() before it did
 */
void expect_back(unsigned int remote, unsigned int before)
{
	struct crashed crashed = { remote, before };

	expect(wait_until(is_back, &crashed, HANG_MS),
	       "remote %u: %u crashes before, %u now", remote, before,
	       crash_count(remote));
}

/**
 * expect_recovered() - expect_back() of remote 0, to a good life
 * @before: crash_count() before it crashed, once
 */
void expect_recovered(unsigned int before)
{
	int fd;

	expect_back(0, before);
	fd = remote_open(0, 0);
	remote_echo(fd, "a new life");
	close(fd);
	expect_eq(crash_count(0), before + 1);
}

/**
 * log_says() - whether a text came in the kernel's log
 * @mark: from log_mark(); moved on to the end
 * @text: the text
 *
 * Return: true if so.
 */
bool log_says(int mark, const char *text)
{
	struct log_line line;
	bool found = false;

	while (log_next(mark, &line))
		found |= !!strstr(line.text, text);
	return found;
}
