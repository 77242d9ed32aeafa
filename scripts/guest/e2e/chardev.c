// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/rpmsgN as programs use it: reads, writes, poll and what happens at the
 * edges. The other side is the echo firmware.
 */
#include <ampkit/echo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "e2e.h"

#define OPENS		4
#define MESSAGES	400

static short poll_now(int fd, short events)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	expect_ok(poll(&poll_fd, 1, 0));
	return poll_fd.revents;
}

static void wait_readable(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	expect(poll(&poll_fd, 1, WAIT_MS) == 1, "nothing to read");
	expect_eq(poll_fd.revents, POLLIN);
}

static void read_back(void)
{
	int fd = remote_start_and_open(0, 0);

	remote_echo(fd, "hello");
	remote_echo(fd, "and again");
}

/* Runs a shell command with its output in a pipe; returns its process. */
static pid_t spawn(const char *command, int output)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (pid)
		return pid;
	dup2(output, STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

static bool has_ended(void *context)
{
	pid_t *pid = context;

	return waitpid(*pid, NULL, WNOHANG) == *pid;
}

static void cat_and_echo(void)
{
	char node[64], cat[80], echo[80], text[16];
	pid_t reader, writer;
	int pipe_fds[2];

	remote_start(0);
	remote_wait_node(0, node, sizeof(node));
	expect_ok(pipe(pipe_fds));
	snprintf(cat, sizeof(cat), "exec cat %s", node);
	snprintf(echo, sizeof(echo), "echo hello > %s", node);
	reader = spawn(cat, pipe_fds[1]);
	writer = spawn(echo, pipe_fds[1]);
	expect_soon(has_ended, &writer, WAIT_MS);
	wait_readable(pipe_fds[0]);
	expect_eq(read(pipe_fds[0], text, sizeof(text)), 6);
	expect(!memcmp(text, "hello\n", 6), "cat wrote %.6s", text);
	remote_stop(0);
	expect_soon(has_ended, &reader, PROMPT_MS);
}

static void share_queue(void)
{
	struct stream stream;
	int fds[OPENS];
	unsigned int i;

	remote_start(0);
	for (i = 0; i < OPENS; i++)
		fds[i] = remote_open(0, O_NONBLOCK);
	stream_init(&stream, fds[0], 1, false);
	for (i = 0; i < MESSAGES; i++) {
		stream.fd = fds[i % OPENS];
		expect(stream_send(&stream), "message %u: ring full", i);
		stream.fd = fds[(i + 1) % OPENS];
		wait_readable(stream.fd);
		expect(stream_receive(&stream), "message %u: none there", i);
	}
}

static void outlive_first_open(void)
{
	int first = remote_start_and_open(0, 0);
	int second = remote_open(0, 0);

	remote_echo(first, "first");
	close(first);
	remote_echo(second, "second");
	close(second);
	remote_echo(remote_open(0, 0), "third");
}

/* What the readers of one node got: message n is the number n. */
struct crowd {
	int fd;
	atomic_uint got[MESSAGES];
	atomic_uint total;
};

static void *crowd_reader(void *context)
{
	struct crowd *crowd = context;
	__u32 number;
	ssize_t len;

	while ((len = read(crowd->fd, &number, sizeof(number))) >= 0) {
		expect(len == sizeof(number) && number < MESSAGES,
		       "read %zd bytes, number %u", len, number);
		atomic_fetch_add(&crowd->got[number], 1);
		atomic_fetch_add(&crowd->total, 1);
	}
	expect_eq(errno, EPIPE);
	return NULL;
}

static bool crowd_got_all(void *context)
{
	struct crowd *crowd = context;

	return atomic_load(&crowd->total) >= MESSAGES;
}

static void race_readers(void)
{
	static struct crowd crowd;
	pthread_t threads[OPENS];
	__u32 i;

	crowd.fd = remote_start_and_open(0, 0);
	for (i = 0; i < OPENS; i++)
		pthread_create(&threads[i], NULL, crowd_reader, &crowd);
	for (i = 0; i < MESSAGES; i++)
		expect_eq(write(crowd.fd, &i, sizeof(i)), sizeof(i));
	expect_soon(crowd_got_all, &crowd, WAIT_MS);
	remote_stop(0);
	for (i = 0; i < OPENS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < MESSAGES; i++)
		expect(crowd.got[i] == 1, "message %u came %u times", i,
		       crowd.got[i]);
}

static void read_empty_queue(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	char data[8];

	expect_errno(read(fd, data, sizeof(data)), EAGAIN);
	expect_errno(read(fd, data, sizeof(data)), EAGAIN);
}

static void write_without_reading(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	unsigned int i, sent = 0;
	char data[100] = "flood";
	ssize_t len;

	for (i = 0; i < 5000; i++) {
		len = write(fd, data, sizeof(data));
		if (len < 0)
			expect_eq(errno, EAGAIN);
		else
			expect_eq(len, sizeof(data));
		sent += len > 0;
	}
	note("%u of 5000 non-blocking writes found room", sent);
	close(fd);
	remote_stop(0);
	remote_check_echo(0);
}

/* POLLOUT means "try it": it comes back after a while, but not at once. */
static bool is_full(void *context)
{
	int *fd = context;

	expect_errno(write(*fd, "more", 4), EAGAIN);
	return !poll_now(*fd, POLLOUT);
}

static void write_full_ring(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);

	remote_hold(0, fd);
	note("%u messages fit a ring nobody reads", fill_ring(fd));
	expect_soon(is_full, &fd, WAIT_MS);
	remote_stop(0);
	remote_check_echo(0);
}

