/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kernel's names for ordered memory access, for programs. <ion/ring.h> uses
 * these names; here they are defined by the compiler's __atomic built-ins.
 *
 * A program that includes this header gets the names. A program that includes
 * only <ion/ring.h> or <ion/attach.h> gets none of them: <ion/barrier_end.h>
 * undefines what was defined here.
 */
#ifndef _ION_BARRIER_H
#define _ION_BARRIER_H

#ifndef READ_ONCE
#define _ION_MADE_READ_ONCE
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#endif

#ifndef WRITE_ONCE
#define _ION_MADE_WRITE_ONCE
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#endif

#ifndef smp_mb
#define _ION_MADE_SMP_MB
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

/*
 * On riscv the kernel end uses "fence rw,w; sw" and "lw; fence r,rw". Some
 * compilers turn a C11 release store into an amoswap, which is more expensive
 * and a different mapping, so the fences are written out here.
 */
#if defined(__riscv)
#ifndef smp_store_release
#define _ION_MADE_SMP_STORE_RELEASE
#define smp_store_release(p, v)						\
	do {								\
		__atomic_thread_fence(__ATOMIC_RELEASE);		\
		__atomic_store_n((p), (v), __ATOMIC_RELAXED);		\
	} while (0)
#endif
#ifndef smp_load_acquire
#define _ION_MADE_SMP_LOAD_ACQUIRE
#define smp_load_acquire(p)						\
	(__extension__ ({						\
		__typeof__(*(p)) ___v =					\
			__atomic_load_n((p), __ATOMIC_RELAXED);		\
		__atomic_thread_fence(__ATOMIC_ACQUIRE);		\
		___v;							\
	}))
#endif
#else
#ifndef smp_store_release
#define _ION_MADE_SMP_STORE_RELEASE
#define smp_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
#endif
#ifndef smp_load_acquire
#define _ION_MADE_SMP_LOAD_ACQUIRE
#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#endif
#endif

/*
 * The widest word that the machine copies in, where prefetching helps too. The
 * race detectors do not know volatile accesses of this width.
 */
#if !defined(__SANITIZE_THREAD__) && (defined(__SSE2__) || defined(__ARM_NEON))
#define ION_WIDE \
	__attribute__((__vector_size__(16), __aligned__(8), __may_alias__))
#define ION_PREFETCH(at)	__builtin_prefetch(at)
#endif

#ifndef __always_inline
#define _ION_MADE_ALWAYS_INLINE
#define __always_inline		inline __attribute__((always_inline))
#endif

#ifndef unlikely
#define _ION_MADE_UNLIKELY
#define unlikely(x)		__builtin_expect(!!(x), 0)
#endif

#ifndef OPTIMIZER_HIDE_VAR
#define _ION_MADE_OPTIMIZER_HIDE_VAR
#define OPTIMIZER_HIDE_VAR(var)	__asm__("" : "+r"(var))
#endif

#endif /* _ION_BARRIER_H */
