// SPDX-License-Identifier: GPL-2.0-only
/*
 * The callers of a hostile program: every call at random, some with correct
 * arguments, some with structs and packets in memory that other threads write to
 * meanwhile. Each call must return a result that is allowed, after which the
 * counters add up.
 */
#include "hostile.h"

/**
 * struct caller - the state of one thread
 * @h: the round
 * @ch: the channel of the current call
 * @seed: of the random numbers
 * @epoll: watches all hostile channels, by edge and by level
 * @fdinfo: the files of /proc of the channels, by their number
 * @room: space for packets, and for entries of a list
 */
struct caller {
	struct hostile *h;
	struct channel *ch;
	__u64 seed;
	int epoll;
	int fdinfo[2];
	char room[8 * sizeof(struct ion_list_entry)];
};

/* Return whether a call of a hostile program may return this. */
static bool call_may_return(int ret)
{
	static const int errors[] = { EAGAIN, EPROTO, EINTR, ETIME, EBUSY };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (ret == -errors[i])
			return true;
	return ret >= 0;
}

static int call_kick(struct caller *c)
{
	return ion_kick(c->ch->fd);
}

static int call_wait(struct caller *c)
{
	__u64 x = random_next(&c->seed), timeout = x >> 44;

	/* Sometimes forever: a signal ends it. */
	if (x % 16 == 0)
		timeout = ION_WAIT_FOREVER;
	return ion_wait_for(c->ch->fd, (x >> 4) & 31, 1 + ((x >> 9) & 31),
			    &timeout);
}

static int call_serve(struct caller *c)
{
	__u64 x = random_next(&c->seed);

	return ion_lend(c->ch->fd, x & 1 ? NO_SPIN : x >> 46, 1 + (x >> 43));
}

static int call_push(struct caller *c)
{
	__u64 x = random_next(&c->seed);
	struct ion_packet *packets = (struct ion_packet *)c->room;
	__u32 i;

	for (i = 0; i < 32; i++)
		packets[i] = arena_packet(c->ch, (x >> i) % HOSTILE_BUFFERS, 0,
					  (x >> 32) % HOSTILE_SIZE);
	return ion_batch(c->ch->fd, ION_IOC_PUSH,
			 x & 1 ? ION_RING_TX : ION_RING_CMD, packets,
			 1 + x % 24);
}

static int call_pop(struct caller *c)
{
	__u64 x = random_next(&c->seed);

	return ion_batch(c->ch->fd, ION_IOC_POP,
			 x & 1 ? ION_RING_RX : ION_RING_EVT, c->room,
			 1 + x % 64);
}

static int call_peek(struct caller *c)
{
	__u64 x = random_next(&c->seed);

	return ion_peek(c->ch->fd, x % ION_RINGS, c->room,
			x & 0x100 ? (__u32)(x >> 32) : 0, 1 + x % 64);
}

static int call_read(struct caller *c)
{
	__u64 x = random_next(&c->seed);
	struct iovec iov = { c->room, 24 * (1 + x % 64) };
	ssize_t n = preadv2(c->ch->fd, &iov, 1, -1, x & 0x700 ? RWF_NOWAIT : 0);

	return n < 0 ? -errno : (int)n;
}

static int call_write(struct caller *c)
{
	__u64 x = random_next(&c->seed);
	struct iovec iov = { c->room, 24 * (1 + x % 64) };
	ssize_t n;

	n = pwritev2(c->ch->fd, &iov, 1, -1, x & 0x700 ? RWF_NOWAIT : 0);
	return n < 0 ? -errno : (int)n;
}

static int call_poll(struct caller *c)
{
	return ion_poll_for(c->ch->fd, POLLIN | POLLOUT | POLLPRI,
			    random_below(&c->seed, 3));
}

static int call_epoll(struct caller *c)
{
	struct epoll_event events[4];
	int n = epoll_wait(c->epoll, events, 4, random_below(&c->seed, 3));

	return n < 0 ? -errno : n;
}

static int call_reset(struct caller *c)
{
	return ion_reset(c->ch->fd);
}

static int call_eventfd(struct caller *c)
{
	__u64 count;

	(void)!read(c->h->eventfd, &count, sizeof(count));
	return ion_set_eventfd(c->ch->fd,
			       random_next(&c->seed) & 1 ? c->h->eventfd : -1);
}

static int call_info(struct caller *c)
{
	struct ion_info info;
	int ret = ion_get_info(c->ch->fd, &info);

	return !ret && memcmp(&info, &c->ch->info, sizeof(info)) ? -EBADMSG
								 : ret;
}

static int call_list(struct caller *c)
{
	struct ion_list list = {
		.size = sizeof(list),
		.entry_size = sizeof(struct ion_list_entry),
		.addr = (__u64)(unsigned long)c->room,
		.count = 8,
	};

	return ion_call(c->ch->fd, ION_IOC_LIST, &list);
}

static int call_fdinfo(struct caller *c)
{
	ssize_t n =
		pread(c->fdinfo[c->ch - c->h->ch], c->room, sizeof(c->room), 0);

	return n < 0 ? -errno : (int)n;
}

