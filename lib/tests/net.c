// SPDX-License-Identifier: MIT
/* Tests of nets: who has which buffer, where frames lie, and what is refused. */
#include <errno.h>
#include <ionchannel_net.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <pthread.h>

#include "check.h"
#include "fake.h"

#define MS	1000000ULL
#define BUFFERS 8U
#define HALF	4U
#define SIZE	2048U
#define HEADER	12U

static void small(struct ionc_net_options *options, __u32 flags)
{
	ionc_net_options_init(options);
	options->device = FAKE_DEVICE;
	options->name = "tea%d";
	options->flags = flags;
	options->buffers = BUFFERS;
}

static struct ionc_net *net_of(__u32 flags)
{
	struct ionc_net_options options;
	struct ionc_net *net;

	small(&options, flags);
	if (ionc_net_open(&net, &options))
		abort();
	return net;
}

static struct fake *fake_net(const struct ionc_net *net)
{
	return fake_of(ionc_fd(ionc_net_channel(net)));
}

/* Where a frame begins in its buffer. */
static __u32 begins_at(const struct ionc_net *net,
		       const struct ionc_frame *frame)
{
	const char *buffer = ionc_buffer(ionc_net_channel(net), frame->id);

	return (__u32)((const char *)frame->data - buffer);
}

static void fill(struct ionc_frame *frame, __u32 number, __u32 len)
{
	memset(frame->data, (int)(number + 1), len);
	frame->len = len;
}

static bool is_filled(const struct ionc_frame *frame, __u32 number, __u32 len)
{
	const unsigned char *at = frame->data;
	__u32 i;

	for (i = 0; i < len; i++)
		if (at[i] != (unsigned char)(number + 1))
			return false;
	return frame->len == len;
}

/* One half of the buffers is free, and the kernel has the other half, empty. */
static void check_settled(struct ionc_net *net)
{
	struct ionc_frame frames[BUFFERS];

	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(HALF, fake_net(net)->nr_empty);
	CHECK_EQ(HALF, ionc_net_alloc(net, frames, BUFFERS));
	CHECK_EQ(HALF, ionc_net_free(net, frames, HALF));
}

/* ---- open -------------------------------------------------------------- */

static void defaults(void)
{
	struct ionc_net_options options;
	struct ionc_net *net;

	ionc_net_options_init(&options);
	options.device = FAKE_DEVICE;
	CHECK_EQ(0, ionc_net_open(&net, &options));
	CHECK(!strcmp(fake_net_setup.service, "net"));
	CHECK(!strcmp(fake_net_setup.key, ""));
	CHECK_EQ(ION_NET_TAP, fake_net_setup.arg[0]);
	CHECK_EQ(0, fake_net_setup.arg[1]);
	CHECK_EQ(511, fake_net_setup.buffers);
	CHECK_EQ(2048, fake_net_setup.buffer_size);
	CHECK_EQ(512, fake_net_setup.slots[ION_RING_TX]);
	CHECK_EQ(512, fake_net_setup.slots[ION_RING_RX]);
	CHECK_EQ(256, fake_net(net)->nr_empty);
	ionc_net_close(net);
	ionc_net_close(NULL);
}

static void options_are_used(void)
{
	struct ionc_net_options options;
	char name[IONC_NET_NAME];
	struct ionc_net *net;

	small(&options, ION_NET_VNET_HDR | ION_NET_CSUM | ION_NET_TSO4);
	options.mode = ION_NET_TUN;
	options.buffers = 0;
	options.receive = 3;
	CHECK_EQ(0, ionc_net_open(&net, &options));
	CHECK(!strcmp(fake_net_setup.key, "tea%d"));
	CHECK_EQ(ION_NET_TUN, fake_net_setup.arg[0]);
	CHECK_EQ(7, fake_net_setup.arg[1]);
	CHECK_EQ(63, fake_net_setup.buffers);
	CHECK_EQ(65536, fake_net_setup.buffer_size);
	CHECK_EQ(64, fake_net_setup.slots[ION_RING_RX]);
	CHECK_EQ(3, fake_net(net)->nr_empty);
	CHECK_EQ(if_nametoindex("lo"), ionc_net_index(net));
	CHECK_EQ(0, ionc_net_name(net, name));
	CHECK(!strcmp(name, "lo"));
	/* The channel's own list has none of the buffers. */
	CHECK_EQ(-ENOBUFS, ionc_buffer_get(ionc_net_channel(net)));
	ionc_net_close(net);
}

