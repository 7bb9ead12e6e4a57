// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of the API for services that a service for a device needs: activate(),
 * reset(), who asks, rings that are used with bottom halves off, and the pool of
 * empty buffers. The service is "probe-device" of ion_probe.ko.
 */
#include <sys/stat.h>

#include "ion_test.h"
#include "service_test.h"

#define BUFFERS	    8
#define BUFFER_SIZE 512

/* activate() takes that long where a test looks what happens meanwhile. */
#define ACTIVATE_MS 500

FIXTURE(service_device)
{
	struct usage before;
	struct channel ch;
};

FIXTURE_SETUP(service_device)
{
	self->ch.fd = -1;
	SERVICE_BEGIN(self->before);
}

FIXTURE_TEARDOWN(service_device)
{
	channel_close(&self->ch);
	SERVICE_END(self->before);
}

static void device_setup(struct ion_setup *setup, __u64 flags, __u64 ms)
{
	ion_setup_init(setup, "probe-device");
	setup->layout = ION_LAYOUT_SPLIT;
	setup->buffers = BUFFERS;
	setup->buffer_size = BUFFER_SIZE;
	setup->arg[0] = flags;
	setup->arg[1] = ms;
}

static int device_open(struct channel *ch)
{
	struct ion_setup setup;

	device_setup(&setup, 0, 0);
	return channel_open_live(ch, &setup);
}

/* The next command on evt, or one of kind 0. */
static struct ion_cmd_packet device_event(struct channel *ch)
{
	struct ion_cmd_packet event = { 0 };

	ion_ring_pop_cmd(&ch->evt, &event);
	return event;
}

/* What the service answers to a command; -1 if it answers nothing of the kind. */
static __s64 device_ask(struct channel *ch, __u32 kind, __u64 arg)
{
	struct ion_cmd_packet cmd = { .kind = kind, .arg = arg };

	if (!ion_ring_push_cmd(&ch->cmd, &cmd) || ion_kick(ch->fd))
		return -1;
	cmd = device_event(ch);
	return cmd.kind == kind ? (__s64)cmd.arg : -1;
}

/* Hand over the buffers from number @from on, empty. */
static bool device_give(struct channel *ch, __u16 from, __u16 count)
{
	__u16 id;

	for (id = from; id < from + count; id++) {
		struct ion_packet packet = { .data = id * BUFFER_SIZE,
					     .id = id };

		if (!ion_ring_push(&ch->tx, &packet))
			return false;
	}
	return !ion_kick(ch->fd);
}

TEST_F(service_device, activate_may_use_the_rings_before_setup_returns)
{
	struct ion_cmd_packet event;

	ASSERT_EQ(0, device_open(&self->ch));
	event = device_event(&self->ch);
	EXPECT_EQ(PROBE_DEVICE_ACTIVE, event.kind);
	EXPECT_EQ(1, event.arg);
	EXPECT_EQ(0, device_event(&self->ch).kind);
}

TEST_F(service_device, a_failed_activate_leaves_the_channel_as_it_was)
{
	int fd = ion_open(O_RDWR), again;
	struct ion_setup setup;

	ASSERT_LE(0, fd);
	for (again = 0; again < 3; again++) {
		device_setup(&setup, PROBE_DEVICE_REFUSE, 0);
		EXPECT_EQ(-ENODEV, ion_call(fd, ION_IOC_SETUP, &setup));
		EXPECT_EQ(-EBADFD, ion_kick(fd));
	}
	device_setup(&setup, 0, 0);
	EXPECT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(0, ion_kick(fd));
	close(fd);
	/* One device, and not four. */
	ASSERT_EQ(0, device_open(&self->ch));
	EXPECT_EQ(1, device_event(&self->ch).arg);
}

static int setup_slowly(struct task *task)
{
	struct ion_setup setup;

	device_setup(&setup, 0, ACTIVATE_MS);
	return ion_call((int)task->arg[0], ION_IOC_SETUP, &setup);
}

