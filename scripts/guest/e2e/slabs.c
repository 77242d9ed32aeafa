// SPDX-License-Identifier: GPL-2.0
/*
 * Objects in use, by slab cache. What a CPU holds ready counts as in use, up to
 * a whole slab of it: shrinking a cache takes that away, but only until
 * somebody needs an object. So all files are opened first, then all caches are
 * shrunk, then they are counted, and the least of several counts is taken.
 *
 * What kfree_rcu() was given counts as in use, too. A CPU of 7.3 collects it
 * until shrinking hands it to RCU, so all is shrunk once more after a grace
 * period. Without that, 150 of 200 counts of one cache in an idle guest were too
 * high: by 11 objects mostly, by 131 at most. The end of an open file of sysfs is
 * such a thing, and a CPU keeps it for up to 5 s: so the files stay open.
 */
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "e2e.h"

#define SLABS		"/sys/kernel/slab/"
#define SLABINFO	"/proc/slabinfo"
#define ROUNDS		3
#define NAME_SIZE	sizeof(((struct usage *)NULL)->names[0])

/*
 * Unmapped areas stay in the first until many have gathered. The others are
 * what a debug kernel writes its own notes in.
 */
static const char *const caches_of_no_interest[] = {
	"vmap_area", "kmemleak_object", "kmemleak_scan_area",
	"debug_objects_cache",
};

/* A write to sysfs takes a copy of what is written from this one. */
#define WRITERS_CACHE	"kmalloc-8"

/* The files that shrink the caches, open for as long as the test runs */
static struct {
	size_t count;
	int *fds;
} shrinkers;

/* Caches that the kernel shrinks when memory is short tell nothing. */
static bool is_of_interest(const char *cache)
{
	char path[PATH_MAX], text[8];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caches_of_no_interest); i++)
		if (!strcmp(cache, caches_of_no_interest[i]))
			return false;
	snprintf(path, sizeof(path), SLABS "%s/reclaim_account", cache);
	return read_file(path, text, sizeof(text)) > 0 && text[0] == '0';
}

static void list_caches(struct usage *usage)
{
	FILE *file = fopen(SLABINFO, "re");
	char line[512], name[NAME_SIZE];

	if (!file)
		fail(SLABINFO ": %s (the kernel needs CONFIG_SLUB_DEBUG)",
		     strerror(errno));
	while (usage->caches < CACHES_MAX && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%47s", name) != 1 || !is_of_interest(name))
			continue;
		usage->objects[usage->caches] = ~0UL;
		memcpy(usage->names[usage->caches++], name, sizeof(name));
	}
	fclose(file);
}

/* Takes one line of slabinfo: a name, objects in use, and more. */
static void take_line(struct usage *usage, const char *line)
{
	unsigned long objects;
	char name[NAME_SIZE];
	size_t i;

	if (sscanf(line, "%47s %lu", name, &objects) != 2)
		return;
	for (i = 0; i < usage->caches; i++)
		if (!strcmp(usage->names[i], name) &&
		    objects < usage->objects[i])
			usage->objects[i] = objects;
}

/* A cache may have gone. */
static void shrink_all(void)
{
	size_t i;

	for (i = 0; i < shrinkers.count; i++)
		expect(write(shrinkers.fds[i], "1", 1) == 1 || errno == ENODEV,
		       "a cache can't be shrunk: %s", strerror(errno));
}

static void take_round(struct usage *usage, int slabinfo)
{
	static char text[65536];
	char *line, *rest = text;
	size_t used = 0;
	ssize_t len;

	shrink_all();
	wait_for_rcu();
	shrink_all();
	expect_eq(lseek(slabinfo, 0, SEEK_SET), 0);
	while ((len = read(slabinfo, text + used, sizeof(text) - 1 - used)) > 0)
		used += len;
	text[used] = '\0';
	while ((line = strtok_r(rest, "\n", &rest)))
		take_line(usage, line);
}

/* The cache that shrinking itself uses comes last. */
static void open_shrinkers(void)
{
	glob_t found;
	size_t i;

	glob(SLABS "*/shrink", 0, NULL, &found);
	glob(SLABS WRITERS_CACHE "/shrink", GLOB_APPEND, NULL, &found);
	shrinkers.fds = calloc(found.gl_pathc, sizeof(*shrinkers.fds));
	for (i = 0; i < found.gl_pathc; i++) {
		shrinkers.fds[i] = open(found.gl_pathv[i],
					O_WRONLY | O_CLOEXEC);
		expect_ok(shrinkers.fds[i]);
	}
	shrinkers.count = found.gl_pathc;
	globfree(&found);
}

/**
 * slabs_list() - find the caches whose objects slabs_take() is to note
 * @usage: receives them, unless it has them from an earlier call
 *
 * Leaves things to be freed, unlike slabs_take().
 */
void slabs_list(struct usage *usage)
{
	if (!shrinkers.count)
		open_shrinkers();
	if (!usage->caches)
		list_caches(usage);
}

/**
 * slabs_take() - note the objects in use
 * @usage: receives them, of the caches that slabs_list() has found; what it has
 *	from an earlier call is refined
 */
void slabs_take(struct usage *usage)
{
	int slabinfo = open(SLABINFO, O_RDONLY | O_CLOEXEC);
	unsigned int round;

	for (round = 0; round < ROUNDS; round++)
		take_round(usage, slabinfo);
	close(slabinfo);
}
