// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers that use pipes: from one process to another, into the kernel, and there
 * and back. /dev/null, which reads nothing, is the limit of a write.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench.h"

/* The pipe there, and the pipe back for answers. */
static int there[2] = { -1, -1 }, back[2] = { -1, -1 };
static int null = -1;
static __u64 written;

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void pipe_close(void)
{
	close_one(&there[0]);
	close_one(&there[1]);
	close_one(&back[0]);
	close_one(&back[1]);
	close_one(&null);
}

static bool pipe_open(const struct peer *peer)
{
	written = 0;
	if (!pipe2(there, O_CLOEXEC) && !pipe2(back, O_CLOEXEC))
		return true;
	pipe_close();
	return bench_why("%s: pipe: %s", peer->name, strerror(errno));
}

static bool pipe_open_sender(const struct peer *peer)
{
	(void)peer;
	return true;
}

/* A write is shorter than PIPE_BUF, so packets stay whole. */
static unsigned int send_packets(int fd, __u64 seq, unsigned int n)
{
	struct ion_packet packets[BATCH_MAX];
	ssize_t done;

	bench_fill(packets, seq, n);
	done = write(fd, packets, n * sizeof(*packets));
	return done > 0 ? (unsigned int)((size_t)done / sizeof(*packets)) : 0;
}

static int receive_packets(int fd, __u64 seq, unsigned int n)
{
	struct ion_packet packets[BATCH_MAX];
	ssize_t done;

	done = read(fd, packets, n * sizeof(*packets));
	if (done <= 0 || (size_t)done % sizeof(*packets))
		return -1;
	return bench_are(packets, seq,
			 (unsigned int)((size_t)done / sizeof(*packets)));
}

static unsigned int pipe_put(__u64 seq, unsigned int n)
{
	return send_packets(there[1], seq, n);
}

static int pipe_get(__u64 seq, unsigned int n)
{
	return receive_packets(there[0], seq, n);
}

const struct peer pipe_pair = {
	.name = "pipe",
	.open = pipe_open,
	.open_sender = pipe_open_sender,
	.close = pipe_close,
	.put = pipe_put,
	.get = pipe_get,
};

/* ---- there and back ---------------------------------------------------- */

static int wake_get(__u64 seq, unsigned int n)
{
	return receive_packets(back[0], seq, n);
}

static void wake_answer(void)
{
	struct ion_packet packet;

	while (read(there[0], &packet, sizeof(packet)) == sizeof(packet))
		if (write(back[1], &packet, sizeof(packet)) != sizeof(packet))
			return;
}

const struct peer pipe_wake = {
	.name = "two pipes",
	.open = pipe_open,
	.open_sender = pipe_open_sender,
	.close = pipe_close,
	.put = pipe_put,
	.get = wake_get,
	.answer = wake_answer,
};

/* ---- into the kernel --------------------------------------------------- */

static bool sink_open(const struct peer *peer)
{
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0)
		return bench_why("/dev/null: %s", strerror(errno));
	return pipe_open(peer);
}

/* Write to the pipe, and have the kernel discard what is in it. */
static unsigned int sink_put(__u64 seq, unsigned int n)
{
	unsigned int done = send_packets(there[1], seq, n);
	size_t left = done * sizeof(struct ion_packet);
	ssize_t moved;

	while (left) {
		moved = splice(there[0], NULL, null, NULL, left, 0);
		if (moved <= 0)
			return 0;
		left -= (size_t)moved;
	}
	written += done;
	return done;
}

static unsigned int null_put(__u64 seq, unsigned int n)
{
	struct ion_packet packets[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	ssize_t done;
	unsigned int i;

	bench_fill(packets, seq, n);
	for (i = 0; i < n; i++)
		iov[i] = (struct iovec){ &packets[i], sizeof(*packets) };
	done = writev(null, iov, (int)n);
	if (done <= 0)
		return 0;
	done /= (ssize_t)sizeof(*packets);
	written += (__u64)done;
	return (unsigned int)done;
}

static bool sink_arrived(__u64 total)
{
	return written == total;
}

const struct peer pipe_sink = {
	.name = "pipe, splice to /dev/null",
	.open = sink_open,
	.close = pipe_close,
	.put = sink_put,
	.arrived = sink_arrived,
};

const struct peer null_sink = {
	.name = "writev to /dev/null",
	.open = sink_open,
	.close = pipe_close,
	.put = null_put,
	.arrived = sink_arrived,
};