/* activate() sleeps without being woken by signals: its thread is in state D. */
static bool activate_runs(const struct task *task)
{
	return AWAIT(task_state(task) == 'D' || READ_ONCE(task->done)) &&
	       !READ_ONCE(task->done);
}

TEST_F(service_device, no_lock_is_held_while_activate_runs)
{
	int fd = ion_open(O_RDWR);
	struct ion_setup setup;
	struct task task;
	void *mapping;

	ASSERT_LE(0, fd);
	task_start(&task, setup_slowly, NULL, (__u64)fd, 0);
	ASSERT_TRUE(activate_runs(&task));
	/* It is being set up: each call is refused at once. */
	device_setup(&setup, 0, 0);
	EXPECT_EQ(-EBUSY, ion_call(fd, ION_IOC_SETUP, &setup));
	errno = 0;
	mapping = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       ION_MMAP_TX);
	EXPECT_EQ(MAP_FAILED, mapping);
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(-EBADFD, ion_kick(fd));
	EXPECT_FALSE(READ_ONCE(task.done));
	EXPECT_EQ(0, task_join(&task));
	EXPECT_EQ(0, ion_kick(fd));
	close(fd);
}

static int unregister(struct task *task)
{
	(void)task;
	return probe_unregister();
}

TEST_F(service_device, unregistering_waits_for_activate)
{
	int fd = ion_open(O_RDWR);
	struct task setup, ends;

	ASSERT_LE(0, fd);
	task_start(&setup, setup_slowly, NULL, (__u64)fd, 0);
	ASSERT_TRUE(activate_runs(&setup));
	task_start(&ends, unregister, NULL, 0, 0);
	EXPECT_EQ(0, task_join(&setup));
	EXPECT_EQ(0, task_join(&ends));
	EXPECT_EQ(-EPIPE, ion_kick(fd));
	EXPECT_EQ(0, probe_register());
	close(fd);
}

static int close_channel(struct task *task)
{
	return close((int)task->arg[0]);
}

/* ion_probe.ko counts an unbind() before deactivate(), and a second deactivate(). */
TEST_F(service_device, deactivate_runs_once_before_unbind)
{
	struct task closes, ends;
	struct channel ch;

	ASSERT_EQ(0, device_open(&ch));
	task_start(&closes, close_channel, NULL, (__u64)ch.fd, 0);
	task_start(&ends, unregister, NULL, 0, 0);
	EXPECT_EQ(0, task_join(&closes));
	ch.fd = -1;
	channel_close(&ch);
	EXPECT_EQ(0, task_join(&ends));
	EXPECT_EQ(0, probe_totals().late);
	EXPECT_EQ(0, probe_register());
}

TEST_F(service_device, a_service_for_buffers_refuses_a_channel_without)
{
	int fd = ion_open(O_RDWR);
	struct ion_setup setup;

	ASSERT_LE(0, fd);
	device_setup(&setup, 0, 0);
	setup.buffers = 0;
	setup.buffer_size = 0;
	EXPECT_EQ(-EINVAL, ion_call(fd, ION_IOC_SETUP, &setup));
	close(fd);
}

TEST_F(service_device, reset_is_told_to_the_service)
{
	struct ion_cmd_packet event;

	ASSERT_EQ(0, device_open(&self->ch));
	ASSERT_TRUE(device_give(&self->ch, 0, 3));
	/* The event of activate() is discarded. */
	EXPECT_EQ(1, ion_call(self->ch.fd, ION_IOC_RESET, NULL));
	channel_attach_live(&self->ch);
	event = device_event(&self->ch);
	EXPECT_EQ(PROBE_DEVICE_WAS_RESET, event.kind);
	EXPECT_EQ(3, event.arg);
	EXPECT_EQ(0, device_event(&self->ch).kind);
}

