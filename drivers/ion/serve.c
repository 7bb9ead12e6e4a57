// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lent thread: like SQPOLL, but a thread of the program. It runs the kernel end
 * inside a system call, is busy while there is work, and sleeps while there is none.
 *
 * ion creates no kernel thread: the time is charged to the program, its affinity,
 * priority and cgroup apply, and the thread dies with it. When the kernel has work for
 * the thread where it returns to user space (signals, the quota of a cgroup, limits on
 * processor time, profiling timers), the call returns, and the kernel makes it again
 * unless a handler ran.
 */
#include <linux/errno.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/task_work.h>

#include "calls.h"
#include "end_state.h"
#include "kernel_end.h"
#include "trace_hot.h"

/* Passes between two checks of the clock; fewer passes if they move many packets. */
#define ION_SERVE_PASSES	64
#define ION_SERVE_MUCH		1024

/**
 * struct ion_server - the request of one call of ION_IOC_SERVE
 * @ch: the channel
 * @spin: keep checking for work for @idle before going to sleep
 * @idle: how long to keep checking, KTIME_MAX for forever
 * @until: when to return, on the monotonic clock
 */
struct ion_server {
	struct ion_channel *ch;
	bool spin;
	ktime_t idle;
	ktime_t until;
};

/* Convert nanoseconds from user space; a value that is too large means forever. */
static ktime_t ion_serve_time(u64 ns)
{
	return min_t(u64, ns, KTIME_MAX);
}

/* Descriptors that are checked in one RCU section. */
#define ION_SERVE_FDS	4096

/*
 * Check whether the program still has a descriptor of the file. Files are only
 * compared, so RCU is enough. The table may have a million entries, so it is not
 * walked in one RCU section.
 */
static bool ion_serve_has_fd(const struct file *file)
{
	struct fdtable *fdt;
	unsigned int fd = 0, end, max;

	do {
		rcu_read_lock();
		fdt = files_fdtable(current->files);
		max = fdt->max_fds;
		end = min(max, fd + ION_SERVE_FDS);
		while (fd < end && rcu_access_pointer(fdt->fd[fd]) != file)
			fd++;
		rcu_read_unlock();
		cond_resched();
	} while (fd == end && end < max);
	return fd < max;
}

/*
 * Check whether the program closed its last descriptor after the call had begun, and
 * before ion_end_state_close() could know of this thread. Later closes end the call:
 * a descriptor is gone from the table before ion_end_state_close() is called.
 */
static bool ion_serve_abandoned(const struct ion_channel *ch,
				const struct file *file)
{
	return file && READ_ONCE(ch->flushed) && !ion_serve_has_fd(file);
}

/*
 * Returns the error with which the thread has to leave, or 0. A thread that has work
 * to do where it returns to user space may get no signal: TIF_NOTIFY_SIGNAL makes the
 * kernel restart the call as after a signal. TIF_NOTIFY_RESUME alone is not enough: it
 * is set whenever a thread with restartable sequences is scheduled.
 */
static int ion_serve_stop(const struct ion_server *server)
{
	if (READ_ONCE(server->ch->server_closed))
		return -ECANCELED;
	if (task_work_pending(current))
		set_thread_flag(TIF_NOTIFY_SIGNAL);
	return signal_pending(current) ? -ERESTARTNOHAND : 0;
}

static bool ion_serve_wanted(const struct ion_channel *ch)
{
	return atomic_read(&ch->end_wanted) || need_resched();
}

/*
 * Check whether the thread was idle for long enough, or the time is up (-ETIME). The
 * channel keeps the start of the idle time, over a call that is made again.
 */
static int ion_serve_clock(const struct ion_server *server)
{
	struct ion_channel *ch = server->ch;
	ktime_t now = ktime_get();

	if (now >= server->until)
		return -ETIME;
	if (!ch->idle_since)
		WRITE_ONCE(ch->idle_since, now);
	return now >= ktime_add_safe(ch->idle_since, server->idle);
}

/* Another thread waits for the kernel end, or for the processor. */
#define ION_SERVE_YIELD	1

/*
 * Make passes. Returns 0 when there was nothing to do for long enough, an error when
 * the thread has to leave, or ION_SERVE_YIELD when another thread waits.
 */
