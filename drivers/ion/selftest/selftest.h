/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations that the tests of ION_IOC_SELFTEST share.
 *
 * A test has a channel of its own, plays the user end of it, and reports what it
 * saw and what it expected. The first mismatch is the verdict. Later mismatches are not
 * recorded, so that a test may continue after the first one.
 */
#ifndef _DRIVERS_ION_SELFTEST_H
#define _DRIVERS_ION_SELFTEST_H

#include <linux/completion.h>
#include <linux/time64.h>
#include <linux/wait.h>

#include "../channel.h"

/* Time after which a test fails, on any machine, if an event has not happened. */
#define ION_SELFTEST_PATIENCE_NS	(5ULL * NSEC_PER_SEC)

struct ion_check;

/**
 * struct ion_selftest_case - a test
 * @name: unique name, reported to the caller
 * @run: the test
 * @slots: slots of each ring of its channel; it runs once in each layout; 0: the test
 *	makes a channel by itself, if it needs one
 * @buffers: buffers of the arena of the channel
 * @arg: argument for @run
 */
struct ion_selftest_case {
	const char *name;
	void (*run)(struct ion_check *check);
	u32 slots;
	u32 buffers;
	u32 arg[2];
};

#define ION_SELFTEST_BUFFER_SIZE	256

/**
 * struct ion_path - the path to the kernel end and back, at the user end
 * @out: user end of tx or cmd
 * @in: user end of rx or evt
 * @out_id: number of the ring of @out
 * @in_id: number of the ring of @in
 * @size: bytes of a slot
 * @name: name of what the slots hold
 * @sent: how many were pushed
 * @came: how many were popped
 */
struct ion_path {
	struct ion_producer out;
	struct ion_consumer in;
	enum ion_ring_id out_id;
	enum ion_ring_id in_id;
	u32 size;
	const char *name;
	u64 sent;
	u64 came;
};

#define ION_PATHS	2

/**
 * struct ion_check - a test under way
 * @test: the test that runs
 * @result: its result so far
 * @where: the layout, for the verdict
 * @ch: the channel, or NULL
 * @path: the user ends of the channel: packets, commands
 * @setup: the requested set-up of the channel
 * @config: the configuration that follows from it
 * @stats: written by ion_check_stats()
 */
struct ion_check {
	const struct ion_selftest_case *test;
	struct ion_selftest_result result;
	const char *where;
	struct ion_channel *ch;
	struct ion_path path[ION_PATHS];
	struct ion_setup setup;
	struct ion_config config;
	struct ion_stats stats;
};

static inline bool ion_check_ok(const struct ion_check *check)
{
	return !check->result.error;
}

/* selftest_check.c: the verdict, and the channel. */
__printf(3, 4)
void ion_check_fail(struct ion_check *check, int error, const char *format,
		    ...);
__printf(4, 5)
bool ion_check_is(struct ion_check *check, s64 saw, s64 expected,
		  const char *format, ...);
__printf(4, 5)
bool ion_check_bits(struct ion_check *check, u64 saw, u64 expected,
		    const char *format, ...);
bool ion_check_cancel(struct ion_check *check, int error);
bool ion_check_create(struct ion_check *check);
bool ion_check_open(struct ion_check *check, enum ion_layout layout);
int ion_check_configure(struct ion_check *check);
void ion_check_close(struct ion_check *check);
void ion_check_attach(struct ion_check *check);

/* selftest_user.c: the user end, as a program runs it. */
u32 ion_check_push(struct ion_path *path, u32 count);
u32 ion_check_push_batch(struct ion_path *path, u32 count);
void ion_check_pop(struct ion_check *check, struct ion_path *path, u32 count);
void ion_check_pop_batch(struct ion_check *check, struct ion_path *path,
			 u32 count);
void ion_check_word(u64 *words, const struct ion_path *path, u64 number);
void ion_check_came(struct ion_check *check, struct ion_path *path,
		    const u64 *words);
