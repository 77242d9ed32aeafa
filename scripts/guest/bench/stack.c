// SPDX-License-Identifier: GPL-2.0
/*
 * Stacks: modules that are loaded in turn, remotes that are started on them,
 * their device nodes, and what the kernel counts meanwhile.
 */
#define _GNU_SOURCE
#include <ampkit/bench.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/rpmsg.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define IN_TREE		"/lib/modules/kernel"
#define OURS		"/lib/modules/ampkit"
#define SYSFS_RPROC	"/sys/class/remoteproc/remoteproc"
#define DEBUGFS_RPROC	"/sys/kernel/debug/remoteproc/remoteproc"
#define CLASS_RPMSG	"/sys/class/rpmsg"
#define NODE		"rpmsg[0-9]*"

/*
 * A and B are the baselines: what the kernel has, without event indices and
 * with them. The floor is the least that there can be on the same transport.
 */
const struct stack stacks[] = {
	{ "A", "bench_transport", "event_idx=0", IN_TREE, "bells", false, false },
	{ "B", "bench_transport", "event_idx=1", IN_TREE, "bells", false, false },
	{ "floor", "bench_transport", "event_idx=1", OURS, "bells", false, true },
	{ "ours", "amp_rproc", "", OURS, "relay", true, false },
};

const size_t num_stacks = ARRAY_SIZE(stacks);

static void load(const char *folder, const char *name, const char *parameters)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s.ko", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %m", path);
	if (syscall(SYS_finit_module, fd, parameters, 0) && errno != EEXIST)
		die("insmod %s: %m", path);
	close(fd);
}

static void unload(const char *name)
{
	if (syscall(SYS_delete_module, name, 0) && errno != ENOENT)
		die("rmmod %s: %m", name);
}

static bool remote_exists(const void *context)
{
	char path[128], state[32];

	snprintf(path, sizeof(path), SYSFS_RPROC "%u/state",
		 *(const unsigned int *)context);
	return read_text(path, state, sizeof(state));
}

/* For the core whose first image the device tree names. */
static void set_firmware(unsigned int remote)
{
	char path[128], present[128], name[64];
	unsigned int core;

	snprintf(path, sizeof(path), SYSFS_RPROC "%u/firmware", remote);
	if (!read_text(path, present, sizeof(present)) ||
	    sscanf(present, "ampkit/%*[^-]-core%u", &core) != 1)
		die("%s: %m", path);
	snprintf(name, sizeof(name), "ampkit/bench-core%u.elf", core);
	write_text(path, name);
}

/**
 * stack_load() - load a stack, both remotes stopped
 * @stack: the stack
 */
void stack_load(const struct stack *stack)
{
	unsigned int remote;

	load(OURS, "irq_doorbell", "");
	load(OURS, "pl011_doorbell", "");
	load(OURS, "rproc_relay", "");
	load(OURS, stack->transport, stack->parameters);
	if (stack->least) {
		load(stack->folder, "bench_char", "");
	} else {
		load(stack->folder, "rpmsg_char", "");
		load(stack->folder, "rpmsg_ctrl", "");
	}
	for (remote = 0; remote < REMOTES; remote++) {
		wait_for(remote_exists, &remote, "the remote");
		set_firmware(remote);
	}
}

/**
 * stack_unload() - the opposite, whichever it is
 */
void stack_unload(void)
{
	unload("bench_client");
	unload("rpmsg_ctrl");
	unload("rpmsg_char");
	unload("bench_char");
	unload("bench_transport");
	unload("amp_rproc");
}

static bool client_exists(const void *context)
{
	return !access(context, W_OK);
}

/**
 * stack_swap_char_for_client() - let a client in the kernel have the channel
 *
 * For remotes that run, up to stack_unload().
 */
void stack_swap_char_for_client(void)
{
	unload("rpmsg_ctrl");
	unload("rpmsg_char");
	unload("bench_char");
	load(OURS, "bench_client", "");
	wait_for(client_exists, "/sys/kernel/debug/bench_client/run",
		 "the client");
}

