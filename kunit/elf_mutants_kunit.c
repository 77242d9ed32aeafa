// SPDX-License-Identifier: GPL-2.0
/*
 * elf_mutants_kunit.c - images that are broken at random
 *
 * Thousands of copies of a good image, each with some of its bytes or numbers
 * changed, and sometimes cut short, go through the checks. Whatever is taken has
 * to keep all promises of a checked image, which are looked at here in another
 * way than there. Behind each image no memory is mapped.
 */

#include <kunit/test.h>
#include <linux/elf.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "../drivers/remoteproc/elf_image.c"
#include "elf_test_image.h"

#define MUTANTS		20000
#define MAX_CHANGES	4

static unsigned long seed;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "what the mutants are drawn by; 0: another each time");

/* Numbers at which checks that are not quite right go wrong */
static const u64 odd_numbers[] = {
	0, 1, 2, 3, 4, 7, 8, 16, 52, 64, 255, 256, SZ_4K, SZ_32K, SZ_64K,
	sizeof(struct test_image), sizeof(struct test_image) - 1,
	sizeof(struct test_table), sizeof(struct test_table) + 1,
	REGION_DA, REGION_DA - 1, REGION_DA + 4, REGION_DA + SZ_4K,
	REGION_DA + REGION_LEN, REGION_LEN, REGION_LEN + 1,
	S32_MAX, 1ULL << 31, U32_MAX - 3, U32_MAX, 1ULL << 32,
	REGION_DA + (1ULL << 32), S64_MAX, 1ULL << 63, U64_MAX - 7, U64_MAX,
};

/**
 * struct mutants - what a test draws its images from
 * @random: the numbers it draws
 * @pages: memory of the image, right before memory that is not mapped
 * @taken: images that passed the checks
 * @refused: images that did not
 */
struct mutants {
	struct rnd_state random;
	void *pages;
	unsigned int taken;
	unsigned int refused;
};

static u32 draw(struct mutants *mutants, u32 below)
{
	return prandom_u32_state(&mutants->random) % below;
}

/* One number of 1 to 8 bytes; most have a meaning, at these alignments */
static void change(struct mutants *mutants, u8 *data, size_t size)
{
	size_t width = min_t(size_t, 1 << draw(mutants, 4), size);
	size_t at = draw(mutants, size - width + 1) & ~(width - 1);
	u64 number = 0;

	memcpy(&number, data + at, width);
	switch (draw(mutants, 4)) {
	case 0:
		number = odd_numbers[draw(mutants, ARRAY_SIZE(odd_numbers))];
		break;
	case 1:
		number += (s64)draw(mutants, 17) - 8;
		break;
	case 2:
		number ^= BIT_ULL(draw(mutants, 8 * width));
		break;
	default:
		number = prandom_u32_state(&mutants->random);
		break;
	}
	memcpy(data + at, &number, width);
}

/* The image itself, changed and cut, at the end of its memory */
static void *mutant(struct mutants *mutants, const void *good, size_t *size)
{
	unsigned int changes = 1 + draw(mutants, MAX_CHANGES);
	u8 *data;

	if (!draw(mutants, 16))
		*size = 1 + draw(mutants, *size);
	data = mutants->pages + PAGE_SIZE - *size;
	memcpy(data, good, *size);
	while (changes--)
		change(mutants, data, *size);

	return data;
}

static bool within(u64 start, u64 len, u64 from, u64 room)
{
	return start >= from && len <= room && start - from <= room - len;
}

static void segments_keep_their_promise(struct kunit *test,
					const struct elf_image *img)
{
	bool table = !img->table, entry = false;
	struct elf_segment seg;
	unsigned int i;

	for (i = 0; i < img->phnum; i++) {
		/* What is not loaded, nobody looks into */
		if (!elf_image_segment(img, i, &seg))
			continue;
		KUNIT_EXPECT_LE(test, seg.filesz, seg.memsz);
		KUNIT_EXPECT_TRUE(test, within(seg.offset, seg.filesz, 0,
					       img->size));
		KUNIT_EXPECT_TRUE(test, within(seg.da, seg.memsz, REGION_DA,
					       REGION_LEN));
		entry |= within(img->entry, 1, seg.da, seg.memsz);
		table |= within(img->table_da, img->table_len, seg.da,
				seg.filesz);
	}
	KUNIT_EXPECT_TRUE(test, entry);
	KUNIT_EXPECT_EQ(test, img->entry % rules.entry_align, 0);
	KUNIT_EXPECT_TRUE(test, table);
}

