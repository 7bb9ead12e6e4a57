// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Sends a file from one program to another, by the service "pair".
 *
 * Each program has an arena of its own. The sender reads the file into its
 * buffers and hands them over; the kernel copies each into an empty buffer that
 * the receiver gave it before, and gives it back to the sender. The receiver
 * writes from its buffer to the file, and gives that to the kernel again. No
 * program sees the memory of the other one.
 *
 * At the end the sender says how many bytes it sent, and the receiver answers
 * with how many it has, so that neither takes a part for the whole.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ion/barrier.h>
#include <ion/ring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_SIZE 32768 /* the len of a packet has 16 bits */
#define BUFFERS	    64
#define BATCH	    8	 /* so many buffers are handed over at once */
#define LOOKS	    1000 /* so often for news, before it sleeps */

enum {
	EXIT_WHOLE,   /* the whole file arrived */
	EXIT_BROKEN,  /* a part of it, or nothing */
	EXIT_UNTRIED, /* a bad option, no device, no file */
};

/* Kinds of commands: ours to choose, pair looks at none. */
enum {
	KIND_SENDER = 1,   /* the first of a sender */
	KIND_RECEIVER = 2, /* the first of a receiver */
	KIND_END = 3,	   /* the last of both; arg: bytes of the file */
};

struct options {
	const char *device;
	const char *role;
	const char *word;
	const char *file;
};

/* Our side of the pair. Buffers in spare are ours, the others are handed over. */
struct side {
	int fd;
	struct ion_info info;
	unsigned char *arena;
	struct ion_producer tx, cmd;
	struct ion_consumer rx, evt;
	__u16 spare[BUFFERS];
	unsigned int spares;
	__u64 bytes;
};

/* ---- the channel ------------------------------------------------------- */

static const char *setup_advice(int error)
{
	switch (error) {
	case EINVAL:
		return "; the other side has no buffers, or of another size";
	case ENOMEM:
		return "; raise RLIMIT_MEMLOCK (ulimit -l)";
	case ENOSPC:
		return "; raise the module parameter max_bytes of ion";
	default:
		return "";
	}
}

/* The area at an offset, mapped as far as it may be. */
static void *map_area(const struct side *s, __u64 offset)
{
	const struct ion_area *area = s->info.area;
	void *memory;

	while (area->offset != offset)
		area++;
	memory =
		mmap(NULL, area->length, area->prot, MAP_SHARED, s->fd, offset);
	if (memory == MAP_FAILED)
		err(EXIT_UNTRIED, "mmap");
	return memory;
}

static void side_open(struct side *s, const struct options *opt)
{
	struct ion_setup setup = {
		.size = sizeof(setup),
		.service = "pair",
		.buffers = BUFFERS,
		.buffer_size = BUFFER_SIZE,
	};

	if (!*opt->word || strlen(opt->word) >= sizeof(setup.key))
		errx(EXIT_UNTRIED, "WORD has 1 to %zu bytes, not %zu",
		     sizeof(setup.key) - 1, strlen(opt->word));
	memcpy(setup.key, opt->word, strlen(opt->word));

	s->fd = open(opt->device, O_RDWR | O_CLOEXEC);
	if (s->fd < 0)
		err(EXIT_UNTRIED, "%s", opt->device);
	if (ioctl(s->fd, ION_IOC_SETUP, &setup))
		errx(EXIT_UNTRIED, "joining by the word %s: %s%s", opt->word,
		     strerror(errno), setup_advice(errno));
	s->info = setup.info;

	s->arena = map_area(s, ION_MMAP_ARENA);
	ion_producer_attach(&s->tx, map_area(s, ION_MMAP_TX),
			    ION_SLOTS_DEFAULT);
	ion_consumer_attach(&s->rx, map_area(s, ION_MMAP_RX),
			    ION_SLOTS_DEFAULT);
	ion_producer_attach(&s->cmd, map_area(s, ION_MMAP_CMD),
			    ION_SLOTS_DEFAULT);
	ion_consumer_attach(&s->evt, map_area(s, ION_MMAP_EVT),
			    ION_SLOTS_DEFAULT);
	while (s->spares < BUFFERS) {
		s->spare[s->spares] = s->spares;
		s->spares++;
	}
}

/* ---- waiting ----------------------------------------------------------- */

/* What was sent before the other side went is still there to be read. */
static bool news(struct side *s)
{
	return ion_ring_peek(&s->rx, 1) || ion_ring_peek(&s->evt, 1);
}