void ion_check_kick(struct ion_check *check, int expected);
int ion_check_reset(struct ion_check *check);
void ion_check_echo(struct ion_check *check, u32 count);
void ion_check_stats(struct ion_check *check);
void ion_check_law(struct ion_check *check);
void ion_check_flags(struct ion_check *check, unsigned int expected);

/**
 * struct ion_waiter - a sleeper in the wait queue of a channel
 * @entry: entry in the queue
 * @woken: completed once for each wake-up
 * @events: events of the wake-up
 * @flag: a wake flag of the kernel end
 * @flag_seen: value of the flag at the wake-up
 */
struct ion_waiter {
	struct wait_queue_entry entry;
	struct completion woken;
	__poll_t events;
	const u16 *flag;
	u16 flag_seen;
};

void ion_waiter_begin(struct ion_check *check, struct ion_waiter *waiter);
void ion_waiter_end(struct ion_check *check, struct ion_waiter *waiter);
bool ion_waiter_wait(struct ion_check *check, struct ion_waiter *waiter);

/**
 * struct ion_helper - a thread that makes a call
 * @ch: the channel
 * @run: the call
 * @wait: argument of ion_wait_packets()
 * @serve: argument of ion_serve_channel()
 * @task: the thread, or NULL
 * @done: the call has returned
 * @ret: result of the call
 */
struct ion_helper {
	struct ion_channel *ch;
	int (*run)(struct ion_helper *helper);
	struct ion_wait wait;
	struct ion_serve serve;
	struct task_struct *task;
	struct completion done;
	int ret;
};

bool ion_helper_await(struct ion_check *check,
		      const struct ion_helper *helper,
		      bool (*there)(const struct ion_helper *helper),
		      const char *what);
bool ion_helper_wait(struct ion_check *check, struct ion_helper *helper,
		     u64 timeout_ns);
bool ion_helper_serve(struct ion_check *check, struct ion_helper *helper,
		      u64 idle_ns);
void ion_helper_join(struct ion_check *check, struct ion_helper *helper,
		     int expected);
void ion_helper_end(struct ion_check *check, struct ion_helper *helper,
		    int expected);

/* The tests; the names tell which selftest_*.c has them. */
void ion_test_echo(struct ion_check *check);
void ion_test_nothing(struct ion_check *check);
void ion_test_wrap(struct ion_check *check);
void ion_test_batch(struct ion_check *check);
void ion_test_full(struct ion_check *check);
void ion_test_calls(struct ion_check *check);
void ion_test_reset(struct ion_check *check);
void ion_test_words(struct ion_check *check);

void ion_test_poison(struct ion_check *check);

void ion_test_arena_owner(struct ion_check *check);
void ion_test_arena_reset(struct ion_check *check);
void ion_test_arena_bad_id(struct ion_check *check);
void ion_test_arena_bad_range(struct ion_check *check);
void ion_test_arena_bad_owner(struct ion_check *check);
void ion_test_arena_phys(struct ion_check *check);

void ion_test_limits_layout(struct ion_check *check);
void ion_test_limits_slots(struct ion_check *check);
void ion_test_limits_arena(struct ion_check *check);
void ion_test_limits_areas(struct ion_check *check);
void ion_test_limits_bytes(struct ion_check *check);
void ion_test_limits_service(struct ion_check *check);

void ion_test_wake_flags(struct ion_check *check);
void ion_test_wake_answer(struct ion_check *check);
void ion_test_wake_poison(struct ion_check *check);
void ion_test_wake_reset(struct ion_check *check);
void ion_test_wait_now(struct ion_check *check);
void ion_test_wait_timeout(struct ion_check *check);
void ion_test_wait_answer(struct ion_check *check);

void ion_test_serve_spin(struct ion_check *check);
void ion_test_serve_ping(struct ion_check *check);
void ion_test_serve_poison(struct ion_check *check);

long ion_ioctl_selftest(void __user *arg);

#endif /* _DRIVERS_ION_SELFTEST_H */
