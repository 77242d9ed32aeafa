// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/rpmsg_ctrlN, endpoints made with it, and channels bound by hand: as
 * programs do it that walk /sys/class/rpmsg and write driver_override.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "char.h"

#define DRIVERS		"/sys/bus/rpmsg/drivers"
#define DEVICES		"/sys/bus/rpmsg/devices"
#define LOOPS		20

/**
 * struct bench - a started remote with its control device open
 * @ctrl: the control device
 * @echo: address of the echo service
 */
struct bench {
	int ctrl;
	__u32 echo;
};

static struct bench bench_up(void)
{
	struct bench bench;

	expect_ok(module_load("rpmsg_ctrl"));
	remote_start(0);
	bench.ctrl = ctrl_open(0);
	bench.echo = echo_address(0);
	return bench;
}

static void bench_down(struct bench *bench)
{
	close(bench->ctrl);
	if (!remote_is(0, "offline"))
		remote_stop(0);
	expect_ok(module_unload("rpmsg_ctrl"));
}

static int ept_open(const char *node, int flags)
{
	int fd = open(node, O_RDWR | O_CLOEXEC | flags);

	expect(fd >= 0, "open %s: %s", node, strerror(errno));
	return fd;
}

static void any_source(void)
{
	static const __u32 sources[] = { 0, 1, 52, 1023, 70000, 0x7fffffff };
	struct bench bench = bench_up();
	char node[64], name[32];
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		snprintf(name, sizeof(name), "source-%u", sources[i]);
		ept_create(bench.ctrl, name, sources[i], bench.echo, node,
			   sizeof(node));
		expect_eq(node_attr(node, "src"), (int)sources[i]);
		expect_eq(node_attr(node, "dst"), bench.echo);
		fd = ept_open(node, 0);
		expect_eq(ept_info(fd).src, sources[i]);
		remote_echo(fd, name);
		expect_ok(ioctl(fd, RPMSG_DESTROY_EPT_IOCTL));
		close(fd);
	}
	ept_create(bench.ctrl, "source-any", RPMSG_ADDR_ANY, bench.echo, node,
		   sizeof(node));
	expect_eq(node_attr(node, "src"), -1);
	fd = ept_open(node, 0);
	expect(ept_info(fd).src >= 1024, "source %u", ept_info(fd).src);
	remote_echo(fd, "any");
	close(fd);
	bench_down(&bench);
}

static void same_address_twice(void)
{
	struct bench bench = bench_up();
	char first[64], second[64];
	int fd;

	ept_create(bench.ctrl, "first", 77, bench.echo, first, sizeof(first));
	ept_create(bench.ctrl, "second", 77, bench.echo, second,
		   sizeof(second));
	fd = ept_open(first, 0);
	expect_errno(open(second, O_RDWR), EINVAL);
	remote_echo(fd, "the first has it");
	close(fd);
	fd = ept_open(second, 0);
	remote_echo(fd, "now the second");
	close(fd);
	bench_down(&bench);
}

static void destroy_twice(void)
{
	struct bench bench = bench_up();
	static struct call call;
	char node[64], data[8];
	int fd;

	ept_create(bench.ctrl, "twice", RPMSG_ADDR_ANY, bench.echo, node,
		   sizeof(node));
	fd = ept_open(node, 0);
	call_start(&call, CALL_READ, fd);
	call_blocks(&call);
	expect_ok(ioctl(fd, RPMSG_DESTROY_EPT_IOCTL));
	call_ends(&call, PROMPT_MS);
	expect_eq(call.error, EPIPE);
	expect_ok(ioctl(fd, RPMSG_DESTROY_EPT_IOCTL));
	expect(!exists(node), "%s is still there", node);
	expect_errno(read(fd, data, sizeof(data)), EPIPE);
	close(fd);
	bench_down(&bench);
}

static void *destroy_thread(void *context)
{
	expect_ok(ioctl(*(int *)context, RPMSG_DESTROY_EPT_IOCTL));
	return NULL;
}

static void destroy_at_once(void)
{
	struct bench bench = bench_up();
	pthread_t threads[4];
	char node[64];
	unsigned int i, loop;
	int fd;

	for (loop = 0; loop < LOOPS; loop++) {
		ept_create(bench.ctrl, "at-once", RPMSG_ADDR_ANY, bench.echo,
			   node, sizeof(node));
		fd = ept_open(node, 0);
		for (i = 0; i < ARRAY_SIZE(threads); i++)
			pthread_create(&threads[i], NULL, destroy_thread, &fd);
		for (i = 0; i < ARRAY_SIZE(threads); i++)
			pthread_join(threads[i], NULL);
		close(fd);
	}
	bench_down(&bench);
}

static void ctrl_outlives(void)
{
	struct rpmsg_endpoint_info info = { .name = "late", .dst = 1 };
	struct bench bench = bench_up();

	remote_stop(0);
	expect_errno(ioctl(bench.ctrl, RPMSG_CREATE_EPT_IOCTL, &info), ENODEV);
	expect_errno(ioctl(bench.ctrl, RPMSG_CREATE_DEV_IOCTL, &info), ENODEV);
	expect_errno(ioctl(bench.ctrl, RPMSG_RELEASE_DEV_IOCTL, &info), ENODEV);
	remote_start(0);
	expect_errno(ioctl(bench.ctrl, RPMSG_CREATE_EPT_IOCTL, &info), ENODEV);
	bench_down(&bench);
}

