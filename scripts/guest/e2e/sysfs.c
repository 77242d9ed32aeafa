// SPDX-License-Identifier: GPL-2.0
/*
 * Files, directories and modules, as a user meets them in /proc and /sys.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "e2e.h"

#define MODULE_FOLDER	"/lib/modules/ampkit/"

/* Behind that of the mailbox, in the order of insmod; rmmod goes the other way. */
static const char *const modules[] = {
	"rproc_relay", "amp_rproc", "rpmsg_char",
};

/* Loaded by some tests, which may have failed before they unloaded it */
#define MODULE_EXTRA	"rpmsg_ctrl"

/**
 * read_file() - read a small file into a string
 * @path: which file
 * @text: receives it, NUL-terminated, cut to what fits
 * @size: size of @text
 *
 * Return: its length, or -1 with errno set.
 */
ssize_t read_file(const char *path, char *text, size_t size)
{
	size_t used = 0;
	ssize_t len = 0;
	int fd;

	text[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (used < size - 1) {
		len = read(fd, text + used, size - 1 - used);
		if (len <= 0)
			break;
		used += len;
	}
	text[used] = '\0';
	close(fd);
	return len < 0 ? -1 : (ssize_t)used;
}

/**
 * write_file() - write a string to a file in one write, as echo does
 * @path: which file
 * @text: what to write
 *
 * Return: 0, or the negative errno of the open or the write.
 */
int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/**
 * exists() - is there something at a path
 * @path: the path
 *
 * Return: true if so.
 */
bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/**
 * count_lines() - number of lines in a file
 * @path: which file
 *
 * Return: the number, 0 if it can't be read.
 */
unsigned int count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int lines = 0;
	int c;

	if (!file)
		return 0;
	while ((c = getc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

/**
 * count_entries() - number of paths a pattern matches
 * @pattern: as of glob()
 *
 * Return: the number.
 */
unsigned int count_entries(const char *pattern)
{
	unsigned int count = 0;
	glob_t found;

	if (!glob(pattern, GLOB_NOSORT, NULL, &found))
		count = found.gl_pathc;
	globfree(&found);
	return count;
}

/**
 * module_loaded() - is a module there and past its init function
 * @name: the module's name
 *
 * Return: true if so.
 */
bool module_loaded(const char *name)
{
	char path[128], state[32];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return read_file(path, state, sizeof(state)) > 0 &&
	       !strcmp(state, "live\n");
}

/**
 * module_load() - insmod
 * @name: the module's name, a file of MODULE_FOLDER without its ".ko"
 *
 * Return: 0, or -1 with errno set.
 */
int module_load(const char *name)
{
	return module_load_with(name, "");
}

/**
 * module_load_with() - insmod with parameters
 * @name: the module's name, a file of MODULE_FOLDER without its ".ko"
 * @parameters: "name=value ..."
 *
 * Return: 0, or -1 with errno set.
 */
int module_load_with(const char *name, const char *parameters)
{
	char path[128];
	int fd, ret, err;

	snprintf(path, sizeof(path), MODULE_FOLDER "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = syscall(SYS_finit_module, fd, parameters, 0);
	err = errno;
	close(fd);
	errno = err;
	return ret;
}

/**
 * module_unload() - rmmod
 * @name: the module's name
 *
 * Return: 0, or -1 with errno set.
 */
int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK);
}

static void load_missing(const char *name)
{
	if (!module_loaded(name) && module_load(name))
		fail("insmod %s: %s", name, strerror(errno));
}

/**
 * modules_load() - load those modules that are missing, and no others
 *
 * Returns when all remotes are there.
 */
void modules_load(void)
{
	size_t i;

	if (module_loaded(MODULE_EXTRA) && module_unload(MODULE_EXTRA))
		fail("rmmod " MODULE_EXTRA ": %s", strerror(errno));
	load_missing(machine.bell_module);
	for (i = 0; i < ARRAY_SIZE(modules); i++)
		load_missing(modules[i]);
	expect_soon(remotes_are_there, NULL, WAIT_MS);
}

static void unload_present(const char *name)
{
	if (module_loaded(name) && module_unload(name))
		fail("rmmod %s: %s", name, strerror(errno));
}

/**
 * modules_unload() - unload all modules
 */
void modules_unload(void)
{
	size_t i;

	for (i = ARRAY_SIZE(modules); i-- > 0;)
		unload_present(modules[i]);
	unload_present(machine.bell_module);
}
