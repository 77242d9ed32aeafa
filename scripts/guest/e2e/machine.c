// SPDX-License-Identifier: GPL-2.0
/*
 * The machine that the guest runs on: where its remotes have their memory, how
 * they are rung and reset, and what they are called. Nearly all of it is in the
 * device tree, where the drivers have it from as well; the rest stands in the
 * table below.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "e2e.h"

#define TREE		"/sys/firmware/devicetree/base"
#define PLATFORM	"/sys/bus/platform/devices/"

struct machine machine;

/**
 * struct soc - what the device tree does not tell
 * @name: of the machine, as make calls it
 * @compatible: the parent of the remote cores
 * @reset: register with a reset bit for each of them, by number
 * @elf32: their images are ELF32, and no others
 * @first_vcpu: QEMU's number of the core that counts as 0
 */
struct soc {
	const char *name;
	const char *compatible;
	__u64 reset;
	bool elf32;
	unsigned int first_vcpu;
};

static const struct soc socs[] = {
	{ "zcu102", "xlnx,zynqmp-apu-remoteproc", 0xfd1a0104, false, 0 },
	{ "versal", "xlnx,versal-rpu-remoteproc", 0xff5e0300, true, 2 },
};

/* The modules of the mailboxes; the drivers in them have the same names. */
static const char *const bells[][2] = {
	{ "ampkit,irq-doorbell", "irq_doorbell" },
	{ "ampkit,pl011-doorbell", "pl011_doorbell" },
};

/* Reads a property; its size is at most that of the buffer, less a NUL. */
static size_t read_property(const char *node, const char *name, void *value,
			    size_t size)
{
	char path[PATH_MAX];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", node, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	len = read(fd, value, size - 1);
	close(fd);
	expect(len >= 0 && len < (ssize_t)size - 1, "%s is too long", path);
	((char *)value)[len] = '\0';
	return len;
}

static __u32 read_word(const char *node, const char *name)
{
	__u32 words[16] = {};

	read_property(node, name, words, sizeof(words));
	return be32toh(words[0]);
}

/* Paths that a pattern matches, sorted: the nth of them, or false. */
static bool find_nth(const char *pattern, unsigned int nth, char *path,
		     size_t size)
{
	glob_t found;
	bool there = false;

	if (!glob(pattern, 0, NULL, &found) && nth < found.gl_pathc) {
		snprintf(path, size, "%s", found.gl_pathv[nth]);
		there = true;
	}
	globfree(&found);
	return there;
}

/* The node of a pattern with a phandle. */
static void find_phandle(const char *pattern, __u32 phandle, char *node,
			 size_t size)
{
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; find_nth(pattern, i, path, sizeof(path)); i++) {
		*strrchr(path, '/') = '\0';
		if (read_word(path, "phandle") != phandle)
			continue;
		snprintf(node, size, "%s", path);
		return;
	}
	fail("no node of %s has phandle %u", pattern, phandle);
}

/* Addresses and sizes have two cells each. */
static struct range read_range(const char *node)
{
	__u64 reg[4] = {};

	read_property(node, "reg", reg, sizeof(reg));
	return (struct range){ be64toh(reg[0]), be64toh(reg[1]) };
}

static bool has_property(const char *node, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", node, name);
	return !access(path, F_OK);
}

/* Each by its entry of memory-region-names, or else by its node */
static void read_regions(struct machine_remote *remote)
{
	bool named = has_property(remote->node, "memory-region-names");
	char names[512], node[PATH_MAX], *name = names;
	__u32 phandles[MACHINE_REGIONS + 1];
	size_t count, i;

	count = read_property(remote->node, "memory-region", phandles,
			      sizeof(phandles)) / sizeof(*phandles);
	if (named)
		read_property(remote->node, "memory-region-names", names,
			      sizeof(names));
	for (i = 0; i < count; i++) {
		struct region *region = &remote->regions[i];

		find_phandle(TREE "/reserved-memory/*/phandle",
			     be32toh(phandles[i]), node, sizeof(node));
		region->range = read_range(node);
		if (!named)
			name = strrchr(node, '/') + 1;
		snprintf(region->name, sizeof(region->name), "%.*s",
			 (int)strcspn(name, "@"), name);
		name += strlen(name) + 1;
	}
	remote->num_regions = count;
}

/* The platform device that was made of a node. */
static void find_device(const char *node, char *device, size_t size)
{
	char path[PATH_MAX], of_node[PATH_MAX], wanted[PATH_MAX];
	unsigned int i;

	expect(realpath(node, wanted), "%s", node);
	for (i = 0; find_nth(PLATFORM "*/of_node", i, path, sizeof(path));
	     i++) {
		if (!realpath(path, of_node) || strcmp(of_node, wanted))
			continue;
		*strrchr(path, '/') = '\0';
		snprintf(device, size, "%s", strrchr(path, '/') + 1);
		return;
	}
	fail("no device of %s", node);
}

