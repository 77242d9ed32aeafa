// SPDX-License-Identifier: GPL-2.0
/*
 * A visit of a stack: it is loaded, a remote started, and a short block of
 * every case measured. What is counted on both sides is printed for both.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* What a client in the kernel sends in one block, about as long as others */
#define CLIENT_RATE	300000

/* How long a reader polls that does, us: longer than any usual round trip */
#define POLL_US		1000

static const unsigned int all_sizes[] = { 1, 16, 64, 256, 496 };
static const unsigned int all_windows[] = { 1, 4, 16, 64, 256 };
static const unsigned int quick_sizes[] = { 16, 496 };
static const unsigned int quick_windows[] = { 1, 64, 256 };
static const unsigned int endpoint_counts[] = { 1, 8, MAX_ENDPOINTS };
static const unsigned int client_windows[] = { 64, 128, 240 };

static const char *const mode_names[] = {
	[MODE_RW] = "rw",
	[MODE_BATCH] = "batch",
	[MODE_POLL] = "poll",
	[MODE_KERNEL] = "kernel",
};

static const char *const direction_names[] = {
	[BOTH_WAYS] = "both",
	[TO_REMOTE] = "out",
	[TO_HOST] = "in",
};

/**
 * struct scene - where the blocks of a visit take place
 * @plan: how much
 * @stack: which stack
 * @round: of the plan
 * @position: in the round
 * @fds: the channels
 */
struct scene {
	const struct plan *plan;
	const struct stack *stack;
	unsigned int round;
	unsigned int position;
	int fds[REMOTES];
};

/* What the firmware of a block's remotes has counted */
struct fw_counts {
	uint64_t messages;
	uint64_t taken;
	uint64_t rung;
};

static void print_case(const struct scene *scene, const char *kind,
		       const struct load *load, unsigned int remotes)
{
	printf("bench: %s round=%u position=%u stack=%s", kind, scene->round,
	       scene->position, scene->stack->name);
	printf(" mode=%s direction=%s size=%u window=%u endpoints=%u remotes=%u",
	       mode_names[load->mode], direction_names[load->direction],
	       load->size, load->window, load->count, remotes);
}

static void print_counts(const struct counts *before,
			 const struct counts *after)
{
	printf(" rung=%llu taken=%llu irqs=%llu switches=%llu",
	       (unsigned long long)(after->rung - before->rung),
	       (unsigned long long)(after->taken - before->taken),
	       (unsigned long long)(after->irqs - before->irqs),
	       (unsigned long long)(after->switches - before->switches));
}

static void print_fw(const struct fw_counts *before,
		     const struct fw_counts *after)
{
	printf(" fw_messages=%llu fw_taken=%llu fw_rung=%llu",
	       (unsigned long long)(after->messages - before->messages),
	       (unsigned long long)(after->taken - before->taken),
	       (unsigned long long)(after->rung - before->rung));
}

static void read_fw(const struct scene *scene, unsigned int remotes,
		    struct fw_counts *sum)
{
	struct fw_counts one;
	unsigned int i;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < remotes; i++) {
		fw_counters(scene->fds[i], &one.messages, &one.taken,
			    &one.rung);
		sum->messages += one.messages;
		sum->taken += one.taken;
		sum->rung += one.rung;
	}
}

/**
 * struct worker - a thread with a load of its own
 * @load: the load
 * @ns: how long
 * @block: what came of it
 */
struct worker {
	struct load load;
	uint64_t ns;
	struct block block;
};

static void *work(void *context)
{
	struct worker *worker = context;

	engine_run(&worker->load, worker->ns, &worker->block);
	return NULL;
}

/* The same load on each of some remotes, at once. */
static void run_loads(const struct scene *scene, const struct load *load,
		      unsigned int remotes, struct block *sum)
{
	static struct worker workers[REMOTES];
	pthread_t threads[REMOTES];
	unsigned int i;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < remotes; i++) {
		workers[i].load = *load;
		workers[i].ns = scene->plan->block_ns;
		if (i)
			workers[i].load.fds[0] = scene->fds[i];
		if (i && pthread_create(&threads[i], NULL, work, &workers[i]))
			die("no thread");
	}
	work(&workers[0]);
	for (i = 0; i < remotes; i++) {
		if (i)
			pthread_join(threads[i], NULL);
		sum->messages += workers[i].block.messages;
		sum->calls += workers[i].block.calls;
		if (workers[i].block.ns > sum->ns)
			sum->ns = workers[i].block.ns;
	}
}

/*
 * The host notes how much processor time the machine has used so far, and says
 * so by an empty line: unlike the rate, that hardly depends on what else runs.
 */
