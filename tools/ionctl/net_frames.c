// SPDX-License-Identifier: GPL-2.0-only
/* ionctl net dump and send: attach to an interface, and receive or send frames. */
#include <errno.h>
#include <ionchannel_net.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fail.h"
#include "frame_text.h"
#include "json.h"
#include "net.h"
#include "out.h"
#include "own.h"
#include "pcap.h"

#define BATCH	   32U
#define BUFFERS	   127U
#define SIZE	   2048U
#define VLAN_BYTES 18U

static bool is_ethernet(const struct link_info *link)
{
	return link->mode == ION_NET_TAP;
}

static int failed(const struct net_args *args, int error)
{
	return fail_call(IONC_WAIT, error, "%s", args->name);
}

/* Attach with buffers that have room for the MTU. */
static int attach(const struct net_args *args, const struct link_info *link,
		  struct ionc_net **net)
{
	struct ionc_net_options options;
	int ret;

	ionc_net_options_init(&options);
	options.device = globals.device;
	options.name = args->name;
	options.mode = link->mode;
	options.buffers = BUFFERS;
	options.buffer_size = SIZE;
	while (options.buffer_size < link->mtu + VLAN_BYTES)
		options.buffer_size *= 2;
	ret = ionc_net_open(net, &options);
	if (!ret)
		return EXIT_OK;
	if (ret == -ENOENT || ret == -EACCES)
		return fail_device(ret);
	return fail_call(IONC_NET_OPEN, ret, "%s", args->name);
}

/* ---- dump --------------------------------------------------------------- */

/**
 * struct dump - where frames go
 * @args: the command line
 * @file: a pcap file, or NULL for text
 * @ethernet: frames are of Ethernet
 * @first: time of the first frame
 * @seen: how many there were
 */
struct dump {
	const struct net_args *args;
	FILE *file;
	bool ethernet;
	struct timespec first;
	uint64_t seen;
};

static void show_text(const struct dump *d, const struct timespec *now,
		      const struct ionc_frame *frame)
{
	double seconds = (double)(now->tv_sec - d->first.tv_sec) +
			 (double)(now->tv_nsec - d->first.tv_nsec) / 1e9;
	char text[FRAME_TEXT_SIZE];
	json_t *object;

	frame_text(text, d->ethernet, frame->data, frame->len);
	if (!globals.json) {
		printf("%12.6f  %5u  %s\n", seconds, frame->len, text);
		return;
	}
	object = json_new_object();
	json_put_real(object, "seconds", seconds);
	json_put_number(object, "len", frame->len);
	json_put(object, "text", json_string(text));
	json_print_line(object);
}

static int flush(const struct dump *d)
{
	if (!d->file || d->file == stdout)
		return out_flush();
	errno = 0;
	if (!fflush(d->file) && !ferror(d->file))
		return EXIT_OK;
	return fail("%s: %s", d->args->write,
		    errno ? strerror(errno) : "it cannot be written");
}

static int show(struct dump *d, const struct ionc_frame *frames, uint32_t count)
{
	struct timespec now;
	uint32_t i;

	clock_gettime(CLOCK_REALTIME, &now);
	if (!d->seen && count)
		d->first = now;
	for (i = 0; i < count; i++) {
		if (d->file)
			pcap_write(d->file, &now, frames[i].data,
				   frames[i].len);
		else
			show_text(d, &now, &frames[i]);
	}
	d->seen += count;
	return flush(d);
}

/* How many frames to take at once. */
static uint32_t want(const struct dump *d)
{
	uint64_t left = d->args->count - d->seen;

	return d->args->count && left < BATCH ? (uint32_t)left : BATCH;
}

static int receive(struct dump *d, struct ionc_net *net)
{
	struct ionc_frame frames[BATCH];
	int ret, status = EXIT_OK;
	uint32_t n;

	while (status == EXIT_OK && want(d) && !own_stopped) {
		ret = ionc_net_wait(net, IONC_FOREVER);
		/* The interface was deleted: that is all. */
		if (ret == -EPIPE)
			return EXIT_OK;
		if (ret && ret != -EINTR)
			return failed(d->args, ret);
		n = ionc_net_receive(net, frames, want(d));
		status = show(d, frames, n);
		ionc_net_free(net, frames, n);
	}
	return status;
}

static int open_file(struct dump *d)
{
	const char *write = d->args->write;

	if (!write)
		return EXIT_OK;
	d->file = strcmp(write, "-") ? fopen(write, "we") : stdout;
	if (!d->file)
		return fail_errno(-errno, "%s", write);
	pcap_begin(d->file, d->ethernet ? PCAP_ETHERNET : PCAP_RAW);
	return flush(d);
}

int net_dump(const struct net_args *args)
{
	struct dump d = { .args = args };
	struct ionc_net *net = NULL;
	struct link_info link;
	int status;

	if (args->write && globals.json)
		fail_usage("--write and --json: give one of them");
	status = link_read(args->name, &link);
	if (status)
		return status;
	d.ethernet = is_ethernet(&link);
	status = attach(args, &link, &net);
	if (!status)
		status = open_file(&d);
	if (!status) {
		own_stop_by_signals();
		status = receive(&d, net);
	}
	if (d.file && d.file != stdout && fclose(d.file) && !status)
		status = fail_errno(-errno, "%s", args->write);
	ionc_net_close(net);
	return status;
}

