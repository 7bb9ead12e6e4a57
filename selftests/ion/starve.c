// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that an ordinary user lends is preempted inside the kernel and gets no
 * processor again for minutes. Calls of root answer all the same, or can be killed.
 *
 * On a kernel that preempts only where it is asked to, the thread stops outside
 * of what it holds. The promise is the same there, and easier to keep.
 */
#include <sys/epoll.h>

#include "ion_test.h"
#include "serve_test.h"
#include "uring_test.h"

/* One of so many threads is preempted where it holds something. */
#define THREADS 4
#define LOOPS	100
#define TRIES	3

#define AT_ONCE (100 * MS)
#define STUCK	(5 * SECOND)

/**
 * struct shared - what the processes tell each other
 * @tid: the threads that are lent
 * @busy: the loops are there
 * @ret: what the call returned
 * @ns: how long it took
 */
struct shared {
	pid_t tid[THREADS];
	bool busy;
	int ret;
	__u64 ns;
};

/**
 * struct starved - lent threads without a processor
 * @served: their channels
 * @mine: other channels, joined to those, if the fixture wants them
 * @shared: what the processes tell each other
 * @program: the process of the threads and of the loops
 * @caller: a process that did not come back from a call
 */
struct starved {
	struct channel served[THREADS];
	struct channel mine[THREADS];
	struct shared *shared;
	pid_t program;
	pid_t caller;
};

/**
 * struct verdict - of several tries of one call on each channel
 * @ret: what the call returned, the first error if there was one
 * @ns: the shortest time that it took, on the channel where that was longest
 * @stuck: '-', or the state of the process that was not done in @STUCK
 */
struct verdict {
	int ret;
	__u64 ns;
	char stuck;
};

static void *loop(void *unused)
{
	(void)unused;
	for (;;)
		__asm__ __volatile__("");
	return NULL;
}

static int serve_idle(struct task *task)
{
	struct sched_param none = { 0 };

	if (run_on_cpu(0, 0) || sched_setscheduler(0, SCHED_IDLE, &none))
		return -errno;
	return ion_lend(task->ch->fd, SPIN, 0);
}

/* The process of the ordinary user. */
static void starve_program(struct starved *s)
{
	struct task server[THREADS];
	pthread_attr_t attr;
	pthread_t thread;
	cpu_set_t set;
	unsigned int i;

	if (ion_drop_privileges() || prctl(PR_SET_PDEATHSIG, SIGKILL))
		_exit(1);
	for (i = 0; i < THREADS; i++) {
		task_start(&server[i], serve_idle, &s->served[i], 0, 0);
		/* The rings are not mapped in a child. */
		if (!AWAIT(ion_kernel_end(s->served[i].fd) ==
			   ION_KERNEL_END_LENT))
			_exit(2);
		WRITE_ONCE(s->shared->tid[i], server[i].tid);
	}
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	for (i = 0; i < LOOPS; i++)
		if (pthread_create(&thread, &attr, loop, NULL))
			_exit(3);
	WRITE_ONCE(s->shared->busy, true);
	for (;;)
		pause();
}

static __u64 thread_ran_ns(const struct starved *s, unsigned int i)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", s->program,
		 s->shared->tid[i]);
	if (ion_read_text(path, text, sizeof(text)) < 0)
		return 0;
	return strtoull(text, NULL, 10);
}

static __u64 threads_ran_ns(const struct starved *s)
{
	__u64 ns = 0;
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		ns += thread_ran_ns(s, i);
	return ns;
}

/* They want a processor. */
static bool threads_are_ready(const struct starved *s)
{
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		if (process_state(s->shared->tid[i]) != 'R')
			return false;
	return true;
}

static __u64 program_ran_ns(const struct starved *s)
{
	struct timespec ran = { 0 };
	clockid_t clock;

	if (clock_getcpuclockid(s->program, &clock) ||
	    clock_gettime(clock, &ran))
		return 0;
	return ran.tv_sec * SECOND + ran.tv_nsec;
}

/* The loops have all of the processor that the threads want. */
static bool threads_starve(const struct starved *s)
{
	__u64 threads = threads_ran_ns(s), program = program_ran_ns(s);
	__u64 until = now_ns() + 2 * SECOND;

	while (program_ran_ns(s) - program < 200 * MS && now_ns() < until)
		sleep_ns(10 * MS);
	return threads && threads_ran_ns(s) == threads &&
	       program_ran_ns(s) - program >= 200 * MS && threads_are_ready(s);
}

