/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the tests of a direct channel whose peer obeys no rule. */
#ifndef _ION_DIRECT_HOSTILE_H
#define _ION_DIRECT_HOSTILE_H

#include "direct_test.h"
#include "random.h"

#define HOSTILE_SLOTS	8
#define HOSTILE_BUFFERS 4

void hostile_scribble(struct channel *ch, __u64 *random);
void hostile_repair(struct channel *ch);
int victim_call(struct channel *ch, __u64 *random);
bool victim_may_get(int ret);
int victim_end(struct task *task);

#endif /* _ION_DIRECT_HOSTILE_H */
