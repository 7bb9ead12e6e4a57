// SPDX-License-Identifier: MIT
/*
 * The lent thread.
 *
 * Closing a descriptor of the channel ends ION_IOC_SERVE in the threads of the
 * program; it needs neither a signal nor a handler. ionc_take_back() therefore
 * closes a spare descriptor. A close that comes before the call has begun ends
 * nothing. So the thread checks a flag before each call, and ionc_take_back()
 * sets the flag and then closes again and again until the thread has seen it.
 * dup3() onto the spare descriptor closes and reopens it in one step, so that
 * this cannot fail for want of a descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define IONC_IDLE_NS 1000000

#define IONC_LEND_FLAGS \
	(IONC_LEND_PIN | IONC_LEND_NEVER_SLEEP | IONC_LEND_NO_SPIN)

/* Time between two closes. */
#define IONC_AGAIN_NS 200000

/**
 * struct ionc_lent - a lent thread
 * @fd: the channel's descriptor
 * @spare: a duplicate of @fd, closed to end ION_IOC_SERVE
 * @idle_ns: passed to ION_IOC_SERVE
 * @pinned: the thread runs on @cpu only
 * @cpu: number of a processor
 * @lock: protects @stop, @begun, @ended, @resets and @error
 * @changed: signalled when one of these changes
 * @stop: the thread shall end
 * @begun: the thread has run the kernel end, or failed to
 * @ended: the thread makes no further call
 * @resets: how often the channel was reset
 * @error: why the thread does not run the kernel end, 0 if it does
 * @made: the thread was created
 * @thread: the thread
 */
struct ionc_lent {
	int fd;
	int spare;
	__u64 idle_ns;
	bool pinned;
	__u32 cpu;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop;
	bool begun;
	bool ended;
	unsigned int resets;
	int error;
	bool made;
	pthread_t thread;
};

/* ---- in the lent thread ------------------------------------------------ */

static int ionc_serve(struct ionc_lent *lent, __u64 max_ns)
{
	struct ion_serve serve;

	memset(&serve, 0, sizeof(serve));
	serve.size = sizeof(serve);
	serve.idle_ns = lent->idle_ns;
	serve.max_ns = max_ns;
	return ionc_ioctl(lent->fd, ION_IOC_SERVE, &serve);
}

/*
 * Record the result of a call that was made after @resets resets, and return
 * whether to make another one. If a ring is poisoned, sleep until the next reset.
 */
static bool ionc_lent_after_call(struct ionc_lent *lent, int ret,
				 unsigned int *resets)
{
	bool called = ret != -ECANCELED && ret != -EINTR;
	bool again;

	pthread_mutex_lock(&lent->lock);
	lent->error = called ? ret : 0;
	/* A close ended the call at once: the thread may still fail to serve. */
	lent->begun = lent->begun || called;
	pthread_cond_broadcast(&lent->changed);
	while (lent->error == -EPROTO && !lent->stop && lent->resets == *resets)
		pthread_cond_wait(&lent->changed, &lent->lock);
	if (lent->error == -EPROTO && lent->resets != *resets)
		lent->error = 0;
	again = !lent->stop && !lent->error;
	*resets = lent->resets;
	pthread_mutex_unlock(&lent->lock);
	return again;
}

