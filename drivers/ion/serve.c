// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lent thread: a thread of the program runs the kernel end from inside a
 * system call, busy as long as there is work, asleep when there is none.
 *
 * No kernel thread is made: the time counts for the program, its affinity,
 * priority and cgroup hold, and the thread dies with it.
 */
#include <linux/errno.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>

#include "file.h"
#include "kernel_end.h"
#include "notify.h"
#include "serve.h"
#include "trace.h"
#include "wait.h"

/* So many passes between two looks at the clock, fewer if they move much. */
#define ION_SERVE_PASSES	64
#define ION_SERVE_MUCH		1024

/**
 * struct ion_server - what one call of ION_IOC_SERVE was asked for
 * @ch: the channel
 * @spin: look for work at all before going to sleep
 * @idle: how long, KTIME_MAX for ever
 * @until: when to come back, on the monotonic clock
 */
struct ion_server {
	struct ion_channel *ch;
	bool spin;
	ktime_t idle;
	ktime_t until;
};

/* Nanoseconds from user space, 0 and what is too much for ever. */
static ktime_t ion_serve_time(u64 ns)
{
	return ns && ns < KTIME_MAX ? ns : KTIME_MAX;
}

/* sparse knows no guard(): a spinlock is taken and released by hand here. */
static int ion_serve_begin(struct ion_channel *ch)
{
	int ret = -EBUSY;

	spin_lock_irq(&ch->serve_wait.lock);
	if (!ch->server) {
		WRITE_ONCE(ch->server, current->files);
		ch->server_asleep = false;
		WRITE_ONCE(ch->server_kicked, false);
		WRITE_ONCE(ch->server_closed, false);
		ret = 0;
	}
	spin_unlock_irq(&ch->serve_wait.lock);
	return ret;
}

static int ion_serve_is_of(const void *ch, struct file *file, unsigned int fd)
{
	return file->f_op == &ion_fops && file->private_data == ch;
}

/*
 * The program closed its last descriptor after the call had begun, and before
 * ion_serve_close() could know whom to tell. What it closes from now on is told:
 * it is gone from the table before that is called. Threads of the driver's own
 * tests have none.
 */
static bool ion_serve_abandoned(const struct ion_channel *ch)
{
	return !(current->flags & PF_KTHREAD) &&
	       !iterate_fd(current->files, 0, ion_serve_is_of, ch);
}

/* A kick that came too late for the thread is made good here. */
static void ion_serve_end(struct ion_channel *ch)
{
	spin_lock_irq(&ch->serve_wait.lock);
	WRITE_ONCE(ch->server, NULL);
	spin_unlock_irq(&ch->serve_wait.lock);

	guard(ion_end)(ch);
	ion_kernel_end_run(ch);
}

/* Whatever it was about, the thread looks at every ring. */
static void ion_serve_wake_up(struct ion_channel *ch)
{
	lockdep_assert_held(&ch->serve_wait.lock);

	if (ch->server_asleep)
		trace_ion_wake(ch, ION_WOKEN_LENT, BIT(ION_RINGS) - 1);
	wake_up_locked(&ch->serve_wait);
}

static void ion_serve_wake(struct ion_channel *ch)
{
	bool spurious = !ch->server_asleep || ch->server_kicked;

	lockdep_assert_held(&ch->serve_wait.lock);

	ion_kernel_end_kicked(ch);
	trace_ion_kick_done(ch, true, 0, spurious);
	if (spurious) {
		atomic64_inc(&ch->kicks_spurious);
		return;
	}
	WRITE_ONCE(ch->server_kicked, true);
	ion_serve_wake_up(ch);
}

/**
 * ion_serve_kick() - wake the lent thread
 * @ch: the channel
 *
 * A full barrier is to stand between what the program published and this: a thread
 * that is not seen here sees that before it sleeps.
 *
 * Return: false if there is none.
 */
bool ion_serve_kick(struct ion_channel *ch)
{
	bool served;

	if (!READ_ONCE(ch->server))
		return false;
	spin_lock_irq(&ch->serve_wait.lock);
	served = ch->server;
	if (served)
		ion_serve_wake(ch);
	spin_unlock_irq(&ch->serve_wait.lock);
	return served;
}

/**
 * ion_serve_news() - have the lent thread see that the channel came to a stop
 * @ch: the channel
 *
 * Context: any in which wake_up() is allowed.
 */
void ion_serve_news(struct ion_channel *ch)
{
	unsigned long flags;

	spin_lock_irqsave(&ch->serve_wait.lock, flags);
	WRITE_ONCE(ch->server_kicked, true);
	ion_serve_wake_up(ch);
	spin_unlock_irqrestore(&ch->serve_wait.lock, flags);
}

/**
 * ion_serve_close() - a descriptor of the channel is being closed
 * @ch: the channel
 * @files: the descriptors of the program that closes it
 *
 * The lent thread of that program comes back: its own call holds the file, so
 * that nothing else would tell it.
 */
void ion_serve_close(struct ion_channel *ch, const void *files)
{
	spin_lock_irq(&ch->serve_wait.lock);
	if (ch->server == files) {
		WRITE_ONCE(ch->server_closed, true);
		ion_serve_wake_up(ch);
	}
	spin_unlock_irq(&ch->serve_wait.lock);
}

/**
 * ion_serve_state() - what the kernel end is doing
 * @ch: the channel
 *
 * Return: &enum ion_kernel_end.
 */
enum ion_kernel_end ion_serve_state(struct ion_channel *ch)
{
	enum ion_kernel_end state = ION_KERNEL_END_SLEEPING;