static void wrong_options(void)
{
	struct ionc_net_options options;
	struct {
		struct ionc_net_options known;
		__u32 more[2];
	} newer;
	struct ionc_net *net;

	small(&options, 0);
	options.receive = BUFFERS + 1;
	CHECK_EQ(-EINVAL, ionc_net_open(&net, &options));
	CHECK(!net);
	small(&options, 0);
	options.buffers = 65536;
	CHECK_EQ(-EINVAL, ionc_net_open(&net, &options));
	small(&options, 0);
	options.size--;
	CHECK_EQ(-EINVAL, ionc_net_open(&net, &options));
	memset(&newer, 0, sizeof(newer));
	small(&newer.known, 0);
	newer.known.size = (__u32)sizeof(newer);
	CHECK_EQ(0, ionc_net_open(&net, &newer.known));
	ionc_net_close(net);
	newer.more[1] = 1;
	CHECK_EQ(-E2BIG, ionc_net_open(&net, &newer.known));

	small(&options, 0);
	fake_fail_request = ION_IOC_SETUP;
	fake_fail_error = EMSGSIZE;
	CHECK_EQ(-EMSGSIZE, ionc_net_open(&net, &options));
	CHECK(strstr(ionc_explain(IONC_NET_OPEN, -EMSGSIZE), "MTU"));
	CHECK(strstr(ionc_explain(IONC_NET_OPEN, -EACCES), "group"));
	fake_fail_request = ION_IOC_KICK;
	fake_fail_error = EPIPE;
	CHECK_EQ(-EPIPE, ionc_net_open(&net, &options));
	CHECK(!net);
}

/* ---- frames ------------------------------------------------------------ */

/* Send a frame, and receive it from the loop. */
static void go_round(struct ionc_net *net, __u32 len)
{
	struct ionc_frame frame, got[BUFFERS];

	CHECK_EQ(1, ionc_net_alloc(net, &frame, 1));
	CHECK_EQ(2, begins_at(net, &frame) % 8);
	fill(&frame, len, len);
	CHECK_EQ(1, ionc_net_send(net, &frame, 1));
	CHECK_EQ(0, ionc_net_wait(net, 0));
	CHECK_EQ(1, ionc_net_receive(net, got, BUFFERS));
	CHECK(is_filled(got, len, len));
	CHECK(got->id != frame.id);
	CHECK_EQ(1, ionc_net_free(net, got, 1));
}

static void frames_cross(void)
{
	struct ionc_net *net = net_of(0);
	struct ionc_frame frame;
	__u32 len;

	CHECK_EQ(-ETIME, ionc_net_wait(net, MS));
	CHECK_EQ(0, ionc_net_receive(net, &frame, 1));
	for (len = 1; len < 100; len++)
		go_round(net, len);
	CHECK_EQ(1, ionc_net_alloc(net, &frame, 1));
	CHECK_EQ(SIZE - 2, frame.len);
	CHECK(!frame.header);
	CHECK_EQ(1, ionc_net_free(net, &frame, 1));
	go_round(net, SIZE - 2);
	check_settled(net);
	ionc_net_close(net);
}

static void batches_cross(void)
{
	struct ionc_net_options options;
	struct ionc_frame frames[200];
	struct ionc_net *net;
	__u32 i;

	small(&options, 0);
	options.buffers = 511;
	options.receive = 200;
	CHECK_EQ(0, ionc_net_open(&net, &options));
	CHECK_EQ(200, ionc_net_alloc(net, frames, 200));
	for (i = 0; i < 200; i++)
		fill(&frames[i], i, 60);
	CHECK_EQ(200, ionc_net_send(net, frames, 200));
	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(50, ionc_net_receive(net, frames, 50));
	CHECK_EQ(150, ionc_net_receive(net, frames + 50, 200));
	for (i = 0; i < 200; i++)
		CHECK(is_filled(&frames[i], i, 60));
	CHECK_EQ(200, ionc_net_free(net, frames, 200));
	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(200, fake_net(net)->nr_empty);
	ionc_net_close(net);
}

