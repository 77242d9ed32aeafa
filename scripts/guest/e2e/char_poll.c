// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that never block: epoll with edge triggering, and io_uring.
 *
 * A client keeps a window of messages outstanding, more than the ring holds,
 * so that it meets a full ring again and again, and fewer than the receive
 * queue holds, so that nothing is dropped.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <liburing.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "char.h"

#define MILLION		1000000
#define WINDOW		700
#define STALL_MS	2000
#define ROUNDS		10
#define ECHOES		10000
#define READS		4
#define WRITES		32
#define SIGN_EVERY	65536
#define WRITERS		(2 * TRIES)
#define KILLED_US	100000

/**
 * struct traffic - numbered messages out and back
 * @fd: the channel
 * @total: how many there are
 * @sent: messages sent
 * @received: messages received, in order
 * @full: times that the ring was full
 */
struct traffic {
	int fd;
	__u64 total;
	__u64 sent;
	__u64 received;
	__u64 full;
};

static void check_number(struct traffic *traffic, const __u64 *number,
			 ssize_t len)
{
	expect_eq(len, sizeof(*number));
	expect_eq(*number, traffic->received);
	traffic->received++;
	if (traffic->received % SIGN_EVERY == 0)
		sign_of_life();
}

/* Writes until EAGAIN, or until the window is full: then true. */
static bool write_all(struct traffic *traffic)
{
	while (traffic->sent < traffic->total &&
	       traffic->sent - traffic->received < WINDOW) {
		__u64 number[2] = { traffic->sent };
		ssize_t len = write(traffic->fd, number, sizeof(number[0]));

		if (len < 0) {
			expect_eq(errno, EAGAIN);
			traffic->full++;
			return false;
		}
		traffic->sent++;
	}
	return true;
}

static void read_all(struct traffic *traffic)
{
	__u64 number[2];
	ssize_t len;

	while ((len = read(traffic->fd, number, sizeof(number))) >= 0)
		check_number(traffic, number, len);
	expect_eq(errno, EAGAIN);
}

static void run_edges(struct traffic *traffic)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	expect_ok(epoll_ctl(epoll, EPOLL_CTL_ADD, traffic->fd, &event));
	while (traffic->received < traffic->total) {
		bool again;

		expect(epoll_wait(epoll, &event, 1, STALL_MS) == 1,
		       "no edge for %d ms: %llu sent, %llu received", STALL_MS,
		       traffic->sent, traffic->received);
		expect(!(event.events & (EPOLLHUP | EPOLLERR)), "events %#x",
		       event.events);
		/* Reading opens the window, and no edge tells of that */
		do {
			again = write_all(traffic);
			read_all(traffic);
		} while (again && traffic->sent < traffic->total &&
			 traffic->sent - traffic->received < WINDOW);
	}
	close(epoll);
}

static void edge_triggered(void)
{
	struct traffic traffic = {
		.fd = remote_start_and_open(0, O_NONBLOCK),
		.total = param_number("million", scaled(MILLION)),
	};
	__u64 began = now_us();

	run_edges(&traffic);
	note("%llu messages in %llu ms, the ring was full %llu times",
	     traffic.received, (now_us() - began) / 1000, traffic.full);
	/* A slow kernel never gets ahead of the remote: see edge_of_room() */
	expect(traffic.full || patience() > 1, "the ring was never full");
	expect_eq(ept_info(traffic.fd).dropped, 0);
}

/* Until no edge comes any more: nobody takes what is sent, and nobody will */
static void fill_for_good(int fd, int epoll)
{
	struct epoll_event event;

	do {
		while (write(fd, "fill", 4) == 4)
			;
		expect_eq(errno, EAGAIN);
	} while (epoll_wait(epoll, &event, 1, 100) == 1);
}

/* The firmware stops taking when it can't send, which our own queue decides */
static void edge_of_room(void)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	int fd = remote_start_and_open(0, O_NONBLOCK);
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	char node[64];
	int round;

	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "queue_messages", "16"), 0);
	expect_eq(node_set_attr(node, "overflow", "hold"), 0);
	expect_ok(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	for (round = 0; round < ROUNDS; round++) {
		fill_for_good(fd, epoll);
		expect_eq(poll_for(fd, POLLOUT, 0), 0);
		while (poll_for(fd, POLLIN, 50))
			drain(fd);
		expect(epoll_wait(epoll, &event, 1, STALL_MS) == 1,
		       "round %d: no edge", round);
		expect_eq(event.events, EPOLLOUT);
		expect_eq(poll_for(fd, POLLOUT, 0), POLLOUT);
	}
	expect_eq(ept_info(fd).dropped, 0);
}

