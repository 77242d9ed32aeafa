// SPDX-License-Identifier: GPL-2.0
/*
 * Images that are broken at random, through the real loader. Each is a copy of
 * one whose code is nothing but loops (scripts/bad_images.py, "odd-endless"),
 * with some numbers changed in its headers and its resource table. It is refused,
 * or it starts and can be stopped; and all the while the other remote streams.
 */
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "e2e.h"

#define FOLDER		"/lib/firmware/"
#define MUTANT		"ampkit/mutant.elf"

#define MUTANTS		300
#define MAX_CHANGES	4
#define MAX_IMAGE	0x100000

/* What the resource table's section is called, and headers it has at most */
#define TABLE_SIZE	0x100

/* An instruction that branches to itself */
#define LOOP_A64	0x14000000
#define LOOP_ARM	0xeafffffe

/**
 * struct image - an image in memory
 * @data: the file
 * @size: its size
 * @places: pieces of it that are changed: where they start and end
 * @num_places: their number
 */
struct image {
	__u8 data[MAX_IMAGE];
	size_t size;
	struct {
		size_t start;
		size_t end;
	} places[8];
	unsigned int num_places;
};

/* A program header, of either class */
struct segment {
	__u64 offset;
	__u64 da;
	__u64 filesz;
	bool loaded;
};

static bool is_elf32(const struct image *image)
{
	return image->data[EI_CLASS] == ELFCLASS32;
}

static void load_image(struct image *image, const char *name)
{
	char path[128];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), FOLDER "%s", name);
	fd = open(path, O_RDONLY);
	expect_ok(fd);
	size = read(fd, image->data, sizeof(image->data));
	expect(size > 0 && (size_t)size < sizeof(image->data), "%s", path);
	image->size = size;
	close(fd);
}

