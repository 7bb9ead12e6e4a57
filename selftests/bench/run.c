// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a peer for a while, and measures how long each chunk of packets takes at
 * the receiver. A peer that stumbles now and then shows it in its percentiles.
 * Other load on the machine affects single chunks, and not the median.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

/* Length of a chunk in nanoseconds. */
#define CHUNK 5e6

/* A run that takes this many seconds hangs. */
#define PATIENCE 60

static char reason[REASON_MAX];

bool bench_why(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	reason[strcspn(reason, "\n")] = 0;
	return false;
}

const char *bench_reason(void)
{
	return reason;
}

double bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* ---- the other process ------------------------------------------------- */

static void child(const struct peer *peer, unsigned int batch)
{
	__u64 seq = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!peer->open_sender(peer))
		_exit(1);
	if (peer->answer) {
		peer->answer();
		_exit(1);
	}
	for (;;)
		seq += peer->put(seq, batch);
}

int bench_fork(const struct peer *peer, unsigned int batch)
{
	int pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		child(peer, batch);
	return pid;
}

void bench_kill(int pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- one peer ---------------------------------------------------------- */

void samples_add(struct samples *samples, double value)
{
	double *values;

	if (samples->nr == samples->room) {
		samples->room = samples->room ? 2 * samples->room : 64;
		values = realloc(samples->value, samples->room * sizeof(value));
		if (!values)
			abort();
		samples->value = values;
	}
	samples->value[samples->nr++] = value;
}

/**
 * struct race - a run of one peer
 * @peer: the peer
 * @batch: size of a batch
 * @away: another process puts the packets
 * @sent: packets that were put
 * @got: packets that arrived
 */
struct race {
	const struct peer *peer;
	unsigned int batch;
	bool away;
	__u64 sent;
	__u64 got;
};

static bool is_wrong(const struct race *race)
{
	fprintf(stderr, "ion_bench: %s: packet %llu is wrong\n",
		race->peer->name, (unsigned long long)race->got);
	return false;
}

static bool turn(struct race *race, bool put)
{
	const struct peer *peer = race->peer;
	int n;

	if (put && peer->put && !race->away)
		race->sent += peer->put(race->sent, race->batch);
	if (!peer->get) {
		race->got = race->sent;
		return true;
	}
	n = peer->get(race->got, race->batch);
	if (n < 0)
		return is_wrong(race);
	race->got += (unsigned int)n;
	return true;
}

/* Measure chunks; the clock is read about ten times in each. */
static bool chunks(struct race *race, double limit, struct samples *samples)
{
	double start = bench_now(), from = start, now = start;
	unsigned int turns = 0, stride = 1;
	__u64 before = 0;

	while (now - start < limit) {
		if (!turn(race, true))
			return false;
		if (++turns < stride)
			continue;
		turns = 0;
		now = bench_now();
		if (now - from < CHUNK || race->got == before) {
			if (now - from < CHUNK / 10)
				stride += stride / 2 + 1;
			continue;
		}
		/* The first chunk warms up the caches and is not counted. */
		if (from > start)
			samples_add(samples, (double)(race->got - before) /
						     (now - from));
		stride = stride / 2 + 1;
		before = race->got;
		from = now;
	}
	return true;
}

static bool finish(struct race *race)
{
	while (!race->away && race->peer->put && race->peer->get &&
	       race->got < race->sent)
		if (!turn(race, false))
			return false;
	if (race->peer->arrived && !race->peer->arrived(race->got)) {
		fprintf(stderr, "ion_bench: %s: not all packets arrived\n",
			race->peer->name);
		return false;
	}
	return true;
}

/* Return false if it ran and was wrong. @why is set if it cannot run here. */
static bool run_peer(const struct peer *peer, unsigned int batch, double limit,
		     struct samples *samples, char *why)
{
	struct race race = {
		.peer = peer,
		.batch = batch,
		.away = peer->open_sender && !peer->answer,
	};
	int pid = 0;
	bool ok;

	alarm(PATIENCE + (unsigned int)limit);
	if (!peer->open(peer)) {
		snprintf(why, REASON_MAX, "%s", bench_reason());
		return true;
	}
	if (peer->open_sender)
		pid = bench_fork(peer, batch);
	ok = pid >= 0 && chunks(&race, limit, samples) && finish(&race);
	bench_kill(pid);
	peer->close();
	alarm(0);
	return ok;
}

bool run_row(const struct row *row, struct result *result, unsigned int round,
	     double seconds)
{
	unsigned int nr = 0, i, j, at;

	while (row->peers[nr])
		nr++;
	for (i = 0; i < nr; i++) {
		const struct peer *peer;

		at = (i + round) % nr;
		peer = row->peers[at];
		for (j = 0; j < BATCHES_MAX && row->batches[j]; j++) {
			if (result->reason[at][0])
				continue;
			if (!run_peer(peer, row->batches[j], seconds * 1e9,
				      &result->samples[at][j],
				      result->reason[at]))
				return false;
		}
	}
	return true;
}

/* ---- figures ----------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct figure figure_of(const struct row *row, struct samples *samples)
{
	struct figure figure = { .chunks = samples->nr };
	size_t nr = samples->nr;
	double low, high;

	if (!nr)
		return figure;
	qsort(samples->value, nr, sizeof(double), compare);
	low = samples->value[nr / 10];
	high = samples->value[nr - 1 - nr / 10];
	if (row->unit == UNIT_RATE) {
		figure.median = samples->value[nr / 2] * 1e3;
		figure.low = low * 1e3;
		figure.high = high * 1e3;
	} else {
		figure.median = 0.001 / samples->value[nr / 2];
		figure.low = 0.001 / high;
		figure.high = 0.001 / low;
	}
	return figure;
}

/* Return the better one of two figures; 0 is no figure. */
static double better(const struct row *row, double a, double b)
{
	if (!a || !b)
		return a ? a : b;
	return (row->unit == UNIT_RATE) == (a > b) ? a : b;
}

double ratio_of(const struct row *row, struct result *result)
{
	double ours = 0, theirs = 0;
	unsigned int i, j;

	for (i = 0; row->peers[i]; i++) {
		const struct peer *peer = row->peers[i];

		if (peer->flags & PEER_LIMIT)
			continue;
		for (j = 0; j < BATCHES_MAX && row->batches[j]; j++) {
			double value =
				figure_of(row, &result->samples[i][j]).median;

			if (!(peer->flags & PEER_ION))
				theirs = better(row, theirs, value);
			else if (!row->batch || row->batches[j] == row->batch)
				ours = better(row, ours, value);
		}
	}
	return ours && theirs ? ours / theirs : 0;
}
