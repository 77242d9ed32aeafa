// SPDX-License-Identifier: GPL-2.0
/*
 * Physical memory: the carveouts through /dev/mem, and guards beside them.
 *
 * The device tree reserves memory beside a remote's carveouts for nobody. What the
 * harness writes there stays, unless something writes where it must not.
 */
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "e2e.h"

#define PAGE		4096UL
/**
 * struct guard - reserved memory beside a carveout
 * @physical: its physical address
 * @words: its content
 * @count: their number
 */
struct guard {
	__u64 physical;
	__u64 *words;
	size_t count;
};

static struct guard guards[MACHINE_GUARDS];

static void *map(__u64 address, size_t size, int prot)
{
	int fd = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
	void *mapped;

	if (fd < 0)
		fail("/dev/mem: %s (the kernel needs CONFIG_DEVMEM)",
		     strerror(errno));
	mapped = mmap(NULL, size, prot, MAP_SHARED, fd, address);
	if (mapped == MAP_FAILED)
		fail("mmap of %#llx: %s", address, strerror(errno));
	close(fd);
	return mapped;
}

/**
 * phys_map() - map physical memory for reading
 * @address: page-aligned physical address
 * @size: bytes
 *
 * Return: the mapping, to be read with phys_word().
 */
const __u64 *phys_map(__u64 address, size_t size)
{
	return map(address, size, PROT_READ);
}

/**
 * phys_word() - read a word of a mapping of phys_map()
 * @word: where it stands there
 *
 * The mapping may be a device's, where only whole aligned words can be read.
 *
 * Return: the word.
 */
__u64 phys_word(const __u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

/**
 * phys_hash() - hash of physical memory
 * @address: page-aligned physical address
 * @size: bytes
 *
 * Return: the hash.
 */
__u64 phys_hash(__u64 address, size_t size)
{
	const __u64 *words = phys_map(address, size);
	__u64 hash = size;
	size_t i;

	for (i = 0; i < size / sizeof(*words); i++)
		hash = (hash ^ phys_word(&words[i])) * 0x100000001b3ULL + (hash >> 47);
	munmap((void *)words, size);
	return hash;
}

/**
 * phys_read32() - read a register
 * @address: its physical address
 *
 * Return: its value.
 */
__u32 phys_read32(__u64 address)
{
	const __u32 *page = (const __u32 *)phys_map(address & -PAGE, PAGE);
	__u32 value = __atomic_load_n(&page[address % PAGE / sizeof(*page)],
				      __ATOMIC_RELAXED);

	munmap((void *)page, PAGE);
	return value;
}

/**
 * phys_write32() - change a word of memory
 * @address: its physical address
 * @value: its new value
 *
 * Return: what it was.
 */
__u32 phys_write32(__u64 address, __u32 value)
{
	__u32 *page = map(address & -PAGE, PAGE, PROT_READ | PROT_WRITE);
	__u32 before = __atomic_exchange_n(&page[address % PAGE / sizeof(*page)],
					   value, __ATOMIC_SEQ_CST);

	munmap(page, PAGE);
	return before;
}

/**
 * carveouts_of_hash() - hash of carveouts of a remote
 * @remote: index of the remote
 * @pattern: of their names
 *
 * Return: the hash.
 */
__u64 carveouts_of_hash(unsigned int remote, const char *pattern)
{
	const struct machine_remote *of = &machine.remotes[remote];
	__u64 hash = 0;
	size_t i;

	for (i = 0; i < of->num_regions; i++)
		if (!fnmatch(pattern, of->regions[i].name, 0))
			hash = mix64(hash) ^ phys_hash(of->regions[i].range.base,
						       of->regions[i].range.size);
	expect(hash, "remote %u has no %s", remote, pattern);
	return hash;
}

/**
 * carveouts_hash() - hash of the carveouts of all remotes
 *
 * Return: the hash.
 */
__u64 carveouts_hash(void)
{
	__u64 hash = 0;
	unsigned int remote;

	for (remote = 0; remote < REMOTES; remote++)
		hash = mix64(hash) ^ carveouts_of_hash(remote, "*");
	return hash;
}

static __u64 guard_word(__u64 physical, size_t i)
{
	return mix64(physical + i * sizeof(__u64));
}

static void take_guard(struct guard *guard, const struct range *range)
{
	size_t i;

	guard->physical = range->base;
	guard->count = range->size / sizeof(*guard->words);
	guard->words = map(range->base, range->size, PROT_READ | PROT_WRITE);
	for (i = 0; i < guard->count; i++)
		__atomic_store_n(&guard->words[i], guard_word(range->base, i),
				 __ATOMIC_RELAXED);
}

/**
 * guards_take() - fill the memory beside the carveouts
 *
 * Called in the harness: the tests, its children, share the mappings.
 */
void guards_take(void)
{
	size_t i;

	if (guards[0].words)
		return;
	for (i = 0; i < machine.num_guards; i++)
		take_guard(&guards[i], &machine.guards[i]);
}

/**
 * guards_expect_unchanged() - expect that nobody wrote beside the carveouts
 */
void guards_expect_unchanged(void)
{
	size_t i, j;

	expect(guards[0].words, "no guards were taken");
	for (i = 0; i < machine.num_guards; i++) {
		for (j = 0; j < guards[i].count; j++)
			if (phys_word(&guards[i].words[j]) !=
			    guard_word(guards[i].physical, j))
				fail("memory at %#llx was written",
				     guards[i].physical + 8 * j);
	}
}
