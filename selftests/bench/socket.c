// SPDX-License-Identifier: GPL-2.0-only
/* Peers that use a unix socket with packets, one or many of them in a call. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

/* Large enough for several batches, whichever process runs first. */
#define BUFFER_BYTES (1 << 20)

static int ends[2] = { -1, -1 };

static void socket_close(void)
{
	close(ends[0]);
	close(ends[1]);
}

static bool socket_open(const struct peer *peer)
{
	int bytes = BUFFER_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return bench_why("%s: %s", peer->name, strerror(errno));
	setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	return true;
}

static bool socket_open_sender(const struct peer *peer)
{
	(void)peer;
	return true;
}

static void messages(struct mmsghdr *headers, struct iovec *iov,
		     struct ion_packet *packets, unsigned int n)
{
	unsigned int i;

	memset(headers, 0, n * sizeof(*headers));
	for (i = 0; i < n; i++) {
		iov[i] = (struct iovec){ &packets[i], sizeof(*packets) };
		headers[i].msg_hdr.msg_iov = &iov[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
}

static unsigned int socket_put(__u64 seq, unsigned int n)
{
	struct ion_packet packets[BATCH_MAX];
	struct mmsghdr headers[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	int done;

	bench_fill(packets, seq, n);
	if (n == 1)
		return send(ends[1], packets, sizeof(*packets), 0) ==
		       sizeof(*packets);
	messages(headers, iov, packets, n);
	done = sendmmsg(ends[1], headers, n, 0);
	return done > 0 ? (unsigned int)done : 0;
}

/* Receive as many packets as there are; sleep only for the first one. */
static int socket_get(__u64 seq, unsigned int n)
{
	struct ion_packet packets[BATCH_MAX];
	struct mmsghdr headers[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	int done;

	if (n == 1) {
		if (recv(ends[0], packets, sizeof(*packets), 0) !=
		    sizeof(*packets))
			return -1;
		return bench_are(packets, seq, 1);
	}
	messages(headers, iov, packets, n);
	done = recvmmsg(ends[0], headers, n, MSG_WAITFORONE, NULL);
	return done > 0 ? bench_are(packets, seq, (unsigned int)done) : -1;
}

const struct peer seqpacket_pair = {
	.name = "unix seqpacket, mmsg",
	.open = socket_open,
	.open_sender = socket_open_sender,
	.close = socket_close,
	.put = socket_put,
	.get = socket_get,
};
