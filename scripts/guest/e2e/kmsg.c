// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's log since a mark. A mark is an open /dev/kmsg that stands
 * behind the last line; reading through it yields the lines that came later.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "e2e.h"

/* Lines that no run may bring forth. */
static const char *const trouble[] = {
	"WARNING:", "BUG:", "Oops", "Call trace:", "Kernel panic",
	"Internal error", "rcu: INFO", "blocked for more than",
	"Unable to handle", "KASAN:", "UBSAN:", "possible recursive locking",
	"possible circular locking", "locking correctness validator",
	"trying to register non-static key", "new suspected memory leak",
	"memory leak detector disabled", "ODEBUG disabled", "refcount_t:",
	"list_add corruption", "list_del corruption",
};

/**
 * log_mark() - remember the end of the log
 *
 * Return: a file descriptor for log_next(), to be closed by the caller.
 */
int log_mark(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/**
 * log_next() - the next line behind a mark
 * @mark: from log_mark(); moved on by one line
 * @line: receives the line
 *
 * Return: false if there is none.
 */
bool log_next(int mark, struct log_line *line)
{
	char record[2048], *text, *end;
	ssize_t len;

	do {
		len = read(mark, record, sizeof(record) - 1);
	} while (len < 0 && errno == EPIPE);
	if (len <= 0)
		return false;
	record[len] = '\0';
	line->level = strtol(record, NULL, 10) & 7;
	text = strchr(record, ';');
	text = text ? text + 1 : record;
	end = strchr(text, '\n');
	if (end)
		*end = '\0';
	snprintf(line->text, sizeof(line->text), "%.255s", text);
	return true;
}

/**
 * log_trouble() - is this a line that means a fault of the kernel
 * @text: the line
 *
 * Return: what makes it one, or NULL.
 */
const char *log_trouble(const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(trouble); i++)
		if (strstr(text, trouble[i]))
			return trouble[i];
	return NULL;
}
