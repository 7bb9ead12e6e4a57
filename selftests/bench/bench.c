// SPDX-License-Identifier: GPL-2.0-only
/* Measures ion and its peers in turns in one run, and checks every packet. */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

static struct result results[ROWS_MAX];
static const char facts_id[] = "facts";

bool row_wanted(const struct options *options, const char *id)
{
	const char *only = options->only;
	size_t length = strlen(id);

	if (!only)
		return true;
	while (only) {
		if (!strncmp(only, id, length) &&
		    (only[length] == ',' || !only[length]))
			return true;
		only = strchr(only, ',');
		only += only ? 1 : 0;
	}
	return false;
}

/* Return whether all names in --only are known. */
static bool only_known(const char *only)
{
	unsigned int i;
	size_t length;

	for (; *only; only += length + (only[length] == ',')) {
		length = strcspn(only, ",");
		if (length == strlen(facts_id) &&
		    !strncmp(only, facts_id, length))
			continue;
		for (i = 0; i < nr_rows; i++)
			if (strlen(rows[i].id) == length &&
			    !strncmp(only, rows[i].id, length))
				break;
		if (i == nr_rows) {
			fprintf(stderr,
				"ion_bench: no row '%.*s'; see --help\n",
				(int)length, only);
			return false;
		}
	}
	return true;
}

static void print_help(void)
{
	unsigned int i;

	printf("usage: ion_bench [OPTION]...\n\n"
	       "Measures ion and other ways to send packets of 24 bytes. They take turns, and\n"
	       "the number of every packet is checked. Prints the median of the chunks of all\n"
	       "rounds, and the 10th and 90th percentile.\n\n"
	       "  --only ROW,...  only these rows\n"
	       "  --rounds N      rounds, 1..%u (default 7)\n"
	       "  --seconds S     seconds for each figure of a round (default 0.2)\n"
	       "  --json FILE     also write the figures to FILE\n"
	       "  --help          print this text\n\nRows:\n",
	       ROUNDS_MAX);
	for (i = 0; i < nr_rows; i++)
		printf("  %-14s%s\n", rows[i].id, rows[i].title);
	printf("  %-14s%s\n", facts_id,
	       "counts of system calls, time while asleep, memory");
}

static int refuse(void)
{
	fprintf(stderr,
		"ion_bench: rounds are 1..%u, seconds 0.01 or more; "
		"see --help\n",
		ROUNDS_MAX);
	return 2;
}

/* Run the rounds one by one: each round runs every row. */
static bool run_rounds(const struct options *options, struct samples *line)
{
	unsigned int round, i;

	for (round = 0; round < options->rounds; round++) {
		for (i = 0; i < nr_rows; i++) {
			if (!row_wanted(options, rows[i].id))
				continue;
			fprintf(stderr, "round %u of %u: %s\n", round + 1,
				options->rounds, rows[i].id);
			if (!run_row(&rows[i], &results[i], round,
				     options->seconds))
				return false;
		}
		samples_add(line, 1 / bench_line());
	}
	return true;
}

static void hangs(int signal)
{
	static const char text[] = "ion_bench: no packet moves any longer\n";
	ssize_t done = write(2, text, sizeof(text) - 1);

	(void)done;
	(void)signal;
	_exit(1);
}

static int measure(const struct options *options, const char *json)
{
	struct fact facts[FACTS_MAX];
	struct samples line = { 0 };
	unsigned int nr_facts = 0;

	signal(SIGALRM, hangs);
	if (!run_rounds(options, &line))
		return 1;
	if (row_wanted(options, facts_id)) {
		fprintf(stderr, "facts\n");
		nr_facts = facts_count(facts, options->seconds);
	}
	table_print(results, options, facts, nr_facts, &line);
	fflush(stdout);
	if (json && !json_write(json, results, options, facts, nr_facts, &line))
		return 1;
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "only", required_argument, NULL, 'o' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "json", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options options = { .rounds = 7, .seconds = 0.2 };
	const char *json = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'o':
			options.only = optarg;
			break;
		case 'r':
			options.rounds = (unsigned int)strtoul(optarg, NULL, 0);
			break;
		case 's':
			options.seconds = strtod(optarg, NULL);
			break;
		case 'j':
			json = optarg;
			break;
		case 'h':
			print_help();
			return 0;
		default:
			fprintf(stderr, "ion_bench: see --help\n");
			return 2;
		}
	}
	if (optind != argc || !options.rounds || options.rounds > ROUNDS_MAX ||
	    !(options.seconds >= 0.01 && options.seconds < 1e6))
		return refuse();
	if (options.only && !only_known(options.only))
		return 2;
	return measure(&options, json);
}
