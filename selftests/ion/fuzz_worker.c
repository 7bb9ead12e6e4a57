// SPDX-License-Identifier: GPL-2.0-only
/*
 * A worker of the fuzzer: a process with some threads, each of which makes
 * steps until its time is over, with signals all the time. It may be killed at
 * any moment, and only its counts are kept.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "fuzz.h"

struct fuzz_world fuzz_world;

static __thread struct fuzz *self;

/* A fault that was not expected ends the process, as it would without this. */
static void fault(int signal)
{
	struct fuzz *f = self;

	if (f && f->guarded)
		siglongjmp(f->back, 1);
	sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
}

/* The timer signals one thread, which passes the signal on to another. */
static void tick(int signal)
{
	static unsigned int next;
	unsigned int i = __atomic_add_fetch(&next, 1, __ATOMIC_RELAXED);
	pid_t tid = fuzz_world.thread[i % FUZZ_THREADS];
	int error = errno;

	(void)signal;
	if (tid)
		syscall(SYS_tgkill, getpid(), tid, i & 4 ? SIGUSR1 : SIGUSR2);
	errno = error;
}

static void nothing(int signal)
{
	(void)signal;
}

static void handle_signals(void)
{
	struct sigaction faults = { .sa_handler = fault,
				    .sa_flags = SA_NODEFER };
	struct sigaction clock = { .sa_handler = tick };
	struct sigaction breaks = { .sa_handler = nothing };
	struct sigaction restarts = { .sa_handler = nothing,
				      .sa_flags = SA_RESTART };

	sigaction(SIGSEGV, &faults, NULL);
	sigaction(SIGBUS, &faults, NULL);
	sigaction(SIGALRM, &clock, NULL);
	sigaction(SIGUSR1, &breaks, NULL);
	sigaction(SIGUSR2, &restarts, NULL);
	sigaction(SIGIO, &breaks, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void start_clock(struct fuzz *f)
{
	suseconds_t us = 10000 + (suseconds_t)fuzz_below(f, 80000);
	struct itimerval timer = { { 0, us }, { 0, us } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Writable, read-only, and not mapped; false without memory. */
static bool make_scratch(struct fuzz *f)
{
	char *at = mmap(NULL, 3 * FUZZ_SCRATCH, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED ||
	    mprotect(at, FUZZ_SCRATCH, PROT_READ | PROT_WRITE) ||
	    mprotect(at + FUZZ_SCRATCH + 4096, FUZZ_SCRATCH - 4096, PROT_READ))
		return false;
	f->scratch = at;
	return true;
}

/* The meaning of the numbers in fuzz_world.other. */
static void make_others(void)
{
	int *other = fuzz_world.other;

	other[0] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	other[1] = epoll_create1(EPOLL_CLOEXEC);
	other[2] = epoll_create1(EPOLL_CLOEXEC);
	if (pipe2(&other[3], O_NONBLOCK | O_CLOEXEC))
		_exit(0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, &other[5]))
		_exit(0);
	other[7] = open("/dev/null", O_RDWR | O_CLOEXEC);
	other[8] = (int)syscall(SYS_memfd_create, "fuzz", 0);
	other[9] = -1;
	/* An epoll in an epoll. */
	epoll_ctl(other[1], EPOLL_CTL_ADD, other[2],
		  &(struct epoll_event){ .events = EPOLLIN });
}

static void make_world(struct fuzz *f)
{
	unsigned int i, j;

	memset(&fuzz_world, 0, sizeof(fuzz_world));
	for (i = 0; i < FUZZ_CHANNELS; i++) {
		fuzz_world.channel[i].fd = -1;
		for (j = 0; j < ION_AREAS_MAX; j++)
			fuzz_world.channel[i].place[j] = FUZZ_PLACES;
	}
	make_others();
	for (i = 0; i < 3; i++)
		fuzz_channel_make(f);
}

/* It keeps its open descriptors, and has the rights of an ordinary user. */
static void drop_privileges(void)
{
	struct rlimit lock = { 1 << 20, 1 << 20 };

	setrlimit(RLIMIT_MEMLOCK, &lock);
	if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000))
		_exit(0);
	/* Its files of /proc belong to it again, and it may be traced. */
	prctl(PR_SET_DUMPABLE, 1);
}

struct start {
	__u64 seed;
	unsigned int number;
};

static void loop(struct fuzz *f)
{
	__u64 *steps = &fuzz_shared->steps[fuzz_world.worker];

	while (__atomic_add_fetch(steps, 1, __ATOMIC_RELAXED) < fuzz_world.life)
		fuzz_step(f);
}

static void *thread(void *arg)
{
	struct start *start = arg;
	struct fuzz f = { .random = start->seed };

	self = &f;
	fuzz_world.thread[start->number] = (pid_t)syscall(SYS_gettid);
	if (make_scratch(&f))
		loop(&f);
	self = NULL;
	return NULL;
}

/**
 * fuzz_worker() - run as a worker until the end of the process
 * @worker: its number
 * @seed: of its random numbers
 * @life: how many steps it makes
 * @other: run as another user
 */
void fuzz_worker(unsigned int worker, __u64 seed, __u64 life, bool other)
{
	static struct start starts[FUZZ_THREADS];
	struct fuzz f = { .random = seed };
	unsigned int i, threads;
	pthread_t id;

	self = &f;
	close_range(3, ~0U, 0);
	handle_signals();
	if (!make_scratch(&f))
		_exit(0);
	make_world(&f);
	/* Only root may ask for it, for itself. */
	if (fuzz_options.faults)
		fuzz_faults_self();
	if (other)
		drop_privileges();
	fuzz_world.worker = worker;
	fuzz_world.life = life;
	fuzz_world.thread[0] = (pid_t)syscall(SYS_gettid);
	threads = 1 + fuzz_below(&f, FUZZ_THREADS);
	for (i = 1; i < threads; i++) {
		starts[i].seed = fuzz_random(&f);
		starts[i].number = i;
		pthread_create(&id, NULL, thread, &starts[i]);
	}
	start_clock(&f);
	loop(&f);
	/* Other threads may be in any call. */
	_exit(0);
}

/**
 * fuzz_child() - run as a child that a step started, until its end
 * @f: of its thread in the parent
 *
 * It has the descriptors of its parent, but no mappings of their channels.
 */
void fuzz_child(struct fuzz *f)
{
	unsigned int steps = 1 + fuzz_below(f, 60);
	unsigned int i;

	fuzz_world.depth++;
	for (i = 0; i < FUZZ_THREADS; i++)
		fuzz_world.thread[i] = 0;
	fuzz_world.thread[0] = getpid();
	for (i = 0; i < FUZZ_CHILDREN; i++)
		fuzz_world.child[i] = 0;
	start_clock(f);
	while (steps--)
		fuzz_step(f);
	_exit(0);
}
