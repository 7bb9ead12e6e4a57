// SPDX-License-Identifier: GPL-2.0-only
/* Chooses two processors, and runs a thread on each of them. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "pair.h"

/* Seconds that a packet may take on a machine with other load. */
#define PATIENCE 5

__u64 native_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec;
}

/* The first chunk warms up the caches and is not counted. */
bool native_chunk(struct native_run *run, __u64 packets)
{
	__u64 now = native_now();

	if (!run->ends)
		run->ends = now + (__u64)(run->seconds * 1e9);
	else if (run->chunks < NATIVE_CHUNKS)
		run->took[run->chunks++] =
			(double)(now - run->started) / (double)packets;
	run->started = now;
	return now < run->ends;
}

void *native_alloc(size_t bytes)
{
	size_t pages = (bytes + 4095) & ~(size_t)4095;
	void *memory = aligned_alloc(4096, pages);

	return memory ? memset(memory, 0, pages) : NULL;
}

void native_free(void *memory)
{
	free(memory);
}

/* Get the kernel's list of the processors of a core; empty if it has none. */
static void core_of(int cpu, char *list, size_t size)
{
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path),
		 "/sys/devices/system/cpu/cpu%d/topology/core_cpus_list", cpu);
	*list = '\0';
	file = fopen(path, "r");
	if (!file)
		return;
	if (!fgets(list, (int)size, file))
		*list = '\0';
	fclose(file);
}

static bool are_siblings(int a, int b)
{
	char of_a[128], of_b[128];

	core_of(a, of_a, sizeof(of_a));
	core_of(b, of_b, sizeof(of_b));
	return *of_a && !strcmp(of_a, of_b);
}

static void find_model(struct pair *pair)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	char line[256];
	char *colon;

	snprintf(pair->model, sizeof(pair->model), "an unknown processor");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "model name", 10) &&
		    strncmp(line, "uarch", 5))
			continue;
		colon = strchr(line, ':');
		if (!colon)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(pair->model, sizeof(pair->model), "%.120s", colon + 2);
		break;
	}
	if (file)
		fclose(file);
}

bool pair_choose(struct pair *pair)
{
	int cpu, first = -1, second = -1;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set)) {
		perror("ion_native: sched_getaffinity");
		return false;
	}
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		if (first < 0) {
			first = cpu;
		} else if (!are_siblings(first, cpu)) {
			second = cpu;
			break;
		} else if (second < 0) {
			second = cpu;
		}
	}
	if (second < 0) {
		fprintf(stderr,
			"ion_native: two threads need two processors, and there is one\n");
		return false;
	}
	pair->cpu[0] = first;
	pair->cpu[1] = second;
	pair->siblings = are_siblings(first, second);
	find_model(pair);
	return true;
}

struct half {
	struct native_run *run;
	void (*inside)(struct native_run *run);
	pthread_barrier_t *start;
	int cpu;
};

static void *half_run(void *arg)
{
	struct half *half = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(half->cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	pthread_barrier_wait(half->start);
	half->inside(half->run);
	return NULL;
}

bool pair_run(const struct pair *pair, struct native_run *run,
	      void (*first)(struct native_run *run),
	      void (*second)(struct native_run *run))
{
	pthread_barrier_t start;
	struct half one = { run, first, &start, pair->cpu[0] };
	struct half two = { run, second, &start, pair->cpu[1] };
	pthread_t thread;

	run->latest = native_now() + (__u64)((run->seconds + PATIENCE) * 1e9);
	pthread_barrier_init(&start, NULL, 2);
	if (pthread_create(&thread, NULL, half_run, &one)) {
		fprintf(stderr, "ion_native: cannot create a second thread\n");
		return false;
	}
	half_run(&two);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&start);
	return true;
}
