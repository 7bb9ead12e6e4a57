// SPDX-License-Identifier: GPL-2.0-only
/*
 * One end of one ring, in a thread of its own, which moves packets, checks them,
 * and waits in one of the ways.
 *
 * Its rule: after publishing or releasing, check the wake flag of the kernel end
 * and kick if it is set; before sleeping on the eventfd, set the own flag and
 * check again.
 */
#include "stress.h"

const char *const way_names[] = {
	[WAY_SPIN] = "spin",   [WAY_WAIT] = "wait",   [WAY_POLL] = "poll",
	[WAY_EPOLL] = "epoll", [WAY_EDGE] = "edge",   [WAY_EVENTFD] = "eventfd",
	[WAY_RW] = "rw",       [WAY_SIGIO] = "sigio", [WAYS] = NULL,
};

const char *const ring_names[] = { "tx", "rx", "cmd", "evt" };

/* A command or a packet with its number, and whether it is the last. */
union message {
	struct ion_packet packet;
	struct ion_cmd_packet cmd;
	__u64 word[4];
};

static void message_make(union message *m, unsigned int ring, __u64 number,
			 bool last)
{
	if (ion_ring_is_cmd(ring)) {
		m->cmd = ion_cmd_of(number);
		m->cmd.pad = last;
	} else {
		m->packet = ion_packet_of(number);
		m->packet.len = last;
	}
}

static bool message_check(union message *m, unsigned int ring, __u64 number,
			  bool *last)
{
	union message want;

	*last = ion_ring_is_cmd(ring) ? m->cmd.pad : m->packet.len;
	message_make(&want, ring, number, *last);
	return !memcmp(m, &want, ion_slot_size(ring));
}

static struct ion_end *worker_end(struct worker *w)
{
	struct channel *ch = &w->round->ch;

	switch (w->ring) {
	case ION_RING_TX:
		return &ch->tx.end;
	case ION_RING_RX:
		return &ch->rx.end;
	case ION_RING_CMD:
		return &ch->cmd.end;
	default:
		return &ch->evt.end;
	}
}

/* Return whether there is work: room, or a packet. */
static bool worker_has_work(struct worker *w)
{
	struct ion_end *end = worker_end(w);

	return ion_end_take_one(end,
				ion_kernel_pushes(w->ring) ? 0 : end->mask);
}

static void worker_kick(struct worker *w)
{
	w->kicks++;
	if (ion_kick(w->round->ch.fd))
		w->error = "a kick failed";
}

/* Whether half of the other end's wake flag asks for no more than it has. */
static bool half_asks(const __u16 *half, __u32 usable, __u32 mask)
{
	__u32 want = READ_ONCE(*half);

	return want && usable >= (want < mask ? want : mask);
}

/* Check whether the other end needs a kick, by the count that it asks for. */
static bool worker_peer_asks(struct worker *w)
{
	const struct ion_end *end = worker_end(w);
	__u32 mask = (__u32)end->mask, own, peer, usable;

	if (!ion_end_peer_sleeps(end))
		return false;
	own = READ_ONCE(*end->own_index);
	peer = READ_ONCE(*end->peer_index);
	usable = ion_kernel_pushes(w->ring) ? mask - ((peer - own) & mask)
					    : (own - peer) & mask;
	return half_asks(end->peer_wake, usable, mask) ||
	       half_asks(end->peer_wake_kernel, usable, mask);
}

static void worker_moved(struct worker *w, __u32 count)
{
	WRITE_ONCE(w->count, w->count + count);
	if (w->counts ? worker_peer_asks(w)
		      : ion_end_peer_sleeps(worker_end(w)))
		worker_kick(w);
}

static __u32 worker_events(const struct worker *w)
{
	static const __u32 events[ION_RINGS] = {
		[ION_RING_TX] = EPOLLOUT,
		[ION_RING_RX] = EPOLLIN,
		[ION_RING_CMD] = EPOLLWRBAND,
		[ION_RING_EVT] = EPOLLPRI,
	};

	return events[w->ring];
}

