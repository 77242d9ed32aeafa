// SPDX-License-Identifier: GPL-2.0
/*
 * Images that must not start. Each is made on the host by
 * scripts/bad_images.py out of the echo image and stands in the guest as
 * /lib/firmware/ampkit/bad-<name>-core<N>.elf. A start of it fails with its
 * errno, one line of the log says what is wrong, not a byte of any carveout or
 * beside one changes, and the good image starts and echoes right afterwards.
 */
#include <unistd.h>

#include "e2e.h"

/**
 * struct bad_image - an image that must not start
 * @app: name of the image, as of image_of()
 * @error: errno of the start
 * @says: part of the one line in the log
 * @says32: the same where it is another for an ELF32 image, NULL if it is not
 * @only64: why there is no such ELF32 image, NULL if there is
 */
struct bad_image {
	const char *app;
	int error;
	const char *says;
	const char *says32;
	const char *only64;
};

/*
 * What the kernel, and Debian's for that, adds around our driver's own line; and what
 * it says once of a processor that was kept from running.
 */
static const char *const kernels_own[] = {
	"Boot failed:", "request_firmware failed:", "loading ",
	"firmware: failed to load", "wiki.debian.org", "hrtimer: interrupt took",
};

static bool is_kernels_own(const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kernels_own); i++)
		if (strstr(text, kernels_own[i]))
			return true;
	return false;
}

/* Expects exactly one complaint behind the mark, with a text in it. */
static void expect_one_complaint(int mark, const char *says)
{
	unsigned int complaints = 0, right = 0;
	struct log_line line;

	while (log_next(mark, &line)) {
		if (line.level > 4 || is_kernels_own(line.text))
			continue;
		complaints++;
		right += !!strstr(line.text, says);
	}
	expect(complaints == 1 && right == 1,
	       "%u lines complain, %u of them say \"%s\"", complaints, right,
	       says);
}

static void refuse_image(const void *arg)
{
	const struct bad_image *image = arg;
	int mark = log_mark(), err;
	__u64 before;

	if (machine.elf32 && image->only64)
		skip("%s", image->only64);
	before = carveouts_hash();
	guards_expect_unchanged();
	remote_set_firmware(0, image_of(0, image->app));
	err = remote_try_start(0);
	expect(err == -image->error, "start: %s, should be: %s",
	       err ? strerror(-err) : "success", strerror(image->error));
	expect(remote_is(0, "offline"), "after a start that failed");
	expect_one_complaint(mark, machine.elf32 && image->says32 ?
			     image->says32 : image->says);
	guards_expect_unchanged();
	expect(carveouts_hash() == before, "a carveout was written");
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
	close(mark);
}

static void refuse_empty_name(void)
{
	int mark = log_mark();
	char name[64];

	expect_eq(write_file(SYSFS_RPROC "0/firmware", "\n"), -EINVAL);
	expect_one_complaint(mark, "empty");
	expect_ok(read_file(SYSFS_RPROC "0/firmware", name, sizeof(name)));
	expect(!strncmp(name, remote_default_firmware(0),
			strlen(remote_default_firmware(0))), "name: %s", name);
	remote_check_echo(0);
	close(mark);
}

