/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compiles <ion/ring.h> for cbmc, the bounded model checker for C. A load of a shared
 * word gives the value that model_load() chooses. A check does not run the history of
 * a ring: it assumes any state that the invariant allows.
 */
#ifndef _ION_MODEL_H
#define _ION_MODEL_H

/* These replace <ion/barrier.h>. A check makes one step of one end. */
#define _ION_BARRIER_H
/* In one step there is nothing to order. */
#define smp_mb() ((void)0)
/* Likewise. */
#define smp_store_release(p, v) (*(p) = (v))
/* The model chooses the value. */
#define smp_load_acquire(p)	model_load(p)
#define __always_inline		inline
#define unlikely(x)		(x)
#define OPTIMIZER_HIDE_VAR(var) ((void)(var))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

unsigned int model_load(const unsigned int *index);

#include <ion/ring.h>

#ifndef SLOTS
#define SLOTS 4
#endif
#define MASK (SLOTS - 1)

/* In cbmc a function with such a name returns any value. */
__u32 nondet_u32(void);
__u64 nondet_u64(void);

#define assume(x)     __CPROVER_assume(x)
#define check(x, why) __CPROVER_assert(x, why)

#endif /* _ION_MODEL_H */
