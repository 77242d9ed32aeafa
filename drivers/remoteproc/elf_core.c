// SPDX-License-Identifier: GPL-2.0
/*
 * elf_core.c - writes the ELF core file of a remote
 *
 *	ELF header
 *	program headers: the notes, then each part of the memory
 *	notes: the registers, as a debugger knows them of Linux processes
 *	the memory, part by part
 *
 * A debugger takes the registers out of a note of type NT_PRSTATUS, in the
 * layout that the kernel has for a core of its own: struct elf_prstatus with
 * the user_pt_regs of AArch64. Only what a debugger reads of it is filled in.
 */

#include <linux/align.h>
#include <linux/elf.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "elf_core.h"

/**
 * struct core_prstatus - struct elf_prstatus of a 64-bit process on AArch64
 * @signo: why it ended
 * @pad0: zero
 * @cursig: the same once more
 * @pad1: zero
 * @sigpend: zero
 * @sighold: zero
 * @pid: number of the thread, not 0
 * @pids: zero
 * @times: zero
 * @regs: x0 to x30
 * @sp: stack pointer
 * @pc: program counter
 * @pstate: processor state
 * @fpvalid: zero: there are no floating point registers
 * @pad2: zero
 */
struct core_prstatus {
	u32 signo;
	u32 pad0[2];
	u16 cursig;
	u16 pad1;
	u64 sigpend;
	u64 sighold;
	u32 pid;
	u32 pids[3];
	u64 times[8];
	u64 regs[31];
	u64 sp;
	u64 pc;
	u64 pstate;
	u32 fpvalid;
	u32 pad2;
};

static_assert(offsetof(struct core_prstatus, regs) == 112);
static_assert(sizeof(struct core_prstatus) == 392);

/**
 * struct core_note - the one note there is
 * @hdr: its header
 * @name: "CORE", padded to four bytes
 * @prstatus: the registers
 */
struct core_note {
	struct elf64_note hdr;
	char name[8];
	struct core_prstatus prstatus;
} __packed;

#define CORE_SIGNAL	11	/* SIGSEGV, for want of one for all */

static size_t note_size(const struct elf_core *core)
{
	return core->crash && core->crash->arch == AMPKIT_CRASH_AARCH64 ?
	       sizeof(struct core_note) : 0;
}

/* Where the notes start in the file. */
static size_t note_offset(const struct elf_core *core)
{
	return sizeof(struct elf64_hdr) +
	       (1 + core->num_parts) * sizeof(struct elf64_phdr);
}

/* Where the memory starts in the file. */
static size_t data_offset(const struct elf_core *core)
{
	return ALIGN(note_offset(core) + note_size(core), 16);
}

/**
 * elf_core_size() - how large a core file gets
 * @core: what it is made of
 *
 * Return: its size in bytes.
 */
size_t elf_core_size(const struct elf_core *core)
{
	size_t size = data_offset(core);
	unsigned int i;

	for (i = 0; i < core->num_parts; i++)
		size += core->parts[i].len;

	return size;
}

static void write_header(const struct elf_core *core, void *buf)
{
	struct elf64_hdr hdr = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = core->machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(hdr),
		.e_ehsize = sizeof(hdr),
		.e_phentsize = sizeof(struct elf64_phdr),
		.e_phnum = 1 + core->num_parts,
	};

	memcpy(buf, &hdr, sizeof(hdr));
}

static void write_note(const struct elf_core *core, void *buf)
{
	const struct ampkit_crash *crash = core->crash;
	struct core_note note = {
		.hdr = {
			.n_namesz = sizeof("CORE"),
			.n_descsz = sizeof(note.prstatus),
			.n_type = NT_PRSTATUS,
		},
		.name = "CORE",
		.prstatus = {
			.signo = CORE_SIGNAL,
			.cursig = CORE_SIGNAL,
			.pid = 1,
			.sp = crash->sp,
			.pc = crash->pc,
			.pstate = crash->pstate,
		},
	};

	memcpy(note.prstatus.regs, crash->regs, sizeof(note.prstatus.regs));
	memcpy(buf, &note, sizeof(note));
}

/**
 * elf_core_write() - write a core file
 * @core: what it is made of
 * @buf: elf_core_size() bytes, zeroed
 */
void elf_core_write(const struct elf_core *core, void *buf)
{
	struct elf64_phdr ph = {
		.p_type = PT_NOTE,
		.p_offset = note_offset(core),
		.p_filesz = note_size(core),
	};
	void *to = buf + sizeof(struct elf64_hdr);
	size_t offset = data_offset(core);
	unsigned int i;

	write_header(core, buf);
	memcpy(to, &ph, sizeof(ph));
	if (note_size(core))
		write_note(core, buf + note_offset(core));

	for (i = 0; i < core->num_parts; i++) {
		const struct elf_core_part *part = &core->parts[i];

		ph = (struct elf64_phdr){
			.p_type = PT_LOAD,
			.p_flags = PF_R | PF_W | PF_X,
			.p_offset = offset,
			.p_vaddr = part->da,
			.p_paddr = part->da,
			.p_filesz = part->len,
			.p_memsz = part->len,
		};
		to += sizeof(ph);
		memcpy(to, &ph, sizeof(ph));
		memcpy(buf + offset, part->va, part->len);
		offset += part->len;
	}
}
