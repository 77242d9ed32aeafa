// SPDX-License-Identifier: GPL-2.0
/*
 * elf_image_kunit.c - tests of the checks on images and resource tables
 *
 * Each test starts from a good image of one segment and one resource table,
 * and each row of the tables below breaks one thing in it.
 */

#include <kunit/test.h>
#include <linux/elf.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/virtio_ids.h>
#include <linux/vmalloc.h>

#include "../drivers/remoteproc/elf_image.c"
#include "elf_test_image.h"

/* As in rsc_table.c */
#define MAX_ENTRIES	64

/* For remotes of 32 bits, whose memory begins at address 0 */
static bool in_low_region(const void *priv, u64 da, u64 len)
{
	return len <= REGION_LEN && da <= REGION_LEN - len;
}

static const struct elf_image_rules rules32 = {
	.class = ELFCLASS32,
	.machine = EM_ARM,
	.entry_align = 4,
	.placeable = in_low_region,
};

static struct test_image *copy_image(struct kunit *test)
{
	struct test_image *copy = kunit_kmalloc(test, sizeof(*copy), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	*copy = good_image;
	return copy;
}

/*
 * One row: the number of the fault in the list of scripts/faults.py, what is
 * broken, and the words of the message that name it
 */
struct broken_image {
	unsigned int number;
	const char *name;
	void (*fault)(struct test_image *img);
	const char *why;
};

#define FAULT(fn, statement) \
	static void fn(struct test_image *img) { statement; }

FAULT(bad_magic, img->hdr.e_ident[0] = 'x')
FAULT(big_endian, img->hdr.e_ident[EI_DATA] = ELFDATA2MSB)
FAULT(elf32, img->hdr.e_ident[EI_CLASS] = ELFCLASS32)
FAULT(other_machine, img->hdr.e_machine = EM_X86_64)
FAULT(other_soc, img->hdr.e_machine = EM_ARM)
FAULT(phentsize, img->hdr.e_phentsize++)
FAULT(no_segments, img->hdr.e_phnum = 0)
FAULT(phoff_outside, img->hdr.e_phoff = sizeof(*img))
FAULT(phoff_wraps, img->hdr.e_phoff = U64_MAX - 8)
FAULT(phnum_max, img->hdr.e_phnum = U16_MAX)
FAULT(shoff_wraps, img->hdr.e_shoff = U64_MAX - 8)
FAULT(shentsize, img->hdr.e_shentsize--)
FAULT(shstrndx, img->hdr.e_shstrndx = 3)
FAULT(names_outside, img->shdr[1].sh_offset = U64_MAX)
FAULT(sh_name, img->shdr[2].sh_name = U32_MAX)
FAULT(filesz, img->phdr.p_memsz = img->phdr.p_filesz - 1)
FAULT(offset_wraps, img->phdr.p_offset = U64_MAX - 8)
FAULT(segment_below, img->phdr.p_paddr = REGION_DA - 1)
FAULT(segment_past, img->phdr.p_memsz = REGION_LEN + 1)
FAULT(memsz_max, img->phdr.p_memsz = U64_MAX)
FAULT(above_4g, img->phdr.p_paddr = REGION_DA + (1ULL << 32))
FAULT(entry_before, img->hdr.e_entry = REGION_DA - 4)
FAULT(entry_after, img->hdr.e_entry = REGION_DA + SZ_4K)
FAULT(entry_odd, img->hdr.e_entry += 2)
FAULT(not_loaded, img->phdr.p_type = PT_NOTE)
FAULT(table_outside_file, img->shdr[2].sh_size = SZ_1M)
FAULT(table_elsewhere, img->shdr[2].sh_addr = REGION_DA + SZ_2M)
FAULT(two_tables, img->shdr[0] = img->shdr[2])
FAULT(table_short, img->shdr[2].sh_size = 8)
FAULT(table_ver, img->table.hdr.ver = 2)
FAULT(table_reserved, img->table.hdr.reserved[1] = 1)
FAULT(table_num, img->table.hdr.num = U32_MAX)
FAULT(entry_in_header, img->table.offset[0] = 4)
FAULT(entry_negative, img->table.offset[0] = -4)
FAULT(entry_past, img->table.offset[1] = sizeof(img->table) - 2)
FAULT(entries_overlap, img->table.offset[1] = img->table.offset[0] + 2)
FAULT(vdev_reserved, img->table.vdev.reserved[0] = 1)
FAULT(no_vrings, img->table.vdev.num_of_vrings = 0)
FAULT(many_vrings, img->table.vdev.num_of_vrings = 3)
FAULT(config_len, img->table.vdev.config_len = 0xff)
FAULT(vdev_cut, img->table.offset[1] = img->table.offset[0] + 8)
FAULT(vring_zero, img->table.vring[0].num = 0)
FAULT(vring_odd, img->table.vring[0].num = 255)
FAULT(vring_huge, img->table.vring[1].num = 65536)
FAULT(vring_unequal, img->table.vring[1].num = 128)
FAULT(vring_align, img->table.vring[0].align = 0)
FAULT(vring_da, img->table.vring[0].da = REGION_DA + 1)
FAULT(trace_reserved, img->table.trace.reserved = 1)
FAULT(table_past_its_segment, img->phdr.p_filesz--)
FAULT(table_num_past, img->table.hdr.num = MAX_ENTRIES)
FAULT(vdev_cut_in_its_rings, img->table.offset[1] -= sizeof(img->table.vring[1]))
FAULT(vring_align_odd, img->table.vring[0].align = 4095)
FAULT(vring_align_small, img->table.vring[0].align = 2)
FAULT(vdev_kind, img->table.vdev.id = VIRTIO_ID_BLOCK)
FAULT(vring_align_huge, img->table.vring[1].align = SZ_128K)
FAULT(trace_cut, img->table.offset[2] = img->table.offset[1] + 8)
FAULT(carveout_cut, img->shdr[2].sh_size -= 4)
FAULT(carveout_reserved, img->table.carveout.reserved = 1)
FAULT(carveout_empty, img->table.carveout.len = 0)
FAULT(carveout_name, memset(img->table.carveout.name, 'n', 32))
FAULT(carveout_control, memcpy(img->table.carveout.name, "\x1b[2J", 5))
FAULT(carveout_format, memcpy(img->table.carveout.name, "%s%s", 5))
FAULT(carveout_veil, memcpy(img->table.carveout.name, "%.0svdev0buffer", 16))
FAULT(carveout_vdev, memcpy(img->table.carveout.name, "vdev0buffer", 12))

#define ROW(number, fn, why) { number, #fn, fn, why }

static const struct broken_image broken_image_rows[] = {
	ROW(1, bad_magic, "not an ELF"),
	ROW(1, big_endian, "little endian"),
	ROW(1, elf32, "not ELF64"),
	ROW(1, other_machine, "another machine"),
	ROW(1, other_soc, "another machine"),
	ROW(1, phentsize, "size of a program header"),
	ROW(2, no_segments, "no segments"),
	ROW(2, phoff_outside, "program headers"),
	ROW(2, phoff_wraps, "program headers"),
	ROW(2, phnum_max, "program headers"),
	ROW(2, shoff_wraps, "section headers"),
	ROW(2, shentsize, "size of a section header"),
	ROW(2, shstrndx, "no section with the names"),
	ROW(2, names_outside, "section names"),
	ROW(2, sh_name, "section's name"),
	ROW(3, filesz, "larger in the file"),
	ROW(3, offset_wraps, "segment lies outside the file"),
	ROW(4, segment_below, "outside the carveouts"),
	ROW(4, segment_past, "outside the carveouts"),
	ROW(4, memsz_max, "outside the carveouts"),
	ROW(4, above_4g, "outside the carveouts"),
	ROW(5, entry_before, "entry point"),
	ROW(5, entry_after, "entry point"),
	ROW(5, entry_odd, "entry point is not aligned"),
	ROW(5, not_loaded, "entry point"),
	ROW(6, table_outside_file, "resource table lies outside the file"),
	ROW(6, table_elsewhere, "in no segment"),
	ROW(6, two_tables, "more than one"),
	ROW(6, table_short, "table is cut short"),
	ROW(6, table_ver, "version 1"),
	ROW(6, table_reserved, "reserved bytes"),
	ROW(6, table_num, "too many entries"),
	ROW(6, entry_in_header, "outside the table"),
	ROW(6, entry_negative, "outside the table"),
	ROW(6, entry_past, "outside the table"),
	ROW(6, entries_overlap, "overlap"),
	ROW(7, vdev_reserved, "reserved bytes"),
	ROW(7, no_vrings, "one or two vrings"),
	ROW(7, many_vrings, "one or two vrings"),
	ROW(7, config_len, "vdev entry is cut short"),
	ROW(7, vdev_cut, "vdev entry is cut short"),
	ROW(8, vring_zero, "power of two"),
	ROW(8, vring_odd, "power of two"),
	ROW(8, vring_huge, "power of two"),
	ROW(8, vring_unequal, "differ in size"),
	ROW(8, vring_align, "alignment"),
	ROW(8, vring_da, "not aligned"),
	ROW(7, trace_reserved, "reserved bytes"),
	ROW(6, table_past_its_segment, "in no segment"),
	ROW(6, table_num_past, "too many entries"),
	ROW(7, vdev_cut_in_its_rings, "vdev entry is cut short"),
	ROW(8, vring_align_odd, "alignment"),
	ROW(8, vring_align_small, "alignment"),
	ROW(8, vring_align_huge, "alignment"),
	ROW(7, vdev_kind, "not in virtio_ids"),
	ROW(7, trace_cut, "trace entry is cut short"),
	ROW(7, carveout_cut, "carveout entry is cut short"),
	ROW(7, carveout_reserved, "reserved bytes"),
	ROW(7, carveout_empty, "is empty"),
	ROW(7, carveout_name, "not terminated"),
	ROW(7, carveout_control, "is no text"),
	ROW(7, carveout_format, "percent sign"),
	ROW(7, carveout_veil, "percent sign"),
	ROW(7, carveout_vdev, "name of a vdev's own"),
};

static void broken_image_desc(const struct broken_image *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "fault_%02u_%s", row->number,
		 row->name);
}

