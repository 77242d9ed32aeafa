// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's images, each as its users meet it: drivers and samples of the
 * kernel bind to its services, and programs written from the contracts talk to
 * it. Every test is done with both cores.
 */
#include <ampkit/bench.h>
#include <ampkit/demo.h>
#include <ampkit/multi.h>
#include <ampkit/services.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/rpmsg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "e2e.h"

#define KERNEL_MODULES	"/lib/modules/kernel/"
#define BUS_RPMSG	"/sys/bus/rpmsg/devices/"
#define CHRDEV_BIND	"/sys/bus/rpmsg/drivers/rpmsg_chrdev/bind"
#define PATH_SIZE	256

static void start_image(unsigned int remote, const char *app)
{
	remote_set_firmware(remote, image_of(remote, app));
	remote_start(remote);
}

/* Runs a test with one image on each of the cores, in turn. */
static void on_both(const char *app, void (*test)(unsigned int remote))
{
	unsigned int remote;

	for (remote = 0; remote < REMOTES; remote++) {
		note("%s on core %u", app, core_of(remote));
		start_image(remote, app);
		test(remote);
		remote_stop(remote);
	}
}

static void load_kernel_module(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), KERNEL_MODULES "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	expect_ok(fd);
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		fail("insmod %s: %s", path, strerror(errno));
	close(fd);
}

static bool module_goes(void *context)
{
	return !module_unload(context) || errno == ENOENT;
}

/* What has been closed may still hold its module for a moment. */
static void unload_module(char *name)
{
	if (!wait_until(module_goes, name, WAIT_MS))
		fail("rmmod %s: %s", name, strerror(errno));
}

struct glob_wanted {
	const char *pattern;
	char *path;
};

static bool there_is_one(void *context)
{
	struct glob_wanted *wanted = context;
	bool found = false;
	glob_t matches;

	if (glob(wanted->pattern, 0, NULL, &matches) == 0) {
		found = matches.gl_pathc == 1;
		snprintf(wanted->path, PATH_SIZE, "%s", matches.gl_pathv[0]);
	}
	globfree(&matches);
	return found;
}

static void wait_for_one(const char *pattern, char *path)
{
	struct glob_wanted wanted = { pattern, path };

	if (!wait_until(there_is_one, &wanted, WAIT_MS))
		fail("no %s, or more than one", pattern);
}

static bool there_is_none(void *context)
{
	return count_entries(context) == 0;
}

static void wait_for_answer(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	if (poll(&poll_fd, 1, WAIT_MS) != 1)
		fail("no answer");
}

/* Writes a message and reads the answer; returns its length. */
static size_t ask(int fd, const void *data, size_t len, void *answer,
		  size_t size)
{
	ssize_t got;

	expect_eq(write(fd, data, len), len);
	wait_for_answer(fd);
	got = read(fd, answer, size);
	expect_ok(got);
	return got;
}

static void expect_echo(int fd, const void *data, size_t len)
{
	char answer[PAYLOAD_MAX + 16];

	expect_eq(ask(fd, data, len, answer, sizeof(answer)), len);
	expect(!memcmp(answer, data, len), "%zu bytes came back altered", len);
}

/* Every length that a message can have, with a content of its own. */
static void expect_all_lengths(int fd)
{
	unsigned char data[PAYLOAD_MAX];
	size_t len, i;

	for (len = 1; len <= PAYLOAD_MAX; len++) {
		for (i = 0; i < len; i++)
			data[i] = mix64(len * PAYLOAD_MAX + i);
		expect_echo(fd, data, len);
	}
}

/*
 * The driver core may not be through with a new device: it says "try again", or
 * that there is none while it has a folder already. Or it finds what we have
 * just written, and binds it before we do: "busy".
 */
static bool is_bound(void *channel)
{
	int err = write_file(CHRDEV_BIND, channel);

	expect(!err || err == -EAGAIN || err == -ENODEV || err == -EBUSY,
	       "bind %s: %s", (char *)channel, strerror(-err));
	return !err || err == -EBUSY;
}

/**
 * remote_open_demo() - give the demonstrations' channel to the char driver
 * @remote: index of the only remote that runs such a demonstration
 *
 * As programs do it.
 *
 * Return: a file descriptor.
 */
