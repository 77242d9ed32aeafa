// SPDX-License-Identifier: GPL-2.0
/*
 * Round trips of single messages, each with its time.
 */
#include <linux/rpmsg_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"

#define MAX_SAMPLES	20000

/* Buckets of the distribution: each ends 1/16 above where it begins */
#define FINE		16
#define BUCKETS		(64 * FINE)

static uint64_t times[MAX_SAMPLES];

static int earlier(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static unsigned int bucket_of(uint64_t ns)
{
	unsigned int octave = 63 - __builtin_clzll(ns | FINE);

	return octave * FINE + ((ns >> (octave - 4)) & (FINE - 1));
}

static uint64_t bucket_start(unsigned int bucket)
{
	unsigned int octave = bucket / FINE;

	return (uint64_t)(FINE + bucket % FINE) << (octave - 4);
}

static void print_buckets(unsigned int count)
{
	static unsigned int buckets[BUCKETS];
	unsigned int i;

	for (i = 0; i < BUCKETS; i++)
		buckets[i] = 0;
	for (i = 0; i < count; i++)
		buckets[bucket_of(times[i])]++;
	printf(" histogram=");
	for (i = 0; i < BUCKETS; i++)
		if (buckets[i])
			printf("%llu:%u,",
			       (unsigned long long)bucket_start(i), buckets[i]);
}

static uint64_t quantile(unsigned int count, unsigned int per_mille)
{
	return times[(uint64_t)(count - 1) * per_mille / 1000];
}

/**
 * latency_set_poll() - let a reader poll before it sleeps, or not
 * @fd: the reader's
 * @us: for how long, microseconds
 */
void latency_set_poll(int fd, unsigned int us)
{
	if (ioctl(fd, RPMSG_EPT_SET_BUSY_POLL, us))
		die("RPMSG_EPT_SET_BUSY_POLL: %m");
}

/**
 * latency_run() - time round trips, and print what they took
 * @load: size and endpoint
 * @samples: how many
 */
void latency_run(struct load *load, unsigned int samples)
{
	char data[PAYLOAD_MAX] = { 0 };
	unsigned int i;

	if (samples > MAX_SAMPLES)
		samples = MAX_SAMPLES;
	fw_echo_every(load->fds[0], 1);
	for (i = 0; i < samples; i++) {
		uint64_t began = now_ns();

		if (write(load->fds[0], data, load->size) !=
		    (ssize_t)load->size ||
		    read(load->fds[0], data, sizeof(data)) !=
		    (ssize_t)load->size)
			die("round trip: %m");
		times[i] = now_ns() - began;
	}
	qsort(times, samples, sizeof(times[0]), earlier);
	printf(" samples=%u p50=%llu p99=%llu p999=%llu", samples,
	       (unsigned long long)quantile(samples, 500),
	       (unsigned long long)quantile(samples, 990),
	       (unsigned long long)quantile(samples, 999));
	print_buckets(samples);
}