KUNIT_ARRAY_PARAM(broken_image, broken_image_rows, broken_image_desc);

static void broken_image_is_refused(struct kunit *test)
{
	const struct broken_image *row = test->param_value;
	struct test_image *img = copy_image(test);
	const char *why = "";
	struct elf_image out;

	row->fault(img);

	KUNIT_EXPECT_EQ(test, elf_image_parse(&out, img, sizeof(*img), &rules,
					      &why), -EINVAL);
	KUNIT_EXPECT_TRUE_MSG(test, strstr(why, row->why), "it says: %s", why);
}

static void good_image_is_taken(struct kunit *test)
{
	struct test_image *img = copy_image(test);
	struct elf_segment seg;
	struct elf_image out;
	const char *why = "";

	KUNIT_ASSERT_EQ_MSG(test, elf_image_parse(&out, img, sizeof(*img),
						  &rules, &why), 0,
			    "it says: %s", why);
	KUNIT_EXPECT_EQ(test, out.entry, REGION_DA);
	KUNIT_EXPECT_PTR_EQ(test, out.table, (const void *)&img->table);
	KUNIT_EXPECT_EQ(test, out.table_len, sizeof(img->table));
	KUNIT_EXPECT_EQ(test, out.table_da, REGION_DA);
	KUNIT_EXPECT_TRUE(test, elf_image_segment(&out, 0, &seg));
	KUNIT_EXPECT_EQ(test, seg.memsz, SZ_4K);
}

