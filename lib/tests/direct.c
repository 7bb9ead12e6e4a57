// SPDX-License-Identifier: MIT
/* Tests of direct channels: wake flags of two halves, payloads and buffers. */
#include <errno.h>
#include <poll.h>

#include "check.h"
#include "fake.h"

#define BUFFERS 70U
#define SIZE	512U

static struct ionc_channel *side(__u32 buffers)
{
	struct ionc_options options;
	struct ionc_channel *ch;

	ionc_options_init(&options);
	options.device = FAKE_DEVICE;
	options.service = "direct";
	options.key = "test";
	options.slots[ION_RING_TX] = 8;
	options.slots[ION_RING_RX] = 8;
	options.buffers = buffers;
	options.buffer_size = buffers ? SIZE : 0;
	if (ionc_open(&ch, &options))
		abort();
	return ch;
}

static void push(struct ionc_channel *ch, __u32 count)
{
	const struct ion_packet packet = { .data = 7 };

	for (; count; count--)
		CHECK(ionc_push(ch, &packet));
}

static void pop(struct ionc_channel *ch, __u32 count)
{
	struct ion_packet packet;

	for (; count; count--)
		CHECK(ionc_pop(ch, &packet));
}

static void crossing(void)
{
	struct ionc_channel *a = side(0), *b = side(0);
	struct ion_cmd_packet cmd = { .kind = 3 }, got;
	unsigned int calls = fake_of(ionc_fd(a))->calls;

	push(a, 7);
	CHECK(!ionc_reserve(a, 1));
	CHECK(!ionc_needs_kick(a));
	pop(b, 7);
	CHECK(!ionc_peek(b, 1));
	CHECK_EQ(7, ionc_reserve(a, 7));
	CHECK(ionc_push_cmd(b, &cmd));
	CHECK_EQ(0, ionc_kick(b));
	CHECK(ionc_pop_evt(a, &got));
	CHECK_EQ(3, got.kind);
	CHECK_EQ(calls, fake_of(ionc_fd(a))->calls);
	ionc_close(a);
	ionc_close(b);
}

/* Ask for a number of slots by one half of the flag of a ring of @ch. */
static void ask(struct ionc_channel *ch, unsigned int id, bool kernel,
		__u16 want)
{
	const struct ion_ring_info *ring = &ionc_info(ch)->ring[id];
	__u64 offset;

	if (id & 1)
		offset = kernel ? ring->consumer_wake_kernel
				: ring->consumer_wake;
	else
		offset = kernel ? ring->producer_wake_kernel
				: ring->producer_wake;
	__atomic_store_n((__u16 *)fake_at(fake_of(ionc_fd(ch)), offset), want,
			 __ATOMIC_RELAXED);
}

static void kick_by(bool kernel)
{
	struct ionc_channel *a = side(0), *b = side(0);

	ask(b, ION_RING_RX, kernel, 3);
	CHECK(!ionc_needs_kick(a));
	push(a, 2);
	CHECK(!ionc_needs_kick(a));
	push(a, 1);
	CHECK(ionc_needs_kick(a));
	CHECK(!ionc_needs_kick(b));
	CHECK_EQ(0, ionc_kick(a));
	CHECK_EQ(1, fake_of(ionc_fd(a))->kicks);
	CHECK(!ionc_needs_kick(a));

	/* More than the ring holds stands for the whole ring. */
	ask(b, ION_RING_RX, kernel, 100);
	CHECK(!ionc_needs_kick(a));
	push(a, 4);
	CHECK(ionc_needs_kick(a));

	ask(b, ION_RING_RX, kernel, 0);
	ask(a, ION_RING_TX, kernel, 2);
	pop(b, 1);
	CHECK(!ionc_needs_kick(b));
	pop(b, 1);
	CHECK(ionc_needs_kick(b));
	ionc_close(a);
	ionc_close(b);
}

static void kicks(void)
{
	kick_by(false);
	kick_by(true);

	/* A driver may place the halves apart. */
	fake_half = 64;
	kick_by(false);
	kick_by(true);
	fake_half = 10;
}

/* The half that asks for less decides, and each is cleared by itself. */
static void both_halves(void)
{
	struct ionc_channel *a = side(0), *b = side(0);

	ask(b, ION_RING_RX, false, 5);
	ask(b, ION_RING_RX, true, 2);
	push(a, 2);
	CHECK(ionc_needs_kick(a));
	CHECK_EQ(0, ionc_kick(a));
	CHECK(!ionc_needs_kick(a));
	push(a, 3);
	CHECK(ionc_needs_kick(a));
	ionc_close(a);
	ionc_close(b);
}

