// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Carries a file through the kernel and back, 16 bytes a packet, and checks
 * the order and every byte of what came back.
 *
 * It sends one command before the packets and one after them. Each has a random
 * 128-bit id, and its answer must have the same id. Once the rings are mapped,
 * the only system calls are the kicks.
 *
 * It uses the default rings of a channel that was not set up, and only the two
 * headers, like a program written for the original layout.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ion/barrier.h>
#include <ion/ring.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAYLOAD	      16   /* bytes of a packet: data and phys */
#define PATIENCE_MS   2000 /* longest time without anything from the kernel */
#define BATCH_DEFAULT 128

enum {
	EXIT_SAME,	/* every byte came back, in order */
	EXIT_DIFFERENT, /* something else came back, or nothing */
	EXIT_UNTRIED,	/* a bad option, no device, no file */
};

/* Kinds of commands: the program chooses them, echo ignores them. */
enum {
	KIND_START = 1, /* arg: bytes that will follow */
	KIND_END = 2,	/* arg: checksum of the bytes that were sent */
};

struct options {
	const char *device;
	const char *input;
	const char *output;
	unsigned int batch;
};

struct carry {
	int fd;
	struct ion_packet_ring *tx_ring, *rx_ring;
	struct ion_cmd_ring *cmd_ring, *evt_ring;
	struct ion_producer tx, cmd;
	struct ion_consumer rx, evt;

	const unsigned char *file; /* the bytes to send */
	unsigned char *back;	   /* the bytes that came back */
	__u64 size;
	__u64 packets;
	__u64 sent, received;
	__u64 sum_sent, sum_received;
	unsigned int batch;
	bool terminal;
};

/* ---- the file ---------------------------------------------------------- */

static void file_map(struct carry *c, const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		err(EXIT_UNTRIED, "%s", name);
	if (!S_ISREG(st.st_mode))
		errx(EXIT_UNTRIED, "%s: not a regular file", name);
	if (!st.st_size)
		errx(EXIT_UNTRIED, "%s: empty, there is nothing to carry",
		     name);

	c->size = st.st_size;
	c->packets = (c->size + PAYLOAD - 1) / PAYLOAD;
	c->file = mmap(NULL, c->size, PROT_READ, MAP_PRIVATE, fd, 0);
	c->back = calloc(1, c->size);
	if (c->file == MAP_FAILED || !c->back)
		err(EXIT_UNTRIED, "%s", name);
	close(fd);
}

static void file_save(const struct carry *c, const char *name)
{
	FILE *file = fopen(name, "wbe");

	if (!file || fwrite(c->back, 1, c->size, file) != c->size ||
	    fclose(file))
		err(EXIT_UNTRIED, "%s", name);
}

/* Return how many bytes of the file packet @number carries. */
static unsigned int payload_of(const struct carry *c, __u64 number)
{
	__u64 left = c->size - number * PAYLOAD;

	return left < PAYLOAD ? left : PAYLOAD;
}

/* Not cryptographic: the sums only show that both directions agree. */
static __u64 checksum(__u64 sum, const struct ion_packet *packet)
{
	const __u64 prime = 0x100000001b3;

	return ((sum ^ packet->data) * prime ^ packet->phys) * prime;
}

/* ---- the channel ------------------------------------------------------- */

static const char *open_advice(int error)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return "; load the module first: insmod ion.ko";
	case EACCES:
		return "; be root, or in the group that owns the device";
	case ENFILE:
		return "; raise the module parameter max_channels";
	case EDQUOT:
		return "; raise the module parameter max_user_channels";
	default:
		return "";
	}
}

static const char *map_advice(int error)
{
	switch (error) {
	case ENODEV:
	case EINVAL:
		return "; that is not the device of ion";
	case ENOMEM:
		return "; raise RLIMIT_MEMLOCK (ulimit -l)";
	case ENOSPC:
		return "; raise the module parameter max_bytes";
	default:
		return "";
	}
}

static void *map_ring(const struct carry *c, const char *name, __u64 offset,
		      size_t size)
{
	void *ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd,
			  offset);

	if (ring == MAP_FAILED)
		errx(EXIT_UNTRIED, "mapping %s: %s%s", name, strerror(errno),
		     map_advice(errno));
	return ring;
}

/* Open the device and map four rings without any set-up: the default rings. */
static void channel_open(struct carry *c, const char *device)
{
	c->fd = open(device, O_RDWR | O_CLOEXEC);
	if (c->fd < 0)
		errx(EXIT_UNTRIED, "%s: %s%s", device, strerror(errno),
		     open_advice(errno));

	c->tx_ring = map_ring(c, "tx", ION_MMAP_TX, sizeof(*c->tx_ring));
	c->rx_ring = map_ring(c, "rx", ION_MMAP_RX, sizeof(*c->rx_ring));
	c->cmd_ring = map_ring(c, "cmd", ION_MMAP_CMD, sizeof(*c->cmd_ring));
	c->evt_ring = map_ring(c, "evt", ION_MMAP_EVT, sizeof(*c->evt_ring));

	ion_producer_attach(&c->tx, c->tx_ring, ION_SLOTS_DEFAULT);
	ion_consumer_attach(&c->rx, c->rx_ring, ION_SLOTS_DEFAULT);
	ion_producer_attach(&c->cmd, c->cmd_ring, ION_SLOTS_DEFAULT);
	ion_consumer_attach(&c->evt, c->evt_ring, ION_SLOTS_DEFAULT);
}

