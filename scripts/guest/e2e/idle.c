// SPDX-License-Identifier: GPL-2.0
/*
 * Remotes that run and have nothing to say. How much of a host CPU they use
 * can only be seen from outside: the host script measures the threads of their
 * cores between "# vcpu N idle begin" and "# vcpu N idle end". Those that nothing
 * can wake never sleep, and the host is told why it has nothing to measure.
 */
#include "e2e.h"

/* Nothing is waited for here: the duration itself is what counts. */
#define MEASURED_US		12000000

static void tell_host(const char *what)
{
	unsigned int remote;

	for (remote = 0; remote < REMOTES; remote++)
		if (machine.remotes[remote].is_rung)
			note("vcpu %u idle %s",
			     machine.first_vcpu + core_of(remote), what);
}

static void tell_who_is_never_idle(void)
{
	unsigned int remote;

	for (remote = 0; remote < REMOTES; remote++)
		if (!machine.remotes[remote].is_rung)
			note("vcpu %u idle never: nothing can wake it, it looks at its rings",
			     machine.first_vcpu + core_of(remote));
}

static void stay_quiet(void)
{
	int fds[REMOTES];
	unsigned int remote;

	tell_who_is_never_idle();
	for (remote = 0; remote < REMOTES; remote++) {
		fds[remote] = remote_start_and_open(remote, 0);
		remote_echo(fds[remote], "before the silence");
	}
	tell_host("begin");
	pause_us(MEASURED_US);
	tell_host("end");
	for (remote = 0; remote < REMOTES; remote++)
		remote_echo(fds[remote], "after the silence");
}

static const struct test tests[] = {
	TEST("quiet_remotes_wake_up_when_spoken_to", stay_quiet),
};

const struct suite idle_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
