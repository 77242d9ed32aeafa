// SPDX-License-Identifier: GPL-2.0
/*
 * Physical memory: the carveouts through /dev/mem, and guards beside them.
 *
 * The device tree reserves GUARD_SIZE on both sides of a remote's carveouts for
 * nobody. What the harness writes there stays, unless something writes where
 * it must not.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "e2e.h"

#define PAGE		4096UL
#define GUARD_SIZE	0x10000UL
#define GUARD_WORDS	(GUARD_SIZE / sizeof(__u64))

/**
 * struct guard - reserved memory beside a carveout
 * @physical: its physical address
 * @words: its content
 */
struct guard {
	__u64 physical;
	__u64 *words;
};

/* Before and behind the carveouts of each remote. */
static struct guard guards[2 * REMOTES];

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
 * carveouts_hash() - hash of the carveouts of all remotes
 *
 * Return: the hash.
 */
__u64 carveouts_hash(void)
{
	__u64 hash = 0;
	unsigned int remote;

	for (remote = 0; remote < REMOTES; remote++)
		hash = mix64(hash) ^ phys_hash(CARVEOUT_BASE(remote),
					       CARVEOUT_SIZE);
	return hash;
}

static __u64 guard_word(__u64 physical, size_t i)
{
	return mix64(physical + i * sizeof(__u64));
}

static void take_guard(struct guard *guard, __u64 physical)
{
	size_t i;

	guard->physical = physical;
	guard->words = map(physical, GUARD_SIZE, PROT_READ | PROT_WRITE);
	for (i = 0; i < GUARD_WORDS; i++)
		__atomic_store_n(&guard->words[i], guard_word(physical, i),
				 __ATOMIC_RELAXED);
}

/**
 * guards_take() - fill the memory beside the carveouts
 *
 * Called in the harness: the tests, its children, share the mappings.
 */
void guards_take(void)
{
	unsigned int remote;

	if (guards[0].words)
		return;
	for (remote = 0; remote < REMOTES; remote++) {
		take_guard(&guards[2 * remote],
			   CARVEOUT_BASE(remote) - GUARD_SIZE);
		take_guard(&guards[2 * remote + 1],
			   CARVEOUT_BASE(remote) + CARVEOUT_SIZE);
	}
}

/**
 * guards_expect_unchanged() - expect that nobody wrote beside the carveouts
 */
void guards_expect_unchanged(void)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(guards); i++) {
		expect(guards[i].words, "no guards were taken");
		for (j = 0; j < GUARD_WORDS; j++)
			if (phys_word(&guards[i].words[j]) !=
			    guard_word(guards[i].physical, j))
				fail("memory at %#llx was written",
				     guards[i].physical + 8 * j);
	}
}