static void poll_readiness(void)
{
	int fd = remote_start_and_open(0, 0);
	char data[8];

	expect_eq(poll_now(fd, POLLIN | POLLOUT), POLLOUT);
	expect_eq(write(fd, "ready", 5), 5);
	wait_readable(fd);
	expect_eq(poll_now(fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	expect_eq(read(fd, data, sizeof(data)), 5);
	expect_eq(poll_now(fd, POLLIN | POLLOUT), POLLOUT);
}

static void wake_poller(void)
{
	int fd = remote_start_and_open(0, 0);
	static struct call call = { .events = POLLIN };

	call_start(&call, CALL_POLL, fd);
	call_blocks(&call);
	expect_eq(write(fd, "wake", 4), 4);
	call_ends(&call, WAIT_MS);
	expect_eq(call.result, 1);
	expect_eq(call.revents, POLLIN);
}

static void every_size(void)
{
	int fd = remote_start_and_open(0, 0);
	__u8 data[PAYLOAD_MAX], back[PAYLOAD_MAX + 16];
	size_t len, i;

	for (len = 1; len <= PAYLOAD_MAX; len++) {
		for (i = 0; i < len; i++)
			data[i] = 0x55 + len + 3 * i;
		memset(back, 0, sizeof(back));
		expect_eq(write(fd, data, len), len);
		wait_readable(fd);
		expect_eq(read(fd, back, sizeof(back)), len);
		expect(!memcmp(data, back, len), "%zu bytes", len);
		expect_eq(back[len], 0);
	}
}

static void too_long(void)
{
	int fd = remote_start_and_open(0, 0);
	static char data[1 << 20];

	expect_errno(write(fd, data, PAYLOAD_MAX + 1), EMSGSIZE);
	expect_errno(write(fd, data, 512), EMSGSIZE);
	expect_errno(write(fd, data, sizeof(data)), EMSGSIZE);
	remote_echo(fd, "right length");
}

/* The kernel cuts a write at 2 GiB less a page; that much address space. */
static void far_too_long(void)
{
	size_t size = 0x7ffff000;
	void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
			  MAP_NORESERVE, -1, 0);
	int fd = remote_start_and_open(0, 0);

	expect(data != MAP_FAILED, "mmap: %s", strerror(errno));
	expect_errno(write(fd, data, size), EMSGSIZE);
	remote_echo(fd, "right length");
}

static void zero_length(void)
{
	int fd = remote_start_and_open(0, 0);
	char data[8];

	expect_eq(write(fd, "", 0), 0);
	wait_readable(fd);
	expect_eq(read(fd, data, sizeof(data)), 0);
	remote_echo(fd, "something");
}

static void short_read(void)
{
	int fd = remote_start_and_open(0, 0);
	char data[16] = "";

	expect_eq(write(fd, "0123456789", 10), 10);
	expect_eq(write(fd, "abcdef", 6), 6);
	expect_eq(read(fd, data, 4), 4);
	expect(!memcmp(data, "0123", 4), "got %.4s", data);
	expect_eq(read(fd, data, sizeof(data)), 6);
	expect(!memcmp(data, "abcdef", 6), "got %.6s", data);
}

static void bad_pointers(void)
{
	int fd = remote_start_and_open(0, 0);
	char data[16];
	void *bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);

	expect_errno(write(fd, bad, 16), EFAULT);
	expect_eq(write(fd, "for nobody", 10), 10);
	wait_readable(fd);
	expect_errno(read(fd, bad, 16), EFAULT);
	if (poll_now(fd, POLLIN))
		expect_eq(read(fd, data, sizeof(data)), 10);
	remote_echo(fd, "good pointer");
}