static bool kernel_sleeps(const struct carry *c)
{
	return READ_ONCE(c->tx_ring->header.consumer_wake) ||
	       READ_ONCE(c->rx_ring->header.producer_wake) ||
	       READ_ONCE(c->cmd_ring->header.consumer_wake) ||
	       READ_ONCE(c->evt_ring->header.producer_wake);
}

static void wake_kernel(const struct carry *c)
{
	/* Between publishing and checking the flag; else a wake-up could be lost. */
	smp_mb();
	if (kernel_sleeps(c) && ioctl(c->fd, ION_IOC_KICK, 0))
		err(EXIT_DIFFERENT, "kick");
}

static void wait_for(const struct carry *c, short events, const char *what)
{
	struct pollfd pfd = { .fd = c->fd, .events = events };
	int ret = poll(&pfd, 1, PATIENCE_MS);

	if (ret < 0 && errno != EINTR)
		err(EXIT_DIFFERENT, "poll");
	if (ret > 0 && (pfd.revents & POLLERR))
		errx(EXIT_DIFFERENT, "the kernel poisoned a ring");
	if (!ret)
		errx(EXIT_DIFFERENT, "no %s for %d ms", what, PATIENCE_MS);
}

/* ---- commands ---------------------------------------------------------- */

static void random_id(struct ion_cmd_packet *cmd)
{
	__u64 id[2];

	if (getrandom(id, sizeof(id), 0) != sizeof(id))
		err(EXIT_UNTRIED, "getrandom");
	cmd->id_lo = id[0];
	cmd->id_hi = id[1];
}

/* Send a command, and return the answer that came for it. */
static struct ion_cmd_packet ask(struct carry *c, __u32 kind, __u64 arg)
{
	struct ion_cmd_packet cmd = { .kind = kind, .arg = arg }, answer;

	random_id(&cmd);
	if (!ion_ring_push_cmd(&c->cmd, &cmd))
		errx(EXIT_DIFFERENT, "no room for a command");
	wake_kernel(c);
	while (!ion_ring_pop_cmd(&c->evt, &answer)) {
		if (c->evt.end.broken)
			errx(EXIT_DIFFERENT,
			     "evt: the kernel's index is wrong");
		wait_for(c, POLLPRI, "answer");
	}
	if (memcmp(&cmd, &answer, sizeof(cmd)))
		errx(EXIT_DIFFERENT, "the answer belongs to another command");
	return answer;
}

static void show_answer(const char *what, const struct ion_cmd_packet *answer)
{
	printf("%s  kind %u  arg %#llx  id %016llx%016llx  answered\n", what,
	       answer->kind, answer->arg, answer->id_hi, answer->id_lo);
}

/* ---- packets ----------------------------------------------------------- */

static void fill(struct carry *c, struct ion_packet *packet)
{
	unsigned int len = payload_of(c, c->sent);
	__u64 payload[PAYLOAD / 8] = { 0 };

	memcpy(payload, c->file + c->sent * PAYLOAD, len);
	packet->data = payload[0];
	packet->phys = payload[1];
	packet->len = len;
	packet->id = c->sent;	     /* the packet's number modulo 65536 */
	packet->pad = c->sent >> 16; /* the rest of it */
	c->sum_sent = checksum(c->sum_sent, packet);
	c->sent++;
}

static void send_some(struct carry *c)
{
	__u64 left = c->packets - c->sent;
	__u32 want = left < c->batch ? left : c->batch;
	__u32 n = ion_ring_reserve(&c->tx, want);
	__u32 i;

	for (i = 0; i < n; i++) {
		struct ion_packet packet;

		fill(c, &packet);
		ion_slot_write(ion_ring_slot(&c->tx, i, sizeof(packet)),
			       &packet, sizeof(packet));
	}
	if (n)
		ion_ring_commit(&c->tx, n);
}

static void check(struct carry *c, const struct ion_packet *packet)
{
	unsigned int len = payload_of(c, c->received);
	__u64 payload[PAYLOAD / 8] = { packet->data, packet->phys };
	__u64 at = c->received * PAYLOAD;

	if (packet->id != (__u16)c->received ||
	    packet->pad != (__u32)(c->received >> 16))
		errx(EXIT_DIFFERENT,
		     "packet %llu: another one came in its place", c->received);
	if (packet->len != len || memcmp(payload, c->file + at, len))
		errx(EXIT_DIFFERENT, "packet %llu: other bytes came",
		     c->received);
	memcpy(c->back + at, payload, len);
	c->sum_received = checksum(c->sum_received, packet);
	c->received++;
}