static void fault_05_entry_is_where_it_is_loaded(struct kunit *test)
{
	struct test_image *img = copy_image(test);
	struct elf_image out;
	const char *why = "";

	img->phdr.p_vaddr += SZ_1G;
	img->shdr[2].sh_addr += SZ_1G;
	img->hdr.e_entry = img->phdr.p_vaddr + 8;
	KUNIT_ASSERT_EQ_MSG(test, elf_image_parse(&out, img, sizeof(*img),
						  &rules, &why), 0,
			    "it says: %s", why);
	KUNIT_EXPECT_EQ(test, out.entry, REGION_DA + 8);

	img->hdr.e_entry = REGION_DA + 4;
	KUNIT_ASSERT_EQ(test, elf_image_parse(&out, img, sizeof(*img), &rules,
					      &why), 0);
	KUNIT_EXPECT_EQ(test, out.entry, REGION_DA + 4);
}

/*
 * Behind the end of what is returned no memory is mapped: nobody reads past it
 * unnoticed.
 */
static void *end_of_memory(struct kunit *test)
{
	void *page = vmalloc(PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, page);
	test->priv = page;
	return page + PAGE_SIZE;
}

static void fault_01_image_cut_anywhere_is_refused(struct kunit *test)
{
	struct test_image *img = copy_image(test);
	void *end = end_of_memory(test);
	struct elf_image out;
	const char *why;
	size_t size;

	for (size = 0; size < sizeof(*img); size++) {
		memcpy(end - size, img, size);
		why = NULL;
		KUNIT_EXPECT_EQ_MSG(test, elf_image_parse(&out, end - size,
							  size, &rules, &why),
				    -EINVAL, "cut at %zu", size);
		KUNIT_EXPECT_NOT_NULL(test, why);
	}
}