static void failed(const struct side *s, const char *what)
{
	if (errno == EPIPE)
		errx(EXIT_BROKEN, "the other side has gone; %llu bytes so far",
		     s->bytes);
	err(EXIT_BROKEN, "%s", what);
}

static bool kernel_sleeps(const struct side *s)
{
	return READ_ONCE(*s->tx.end.peer_wake) ||
	       READ_ONCE(*s->rx.end.peer_wake) ||
	       READ_ONCE(*s->cmd.end.peer_wake) ||
	       READ_ONCE(*s->evt.end.peer_wake);
}

/* After pushing, or making room. */
static void wake_kernel(struct side *s)
{
	/* Between publishing and looking, or a wake-up could be lost. */
	smp_mb();
	if (kernel_sleeps(s) && ioctl(s->fd, ION_IOC_KICK) && !news(s))
		failed(s, "kick");
}

/* A short wait costs less than a sleep, so look for a while first. */
static void wait_for_news(struct side *s)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = 1,
		.evt = 1,
		.timeout_ns = ION_WAIT_FOREVER,
	};
	unsigned int i;

	for (i = 0; i < LOOKS; i++)
		if (news(s))
			return;
	while (ioctl(s->fd, ION_IOC_WAIT, &wait) && !news(s))
		if (errno != EINTR)
			failed(s, "waiting for the other side");
}

/* ---- commands ---------------------------------------------------------- */

static void tell(struct side *s, __u32 kind, __u64 arg)
{
	struct ion_cmd_packet cmd = { .kind = kind, .arg = arg };

	if (!ion_ring_push_cmd(&s->cmd, &cmd))
		errx(EXIT_BROKEN, "no room for a command");
}

/* Each side says what it is, which also is the wait for the other one. */
static void meet(struct side *s, __u32 kind, __u32 other)
{
	struct ion_cmd_packet cmd;

	tell(s, kind, 0);
	wake_kernel(s);
	while (!ion_ring_pop_cmd(&s->evt, &cmd))
		wait_for_news(s);
	if (cmd.kind == kind)
		errx(EXIT_UNTRIED, "the other side is to %s too",
		     kind == KIND_SENDER ? "send" : "receive");
	if (cmd.kind != other)
		errx(EXIT_BROKEN, "the other side is no program like this");
}

/* Whether the other side told the number of bytes. */
static bool heard_end(struct side *s, __u64 *bytes)
{
	struct ion_cmd_packet cmd;

	if (!ion_ring_pop_cmd(&s->evt, &cmd))
		return false;
	if (cmd.kind != KIND_END)
		errx(EXIT_BROKEN, "a command of unknown kind %u", cmd.kind);
	*bytes = cmd.arg;
	return true;
}

/* ---- buffers ----------------------------------------------------------- */

static unsigned char *buffer_of(const struct side *s, __u16 id)
{
	return s->arena + (size_t)id * BUFFER_SIZE;
}

/* There are fewer buffers than slots, so there always is a free slot. */
static void hand_over(struct side *s, __u16 id, __u16 len)
{
	struct ion_packet packet = {
		.data = (__u64)id * BUFFER_SIZE,
		.len = len,
		.id = id,
	};

	if (!ion_ring_push(&s->tx, &packet))
		errx(EXIT_BROKEN, "no room for a packet");
}

/* ---- the sender -------------------------------------------------------- */

static void take_back(struct side *s)
{
	struct ion_packet packet;

	while (ion_ring_pop(&s->rx, &packet))
		s->spare[s->spares++] = packet.id;
}

/* Fill some of the spare buffers. False at the end of the file. */
static bool send_some(struct side *s, int file, const char *name)
{
	unsigned int i;
	ssize_t n;
	__u16 id;

	for (i = 0; i < BATCH && s->spares; i++) {
		id = s->spare[s->spares - 1];
		n = read(file, buffer_of(s, id), BUFFER_SIZE);
		if (n < 0)
			err(EXIT_UNTRIED, "%s", name);
		if (!n)
			return false;
		s->spares--;
		hand_over(s, id, n);
		s->bytes += n;
	}
	return true;
}

static void send_file(struct side *s, int file, const char *name)
{
	__u64 arrived;
	bool more;

	do {
		take_back(s);
		if (!s->spares)
			wait_for_news(s);
		more = send_some(s, file, name);
		wake_kernel(s);
	} while (more);

	tell(s, KIND_END, s->bytes);
	do {
		take_back(s);
		wake_kernel(s);
		wait_for_news(s);
	} while (!heard_end(s, &arrived));
	if (arrived != s->bytes)
		errx(EXIT_BROKEN, "%llu bytes of %llu arrived", arrived,
		     s->bytes);
}

