// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that need a boot of their own, see scripts/boots.py: a remote that the
 * driver starts by itself, one that ran before Linux, and a panic.
 */
#include <fcntl.h>
#include <unistd.h>

#include "e2e.h"

/*
 * Has QEMU look at a core's reset, and waits until it did. What the answer has
 * to be is told by the end of the test's name, which a number comes into, and
 * judged there.
 */
static void ask_host(unsigned int remote, const char *test)
{
	struct pollfd console = { STDIN_FILENO, POLLIN, 0 };
	const char *number = strchr(test, '#');
	char answer[8];

	expect(number, "%s", test);
	note("host: is core %u in reset, %.*s%u%s", core_of(remote),
	     (int)(number - test), test, core_of(remote), number + 1);
	expect_eq(poll(&console, 1, 2 * WAIT_MS), 1);
	expect_ok(read(STDIN_FILENO, answer, sizeof(answer)));
}

static bool runs(void *context)
{
	const unsigned int *remote = context;

	return remote_is(*remote, "running");
}

static bool has_node(void *context)
{
	const unsigned int *remote = context;
	char node[64];

	return remote_find_node(*remote, node, sizeof(node));
}

static void echo_again(unsigned int remote, const char *text)
{
	int fd;

	expect_soon(has_node, &remote, WAIT_MS);
	fd = remote_open(remote, 0);
	remote_echo(fd, text);
	close(fd);
}

static void start_by_itself(void)
{
	unsigned int remote = 0;

	modules_load();
	expect_soon(runs, &remote, WAIT_MS);
	expect(remote_is(1, "offline"), "remote 1 has no such property");
	echo_again(0, "nobody has started this");
	remote_stop(0);
	remote_check_echo(0);
}

static void unload_what_starts_by_itself(void)
{
	unsigned int remote = 0;

	modules_unload();
	ask_host(0, "rmmod_of_a_running_remote_leaves_core_#_is_in_reset");
	modules_load();
	expect_soon(runs, &remote, WAIT_MS);
	ask_host(0, "auto_boot_after_insmod_means_core_#_is_released");
	echo_again(0, "once more");
}

static void unload_what_was_started_twice(void)
{
	unsigned int remote = 0;

	expect_soon(runs, &remote, WAIT_MS);
	expect_eq(remote_try_start(0), 0);
	remote_start(1);
	modules_unload();
	ask_host(0, "rmmod_of_what_starts_itself_leaves_core_#_is_in_reset");
	ask_host(1, "rmmod_of_what_was_started_leaves_core_#_is_in_reset");
}

static void read_properties(void)
{
	char text[64];

	modules_load();
	expect_ok(read_file(SYSFS_RPROC "0/device/ampkit/shutdown_timeout_ms",
			    text, sizeof(text)));
	expect(!strcmp(text, "250\n"), "remote 0: %s", text);
	expect_ok(read_file(SYSFS_RPROC "1/device/ampkit/shutdown_timeout_ms",
			    text, sizeof(text)));
	expect(!strcmp(text, "1000\n"), "remote 1: %s", text);
	expect_ok(read_file(SYSFS_RPROC "0/device/ampkit/shutdown_message",
			    text, sizeof(text)));
	expect(!strcmp(text, "rpmsg-openamp-demo-channel 0xef56a55a\n"),
	       "remote 0: %s", text);
	expect_ok(read_file(bell_file(0, "power/wakeup"), text, sizeof(text)));
	expect(!strcmp(text, "enabled\n"), "bell of remote 0: %s", text);
	if (machine.shared_bell)
		return;
	expect_ok(read_file(bell_file(1, "power/wakeup"), text, sizeof(text)));
	expect(!strcmp(text, "disabled\n"), "bell of remote 1: %s", text);
}

/* Of remote 1 there is no memory-region-names */
static void find_carveouts_by_node(void)
{
	modules_load();
	remote_check_echo(1);
}

