// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of the rpmsg character devices share: attributes, counters,
 * and endpoints made with /dev/rpmsg_ctrlN.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "char.h"

/* Messages that a queue which holds back has room for, and are sent to it */
#define HOLD_QUEUE	"16"
#define HOLD_MESSAGES	80

/* Messages in a row, after which a reader counts as busy */
#define BUSY		8

static void attr_path(char *path, size_t size, const char *node,
		      const char *name)
{
	snprintf(path, size, "/sys/class/rpmsg/%s/%s",
		 strrchr(node, '/') + 1, name);
}

/**
 * node_attr() - read a number from a node's folder in sysfs
 * @node: "/dev/rpmsgN"
 * @name: name of the attribute, with "statistics/" where it is one
 *
 * Return: the number.
 */
long long node_attr(const char *node, const char *name)
{
	char path[160], text[64];

	attr_path(path, sizeof(path), node, name);
	if (read_file(path, text, sizeof(text)) < 0)
		fail("cat %s: %s", path, strerror(errno));
	return strtoll(text, NULL, 0);
}

/**
 * node_set_attr() - write an attribute in a node's folder in sysfs
 * @node: "/dev/rpmsgN"
 * @name: name of the attribute
 * @value: what to write
 *
 * Return: 0 or a negative errno.
 */
int node_set_attr(const char *node, const char *name, const char *value)
{
	char path[160];

	attr_path(path, sizeof(path), node, name);
	return write_file(path, value);
}

/**
 * ept_info() - all about an open endpoint
 * @fd: its file
 *
 * Return: what RPMSG_EPT_GET_INFO says.
 */
struct rpmsg_ept_info ept_info(int fd)
{
	struct rpmsg_ept_info info;

	expect_ok(ioctl(fd, RPMSG_EPT_GET_INFO, &info));
	return info;
}

/**
 * poll_for() - poll one file
 * @fd: the file
 * @events: what for
 * @ms: how long
 *
 * Return: the events found, 0 for none in time.
 */
short poll_for(int fd, short events, int ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	expect_ok(poll(&poll_fd, 1, ms));
	return poll_fd.revents;
}

/**
 * drain() - read all that is queued
 * @fd: a file with O_NONBLOCK
 *
 * Return: how many messages.
 */
unsigned int drain(int fd)
{
	char data[PAYLOAD_MAX];
	unsigned int count = 0;

	while (read(fd, data, sizeof(data)) >= 0)
		count++;
	expect_eq(errno, EAGAIN);
	return count;
}

struct settled {
	int fd;
	__u64 sent;
	struct rpmsg_ept_info info;
};

static bool all_came_back(void *context)
{
	struct settled *settled = context;

	settled->info = ept_info(settled->fd);
	return settled->info.received + settled->info.dropped >= settled->sent;
}

/**
 * expect_settled() - wait until all echoes have come, kept or dropped
 * @fd: the only endpoint that the echoes come to
 * @sent: how many messages it has sent
 */
void expect_settled(int fd, __u64 sent)
{
	struct settled settled = { .fd = fd, .sent = sent };

	wait_until(all_came_back, &settled, 2 * WAIT_MS);
	expect_eq(settled.info.sent, sent);
	expect_eq(settled.info.received + settled.info.dropped, sent);
	expect_eq(settled.info.taken + settled.info.discarded +
		  settled.info.queued, settled.info.received);
}

struct ctrl_wanted {
	unsigned int remote;
	char path[64];
};

static bool ctrl_is_there(void *context)
{
	struct ctrl_wanted *wanted = context;

	return remote_find_ctrl(wanted->remote, wanted->path,
				sizeof(wanted->path));
}

/**
 * hold_back() - let the channel of remote 0 hold back, with more to read than it
 *	has room for
 * @fd: its open node, blocking; of an image that echoes
 */
void hold_back(int fd)
{
	char node[64];
	unsigned int i;

	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "queue_messages", HOLD_QUEUE), 0);
	expect_ok(ioctl(fd, RPMSG_EPT_SET_OVERFLOW, RPMSG_EPT_OVERFLOW_HOLD));
	for (i = 0; i < HOLD_MESSAGES; i++)
		expect_eq(write(fd, &i, sizeof(i)), sizeof(i));
}