/**
 * struct intruder - who takes an endpoint's locks all the time
 * @node: the endpoint's
 * @fd: an open file of it
 * @stop: that it shall end
 */
struct intruder {
	char node[64];
	int fd;
	atomic_bool stop;
};

static void *lock_readers_out(void *context)
{
	struct intruder *intruder = context;

	while (!atomic_load(&intruder->stop))
		ept_info(intruder->fd);
	return NULL;
}

static void *lock_writers_out(void *context)
{
	struct intruder *intruder = context;

	while (!atomic_load(&intruder->stop)) {
		int fd = open(intruder->node, O_WRONLY | O_CLOEXEC);

		expect_ok(fd);
		close(fd);
	}
	return NULL;
}

/* One number goes out and comes back; nothing else is an event */
static unsigned int echo_by_edges(int fd, int epoll, __u32 number)
{
	struct epoll_event event;
	unsigned int busy = 0;
	__u32 answer;

	while (write(fd, &number, sizeof(number)) < 0) {
		expect_eq(errno, EAGAIN);
		expect_eq(epoll_wait(epoll, &event, 1, STALL_MS), 1);
		busy++;
	}
	while (read(fd, &answer, sizeof(answer)) < 0) {
		expect_eq(errno, EAGAIN);
		busy += !!poll_for(fd, POLLIN, 0);
		expect_eq(epoll_wait(epoll, &event, 1, STALL_MS), 1);
	}
	expect_eq(answer, number);
	return busy;
}

/* Who may not wait, and does not get a lock, is told when it is free */
static void edge_of_a_lock(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int fd = remote_start_and_open(0, O_NONBLOCK);
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	static struct intruder intruder;
	__u32 number, numbers = scaled(ECHOES);
	pthread_t readers, writers;
	unsigned int busy = 0;

	remote_wait_node(0, intruder.node, sizeof(intruder.node));
	intruder.fd = fd;
	expect_ok(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	pthread_create(&readers, NULL, lock_readers_out, &intruder);
	pthread_create(&writers, NULL, lock_writers_out, &intruder);
	for (number = 0; number < numbers; number++) {
		busy += echo_by_edges(fd, epoll, number);
		if (number % 100 == 0)
			sign_of_life();
		if (number % 1000 == 999)
			note("%u echoes", number + 1);
	}
	atomic_store(&intruder.stop, true);
	pthread_join(readers, NULL);
	pthread_join(writers, NULL);
	note("%u echoes, turned away %u times", numbers, busy);
}

/* With a ring that nobody empties, no room may be told, by edge or level */
static void no_false_room(void)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	int fd = remote_start_and_open(0, O_NONBLOCK);
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	expect_ok(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	expect_eq(epoll_wait(epoll, &event, 1, WAIT_MS), 1);
	remote_hold(0, fd);
	fill_ring(fd);
	/* What was told before the ring was full */
	epoll_wait(epoll, &event, 1, 0);
	expect_eq(epoll_wait(epoll, &event, 1, 300), 0);
	expect_eq(poll_for(fd, POLLOUT, 300), 0);
	expect_errno(write(fd, "x", 1), EAGAIN);
}

/* io_uring workers show as threads of the process that has the ring */
static unsigned int count_workers(void)
{
	DIR *dir = opendir("/proc/self/task");
	char path[300], name[32];
	unsigned int workers = 0;
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
			 entry->d_name);
		if (read_file(path, name, sizeof(name)) > 0)
			workers += !strncmp(name, "iou-wrk", 7);
	}
	closedir(dir);
	return workers;
}

/* One request on its way */
struct request {
	bool is_read;
	bool busy;
	__u64 number[2];
};

struct uring {
	struct io_uring ring;
	struct request reads[READS];
	struct request writes[WRITES];
};

static struct io_uring_sqe *get_sqe(struct uring *uring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);

	expect(sqe, "the submission queue is full");
	return sqe;
}

/* Requests of the same kind are linked to nothing: reads keep their order */
static void submit_read(struct uring *uring, struct traffic *traffic,
			struct request *request)
{
	struct io_uring_sqe *sqe = get_sqe(uring);