static void *push_slowly(void *arg)
{
	struct ionc_channel *ch = arg;
	int i;

	for (i = 0; i < 4; i++) {
		usleep(2000);
		push(ch, 1);
		ionc_kick(ch);
	}
	return NULL;
}

static void waits(void)
{
	struct ionc_channel *a = side(0), *b = side(0);
	pthread_t thread;

	CHECK_EQ(-ETIME, ionc_wait_rx(b, 1, 1000000));
	if (pthread_create(&thread, NULL, push_slowly, a))
		abort();
	CHECK_EQ(0, ionc_wait_rx(b, 3, IONC_FOREVER));
	pop(b, 3);
	CHECK_EQ(IONC_RX, ionc_poll(b, IONC_RX, IONC_FOREVER));
	pthread_join(thread, NULL);
	pop(b, 1);
	ionc_close(a);
	ionc_close(b);
}

static void eventfd(void)
{
	struct ionc_channel *a = side(0), *b = side(0);
	struct pollfd pollfd = { .events = POLLIN };

	pollfd.fd = ionc_eventfd(b);
	CHECK(pollfd.fd >= 0);
	CHECK_EQ(0, ionc_arm(b, IONC_RX));
	push(a, 1);
	CHECK_EQ(0, poll(&pollfd, 1, 0));
	CHECK_EQ(0, ionc_kick(a));
	CHECK_EQ(1, poll(&pollfd, 1, 0));
	ionc_disarm(b, IONC_RX);
	CHECK_EQ(0, poll(&pollfd, 1, 0));
	CHECK_EQ(IONC_RX, ionc_arm(b, IONC_RX));
	ionc_close(a);
	ionc_close(b);
}

static void hang_up(void)
{
	struct ionc_channel *a = side(0), *b = side(0);

	push(a, 1);
	ionc_close(a);
	CHECK_EQ(0, ionc_check(b));
	CHECK_EQ(-EPIPE, ionc_kick_now(b));
	CHECK_EQ(0, ionc_wait_rx(b, 1, IONC_FOREVER));
	pop(b, 1);
	CHECK_EQ(-EPIPE, ionc_check(b));
	CHECK_EQ(-EPIPE, ionc_wait_rx(b, 1, IONC_FOREVER));
	ionc_close(b);
}

static void without_kernel_end(void)
{
	struct ionc_channel *a = side(0), *b = side(0);

	CHECK_EQ(-EOPNOTSUPP, ionc_reset(a));
	CHECK_EQ(-EOPNOTSUPP, ionc_lend(a, NULL));
	CHECK_EQ(-ENOENT, ionc_take_back(a));
	ionc_close(a);
	ionc_close(b);
}

/* ---- payloads ---------------------------------------------------------- */

static void refused(struct ionc_channel *ch, const struct ion_packet *packet)
{
	char to[SIZE];

	CHECK(!ionc_peer_payload(ch, packet));
	CHECK_EQ(-EINVAL, ionc_peer_copy(ch, packet, to, sizeof(to)));
}

/* The peer can push any packet. */
static void payloads(void)
{
	struct ionc_channel *a = side(BUFFERS), *b = side(BUFFERS);
	struct ion_packet packet = ionc_packet(a, 3, 100);
	char to[SIZE] = "";

	memcpy(ionc_buffer(a, 3), "tea", 4);
	CHECK(!strcmp(ionc_peer_payload(b, &packet), "tea"));
	CHECK_EQ(100, ionc_peer_copy(b, &packet, to, 100));
	CHECK(!strcmp(to, "tea"));
	CHECK_EQ(-EMSGSIZE, ionc_peer_copy(b, &packet, to, 99));
	/* It is the buffer of the peer, not the own one of that number. */
	CHECK(ionc_peer_payload(b, &packet) != ionc_payload(b, &packet));

	packet.data += SIZE - 100;
	CHECK_EQ(100, ionc_peer_copy(b, &packet, to, sizeof(to)));
	packet.data++;
	refused(b, &packet);
	packet = ionc_packet(a, 3, SIZE + 1);
	refused(b, &packet);
	packet = ionc_packet(a, 3, 1);
	packet.data = 4 * SIZE;
	refused(b, &packet);
	packet.data = 3 * SIZE - 1;
	refused(b, &packet);
	packet.data = ~0ULL;
	refused(b, &packet);
	packet.data = BUFFERS * SIZE;
	packet.id = BUFFERS;
	refused(b, &packet);
	packet = ionc_packet(a, BUFFERS - 1, SIZE);
	CHECK_EQ(SIZE, ionc_peer_copy(b, &packet, to, sizeof(to)));
	packet.len = 0;
	CHECK_EQ(0, ionc_peer_copy(b, &packet, to, 0));
	ionc_close(a);
	ionc_close(b);
}