int remote_open_demo(unsigned int remote)
{
	char path[PATH_SIZE], file[PATH_SIZE + 32], node[64];
	int fd;

	wait_for_one(BUS_RPMSG "virtio*." DEMO_SERVICE ".*", path);
	snprintf(file, sizeof(file), "%s/driver_override", path);
	expect_eq(write_file(file, "rpmsg_chrdev"), 0);
	expect_soon(is_bound, path + strlen(BUS_RPMSG), WAIT_MS);
	remote_wait_node(remote, node, sizeof(node));
	fd = open(node, O_RDWR | O_CLOEXEC);
	expect_ok(fd);
	return fd;
}

static bool sample_said_goodbye(void *context)
{
	struct log_line line;

	while (log_next(*(int *)context, &line))
		if (strstr(line.text, "goodbye!"))
			return true;
	return false;
}

static void run_sample(unsigned int remote)
{
	int mark = log_mark();

	(void)remote;
	load_kernel_module("rpmsg_client_sample");
	expect_soon(sample_said_goodbye, &mark, WAIT_MS);
	unload_module("rpmsg_client_sample");
}

static void services_satisfy_the_sample(void)
{
	on_both("services", run_sample);
}

static void read_fully(int fd, char *data, size_t len)
{
	ssize_t got;

	for (; len; data += got, len -= got) {
		wait_for_answer(fd);
		got = read(fd, data, len);
		expect(got > 0, "read returned %zd", got);
	}
}

/*
 * The kernel's driver makes its node before it is ready to be written to, and
 * then follows a NULL pointer. To bind again takes the lock that its probe holds.
 */
static void wait_for_probe(const char *node)
{
	char link[PATH_SIZE], channel[PATH_SIZE];
	ssize_t len;

	snprintf(link, sizeof(link), "/sys/class/tty/%s/device",
		 strrchr(node, '/') + 1);
	len = readlink(link, channel, sizeof(channel) - 1);
	expect_ok(len);
	channel[len] = '\0';
	expect_eq(write_file("/sys/bus/rpmsg/drivers/rpmsg_tty/bind",
			     strrchr(channel, '/') + 1), -EBUSY);
}

static void talk_to_tty(unsigned int remote)
{
	char data[PAYLOAD_MAX], answer[PAYLOAD_MAX], path[PATH_SIZE];
	struct termios raw;
	size_t i;
	int fd;

	(void)remote;
	load_kernel_module("rpmsg_tty");
	wait_for_one("/dev/ttyRPMSG*", path);
	wait_for_probe(path);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	expect_ok(fd);
	expect_ok(tcgetattr(fd, &raw));
	cfmakeraw(&raw);
	expect_ok(tcsetattr(fd, TCSANOW, &raw));
	for (i = 0; i < sizeof(data); i++)
		data[i] = mix64(i);
	for (i = 0; i < 100; i++) {
		expect_eq(write(fd, data, sizeof(data)), sizeof(data));
		read_fully(fd, answer, sizeof(answer));
		expect(!memcmp(data, answer, sizeof(data)), "round %zu", i);
	}
	close(fd);
}

static void tty_tested(unsigned int remote)
{
	talk_to_tty(remote);
	unload_module("rpmsg_tty");
}

static void services_satisfy_the_tty(void)
{
	on_both("services", tty_tested);
}

static void talk_to_raw(unsigned int remote)
{
	int fd = remote_open(remote, O_RDWR);

	expect_all_lengths(fd);
	close(fd);
}

static void services_echo_all_lengths(void)
{
	on_both("services", talk_to_raw);
}

/* The node that an endpoint of ours has got, by its name. */
static void find_endpoint(const char *name, char *node)
{
	char pattern[] = "/sys/class/rpmsg/rpmsg[0-9]*/name", found[64];
	glob_t matches;
	size_t i;

	node[0] = '\0';
	expect_eq(glob(pattern, 0, NULL, &matches), 0);
	for (i = 0; i < matches.gl_pathc; i++) {
		if (read_file(matches.gl_pathv[i], found, sizeof(found)) < 0 ||
		    strncmp(found, name, strlen(name)))
			continue;
		*strrchr(matches.gl_pathv[i], '/') = '\0';
		snprintf(node, PATH_SIZE, "/dev/%s",
			 strrchr(matches.gl_pathv[i], '/') + 1);
	}
	globfree(&matches);
	expect(node[0], "no endpoint %s", name);
}

