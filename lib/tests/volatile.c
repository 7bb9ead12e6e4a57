// SPDX-License-Identifier: MIT
/*
 * Hooks for the thread sanitizer, which knows acquire and release but no fences,
 * and treats a volatile access like any other. <ion/ring.h> makes two kinds of
 * volatile accesses. Slots, eight bytes at a time, are ordered by acquire and
 * release of the index, so the sanitizer checks them. Indices and wake flags are
 * ordered by a fence or need no order, so it must not check them.
 */
#include "wraps.h"

void __tsan_volatile_read8(void *at)
{
	__tsan_read8(at);
}

void __tsan_volatile_write8(void *at)
{
	__tsan_write8(at);
}

void __tsan_volatile_read1(void *at)
{
	(void)at;
}

void __tsan_volatile_read2(void *at)
{
	(void)at;
}

void __tsan_volatile_read4(void *at)
{
	(void)at;
}

void __tsan_volatile_write1(void *at)
{
	(void)at;
}

void __tsan_volatile_write2(void *at)
{
	(void)at;
}

void __tsan_volatile_write4(void *at)
{
	(void)at;
}