static void read_bell(struct machine_remote *remote)
{
	char node[PATH_MAX], compatible[128], names[64];
	__u32 phandle = read_word(remote->node, "mboxes");
	size_t i;

	/* At the top, or beside the remote cores' parent */
	if (count_entries(TREE "/soc/mailbox@*"))
		find_phandle(TREE "/soc/mailbox@*/phandle", phandle, node,
			     sizeof(node));
	else
		find_phandle(TREE "/doorbell*/phandle", phandle, node,
			     sizeof(node));
	find_device(node, remote->bell, sizeof(remote->bell));
	read_property(remote->node, "mbox-names", names, sizeof(names));
	remote->is_rung = !strcmp(names, "tx");

	read_property(node, "compatible", compatible, sizeof(compatible));
	for (i = 0; i < ARRAY_SIZE(bells); i++)
		if (!strcmp(bells[i][0], compatible))
			machine.bell_module = bells[i][1];
	expect(machine.bell_module, "no module for %s", compatible);
}

static void read_remote(struct machine_remote *remote, unsigned int index)
{
	if (!find_nth(TREE "/soc/remoteproc@*/core@*", index, remote->node,
		      sizeof(remote->node)))
		fail("there is no remote core %u", index);
	remote->core = read_word(remote->node, "reg");
	read_property(remote->node, "firmware-name", remote->firmware,
		      sizeof(remote->firmware));
	read_regions(remote);
	read_bell(remote);
}

static void find_soc(void)
{
	char parent[PATH_MAX], compatible[128];
	size_t i;

	snprintf(parent, sizeof(parent), "%s/..", machine.remotes[0].node);
	read_property(parent, "compatible", compatible, sizeof(compatible));
	for (i = 0; i < ARRAY_SIZE(socs); i++) {
		if (strcmp(socs[i].compatible, compatible))
			continue;
		machine.name = socs[i].name;
		machine.reset = socs[i].reset;
		machine.elf32 = socs[i].elf32;
		machine.first_vcpu = socs[i].first_vcpu;
		return;
	}
	fail("unknown remote cores: %s", compatible);
}

static void read_guards(void)
{
	char node[PATH_MAX];

	while (find_nth(TREE "/reserved-memory/guard@*", machine.num_guards,
			node, sizeof(node))) {
		expect(machine.num_guards < MACHINE_GUARDS, "%s", node);
		machine.guards[machine.num_guards++] = read_range(node);
	}
}

/**
 * machine_init() - find out what the machine is like
 *
 * Before all tests; whoever fails here has no machine to test.
 */
void machine_init(void)
{
	unsigned int i;

	for (i = 0; i < REMOTES; i++)
		read_remote(&machine.remotes[i], i);
	machine.shared_bell = !strcmp(machine.remotes[0].bell,
				      machine.remotes[1].bell);
	find_soc();
	read_guards();
}

/**
 * core_of() - the number that the machine has for a remote's core
 * @remote: index of the remote
 *
 * Return: the number.
 */
unsigned int core_of(unsigned int remote)
{
	return machine.remotes[remote].core;
}

/**
 * image_of() - an image that is for a remote's core
 * @remote: index of the remote
 * @app: its application, or what scripts/bad_images.py calls it
 *
 * Return: its name below /lib/firmware, in memory that stays.
 */
const char *image_of(unsigned int remote, const char *app)
{
	char *name;

	if (asprintf(&name, "ampkit/%s-core%u.elf", app, core_of(remote)) < 0)
		fail("no memory");
	return name;
}

/**
 * tree_path() - the node of a remote's core
 * @remote: index of the remote
 *
 * Return: its path in the device tree.
 */
const char *tree_path(unsigned int remote)
{
	return machine.remotes[remote].node + strlen(TREE);
}

/**
 * region_of() - a carveout of a remote
 * @remote: index of the remote
 * @name: its name in the device tree
 *
 * Return: where it is.
 */
struct range region_of(unsigned int remote, const char *name)
{
	const struct machine_remote *of = &machine.remotes[remote];
	size_t i;

	for (i = 0; i < of->num_regions; i++)
		if (!strcmp(of->regions[i].name, name))
			return of->regions[i].range;
	fail("remote %u has no %s", remote, name);
}

/**
 * bell_driver() - the driver of the machine's mailboxes, in sysfs
 * @file: of that folder: bind or unbind
 *
 * Return: its path, in memory that stays.
 */
const char *bell_driver(const char *file)
{
	char *path;

	if (asprintf(&path, "/sys/bus/platform/drivers/%s/%s",
		     machine.bell_module, file) < 0)
		fail("no memory");
	return path;
}

/**
 * bell_file() - a file of a remote's mailbox, in sysfs
 * @remote: index of the remote
 * @file: its path from the mailbox' device
 *
 * Return: its path, in memory that stays.
 */
const char *bell_file(unsigned int remote, const char *file)
{
	char *path;

	if (asprintf(&path, PLATFORM "%s/%s", machine.remotes[remote].bell,
		     file) < 0)
		fail("no memory");
	return path;
}