/* One row: a file, what class it says, the class that is wanted */
struct class_case {
	const char *name;
	bool elf32;
	u8 says;
	u8 wanted;
	const char *why;
};

static const struct class_case class_case_rows[] = {
	{ "64_for_64", false, ELFCLASS64, ELFCLASS64 },
	{ "32_for_32", true, ELFCLASS32, ELFCLASS32 },
	{ "64_for_either", false, ELFCLASS64, ELFCLASSNONE },
	{ "32_for_either", true, ELFCLASS32, ELFCLASSNONE },
	{ "64_for_32", false, ELFCLASS64, ELFCLASS32, "not ELF32" },
	{ "32_for_64", true, ELFCLASS32, ELFCLASS64, "not ELF64" },
	{ "no_class_for_either", false, ELFCLASSNONE, ELFCLASSNONE, "neither" },
	{ "no_class_for_64", false, ELFCLASSNONE, ELFCLASS64, "neither" },
	{ "class_3_for_either", false, 3, ELFCLASSNONE, "neither" },
	{ "64_says_32_for_either", false, ELFCLASS32, ELFCLASSNONE,
	  "size of a program header" },
	{ "32_says_64_for_either", true, ELFCLASS64, ELFCLASSNONE,
	  "size of a program header" },
};

static void class_case_desc(const struct class_case *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(class_case, class_case_rows, class_case_desc);

static void fault_01_class_has_to_be_the_wanted_one(struct kunit *test)
{
	const struct class_case *row = test->param_value;
	struct elf_image_rules wanted = rules;
	struct test_image32 img32;
	struct test_image img64 = good_image;
	void *data = row->elf32 ? (void *)&img32 : (void *)&img64;
	size_t size = row->elf32 ? sizeof(img32) : sizeof(img64);
	struct elf_segment seg;
	struct elf_image out;
	const char *why = "";
	int ret;

	fill_image32(&img32);
	((u8 *)data)[EI_CLASS] = row->says;
	wanted.class = row->wanted;

	ret = elf_image_parse(&out, data, size, &wanted, &why);

	KUNIT_ASSERT_EQ_MSG(test, ret, row->why ? -EINVAL : 0, "it says: %s",
			    why);
	if (row->why) {
		KUNIT_EXPECT_TRUE_MSG(test, strstr(why, row->why),
				      "it says: %s", why);
		return;
	}
	KUNIT_EXPECT_EQ(test, out.class, row->says);
	KUNIT_EXPECT_EQ(test, out.entry, REGION_DA);
	KUNIT_EXPECT_EQ(test, out.table_len, sizeof(struct test_table));
	KUNIT_EXPECT_EQ(test, out.table_da, REGION_DA);
	KUNIT_EXPECT_TRUE(test, elf_image_segment(&out, 0, &seg));
	KUNIT_EXPECT_EQ(test, seg.memsz, SZ_4K);
}

static struct test_image32 *low_image(struct kunit *test)
{
	struct test_image32 *img = kunit_kmalloc(test, sizeof(*img), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, img);
	fill_image32(img);
	img->hdr.e_machine = EM_ARM;
	img->hdr.e_entry = 0;
	img->phdr.p_vaddr = 0;
	img->phdr.p_paddr = 0;
	img->shdr[2].sh_addr = 0;
	img->table.trace.da = 0;
	img->table.carveout.da = 0;

	return img;
}

static void image_at_address_0_is_taken(struct kunit *test)
{
	struct test_image32 *img = low_image(test);
	struct elf_segment seg;
	struct elf_image out;
	const char *why = "";

	KUNIT_ASSERT_EQ_MSG(test, elf_image_parse(&out, img, sizeof(*img),
						  &rules32, &why),
			    0, "it says: %s", why);
	KUNIT_EXPECT_EQ(test, out.entry, 0);
	KUNIT_EXPECT_TRUE(test, elf_image_segment(&out, 0, &seg));
	KUNIT_EXPECT_EQ(test, seg.da, 0);
	KUNIT_EXPECT_PTR_EQ(test, out.table, (const void *)&img->table);
	KUNIT_EXPECT_EQ(test, out.table_da, 0);
	KUNIT_EXPECT_EQ(test, out.table_len, sizeof(img->table));
}

/* One row: an image at address 0 with a fault, and what is said of it */
struct low_fault {
	const char *name;
	void (*fault)(struct test_image32 *img);
	const char *why;
};

#define LOW_FAULT(fn, statement) \
	static void fn(struct test_image32 *img) { statement; }

LOW_FAULT(low_other_machine, img->hdr.e_machine = EM_AARCH64)
LOW_FAULT(low_end_wraps, img->phdr.p_memsz = U32_MAX)
LOW_FAULT(low_start_wraps, img->phdr.p_paddr = 0xfffff000)
LOW_FAULT(low_entry_wraps, img->hdr.e_entry = -4)
LOW_FAULT(low_entry_behind, img->hdr.e_entry = SZ_4K)
LOW_FAULT(low_table_before, img->shdr[2].sh_addr = -4)
LOW_FAULT(low_table_past, img->shdr[2].sh_addr = 4)
LOW_FAULT(low_table_cut, img->phdr.p_filesz--)

static const struct low_fault low_fault_rows[] = {
	{ "image_of_64_bit_processor", low_other_machine, "another machine" },
	{ "segment_to_the_end_of_all", low_end_wraps, "carveouts" },
	{ "segment_that_wraps_to_0", low_start_wraps, "carveouts" },
	{ "entry_before_0", low_entry_wraps, "entry point" },
	{ "entry_behind_segment", low_entry_behind, "entry point" },
	{ "table_before_0", low_table_before, "no segment" },
	{ "table_past_segment", low_table_past, "no segment" },
	{ "table_cut_off", low_table_cut, "no segment" },
};

static void low_fault_desc(const struct low_fault *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(low_fault, low_fault_rows, low_fault_desc);

static void broken_image_at_address_0_is_refused(struct kunit *test)
{
	const struct low_fault *row = test->param_value;
	struct test_image32 *img = low_image(test);
	struct elf_image out;
	const char *why = "";

	row->fault(img);

	KUNIT_EXPECT_EQ(test, elf_image_parse(&out, img, sizeof(*img),
					      &rules32, &why), -EINVAL);
	KUNIT_EXPECT_TRUE_MSG(test, strstr(why, row->why), "it says: %s", why);
}

static void fault_02_names_are_not_read_past_their_end(struct kunit *test)
{
	struct test_image *img = copy_image(test);
	void *end = end_of_memory(test);
	struct elf_image out;
	const char *why = "";

	img->shdr[1].sh_offset = sizeof(*img) - 12;
	img->shdr[1].sh_size = 12;
	memcpy(end - sizeof(*img), img, sizeof(*img));

	KUNIT_EXPECT_EQ_MSG(test, elf_image_parse(&out, end - sizeof(*img),
						  sizeof(*img), &rules, &why),
			    0, "it says: %s", why);
	KUNIT_EXPECT_NULL(test, out.table);
}

/* One of the most entries there may be, and with @more beyond that. */
static int check_table_of_many(struct kunit *test, unsigned int more)
{
	unsigned int num = MAX_ENTRIES + more;
	size_t head = struct_size_t(struct resource_table, offset, num);
	size_t len = head + num * sizeof(struct fw_rsc_hdr);
	struct resource_table *table = kunit_kzalloc(test, len, GFP_KERNEL);
	const char *why;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, table);
	table->ver = 1;
	table->num = num;
	for (i = 0; i < num; i++) {
		u32 offset = head + i * sizeof(struct fw_rsc_hdr);
		struct fw_rsc_hdr *hdr = (void *)table + offset;

		table->offset[i] = offset;
		hdr->type = RSC_VENDOR_END;
	}

	return rsc_table_check(table, len, &why);
}

static void fault_06_table_of_too_many_entries_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_table_of_many(test, 0), 0);
	KUNIT_EXPECT_EQ(test, check_table_of_many(test, 1), -EINVAL);
}