static int channel_open_key(struct channel *ch, const char *service,
			    const char *key)
{
	struct ion_setup setup;

	ion_setup_init(&setup, service);
	ion_setup_key(&setup, key);
	return channel_open_live(ch, &setup);
}

static int join_channels(int fd, int other)
{
	struct ion_join join = { .size = sizeof(join), .fd = other };

	return ion_call(fd, ION_IOC_JOIN, &join);
}

static const char *starve_key(unsigned int nr)
{
	static char key[ION_KEY_LEN];

	snprintf(key, sizeof(key), "starve %u", nr);
	return key;
}

/* The channels that threads are lent to: 0, or an error. */
static int starve_open(struct starved *s, const char *service, bool keys,
		       bool joined)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < THREADS; i++) {
		s->served[i].fd = -1;
		s->mine[i].fd = -1;
	}
	for (i = 0; !ret && i < THREADS; i++) {
		ret = channel_open_key(&s->served[i], service,
				       keys ? starve_key(i) : "");
		if (ret || !joined)
			continue;
		ret = channel_open_key(&s->mine[i], service, "");
		if (!ret)
			ret = join_channels(s->mine[i].fd, s->served[i].fd);
	}
	return ret;
}

/* What went wrong, NULL if nothing did. */
static const char *starve_begin(struct starved *s)
{
	unsigned int i;

	s->shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->shared == MAP_FAILED)
		return "no memory";
	s->program = fork();
	if (!s->program)
		starve_program(s);
	for (i = 0; i < 4 && !AWAIT(READ_ONCE(s->shared->busy)); i++)
		;
	if (!READ_ONCE(s->shared->busy))
		return "the program did not begin";
	return AWAIT(threads_starve(s)) ? NULL
					: "the lent threads have a processor";
}

static void starve_end(struct starved *s)
{
	unsigned int i;

	if (s->program > 0) {
		kill(s->program, SIGKILL);
		ion_wait_child(s->program);
	}
	/* What stood in its way is gone. */
	if (s->caller > 0)
		ion_wait_child(s->caller);
	for (i = 0; i < THREADS; i++) {
		channel_close(&s->served[i]);
		channel_close(&s->mine[i]);
	}
}

/**
 * struct call - where a call is made
 * @fd: of the channel
 * @served: the channel that a thread is lent to: this one, or its peer
 * @nr: number of the thread
 */
struct call {
	int fd;
	const struct channel *served;
	unsigned int nr;
};

typedef int (*starve_fn)(const struct call *c);

static pid_t caller_start(struct starved *s, unsigned int i, starve_fn call)
{
	struct call c = {
		.fd = s->mine[i].fd < 0 ? s->served[i].fd : s->mine[i].fd,
		.served = &s->served[i],
		.nr = i,
	};
	pid_t pid;
	__u64 start;

	s->shared->ret = 0;
	s->shared->ns = 0;
	pid = fork();
	if (pid)
		return pid;
	start = now_ns();
	s->shared->ret = call(&c);
	s->shared->ns = now_ns() - start;
	_exit(0);
}

/* It does not come back: the end of the other program is to let it go. */
static char caller_stuck(struct starved *s, pid_t pid)
{
	char state = process_state(pid);

	kill(pid, SIGKILL);
	s->caller = pid;
	return state;
}

/* How long the call takes. */
static __u64 try_answer(struct starved *s, unsigned int i, starve_fn call,
			struct verdict *v)
{
	pid_t pid = caller_start(s, i, call);
	int status;

	if (!child_ends(pid, now_ns() + STUCK, &status)) {
		v->stuck = caller_stuck(s, pid);
		return 0;
	}
	if (s->shared->ret)
		v->ret = s->shared->ret;
	return s->shared->ns;
}

/* How long the call takes to end once it is killed, 0 if it ends by itself. */
static __u64 try_kill(struct starved *s, unsigned int i, starve_fn call,
		      struct verdict *v)
{
	pid_t pid = caller_start(s, i, call);
	int status;
	__u64 start;

	if (child_ends(pid, now_ns() + 50 * MS, &status))
		return 0;
	start = now_ns();
	kill(pid, SIGKILL);
	if (!child_ends(pid, start + STUCK, &status)) {
		v->stuck = caller_stuck(s, pid);
		return 0;
	}
	return now_ns() - start;
}

static struct verdict try_all(struct starved *s, starve_fn call,
			      __u64 (*try)(struct starved *s, unsigned int i,
					   starve_fn call, struct verdict *v))
{
	struct verdict v = { .stuck = '-' };
	unsigned int i, again;
	__u64 ns, best;

	for (i = 0; i < THREADS && v.stuck == '-'; i++) {
		best = ~0ULL;
		for (again = 0; again < TRIES && v.stuck == '-'; again++) {
			ns = try(s, i, call, &v);
			if (ns < best)
				best = ns;
		}
		if (best > v.ns)
			v.ns = best;
	}
	return v;
}

