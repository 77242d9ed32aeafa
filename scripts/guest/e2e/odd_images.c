// SPDX-License-Identifier: GPL-2.0
/*
 * Images that are odd and start all the same, made by scripts/bad_images.py,
 * and images that took the place of another while that one ran. The number in
 * a test's name is that of the fault in the list of those that must not break
 * the host.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "misuse.h"

#define FOLDER		"/lib/firmware/"
#define AWAY		FOLDER "ampkit/away.elf"

/* Name service and event index, of all that a device can offer */
#define FEATURES_TAKEN	0x20000001

static void start_odd(const char *image)
{
	int fd;

	remote_set_firmware(0, image_of(0, image));
	fd = remote_start_and_open(0, 0);
	remote_echo(fd, "odd, but it works");
	close(fd);
}

static void offer_all_features(void)
{
	unsigned long taken;
	char table[4096];
	const char *line;

	start_odd("odd-features");
	expect_ok(read_file(DEBUGFS_RPROC "0/resource_table", table,
			    sizeof(table)));
	line = strstr(table, "Guest features");
	expect(line, "no features in %s", table);
	taken = strtoul(line + strlen("Guest features"), NULL, 16);
	expect(taken == FEATURES_TAKEN, "%#lx taken", taken);
	remote_stop(0);
	hostile_good_again();
}

static void ask_for_device_memory(void)
{
	int mark = log_mark();

	start_odd("odd-devmem");
	expect(log_says(mark, "devmem entry ignored"), "the log is silent");
	remote_stop(0);
	hostile_good_again();
}

/* It runs without its control block, and nothing is written to that place. */
static void announce_a_bad_block(const void *image)
{
	int mark = log_mark();

	start_odd(image);
	expect(log_says(mark, "ignored"), "the log is silent");
	guards_expect_unchanged();
	remote_stop(0);
	hostile_good_again();
}

/**
 * struct told - a text that the log has to tell
 * @mark: from log_mark()
 * @text: the text
 */
struct told {
	int mark;
	const char *text;
};

static bool is_told(void *context)
{
	struct told *told = context;

	return log_says(told->mark, told->text);
}

/**
 * struct other - another image in the place of the one that runs
 * @image: its name, as of image_of()
 * @says: what the log says when the recovery refuses it
 */
struct other {
	const char *image;
	const char *says;
};

static const char *image_path(const char *app)
{
	char *path;

	if (asprintf(&path, FOLDER "%s", image_of(0, app)) < 0)
		fail("no memory");
	return path;
}

/* Once the image is back, it starts again; by itself where it went on trying. */
static void recover_with_another(const void *arg)
{
	const struct other *other = arg;
	struct told told = { .text = other->says };
	const char *image = image_path("hostile");
	int fd = hostile_start(0);
	bool refused;

	expect_ok(rename(image, AWAY));
	expect_ok(link(image_path(other->image), image));
	told.mark = log_mark();
	hostile_tell(fd, HOSTILE_CRASH_ABORT, 0);
	close(fd);
	refused = wait_until(is_told, &told, HANG_MS);
	expect_ok(rename(AWAY, image));
	expect(refused, "no recovery was refused");

	fd = remote_open(0, 0);
	remote_echo(fd, "it runs again");
	close(fd);
	remote_stop(0);
	fd = hostile_start(0);
	remote_echo(fd, "it is the right one again");
	hostile_end(fd);
}

#define BLOCK(sentence, image)						\
	TEST_WITH("fault_09_a_control_block_" sentence "_is_ignored",	\
		  announce_a_bad_block, "odd-ctrl-" image)

#define REPLACED(sentence, image, text)					\
	TEST_WITH(sentence, recover_with_another,			\
		  (&(const struct other){ image, text }))

static const struct test tests[] = {
	TEST("fault_09_features_that_nobody_knows_are_not_taken",
	     offer_all_features),
	TEST("fault_09_device_memory_is_skipped", ask_for_device_memory),
	BLOCK("outside_the_carveouts", "outside"),
	BLOCK("over_a_vring", "over-vring"),
	BLOCK("that_is_not_aligned", "not-aligned"),
	BLOCK("that_is_too_short", "short"),
	BLOCK("of_another_version", "version"),
	REPLACED("fault_11_a_bad_image_is_refused_by_a_recovery",
		 "bad-segment-outside", "segment lies outside"),
	REPLACED("fault_11_another_table_is_refused_by_a_recovery",
		 "multi", "not the resource table"),
};

const struct suite odd_images_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
	.prepare = guards_take,
};