static void save_image(const struct image *image)
{
	int fd = open(FOLDER MUTANT, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	expect_ok(fd);
	expect_eq(write(fd, image->data, image->size), image->size);
	close(fd);
}

static void add_place(struct image *image, size_t start, size_t size)
{
	expect(image->num_places < ARRAY_SIZE(image->places), "too many");
	expect(start < image->size && size <= image->size - start, "outside");
	image->places[image->num_places].start = start;
	image->places[image->num_places++].end = start + size;
}

/* Where the numbers stand that the host reads: headers, names and table */
static void find_places(struct image *image)
{
	static const char name[] = ".resource_table";
	size_t shoff, shnum, shsize, phoff, phsize, i, names;
	const __u8 *data = image->data;

	if (is_elf32(image)) {
		const Elf32_Ehdr *hdr = (const void *)data;

		shoff = hdr->e_shoff;
		shnum = hdr->e_shnum;
		shsize = sizeof(Elf32_Shdr);
		phoff = hdr->e_phoff;
		phsize = hdr->e_phnum * sizeof(Elf32_Phdr);
		names = ((const Elf32_Shdr *)(data + shoff))[hdr->e_shstrndx].sh_offset;
		add_place(image, 0, sizeof(*hdr));
	} else {
		const Elf64_Ehdr *hdr = (const void *)data;

		shoff = hdr->e_shoff;
		shnum = hdr->e_shnum;
		shsize = sizeof(Elf64_Shdr);
		phoff = hdr->e_phoff;
		phsize = hdr->e_phnum * sizeof(Elf64_Phdr);
		names = ((const Elf64_Shdr *)(data + shoff))[hdr->e_shstrndx].sh_offset;
		add_place(image, 0, sizeof(*hdr));
	}
	add_place(image, phoff, phsize);
	add_place(image, shoff, shnum * shsize);
	add_place(image, names, 0x20);
	for (i = 0; i < shnum; i++) {
		const Elf32_Shdr *sh32 = (const void *)(data + shoff + i * shsize);
		const Elf64_Shdr *sh64 = (const void *)(data + shoff + i * shsize);

		if (!strcmp((const char *)data + names + sh32->sh_name, name))
			add_place(image, is_elf32(image) ? sh32->sh_offset :
				  sh64->sh_offset, TABLE_SIZE);
	}
	expect_eq(image->num_places, 5);
}

/* One number of 1 to 8 bytes, at an address that is a multiple of that */
static void change(struct image *image)
{
	static const __u64 odd_numbers[] = {
		0, 1, 2, 3, 8, 0x40, 0xff, 0x1000, 0x8000, 0x10000, 0x200000,
		0x0fffffff, 0x10000000, 0x10000004, 0x10100000, 0x10200000,
		0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff, 0x100000000,
		0x7fffffffffffffff, 0xfffffffffffffff8, 0xffffffffffffffff,
	};
	unsigned int place = random_below(image->num_places);
	size_t width = 1 << random_below(4);
	size_t start = image->places[place].start;
	size_t room = image->places[place].end - start;
	size_t at = start + (random_below(room - width + 1) & ~(width - 1));
	__u64 number = 0;

	memcpy(&number, image->data + at, width);
	switch (random_below(3)) {
	case 0:
		number = odd_numbers[random_below(ARRAY_SIZE(odd_numbers))];
		break;
	case 1:
		number += random_below(17) - 8ULL;
		break;
	default:
		number ^= 1ULL << random_below(8 * width);
		break;
	}
	memcpy(image->data + at, &number, width);
}

static bool get_segment(const struct image *image, unsigned int i,
			struct segment *segment)
{
	if (is_elf32(image)) {
		const Elf32_Ehdr *hdr = (const void *)image->data;
		Elf32_Phdr ph;

		if (i >= hdr->e_phnum ||
		    hdr->e_phoff + (i + 1ULL) * sizeof(ph) > image->size)
			return false;
		memcpy(&ph, image->data + hdr->e_phoff + i * sizeof(ph),
		       sizeof(ph));
		*segment = (struct segment){ ph.p_offset, ph.p_paddr,
					     ph.p_filesz, ph.p_type == PT_LOAD };
	} else {
		const Elf64_Ehdr *hdr = (const void *)image->data;
		Elf64_Phdr ph;

		if (i >= hdr->e_phnum || hdr->e_phoff > image->size ||
		    hdr->e_phoff + (i + 1ULL) * sizeof(ph) > image->size)
			return false;
		memcpy(&ph, image->data + hdr->e_phoff + i * sizeof(ph),
		       sizeof(ph));
		*segment = (struct segment){ ph.p_offset, ph.p_paddr,
					     ph.p_filesz, ph.p_type == PT_LOAD };
	}
	return true;
}

/*
 * Whether the remote would find a loop where it starts, if it started. What it
 * does otherwise nobody knows, and that includes to write anywhere.
 */
static bool would_loop(const struct image *image)
{
	__u32 loop = machine.elf32 ? LOOP_ARM : LOOP_A64, code;
	__u64 entry = is_elf32(image) ?
		((const Elf32_Ehdr *)image->data)->e_entry :
		((const Elf64_Ehdr *)image->data)->e_entry;
	struct segment segment;
	bool loops = false;
	unsigned int i;

	for (i = 0; get_segment(image, i, &segment); i++) {
		__u64 at = entry - segment.da;

		if (!segment.loaded || at >= segment.filesz)
			continue;
		if (segment.offset > image->size ||
		    at + sizeof(code) > image->size - segment.offset)
			return false;
		memcpy(&code, image->data + segment.offset + at, sizeof(code));
		if (code != loop)
			return false;
		loops = true;
	}
	return loops;
}

static void make_mutant(struct image *mutant, const struct image *good)
{
	unsigned int changes;

	do {
		*mutant = *good;
		for (changes = 1 + random_below(MAX_CHANGES); changes; changes--)
			change(mutant);
	} while (!would_loop(mutant));
}

static void load_mutants(void)
{
	static struct image good, mutant;
	unsigned int i, started = 0, refused = 0, count = scaled(MUTANTS);
	struct stream stream;
	int err;

	test_seed();
	load_image(&good, image_of(0, "odd-endless"));
	find_places(&good);
	guards_take();
	stream_init(&stream, remote_start_and_open(1, O_NONBLOCK), 8, true);
	remote_set_firmware(0, MUTANT);
	for (i = 0; i < count; i++) {
		make_mutant(&mutant, &good);
		save_image(&mutant);
		err = remote_try_start(0);
		if (err) {
			refused++;
			expect(remote_is(0, "offline"), "after a failed start");
		} else {
			started++;
			remote_stop(0);
		}
		expect(remote_in_reset(0), "it runs");
		stream_exchange(&stream, 20);
		sign_of_life();
	}
	note("%u started, %u were refused", started, refused);
	expect(started > count / 20 && refused > count / 20, "all the same");
	guards_expect_unchanged();
	unlink(FOLDER MUTANT);
	remote_set_firmware(0, remote_default_firmware(0));
	remote_check_echo(0);
}

static const struct test tests[] = {
	TEST("fault_01_images_that_are_broken_at_random_do_no_harm", load_mutants,
	     .timeout_s = 120),
};

const struct suite mutants_suite = { tests, ARRAY_SIZE(tests), NULL };
