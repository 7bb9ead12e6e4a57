// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flood: a thread, a softirq and a hard interrupt that make calls at the
 * same time, again and again, whatever the program does meanwhile.
 */
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "probe.h"

/* The work of one source in one turn. */
#define PROBE_BURST 8

static void probe_flood_push(struct probe *p, unsigned int source)
{
	struct ion_ring *rx = ion_channel_ring(p->ch, ION_RING_RX);
	struct ion_packet packet = { .id = source };
	unsigned int i;

	for (i = 0; i < PROBE_BURST; i++) {
		packet.data = p->sent[source];
		if (!ion_channel_push(rx, &packet))
			break;
		WRITE_ONCE(p->sent[source], p->sent[source] + 1);
	}
}

static void probe_flood_pop(struct probe *p, unsigned int source)
{
	struct ion_ring *tx = ion_channel_ring(p->ch, ION_RING_TX);
	struct ion_packet packet;
	unsigned int i;

	for (i = 0; i < PROBE_BURST; i++) {
		if (!ion_channel_pop(tx, &packet))
			break;
		atomic64_add(packet.data, &p->sum);
		WRITE_ONCE(p->came[source], p->came[source] + 1);
	}
}

/* The sender makes sure that there is room. */
static void probe_flood_echo(struct probe *p)
{
	struct ion_ring *tx = ion_channel_ring(p->ch, ION_RING_TX);
	struct ion_ring *rx = ion_channel_ring(p->ch, ION_RING_RX);
	struct ion_packet packet;
	unsigned int i;

	for (i = 0; i < PROBE_BURST; i++) {
		if (!ion_channel_pop(tx, &packet))
			break;
		if (!ion_channel_push(rx, &packet))
			atomic64_inc(&p->cut);
	}
}

/* One of them is returned, to be seen again. */
static void probe_flood_peek(struct probe *p)
{
	struct ion_ring *cmd = ion_channel_ring(p->ch, ION_RING_CMD);
	const struct ion_cmd_packet *cmds;
	u32 n, want, done;

	n = ion_cmd_peek(cmd, &cmds, PROBE_BURST);
	want = n > 1 ? n - 1 : n;
	done = want ? ion_cmd_release(cmd, want) : 0;
	if (done != want)
		atomic64_inc(&p->cut);
	WRITE_ONCE(p->released, p->released + done);
}

static void probe_flood_reserve(struct probe *p)
{
	struct ion_ring *evt = ion_channel_ring(p->ch, ION_RING_EVT);
	struct ion_cmd_packet *slots;
	u32 n, i, done;

	n = ion_cmd_reserve(evt, &slots, PROBE_BURST);
	if (!n)
		return;
	for (i = 0; i < n; i++)
		slots[i] = (struct ion_cmd_packet){ .arg = p->committed + i };
	done = ion_cmd_commit(evt, n);
	if (done != n)
		atomic64_inc(&p->cut);
	WRITE_ONCE(p->committed, p->committed + done);
}

static void probe_flood_from(struct probe *p, unsigned int source)
{
	const struct probe_flood *flood = &p->flood;

	if (flood->push & BIT(source))
		probe_flood_push(p, source);
	if (flood->pop & BIT(source))
		probe_flood_pop(p, source);
	if (flood->peek & BIT(source))
		probe_flood_peek(p);
	if (flood->reserve & BIT(source))
		probe_flood_reserve(p);
	if (flood->echo & BIT(source))
		probe_flood_echo(p);
	ion_channel_notify(p->ch);
}

static void probe_flood_in_softirq(struct work_struct *work)
{
	probe_flood_from(container_of(work, struct probe, flood_soft),
			 PROBE_FROM_SOFTIRQ);
}

static void probe_flood_in_hardirq(struct irq_work *work)
{
	probe_flood_from(container_of(work, struct probe, flood_hard),
			 PROBE_FROM_HARDIRQ);
}

/* With one processor this is the other thread, with interrupts off. */
static void probe_flood_in_interrupt(void *data)
{
	probe_flood_from(data, PROBE_FROM_INTERRUPT);
}

