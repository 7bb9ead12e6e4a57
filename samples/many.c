// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * many [CLIENTS [PACKETS]]: one server and many clients, through a port of ion and through
 * unix sockets. Each client sends PACKETS packets of 24 bytes, 64 at a time, up to 192 before
 * the first is back; the server returns them, in one thread with epoll. Prints how many
 * packets went to the server and back in a second, for all clients together.
 */
#include <err.h>
#include <ionchannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCH  64
#define WINDOW (3 * BATCH)
#define NAME   "many"

static unsigned int clients = 4;
static unsigned long packets_each = 10000;
static int epoll;

static void must(enum ionc_call call, int ret)
{
	if (ret < 0)
		errx(1, "%s", ionc_explain(call, ret));
}

static int sane(const char *call, int ret)
{
	if (ret < 0)
		err(1, "%s", call);
	return ret;
}

static void watch(int fd, void *data)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = data };

	sane("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

/* Return the data of what is ready; NULL: the listener. */
static void *next_ready(void)
{
	struct epoll_event event;

	sane("epoll_wait", epoll_wait(epoll, &event, 1, -1));
	return event.data.ptr;
}

static void check(const struct ion_packet *packets, unsigned long first)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		if (packets[i].data != first + i)
			errx(1, "packet %lu is not the next", first + i);
}

static void number(struct ion_packet *packets, unsigned long first)
{
	unsigned int i;

	memset(packets, 0, BATCH * sizeof(*packets));
	for (i = 0; i < BATCH; i++)
		packets[i].data = first + i;
}

static bool may_send(unsigned long sent, unsigned long back)
{
	return sent < packets_each && sent - back < WINDOW;
}

/* ---- ion --------------------------------------------------------------- */

static int ion_listen(void)
{
	struct ionc_listen_options options;
	int listener;

	ionc_listen_options_init(&options);
	options.backlog = clients;
	listener = ionc_listen(NAME, &options);
	must(IONC_LISTEN, listener);
	return listener;
}

static void ion_client(void)
{
	struct ion_packet packets[BATCH];
	struct ionc_channel *ch;
	unsigned long sent = 0, back;
	int got, ret;

	must(IONC_CONNECT, ionc_connect(&ch, NAME, NULL));
	for (back = 0; back < packets_each; back += BATCH) {
		for (; may_send(sent, back); sent += BATCH) {
			number(packets, sent);
			must(IONC_WAIT,
			     ionc_send(ch, packets, BATCH, IONC_FOREVER));
		}
		for (got = 0; got < BATCH; got += ret) {
			ret = ionc_receive(ch, packets + got,
					   (__u32)(BATCH - got), IONC_FOREVER);
			must(IONC_WAIT, ret);
		}
		check(packets, back);
	}
	ionc_close(ch);
}

/* Return packets until there are none; return false if the client has gone. */
static bool ion_echo(struct ionc_channel *ch)
{
	struct ion_packet packets[BATCH];
	__u32 count;
	int ret;

	do {
		while ((count = ionc_pop_n(ch, packets, BATCH)))
			must(IONC_WAIT,
			     ionc_send(ch, packets, count, IONC_FOREVER));
		ret = ionc_arm(ch, IONC_RX);
	} while (ret > 0);
	return !ret;
}

static void ion_serve(int listener)
{
	unsigned int gone = 0;
	struct ionc_channel *ch;

	while (gone < clients) {
		ch = next_ready();
		if (ch) {
			ionc_disarm(ch, IONC_RX);
		} else {
			must(IONC_ACCEPT,
			     ionc_accept(&ch, listener, NULL, IONC_FOREVER));
			must(IONC_EVENTFD, ionc_eventfd(ch));
			watch(ionc_eventfd(ch), ch);
		}
		if (!ion_echo(ch)) {
			ionc_close(ch);
			gone++;
		}
	}
}

/* ---- unix sockets ------------------------------------------------------ */

/*
 * SOCK_STREAM takes 64 packets in one call and does not keep their boundaries;
 * SOCK_SEQPACKET keeps them, as ion does, and takes one packet in a call.
 */
static int unix_type;

/* An abstract name: its first byte is 0. */
static const struct sockaddr_un unix_name = { .sun_family = AF_UNIX,
					      .sun_path = "\0" NAME };

static int unix_socket(void)
{
	return sane("socket", socket(AF_UNIX, unix_type | SOCK_CLOEXEC, 0));
}

static int unix_listen(void)
{
	int listener = unix_socket();

	sane("bind", bind(listener, (const struct sockaddr *)&unix_name,
			  sizeof(unix_name)));
	sane("listen", listen(listener, (int)clients));
	return listener;
}

static void unix_send(int fd, const struct ion_packet *packets)
{
	unsigned int step = unix_type == SOCK_STREAM ? BATCH : 1, i;

	for (i = 0; i < BATCH; i += step)
		sane("write",
		     (int)write(fd, packets + i, step * sizeof(*packets)));
}

static void unix_client(void)
{
	struct ion_packet packets[BATCH];
	int fd = unix_socket();
	unsigned long sent = 0, back;
	ssize_t got, ret;

	sane("connect", connect(fd, (const struct sockaddr *)&unix_name,
				sizeof(unix_name)));
	for (back = 0; back < packets_each; back += BATCH) {
		for (; may_send(sent, back); sent += BATCH) {
			number(packets, sent);
			unix_send(fd, packets);
		}
		for (got = 0; got < (ssize_t)sizeof(packets); got += ret) {
			ret = read(fd, (char *)packets + got,
				   sizeof(packets) - (size_t)got);
			if (ret <= 0)
				err(1, "read");
		}
		check(packets, back);
	}
	close(fd);
}

static void unix_serve(int listener)
{
	char bytes[BATCH * sizeof(struct ion_packet)];
	unsigned int gone = 0;
	ssize_t count;
	int *fd;

	while (gone < clients) {
		fd = next_ready();
		if (!fd) {
			fd = malloc(sizeof(*fd));
			if (!fd)
				err(1, "a client");
			*fd = sane("accept", accept(listener, NULL, NULL));
			watch(*fd, fd);
			continue;
		}
		count = sane("read", (int)read(*fd, bytes, sizeof(bytes)));
		if (count) {
			sane("write", (int)write(*fd, bytes, (size_t)count));
			continue;
		}
		close(*fd);
		free(fd);
		gone++;
	}
}

/* ---- both -------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(const char *name, int listener, void (*client)(void),
		    void (*serve)(int listener))
{
	double start = seconds();
	unsigned int i;
	int status;

	epoll = sane("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
	watch(listener, NULL);
	for (i = 0; i < clients; i++) {
		if (sane("fork", fork()))
			continue;
		client();
		exit(0);
	}
	serve(listener);
	for (i = 0; i < clients; i++)
		if (wait(&status) < 0 || status)
			errx(1, "a client failed");
	printf("%u clients, %-14s %9.0f packets in a second\n", clients, name,
	       (double)clients * (double)packets_each / (seconds() - start));
	fflush(stdout);
	close(epoll);
	close(listener);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		clients = (unsigned int)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		packets_each = strtoul(argv[2], NULL, 10);
	/* Whole batches. */
	packets_each = (packets_each + BATCH - 1) / BATCH * BATCH;
	measure("ion:", ion_listen(), ion_client, ion_serve);
	unix_type = SOCK_STREAM;
	measure("unix stream:", unix_listen(), unix_client, unix_serve);
	unix_type = SOCK_SEQPACKET;
	measure("unix messages:", unix_listen(), unix_client, unix_serve);
	return 0;
}