/* A frame that is answered in place leaves its buffer; another one takes its place. */
static void answers_in_place(void)
{
	struct ionc_net *net = net_of(0);
	struct ionc_frame frames[BUFFERS];
	__u32 i, count;

	CHECK_EQ(2, ionc_net_alloc(net, frames, 2));
	fill(&frames[0], 0, 60);
	fill(&frames[1], 1, 61);
	CHECK_EQ(2, ionc_net_send(net, frames, 2));
	for (i = 0; i < 100; i++) {
		CHECK_EQ(0, ionc_net_wait(net, 0));
		count = ionc_net_receive(net, frames, BUFFERS);
		CHECK_EQ(2, count);
		CHECK(is_filled(&frames[0], 0, 60));
		CHECK(is_filled(&frames[1], 1, 61));
		CHECK_EQ(count, ionc_net_send(net, frames, count));
	}
	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(2, ionc_net_receive(net, frames, BUFFERS));
	CHECK_EQ(2, ionc_net_free(net, frames, 2));
	check_settled(net);
	ionc_net_close(net);
}

/* What the kernel lacks is not for sending. */
static void the_kernel_comes_first(void)
{
	struct ionc_net *net = net_of(0);
	struct ionc_frame frames[BUFFERS];

	CHECK_EQ(HALF, ionc_net_alloc(net, frames, BUFFERS));
	fill(&frames[0], 0, 60);
	fill(&frames[1], 1, 60);
	CHECK_EQ(2, ionc_net_send(net, frames, 2));
	CHECK_EQ(2, ionc_net_free(net, frames + 2, 2));
	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(2, ionc_net_receive(net, frames, 2));
	CHECK_EQ(2, ionc_net_send(net, frames, 2));
	/* One of them came back behind the frames, and was not received. */
	CHECK_EQ(2, ionc_net_alloc(net, frames, BUFFERS));
	CHECK_EQ(2, ionc_net_free(net, frames, 2));
	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(2, ionc_net_receive(net, frames, BUFFERS));
	CHECK_EQ(2, ionc_net_free(net, frames, 2));
	check_settled(net);
	ionc_net_close(net);
}

/* ---- mistakes ---------------------------------------------------------- */

static void no_buffer_twice(void)
{
	struct ionc_net *net = net_of(0);
	struct ionc_frame frames[3];

	CHECK_EQ(2, ionc_net_alloc(net, frames, 2));
	fill(&frames[0], 0, 60);
	fill(&frames[1], 1, 60);
	frames[2] = frames[0];
	CHECK_EQ(2, ionc_net_send(net, frames, 3));
	CHECK_EQ(-EINVAL, ionc_net_send(net, &frames[2], 1));
	CHECK_EQ(-EINVAL, ionc_net_free(net, frames, 2));
	CHECK_EQ(0, ionc_net_send(net, frames, 0));
	CHECK_EQ(0, ionc_net_free(net, frames, 0));
	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(2, ionc_net_receive(net, frames, 3));
	frames[2] = frames[1];
	CHECK_EQ(2, ionc_net_free(net, frames, 3));
	CHECK_EQ(-EINVAL, ionc_net_free(net, frames, 1));
	frames[0].id = BUFFERS;
	CHECK_EQ(-EINVAL, ionc_net_free(net, frames, 1));
	CHECK_EQ(-EINVAL, ionc_net_send(net, frames, 1));
	check_settled(net);
	ionc_net_close(net);
}

static int send_at(struct ionc_net *net, const struct ionc_frame *frame,
		   long offset, __u32 len)
{
	struct ionc_frame moved = *frame;
	char *buffer = ionc_buffer(ionc_net_channel(net), frame->id);

	moved.data = buffer + offset;
	moved.len = len;
	return ionc_net_send(net, &moved, 1);
}

