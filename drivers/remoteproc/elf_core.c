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
 * the user_pt_regs of AArch64, or with the pt_regs of Arm. Only what a debugger
 * reads of it is filled in.
 */

#include <linux/align.h>
#include <linux/elf.h>
#include <linux/kernel.h>
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
 * struct core_prstatus32 - struct elf_prstatus of a process on Arm
 * @signo: why it ended
 * @pad0: zero
 * @cursig: the same once more
 * @pad1: zero
 * @sigpend: zero
 * @sighold: zero
 * @pid: number of the thread, not 0
 * @pids: zero
 * @times: zero
 * @regs: r0 to r12
 * @sp: stack pointer, r13
 * @lr: link register, r14
 * @pc: program counter, r15
 * @cpsr: processor state
 * @orig_r0: zero: it was in no system call
 * @fpvalid: zero: there are no floating point registers
 */
struct core_prstatus32 {
	u32 signo;
	u32 pad0[2];
	u16 cursig;
	u16 pad1;
	u32 sigpend;
	u32 sighold;
	u32 pid;
	u32 pids[3];
	u32 times[8];
	u32 regs[13];
	u32 sp;
	u32 lr;
	u32 pc;
	u32 cpsr;
	u32 orig_r0;
	u32 fpvalid;
};

static_assert(offsetof(struct core_prstatus32, regs) == 72);
static_assert(sizeof(struct core_prstatus32) == 148);

/**
 * struct core_note - what comes before the registers in the one note there is
 * @hdr: its header, the same in both classes
 * @name: "CORE", padded to four bytes
 */
struct core_note {
	struct elf64_note hdr;
	char name[8];
};

static_assert(sizeof(struct core_note) == 20);

#define CORE_SIGNAL	11	/* SIGSEGV, for want of one for all */

static bool is_32bit(const struct elf_core *core)
{
	return core->class == ELFCLASS32;
}

/* Registers of another architecture than that of the file are none. */
static bool has_registers(const struct elf_core *core)
{
	return core->crash && core->crash->arch ==
	       (is_32bit(core) ? AMPKIT_CRASH_ARM : AMPKIT_CRASH_AARCH64);
}

static size_t prstatus_size(const struct elf_core *core)
{
	return is_32bit(core) ? sizeof(struct core_prstatus32) :
				sizeof(struct core_prstatus);
}

static size_t note_size(const struct elf_core *core)
{
	return has_registers(core) ?
	       sizeof(struct core_note) + prstatus_size(core) : 0;
}

static size_t header_size(const struct elf_core *core)
{
	return is_32bit(core) ? sizeof(struct elf32_hdr) :
				sizeof(struct elf64_hdr);
}

static size_t program_header_size(const struct elf_core *core)
{
	return is_32bit(core) ? sizeof(struct elf32_phdr) :
				sizeof(struct elf64_phdr);
}

/* Where the notes start in the file. */
static size_t note_offset(const struct elf_core *core)
{
	return header_size(core) +
	       (1 + core->num_parts) * program_header_size(core);
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

static void write_header64(const struct elf_core *core, void *buf)
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

static void write_header32(const struct elf_core *core, void *buf)
{
	struct elf32_hdr hdr = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = core->machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(hdr),
		.e_ehsize = sizeof(hdr),
		.e_phentsize = sizeof(struct elf32_phdr),
		.e_phnum = 1 + core->num_parts,
	};

	memcpy(buf, &hdr, sizeof(hdr));
}

static void write_prstatus64(const struct ampkit_crash *crash, void *buf)
{
	struct core_prstatus prstatus = {
		.signo = CORE_SIGNAL,
		.cursig = CORE_SIGNAL,
		.pid = 1,
		.sp = crash->sp,
		.pc = crash->pc,
		.pstate = crash->pstate,
	};

	memcpy(prstatus.regs, crash->regs, sizeof(prstatus.regs));
	memcpy(buf, &prstatus, sizeof(prstatus));
}

static void write_prstatus32(const struct ampkit_crash *crash, void *buf)
{
	struct core_prstatus32 prstatus = {
		.signo = CORE_SIGNAL,
		.cursig = CORE_SIGNAL,
		.pid = 1,
		.sp = crash->sp,
		.lr = crash->regs[ARRAY_SIZE(prstatus.regs)],
		.pc = crash->pc,
		.cpsr = crash->pstate,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(prstatus.regs); i++)
		prstatus.regs[i] = crash->regs[i];
	memcpy(buf, &prstatus, sizeof(prstatus));
}

static void write_note(const struct elf_core *core, void *buf)
{
	struct core_note note = {
		.hdr = {
			.n_namesz = sizeof("CORE"),
			.n_descsz = prstatus_size(core),
			.n_type = NT_PRSTATUS,
		},
		.name = "CORE",
	};

	memcpy(buf, &note, sizeof(note));
	if (is_32bit(core))
		write_prstatus32(core->crash, buf + sizeof(note));
	else
		write_prstatus64(core->crash, buf + sizeof(note));
}

/* The same fields in another order; what is too large for ELF32 is not given. */
static void write_program_header(const struct elf_core *core, unsigned int i,
				 const struct elf64_phdr *ph, void *buf)
{
	void *to = buf + header_size(core) + i * program_header_size(core);
	struct elf32_phdr ph32 = {
		.p_type = ph->p_type,
		.p_offset = ph->p_offset,
		.p_vaddr = ph->p_vaddr,
		.p_paddr = ph->p_paddr,
		.p_filesz = ph->p_filesz,
		.p_memsz = ph->p_memsz,
		.p_flags = ph->p_flags,
	};

	if (is_32bit(core))
		memcpy(to, &ph32, sizeof(ph32));
	else
		memcpy(to, ph, sizeof(*ph));
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
	size_t offset = data_offset(core);
	unsigned int i;

	if (is_32bit(core))
		write_header32(core, buf);
	else
		write_header64(core, buf);
	write_program_header(core, 0, &ph, buf);
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
		write_program_header(core, 1 + i, &ph, buf);
		memcpy(buf + offset, part->va, part->len);
		offset += part->len;
	}
}