static int probe_flooder(void *data)
{
	struct probe *p = data;
	u32 pause = p->flood.interval_us;
	bool here = false;
	ktime_t until;

	while (!kthread_should_stop()) {
		until = ktime_add_us(ktime_get(), pause);
		queue_work_on(here ? p->flood_cpu : p->flood_other,
			      system_bh_wq, &p->flood_soft);
		do
			probe_flood_from(p, PROBE_FROM_THREAD);
		while (ktime_before(ktime_get(), until));
		usleep_range(pause, pause + 20);
		here = !here;
	}
	return 0;
}

/* It does not check where the other thread is: so it interrupts it anywhere. */
static int probe_interrupter(void *data)
{
	struct probe *p = data;
	u32 pause = p->flood.interval_us;

	while (!kthread_should_stop()) {
		smp_call_function_single(p->flood_cpu, probe_flood_in_interrupt,
					 p, true);
		irq_work_queue(&p->flood_hard);
		usleep_range(pause, pause + 20);
	}
	return 0;
}

void probe_flood_init(struct probe *p)
{
	mutex_init(&p->flood_mutex);
	INIT_WORK(&p->flood_soft, probe_flood_in_softirq);
	p->flood_hard = IRQ_WORK_INIT_HARD(probe_flood_in_hardirq);
}

static void probe_flood_stop(struct task_struct **task)
{
	if (*task)
		kthread_stop(*task);
	*task = NULL;
}

void probe_flood_end(struct probe *p)
{
	guard(mutex)(&p->flood_mutex);
	probe_flood_stop(&p->flooder);
	probe_flood_stop(&p->interrupter);
	cancel_work_sync(&p->flood_soft);
	irq_work_sync(&p->flood_hard);
}

static u32 probe_flood_sources(const struct probe_flood *flood)
{
	return flood->push | flood->pop | flood->peek | flood->reserve |
	       flood->echo;
}

/* A ring has one owner between peek and release, or reserve and commit. */
static bool probe_flood_valid(const struct probe_flood *flood)
{
	return !(probe_flood_sources(flood) & ~(BIT(PROBE_SOURCES) - 1)) &&
	       hweight32(flood->peek) <= 1 && hweight32(flood->reserve) <= 1 &&
	       flood->interval_us <= USEC_PER_SEC;
}

static struct task_struct *probe_flood_start(struct probe *p, unsigned int cpu,
					     int (*run)(void *data))
{
	struct task_struct *task = kthread_create(run, p, "ion_probe");

	if (!IS_ERR(task)) {
		kthread_bind(task, cpu);
		wake_up_process(task);
	}
	return task;
}

/*
 * A thread that is stopped before it began never runs: there is nothing to
 * undo.
 */
static int probe_flood_begin(struct probe *p)
{
	struct task_struct *one, *two;

	guard(mutex)(&p->flood_mutex);
	if (p->flooder)
		return -EBUSY;
	p->flood_cpu = raw_smp_processor_id();
	p->flood_other = cpumask_any_but(cpu_online_mask, p->flood_cpu);
	if (p->flood_other >= nr_cpu_ids)
		p->flood_other = p->flood_cpu;
	one = probe_flood_start(p, p->flood_cpu, probe_flooder);
	if (IS_ERR(one))
		return PTR_ERR(one);
	p->flooder = one;
	two = probe_flood_start(p, p->flood_other, probe_interrupter);
	if (!IS_ERR(two))
		p->interrupter = two;
	return PTR_ERR_OR_ZERO(two);
}

int probe_flood_set(struct probe *p, const struct probe_flood *flood)
{
	if (!probe_flood_valid(flood))
		return -EINVAL;
	if (!(p->flags & PROBE_ASYNC) || !p->ch)
		return -EPERM;
	probe_flood_end(p);
	if (!probe_flood_sources(flood))
		return 0;
	p->flood = *flood;
	return probe_flood_begin(p);
}