static void nothing_outside_a_buffer(void)
{
	struct ionc_net *net = net_of(0);
	struct ionc_frame frame;

	CHECK_EQ(1, ionc_net_alloc(net, &frame, 1));
	CHECK_EQ(-EINVAL, send_at(net, &frame, 0, 0));
	CHECK_EQ(-EINVAL, send_at(net, &frame, 0, SIZE + 1));
	CHECK_EQ(-EINVAL, send_at(net, &frame, 1, SIZE));
	CHECK_EQ(-EINVAL, send_at(net, &frame, -1, 60));
	CHECK_EQ(-EINVAL, send_at(net, &frame, SIZE, 1));
	CHECK_EQ(-EINVAL, send_at(net, &frame, 0, ~0U));
	CHECK_EQ(1, send_at(net, &frame, 0, SIZE));
	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(1, ionc_net_receive(net, &frame, 1));
	CHECK_EQ(SIZE, frame.len);
	ionc_net_close(net);
}

/* A packet has 16 bits for the length of header and frame. */
static void frames_have_at_most_64_kib(void)
{
	struct ionc_net_options options;
	struct ionc_frame frame;
	struct ionc_net *net;

	small(&options, ION_NET_VNET_HDR);
	options.buffer_size = 131072;
	CHECK_EQ(0, ionc_net_open(&net, &options));
	CHECK_EQ(1, ionc_net_alloc(net, &frame, 1));
	CHECK_EQ(65535 - HEADER, frame.len);
	frame.len++;
	CHECK_EQ(-EINVAL, ionc_net_send(net, &frame, 1));
	frame.len--;
	CHECK_EQ(1, ionc_net_send(net, &frame, 1));
	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(1, ionc_net_receive(net, &frame, 1));
	CHECK_EQ(65535 - HEADER, frame.len);
	ionc_net_close(net);
}

/* ---- headers ----------------------------------------------------------- */

/* Send a frame, and return the frame that comes from the loop. */
static struct ionc_frame turn(struct ionc_net *net,
			      const struct ionc_frame *frame)
{
	struct ionc_frame got[2] = { { 0 } };

	CHECK_EQ(1, ionc_net_send(net, frame, 1));
	CHECK_EQ(0, ionc_net_flush(net));
	CHECK_EQ(1, ionc_net_receive(net, got, 2));
	return got[0];
}

static void headers_precede_frames(void)
{
	struct ionc_net *net = net_of(ION_NET_VNET_HDR);
	struct virtio_net_hdr_v1 header;
	struct ionc_frame frame, got;

	CHECK_EQ(1, ionc_net_alloc(net, &frame, 1));
	CHECK_EQ(2, begins_at(net, &frame) % 8);
	CHECK_EQ(SIZE - 18, frame.len);
	CHECK_EQ(0, frame.header->gso_type);
	frame.header->gso_type = 4;
	frame.header->gso_size = 1000;
	fill(&frame, 7, 90);
	got = turn(net, &frame);
	CHECK(is_filled(&got, 7, 90));
	CHECK_EQ(4, got.header->gso_type);
	CHECK_EQ(1000, got.header->gso_size);

	/* The header is written where the frame moved to. */
	memset(got.data, 1, 30);
	got.data = (char *)got.data + 30;
	got.len -= 30;
	got = turn(net, &got);
	CHECK(is_filled(&got, 7, 60));
	CHECK_EQ(1000, got.header->gso_size);

	memset(&header, 0, sizeof(header));
	header.csum_start = 34;
	got.header = &header;
	got = turn(net, &got);
	CHECK_EQ(34, got.header->csum_start);
	CHECK_EQ(0, got.header->gso_type);
	memset(got.header, 0xff, sizeof(*got.header));
	got.header = NULL;
	got = turn(net, &got);
	CHECK_EQ(0, got.header->csum_start);
	CHECK_EQ(0, got.header->num_buffers);
	CHECK_EQ(1, ionc_net_free(net, &got, 1));

	/* A buffer that is used again has a header of zeros, and room for it. */
	CHECK_EQ(1, ionc_net_alloc(net, &frame, 1));
	memset(frame.header, 0xff, sizeof(*frame.header));
	CHECK_EQ(1, ionc_net_free(net, &frame, 1));
	CHECK_EQ(1, ionc_net_alloc(net, &frame, 1));
	CHECK_EQ(0, frame.header->csum_start);
	CHECK_EQ(-EINVAL, send_at(net, &frame, HEADER - 1, 60));
	CHECK_EQ(1, send_at(net, &frame, HEADER, SIZE - HEADER));
	ionc_net_close(net);
}