static void set_state(unsigned int remote, const char *state)
{
	char path[128];

	snprintf(path, sizeof(path), SYSFS_RPROC "%u/state", remote);
	write_text(path, state);
}

/**
 * remote_start() - echo start
 * @remote: which
 *
 * Return: when that was, as now_ns().
 */
uint64_t remote_start(unsigned int remote)
{
	uint64_t began = now_ns();

	set_state(remote, "start");
	return began;
}

/**
 * remote_stop() - echo stop
 * @remote: which
 */
void remote_stop(unsigned int remote)
{
	set_state(remote, "stop");
}

/**
 * remote_own() - leave it to who waits for messages to take them in
 * @remote: which; started on a stack that can do with the least
 */
void remote_own(unsigned int remote)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS_RPROC "%u/owned", remote);
	write_text(path, "1");
}

/**
 * struct wanted - a device node that is looked for
 * @remote: below which remote
 * @entry: pattern of its name in the class
 * @name: of the endpoint, or NULL
 * @node: receives its path
 * @size: size of @node
 */
struct wanted {
	unsigned int remote;
	const char *entry;
	const char *name;
	char *node;
	size_t size;
};

static bool is_wanted(const struct wanted *wanted, const char *entry)
{
	char path[PATH_MAX], target[PATH_MAX], name[64], below[32];

	if (fnmatch(wanted->entry, entry, 0))
		return false;
	/* The name first: there may be many */
	snprintf(path, sizeof(path), CLASS_RPMSG "/%s/name", entry);
	if (wanted->name) {
		if (!read_text(path, name, sizeof(name)))
			return false;
		name[strcspn(name, "\n")] = '\0';
		if (strcmp(name, wanted->name))
			return false;
	}
	snprintf(path, sizeof(path), CLASS_RPMSG "/%s", entry);
	snprintf(below, sizeof(below), "/remoteproc%u/", wanted->remote);
	return realpath(path, target) && strstr(target, below);
}