/* Makes an endpoint by a control device, and opens it. */
static int open_endpoint(const char *ctrl, const char *name, __u32 dst)
{
	struct rpmsg_endpoint_info info = { .src = 0xffffffff, .dst = dst };
	char node[PATH_SIZE];
	int fd = open(ctrl, O_RDWR | O_CLOEXEC);

	expect_ok(fd);
	snprintf(info.name, sizeof(info.name), "%s", name);
	expect_ok(ioctl(fd, RPMSG_CREATE_EPT_IOCTL, &info));
	close(fd);
	find_endpoint(name, node);
	fd = open(node, O_RDWR | O_CLOEXEC);
	expect_ok(fd);
	return fd;
}

static void talk_to_fixed(unsigned int remote)
{
	char path[PATH_SIZE];
	int fd;

	(void)remote;
	wait_for_one("/dev/rpmsg_ctrl*", path);
	fd = open_endpoint(path, "fixed", SERVICES_FIXED_ADDR);
	expect_all_lengths(fd);
	close(fd);
}

/* Control devices come with a module of their own. */
static void load_ctrl(void)
{
	if (module_load("rpmsg_ctrl") && errno != EEXIST)
		fail("insmod rpmsg_ctrl: %s", strerror(errno));
}

static void services_listen_at_a_fixed_address(void)
{
	load_ctrl();
	on_both("services", talk_to_fixed);
	unload_module("rpmsg_ctrl");
}

/* As OpenAMP's echo_test has it: number, size, and the rest 0xa5. */
static void echo_demo(unsigned int remote)
{
	unsigned long payload[PAYLOAD_MAX / sizeof(long)];
	__u32 shutdown = DEMO_SHUTDOWN;
	int fd = remote_open_demo(remote);
	size_t len;

	memset(payload, 0xa5, sizeof(payload));
	for (len = 2 * sizeof(long); len <= sizeof(payload); len++) {
		payload[0] = len;
		payload[1] = len - 2 * sizeof(long);
		expect_echo(fd, payload, len);
	}
	expect_eq(write(fd, &shutdown, sizeof(shutdown)), sizeof(shutdown));
	expect_soon(there_is_none, BUS_RPMSG "virtio*." DEMO_SERVICE ".*",
		    WAIT_MS);
	expect(remote_is(remote, "running"), "the remote itself lives on");
	close(fd);
}

static void echo_demo_ends_on_its_shutdown_message(void)
{
	on_both("openamp-echo", echo_demo);
}

static void fill_matrix(struct demo_matrix *matrix, __u32 size)
{
	__u32 row, column;

	memset(matrix, 0, sizeof(*matrix));
	matrix->size = size;
	for (row = 0; row < size; row++)
		for (column = 0; column < size; column++)
			matrix->elements[row][column] = random_below(10);
}

static __u32 product_at(const struct demo_matrix *in, __u32 row, __u32 column)
{
	__u32 sum = 0, i;

	for (i = 0; i < in->size; i++)
		sum += in[0].elements[row][i] * in[1].elements[i][column];
	return sum;
}

static void expect_product(const struct demo_matrix *in,
			   const struct demo_matrix *out)
{
	__u32 row, column;

	expect_eq(out->size, in->size);
	for (row = 0; row < in->size; row++)
		for (column = 0; column < in->size; column++)
			expect_eq(out->elements[row][column],
				  product_at(in, row, column));
}

static void matrix_demo(unsigned int remote)
{
	struct demo_matrix in[2], out;
	int fd = remote_open_demo(remote);
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		fill_matrix(&in[0], i % (DEMO_MATRIX_MAX + 1));
		fill_matrix(&in[1], in[0].size);
		expect_eq(ask(fd, in, sizeof(in), &out, sizeof(out)),
			  sizeof(out));
		expect_product(in, &out);
	}
	/* One that would lead out of the matrix is not answered */
	in[0].size = DEMO_MATRIX_MAX + 1;
	in[1].size = in[0].size;
	expect_eq(write(fd, in, sizeof(in)), sizeof(in));
	fill_matrix(&in[0], 2);
	fill_matrix(&in[1], 2);
	expect_eq(ask(fd, in, sizeof(in), &out, sizeof(out)), sizeof(out));
	expect_product(in, &out);
	close(fd);
}

static void matrix_demo_multiplies(void)
{
	on_both("openamp-matrix", matrix_demo);
}

