// SPDX-License-Identifier: GPL-2.0
/*
 * Out of memory, at each point of ours in turn: the first allocation of an
 * operation fails, then the second, until it gets through without. Only those
 * count that our modules make themselves; the kernel's core has leaks of its
 * own where it runs out of memory.
 */
#include <fcntl.h>
#include <linux/rpmsg.h>
#include <linux/rpmsg_ext.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "char.h"

#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define MAX_POINTS	200

/*
 * How far up the stack one of our functions has to stand: the allocator's own
 * and the kernel's helpers (devm_, kasprintf) are between.
 */
#define DEPTH		"8"

#define CORE_DRIVER	"/sys/bus/platform/drivers/amp_core/"
#define CHANNEL_DRIVER	"/sys/bus/rpmsg/drivers/rpmsg_chrdev/"

/* And that of the mailbox */
static const char *const modules[] = {
	"rproc_relay", "amp_rproc", "rpmsg_char", "rpmsg_ctrl",
};

static unsigned long long number_in(const char *path)
{
	char text[64];

	expect_ok(read_file(path, text, sizeof(text)));
	return strtoull(text, NULL, 0);
}

static void set_number(const char *path, unsigned long long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%#llx", number);
	expect_ok(write_file(path, text));
}

/*
 * A function of the core that gets it wrong itself: when its device_add() fails,
 * rproc_add() puts the remote once more than it got it.
 */
static void spare_rproc_add(void)
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	unsigned long long address, start = 0, end = ~0ULL;
	char line[256], name[128];

	expect(symbols, "/proc/kallsyms");
	while (fgets(line, sizeof(line), symbols))
		if (sscanf(line, "%llx %*c %127s", &address, name) == 2 &&
		    !strcmp(name, "rproc_add"))
			start = address;
	rewind(symbols);
	while (fgets(line, sizeof(line), symbols)) {
		address = strtoull(line, NULL, 16);
		if (address > start && address < end)
			end = address;
	}
	fclose(symbols);
	expect(start, "no rproc_add");
	set_number(FAILSLAB "reject-start", start);
	set_number(FAILSLAB "reject-end", end);
}

/* Stretches a range of addresses so that a module's code, if loaded, is in it. */
static void stretch_over(const char *module, unsigned long long *low,
			 unsigned long long *high)
{
	unsigned long long text, size;
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/sections/.text", module);
	if (!exists(path))
		return;
	text = number_in(path);
	snprintf(path, sizeof(path), "/sys/module/%s/coresize", module);
	size = number_in(path);
	if (text < *low)
		*low = text;
	if (text + size > *high)
		*high = text + size;
}

/* Counts only what happens in our modules. */
static void aim_at_our_modules(void)
{
	unsigned long long low = ~0ULL, high = 0;
	struct utsname kernel;
	size_t i;

	expect_ok(uname(&kernel));
	if (!strncmp(kernel.release, "6.1.", 4))
		skip("fail-nth of 6.1 counts everybody's allocations");
	stretch_over(machine.bell_module, &low, &high);
	for (i = 0; i < ARRAY_SIZE(modules); i++)
		stretch_over(modules[i], &low, &high);
	expect(low < high, "no module of ours");
	expect_ok(write_file(FAILSLAB "verbose", "0"));
	expect_ok(write_file(FAILSLAB "ignore-gfp-wait", "N"));
	expect_ok(write_file(FAILSLAB "stacktrace-depth", DEPTH));
	set_number(FAILSLAB "require-start", low);
	set_number(FAILSLAB "require-end", high);
	spare_rproc_add();
}

/**
 * struct operation - something that allocates memory
 * @name: for the report
 * @prepare: brings about what it needs, or NULL
 * @run: the operation; 0 or a negative errno
 * @undo: undoes it after it has worked
 */
struct operation {
	const char *name;
	void (*prepare)(void);
	int (*run)(void);
	void (*undo)(void);
};

/* Runs it with its nth allocation failing; false if it has not that many. */
static bool run_with_failure(const struct operation *op, unsigned int nth)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	char text[16];
	bool hit;
	int err;

	snprintf(text, sizeof(text), "%u", nth);
	expect_ok(fd);
	expect_eq(pwrite(fd, text, strlen(text), 0), (ssize_t)strlen(text));
	err = op->run();
	memset(text, 0, sizeof(text));
	expect_ok(pread(fd, text, sizeof(text) - 1, 0));
	hit = atoi(text) == 0;
	expect_eq(pwrite(fd, "0", 1, 0), 1);
	close(fd);

	if (err && err != -ENOMEM && err != -EINVAL && err != -ENODEV)
		fail("%s, allocation %u failed: %s", op->name, nth,
		     strerror(-err));
	expect(hit || !err, "%s failed by itself: %s", op->name,
	       strerror(-err));
	if (!err)
		op->undo();
	return hit;
}

static void sweep(const struct operation *op)
{
	struct usage before = {};
	unsigned int nth;

	if (op->prepare)
		op->prepare();
	/* The first time something is set up once and for all */
	expect_eq(op->run(), 0);
	op->undo();
	usage_take(&before);
	for (nth = 1; run_with_failure(op, nth); nth++) {
		expect(nth < MAX_POINTS, "%s has no end", op->name);
		sign_of_life();
	}
	note("%s: %u allocations", op->name, nth - 1);
	expect(nth > 1, "%s allocates nothing: is this the right place?",
	       op->name);
	usage_expect_flat(&before, nth);
	expect_eq(op->run(), 0);
	op->undo();
}

