// SPDX-License-Identifier: GPL-2.0
/*
 * A remote that does too much: announcements, messages and bells without
 * measure. The number in a test's name is that
 * of the fault in the list of those that must not break the host.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "char.h"
#include "misuse.h"

#define CHANNELS(name)	"/sys/bus/rpmsg/devices/*." name ".*"

/* As in the driver: announcements that may come at once, then one in so many */
#define NS_BURST	512
#define NS_PERIOD_US	5000

#define FLOOD		50000

#define CPUS		2
#define STORM_MS	2000
/* No task waits longer for its processor, on a busy host */
#define STALL_US	1000000

static void exchange(int fd, unsigned int messages)
{
	struct stream stream;

	stream_init(&stream, fd, 32, false);
	stream_exchange(&stream, messages);
}

/**
 * struct announcing - announcements, and what has to become of them
 * @command: what the firmware is told to do
 * @times: how often
 * @refused: how many of them are refused
 * @made: how many channels they make
 * @pattern: of the channels' names on the bus
 */
struct announcing {
	__u32 command;
	__u32 times;
	int refused;
	unsigned int made;
	const char *pattern;
};

static void announce(const void *arg)
{
	const struct announcing *ns = arg;
	struct counters before, after;
	int fd;

	fd = hostile_start(O_NONBLOCK);
	before = counters_of(QUEUE_RX);
	hostile_command(fd, ns->command, ns->times);
	remote_echo(fd, "all was announced");
	after = counters_of(QUEUE_RX);
	expect_eq(after.message - before.message, ns->refused);
	expect_eq(after.pulled - before.pulled, ns->made + 2);
	expect_eq(count_entries(ns->pattern), ns->made);
	exchange(fd, 100);
	close(fd);
	remote_stop(0);
	expect_eq(count_entries(ns->pattern), 0);
	hostile_good_again();
}

/* What no longer fits in at once comes at its own rate, or not at all. */
static void announce_too_fast(void)
{
	unsigned int made, earned;
	int fd = hostile_start(0);
	__u64 began = now_us();

	hostile_command(fd, HOSTILE_NS_DUPLICATE, 10 * NS_BURST);
	hostile_command(fd, HOSTILE_NS_FLOOD, MAX_CHANNELS - 2);
	remote_echo(fd, "all was announced");
	earned = (now_us() - began) / NS_PERIOD_US;
	/* One of the first name, which the second command announces again */
	made = count_entries(CHANNELS("hostile-*"));
	note("%u channels made, %u earned in the time", made, earned);
	expect(made <= earned + 1, "%u channels, %u earned", made, earned);
	hostile_end(fd);
}

static void endure_a_flood(void)
{
	struct counters before, after;
	struct rpmsg_ept_info info;
	int fd, quiet, ctrl;
	unsigned int echoes;
	char node[64];

	expect_ok(module_load("rpmsg_ctrl"));
	fd = hostile_start(O_NONBLOCK);
	ctrl = ctrl_open(0);
	ept_create(ctrl, "quiet", RPMSG_ADDR_ANY, echo_address(0), node,
		   sizeof(node));
	quiet = open(node, O_RDWR | O_NONBLOCK);
	expect_ok(quiet);
	before = counters_of(QUEUE_RX);

	hostile_tell(fd, HOSTILE_FLOOD, FLOOD);
	for (echoes = 0; ept_info(fd).received + ept_info(fd).dropped <=
	     FLOOD; echoes++)
		remote_echo(quiet, "still here");
	note("%u echoes meanwhile", echoes);

	after = counters_of(QUEUE_RX);
	info = ept_info(fd);
	expect_eq(info.received, QUEUE_MESSAGES);
	expect_eq(info.received + info.dropped, FLOOD + 1);
	expect_eq(ept_info(quiet).dropped, 0);
	expect_eq(after.pulled - before.pulled, FLOOD + 1 + echoes);
	expect_eq(after.id + after.length + after.message + after.index,
		  before.id + before.length + before.message + before.index);
	close(quiet);
	close(ctrl);
	hostile_end(fd);
	expect_ok(module_unload("rpmsg_ctrl"));
}

