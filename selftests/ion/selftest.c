// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SELFTEST: it passes here; the memory that it writes and does not
 * write; the requests that it refuses. selftest_live.c calls it beside other
 * programs.
 */
#include "selftest_test.h"

static bool is_padded(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	if (len == size)
		return false;
	while (len < size)
		if (text[len++])
			return false;
	return true;
}

static const struct ion_selftest_result *find(const struct report *report,
					      const char *name)
{
	unsigned int i;

	for (i = 0; i < report->selftest.count; i++)
		if (!strcmp(report->results[i].name, name))
			return &report->results[i];
	return NULL;
}

TEST_F(selftest, selftest_passes)
{
	struct report *report = &self->report;
	unsigned int i, k;

	ASSERT_EQ(0, selftest_report(self->fd, report));
	EXPECT_EQ(0, report->selftest.failed);
	EXPECT_EQ(sizeof(report->selftest), report->selftest.size);
	EXPECT_EQ(0, report->selftest.flags);
	ASSERT_GT(ROOM, report->selftest.count);
	report_show(report);

	for (i = 0; i < report->selftest.count; i++) {
		const struct ion_selftest_result *result = &report->results[i];

		EXPECT_TRUE(*result->name);
		EXPECT_TRUE(is_padded(result->name, sizeof(result->name)));
		EXPECT_EQ(0, result->error);
		EXPECT_EQ(0, result->reserved);
		EXPECT_LT(0, result->ns);
		EXPECT_FALSE(*result->detail);
		EXPECT_TRUE(is_padded(result->detail, sizeof(result->detail)));
		for (k = 0; k < i; k++)
			EXPECT_STRNE(report->results[k].name, result->name);
	}
	EXPECT_TRUE(is_garbage(&report->results[i],
			       (ROOM - i) * sizeof(report->results[0])));
}

TEST_F(selftest, selftest_has_all_tests)
{
	static const char *const names[] = {
		"echo",
		"ring.wrap",
		"ring.full",
		"poison.tx.range",
		"poison.tx.order",
		"poison.rx.range",
		"poison.rx.order",
		"poison.cmd.range",
		"poison.cmd.order",
		"poison.evt.range",
		"poison.evt.order",
		"arena.owner",
		"arena.bad_id",
		"arena.bad_range",
		"arena.bad_owner",
		"limits.slots",
		"limits.arena",
		"limits.max_bytes",
		"wake.flags",
		"wake.answer",
		"wait.timeout",
		"serve.ping",
	};
	unsigned int i;

	ASSERT_EQ(0, selftest_report(self->fd, &self->report));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		ion_test_at = names[i];
		EXPECT_TRUE(find(&self->report, ion_test_at))
		TH_LOG("no test %s", ion_test_at);
	}
}

/* A module that was built without the self-test is tried in a guest of its own. */
TEST(without_its_feature_bit_the_call_is_enotty)
{
	int fd = ion_open(O_RDWR);
	struct ion_query query = { .size = sizeof(query) };
	struct report report;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ion_call(fd, ION_IOC_QUERY, &query));
	if (query.features & ION_FEATURE_SELFTEST)
		SKIP(close(fd); return, "the module has the self-test");
	EXPECT_EQ(-ENOTTY, selftest_report(fd, &report));
	close(fd);
}

TEST_F(selftest, the_feature_bit_announces_the_selftest)
{
	EXPECT_TRUE(self->before.features & ION_FEATURE_SELFTEST);
}

/* The channel of the call is not affected. */
TEST_F(selftest, selftest_leaves_other_channels)
{
	struct picture before, after;
	struct channel ch;

	ASSERT_EQ(0, channel_open_slots(&ch, 8, "echo"));
	ASSERT_EQ(5, ion_send(&ch, 0, 5));
	ASSERT_EQ(3, ion_push_from(&ch, 5, 3));
	picture_take(&before, &ch);
	EXPECT_EQ(0, selftest_report(ch.fd, &self->report));
	EXPECT_EQ(0, self->report.selftest.failed);
	picture_take(&after, &ch);
	EXPECT_TRUE(picture_same(&before, &after));
	picture_drop(&before);
	picture_drop(&after);
	channel_close(&ch);
}

TEST_F_TIMEOUT(selftest, fewer_results_are_written, 120)
{
	struct report *report = &self->report;
	size_t one = sizeof(report->results[0]);
	__u32 rooms[] = { 0, 1, 2, 0, 0, ~0U };
	struct ion_selftest selftest;
	unsigned int i;
	__u32 count;

	/* The number of tests can be queried without an address. */
	ASSERT_EQ(0, selftest_call(self->fd, &selftest, NULL, 0));
	EXPECT_EQ(0, selftest.failed);
	count = selftest.count;
	ASSERT_LT(2, count);
	rooms[3] = count - 1;
	rooms[4] = count;

	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		__u32 room = rooms[i] < count ? rooms[i] : count;

		memset(report->results, GARBAGE, sizeof(report->results));
		ASSERT_EQ(0, selftest_call(self->fd, &selftest, report->results,
					   rooms[i]));
		EXPECT_EQ(count, selftest.count);
		EXPECT_EQ(0, selftest.failed);
		EXPECT_TRUE(is_garbage(&report->results[room],
				       (ROOM - room) * one));
		if (room)
			EXPECT_TRUE(*report->results[room - 1].name &&
				    !report->results[room - 1].error);
	}
}

