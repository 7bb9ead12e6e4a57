// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that an ordinary user lends is preempted inside the kernel and gets no
 * processor for minutes. Calls of root that do not wait answer all the same;
 * starve_kill.c has those that wait.
 *
 * A kernel that preempts only at certain points stops the thread where it holds
 * nothing. The promise is the same there, and easier to keep.
 */
#include <sys/epoll.h>

#include "ion_test.h"
#include "starve_test.h"
#include "uring_test.h"

FIXTURE(starved_thread)
{
	struct starved s;
};

FIXTURE_VARIANT(starved_thread)
{
	const char *service;
	bool joined;
};

/* clang-format off */

/* The calls are made on the channel that the thread serves. */
FIXTURE_VARIANT_ADD(starved_thread, own_channel)
{
	.service = "",
	.joined = false,
};

/* The calls are made on a channel that is joined to it. */
FIXTURE_VARIANT_ADD(starved_thread, peer_channel)
{
	.service = "pair",
	.joined = true,
};

/* clang-format on */

FIXTURE_SETUP(starved_thread)
{
	const char *why;

	if (run_on_cpu(0, 1))
		SKIP(return,
			   "there is only one processor, which the loops use");
	ASSERT_EQ(0, starve_open(&self->s, variant->service, false,
				 variant->joined));
	why = starve_begin(&self->s);
	ASSERT_EQ(NULL, why)
	TH_LOG("%s", why);
}

FIXTURE_TEARDOWN(starved_thread)
{
	starve_end(&self->s);
}

/* clang-format off */
#define ANSWERS(name, call)						\
	TEST_F_TIMEOUT(starved_thread, name, 60)			\
	{								\
		struct verdict v = starve_try(&self->s, call, starve_answer); \
									\
		EXPECT_VERDICT(v, "the call");				\
	}
/* clang-format on */

/* The call is made on another channel; the starving one is on the list. */
static int call_list(const struct call *c)
{
	static struct ion_list_entry entries[ION_LIST_MAX];
	struct ion_list list = {
		.size = sizeof(list),
		.count = ION_LIST_MAX,
		.after = c->served->info.channel - 1,
		.addr = (__u64)(unsigned long)entries,
		.entry_size = sizeof(entries[0]),
	};
	int ret = ion_call(ion_open(O_RDWR), ION_IOC_LIST, &list);

	if (ret < 0)
		return ret;
	return ret && entries[0].channel == c->served->info.channel ? 0
								    : -ENOENT;
}

ANSWERS(list_answers, call_list)

/* The call is made on another channel; the starving one is added up too. */
static int call_totals(const struct call *c)
{
	struct ion_totals totals = { .size = sizeof(totals) };
	struct ion_query query = {
		.size = sizeof(query),
		.totals = (__u64)(unsigned long)&totals,
	};
	int ret = ion_call(ion_open(O_RDWR), ION_IOC_QUERY, &query);

	(void)c;
	if (ret < 0)
		return ret;
	return totals.calls ? 0 : -ENOENT;
}

ANSWERS(totals_answer, call_totals)

static int call_stats(const struct call *c)
{
	struct ion_stats stats;

	return ion_get_stats(c->fd, &stats);
}

ANSWERS(stats_answers, call_stats)

static int call_fdinfo(const struct call *c)
{
	char path[64], text[4096];
	int ret;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", c->fd);
	ret = ion_read_text(path, text, sizeof(text));
	return ret < 0 ? ret : 0;
}

ANSWERS(fdinfo_answers, call_fdinfo)

static int would_block_is_fine(ssize_t n)
{
	return n >= 0 || errno == EAGAIN ? 0 : -errno;
}

static int call_read_nowait(const struct call *c)
{
	struct ion_packet packet;
	struct iovec iov = { &packet, sizeof(packet) };

	return would_block_is_fine(preadv2(c->fd, &iov, 1, -1, RWF_NOWAIT));
}

ANSWERS(preadv2_nowait_answers, call_read_nowait)

static int call_write_nowait(const struct call *c)
{
	struct ion_packet packet = { 0 };
	struct iovec iov = { &packet, sizeof(packet) };

	return would_block_is_fine(pwritev2(c->fd, &iov, 1, -1, RWF_NOWAIT));
}

ANSWERS(pwritev2_nowait_answers, call_write_nowait)

static int call_poll(const struct call *c)
{
	int ret = ion_poll_for(c->fd, POLLIN | POLLOUT | POLLPRI, 0);

	return ret < 0 ? ret : 0;
}

ANSWERS(poll_without_a_timeout_answers, call_poll)

static int call_epoll(const struct call *c)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	return epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) ? -errno : 0;
}

ANSWERS(epoll_ctl_answers, call_epoll)

/* It tries without waiting, and asks the channel to wake it if that fails. */
static int call_uring(const struct call *c)
{
	struct ion_packet packet;
	struct uring uring;

	if (uring_open(&uring))
		return 0;
	return uring_submit(&uring, IORING_OP_READ, c->fd, &packet,
			    sizeof(packet)) == 1
		       ? 0
		       : -EIO;
}

ANSWERS(io_uring_answers, call_uring)

/* The channels wait for their other side. */

FIXTURE(starved_client)
{
	struct starved s;
};

FIXTURE_SETUP(starved_client)
{
	const char *why;

	if (run_on_cpu(0, 1))
		SKIP(return,
			   "there is only one processor, which the loops use");
	ASSERT_EQ(0, starve_open(&self->s, "pair", false, false));
	why = starve_begin(&self->s);
	ASSERT_EQ(NULL, why)
	TH_LOG("%s", why);
}

FIXTURE_TEARDOWN(starved_client)
{
	starve_end(&self->s);
}

/* ION_IOC_ACCEPT does the same to a client of any user. */
static int call_pair(const struct call *c)
{
	struct ion_accept accept = { .size = sizeof(accept) };
	int ret = ion_call(c->fd, ION_IOC_PAIR, &accept);

	/* At later tries. */
	return ret == -EISCONN ? 0 : ret;
}

TEST_F_TIMEOUT(starved_client, pair_answers, 60)
{
	struct verdict v = starve_try(&self->s, call_pair, starve_answer);

	EXPECT_VERDICT(v, "the call");
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
