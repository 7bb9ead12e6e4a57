// SPDX-License-Identifier: GPL-2.0-only
/*
 * User to kernel and back without system calls: ion beside io_uring, in turns
 * in one process, every number checked.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define BENCHES	   3
#define ROUNDS_MAX 99

static const struct bench *const benches[BENCHES] = {
	&bench_ion_compact,
	&bench_ion_split,
	&bench_sqpoll,
};

#define BATCHES 5

static const unsigned int batches[BATCHES] = { 1, 8, 32, 64, 128 };

static double rate[BENCHES][BATCHES][ROUNDS_MAX];

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Millions of packets a second there and back, for @limit seconds. */
static double run(const struct bench *bench, unsigned int batch, double limit)
{
	double start = seconds(), now = start;
	__u64 sent = 0, got = 0;
	unsigned int turns = 0;
	int n;

	while (now - start < limit || got < sent) {
		if (now - start < limit)
			sent += bench->put(sent, batch);
		n = bench->get(got, batch);
		if (n < 0) {
			fprintf(stderr, "%s: packet %llu came back wrong\n",
				bench->name, (unsigned long long)got);
			exit(1);
		}
		got += (unsigned int)n;
		if (!(++turns & 255) || now - start >= limit)
			now = seconds();
	}
	return (double)got / (now - start) / 1e6;
}

static void round_of(unsigned int round, double limit)
{
	unsigned int i, j;

	for (i = 0; i < BENCHES; i++) {
		/* Another one comes first in each round. */
		unsigned int at = (i + round) % BENCHES;

		if (!benches[at]->open())
			exit(1);
		run(benches[at], 64, limit / 4);
		for (j = 0; j < BATCHES; j++)
			rate[at][j][round] =
				run(benches[at], batches[j], limit);
		benches[at]->close();
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned int n)
{
	qsort(values, n, sizeof(*values), compare);
	return values[n / 2];
}

static void print_table(unsigned int rounds)
{
	double best[BENCHES] = { 0 };
	unsigned int i, j;

	printf("%-28s", "millions/s, batches of");
	for (j = 0; j < BATCHES; j++)
		printf("%8u", batches[j]);
	printf("\n");
	for (i = 0; i < BENCHES; i++) {
		printf("%-28s", benches[i]->name);
		for (j = 0; j < BATCHES; j++) {
			double m = median(rate[i][j], rounds);

			best[i] = m > best[i] ? m : best[i];
			printf("%8.2f", m);
		}
		printf("\n");
	}
	printf("batches of 64 against the best of %s: compact %.1f times, split %.1f times\n",
	       benches[2]->name, median(rate[0][3], rounds) / best[2],
	       median(rate[1][3], rounds) / best[2]);
}

static void usage(void)
{
	printf("ion_bench [--rounds N] [--seconds S]\n\n"
	       "Packets go to the kernel and back, with a kernel-side poller and no\n"
	       "system calls: ion with a lent thread beside io_uring with SQPOLL. Prints\n"
	       "the median of the rounds, and what a bare cache line takes there and back.\n\n"
	       "  --rounds N   rounds, 1..%u (default 7)\n"
	       "  --seconds S  seconds for each figure of a round (default 0.2)\n",
	       ROUNDS_MAX);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	unsigned int rounds = 7, i;
	double limit = 0.2;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			rounds = (unsigned int)strtoul(optarg, NULL, 0);
			break;
		case 's':
			limit = strtod(optarg, NULL);
			break;
		case 'h':
			usage();
			return 0;
		default:
			fprintf(stderr, "ion_bench: see --help\n");
			return 2;
		}
	}
	if (optind != argc || !rounds || rounds > ROUNDS_MAX ||
	    !(limit > 0 && limit < 1e6)) {
		fprintf(stderr,
			"ion_bench: rounds are 1..%u, seconds more than 0; see --help\n",
			ROUNDS_MAX);
		return 2;
	}

	for (i = 0; i < rounds; i++) {
		fprintf(stderr, "round %u of %u\n", i + 1, rounds);
		round_of(i, limit);
	}
	print_table(rounds);
	printf("a cache line there and back between two processors: %.0f ns\n",
	       bench_line());
	return 0;
}
