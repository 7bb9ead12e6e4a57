// SPDX-License-Identifier: MIT
/*
 * For the thread sanitizer, which knows acquire and release, but no fences, and
 * takes a volatile access for any other. What <ion/ring.h> reads as volatile is
 * of two kinds: slots, eight bytes a time, which acquire and release of the
 * index order, so that they are to be looked at; and indices and wake flags,
 * which a fence orders, or nothing need.
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
