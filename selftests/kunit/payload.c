// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: copies of payload, from every offset to every offset. */
#include <linux/slab.h>
#include <linux/string.h>

#include "ion_kunit.h"
#include "payload.h"

#define PAYLOAD_WORD	8
#define PAYLOAD_SHORT	40
#define PAYLOAD_LONG	1514
#define PAYLOAD_BEFORE	0xa5

/**
 * struct payload - the arguments of a copy
 * @copy: the function
 * @from: bytes that all differ from their neighbours
 * @to: the destination, with a word before and after it that must not change
 * @want: the expected destination
 */
struct payload {
	void (*copy)(void *to, const void *from, u32 len);
	u8 from[PAYLOAD_LONG + PAYLOAD_WORD] __aligned(PAYLOAD_WORD);
	u8 to[PAYLOAD_LONG + 3 * PAYLOAD_WORD] __aligned(PAYLOAD_WORD);
	u8 want[PAYLOAD_LONG + 3 * PAYLOAD_WORD];
};

static struct payload *payload_make(struct kunit *test)
{
	struct payload *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < sizeof(p->from); i++)
		p->from[i] = i * 7 + i / 256;
	return p;
}

static void payload_try(struct kunit *test, struct payload *p,
			unsigned int from, unsigned int to, u32 len)
{
	memset(p->to, PAYLOAD_BEFORE, sizeof(p->to));
	memset(p->want, PAYLOAD_BEFORE, sizeof(p->want));
	memcpy(p->want + PAYLOAD_WORD + to, p->from + from, len);
	p->copy(p->to + PAYLOAD_WORD + to, p->from + from, len);
	if (memcmp(p->to, p->want, sizeof(p->to)))
		KUNIT_FAIL(test, "%u bytes from offset %u to offset %u", len,
			   from, to);
}

static void payload_lengths(struct kunit *test, struct payload *p,
			    unsigned int from, unsigned int to)
{
	u32 len;

	for (len = 0; len <= PAYLOAD_SHORT; len++)
		payload_try(test, p, from, to, len);
	/* Every remainder of the unrolled loop. */
	for (len = PAYLOAD_LONG - 72; len <= PAYLOAD_LONG; len++)
		payload_try(test, p, from, to, len);
}

static void payload_copy(struct kunit *test)
{
	struct payload *p = payload_make(test);
	unsigned int from, to;

	p->copy = ion_payload_copy;
	for (from = 0; from < PAYLOAD_WORD; from++)
		for (to = 0; to < PAYLOAD_WORD; to++)
			payload_lengths(test, p, from, to);
}

/* On a machine with a slow memcpy(): only where the offsets differ. */
static void payload_merge(struct kunit *test)
{
	struct payload *p = payload_make(test);
	unsigned int from, to;

	p->copy = ion_payload_merge;
	for (from = 0; from < PAYLOAD_WORD; from++)
		for (to = 0; to < PAYLOAD_WORD; to++)
			if (from != to)
				payload_lengths(test, p, from, to);
}

/* Memory of exactly this size: KASAN sees reads and writes beside it. */
static void payload_alone(struct kunit *test)
{
	unsigned int len, skip;

	for (len = 1; len <= 3 * PAYLOAD_SHORT; len++) {
		u8 *from = kunit_kmalloc(test, len, GFP_KERNEL);
		u8 *to = kunit_kmalloc(test, len + 1, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, from);
		KUNIT_ASSERT_NOT_NULL(test, to);
		memset(from, len, len);
		for (skip = 0; skip < min(len, PAYLOAD_WORD); skip++) {
			memset(to, 0, len + 1);
			ion_payload_copy(to + 1, from + skip, len - skip);
			KUNIT_EXPECT_EQ(test, to[0], 0);
			KUNIT_EXPECT_EQ(test, to[1], len);
			KUNIT_EXPECT_EQ(test, to[len - skip], len);
		}
		kunit_kfree(test, from);
		kunit_kfree(test, to);
	}
}

static struct kunit_case payload_cases[] = {
	KUNIT_CASE(payload_copy),
	KUNIT_CASE(payload_merge),
	KUNIT_CASE(payload_alone),
	{}
};

struct kunit_suite ion_payload_suite = {
	.name = "ion_payload",
	.test_cases = payload_cases,
};
