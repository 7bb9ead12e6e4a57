// SPDX-License-Identifier: GPL-2.0-only
#include "ion_test.h"
ION_TEST_KERNEL_LOG()
ION_TEST_MAIN