static void wait_by_call(struct worker *w)
{
	struct ion_wait wait = { .size = sizeof(wait),
				 .timeout_ns = ION_WAIT_FOREVER };
	__u32 count = 1;
	int ret;

	/* There may never be that many: do not wait forever. */
	if (!random_below(&w->random, 4)) {
		count += random_below(&w->random, worker_end(w)->mask);
		wait.timeout_ns = random_below(&w->random, 5 * MS);
	}
	if (w->ring == ION_RING_RX)
		wait.rx = count;
	else
		wait.evt = count;
	ret = ion_call(w->round->ch.fd, ION_IOC_WAIT, &wait);
	if (ret && ret != -ETIME)
		w->error = "ION_IOC_WAIT failed";
	if (!ret && !worker_has_work(w))
		w->error = "ION_IOC_WAIT returned too early";
}

static void wait_by_epoll(struct worker *w)
{
	struct epoll_event event;

	if (epoll_wait(w->fd, &event, 1, -1) != 1)
		w->error = "epoll_wait() failed";
	else if (event.events & EPOLLERR)
		w->error = "epoll_wait() says EPOLLERR";
}

static void wait_by_eventfd(struct worker *w)
{
	struct ion_end *end = worker_end(w);

	ion_end_sleep(end);
	if (!worker_has_work(w))
		wait_by_epoll(w);
	ion_end_awake(end);
}

static void wait_by_signal(struct worker *w)
{
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	if (sigwaitinfo(&set, &info) != SIGIO)
		w->error = "sigwaitinfo() failed";
}

static void worker_wait(struct worker *w)
{
	int got;

	WRITE_ONCE(w->waits, w->waits + 1);
	switch (w->way) {
	case WAY_WAIT:
		wait_by_call(w);
		return;
	case WAY_POLL:
		got = ion_poll_for(w->round->ch.fd, (short)worker_events(w),
				   -1);
		if (got != (int)worker_events(w))
			w->error = "poll() returned other events";
		return;
	case WAY_EPOLL:
	case WAY_EDGE:
		wait_by_epoll(w);
		return;
	case WAY_EVENTFD:
		wait_by_eventfd(w);
		return;
	case WAY_SIGIO:
		wait_by_signal(w);
		return;
	default:
		sched_yield();
	}
}

static int worker_epoll(struct worker *w)
{
	bool eventfd = w->way == WAY_EVENTFD;
	struct epoll_event event = {
		.events = eventfd ? EPOLLIN : worker_events(w),
	};

	if (w->way != WAY_EPOLL)
		event.events |= EPOLLET;
	w->fd = epoll_create1(EPOLL_CLOEXEC);
	return epoll_ctl(w->fd, EPOLL_CTL_ADD,
			 eventfd ? w->round->eventfd : w->round->ch.fd, &event);
}

static int worker_own_signals(struct worker *w)
{
	struct f_owner_ex owner = { .type = F_OWNER_TID,
				    .pid = (pid_t)syscall(SYS_gettid) };
	int fd = w->round->ch.fd;

	if (fcntl(fd, F_SETOWN_EX, &owner))
		return -errno;
	return fcntl(fd, F_SETFL, O_RDWR | O_ASYNC);
}

static int worker_begin(struct worker *w)
{
	switch (w->way) {
	case WAY_EPOLL:
	case WAY_EDGE:
	case WAY_EVENTFD:
		return worker_epoll(w);
	case WAY_SIGIO:
		return worker_own_signals(w);
	default:
		return 0;
	}
}

enum way worker_way(const struct worker *w, enum way way)
{
	if (way == WAY_WAIT && !ion_kernel_pushes(w->ring))
		return WAY_POLL;
	if (way == WAY_RW && ion_ring_is_cmd(w->ring))
		return WAY_POLL;
	/* A descriptor has one owner. */
	if (way == WAY_SIGIO && w->ring != ION_RING_RX)
		return WAY_POLL;
	return way;
}

/* Sleep for no reason, so that the other end must sleep too. */
static void worker_nap(struct worker *w)
{
	if (w->naps && !random_below(&w->random, w->naps))
		sleep_ns(random_below(&w->random, 300000));
}

