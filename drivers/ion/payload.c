// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of payload whose cost does not depend on where a payload begins.
 *
 * memcpy() of riscv64 goes byte by byte when source and target differ modulo 8:
 * five instructions a byte. The copy here loads aligned words, merges two
 * neighbours by shifts, and stores aligned words: five instructions a word.
 *
 * The program may rewrite a payload while it is copied. The copy is then a mix of
 * both, which does no harm: no decision here depends on the bytes, and a service that
 * reads the copy reads memory that the program cannot write.
 */
#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/instrumented.h>
#include <linux/kconfig.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <linux/ion.h>

#include "payload.h"

#define ION_WORD	((u32)sizeof(u64))

/* One aligned word of the target from two of the source; returns the second. */
static __always_inline u64 ion_payload_word(u64 *to, const u64 *from, u64 low,
					    unsigned int shift)
{
	u64 high = READ_ONCE_NOCHECK(*from);

	*to = low >> shift | high << (64 - shift);
	return high;
}

static __always_inline u64 ion_payload_two(u64 *to, const u64 *from, u64 low,
					   unsigned int shift)
{
	low = ion_payload_word(to, from, low, shift);
	return ion_payload_word(to + 1, from + 1, low, shift);
}

static __always_inline u64 ion_payload_four(u64 *to, const u64 *from, u64 low,
					    unsigned int shift)
{
	low = ion_payload_two(to, from, low, shift);
	return ion_payload_two(to + 2, from + 2, low, shift);
}

static __always_inline u64 ion_payload_eight(u64 *to, const u64 *from, u64 low,
					     unsigned int shift)
{
	low = ion_payload_four(to, from, low, shift);
	return ion_payload_four(to + 4, from + 4, low, shift);
}

/*
 * @from is @shift bits before the first byte, which is not the first byte of a word.
 * Each word that is read holds a byte of the source, so that none is on a page
 * without source bytes. The first and the last word may hold other bytes too, which
 * KASAN would report. The loop is unrolled because each turn costs three instructions.
 */
static void ion_payload_words(u64 *to, const u64 *from, u32 words,
			      unsigned int shift)
{
	u64 low = READ_ONCE_NOCHECK(*from);

	for (from++; words >= 16; words -= 16, to += 16, from += 16) {
		low = ion_payload_eight(to, from, low, shift);
		low = ion_payload_eight(to + 8, from + 8, low, shift);
	}
	if (words & 8) {
		low = ion_payload_eight(to, from, low, shift);
		to += 8;
		from += 8;
	}
	if (words & 4) {
		low = ion_payload_four(to, from, low, shift);
		to += 4;
		from += 4;
	}
	for (words &= 3; words; words--)
		low = ion_payload_word(to++, from++, low, shift);
}

static void ion_payload_bytes(u8 *to, const u8 *from, u32 len)
{
	while (len--)
		*to++ = *from++;
}

/**
 * ion_payload_merge() - copy bytes between addresses that differ modulo 8
 * @to: address to copy to
 * @from: address to copy from; the two do not overlap
 * @len: how many bytes
 *
 * For little-endian machines. Exported for tests; ion_payload_copy() decides when to
 * use it.
 *
 * Context: any.
 */
void ion_payload_merge(void *to, const void *from, u32 len)
{
	u32 head = min(len, (u32)(-(unsigned long)to % ION_WORD));
	u32 body = round_down(len - head, ION_WORD);
	unsigned int skip = (unsigned long)(from + head) % ION_WORD;

	instrument_read(from, len);
	instrument_write(to, len);
	ion_payload_bytes(to, from, head);
	if (body)
		ion_payload_words(to + head, from + head - skip,
				  body / ION_WORD, skip * 8);
	ion_payload_bytes(to + head + body, from + head + body,
			  len - head - body);
}

/**
 * ion_payload_copy() - copy payload
 * @to: address to copy to
 * @from: address to copy from; the two do not overlap
 * @len: how many bytes
 *
 * memcpy() is the same on RISC-V processors that load unaligned words fast.
 *
 * Context: any.
 */
void ion_payload_copy(void *to, const void *from, u32 len)
{
	if (IS_ENABLED(CONFIG_RISCV) &&
	    ((unsigned long)to ^ (unsigned long)from) % ION_WORD)
		ion_payload_merge(to, from, len);
	else
		memcpy(to, from, len);
}
EXPORT_SYMBOL_GPL(ion_payload_copy);