FIXTURE(starve)
{
	struct starved s;
};

FIXTURE_VARIANT(starve)
{
	const char *service;
	bool joined;
};

/* clang-format off */

/* The calls are made on the channel that the thread serves. */
FIXTURE_VARIANT_ADD(starve, itself)
{
	.service = "",
	.joined = false,
};

/* The calls are made on a channel that is joined to it. */
FIXTURE_VARIANT_ADD(starve, peer)
{
	.service = "pair",
	.joined = true,
};

/* clang-format on */

FIXTURE_SETUP(starve)
{
	const char *why;

	if (run_on_cpu(0, 1))
		SKIP(return, "there is one processor, which the loops have");
	ASSERT_EQ(0, starve_open(&self->s, variant->service, false,
				 variant->joined));
	why = starve_begin(&self->s);
	ASSERT_EQ(NULL, why)
	TH_LOG("%s", why);
}

FIXTURE_TEARDOWN(starve)
{
	starve_end(&self->s);
}

/* clang-format off */
#define EXPECT_VERDICT(v, what)						\
	do {								\
		EXPECT_EQ('-', (v).stuck)				\
			TH_LOG("%s: still there after %llu s, in state %c", \
			       what, STUCK / SECOND, (v).stuck);	\
		EXPECT_GE(AT_ONCE, (v).ns)				\
			TH_LOG("%s: %llu us in the best of %d tries, expected at most %llu", \
			       what, (v).ns / 1000, TRIES, AT_ONCE / 1000); \
		EXPECT_EQ(0, (v).ret)					\
			TH_LOG("%s: %s", what, strerror(-(v).ret));	\
	} while (0)

#define ANSWERS(name, call)						\
	TEST_F_TIMEOUT(starve, name, 60)				\
	{								\
		struct verdict v = try_all(&self->s, call, try_answer);	\
									\
		EXPECT_VERDICT(v, "the call");				\
	}

#define CAN_BE_KILLED(name, call)					\
	TEST_F_TIMEOUT(starve, name, 60)				\
	{								\
		struct verdict v = try_all(&self->s, call, try_kill);	\
									\
		EXPECT_VERDICT(v, "the killed call");			\
	}
/* clang-format on */

/* Calls that look, or that do not wait. */

/* On any other channel: the one that starves is on the list. */
static int call_list(const struct call *c)
{
	static struct ion_list_entry entries[ION_LIST_MAX];
	struct ion_list list = {
		.size = sizeof(list),
		.count = ION_LIST_MAX,
		.after = c->served->info.channel - 1,
		.addr = (__u64)(unsigned long)entries,
		.entry_size = sizeof(entries[0]),
	};
	int ret = ion_call(ion_open(O_RDWR), ION_IOC_LIST, &list);

	if (ret < 0)
		return ret;
	return ret && entries[0].channel == c->served->info.channel ? 0
								    : -ENOENT;
}

ANSWERS(list_answers, call_list)

/* Likewise: it is one of those that are added up. */
static int call_totals(const struct call *c)
{
	struct ion_totals totals = { .size = sizeof(totals) };
	struct ion_query query = {
		.size = sizeof(query),
		.totals = (__u64)(unsigned long)&totals,
	};
	int ret = ion_call(ion_open(O_RDWR), ION_IOC_QUERY, &query);

	(void)c;
	if (ret < 0)
		return ret;
	return totals.calls ? 0 : -ENOENT;
}

ANSWERS(totals_answer, call_totals)

static int call_stats(const struct call *c)
{
	struct ion_stats stats;

	return ion_get_stats(c->fd, &stats);
}

ANSWERS(stats_answers, call_stats)

static int call_fdinfo(const struct call *c)
{
	char path[64], text[4096];
	int ret;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", c->fd);
	ret = ion_read_text(path, text, sizeof(text));
	return ret < 0 ? ret : 0;
}

ANSWERS(fdinfo_answers, call_fdinfo)

static int would_block_is_fine(ssize_t n)
{
	return n >= 0 || errno == EAGAIN ? 0 : -errno;
}

static int call_read_nowait(const struct call *c)
{
	struct ion_packet packet;
	struct iovec iov = { &packet, sizeof(packet) };

	return would_block_is_fine(preadv2(c->fd, &iov, 1, -1, RWF_NOWAIT));
}

ANSWERS(preadv2_nowait_answers, call_read_nowait)

