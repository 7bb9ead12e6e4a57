// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls at random. A thread that pushes or pops obeys the wake flags: it kicks if
 * the flag of the kernel end says so, and only then.
 */
#include "state.h"

static void side_kick(struct side *side, bool needed)
{
	if (needed && ion_kick(side->ch.fd))
		state_fail("a kick failed");
}

/* Return whether all of them fitted. */
bool side_push(struct side *side, __u32 count, __u64 number)
{
	struct ion_producer *tx = &side->ch.tx;
	struct ion_packet packet = { .data = number };
	bool asleep = false;
	__u32 n, i;

	pthread_mutex_lock(&side->user);
	n = ion_ring_reserve(tx, count);
	for (i = 0; i < n; i++)
		ion_slot_write(ion_ring_slot(tx, i, sizeof(packet)), &packet,
			       sizeof(packet));
	if (n) {
		ion_ring_commit(tx, n);
		asleep = ion_end_peer_sleeps(&tx->end);
	}
	pthread_mutex_unlock(&side->user);
	side_kick(side, asleep);
	return n == count;
}

bool side_push_cmd(struct side *side, __u64 number)
{
	struct ion_cmd_packet packet = { .arg = number };
	bool asleep, pushed;

	pthread_mutex_lock(&side->user);
	pushed = ion_ring_push_cmd(&side->ch.cmd, &packet);
	asleep = pushed && ion_end_peer_sleeps(&side->ch.cmd.end);
	pthread_mutex_unlock(&side->user);
	side_kick(side, asleep);
	return pushed;
}

/* Return how many packets came; @number is that of the last. */
__u32 side_pop(struct side *side, __u32 count, __u64 *number)
{
	struct ion_consumer *rx = &side->ch.rx;
	struct ion_packet packet;
	bool asleep = false;
	__u32 n;

	pthread_mutex_lock(&side->user);
	n = ion_ring_peek(rx, count);
	if (n) {
		ion_slot_read(&packet,
			      ion_ring_peeked(rx, n - 1, sizeof(packet)),
			      sizeof(packet));
		*number = packet.data;
		ion_ring_release(rx, n);
		asleep = ion_end_peer_sleeps(&rx->end);
	}
	pthread_mutex_unlock(&side->user);
	side_kick(side, asleep);
	return n;
}

__u32 side_pop_evt(struct side *side, __u32 count, __u64 *number)
{
	struct ion_consumer *evt = &side->ch.evt;
	struct ion_cmd_packet packet;
	bool asleep = false;
	__u32 n;

	pthread_mutex_lock(&side->user);
	n = ion_ring_peek(evt, count);
	if (n) {
		ion_slot_read(&packet,
			      ion_ring_peeked(evt, n - 1, sizeof(packet)),
			      sizeof(packet));
		*number = packet.arg;
		ion_ring_release(evt, n);
		asleep = ion_end_peer_sleeps(&evt->end);
	}
	pthread_mutex_unlock(&side->user);
	side_kick(side, asleep);
	return n;
}

/* The calls: each returns its fault, or NULL. */

static const char *call_push(struct caller *c, struct side *side)
{
	side_push(side, 1 + random_below(&c->random, 4), 0);
	return NULL;
}

static const char *call_push_cmd(struct caller *c, struct side *side)
{
	(void)c;
	side_push_cmd(side, 0);
	return NULL;
}

static const char *call_pop(struct caller *c, struct side *side)
{
	__u64 number;

	side_pop(side, 1 + random_below(&c->random, 8), &number);
	return NULL;
}

static const char *call_pop_evt(struct caller *c, struct side *side)
{
	__u64 number;

	side_pop_evt(side, 1 + random_below(&c->random, 8), &number);
	return NULL;
}

static const char *call_kick(struct caller *c, struct side *side)
{
	(void)c;
	return ion_kick(side->ch.fd) ? "ION_IOC_KICK failed" : NULL;
}

static const char *call_wait(struct caller *c, struct side *side)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = random_below(&c->random, 2),
		.timeout_ns = random_below(&c->random, 2 * MS),
	};
	int ret;

	wait.evt = !wait.rx;
	ret = ion_call(side->ch.fd, ION_IOC_WAIT, &wait);
	return ret && ret != -ETIME ? "ION_IOC_WAIT failed" : NULL;
}

static const char *call_poll(struct caller *c, struct side *side)
{
	static const short events[] = { POLLIN, POLLPRI, POLLOUT, POLLWRBAND };
	int ret = ion_poll_for(side->ch.fd, events[random_below(&c->random, 4)],
			       random_below(&c->random, 3));

	return ret < 0 || ret & (POLLERR | POLLHUP) ? "poll() failed" : NULL;
}

static const char *call_stats(struct caller *c, struct side *side)
{
	struct ion_stats stats;

	(void)c;
	return ion_get_stats(side->ch.fd, &stats) ? "ION_IOC_STATS failed"
						  : NULL;
}

/* The user ends are attached again: no other thread may use them. */
static const char *call_reset(struct caller *c, struct side *side)
{
	int ret;

	(void)c;
	pthread_mutex_lock(&side->user);
	ret = ion_reset(side->ch.fd);
	channel_attach_live(&side->ch);
	pthread_mutex_unlock(&side->user);
	return ret < 0 ? "ION_IOC_RESET failed" : NULL;
}

/* A lent thread returns when the program closes any descriptor of the channel. */
static const char *call_close(struct caller *c, struct side *side)
{
	int fd = dup(side->ch.fd);

	(void)c;
	if (fd < 0)
		return "dup() failed";
	close(fd);
	return NULL;
}

static const char *call_signal(struct caller *c, struct side *side)
{
	struct round *r = c->round;
	unsigned int servers = r->sides * r->servers;
	unsigned int one = servers ? random_below(&c->random, servers) : 0;
	pid_t tid = READ_ONCE(r->server[one].tid);

	(void)side;
	if (tid)
		syscall(SYS_tgkill, getpid(), tid, SIGUSR1);
	return NULL;
}

static const char *call_nothing(struct caller *c, struct side *side)
{
	(void)side;
	sleep_ns(random_below(&c->random, MS / 2));
	return NULL;
}

static const struct call {
	unsigned int weight;
	const char *(*make)(struct caller *c, struct side *side);
} calls[] = {
	{ 30, call_push },    { 10, call_push_cmd }, { 25, call_pop },
	{ 10, call_pop_evt }, { 4, call_kick },	     { 4, call_wait },
	{ 4, call_poll },     { 2, call_stats },     { 1, call_reset },
	{ 3, call_close },    { 12, call_signal },   { 6, call_nothing },
};

static const struct call *call_choose(__u64 *random)
{
	const struct call *call = calls;
	unsigned int all = 0, i;
	__u64 at;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		all += calls[i].weight;
	at = random_below(random, all);
	while (at >= call->weight) {
		at -= call->weight;
		call++;
	}
	return call;
}

void *caller_main(void *arg)
{
	struct caller *c = arg;
	struct round *r = c->round;
	const char *error;
	unsigned int rest;
	struct side *side;

	while (!READ_ONCE(r->over)) {
		/* Pairs with the release in round_stop() and round_rest(). */
		rest = smp_load_acquire(&r->rest);
		if (rest) {
			/* Pairs with parked(), which then sees all that this did. */
			smp_store_release(&c->parked, rest);
			sleep_ns(MS / 4);
			continue;
		}
		side = &r->side[random_below(&c->random, r->sides)];
		error = call_choose(&c->random)->make(c, side);
		if (error)
			state_fail("%s", error);
		__atomic_add_fetch(&r->calls, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}