TEST_F(service_device, the_service_knows_user_and_network_of_the_program)
{
	struct stat net;

	ASSERT_EQ(0, device_open(&self->ch));
	EXPECT_EQ(PROBE_DEVICE_ACTIVE, device_event(&self->ch).kind);
	if (stat("/proc/self/ns/net", &net))
		SKIP(return, "no network namespaces");
	EXPECT_EQ((__s64)((__u64)geteuid() << 32 | net.st_ino),
		  device_ask(&self->ch, PROBE_DEVICE_WHO, 0));
}

TEST_F(service_device, the_pool_calls_once_when_there_are_enough_buffers)
{
	struct channel *ch = &self->ch;
	struct ion_cmd_packet event;

	ASSERT_EQ(0, device_open(ch));
	EXPECT_EQ(PROBE_DEVICE_ACTIVE, device_event(ch).kind);
	EXPECT_EQ(0, device_ask(ch, PROBE_DEVICE_WANT, 4));
	ASSERT_TRUE(device_give(ch, 0, 3));
	EXPECT_EQ(0, device_event(ch).kind);
	ASSERT_TRUE(device_give(ch, 3, 3));
	event = device_event(ch);
	EXPECT_EQ(PROBE_DEVICE_READY, event.kind);
	EXPECT_EQ(4, event.arg);
	EXPECT_EQ(0, device_event(ch).kind);
	/* There are 6: nothing to wait for, and no call later. */
	EXPECT_EQ(1, device_ask(ch, PROBE_DEVICE_WANT, 6));
	ASSERT_TRUE(device_give(ch, 6, 1));
	EXPECT_EQ(0, device_event(ch).kind);
}

TEST_F(service_device, a_call_of_the_pool_can_be_taken_back)
{
	struct channel *ch = &self->ch;

	ASSERT_EQ(0, device_open(ch));
	EXPECT_EQ(PROBE_DEVICE_ACTIVE, device_event(ch).kind);
	EXPECT_EQ(0, device_ask(ch, PROBE_DEVICE_WANT, 2));
	EXPECT_EQ(0, device_ask(ch, PROBE_DEVICE_WANT, 0));
	ASSERT_TRUE(device_give(ch, 0, 4));
	EXPECT_EQ(0, device_event(ch).kind);
}

TEST_F(service_device, buffers_of_the_pool_come_back_filled)
{
	struct channel *ch = &self->ch;
	struct ion_packet packet;
	__u64 number, i;

	ASSERT_EQ(0, device_open(ch));
	EXPECT_EQ(PROBE_DEVICE_ACTIVE, device_event(ch).kind);
	ASSERT_TRUE(device_give(ch, 0, 3));
	/* Three buffers, and not one packet more. */
	EXPECT_EQ(3, device_ask(ch, PROBE_DEVICE_RECEIVE, 5));
	for (i = 0; i < 3; i++) {
		ASSERT_TRUE(ion_ring_pop(&ch->rx, &packet));
		EXPECT_EQ(sizeof(number), packet.len);
		/* The buffer that came last goes first. */
		EXPECT_EQ(2 - i, packet.id);
		memcpy(&number, channel_at(ch, ION_MMAP_ARENA) + packet.data,
		       sizeof(number));
		EXPECT_EQ(i, number);
	}
	EXPECT_FALSE(ion_ring_pop(&ch->rx, &packet));
}

/* A softirq on this processor could wait for the lock forever. */
TEST_F(service_device, a_thread_that_waits_is_woken_with_bottom_halves_off)
{
	struct ion_cmd_packet receive = { .kind = PROBE_DEVICE_RECEIVE };
	struct channel *ch = &self->ch;
	__u64 timeout = LONG_MS * MS;

	receive.arg = 2;
	ASSERT_EQ(0, device_open(ch));
	EXPECT_EQ(PROBE_DEVICE_ACTIVE, device_event(ch).kind);
	ASSERT_TRUE(device_give(ch, 0, 2));
	ASSERT_TRUE(ion_ring_push_cmd(&ch->cmd, &receive));
	EXPECT_EQ(0, ion_wait_for(ch->fd, 2, 0, &timeout));
}

TEST_HARNESS_MAIN