static int call_buffers(struct caller *c)
{
	int owned = arena_owned(c->ch->fd, (__u64 *)c->room);

	if (!c->h->kind->arena)
		return owned == -EOPNOTSUPP ? 0 : -EBADMSG;
	return owned > HOSTILE_BUFFERS ? -EBADMSG : owned;
}

/* Calls that must be refused. */
static int call_refused(struct caller *c)
{
	struct ion_verify verify = { .size = sizeof(verify) };
	struct ion_setup setup;
	int ret;

	ion_setup_init(&setup, "echo");
	if (ion_call(c->ch->fd, ION_IOC_SETUP, &setup) != -EBUSY)
		return -EBADMSG;
	ret = ion_call(c->ch->fd, ION_IOC_VERIFY, &verify);
	if (ret != (hostile_is(c->h, "pair") ? 0 : -EOPNOTSUPP))
		return -EBADMSG;
	if (ion_join(c->ch->fd, c->ch->fd) != -EINVAL)
		return -EBADMSG;
	return 0;
}

/*
 * A call whose struct, or whose packets, lie where others write meanwhile. What
 * it returns may be anything but what there is not.
 */
static int call_in_shared_memory(struct caller *c)
{
	static const unsigned long requests[] = {
		ION_IOC_QUERY, ION_IOC_SETUP,	ION_IOC_INFO,	ION_IOC_PUSH,
		ION_IOC_POP,   ION_IOC_STATS,	ION_IOC_PEEK,	ION_IOC_WAIT,
		ION_IOC_SERVE, ION_IOC_EVENTFD, ION_IOC_VERIFY, ION_IOC_BUFFERS,
	};
	__u64 x = random_next(&c->seed);
	unsigned long request = requests[x % ARRAY_SIZE(requests)];
	char *at = channel_slot(c->ch, ION_RING_TX, (x >> 8) % 8);
	struct ion_batch batch = {
		.size = _IOC_SIZE(request),
		.ring = (x >> 16) % ION_RINGS,
		.count = 1 + (x >> 24) % 32,
		.addr = (__u64)(unsigned long)at,
	};
	int ret;

	memcpy(at, &batch, sizeof(batch));
	ret = ion_call(c->ch->fd, request, at);
	return ret == -ENOTTY || ret == -EBADFD ? ret : 0;
}

static int call_batch_in_shared_memory(struct caller *c)
{
	__u64 x = random_next(&c->seed);
	unsigned int ring = x % ION_RINGS;
	char *at = channel_slot(c->ch, ION_RING_TX, 0);

	if (x & 0x100)
		return ion_peek(c->ch->fd, ring, at, 0, 1 + (x >> 16) % 32);
	return ion_batch(c->ch->fd,
			 ion_kernel_pushes(ring) ? ION_IOC_POP : ION_IOC_PUSH,
			 ring, at, 1 + (x >> 16) % 32);
}

static int (*const call_table[])(struct caller *c) = {
	call_kick,
	call_kick,
	call_kick,
	call_wait,
	call_serve,
	call_push,
	call_pop,
	call_peek,
	call_read,
	call_write,
	call_poll,
	call_epoll,
	call_reset,
	call_eventfd,
	call_info,
	call_list,
	call_fdinfo,
	call_buffers,
	call_refused,
	call_in_shared_memory,
	call_batch_in_shared_memory,
};

static void caller_begin(struct caller *c, struct task *task)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLPRI };
	char path[64];
	unsigned int i;

	memset(c, 0, sizeof(*c));
	c->h = hostile_of(task);
	c->seed = task->arg[0];
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (i = 0; i < c->h->nr; i++) {
		event.events ^= EPOLLET;
		epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->h->ch[i].fd, &event);
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d",
			 c->h->ch[i].fd);
		c->fdinfo[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

static void caller_end(struct caller *c, __u64 calls)
{
	unsigned int i;

	for (i = 0; i < c->h->nr; i++)
		close(c->fdinfo[i]);
	close(c->epoll);
	__atomic_add_fetch(&c->h->calls, calls, __ATOMIC_RELAXED);
}

int hostile_call(struct task *task)
{
	struct ion_stats stats;
	struct caller c;
	__u64 calls = 0;
	int ret = 0;

	caller_begin(&c, task);
	while (!ret && !READ_ONCE(c.h->stop)) {
		unsigned int which =
			random_below(&c.seed, ARRAY_SIZE(call_table));

		c.ch = hostile_any(c.h, &c.seed);
		ret = call_table[which](&c);
		if (!call_may_return(ret)) {
			ksft_print_msg("call %u returned %d\n", which, ret);
			break;
		}
		ret = stats_read(c.ch->fd, &stats);
		calls++;
	}
	caller_end(&c, calls);
	return ret;
}

/* Lend this thread again and again; poison and signals end that. */
int hostile_serve(struct task *task)
{
	struct hostile *h = hostile_of(task);
	__u64 seed = task->arg[0];
	int ret;

	while (!READ_ONCE(h->stop)) {
		ret = ion_lend(hostile_any(h, &seed)->fd,
			       1 + random_next(&seed) % 100000,
			       random_below(&seed, 5 * MS));
		if (!call_may_return(ret))
			return ret;
		if (!random_below(&seed, 4))
			sleep_ns(random_below(&seed, 2 * MS));
	}
	return 0;
}
