// SPDX-License-Identifier: GPL-2.0
/*
 * elf_core_kunit.c - tests of the core files of remotes
 *
 * Each test writes a core of two pieces of memory and reads it back with the
 * structures that the kernel has for ELF and, by their offsets, for the
 * registers of a process: a debugger does the same.
 */

#include <kunit/test.h>
#include <linux/elf.h>
#include <linux/module.h>

#include "../drivers/remoteproc/elf_core.c"

/* Of struct elf_prstatus in the core of a process: what a debugger looks for */
#define ARM_PRSTATUS_SIZE	148
#define ARM_PRSTATUS_REGS	72
#define AARCH64_PRSTATUS_SIZE	392
#define AARCH64_PRSTATUS_REGS	112

#define NOTE_DESC	20	/* behind header and name of the note */

#define LOW_DA		0
#define HIGH_DA		0xfffff000

static const char low[] = "the vectors at address 0";
static const char high[] = "below the end of the address space";

static const struct elf_core_part parts[] = {
	{ .da = LOW_DA, .va = low, .len = sizeof(low) },
	{ .da = HIGH_DA, .va = high, .len = sizeof(high) },
};

/* Every register is told from every other. */
static void fill_crash(struct ampkit_crash *crash, u32 arch)
{
	unsigned int i;

	*crash = (struct ampkit_crash){
		.arch = arch,
		.pc = 0x2100,
		.pstate = 0x600001df,
		.sp = 0x24000,
	};
	for (i = 0; i < ARRAY_SIZE(crash->regs); i++)
		crash->regs[i] = 0xab000000 + i;
}

static struct elf_core a_core(u8 class, u16 machine,
			      const struct ampkit_crash *crash)
{
	return (struct elf_core){
		.class = class,
		.machine = machine,
		.crash = crash,
		.parts = parts,
		.num_parts = ARRAY_SIZE(parts),
	};
}

/* Of exactly its size, so that KASAN sees what is written behind it. */
static void *write_core(struct kunit *test, const struct elf_core *core)
{
	void *buf = kunit_kzalloc(test, elf_core_size(core), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	elf_core_write(core, buf);

	return buf;
}

static void expect_part(struct kunit *test, const struct elf_core *core,
			const void *buf, u64 offset, unsigned int i)
{
	KUNIT_ASSERT_LE(test, offset + parts[i].len, elf_core_size(core));
	KUNIT_EXPECT_EQ(test, memcmp(buf + offset, parts[i].va, parts[i].len),
			0);
}

static void elf32_core_has_header_and_memory(struct kunit *test)
{
	struct elf_core core = a_core(ELFCLASS32, EM_ARM, NULL);
	const void *buf = write_core(test, &core);
	const struct elf32_hdr *hdr = buf;
	const struct elf32_phdr *ph = buf + sizeof(*hdr);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, memcmp(hdr->e_ident, ELFMAG, SELFMAG), 0);
	KUNIT_EXPECT_EQ(test, hdr->e_ident[EI_CLASS], ELFCLASS32);
	KUNIT_EXPECT_EQ(test, hdr->e_ident[EI_DATA], ELFDATA2LSB);
	KUNIT_EXPECT_EQ(test, hdr->e_ident[EI_VERSION], EV_CURRENT);
	KUNIT_EXPECT_EQ(test, hdr->e_type, ET_CORE);
	KUNIT_EXPECT_EQ(test, hdr->e_machine, EM_ARM);
	KUNIT_EXPECT_EQ(test, hdr->e_phoff, sizeof(*hdr));
	KUNIT_EXPECT_EQ(test, hdr->e_phentsize, sizeof(*ph));
	KUNIT_ASSERT_EQ(test, hdr->e_phnum, 1 + ARRAY_SIZE(parts));

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		KUNIT_EXPECT_EQ(test, ph[1 + i].p_type, PT_LOAD);
		KUNIT_EXPECT_EQ(test, ph[1 + i].p_vaddr, parts[i].da);
		KUNIT_EXPECT_EQ(test, ph[1 + i].p_paddr, parts[i].da);
		KUNIT_EXPECT_EQ(test, ph[1 + i].p_filesz, parts[i].len);
		KUNIT_EXPECT_EQ(test, ph[1 + i].p_memsz, parts[i].len);
		KUNIT_EXPECT_EQ(test, ph[1 + i].p_flags, PF_R | PF_W | PF_X);
		expect_part(test, &core, buf, ph[1 + i].p_offset, i);
	}
}

static void elf64_core_has_header_and_memory(struct kunit *test)
{
	struct elf_core core = a_core(ELFCLASS64, EM_AARCH64, NULL);
	const void *buf = write_core(test, &core);
	const struct elf64_hdr *hdr = buf;
	const struct elf64_phdr *ph = buf + sizeof(*hdr);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, memcmp(hdr->e_ident, ELFMAG, SELFMAG), 0);
	KUNIT_EXPECT_EQ(test, hdr->e_ident[EI_CLASS], ELFCLASS64);
	KUNIT_EXPECT_EQ(test, hdr->e_type, ET_CORE);
	KUNIT_EXPECT_EQ(test, hdr->e_machine, EM_AARCH64);
	KUNIT_EXPECT_EQ(test, hdr->e_phoff, sizeof(*hdr));
	KUNIT_EXPECT_EQ(test, hdr->e_phentsize, sizeof(*ph));
	KUNIT_ASSERT_EQ(test, hdr->e_phnum, 1 + ARRAY_SIZE(parts));

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		KUNIT_EXPECT_EQ(test, ph[1 + i].p_type, PT_LOAD);
		KUNIT_EXPECT_EQ(test, ph[1 + i].p_vaddr, parts[i].da);
		KUNIT_EXPECT_EQ(test, ph[1 + i].p_filesz, parts[i].len);
		expect_part(test, &core, buf, ph[1 + i].p_offset, i);
	}
}

