// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that are lent again and again, for any time and with any idle time.
 * There may be more of them than a channel accepts.
 */
#include "state.h"

static __u64 serve_idle(__u64 *random)
{
	switch (random_below(random, 4)) {
	case 0:
		return 1 + random_below(random, 20000);
	case 1:
		return 1 + random_below(random, MS);
	default:
		return ION_SERVE_NO_SPIN;
	}
}

static void serve_once(struct caller *c)
{
	__u64 max = random_one_in(&c->random, 3)
			    ? 1 + random_below(&c->random, 3 * MS)
			    : 0;
	int ret = ion_lend(c->side->ch.fd, serve_idle(&c->random), max);

	switch (ret) {
	case 0:
	case -EINTR:
	case -ECANCELED:
		__atomic_add_fetch(&c->round->serves, 1, __ATOMIC_RELAXED);
		break;
	case -EBUSY:
		sleep_ns(random_below(&c->random, MS));
		break;
	default:
		state_fail("ION_IOC_SERVE failed: %d", ret);
	}
	if (random_one_in(&c->random, 4))
		sleep_ns(random_below(&c->random, MS / 2));
}

void *server_main(void *arg)
{
	struct caller *c = arg;
	struct round *r = c->round;
	unsigned int rest;

	WRITE_ONCE(c->tid, (pid_t)syscall(SYS_gettid));
	while (!READ_ONCE(r->over)) {
		/* Pairs with the release in round_stop() and round_rest(). */
		rest = smp_load_acquire(&r->rest);
		if (rest && !READ_ONCE(r->keep)) {
			/* Pairs with parked(): this has left the kernel end. */
			smp_store_release(&c->parked, rest);
			sleep_ns(MS / 4);
			continue;
		}
		serve_once(c);
	}
	return NULL;
}