	if (!READ_ONCE(ch->server))
		return state;
	spin_lock_irq(&ch->serve_wait.lock);
	if (ch->server)
		state = ch->server_asleep ? ION_KERNEL_END_LENT_SLEEPING :
					    ION_KERNEL_END_LENT;
	spin_unlock_irq(&ch->serve_wait.lock);
	return state;
}

static int ion_serve_stop(const struct ion_server *server)
{
	struct ion_channel *ch = server->ch;

	if (READ_ONCE(ch->server_closed))
		return -ECANCELED;
	if (signal_pending(current))
		return -ERESTARTNOHAND;
	return 0;
}

/* Let others have the processor and the ends, if they want them. */
static void ion_serve_yield(struct ion_channel *ch)
{
	ion_end_unlock(ch);
	cond_resched();
	ion_end_lock(ch);
}

static bool ion_serve_wanted(const struct ion_channel *ch)
{
	return atomic_read(&ch->end_wanted) || need_resched();
}

/*
 * Pass after pass, until there was nothing to do for long enough (0), the time
 * is up (-ETIME), or the thread is to come back for another reason.
 */
static int ion_serve_passes(const struct ion_server *server)
{
	struct ion_channel *ch = server->ch;
	unsigned int passes = ION_SERVE_PASSES;
	ktime_t idle_until = 0;
	ktime_t now;
	u32 done;
	int ret;

	for (;;) {
		done = ion_kernel_end_pass(ch);
		if (done) {
			idle_until = 0;
		} else {
			ret = ion_channel_error(ch);
			if (ret)
				return ret;
		}
		if (!server->spin && !(done && ion_kernel_end_news(ch)))
			return 0;
		if (!done)
			cpu_relax();

		ret = ion_serve_stop(server);
		if (ret)
			return ret;
		if (ion_serve_wanted(ch))
			ion_serve_yield(ch);
		passes += 1 + done / ION_SERVE_MUCH;
		if (passes < ION_SERVE_PASSES)
			continue;
		passes = 0;

		/* A loop that never sleeps must not hold tasks RCU up. */
		cond_resched_tasks_rcu_qs();
		now = ktime_get();
		if (now >= server->until)
			return -ETIME;
		if (!idle_until)
			idle_until = ktime_add_safe(now, server->idle);
		else if (now >= idle_until)
			return 0;
	}
}

static int ion_serve_awake(const struct ion_server *server)
{
	guard(ion_end)(server->ch);

	ion_kernel_end_awake(server->ch);
	return ion_serve_passes(server);
}

static void ion_serve_set_asleep(struct ion_channel *ch, bool asleep)
{
	spin_lock_irq(&ch->serve_wait.lock);
	ch->server_asleep = asleep;
	WRITE_ONCE(ch->server_kicked, false);
	spin_unlock_irq(&ch->serve_wait.lock);
}

static int ion_serve_wait(const struct ion_server *server)
{
	struct ion_channel *ch = server->ch;
	ktime_t left = ion_wait_left(server->until);
	int ret;

	if (left <= 0)
		return -ETIME;
	ret = wait_event_interruptible_hrtimeout(ch->serve_wait,
						 READ_ONCE(ch->server_kicked) ||
						 READ_ONCE(ch->server_closed),
						 left);
	return ret == -ERESTARTSYS ? -ERESTARTNOHAND : ret;
}

/*
 * Sleep until kicked (0). Kicks from before it is said that the thread sleeps
 * are dropped: what they were for is handled by ion_kernel_end_sleep(). One
 * that comes between that and the flags is kept.
 */
static int ion_serve_sleep(const struct ion_server *server)
{
	struct ion_channel *ch = server->ch;
	bool again;
	int ret = 0;

	ion_serve_set_asleep(ch, true);
	scoped_guard(ion_end, ch)
		again = ion_kernel_end_sleep(ch, true) || ion_channel_error(ch);
	if (!again)
		ret = ion_serve_wait(server);
	else if (ktime_get() >= server->until)
		ret = -ETIME;
	else
		cond_resched();
	ion_serve_set_asleep(ch, false);
	return ret ?: ion_serve_stop(server);
}

/* What is left of the time, for a call that is made again; 0 is no limit. */
static void ion_serve_left(struct ion_serve *serve,
			   const struct ion_server *server)
{
	if (serve->max_ns)
		serve->max_ns = max_t(s64, 1, ktime_sub(server->until,
							ktime_get()));
}

/**
 * ion_serve() - run the kernel end in this thread
 * @ch: the channel, configured
 * @serve: the request; what is left of max_ns is written
 *
 * Context: may sleep, and does little else.
 * Return: 0 when the time is up; -EBUSY if another thread serves; -EPROTO if a
 * ring is poisoned; -EPIPE if the service hung up; -ECANCELED if the program
 * closed a descriptor of the channel; -ERESTARTNOHAND for a signal.
 */
int ion_serve(struct ion_channel *ch, struct ion_serve *serve)
{
	struct ion_server server = {
		.ch = ch,
		.spin = serve->idle_ns != ION_SERVE_NO_SPIN,
		.idle = ion_serve_time(serve->idle_ns),
		.until = ion_wait_end(ion_serve_time(serve->max_ns)),
	};
	int ret;

	ret = ion_serve_begin(ch);
	if (ret)
		return ret;

	if (ion_serve_abandoned(ch))
		ret = -ECANCELED;
	while (!ret) {
		ret = ion_serve_awake(&server);
		if (!ret)
			ret = ion_serve_sleep(&server);
	}

	ion_serve_end(ch);
	ion_serve_left(serve, &server);
	return ret == -ETIME ? 0 : ret;
}