/* The thread pins itself: not every C library has the thread attribute for it. */
static int ionc_lent_pin(const struct ionc_lent *lent)
{
	cpu_set_t set;

	if (!lent->pinned)
		return 0;
	CPU_ZERO(&set);
	CPU_SET(lent->cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

static void *ionc_lent_main(void *arg)
{
	struct ionc_lent *lent = arg;
	unsigned int resets = 0;
	int ret;

	/* The first call is short: it only shows whether the thread can serve. */
	do {
		ret = lent->begun ? 0 : ionc_lent_pin(lent);
		if (!ret)
			ret = ionc_serve(lent, lent->begun ? 0 : 1);
	} while (ionc_lent_after_call(lent, ret, &resets));

	pthread_mutex_lock(&lent->lock);
	lent->ended = true;
	pthread_cond_broadcast(&lent->changed);
	pthread_mutex_unlock(&lent->lock);
	return NULL;
}

/* ---- starting ---------------------------------------------------------- */

static int ionc_lend_idle(const struct ionc_lend_options *options, __u64 *idle)
{
	if (options->flags & ~IONC_LEND_FLAGS || options->reserved)
		return -EINVAL;
	if (options->flags & IONC_LEND_PIN && options->cpu >= CPU_SETSIZE)
		return -EINVAL;
	if (options->flags & IONC_LEND_NEVER_SLEEP)
		*idle = ION_SERVE_SPIN;
	else if (options->flags & IONC_LEND_NO_SPIN)
		*idle = ION_SERVE_NO_SPIN;
	else
		*idle = options->idle_ns ? options->idle_ns : IONC_IDLE_NS;
	return 0;
}

/* Block all signals in the thread: the program's other threads handle them. */
static int ionc_lend_thread(struct ionc_lent *lent)
{
	sigset_t all, old;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = -pthread_create(&lent->thread, NULL, ionc_lent_main, lent);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	lent->made = !ret;
	return ret;
}

static struct ionc_lent *ionc_lent_new(int fd, __u64 idle_ns,
				       const struct ionc_lend_options *options)
{
	struct ionc_lent *lent = calloc(1, sizeof(*lent));
	pthread_condattr_t attr;

	if (!lent)
		return NULL;
	lent->fd = fd;
	lent->idle_ns = idle_ns;
	lent->pinned = options->flags & IONC_LEND_PIN;
	lent->cpu = options->cpu;
	pthread_mutex_init(&lent->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&lent->changed, &attr);
	pthread_condattr_destroy(&attr);
	return lent;
}

/*
 * @mine: this process made the thread. A child of fork() must not destroy the
 * lock and the condition: it has a copy in which a thread may seem to wait.
 */
static void ionc_lent_free(struct ionc_lent *lent, bool mine)
{
	if (lent->spare >= 0)
		close(lent->spare);
	if (mine) {
		pthread_cond_destroy(&lent->changed);
		pthread_mutex_destroy(&lent->lock);
	}
	free(lent);
}

static int ionc_lent_begin(struct ionc_lent *lent)
{
	int ret;

	lent->spare = fcntl(lent->fd, F_DUPFD_CLOEXEC, 0);
	if (lent->spare < 0)
		return -errno;
	ret = ionc_lend_thread(lent);
	if (ret)
		return ret;
	pthread_mutex_lock(&lent->lock);
	while (!lent->begun)
		pthread_cond_wait(&lent->changed, &lent->lock);
	ret = lent->error;
	pthread_mutex_unlock(&lent->lock);
	return ret;
}

int ionc_lend(struct ionc_channel *ch, const struct ionc_lend_options *options)
{
	struct ionc_lend_options ours = { .size = sizeof(ours) };
	struct ionc_private *p = ionc_private(ch);
	struct ionc_lent *lent;
	__u64 idle_ns;
	int ret = 0;

	if (p->lent)
		return -EBUSY;
	if (options)
		ret = ionc_copy_options(&ours, sizeof(ours), options,
					sizeof(ours));
	if (!ret)
		ret = ionc_lend_idle(&ours, &idle_ns);
	if (ret)
		return ret;
	lent = ionc_lent_new(ch->fd, idle_ns, &ours);
	if (!lent)
		return -ENOMEM;
	ret = ionc_lent_begin(lent);
	p->lent = lent;
	if (ret)
		ionc_take_back(ch);
	return ret;
}

/* ---- ending ------------------------------------------------------------ */

static void ionc_lent_pause(struct ionc_lent *lent)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += IONC_AGAIN_NS;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&lent->changed, &lent->lock, &until);
}

static int ionc_lent_end(struct ionc_lent *lent)
{
	int error;

	pthread_mutex_lock(&lent->lock);
	lent->stop = true;
	pthread_cond_broadcast(&lent->changed);
	while (!lent->ended) {
		dup3(lent->fd, lent->spare, O_CLOEXEC);
		ionc_lent_pause(lent);
	}
	error = lent->error;
	pthread_mutex_unlock(&lent->lock);
	pthread_join(lent->thread, NULL);
	return error;
}

int ionc_take_back(struct ionc_channel *ch)
{
	struct ionc_private *p = ionc_private(ch);
	struct ionc_lent *lent = p->lent;
	bool mine = ionc_is_owner(p);
	int error = 0;

	if (!lent)
		return -ENOENT;
	p->lent = NULL;
	/* A child of fork() has no such thread. */
	if (lent->made && mine)
		error = ionc_lent_end(lent);
	ionc_lent_free(lent, mine);
	return error;
}

void ionc_lent_resume(struct ionc_private *p)
{
	struct ionc_lent *lent = p->lent;

	if (!lent)
		return;
	pthread_mutex_lock(&lent->lock);
	lent->resets++;
	pthread_cond_broadcast(&lent->changed);
	pthread_mutex_unlock(&lent->lock);
}