static void never_opened(void)
{
	struct bench bench = bench_up();
	char node[64], name[32];
	unsigned int i;

	for (i = 0; i < LOOPS; i++) {
		snprintf(name, sizeof(name), "idle-%u", i);
		ept_create(bench.ctrl, name, RPMSG_ADDR_ANY, bench.echo, node,
			   sizeof(node));
	}
	remote_stop(0);
	expect(!exists(node), "%s is still there", node);
	bench_down(&bench);
}

static void exclusive(void)
{
	struct bench bench = bench_up();
	char node[64];
	int fd;

	ept_create(bench.ctrl, "mine", RPMSG_ADDR_ANY, bench.echo, node,
		   sizeof(node));
	fd = ept_open(node, O_EXCL);
	expect_errno(open(node, O_RDWR), EBUSY);
	expect_errno(open(node, O_RDWR | O_EXCL), EBUSY);
	remote_echo(fd, "alone");
	close(fd);
	fd = ept_open(node, 0);
	expect_errno(open(node, O_RDWR | O_EXCL), EBUSY);
	close(fd);
	bench_down(&bench);
}

/* The endpoint goes with its last close, and comes with the next open */
static void reopen(void)
{
	struct bench bench = bench_up();
	char node[64];
	int fd, other;

	ept_create(bench.ctrl, "again", RPMSG_ADDR_ANY, bench.echo, node,
		   sizeof(node));
	fd = ept_open(node, 0);
	other = ept_open(node, 0);
	expect_eq(ept_info(fd).src, ept_info(other).src);
	remote_echo(fd, "first");
	expect_eq(write(fd, "unread", 6), 6);
	expect_eq(poll_for(other, POLLIN, WAIT_MS), POLLIN);
	close(fd);
	close(other);
	fd = ept_open(node, O_NONBLOCK);
	expect_eq(drain(fd), 0);
	remote_echo(fd, "second");
	close(fd);
	bench_down(&bench);
}

static void wrong_ctrl_calls(void)
{
	struct rpmsg_endpoint_info info = { .name = "rpmsg_ctrl" };
	static void *volatile bad_pointer = (void *)8;
	struct bench bench = bench_up();

	expect_errno(ioctl(bench.ctrl, RPMSG_CREATE_EPT_IOCTL, bad_pointer),
		     EFAULT);
	expect_errno(ioctl(bench.ctrl, _IO(0xb5, 0x7f), &info), ENOTTY);
	info.src = RPMSG_ADDR_ANY;
	info.dst = RPMSG_ADDR_ANY;
	expect_errno(ioctl(bench.ctrl, RPMSG_RELEASE_DEV_IOCTL, &info), EINVAL);
	snprintf(info.name, sizeof(info.name), "never-was");
	expect_errno(ioctl(bench.ctrl, RPMSG_RELEASE_DEV_IOCTL, &info), EINVAL);
	/* Addresses that are none */
	info.src = 0x80000000;
	expect_errno(ioctl(bench.ctrl, RPMSG_CREATE_EPT_IOCTL, &info), EINVAL);
	info.src = 0xfffffffe;
	expect_errno(ioctl(bench.ctrl, RPMSG_CREATE_DEV_IOCTL, &info), EINVAL);
	info.src = RPMSG_ADDR_ANY;
	/* A name that fills its field */
	memset(info.name, 'n', sizeof(info.name));
	expect_ok(ioctl(bench.ctrl, RPMSG_CREATE_EPT_IOCTL, &info));
	bench_down(&bench);
}

/* Folder of the device that a name matches, below /sys/bus/rpmsg/devices */
static void wait_bound(const char *device, const char *driver)
{
	char link[256], target[PATH_MAX];

	snprintf(link, sizeof(link), DEVICES "/%s/driver", device);
	expect(realpath(link, target), "%s: %s", link, strerror(errno));
	expect(!strcmp(strrchr(target, '/') + 1, driver), "driver %s", target);
}

/* As the OpenAMP demos do it: override, bind, then look for the node */
static void override(void)
{
	struct rpmsg_endpoint_info info = { .name = "demo-channel" };
	struct bench bench = bench_up();
	char device[128], path[256], text[64];

	info.src = 1030;
	info.dst = bench.echo;
	expect_ok(ioctl(bench.ctrl, RPMSG_CREATE_DEV_IOCTL, &info));
	snprintf(device, sizeof(device), "virtio0.demo-channel.1030.%u",
		 bench.echo);
	snprintf(path, sizeof(path), DEVICES "/%s/driver_override", device);
	expect(read_file(path, text, sizeof(text)) >= 0, "%s", path);
	expect(!strcmp(text, "\n") || !strcmp(text, "(null)\n"), "got %s",
	       text);
	expect_eq(write_file(DRIVERS "/rpmsg_chrdev/bind", device), -ENODEV);
	expect_eq(write_file(path, "rpmsg_chrdev"), 0);
	expect_eq(write_file(DRIVERS "/rpmsg_chrdev/bind", device), 0);
	wait_bound(device, "rpmsg_chrdev");
	snprintf(path, sizeof(path), DEVICES "/%s/rpmsg", device);
	expect(exists(path), "no %s", path);
	expect_ok(ioctl(bench.ctrl, RPMSG_RELEASE_DEV_IOCTL, &info));
	expect(!exists(path), "%s is left", path);
	expect_errno(ioctl(bench.ctrl, RPMSG_RELEASE_DEV_IOCTL, &info), EINVAL);
	bench_down(&bench);
}