static void image_without_sections_has_no_table(struct kunit *test)
{
	struct test_image *img = copy_image(test);
	struct elf_image out;
	const char *why;

	img->hdr.e_shnum = 0;

	KUNIT_EXPECT_EQ(test, elf_image_parse(&out, img, sizeof(*img), &rules,
					      &why), 0);
	KUNIT_EXPECT_NULL(test, out.table);
}

static void fault_05_empty_segment_is_skipped(struct kunit *test)
{
	struct test_image *img = copy_image(test);
	struct elf_segment seg;
	struct elf_image out = { .data = (void *)img, .class = ELFCLASS64,
				 .phoff = img->hdr.e_phoff };

	img->phdr.p_memsz = 0;

	KUNIT_EXPECT_FALSE(test, elf_image_segment(&out, 0, &seg));
}

static void fault_09_unknown_entries_are_left_alone(struct kunit *test)
{
	struct test_image *img = copy_image(test);
	struct elf_image out;
	const char *why = "";

	img->table.trace_hdr.type = 511;
	img->table.trace.reserved = 1;

	KUNIT_EXPECT_EQ_MSG(test, elf_image_parse(&out, img, sizeof(*img),
						  &rules, &why), 0,
			    "it says: %s", why);
}

static void free_memory(struct kunit *test)
{
	vfree(test->priv);
}