static bool produce_by_write(struct worker *w, __u32 count, bool last)
{
	struct ion_packet packets[BATCH_MAX];
	ssize_t n;
	__u32 i;

	for (i = 0; i < count; i++) {
		union message m;

		message_make(&m, w->ring, w->count + i, last);
		packets[i] = m.packet;
	}
	n = write(w->round->ch.fd, packets, count * sizeof(packets[0]));
	if (n <= 0 || n % sizeof(packets[0])) {
		w->error = "write() failed";
		return false;
	}
	WRITE_ONCE(w->count, w->count + n / sizeof(packets[0]));
	return true;
}

/* Return how many of @count may be sent, so that few enough are in transit. */
static __u32 produce_window(struct worker *w, __u32 count)
{
	__u64 came = READ_ONCE(w->sink->count);
	__u64 until = now_ns() + random_below(&w->random, 15000);

	if (w->window && w->count - came >= w->window) {
		sched_yield();
		return 0;
	}
	/* Send when the other end is about to sleep. */
	while (w->window && now_ns() < until)
		;
	return w->window && count > w->window ? w->window : count;
}

static bool produce(struct worker *w, __u32 count, bool last)
{
	struct ion_end *end = worker_end(w);
	__u32 size = ion_slot_size(w->ring);
	__u32 n, i;

	count = produce_window(w, count);
	if (!count)
		return false;
	if (w->way == WAY_RW)
		return produce_by_write(w, count, last);

	n = ion_end_take(end, count, end->mask);
	for (i = 0; i < n; i++) {
		union message m;

		message_make(&m, w->ring, w->count + i, last);
		ion_slot_write(ion_end_slot(end, end->own + i, size), &m, size);
	}
	if (!n) {
		worker_wait(w);
		return false;
	}
	ion_end_publish(end, n);
	worker_moved(w, n);
	return true;
}

static void producer(struct worker *w)
{
	while (!w->error && now_ns() < w->round->stop_ns) {
		produce(w, 1 + random_below(&w->random, w->batch), false);
		worker_nap(w);
	}
	while (!w->error && !produce(w, 1, true))
		;
}

static bool consume_by_read(struct worker *w, __u32 count)
{
	struct ion_packet packets[BATCH_MAX];
	ssize_t n = read(w->round->ch.fd, packets, count * sizeof(packets[0]));
	bool last = false;
	__u32 i;

	if (n <= 0 || n % sizeof(packets[0]))
		w->error = "read() failed";
	for (i = 0; !w->error && i < n / sizeof(packets[0]); i++) {
		union message m = { .packet = packets[i] };

		if (last || !message_check(&m, w->ring, w->count + i, &last))
			w->error = "a wrong packet";
	}
	WRITE_ONCE(w->count, w->count + i);
	return last;
}

/* Return whether the last packet came. */
static bool consume(struct worker *w, __u32 count)
{
	struct ion_end *end = worker_end(w);
	__u32 size = ion_slot_size(w->ring);
	bool last = false;
	__u32 n, i;

	if (w->way == WAY_RW)
		return consume_by_read(w, count);

	n = ion_end_take(end, count, 0);
	for (i = 0; i < n; i++) {
		union message m = {};

		ion_slot_read(&m, ion_end_slot(end, end->own + i, size), size);
		if (last || !message_check(&m, w->ring, w->count + i, &last))
			w->error = "a wrong packet";
	}
	if (!n) {
		worker_wait(w);
		return false;
	}
	ion_end_publish(end, n);
	worker_moved(w, n);
	return last;
}

static void consumer(struct worker *w)
{
	while (!w->error && !consume(w, 1 + random_below(&w->random, w->batch)))
		worker_nap(w);
}

void *worker_main(void *arg)
{
	struct worker *w = arg;

	if (worker_begin(w))
		w->error = "cannot wait in this way";
	else if (ion_kernel_pushes(w->ring))
		consumer(w);
	else
		producer(w);
	/* Pairs with the acquire in round_watch(). */
	smp_store_release(&w->done, true);
	return NULL;
}
