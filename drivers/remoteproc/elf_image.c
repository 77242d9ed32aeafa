// SPDX-License-Identifier: GPL-2.0
/*
 * elf_image.c - checks of a firmware file before a byte of it is placed
 *
 * An image is refused as a whole or taken as a whole: each header, segment
 * and the place of the resource table are bounded here by tests that can't
 * overflow, so that loading it afterwards can't fail half way. Both ELF
 * classes go through the same checks, in 64-bit arithmetic.
 */

#include <linux/elf.h>
#include <linux/string.h>

#include "elf_image.h"
#include "rsc_table.h"

#define TABLE_SECTION	".resource_table"

static int refuse(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

/* Whether [@offset, @offset + @len) lies within the file. */
static bool in_file(const struct elf_image *img, u64 offset, u64 len)
{
	return len <= img->size && offset <= img->size - len;
}

static int parse_header64(struct elf_image *img, u16 machine,
			  const char **why)
{
	struct elf64_hdr hdr;

	if (img->size < sizeof(hdr))
		return refuse(why, "ELF header is cut short");
	memcpy(&hdr, img->data, sizeof(hdr));

	if (hdr.e_machine != machine)
		return refuse(why, "image is for another machine");
	if (hdr.e_phentsize != sizeof(struct elf64_phdr))
		return refuse(why, "bad size of a program header");

	img->entry = hdr.e_entry;
	img->phoff = hdr.e_phoff;
	img->phnum = hdr.e_phnum;

	return 0;
}

static int parse_header32(struct elf_image *img, u16 machine,
			  const char **why)
{
	struct elf32_hdr hdr;

	if (img->size < sizeof(hdr))
		return refuse(why, "ELF header is cut short");
	memcpy(&hdr, img->data, sizeof(hdr));

	if (hdr.e_machine != machine)
		return refuse(why, "image is for another machine");
	if (hdr.e_phentsize != sizeof(struct elf32_phdr))
		return refuse(why, "bad size of a program header");

	img->entry = hdr.e_entry;
	img->phoff = hdr.e_phoff;
	img->phnum = hdr.e_phnum;

	return 0;
}

static int parse_class(struct elf_image *img,
		       const struct elf_image_rules *rules, const char **why)
{
	img->class = img->data[EI_CLASS];
	if (img->class != ELFCLASS32 && img->class != ELFCLASS64)
		return refuse(why, "image is neither ELF32 nor ELF64");
	if (rules->class != ELFCLASSNONE && rules->class != img->class)
		return refuse(why, rules->class == ELFCLASS64 ?
			      "image is not ELF64" : "image is not ELF32");

	return 0;
}

static int parse_header(struct elf_image *img,
			const struct elf_image_rules *rules, const char **why)
{
	size_t phentsize;
	int ret;

	if (img->size < EI_NIDENT || memcmp(img->data, ELFMAG, SELFMAG))
		return refuse(why, "not an ELF image");
	if (img->data[EI_DATA] != ELFDATA2LSB)
		return refuse(why, "image is not little endian");
	ret = parse_class(img, rules, why);
	if (ret)
		return ret;

	if (img->class == ELFCLASS64) {
		ret = parse_header64(img, rules->machine, why);
		phentsize = sizeof(struct elf64_phdr);
	} else {
		ret = parse_header32(img, rules->machine, why);
		phentsize = sizeof(struct elf32_phdr);
	}
	if (ret)
		return ret;

	if (!img->phnum)
		return refuse(why, "image has no segments");
	if (!in_file(img, img->phoff, (u64)img->phnum * phentsize))
		return refuse(why, "program headers lie outside the file");

	return 0;
}

/**
 * elf_image_segment() - look a segment to load up
 * @img: an image that elf_image_parse() has passed
 * @i: index of its program header
 * @seg: filled in
 *
 * Return: true if it is one to load; others, and empty ones, are skipped.
 */
bool elf_image_segment(const struct elf_image *img, unsigned int i,
		       struct elf_segment *seg)
{
	if (img->class == ELFCLASS64) {
		struct elf64_phdr ph;

		memcpy(&ph, img->data + img->phoff + i * sizeof(ph),
		       sizeof(ph));
		*seg = (struct elf_segment){
			.type = ph.p_type, .offset = ph.p_offset,
			.vaddr = ph.p_vaddr, .da = ph.p_paddr,
			.filesz = ph.p_filesz, .memsz = ph.p_memsz,
		};
	} else {
		struct elf32_phdr ph;

		memcpy(&ph, img->data + img->phoff + i * sizeof(ph),
		       sizeof(ph));
		*seg = (struct elf_segment){
			.type = ph.p_type, .offset = ph.p_offset,
			.vaddr = ph.p_vaddr, .da = ph.p_paddr,
			.filesz = ph.p_filesz, .memsz = ph.p_memsz,
		};
	}

	return seg->type == PT_LOAD && seg->memsz;
}

static bool is_within(u64 addr, u64 start, u64 len)
{
	return addr >= start && addr - start < len;
}

/*
 * Where the segment's start is loaded. An entry point is an address that the
 * image is linked at, and some linkers give a device address all the same.
 */
static bool find_entry(const struct elf_segment *seg, u64 linked, u64 *da)
{
	if (is_within(linked, seg->da, seg->memsz)) {
		*da = linked;
		return true;
	}
	if (is_within(linked, seg->vaddr, seg->memsz)) {
		*da = seg->da + (linked - seg->vaddr);
		return true;
	}

	return false;
}

static int check_segments(struct elf_image *img,
			  const struct elf_image_rules *rules,
			  const char **why)
{
	struct elf_segment seg;
	bool entry_found = false;
	u64 entry = 0;
	unsigned int i;

	for (i = 0; i < img->phnum; i++) {
		if (!elf_image_segment(img, i, &seg))
			continue;

		if (seg.filesz > seg.memsz)
			return refuse(why, "segment is larger in the file than in memory");
		if (!in_file(img, seg.offset, seg.filesz))
			return refuse(why, "segment lies outside the file");
		if (!rules->placeable(rules->priv, seg.da, seg.memsz))
			return refuse(why, "segment lies outside the carveouts");

		if (!entry_found)
			entry_found = find_entry(&seg, img->entry, &entry);
	}

	if (!entry_found)
		return refuse(why, "entry point lies outside the segments");
	img->entry = entry;
	if (rules->entry_align && img->entry & (rules->entry_align - 1))
		return refuse(why, "entry point is not aligned");

	return 0;
}

/**
 * struct elf_section - a section header, of either class
 * @name: offset of its name in the string section
 * @addr: address it is linked at
 * @offset: where its bytes start in the file
 * @size: their number
 */
struct elf_section {
	u32 name;
	u64 addr;
	u64 offset;
	u64 size;
};

/**
 * struct elf_sections - the section headers of an image
 * @off: where they start in the file
 * @num: their number
 * @strndx: index of the one with the names
 */
struct elf_sections {
	u64 off;
	u16 num;
	u16 strndx;
};

static int find_sections(const struct elf_image *img, struct elf_sections *all,
			 const char **why)
{
	size_t need, entsize;

	if (img->class == ELFCLASS64) {
		struct elf64_hdr hdr;

		memcpy(&hdr, img->data, sizeof(hdr));
		*all = (struct elf_sections){ hdr.e_shoff, hdr.e_shnum,
					      hdr.e_shstrndx };
		entsize = hdr.e_shentsize;
		need = sizeof(struct elf64_shdr);
	} else {
		struct elf32_hdr hdr;

		memcpy(&hdr, img->data, sizeof(hdr));
		*all = (struct elf_sections){ hdr.e_shoff, hdr.e_shnum,
					      hdr.e_shstrndx };
		entsize = hdr.e_shentsize;
		need = sizeof(struct elf32_shdr);
	}

	/* No sections: an image without names is one without a table */
	if (!all->num)
		return 0;

	if (entsize != need)
		return refuse(why, "bad size of a section header");
	if (!in_file(img, all->off, (u64)all->num * need))
		return refuse(why, "section headers lie outside the file");
	if (all->strndx >= all->num)
		return refuse(why, "no section with the names");

	return 0;
}

static struct elf_section get_section(const struct elf_image *img,
				      const struct elf_sections *all,
				      unsigned int i)
{
	if (img->class == ELFCLASS64) {
		struct elf64_shdr sh;

		memcpy(&sh, img->data + all->off + i * sizeof(sh), sizeof(sh));
		return (struct elf_section){ sh.sh_name, sh.sh_addr,
					     sh.sh_offset, sh.sh_size };
	} else {
		struct elf32_shdr sh;

		memcpy(&sh, img->data + all->off + i * sizeof(sh), sizeof(sh));
		return (struct elf_section){ sh.sh_name, sh.sh_addr,
					     sh.sh_offset, sh.sh_size };
	}
}

/* Where the section is loaded; it has to lie in one segment, file bytes too. */
static bool section_da(const struct elf_image *img,
		       const struct elf_section *sec, u64 *da)
{
	struct elf_segment seg;
	unsigned int i;

	for (i = 0; i < img->phnum; i++) {
		if (!elf_image_segment(img, i, &seg))
			continue;

		if (sec->addr >= seg.vaddr && sec->size <= seg.filesz &&
		    sec->addr - seg.vaddr <= seg.filesz - sec->size) {
			*da = seg.da + (sec->addr - seg.vaddr);
			return true;
		}
	}

	return false;
}

static int take_table(struct elf_image *img, const struct elf_section *sec,
		      const char **why)
{
	u64 da;

	if (img->table)
		return refuse(why, "more than one resource table");
	if (!in_file(img, sec->offset, sec->size))
		return refuse(why, "resource table lies outside the file");
	if (!section_da(img, sec, &da))
		return refuse(why, "resource table is in no segment");

	img->table = img->data + sec->offset;
	img->table_len = sec->size;
	img->table_da = da;

	return rsc_table_check(img->table, img->table_len, why);
}

static int find_table(struct elf_image *img, const char **why)
{
	struct elf_sections all;
	struct elf_section names, sec;
	unsigned int i;
	int ret;

	ret = find_sections(img, &all, why);
	if (ret || !all.num)
		return ret;

	names = get_section(img, &all, all.strndx);
	if (!in_file(img, names.offset, names.size))
		return refuse(why, "section names lie outside the file");

	for (i = 0; i < all.num; i++) {
		sec = get_section(img, &all, i);
		if (sec.name > names.size)
			return refuse(why, "a section's name lies outside the names");

		/* With its NUL, or it is another name */
		if (names.size - sec.name < sizeof(TABLE_SECTION) ||
		    memcmp(img->data + names.offset + sec.name, TABLE_SECTION,
			   sizeof(TABLE_SECTION)))
			continue;

		ret = take_table(img, &sec, why);
		if (ret)
			return ret;
	}

	return 0;
}

/**
 * elf_image_parse() - check a firmware file from front to end
 * @img: filled in
 * @data: the file; needs no alignment, and must outlive @img
 * @size: its size in bytes
 * @rules: what the remote can run, and where
 * @why: on failure, a static text that names what is wrong
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int elf_image_parse(struct elf_image *img, const void *data, size_t size,
		    const struct elf_image_rules *rules, const char **why)
{
	int ret;

	memset(img, 0, sizeof(*img));
	img->data = data;
	img->size = size;

	ret = parse_header(img, rules, why);
	if (ret)
		return ret;

	ret = check_segments(img, rules, why);
	if (ret)
		return ret;

	return find_table(img, why);
}
