// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * echo_client NAME [PACKETS]: sends packets to the server that listens on NAME, 100000
 * unless told otherwise, and checks that the same come back in the same order.
 */
#include <err.h>
#include <ionchannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH 64

static void must(enum ionc_call call, int ret)
{
	if (ret < 0)
		errx(1, "%s", ionc_explain(call, ret));
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Push packets with the numbers from @number on; return how many. */
static unsigned long send_some(struct ionc_channel *ch, unsigned long number,
			       unsigned long count)
{
	__u32 room = ionc_reserve(ch, count < BATCH ? (__u32)count : BATCH), i;

	for (i = 0; i < room; i++) {
		memset(ionc_slot(ch, i), 0, sizeof(struct ion_packet));
		ionc_slot(ch, i)->data = number + i;
	}
	ionc_commit(ch, room);
	return room;
}

/* Pop packets and check their numbers; return how many. */
static unsigned long check_some(struct ionc_channel *ch, unsigned long number)
{
	struct ion_packet packets[BATCH];
	__u32 count = ionc_pop_n(ch, packets, BATCH), i;

	for (i = 0; i < count; i++)
		if (packets[i].data != number + i)
			errx(1, "packet %lu is not the next", number + i);
	return count;
}

int main(int argc, char **argv)
{
	unsigned long count, sent = 0, back = 0, more;
	struct ionc_channel *ch;
	double start;

	if (argc < 2)
		errx(2, "usage: echo_client NAME [PACKETS]");
	count = argc > 2 ? strtoul(argv[2], NULL, 10) : 100000;
	must(IONC_CONNECT, ionc_connect(&ch, argv[1], NULL));
	start = seconds();
	while (back < count) {
		sent += send_some(ch, sent, count - sent);
		must(IONC_KICK, ionc_kick(ch));
		more = check_some(ch, back);
		back += more;
		if (!more)
			must(IONC_WAIT, ionc_wait_rx(ch, 1, IONC_FOREVER));
	}
	printf("%lu packets came back, %.0f in a second\n", back,
	       (double)back / (seconds() - start));
	ionc_close(ch);
	return 0;
}
