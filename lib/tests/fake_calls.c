// SPDX-License-Identifier: MIT
/* The system calls of the library, answered by the fake driver. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"
#include "wraps.h"

#define FAKES 16

__u32 fake_abi = ION_ABI_VERSION;
__u64 fake_features = ~0ULL;
unsigned long fake_fail_request;
int fake_fail_error;
unsigned int fake_half = 10;
unsigned int fake_serve_delay_us;

static struct fake fakes[FAKES];

struct fake *fake_of(int fd)
{
	struct stat st;
	int i;

	if (fstat(fd, &st))
		return NULL;
	for (i = 0; i < FAKES; i++)
		if (fakes[i].ino == st.st_ino)
			return &fakes[i];
	return NULL;
}

/* ---- open and close ---------------------------------------------------- */

static int fake_open(void)
{
	pthread_condattr_t attr;
	struct fake *f = fakes;
	struct stat st;
	int fd;

	/* Reuse old entries: their file is gone, and its number may come back. */
	static unsigned int next;

	f += next++ % FAKES;
	fd = memfd_create("fake", MFD_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		abort();
	while (f->info.nr_areas) {
		f->info.nr_areas--;
		if (f->second)
			continue;
		__real_munmap(f->area[f->info.nr_areas],
			      f->info.area[f->info.nr_areas].length);
	}
	if (f->ino && f->eventfd >= 0)
		__real_close(f->eventfd);
	memset(f, 0, sizeof(*f));
	f->ino = st.st_ino;
	f->owner = getpid();
	f->eventfd = -1;
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&f->changed, &attr);
	return fd;
}

int __wrap_open64(const char *path, int flags, ...)
{
	if (strcmp(path, FAKE_DEVICE))
		return __real_open64(path, flags);
	return fake_open();
}

static void fake_flush(int fd)
{
	struct fake *f = fake_of(fd);

	/* A child of fork() has a copy of this, which drives nothing. */
	if (!f || f->owner != getpid())
		return;
	pthread_mutex_lock(&f->lock);
	if (f->serving)
		f->closed = true;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
	if (f->peer) {
		f->peer->peer = NULL;
		fake_hang_up(f->peer);
		f->peer = NULL;
	}
}

int __wrap_close(int fd)
{
	fake_flush(fd);
	return __real_close(fd);
}

int __wrap_dup3(int from, int to, int flags)
{
	fake_flush(to);
	return __real_dup3(from, to, flags);
}

/*
 * The thread sanitizer tells memory apart by its address, so the program and the
 * driver share one mapping for it.
 */
#ifdef __SANITIZE_THREAD__
#define FAKE_ONE_MAPPING true
#else
#define FAKE_ONE_MAPPING false
#endif

void *__wrap_mmap64(void *at, size_t length, int prot, int flags, int fd,
		    off_t offset)
{
	struct fake *f = FAKE_ONE_MAPPING && fd >= 0 ? fake_of(fd) : NULL;

	if (f)
		return fake_at(f, (__u64)offset);
	f = fd >= 0 ? fake_of(fd) : NULL;
	if (f && f->second) {
		fd = f->file;
		offset = (off_t)fake_mirror((__u64)offset);
	}
	return __real_mmap64(at, length, prot, flags, fd, offset);
}

int __wrap_munmap(void *at, size_t length)
{
	unsigned int i, j;

	if (!FAKE_ONE_MAPPING)
		return __real_munmap(at, length);
	for (i = 0; i < FAKES; i++)
		for (j = 0; j < ION_AREAS_MAX; j++)
			if (fakes[i].area[j] == at)
				return 0;
	return __real_munmap(at, length);
}

/* ---- sleeping ---------------------------------------------------------- */

static struct timespec after(__u64 ns)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	if (ns > 1000000000000ULL)
		ns = 1000000000000ULL;
	at.tv_sec += (time_t)(ns / 1000000000);
	at.tv_nsec += (long)(ns % 1000000000);
	if (at.tv_nsec >= 1000000000) {
		at.tv_nsec -= 1000000000;
		at.tv_sec++;
	}
	return at;
}

/* Wake the lent thread or run the kernel end here; the caller holds the lock. */
static void fake_kick(struct fake *f)
{
	if (f->direct) {
		fake_kick_peer(f);
		return;
	}
	if (!f->serving) {
		fake_run(f);
		return;
	}
	fake_awake(f);
	f->kicked = true;
	pthread_cond_broadcast(&f->changed);
}

