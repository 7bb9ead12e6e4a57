/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Undefines the names of <ion/barrier.h>, unless the program included that
 * header itself or defined a name before. There is no include guard: a header
 * that begins by including <ion/barrier.h> ends by including this one.
 */
#ifdef _ION_BARRIER_ENDS
#undef _ION_BARRIER_ENDS
#undef _ION_BARRIER_H

#ifdef _ION_MADE_READ_ONCE
#undef _ION_MADE_READ_ONCE
#undef READ_ONCE
#endif

#ifdef _ION_MADE_WRITE_ONCE
#undef _ION_MADE_WRITE_ONCE
#undef WRITE_ONCE
#endif

#ifdef _ION_MADE_SMP_MB
#undef _ION_MADE_SMP_MB
#undef smp_mb
#endif

#ifdef _ION_MADE_SMP_STORE_RELEASE
#undef _ION_MADE_SMP_STORE_RELEASE
#undef smp_store_release
#endif

#ifdef _ION_MADE_SMP_LOAD_ACQUIRE
#undef _ION_MADE_SMP_LOAD_ACQUIRE
#undef smp_load_acquire
#endif

#ifdef _ION_MADE_ALWAYS_INLINE
#undef _ION_MADE_ALWAYS_INLINE
#undef __always_inline
#endif

#ifdef _ION_MADE_UNLIKELY
#undef _ION_MADE_UNLIKELY
#undef unlikely
#endif

#ifdef _ION_MADE_OPTIMIZER_HIDE_VAR
#undef _ION_MADE_OPTIMIZER_HIDE_VAR
#undef OPTIMIZER_HIDE_VAR
#endif

#endif /* _ION_BARRIER_ENDS */
