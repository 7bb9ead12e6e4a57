// SPDX-License-Identifier: GPL-2.0-only
/* Signals, output and counters of an own channel. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "out.h"
#include "own.h"
#include "stats.h"
#include "text.h"

volatile int own_stopped;

/*
 * A signal may arrive between the check of own_stopped and the sleep, which would
 * then not end. So another signal follows every second.
 */
static void stop(int number)
{
	(void)number;
	own_stopped = 1;
	alarm(1);
}

void own_stop_by_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGALRM, &action, NULL);
	action.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int own_write(const void *bytes, size_t length)
{
	const char *from = bytes;
	ssize_t n;

	for (; length; from += n, length -= (size_t)n) {
		n = write(STDOUT_FILENO, from, length);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return out_failed(errno);
	}
	return EXIT_OK;
}

static void show_arena(const struct own *own, const struct ion_stats *stats)
{
	int owned = ionc_owners(own->ch, NULL);
	struct arenas arenas = {
		.buffers = own->ch->buffers,
		.size = own->ch->buffer_size,
		.owned = owned > 0 ? (uint64_t)owned : 0,
	};

	arenas_text(stderr, &arenas, stats);
}

void own_show_stats(const struct own *own)
{
	struct ion_stats stats;
	unsigned int ring;

	if (!own->stats || ionc_stats(own->ch, &stats))
		return;
	fprintf(stderr,
		"channel %llu  service %s\n  ring       pushed       popped    discarded   queued     full\n",
		(unsigned long long)stats.channel, own_service(own));
	for (ring = 0; ring < ION_RINGS; ring++) {
		const struct ion_ring_stats *s = &stats.ring[ring];

		fprintf(stderr, "  %-4s %12llu %12llu %12llu %8u %8llu\n",
			ring_name(ring), (unsigned long long)s->pushed,
			(unsigned long long)s->popped,
			(unsigned long long)s->discarded, s->queued,
			(unsigned long long)s->full);
	}
	fprintf(stderr, "  %llu kicks, %llu found nothing to do\n",
		(unsigned long long)stats.kicks,
		(unsigned long long)stats.kicks_spurious);
	show_arena(own, &stats);
}

int own_close(struct own *own, int status)
{
	int refused = own_report_refused(own);

	if (status == EXIT_OK)
		status = refused;
	own_show_stats(own);
	ionc_close(own->ch);
	return status;
}