static bool find_node(const void *context)
{
	const struct wanted *wanted = context;
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(CLASS_RPMSG);

	while (dir && !found && (entry = readdir(dir))) {
		found = is_wanted(wanted, entry->d_name);
		if (found)
			snprintf(wanted->node, wanted->size, "/dev/%s",
				 entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found && !access(wanted->node, R_OK);
}

static int open_node(struct wanted *wanted)
{
	char node[300];
	int fd;

	wanted->node = node;
	wanted->size = sizeof(node);
	wait_for(find_node, wanted, "a device node");
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s: %m", node);
	return fd;
}

/**
 * remote_open() - open the channel of a remote that was started
 * @remote: which
 *
 * Return: a file descriptor.
 */
int remote_open(unsigned int remote)
{
	struct wanted wanted = {
		.remote = remote,
		.entry = NODE,
		.name = BENCH_SERVICE,
	};

	return open_node(&wanted);
}

static unsigned int channel_address(unsigned int remote)
{
	struct wanted wanted = {
		.remote = remote,
		.entry = NODE,
		.name = BENCH_SERVICE,
	};
	char node[300], path[PATH_MAX], text[32];

	wanted.node = node;
	wanted.size = sizeof(node);
	wait_for(find_node, &wanted, "the channel");
	snprintf(path, sizeof(path), CLASS_RPMSG "/%s/dst",
		 node + strlen("/dev/"));
	if (!read_text(path, text, sizeof(text)))
		die("%s: %m", path);
	return strtoul(text, NULL, 0);
}

/**
 * remote_open_endpoint() - make an endpoint to the remote's channel, open it
 * @remote: which remote
 * @name: of the endpoint, not used before
 *
 * Return: a file descriptor.
 */
int remote_open_endpoint(unsigned int remote, const char *name)
{
	struct wanted control = {
		.remote = remote,
		.entry = "rpmsg_ctrl[0-9]*",
	};
	struct wanted endpoint = {
		.remote = remote,
		.entry = NODE,
		.name = name,
	};
	struct rpmsg_endpoint_info info = {
		.src = 0xffffffff,
		.dst = channel_address(remote),
	};
	int fd = open_node(&control);

	snprintf(info.name, sizeof(info.name), "%s", name);
	if (ioctl(fd, RPMSG_CREATE_EPT_IOCTL, &info))
		die("endpoint %s: %m", name);
	close(fd);
	return open_node(&endpoint);
}

static uint64_t number_after(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	return found ? strtoull(found + strlen(key), NULL, 10) : 0;
}

static void count_bells(const struct stack *stack, struct counts *counts)
{
	char path[128], text[4096];
	unsigned int remote;

	for (remote = 0; remote < REMOTES; remote++) {
		snprintf(path, sizeof(path), DEBUGFS_RPROC "%u/%s", remote,
			 stack->bells);
		if (!read_text(path, text, sizeof(text)))
			die("%s: %m", path);
		counts->rung += number_after(text, "rung ");
		counts->taken += number_after(text, "taken ");
	}
}

/* Of a bell for each core, or of the port that they share. */
static bool is_bell(const char *line)
{
	return strstr(line, "doorbell-core") || strstr(line, ".mailbox");
}

/* "30:   12   0   GICv2 62 Edge   doorbell-core3": the sum over processors */
static void count_interrupts(struct counts *counts)
{
	char text[16384], *line, *end, *next;

	if (!read_text("/proc/interrupts", text, sizeof(text)))
		die("/proc/interrupts: %m");
	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next)) {
		if (!is_bell(line))
			continue;
		line = strchr(line, ':') + 1;
		for (;;) {
			uint64_t value = strtoull(line, &end, 10);

			if (end == line || *end != ' ')
				break;
			counts->irqs += value;
			line = end;
		}
	}
}

static void count_all(const struct stack *stack, struct counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	count_bells(stack, counts);
	count_interrupts(counts);
}

static void run_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("processor %d: %m", cpu);
}

/* When this returns no processor handles an interrupt that it had before */
static void run_everywhere(void)
{
	int cpu, here = sched_getcpu();
	cpu_set_t all;

	if (here < 0 || sched_getaffinity(0, sizeof(all), &all))
		die("processors: %m");
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all))
			run_on(cpu);
	run_on(here);
	if (sched_setaffinity(0, sizeof(all), &all))
		die("processors: %m");
}

/*
 * A last bell may still come, and must not come between two of the counts: what is
 * the same twice was so all the time, unless somebody is at it.
 */
static void count_settled(const struct stack *stack, struct counts *counts)
{
	struct counts last;

	count_all(stack, counts);
	do {
		last = *counts;
		run_everywhere();
		count_all(stack, counts);
	} while (last.rung != counts->rung || last.taken != counts->taken ||
		 last.irqs != counts->irqs);
}

static uint64_t switches_so_far(void)
{
	char text[16384];

	if (!read_text("/proc/stat", text, sizeof(text)))
		die("/proc/stat: %m");
	return number_after(text, "ctxt ");
}

/**
 * counts_before() - what the kernel has counted before a measurement
 * @stack: the stack that is loaded, with nothing to do
 * @counts: receives it
 */
void counts_before(const struct stack *stack, struct counts *counts)
{
	count_settled(stack, counts);
	counts->switches = switches_so_far();
}

/**
 * counts_after() - what the kernel has counted after a measurement
 * @stack: the stack that is loaded, with nothing to do any more
 * @counts: receives it
 */
void counts_after(const struct stack *stack, struct counts *counts)
{
	/* Counting needs some, too */
	uint64_t switches = switches_so_far();

	count_settled(stack, counts);
	counts->switches = switches;
}
