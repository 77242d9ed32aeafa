// SPDX-License-Identifier: BSD-3-Clause
/*
 * Memory that two ends share, see model.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "model.h"

#define MAX_STORES	8192
/* Stores become visible in pieces of this size at most. */
#define PIECE		8
#define STACK_SIZE	(256 * 1024)
/* What a look at the clock takes. */
#define LOOK_US		20

/**
 * struct store - something that was cleaned and is on its way to memory
 * @epoch: how many barriers came before
 * @at: where
 * @len: bytes
 * @data: what
 */
struct store {
	uint32_t epoch;
	uint32_t at;
	uint32_t len;
	uint8_t data[PIECE];
};

/**
 * struct model_end - one end
 * @index: which of them
 * @cache: what it sees
 * @stores: on their way, oldest first
 * @num_stores: how many
 * @epoch: barriers between stores so far
 * @old: memory as it was at some time since the last barrier between loads
 * @old_time: that time
 * @read_time: of which time what was last read of each byte is
 * @bell: called when it rings the other
 */
struct model_end {
	unsigned int index;
	uint8_t cache[MODEL_SIZE] __attribute__((aligned(64)));
	struct store stores[MAX_STORES];
	unsigned int num_stores;
	uint32_t epoch;
	uint8_t old[MODEL_SIZE];
	uint32_t old_time;
	uint32_t read_time[MODEL_SIZE];
	void (*bell)(unsigned int end);
};

static struct model_end ends[MODEL_ENDS];
static uint8_t memory[MODEL_SIZE];
static uint32_t now;
static uint64_t random_state;
static uint64_t clock_us;
static ucontext_t context[MODEL_ENDS], caller;
static char stacks[MODEL_ENDS][STACK_SIZE];
static bool both_run;
static void (*peek)(void);
/* The end whose code is running: barriers have no argument. */
static struct model_end *running;

static uint32_t random_below(uint32_t bound)
{
	random_state = random_state * 6364136223846793005ULL + 1;
	return (random_state >> 33) % bound;
}

static bool overlap(const struct store *a, const struct store *b)
{
	return a->at < b->at + b->len && b->at < a->at + a->len;
}

static void commit(struct model_end *end, unsigned int i)
{
	struct store *store = &end->stores[i];
	uint32_t j;

	memcpy(memory + store->at, store->data, store->len);
	now++;
	/* Who stored it never again sees what was there before. */
	for (j = 0; j < store->len; j++)
		end->read_time[store->at + j] = now;
	end->num_stores--;
	memmove(store, store + 1, (end->num_stores - i) * sizeof(*store));
}

/* One of those that no barrier holds back, and of the same place the first. */
static void commit_one(struct model_end *end)
{
	unsigned int free = 0, pick, i;

	while (free < end->num_stores &&
	       end->stores[free].epoch == end->stores[0].epoch)
		free++;
	if (!free)
		return;
	pick = random_below(free);
	for (i = 0; i < pick; i++)
		if (overlap(&end->stores[i], &end->stores[pick]))
			pick = i;
	commit(end, pick);
}

static void drain(struct model_end *end)
{
	while (end->num_stores)
		commit(end, 0);
}

/**
 * model_yield() - let the other end run
 */
void model_yield(void)
{
	unsigned int me = running->index;

	if (!both_run)
		return;
	running = &ends[!me];
	swapcontext(&context[me], &context[!me]);
}

/* Time passes: some of what is on its way arrives, and the other may run. */
static void tick(void)
{
	unsigned int i;

	for (i = 0; i < MODEL_ENDS; i++)
		if (random_below(8) == 0)
			commit_one(&ends[i]);
	if (random_below(6) == 0)
		model_yield();
}

static void look_anew(struct model_end *end)
{
	memcpy(end->old, memory, MODEL_SIZE);
	end->old_time = now;
}

static struct model_end *enter(void *priv)
{
	if (!both_run)
		running = priv;
	tick();
	return priv;
}

static bool offset_of(const struct model_end *end, const void *ptr,
		      uint32_t *at)
{
	uintptr_t start = (uintptr_t)end->cache;

	if ((uintptr_t)ptr < start || (uintptr_t)ptr >= start + MODEL_SIZE)
		return false;
	*at = (uintptr_t)ptr - start;
	return true;
}

static void store_piece(struct model_end *end, uint32_t at, uint32_t len)
{
	struct store *store;

	if (end->num_stores == MAX_STORES)
		drain(end);
	store = &end->stores[end->num_stores++];
	store->epoch = end->epoch;
	store->at = at;
	store->len = len;
	memcpy(store->data, end->cache + at, len);
}

static void model_clean(void *priv, const void *ptr, size_t len)
{
	struct model_end *end = enter(priv);
	uint32_t at, piece;

	if (!offset_of(end, ptr, &at))
		return;
	for (; len; len -= piece, at += piece) {
		piece = PIECE - at % PIECE;
		if (piece > len)
			piece = len;
		store_piece(end, at, piece);
	}
}

/* Whether none of the bytes was read as it was at a later time. */
static bool may_be_old(const struct model_end *end, uint32_t at, size_t len)
{
	while (len--)
		if (end->read_time[at++] > end->old_time)
			return false;
	return true;
}

