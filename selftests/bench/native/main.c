// SPDX-License-Identifier: GPL-2.0-only
/* ion_native: measures rings between two threads in turns, checks every packet. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

#define ROUNDS_MAX 99
#define STATUS_USE 2

/* Packets between two readings of the clock; each reading takes about 30 ns. */
#define CHUNK_ONE   4096U
#define CHUNK_BATCH 16384U
#define CHUNK_TRIP  256U

static struct report report = {
	.rounds = 7,
	.seconds = 0.2,
	.rows = ~0U,
	.rings = ~0U,
};

static double took[NATIVE_CHUNKS];

static bool measure_rings(const struct row *row, const struct native_ring *ring,
			  struct native_run *run)
{
	struct native_halves halves = row_halves(row, ring);
	size_t size = row->commands ? sizeof(struct ion_cmd_packet)
				    : sizeof(struct ion_packet);

	run->ring[0] = ring->open(size);
	run->ring[1] = ring->open(size);
	if (!run->ring[0] || !run->ring[1]) {
		fprintf(stderr, "ion_native: no memory for %s\n", ring->name);
		return false;
	}
	if (!pair_run(&report.pair, run, halves.first, halves.second))
		return false;
	ring->close(run->ring[0]);
	ring->close(run->ring[1]);
	if (run->wrong)
		fprintf(stderr, "ion_native: %s: packet %llu came out wrong\n",
			ring->name, (unsigned long long)(run->wrong - 1));
	return !run->wrong;
}

static bool measure(unsigned int row, unsigned int ring)
{
	struct native_run run = {
		.batch = rows[row].batch,
		.producer_work = rows[row].producer_work,
		.consumer_work = rows[row].consumer_work,
		.seconds = report.seconds,
		.took = took,
		.chunk = rows[row].kind == ROW_ONE     ? CHUNK_ONE
			 : rows[row].kind == ROW_BATCH ? CHUNK_BATCH
						       : CHUNK_TRIP,
	};

	if (!measure_rings(&rows[row], rings[ring], &run))
		return false;
	if (!run.chunks) {
		fprintf(stderr,
			"ion_native: %s: %u packets did not come through in time\n",
			rings[ring]->name, run.chunk);
		return false;
	}
	if (!stats_add(&report.stats[row][ring], took, run.chunks)) {
		fprintf(stderr, "ion_native: no memory for the figures\n");
		return false;
	}
	return true;
}

/* Show the progress in one line on a terminal, else a line for each round. */
static void tell(unsigned int round, const char *row, const char *ring)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\rround %u of %u: %-16s%-20s", round + 1,
			report.rounds, row, ring);
	else if (!*row)
		fprintf(stderr, "round %u of %u\n", round + 1, report.rounds);
}

/* Measure all rings; each round begins with another ring. */
static bool measure_round(unsigned int round)
{
	unsigned int row, i;

	tell(round, "", "");
	for (row = 0; row < nr_rows; row++) {
		for (i = 0; i < nr_rings; i++) {
			unsigned int ring = (i + round) % nr_rings;

			if (!(report.rows & (1U << row)) ||
			    !(report.rings & (1U << ring)) ||
			    !row_halves(&rows[row], rings[ring]).first)
				continue;
			tell(round, rows[row].key, rings[ring]->name);
			if (!measure(row, ring))
				return false;
		}
	}
	return true;
}

static void print_help(void)
{
	unsigned int i;

	printf("usage: ion_native [OPTION]...\n\n"
	       "Measures rings between two threads on a processor each: those of ion, those\n"
	       "that Debian packages, and a bare cache line. They take turns, and every packet\n"
	       "is checked. Prints the median and the 10th and 90th percentile of chunks of\n"
	       "packets, over all rounds.\n\n"
	       "  --rounds N      rounds, 1..%u (default %u)\n"
	       "  --seconds S     for each ring in each row of a round (default %g)\n"
	       "  --only RING,... only these rings\n"
	       "  --row ROW,...   only these rows\n"
	       "  --json FILE     also write the figures to FILE\n"
	       "  --help          print this text\n\nRings:",
	       ROUNDS_MAX, report.rounds, report.seconds);
	for (i = 0; i < nr_rings; i++)
		printf(" %s", rings[i]->name);
	printf("\nRows: ");
	for (i = 0; i < nr_rows; i++)
		printf(" %s", rows[i].key);
	printf("\n");
}

static const char *row_name(unsigned int i)
{
	return i < nr_rows ? rows[i].key : NULL;
}

static const char *ring_name(unsigned int i)
{
	return i < nr_rings ? rings[i]->name : NULL;
}

/* Return the bits of a list of names. */
static unsigned int parse_list(char *list, const char *(*name)(unsigned int),
			       const char *what)
{
	unsigned int bits = 0, i;
	char *one;

	for (one = strtok(list, ","); one; one = strtok(NULL, ",")) {
		for (i = 0; name(i) && strcmp(one, name(i)); i++)
			;
		if (!name(i)) {
			fprintf(stderr, "ion_native: no %s '%s'; see --help\n",
				what, one);
			exit(STATUS_USE);
		}
		bits |= 1U << i;
	}
	return bits;
}

static const char *parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "only", required_argument, NULL, 'o' },
		{ "row", required_argument, NULL, 'w' },
		{ "json", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *json = NULL;
	char *end = "";
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			report.rounds = (unsigned int)strtoul(optarg, &end, 10);
			break;
		case 's':
			report.seconds = strtod(optarg, &end);
			break;
		case 'o':
			report.rings = parse_list(optarg, ring_name, "ring");
			break;
		case 'w':
			report.rows = parse_list(optarg, row_name, "row");
			break;
		case 'j':
			json = optarg;
			break;
		case 'h':
			print_help();
			exit(0);
		default:
			exit(STATUS_USE);
		}
		if (*end || !report.rounds || report.rounds > ROUNDS_MAX ||
		    !(report.seconds > 0 && report.seconds <= 60)) {
			fprintf(stderr,
				"ion_native: rounds are 1..%u, seconds more than 0 and at most 60\n",
				ROUNDS_MAX);
			exit(STATUS_USE);
		}
	}
	if (optind != argc) {
		fprintf(stderr, "ion_native: '%s' is no option; see --help\n",
			argv[optind]);
		exit(STATUS_USE);
	}
	return json;
}

int main(int argc, char **argv)
{
	const char *json = parse(argc, argv);
	unsigned int round;

	report.stats = calloc(nr_rows, sizeof(*report.stats));
	if (!report.stats || !pair_choose(&report.pair))
		return 1;
	report_machine(&report);
	fflush(stdout);
	for (round = 0; round < report.rounds; round++)
		if (!measure_round(round))
			return 1;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%60s\r", "");
	report_table(&report);
	return json && !report_json(&report, json);
}
