// SPDX-License-Identifier: GPL-2.0
/*
 * What the system uses, before and after: slab objects by cache, free memory,
 * mappings, interrupts, devices, files and tasks. A leak of one object in each
 * cycle shows as a cache that has grown by the number of cycles.
 */
#include <linux/membarrier.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "e2e.h"

/* What a count may grow by: a slack, and part of an object in each cycle. */
#define COUNT_SLACK		12
#define CYCLES_PER_COUNT	4
#define FREE_SLACK_KIB		3072
#define FREE_KIB_PER_CYCLE	4
#define TASK_SLACK		12

#define DROP_CACHES		"/proc/sys/vm/drop_caches"

/* How long freed memory may take to arrive: RCU and work queues are lazy. */
#define SETTLE_MS		15000

/**
 * wait_for_rcu() - wait for a grace period of RCU
 */
void wait_for_rcu(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/*
 * Makes the kernel let go of what it only keeps for later; 4 is for silence.
 * kfree_rcu() gets its hint by this as well, and then needs a grace period.
 */
static void settle(void)
{
	expect_ok(write_file(DROP_CACHES, "4"));
	expect_ok(write_file(DROP_CACHES, "3"));
	wait_for_rcu();
}

/* Leaves out stacks, whose tasks are counted, and what is about to go. */
static unsigned int count_mappings(void)
{
	FILE *file = fopen("/proc/vmallocinfo", "re");
	unsigned int count = 0;
	char line[512];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (!strstr(line, "dup_task_struct") &&
		    !strstr(line, "copy_process") && !strstr(line, "unpurged"))
			count++;
	fclose(file);
	return count;
}

static unsigned long free_kib(void)
{
	char text[4096], *line;

	expect_ok(read_file("/proc/meminfo", text, sizeof(text)));
	line = strstr(text, "MemFree:");
	return line ? strtoul(line + strlen("MemFree:"), NULL, 10) : 0;
}

/**
 * usage_take() - note what the system uses
 * @usage: receives it; zeroed, or from an earlier call, which it refines
 */
void usage_take(struct usage *usage)
{
	slabs_list(usage);
	settle();
	slabs_take(usage);
	usage->free_kib = free_kib();
	usage->mappings = count_mappings();
	usage->interrupts = count_lines("/proc/interrupts");
	usage->devices = count_entries("/sys/bus/*/devices/*") +
			 count_entries("/sys/class/*/*");
	usage->files = count_entries("/proc/self/fd/*");
	usage->tasks = count_entries("/proc/[0-9]*");
}

/* Finds a cache by name: caches may come and go. */
static unsigned long objects_before(const struct usage *before,
				    const char *name)
{
	size_t i;

	for (i = 0; i < before->caches; i++)
		if (!strcmp(before->names[i], name))
			return before->objects[i];
	return 0;
}

struct comparison {
	const struct usage *before;
	struct usage *after;
	unsigned int cycles;
	bool tell;
};

static bool within(const struct comparison *c, const char *what,
		   unsigned long before, unsigned long after,
		   unsigned long allowed)
{
	if (after <= before + allowed)
		return true;
	if (c->tell)
		note("%s grew from %lu to %lu, allowed %lu", what, before,
		     after, allowed);
	return false;
}

static bool caches_are_flat(const struct comparison *c)
{
	unsigned long allowed = COUNT_SLACK + c->cycles / CYCLES_PER_COUNT;
	bool flat = true;
	size_t i;

	for (i = 0; i < c->after->caches; i++)
		flat &= within(c, c->after->names[i],
			       objects_before(c->before, c->after->names[i]),
			       c->after->objects[i], allowed);
	return flat;
}

/*
 * A kernel that looks for faults keeps what was freed for a while, and writes
 * notes of it. There kmemleak tells of leaks at the end.
 */
static bool memory_is_flat(const struct comparison *c)
{
	const struct usage *before = c->before, *after = c->after;

	if (patience() > 1)
		return true;
	return caches_are_flat(c) &
	       within(c, "missing KiB of memory", 0,
		      before->free_kib > after->free_kib ?
		      before->free_kib - after->free_kib : 0,
		      FREE_SLACK_KIB + c->cycles * FREE_KIB_PER_CYCLE);
}

static bool is_flat(void *context)
{
	const struct comparison *c = context;
	const struct usage *before = c->before;
	struct usage *after = c->after;
	bool flat;

	usage_take(after);
	flat = memory_is_flat(c);
	flat &= within(c, "mappings", before->mappings, after->mappings,
		       COUNT_SLACK + c->cycles / CYCLES_PER_COUNT);
	flat &= within(c, "interrupts", before->interrupts, after->interrupts,
		       0);
	flat &= within(c, "devices", before->devices, after->devices, 0);
	flat &= within(c, "open files", before->files, after->files, 0);
	flat &= within(c, "tasks", before->tasks, after->tasks, TASK_SLACK);
	return flat;
}

static unsigned long all_objects(const struct usage *usage)
{
	unsigned long sum = 0;
	size_t i;

	for (i = 0; i < usage->caches; i++)
		sum += usage->objects[i];
	return sum;
}

/**
 * usage_expect_flat() - expect that nothing has piled up
 * @before: what was used before
 * @cycles: how many cycles ago that was
 */
void usage_expect_flat(const struct usage *before, unsigned int cycles)
{
	static struct usage after;
	struct comparison c = { before, &after, cycles, false };
	bool flat = wait_until(is_flat, &c, SETTLE_MS);

	note("slab objects %lu -> %lu, free KiB %lu -> %lu", all_objects(before),
	     all_objects(&after), before->free_kib, after.free_kib);
	note("interrupts %u -> %u, devices %u -> %u, files %u -> %u",
	     before->interrupts, after.interrupts, before->devices,
	     after.devices, before->files, after.files);
	note("mappings %u -> %u, tasks %u -> %u", before->mappings,
	     after.mappings, before->tasks, after.tasks);
	c.tell = true;
	if (!flat && !is_flat(&c))
		fail("not flat after %u cycles", cycles);
}