static void sync_with_host(void)
{
	char line[16];

	printf("bench: mark\n");
	if (!fgets(line, sizeof(line), stdin))
		die("the host does not answer");
}

static void run_block(const struct scene *scene, const struct load *load,
		      unsigned int remotes)
{
	struct fw_counts fw_before, fw_after;
	struct counts before, after;
	struct block block;

	read_fw(scene, remotes, &fw_before);
	counts_before(scene->stack, &before);
	sync_with_host();
	run_loads(scene, load, remotes, &block);
	sync_with_host();
	counts_after(scene->stack, &after);
	read_fw(scene, remotes, &fw_after);

	print_case(scene, "block", load, remotes);
	printf(" messages=%llu ns=%llu calls=%llu",
	       (unsigned long long)block.messages,
	       (unsigned long long)block.ns, (unsigned long long)block.calls);
	print_counts(&before, &after);
	print_fw(&fw_before, &fw_after);
	printf("\n");
}

static struct load channel_load(const struct scene *scene)
{
	return (struct load){
		.size = 16,
		.window = 64,
		.count = 1,
		.fds = { scene->fds[0] },
	};
}

static void run_table(const struct scene *scene)
{
	bool quick = scene->plan->depth == DEPTH_QUICK;
	const unsigned int *sizes = quick ? quick_sizes : all_sizes;
	const unsigned int *windows = quick ? quick_windows : all_windows;
	size_t num_sizes = quick ? ARRAY_SIZE(quick_sizes) :
				   ARRAY_SIZE(all_sizes);
	size_t num_windows = quick ? ARRAY_SIZE(quick_windows) :
				     ARRAY_SIZE(all_windows);
	struct load load = channel_load(scene);
	size_t i, j;

	for (i = 0; i < num_sizes; i++) {
		for (j = 0; j < num_windows; j++) {
			load.size = sizes[i];
			load.window = windows[j];
			for (load.direction = BOTH_WAYS;
			     load.direction <= TO_HOST; load.direction++) {
				load.mode = MODE_RW;
				run_block(scene, &load, 1);
				load.mode = MODE_BATCH;
				if (scene->stack->ours && load.window > 1)
					run_block(scene, &load, 1);
			}
		}
	}
}

static void print_latency(const struct scene *scene, struct load *load)
{
	print_case(scene, "latency", load, 1);
	latency_run(load, scene->plan->samples);
	printf("\n");
}

static void run_latency(const struct scene *scene)
{
	struct load load = channel_load(scene);

	load.window = 1;
	print_latency(scene, &load);
	if (!scene->stack->ours)
		return;

	load.mode = MODE_POLL;
	latency_set_poll(load.fds[0], POLL_US);
	print_latency(scene, &load);
	latency_set_poll(load.fds[0], 0);
}

static void run_endpoints(const struct scene *scene)
{
	struct load load = channel_load(scene);
	unsigned int i;
	char name[32];

	for (i = 0; i < MAX_ENDPOINTS; i++) {
		snprintf(name, sizeof(name), "bench-%u", i);
		load.fds[i] = remote_open_endpoint(0, name);
	}
	for (i = 0; i < ARRAY_SIZE(endpoint_counts); i++) {
		load.count = endpoint_counts[i];
		run_block(scene, &load, 1);
	}
	for (i = 0; i < MAX_ENDPOINTS; i++)
		close(load.fds[i]);
}

static void run_two_remotes(struct scene *scene)
{
	struct load load = channel_load(scene);

	remote_start(1);
	scene->fds[1] = remote_open(1);
	fw_reset(scene->fds[1]);
	fw_linger(scene->fds[1], scene->plan->linger_us);
	run_block(scene, &load, 2);
	if (!scene->stack->ours)
		fw_end(scene->fds[1]);
	close(scene->fds[1]);
	remote_stop(1);
}

static uint64_t client_ns(void)
{
	unsigned long long messages, ns;
	char text[64];

	if (!read_text("/sys/kernel/debug/bench_client/run", text,
		       sizeof(text)) ||
	    sscanf(text, "messages %llu ns %llu", &messages, &ns) != 2)
		die("no result of the client's");
	return ns;
}

static void run_client(const struct scene *scene, unsigned int size,
		       unsigned int window)
{
	const struct load load = {
		.mode = MODE_KERNEL,
		.size = size,
		.window = window,
		.count = 1,
	};
	unsigned int messages = CLIENT_RATE * scene->plan->block_ns / 1000000000;
	struct counts before, after;
	char order[64];

	snprintf(order, sizeof(order), "%u %u %u %u", window, size, messages,
		 scene->stack->least);
	counts_before(scene->stack, &before);
	sync_with_host();
	write_text("/sys/kernel/debug/bench_client/run", order);
	sync_with_host();
	counts_after(scene->stack, &after);
	print_case(scene, "block", &load, 1);
	printf(" messages=%u ns=%llu calls=0", messages,
	       (unsigned long long)client_ns());
	print_counts(&before, &after);
	printf("\n");
}

