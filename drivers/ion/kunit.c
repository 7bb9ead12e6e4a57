// SPDX-License-Identifier: GPL-2.0-only
/*
 * The symbols that the KUnit suites of selftests/kunit call. They are for tests only,
 * and are exported if the kernel has KUnit, in a namespace of tests.
 */
#include <kunit/visibility.h>

#include "direct.h"
#include "end_state.h"
#include "geometry.h"
#include "kernel_end.h"
#include "payload.h"
#include "quota.h"
#include "selftest/selftest.h"

EXPORT_SYMBOL_IF_KUNIT(ion_geometry);
EXPORT_SYMBOL_IF_KUNIT(ion_geometry_area);
EXPORT_SYMBOL_IF_KUNIT(ion_memory_charged);
EXPORT_SYMBOL_IF_KUNIT(ion_quota_count);
EXPORT_SYMBOL_IF_KUNIT(ion_channel_create);
EXPORT_SYMBOL_IF_KUNIT(ion_channel_describe);
EXPORT_SYMBOL_IF_KUNIT(ion_channel_close);
EXPORT_SYMBOL_IF_KUNIT(ion_kernel_end_kick);
EXPORT_SYMBOL_IF_KUNIT(ion_direct_ask);
EXPORT_SYMBOL_IF_KUNIT(ion_direct_unask);
EXPORT_SYMBOL_IF_KUNIT(ion_payload_merge);

EXPORT_SYMBOL_IF_KUNIT(ion_end_state_init);
EXPORT_SYMBOL_IF_KUNIT(ion_end_state_lend);
EXPORT_SYMBOL_IF_KUNIT(ion_end_state_sleep);
EXPORT_SYMBOL_IF_KUNIT(ion_end_state_wake);
EXPORT_SYMBOL_IF_KUNIT(ion_end_state_end);
EXPORT_SYMBOL_IF_KUNIT(ion_end_state_kick);
EXPORT_SYMBOL_IF_KUNIT(ion_wake_flag_arm);
EXPORT_SYMBOL_IF_KUNIT(ion_wake_flag_disarm);
EXPORT_SYMBOL_IF_KUNIT(ion_wake_flag_retry);
EXPORT_SYMBOL_IF_KUNIT(ion_wake_flag_reset);
EXPORT_SYMBOL_IF_KUNIT(ion_wake_flags_rest);

EXPORT_SYMBOL_IF_KUNIT(ion_ring_kinds);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_user);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_count);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_free_slots);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_allowed_first);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_allowed_last);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_refresh);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_stall);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_snapshot);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_has_work);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_publish);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_reset);
EXPORT_SYMBOL_IF_KUNIT(ion_ring_stats);

#ifdef CONFIG_ION_SELFTEST
/* The user end of ION_IOC_SELFTEST. */
EXPORT_SYMBOL_IF_KUNIT(ion_check_is);
EXPORT_SYMBOL_IF_KUNIT(ion_check_configure);
EXPORT_SYMBOL_IF_KUNIT(ion_check_attach);
EXPORT_SYMBOL_IF_KUNIT(ion_check_word);
EXPORT_SYMBOL_IF_KUNIT(ion_check_push);
EXPORT_SYMBOL_IF_KUNIT(ion_check_push_batch);
EXPORT_SYMBOL_IF_KUNIT(ion_check_pop);
EXPORT_SYMBOL_IF_KUNIT(ion_check_pop_batch);
EXPORT_SYMBOL_IF_KUNIT(ion_check_kick);
EXPORT_SYMBOL_IF_KUNIT(ion_check_reset);
EXPORT_SYMBOL_IF_KUNIT(ion_check_stats);
EXPORT_SYMBOL_IF_KUNIT(ion_check_law);
#endif
