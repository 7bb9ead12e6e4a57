// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_LIST waits for the memory of its caller: meanwhile the channels in
 * the answer are freed when their programs close them, not when the call goes
 * on.
 */
#include "fault_page.h"
#include "ion_test.h"

static int list_to(struct task *task)
{
	struct ion_list list = {
		.size = sizeof(list),
		.count = 2,
		.after = task->arg[0] - 1,
		.addr = task->arg[1],
		.entry_size = sizeof(struct ion_list_entry),
	};

	return ion_call(task->ch->fd, ION_IOC_LIST, &list);
}

TEST(channels_are_freed_while_list_waits)
{
	const struct ion_list_entry *entries;
	struct channel asked = { .fd = ion_open(O_RDWR) };
	struct ion_query before, after;
	struct channel first, second;
	struct task lister;
	int fault;

	entries = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, entries);
	fault = fault_open((void *)entries);
	if (fault < 0)
		SKIP(return, "no userfaultfd: %s", strerror(-fault));

	before = query(asked.fd);
	ASSERT_EQ(0, channel_open_slots(&first, 8, ""));
	ASSERT_EQ(0, channel_open_slots(&second, 8, ""));
	task_start(&lister, list_to, &asked, first.info.channel,
		   (unsigned long)entries);
	ASSERT_TRUE(fault_waits(fault));
	channel_close(&first);
	channel_close(&second);
	after = query(asked.fd);
	EXPECT_EQ(before.channels, after.channels);
	EXPECT_EQ(before.bytes, after.bytes);

	/*
	 * The answer has the channels that existed when the call reached them.
	 */
	EXPECT_EQ(0, fault_end(fault, (void *)entries));
	EXPECT_EQ(1, task_join(&lister));
	EXPECT_EQ(lister.arg[0], entries[0].channel);
	close(fault);
	close(asked.fd);
	munmap((void *)entries, page_size());
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
