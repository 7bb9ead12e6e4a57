// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Publishes lines to several programs, each of which has a direct channel of its own. A
 * subscriber that is slow, or stopped, or gone, delays neither the publisher nor the
 * others: it misses lines, and sees by their numbers how many.
 *
 *	direct_publish tea 2 <lines
 *	direct_publish tea.0
 *	direct_publish tea.1
 */
#include <err.h>
#include <errno.h>
#include <ionchannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBSCRIBERS_MAX 16
#define LINE_MAX_BYTES	256
#define BUFFERS		64

static void must(enum ionc_call call, int ret)
{
	if (ret < 0)
		errx(1, "%s", ionc_explain(call, ret));
}

static struct ionc_channel *join(const char *key)
{
	struct ionc_options options;
	struct ionc_channel *ch;

	ionc_options_init(&options);
	options.service = "direct";
	options.key = key;
	options.buffers = BUFFERS;
	options.buffer_size = LINE_MAX_BYTES;
	must(IONC_OPEN, ionc_open(&ch, &options));
	return ch;
}

/* ---- the publisher ----------------------------------------------------- */

/* Leave the line out if the subscriber still has all buffers. */
static void publish(struct ionc_channel *ch, const char *line, __u32 number)
{
	struct ion_packet packet;
	int id;

	while (ionc_pop(ch, &packet))
		ionc_buffer_put(ch, packet.id);
	id = ionc_buffer_get(ch);
	if (id < 0)
		return;
	memcpy(ionc_buffer(ch, (__u32)id), line, strlen(line));
	packet = ionc_packet(ch, (__u32)id, (__u16)strlen(line));
	packet.pad = number;
	ionc_push(ch, &packet);
	/* It fails if the subscriber has gone: the others still get the line. */
	ionc_kick(ch);
}

static void run_publisher(const char *word, unsigned int count)
{
	struct ionc_channel *ch[SUBSCRIBERS_MAX];
	char key[ION_KEY_LEN], line[LINE_MAX_BYTES];
	struct ion_cmd_packet hello;
	__u32 number = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		snprintf(key, sizeof(key), "%s.%u", word, i);
		ch[i] = join(key);
	}
	for (i = 0; i < count; i++)
		must(IONC_WAIT, ionc_receive_evt(ch[i], &hello, IONC_FOREVER));
	while (fgets(line, sizeof(line), stdin)) {
		for (i = 0; i < count; i++)
			publish(ch[i], line, number);
		number++;
	}
	/* What was pushed stays until the subscribers have popped it. */
	for (i = 0; i < count; i++)
		ionc_close(ch[i]);
}

/* ---- a subscriber ------------------------------------------------------ */

/* Print a copy of the line: the publisher could change what lies in its arena. */
static void print(struct ionc_channel *ch, const struct ion_packet *packet)
{
	char line[LINE_MAX_BYTES];
	int bytes = ionc_peer_copy(ch, packet, line, sizeof(line));

	must(IONC_BUFFER, bytes);
	printf("%u: ", packet->pad);
	fwrite(line, 1, (size_t)bytes, stdout);
	fflush(stdout);
}

static void run_subscriber(const char *key)
{
	static const struct ion_cmd_packet hello = { .kind = 1 };
	struct ionc_channel *ch = join(key);
	struct ion_packet packet;
	int ret;

	must(IONC_WAIT, ionc_send_cmd(ch, &hello, IONC_FOREVER));
	for (;;) {
		ret = ionc_receive(ch, &packet, 1, IONC_FOREVER);
		if (ret == -EPIPE)
			break;
		must(IONC_WAIT, ret);
		print(ch, &packet);
		ionc_give(ch, packet.id);
	}
	ionc_close(ch);
}

int main(int argc, char **argv)
{
	unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (argc == 2 && *argv[1])
		run_subscriber(argv[1]);
	else if (count && count <= SUBSCRIBERS_MAX && strlen(argv[1]) < 28)
		run_publisher(argv[1], (unsigned int)count);
	else
		errx(2, "usage: direct_publish WORD [SUBSCRIBERS]");
	return 0;
}