/**
 * read_held_back() - read what there is since hold_back(), to the last message
 * @fd: as there
 */
void read_held_back(int fd)
{
	unsigned int i, number;

	for (i = 0; i < HOLD_MESSAGES; i++) {
		expect_eq(read(fd, &number, sizeof(number)), sizeof(number));
		expect_eq(number, i);
	}
}

/**
 * ctrl_open() - open the control device of a started remote
 * @remote: index of the remote
 *
 * Return: a file descriptor.
 */
int ctrl_open(unsigned int remote)
{
	struct ctrl_wanted wanted = { .remote = remote };
	int fd;

	expect_soon(ctrl_is_there, &wanted, WAIT_MS);
	fd = open(wanted.path, O_RDWR | O_CLOEXEC);
	expect(fd >= 0, "open %s: %s", wanted.path, strerror(errno));
	return fd;
}

/**
 * echo_address() - where the echo service of a started remote listens
 * @remote: index of the remote
 *
 * Return: its address.
 */
__u32 echo_address(unsigned int remote)
{
	char node[64];

	remote_wait_node(remote, node, sizeof(node));
	return node_attr(node, "dst");
}

static bool has_name(const char *folder, const char *name)
{
	char path[160], text[64];

	snprintf(path, sizeof(path), "%s/name", folder);
	if (read_file(path, text, sizeof(text)) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, name);
}

/**
 * ept_find() - find the node of an endpoint device
 * @name: the endpoint's name, which no other has
 * @node: receives "/dev/rpmsgN"
 * @size: size of @node
 *
 * The device is there: others that come or go meanwhile may have no name.
 */
void ept_find(const char *name, char *node, size_t size)
{
	glob_t found;
	size_t i;

	node[0] = '\0';
	if (!glob("/sys/class/rpmsg/rpmsg[0-9]*", 0, NULL, &found))
		for (i = 0; i < found.gl_pathc; i++)
			if (has_name(found.gl_pathv[i], name))
				snprintf(node, size, "/dev/%s",
					 strrchr(found.gl_pathv[i], '/') + 1);
	globfree(&found);
	expect(node[0], "no node of endpoint %s", name);
}

/**
 * ept_create() - make an endpoint device
 * @ctrl: an open control device
 * @name: its name, which no other has
 * @src: its own address, or RPMSG_ADDR_ANY
 * @dst: the address it sends to
 * @node: receives "/dev/rpmsgN"
 * @size: size of @node
 */
void ept_create(int ctrl, const char *name, __u32 src, __u32 dst,
		char *node, size_t size)
{
	struct rpmsg_endpoint_info info = { .src = src, .dst = dst };

	snprintf(info.name, sizeof(info.name), "%s", name);
	expect_ok(ioctl(ctrl, RPMSG_CREATE_EPT_IOCTL, &info));
	ept_find(name, node, size);
}

/**
 * open_second_endpoint() - open a second endpoint to remote 0's echo service
 * @addr: its own address, or RPMSG_ADDR_ANY
 *
 * Return: its descriptor.
 */
int open_second_endpoint(__u32 addr)
{
	char node[64];
	int second;

	expect_ok(module_load("rpmsg_ctrl"));
	ept_create(ctrl_open(0), "second", addr, echo_address(0), node,
		   sizeof(node));
	second = open(node, O_RDWR);
	expect_ok(second);
	return second;
}

/**
 * get_busy() - read so many messages in a row that no bell is needed for more
 * @fd: the device, of a remote that echoes; open for reading, blocking
 */
void get_busy(int fd)
{
	unsigned int i, number;

	for (i = 0; i < BUSY; i++)
		expect_eq(write(fd, &i, sizeof(i)), sizeof(i));
	for (i = 0; i < BUSY; i++) {
		expect_eq(read(fd, &number, sizeof(number)), sizeof(number));
		expect_eq(number, i);
	}
}