static void expect_note(struct kunit *test, const void *note, u32 descsz)
{
	const struct elf64_note *hdr = note;

	KUNIT_EXPECT_EQ(test, hdr->n_type, NT_PRSTATUS);
	KUNIT_EXPECT_EQ(test, hdr->n_namesz, sizeof("CORE"));
	KUNIT_EXPECT_EQ(test, hdr->n_descsz, descsz);
	KUNIT_EXPECT_STREQ(test, (const char *)(hdr + 1), "CORE");
}

static void arm_registers_are_in_a_note(struct kunit *test)
{
	struct ampkit_crash crash;
	struct elf_core core = a_core(ELFCLASS32, EM_ARM, &crash);
	const struct elf32_phdr *ph;
	const void *buf;
	const u32 *regs;
	unsigned int i;

	fill_crash(&crash, AMPKIT_CRASH_ARM);
	buf = write_core(test, &core);
	ph = buf + sizeof(struct elf32_hdr);

	KUNIT_EXPECT_EQ(test, ph->p_type, PT_NOTE);
	KUNIT_ASSERT_EQ(test, ph->p_filesz, NOTE_DESC + ARM_PRSTATUS_SIZE);
	KUNIT_ASSERT_LE(test, ph->p_offset + ph->p_filesz, ph[1].p_offset);
	expect_note(test, buf + ph->p_offset, ARM_PRSTATUS_SIZE);
	regs = buf + ph->p_offset + NOTE_DESC + ARM_PRSTATUS_REGS;
	for (i = 0; i <= 12; i++)
		KUNIT_EXPECT_EQ(test, regs[i], 0xab000000 + i);
	KUNIT_EXPECT_EQ(test, regs[13], 0x24000);
	KUNIT_EXPECT_EQ_MSG(test, regs[14], 0xab000000 + 13, "lr");
	KUNIT_EXPECT_EQ(test, regs[15], 0x2100);
	KUNIT_EXPECT_EQ(test, regs[16], 0x600001df);
}

static void aarch64_registers_are_in_a_note(struct kunit *test)
{
	struct ampkit_crash crash;
	struct elf_core core = a_core(ELFCLASS64, EM_AARCH64, &crash);
	const struct elf64_phdr *ph;
	const void *buf;
	u64 regs[34];
	unsigned int i;

	fill_crash(&crash, AMPKIT_CRASH_AARCH64);
	buf = write_core(test, &core);
	ph = buf + sizeof(struct elf64_hdr);

	KUNIT_EXPECT_EQ(test, ph->p_type, PT_NOTE);
	KUNIT_ASSERT_EQ(test, ph->p_filesz, NOTE_DESC + AARCH64_PRSTATUS_SIZE);
	KUNIT_ASSERT_LE(test, ph->p_offset + ph->p_filesz, ph[1].p_offset);
	expect_note(test, buf + ph->p_offset, AARCH64_PRSTATUS_SIZE);
	/* A note is aligned to four bytes only */
	memcpy(regs, buf + ph->p_offset + NOTE_DESC + AARCH64_PRSTATUS_REGS,
	       sizeof(regs));
	for (i = 0; i <= 30; i++)
		KUNIT_EXPECT_EQ(test, regs[i], 0xab000000 + i);
	KUNIT_EXPECT_EQ(test, regs[31], 0x24000);
	KUNIT_EXPECT_EQ(test, regs[32], 0x2100);
	KUNIT_EXPECT_EQ(test, regs[33], 0x600001df);
}

/* A remote may say what it likes: r0 to r12 of an A53 are no use to anyone. */
static void registers_of_another_processor_are_left_out(struct kunit *test)
{
	struct ampkit_crash crash;
	struct elf_core core32 = a_core(ELFCLASS32, EM_ARM, &crash);
	struct elf_core core64 = a_core(ELFCLASS64, EM_AARCH64, &crash);
	const struct elf32_phdr *ph32;
	const struct elf64_phdr *ph64;

	fill_crash(&crash, AMPKIT_CRASH_AARCH64);
	ph32 = write_core(test, &core32) + sizeof(struct elf32_hdr);
	KUNIT_EXPECT_EQ(test, ph32->p_filesz, 0);

	fill_crash(&crash, AMPKIT_CRASH_ARM);
	ph64 = write_core(test, &core64) + sizeof(struct elf64_hdr);
	KUNIT_EXPECT_EQ(test, ph64->p_filesz, 0);
}

static struct kunit_case elf_core_cases[] = {
	KUNIT_CASE(elf32_core_has_header_and_memory),
	KUNIT_CASE(elf64_core_has_header_and_memory),
	KUNIT_CASE(arm_registers_are_in_a_note),
	KUNIT_CASE(aarch64_registers_are_in_a_note),
	KUNIT_CASE(registers_of_another_processor_are_left_out),
	{}
};

static struct kunit_suite elf_core_suite = {
	.name = "elf_core",
	.test_cases = elf_core_cases,
};

kunit_test_suite(elf_core_suite);

MODULE_DESCRIPTION("Tests of the core files of remotes");
MODULE_LICENSE("GPL");