/* One call of the remote, as the program on the host carries it out. */
struct rpc {
	struct demo_rpc head;
	char data[PAYLOAD_MAX - sizeof(struct demo_rpc)];
};

#define RPC_NAME	"Ada Lovelace"

static void rpc_read(struct rpc *rpc)
{
	ssize_t len;

	if (rpc->head.a == STDIN_FILENO) {
		len = strlen(RPC_NAME "\n");
		memcpy(rpc->data, RPC_NAME "\n", len);
	} else {
		expect(rpc->head.b >= 0 && rpc->head.b <= (int)sizeof(rpc->data),
		       "read of %d", rpc->head.b);
		len = read(rpc->head.a, rpc->data, rpc->head.b);
	}
	rpc->head.a = len;
	rpc->head.len = len < 0 ? 0 : len;
}

static void rpc_write(struct rpc *rpc, char *console, size_t size)
{
	ssize_t len = rpc->head.len;
	size_t used = strlen(console);

	expect_eq(rpc->head.b, len);
	if (rpc->head.a == STDOUT_FILENO)
		snprintf(console + used, size - used, "%.*s", (int)len,
			 rpc->data);
	else
		len = write(rpc->head.a, rpc->data, len);
	rpc->head.a = len;
	rpc->head.len = 0;
}

static void carry_out(struct rpc *rpc, char *console, size_t size)
{
	switch (rpc->head.id) {
	case DEMO_RPC_OPEN:
		expect(memchr(rpc->data, 0, rpc->head.len), "a path without end");
		rpc->head.a = open(rpc->data, rpc->head.a, rpc->head.b);
		rpc->head.len = 0;
		break;
	case DEMO_RPC_CLOSE:
		rpc->head.a = close(rpc->head.a);
		rpc->head.len = 0;
		break;
	case DEMO_RPC_READ:
		rpc_read(rpc);
		break;
	case DEMO_RPC_WRITE:
		rpc_write(rpc, console, size);
		break;
	default:
		fail("call %u", rpc->head.id);
	}
	rpc->head.b = 0;
}

static bool serve_call(int fd, char *console, size_t size)
{
	struct rpc rpc;
	ssize_t len;

	wait_for_answer(fd);
	len = read(fd, &rpc, sizeof(rpc));
	expect(len >= (ssize_t)sizeof(rpc.head), "%zd bytes", len);
	expect_eq(rpc.head.len, len - sizeof(rpc.head));
	if (rpc.head.id == DEMO_RPC_TERM)
		return false;
	carry_out(&rpc, console, size);
	len = sizeof(rpc.head) + rpc.head.len;
	expect_eq(write(fd, &rpc, len), len);
	return true;
}

static void rpc_demo(unsigned int remote)
{
	char console[1024] = "", text[64];
	int fd = remote_open_demo(remote);

	unlink("remote.file");
	expect_eq(write(fd, "init_msg", 8), 8);
	while (serve_call(fd, console, sizeof(console)))
		;
	expect(read_file("remote.file", text, sizeof(text)) > 0, "no file");
	expect(!strcmp(text, "This is a test string being written to file.."),
	       "the file says %s", text);
	expect(strstr(console, "Hello " RPC_NAME "\r\n"), "console: %s",
	       console);
	close(fd);
	unlink("remote.file");
}

static void rpc_demo_uses_files_and_console_of_the_host(void)
{
	on_both("openamp-rpc", rpc_demo);
}

static struct multi_msg command(int fd, __u32 what, __u32 device, __u32 number)
{
	struct multi_msg msg = {
		.command = what, .device = device, .number = number,
		.result = 1,
	};

	expect_eq(ask(fd, &msg, sizeof(msg), &msg, sizeof(msg)), sizeof(msg));
	return msg;
}

/* The control device of the same link as a channel. */
static void ctrl_beside(const char *channel, char *ctrl)
{
	char pattern[PATH_MAX + PATH_SIZE], found[PATH_SIZE];

	snprintf(pattern, sizeof(pattern), "%s/../*rpmsg_ctrl*/rpmsg/rpmsg_ctrl*",
		 channel);
	wait_for_one(pattern, found);
	snprintf(ctrl, PATH_SIZE, "/dev/%s", strrchr(found, '/') + 1);
}