	request->is_read = true;
	request->busy = true;
	io_uring_prep_read(sqe, traffic->fd, request->number,
			   sizeof(request->number), -1);
	io_uring_sqe_set_data(sqe, request);
}

static void submit_write(struct uring *uring, struct traffic *traffic,
			 struct request *request)
{
	struct io_uring_sqe *sqe = get_sqe(uring);

	request->is_read = false;
	request->busy = true;
	request->number[0] = traffic->sent++;
	io_uring_prep_write(sqe, traffic->fd, request->number,
			    sizeof(request->number[0]), -1);
	io_uring_sqe_set_data(sqe, request);
}

static void submit_writes(struct uring *uring, struct traffic *traffic)
{
	size_t i;

	for (i = 0; i < WRITES; i++)
		if (!uring->writes[i].busy && traffic->sent < traffic->total &&
		    traffic->sent - traffic->received < WINDOW)
			submit_write(uring, traffic, &uring->writes[i]);
}

/* Several writes that wait for room may pass each other: sum, not order */
static void complete(struct uring *uring, struct traffic *traffic,
		     struct io_uring_cqe *cqe, __u64 *sum)
{
	struct request *request = io_uring_cqe_get_data(cqe);

	expect(cqe->res == sizeof(__u64), "%s completed with %d",
	       request->is_read ? "read" : "write", cqe->res);
	request->busy = false;
	if (!request->is_read)
		return;
	*sum += request->number[0];
	traffic->received++;
	if (traffic->received % SIGN_EVERY == 0)
		sign_of_life();
	submit_read(uring, traffic, request);
}

static void run_uring(struct uring *uring, struct traffic *traffic)
{
	struct __kernel_timespec stall = { .tv_sec = STALL_MS / 1000 };
	struct io_uring_cqe *cqe;
	unsigned int most = 0;
	__u64 sum = 0;
	size_t i;

	for (i = 0; i < READS; i++)
		submit_read(uring, traffic, &uring->reads[i]);
	while (traffic->received < traffic->total) {
		submit_writes(uring, traffic);
		expect_ok(io_uring_submit(&uring->ring));
		expect(!io_uring_wait_cqe_timeout(&uring->ring, &cqe, &stall),
		       "no completion for %d ms: %llu sent, %llu received",
		       STALL_MS, traffic->sent, traffic->received);
		do {
			complete(uring, traffic, cqe, &sum);
			io_uring_cqe_seen(&uring->ring, cqe);
		} while (!io_uring_peek_cqe(&uring->ring, &cqe));
		if (traffic->received % 64 == 0 && count_workers() > most)
			most = count_workers();
	}
	expect_eq(sum, traffic->total * (traffic->total - 1) / 2);
	expect_eq(most, 0);
	expect_eq(count_workers(), 0);
}

static void uring_without_workers(void)
{
	static struct uring uring;
	struct traffic traffic = {
		.fd = remote_start_and_open(0, 0),
		.total = param_number("uring", scaled(50000)),
	};
	__u64 began = now_us();
	int err;

	err = io_uring_queue_init(2 * (READS + WRITES), &uring.ring, 0);
	if (err)
		fail("io_uring_queue_init: %s", strerror(-err));
	run_uring(&uring, &traffic);
	note("%llu messages in %llu ms", traffic.received,
	     (now_us() - began) / 1000);
	expect_eq(ept_info(traffic.fd).dropped, 0);
}

static void expect_no_completion(struct uring *uring, unsigned int ms)
{
	struct __kernel_timespec time = { .tv_nsec = ms * 1000000LL };
	struct io_uring_cqe *cqe;
	struct request *request;

	if (io_uring_wait_cqe_timeout(&uring->ring, &cqe, &time))
		return;
	request = io_uring_cqe_get_data(cqe);
	fail("%s completed with %d", request->is_read ? "read" : "write",
	     cqe->res);
}

/* A ring that is full and a queue that is empty: still nobody needs a worker */
static void uring_waits_by_poll(void)
{
	static struct uring uring;
	struct traffic traffic = { .total = 1 };
	int nonblocking = remote_start_and_open(0, O_NONBLOCK);
	int err;

	traffic.fd = remote_open(0, 0);
	remote_hold(0, nonblocking);
	fill_ring(nonblocking);
	/* Echoes from before the hold may still be on their way in */
	while (poll_for(nonblocking, POLLIN, 100))
		drain(nonblocking);
	err = io_uring_queue_init(2 * (READS + WRITES), &uring.ring, 0);
	if (err)
		fail("io_uring_queue_init: %s", strerror(-err));
	submit_read(&uring, &traffic, &uring.reads[0]);
	submit_write(&uring, &traffic, &uring.writes[0]);
	expect_eq(io_uring_submit(&uring.ring), 2);
	expect_no_completion(&uring, 200);
	expect_eq(count_workers(), 0);
}

