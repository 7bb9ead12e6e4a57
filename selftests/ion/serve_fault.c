// SPDX-License-Identifier: GPL-2.0-only
/*
 * ION_IOC_SERVE waits for its own argument while the program closes the
 * channel.
 */
#include "fault_page.h"
#include "ion_test.h"

static int serve_from(struct task *task)
{
	return ion_call((int)task->arg[0], ION_IOC_SERVE,
			(void *)(unsigned long)task->arg[1]);
}

FIXTURE(serve_fault)
{
	struct channel ch;
	struct ion_serve *serve;
	struct task server;
	void *page;
	int fault;
};

FIXTURE_SETUP(serve_fault)
{
	self->ch.fd = -1;
	self->page = aligned_alloc(page_size(), page_size());
	ASSERT_NE(NULL, self->page);
	memset(self->page, 0, page_size());
	*(struct ion_serve *)self->page = (struct ion_serve){
		.size = sizeof(struct ion_serve),
		.max_ns = SECOND,
	};
	self->serve = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->serve);
	self->fault = fault_open(self->serve);
	if (self->fault < 0)
		SKIP(return, "no userfaultfd: %s", strerror(-self->fault));
	ASSERT_EQ(0, channel_open_slots(&self->ch, 8, ""));
	task_start(&self->server, serve_from, &self->ch, self->ch.fd,
		   (unsigned long)self->serve);
	ASSERT_TRUE(fault_waits(self->fault));
}

FIXTURE_TEARDOWN(serve_fault)
{
	channel_close(&self->ch);
	if (self->fault >= 0)
		close(self->fault);
	munmap(self->serve, page_size());
	free(self->page);
}

/* The thread has not begun and cannot be notified; it finds out by itself. */
TEST_F(serve_fault, serve_fails_if_closed_before_it_begins)
{
	close(self->ch.fd);
	self->ch.fd = -1;
	EXPECT_EQ(0, fault_fill(self->fault, self->serve, self->page));
	EXPECT_EQ(-ECANCELED, task_join(&self->server));
}

/* The channel may be served because of another descriptor. */
TEST_F(serve_fault, serve_runs_if_one_of_two_descriptors_is_closed)
{
	int fd = dup(self->ch.fd);

	close(self->ch.fd);
	self->ch.fd = fd;
	EXPECT_EQ(0, fault_fill(self->fault, self->serve, self->page));
	EXPECT_TRUE(AWAIT(server_runs(&self->ch)));
	EXPECT_EQ(0, task_join(&self->server));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
