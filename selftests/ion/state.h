/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The random test of the kernel end's states: what its files share.
 *
 * A round is a channel, or two that are joined, with threads that make calls at
 * random (state_call.h) and threads that are lent (state_serve.h). Now and then
 * all of them stop, and a program that obeys the wake flags has to get on
 * (state_rest.h).
 */
#ifndef _ION_STATE_H
#define _ION_STATE_H

#include "ion_live.h"

#define STATE_SIDES   2
#define STATE_CALLERS 3
#define STATE_SERVERS 2

/**
 * struct state_service - a service, and what becomes of a packet
 * @name: as SETUP takes it
 * @rate: arg[0] of SETUP
 * @echoes: a packet comes back on rx, a command on evt
 * @makes: rx is kept full, or filled at a rate
 * @crosses: it comes out of the other channel
 */
struct state_service {
	const char *name;
	__u64 rate;
	bool echoes;
	bool makes;
	bool crosses;
};

/**
 * struct state_options - what the command line asked for
 * @seconds: how long
 * @seed: of all random numbers
 * @stuck_s: seconds without an answer that fail
 * @service: the only service, or -1
 * @verbose: print what each round is
 */
struct state_options {
	double seconds;
	__u64 seed;
	unsigned int stuck_s;
	int service;
	bool verbose;
};

/**
 * struct side - one channel
 * @ch: with the user ends
 * @user: who uses those
 */
struct side {
	struct channel ch;
	pthread_mutex_t user;
};

/**
 * struct caller - a thread that makes calls, or one that is lent
 * @round: the round that it is of
 * @side: of one that is lent: its channel
 * @random: its random numbers
 * @tid: 0 until it runs
 * @parked: number of the last rest at which it made no call
 * @thread: the thread
 */
struct caller {
	struct round *round;
	struct side *side;
	__u64 random;
	pid_t tid;
	unsigned int parked;
	pthread_t thread;
};

/**
 * struct round - one set of channels, from open to close
 * @service: what they are
 * @side: the channels
 * @sides: how many
 * @rest: number of the rest at which all are to stop, 0 while they are not
 * @keep: who is lent goes on
 * @over: all are to end
 * @caller: who makes calls
 * @server: who is lent, STATE_SERVERS for each side
 * @servers: how many for each side
 * @next: number of the next packet that is to have an answer
 * @calls: calls that were made
 * @serves: times that a thread was lent
 */
struct round {
	const struct state_service *service;
	struct side side[STATE_SIDES];
	unsigned int sides;
	unsigned int rest;
	bool keep;
	bool over;
	struct caller caller[STATE_CALLERS];
	struct caller server[STATE_SIDES * STATE_SERVERS];
	unsigned int servers;
	__u64 next;
	__u64 calls;
	__u64 serves;
};

static struct state_options state_options = {
	.seconds = 6,
	.stuck_s = 20,
	.service = -1,
};

ION_HELPER __u64 state_random(__u64 *state)
{
	*state += 0x9e3779b97f4a7c15ULL;
	return ion_mix(*state);
}

ION_HELPER __u64 state_below(__u64 *state, __u64 limit)
{
	return state_random(state) % limit;
}

ION_HELPER bool state_chance(__u64 *state, unsigned int one_in)
{
	return !state_below(state, one_in);
}

/* Wait, with a nap at each turn, until it holds: whether it came to that. */
#define STATE_AWAIT(condition)                                             \
	(__extension__({                                                   \
		__u64 __until = now_ns() + state_options.stuck_s * SECOND; \
		bool __there;                                              \
		while (!(__there = (condition)) && now_ns() < __until)     \
			sleep_ns(MS / 4);                                  \
		__there;                                                   \
	}))

/* Threads that sleep for good can not be joined: this is the end. */
static void state_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

#endif /* _ION_STATE_H */
