// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Sends a file from one program to another, through the service "pair".
 *
 * Each program has an arena of its own. The sender reads the file into its
 * buffers and hands them over. The kernel copies each into an empty buffer that
 * the receiver gave it before, and gives the sender's buffer back. The receiver
 * writes its buffer to the file, and gives the buffer to the kernel again.
 * Neither program sees the memory of the other one.
 *
 * At the end the sender says how many bytes it sent, and the receiver answers
 * with how many it got, so that neither takes a part for the whole file.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ionchannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_SIZE 32768 /* the len of a packet has 16 bits */
#define BUFFERS	    64
#define BATCH	    8 /* buffers that are handed over at once */

enum {
	EXIT_WHOLE,   /* the whole file arrived */
	EXIT_BROKEN,  /* a part of it, or nothing */
	EXIT_UNTRIED, /* a bad option, no device, no file */
};

/* Kinds of commands: the program chooses them, pair ignores them. */
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

struct side {
	struct ionc_channel *ch;
	__u64 bytes;
};

/* ---- the channel ------------------------------------------------------- */

static void side_open(struct side *s, const struct options *opt)
{
	struct ionc_options options;
	int ret;

	if (!*opt->word)
		errx(EXIT_UNTRIED, "WORD is empty: it needs at least one byte");
	ionc_options_init(&options);
	options.device = opt->device;
	options.service = "pair";
	options.key = opt->word;
	options.buffers = BUFFERS;
	options.buffer_size = BUFFER_SIZE;
	ret = ionc_open(&s->ch, &options);
	if (ret)
		errx(EXIT_UNTRIED, "%s, joining by the word %s: %s",
		     opt->device, opt->word, ionc_explain(IONC_OPEN, ret));
}

static void must(const struct side *s, int ret)
{
	if (ret == -EPIPE)
		errx(EXIT_BROKEN, "the other side has gone; %llu bytes so far",
		     (unsigned long long)s->bytes);
	if (ret < 0)
		errx(EXIT_BROKEN, "%s", ionc_explain(IONC_WAIT, ret));
}

/* Ignore that the other side has gone: its last packets can still be read. */
static void kick(struct side *s)
{
	int ret = ionc_kick(s->ch);

	if (ret && ionc_poll(s->ch, IONC_RX | IONC_EVT, 0) < 0)
		must(s, ret);
}

static void wait_for_input(struct side *s)
{
	must(s, ionc_poll(s->ch, IONC_RX | IONC_EVT, IONC_FOREVER));
}

/* ---- commands ---------------------------------------------------------- */

/* Tell the other side what this one is, and wait until it does the same. */
static void meet(struct side *s, __u32 kind, __u32 other)
{
	struct ion_cmd_packet cmd = { .kind = kind };

	must(s, ionc_send_cmd(s->ch, &cmd, IONC_FOREVER));
	must(s, ionc_receive_evt(s->ch, &cmd, IONC_FOREVER));
	if (cmd.kind == kind)
		errx(EXIT_UNTRIED, "the other side is to %s too",
		     kind == KIND_SENDER ? "send" : "receive");
	if (cmd.kind != other)
		errx(EXIT_BROKEN, "the other side is no program like this");
}

/* Return whether the other side has reported its number of bytes. */
static bool heard_end(struct side *s, __u64 *bytes)
{
	struct ion_cmd_packet cmd;

	if (!ionc_pop_evt(s->ch, &cmd))
		return false;
	if (cmd.kind != KIND_END)
		errx(EXIT_BROKEN, "a command of unknown kind %u", cmd.kind);
	*bytes = cmd.arg;
	return true;
}

/* ---- buffers ----------------------------------------------------------- */

/* There are fewer buffers than slots, so there always is a free slot. */
static void hand_over(struct side *s, __u32 id, __u16 len)
{
	struct ion_packet packet = ionc_packet(s->ch, id, len);

	if (!ionc_push(s->ch, &packet))
		errx(EXIT_BROKEN, "no room for a packet");
}

/* ---- the sender -------------------------------------------------------- */