/**
 * struct watcher - a thread that sees how long it is kept from running
 * @thread: the thread
 * @cpu: on which processor
 * @looks: how often it ran
 * @longest: longest time between two looks, us
 * @stop: set to end it
 */
struct watcher {
	pthread_t thread;
	unsigned int cpu;
	unsigned int looks;
	__u64 longest;
	atomic_bool stop;
};

static void *watch(void *context)
{
	struct watcher *watcher = context;
	__u64 last, now;

	stay_on(watcher->cpu);
	for (last = now_us(); !atomic_load(&watcher->stop); last = now) {
		pause_us(1000);
		now = now_us();
		watcher->looks++;
		if (now - last > watcher->longest)
			watcher->longest = now - last;
	}
	return NULL;
}

static void watchers_start(struct watcher *watchers)
{
	unsigned int cpu;
	int err;

	for (cpu = 0; cpu < CPUS; cpu++) {
		watchers[cpu] = (struct watcher){ .cpu = cpu };
		err = pthread_create(&watchers[cpu].thread, NULL, watch,
				     &watchers[cpu]);
		expect(!err, "pthread_create: %s", strerror(err));
	}
}

static void watchers_end(struct watcher *watchers)
{
	unsigned int cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		atomic_store(&watchers[cpu].stop, true);
		pthread_join(watchers[cpu].thread, NULL);
		note("processor %u: %u looks, longest pause %llu us", cpu,
		     watchers[cpu].looks, watchers[cpu].longest);
		expect(watchers[cpu].longest < STALL_US, "processor %u stalls",
		       cpu);
	}
}

/*
 * It takes its next message when the storm is over. False if that was no storm, as
 * this machine has not let the remote run often enough.
 */
static bool storm_is_endured(int fd, int other)
{
	struct watcher watchers[CPUS];
	unsigned int rounds = 0;
	unsigned long bells;
	char answer[16];

	hostile_command(fd, HOSTILE_BELL_STORM, STORM_MS);
	bells = bells_taken();
	watchers_start(watchers);
	expect_eq(write(fd, "over?", 5), 5);
	while (read(fd, answer, sizeof(answer)) < 0) {
		expect_eq(errno, EAGAIN);
		exchange(other, 50);
		rounds++;
	}
	watchers_end(watchers);
	bells = bells_taken() - bells;
	note("%lu bells, %u messages of the other remote", bells, 50 * rounds);
	expect(rounds > scaled(10), "%u rounds", rounds);
	return bells > STORM_MS / 10;
}

static void endure_a_storm(void)
{
	int other = remote_start_and_open(1, O_NONBLOCK);
	int fd = hostile_start(O_NONBLOCK);
	unsigned int crashes = crash_count(0), try;

	for (try = 0; try < TRIES; try++)
		if (storm_is_endured(fd, other))
			break;
	expect(try < TRIES, "too few bells for a storm");
	expect_eq(crash_count(0), crashes);
	exchange(fd, 1000);
	hostile_end(fd);
}

/* How many bells come before the link is up, in a second of the remote's time. */
static unsigned long early_bells(int *fd)
{
	unsigned long bells;

	hostile_next_boot(*fd, HOSTILE_BOOT_BELLS, 1);
	close(*fd);
	remote_stop(0);
	bells = bells_taken();
	*fd = hostile_start(O_NONBLOCK);
	bells = bells_taken() - bells;
	note("%lu bells before the link was up", bells);
	return bells;
}

static void ring_too_early(void)
{
	int fd = hostile_start(O_NONBLOCK);
	unsigned int try;

	for (try = 0; try < TRIES; try++)
		if (early_bells(&fd) > scaled(100))
			break;
	expect(try < TRIES, "too few bells");
	exchange(fd, 1000);
	hostile_end(fd);
}

/* The bells go on until the reset, which comes long before the storm's end. */
static void ring_while_stopped(void)
{
	int fd = hostile_start(O_NONBLOCK);
	unsigned long bells;
	__u64 began;

	hostile_command(fd, HOSTILE_BELL_STORM, 3 * STORM_MS);
	close(fd);
	set_of_remote("device/ampkit/shutdown_timeout_ms", "200");
	bells = bells_taken();
	began = now_us();
	remote_stop(0);
	set_of_remote("device/ampkit/shutdown_timeout_ms", "1000");
	expect(bells_taken() > bells, "it did not ring while it was stopped");
	expect(now_us() - began < PROMPT_MS * 1000, "the stop takes %llu us",
	       now_us() - began);
	hostile_good_again();
}

