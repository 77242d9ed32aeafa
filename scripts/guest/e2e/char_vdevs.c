// SPDX-License-Identifier: GPL-2.0
/*
 * An endpoint that holds back stops the receive side of its own virtio device
 * only. The remote has two of them here.
 */
#include <ampkit/multi.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "char.h"

#define CTRL_OF_SECOND	\
	"/sys/bus/rpmsg/devices/virtio1.rpmsg_ctrl.*/rpmsg/rpmsg_ctrl*"
#define VIRTIO_DRIVER	"/sys/bus/virtio/drivers/virtio_rpmsg_bus/"
#define SMALL		16
#define HELD		64

/**
 * struct two - a remote with two devices
 * @first: the channel of the first, which echoes
 * @second: an endpoint on the second, which echoes
 */
struct two {
	int first;
	int second;
};

static __u32 make_second_echo(int fd)
{
	struct multi_msg msg = {
		.command = MULTI_CREATE, .device = 1, .result = 1,
	};

	expect_eq(write(fd, &msg, sizeof(msg)), sizeof(msg));
	expect_eq(poll_for(fd, POLLIN, WAIT_MS), POLLIN);
	expect_eq(read(fd, &msg, sizeof(msg)), sizeof(msg));
	expect_eq(msg.result, 0);
	return msg.addr;
}

static bool ctrl_is_there(void *path)
{
	glob_t found;
	bool there = !glob(CTRL_OF_SECOND, 0, NULL, &found);

	if (there)
		snprintf(path, 64, "/dev/%s",
			 strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);
	return there;
}

static int open_second(__u32 address)
{
	char path[64], node[64];
	int ctrl, fd;

	expect_soon(ctrl_is_there, path, WAIT_MS);
	ctrl = open(path, O_RDWR);
	expect_ok(ctrl);
	ept_create(ctrl, "second", RPMSG_ADDR_ANY, address, node, sizeof(node));
	fd = open(node, O_RDWR);
	expect_ok(fd);
	close(ctrl);
	return fd;
}

static bool is_holding(void *fd)
{
	return ept_info(*(int *)fd).held > 0;
}

/* The first device holds back, the second has been heard before that. */
static struct two two_up(void)
{
	char node[64];
	struct two two;
	__u64 number;

	expect_ok(module_load("rpmsg_ctrl"));
	remote_set_firmware(0, image_of(0, "multi"));
	two.first = remote_start_and_open(0, O_NONBLOCK);
	two.second = open_second(make_second_echo(two.first));
	remote_echo(two.second, "before");
	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "queue_messages", "16"), 0);
	expect_ok(ioctl(two.first, RPMSG_EPT_SET_OVERFLOW,
			RPMSG_EPT_OVERFLOW_HOLD));
	for (number = 0; number < SMALL + HELD; number++)
		expect_eq(write(two.first, &number, sizeof(number)),
			  sizeof(number));
	expect_soon(is_holding, &two.first, WAIT_MS);
	return two;
}

static void two_down(struct two *two)
{
	expect_eq(ept_info(two->first).dropped, 0);
	close(two->second);
	close(two->first);
	remote_stop(0);
	expect_ok(module_unload("rpmsg_ctrl"));
}

static void other_device_is_heard(void)
{
	struct two two = two_up();

	remote_echo(two.second, "meanwhile");
	expect_eq(ept_info(two.first).queued, SMALL);
	two_down(&two);
}

static void *unbind(void *done)
{
	expect_eq(write_file(VIRTIO_DRIVER "unbind", "virtio1"), 0);
	atomic_store((atomic_bool *)done, true);
	return NULL;
}

static bool is_done(void *done)
{
	return atomic_load((atomic_bool *)done);
}

static void other_device_is_removed(void)
{
	struct two two = two_up();
	atomic_bool done = false;
	pthread_t thread;
	char data[8];

	pthread_create(&thread, NULL, unbind, &done);
	expect_soon(is_done, &done, PROMPT_MS);
	pthread_join(thread, NULL);
	expect_errno(read(two.second, data, sizeof(data)), EPIPE);
	expect_eq(ept_info(two.first).queued, SMALL);
	two_down(&two);
}

static const struct test tests[] = {
	TEST("holding_back_stops_no_other_device_of_the_remote",
	     other_device_is_heard),
	TEST("holding_back_stops_no_removal_of_another_device",
	     other_device_is_removed),
};

const struct suite char_vdevs_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
