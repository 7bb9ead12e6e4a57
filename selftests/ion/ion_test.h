/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The harness of kselftest, and what tests of /dev/ion add to it. It defines
 * functions and variables: of each program one file includes it.
 */
#ifndef _ION_TEST_H
#define _ION_TEST_H

#include "channel.h"
#include "kernel_log.h"
#include "kselftest_harness.h"

/* The call is refused with the error, and changes nothing that can be seen. */
/* clang-format off */
#define EXPECT_REFUSED(ch, error, call)					\
	do {								\
		struct picture __before, __after;			\
									\
		picture_take(&__before, ch);				\
		EXPECT_EQ(-(error), (call))				\
			TH_LOG("at: %s", ion_test_at);			\
		picture_take(&__after, ch);				\
		EXPECT_TRUE(picture_same(&__before, &__after))		\
			TH_LOG("it changed something: %s", ion_test_at);\
		picture_drop(&__before);				\
		picture_drop(&__after);					\
	} while (0)
/* clang-format on */

#define ION_TEST_MAIN                                \
	int main(int argc, char **argv)              \
	{                                            \
		ion_test_need_device();              \
		return test_harness_run(argc, argv); \
	}

#endif /* _ION_TEST_H */
