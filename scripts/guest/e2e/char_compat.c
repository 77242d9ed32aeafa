// SPDX-License-Identifier: GPL-2.0
/*
 * A program of 32 bits on this kernel of 64: scripts/guest32/char32.c, which
 * uses every ioctl there is.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "char.h"

#define PROGRAM		"/bin/char32"

static void program_of_32_bits(void)
{
	char node[64], ctrl[64], address[16];
	int status;
	pid_t pid;

	expect_ok(module_load("rpmsg_ctrl"));
	remote_start(0);
	close(ctrl_open(0));
	remote_wait_node(0, node, sizeof(node));
	expect(remote_find_ctrl(0, ctrl, sizeof(ctrl)), "no control device");
	snprintf(address, sizeof(address), "%u", echo_address(0));
	pid = fork();
	expect_ok(pid);
	if (!pid) {
		execl(PROGRAM, PROGRAM, node, ctrl, address, NULL);
		fail("exec " PROGRAM ": %s", strerror(errno));
	}
	expect_eq(waitpid(pid, &status, 0), pid);
	expect_eq(status, 0);
	remote_stop(0);
	expect_ok(module_unload("rpmsg_ctrl"));
}

static const struct test tests[] = {
	TEST("a_program_of_32_bits_can_use_every_ioctl", program_of_32_bits),
};

const struct suite char_compat_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};