static void make_use_and_end(int control, __u32 device, __u32 number)
{
	char pattern[PATH_SIZE], channel[PATH_SIZE], ctrl[PATH_SIZE];
	char target[PATH_MAX], name[32];
	struct multi_msg made;
	int fd;

	snprintf(name, sizeof(name), MULTI_NAME, device, number);
	snprintf(pattern, sizeof(pattern), BUS_RPMSG "virtio*.%s.*", name);
	made = command(control, MULTI_CREATE, device, number);
	expect_eq(made.result, 0);
	expect_eq(command(control, MULTI_CREATE, device, number).result,
		  -EADDRINUSE);
	wait_for_one(pattern, channel);
	expect(realpath(channel, target), "no %s", channel);
	ctrl_beside(target, ctrl);
	fd = open_endpoint(ctrl, name, made.addr);
	expect_echo(fd, name, strlen(name));
	close(fd);
	expect_eq(command(control, MULTI_DESTROY, device, number).result, 0);
	expect_soon(there_is_none, pattern, WAIT_MS);
}

static void multi_endpoints(unsigned int remote)
{
	int control = remote_open(remote, O_RDWR);
	unsigned int round;

	for (round = 0; round < 3; round++) {
		make_use_and_end(control, 0, round);
		make_use_and_end(control, 1, round);
	}
	expect_eq(command(control, MULTI_DESTROY, 0, 0).result, -ENOTCONN);
	expect_eq(command(control, MULTI_CREATE, MULTI_DEVICES, 0).result,
		  -EINVAL);
	close(control);
}

static void endpoints_come_and_go_on_two_devices(void)
{
	load_ctrl();
	on_both("multi", multi_endpoints);
	unload_module("rpmsg_ctrl");
}

static void select_rng(void)
{
	char name[64];

	expect_eq(write_file("/sys/class/misc/hw_random/rng_current",
			     "virtio_rng.0"), 0);
	expect(read_file("/sys/class/misc/hw_random/rng_current", name,
			 sizeof(name)) > 0, "no hw_random");
	expect(!strncmp(name, "virtio_rng.0", 12), "current is %s", name);
}

/* Numbers that are not random would be far from this many different bytes. */
static void expect_random(int fd)
{
	unsigned char data[4096], seen[256] = { 0 };
	unsigned int different = 0;
	size_t i;

	read_fully(fd, (char *)data, sizeof(data));
	for (i = 0; i < sizeof(data); i++) {
		different += !seen[data[i]];
		seen[data[i]] = 1;
	}
	expect(different > 250, "only %u different bytes in 4096", different);
}

static bool rng_is_there(void *context)
{
	char text[128];

	(void)context;
	return read_file("/sys/class/misc/hw_random/rng_available", text,
			 sizeof(text)) > 0 && strstr(text, "virtio_rng.0");
}

static void read_rng(unsigned int remote)
{
	int fd;

	(void)remote;
	load_kernel_module("virtio-rng");
	expect_soon(rng_is_there, NULL, WAIT_MS);
	select_rng();
	fd = open("/dev/hwrng", O_RDONLY | O_CLOEXEC);
	expect_ok(fd);
	expect_random(fd);
	close(fd);
}

static void rng_tested(unsigned int remote)
{
	read_rng(remote);
	unload_module("virtio_rng");
}

static void random_numbers_come_from_the_remote(void)
{
	on_both("multi", rng_tested);
}

#define RNG_DRIVER	"/sys/bus/virtio/drivers/virtio_rng/"
#define RNG_ROUNDS	20

static void *read_numbers(void *fd)
{
	char numbers[64];

	while (read(*(int *)fd, numbers, sizeof(numbers)) > 0)
		;
	return NULL;
}

/* No messages are about, so that no bell of theirs helps. */
static void rebind_rng(const char *device)
{
	static struct call call;
	pthread_t reader;
	int fd;

	expect_soon(rng_is_there, NULL, WAIT_MS);
	select_rng();
	fd = open("/dev/hwrng", O_RDONLY | O_CLOEXEC);
	expect_ok(fd);
	call_start(&call, CALL_READ, fd);
	call_ends(&call, WAIT_MS);
	expect(call.result > 0, "read: %s", strerror(call.error));
	pthread_create(&reader, NULL, read_numbers, &fd);
	pause_us(random_below(3000));
	expect_eq(write_file(RNG_DRIVER "unbind", device), 0);
	pthread_join(reader, NULL);
	close(fd);
	expect_eq(write_file(RNG_DRIVER "bind", device), 0);
}

