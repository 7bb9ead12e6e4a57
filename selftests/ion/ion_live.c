// SPDX-License-Identifier: GPL-2.0-only
/* A channel at work: sleeping calls, lent threads, what exists in the system. */
#include "ion_live.h"

volatile unsigned int task_signals;

/* The words of a ring, in either layout. */
struct ion_ring_words channel_words(const struct channel *ch, unsigned int ring)
{
	const struct ion_ring_info *info = &ch->info.ring[ring];

	return (struct ion_ring_words){
		.head = channel_at(ch, info->head),
		.tail = channel_at(ch, info->tail),
		.producer_wake = channel_at(ch, info->producer_wake),
		.consumer_wake = channel_at(ch, info->consumer_wake),
		.producer_wake_kernel =
			channel_at(ch, info->producer_wake_kernel),
		.consumer_wake_kernel =
			channel_at(ch, info->consumer_wake_kernel),
		.slots = channel_at(ch, info->slots),
		.nr_slots = info->nr_slots,
	};
}

__u32 *user_index(const struct channel *ch, unsigned int ring)
{
	struct ion_ring_words words = channel_words(ch, ring);

	return ion_kernel_pushes(ring) ? words.tail : words.head;
}

__u32 kernel_index(const struct channel *ch, unsigned int ring)
{
	struct ion_ring_words words = channel_words(ch, ring);

	return READ_ONCE(*(ion_kernel_pushes(ring) ? words.head : words.tail));
}

/* The wake flag of the kernel end. */
__u16 kernel_wake(const struct channel *ch, unsigned int ring)
{
	struct ion_ring_words words = channel_words(ch, ring);

	return READ_ONCE(*(ion_kernel_pushes(ring) ? words.producer_wake
						   : words.consumer_wake));
}

/* The wake flags of all rings, one bit for each, by enum ion_ring_id. */
unsigned int kernel_wakes(const struct channel *ch)
{
	unsigned int id, bits = 0;

	for (id = 0; id < ION_RINGS; id++)
		bits |= (unsigned int)kernel_wake(ch, id) << id;
	return bits;
}

/* Attach the user ends, in either layout. */
void channel_attach_live(struct channel *ch)
{
	struct ion_ring_words words[ION_RINGS];
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		words[id] = channel_words(ch, id);
	ion_producer_attach_words(&ch->tx, &words[ION_RING_TX]);
	ion_consumer_attach_words(&ch->rx, &words[ION_RING_RX]);
	ion_producer_attach_words(&ch->cmd, &words[ION_RING_CMD]);
	ion_consumer_attach_words(&ch->evt, &words[ION_RING_EVT]);
}

int channel_open_live(struct channel *ch, const struct ion_setup *setup)
{
	int ret = channel_open(ch, setup);

	if (!ret)
		channel_attach_live(ch);
	return ret;
}

/* Open a channel with one number of slots for all rings. */
int channel_open_layout(struct channel *ch, __u32 layout, __u32 slots,
			const char *service)
{
	struct ion_setup setup;
	unsigned int id;

	ion_setup_init(&setup, service);
	setup.layout = layout;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = slots;
	return channel_open_live(ch, &setup);
}

/* Push packets from number @from on and kick: how many fitted, or -errno. */
int ion_send(struct channel *ch, __u64 from, __u32 count)
{
	__u32 n = ion_push_from(ch, from, count);
	int ret = ion_kick(ch->fd);

	return ret ? ret : (int)n;
}

bool ion_send_cmd(struct channel *ch, __u64 number)
{
	struct ion_cmd_packet cmd = ion_cmd_of(number);

	return ion_ring_push_cmd(&ch->cmd, &cmd) && !ion_kick(ch->fd);
}

/*
 * Push and kick until the ring takes no more; return the number of packets in
 * it.
 */
__u64 ion_fill(struct channel *ch)
{
	__u64 number = 0;
	int n;

	do {
		n = ion_send(ch, number, ch->info.ring[ION_RING_TX].nr_slots);
		number += n > 0 ? n : 0;
	} while (n > 0);
	return number;
}

