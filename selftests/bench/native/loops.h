/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loops of one ring for one kind of packet, with the ring's operations
 * inlined as in a program that uses it. Every file of a ring includes this once
 * for each kind, so that all rings run the same loops.
 *
 * Before that, the file defines PACKET (the struct), KIND (packet or command), and
 *
 *	struct producer, struct consumer		private state of an end
 *	producer_of(ring)		take an end; ..._done(ring, &end) leaves it
 *	NAME(push)(&producer, &packet)	true if it was pushed
 *	NAME(pop)(&consumer, &packet)	true if one was popped
 *
 * and if BATCHES is defined, for at most @n packets with numbers from @seq on,
 *
 *	NAME(put)(&producer, seq, n)	how many were pushed
 *	NAME(get)(&consumer, seq, n)	how many were popped, -1 if one is wrong
 */
#define NATIVE_JOIN_(a, b) a##_##b
#define NATIVE_JOIN(a, b)  NATIVE_JOIN_(a, b)
#define FILL		   NATIVE_JOIN(NATIVE_JOIN(native, KIND), fill)
#define WRONG		   NATIVE_JOIN(NATIVE_JOIN(native, KIND), wrong)
#define NAME(what)	   NATIVE_JOIN(what, KIND)

static void NAME(produce)(struct native_run *run)
{
	struct producer p = producer_of(run->ring[0]);
	unsigned int work = run->producer_work;
	__u64 seq = 0;
	PACKET packet;

	do {
		FILL(&packet, seq);
		while (!NAME(push)(&p, &packet)) {
			native_pause();
			if (native_stopped(run))
				return producer_done(run->ring[0], &p);
		}
		native_work(work);
	} while (++seq & 1023 || !native_stopped(run));
	producer_done(run->ring[0], &p);
}

static void NAME(consume)(struct native_run *run)
{
	struct consumer c = consumer_of(run->ring[0]);
	unsigned int work = run->consumer_work, checks = 0;
	__u64 seq = 0, end;
	PACKET packet;

	do {
		for (end = seq + run->chunk; seq != end; seq++) {
			while (!NAME(pop)(&c, &packet)) {
				native_pause();
				if (!native_wait(run, &checks))
					return native_stop(run);
			}
			if (__builtin_expect(WRONG(&packet, seq), 0))
				return native_fail(run, seq);
			native_work(work);
		}
	} while (native_chunk(run, run->chunk));
	native_stop(run);
	consumer_done(run->ring[0], &c);
}

static void NAME(ask)(struct native_run *run)
{
	struct producer p = producer_of(run->ring[0]);
	struct consumer c = consumer_of(run->ring[1]);
	unsigned int checks = 0;
	__u64 seq = 0, end;
	PACKET packet;

	do {
		for (end = seq + run->chunk; seq != end; seq++) {
			FILL(&packet, seq);
			if (!NAME(push)(&p, &packet))
				return native_fail(run, seq);
			while (!NAME(pop)(&c, &packet))
				if (!native_wait(run, &checks))
					return native_stop(run);
			if (__builtin_expect(WRONG(&packet, seq), 0))
				return native_fail(run, seq);
		}
	} while (native_chunk(run, run->chunk));
	native_stop(run);
	producer_done(run->ring[0], &p);
	consumer_done(run->ring[1], &c);
}

static void NAME(answer)(struct native_run *run)
{
	struct consumer c = consumer_of(run->ring[0]);
	struct producer p = producer_of(run->ring[1]);
	PACKET packet;

	while (!native_stopped(run)) {
		if (!NAME(pop)(&c, &packet))
			continue;
		NAME(push)(&p, &packet);
	}
	consumer_done(run->ring[0], &c);
	producer_done(run->ring[1], &p);
}

/* These count instructions; no thread is at the other end. */
static void NAME(push_all)(void *ring, unsigned int count)
{
	struct producer p = producer_of(ring);
	PACKET packet;
	unsigned int i;

	for (i = 0; i < count; i++) {
		FILL(&packet, i);
		NAME(push)(&p, &packet);
	}
	producer_done(ring, &p);
}

static void NAME(pop_all)(void *ring, unsigned int count)
{
	struct consumer c = consumer_of(ring);
	PACKET packet;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!NAME(pop)(&c, &packet) || WRONG(&packet, i))
			__builtin_trap();
	}
	consumer_done(ring, &c);
}

#ifdef BATCHES
static void NAME(produce_batches)(struct native_run *run)
{
	struct producer p = producer_of(run->ring[0]);
	unsigned int batch = run->batch, turns = 0;
	__u64 seq = 0, n;

	do {
		n = NAME(put)(&p, seq, batch);
		seq += n;
		if (!n)
			native_pause();
	} while ((n && ++turns & 1023) || !native_stopped(run));
	producer_done(run->ring[0], &p);
}

static void NAME(consume_batches)(struct native_run *run)
{
	struct consumer c = consumer_of(run->ring[0]);
	unsigned int checks = 0;
	__u64 seq = 0, start;
	int n;

	do {
		start = seq;
		while (seq - start < run->chunk) {
			n = NAME(get)(&c, seq, run->batch);
			if (__builtin_expect(n < 0, 0))
				return native_fail(run, seq);
			seq += (unsigned int)n;
			if (n)
				continue;
			native_pause();
			if (!native_wait(run, &checks))
				return native_stop(run);
		}
	} while (native_chunk(run, seq - start));
	native_stop(run);
	consumer_done(run->ring[0], &c);
}

static void NAME(push_batches)(void *ring, unsigned int count,
			       unsigned int batch)
{
	struct producer p = producer_of(ring);
	unsigned int i;

	for (i = 0; i < count; i += batch)
		NAME(put)(&p, i, batch);
	producer_done(ring, &p);
}

static void NAME(pop_batches)(void *ring, unsigned int count,
			      unsigned int batch)
{
	struct consumer c = consumer_of(ring);
	unsigned int i;

	for (i = 0; i < count; i += batch)
		if (NAME(get)(&c, i, batch) != (int)batch)
			__builtin_trap();
	consumer_done(ring, &c);
}
#endif
