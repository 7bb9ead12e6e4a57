// SPDX-License-Identifier: GPL-2.0-only
/* ionctl bench: packets per second there and back, compared with other ways. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench.h"
#include "fail.h"
#include "json.h"
#include "options.h"
#include "table.h"
#include "text.h"
#include "times.h"

/* The ways take turns, so that other load on the machine affects all of them. */
#define ROUNDS 3

#define WAYS 6

static const struct bench *const ways[WAYS] = {
	&bench_lent_split,     &bench_lent_compact, &bench_kicked_split,
	&bench_kicked_compact, &bench_memory,	    &bench_pipe,
};

#define BATCHES 5

static const uint32_t batches[BATCHES] = { 1, 8, 32, 64, BENCH_BATCH };

/**
 * struct result - packets a second
 * @rates: of each way, size of batch and round
 * @qemu: the machine is known to run under QEMU
 */
struct result {
	double rates[WAYS][BATCHES][ROUNDS];
	bool qemu;
};

struct ion_packet bench_packet(uint64_t number)
{
	return (struct ion_packet){
		.data = number,
		.phys = ~number,
		.len = 24,
		.id = (uint16_t)number,
	};
}

bool bench_is_packet(const struct ion_packet *packet, uint64_t number)
{
	return packet->data == number && packet->phys == ~number &&
	       packet->id == (uint16_t)number;
}

/* ---- measuring --------------------------------------------------------- */

/* Return packets a second there and back; -1 if one came back wrong. */
static double measure(const struct bench *way, uint32_t batch, uint64_t limit)
{
	uint64_t start = times_now(), now = start;
	uint64_t sent = 0, came = 0;
	unsigned int turns = 0;
	uint32_t went;
	int n;

	while (now - start < limit || came < sent) {
		went = now - start < limit ? way->put(sent, batch) : 0;
		sent += went;
		n = way->get(came, batch);
		if (n < 0)
			return -1;
		came += (unsigned int)n;
		if (!n && came < sent && !went)
			way->wait();
		if (!(++turns & 63) || now - start >= limit || !n)
			now = times_now();
	}
	return (double)came * 1e9 / (double)(now - start);
}

static int measure_way(struct result *result, unsigned int i,
		       unsigned int round, uint64_t limit)
{
	unsigned int j;
	int status;

	status = ways[i]->open();
	if (status != EXIT_OK)
		return status;
	for (j = 0; j < BATCHES && status == EXIT_OK; j++) {
		double rate = measure(ways[i], batches[j], limit);

		result->rates[i][j][round] = rate;
		if (rate < 0)
			status = fail("%s: a packet came back wrong",
				      ways[i]->name);
	}
	ways[i]->close();
	return status;
}

static int measure_all(struct result *result, uint64_t total_ns)
{
	uint64_t limit = total_ns / (WAYS * BATCHES * ROUNDS);
	unsigned int round, i;
	int status = EXIT_OK;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < WAYS && status == EXIT_OK; i++)
			/* Each round begins with another way. */
			status = measure_way(result, (i + round) % WAYS, round,
					     limit);
	return status;
}

/* ---- the machine ------------------------------------------------------- */

static bool file_has(const char *path, const char *word)
{
	char text[4096];
	FILE *file = fopen(path, "re");
	size_t length;

	if (!file)
		return false;
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	return memmem(text, length, word, strlen(word));
}

/* Return whether this is known to be QEMU; false if it cannot be found out. */
static bool is_qemu(void)
{
	return file_has("/proc/device-tree/model", "qemu") ||
	       file_has("/sys/class/dmi/id/sys_vendor", "QEMU") ||
	       file_has("/proc/cpuinfo", "QEMU");
}

/* ---- the result -------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double rates[ROUNDS])
{
	qsort(rates, ROUNDS, sizeof(*rates), compare);
	return rates[ROUNDS / 2];
}

static void print_text(struct result *result, const struct utsname *machine)
{
	static const struct column columns[] = {
		{ "packets/s, in batches of", false, false },
		{ "1", true, false },
		{ "8", true, false },
		{ "32", true, false },
		{ "64", true, false },
		{ "128", true, false },
		{ NULL, false, false },
	};
	struct table *table = table_new(columns);
	char text[TEXT_SIZE];
	unsigned int i, j;

	printf("%s, Linux %s, %ld processors%s\n", machine->machine,
	       machine->release, sysconf(_SC_NPROCESSORS_ONLN),
	       result->qemu
		       ? ", under QEMU: the figures are not those of a board"
		       : "");
	for (i = 0; i < WAYS; i++) {
		table_cell(table, PAINT_NONE, "%s", ways[i]->name);
		for (j = 0; j < BATCHES; j++)
			table_cell(table, PAINT_NONE, "%s",
				   text_rate(text,
					     median(result->rates[i][j])));
	}
	table_print(table, stdout);
}

static void print_json(struct result *result, const struct utsname *machine)
{
	json_t *object = json_new_object(), *results = json_new_array();
	unsigned int i, j;

	json_put_text(object, "machine", machine->machine,
		      sizeof(machine->machine));
	json_put_text(object, "kernel", machine->release,
		      sizeof(machine->release));
	json_put_number(object, "processors",
			(uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	json_put_bool(object, "qemu", result->qemu);
	for (i = 0; i < WAYS; i++)
		for (j = 0; j < BATCHES; j++) {
			json_t *one = json_new_object();

			json_put_text(one, "name", ways[i]->name,
				      strlen(ways[i]->name));
			json_put_number(one, "batch", batches[j]);
			json_put_real(one, "packets_per_second",
				      median(result->rates[i][j]));
			json_add(results, one);
		}
	json_put(object, "results", results);
	json_print(object);
}

/* ---- the command ------------------------------------------------------- */

static int run(int argc, char **argv)
{
	struct result *result = calloc(1, sizeof(*result));
	uint64_t total_ns = 5000000000;
	struct utsname machine;
	int status;

	if (!result)
		fail_memory();
	while (next_option(argc, argv, &cmd_bench) >= 0)
		total_ns = seconds_argument("--time", optarg);
	want_arguments(argc, argv, 0, 0);
	status = measure_all(result, total_ns);
	if (status == EXIT_OK) {
		uname(&machine);
		result->qemu = is_qemu();
		if (globals.json)
			print_json(result, &machine);
		else
			print_text(result, &machine);
	}
	free(result);
	return status;
}

static const struct option_help options[] = {
	{ 't', "time", "SECONDS", "about how long it all takes (default 5)" },
	{ 0 },
};

const struct command cmd_bench = {
	.name = "bench",
	.summary = "packets per second, compared with pipes",
	.run = run,
	.usage = "[OPTION]...",
	.text = "Sends packets there and back: to the service echo, with a lent thread and by\n"
		"kicks, in both layouts; to a thread of this program through rings in memory\n"
		"with eventfds; and to a thread through two pipes. Each way is measured three\n"
		"times, in turn with the others, and the median is printed. Every packet that\n"
		"comes back is checked. Up to 255 packets are in flight. Other load on the\n"
		"machine changes the figures.\n",
	.options = options,
	.json = "machine, kernel: names; processors: a number; qemu: whether it is known to\n"
		"run under QEMU; results: an array of name, batch and\n"
		"packets_per_second\n",
	.examples =
		"ionctl bench\n"
		"ionctl bench -t 30 --json | jq -r '.results[] | select(.batch == 64) | .name'\n",
};
