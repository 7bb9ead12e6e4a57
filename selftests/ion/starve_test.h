/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that are lent by an ordinary user, preempted inside the kernel, and get
 * no processor for minutes; and calls that are tried meanwhile.
 */
#ifndef _ION_STARVE_TEST_H
#define _ION_STARVE_TEST_H

#include "serve_test.h"

/* With this many threads, at least one is preempted while it holds something. */
#define STARVE_THREADS 4
#define STARVE_TRIES   3

/* A call that answers does so in this time; a stuck one not even in that. */
#define STARVE_AT_ONCE (100 * MS)
#define STARVE_STUCK   (5 * SECOND)

/**
 * struct shared - memory that the processes share
 * @tid: the threads that are lent
 * @busy: the loops run
 * @ret: the result of the call
 * @ns: the time that it took
 */
struct shared {
	pid_t tid[STARVE_THREADS];
	bool busy;
	int ret;
	__u64 ns;
};

/**
 * struct starved - lent threads without a processor
 * @served: their channels
 * @mine: the peers of these channels, if the test needs them
 * @shared: memory that the processes share
 * @program: the process with the threads and the loops
 * @caller: a process that did not return from a call
 */
struct starved {
	struct channel served[STARVE_THREADS];
	struct channel mine[STARVE_THREADS];
	struct shared *shared;
	pid_t program;
	pid_t caller;
};

/**
 * struct verdict - the result of several tries of one call on each channel
 * @ret: the result of the call; an error if any try had one
 * @ns: the shortest time of the tries, of the channel where that is longest
 * @stuck: '-', or the state of a process that was not done in @STARVE_STUCK
 */
struct verdict {
	int ret;
	__u64 ns;
	char stuck;
};

/**
 * struct call - the arguments of a call
 * @fd: the channel
 * @served: the channel that a thread is lent to: this one, or its peer
 * @nr: number of the thread
 */
struct call {
	int fd;
	const struct channel *served;
	unsigned int nr;
};

typedef int (*starve_fn)(const struct call *c);
typedef __u64 (*starve_try_fn)(struct starved *s, unsigned int i,
			       starve_fn call, struct verdict *v);

const char *starve_key(unsigned int nr);
int starve_open_key(struct channel *ch, const char *service, const char *key);

/* Open the channels; return 0 or -errno. */
int starve_open(struct starved *s, const char *service, bool keys, bool joined);

/* Start the program; return NULL, or the reason why no thread starves. */
const char *starve_begin(struct starved *s);
void starve_end(struct starved *s);

/* The time that the call takes. */
__u64 starve_answer(struct starved *s, unsigned int i, starve_fn call,
		    struct verdict *v);

/* The time that the call takes to end after SIGKILL, 0 if it ends by itself. */
__u64 starve_kill(struct starved *s, unsigned int i, starve_fn call,
		  struct verdict *v);

/* Try the call on each channel, several times. */
struct verdict starve_try(struct starved *s, starve_fn call, starve_try_fn try);

/* clang-format off */
#define EXPECT_VERDICT(v, what)						\
	do {								\
		EXPECT_EQ('-', (v).stuck)				\
			TH_LOG("%s: still there after %llu s, in state %c", \
			       what, STARVE_STUCK / SECOND, (v).stuck);	\
		EXPECT_GE(STARVE_AT_ONCE, (v).ns)				\
			TH_LOG("%s: %llu us in the best of %d tries, expected at most %llu", \
			       what, (v).ns / 1000, STARVE_TRIES, STARVE_AT_ONCE / 1000); \
		EXPECT_EQ(0, (v).ret)					\
			TH_LOG("%s: %s", what, strerror(-(v).ret));	\
	} while (0)
/* clang-format on */

#endif /* _ION_STARVE_TEST_H */