static void take_back(struct side *s)
{
	struct ion_packet packet;

	while (ionc_pop(s->ch, &packet))
		ionc_buffer_put(s->ch, packet.id);
}

/* Get a buffer to fill; wait for one while all of them are handed over. */
static __u32 get_buffer(struct side *s)
{
	int id;

	while ((id = ionc_buffer_get(s->ch)) < 0) {
		must(s, ionc_wait_rx(s->ch, 1, IONC_FOREVER));
		take_back(s);
	}
	return (__u32)id;
}

/* Send a batch; return false at the end of the file. */
static bool send_some(struct side *s, int file, const char *name)
{
	unsigned int i;
	ssize_t n;
	__u32 id;

	for (i = 0; i < BATCH; i++) {
		id = get_buffer(s);
		n = read(file, ionc_buffer(s->ch, id), BUFFER_SIZE);
		if (n < 0)
			err(EXIT_UNTRIED, "%s", name);
		if (!n)
			return false;
		hand_over(s, id, (__u16)n);
		s->bytes += (__u64)n;
	}
	return true;
}

static void send_file(struct side *s, int file, const char *name)
{
	struct ion_cmd_packet end = { .kind = KIND_END };
	__u64 arrived;
	bool more;

	do {
		more = send_some(s, file, name);
		kick(s);
	} while (more);

	end.arg = s->bytes;
	must(s, ionc_send_cmd(s->ch, &end, IONC_FOREVER));
	do {
		wait_for_input(s);
		take_back(s);
	} while (!heard_end(s, &arrived));
	if (arrived != s->bytes)
		errx(EXIT_BROKEN, "%llu bytes of %llu arrived",
		     (unsigned long long)arrived, (unsigned long long)s->bytes);
}

/* ---- the receiver ------------------------------------------------------ */

static void save(int file, const char *name, const unsigned char *from,
		 size_t left)
{
	ssize_t n;

	for (; left; from += n, left -= (size_t)n) {
		n = write(file, from, left);
		if (n < 0)
			err(EXIT_UNTRIED, "%s", name);
	}
}

static void receive_some(struct side *s, int file, const char *name)
{
	struct ion_packet packet;
	unsigned int i;

	for (i = 0; i < BATCH && ionc_pop(s->ch, &packet); i++) {
		save(file, name, ionc_payload(s->ch, &packet), packet.len);
		s->bytes += packet.len;
		hand_over(s, packet.id, 0);
	}
}

static void receive_file(struct side *s, int file, const char *name)
{
	struct ion_cmd_packet end = { .kind = KIND_END };
	__u64 sent = 0;
	bool ended = false;

	while (!ended || s->bytes < sent) {
		wait_for_input(s);
		receive_some(s, file, name);
		kick(s);
		ended = ended || heard_end(s, &sent);
	}
	if (s->bytes > sent)
		errx(EXIT_BROKEN, "%llu bytes came, %llu were sent",
		     (unsigned long long)s->bytes, (unsigned long long)sent);
	if (close(file))
		err(EXIT_UNTRIED, "%s", name);
	end.arg = s->bytes;
	/* This may fail: the sender exits as soon as it has this command. */
	ionc_send_cmd(s->ch, &end, IONC_FOREVER);
}

/* ---- the whole --------------------------------------------------------- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* @to is not the standard output if the receiver writes the file there. */
static void show(const struct side *s, FILE *to, const char *what,
		 double seconds)
{
	fprintf(to, "%s %llu bytes in %.3f s: %.0f MB/s\n", what,
		(unsigned long long)s->bytes, seconds,
		(double)s->bytes / seconds / 1e6);
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
	ionc_give_free(s->ch, BUFFERS);
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
	     "\"send\" sends FILE to the program of the same user that runs\n"
	     "\"receive\" with the same WORD; that one writes to its own FILE.\n"
	     "Each program shares its buffers with the kernel by /dev/ion.\n"
	     "FILE - is the standard input or output.\n"
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
	ionc_close(s.ch);
	return EXIT_WHOLE;
}
