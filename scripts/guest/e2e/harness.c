// SPDX-License-Identifier: GPL-2.0
/*
 * The runner of the end-to-end tests: one child process for each test, so that
 * a test that fails, crashes or hangs takes nothing along: its open files and
 * threads go with it. A test passes if its process ended well in time and the
 * kernel log of that time shows no trouble.
 */
#define _GNU_SOURCE
#include <fnmatch.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "e2e.h"

#define TEST_TIMEOUT_S	60
#define LOG_LINES_SHOWN	60
#define SLOW_US		2000000

/* How a test's process ends. */
#define EXIT_PASSED	0
#define EXIT_FAILED	1
#define EXIT_SKIPPED	2

/**
 * struct shared - what a test's process tells the runner; in shared memory
 * @reason: why the test was skipped
 * @signs: signs of life so far
 */
struct shared {
	char reason[200];
	atomic_uint signs;
};

static struct shared *shared;

/*
 * One line to the console in one write. The drain keeps a kernel message from
 * landing in the middle of it.
 */
static void say(const char *prefix, const char *format, va_list args)
{
	char line[600];
	size_t used = strlen(prefix);
	int len;

	memcpy(line, prefix, used);
	len = vsnprintf(line + used, sizeof(line) - used - 1, format, args);
	if (len < 0)
		return;
	used += len;
	if (used > sizeof(line) - 2)
		used = sizeof(line) - 2;
	line[used++] = '\n';
	if (write(STDOUT_FILENO, line, used) < 0)
		abort();
	tcdrain(STDOUT_FILENO);
}

static void __printf(1, 2) result(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

/**
 * note() - write a comment line of the report
 * @format: as of printf, without a line end
 */
void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("# ", format, args);
	va_end(args);
}

/**
 * fail_at() - end the test as failed; any thread of it may call this
 * @file: where the expectation stands
 * @line: where the expectation stands
 * @format: as of printf: what was expected and what was found
 */
void fail_at(const char *file, int line, const char *format, ...)
{
	const char *base = strrchr(file, '/');
	char prefix[80];
	va_list args;

	snprintf(prefix, sizeof(prefix), "# %s:%d: ", base ? base + 1 : file,
		 line);
	va_start(args, format);
	say(prefix, format, args);
	va_end(args);
	_exit(EXIT_FAILED);
}

/**
 * skip() - end the test as one that can't be run here
 * @format: as of printf: why not
 */
void skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(shared->reason, sizeof(shared->reason), format, args);
	va_end(args);
	_exit(EXIT_SKIPPED);
}

/**
 * sign_of_life() - tell the runner that a long test goes on well
 */
void sign_of_life(void)
{
	atomic_fetch_add(&shared->signs, 1);
}

/**
 * param() - look up "ampkit.<key>=<value>" on the kernel command line
 * @key: the key
 * @otherwise: what to return if it is not there
 *
 * Return: the value, in memory that stays.
 */
const char *param(const char *key, const char *otherwise)
{
	char line[4096], *word, *rest = line;
	size_t len = strlen(key);

	if (read_file("/proc/cmdline", line, sizeof(line)) < 0)
		return otherwise;
	while ((word = strtok_r(rest, "\n ", &rest))) {
		if (strncmp(word, "ampkit.", 7))
			continue;
		word += 7;
		if (!strncmp(word, key, len) && word[len] == '=')
			return strdup(word + len + 1);
	}
	return otherwise;
}

/**
 * param_number() - param() for a number
 * @key: the key
 * @otherwise: what to return if it is not there
 *
 * Return: the number.
 */
unsigned int param_number(const char *key, unsigned int otherwise)
{
	const char *value = param(key, NULL);

	return value ? strtoul(value, NULL, 0) : otherwise;
}

/**
 * now_us() - the monotonic clock
 *
 * Return: microseconds since boot.
 */
__u64 now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

/**
 * pause_us() - let others run between two looks at a condition
 * @us: microseconds
 */
void pause_us(unsigned int us)
{
	struct timespec pause = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&pause, NULL);
}

/**
 * patience() - how much slower than usual this host or kernel is
 *
 * Return: the factor that all bounds are to be multiplied by, 1 usually.
 */
unsigned int patience(void)
{
	static unsigned int factor;

	if (!factor)
		factor = param_number("patience", 1);
	return factor ? factor : 1;
}

/**
 * scaled() - how often to do something that a slow kernel takes long for
 * @count: how often the usual kernel does it
 *
 * Return: @count, or less by the factor of ampkit.patience; 1 at least.
 */
unsigned int scaled(unsigned int count)
{
	return count / patience() ?: 1;
}

/**
 * wait_until() - wait for a condition that nothing announces
 * @condition: returns true when it holds
 * @context: its argument
 * @ms: bound in milliseconds, before it is multiplied by ampkit.patience
 *
 * Return: whether it holds; looked at once more after the bound.
 */
bool wait_until(bool (*condition)(void *context), void *context,
		unsigned int ms)
{
	__u64 deadline = now_us() + 1000ULL * ms * patience();

	while (!condition(context)) {
		if (now_us() > deadline)
			return condition(context);
		pause_us(1000);
	}
	return true;
}

/* The child: everything in place, the test, everything stopped again. */
static void run_child(const struct test *test)
{
	setpgid(0, 0);
	if (!test->as_found) {
		modules_load();
		remotes_reset();
	}
	if (test->run)
		test->run();
	else
		test->run_with(test->arg);
	if (!test->as_found)
		remotes_reset();
	_exit(EXIT_PASSED);
}

