/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of a running channel share: the words of a ring in either
 * layout, threads that sleep in a call, and lent threads.
 */
#ifndef _ION_LIVE_H
#define _ION_LIVE_H

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>

#include "ion_test.h"

#define MS     1000000ULL
#define SECOND 1000000000ULL

#define NO_SPIN ION_SERVE_NO_SPIN
#define SPIN	ION_SERVE_SPIN

/* What takes longer than this on any machine does not end at all. */
#define LONG_MS 5000

#define EXPECT_ERRNO(error, call)             \
	do {                                  \
		errno = 0;                    \
		EXPECT_EQ(-1L, (long)(call)); \
		EXPECT_EQ(error, errno);      \
	} while (0)

/* The words of a ring, wherever the layout has them. */
ION_HELPER struct ion_ring_words channel_words(const struct channel *ch,
					       unsigned int ring)
{
	const struct ion_ring_info *info = &ch->info.ring[ring];

	return (struct ion_ring_words){
		.head = channel_at(ch, info->head),
		.tail = channel_at(ch, info->tail),
		.producer_wake = channel_at(ch, info->producer_wake),
		.consumer_wake = channel_at(ch, info->consumer_wake),
		.slots = channel_at(ch, info->slots),
		.nr_slots = info->nr_slots,
	};
}

ION_HELPER __u32 *user_index(const struct channel *ch, unsigned int ring)
{
	struct ion_ring_words words = channel_words(ch, ring);

	return ion_kernel_pushes(ring) ? words.tail : words.head;
}

ION_HELPER __u32 kernel_index(const struct channel *ch, unsigned int ring)
{
	struct ion_ring_words words = channel_words(ch, ring);

	return READ_ONCE(*(ion_kernel_pushes(ring) ? words.head : words.tail));
}

/* The wake flag of the kernel end. */
ION_HELPER __u16 kernel_wake(const struct channel *ch, unsigned int ring)
{
	struct ion_ring_words words = channel_words(ch, ring);

	return READ_ONCE(*(ion_kernel_pushes(ring) ? words.producer_wake
						   : words.consumer_wake));
}

/* All four of them, a bit each, by enum ion_ring_id. */
ION_HELPER unsigned int kernel_wakes(const struct channel *ch)
{
	unsigned int id, bits = 0;

	for (id = 0; id < ION_RINGS; id++)
		bits |= (unsigned int)kernel_wake(ch, id) << id;
	return bits;
}

/* The flags of a kernel end that nobody runs and that lacks nothing. */
#define WAKES_IDLE (1U << ION_RING_TX | 1U << ION_RING_CMD)

/* Take the user's ends, in whatever layout. */
ION_HELPER void channel_attach_live(struct channel *ch)
{
	struct ion_ring_words words[ION_RINGS];
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		words[id] = channel_words(ch, id);
	ion_producer_attach_words(&ch->tx, &words[ION_RING_TX]);
	ion_consumer_attach_words(&ch->rx, &words[ION_RING_RX]);
	ion_producer_attach_words(&ch->cmd, &words[ION_RING_CMD]);
	ion_consumer_attach_words(&ch->evt, &words[ION_RING_EVT]);
}

ION_HELPER int channel_open_live(struct channel *ch,
				 const struct ion_setup *setup)
{
	int ret = channel_open(ch, setup);

	if (!ret)
		channel_attach_live(ch);
	return ret;
}

/* All rings with the same number of slots. */
ION_HELPER int channel_open_layout(struct channel *ch, __u32 layout,
				   __u32 slots, const char *service)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, service);
	setup.layout = layout;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = slots;
	return channel_open_live(ch, &setup);
}

/* Push the packets from number @from on and kick: how many went in. */
ION_HELPER int ion_send(struct channel *ch, __u64 from, __u32 count)
{
	__u32 n = ion_push_from(ch, from, count);
	int ret = ion_kick(ch->fd);

	return ret ? ret : (int)n;
}

ION_HELPER bool ion_send_cmd(struct channel *ch, __u64 number)
{
	struct ion_cmd_packet cmd = ion_cmd_of(number);

	return ion_ring_push_cmd(&ch->cmd, &cmd) && !ion_kick(ch->fd);
}

/* Push and kick until not one packet more finds room. */
ION_HELPER __u64 ion_fill(struct channel *ch)
{
	__u64 number = 0;
	int n;

	do {
		n = ion_send(ch, number, ch->info.ring[ION_RING_TX].nr_slots);
		number += n > 0 ? n : 0;
	} while (n > 0);
	return number;
}

