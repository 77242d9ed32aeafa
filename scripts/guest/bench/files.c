// SPDX-License-Identifier: GPL-2.0
/*
 * Files of sysfs and the like, time, and the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

/* How often a condition is looked at */
#define LOOK_NS	200000

/**
 * die() - say why, and end
 * @format: as of printf(); "%m" is the last call's error
 */
noreturn void die(const char *format, ...)
{
	va_list args;

	printf("bench: FAIL ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	exit(1);
}

/**
 * now_ns() - time
 *
 * Return: nanoseconds since some point in the past.
 */
uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/**
 * read_text() - read a small file
 * @path: the file
 * @text: receives it, ended by NUL
 * @size: size of @text
 *
 * Return: false if it can't be read.
 */
bool read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t len = -1;

	while (fd >= 0 && used < size - 1) {
		len = read(fd, text + used, size - 1 - used);
		if (len <= 0)
			break;
		used += len;
	}
	if (fd >= 0)
		close(fd);
	text[used] = '\0';
	return len >= 0;
}

/**
 * write_text() - write a small file, or die
 * @path: the file
 * @text: what
 */
void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("echo %s > %s: %m", text, path);
	close(fd);
}

/**
 * wait_for() - wait until a condition holds, or die
 * @condition: the condition
 * @context: its argument
 * @what: what did not come
 */
void wait_for(bool (*condition)(const void *context), const void *context,
	      const char *what)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };
	uint64_t end = now_ns() + PATIENCE_MS * 1000000ULL;

	while (!condition(context)) {
		if (now_ns() > end)
			die("%s did not come", what);
		nanosleep(&look, NULL);
	}
}
