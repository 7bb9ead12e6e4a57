// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold STATE...: opens a channel in each state, prints its name and number in a
 * line, and keeps them open until stdin ends.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ionchannel.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int error, const char *what)
{
	if (error < 0)
		errx(1, "%s: %s", what, strerror(-error));
}

static struct ionc_channel *open_as(const struct ionc_options *options)
{
	struct ionc_channel *ch;

	check(ionc_open(&ch, options), "open");
	return ch;
}

static void until_end(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static __u64 number_of(const struct ionc_channel *ch)
{
	return ionc_info(ch)->channel;
}

static struct ionc_channel *echo_of(__u32 flags)
{
	struct ionc_options options;

	ionc_options_init(&options);
	options.flags = flags;
	return open_as(&options);
}

static struct ionc_channel *pair_of(const char *key)
{
	struct ionc_options options;

	ionc_options_init(&options);
	options.service = "pair";
	options.key = key;
	return open_as(&options);
}

static void push_some(struct ionc_channel *ch, unsigned int count)
{
	struct ion_packet packet;
	unsigned int i;

	memset(&packet, 0, sizeof(packet));
	for (i = 0; i < count; i++) {
		packet.id = (__u16)(i + 1);
		packet.data = 0x1000 + i;
		if (!ionc_push(ch, &packet))
			errx(1, "no room");
	}
}

/* ---- a function for each state returns the number of its channel -------- */

static __u64 hold_open(void)
{
	int fd = open("/dev/ion", O_RDWR);
	char name[64], line[64];
	unsigned long long number = 0;
	FILE *file;

	if (fd < 0)
		err(1, "/dev/ion");
	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	file = fopen(name, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "ion-channel: %llu", &number) == 1)
			break;
	if (!number)
		errx(1, "no number");
	fclose(file);
	return number;
}

static __u64 hold_idle(void)
{
	return number_of(echo_of(0));
}

static __u64 hold_compact(void)
{
	return number_of(echo_of(IONC_COMPACT));
}

/* Five packets are on tx, without a kick. */
static __u64 hold_queued(void)
{
	struct ionc_channel *ch = echo_of(0);

	push_some(ch, 5);
	return number_of(ch);
}

/* Three packets are on rx, and an answer on evt. */
static __u64 hold_answered(void)
{
	struct ionc_channel *ch = echo_of(0);
	struct ion_cmd_packet cmd = { .kind = 3, .id_lo = 1, .id_hi = 2 };

	push_some(ch, 3);
	ionc_push_cmd(ch, &cmd);
	check(ionc_kick_now(ch), "kick");
	return number_of(ch);
}

/* A head beyond the ring poisons it. */
static __u64 hold_poisoned(void)
{
	struct ionc_channel *ch = echo_of(IONC_COMPACT);
	struct ion_ring_header *header;
	struct ion_stats stats;

	header = mmap(NULL, sizeof(struct ion_packet_ring),
		      PROT_READ | PROT_WRITE, MAP_SHARED, ionc_fd(ch),
		      ION_MMAP_TX);
	if (header == MAP_FAILED)
		err(1, "mmap");
	header->head = 4711;
	check(ionc_stats(ch, &stats), "stats");
	return number_of(ch);
}

static __u64 hold_lent(void)
{
	struct ionc_channel *ch = echo_of(0);
	struct ion_stats stats;

	check(ionc_lend(ch, NULL), "lend");
	do {
		usleep(1000);
		check(ionc_stats(ch, &stats), "stats");
	} while (stats.kernel_end != ION_KERNEL_END_LENT_SLEEPING);
	return number_of(ch);
}

/* The other program of a pair has gone. */
static __u64 hold_gone(void)
{
	struct ionc_channel *ch = pair_of("gone");

	ionc_close(pair_of("gone"));
	return number_of(ch);
}

/* The channel is closed, with a packet that its peer does not take. */
static __u64 hold_closed(void)
{
	struct ionc_channel *ch = pair_of("closed");
	__u64 number = number_of(ch);
	struct ionc_channel *peer = pair_of("closed");
	struct ion_packet packet = { .id = 1 };

	/* More than the rx of the peer holds. */
	while (ionc_push(ch, &packet))
		;
	check(ionc_kick_now(ch), "kick");
	while (ionc_push(ch, &packet))
		;
	ionc_close(ch);
	(void)peer;
	return number;
}

static __u64 hold_arena(void)
{
	struct ionc_options options;

	ionc_options_init(&options);
	options.buffers = 16;
	return number_of(open_as(&options));
}

