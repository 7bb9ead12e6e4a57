// SPDX-License-Identifier: GPL-2.0-only
/*
 * wrong NAME...: runs a process for each name, which makes a mistake that keeps its
 * packets from moving, or none. Prints its name and the number of its channel in a line,
 * then "ready". Ends when stdin ends.
 */
#include <err.h>
#include <ionchannel.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int report_fd;

static void check(int error, const char *what)
{
	if (error < 0)
		errx(1, "%s: %s", what, strerror(-error));
}

static struct ionc_channel *open_of(const char *service, const char *key,
				    __u32 buffers)
{
	struct ionc_options options;
	struct ionc_channel *ch;

	ionc_options_init(&options);
	options.service = service;
	options.key = key;
	options.buffers = buffers;
	check(ionc_open(&ch, &options), service);
	return ch;
}

/* Tell which channel the mistake is looked for at, once nothing moves. */
static void report(const struct ionc_channel *ch)
{
	__u64 number = ionc_info(ch)->channel;

	if (write(report_fd, &number, sizeof(number)) != sizeof(number))
		err(1, "pipe");
}

static void push(struct ionc_channel *ch, int count)
{
	struct ion_packet packet = { .data = 1 };

	while (count--)
		ionc_push(ch, &packet);
}

static void push_payloads(struct ionc_channel *ch, int count)
{
	struct ion_packet packet;

	while (count--) {
		packet = ionc_packet(ch, (__u16)ionc_buffer_get(ch), 100);
		ionc_push(ch, &packet);
	}
}

static void pass_ms(long ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000 };

	nanosleep(&ts, NULL);
}

/* ---- mistakes --------------------------------------------------------------- */

static void never_kicks(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);
	struct ion_packet packet;

	push(ch, 10);
	report(ch);
	for (;;) {
		ionc_pop(ch, &packet);
		pass_ms(10);
	}
}

static void never_kicks_commands(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);
	struct ion_cmd_packet cmd = { .kind = 1 };

	ionc_push_cmd(ch, &cmd);
	report(ch);
}

static void wrong_ring(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);
	struct ion_cmd_packet cmd = { .kind = 1 };
	int i;

	for (i = 0; i < 5; i++)
		ionc_push_cmd(ch, &cmd);
	ionc_kick(ch);
	report(ch);
	ionc_wait_rx(ch, 1, IONC_FOREVER);
}

static void bad_index(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);

	*ch->tx.end.own_index = 300;
	ionc_kick_now(ch);
	report(ch);
}

static void never_pops(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);

	push(ch, 255);
	ionc_kick(ch);
	report(ch);
	push(ch, 1);
	ionc_kick(ch);
}

static void no_peer(void)
{
	struct ionc_channel *ch = open_of("pair", "alone", 0);

	push(ch, 3);
	ionc_kick(ch);
	report(ch);
	ionc_wait_rx(ch, 1, IONC_FOREVER);
}

static void no_empties(void)
{
	struct ionc_channel *ch = open_of("pair", "empties", 8);
	struct ionc_channel *other = open_of("pair", "empties", 8);

	push_payloads(ch, 8);
	ionc_kick(ch);
	report(ch);
	ionc_wait_rx(other, 1, IONC_FOREVER);
}

static void bad_range(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 8);
	struct ion_packet packet;

	packet = ionc_packet(ch, (__u16)ionc_buffer_get(ch), 100);
	packet.data += 2000;
	ionc_push(ch, &packet);
	ionc_kick(ch);
	report(ch);
}

static void same_buffer(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 8);
	struct ion_packet packet = ionc_packet(ch, 3, 100);

	ionc_push(ch, &packet);
	ionc_push(ch, &packet);
	ionc_kick(ch);
	report(ch);
}

static void wants_more(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);

	push(ch, 3);
	ionc_kick(ch);
	report(ch);
	ionc_wait_rx(ch, 8, IONC_FOREVER);
}