static int call_write_nowait(const struct call *c)
{
	struct ion_packet packet = { 0 };
	struct iovec iov = { &packet, sizeof(packet) };

	return would_block_is_fine(pwritev2(c->fd, &iov, 1, -1, RWF_NOWAIT));
}

ANSWERS(pwritev2_nowait_answers, call_write_nowait)

static int call_poll(const struct call *c)
{
	int ret = ion_poll_for(c->fd, POLLIN | POLLOUT | POLLPRI, 0);

	return ret < 0 ? ret : 0;
}

ANSWERS(poll_without_a_timeout_answers, call_poll)

static int call_epoll(const struct call *c)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	return epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) ? -errno : 0;
}

ANSWERS(epoll_ctl_answers, call_epoll)

/* It tries without waiting, and has the channel wake it if that gives nothing. */
static int call_uring(const struct call *c)
{
	struct ion_packet packet;
	struct uring uring;

	if (uring_open(&uring))
		return 0;
	return uring_submit(&uring, IORING_OP_READ, c->fd, &packet,
			    sizeof(packet)) == 1
		       ? 0
		       : -EIO;
}

ANSWERS(io_uring_answers, call_uring)

/* Calls that may wait, and then can be killed. */

static int call_wait(const struct call *c)
{
	__u64 forever = ION_WAIT_FOREVER;

	return ion_wait_for(c->fd, 1, 0, &forever);
}

CAN_BE_KILLED(wait_can_be_killed, call_wait)

static int call_kick(const struct call *c)
{
	return ion_kick(c->fd);
}

CAN_BE_KILLED(kick_can_be_killed, call_kick)

static int call_read(const struct call *c)
{
	struct ion_packet packet;

	return (int)read(c->fd, &packet, sizeof(packet));
}

CAN_BE_KILLED(read_can_be_killed, call_read)

static int call_write(const struct call *c)
{
	struct ion_packet packets[255] = { 0 };
	ssize_t n;

	/* More than there is room for. */
	do {
		n = write(c->fd, packets, sizeof(packets));
	} while (n > 0);
	return (int)n;
}

CAN_BE_KILLED(write_can_be_killed, call_write)

static int call_reset(const struct call *c)
{
	return ion_reset(c->fd);
}

CAN_BE_KILLED(reset_can_be_killed, call_reset)

static int call_push(const struct call *c)
{
	struct ion_packet packet = { 0 };

	return ion_batch(c->fd, ION_IOC_PUSH, ION_RING_TX, &packet, 1);
}

CAN_BE_KILLED(push_can_be_killed, call_push)

static int call_pop(const struct call *c)
{
	struct ion_packet packet;

	return ion_batch(c->fd, ION_IOC_POP, ION_RING_RX, &packet, 1);
}

CAN_BE_KILLED(pop_can_be_killed, call_pop)

static int call_peek(const struct call *c)
{
	struct ion_packet packet;

	return ion_peek(c->fd, ION_RING_TX, &packet, 0, 1);
}

CAN_BE_KILLED(peek_can_be_killed, call_peek)

/* To be joined to a channel means to wait for its kernel end. */

FIXTURE(starve_join)
{
	struct starved s;
};

FIXTURE_VARIANT(starve_join)
{
	bool by_key;
};

/* clang-format off */

FIXTURE_VARIANT_ADD(starve_join, descriptor)
{
	.by_key = false,
};

FIXTURE_VARIANT_ADD(starve_join, key)
{
	.by_key = true,
};

/* clang-format on */

FIXTURE_SETUP(starve_join)
{
	const char *why;

	if (run_on_cpu(0, 1))
		SKIP(return, "there is one processor, which the loops have");
	ASSERT_EQ(0, starve_open(&self->s, "pair", variant->by_key, false));
	why = starve_begin(&self->s);
	ASSERT_EQ(NULL, why)
	TH_LOG("%s", why);
}

FIXTURE_TEARDOWN(starve_join)
{
	starve_end(&self->s);
}

static int call_join(const struct call *c)
{
	struct channel ch;
	int ret = channel_open_key(&ch, "pair", "");

	return ret ?: join_channels(ch.fd, c->served->fd);
}

static int call_setup(const struct call *c)
{
	struct channel ch;

	return channel_open_key(&ch, "pair", starve_key(c->nr));
}

TEST_F_TIMEOUT(starve_join, can_be_killed, 60)
{
	starve_fn call = variant->by_key ? call_setup : call_join;
	struct verdict v = try_all(&self->s, call, try_kill);

	EXPECT_VERDICT(v, "the killed call");
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
