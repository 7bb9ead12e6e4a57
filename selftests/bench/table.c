// SPDX-License-Identifier: GPL-2.0-only
/* Prints the results for people. */
#include "run.h"

/* Print the significant digits. */
static void print_number(double value)
{
	printf("%.*f", value < 10 ? 2 : value < 100 ? 1 : 0, value);
}

static void print_cell(const struct figure *figure)
{
	if (!figure->chunks) {
		printf("%-18s", "");
		return;
	}
	printf("%7.*f %4.*f-%-5.*f",
	       figure->median < 10    ? 2
	       : figure->median < 100 ? 1
				      : 0,
	       figure->median, figure->low < 100, figure->low,
	       figure->high < 100, figure->high);
}

static void print_peer(const struct row *row, struct result *result,
		       unsigned int at)
{
	unsigned int j;

	printf("%-28s", row->peers[at]->name);
	if (result->reason[at][0])
		printf("  not here: %s", result->reason[at]);
	else
		for (j = 0; j < BATCHES_MAX && row->batches[j]; j++) {
			struct figure figure =
				figure_of(row, &result->samples[at][j]);

			print_cell(&figure);
		}
	if (row->peers[at]->flags & PEER_LIMIT)
		printf("  (a limit, no peer)");
	printf("\n");
}

static void print_goal(const struct row *row, struct result *result)
{
	double ratio = ratio_of(row, result);

	if (!row->goal || !ratio)
		return;
	printf("ion");
	if (row->batch)
		printf(", batches of %u,", row->batch);
	if (row->unit == UNIT_RATE)
		printf(" is %.1f times its best peer; to reach: %g times\n",
		       ratio, row->goal);
	else
		printf(" takes %.2f of its best peer's time; at most: %g\n",
		       ratio, row->goal);
}

static void print_row(const struct row *row, struct result *result)
{
	unsigned int i;

	printf("\n%s: %s\n", row->id, row->title);
	printf("%-28s", row->unit == UNIT_RATE ? "millions/s, batches of"
					       : "microseconds");
	for (i = 0; i < BATCHES_MAX && row->batches[i]; i++)
		if (row->unit == UNIT_RATE)
			printf("%7u           ", row->batches[i]);
	printf("\n");
	for (i = 0; row->peers[i]; i++)
		print_peer(row, result, i);
	print_goal(row, result);
}

void table_print(struct result *results, const struct options *options,
		 const struct fact *facts, unsigned int nr_facts,
		 struct samples *line)
{
	static const struct row time = { .unit = UNIT_TIME };
	struct figure figure = figure_of(&time, line);
	unsigned int i;

	printf("median of chunks of 5 ms, then the tenth below and the tenth above\n");
	for (i = 0; i < nr_rows; i++)
		if (row_wanted(options, rows[i].id))
			print_row(&rows[i], &results[i]);
	if (nr_facts)
		printf("\nfacts: counted\n");
	for (i = 0; i < nr_facts; i++) {
		printf("%-48s", facts[i].name);
		print_number(facts[i].value);
		printf(" %s\n", facts[i].unit);
	}
	printf("\na cache line there and back between two processors: %.0f ns, %.0f-%.0f\n",
	       figure.median * 1e3, figure.low * 1e3, figure.high * 1e3);
}