static bool is_over(const struct timespec *until)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > until->tv_sec ||
	       (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

/*
 * Wait until something changes; return ETIMEDOUT when the time is over. The kick of a
 * direct peer takes no lock of this channel, so that this may miss it: it checks every
 * millisecond.
 */
static int fake_doze(struct fake *f, const struct timespec *until)
{
	struct timespec soon = after(1000000);

	if (!f->direct)
		return pthread_cond_timedwait(&f->changed, &f->lock, until);
	pthread_cond_timedwait(&f->changed, &f->lock, &soon);
	return is_over(until) ? ETIMEDOUT : 0;
}

static __u32 queued(const struct ion_end *end)
{
	return (__atomic_load_n(end->own_index, __ATOMIC_ACQUIRE) -
		__atomic_load_n(end->peer_index, __ATOMIC_ACQUIRE)) &
	       (__u32)end->mask;
}

static bool enough(const struct ion_wait *wait, bool any)
{
	return (wait->rx && wait->rx_queued >= (any ? 1 : wait->rx)) ||
	       (wait->evt && wait->evt_queued >= (any ? 1 : wait->evt));
}

static int fake_wait(struct fake *f, struct ion_wait *wait)
{
	bool first = wait->min_wait_ns && wait->min_wait_ns < wait->timeout_ns;
	bool any = false;
	struct timespec until =
		after(first ? wait->min_wait_ns : wait->timeout_ns);
	int ret = 0;

	if (!(wait->rx || wait->evt))
		return -EINVAL;
	for (;;) {
		fake_ask(f, ION_RING_RX, wait->rx);
		fake_ask(f, ION_RING_EVT, wait->evt);
		fake_kick(f);
		if (f->poisoned)
			return -EPROTO;
		wait->rx_queued = queued(&f->rx.end);
		wait->evt_queued = queued(&f->evt.end);
		if (enough(wait, any))
			return 0;
		if (f->hungup)
			return -EPIPE;
		if (ret && (any || !first))
			return -ETIME;
		if (ret) {
			any = true;
			until = after(wait->timeout_ns - wait->min_wait_ns);
		}
		ret = fake_doze(f, &until);
	}
}

static short ready(struct fake *f)
{
	int mask = 0;

	if (f->poisoned)
		return POLLERR;
	mask |= queued(&f->rx.end) ? POLLIN : 0;
	mask |= queued(&f->evt.end) ? POLLPRI : 0;
	/* On tx and cmd the own index is the tail. */
	mask |= queued(&f->tx.end) != 1 ? POLLOUT : 0;
	mask |= queued(&f->cmd.end) != 1 ? POLLWRBAND : 0;
	if (f->hungup) {
		mask |= POLLRDHUP | POLLOUT | POLLWRBAND;
		mask |= mask & (POLLIN | POLLPRI) ? 0 : POLLHUP;
	}
	return (short)mask;
}

static int fake_poll(struct pollfd *fd, __u64 ns)
{
	struct fake *f = fake_of(fd->fd);
	struct timespec until = after(ns);
	int ret = 0;

	pthread_mutex_lock(&f->lock);
	f->calls++;
	for (;;) {
		fake_ask(f, ION_RING_TX, !!(fd->events & POLLOUT));
		fake_ask(f, ION_RING_RX, !!(fd->events & POLLIN));
		fake_ask(f, ION_RING_CMD, !!(fd->events & POLLWRBAND));
		fake_ask(f, ION_RING_EVT, !!(fd->events & POLLPRI));
		fake_kick(f);
		fd->revents =
			(short)(ready(f) & (fd->events | POLLERR | POLLHUP));
		if (fd->revents || ret)
			break;
		ret = fake_doze(f, &until);
	}
	pthread_mutex_unlock(&f->lock);
	return fd->revents ? 1 : 0;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	if (count != 1 || !fake_of(fds->fd))
		return __real_poll(fds, count, timeout);
	return fake_poll(fds, (__u64)timeout * 1000000);
}

int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *left,
		 const sigset_t *mask)
{
	if (count != 1 || !fake_of(fds->fd))
		return __real_ppoll(fds, count, left, mask);
	if (fake_port_listens(fake_of(fds->fd)))
		return fake_port_poll(fds, left);
	return fake_poll(fds, left ? (__u64)left->tv_sec * 1000000000 +
					      (__u64)left->tv_nsec
				   : IONC_FOREVER);
}

/* ---- a lent thread ----------------------------------------------------- */

static int fake_serve_stop(const struct fake *f)
{
	if (f->closed)
		return -ECANCELED;
	if (f->poisoned)
		return -EPROTO;
	return f->hungup ? -EPIPE : 0;
}

/* Sleep until kicked, or until something ends the call. */
static void fake_serve_sleep(struct fake *f)
{
	f->asleep = true;
	f->kicked = false;
	if (!fake_sleep(f))
		while (!f->kicked && !fake_serve_stop(f))
			pthread_cond_wait(&f->changed, &f->lock);
	f->asleep = false;
	fake_awake(f);
}

static int fake_serve(struct fake *f, const struct ion_serve *serve)
{
	unsigned int idle = 0;
	int ret;

	if (f->serving)
		return -EBUSY;
	f->serving = true;
	f->closed = false;
	fake_awake(f);
	do {
		idle = fake_pass(f) ? 0 : idle + 1;
		pthread_mutex_unlock(&f->lock);
		sched_yield();
		pthread_mutex_lock(&f->lock);
		ret = fake_serve_stop(f);
		if (!ret && idle > 100 && serve->idle_ns != ION_SERVE_SPIN)
			fake_serve_sleep(f);
	} while (!ret && !serve->max_ns);
	f->serving = false;
	fake_run(f);
	return ret;
}