static void no_arena(void)
{
	struct ionc_channel *a = side(0), *b = side(0);
	struct ionc_options options;
	struct ionc_channel *other;
	struct ion_packet packet;

	memset(&packet, 0, sizeof(packet));
	refused(b, &packet);
	ionc_close(a);
	ionc_close(b);

	/* The arena of another service is not that of a peer. */
	ionc_options_init(&options);
	options.device = FAKE_DEVICE;
	options.buffers = BUFFERS;
	CHECK_EQ(0, ionc_open(&other, &options));
	packet = ionc_packet(other, 1, 1);
	refused(other, &packet);
	ionc_close(other);
}

/* ---- buffers ----------------------------------------------------------- */

static __u32 free_buffers(struct ionc_channel *ch)
{
	int ids[BUFFERS];
	__u32 i, n = 0;

	while (n < BUFFERS) {
		ids[n] = ionc_buffer_get(ch);
		if (ids[n] < 0)
			break;
		n++;
	}
	for (i = n; i-- > 0;)
		CHECK_EQ(0, ionc_buffer_put(ch, (__u32)ids[i]));
	return n;
}

/* Lend a buffer to the peer, which reads it there and gives it back. */
static void giving_back(void)
{
	struct ionc_channel *a = side(BUFFERS), *b = side(BUFFERS);
	struct ion_packet packet;
	int id, i;

	CHECK_EQ(BUFFERS, free_buffers(a));
	CHECK_EQ(BUFFERS, free_buffers(b));
	for (i = 0; i < 100; i++) {
		id = ionc_buffer_get(a);
		CHECK(id >= 0);
		*(int *)ionc_buffer(a, (__u32)id) = i;
		packet = ionc_packet(a, (__u32)id, sizeof(i));
		CHECK(ionc_push(a, &packet));

		CHECK(ionc_pop(b, &packet));
		CHECK_EQ(i, *(const int *)ionc_peer_payload(b, &packet));
		CHECK(ionc_give(b, packet.id));

		CHECK(ionc_pop(a, &packet));
		CHECK_EQ(0, packet.len);
		CHECK_EQ(id, packet.id);
		CHECK_EQ(0, ionc_buffer_put(a, packet.id));
		/* A peer that gives a buffer back twice is found out. */
		CHECK_EQ(-EALREADY, ionc_buffer_put(a, packet.id));
	}
	CHECK_EQ(BUFFERS, free_buffers(a));
	CHECK_EQ(BUFFERS, free_buffers(b));
	ionc_close(a);
	ionc_close(b);
}

static void lend(struct ionc_channel *ch)
{
	int id = ionc_buffer_get(ch);
	struct ion_packet packet = ionc_packet(ch, (__u32)id, 1);

	CHECK(id >= 0);
	CHECK(ionc_push(ch, &packet));
}

/* What is queued with a payload is the sender's, without one the receiver's. */
static void attaching(void)
{
	struct ionc_channel *a = side(BUFFERS), *b = side(BUFFERS), *again;
	int fd;

	lend(a);
	lend(a);
	lend(b);
	CHECK(ionc_give(b, 69));
	CHECK(ionc_give(a, 68));
	fd = ionc_detach(a);
	CHECK_EQ(0, ionc_attach(&again, fd, NULL));
	/* Without the two that it lent, and number 69, which is on its way back. */
	CHECK_EQ(BUFFERS - 3, free_buffers(again));
	pop(again, 2);
	CHECK_EQ(0, ionc_buffer_put(again, 69));
	CHECK_EQ(BUFFERS - 2, free_buffers(again));
	ionc_close(again);
	ionc_close(b);
}

int main(void)
{
	static const struct check checks[] = {
		{ "packets cross with no call", crossing },
		{ "a kick is needed once enough is there", kicks },
		{ "two halves of a flag", both_halves },
		{ "waits", waits },
		{ "eventfd", eventfd },
		{ "the peer closes its channel", hang_up },
		{ "calls without a kernel end", without_kernel_end },
		{ "payloads of the peer", payloads },
		{ "no arena", no_arena },
		{ "buffers are given back", giving_back },
		{ "free buffers of an attached channel", attaching },
		{ NULL, NULL },
	};

	return check_all(checks);
}