int ion_wait_for(int fd, __u32 rx, __u32 evt, __u64 *timeout_ns)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = rx,
		.evt = evt,
		.timeout_ns = *timeout_ns,
	};
	int ret = ion_call(fd, ION_IOC_WAIT, &wait);

	*timeout_ns = wait.timeout_ns;
	return ret;
}

int ion_lend(int fd, __u64 idle_ns, __u64 max_ns)
{
	struct ion_serve serve = {
		.size = sizeof(serve),
		.idle_ns = idle_ns,
		.max_ns = max_ns,
	};

	return ion_call(fd, ION_IOC_SERVE, &serve);
}

int ion_set_eventfd(int fd, int eventfd)
{
	struct ion_eventfd arg = { .size = sizeof(arg), .fd = eventfd };

	return ion_call(fd, ION_IOC_EVENTFD, &arg);
}

int ion_kernel_end(int fd)
{
	struct ion_stats stats;
	int ret = ion_get_stats(fd, &stats);

	return ret ? ret : (int)stats.kernel_end;
}

/* poll() of one descriptor: the events that are ready, or -errno. */
int ion_poll_for(int fd, short events, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int ret = poll(&pollfd, 1, timeout_ms);

	return ret < 0 ? -errno : ret ? pollfd.revents : 0;
}

__u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

void sleep_ns(__u64 ns)
{
	struct timespec time = { .tv_sec = ns / SECOND,
				 .tv_nsec = ns % SECOND };

	while (nanosleep(&time, &time))
		;
}

static void *task_main(void *arg)
{
	struct task *task = arg;
	__u64 start = now_ns();

	WRITE_ONCE(task->tid, (pid_t)syscall(SYS_gettid));
	task->ret = task->run(task);
	task->ns = now_ns() - start;
	/* A thread that sees @done sees @ret and @ns too. */
	smp_store_release(&task->done, true);
	return NULL;
}

void task_start(struct task *task, int (*run)(struct task *task),
		struct channel *ch, __u64 arg0, __u64 arg1)
{
	memset(task, 0, sizeof(*task));
	task->run = run;
	task->ch = ch;
	task->arg[0] = arg0;
	task->arg[1] = arg1;
	if (pthread_create(&task->thread, NULL, task_main, task))
		abort();
	while (!READ_ONCE(task->tid))
		sched_yield();
}

/* R, S, D, ...; 0 if the task has ended. */
static char state_in(const char *path)
{
	char text[512], *state;

	if (ion_read_text(path, text, sizeof(text)) < 0)
		return 0;
	state = strrchr(text, ')');
	return state ? state[2] : 0;
}

char task_state(const struct task *task)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", task->tid);
	return state_in(path);
}

char process_state(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return state_in(path);
}

/* Return whether the thread falls asleep, and stays asleep for a while. */
bool task_sleeps(const struct task *task)
{
	int again;

	for (again = 0; again < 5; again++) {
		if (!AWAIT(task_state(task) == 'S' || READ_ONCE(task->done)))
			return false;
		sleep_ns(4 * MS);
		if (READ_ONCE(task->done))
			return false;
		if (task_state(task) != 'S')
			again = 0;
	}
	return true;
}

/* The result of the call; -ETIMEDOUT if it does not return. */
int task_join(struct task *task)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 2 * LONG_MS / 1000;
	if (pthread_timedjoin_np(task->thread, NULL, &until))
		return -ETIMEDOUT;
	return task->ret;
}

void task_signal(struct task *task, int signal)
{
	syscall(SYS_tgkill, getpid(), task->tid, signal);
}

void task_signalled(int signal)
{
	(void)signal;
	__atomic_add_fetch(&task_signals, 1, __ATOMIC_RELAXED);
}

/* Let SIGUSR1 interrupt calls, which restart (SA_RESTART) or fail (0). */
void task_handle_signal(int flags)
{
	struct sigaction action = { .sa_handler = task_signalled,
				    .sa_flags = flags };

	sigaction(SIGUSR1, &action, NULL);
}

