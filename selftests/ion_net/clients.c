// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both sides of connections for the tests of ion_net. Every byte is checked.
 *
 *   clients receive PORT			take a stream; print its bytes and its rate
 *   clients send ADDRESS PORT BYTES
 *   clients answer PORT [GROUP]		return datagrams, until killed
 *   clients ask ADDRESS PORT HOSTS LENGTH...	each of so many HOSTS answers
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/types.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK	     65536
#define DATAGRAM_MAX 65507
#define PATIENCE     5000 /* milliseconds */

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static int sane(const char *call, int ret)
{
	if (ret < 0)
		err(1, "%s", call);
	return ret;
}

/* An address of either kind; NULL: all of this host's. */
static socklen_t make_address(union address *address, const char *host,
			      const char *port)
{
	in_port_t number = htons((in_port_t)atoi(port));

	memset(address, 0, sizeof(*address));
	if (host && inet_pton(AF_INET, host, &address->in.sin_addr) == 1) {
		address->in.sin_family = AF_INET;
		address->in.sin_port = number;
		return sizeof(address->in);
	}
	address->in6.sin6_family = AF_INET6;
	address->in6.sin6_port = number;
	if (host && inet_pton(AF_INET6, host, &address->in6.sin6_addr) != 1)
		errx(1, "%s is no address", host);
	return sizeof(address->in6);
}

static int bound_socket(int type, const char *port)
{
	union address address;
	socklen_t len = make_address(&address, NULL, port);
	int fd = sane("socket", socket(AF_INET6, type, 0)), on = 1;

	sane("setsockopt",
	     setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	sane("bind", bind(fd, &address.any, len));
	return fd;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* ---- streams ----------------------------------------------------------- */

static void fill(__u64 *words, __u64 from)
{
	unsigned int i;

	for (i = 0; i < CHUNK / sizeof(*words); i++)
		words[i] = (from / sizeof(*words) + i) * 0x9e3779b97f4a7c15;
}

static int receive(const char *port)
{
	static __u64 got[CHUNK / 8], expected[CHUNK / 8];
	int listener = bound_socket(SOCK_STREAM, port), fd;
	unsigned long total = 0;
	double start;
	ssize_t n;

	sane("listen", listen(listener, 1));
	fd = sane("accept", accept(listener, NULL, NULL));
	start = now();
	while ((n = recv(fd, got, CHUNK, MSG_WAITALL)) > 0) {
		fill(expected, total);
		if (memcmp(got, expected, (size_t)n))
			errx(1, "a byte after %lu is wrong", total);
		total += (unsigned long)n;
	}
	sane("recv", (int)n);
	printf("%lu bytes %.1f MB/s\n", total,
	       (double)total / (now() - start) / 1e6);
	return 0;
}

static int send_stream(char **argv)
{
	static __u64 words[CHUNK / 8];
	unsigned long bytes = strtoul(argv[2], NULL, 0), sent = 0;
	union address address;
	socklen_t len = make_address(&address, argv[0], argv[1]);
	int fd = sane("socket", socket(address.any.sa_family, SOCK_STREAM, 0));
	size_t part, done;
	ssize_t n;

	sane("connect", connect(fd, &address.any, len));
	for (; sent < bytes; sent += part) {
		part = bytes - sent < CHUNK ? bytes - sent : CHUNK;
		fill(words, sent);
		for (done = 0; done < part; done += (size_t)n) {
			n = send(fd, (char *)words + done, part - done, 0);
			sane("send", (int)n);
		}
	}
	close(fd);
	return 0;
}

/* ---- datagrams --------------------------------------------------------- */

static int answer(const char *port, const char *group)
{
	static char bytes[DATAGRAM_MAX];
	int fd = bound_socket(SOCK_DGRAM, port);
	struct ip_mreqn request = { .imr_multiaddr = { 0 } };
	union address from;
	socklen_t len;
	ssize_t n;

	if (group) {
		inet_pton(AF_INET, group, &request.imr_multiaddr);
		sane("join", setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP,
					&request, sizeof(request)));
	}
	for (;;) {
		len = sizeof(from);
		n = recvfrom(fd, bytes, sizeof(bytes), 0, &from.any, &len);
		sane("sendto",
		     (int)sendto(fd, bytes, (size_t)sane("recvfrom", (int)n), 0,
				 &from.any, len));
	}
}

static void await_answer(int fd, const unsigned char *asked, size_t length)
{
	static unsigned char answered[DATAGRAM_MAX];
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	if (poll(&ready, 1, PATIENCE) != 1)
		errx(1, "no answer of %zu bytes", length);
	if (recv(fd, answered, sizeof(answered), 0) != (ssize_t)length ||
	    memcmp(asked, answered, length))
		errx(1, "an answer of %zu bytes is wrong", length);
}

static int ask(char **argv)
{
	static unsigned char bytes[DATAGRAM_MAX];
	int hosts = atoi(argv[2]), fd, host;
	union address address;
	socklen_t len = make_address(&address, argv[0], argv[1]);
	size_t length, i;

	fd = sane("socket", socket(address.any.sa_family, SOCK_DGRAM, 0));
	for (argv += 3; *argv; argv++) {
		length = strtoul(*argv, NULL, 0);
		if (length > sizeof(bytes))
			errx(1, "%zu bytes are too many", length);
		for (i = 0; i < length; i++)
			bytes[i] = (unsigned char)(length * 7 + i * 13);
		sane("sendto",
		     (int)sendto(fd, bytes, length, 0, &address.any, len));
		for (host = 0; host < hosts; host++)
			await_answer(fd, bytes, length);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "receive") && argc == 3)
		return receive(argv[2]);
	if (!strcmp(verb, "send") && argc == 5)
		return send_stream(argv + 2);
	if (!strcmp(verb, "answer") && (argc == 3 || argc == 4))
		return answer(argv[2], argv[3]);
	if (!strcmp(verb, "ask") && argc > 5)
		return ask(argv + 2);
	errx(1,
	     "receive PORT, send ADDRESS PORT BYTES, answer PORT [GROUP] or ask ADDRESS PORT HOSTS LENGTH...");
}
