// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers in which two processes sleep and wake each other, with two eventfds, or
 * with two words of shared memory and a futex each. They carry only a number.
 */
#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

static bool wake_open_sender(const struct peer *peer)
{
	(void)peer;
	return true;
}

/* ---- eventfd ----------------------------------------------------------- */

static int there = -1, back = -1;

static bool eventfd_open(const struct peer *peer)
{
	there = eventfd(0, EFD_CLOEXEC);
	back = eventfd(0, EFD_CLOEXEC);
	if (there >= 0 && back >= 0)
		return true;
	return bench_why("%s: %s", peer->name, strerror(errno));
}

static void eventfd_close(void)
{
	close(there);
	close(back);
}

static unsigned int eventfd_put(__u64 seq, unsigned int n)
{
	__u64 number = seq + 1;

	(void)n;
	return write(there, &number, sizeof(number)) == sizeof(number);
}

static int eventfd_get(__u64 seq, unsigned int n)
{
	__u64 number;

	(void)n;
	if (read(back, &number, sizeof(number)) != sizeof(number))
		return -1;
	return number == seq + 1 ? 1 : -1;
}

static void eventfd_answer(void)
{
	__u64 number;

	while (read(there, &number, sizeof(number)) == sizeof(number))
		if (write(back, &number, sizeof(number)) != sizeof(number))
			return;
}

const struct peer eventfd_wake = {
	.name = "two eventfds",
	.open = eventfd_open,
	.open_sender = wake_open_sender,
	.close = eventfd_close,
	.put = eventfd_put,
	.get = eventfd_get,
	.answer = eventfd_answer,
};

/* ---- futex ------------------------------------------------------------- */

/* Indices of the words, on cache lines of their own. */
#define THERE 0
#define BACK  64
#define WORDS 128

static __u32 *words;

static bool futex_open(const struct peer *peer)
{
	void *memory = mmap(NULL, WORDS * sizeof(*words),
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);

	if (memory == MAP_FAILED)
		return bench_why("%s: %s", peer->name, strerror(errno));
	words = memory;
	return true;
}

static void futex_close(void)
{
	munmap(words, WORDS * sizeof(*words));
}

static void futex_store(__u32 *word, __u32 value)
{
	/* Pairs with the acquire in futex_await(). */
	smp_store_release(word, value);
	syscall(__NR_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Return the value of the word as soon as it is not @old. */
static __u32 futex_await(__u32 *word, __u32 old)
{
	__u32 value;

	for (;;) {
		/* Pairs with the release in futex_store(). */
		value = smp_load_acquire(word);
		if (value != old)
			return value;
		syscall(__NR_futex, word, FUTEX_WAIT, old, NULL, NULL, 0);
	}
}

static unsigned int futex_put(__u64 seq, unsigned int n)
{
	(void)n;
	futex_store(&words[THERE], (__u32)seq + 1);
	return 1;
}

static int futex_get(__u64 seq, unsigned int n)
{
	(void)n;
	return futex_await(&words[BACK], (__u32)seq) == (__u32)seq + 1 ? 1 : -1;
}

static void futex_answer(void)
{
	__u32 seen = 0;

	for (;;) {
		seen = futex_await(&words[THERE], seen);
		futex_store(&words[BACK], seen);
	}
}

const struct peer futex_wake = {
	.name = "two futexes",
	.open = futex_open,
	.open_sender = wake_open_sender,
	.close = futex_close,
	.put = futex_put,
	.get = futex_get,
	.answer = futex_answer,
};
