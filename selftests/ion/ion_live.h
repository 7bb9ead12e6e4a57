/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of a channel at work: the words of a ring in either
 * layout, threads that sleep in a call, lent threads, and what exists in the
 * system.
 */
#ifndef _ION_LIVE_H
#define _ION_LIVE_H

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>

#include "channel.h"
#include "random.h"

#define MS     1000000ULL
#define SECOND 1000000000ULL

#define NO_SPIN ION_SERVE_NO_SPIN
#define SPIN	ION_SERVE_SPIN

/* A call that takes longer than this, on any machine, never returns. */
#define LONG_MS 5000

#define EXPECT_ERRNO(error, call)             \
	do {                                  \
		errno = 0;                    \
		EXPECT_EQ(-1L, (long)(call)); \
		EXPECT_EQ(error, errno);      \
	} while (0)

struct ion_ring_words channel_words(const struct channel *ch,
				    unsigned int ring);
__u32 *user_index(const struct channel *ch, unsigned int ring);
__u32 kernel_index(const struct channel *ch, unsigned int ring);
__u16 kernel_wake(const struct channel *ch, unsigned int ring);
unsigned int kernel_wakes(const struct channel *ch);

/* The wake flags of a kernel end that nobody runs and that waits for nothing. */
#define WAKES_IDLE (1U << ION_RING_TX | 1U << ION_RING_CMD)

void channel_attach_live(struct channel *ch);
int channel_open_live(struct channel *ch, const struct ion_setup *setup);
int channel_open_layout(struct channel *ch, __u32 layout, __u32 slots,
			const char *service);
int ion_send(struct channel *ch, __u64 from, __u32 count);
bool ion_send_cmd(struct channel *ch, __u64 number);
__u64 ion_fill(struct channel *ch);
int ion_wait_for(int fd, __u32 rx, __u32 evt, __u64 *timeout_ns);
int ion_lend(int fd, __u64 idle_ns, __u64 max_ns);
int ion_set_eventfd(int fd, int eventfd);
int ion_kernel_end(int fd);
int ion_poll_for(int fd, short events, int timeout_ms);
__u64 now_ns(void);
void sleep_ns(__u64 ns);

/* Wait until the condition holds: whether it does in time. */
#define AWAIT(condition)                                               \
	(__extension__({                                               \
		__u64 __until = now_ns() + LONG_MS * MS;               \
		bool __holds;                                          \
		while (!(__holds = (condition)) && now_ns() < __until) \
			sleep_ns(MS);                                  \
		__holds;                                               \
	}))

/**
 * struct task - a thread that makes a call
 * @run: the call
 * @ch: for @run
 * @arg: for @run
 * @tid: 0 until the thread runs
 * @done: @run has returned
 * @ret: the result of @run
 * @ns: the time that @run took
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

void task_start(struct task *task, int (*run)(struct task *task),
		struct channel *ch, __u64 arg0, __u64 arg1);

/* The state of a thread or process in /proc: R, S, D, ...; 0: it has ended. */
char task_state(const struct task *task);
char process_state(pid_t pid);

bool task_sleeps(const struct task *task);
int task_join(struct task *task);
void task_signal(struct task *task, int signal);

/* How often task_signalled(), the handler of a signal, ran. */
extern volatile unsigned int task_signals;
void task_signalled(int signal);
void task_handle_signal(int flags);
int task_serve(struct task *task);
bool server_runs(const struct channel *ch);
bool server_start(struct task *task, struct channel *ch, __u64 idle_ns,
		  __u64 max_ns);
int server_stop(struct task *task);
bool lent_sleeps(struct channel *ch);
bool echoed(struct channel *ch, __u64 number);
bool echoed_by_kick(struct channel *ch, __u64 number);
bool given_back(struct channel *ch);
int ion_join(int fd, int other);

bool stats_add_up(const struct ion_stats *stats);
int stats_read(int fd, struct ion_stats *stats);
struct ion_query query(int fd);

/**
 * struct usage - what exists in the system
 * @channels: channels
 * @bytes: their memory
 * @references: to the module
 */
struct usage {
	__u32 channels;
	__u64 bytes;
	long references;
};

struct usage usage_now(void);
bool usage_is(struct usage want);
bool usage_returns_to(const struct usage *before);

/* Variants of a fixture for both layouts. */
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

#endif /* _ION_LIVE_H */
