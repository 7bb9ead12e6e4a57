/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PROBE_H
#define _PROBE_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/irq_work.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "ion_probe.h"

struct task_struct;

/**
 * struct probe - what the module knows of one channel
 * @ref: bind() to unbind() has one, and so has an open /dev/ion_probe
 * @list: while it can be attached to
 * @ch: with a reference of our own; NULL once that was put
 * @id: the number of the channel
 * @flags: PROBE_*
 * @sleep_us: how long callbacks take
 * @inside: callbacks that run now
 * @run_mutex: one call at a time
 * @run: the call
 * @queued: a call for the next doorbell()
 * @answered: one that doorbell() made
 * @done: the call was made
 * @thread_work: makes it in a thread
 * @soft_work: makes it in a softirq
 * @hard_work: makes it in a hard interrupt
 * @flood_mutex: starts and ends the flood
 * @flood: what it is to do
 * @flooder: the thread of the flood, or NULL
 * @interrupter: another one, on another processor if there is one
 * @flood_cpu: where @flooder runs
 * @flood_other: where @interrupter runs
 * @flood_soft: the softirq of the flood
 * @flood_hard: a hard interrupt of @flood_other
 * @sent: packets that each source of the flood pushed
 * @came: packets that each source popped
 * @sum: of their data
 * @released: commands that were peeked and released
 * @committed: answers that were reserved and committed
 * @cut: how often release or commit did less
 * @doorbells: calls of doorbell()
 * @unbound: calls of unbind()
 */
struct probe {
	struct kref ref;
	struct list_head list;
	struct ion_channel *ch;
	u64 id;
	u32 flags;
	u32 sleep_us;
	atomic_t inside;

	struct mutex run_mutex; /* one call at a time */
	struct probe_run *run;
	struct probe_run *queued;
	struct probe_run *answered;
	struct completion done;
	struct work_struct thread_work;
	struct work_struct soft_work;
	struct irq_work hard_work;

	struct mutex flood_mutex; /* starts and ends the flood */
	struct probe_flood flood;
	struct task_struct *flooder;
	struct task_struct *interrupter;
	unsigned int flood_cpu;
	unsigned int flood_other;
	struct work_struct flood_soft;
	struct irq_work flood_hard;
	u64 sent[PROBE_SOURCES];
	u64 came[PROBE_SOURCES];
	atomic64_t sum;
	u64 released;
	u64 committed;
	atomic64_t cut;
	atomic64_t doorbells;
	atomic64_t unbound;
};

extern struct workqueue_struct *probe_threads;
extern const struct ion_service_ops probe_read, probe_write;
extern const struct ion_service_ops probe_device_ops;
extern atomic64_t probe_bound, probe_held, probe_late, probe_overlaps;
extern atomic64_t probe_misplaced;

struct probe *probe_find(u64 id);
void probe_put(struct probe *p);
int probe_register(void);
int probe_unregister(void);
int probe_try(unsigned long which);

void probe_calls_init(struct probe *p);
int probe_calls_run(struct probe *p, struct probe_run *run);
void probe_make_call(struct probe *p, struct probe_run *run);

void probe_flood_init(struct probe *p);
int probe_flood_set(struct probe *p, const struct probe_flood *flood);
void probe_flood_end(struct probe *p);

#endif /* _PROBE_H */
