// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts system calls, kicks and wake-ups; the processor time of a program in
 * which all threads sleep; the memory of a channel.
 */
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "ion.h"
#include "run.h"

#define BATCH	  32
#define NAPS	  50
#define CHANNELS  500
#define NAP_NS	  20000000ULL
#define LENT_SPIN 1000000ULL

static void nap(unsigned long long ns)
{
	struct timespec time = { (time_t)(ns / 1000000000),
				 (long)(ns % 1000000000) };

	nanosleep(&time, NULL);
}

static unsigned int add(struct fact *facts, unsigned int nr, const char *name,
			double value, const char *unit)
{
	facts[nr] = (struct fact){ name, value, unit };
	return nr + 1;
}

/* ---- system calls ------------------------------------------------------ */

static struct ionc_channel *open_lent(unsigned int slots, __u64 idle_ns)
{
	struct peer peer = { .flags = PEER_NO_SPIN, .size = slots };
	struct ionc_channel *ch = ion_open(&peer, "echo");

	if (ch && !ion_lend(ch, idle_ns)) {
		ionc_close(ch);
		return NULL;
	}
	return ch;
}

static __u64 pump(struct ionc_channel *ch, double seconds)
{
	double until = bench_now() + seconds * 1e9;
	__u64 sent = 0, got = 0;
	int n;

	while (bench_now() < until || got < sent) {
		if (bench_now() < until)
			sent += ion_put(ch, sent, BATCH);
		n = ion_get(ch, got, BATCH);
		if (n < 0)
			return 0;
		got += (unsigned int)n;
	}
	return got;
}

/* Count with a lent thread that always has work. */
static unsigned int count_busy(struct fact *facts, unsigned int nr,
			       double seconds)
{
	static const char unit[] = "per million packets";
	struct ionc_channel *ch = open_lent(256, 10000000000ULL);
	struct ion_stats before, after;
	double millions;

	if (!ch)
		return nr;
	ionc_stats(ch, &before);
	millions = (double)pump(ch, seconds) / 1e6;
	ionc_stats(ch, &after);
	ionc_close(ch);
	if (millions == 0)
		return nr;
	/* ionc_stats() is a system call too. */
	nr = add(facts, nr, "busy, lent thread: system calls",
		 (double)(after.calls - before.calls - 1) / millions, unit);
	nr = add(facts, nr, "busy, lent thread: kicks",
		 (double)(after.kicks - before.kicks) / millions, unit);
	return add(facts, nr, "busy, lent thread: wake-ups",
		   (double)(after.wakeups - before.wakeups) / millions, unit);
}

/* Count single packets with pauses so long that the lent thread sleeps. */
static unsigned int count_idle(struct fact *facts, unsigned int nr)
{
	struct ionc_channel *ch = open_lent(256, LENT_SPIN);
	struct ion_stats before, after;
	__u64 seq;

	if (!ch)
		return nr;
	nap(NAP_NS);
	ionc_stats(ch, &before);
	for (seq = 0; seq < NAPS; seq++) {
		ion_put(ch, seq, 1);
		while (!ion_get(ch, seq, 1))
			;
		nap(NAP_NS);
	}
	ionc_stats(ch, &after);
	ionc_close(ch);
	nr = add(facts, nr, "a packet now and then: sleeps of the kernel end",
		 (double)(after.sleeps - before.sleeps) / NAPS, "per packet");
	return add(facts, nr, "a packet now and then: kicks",
		   (double)(after.kicks - before.kicks) / NAPS, "per packet");
}

/* ---- idle -------------------------------------------------------------- */

static double used_us(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

/*
 * Count in a program with a sleeping lent thread and a thread that waits in the
 * library. The one switch is that of the thread that counts.
 */
static unsigned int count_sleep(struct fact *facts, unsigned int nr)
{
	struct ionc_channel *ch = open_lent(256, LENT_SPIN);
	struct rusage before, after;

	if (!ch)
		return nr;
	nap(200000000);
	getrusage(RUSAGE_SELF, &before);
	ionc_wait_rx(ch, 1, 1000000000);
	getrusage(RUSAGE_SELF, &after);
	ionc_close(ch);
	nr = add(facts, nr, "asleep for a second: processor time",
		 used_us(&after) - used_us(&before), "us");
	return add(facts, nr, "asleep for a second: switches",
		   (double)(after.ru_nvcsw - before.ru_nvcsw), "");
}

/* ---- memory ------------------------------------------------------------ */

static double free_bytes(void)
{
	unsigned long long kib = 0;
	char line[128];
	FILE *file = fopen("/proc/meminfo", "re");

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "MemFree: %llu", &kib) == 1)
			break;
	fclose(file);
	return (double)kib * 1024;
}

/* Count the memory that is charged for a channel, and that the machine loses. */
static unsigned int count_memory(struct fact *facts, unsigned int nr)
{
	static struct ionc_channel *many[CHANNELS];
	struct rlimit files = { 4096, 4096 };
	struct peer peer = { .size = 256 };
	double charged = 0, gone;
	unsigned int i, n;

	setrlimit(RLIMIT_NOFILE, &files);
	gone = free_bytes();
	for (n = 0; n < CHANNELS; n++) {
		many[n] = ion_open(&peer, "echo");
		if (!many[n])
			break;
		charged += (double)ionc_info(many[n])->bytes;
	}
	gone -= free_bytes();
	for (i = 0; i < n; i++)
		ionc_close(many[i]);
	if (n != CHANNELS)
		return nr;
	nr = add(facts, nr, "a channel of 256 slots: memory charged",
		 charged / n / 1024, "KiB");
	return add(facts, nr, "a channel of 256 slots: memory gone",
		   gone / n / 1024, "KiB");
}

unsigned int facts_count(struct fact *facts, double seconds)
{
	unsigned int nr = 0;

	nr = count_busy(facts, nr, 5 * seconds);
	nr = count_idle(facts, nr);
	nr = count_sleep(facts, nr);
	return count_memory(facts, nr);
}
