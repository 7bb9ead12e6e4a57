// SPDX-License-Identifier: GPL-2.0-only
/* Carries the bytes of ionctl listen and connect. */
#include "talk.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "own.h"

/* The command that says how many bytes were sent in all; ionctl cat has it too. */
#define KIND_END 0x696f6e02

#define EVENTS (IONC_RX | IONC_EVT)

static bool stdin_ended;

static int wrong(const char *what)
{
	return fail("the other program %s", what);
}

/* ---- sending ----------------------------------------------------------- */

/* There is room unless the other program does not pop. */
static int push(struct talk *talk, const struct ion_packet *packet)
{
	int ret;

	while (!ionc_push(talk->ch, packet)) {
		ret = ionc_wait_room(talk->ch, talk->timeout_ns);
		if (ret == -EINTR && !own_stopped)
			continue;
		/* The loop sees that the other program has gone. */
		if (ret == -EPIPE || ret == -EINTR)
			return EXIT_OK;
		if (ret)
			return fail_call(IONC_WAIT, ret, "sending");
	}
	return EXIT_OK;
}

static int give(struct talk *talk, uint32_t id)
{
	struct ion_packet packet = ionc_packet(talk->ch, id, 0);

	return push(talk, &packet);
}

static int send_buffer(struct talk *talk, uint32_t id, size_t length,
		       uint32_t pad)
{
	struct ion_packet packet = ionc_packet(talk->ch, id, (uint16_t)length);

	packet.pad = pad;
	talk->out++;
	talk->sent += length;
	return push(talk, &packet);
}

static int send_stdin(struct talk *talk)
{
	int id = ionc_buffer_get(talk->ch), status = EXIT_OK;
	size_t size = talk->ch->buffer_size;
	ssize_t n;

	if (id < 0)
		return EXIT_OK;
	n = read(STDIN_FILENO, ionc_buffer(talk->ch, (uint32_t)id),
		 size < UINT16_MAX ? size : UINT16_MAX);
	if (n > 0)
		return send_buffer(talk, (uint32_t)id, (size_t)n, 0);
	ionc_buffer_put(talk->ch, (uint32_t)id);
	if (!n)
		stdin_ended = true;
	else if (errno != EINTR && errno != EAGAIN)
		status = fail_errno(-errno, "stdin");
	return status;
}

/* Return payloads that wait, as far as there are free buffers. */
static int send_held(struct talk *talk)
{
	struct ion_packet *packet;
	int id, n, status;

	while (talk->nr_held && (id = ionc_buffer_get(talk->ch)) >= 0) {
		packet = &talk->held[talk->first];
		n = ionc_peer_copy(talk->ch, packet,
				   ionc_buffer(talk->ch, (uint32_t)id),
				   talk->ch->buffer_size);
		if (n < 0)
			return wrong("sent a payload that is in no buffer");
		talk->first = (talk->first + 1) % talk->ch->buffers;
		talk->nr_held--;
		status =
			send_buffer(talk, (uint32_t)id, (size_t)n, packet->pad);
		if (status == EXIT_OK)
			status = give(talk, packet->id);
		if (status != EXIT_OK)
			return status;
	}
	return EXIT_OK;
}

/* Return whether nothing more will be sent. */
static bool all_sent(const struct talk *talk)
{
	if (talk->echo)
		return talk->end_known && talk->came >= talk->end &&
		       !talk->nr_held;
	return stdin_ended;
}

static void tell_end(struct talk *talk)
{
	struct ion_cmd_packet cmd = { .kind = KIND_END, .arg = talk->sent };

	if (!talk->told && all_sent(talk))
		talk->told = ionc_push_cmd(talk->ch, &cmd);
}

/* ---- receiving --------------------------------------------------------- */

static int print(struct talk *talk, const struct ion_packet *packet)
{
	static char copy[UINT16_MAX + 1];
	const void *from = copy;
	int n = packet->len;

	/* The other program can change what is in its arena. */
	if (talk->direct)
		n = ionc_peer_copy(talk->ch, packet, copy, sizeof(copy));
	else
		from = ionc_payload(talk->ch, packet);
	if (n < 0 || !from)
		return wrong("sent a payload that is in no buffer");
	n = own_write(from, (size_t)n);
	talk->stuck = n != EXIT_OK;
	return n;
}

static int hold(struct talk *talk, const struct ion_packet *packet)
{
	uint32_t buffers = talk->ch->buffers;

	if (talk->nr_held == buffers)
		return wrong("sent more payloads than it has buffers");
	talk->held[(talk->first + talk->nr_held++) % buffers] = *packet;
	return EXIT_OK;
}

/* Take a buffer that came back. */
static int take_back(struct talk *talk, const struct ion_packet *packet)
{
	/* The echo of a pair receives with the buffers that it sends. */
	if (talk->echo && !talk->direct)
		return push(talk, packet);
	if (!talk->out || ionc_buffer_put(talk->ch, packet->id))
		return wrong("returned a buffer that it did not have");
	talk->out--;
	return EXIT_OK;
}

static int take(struct talk *talk, const struct ion_packet *packet)
{
	int status;

	if (talk->ch->buffers && !packet->len)
		return take_back(talk, packet);
	talk->packets++;
	talk->came += talk->ch->buffers ? packet->len : 0;
	if (talk->echo && talk->ch->buffers && talk->direct)
		return hold(talk, packet);
	if (talk->echo) {
		talk->sent += talk->ch->buffers ? packet->len : 0;
		return push(talk, packet);
	}
	status = print(talk, packet);
	return status == EXIT_OK ? give(talk, packet->id) : status;
}