/* A refused call writes nothing, and runs no test. */
#define EXPECT_UNTOUCHED(error, change)                                  \
	do {                                                             \
		struct ion_selftest __arg = {                            \
			.size = sizeof(__arg),                           \
			.count = ROOM,                                   \
			.failed = 4711,                                  \
			.addr = (unsigned long)self->report.results,     \
		};                                                       \
		struct ion_selftest __was;                               \
		change;                                                  \
		__was = __arg;                                           \
		memset(self->report.results, GARBAGE,                    \
		       sizeof(self->report.results));                    \
		EXPECT_EQ(-(error),                                      \
			  ion_call(self->fd, ION_IOC_SELFTEST, &__arg)); \
		EXPECT_EQ(0, memcmp(&__was, &__arg, sizeof(__arg)));     \
		EXPECT_TRUE(is_garbage(self->report.results,             \
				       sizeof(self->report.results)));   \
	} while (0)

TEST_F(selftest, selftest_refuses_invalid_requests)
{
	EXPECT_UNTOUCHED(EINVAL, __arg.flags = 1);
	EXPECT_UNTOUCHED(EINVAL, __arg.flags = 1U << 31);
	EXPECT_UNTOUCHED(EINVAL, __arg.size = 0);
	EXPECT_UNTOUCHED(EINVAL, __arg.size--);
	EXPECT_UNTOUCHED(E2BIG, __arg.size = 4097);
	EXPECT_UNTOUCHED(EFAULT, __arg.addr = 0);
	EXPECT_UNTOUCHED(EFAULT, __arg.addr = 8);
	EXPECT_UNTOUCHED(EFAULT, __arg.addr = 1ULL << 63);
	EXPECT_UNTOUCHED(EFAULT, __arg.addr = -128ULL);
}

TEST_F(selftest, selftest_accepts_a_larger_struct)
{
	struct {
		struct ion_selftest selftest;
		__u64 more[2];
	} larger = { .selftest.size = sizeof(larger) };

	EXPECT_EQ(0, ion_call(self->fd, ION_IOC_SELFTEST, &larger));
	EXPECT_LT(0, larger.selftest.count);
	EXPECT_EQ(sizeof(larger), larger.selftest.size);
	larger.more[1] = 1;
	EXPECT_EQ(-E2BIG, ion_call(self->fd, ION_IOC_SELFTEST, &larger));
}

/*
 * Results that were written before a bad address stay, and no more are written.
 */
TEST_F(selftest, results_before_a_bad_address_are_written)
{
	struct ion_selftest_result *edge;
	struct ion_selftest selftest;
	size_t page = page_size();
	char *pages;

	pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, pages);
	ASSERT_EQ(0, munmap(pages + page, page));
	edge = (struct ion_selftest_result *)(pages + page) - 2;
	EXPECT_EQ(-EFAULT, selftest_call(self->fd, &selftest, edge, 3));
	EXPECT_TRUE(*edge[0].name && *edge[1].name);
	EXPECT_EQ(3, selftest.count);
	EXPECT_EQ(~0U, selftest.failed);
	EXPECT_EQ(0, selftest_call(self->fd, &selftest, edge, 2));

	ASSERT_EQ(0, mprotect(pages, page, PROT_READ));
	EXPECT_EQ(-EFAULT, selftest_call(self->fd, &selftest, edge, 1));
	munmap(pages, page);
}

TEST_F(selftest, a_read_only_struct_is_refused)
{
	struct ion_selftest *selftest = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS, -1,
					     0);

	ASSERT_NE(MAP_FAILED, selftest);
	selftest->size = sizeof(*selftest);
	ASSERT_EQ(0, mprotect(selftest, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, ion_call(self->fd, ION_IOC_SELFTEST, selftest));
	EXPECT_EQ(0, selftest->count);
	munmap(selftest, 4096);
}

/* The errno of the call without a capability; 0 if it succeeds. */
static int without(int fd, unsigned int capability)
{
	pid_t pid = fork();

	if (!pid) {
		struct ion_selftest selftest;

		if (lose_capability(capability))
			_exit(255);
		_exit(-selftest_call(fd, &selftest, NULL, 0));
	}
	return ion_wait_child(pid);
}

TEST_F(selftest, selftest_needs_the_capability)
{
	pid_t pid;

	EXPECT_EQ(EPERM, without(self->fd, CAP_SYS_ADMIN));
	EXPECT_EQ(0, without(self->fd, CAP_NET_ADMIN));

	pid = fork();
	if (!pid) {
		struct ion_selftest selftest;

		if (ion_drop_privileges())
			_exit(255);
		_exit(-selftest_call(self->fd, &selftest, NULL, 0));
	}
	EXPECT_EQ(EPERM, ion_wait_child(pid));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