static void flag_not_set(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);

	check(ionc_eventfd(ch), "eventfd");
	push(ch, 3);
	ionc_kick(ch);
	report(ch);
}

static void is_stopped(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);

	report(ch);
	raise(SIGSTOP);
}

static void peer_never_pops(void)
{
	struct ionc_channel *ch = open_of("pair", "full", 0);

	open_of("pair", "full", 0);
	push(ch, 255);
	ionc_kick(ch);
	push(ch, 255);
	ionc_kick(ch);
	report(ch);
}

static void direct_never_pops(void)
{
	struct ionc_channel *ch = open_of("direct", "direct", 0);

	open_of("direct", "direct", 0);
	push(ch, 7);
	report(ch);
}

static void peer_gone(void)
{
	struct ionc_channel *ch = open_of("pair", "gone", 0);

	ionc_close(open_of("pair", "gone", 0));
	report(ch);
}

static void never_accepts(void)
{
	struct ionc_listen_options listening;
	struct ionc_options options;
	struct ionc_channel *client;
	int fd;

	ionc_listen_options_init(&listening);
	fd = ionc_listen("slow", &listening);
	check(fd, "listen");
	ionc_options_init(&options);
	options.service = "direct";
	check(ionc_connect(&client, "slow", &options), "connect");
	push(client, 3);
	report(client);
}

static void source_without_buffers(void)
{
	report(open_of("source", NULL, 8));
}

/* ---- programs that are right --------------------------------------------- */

static void right_idle(void)
{
	report(open_of("echo", NULL, 0));
}

static void right_waits(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);

	report(ch);
	ionc_wait_rx(ch, 8, IONC_FOREVER);
}

static void right_waits_for_peer(void)
{
	struct ionc_channel *ch = open_of("pair", "later", 0);

	report(ch);
	ionc_wait_rx(ch, 1, IONC_FOREVER);
}

static void right_busy(void)
{
	struct ionc_channel *ch = open_of("echo", NULL, 0);
	struct ion_packet packet;

	report(ch);
	for (;;) {
		push(ch, 20);
		ionc_kick(ch);
		while (ionc_pop(ch, &packet))
			;
		pass_ms(1);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} programs[] = {
	{ "never_kicks", never_kicks },
	{ "never_kicks_commands", never_kicks_commands },
	{ "wrong_ring", wrong_ring },
	{ "bad_index", bad_index },
	{ "never_pops", never_pops },
	{ "no_peer", no_peer },
	{ "no_empties", no_empties },
	{ "bad_range", bad_range },
	{ "same_buffer", same_buffer },
	{ "wants_more", wants_more },
	{ "flag_not_set", flag_not_set },
	{ "is_stopped", is_stopped },
	{ "peer_never_pops", peer_never_pops },
	{ "direct_never_pops", direct_never_pops },
	{ "peer_gone", peer_gone },
	{ "never_accepts", never_accepts },
	{ "source_without_buffers", source_without_buffers },
	{ "right_idle", right_idle },
	{ "right_waits", right_waits },
	{ "right_waits_for_peer", right_waits_for_peer },
	{ "right_busy", right_busy },
};

#define PROGRAMS (sizeof(programs) / sizeof(*programs))

static void start(const char *name)
{
	__u64 number;
	int fds[2];
	size_t i;

	for (i = 0; i < PROGRAMS && strcmp(programs[i].name, name); i++)
		;
	if (i == PROGRAMS)
		errx(1, "there is no program '%s'", name);
	if (pipe(fds))
		err(1, "pipe");
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		report_fd = fds[1];
		programs[i].run();
		for (;;)
			pause();
	}
	close(fds[1]);
	if (read(fds[0], &number, sizeof(number)) != sizeof(number))
		errx(1, "%s ended", name);
	close(fds[0]);
	printf("%s %llu\n", name, (unsigned long long)number);
}

int main(int argc, char **argv)
{
	char byte;
	int i;

	for (i = 1; i < argc; i++)
		start(argv[i]);
	puts("ready 0");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