static __u32 receive_some(struct carry *c)
{
	__u64 owed = c->sent - c->received;
	__u32 n = ion_ring_peek(&c->rx, owed < c->batch ? owed : c->batch);
	__u32 i;

	for (i = 0; i < n; i++) {
		struct ion_packet packet;

		ion_slot_read(&packet,
			      ion_ring_peeked(&c->rx, i, sizeof(packet)),
			      sizeof(packet));
		check(c, &packet);
	}
	if (n)
		ion_ring_release(&c->rx, n);
	return n;
}

/* ---- output ------------------------------------------------------------ */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Show one line that is overwritten on a terminal, else a line each quarter. */
static void show_progress(const struct carry *c)
{
	static unsigned int shown;
	unsigned int percent = c->received * 100 / c->packets;

	if (percent < shown + (c->terminal ? 1 : 25))
		return;
	shown = percent;
	printf("%s%12llu packets  %3u %%%s", c->terminal ? "\r" : "",
	       c->received, percent, c->terminal && percent < 100 ? "" : "\n");
	fflush(stdout);
}

static void show_ring(const char *name, const struct ion_ring_stats *ring)
{
	printf("  %-4s %12llu %12llu %12llu %8u %8llu\n", name, ring->pushed,
	       ring->popped, ring->discarded, ring->queued, ring->full);
}

static void show_stats(const struct carry *c)
{
	static const char *const names[] = { "tx", "rx", "cmd", "evt" };
	struct ion_stats stats = { .size = sizeof(stats) };
	unsigned int id;

	if (ioctl(c->fd, ION_IOC_STATS, &stats))
		err(EXIT_DIFFERENT, "statistics");
	printf("the kernel counted on channel %llu:\n", stats.channel);
	puts("  ring       pushed       popped    discarded   queued     full");
	for (id = 0; id < ION_RINGS; id++)
		show_ring(names[id], &stats.ring[id]);
	printf("  %llu kicks, %llu found nothing to do\n", stats.kicks,
	       stats.kicks_spurious);
}

/* ---- main -------------------------------------------------------------- */

static void carry_packets(struct carry *c)
{
	while (c->received < c->packets) {
		send_some(c);
		wake_kernel(c);
		if (!receive_some(c)) {
			if (c->tx.end.broken || c->rx.end.broken)
				errx(EXIT_DIFFERENT,
				     "tx or rx: the kernel's index is wrong");
			wait_for(c, POLLIN, "packet");
		}
		show_progress(c);
	}
}

static void carry_file(struct carry *c)
{
	struct ion_cmd_packet answer;
	double start, seconds;

	answer = ask(c, KIND_START, c->size);
	show_answer("start", &answer);

	start = now();
	carry_packets(c);
	seconds = now() - start;

	answer = ask(c, KIND_END, c->sum_sent);
	show_answer("end  ", &answer);
	if (answer.arg != c->sum_received)
		errx(EXIT_DIFFERENT, "the checksums differ");
	printf("%llu bytes in %llu packets there and back in %.3f s: %.0f packets/s\n",
	       c->size, c->packets, seconds, c->packets / seconds);
}

static void show_help(void)
{
	puts("usage: carry [OPTION]... FILE\n"
	     "\n"
	     "Carries FILE through /dev/ion to the kernel and back, 16 bytes a\n"
	     "packet, and checks the order and every byte of what came back.\n"
	     "\n"
	     "  -o, --output FILE  write what came back to FILE\n"
	     "  -b, --batch N      push N packets at once, 1..255\n"
	     "                     (default 128)\n"
	     "  -d, --device PATH  the device (default /dev/ion)\n"
	     "  -h, --help         this text\n"
	     "\n"
	     "Status: 0 if every byte came back in order, 1 if not, 2 if the\n"
	     "program could not try.");
}

static unsigned int parse_batch(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || !n || n > ION_SLOTS_DEFAULT - 1)
		errx(EXIT_UNTRIED, "--batch %s: give a number from 1 to %d",
		     text, ION_SLOTS_DEFAULT - 1);
	return n;
}

static void parse(struct options *opt, int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "batch", required_argument, NULL, 'b' },
		{ "device", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	static const char letters[] = "o:b:d:h";
	int letter;

	while ((letter = getopt_long(argc, argv, letters, options, NULL)) !=
	       -1) {
		switch (letter) {
		case 'o':
			opt->output = optarg;
			break;
		case 'b':
			opt->batch = parse_batch(optarg);
			break;
		case 'd':
			opt->device = optarg;
			break;
		case 'h':
			show_help();
			exit(EXIT_SAME);
		default:
			errx(EXIT_UNTRIED, "see --help");
		}
	}
	if (optind != argc - 1)
		errx(EXIT_UNTRIED, "give one file to carry; see --help");
	opt->input = argv[optind];
}

int main(int argc, char **argv)
{
	struct options opt = { .device = "/dev/ion", .batch = BATCH_DEFAULT };
	struct carry c = { .terminal = isatty(STDOUT_FILENO) };

	parse(&opt, argc, argv);
	c.batch = opt.batch;
	file_map(&c, opt.input);
	channel_open(&c, opt.device);
	carry_file(&c);
	if (opt.output)
		file_save(&c, opt.output);
	show_stats(&c);
	return EXIT_SAME;
}