ION_HELPER int ion_wait_for(int fd, __u32 rx, __u32 evt, __u64 *timeout_ns)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = rx,
		.evt = evt,
		.timeout_ns = *timeout_ns,
	};
	int ret = ion_call(fd, ION_IOC_WAIT, &wait);

	*timeout_ns = wait.timeout_ns;
	return ret;
}

ION_HELPER int ion_lend(int fd, __u64 idle_ns, __u64 max_ns)
{
	struct ion_serve serve = {
		.size = sizeof(serve),
		.idle_ns = idle_ns,
		.max_ns = max_ns,
	};

	return ion_call(fd, ION_IOC_SERVE, &serve);
}

ION_HELPER int ion_set_eventfd(int fd, int eventfd)
{
	struct ion_eventfd arg = { .size = sizeof(arg), .fd = eventfd };

	return ion_call(fd, ION_IOC_EVENTFD, &arg);
}

ION_HELPER int ion_kernel_end(int fd)
{
	struct ion_stats stats;
	int ret = ion_get_stats(fd, &stats);

	return ret ? ret : (int)stats.kernel_end;
}

/* poll() of one descriptor: what is ready, 0, or -errno. */
ION_HELPER int ion_poll_for(int fd, short events, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int ret = poll(&pollfd, 1, timeout_ms);

	return ret < 0 ? -errno : ret ? pollfd.revents : 0;
}

ION_HELPER __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

ION_HELPER void sleep_ns(__u64 ns)
{
	struct timespec time = { .tv_sec = ns / SECOND,
				 .tv_nsec = ns % SECOND };

	while (nanosleep(&time, &time))
		;
}

/* Wait until the condition holds: whether it came to that. */
#define AWAIT(condition)                                               \
	(__extension__({                                               \
		__u64 __until = now_ns() + LONG_MS * MS;               \
		bool __there;                                          \
		while (!(__there = (condition)) && now_ns() < __until) \
			sleep_ns(MS);                                  \
		__there;                                               \
	}))

/**
 * struct task - a thread that makes a call
 * @run: the call; what it returns is the verdict
 * @ch: for @run
 * @arg: for @run
 * @tid: 0 until it runs
 * @done: it has returned
 * @ret: what @run returned
 * @ns: how long it took
 * @thread: the thread
 */
struct task {
	int (*run)(struct task *task);
	struct channel *ch;
	__u64 arg[2];
	pid_t tid;
	bool done;
	int ret;
	__u64 ns;
	pthread_t thread;
};

ION_HELPER void *task_main(void *arg)
{
	struct task *task = arg;
	__u64 start = now_ns();

	WRITE_ONCE(task->tid, (pid_t)syscall(SYS_gettid));
	task->ret = task->run(task);
	task->ns = now_ns() - start;
	/* What was returned is there for who sees that it is done. */
	smp_store_release(&task->done, true);
	return NULL;
}

ION_HELPER void task_start(struct task *task, int (*run)(struct task *task),
			   struct channel *ch, __u64 arg0, __u64 arg1)
{
	memset(task, 0, sizeof(*task));
	task->run = run;
	task->ch = ch;
	task->arg[0] = arg0;
	task->arg[1] = arg1;
	if (pthread_create(&task->thread, NULL, task_main, task))
		abort();
	while (!READ_ONCE(task->tid))
		sched_yield();
}

/* R, S, D, ...; 0 if there is no such thread any more. */
ION_HELPER char task_state(const struct task *task)
{
	char path[64], text[512], *state;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", task->tid);
	if (ion_read_text(path, text, sizeof(text)) < 0)
		return 0;
	state = strrchr(text, ')');
	return state ? state[2] : 0;
}

/* Whether it came to sleep, and stays asleep for a while. */
ION_HELPER bool task_sleeps(const struct task *task)
{
	int again;

	for (again = 0; again < 5; again++) {
		if (!AWAIT(task_state(task) == 'S' || READ_ONCE(task->done)))
			return false;
		sleep_ns(4 * MS);
		if (READ_ONCE(task->done))
			return false;
		if (task_state(task) != 'S')
			again = 0;
	}
	return true;
}

/* What the call returned; -ETIMEDOUT if it does not come back. */
ION_HELPER int task_join(struct task *task)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 2 * LONG_MS / 1000;
	if (pthread_timedjoin_np(task->thread, NULL, &until))
		return -ETIMEDOUT;
	return task->ret;
}

ION_HELPER void task_signal(struct task *task, int signal)
{
	syscall(SYS_tgkill, getpid(), task->tid, signal);
}

static volatile unsigned int task_signals;