/* ---- ioctl ------------------------------------------------------------- */

static int fake_query(struct ion_query *query)
{
	query->abi_version = fake_abi;
	query->features = fake_features;
	if (query->totals)
		((struct ion_totals *)(size_t)query->totals)->opened = FAKES;
	return 0;
}

static int fake_peek(struct fake *f, const struct ion_batch *batch)
{
	const struct ion_end *const ends[] = { &f->tx.end, &f->rx.end,
					       &f->cmd.end, &f->evt.end };
	const struct ion_end *end = ends[batch->ring];
	__u32 size = f->info.ring[batch->ring].slot_size, i, count;
	bool pushes = batch->ring & 1;
	__u32 tail = __atomic_load_n(pushes ? end->peer_index : end->own_index,
				     __ATOMIC_ACQUIRE);
	char *to = (char *)(size_t)batch->addr;

	count = pushes ? queued(end) : (0 - queued(end)) & (__u32)end->mask;
	count = count > batch->skip ? count - batch->skip : 0;
	count = count < batch->count ? count : batch->count;
	for (i = 0; i < count; i++)
		ion_slot_read(to + i * size,
			      (char *)end->slots +
				      ((tail + batch->skip + i) & end->mask) *
					      size,
			      size);
	return (int)count;
}

static int fake_buffers(struct fake *f, struct ion_buffers *buffers)
{
	__u64 *bits = (__u64 *)(size_t)buffers->addr;
	__u32 i;

	buffers->buffers = f->info.buffers;
	buffers->owned = 0;
	for (i = 0; i < f->info.buffers; i++) {
		buffers->owned += f->owned[i];
		if (bits)
			bits[i / 64] |= (__u64)f->owned[i] << i % 64;
	}
	return 0;
}

static int fake_eventfd(struct fake *f, const struct ion_eventfd *arg)
{
	if (f->eventfd >= 0)
		__real_close(f->eventfd);
	f->eventfd = arg->fd < 0 ? -1 : fcntl(arg->fd, F_DUPFD_CLOEXEC, 0);
	return arg->fd >= 0 && f->eventfd < 0 ? -EBADF : 0;
}

static int fake_reset_call(struct fake *f)
{
	int count = (int)(queued(&f->rx.end) + queued(&f->evt.end) +
			  ((0 - queued(&f->tx.end)) & (__u32)f->tx.end.mask) +
			  ((0 - queued(&f->cmd.end)) & (__u32)f->cmd.end.mask));

	fake_reset(f);
	return count;
}

/* Return the result of the ioctl, or -errno. */
static int fake_call(struct fake *f, int fd, unsigned long request, void *arg)
{
	int ret;

	if (request == ION_IOC_QUERY)
		return fake_query(arg);
	if (fake_port_has(request, arg))
		return fake_port_call(f, fd, request, arg);
	if (request == ION_IOC_SETUP)
		return f->info.nr_areas ? -EBUSY : fake_setup(f, fd, arg);
	if (!f->info.nr_areas)
		return -EBADFD;
	if (f->direct && (request == ION_IOC_SERVE || request == ION_IOC_RESET))
		return -EOPNOTSUPP;
	switch (request) {
	case ION_IOC_INFO:
		memcpy(arg, &f->info, sizeof(f->info));
		return 0;
	case ION_IOC_KICK:
		if (arg)
			return -EINVAL;
		f->kicks++;
		fake_kick(f);
		return f->poisoned ? -EPROTO : f->hungup ? -EPIPE : 0;
	case ION_IOC_WAIT:
		ret = fake_wait(f, arg);
		fake_ask(f, ION_RING_RX, 0);
		fake_ask(f, ION_RING_EVT, 0);
		return ret;
	case ION_IOC_SERVE:
		return fake_serve(f, arg);
	case ION_IOC_EVENTFD:
		return fake_eventfd(f, arg);
	case ION_IOC_RESET:
		if (arg)
			return -EINVAL;
		return fake_reset_call(f);
	case ION_IOC_PEEK:
		return fake_peek(f, arg);
	case ION_IOC_BUFFERS:
		return fake_buffers(f, arg);
	case ION_IOC_STATS:
		((struct ion_stats *)arg)->kicks = f->kicks;
		return 0;
	default:
		return -ENOTTY;
	}
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct fake *f = fake_of(fd);
	va_list list;
	void *arg;
	int ret;

	va_start(list, request);
	arg = va_arg(list, void *);
	va_end(list);
	if (!f)
		return __real_ioctl(fd, request, arg);
	if (fake_fail_error && request == fake_fail_request) {
		errno = fake_fail_error;
		fake_fail_error = 0;
		return -1;
	}
	if (request == ION_IOC_SERVE && fake_serve_delay_us)
		usleep(fake_serve_delay_us);
	pthread_mutex_lock(&f->lock);
	f->calls++;
	ret = fake_call(f, fd, request, arg);
	pthread_mutex_unlock(&f->lock);
	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : ret;
}