static void refuse_path_upwards(void)
{
	char path[128];

	snprintf(path, sizeof(path), "../../../lib/firmware/%s",
		 remote_default_firmware(0));
	remote_set_firmware(0, path);
	expect(remote_try_start(0) < 0, "a path with .. is taken");
	expect(remote_is(0, "offline"), "after a start that failed");
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

static void refuse_while_other_streams(void)
{
	int fd = remote_start_and_open(1, 0);

	remote_echo(fd, "before");
	remote_set_firmware(0, image_of(0, "bad-over-the-other-remote"));
	expect_eq(remote_try_start(0), -EINVAL);
	remote_echo(fd, "after");
}

static void refuse_again_and_again(void)
{
	unsigned int round;

	for (round = 0; round < 20; round++) {
		remote_set_firmware(0, image_of(0, "bad-segment-outside"));
		expect_eq(remote_try_start(0), -EINVAL);
		remote_set_firmware(0, image_of(0, "missing"));
		expect_eq(remote_try_start(0), -ENOENT);
	}
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

/* A line of the table below: the image bad-<name> is refused. */
#define REFUSED(sentence, image, err, text, ...)			\
	TEST_WITH(sentence "_is_refused", refuse_image,			\
		  (&(const struct bad_image) {				\
			.app = image,					\
			.error = err,					\
			.says = text,					\
			##__VA_ARGS__					\
		  }))

static const struct test tests[] = {
	REFUSED("fault_12_a_missing_image", "missing", ENOENT, "missing-core"),
	TEST("fault_12_an_empty_name_is_refused", refuse_empty_name),
	TEST("fault_12_a_name_that_leads_upwards_is_refused",
	     refuse_path_upwards),
	REFUSED("fault_01_an_empty_file", "bad-empty", EINVAL,
		"bad-empty-core"),
	REFUSED("fault_01_an_image_cut_in_its_header", "bad-cut-header",
		EINVAL, "cut short"),
	REFUSED("fault_02_an_image_cut_in_its_program_headers",
		"bad-cut-program-headers", EINVAL, "program headers"),
	REFUSED("fault_01_a_truncated_image", "bad-truncated", EINVAL,
		"outside the file"),
	REFUSED("fault_01_garbage", "bad-garbage", EINVAL, "not an ELF"),
	REFUSED("fault_01_an_image_for_another_machine", "bad-machine", EINVAL,
		"another machine"),
	REFUSED("fault_01_an_image_that_says_it_is_of_the_other_class",
		"bad-class", EINVAL, "size of a program header",
		.says32 = "not ELF32"),
	REFUSED("fault_01_an_image_for_the_cores_of_another_soc", "other-soc",
		EINVAL, "another machine", .says32 = "not ELF32"),
	REFUSED("fault_01_an_image_of_the_right_class_for_another_soc",
		"bad-other-machine", EINVAL, "another machine"),
	REFUSED("fault_01_a_big_endian_image", "bad-endian", EINVAL,
		"little endian"),
	REFUSED("fault_02_an_image_without_segments", "bad-no-segments",
		EINVAL, "no segments"),
	REFUSED("fault_01_a_wrong_program_header_size", "bad-phentsize",
		EINVAL, "program header"),
	REFUSED("fault_02_a_program_header_offset_that_wraps", "bad-phoff",
		EINVAL, "program headers"),
	REFUSED("fault_02_a_section_header_offset_outside", "bad-shoff",
		EINVAL, "section headers"),
	REFUSED("fault_02_a_section_name_table_index_outside", "bad-shstrndx",
		EINVAL, "names"),
	REFUSED("fault_02_a_section_name_outside", "bad-sh-name", EINVAL,
		"name"),
	REFUSED("fault_04_a_segment_right_behind_the_carveouts",
		"bad-segment-outside", EINVAL, "outside the carveouts"),
	REFUSED("fault_04_a_segment_right_before_the_carveouts",
		"bad-segment-before", EINVAL, "outside the carveouts"),
	REFUSED("fault_04_a_segment_at_address_0", "bad-segment-at-0", EINVAL,
		"outside the carveouts"),
	REFUSED("fault_04_a_segment_one_byte_too_long", "bad-segment-one-byte",
		EINVAL, "outside the carveouts"),
	REFUSED("fault_04_a_segment_one_page_too_far", "bad-segment-one-page",
		EINVAL, "outside the carveouts"),
	REFUSED("fault_04_a_segment_over_a_vring", "bad-segment-over-vring",
		EINVAL, "outside the carveouts"),
	REFUSED("fault_04_a_segment_over_the_other_remote",
		"bad-over-the-other-remote", EINVAL, "outside the carveouts"),
	REFUSED("fault_04_a_segment_above_4_GiB", "bad-segment-above-4g",
		EINVAL, "outside the carveouts",
		.only64 = "ELF32 has no addresses above 4 GiB"),
	REFUSED("fault_04_a_segment_that_wraps", "bad-segment-wraps", EINVAL,
		"outside the carveouts"),
	REFUSED("fault_03_a_segment_larger_in_the_file", "bad-filesz", EINVAL,
		"larger in the file"),
	REFUSED("fault_03_a_segment_offset_that_wraps", "bad-offset", EINVAL,
		"outside the file"),
	REFUSED("fault_05_an_entry_outside_the_segments", "bad-entry", EINVAL,
		"entry point"),
	REFUSED("fault_08_a_vring_too_large_for_its_carveout",
		"bad-vring-too-large", EINVAL, "does not fit carveout"),
	REFUSED("fault_08_a_vring_before_its_carveout", "bad-vring-before",
		EINVAL, "outside carveout"),
	REFUSED("fault_08_a_vring_behind_its_carveout", "bad-vring-behind",
		EINVAL, "does not fit carveout"),
	REFUSED("fault_08_a_vring_whose_second_half_begins_behind_its_carveout",
		"bad-vring-uneven", EINVAL, "is not aligned"),
	REFUSED("fault_08_a_trace_outside_the_carveouts", "bad-trace-outside",
		EINVAL, "lies in no memory region"),
	TEST("fault_04_bad_images_leave_the_other_remote_alone",
	     refuse_while_other_streams),
	TEST("bad_images_again_and_again", refuse_again_and_again),
};

const struct suite bad_input_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
	.prepare = guards_take,
};