static void rng_rebound(unsigned int remote)
{
	unsigned int round, rounds = scaled(RNG_ROUNDS);
	char path[PATH_SIZE];

	load_kernel_module("virtio-rng");
	wait_for_one(RNG_DRIVER "virtio*", path);
	for (round = 0; round < rounds; round++)
		rebind_rng(strrchr(path, '/') + 1);
	rng_tested(remote);
}

static void random_numbers_come_after_another_bind(void)
{
	on_both("multi", rng_rebound);
}

#define BENCH_MESSAGES	20000

static void bench_send(int fd, __u32 what, __u32 arg, __u64 seq, size_t len)
{
	struct {
		struct bench_msg head;
		char data[PAYLOAD_MAX - sizeof(struct bench_msg)];
	} msg = {
		.head = { BENCH_MAGIC, what, arg, 0, seq },
	};

	expect_eq(write(fd, &msg, len), len);
}

static struct bench_counters bench_read(int fd)
{
	struct bench_msg head = { BENCH_MAGIC, BENCH_READ, 0, 0, 0 };
	struct {
		struct bench_msg head;
		struct bench_counters counters;
	} answer;

	expect_eq(ask(fd, &head, sizeof(head), &answer, sizeof(answer)),
		  sizeof(answer));
	return answer.counters;
}

static void expect_source(int fd, unsigned int messages, size_t len)
{
	char data[PAYLOAD_MAX];
	struct bench_msg head;
	unsigned int i;

	bench_send(fd, BENCH_SOURCE, messages, len, sizeof(head));
	for (i = 0; i < messages; i++) {
		wait_for_answer(fd);
		expect_eq(read(fd, data, sizeof(data)), len);
		memcpy(&head, data, sizeof(head));
		expect_eq(head.command, BENCH_DATA);
		expect_eq(head.seq, i);
	}
}

static void bench(unsigned int remote)
{
	struct bench_counters counters;
	int fd = remote_open(remote, O_RDWR);
	unsigned int i;

	bench_send(fd, BENCH_RESET, 0, 0, sizeof(struct bench_msg));
	for (i = 0; i < BENCH_MESSAGES; i++)
		bench_send(fd, BENCH_SINK, 0, i, 100);
	counters = bench_read(fd);
	expect_eq(counters.sunk, BENCH_MESSAGES);
	expect_eq(counters.sunk_bytes, 100 * BENCH_MESSAGES);
	expect_eq(counters.lost + counters.again + counters.refused, 0);
	/* No more than a node keeps for a reader that is not there */
	for (i = 0; i < BENCH_MESSAGES; i += 100)
		expect_source(fd, 100, 64);
	counters = bench_read(fd);
	expect_eq(counters.sourced, BENCH_MESSAGES);
	close(fd);
}

static void bench_counts_what_it_sinks_and_sources(void)
{
	on_both("bench", bench);
}

static void minimal_firmware_echoes(void)
{
	on_both("minimal", talk_to_raw);
}

static const struct test tests[] = {
	TEST("firmware_minimal_echoes_all_lengths", minimal_firmware_echoes),
	TEST("firmware_rpmsg_client_sample_works_with_services",
	     services_satisfy_the_sample),
	TEST("firmware_rpmsg_tty_works_with_services", services_satisfy_the_tty),
	TEST("firmware_services_echo_1_to_496_bytes", services_echo_all_lengths),
	TEST("firmware_services_listen_at_a_fixed_address",
	     services_listen_at_a_fixed_address),
	TEST("firmware_openamp_echo_ends_on_its_shutdown_message",
	     echo_demo_ends_on_its_shutdown_message),
	TEST("firmware_openamp_matrix_multiplies", matrix_demo_multiplies),
	TEST("firmware_openamp_rpc_uses_files_and_console_of_the_host",
	     rpc_demo_uses_files_and_console_of_the_host),
	TEST("firmware_multi_endpoints_come_and_go_on_two_devices",
	     endpoints_come_and_go_on_two_devices),
	TEST("firmware_multi_random_numbers_come_from_the_remote",
	     random_numbers_come_from_the_remote),
	TEST("firmware_multi_random_numbers_come_after_another_bind",
	     random_numbers_come_after_another_bind),
	TEST("firmware_bench_counts_what_it_sinks_and_sources",
	     bench_counts_what_it_sinks_and_sources),
};

const struct suite fw_apps_suite = { tests, ARRAY_SIZE(tests), NULL };