static struct kunit_case elf_image_cases[] = {
	KUNIT_CASE(good_image_is_taken),
	KUNIT_CASE(fault_05_entry_is_where_it_is_loaded),
	KUNIT_CASE_PARAM(broken_image_is_refused, broken_image_gen_params),
	KUNIT_CASE_PARAM(fault_01_class_has_to_be_the_wanted_one,
			 class_case_gen_params),
	KUNIT_CASE(image_at_address_0_is_taken),
	KUNIT_CASE_PARAM(broken_image_at_address_0_is_refused,
			 low_fault_gen_params),
	KUNIT_CASE(fault_01_image_cut_anywhere_is_refused),
	KUNIT_CASE(fault_02_names_are_not_read_past_their_end),
	KUNIT_CASE(fault_06_table_of_too_many_entries_is_refused),
	KUNIT_CASE(image_without_sections_has_no_table),
	KUNIT_CASE(fault_05_empty_segment_is_skipped),
	KUNIT_CASE(fault_09_unknown_entries_are_left_alone),
	{}
};

static struct kunit_suite elf_image_suite = {
	.name = "elf_image",
	.exit = free_memory,
	.test_cases = elf_image_cases,
};

kunit_test_suite(elf_image_suite);

MODULE_DESCRIPTION("Tests of the checks on images and resource tables");
MODULE_LICENSE("GPL");