static void hear(struct talk *talk, const struct ion_cmd_packet *cmd)
{
	if (cmd->kind == KIND_END && !talk->end_known) {
		talk->end_known = true;
		talk->end = cmd->arg;
	} else if (talk->echo) {
		/* Without room the answer is lost, like that of a slow server. */
		ionc_push_cmd(talk->ch, cmd);
	}
}

static int receive(struct talk *talk)
{
	struct ion_cmd_packet cmd;
	struct ion_packet packet;
	int status = EXIT_OK;

	while (status == EXIT_OK && ionc_pop(talk->ch, &packet))
		status = take(talk, &packet);
	while (ionc_pop_evt(talk->ch, &cmd))
		hear(talk, &cmd);
	if (status == EXIT_OK)
		status = send_held(talk);
	tell_end(talk);
	ionc_kick(talk->ch);
	return status;
}

/* ---- the loop ---------------------------------------------------------- */

static bool is_over(const struct talk *talk)
{
	/* The client of an echo ends the connection. */
	return !talk->echo && talk->told && !talk->out && talk->end_known &&
	       talk->came >= talk->end;
}

static int end_of_peer(const struct talk *talk)
{
	if (!talk->echo && talk->out)
		return wrong("has gone before it read everything");
	return EXIT_OK;
}

static int timeout_ms(const struct talk *talk)
{
	uint64_t ms = talk->timeout_ns / 1000000;

	if (talk->timeout_ns == IONC_FOREVER)
		return -1;
	return ms < INT32_MAX ? (int)ms : INT32_MAX;
}

/* Buffers for what is sent: the program at the other side of a pair fills some. */
static uint32_t to_send(const struct talk *talk)
{
	return talk->direct ? talk->ch->buffers : talk->ch->buffers / 2;
}

/* Return EXIT_OK to continue; -1 if the other program has gone. */
static int wait_for_some(struct talk *talk)
{
	bool reads = !talk->echo && !stdin_ended && talk->out < to_send(talk);
	struct pollfd fds[2] = {
		{ .fd = ionc_eventfd(talk->ch), .events = POLLIN },
		{ .fd = reads ? STDIN_FILENO : -1, .events = POLLIN },
	};
	int ready = ionc_arm(talk->ch, EVENTS), n;

	if (ready == -EPIPE)
		return -1;
	if (ready < 0 && ready != -EINTR)
		return fail_call(IONC_WAIT, ready, "waiting");
	n = poll(fds, 2, ready ? 0 : timeout_ms(talk));
	if (!ready)
		ionc_disarm(talk->ch, EVENTS);
	if (!n && !ready) {
		fail("nothing moved for %g s", (double)talk->timeout_ns / 1e9);
		return EXIT_TIMEOUT;
	}
	return n > 0 && fds[1].revents ? send_stdin(talk) : EXIT_OK;
}

static int carry(struct talk *talk)
{
	int status;

	do {
		status = receive(talk);
		if (status != EXIT_OK || is_over(talk))
			return status;
		status = wait_for_some(talk);
	} while (status == EXIT_OK && !own_stopped);
	return status == -1 ? end_of_peer(talk) : status;
}

static int begin(struct talk *talk)
{
	const struct ionc_channel *ch = talk->ch;
	uint64_t slots = ch->tx.end.mask;

	talk->direct = !strcmp(ionc_info(ch)->service, "direct");
	if (!ch->buffers && !talk->echo)
		return wrong("has no buffers: nothing to print; see --echo");
	if (ch->buffers * 2ULL > slots)
		return fail("%u buffers need at least %u slots", ch->buffers,
			    ch->buffers * 2 + 1);
	if (ionc_eventfd(talk->ch) < 0)
		return fail_call(IONC_EVENTFD, ionc_eventfd(talk->ch),
				 "the eventfd");
	talk->held = calloc(ch->buffers + 1, sizeof(*talk->held));
	if (!talk->held)
		fail_memory();
	if (!talk->direct)
		ionc_give_free(talk->ch, talk->echo
						 ? ch->buffers
						 : ch->buffers - to_send(talk));
	return EXIT_OK;
}

int talk(struct talk *talk)
{
	int status = begin(talk);

	if (status == EXIT_OK)
		status = carry(talk);
	free(talk->held);
	return status;
}

/* ---- ports ------------------------------------------------------------- */

int talk_no_port(enum ionc_call call, int error, const char *name)
{
	if (error == -ENOENT || error == -ENOTTY || error == -ENODEV ||
	    error == -ENXIO || error == -EISDIR ||
	    (error == -EACCES && access(globals.device, R_OK | W_OK)))
		return fail_device(error);
	return fail_call(call, error, "port %s", name);
}

const char *port_argument(const char *text)
{
	if (!*text || strlen(text) >= ION_KEY_LEN)
		fail_usage("the name of a port has 1 to %d bytes, not %zu",
			   ION_KEY_LEN - 1, strlen(text));
	return text;
}

const char *port_service(const char *text)
{
	if (strcmp(text, "direct") && strcmp(text, "pair"))
		fail_usage("--service of a port is direct or pair, not '%s'",
			   text);
	return text;
}
