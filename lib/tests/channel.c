// SPDX-License-Identifier: MIT
/* Tests of open, attach and refusals, of waits, the eventfd and ionc_explain(). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "check.h"
#include "fake.h"

#define MS 1000000ULL

static struct ionc_channel *channel_of(const char *service, unsigned int flags)
{
	struct ionc_options options;
	struct ionc_channel *ch;

	ionc_options_init(&options);
	options.device = FAKE_DEVICE;
	options.service = service;
	options.flags = flags;
	options.slots[ION_RING_TX] = 8;
	options.slots[ION_RING_RX] = 8;
	if (ionc_open(&ch, &options))
		abort();
	return ch;
}

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (__u64)ts.tv_sec * 1000 * MS + (__u64)ts.tv_nsec;
}

static void echo_in(unsigned int flags)
{
	struct ionc_channel *ch = channel_of(NULL, flags);
	struct ion_packet packet = { .data = 7 }, got = { 0 };
	struct ion_cmd_packet cmd = { .kind = 3 }, answer;
	struct fake *f = fake_of(ionc_fd(ch));

	CHECK_EQ(flags ? ION_LAYOUT_COMPACT : ION_LAYOUT_SPLIT,
		 ionc_info(ch)->layout);
	CHECK(ionc_push(ch, &packet));
	CHECK_EQ(0, ionc_wait_rx(ch, 1, IONC_FOREVER));
	CHECK_EQ(1, f->kicks);
	CHECK(ionc_pop(ch, &got));
	CHECK_EQ(7, got.data);
	CHECK_EQ(0, ionc_kick(ch));
	CHECK_EQ(1, f->kicks);

	CHECK_EQ(0, ionc_send_cmd(ch, &cmd, 0));
	CHECK_EQ(0, ionc_receive_evt(ch, &answer, IONC_FOREVER));
	CHECK_EQ(3, answer.kind);
	ionc_close(ch);
}

static void echo(void)
{
	echo_in(0);
	echo_in(IONC_COMPACT);

	/* An older driver does not know the second half of a wake flag. */
	fake_features = ~ION_FEATURE_DIRECT;
	echo_in(0);
	echo_in(IONC_COMPACT);
	fake_features = ~0ULL;
}

static void options_that_grow(void)
{
	struct {
		struct ionc_options options;
		__u64 more;
	} large;
	struct ionc_channel *ch;

	memset(&large, 0, sizeof(large));
	large.options.size = sizeof(large);
	large.options.device = FAKE_DEVICE;
	CHECK_EQ(0, ionc_open(&ch, &large.options));
	ionc_close(ch);
	large.more = 1;
	CHECK_EQ(-E2BIG, ionc_open(&ch, &large.options));
	CHECK(!ch);
	large.options.size = 8;
	CHECK_EQ(-EINVAL, ionc_open(&ch, &large.options));
	ionc_options_init(&large.options);
	large.options.flags = 1U << 31;
	CHECK_EQ(-EINVAL, ionc_open(&ch, &large.options));
	ionc_options_init(&large.options);
	large.options.device = FAKE_DEVICE;
	large.options.service = "a name that is longer than any name may be";
	CHECK_EQ(-ENAMETOOLONG, ionc_open(&ch, &large.options));
	ionc_close(NULL);
}

