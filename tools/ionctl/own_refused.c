// SPDX-License-Identifier: GPL-2.0-only
/* Reports the packets of an own channel that the kernel refuses. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "fail.h"
#include "own.h"
#include "packet.h"

/*
 * Nothing wakes a program whose packet was refused, so waits are split into
 * pieces and the counters are read in between. The pieces grow, as most refusals
 * happen early.
 */
#define PIECE_MIN_NS 20000000ULL
#define PIECE_MAX_NS 2000000000ULL

static uint64_t sum(const struct own_refused *refused)
{
	return refused->id + refused->range + refused->owner;
}

/* Count since the channel was set up. Without an arena nothing is refused. */
static void count(const struct own *own, struct own_refused *refused)
{
	const struct ion_ring_stats *tx;
	struct ion_stats stats;

	memset(refused, 0, sizeof(*refused));
	if (!own->ch->buffers || ionc_stats(own->ch, &stats))
		return;
	tx = &stats.ring[ION_RING_TX];
	refused->id = tx->bad_id;
	refused->range = tx->bad_range;
	refused->owner = tx->bad_owner;
}

void own_refused_begin(struct own *own)
{
	count(own, &own->before);
}

/* Count since own_open(). */
static void count_ours(const struct own *own, struct own_refused *refused)
{
	count(own, refused);
	if (!sum(refused))
		return;
	refused->id -= own->before.id;
	refused->range -= own->before.range;
	refused->owner -= own->before.owner;
}

uint64_t own_refused(const struct own *own)
{
	struct own_refused refused;

	count_ours(own, &refused);
	return sum(&refused);
}

static bool is_right(const struct own *own, const struct ion_packet *packet)
{
	uint64_t size = own->ch->buffer_size;
	uint64_t skip = packet->data - packet->id * size;

	return packet->id < own->ch->buffers && skip <= size &&
	       packet->len <= size - skip;
}

void own_refused_note(struct own *own, const struct ion_packet *packet)
{
	if (!own->ch->buffers || own->has_wrong || is_right(own, packet))
		return;
	own->has_wrong = true;
	own->wrong = *packet;
}

/* ---- the message ------------------------------------------------------- */

/* Append a reason, after a semicolon if there is one already. */
__attribute__((format(printf, 3, 4))) static void
because(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list args;

	if (length)
		length += (size_t)snprintf(text + length, size - length, "; ");
	va_start(args, format);
	vsnprintf(text + length, size - length, format, args);
	va_end(args);
}

static const char *wrong_text(const struct own *own, char text[ITEM_MAX])
{
	union item item = { .packet = own->wrong };
	size_t length = item_write(ITEM_PACKET, ITEM_TEXT, &item, text);

	/* Drop the newline. */
	text[length - 1] = '\0';
	return text;
}

static void reasons(const struct own *own, const struct own_refused *refused,
		    char *text, size_t size)
{
	uint32_t bytes = own->ch->buffer_size;
	char wrong[ITEM_MAX];

	*text = '\0';
	if (refused->id)
		because(text, size,
			"%llu of a buffer that does not exist, id is 0 to %u",
			(unsigned long long)refused->id, own->ch->buffers - 1);
	if (refused->range)
		because(text, size,
			"%llu with bytes outside its buffer, which has data %u * id to %u * id + %u",
			(unsigned long long)refused->range, bytes, bytes,
			bytes - 1);
	if (refused->owner)
		because(text, size,
			"%llu of a buffer that the program does not own",
			(unsigned long long)refused->owner);
	if (own->has_wrong)
		because(text, size, "the first: %s", wrong_text(own, wrong));
}

int own_report_refused(struct own *own)
{
	struct own_refused refused;
	uint64_t all;
	char text[512];

	count_ours(own, &refused);
	all = sum(&refused);
	if (!all)
		return EXIT_OK;
	if (own->reported)
		return EXIT_FAILED;
	own->reported = true;
	reasons(own, &refused, text, sizeof(text));
	return fail("the kernel refused %llu packet%s: %s",
		    (unsigned long long)all, all == 1 ? "" : "s", text);
}

/* ---- waiting ----------------------------------------------------------- */

static int wait_once(struct own *own, unsigned int events, uint64_t timeout_ns)
{
	if (events & (IONC_TX | IONC_CMD))
		return ionc_poll(own->ch, events, timeout_ns);
	return ionc_wait(own->ch, (events & IONC_RX) != 0,
			 (events & IONC_EVT) != 0, timeout_ns);
}

int own_wait(struct own *own, unsigned int events, uint64_t timeout_ns)
{
	uint64_t left = timeout_ns, piece = PIECE_MIN_NS, refused;
	int ret;

	if (!own->ch->buffers)
		return wait_once(own, events, timeout_ns);
	for (;;) {
		piece = left < piece ? left : piece;
		ret = wait_once(own, events, piece);
		if (ret != -ETIME)
			return ret;
		refused = own_refused(own);
		if (refused != own->refused) {
			own->refused = refused;
			return -EBADMSG;
		}
		left -= left == IONC_FOREVER ? 0 : piece;
		if (!left)
			return ret;
		piece = piece < PIECE_MAX_NS / 2 ? 2 * piece : PIECE_MAX_NS;
	}
}
