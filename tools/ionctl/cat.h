/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ionctl cat: bytes of stdin through a channel to stdout.
 *
 * Three threads, so that neither direction waits for the other one: the reader
 * fills buffers from stdin and pushes them, the first thread pops, and the writer
 * writes what came and hands the buffers back. There are fewer buffers than
 * slots, so that there always is room to push.
 */
#ifndef _IONCTL_CAT_H
#define _IONCTL_CAT_H

#include "own.h"
#include <pthread.h>

/**
 * struct cat - what the threads share
 * @own: the channel; rx and evt are the first thread's
 * @pair: the service is pair: another program is at the other end
 * @sends: stdin is read
 * @receives: stdout is written
 * @lock: for tx, cmd, and what follows
 * @freed: a buffer is free
 * @work: something is queued, or @finished
 * @queue: packets to be written, as many as there are buffers
 * @first: the first of them
 * @queued: how many
 * @out: buffers that were pushed and are not back; not of a pair
 * @eof: all of stdin was pushed
 * @finished: nothing more will be queued
 * @sent: bytes that were pushed
 * @popped: bytes that came; the first thread's
 * @written: bytes that were written
 * @end: bytes that the other program sends; pair
 * @end_known: it said so
 * @done: it was told that all of it is written
 * @acked: it said that all of ours is written; the first thread's
 */
struct cat {
	struct own own;
	bool pair;
	bool sends;
	bool receives;
	pthread_mutex_t lock;
	pthread_cond_t freed;
	pthread_cond_t work;
	struct ion_packet *queue;
	uint32_t first;
	uint32_t queued;
	uint32_t out;
	bool eof;
	bool finished;
	uint64_t sent;
	uint64_t popped;
	uint64_t written;
	uint64_t end;
	bool end_known;
	bool done;
	bool acked;
};

/* It can not go on. From any thread; ends the program. */
__attribute__((noreturn)) void cat_quit(struct cat *cat, int status);

/* A thread for it; what it is in is told if it can not be made. */
void cat_thread(struct cat *cat, pthread_t *thread, void *(*run)(void *));

/* The reader and the writer. */
void *cat_read(void *cat);
void *cat_write(void *cat);

/* Pop what came, and give it to the writer. */
void cat_pop(struct cat *cat);

/* ---- a pair, by commands ----------------------------------------------- */

/* Wait for the other program, and agree on who sends. */
void cat_meet(struct cat *cat);

/* Pop what it said. */
void cat_hear(struct cat *cat);

/* Say that all was sent. With the lock held. */
void cat_tell_end(struct cat *cat);

/* Say that all was written, if that is so. With the lock held. */
void cat_tell_done(struct cat *cat);

#endif /* _IONCTL_CAT_H */
