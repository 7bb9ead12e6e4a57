// SPDX-License-Identifier: GPL-2.0-only
/* Every function of <linux/ion.h>, in every context. */
#include <linux/build_bug.h>
#include <linux/cred.h>
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "probe.h"

static_assert(PROBE_PEEK_MAX == ION_PEEK_MAX);

static s64 probe_packets(struct ion_ring *ring, struct probe_run *run)
{
	const struct ion_packet *seen;
	struct ion_packet *slots;
	u32 n;

	switch (run->call) {
	case PROBE_PUSH:
		return ion_channel_push(ring, run->packets);
	case PROBE_POP:
		return ion_channel_pop(ring, run->packets);
	case PROBE_PUSH_N:
		return ion_channel_push_n(ring, run->packets, run->count);
	case PROBE_POP_N:
		return ion_channel_pop_n(ring, run->packets, run->count);
	case PROBE_RESERVE:
		n = ion_channel_reserve(ring, &slots, run->count);
		memcpy(slots, run->packets,
		       min_t(u32, n, PROBE_MAX) * sizeof(*slots));
		return n;
	case PROBE_COMMIT:
		return ion_channel_commit(ring, run->count);
	case PROBE_PEEK:
		n = ion_channel_peek(ring, &seen, run->count);
		memcpy(run->packets, seen,
		       min_t(u32, n, PROBE_MAX) * sizeof(*seen));
		return n;
	default:
		return ion_channel_release(ring, run->count);
	}
}

static s64 probe_cmds(struct ion_ring *ring, struct probe_run *run)
{
	const struct ion_cmd_packet *seen;
	struct ion_cmd_packet *slots;
	u32 n;

	switch (run->call) {
	case PROBE_CMD_PUSH:
		return ion_cmd_push(ring, run->cmds);
	case PROBE_CMD_POP:
		return ion_cmd_pop(ring, run->cmds);
	case PROBE_CMD_PUSH_N:
		return ion_cmd_push_n(ring, run->cmds, run->count);
	case PROBE_CMD_POP_N:
		return ion_cmd_pop_n(ring, run->cmds, run->count);
	case PROBE_CMD_RESERVE:
		n = ion_cmd_reserve(ring, &slots, run->count);
		memcpy(slots, run->cmds,
		       min_t(u32, n, PROBE_MAX) * sizeof(*slots));
		return n;
	case PROBE_CMD_COMMIT:
		return ion_cmd_commit(ring, run->count);
	case PROBE_CMD_PEEK:
		n = ion_cmd_peek(ring, &seen, run->count);
		memcpy(run->cmds, seen,
		       min_t(u32, n, PROBE_MAX) * sizeof(*seen));
		return n;
	default:
		return ion_cmd_release(ring, run->count);
	}
}

static s64 probe_opener(struct ion_channel *ch, struct probe_run *run)
{
	const struct ion_opener *opener = ion_channel_opener(ch);

	if (!opener)
		return -ENOENT;
	run->words[0] = pid_nr(opener->pid);
	run->words[1] = from_kuid(&init_user_ns, opener->uid);
	run->words[2] = from_kgid(&init_user_ns, opener->gid);
	return 0;
}

static s64 probe_forget(struct probe *p)
{
	ion_channel_put(p->ch);
	p->ch = NULL;
	atomic64_dec(&probe_held);
	return 0;
}

static u32 probe_bytes(const struct probe_run *run)
{
	return min_t(u32, run->count, sizeof(run->bytes));
}

static s64 probe_buffers(struct probe *p, struct probe_run *run)
{
	u32 size = 0, room = 0;
	s64 ret;

	switch (run->call) {
	case PROBE_BUFFERS:
		ret = ion_channel_buffers(p->ch, &size);
		run->words[0] = size;
		return ret;
	case PROBE_BUFFER:
		ret = !!ion_packet_buffer(p->ch, &run->packet, &room);
		run->room = room;
		return ret;
	case PROBE_READ:
		return ion_packet_read(p->ch, &run->packet, run->bytes,
				       probe_bytes(run));
	default:
		return ion_packet_write(p->ch, &run->packet, run->bytes,
					probe_bytes(run));
	}
}

static s64 probe_move(struct probe *p, struct ion_ring *from,
		      const struct probe_run *run)
{
	struct ion_ring *to;

	if (run->call == PROBE_MOVE) {
		to = ion_channel_ring(p->ch, ION_RING_RX);
		return ion_channel_move(from, to, run->count);
	}
	to = ion_channel_ring(p->ch, ION_RING_EVT);
	return ion_cmd_move(from, to, run->count);
}

