// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that block: each runs in a thread of its own, and the test knows that
 * it blocks because the kernel says that the thread sleeps.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "e2e.h"

/**
 * stay_on() - let the calling thread run on one processor only
 * @cpu: which one
 */
void stay_on(unsigned int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	expect_ok(sched_setaffinity(0, sizeof(cpus), &cpus));
}

static void make_call(struct call *call)
{
	struct pollfd poll_fd = { .fd = call->fd, .events = call->events };

	switch (call->kind) {
	case CALL_READ:
		call->result = read(call->fd, call->data, sizeof(call->data));
		break;
	case CALL_WRITE:
		call->result = write(call->fd, call->data, 16);
		break;
	case CALL_POLL:
		call->result = poll(&poll_fd, 1, -1);
		break;
	}
	call->error = errno;
	call->revents = poll_fd.revents;
}

static void *call_thread(void *context)
{
	struct call *call = context;

	atomic_store(&call->tid, syscall(SYS_gettid));
	make_call(call);
	call->ended_us = now_us();
	atomic_store(&call->done, true);
	return NULL;
}

/**
 * call_start() - make a call in a thread
 * @call: receives its outcome; lives until call_ends(). For a poll, its events
 *	are already there.
 * @kind: which call
 * @fd: on what
 */
void call_start(struct call *call, enum call_kind kind, int fd)
{
	int err;

	call->kind = kind;
	call->fd = fd;
	atomic_store(&call->tid, 0);
	atomic_store(&call->done, false);
	err = pthread_create(&call->thread, NULL, call_thread, call);
	if (err)
		fail("pthread_create: %s", strerror(err));
}

/* It may have said that it will sleep, and be on its way there still. */
static bool is_off_its_processor(pid_t tid)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	return read_file(path, text, sizeof(text)) > 0 &&
	       strncmp(text, "running", strlen("running"));
}

/*
 * The third field of stat, behind the name in parentheses: S is asleep, D is
 * asleep so that only a fatal signal wakes it.
 */
static bool thread_sleeps(void *context)
{
	const pid_t *tid = context;
	char path[64], stat[512], *name_end;

	snprintf(path, sizeof(path), "/proc/%d/stat", *tid);
	if (read_file(path, stat, sizeof(stat)) < 0)
		return false;
	name_end = strrchr(stat, ')');
	return name_end && is_off_its_processor(*tid) &&
	       (!strncmp(name_end, ") S", 3) || !strncmp(name_end, ") D", 3));
}

/**
 * task_sleeps() - wait until a process or thread is asleep
 * @tid: which one
 */
void task_sleeps(pid_t tid)
{
	expect_soon(thread_sleeps, &tid, WAIT_MS);
}

static bool call_is_made(void *context)
{
	struct call *call = context;

	return atomic_load(&call->tid) != 0;
}

/**
 * call_blocks() - wait until a call is asleep in the kernel
 * @call: a started call
 */
void call_blocks(struct call *call)
{
	expect_soon(call_is_made, call, WAIT_MS);
	task_sleeps(atomic_load(&call->tid));
	expect(!atomic_load(&call->done), "the call returned %zd, errno %d",
	       call->result, call->error);
}

static bool call_is_done(void *context)
{
	struct call *call = context;

	return atomic_load(&call->done);
}

/**
 * call_ends() - wait until a call has returned
 * @call: a started call
 * @ms: bound in milliseconds
 */
void call_ends(struct call *call, unsigned int ms)
{
	expect_soon(call_is_done, call, ms);
	pthread_join(call->thread, NULL);
}