static const struct test auto_boot_tests[] = {
	TEST("a_remote_starts_by_itself_when_its_driver_comes", start_by_itself,
	     .as_found = true),
	TEST("rmmod_stops_what_started_by_itself", unload_what_starts_by_itself,
	     .as_found = true),
	TEST("fault_30_rmmod_stops_what_was_started_twice",
	     unload_what_was_started_twice, .as_found = true),
	TEST("carveouts_may_be_named_by_their_nodes", find_carveouts_by_node,
	     .as_found = true),
	TEST("settings_come_from_the_device_tree", read_properties,
	     .as_found = true),
};

const struct suite auto_boot_suite = {
	.tests = auto_boot_tests,
	.count = ARRAY_SIZE(auto_boot_tests),
};

/* Remote 1 runs since before the kernel did. */
static void attach_to_an_earlier_one(void)
{
	char trace[8192], core[16];

	modules_load();
	expect(remote_is(0, "offline"), "nobody has started remote 0");
	expect(remote_is(1, "detached"), "remote 1 runs already");
	expect_eq(remote_try_start(1), 0);
	expect(remote_is(1, "attached"), "after the start");
	echo_again(1, "hello, you were first");
	remote_trace(1, trace, sizeof(trace));
	snprintf(core, sizeof(core), "core %u", core_of(1));
	expect(strstr(trace, core), "trace: %s", trace);
}

static void talk_to_an_earlier_one(void)
{
	struct stream stream;

	stream_init(&stream, remote_open(1, O_NONBLOCK), 32, true);
	stream_exchange(&stream, 2000);
	close(stream.fd);
}

static void detach_from_an_earlier_one(void)
{
	expect_ok(write_file(SYSFS_RPROC "1/state", "detach"));
	expect(remote_is(1, "detached"), "after the detach");
	ask_host(1, "a_detached_core_#_is_released");
	expect_eq(remote_try_start(1), 0);
	echo_again(1, "here again");
}

/* A remote that was there first is none of ours to end with the module. */
static void leave_an_earlier_one(void)
{
	expect_ok(write_file(SYSFS_RPROC "1/state", "detach"));
	modules_unload();
	ask_host(1, "after_rmmod_a_detached_core_#_is_released");
	modules_load();
	expect(remote_is(1, "detached"), "after the return");
	expect_eq(remote_try_start(1), 0);
	echo_again(1, "still the same");
}

static void stop_an_earlier_one(void)
{
	remote_stop(1);
	ask_host(1, "after_a_stop_the_attached_core_#_is_in_reset");
	remote_check_echo(1);
	remote_check_echo(0);
}

static const struct test earlier_tests[] = {
	TEST("a_remote_from_before_linux_is_attached_and_echoes",
	     attach_to_an_earlier_one, .as_found = true),
	TEST("a_remote_from_before_linux_loses_no_message",
	     talk_to_an_earlier_one, .as_found = true),
	TEST("a_remote_from_before_linux_is_detached_and_attached",
	     detach_from_an_earlier_one, .as_found = true),
	TEST("a_remote_from_before_linux_outlives_the_module",
	     leave_an_earlier_one, .as_found = true),
	TEST("a_remote_from_before_linux_is_stopped_and_started",
	     stop_an_earlier_one, .as_found = true),
};

const struct suite earlier_suite = {
	.tests = earlier_tests,
	.count = ARRAY_SIZE(earlier_tests),
};

/**
 * struct refusal - what is said of a node of a bad-tree.dts of dts/tests
 * @node: its name
 * @says: the kernel's log
 * @machine: the only one that has such a node, NULL if all do
 */
struct refusal {
	const char *node;
	const char *says;
	const char *machine;
};

