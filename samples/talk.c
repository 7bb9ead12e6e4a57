// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Lets two people talk through the service "pair". Both run this program with
 * the same word, and each reads what the other one types.
 *
 * A line is sent as packets of 16 bytes, followed by a command that says how
 * long the line is. The kernel stamps the command, so that the other side can
 * ask who sent it.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <ionchannel.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PAYLOAD	     16 /* bytes of a packet: data and phys */
#define LINE_PACKETS 64

enum {
	EXIT_TALKED, /* both said good-bye */
	EXIT_GONE,   /* the other one left without good-bye, or sent nonsense */
	EXIT_UNTRIED, /* a bad option, no device */
};

/* Kinds of commands: the program chooses them, pair ignores them. */
enum {
	KIND_LINE = 1, /* arg: bytes of the line that the packets hold */
	KIND_BYE = 2,
};

struct talk {
	struct ionc_channel *ch;
	bool said_bye, heard_bye;
};

static void channel_open(struct talk *t, const char *device, const char *word)
{
	struct ionc_options options;
	int ret;

	if (!*word)
		errx(EXIT_UNTRIED, "WORD is empty: it needs at least one byte");
	ionc_options_init(&options);
	options.device = device;
	options.service = "pair";
	options.key = word;
	options.flags = IONC_STAMP;
	ret = ionc_open(&t->ch, &options);
	if (ret)
		errx(EXIT_UNTRIED, "%s, joining by the word %s: %s", device,
		     word, ionc_explain(IONC_OPEN, ret));
}

static void must(int ret)
{
	if (ret == -EPIPE)
		errx(EXIT_GONE, "the other one has gone");
	if (ret < 0)
		errx(EXIT_GONE, "%s", ionc_explain(IONC_WAIT, ret));
}

/* ---- saying ------------------------------------------------------------ */

/* Ignore that the other one has gone: its last lines may still be queued. */
static void may_be_late(int ret)
{
	if (ret != -EPIPE)
		must(ret);
}

static void say_line(const struct talk *t, const char *line)
{
	struct ion_packet packets[LINE_PACKETS] = { 0 };
	struct ion_cmd_packet cmd = { .kind = KIND_LINE, .arg = strlen(line) };
	__u32 count = 0;
	__u64 at;

	for (at = 0; at < cmd.arg; at += PAYLOAD)
		memcpy(&packets[count++], line + at, PAYLOAD);
	may_be_late(ionc_send(t->ch, packets, count, IONC_FOREVER));
	may_be_late(ionc_send_cmd(t->ch, &cmd, IONC_FOREVER));
}

/* Send one line of the standard input, or say good-bye at its end. */
static void say(struct talk *t)
{
	static const struct ion_cmd_packet bye = { .kind = KIND_BYE };
	char line[LINE_PACKETS * PAYLOAD] = "";

	if (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		say_line(t, line);
		return;
	}
	may_be_late(ionc_send_cmd(t->ch, &bye, IONC_FOREVER));
	t->said_bye = true;
}

/* ---- hearing ----------------------------------------------------------- */

static void show_sender(const struct talk *t, const struct ion_cmd_packet *cmd)
{
	struct ion_verify verify;
	int ret = ionc_verify(t->ch, cmd, &verify);

	if (ret < 0)
		errx(EXIT_GONE, "%s", ionc_explain(IONC_VERIFY, ret));
	if (!ret)
		errx(EXIT_GONE, "a command that the other one did not send");
	printf("process %d of user %u", verify.pid, verify.uid);
}

/* The packets were sent before the command: they are here or will arrive. */
static void hear_line(const struct talk *t, __u64 len)
{
	struct ion_packet packets[LINE_PACKETS];
	char line[LINE_PACKETS * PAYLOAD];
	__u32 count, done = 0;
	__u64 at;

	if (len >= sizeof(line))
		errx(EXIT_GONE, "a line of %llu bytes, more than %zu",
		     (unsigned long long)len, sizeof(line) - 1);
	count = (__u32)(len + PAYLOAD - 1) / PAYLOAD;
	while (done < count) {
		int ret = ionc_receive(t->ch, packets + done, count - done,
				       IONC_FOREVER);

		must(ret);
		done += (__u32)ret;
	}
	for (at = 0; at < len; at += PAYLOAD)
		memcpy(line + at, &packets[at / PAYLOAD], PAYLOAD);
	printf(": %.*s\n", (int)len, line);
}

static void hear(struct talk *t)
{
	struct ion_cmd_packet cmd;

	must(ionc_receive_evt(t->ch, &cmd, 0));
	show_sender(t, &cmd);
	switch (cmd.kind) {
	case KIND_LINE:
		hear_line(t, cmd.arg);
		break;
	case KIND_BYE:
		puts(" says good-bye");
		t->heard_bye = true;
		break;
	default:
		errx(EXIT_GONE, "a command of unknown kind %u", cmd.kind);
	}
	fflush(stdout);
}

/* ---- the whole --------------------------------------------------------- */

/* Talk until both have said good-bye. */
static void talk(struct talk *t)
{
	struct pollfd fds[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = ionc_fd(t->ch), .events = POLLPRI },
	};

	while (!t->said_bye || !t->heard_bye) {
		fds[0].fd = t->said_bye ? -1 : STDIN_FILENO;
		if (poll(fds, 2, -1) < 0)
			err(EXIT_GONE, "poll");
		if (fds[1].revents & POLLERR)
			errx(EXIT_GONE, "a ring is poisoned");
		if (fds[1].revents & POLLPRI)
			hear(t);
		else if (fds[1].revents & POLLHUP)
			errx(EXIT_GONE, "the other one has gone");
		else if (fds[0].revents)
			say(t);
	}
}

static void show_help(void)
{
	puts("usage: talk [OPTION]... WORD\n"
	     "\n"
	     "Talks with another program of the same user that runs talk with\n"
	     "the same WORD: each reads what the other types. Ends when both\n"
	     "have reached the end of their input (Ctrl-D).\n"
	     "\n"
	     "  -d, --device PATH  the device (default /dev/ion)\n"
	     "  -h, --help         this text\n"
	     "\n"
	     "Status: 0 if both said good-bye, 1 if the other one left without\n"
	     "good-bye, 2 if the program could not try.");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	const char *device = "/dev/ion";
	struct talk t = { 0 };
	int letter;

	while ((letter = getopt_long(argc, argv, "d:h", options, NULL)) != -1) {
		switch (letter) {
		case 'd':
			device = optarg;
			break;
		case 'h':
			show_help();
			return EXIT_TALKED;
		default:
			errx(EXIT_UNTRIED, "see --help");
		}
	}
	if (optind != argc - 1)
		errx(EXIT_UNTRIED, "give one word; see --help");

	/* No buffer: poll() does not know what stdio has read already. */
	setvbuf(stdin, NULL, _IONBF, 0);
	channel_open(&t, device, argv[optind]);
	talk(&t);
	ionc_close(t.ch);
	return EXIT_TALKED;
}