static void on_signal(int signal)
{
	(void)signal;
}

static void interrupt_reader(void)
{
	const struct sigaction action = { .sa_handler = on_signal };
	int fd = remote_start_and_open(0, 0);
	static struct call call;

	sigaction(SIGUSR1, &action, NULL);
	call_start(&call, CALL_READ, fd);
	call_blocks(&call);
	pthread_kill(call.thread, SIGUSR1);
	call_ends(&call, PROMPT_MS);
	expect_eq(call.result, -1);
	expect_eq(call.error, EINTR);
	remote_echo(fd, "after the signal");
}

static void random_windows(void)
{
	static const unsigned int windows[] = { 1, 2, 3, 8, 17, 32, 64 };
	int fd = remote_start_and_open(0, O_NONBLOCK);
	unsigned int messages = param_number("messages", 1100), i;
	struct stream stream;
	__u64 began;

	stream_init(&stream, fd, 1, true);
	for (i = 0; i < ARRAY_SIZE(windows); i++) {
		began = now_us();
		stream.window = windows[i];
		stream_exchange(&stream, messages);
		note("window %2u: %u messages in %llu ms", windows[i], messages,
		     (now_us() - began) / 1000);
	}
	expect_eq(stream.sent, stream.received);
	expect(stream.nonce_known, "no nonce came");
}

static void random_blocking(void)
{
	int fd = remote_start_and_open(0, 0);
	struct stream stream;
	unsigned int i;

	stream_init(&stream, fd, 1, true);
	for (i = 0; i < 1000; i++) {
		stream_send(&stream);
		stream_receive(&stream);
	}
}

static const struct test tests[] = {
	TEST("a_message_written_is_read_back", read_back),
	TEST("cat_and_echo_meet_in_two_processes", cat_and_echo),
	TEST("several_opens_share_one_queue", share_queue),
	TEST("closing_one_open_leaves_the_others", outlive_first_open),
	TEST("racing_readers_get_each_message_once", race_readers),
	TEST("nonblocking_read_of_nothing_gives_EAGAIN", read_empty_queue),
	TEST("nonblocking_writes_succeed_or_give_EAGAIN",
	     write_without_reading),
	TEST("a_full_ring_gives_EAGAIN_and_no_POLLOUT", write_full_ring),
	TEST("poll_tells_what_can_be_done", poll_readiness),
	TEST("a_message_wakes_a_poller", wake_poller),
	TEST("every_payload_size_from_1_to_496_comes_back", every_size),
	TEST("497_bytes_and_more_give_EMSGSIZE", too_long),
	TEST("a_2_GiB_write_gives_EMSGSIZE", far_too_long),
	TEST("a_message_of_length_zero_comes_back", zero_length),
	TEST("a_short_read_takes_the_whole_message", short_read),
	TEST("bad_pointers_give_EFAULT", bad_pointers),
	TEST("a_signal_interrupts_a_blocked_reader", interrupt_reader),
	TEST("random_messages_in_windows_of_1_to_64", random_windows),
	TEST("random_messages_with_blocking_calls", random_blocking),
};

const struct suite chardev_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