static void run_clients(const struct scene *scene)
{
	unsigned int i;

	stack_swap_char_for_client();
	for (i = 0; i < ARRAY_SIZE(client_windows); i++) {
		run_client(scene, 16, client_windows[i]);
		run_client(scene, 496, client_windows[i]);
	}
}

/* Where the kernel has put the modules: all lines of /proc/modules */
static void print_modules(void)
{
	char text[8192], *line, *next;

	if (!read_text("/proc/modules", text, sizeof(text)))
		die("/proc/modules: %m");
	printf("bench: modules\n");
	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next))
		printf("bench: module %s\n", line);
}

/* The usual load, by all that there is to send and receive with. */
static void run_profile(const struct scene *scene)
{
	struct load load = channel_load(scene);

	print_modules();
	for (load.direction = BOTH_WAYS; load.direction <= TO_HOST;
	     load.direction++)
		run_block(scene, &load, 1);
	load.direction = BOTH_WAYS;
	load.mode = MODE_BATCH;
	if (scene->stack->ours)
		run_block(scene, &load, 1);
	close(scene->fds[0]);
	stack_swap_char_for_client();
	print_modules();
	run_client(scene, load.size, load.window);
}

/* What decides: a window that is large enough to keep everybody at work */
static void run_floor(const struct scene *scene)
{
	struct load load = channel_load(scene);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quick_sizes); i++) {
		load.size = quick_sizes[i];
		for (load.window = 64; load.window <= MAX_WINDOW;
		     load.window *= 4)
			for (load.direction = BOTH_WAYS;
			     load.direction <= TO_HOST; load.direction++) {
				load.mode = MODE_RW;
				run_block(scene, &load, 1);
				load.mode = MODE_BATCH;
				run_block(scene, &load, 1);
			}
	}
	close(scene->fds[0]);
	run_clients(scene);
}

static void run_all(struct scene *scene)
{
	run_table(scene);
	run_latency(scene);
	run_endpoints(scene);
	run_two_remotes(scene);
	close(scene->fds[0]);
	run_clients(scene);
}

/* From "start" until the first echo is here. */
static void start_timed(struct scene *scene)
{
	char data[16] = "first";
	uint64_t began = remote_start(0);

	scene->fds[0] = remote_open(0);
	if (scene->stack->least)
		remote_own(0);
	fw_reset(scene->fds[0]);
	fw_linger(scene->fds[0], scene->plan->linger_us);
	fw_echo_every(scene->fds[0], 1);
	if (write(scene->fds[0], data, sizeof(data)) != sizeof(data) ||
	    read(scene->fds[0], data, sizeof(data)) != sizeof(data))
		die("first echo: %m");
	printf("bench: start round=%u position=%u stack=%s ns=%llu\n",
	       scene->round, scene->position, scene->stack->name,
	       (unsigned long long)(now_ns() - began));
}

/**
 * visit() - measure every case once on a stack
 * @plan: how much
 * @stack: the stack
 * @round: of the plan
 * @position: in the round
 */
void visit(const struct plan *plan, const struct stack *stack,
	   unsigned int round, unsigned int position)
{
	struct scene scene = {
		.plan = plan,
		.stack = stack,
		.round = round,
		.position = position,
	};

	printf("# running %s\n", stack->name);
	stack_load(stack);
	start_timed(&scene);
	if (plan->depth == DEPTH_PROFILE)
		run_profile(&scene);
	else if (stack->least)
		run_floor(&scene);
	else
		run_all(&scene);
	remote_stop(0);
	stack_unload();
}

/**
 * visit_for_long() - the same load for some minutes, in blocks of a few seconds
 * @plan: how long
 * @stack: the stack
 */
void visit_for_long(const struct plan *plan, const struct stack *stack)
{
	const struct plan blocks = {
		.block_ns = 5000000000ULL,
		.linger_us = plan->linger_us,
	};
	struct scene scene = { .plan = &blocks, .stack = stack };
	uint64_t end;
	struct load load;

	printf("# running %s\n", stack->name);
	stack_load(stack);
	start_timed(&scene);
	load = channel_load(&scene);
	printf("bench: endure begins\n");
	end = now_ns() + plan->minutes * 60000000000ULL;
	while (now_ns() < end) {
		scene.round++;
		run_block(&scene, &load, 1);
	}
	printf("bench: endure ends\n");
	close(scene.fds[0]);
	remote_stop(0);
	stack_unload();
}