/* ---- waiting ----------------------------------------------------------- */

static void deleting(void)
{
	struct ionc_net *net = net_of(0);
	struct ionc_frame frame;

	CHECK_EQ(1, ionc_net_alloc(net, &frame, 1));
	fill(&frame, 0, 60);
	CHECK_EQ(1, ionc_net_send(net, &frame, 1));
	CHECK_EQ(0, ionc_net_flush(net));
	fake_hang_up(fake_net(net));
	CHECK_EQ(0, ionc_net_wait(net, IONC_FOREVER));
	CHECK_EQ(1, ionc_net_receive(net, &frame, 1));
	CHECK_EQ(1, ionc_net_free(net, &frame, 1));
	CHECK_EQ(-EPIPE, ionc_net_flush(net));
	/* The buffer of the frame that was sent is still on rx. */
	CHECK_EQ(0, ionc_net_wait(net, IONC_FOREVER));
	CHECK_EQ(0, ionc_net_receive(net, &frame, 1));
	CHECK_EQ(-EPIPE, ionc_net_wait(net, IONC_FOREVER));
	ionc_net_close(net);
}

static void one_call_per_wait(void)
{
	struct ionc_net *net = net_of(0);
	struct ionc_frame frame;
	unsigned int calls;

	CHECK_EQ(1, ionc_net_alloc(net, &frame, 1));
	fill(&frame, 0, 60);
	CHECK_EQ(1, ionc_net_send(net, &frame, 1));
	CHECK_EQ(0, ionc_net_wait(net, IONC_FOREVER));
	calls = fake_net(net)->calls;
	CHECK_EQ(0, ionc_net_wait(net, IONC_FOREVER));
	CHECK_EQ(calls, fake_net(net)->calls);
	CHECK_EQ(1, ionc_net_receive(net, &frame, 1));
	CHECK_EQ(1, ionc_net_free(net, &frame, 1));
	/* One packet is left on rx: this kicks. */
	CHECK_EQ(0, ionc_net_wait(net, IONC_FOREVER));
	CHECK_EQ(calls + 1, fake_net(net)->calls);
	CHECK_EQ(HALF, fake_net(net)->nr_empty);
	ionc_net_close(net);
}

static void lent_thread(void)
{
	struct ionc_net *net = net_of(0);
	struct ionc_frame frames[BUFFERS];
	__u32 sent = 0, received = 0, i, n;

	CHECK_EQ(0, ionc_lend(ionc_net_channel(net), NULL));
	while (received < 2000 && !check_failed) {
		n = ionc_net_alloc(net, frames, 2);
		for (i = 0; i < n; i++)
			fill(&frames[i], sent + i, 60);
		CHECK_EQ(n, ionc_net_send(net, frames, n));
		sent += n;
		CHECK_EQ(0, ionc_net_wait(net, 10000 * MS));
		n = ionc_net_receive(net, frames, BUFFERS);
		for (i = 0; i < n; i++)
			CHECK(frames[i].len == 60);
		CHECK_EQ(n, ionc_net_free(net, frames, n));
		received += n;
	}
	CHECK_EQ(0, ionc_take_back(ionc_net_channel(net)));
	do {
		n = ionc_net_receive(net, frames, BUFFERS);
		CHECK_EQ(n, ionc_net_free(net, frames, n));
		CHECK_EQ(0, ionc_net_flush(net));
	} while (n);
	check_settled(net);
	ionc_net_close(net);
}

int main(void)
{
	static const struct check checks[] = {
		{ "defaults", defaults },
		{ "options are used", options_are_used },
		{ "wrong options", wrong_options },
		{ "frames cross", frames_cross },
		{ "batches cross", batches_cross },
		{ "answers in place", answers_in_place },
		{ "the kernel comes first", the_kernel_comes_first },
		{ "no buffer is handed over twice", no_buffer_twice },
		{ "nothing outside a buffer", nothing_outside_a_buffer },
		{ "frames of 64 KiB", frames_have_at_most_64_kib },
		{ "headers precede frames", headers_precede_frames },
		{ "the interface is deleted", deleting },
		{ "one call for each wait", one_call_per_wait },
		{ "a lent thread", lent_thread },
		{ NULL, NULL },
	};

	return check_all(checks);
}
