// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers that carry messages of some bytes from process to process: a pipe and a unix
 * socket. Each message is written and read as a whole by the programs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

/* Room in the kernel, and the most messages that are sent before one is received. */
#define BUFFER_BYTES (1 << 20)
#define SENT_MAX     8

static int ends[2] = { -1, -1 };
static unsigned int bytes;
static void *message;

static void message_close(void)
{
	close(ends[0]);
	close(ends[1]);
	free(message);
	message = NULL;
}

static bool message_ready(const struct peer *peer, bool opened)
{
	bytes = peer->size;
	message = opened ? aligned_alloc(64, MESSAGE_LARGE + 8) : NULL;
	if (message)
		return true;
	return bench_why("%s: %s", peer->name, strerror(errno));
}

static bool message_open_sender(const struct peer *peer)
{
	(void)peer;
	return true;
}

/* ---- pipe -------------------------------------------------------------- */

static bool pipe_open(const struct peer *peer)
{
	bool opened = !pipe2(ends, O_CLOEXEC);

	if (opened)
		fcntl(ends[1], F_SETPIPE_SZ, BUFFER_BYTES);
	return message_ready(peer, opened);
}

static unsigned int pipe_put(__u64 seq, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && i < SENT_MAX; i++) {
		bench_compose(message, seq + i, bytes);
		if (write(ends[1], message, bytes) != (ssize_t)bytes)
			break;
	}
	return i;
}

/* A large message may come in parts. */
static int pipe_get(__u64 seq, unsigned int n)
{
	size_t got = 0;
	ssize_t part;

	(void)n;
	while (got < bytes) {
		part = read(ends[0], (char *)message + got, bytes - got);
		if (part <= 0)
			return -1;
		got += (size_t)part;
	}
	return bench_says(message, seq, bytes) ? 1 : -1;
}

#define PIPE_MESSAGE(of)                            \
	{                                           \
		.name = "pipe",                     \
		.size = of,                         \
		.open = pipe_open,                  \
		.open_sender = message_open_sender, \
		.close = message_close,             \
		.put = pipe_put,                    \
		.get = pipe_get,                    \
	}

const struct peer pipe_message[MESSAGES] = {
	PIPE_MESSAGE(MESSAGE_SMALL),
	PIPE_MESSAGE(MESSAGE_MIDDLE),
	PIPE_MESSAGE(MESSAGE_LARGE),
};

/* ---- unix socket ------------------------------------------------------- */

static bool socket_open(const struct peer *peer)
{
	bool opened =
		!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
	int size = BUFFER_BYTES;

	if (opened)
		setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &size,
			   sizeof(size));
	return message_ready(peer, opened);
}

static unsigned int socket_put(__u64 seq, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && i < SENT_MAX; i++) {
		bench_compose(message, seq + i, bytes);
		if (send(ends[1], message, bytes, 0) != (ssize_t)bytes)
			break;
	}
	return i;
}

static int socket_get(__u64 seq, unsigned int n)
{
	(void)n;
	if (recv(ends[0], message, bytes, 0) != (ssize_t)bytes)
		return -1;
	return bench_says(message, seq, bytes) ? 1 : -1;
}

#define SOCKET_MESSAGE(of)                          \
	{                                           \
		.name = "unix seqpacket",           \
		.size = of,                         \
		.open = socket_open,                \
		.open_sender = message_open_sender, \
		.close = message_close,             \
		.put = socket_put,                  \
		.get = socket_get,                  \
	}

const struct peer seqpacket_message[MESSAGES] = {
	SOCKET_MESSAGE(MESSAGE_SMALL),
	SOCKET_MESSAGE(MESSAGE_MIDDLE),
	SOCKET_MESSAGE(MESSAGE_LARGE),
};
