// SPDX-License-Identifier: GPL-2.0-only
/*
 * read() waits for the memory that it reads to: the results of other calls
 * meanwhile.
 */
#include "fault_page.h"
#include "ion_test.h"

#define PACKET sizeof(struct ion_packet)

static int read_to(struct task *task)
{
	ssize_t n =
		read(task->ch->fd, (void *)(unsigned long)task->arg[0], PACKET);

	return n < 0 ? -errno : (int)n;
}

FIXTURE(rw_fault)
{
	struct channel ch;
	struct task reader;
	struct task other;
	struct ion_packet packet;
	void *page;
	int fault;
};

/* One read() is in progress, and there is one packet more than it takes. */
FIXTURE_SETUP(rw_fault)
{
	self->ch.fd = -1;
	self->page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->page);
	self->fault = fault_open(self->page);
	if (self->fault < 0)
		SKIP(return, "no userfaultfd: %s", strerror(-self->fault));
	task_handle_signal(0);
	ASSERT_EQ(0, channel_open_live(&self->ch, NULL));
	ASSERT_EQ(2, ion_send(&self->ch, 0, 2));
	task_start(&self->reader, read_to, &self->ch, (unsigned long)self->page,
		   0);
	ASSERT_TRUE(fault_waits(self->fault));
	ASSERT_EQ(0, fcntl(self->ch.fd, F_SETFL, O_RDWR | O_NONBLOCK));
}

FIXTURE_TEARDOWN(rw_fault)
{
	channel_close(&self->ch);
	if (self->fault >= 0)
		close(self->fault);
	munmap(self->page, page_size());
}

/* It may wait for the other call, but must not report an empty ring. */
TEST_F(rw_fault, a_nonblocking_read_finds_the_packet)
{
	struct ion_packet first;

	task_start(&self->other, read_to, &self->ch,
		   (unsigned long)&self->packet, 0);
	sleep_ns(50 * MS);
	if (READ_ONCE(self->other.done))
		EXPECT_EQ(PACKET, self->other.ret)
	TH_LOG("read() failed with \"%s\" during another read(), with a packet in the ring",
	       strerror(-self->other.ret));
	EXPECT_EQ(0, fault_end(self->fault, self->page));
	EXPECT_EQ(PACKET, task_join(&self->reader));
	EXPECT_EQ(PACKET, task_join(&self->other));
	memcpy(&first, self->page, PACKET);
	EXPECT_TRUE(ion_packet_is(&first, first.data));
	EXPECT_TRUE(ion_packet_is(&self->packet, !first.data));
}

/* It asked for that, whatever the result. */
TEST_F(rw_fault, rwf_nowait_does_not_wait)
{
	struct iovec iov = { &self->packet, PACKET };
	__u64 start = now_ns();
	ssize_t n = preadv2(self->ch.fd, &iov, 1, -1, RWF_NOWAIT);

	EXPECT_TRUE(n == PACKET || (n < 0 && errno == EAGAIN));
	EXPECT_GT(2 * SECOND, now_ns() - start);
	EXPECT_FALSE(READ_ONCE(self->reader.done));
	EXPECT_EQ(0, fault_end(self->fault, self->page));
	EXPECT_EQ(PACKET, task_join(&self->reader));
}

/* If it waits, a signal ends that. */
TEST_F(rw_fault, a_signal_ends_a_nonblocking_read_that_waits)
{
	int ret;

	task_start(&self->other, read_to, &self->ch,
		   (unsigned long)&self->packet, 0);
	sleep_ns(50 * MS);
	task_signal(&self->other, SIGUSR1);
	ret = task_join(&self->other);
	EXPECT_TRUE(ret == -EINTR || ret == PACKET)
	TH_LOG("read() failed with \"%s\"", strerror(-ret));
	EXPECT_EQ(0, fault_end(self->fault, self->page));
	EXPECT_EQ(PACKET, task_join(&self->reader));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