static char device[64];

static void unbind_core(void)
{
	expect_ok(write_file(CORE_DRIVER "unbind", device));
}

static int bind_core(void)
{
	return write_file(CORE_DRIVER "bind", device);
}

static void prepare_core(void)
{
	remote_device(0, device, sizeof(device));
	unbind_core();
}

static int bind_bell(void)
{
	return write_file(bell_driver("bind"), device);
}

static void unbind_bell(void)
{
	expect_ok(write_file(bell_driver("unbind"), device));
}

/* The remote goes with its bell, and comes back with it. */
static void prepare_bell(void)
{
	snprintf(device, sizeof(device), "%s", machine.remotes[0].bell);
	unbind_bell();
}

static int start(void)
{
	return remote_try_start(0);
}

static void stop(void)
{
	remote_stop(0);
}

static const struct operation probe = {
	"probe of a remote", prepare_core, bind_core, unbind_core
};

static const struct operation probe_bell = {
	"probe of a bell", prepare_bell, bind_bell, unbind_bell
};

static const struct operation start_op = { "start", NULL, start, stop };

static void restore_drivers(const char *bind)
{
	expect_ok(write_file(bind, device));
	modules_load();
	remote_check_echo(0);
}

static void probe_without_memory(void)
{
	aim_at_our_modules();
	sweep(&probe);
	restore_drivers(CORE_DRIVER "bind");
}

static void probe_bell_without_memory(void)
{
	aim_at_our_modules();
	sweep(&probe_bell);
	restore_drivers(bell_driver("bind"));
}

static void start_without_memory(void)
{
	aim_at_our_modules();
	sweep(&start_op);
	remote_check_echo(0);
}

static char node[64];
static int open_fd = -1;
static int ctrl_fd = -1;

static void prepare_node(void)
{
	remote_start(0);
	remote_wait_node(0, node, sizeof(node));
}

static int open_node(void)
{
	open_fd = open(node, O_RDWR | O_CLOEXEC);
	return open_fd < 0 ? -errno : 0;
}

static void close_node(void)
{
	close(open_fd);
}

static void prepare_ctrl(void)
{
	expect_ok(module_load("rpmsg_ctrl"));
	aim_at_our_modules();
	remote_start(0);
	ctrl_fd = ctrl_open(0);
}

static const struct rpmsg_endpoint_info endpoint = {
	.name = "fail", .src = 400, .dst = 401,
};

/* Makes an endpoint and opens it: its queue comes with the first open. */
static int make_endpoint(void)
{
	struct rpmsg_endpoint_info info = endpoint;
	char made[64];

	if (ioctl(ctrl_fd, RPMSG_CREATE_EPT_IOCTL, &info))
		return -errno;
	ept_find(info.name, made, sizeof(made));
	open_fd = open(made, O_RDWR | O_CLOEXEC);
	if (open_fd < 0) {
		int err = -errno;

		open_fd = open(made, O_RDWR | O_CLOEXEC);
		expect_ok(open_fd);
		expect_ok(ioctl(open_fd, RPMSG_DESTROY_EPT_IOCTL));
		close(open_fd);
		return err;
	}
	return 0;
}

static void destroy_endpoint(void)
{
	expect_ok(ioctl(open_fd, RPMSG_DESTROY_EPT_IOCTL));
	close(open_fd);
}

static const struct operation open_op = {
	"open", prepare_node, open_node, close_node
};

static const struct operation endpoint_op = {
	"endpoint", prepare_ctrl, make_endpoint, destroy_endpoint
};

static void open_without_memory(void)
{
	aim_at_our_modules();
	sweep(&open_op);
}

static void make_endpoint_without_memory(void)
{
	sweep(&endpoint_op);
	close(ctrl_fd);
	remote_stop(0);
	expect_ok(module_unload("rpmsg_ctrl"));
}

static char channel[128];

static int bind_channel(void)
{
	return write_file(CHANNEL_DRIVER "bind", channel);
}

static void unbind_channel(void)
{
	expect_ok(write_file(CHANNEL_DRIVER "unbind", channel));
}

static void prepare_channel(void)
{
	prepare_node();
	expect(remote_find_channel(0, channel, sizeof(channel)), "no channel");
	unbind_channel();
}

static const struct operation bind_op = {
	"bind of a channel", prepare_channel, bind_channel, unbind_channel
};

static void bind_channel_without_memory(void)
{
	int fd;

	aim_at_our_modules();
	sweep(&bind_op);
	expect_eq(bind_channel(), 0);
	fd = remote_open(0, 0);
	remote_echo(fd, "bound in the end");
	close(fd);
}

static const struct test tests[] = {
	TEST("fault_32_a_remote_is_probed_without_memory",
	     probe_without_memory),
	TEST("fault_32_a_bell_is_probed_without_memory",
	     probe_bell_without_memory),
	TEST("fault_32_a_remote_is_started_without_memory",
	     start_without_memory),
	TEST("fault_32_a_channel_is_opened_without_memory",
	     open_without_memory),
	TEST("fault_32_a_channel_is_bound_without_memory",
	     bind_channel_without_memory),
	TEST("fault_32_an_endpoint_is_made_without_memory",
	     make_endpoint_without_memory),
};

const struct suite fail_nth_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
