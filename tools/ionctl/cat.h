/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ionctl cat sends bytes from stdin through a channel to stdout.
 *
 * It has three threads, so that neither direction waits for the other one. The
 * reader fills buffers from stdin and pushes them, the first thread pops, and the
 * writer writes the popped payloads and hands the buffers back. There are fewer
 * buffers than slots, so there is always room to push.
 */
#ifndef _IONCTL_CAT_H
#define _IONCTL_CAT_H

#include "own.h"
#include <pthread.h>

/**
 * struct cat - state that the threads share
 * @own: the channel; only the first thread uses rx and evt
 * @pair: the service is pair: another program is at the other end
 * @sends: stdin is read
 * @receives: stdout is written
 * @lock: protects tx, cmd and the fields below, unless noted
 * @freed: signalled when a buffer is free
 * @work: signalled when a packet is queued, or with @finished
 * @queue: ring of packets to be written, with room for all buffers
 * @first: index of the first packet in @queue
 * @queued: number of packets in @queue
 * @out: number of buffers that were pushed and are not back; not with pair
 * @eof: all of stdin was pushed
 * @finished: nothing more will be queued
 * @sent: bytes that were pushed
 * @popped: bytes that were popped; only the first thread uses it
 * @written: bytes that were written
 * @end: bytes that the other program sends; with pair
 * @end_known: the other program said so
 * @done: this end has reported that all bytes of the other program are written
 * @acked: the other program said that all of ours are written; only the first
 *	thread uses it
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

/* End the program with @status; any thread may call it. */
__attribute__((noreturn)) void cat_quit(struct cat *cat, int status);

/* Start a thread; end the program if that fails. */
void cat_thread(struct cat *cat, pthread_t *thread, void *(*run)(void *));

/* The functions of the reader and the writer thread. */
void *cat_read(void *arg);
void *cat_write(void *arg);

/* Pop packets and queue them for the writer. */
void cat_pop(struct cat *cat);

/* ---- a pair, by commands ----------------------------------------------- */

/* Wait for the other program, and agree on who sends. */
void cat_meet(struct cat *cat);

/* Pop the commands of the other program. */
void cat_hear(struct cat *cat);

/* Tell the other program that all was sent; the caller holds the lock. */
void cat_tell_end(struct cat *cat);

/* Tell it that all was written, once it is; the caller holds the lock. */
void cat_tell_done(struct cat *cat);

#endif /* _IONCTL_CAT_H */