static void *keep_moving(void *arg)
{
	struct ionc_channel *ch = arg;
	struct ion_packet packet = { .id = 9 };

	for (;;) {
		while (ionc_push(ch, &packet))
			;
		ionc_kick_now(ch);
		while (ionc_pop(ch, &packet))
			;
		usleep(1000);
	}
	return NULL;
}

static __u64 hold_moving(void)
{
	struct ionc_channel *ch = echo_of(0);
	pthread_t thread;

	if (pthread_create(&thread, NULL, keep_moving, ch))
		errx(1, "no thread");
	return number_of(ch);
}

/* A process that has ended opened the channel. */
static __u64 hold_inherited(void)
{
	int pipes[2];
	__u64 number;
	pid_t pid;

	if (pipe(pipes))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		number = hold_open();
		if (write(pipes[1], &number, sizeof(number)) < 0)
			_exit(1);
		/* Its child keeps the descriptor as long as the other channels. */
		if (fork())
			_exit(0);
		until_end();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	if (read(pipes[0], &number, sizeof(number)) != sizeof(number))
		errx(1, "no number");
	return number;
}

/* The name of the process would set the title of a terminal. */
static __u64 hold_named(void)
{
	prctl(PR_SET_NAME, "\033]0;\xff\xc3\xa9\"x");
	return hold_idle();
}

/* Its own user may not trace the process. */
static __u64 hold_private(void)
{
	prctl(PR_SET_DUMPABLE, 0);
	return hold_compact();
}

static void *keep_swapping(void *arg)
{
	const int *fds = arg;

	for (;;) {
		dup2(fds[0], fds[2]);
		dup2(fds[1], fds[2]);
	}
	return NULL;
}

/* A descriptor switches between this channel and another; a later one stays. */
static __u64 hold_swapped(void)
{
	struct ionc_channel *ch = echo_of(0);
	static int fds[3];
	pthread_t thread;

	fds[2] = fcntl(ionc_fd(ch), F_DUPFD, 100);
	fds[0] = fcntl(ionc_fd(ch), F_DUPFD, 200);
	fds[1] = fcntl(ionc_fd(echo_of(0)), F_DUPFD, 200);
	if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0)
		err(1, "fcntl");
	/* ionctl would find the library's own descriptor first. */
	close(ionc_fd(ch));
	if (pthread_create(&thread, NULL, keep_swapping, fds))
		errx(1, "no thread");
	return number_of(ch);
}

/* Of a pair, two payloads wait for an empty buffer of the peer; one has crossed. */
static __u64 hold_waiting(void)
{
	struct ionc_channel *ch, *peer;
	struct ionc_options options;
	struct ion_packet packet;
	int i;

	ionc_options_init(&options);
	options.service = "pair";
	options.key = "waiting";
	options.buffers = 8;
	ch = open_as(&options);
	peer = open_as(&options);
	for (i = 0; i < 3; i++) {
		packet = ionc_packet(ch, (__u32)ionc_buffer_get(ch), 100);
		ionc_push(ch, &packet);
	}
	check(ionc_kick_now(ch), "kick");
	ionc_give_free(peer, 1);
	check(ionc_kick_now(peer), "kick");
	return number_of(ch);
}

/* Each POSIX lock is a line in fdinfo before that of the driver. */
static __u64 hold_locked(void)
{
	struct ionc_channel *ch = echo_of(0);
	struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };

	for (lock.l_start = 0; lock.l_start < 1000; lock.l_start += 10)
		if (fcntl(ionc_fd(ch), F_SETLK, &lock))
			err(1, "lock");
	return number_of(ch);
}

static const struct {
	const char *name;
	__u64 (*hold)(void);
} states[] = {
	{ "open", hold_open },	       { "idle", hold_idle },
	{ "compact", hold_compact },   { "queued", hold_queued },
	{ "answered", hold_answered }, { "poisoned", hold_poisoned },
	{ "lent", hold_lent },	       { "gone", hold_gone },
	{ "closed", hold_closed },     { "arena", hold_arena },
	{ "moving", hold_moving },     { "inherited", hold_inherited },
	{ "named", hold_named },       { "private", hold_private },
	{ "swapped", hold_swapped },   { "locked", hold_locked },
	{ "waiting", hold_waiting },
};

static void hold(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (!strcmp(states[i].name, name)) {
			printf("%s %llu\n", name, states[i].hold());
			return;
		}
	errx(2, "there is no state '%s'", name);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		hold(argv[i]);
	puts("ready 0");
	fflush(stdout);
	until_end();
	return 0;
}
