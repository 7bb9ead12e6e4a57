// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts instructions and system calls for a packet. Run it in a guest whose
 * clock counts instructions (tools/guest/run --icount), one each nanosecond;
 * elsewhere it prints nanoseconds and says so.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "count.h"

#define COUNTS_MAX 192

/* How far instructions may be off: a part of them, or at least this many. */
#define TOLERANCE	0.02
#define TOLERANCE_LEAST 0.2

/**
 * struct count - one result
 * @what: its name
 * @unit: COUNT_INSTRUCTIONS or COUNT_CALLS
 * @value: the count
 * @ours: it belongs in the baseline
 * @known: it was found in the baseline
 */
struct count {
	char what[80];
	const char *unit;
	double value;
	bool ours;
	bool known;
};

static struct count counts[COUNTS_MAX];
static unsigned int nr_counts;

void count_add(double value, const char *unit, bool ours, const char *what, ...)
{
	struct count *count = &counts[nr_counts];
	va_list args;

	if (nr_counts == COUNTS_MAX)
		abort();
	nr_counts++;
	va_start(args, what);
	vsnprintf(count->what, sizeof(count->what), what, args);
	va_end(args);
	count->unit = unit;
	count->value = value;
	count->ours = ours;
}

void count_fails(const char *what, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "ion_count: %s: ", what);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

double count_least(void (*run)(void), void (*undo)(void))
{
	double least = 0;
	unsigned int i;

	for (i = 0; i < COUNT_RUNS; i++) {
		double start = bench_now(), took;

		run();
		took = bench_now() - start;
		if (!i || took < least)
			least = took;
		if (undo)
			undo();
	}
	return least;
}

/* ---- the baseline ------------------------------------------------------ */

static struct count *find(const char *what)
{
	unsigned int i;

	for (i = 0; i < nr_counts; i++)
		if (counts[i].ours && !strcmp(counts[i].what, what))
			return &counts[i];
	return NULL;
}

static bool near(const struct count *count, double value)
{
	double off = fabs(count->value - value);

	if (strcmp(count->unit, COUNT_INSTRUCTIONS))
		return off < 0.0005;
	return off <= value * TOLERANCE || off <= TOLERANCE_LEAST;
}

static bool compare(const char *line, unsigned int number)
{
	struct count *count;
	char what[80], unit[16];
	double value;

	if (sscanf(line, "%lf %15s %79[^\n]", &value, unit, what) != 3) {
		printf("not ok %u baseline: cannot read '%s'\n", number, line);
		return false;
	}
	count = find(what);
	if (!count) {
		printf("not ok %u %s: is no longer counted; make baseline\n",
		       number, what);
		return false;
	}
	count->known = true;
	if (near(count, value)) {
		printf("ok %u %s: %.2f %s\n", number, what, count->value, unit);
		return true;
	}
	printf("not ok %u %s: %.2f %s, %+.1f %% off the baseline's %.2f; if that is right: make baseline\n",
	       number, what, count->value, unit,
	       (count->value - value) * 100 / (value ? value : 1), value);
	return false;
}

/* Compare with the baseline, and print TAP. Return the exit status. */
static int compare_all(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int number = 0, i;
	char line[256];
	bool ok = true;

	if (!file) {
		fprintf(stderr, "ion_count: %s: %s\n", path, strerror(errno));
		return 2;
	}
	printf("TAP version 13\n");
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (*line && *line != '#')
			ok &= compare(line, ++number);
	}
	fclose(file);
	for (i = 0; i < nr_counts; i++) {
		if (!counts[i].ours || counts[i].known)
			continue;
		printf("not ok %u %s: is not in the baseline; make baseline\n",
		       ++number, counts[i].what);
		ok = false;
	}
	printf("1..%u\n", number);
	return !ok;
}

static int write_all(void)
{
	unsigned int i;

	printf("# %s: GPL-2.0-only\n"
	       "#\n"
	       "# The cost of a packet, in riscv64 instructions and in calls of the device.\n"
	       "# \"make baseline\" writes it, \"make check\" compares with it.\n",
	       "SPDX-License-Identifier");
	for (i = 0; i < nr_counts; i++)
		if (counts[i].ours)
			printf("%.3f %s %s\n", counts[i].value, counts[i].unit,
			       counts[i].what);
	return 0;
}

static int print_all(void)
{
	unsigned int i;

	for (i = 0; i < nr_counts; i++)
		printf("%-60s %10.2f %s\n", counts[i].what, counts[i].value,
		       counts[i].unit);
	return 0;
}

static void print_help(void)
{
	printf("usage: ion_count [--baseline FILE | --write]\n\n"
	       "Counts the instructions and the calls of the device for a packet. The numbers\n"
	       "of instructions are valid only where the clock counts them and nothing else\n"
	       "runs: tools/guest/run --icount.\n\n"
	       "  --baseline FILE  compare the counts of ion with FILE, as TAP\n"
	       "  --write          print the counts of ion, as such a file\n"
	       "  --help           print this text\n");
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "baseline", required_argument, NULL, 'b' },
		{ "write", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *baseline = NULL;
	bool write = false;
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'b':
			baseline = optarg;
			break;
		case 'w':
			write = true;
			break;
		case 'h':
			print_help();
			return 0;
		default:
			fprintf(stderr, "ion_count: see --help\n");
			return 2;
		}
	}
	if (optind != argc || (baseline && write)) {
		fprintf(stderr, "ion_count: see --help\n");
		return 2;
	}
	count_rings();
	count_kernel_end();
	count_calls();
	count_copies();
	count_peers(!baseline && !write);
	count_nets(!baseline && !write);
	if (baseline)
		return compare_all(baseline);
	return write ? write_all() : print_all();
}