/**
 * struct child - the process of a test
 * @pid: its number
 * @status: as of waitpid(), once it ended
 * @log: mark in the kernel log
 * @trouble: the kernel log shows trouble since then
 */
struct child {
	pid_t pid;
	int status;
	int log;
	bool trouble;
};

/* Looks at the log meanwhile: a long test may bring more than it can hold. */
static void watch_log(struct child *child)
{
	struct log_line line;

	while (log_next(child->log, &line)) {
		if (log_trouble(line.text)) {
			note("kernel trouble: %s", line.text);
			child->trouble = true;
		}
	}
}

static bool child_ended(void *context)
{
	struct child *child = context;

	watch_log(child);
	return waitpid(child->pid, &child->status, WNOHANG) == child->pid;
}

/*
 * Waits for the child's end; returns false if it shows no sign of life. What it
 * shows is passed on: who runs the guest waits for something as well.
 */
static bool wait_for_child(struct child *child, unsigned int limit_s)
{
	unsigned int seen = atomic_load(&shared->signs), now;

	while (!wait_until(child_ended, child, limit_s * 1000)) {
		now = atomic_load(&shared->signs);
		if (now == seen) {
			note("no end after %u s", limit_s);
			return false;
		}
		note("%u signs of life in %u s", now - seen, limit_s);
		seen = now;
	}
	return true;
}

/* Ends what the child left behind, and the child itself if it still runs. */
static void kill_child(struct child *child, bool ended)
{
	kill(-child->pid, SIGKILL);
	if (ended)
		return;
	kill(child->pid, SIGKILL);
	if (!wait_until(child_ended, child, WAIT_MS))
		note("its process can't be killed");
}

/* Runs a test in its child; returns one of the EXIT_ values. */
static int run_in_child(const struct test *test, int log)
{
	struct child child = { .log = log };
	bool ended;

	child.pid = fork();
	if (!child.pid)
		run_child(test);
	if (child.pid < 0)
		return EXIT_FAILED;
	ended = wait_for_child(&child, test->timeout_s ?: TEST_TIMEOUT_S);
	kill_child(&child, ended);
	watch_log(&child);
	if (ended && WIFSIGNALED(child.status))
		note("its process died: %s", strsignal(WTERMSIG(child.status)));
	if (!ended || WIFSIGNALED(child.status) || child.trouble)
		return EXIT_FAILED;
	return WEXITSTATUS(child.status);
}

/* Repeats what the kernel said during a test that failed. */
static void show_log(int mark)
{
	static struct log_line lines[LOG_LINES_SHOWN];
	size_t count = 0, i;

	while (log_next(mark, &lines[count % LOG_LINES_SHOWN]))
		count++;
	i = count > LOG_LINES_SHOWN ? count - LOG_LINES_SHOWN : 0;
	for (; i < count; i++)
		note("log: <%d> %s", lines[i % LOG_LINES_SHOWN].level,
		     lines[i % LOG_LINES_SHOWN].text);
}

/* What the firmware of a test that failed has to say. */
static void show_traces(void)
{
	char path[128], trace[8192], *line, *rest;
	unsigned int remote;

	for (remote = 0; remote < REMOTES; remote++) {
		snprintf(path, sizeof(path), DEBUGFS_RPROC "%u/trace0", remote);
		if (read_file(path, trace, sizeof(trace)) < 0)
			continue;
		rest = trace;
		while ((line = strtok_r(rest, "\n", &rest)))
			note("log: trace %u: %s", remote, line);
	}
}

/* Runs and reports one test; returns whether it failed. */
static bool run_test(const struct test *test, unsigned int number)
{
	int mark = log_mark(), again = log_mark(), outcome;
	__u64 began = now_us();

	note("running %s", test->name);
	shared->reason[0] = '\0';
	outcome = run_in_child(test, mark);
	switch (outcome) {
	case EXIT_PASSED:
		if (now_us() - began > SLOW_US)
			note("took %llu ms", (now_us() - began) / 1000);
		result("ok %u - %s", number, test->name);
		break;
	case EXIT_SKIPPED:
		result("ok %u - %s # SKIP %s", number, test->name,
		       shared->reason);
		break;
	default:
		show_log(again);
		show_traces();
		result("not ok %u - %s", number, test->name);
	}
	close(mark);
	close(again);
	return outcome != EXIT_PASSED && outcome != EXIT_SKIPPED;
}

static unsigned int count_picked(const struct suite *suite, const char *glob)
{
	unsigned int picked = 0;
	size_t i;

	for (i = 0; i < suite->count; i++)
		picked += !fnmatch(glob, suite->tests[i].name, FNM_EXTMATCH);
	return picked;
}

/**
 * run_suites() - run what the pattern picks and report it
 * @suites: the suites in their order
 * @count: number of suites
 * @glob: pattern of test names, as of fnmatch()
 *
 * Return: how many tests failed.
 */
int run_suites(const struct suite *const *suites, size_t count,
	       const char *glob)
{
	unsigned int total = 0, number = 0, failed = 0;
	size_t i, j;

	/* Tests run in background process groups and write all the same. */
	signal(SIGTTOU, SIG_IGN);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < count; i++)
		total += count_picked(suites[i], glob);
	result("1..%u", total);
	for (i = 0; i < count; i++) {
		if (suites[i]->prepare && count_picked(suites[i], glob))
			suites[i]->prepare();
		for (j = 0; j < suites[i]->count; j++)
			if (!fnmatch(glob, suites[i]->tests[j].name,
				     FNM_EXTMATCH))
				failed += run_test(&suites[i]->tests[j],
						   ++number);
	}
	note("%u of %u failed", failed, total);
	return failed;
}