static int ion_serve_passes(const struct ion_server *server)
{
	struct ion_channel *ch = server->ch;
	unsigned int passes = ION_SERVE_PASSES;
	u32 done;
	int ret;

	for (;;) {
		done = ion_kernel_end_pass(ch);
		ret = done ? 0 : ion_channel_kick_error(ch);
		if (ret)
			return ret;
		if (!server->spin && !(done && ion_kernel_end_has_work(ch)))
			return 0;
		if (!done)
			cpu_relax();

		ret = ion_serve_stop(server);
		if (ret)
			return ret;
		if (ion_serve_wanted(ch))
			return ION_SERVE_YIELD;
		passes += 1 + done / ION_SERVE_MUCH;
		if (passes < ION_SERVE_PASSES)
			continue;
		passes = 0;

		/* A loop that never sleeps must not hold up tasks RCU. */
		cond_resched_tasks_rcu_qs();
		ret = ion_serve_clock(server);
		if (ret)
			return min(ret, 0);
	}
}

/* Set the wake flags, and check once more. Returns whether to sleep. */
static bool ion_serve_rest(struct ion_channel *ch)
{
	u32 done;

	WRITE_ONCE(ch->sleeps, ch->sleeps + 1);
	ion_trace_sleep(ch);
	ion_end_state_sleep(ch);
	done = ion_kernel_end_pass(ch);
	done += ion_kernel_end_settle(ch);
	return !done && !ion_channel_kick_error(ch);
}

static int ion_serve_sleep(const struct ion_server *server)
{
	struct ion_channel *ch = server->ch;
	/* KTIME_MAX means forever, and starts no timer. */
	ktime_t left = server->until == KTIME_MAX ?
			       KTIME_MAX : ktime_sub(server->until, ktime_get());
	int ret;

	if (left <= 0)
		return -ETIME;
	ret = wait_event_interruptible_hrtimeout(ch->serve_wait,
						 READ_ONCE(ch->end_state) !=
							 ION_END_LENT_SLEEPING ||
						 READ_ONCE(ch->server_closed),
						 left);
	return ret == -ERESTARTSYS ? -ERESTARTNOHAND : ret;
}

/* Make passes until there is nothing to do, then sleep until there is. */
static int ion_serve_turn(const struct ion_server *server)
{
	struct ion_channel *ch = server->ch;
	bool sleeps = false;
	int ret;

	if (ion_end_lock(ch))
		return -ERESTARTNOHAND;
	ret = ion_serve_passes(server);
	if (!ret)
		sleeps = ion_serve_rest(ch);
	ion_end_unlock(ch);
	if (ret == ION_SERVE_YIELD)
		cond_resched();
	if (ret)
		return min(ret, 0);

	if (sleeps)
		ret = ion_serve_sleep(server);
	else if (ktime_get() >= server->until)
		ret = -ETIME;
	else
		cond_resched();
	ion_end_state_wake(ch);
	return ret ?: ion_serve_stop(server);
}

/*
 * The kick handles what was left to the thread. Once the flags request kicks again,
 * no kick goes to the thread.
 */
static void ion_serve_end(struct ion_channel *ch, int ret)
{
	if (ret != -ERESTARTNOHAND || task_sigpending(current))
		WRITE_ONCE(ch->idle_since, 0);
	ion_end_state_end(ch);
	ion_kernel_end_leave(ch);
}

/* Returns the time that is left, for a repeated call; 0 is no limit. */
static void ion_serve_left(struct ion_serve *serve,
			   const struct ion_server *server)
{
	if (serve->max_ns)
		serve->max_ns = max_t(s64, 1, ktime_sub(server->until,
							ktime_get()));
}

/**
 * ion_serve_channel() - run the kernel end in this thread
 * @ch: the channel, configured
 * @file: its open file, of which the caller's program has descriptors; or NULL
 * @serve: the request; what is left of max_ns is written
 *
 * Context: may sleep.
 * Return: 0 when the time is up; -EBUSY if another thread serves; -EPROTO if a
 * ring is poisoned; -EPIPE if the service hung up; -ECANCELED if the program
 * closed a descriptor of the channel; -ERESTARTNOHAND for a signal, and for other
 * work that the thread has where it returns to user space.
 */
int ion_serve_channel(struct ion_channel *ch, const struct file *file,
		      struct ion_serve *serve)
{
	struct ion_server server = {
		.ch = ch,
		.spin = serve->idle_ns,
		.idle = ion_serve_time(serve->idle_ns),
		.until = serve->max_ns ? ion_deadline(serve->max_ns) :
					 KTIME_MAX,
	};
	int ret;

	ret = ion_end_state_lend(ch, current->files);
	if (ret)
		return ret;

	if (ion_serve_abandoned(ch, file))
		ret = -ECANCELED;
	while (!ret)
		ret = ion_serve_turn(&server);

	ion_serve_end(ch, ret);
	ion_serve_left(serve, &server);
	return ret == -ETIME ? 0 : ret;
}
