// SPDX-License-Identifier: GPL-2.0
/*
 * Many endpoints at once, each with readers and writers that come, poll, go,
 * and are killed at any moment.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "char.h"

#define ENDPOINTS	64
#define USERS		4
#define SECONDS		60
#define KILL_EVERY_US	20000
#define KILLED_AT_ONCE	16
#define STRIDE		37
#define SIGN_EVERY_US	10000000

struct user {
	pid_t pid;
	unsigned int number;
	const char *node;
	bool reads;
};

static char nodes[ENDPOINTS][32];
static struct user users[ENDPOINTS * USERS];

/* Some randomness of its own for each life of each user */
static unsigned int dice(unsigned int sides)
{
	static __u64 state;

	if (!state)
		state = mix64(getpid() * 31ULL + test_seed());
	state = mix64(state);
	return (state >> 20) % sides;
}

static void use_reading(int fd)
{
	char data[PAYLOAD_MAX];
	struct rpmsg_ept_info info;
	int next;

	poll_for(fd, POLLIN, dice(20));
	while (read(fd, data, dice(sizeof(data))) >= 0)
		;
	expect(errno == EAGAIN || errno == EPIPE, "read: %s", strerror(errno));
	if (ioctl(fd, RPMSG_EPT_GET_INFO, &info) == 0)
		expect_eq(info.received,
			  info.taken + info.discarded + info.queued);
	ioctl(fd, FIONREAD, &next);
}

static void use_writing(int fd)
{
	char data[PAYLOAD_MAX] = "crowd";
	unsigned int count = dice(30);

	while (count--)
		if (write(fd, data, 8 + dice(sizeof(data) - 8)) < 0)
			break;
	poll_for(fd, POLLOUT, dice(20));
}

/* One who may wait does so once, maybe until he is killed */
static void use_waiting(int fd, bool reads)
{
	char data[PAYLOAD_MAX] = "crowd";

	if (reads)
		expect_ok(read(fd, data, sizeof(data)));
	else
		expect_ok(write(fd, data, sizeof(data)));
}

static void live(const struct user *user)
{
	bool waits;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpriority(PRIO_PROCESS, 0, 0);
	for (;;) {
		waits = dice(4) == 0;
		fd = open(user->node, (user->reads ? O_RDONLY : O_WRONLY) |
			  (waits ? 0 : O_NONBLOCK));
		expect(fd >= 0, "open %s: %s", user->node, strerror(errno));
		if (waits)
			use_waiting(fd, user->reads);
		else if (user->reads)
			use_reading(fd);
		else
			use_writing(fd);
		close(fd);
	}
}

static void user_start(struct user *user)
{
	user->pid = fork();
	expect_ok(user->pid);
	if (!user->pid)
		live(user);
}

/* Some at once, and those first of all: or each waits for its turn to die. */
static void replace_some(void)
{
	unsigned int first = random_below(ARRAY_SIZE(users)), i;
	struct user *some[KILLED_AT_ONCE];
	int status;

	/* All different, and of endpoints far apart */
	for (i = 0; i < KILLED_AT_ONCE; i++) {
		some[i] = &users[(first + i * STRIDE) % ARRAY_SIZE(users)];
		setpriority(PRIO_PROCESS, some[i]->pid, -20);
		kill(some[i]->pid, SIGKILL);
	}
	for (i = 0; i < KILLED_AT_ONCE; i++) {
		expect_eq(waitpid(some[i]->pid, &status, 0), some[i]->pid);
		expect(WIFSIGNALED(status), "user %u ended: status %#x",
		       some[i]->number, status);
		user_start(some[i]);
	}
}

static void start_all(int ctrl, __u32 echo)
{
	char name[32];
	unsigned int i;

	for (i = 0; i < ENDPOINTS; i++) {
		snprintf(name, sizeof(name), "crowd-%u", i);
		ept_create(ctrl, name, RPMSG_ADDR_ANY, echo, nodes[i],
			   sizeof(nodes[i]));
	}
	for (i = 0; i < ARRAY_SIZE(users); i++) {
		users[i].number = i;
		users[i].node = nodes[i / USERS];
		users[i].reads = i % 2;
		user_start(&users[i]);
	}
}

static void stop_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(users); i++)
		kill(users[i].pid, SIGKILL);
	for (i = 0; i < ARRAY_SIZE(users); i++)
		waitpid(users[i].pid, NULL, 0);
}

static void crowd(void)
{
	__u64 end, sign, sent = 0, received = 0, dropped = 0;
	unsigned int kills = 0, i;
	int ctrl;

	/* So that the users share it, and don't tell it each */
	test_seed();
	/* 256 others want the processors */
	expect_ok(setpriority(PRIO_PROCESS, 0, -20));
	expect_ok(module_load("rpmsg_ctrl"));
	remote_start(0);
	ctrl = ctrl_open(0);
	start_all(ctrl, echo_address(0));
	sign = now_us();
	end = sign + param_number("crowd", SECONDS) * 1000000ULL;
	while (now_us() < end) {
		pause_us(KILL_EVERY_US);
		replace_some();
		kills += KILLED_AT_ONCE;
		if (now_us() > sign + SIGN_EVERY_US) {
			sign_of_life();
			sign = now_us();
		}
	}
	stop_all();
	for (i = 0; i < ENDPOINTS; i++) {
		sent += node_attr(nodes[i], "statistics/sent");
		received += node_attr(nodes[i], "statistics/received");
		dropped += node_attr(nodes[i], "statistics/dropped");
	}
	note("%u kills, %llu messages sent, %llu received, %llu dropped", kills,
	     sent, received, dropped);
	expect(sent > received / 2 && received, "no traffic");
	expect(kills > scaled(ARRAY_SIZE(users)), "users were left alone");
	close(ctrl);
	remote_stop(0);
	remote_check_echo(0);
	expect_ok(module_unload("rpmsg_ctrl"));
}

static const struct test tests[] = {
	TEST("64_endpoints_survive_a_crowd_that_comes_and_goes", crowd),
};

const struct suite char_crowd_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
