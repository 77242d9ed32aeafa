// SPDX-License-Identifier: GPL-2.0
/*
 * bench - the guest's part of `make bench`
 *
 *	bench ROUNDS BLOCK_MS SAMPLES full|quick|profile MINUTES LINGER_US
 *
 * A round visits all stacks forth and back: A, B, floor, ours, ours, floor, B, A. So
 * what drifts meanwhile is the same for each pair of stacks, and each stack also follows
 * itself, in this round or in the next: that is the control.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static unsigned int parse(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || value > 1000000)
		die("%s is no number", text);
	return value;
}

static enum depth parse_depth(const char *text)
{
	if (!strcmp(text, "full"))
		return DEPTH_FULL;
	if (!strcmp(text, "quick"))
		return DEPTH_QUICK;
	if (!strcmp(text, "profile"))
		return DEPTH_PROFILE;
	die("%s is no depth", text);
}

static void run_round(const struct plan *plan, unsigned int round)
{
	const struct stack *stack;
	size_t i;

	for (i = 0; i < 2 * num_stacks; i++) {
		stack = &stacks[i < num_stacks ? i : 2 * num_stacks - 1 - i];
		/* Who takes in without a pause has no number of instructions */
		if (!stack->least || plan->linger_us)
			visit(plan, stack, round, i);
	}
	printf("bench: round %u of %u is done\n", round + 1, plan->rounds);
}

int main(int argc, char *argv[])
{
	struct plan plan;
	unsigned int round;

	if (argc != 7)
		die("usage: bench ROUNDS BLOCK_MS SAMPLES full|quick|profile MINUTES LINGER_US");
	plan = (struct plan){
		.rounds = parse(argv[1]),
		.block_ns = parse(argv[2]) * 1000000ULL,
		.samples = parse(argv[3]),
		.depth = parse_depth(argv[4]),
		.minutes = parse(argv[5]),
		.linger_us = parse(argv[6]),
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (round = 0; round < plan.rounds; round++)
		run_round(&plan, round);
	if (plan.minutes)
		visit_for_long(&plan, &stacks[num_stacks - 1]);
	printf("bench: done\n");
	return 0;
}
