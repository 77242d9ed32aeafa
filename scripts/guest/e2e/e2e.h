/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end-to-end tests: what every test file may use.
 *
 * All .c files of this folder are linked into one static program, /bin/e2e of
 * the guest. It runs the tests of the tables named in main.c, one child
 * process each, and writes TAP to the console:
 *
 *	# running a_message_written_is_read_back
 *	ok 7 - a_message_written_is_read_back
 *
 * A test acts through the helpers below and says what it expects with the
 * expect macros. The first expectation that is not met ends the test; it may
 * stand in any thread. No test cleans up: before and after each one the
 * harness loads what is missing, stops what runs and restores the firmware
 * names. Nothing waits for a fixed time; wait_until() waits for a condition.
 */
#ifndef AMPKIT_E2E_H
#define AMPKIT_E2E_H

#include <errno.h>
#include <linux/types.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define __printf(a, b)	__attribute((format(printf, a, b)))

/* Bound of a wait that is over at once when all is well. */
#define WAIT_MS		15000

/* What "at once" means where a call must not hang, on a busy host. */
#define PROMPT_MS	5000

/*
 * How often something may be tried that has to be done within a fraction of a
 * second: this host is not always there. What is late by a fault is late each
 * time.
 */
#define TRIES		5

/* A ring of the images' first vdev: entries, and bytes of a descriptor and a buffer */
#define RING_ENTRIES	256
#define DESC_SIZE	16
#define BUFFER_SIZE	512

/* The largest payload of a buffer behind its 16 byte header. */
#define PAYLOAD_MAX	496

/* The remotes of each test machine, by the numbers of their cores. */
#define REMOTES		2

#define SYSFS_RPROC	"/sys/class/remoteproc/remoteproc"
#define REMOTE_DRIVER	"/sys/bus/platform/drivers/amp_core/"
#define DEBUGFS_RPROC	"/sys/kernel/debug/remoteproc/remoteproc"

/**
 * struct test - one line of the report
 * @name: a sentence with underscores
 * @run: the test; it returns if all expectations are met
 * @run_with: instead of @run, for tests that share their function
 * @arg: what @run_with is called with
 * @timeout_s: bound in seconds, 0 for the usual one; a test that takes long
 *	calls sign_of_life() now and then, which begins it anew
 * @as_found: nothing is loaded, stopped or restored before the test or after
 */
struct test {
	const char *name;
	void (*run)(void);
	void (*run_with)(const void *arg);
	const void *arg;
	unsigned int timeout_s;
	bool as_found;
};

/**
 * struct suite - the tests of one file
 * @tests: table of @count tests
 * @count: number of tests
 * @prepare: called once in the harness itself before the first of these tests
 *	that is picked, or NULL; what it maps stays for all of them
 */
struct suite {
	const struct test *tests;
	size_t count;
	void (*prepare)(void);
};

