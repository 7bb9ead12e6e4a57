// SPDX-License-Identifier: GPL-2.0-only
/* Lent threads that get no processor. */
#include "starve_test.h"

#define STARVE_LOOPS 100

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

/* The process of the ordinary user: its threads and its loops. */
static void starve_program(struct starved *s)
{
	struct task server[STARVE_THREADS];
	pthread_attr_t attr;
	pthread_t thread;
	cpu_set_t set;
	unsigned int i;

	if (ion_drop_privileges() || prctl(PR_SET_PDEATHSIG, SIGKILL))
		_exit(1);
	for (i = 0; i < STARVE_THREADS; i++) {
		task_start(&server[i], serve_idle, &s->served[i], 0, 0);
		/* A child has no mapping of the rings. */
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
	for (i = 0; i < STARVE_LOOPS; i++)
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

	for (i = 0; i < STARVE_THREADS; i++)
		ns += thread_ran_ns(s, i);
	return ns;
}

/* Return whether all threads wait for a processor. */
static bool threads_are_ready(const struct starved *s)
{
	unsigned int i;

	for (i = 0; i < STARVE_THREADS; i++)
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

/* Return whether the loops use the whole processor. */
static bool threads_starve(const struct starved *s)
{
	__u64 threads = threads_ran_ns(s), program = program_ran_ns(s);
	__u64 until = now_ns() + 2 * SECOND;

	while (program_ran_ns(s) - program < 200 * MS && now_ns() < until)
		sleep_ns(10 * MS);
	return threads && threads_ran_ns(s) == threads &&
	       program_ran_ns(s) - program >= 200 * MS && threads_are_ready(s);
}

int starve_open_key(struct channel *ch, const char *service, const char *key)
{
	struct ion_setup setup;

	ion_setup_init(&setup, service);
	ion_setup_key(&setup, key);
	return channel_open_live(ch, &setup);
}

const char *starve_key(unsigned int nr)
{
	static char key[ION_KEY_LEN];

	snprintf(key, sizeof(key), "starve %u", nr);
	return key;
}

int starve_open(struct starved *s, const char *service, bool keys, bool joined)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < STARVE_THREADS; i++) {
		s->served[i].fd = -1;
		s->mine[i].fd = -1;
	}
	for (i = 0; !ret && i < STARVE_THREADS; i++) {
		ret = starve_open_key(&s->served[i], service,
				      keys ? starve_key(i) : "");
		if (ret || !joined)
			continue;
		ret = starve_open_key(&s->mine[i], service, "");
		if (!ret)
			ret = ion_join(s->mine[i].fd, s->served[i].fd);
	}
	return ret;
}

const char *starve_begin(struct starved *s)
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

void starve_end(struct starved *s)
{
	unsigned int i;

	if (s->program > 0) {
		kill(s->program, SIGKILL);
		ion_wait_child(s->program);
	}
	/* The call that was stuck ends now. */
	if (s->caller > 0)
		ion_wait_child(s->caller);
	for (i = 0; i < STARVE_THREADS; i++) {
		channel_close(&s->served[i]);
		channel_close(&s->mine[i]);
	}
}

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

/* The call does not return; the end of the other program will release it. */
static char caller_stuck(struct starved *s, pid_t pid)
{
	char state = process_state(pid);

	kill(pid, SIGKILL);
	s->caller = pid;
	return state;
}

__u64 starve_answer(struct starved *s, unsigned int i, starve_fn call,
		    struct verdict *v)
{
	pid_t pid = caller_start(s, i, call);
	int status;

	if (!child_ends(pid, now_ns() + STARVE_STUCK, &status)) {
		v->stuck = caller_stuck(s, pid);
		return 0;
	}
	if (s->shared->ret)
		v->ret = s->shared->ret;
	return s->shared->ns;
}

__u64 starve_kill(struct starved *s, unsigned int i, starve_fn call,
		  struct verdict *v)
{
	pid_t pid = caller_start(s, i, call);
	int status;
	__u64 start;

	if (child_ends(pid, now_ns() + 50 * MS, &status))
		return 0;
	start = now_ns();
	kill(pid, SIGKILL);
	if (!child_ends(pid, start + STARVE_STUCK, &status)) {
		v->stuck = caller_stuck(s, pid);
		return 0;
	}
	return now_ns() - start;
}

struct verdict starve_try(struct starved *s, starve_fn call, starve_try_fn try)
{
	struct verdict v = { .stuck = '-' };
	unsigned int i, again;
	__u64 ns, best;

	for (i = 0; i < STARVE_THREADS && v.stuck == '-'; i++) {
		best = ~0ULL;
		for (again = 0; again < STARVE_TRIES && v.stuck == '-';
		     again++) {
			ns = try(s, i, call, &v);
			if (ns < best)
				best = ns;
		}
		if (best > v.ns)
			v.ns = best;
	}
	return v;
}
