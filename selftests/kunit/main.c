// SPDX-License-Identifier: GPL-2.0-only
/* The KUnit suites of ion: they run when the module is inserted. */
#include <linux/module.h>

#include "compat.h"
#include "ion_kunit.h"

/* The suite that makes the kernel warn is last. */
kunit_test_suites(&ion_states_suite, &ion_counts_suite, &ion_wake_suite,
		  &ion_geometry_suite, &ion_payload_suite, &ion_direct_suite,
		  &ion_life_suite, &ion_model_suite, &ion_misuse_suite);

MODULE_DESCRIPTION("KUnit suites of /dev/ion");
MODULE_LICENSE("GPL");
ION_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