/* A line of a table of tests; fields that are not as usual follow by name. */
#define TEST(sentence, function, ...)					\
	{ .name = sentence, .run = function, ##__VA_ARGS__ }

/* The same for a function that needs an argument. */
#define TEST_WITH(sentence, function, argument, ...)			\
	{ .name = sentence, .run_with = function, .arg = argument,	\
	  ##__VA_ARGS__ }

extern const struct suite lifecycle_suite;
extern const struct suite chardev_suite;
extern const struct suite teardown_suite;
extern const struct suite memory_suite;
extern const struct suite bad_input_suite;
extern const struct suite cycles_suite;
extern const struct suite idle_suite;
extern const struct suite fw_apps_suite;
extern const struct suite crashes_suite;
extern const struct suite shutdown_suite;
extern const struct suite detach_suite;
extern const struct suite hostile_suite;
extern const struct suite hostile_load_suite;
extern const struct suite hostile_end_suite;
extern const struct suite odd_images_suite;
extern const struct suite known_defects_suite;
extern const struct suite mutants_suite;
extern const struct suite char_poll_suite;
extern const struct suite char_busy_suite;
extern const struct suite char_standby_suite;
extern const struct suite char_defer_suite;
extern const struct suite char_overload_suite;
extern const struct suite char_ioctl_suite;
extern const struct suite char_ctrl_suite;
extern const struct suite char_crowd_suite;
extern const struct suite char_compat_suite;
extern const struct suite char_early_suite;
extern const struct suite char_vdevs_suite;
extern const struct suite char_table_suite;
extern const struct suite owners_suite;
extern const struct suite reattach_suite;
extern const struct suite suspend_suite;
extern const struct suite fail_nth_suite;
extern const struct suite last_suite;
extern const struct suite auto_boot_suite;
extern const struct suite bad_tree_suite;
extern const struct suite earlier_suite;
extern const struct suite panic_suite;

/* harness.c: the runner, parameters and time */

int run_suites(const struct suite *const *suites, size_t count,
	       const char *glob);
void note(const char *format, ...) __printf(1, 2);
noreturn void fail_at(const char *file, int line, const char *format, ...)
	__printf(3, 4);
noreturn void skip(const char *format, ...) __printf(1, 2);
void sign_of_life(void);
const char *param(const char *key, const char *otherwise);
unsigned int param_number(const char *key, unsigned int otherwise);
unsigned int patience(void);
unsigned int scaled(unsigned int count);
__u64 now_us(void);
void pause_us(unsigned int us);
bool wait_until(bool (*condition)(void *context), void *context,
		unsigned int ms);

/* Ends the test with a message of its own. */
#define fail(...) fail_at(__FILE__, __LINE__, __VA_ARGS__)

/* Expects a condition to hold; the rest of the arguments explains. */
#define expect(condition, ...)						\
	do {								\
		if (!(condition))					\
			fail("expected " #condition ": " __VA_ARGS__);	\
	} while (0)

/* Expects two integers to be equal. */
#define expect_eq(left, right)						\
	do {								\
		long long left_ = (left), right_ = (right);		\
									\
		if (left_ != right_)					\
			fail("expected " #left " == " #right		\
			     ": %lld, %lld", left_, right_);		\
	} while (0)

/* Expects a system call to succeed. */
#define expect_ok(call)							\
	do {								\
		if ((call) < 0)						\
			fail(#call ": %s", strerror(errno));		\
	} while (0)

/* Expects a system call to fail with one errno. */
#define expect_errno(call, wanted)					\
	do {								\
		long long ret_ = (call);				\
		int err_ = ret_ < 0 ? errno : 0;			\
									\
		if (err_ != (wanted))					\
			fail(#call ": expected " #wanted ", got %s",	\
			     ret_ < 0 ? strerror(err_) : "success"); \
	} while (0)

/* Waits for a condition function and ends the test if it stays false. */
#define expect_soon(condition, context, ms)				\
	do {								\
		if (!wait_until(condition, context, ms))		\
			fail("no " #condition " in time");		\
	} while (0)

/* sysfs.c: files, modules and directories */

ssize_t read_file(const char *path, char *text, size_t size);
int write_file(const char *path, const char *text);
bool exists(const char *path);
unsigned int count_lines(const char *path);
unsigned int count_entries(const char *pattern);
bool module_loaded(const char *name);
int module_load(const char *name);
int module_load_with(const char *name, const char *parameters);
int module_unload(const char *name);
void modules_load(void);
void modules_unload(void);

/* kmsg.c: the kernel's log */

/* One line of the log: syslog level and text, without its dictionary. */
struct log_line {
	int level;
	char text[256];
};

int log_mark(void);
bool log_next(int mark, struct log_line *line);
const char *log_trouble(const char *text);

/* remote.c: a remote processor and its channel */

const char *remote_default_firmware(unsigned int remote);
void remote_device(unsigned int remote, char *name, size_t size);
void remote_unbind(unsigned int remote, char *device, size_t size);
void remote_bind(const char *device);
bool remotes_are_there(void *unused);
void remote_set_firmware(unsigned int remote, const char *name);
void remote_state(unsigned int remote, char *state, size_t size);
bool remote_is(unsigned int remote, const char *state);
bool remote_in_reset(unsigned int remote);
int remote_try_start(unsigned int remote);
void remote_start(unsigned int remote);
void remote_stop(unsigned int remote);
void remotes_reset(void);
void remote_trace(unsigned int remote, char *text, size_t size);
bool remote_find_node(unsigned int remote, char *path, size_t size);
bool remote_find_channel(unsigned int remote, char *name, size_t size);
bool remote_find_ctrl(unsigned int remote, char *path, size_t size);
void remote_wait_node(unsigned int remote, char *path, size_t size);
int remote_open(unsigned int remote, int flags);
int remote_start_and_open(unsigned int remote, int flags);
void remote_echo(int fd, const char *text);
void remote_check_echo(unsigned int remote);
void remote_hold(unsigned int remote, int fd);
unsigned int fill_ring(int fd);

/* fw_apps.c: images beside the usual one */

int remote_open_demo(unsigned int remote);

/* calls.c: a call that blocks, in a thread */

enum call_kind { CALL_READ, CALL_WRITE, CALL_POLL };

/**
 * struct call - a read, write or poll in a thread of its own
 * @kind: which of them
 * @fd: on what
 * @events: what a poll waits for
 * @thread: the thread
 * @tid: its number, 0 until it is about to make the call
 * @done: the call has returned
 * @result: what it returned
 * @error: its errno
 * @revents: what a poll found
 * @ended_us: when it returned
 * @data: what was read or is written
 */
struct call {
	enum call_kind kind;
	int fd;
	short events;
	pthread_t thread;
	atomic_int tid;
	atomic_bool done;
	ssize_t result;
	int error;
	short revents;
	__u64 ended_us;
	char data[PAYLOAD_MAX + 16];
};

void stay_on(unsigned int cpu);
void call_start(struct call *call, enum call_kind kind, int fd);
void call_blocks(struct call *call);
void call_ends(struct call *call, unsigned int ms);
void task_sleeps(pid_t tid);

/* traffic.c: messages that can be checked */

/**
 * struct stream - messages sent, expected back in order, each checked
 * @fd: a node opened with O_NONBLOCK
 * @seed: all lengths and contents follow from it
 * @window: how many messages may be outstanding
 * @nonces: also ask for the boot nonce in messages that have room for it
 * @sent: messages sent
 * @received: messages received and found right
 * @bytes: payload bytes received
 * @nonce: the nonce of this boot, once @nonce_known
 * @nonce_known: an answer with a nonce came
 */
struct stream {
	int fd;
	__u64 seed;
	unsigned int window;
	bool nonces;
	__u64 sent;
	__u64 received;
	__u64 bytes;
	__u64 nonce;
	bool nonce_known;
};

__u64 mix64(__u64 value);
__u64 test_seed(void);
unsigned int random_below(unsigned int bound);
void stream_init(struct stream *stream, int fd, unsigned int window,
		 bool nonces);
bool stream_send(struct stream *stream);
bool stream_receive(struct stream *stream);
void stream_exchange(struct stream *stream, unsigned int messages);
void stream_leave(struct stream *stream, unsigned int outstanding);

/* machine.c: what differs between the machines that the tests run on */

#define MACHINE_REGIONS		16
#define MACHINE_GUARDS		8

/**
 * struct range - a piece of physical memory
 * @base: its address
 * @size: bytes
 */
struct range {
	__u64 base;
	__u64 size;
};

/**
 * struct region - a carveout
 * @name: as the device tree calls it: "image", "vdev0vring0", ...
 * @range: where it is
 */
struct region {
	char name[24];
	struct range range;
};

/**
 * struct machine_remote - a remote, as the device tree has it
 * @node: its node, in sysfs
 * @core: number of its core
 * @firmware: the image that it is to run
 * @regions: its carveouts
 * @num_regions: their number
 * @bell: the platform device of its mailbox
 * @is_rung: the host can ring it; another has to look for itself, and so
 *	never sleeps
 */
struct machine_remote {
	char node[128];
	unsigned int core;
	char firmware[64];
	struct region regions[MACHINE_REGIONS];
	size_t num_regions;
	char bell[64];
	bool is_rung;
};

/**
 * struct machine - the machine that the tests run on
 * @name: as make calls it
 * @remotes: its remotes
 * @bell_module: the module of its mailboxes
 * @shared_bell: all remotes ring by one interrupt
 * @reset: register with a bit for each core, which holds it in reset
 * @elf32: its images are ELF32, and no others
 * @first_vcpu: QEMU's number of core 0
 * @guards: memory beside carveouts, that is reserved for nobody
 * @num_guards: their number
 */
struct machine {
	const char *name;
	struct machine_remote remotes[REMOTES];
	const char *bell_module;
	bool shared_bell;
	__u64 reset;
	bool elf32;
	unsigned int first_vcpu;
	struct range guards[MACHINE_GUARDS];
	size_t num_guards;
};

extern struct machine machine;

void machine_init(void);
unsigned int core_of(unsigned int remote);
const char *image_of(unsigned int remote, const char *app);
const char *tree_path(unsigned int remote);
struct range region_of(unsigned int remote, const char *name);
const char *bell_driver(const char *file);
const char *bell_file(unsigned int remote, const char *file);

/* physical.c: physical memory and what lies beside the carveouts */

const __u64 *phys_map(__u64 address, size_t size);
__u64 phys_word(const __u64 *word);
__u64 phys_hash(__u64 address, size_t size);
__u32 phys_read32(__u64 address);
__u32 phys_write32(__u64 address, __u32 value);
__u64 carveouts_of_hash(unsigned int remote, const char *pattern);
__u64 carveouts_hash(void);
void guards_take(void);
void guards_expect_unchanged(void);

/* usage.c: what the system uses */

#define CACHES_MAX		400

/**
 * struct usage - what the system uses, to be compared with later
 * @caches: number of slab caches
 * @names: their names
 * @objects: objects in use, by cache
 * @free_kib: free memory in KiB
 * @mappings: mappings of the kernel, as of ioremap() and vmalloc()
 * @interrupts: lines of /proc/interrupts
 * @devices: entries of all buses and classes
 * @files: files open in this process
 * @tasks: processes and kernel threads
 */
struct usage {
	size_t caches;
	char names[CACHES_MAX][48];
	unsigned long objects[CACHES_MAX];
	unsigned long free_kib;
	unsigned int mappings;
	unsigned int interrupts;
	unsigned int devices;
	unsigned int files;
	unsigned int tasks;
};

/* slabs.c: the part of it that is in slab caches */
void slabs_list(struct usage *usage);
void slabs_take(struct usage *usage);

void wait_for_rcu(void);
void usage_take(struct usage *usage);
void usage_expect_flat(const struct usage *before, unsigned int cycles);

#endif /* AMPKIT_E2E_H */