/*
 * Writers that wait for good, once what the remote took before it was held is
 * back, too. They end with the errno of their write.
 */
static void writers_start(int fd, pid_t *pids)
{
	unsigned int i;

	for (i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			while (write(fd, "never", 5) > 0)
				;
			_exit(errno);
		}
		expect_ok(pids[i]);
		task_sleeps(pids[i]);
	}
}

/* Kills a writer while it waits; returns how long it lived */
static __u64 writer_kill(pid_t pid)
{
	__u64 began = now_us();
	int status;

	kill(pid, SIGKILL);
	expect_eq(waitpid(pid, &status, 0), pid);
	expect(WIFSIGNALED(status), "status %#x", status);
	return now_us() - began;
}

/* Half of the writers are killed, and the others wait on until the stop */
static void kill_writer(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	int blocking = remote_open(0, 0), status;
	__u64 began, died, stopped, soonest = ULLONG_MAX;
	pid_t pids[WRITERS];
	unsigned int i;

	remote_hold(0, fd);
	fill_ring(fd);
	writers_start(blocking, pids);
	for (i = 0; i < WRITERS / 2; i++) {
		died = writer_kill(pids[i]);
		note("dead after %llu us", died);
		if (died < soonest)
			soonest = died;
	}
	expect(soonest < KILLED_US * patience(), "the writers lived on");
	began = now_us();
	remote_stop(0);
	stopped = now_us() - began;
	note("stopped in %llu ms", stopped / 1000);
	expect(stopped < PROMPT_MS * 1000ULL * patience(), "%llu us", stopped);
	for (; i < WRITERS; i++) {
		expect_eq(waitpid(pids[i], &status, 0), pids[i]);
		expect(WIFEXITED(status), "status %#x", status);
		expect_eq(WEXITSTATUS(status), EPIPE);
	}
}

static void *stop_remote(void *ended)
{
	remote_stop(0);
	*(__u64 *)ended = now_us();
	return NULL;
}

/* Returns how long they lived */
static __u64 writers_kill_while_it_stops(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	int blocking = remote_open(0, 0);
	__u64 began, stopped, died;
	pid_t pids[WRITERS];
	pthread_t stopper;
	unsigned int i;

	remote_hold(0, fd);
	fill_ring(fd);
	writers_start(blocking, pids);
	began = now_us();
	pthread_create(&stopper, NULL, stop_remote, &stopped);
	for (i = 0; i < WRITERS; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < WRITERS; i++)
		expect_eq(waitpid(pids[i], NULL, 0), pids[i]);
	died = now_us() - began;
	pthread_join(stopper, NULL);
	note("all dead after %llu us, stopped after %llu ms", died,
	     (stopped - began) / 1000);
	expect(stopped - began < PROMPT_MS * 1000ULL * patience(), "stop hung");
	close(blocking);
	close(fd);
	return died;
}

/* The same while the stop is on its way: whoever is first, nobody waits */
static void kill_writers_and_stop(void)
{
	unsigned int try;

	for (try = 0; try < TRIES; try++)
		if (writers_kill_while_it_stops() < KILLED_US * patience())
			return;
	fail("a writer lived on");
}

static const struct test tests[] = {
	TEST("an_edge_triggered_client_passes_a_million_messages",
	     edge_triggered),
	TEST("an_edge_comes_when_a_full_ring_gets_room", edge_of_room),
	TEST("an_edge_comes_when_a_lock_is_free_again", edge_of_a_lock),
	TEST("fault_35_a_full_ring_shows_no_false_room", no_false_room),
	TEST("io_uring_needs_no_worker_for_messages", uring_without_workers),
	TEST("io_uring_needs_no_worker_to_wait", uring_waits_by_poll),
	TEST("fault_26_SIGKILL_ends_a_blocked_writer_at_once", kill_writer),
	TEST("fault_26_SIGKILL_ends_writers_during_a_stop",
	     kill_writers_and_stop),
};

const struct suite char_poll_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