static int open_descriptors(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void refusals(void)
{
	int before = open_descriptors();
	struct ionc_options options;
	struct ionc_channel *ch;

	ionc_options_init(&options);
	options.device = FAKE_DEVICE;
	fake_abi = 2;
	CHECK_EQ(-EPROTONOSUPPORT, ionc_open(&ch, &options));
	fake_abi = ION_ABI_VERSION;

	options.buffers = 4;
	fake_features = ION_FEATURE_COMPACT;
	CHECK_EQ(-EOPNOTSUPP, ionc_open(&ch, &options));
	options.buffers = 0;
	CHECK_EQ(0, ionc_open(&ch, &options));
	CHECK_EQ(ION_LAYOUT_COMPACT, ionc_info(ch)->layout);
	ionc_close(ch);
	fake_features = ~0ULL;

	fake_fail_request = ION_IOC_SETUP;
	fake_fail_error = ENOSPC;
	CHECK_EQ(-ENOSPC, ionc_open(&ch, &options));
	fake_fail_request = ION_IOC_INFO;
	fake_fail_error = ENOMEM;
	CHECK_EQ(-ENOMEM, ionc_open(&ch, &options));
	options.device = "/nowhere/at/all";
	CHECK_EQ(-ENOENT, ionc_open(&ch, &options));
	options.device = "/dev/null";
	CHECK_EQ(-ENOTTY, ionc_open(&ch, &options));
	CHECK_EQ(before, open_descriptors());
}

/* Another view of the same rings continues where the first one stood. */
static void attach(void)
{
	struct ionc_channel *first = channel_of(NULL, 0), *second;
	struct ion_packet packet = { 0 };
	int fd, i;

	for (i = 0; i < 12; i++) {
		packet.data = (__u64)i;
		CHECK_EQ(1, ionc_send(first, &packet, 1, 0));
		if (i < 10)
			CHECK_EQ(1, ionc_receive(first, &packet, 1, 0));
	}
	fd = ionc_detach(first);
	CHECK_EQ(0, ionc_attach(&second, fd, NULL));
	CHECK_EQ(1, ionc_receive(second, &packet, 1, 0));
	CHECK_EQ(10, packet.data);
	packet.data = 12;
	CHECK_EQ(1, ionc_send(second, &packet, 1, 0));
	CHECK_EQ(1, ionc_receive(second, &packet, 1, 0));
	CHECK_EQ(11, packet.data);
	CHECK_EQ(1, ionc_receive(second, &packet, 1, 0));
	CHECK_EQ(12, packet.data);
	ionc_close(second);
	CHECK(fcntl(fd, F_GETFD) < 0);

	fd = open("/dev/null", O_RDWR);
	CHECK_EQ(-ENOTTY, ionc_attach(&second, fd, NULL));
	CHECK(fcntl(fd, F_GETFD) >= 0);
	close(fd);
	CHECK_EQ(-EBADF, ionc_attach(&second, fd, NULL));
	fd = open(FAKE_DEVICE, O_RDWR);
	CHECK_EQ(-EBADFD, ionc_attach(&second, fd, NULL));
	fake_abi = 0;
	CHECK_EQ(-EPROTONOSUPPORT, ionc_attach(&second, fd, NULL));
	fake_abi = ION_ABI_VERSION;
	close(fd);
}

/* Fewer packets are enough after min_wait_ns, and not before. */
static void fewer(void)
{
	struct ionc_channel *ch = channel_of("echo", 0);
	struct ion_packet packet = { 0 };
	__u64 start = now();

	CHECK(ionc_push(ch, &packet));
	CHECK_EQ(-ETIME, ionc_wait_rx(ch, 7, MS));
	CHECK_EQ(0, ionc_wait_batch(ch, 7, 0, 20 * MS, 10000 * MS));
	CHECK(now() - start >= 20 * MS);
	CHECK_EQ(-ETIME, ionc_wait_batch(ch, 7, 0, 10000 * MS, MS));
	CHECK_EQ(0, ionc_wait_batch(ch, 1, 0, 10000 * MS, 10000 * MS));
	ionc_close(ch);
}

static void timeouts(void)
{
	struct ionc_channel *ch = channel_of("quiet", 0);
	struct ion_packet packets[8] = { { 0 } };
	__u64 start = now();

	CHECK_EQ(-ETIME, ionc_wait_rx(ch, 1, 0));
	CHECK_EQ(-ETIME, ionc_wait_evt(ch, 1, MS));
	CHECK_EQ(-ETIME, ionc_wait(ch, 7, 255, MS));
	CHECK_EQ(-ETIME, ionc_wait_batch(ch, 7, 0, MS, 2 * MS));
	CHECK_EQ(-ETIME, ionc_poll(ch, IONC_RX | IONC_EVT, 20 * MS));
	CHECK(now() - start >= 22 * MS);
	CHECK_EQ(-EINVAL, ionc_wait(ch, 0, 0, 0));
	CHECK_EQ(-EINVAL, ionc_wait_rx(ch, 8, 0));
	CHECK_EQ(-EINVAL, ionc_poll(ch, 0, 0));
	CHECK_EQ(-EINVAL, ionc_poll(ch, 16, 0));
	CHECK_EQ(IONC_TX | IONC_CMD, ionc_poll(ch, 15, 0));

	CHECK_EQ(7, ionc_send(ch, packets, 8, MS));
	CHECK_EQ(-ETIME, ionc_send(ch, packets, 1, MS));
	CHECK_EQ(-ETIME, ionc_wait_room(ch, 0));
	CHECK_EQ(0, ionc_wait_room_cmd(ch, 0));
	CHECK_EQ(-ETIME, ionc_receive(ch, packets, 8, MS));
	ionc_close(ch);
}

/* A broken protocol poisons the ring, and a reset clears it. */
static void poison(void)
{
	struct ionc_channel *ch = channel_of(NULL, 0);
	struct ion_packet packet = { 0 };

	__atomic_store_n(ch->tx.end.own_index, 5000, __ATOMIC_RELAXED);
	CHECK_EQ(-EPROTO, ionc_kick_now(ch));
	CHECK_EQ(-EPROTO, ionc_wait_rx(ch, 1, IONC_FOREVER));
	CHECK_EQ(-EPROTO, ionc_poll(ch, IONC_RX, IONC_FOREVER));
	CHECK_EQ(-EPROTO, ionc_check(ch));
	CHECK_EQ(-EPROTO, ionc_arm(ch, IONC_RX));
	CHECK(ionc_reset(ch) >= 0);
	CHECK_EQ(0, ionc_check(ch));
	CHECK_EQ(1, ionc_send(ch, &packet, 1, 0));
	CHECK_EQ(1, ionc_send(ch, &packet, 1, 0));
	CHECK_EQ(2, ionc_reset(ch));
	CHECK_EQ(-ETIME, ionc_wait_rx(ch, 1, 0));
	CHECK_EQ(1, ionc_send(ch, &packet, 1, 0));
	CHECK_EQ(1, ionc_receive(ch, &packet, 1, 0));

	/* The library checks the kernel's index too. */
	__atomic_store_n((__u32 *)(size_t)fake_at(fake_of(ionc_fd(ch)),
						  ionc_info(ch)->ring[1].head),
			 5000, __ATOMIC_RELAXED);
	CHECK_EQ(-EPROTO, ionc_wait_rx(ch, 1, IONC_FOREVER));
	ionc_close(ch);
}

static void hang_up(void)
{
	struct ionc_channel *ch = channel_of(NULL, 0);
	struct ion_packet packet = { 0 };

	CHECK_EQ(1, ionc_send(ch, &packet, 1, 0));
	fake_hang_up(fake_of(ionc_fd(ch)));
	CHECK_EQ(0, ionc_check(ch));
	CHECK_EQ(-EPIPE, ionc_wait_rx(ch, 2, IONC_FOREVER));
	CHECK_EQ(1, ionc_receive(ch, &packet, 8, IONC_FOREVER));
	CHECK_EQ(-EPIPE, ionc_receive(ch, &packet, 8, IONC_FOREVER));
	CHECK_EQ(-EPIPE, ionc_check(ch));
	CHECK_EQ(-EPIPE, ionc_send(ch, &packet, 1, 0));
	CHECK_EQ(-EPIPE, ionc_poll(ch, IONC_RX, IONC_FOREVER));
	ionc_close(ch);
}

/* Another user of the descriptor took the packets that this one waits for. */
static void stale(void)
{
	struct ionc_channel *ch = channel_of(NULL, 0), *other;
	struct ion_packet packet = { 0 };

	CHECK_EQ(0, ionc_attach(&other, dup(ionc_fd(ch)), NULL));
	CHECK_EQ(1, ionc_send(ch, &packet, 1, 0));
	CHECK_EQ(0, ionc_wait_rx(ch, 1, 0));
	CHECK(ionc_pop(ch, &packet));
	CHECK_EQ(1, ionc_reset(other) + 1);
	CHECK_EQ(0, ionc_reattach(ch));
	CHECK_EQ(1, ionc_send(ch, &packet, 1, 0));
	CHECK_EQ(1, ionc_receive(ch, &packet, 1, 0));
	ionc_close(other);
	ionc_close(ch);
}

static void event(void)
{
	struct ionc_channel *ch = channel_of(NULL, 0);
	struct ion_packet packet = { 0 };
	int fd = ionc_eventfd(ch);
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	CHECK(fd >= 0);
	CHECK_EQ(fd, ionc_eventfd(ch));
	CHECK_EQ(0, ionc_arm(ch, IONC_RX));
	CHECK_EQ(0, poll(&pollfd, 1, 0));
	CHECK(ionc_push(ch, &packet));
	CHECK_EQ(0, ionc_kick(ch));
	CHECK_EQ(1, poll(&pollfd, 1, 0));
	ionc_disarm(ch, IONC_RX);
	CHECK_EQ(0, poll(&pollfd, 1, 0));

	/* An event is ready: no flag stays set. */
	CHECK_EQ(IONC_RX, ionc_arm(ch, IONC_RX | IONC_EVT));
	CHECK(ionc_push(ch, &packet));
	CHECK_EQ(0, ionc_kick(ch));
	CHECK_EQ(0, poll(&pollfd, 1, 0));
	CHECK_EQ(2, ionc_pop_n(ch, &packet, 1) + ionc_pop_n(ch, &packet, 1));

	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	CHECK_EQ(0, ionc_use_eventfd(ch, fd));
	CHECK(fcntl(pollfd.fd, F_GETFD) < 0);
	CHECK_EQ(0, ionc_use_eventfd(ch, -1));
	CHECK(fcntl(fd, F_GETFD) >= 0);
	close(fd);
	ionc_close(ch);
}

/* ---- two threads ------------------------------------------------------- */

#define PACKETS 1500

static void *sender(void *arg)
{
	struct ionc_channel *ch = arg;
	struct ion_packet packet = { 0 };
	int i;

	for (i = 0; i < PACKETS; i++) {
		packet.data = (__u64)i;
		if (ionc_send(ch, &packet, 1, IONC_FOREVER) != 1)
			abort();
	}
	return NULL;
}

static bool receives_all(struct ionc_channel *ch)
{
	struct ion_packet packets[8];
	int came = 0, i, n;

	while (came < PACKETS) {
		n = ionc_receive(ch, packets, 8, IONC_FOREVER);
		for (i = 0; i < n; i++)
			if (packets[i].data != (__u64)came + (__u64)i)
				return false;
		if (n <= 0)
			return false;
		came += n;
	}
	return true;
}

static void ends_in_threads(void)
{
	struct ionc_channel *ch = channel_of(NULL, IONC_NO_SPIN);
	pthread_t thread;

	if (pthread_create(&thread, NULL, sender, ch))
		abort();
	CHECK(receives_all(ch));
	pthread_join(thread, NULL);
	ionc_close(ch);
}

static bool awaits_event(struct ionc_channel *ch, int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	int ret = ionc_arm(ch, IONC_RX);

	if (ret)
		return ret > 0;
	ret = poll(&pollfd, 1, 10000);
	ionc_disarm(ch, IONC_RX);
	return ret == 1;
}

static void event_loses_nothing(void)
{
	struct ionc_channel *ch = channel_of(NULL, IONC_NO_SPIN);
	struct ion_packet packet;
	int fd = ionc_eventfd(ch);
	pthread_t thread;
	__u64 came = 0;

	if (pthread_create(&thread, NULL, sender, ch))
		abort();
	while (came < PACKETS && awaits_event(ch, fd)) {
		while (ionc_pop(ch, &packet))
			CHECK_EQ(came++, packet.data);
		CHECK_EQ(0, ionc_kick(ch));
	}
	CHECK_EQ(PACKETS, came);
	pthread_join(thread, NULL);
	ionc_close(ch);
}

static void diagnostics(void)
{
	struct ionc_channel *ch = channel_of("quiet", 0);
	struct ion_packet packets[4] = { { 0 } };
	struct ion_stats stats;
	struct ion_totals totals;
	struct ion_query query;

	CHECK_EQ(0, ionc_query(ch, &query));
	CHECK_EQ(ION_ABI_VERSION, query.abi_version);
	CHECK_EQ(0, ionc_stats(ch, &stats));
	CHECK_EQ(0, stats.kicks);
	CHECK_EQ(0, ionc_totals(ch, &totals));
	CHECK(totals.opened);
	CHECK_EQ(0, totals.calls);
	packets[2].data = 9;
	CHECK_EQ(4, ionc_push_n(ch, packets, 4));
	CHECK_EQ(2, ionc_peek_ring(ch, ION_RING_TX, 2, packets, 4));
	CHECK_EQ(9, packets[0].data);
	CHECK_EQ(0, ionc_peek_ring(ch, ION_RING_RX, 0, packets, 4));
	CHECK_EQ(-ENOTTY, ionc_join(ch, 0));
	ionc_close(ch);
}

static void explanations(void)
{
	const char *other = ionc_explain(IONC_ANY, -9999);
	int call, error;

	for (call = IONC_ANY; call <= IONC_NET_OPEN; call++)
		for (error = -200; error <= 1; error++)
			CHECK(*ionc_explain((enum ionc_call)call, error));
	CHECK(ionc_explain(IONC_OPEN, -EPROTONOSUPPORT) != other);
	CHECK(ionc_explain(IONC_WAIT, -EPROTO) ==
	      ionc_explain(IONC_ANY, -EPROTO));
	CHECK(ionc_explain(IONC_OPEN, -EINVAL) !=
	      ionc_explain(IONC_WAIT, -EINVAL));
	/* A join is not refused because of a key; EDQUOT names both quotas. */
	CHECK(!strstr(ionc_explain(IONC_JOIN, -EINVAL), "key"));
	CHECK(strstr(ionc_explain(IONC_OPEN, -EDQUOT), "channels"));
	CHECK(strstr(ionc_explain(IONC_OPEN, -EDQUOT), "sources"));
}

int main(void)
{
	static const struct check checks[] = {
		{ "echo", echo },
		{ "options that grow", options_that_grow },
		{ "refusals", refusals },
		{ "attach", attach },
		{ "timeouts", timeouts },
		{ "fewer after a time", fewer },
		{ "poison and reset", poison },
		{ "hang-up", hang_up },
		{ "reattach", stale },
		{ "eventfd", event },
		{ "ends in two threads", ends_in_threads },
		{ "no event is lost", event_loses_nothing },
		{ "diagnostics", diagnostics },
		{ "explanations", explanations },
		{ NULL, NULL },
	};

	return check_all(checks);
}
