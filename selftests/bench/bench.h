/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ION_BENCH_H
#define _ION_BENCH_H

#include <ion/barrier.h>
#include <ion/ring.h>

/**
 * struct bench - something that packets go round in
 * @name: what the table calls it
 * @open: set it up; false, with the reason printed, if that can not be
 * @close: undo it
 * @put: give it at most @n packets that carry the numbers from @seq on;
 *	returns how many it took
 * @get: take at most @n packets back, whose numbers must go on from @seq;
 *	returns how many came, or -1 if one was wrong
 */
struct bench {
	const char *name;
	bool (*open)(void);
	void (*close)(void);
	unsigned int (*put)(__u64 seq, unsigned int n);
	int (*get)(__u64 seq, unsigned int n);
};

/* Nanoseconds that a cache line takes from one processor to another and back. */
double bench_line(void);

extern const struct bench bench_ion_compact;
extern const struct bench bench_ion_split;
extern const struct bench bench_sqpoll;

#endif /* _ION_BENCH_H */