static s64 probe_channel(struct probe *p, struct ion_ring *ring,
			 struct probe_run *run)
{
	switch (run->call) {
	case PROBE_MOVE:
	case PROBE_CMD_MOVE:
		return probe_move(p, ring, run);
	case PROBE_CAPACITY:
		return ion_channel_capacity(ring);
	case PROBE_EMPTY:
		return ion_channel_empty(ring);
	case PROBE_ARM:
		return ion_channel_arm(ring);
	case PROBE_DISARM:
		ion_channel_disarm(ring);
		return 0;
	case PROBE_NOTIFY:
		ion_channel_notify(p->ch);
		return 0;
	case PROBE_HANGUP:
		ion_channel_hangup(p->ch);
		return 0;
	case PROBE_ERROR:
		return ion_channel_error(p->ch);
	case PROBE_ID:
		return ion_channel_id(p->ch);
	case PROBE_OPENER:
		return probe_opener(p->ch, run);
	case PROBE_SET_ASYNC:
		ion_channel_set_async(p->ch, ION_ASYNC_ANY);
		return 0;
	case PROBE_PRIVATE:
		return ion_channel_private(p->ch) == p;
	case PROBE_PUT:
		return probe_forget(p);
	default:
		return probe_buffers(p, run);
	}
}

static u32 probe_where(void)
{
	if (in_hardirq())
		return PROBE_IN_HARDIRQ;
	if (in_serving_softirq())
		return PROBE_IN_SOFTIRQ;
	if (irqs_disabled())
		return PROBE_IN_IRQS_OFF;
	return current->flags & PF_WQ_WORKER ? PROBE_IN_WORK : PROBE_IN_CALLER;
}

/* Make the call in the current context. */
void probe_make_call(struct probe *p, struct probe_run *run)
{
	struct ion_ring *ring = NULL;

	run->where = probe_where();
	if (!p->ch) {
		run->result = -ENODEV;
		return;
	}
	if (run->ring != PROBE_NO_RING)
		ring = ion_channel_ring(p->ch, run->ring);
	if (run->call <= PROBE_RELEASE)
		run->result = probe_packets(ring, run);
	else if (run->call <= PROBE_CMD_RELEASE)
		run->result = probe_cmds(ring, run);
	else
		run->result = probe_channel(p, ring, run);
}

static void probe_in_work(struct work_struct *work)
{
	struct probe *p = container_of(work, struct probe, thread_work);

	probe_make_call(p, p->run);
	complete(&p->done);
}

static void probe_in_softirq(struct work_struct *work)
{
	struct probe *p = container_of(work, struct probe, soft_work);

	probe_make_call(p, p->run);
	complete(&p->done);
}

static void probe_in_hardirq(struct irq_work *work)
{
	struct probe *p = container_of(work, struct probe, hard_work);

	probe_make_call(p, p->run);
	complete(&p->done);
}

void probe_calls_init(struct probe *p)
{
	mutex_init(&p->run_mutex);
	init_completion(&p->done);
	INIT_WORK(&p->thread_work, probe_in_work);
	INIT_WORK(&p->soft_work, probe_in_softirq);
	p->hard_work = IRQ_WORK_INIT_HARD(probe_in_hardirq);
}

static int probe_at_doorbell(struct probe *p, const struct probe_run *run)
{
	struct probe_run *copy = kmemdup(run, sizeof(*run), GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	kfree(xchg(&p->queued, copy));
	return 0;
}

static void probe_start(struct probe *p)
{
	unsigned long flags;

	switch (p->run->context) {
	case PROBE_IN_WORK:
		queue_work(probe_threads, &p->thread_work);
		break;
	case PROBE_IN_SOFTIRQ:
		queue_work(system_bh_wq, &p->soft_work);
		break;
	case PROBE_IN_HARDIRQ:
		irq_work_queue(&p->hard_work);
		break;
	case PROBE_IN_IRQS_OFF:
		local_irq_save(flags);
		probe_make_call(p, p->run);
		local_irq_restore(flags);
		complete(&p->done);
		break;
	default:
		probe_make_call(p, p->run);
		complete(&p->done);
	}
}

static bool probe_has_array(u32 call)
{
	return call == PROBE_PUSH_N || call == PROBE_POP_N ||
	       call == PROBE_CMD_PUSH_N || call == PROBE_CMD_POP_N;
}

int probe_calls_run(struct probe *p, struct probe_run *run)
{
	if (run->call >= PROBE_CALLS || run->context >= PROBE_CONTEXTS ||
	    run->reserved)
		return -EINVAL;
	if (probe_has_array(run->call) && run->count > PROBE_MAX)
		return -EINVAL;
	if (run->call == PROBE_PUT && READ_ONCE(p->flooder))
		return -EBUSY;
	if (run->context == PROBE_IN_DOORBELL)
		return probe_at_doorbell(p, run);

	guard(mutex)(&p->run_mutex);
	reinit_completion(&p->done);
	p->run = run;
	probe_start(p);
	wait_for_completion(&p->done);
	/* The context of the call may still be inside this module. */
	flush_work(&p->thread_work);
	flush_work(&p->soft_work);
	irq_work_sync(&p->hard_work);
	return 0;
}