static void vdev_keeps_its_promise(struct kunit *test, const u8 *body, u32 len)
{
	struct fw_rsc_vdev_vring vring[2];
	struct fw_rsc_vdev vdev;
	unsigned int i;

	KUNIT_ASSERT_GE(test, len, sizeof(vdev));
	memcpy(&vdev, body, sizeof(vdev));
	KUNIT_ASSERT_TRUE(test, vdev.num_of_vrings == 1 ||
			  vdev.num_of_vrings == 2);
	KUNIT_ASSERT_LE(test, (u64)sizeof(vdev) + vdev.config_len +
			vdev.num_of_vrings * sizeof(vring[0]), (u64)len);
	memcpy(vring, body + sizeof(vdev),
	       vdev.num_of_vrings * sizeof(vring[0]));
	for (i = 0; i < vdev.num_of_vrings; i++) {
		KUNIT_EXPECT_EQ(test, hweight32(vring[i].num), 1);
		KUNIT_EXPECT_LE(test, vring[i].num, SZ_32K);
		KUNIT_EXPECT_EQ(test, hweight32(vring[i].align), 1);
		KUNIT_EXPECT_EQ(test, vring[i].num, vring[0].num);
	}
}

static void table_keeps_its_promise(struct kunit *test,
				    const struct elf_image *img)
{
	const u8 *table = img->table;
	struct resource_table hdr;
	u32 i, start, end, type;

	KUNIT_ASSERT_TRUE(test, within(table - img->data, img->table_len, 0,
				       img->size));
	KUNIT_ASSERT_GE(test, img->table_len, sizeof(hdr));
	memcpy(&hdr, table, sizeof(hdr));
	KUNIT_ASSERT_LE(test, sizeof(hdr) + (u64)hdr.num * sizeof(u32),
			(u64)img->table_len);
	for (i = 0; i < hdr.num; i++) {
		end = img->table_len;
		memcpy(&start, table + sizeof(hdr) + i * sizeof(u32),
		       sizeof(u32));
		KUNIT_ASSERT_TRUE(test, within(start, sizeof(type),
					       sizeof(hdr) + hdr.num * sizeof(u32),
					       end));
		memcpy(&type, table + start, sizeof(type));
		if (type == RSC_VDEV)
			vdev_keeps_its_promise(test,
					       table + start + sizeof(type),
					       end - start - sizeof(type));
	}
}

static void try_mutants(struct kunit *test, const struct elf_image_rules *rule,
			const void *good, size_t good_size)
{
	struct mutants *mutants = test->priv;
	unsigned int i;

	for (i = 0; i < MUTANTS; i++) {
		size_t size = good_size;
		void *data = mutant(mutants, good, &size);
		struct elf_image img = {};
		const char *why = NULL;
		int ret = elf_image_parse(&img, data, size, rule, &why);

		cond_resched();
		if (ret) {
			KUNIT_EXPECT_EQ(test, ret, -EINVAL);
			KUNIT_EXPECT_NOT_NULL(test, why);
			mutants->refused++;
			continue;
		}
		mutants->taken++;
		segments_keep_their_promise(test, &img);
		if (img.table)
			table_keeps_its_promise(test, &img);
	}
	kunit_info(test, "seed %lu: %u taken, %u refused", seed,
		   mutants->taken, mutants->refused);
	/* Otherwise one half of the checks was never met */
	KUNIT_EXPECT_GT(test, mutants->taken, MUTANTS / 100);
	KUNIT_EXPECT_GT(test, mutants->refused, MUTANTS / 10);
}

static void mutants_of_64_bit_keep_all_promises(struct kunit *test)
{
	try_mutants(test, &rules, &good_image, sizeof(good_image));
}

static void mutants_of_32_bit_keep_all_promises(struct kunit *test)
{
	struct elf_image_rules either = rules;
	struct test_image32 *good;

	good = kunit_kmalloc(test, sizeof(*good), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, good);
	fill_image32(good);
	either.class = ELFCLASSNONE;

	try_mutants(test, &either, good, sizeof(*good));
}

static int mutants_init(struct kunit *test)
{
	struct mutants *mutants = kunit_kzalloc(test, sizeof(*mutants),
						GFP_KERNEL);

	if (!mutants)
		return -ENOMEM;
	mutants->pages = vmalloc(PAGE_SIZE);
	if (!mutants->pages)
		return -ENOMEM;
	if (!seed)
		seed = get_random_u32();
	prandom_seed_state(&mutants->random, seed);
	test->priv = mutants;

	return 0;
}

static void mutants_exit(struct kunit *test)
{
	struct mutants *mutants = test->priv;

	if (mutants)
		vfree(mutants->pages);
}

static struct kunit_case mutants_cases[] = {
	KUNIT_CASE(mutants_of_64_bit_keep_all_promises),
	KUNIT_CASE(mutants_of_32_bit_keep_all_promises),
	{}
};

static struct kunit_suite mutants_suite = {
	.name = "elf_mutants",
	.init = mutants_init,
	.exit = mutants_exit,
	.test_cases = mutants_cases,
};

kunit_test_suite(mutants_suite);

MODULE_DESCRIPTION("Tests of the checks on images, with images drawn at random");
MODULE_LICENSE("GPL");