/* ---- send --------------------------------------------------------------- */

/**
 * struct sender - a file that is being sent
 * @args: the command line
 * @net: the net
 * @pcap: the file
 * @frames: how many frames were sent
 * @bytes: their bytes
 * @skipped: how many were not, because the file has only a part of them
 */
struct sender {
	const struct net_args *args;
	struct ionc_net *net;
	struct pcap pcap;
	uint64_t frames;
	uint64_t bytes;
	uint64_t skipped;
};

/* Wait until buffers come back, and discard frames of the kernel. */
static int discard(struct sender *s)
{
	struct ionc_frame frames[BATCH];
	int ret = ionc_net_wait(s->net, IONC_FOREVER);
	uint32_t n;

	if (ret && ret != -EINTR)
		return failed(s->args, ret);
	n = ionc_net_receive(s->net, frames, BATCH);
	ionc_net_free(s->net, frames, n);
	return own_stopped ? EXIT_FAILED : EXIT_OK;
}

static int get_buffer(struct sender *s, struct ionc_frame *frame)
{
	int status = EXIT_OK;

	while (status == EXIT_OK && !ionc_net_alloc(s->net, frame, 1))
		status = discard(s);
	return status;
}

static unsigned long long frames_read(const struct sender *s)
{
	return s->frames + s->skipped;
}

static int send_frame(struct sender *s, const void *data, uint32_t len)
{
	struct ionc_frame frame;
	int status = get_buffer(s, &frame);

	if (status)
		return status;
	if (!len || len > frame.len) {
		ionc_net_free(s->net, &frame, 1);
		return fail("%s: frame %llu has %u bytes, not 1 to %u",
			    s->args->file, frames_read(s) + 1, len, frame.len);
	}
	memcpy(frame.data, data, len);
	frame.len = len;
	ionc_net_send(s->net, &frame, 1);
	s->frames++;
	s->bytes += len;
	return EXIT_OK;
}

/* Wait until the kernel has taken all frames: then every buffer is free. */
static int settle(struct sender *s)
{
	struct ionc_frame frames[BUFFERS];
	int status = EXIT_OK;
	uint32_t n = 0;

	while (status == EXIT_OK) {
		n += ionc_net_alloc(s->net, frames + n, BUFFERS - n);
		if (n == BUFFERS / 2)
			break;
		status = discard(s);
	}
	return status;
}

static int send_all(struct sender *s)
{
	uint8_t *data = malloc(PCAP_FRAME_MAX);
	int ret = 0, status = EXIT_OK;
	uint32_t len;
	bool whole;

	if (!data)
		fail_memory();
	while (!status && (ret = pcap_read(&s->pcap, data, &len, &whole)) > 0) {
		if (whole)
			status = send_frame(s, data, len);
		else
			s->skipped++;
	}
	free(data);
	if (!status)
		status = settle(s);
	if (!status && ret < 0)
		status = fail("%s: it is damaged after frame %llu",
			      s->args->file, frames_read(s));
	if (!status && s->skipped)
		status = fail("%s: %llu incomplete frames were not sent",
			      s->args->file, (unsigned long long)s->skipped);
	return status;
}

static void report(const struct sender *s)
{
	json_t *object;

	if (!globals.json) {
		printf("%llu frame%s, %llu bytes\n",
		       (unsigned long long)s->frames, s->frames == 1 ? "" : "s",
		       (unsigned long long)s->bytes);
		return;
	}
	object = json_new_object();
	json_put_number(object, "frames", s->frames);
	json_put_number(object, "bytes", s->bytes);
	json_print(object);
}

static int check_type(const struct sender *s, const struct link_info *link)
{
	const char *name = is_ethernet(link) ? "Ethernet" : "IP";
	uint32_t type = is_ethernet(link) ? PCAP_ETHERNET : PCAP_RAW;

	if (s->pcap.type == type)
		return EXIT_OK;
	return fail("%s: its frames have type %u, those of %s have type %u: %s",
		    s->args->file, s->pcap.type, link->name, type, name);
}

static int send_file(struct sender *s, FILE *file)
{
	const char *why = pcap_open(&s->pcap, file);
	struct link_info link;
	int status;

	if (why)
		return fail("%s: %s", s->args->file, why);
	status = link_read(s->args->name, &link);
	if (status)
		return status;
	status = check_type(s, &link);
	if (status)
		return status;
	if (!link.up)
		return fail("%s: it is down: ip link set %s up", link.name,
			    link.name);
	status = attach(s->args, &link, &s->net);
	if (status)
		return status;
	own_stop_by_signals();
	status = send_all(s);
	if (!status || s->frames)
		report(s);
	ionc_net_close(s->net);
	return status;
}

int net_send(const struct net_args *args)
{
	struct sender s = { .args = args };
	bool is_stdin = !strcmp(args->file, "-");
	FILE *file = is_stdin ? stdin : fopen(args->file, "re");
	int status;

	if (!file)
		return fail_errno(-errno, "%s", args->file);
	status = send_file(&s, file);
	if (!is_stdin)
		fclose(file);
	return status;
}