static void rebind_in_a_loop(void)
{
	char channel[128], node[64], data[8];
	int fd, loop;

	remote_start(0);
	for (loop = 0; loop < LOOPS; loop++) {
		fd = remote_open(0, 0);
		remote_echo(fd, "before");
		expect(remote_find_channel(0, channel, sizeof(channel)), "gone");
		expect_eq(write_file(DRIVERS "/rpmsg_chrdev/unbind", channel),
			  0);
		expect_errno(read(fd, data, sizeof(data)), EPIPE);
		expect(!remote_find_node(0, node, sizeof(node)), "%s", node);
		expect_eq(write_file(DRIVERS "/rpmsg_chrdev/bind", channel), 0);
		expect_errno(read(fd, data, sizeof(data)), EPIPE);
		close(fd);
	}
	remote_echo(remote_open(0, 0), "after");
}

static void unbind_ctrl(void)
{
	struct rpmsg_endpoint_info info = { .name = "x" };
	struct bench bench = bench_up();
	char node[64], data[8], path[64];
	int fd;

	ept_create(bench.ctrl, "child", RPMSG_ADDR_ANY, bench.echo, node,
		   sizeof(node));
	fd = ept_open(node, 0);
	expect(remote_find_ctrl(0, path, sizeof(path)), "no control device");
	expect_eq(write_file(DRIVERS "/rpmsg_ctrl/unbind",
			     "virtio0.rpmsg_ctrl.0.0"), 0);
	expect(!exists(path), "%s is left", path);
	expect(!exists(node), "%s is left", node);
	expect_errno(read(fd, data, sizeof(data)), EPIPE);
	expect_errno(ioctl(bench.ctrl, RPMSG_CREATE_EPT_IOCTL, &info), ENODEV);
	expect_ok(ioctl(fd, RPMSG_DESTROY_EPT_IOCTL));
	close(fd);
	bench_down(&bench);
}

static void unload_while_open(void)
{
	struct bench bench = bench_up();
	char node[64];
	int fd;

	ept_create(bench.ctrl, "busy", RPMSG_ADDR_ANY, bench.echo, node,
		   sizeof(node));
	fd = ept_open(node, 0);
	expect_errno(module_unload("rpmsg_ctrl"), EAGAIN);
	expect_errno(module_unload("rpmsg_char"), EAGAIN);
	close(bench.ctrl);
	/* An endpoint that is open holds its own module, not its maker's */
	expect_ok(module_unload("rpmsg_ctrl"));
	expect_errno(module_unload("rpmsg_char"), EAGAIN);
	expect_eq(poll_for(fd, 0, 0), POLLHUP | POLLERR);
	close(fd);
}

static void root_only(void)
{
	struct bench bench = bench_up();
	struct stat stat_node;
	char node[64];

	ept_create(bench.ctrl, "mode", RPMSG_ADDR_ANY, bench.echo, node,
		   sizeof(node));
	expect_ok(stat(node, &stat_node));
	expect_eq(stat_node.st_mode & 07777, 0600);
	expect_ok(fstat(bench.ctrl, &stat_node));
	expect_eq(stat_node.st_mode & 07777, 0600);
	expect_eq(stat_node.st_uid, 0);
	bench_down(&bench);
}

static const struct test tests[] = {
	TEST("endpoints_with_any_source_address_echo", any_source),
	TEST("an_address_in_use_is_refused_at_open", same_address_twice),
	TEST("fault_28_an_endpoint_is_destroyed_twice", destroy_twice),
	TEST("fault_28_an_endpoint_is_destroyed_by_many_at_once",
	     destroy_at_once),
	TEST("fault_28_an_open_control_device_outlives_its_remote",
	     ctrl_outlives),
	TEST("fault_28_endpoints_are_created_and_never_opened", never_opened),
	TEST("fault_28_O_EXCL_keeps_others_out", exclusive),
	TEST("an_endpoint_is_made_anew_by_each_first_open", reopen),
	TEST("fault_29_wrong_control_calls_are_refused", wrong_ctrl_calls),
	TEST("a_channel_is_bound_by_driver_override", override),
	TEST("fault_27_a_channel_is_unbound_in_a_loop", rebind_in_a_loop),
	TEST("fault_27_the_control_device_is_unbound_while_open", unbind_ctrl),
	TEST("fault_27_modules_in_use_are_not_unloaded", unload_while_open),
	TEST("nodes_are_for_root_alone", root_only),
};

const struct suite char_ctrl_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
