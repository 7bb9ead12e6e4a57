// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Two people talk, by the service "pair". Each runs this program with the same
 * word, and what one types the other one reads.
 *
 * A line goes as packets, 16 bytes in each, and a command after them says how
 * long it is. The kernel stamps the command, so that the other side can ask who
 * sent it.
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
	EXIT_TALKED,  /* both said good-bye */
	EXIT_GONE,    /* the other one left without a word, or talks nonsense */
	EXIT_UNTRIED, /* a bad option, no device */
};

/* Kinds of commands: ours to choose, pair looks at none. */
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
		errx(EXIT_UNTRIED, "WORD has 1 byte at the least");
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

/* If the other one has gone, there may still be something to hear of it. */
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

/* One line of the standard input, or the end of it. */
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

/* The packets were sent before the command, so they are here or under way. */
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

/* Until both have said good-bye, at the end of what they have to say. */
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
	     "Talks with whoever else of the same user runs talk with the same\n"
	     "WORD: what the one types the other reads. Ends when both came to\n"
	     "the end of what they had to say (Ctrl-D).\n"
	     "\n"
	     "  -d, --device PATH  the device (default /dev/ion)\n"
	     "  -h, --help         this text\n"
	     "\n"
	     "Status: 0 if both said good-bye, 1 if the other one left without\n"
	     "a word, 2 if it could not be tried.");
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

	/* poll() knows nothing of what stdio has read already. */
	setvbuf(stdin, NULL, _IONBF, 0);
	channel_open(&t, device, argv[optind]);
	talk(&t);
	ionc_close(t.ch);
	return EXIT_TALKED;
}