int task_serve(struct task *task)
{
	return ion_lend(task->ch->fd, task->arg[0], task->arg[1]);
}

/* Return whether the lent thread runs the kernel end, and the flags say so. */
bool server_runs(const struct channel *ch)
{
	switch (ion_kernel_end(ch->fd)) {
	case ION_KERNEL_END_LENT:
		return !kernel_wake(ch, ION_RING_TX);
	case ION_KERNEL_END_LENT_SLEEPING:
		return true;
	default:
		return false;
	}
}

/* Lend a thread; return whether it comes to run the kernel end. */
bool server_start(struct task *task, struct channel *ch, __u64 idle_ns,
		  __u64 max_ns)
{
	task_handle_signal(0);
	task_start(task, task_serve, ch, idle_ns, max_ns);
	return AWAIT(server_runs(ch));
}

/* Take the thread back with a signal: -EINTR. */
int server_stop(struct task *task)
{
	task_signal(task, SIGUSR1);
	return task_join(task);
}

bool lent_sleeps(struct channel *ch)
{
	return AWAIT(ion_kernel_end(ch->fd) == ION_KERNEL_END_LENT_SLEEPING &&
		     kernel_wakes(ch) == WAKES_IDLE);
}

/* Push a packet without a call; return whether the lent thread echoes it. */
bool echoed(struct channel *ch, __u64 number)
{
	if (ion_push_from(ch, number, 1) != 1)
		return false;
	return AWAIT(ion_ring_peek(&ch->rx, 1)) &&
	       ion_pop_from(ch, number, 2) == 1;
}

/* Push a packet and kick; return whether it is echoed. */
bool echoed_by_kick(struct channel *ch, __u64 number)
{
	return ion_send(ch, number, 1) == 1 &&
	       AWAIT(ion_ring_peek(&ch->rx, 1)) &&
	       ion_pop_from(ch, number, 2) == 1;
}

/* Return whether the kernel end is as it is without a lent thread. */
bool given_back(struct channel *ch)
{
	return ion_kernel_end(ch->fd) == ION_KERNEL_END_SLEEPING &&
	       kernel_wakes(ch) == WAKES_IDLE;
}

/* The counters of each ring: pushed = popped + queued + discarded. */
bool stats_add_up(const struct ion_stats *stats)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		const struct ion_ring_stats *ring = &stats->ring[id];

		if (ring->queued > ring->capacity ||
		    ring->pushed !=
			    ring->popped + ring->queued + ring->discarded)
			return false;
	}
	return true;
}

/* ION_IOC_STATS with counters that add up: 0, -ERANGE, or -errno of the call. */
int stats_read(int fd, struct ion_stats *stats)
{
	int ret = ion_get_stats(fd, stats);

	return ret || stats_add_up(stats) ? ret : -ERANGE;
}

/* ION_IOC_QUERY; @size is 0 if it failed. */
struct ion_query query(int fd)
{
	struct ion_query query = { .size = sizeof(query) };

	if (ion_call(fd, ION_IOC_QUERY, &query))
		query.size = 0;
	return query;
}

struct usage usage_now(void)
{
	int fd = ion_open(O_RDWR);
	struct ion_query now = query(fd);
	struct usage usage = {
		.channels = now.channels,
		.bytes = now.bytes,
		.references = ion_refcount(),
	};

	if (!now.size)
		abort();
	close(fd);
	return usage;
}

bool usage_is(struct usage want)
{
	struct usage now = usage_now();

	return now.channels == want.channels && now.bytes == want.bytes &&
	       now.references == want.references;
}

/* Return whether all that was opened since is freed, now or within a moment. */
bool usage_returns_to(const struct usage *before)
{
	struct usage now;

	return AWAIT((now = usage_now(), now.channels == before->channels &&
						 now.bytes == before->bytes));
}

int ion_join(int fd, int other)
{
	struct ion_join join = { .size = sizeof(join), .fd = other };

	return ion_call(fd, ION_IOC_JOIN, &join);
}
