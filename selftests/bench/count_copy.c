// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the instructions of a copy of payload, at each offset within a word: out
 * of a buffer, into one, and from one program to another.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "count.h"
#include "ion.h"

#define MODULE	"ion_probe"
#define LEN	1514
#define OFFSETS 8
#define TURNS	64

static struct ionc_channel *open_arena(const char *service, const char *key)
{
	struct ionc_options options;
	struct ionc_channel *ch;
	int ret;

	ionc_options_init(&options);
	options.service = service;
	options.key = key;
	options.buffers = 2;
	ret = ionc_open(&ch, &options);
	if (!ret)
		return ch;
	count_fails(service, "%s", ionc_explain(IONC_OPEN, ret));
	return NULL;
}

static void hand_over(struct ionc_channel *ch, __u16 len, unsigned int offset)
{
	struct ion_packet packet = ionc_packet(ch, 0, len);

	packet.data += offset;
	ionc_push(ch, &packet);
}

static bool take(struct ionc_channel *ch)
{
	struct ion_packet packet;

	return ionc_pop(ch, &packet);
}

/* Send a packet to @to, which is @ch or has to hand over a buffer for it. */
static bool copy_one(struct ionc_channel *ch, struct ionc_channel *to,
		     unsigned int offset)
{
	if (to != ch) {
		hand_over(to, 0, 0);
		ionc_kick_now(to);
	}
	hand_over(ch, LEN, offset);
	ionc_kick_now(ch);
	return take(to) && (to == ch || take(ch));
}

/*
 * Return the instructions for a packet; 0 if one was missing. The clock is too
 * coarse for a single packet.
 */
static double copy_some(struct ionc_channel *ch, struct ionc_channel *to,
			unsigned int offset)
{
	double start = bench_now();
	unsigned int i;

	for (i = 0; i < TURNS; i++)
		if (!copy_one(ch, to, offset))
			return 0;
	return (bench_now() - start) / TURNS;
}

static void count_copy(const char *what, struct ionc_channel *ch,
		       struct ionc_channel *to)
{
	unsigned int offset, i;

	for (offset = 0; offset < OFFSETS; offset++) {
		double least = copy_some(ch, to, offset);

		for (i = 1; i < COUNT_RUNS; i++) {
			double took = copy_some(ch, to, offset);

			least = took < least ? took : least;
		}
		if (least == 0)
			count_fails(what, "a packet is missing");
		count_add(least, COUNT_INSTRUCTIONS, true,
			  "copy: %s, %u bytes at offset %u, a kick a packet",
			  what, LEN, offset);
	}
}

static void count_service(const char *what, const char *service)
{
	struct ionc_channel *ch = open_arena(service, NULL);

	if (ch)
		count_copy(what, ch, ch);
	ionc_close(ch);
}

static void count_pair(void)
{
	struct ionc_channel *to = open_arena("pair", "ion_copy");
	struct ionc_channel *ch = to ? open_arena("pair", "ion_copy") : NULL;

	if (ch)
		count_copy("pair", ch, to);
	ionc_close(ch);
	ionc_close(to);
}

static bool insert(void)
{
	int fd = open(MODULE ".ko", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && !syscall(SYS_finit_module, fd, "", 0)) {
		close(fd);
		return true;
	}
	count_fails(MODULE ".ko", "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return false;
}

void count_copies(void)
{
	count_pair();
	if (!insert())
		return;
	count_service("ion_packet_read()", "probe-read");
	count_service("ion_packet_write()", "probe-write");
	syscall(SYS_delete_module, MODULE, O_NONBLOCK);
}
