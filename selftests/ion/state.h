/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files of the test "state", the random test of the states of the
 * kernel end.
 *
 * A round is a channel, or two that are joined, with threads that make calls at
 * random (state_call.c) and threads that are lent (state_serve.c). At random
 * moments all of them stop, and a program that obeys the wake flags must make
 * progress (state_rest.c).
 */
#ifndef _ION_STATE_H
#define _ION_STATE_H

#include "ion_live.h"
#include "long_test.h"

#define STATE_SIDES   2
#define STATE_CALLERS 3
#define STATE_SERVERS 2

/**
 * struct state_service - a service, and where its packets go
 * @name: as SETUP takes it
 * @rate: arg[0] of SETUP
 * @echoes: a packet comes back on rx, a command on evt
 * @makes: it fills rx, at once or at a rate
 * @crosses: a packet arrives at the other channel
 */
struct state_service {
	const char *name;
	__u64 rate;
	bool echoes;
	bool makes;
	bool crosses;
};

/**
 * struct side - one channel
 * @ch: the channel
 * @user: held by the thread that uses the user ends
 */
struct side {
	struct channel ch;
	pthread_mutex_t user;
};

/**
 * struct caller - a thread that makes calls, or one that is lent
 * @round: its round
 * @side: the channel that it is lent to
 * @random: state of its random numbers
 * @tid: 0 until it runs
 * @parked: number of the last rest that it reached
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
 * @service: their service
 * @side: the channels
 * @sides: how many channels
 * @rest: number of the rest at which all threads must stop; 0: they run
 * @keep: threads that are lent go on at this rest
 * @over: all threads must return
 * @caller: the threads that make calls
 * @server: the threads that are lent, STATE_SERVERS for each side
 * @servers: how many for each side
 * @next: number of the next packet that must have an answer
 * @calls: how many calls were made
 * @serves: how often a thread was lent
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

/* Wait, with a short sleep at each turn: whether the condition holds in time. */
#define STATE_AWAIT(condition)                                                 \
	(__extension__({                                                       \
		__u64 __until = now_ns() + long_test.options.stuck_s * SECOND; \
		bool __holds;                                                  \
		while (!(__holds = (condition)) && now_ns() < __until)         \
			sleep_ns(MS / 4);                                      \
		__holds;                                                       \
	}))

/* Print the state of the round and end the program. */
void state_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* state_call.c: the user ends, by a program that obeys the wake flags */
bool side_push(struct side *side, __u32 count, __u64 number);
bool side_push_cmd(struct side *side, __u64 number);
__u32 side_pop(struct side *side, __u32 count, __u64 *number);
__u32 side_pop_evt(struct side *side, __u32 count, __u64 *number);
void *caller_main(void *arg);

/* state_serve.c */
void *server_main(void *arg);

/* state_rest.c: all threads have stopped, except those that @keep allows to run */
void state_check(struct round *r);

#endif /* _ION_STATE_H */
