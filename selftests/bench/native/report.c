// SPDX-License-Identifier: GPL-2.0-only
/* Prints the table, and writes the same as JSON. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "report.h"

static bool is_wanted(const struct report *report, unsigned int row,
		      unsigned int ring)
{
	return report->rows & (1U << row) && report->rings & (1U << ring) &&
	       report->stats[row][ring].chunks;
}

void report_machine(const struct report *report)
{
	printf("%s, processors %d and %d (%s), %u rounds of %g s\n",
	       report->pair.model, report->pair.cpu[0], report->pair.cpu[1],
	       report->pair.siblings ? "two halves of one core"
				     : "as the kernel sees it no siblings",
	       report->rounds, report->seconds);
}

/* Print how much better the first ring is: higher for rates, lower for times. */
static void print_ratio(const struct row *row, double first, double other)
{
	printf("%11.2f\n",
	       row->kind == ROW_TRIP ? other / first : first / other);
}

static void print_row(const struct report *report, unsigned int at)
{
	const struct row *row = &rows[at];
	double first = 0;
	unsigned int i;

	printf("\n%-44s%8s%8s%8s%11s\n", row->title, "median", "p10", "p90",
	       "ion beats");
	printf("  %-42s%24s%11s\n", "",
	       row->kind == ROW_TRIP ? "ns" : "millions/s", "it, times");
	for (i = 0; i < nr_rings; i++) {
		struct result result;

		if (!is_wanted(report, at, i))
			continue;
		result = row_result(row, &report->stats[at][i]);
		printf("  %-42s%8.1f%8.1f%8.1f", rings[i]->name, result.median,
		       result.low, result.high);
		if (!i)
			first = result.median;
		if (i && first)
			print_ratio(row, first, result.median);
		else
			printf("\n");
	}
}

void report_table(const struct report *report)
{
	unsigned int i;

	for (i = 0; i < nr_rows; i++)
		if (report->rows & (1U << i))
			print_row(report, i);
}

static void json_row(const struct report *report, unsigned int at, FILE *out)
{
	const char *comma = "";
	unsigned int i;

	fprintf(out, "{\"row\": \"%s\", \"title\": \"%s\", \"unit\": \"%s\",\n",
		rows[at].key, rows[at].title,
		rows[at].kind == ROW_TRIP ? "ns" : "millions/s");
	fprintf(out, "  \"results\": [");
	for (i = 0; i < nr_rings; i++) {
		struct result result;

		if (!is_wanted(report, at, i))
			continue;
		result = row_result(&rows[at], &report->stats[at][i]);
		fprintf(out,
			"%s\n    {\"ring\": \"%s\", \"median\": %.3f, \"p10\": %.3f, \"p90\": %.3f, \"chunks\": %u}",
			comma, rings[i]->name, result.median, result.low,
			result.high, report->stats[at][i].chunks);
		comma = ",";
	}
	fprintf(out, "]}");
}

static void json_machine(const struct report *report, FILE *out)
{
	struct utsname name = { 0 };
	time_t now = time(NULL);
	char date[32];

	uname(&name);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	fprintf(out,
		"{\"ground\": \"native\", \"date\": \"%s\",\n\"machine\": {\"model\": \"%s\", \"arch\": \"%s\", \"kernel\": \"%s\", \"processors\": [%d, %d], \"siblings\": %s},\n",
		date, report->pair.model, name.machine, name.release,
		report->pair.cpu[0], report->pair.cpu[1],
		report->pair.siblings ? "true" : "false");
	fprintf(out, "\"rounds\": %u, \"seconds\": %g,\n", report->rounds,
		report->seconds);
}

bool report_json(const struct report *report, const char *path)
{
	FILE *out = fopen(path, "w");
	const char *comma = "";
	bool bad = !out;
	unsigned int i;

	if (out) {
		json_machine(report, out);
		fprintf(out, "\"rows\": [");
		for (i = 0; i < nr_rows; i++) {
			if (!(report->rows & (1U << i)))
				continue;
			fprintf(out, "%s\n", comma);
			json_row(report, i, out);
			comma = ",";
		}
		fprintf(out, "\n]}\n");
		bad = ferror(out);
		bad |= fclose(out) != 0;
	}
	if (bad)
		fprintf(stderr, "ion_native: cannot write %s: %s\n", path,
			strerror(errno));
	return !bad;
}