ION_HELPER void task_signalled(int signal)
{
	(void)signal;
	__atomic_add_fetch(&task_signals, 1, __ATOMIC_RELAXED);
}

/* Have SIGUSR1 interrupt, and restart (SA_RESTART) or not (0). */
ION_HELPER void task_handle_signal(int flags)
{
	struct sigaction action = { .sa_handler = task_signalled,
				    .sa_flags = flags };

	sigaction(SIGUSR1, &action, NULL);
}

ION_HELPER int task_serve(struct task *task)
{
	return ion_lend(task->ch->fd, task->arg[0], task->arg[1]);
}

/* The lent thread has got into the kernel end, and says so in the flags. */
ION_HELPER bool server_runs(const struct channel *ch)
{
	switch (ion_kernel_end(ch->fd)) {
	case ION_KERNEL_END_LENT:
		return !kernel_wake(ch, ION_RING_TX);
	case ION_KERNEL_END_LENT_SLEEPING:
		return true;
	default:
		return false;
	}
}

/* Lend a thread: whether it does what it is to. */
ION_HELPER bool server_start(struct task *task, struct channel *ch,
			     __u64 idle_ns, __u64 max_ns)
{
	task_handle_signal(0);
	task_start(task, task_serve, ch, idle_ns, max_ns);
	return AWAIT(server_runs(ch));
}

/* Have the thread back: -EINTR. */
ION_HELPER int server_stop(struct task *task)
{
	task_signal(task, SIGUSR1);
	return task_join(task);
}

ION_HELPER bool lent_sleeps(struct channel *ch)
{
	return AWAIT(ion_kernel_end(ch->fd) == ION_KERNEL_END_LENT_SLEEPING &&
		     kernel_wakes(ch) == WAKES_IDLE);
}

/* No call is needed, so none is made: the thread moves them by itself. */
ION_HELPER bool echoed(struct channel *ch, __u64 number)
{
	if (ion_push_from(ch, number, 1) != 1)
		return false;
	return AWAIT(ion_ring_peek(&ch->rx, 1)) &&
	       ion_pop_from(ch, number, 2) == 1;
}

ION_HELPER bool echoed_by_kick(struct channel *ch, __u64 number)
{
	return ion_send(ch, number, 1) == 1 &&
	       AWAIT(ion_ring_peek(&ch->rx, 1)) &&
	       ion_pop_from(ch, number, 2) == 1;
}

/* As things are when no thread is lent. */
ION_HELPER bool given_back(struct channel *ch)
{
	return ion_kernel_end(ch->fd) == ION_KERNEL_END_SLEEPING &&
	       kernel_wakes(ch) == WAKES_IDLE;
}

/* A fixture that is tried in both layouts. */
#define ION_LAYOUT_VARIANT(fixture, name, which) \
	FIXTURE_VARIANT_ADD(fixture, name)       \
	{                                        \
		.layout = which                  \
	}

#define ION_LAYOUT_VARIANTS(fixture)                              \
	FIXTURE_VARIANT(fixture)                                  \
	{                                                         \
		__u32 layout;                                     \
	};                                                        \
	ION_LAYOUT_VARIANT(fixture, compact, ION_LAYOUT_COMPACT); \
	ION_LAYOUT_VARIANT(fixture, split, ION_LAYOUT_SPLIT)

/*
 * Where allocations fail those of kmemleak do, which says so with a lock held that
 * a serial console's must not be taken under: lockdep is right. So nothing goes to
 * the console meanwhile. It is all in the log, which the tests read.
 */
#define ION_IGNORE_LOGLEVEL "/sys/module/printk/parameters/ignore_loglevel"
#define ION_LOGLEVELS	    "/proc/sys/kernel/printk"

static char ion_ignore_loglevel[16], ion_loglevels[64];

ION_HELPER void console_off(void)
{
	if (ion_read_text(ION_IGNORE_LOGLEVEL, ion_ignore_loglevel,
			  sizeof(ion_ignore_loglevel)) < 0 ||
	    ion_read_text(ION_LOGLEVELS, ion_loglevels, sizeof(ion_loglevels)) <
		    0)
		return;
	ion_write_text(ION_IGNORE_LOGLEVEL, "N");
	ion_write_text(ION_LOGLEVELS, "1");
}

ION_HELPER void console_on(void)
{
	if (!*ion_loglevels)
		return;
	ion_write_text(ION_LOGLEVELS, ion_loglevels);
	ion_write_text(ION_IGNORE_LOGLEVEL, ion_ignore_loglevel);
}

#endif /* _ION_LIVE_H */