static const struct refusal refusals[] = {
	{ "core-no-reg", "no core number in reg", NULL },
	{ "core-number-9", "there is no core 9", NULL },
	{ "core-no-memory", "no memory-region to load an image to", NULL },
	{ "core-not-memory", "memory-region 0 is no reserved memory", NULL },
	{ "core-high-memory", "is not below 4 GiB", NULL },
	{ "core-dma-pool", "memory-region 0 is a DMA pool", NULL },
	{ "core-same-memory", "collide", NULL },
	{ "core-same-name", "memory regions a and a collide", NULL },
	{ "core-alone", "the node is not below one of remote cores", NULL },
	{ "core-no-mailbox", "can't get the mailbox channel tx", NULL },
	{ "core-no-bell-7", "can't get the mailbox channel tx", "zcu102" },
	{ "core-no-bell-8", "can't get the mailbox channel rx", "versal" },
	{ "core-no-cells", "can't get the mailbox channel tx", "zcu102" },
	{ "core-no-cells", "can't get the mailbox channel rx", "versal" },
	{ "core-not-coherent", "node is not dma-coherent", NULL },
	{ "core-no-message", "bad shutdown channel or message", NULL },
	{ "core-long-channel", "bad shutdown channel or message", NULL },
	{ "core-no-time", "shutdown-timeout-ms is no number", NULL },
	{ "core-long-time", "shutdown-timeout-ms is 60001, 60000 is the most", NULL },
	{ "core-no-name", "firmware-name is no string", NULL },
	{ "doorbell-no-interrupt", "can't get the interrupt", "zcu102" },
	{ "doorbell-no-remote", "can't map ampkit,remote-interrupt", "zcu102" },
	{ "doorbell-bad-remote", "can't map ampkit,remote-interrupt",
	  "zcu102" },
	{ "no-registers", "can't map the registers crf", "zcu102" },
	{ "no-registers", "can't map the registers crl", "versal" },
	{ "no-boot-page", "no reserved memory at address 0", "versal" },
	{ "high-boot-page", "no reserved memory at address 0", "versal" },
	{ "mailbox-no-interrupt", "can't get the interrupt", "versal" },
	{ "mailbox-no-registers", "can't map the registers", "versal" },
};

static bool is_here(const struct refusal *refusal)
{
	return !refusal->machine || !strcmp(refusal->machine, machine.name);
}

static bool is_refused(int mark, const struct refusal *refusal)
{
	struct log_line line;

	while (log_next(mark, &line))
		if (strstr(line.text, refusal->node) &&
		    strstr(line.text, refusal->says))
			return true;
	return false;
}

static void refuse_bad_nodes(void)
{
	int marks[ARRAY_SIZE(refusals)];
	unsigned int round;
	size_t i;

	for (round = 0; round < 3; round++) {
		modules_unload();
		for (i = 0; i < ARRAY_SIZE(refusals); i++)
			marks[i] = log_mark();
		modules_load();
		for (i = 0; i < ARRAY_SIZE(refusals); i++) {
			expect(!is_here(&refusals[i]) ||
			       is_refused(marks[i], &refusals[i]),
			       "%s: \"%s\"", refusals[i].node,
			       refusals[i].says);
			close(marks[i]);
		}
		remote_check_echo(0);
		remote_check_echo(1);
	}
}

static const struct test bad_tree_tests[] = {
	TEST("fault_33_nodes_that_are_wrong_are_refused_with_a_reason",
	     refuse_bad_nodes, .as_found = true),
};

const struct suite bad_tree_suite = {
	.tests = bad_tree_tests,
	.count = ARRAY_SIZE(bad_tree_tests),
};

/* One remote is ours, the other was there before. The host sees the rest. */
static void panic_with_remotes_running(void)
{
	modules_load();
	remote_start(0);
	expect_eq(remote_try_start(1), 0);
	expect(remote_is(1, "attached"), "after the start");
	expect_ok(write_file("/proc/sysrq-trigger", "c"));
}

static const struct test panic_tests[] = {
	TEST("a_panic_with_remotes_running", panic_with_remotes_running,
	     .as_found = true),
};

const struct suite panic_suite = {
	.tests = panic_tests,
	.count = ARRAY_SIZE(panic_tests),
};