/* ---- the receiver ------------------------------------------------------ */

static void save(int file, const char *name, const unsigned char *from,
		 size_t left)
{
	ssize_t n;

	for (; left; from += n, left -= n) {
		n = write(file, from, left);
		if (n < 0)
			err(EXIT_UNTRIED, "%s", name);
	}
}

static void receive_some(struct side *s, int file, const char *name)
{
	struct ion_packet packet;
	unsigned int i;

	for (i = 0; i < BATCH && ion_ring_pop(&s->rx, &packet); i++) {
		save(file, name, s->arena + packet.data, packet.len);
		s->bytes += packet.len;
		hand_over(s, packet.id, 0);
	}
}

static void receive_file(struct side *s, int file, const char *name)
{
	__u64 sent = 0;
	bool end = false;

	while (!end || s->bytes < sent) {
		wait_for_news(s);
		receive_some(s, file, name);
		wake_kernel(s);
		end = end || heard_end(s, &sent);
	}
	if (s->bytes > sent)
		errx(EXIT_BROKEN, "%llu bytes came, %llu were sent", s->bytes,
		     sent);
	if (close(file))
		err(EXIT_UNTRIED, "%s", name);
	tell(s, KIND_END, s->bytes);
	/* The sender may go as soon as it has that, and this fails. */
	ioctl(s->fd, ION_IOC_KICK);
}

/* ---- the whole --------------------------------------------------------- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* What the receiver has for the standard output may be the file. */
static void show(const struct side *s, FILE *to, const char *what,
		 double seconds)
{
	fprintf(to, "%s %llu bytes in %.3f s: %.0f MB/s\n", what, s->bytes,
		seconds, s->bytes / seconds / 1e6);
}

static int file_open(const struct options *opt, bool sends)
{
	int flags = sends ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
	int file;

	if (!strcmp(opt->file, "-"))
		return sends ? STDIN_FILENO : STDOUT_FILENO;
	file = open(opt->file, flags | O_CLOEXEC, 0666);
	if (file < 0)
		err(EXIT_UNTRIED, "%s", opt->file);
	return file;
}

static void run_sender(struct side *s, int file, const char *name)
{
	double start;

	meet(s, KIND_SENDER, KIND_RECEIVER);
	start = now();
	send_file(s, file, name);
	show(s, stdout, "sent", now() - start);
}

static void run_receiver(struct side *s, int file, const char *name)
{
	double start;

	/* The kernel needs empty buffers to copy to. */
	while (s->spares)
		hand_over(s, s->spare[--s->spares], 0);
	meet(s, KIND_RECEIVER, KIND_SENDER);
	start = now();
	receive_file(s, file, name);
	show(s, stderr, "received", now() - start);
}

static void show_help(void)
{
	puts("usage: send [OPTION]... send WORD FILE\n"
	     "       send [OPTION]... receive WORD FILE\n"
	     "\n"
	     "Sends FILE to whoever of the same user receives with the same\n"
	     "WORD, who writes to a FILE of its own, through buffers that each\n"
	     "shares with the kernel by way of /dev/ion. - is the standard\n"
	     "input or output.\n"
	     "\n"
	     "  -d, --device PATH  the device (default /dev/ion)\n"
	     "  -h, --help         this text\n"
	     "\n"
	     "Status: 0 if the whole file arrived, 1 if not, 2 if it could not\n"
	     "be tried.");
}

static void parse(struct options *opt, int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "d:h", options, NULL)) != -1) {
		switch (letter) {
		case 'd':
			opt->device = optarg;
			break;
		case 'h':
			show_help();
			exit(EXIT_WHOLE);
		default:
			errx(EXIT_UNTRIED, "see --help");
		}
	}
	if (optind != argc - 3)
		errx(EXIT_UNTRIED,
		     "give a role, a word and a file; see --help");
	opt->role = argv[optind];
	opt->word = argv[optind + 1];
	opt->file = argv[optind + 2];
}

int main(int argc, char **argv)
{
	struct options opt = { .device = "/dev/ion" };
	struct side s = { 0 };
	bool sends;
	int file;

	parse(&opt, argc, argv);
	sends = !strcmp(opt.role, "send");
	if (!sends && strcmp(opt.role, "receive"))
		errx(EXIT_UNTRIED, "role %s: give send or receive", opt.role);

	file = file_open(&opt, sends);
	side_open(&s, &opt);
	if (sends)
		run_sender(&s, file, opt.file);
	else
		run_receiver(&s, file, opt.file);
	return EXIT_WHOLE;
}