/* One's own stores are seen even while they are on their way. */
static void forward(struct model_end *end, uint32_t at, size_t len)
{
	const struct store *store;
	unsigned int i;
	uint32_t j;

	for (i = 0; i < end->num_stores; i++) {
		store = &end->stores[i];
		for (j = 0; j < store->len; j++)
			if (store->at + j >= at && store->at + j < at + len)
				end->cache[store->at + j] = store->data[j];
	}
}

static void model_invalidate(void *priv, const void *ptr, size_t len)
{
	struct model_end *end = enter(priv);
	bool old;
	uint32_t at, i;

	if (!offset_of(end, ptr, &at))
		return;
	old = random_below(2) && may_be_old(end, at, len);
	memcpy(end->cache + at, (old ? end->old : memory) + at, len);
	for (i = 0; i < len; i++)
		end->read_time[at + i] = old ? end->old_time : now;
	forward(end, at, len);
}

/* All of it, one after the other, and the other end may see each step. */
static void arrive(struct model_end *end)
{
	while (end->num_stores) {
		commit_one(end);
		if (peek)
			peek();
		if (!both_run)
			running = end;
		else if (random_below(4) == 0)
			model_yield();
	}
}

static void model_wmb(void)
{
	running->epoch++;
	tick();
}

static void model_rmb(void)
{
	look_anew(running);
	tick();
}

static void model_mb(void)
{
	struct model_end *end = running;

	arrive(end);
	look_anew(end);
}

static void model_notify(void *priv, uint32_t notifyid)
{
	struct model_end *end = enter(priv);

	(void)notifyid;
	arrive(end);
	if (end->bell)
		end->bell(end->index);
}

static void model_wait(void *priv, const volatile bool *work,
		       uint32_t timeout_us)
{
	(void)work;
	(void)timeout_us;
	enter(priv);
}

static void *model_da_to_ptr(void *priv, uint64_t da, size_t len)
{
	struct model_end *end = enter(priv);

	if (da < MODEL_DA || len > MODEL_SIZE ||
	    da - MODEL_DA > MODEL_SIZE - len)
		return NULL;
	return end->cache + (da - MODEL_DA);
}

static uint64_t model_time_us(void *priv)
{
	enter(priv);
	return clock_us += LOOK_US;
}

#define PORT(end) {							\
	.priv = &ends[end],						\
	.notify = model_notify,						\
	.wait = model_wait,						\
	.da_to_ptr = model_da_to_ptr,					\
	.mb = model_mb,							\
	.rmb = model_rmb,						\
	.wmb = model_wmb,						\
	.time_us = model_time_us,					\
	.cache_clean = model_clean,					\
	.cache_invalidate = model_invalidate,				\
}

static const struct rpmsg_port ports[MODEL_ENDS] = { PORT(0), PORT(1) };

/**
 * model_reset() - memory is 0, and nothing is on its way
 * @seed: of the chances it takes
 */
void model_reset(uint64_t seed)
{
	unsigned int i;

	memset(ends, 0, sizeof(ends));
	memset(memory, 0, sizeof(memory));
	for (i = 0; i < MODEL_ENDS; i++)
		ends[i].index = i;
	random_state = seed * 2 + 1;
	peek = NULL;
	now = 0;
	clock_us = 0;
	both_run = false;
	running = &ends[0];
}

/**
 * model_view() - where an end sees a device address
 * @end: which end
 * @da: the address
 *
 * Return: the place in its cache.
 */
void *model_view(unsigned int end, uint32_t da)
{
	return ends[end].cache + (da - MODEL_DA);
}

/**
 * model_port() - the port of an end
 * @end: which end
 *
 * Return: the port.
 */
const struct rpmsg_port *model_port(unsigned int end)
{
	return &ports[end];
}

/**
 * model_run() - an end's code runs from now on
 * @end: which end; barriers say nothing of it
 */
void model_run(unsigned int end)
{
	running = &ends[end];
}

static void prepare(unsigned int end, void (*run)(void))
{
	getcontext(&context[end]);
	context[end].uc_stack.ss_sp = stacks[end];
	context[end].uc_stack.ss_size = STACK_SIZE;
	context[end].uc_link = &caller;
	makecontext(&context[end], run, 0);
}

/**
 * model_run_both() - run the ends against each other
 * @remote: what one does
 * @host: what the other does
 *
 * Returns when one of them does.
 */
void model_run_both(void (*remote)(void), void (*host)(void))
{
	prepare(0, remote);
	prepare(1, host);
	both_run = true;
	running = &ends[1];
	swapcontext(&caller, &context[1]);
	both_run = false;
}

/**
 * model_settle() - all that was written long ago arrives
 */
void model_settle(void)
{
	unsigned int i;

	for (i = 0; i < MODEL_ENDS; i++)
		drain(&ends[i]);
}

/**
 * model_on_peek() - who looks while a bell is being rung
 * @look: called when not all has arrived that was written before
 */
void model_on_peek(void (*look)(void))
{
	peek = look;
}

/**
 * model_on_bell() - who is told of bells
 * @end: which end rings
 * @bell: called with that end
 */
void model_on_bell(unsigned int end, void (*bell)(unsigned int end))
{
	ends[end].bell = bell;
}
