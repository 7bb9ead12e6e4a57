// SPDX-License-Identifier: GPL-2.0-only
/* Writes the results for programs, as one line of JSON. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

static void put_text(FILE *file, const char *name, const char *text)
{
	fprintf(file, "\"%s\": \"", name);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		if ((unsigned char)*text >= ' ')
			fputc(*text, file);
	}
	fputc('"', file);
}

static void put_figure(FILE *file, const struct figure *figure)
{
	fprintf(file,
		"\"median\": %.6g, \"p10\": %.6g, \"p90\": %.6g, \"chunks\": %zu",
		figure->median, figure->low, figure->high, figure->chunks);
}

static void put_peer(FILE *file, const struct row *row, struct result *result,
		     unsigned int at)
{
	const struct peer *peer = row->peers[at];
	const char *comma = "";
	unsigned int j;

	fprintf(file, "{");
	put_text(file, "name", peer->name);
	fprintf(file, ", \"ion\": %s, \"limit\": %s",
		peer->flags & PEER_ION ? "true" : "false",
		peer->flags & PEER_LIMIT ? "true" : "false");
	if (result->reason[at][0]) {
		fprintf(file, ", ");
		put_text(file, "not_here", result->reason[at]);
	}
	fprintf(file, ", \"batches\": [");
	for (j = 0; j < BATCHES_MAX && row->batches[j]; j++) {
		struct figure figure = figure_of(row, &result->samples[at][j]);

		if (!figure.chunks)
			continue;
		fprintf(file, "%s{\"batch\": %u, ", comma, row->batches[j]);
		put_figure(file, &figure);
		fprintf(file, "}");
		comma = ", ";
	}
	fprintf(file, "]}");
}

static void put_row(FILE *file, const struct row *row, struct result *result)
{
	unsigned int i;

	fprintf(file, "{");
	put_text(file, "id", row->id);
	fprintf(file, ", ");
	put_text(file, "title", row->title);
	fprintf(file, ", ");
	put_text(file, "unit",
		 row->unit == UNIT_RATE ? "millions of packets per second"
					: "microseconds");
	fprintf(file, ", \"goal\": %g, \"ratio\": %.4g, \"peers\": [",
		row->goal, ratio_of(row, result));
	for (i = 0; row->peers[i]; i++) {
		fprintf(file, "%s", i ? ", " : "");
		put_peer(file, row, result, i);
	}
	fprintf(file, "]}");
}

static void put_machine(FILE *file, const struct options *options)
{
	struct utsname machine;
	char date[32];
	time_t now = time(NULL);
	struct tm tm;

	uname(&machine);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	put_text(file, "machine", machine.machine);
	fprintf(file, ", ");
	put_text(file, "kernel", machine.release);
	fprintf(file, ", ");
	put_text(file, "date", date);
	fprintf(file, ", \"processors\": %ld, \"rounds\": %u, \"seconds\": %g",
		sysconf(_SC_NPROCESSORS_ONLN), options->rounds,
		options->seconds);
}

bool json_write(const char *path, struct result *results,
		const struct options *options, const struct fact *facts,
		unsigned int nr_facts, struct samples *line)
{
	static const struct row time = { .unit = UNIT_TIME };
	struct figure figure = figure_of(&time, line);
	FILE *file = fopen(path, "we");
	const char *comma = "";
	unsigned int i;
	bool ok;

	if (!file) {
		fprintf(stderr, "ion_bench: %s: %s\n", path, strerror(errno));
		return false;
	}
	fprintf(file, "{");
	put_machine(file, options);
	fprintf(file, ", \"rows\": [");
	for (i = 0; i < nr_rows; i++) {
		if (!row_wanted(options, rows[i].id))
			continue;
		fprintf(file, "%s", comma);
		put_row(file, &rows[i], &results[i]);
		comma = ", ";
	}
	fprintf(file, "], \"facts\": [");
	for (i = 0; i < nr_facts; i++) {
		fprintf(file, "%s{", i ? ", " : "");
		put_text(file, "name", facts[i].name);
		fprintf(file, ", \"value\": %.10g, ", facts[i].value);
		put_text(file, "unit", facts[i].unit);
		fprintf(file, "}");
	}
	fprintf(file, "], \"line_microseconds\": {");
	put_figure(file, &figure);
	fprintf(file, "}}\n");
	ok = !ferror(file);
	if (fclose(file) || !ok) {
		fprintf(stderr, "ion_bench: %s: %s\n", path, strerror(errno));
		return false;
	}
	return true;
}