static void ring_while_the_driver_goes(void)
{
	int fd = hostile_start(O_NONBLOCK);

	hostile_command(fd, HOSTILE_BELL_STORM, 3 * STORM_MS);
	close(fd);
	set_of_remote("device/ampkit/shutdown_timeout_ms", "200");
	modules_unload();
	modules_load();
	expect(remote_is(0, "offline"), "the driver left it running");
	hostile_good_again();
}

/* In the trace, which no file shows while nobody is attached. */
static bool has_seen_its_host_go(void *unused)
{
	struct range range = region_of(0, "image");
	const __u64 *words = phys_map(range.base, range.size);
	__u64 *image = malloc(range.size);
	bool seen;
	size_t i;

	(void)unused;
	expect(image, "no memory");
	for (i = 0; i < range.size / sizeof(*image); i++)
		image[i] = phys_word(&words[i]);
	munmap((void *)words, range.size);
	seen = memmem(image, range.size, "link down", strlen("link down"));
	free(image);
	return seen;
}

/*
 * Nobody listens for a while, and then somebody does. A remote that is attached
 * to before it has seen that its host went has nothing to announce, so that
 * waits for the end.
 */
static void ring_without_a_driver(void)
{
	int fd = hostile_start(O_NONBLOCK);

	hostile_command(fd, HOSTILE_BELL_STORM, STORM_MS);
	close(fd);
	set_of_remote("device/ampkit/leave_running", "1");
	modules_unload();
	modules_load();
	expect(remote_is(0, "detached"), "it was stopped");
	note("it %s", has_seen_its_host_go(NULL) ? "is over" : "rings still");
	expect_soon(has_seen_its_host_go, NULL, 5 * STORM_MS);
	expect_eq(remote_try_start(0), 0);
	fd = remote_open(0, O_NONBLOCK);
	exchange(fd, 1000);
	hostile_end(fd);
}

#define ANNOUNCING(sentence, what, often, no, yes, name)		\
	TEST_WITH(sentence, announce, (&(const struct announcing) {	\
		.command = what, .times = often, .refused = no,		\
		.made = yes, .pattern = CHANNELS(name) }))

static const struct test tests[] = {
	ANNOUNCING("fault_19_a_flood_of_channels_is_capped",
		   HOSTILE_NS_FLOOD, 500, 500 - (MAX_CHANNELS - 1),
		   MAX_CHANNELS - 1, "hostile-*"),
	ANNOUNCING("fault_19_a_channel_is_announced_again_in_vain",
		   HOSTILE_NS_DUPLICATE, 500, 499, 1, "hostile-0"),
	ANNOUNCING("fault_19_a_name_without_an_end_is_cut",
		   HOSTILE_NS_UNTERMINATED, 100, 99, 1,
		   "0123456789abcdef0123456789abcde"),
	ANNOUNCING("fault_19_nobodys_addresses_are_refused",
		   HOSTILE_NS_ADDR, 100, 200, 0, "hostile-*"),
	ANNOUNCING("fault_19_the_end_of_what_never_was_is_refused",
		   HOSTILE_NS_DESTROY, 1000, 1000, 0, "hostile-*"),
	TEST("fault_19_announcements_are_slowed_down", announce_too_fast),
	TEST("fault_20_others_live_through_a_flood_by_the_remote",
	     endure_a_flood),
	TEST("fault_21_a_bell_storm_starves_nobody", endure_a_storm),
	TEST("fault_22_bells_before_the_link_is_up_do_no_harm",
	     ring_too_early),
	TEST("fault_22_bells_while_it_is_stopped_do_no_harm",
	     ring_while_stopped),
	TEST("fault_22_bells_while_the_driver_goes_do_no_harm",
	     ring_while_the_driver_goes),
	TEST("fault_22_bells_without_a_driver_do_no_harm",
	     ring_without_a_driver),
};

const struct suite hostile_load_suite = { tests, ARRAY_SIZE(tests), NULL };
