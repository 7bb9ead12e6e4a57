// SPDX-License-Identifier: GPL-2.0-only
/* Calls that take no struct: an argument other than 0 is refused. */
#include "ion_test.h"

static const unsigned long arguments[] = {
	1, 0xdeadbeef, 0x80000000, ~0UL, ~0UL << (__SIZEOF_LONG__ * 4),
};

FIXTURE(call_argument)
{
	struct channel ch;
};

FIXTURE_VARIANT(call_argument)
{
	unsigned long request;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(call_argument, kick)
{
	.request = ION_IOC_KICK,
};

FIXTURE_VARIANT_ADD(call_argument, reset)
{
	.request = ION_IOC_RESET,
};

/* clang-format on */

FIXTURE_SETUP(call_argument)
{
	ASSERT_EQ(0, channel_open(&self->ch, NULL));
	ASSERT_EQ(10, ion_push_from(&self->ch, 0, 10));
}

FIXTURE_TEARDOWN(call_argument)
{
	channel_close(&self->ch);
}

TEST_F(call_argument, an_unused_argument_must_be_zero)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(arguments); i++) {
		EXPECT_REFUSED(&self->ch, EINVAL,
			       ion_call(self->ch.fd, variant->request,
					(void *)arguments[i]));
	}
	/* The argument is no address that is accessed. */
	EXPECT_REFUSED(&self->ch, EINVAL,
		       ion_call(self->ch.fd, variant->request, self));
	EXPECT_LE(0, ion_call(self->ch.fd, variant->request, NULL));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
