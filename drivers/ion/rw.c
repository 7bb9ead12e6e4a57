// SPDX-License-Identifier: GPL-2.0-only
/*
 * read() and write(): read() pops whole packets of rx, and write() pushes whole packets
 * to tx, for programs that do not map the rings. Both sleep only while not a single
 * packet can be moved, and then move as many as they can without sleeping again.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/uio.h>

#include "calls.h"
#include "end_state.h"
#include "kernel_end.h"

/* Packets that are copied over the stack at a time. */
#define ION_RW_BATCH	32

typedef ssize_t (*ion_rw_fn)(struct ion_channel *ch, struct iov_iter *iter,
			     bool nowait);

/* At most what the ring holds: a busy other end could keep the call forever. */
static void ion_rw_bound(const struct ion_ring *ring, struct iov_iter *iter)
{
	iov_iter_truncate(iter, ring->end.mask * sizeof(struct ion_packet));
}

static u32 ion_rw_count(const struct iov_iter *iter)
{
	return min_t(size_t, iov_iter_count(iter) / sizeof(struct ion_packet),
		     ION_RW_BATCH);
}

/* Copy packets out. Returns how many were copied whole; the rest is reverted. */
static u32 ion_read_out(const struct ion_packet *packets, u32 n,
			struct iov_iter *to)
{
	size_t bytes = copy_to_iter(packets, n * sizeof(*packets), to);

	iov_iter_revert(to, bytes % sizeof(*packets));
	return bytes / sizeof(*packets);
}

static ssize_t ion_read_some(struct ion_channel *ch, struct iov_iter *to,
			     bool nowait)
{
	struct ion_ring *ring = &ch->ring[ION_RING_RX];
	struct ion_packet packets[ION_RW_BATCH];
	ssize_t done = 0;
	u32 whole, index;
	int n, ret;

	lockdep_assert_held(&ch->pop_mutex);

	ion_rw_bound(ring, to);
	while (ion_rw_count(to)) {
		n = ion_user_pop(ch, ring, packets, ion_rw_count(to), nowait,
				 &index);
		if (n < 0)
			return done ?: n;
		whole = ion_read_out(packets, n, to);
		ret = ion_user_release(ch, ring, index, whole);
		if (ret)
			return done ?: ret;
		done += whole * sizeof(*packets);
		if (whole < n)
			return done ?: -EFAULT;
	}
	return done;
}

/* A holder of the mutex may copy to memory whose page fault takes forever. */
static int ion_rw_lock(struct mutex *mutex, bool nowait)
{
	if (nowait)
		return mutex_trylock(mutex) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(mutex) ? -ERESTARTSYS : 0;
}

static void ion_rw_kick(struct ion_channel *ch, enum ion_ring_id id, bool nowait)
{
	if (ion_user_kick_needed(&ch->ring[id]))
		ion_kernel_end_kick_if_needed(ch, nowait);
}

static ssize_t ion_read(struct ion_channel *ch, struct iov_iter *to,
			bool nowait)
{
	ssize_t done;

	done = ion_rw_lock(&ch->pop_mutex, nowait);
	if (done)
		return done;
	done = ion_read_some(ch, to, nowait);
	mutex_unlock(&ch->pop_mutex);
	if (done == -EPIPE)
		return 0;

	if (done > 0)
		ion_rw_kick(ch, ION_RING_RX, nowait);
	return done;
}

/* Copy packets in. Returns how many were copied whole; the rest is reverted. */
static u32 ion_write_in(struct ion_packet *packets, struct iov_iter *from)
{
	size_t bytes = copy_from_iter(packets,
				      ion_rw_count(from) * sizeof(*packets),
				      from);

	iov_iter_revert(from, bytes % sizeof(*packets));
	return bytes / sizeof(*packets);
}

static int ion_write_batch(struct ion_channel *ch,
			   const struct ion_packet *packets, u32 count,
			   bool nowait)
{
	int ret;

	ret = ion_rw_lock(&ch->push_mutex, nowait);
	if (ret)
		return ret;
	ret = ion_user_push(ch, &ch->ring[ION_RING_TX], packets, count, nowait);
	mutex_unlock(&ch->push_mutex);
	return ret;
}

static ssize_t ion_write_some(struct ion_channel *ch, struct iov_iter *from,
			      bool nowait)
{
	struct ion_packet packets[ION_RW_BATCH];
	ssize_t done = 0;
	u32 whole;
	int n;

	ion_rw_bound(&ch->ring[ION_RING_TX], from);
	while (ion_rw_count(from)) {
		whole = ion_write_in(packets, from);
		if (!whole)
			return done ?: -EFAULT;
		n = ion_write_batch(ch, packets, whole, nowait);
		iov_iter_revert(from,
				(whole - max(n, 0)) * sizeof(*packets));
		if (n < 0)
			return done ?: n;
		done += n * sizeof(*packets);
		if (n < whole)
			break;
	}
	return done;
}

static ssize_t ion_write(struct ion_channel *ch, struct iov_iter *from,
			 bool nowait)
{
	ssize_t done = ion_write_some(ch, from, nowait);

	if (done > 0)
		ion_rw_kick(ch, ION_RING_TX, nowait);
	return done;
}

/**
 * struct ion_rw - the parameters of read() or write()
 * @some: moves as many packets as can be moved without sleeping
 * @ring: the ring that it moves
 * @nonblock: do not sleep until a packet can be moved
 * @nowait: do not wait for other threads either
 */
struct ion_rw {
	ion_rw_fn some;
	enum ion_ring_id ring;
	bool nonblock;
	bool nowait;
};

/* Try, then kick the kernel end if needed, and sleep between further tries. */
static ssize_t ion_rw_wait(struct ion_channel *ch, struct iov_iter *iter,
			   const struct ion_rw *rw)
{
	ssize_t done;
	int ret;

	done = rw->some(ch, iter, rw->nowait);
	if (done != -EAGAIN)
		return done;
	ret = ion_kernel_end_kick_if_needed(ch, rw->nowait);

	while (!ret) {
		done = rw->some(ch, iter, rw->nowait);
		if (done != -EAGAIN || rw->nonblock)
			return done;
		/* The next try finds any other error. */
		ret = ion_wait_ring(ch, rw->ring);
		if (ret != -ERESTARTSYS)
			ret = 0;
	}
	return ret;
}

static ssize_t ion_rw(struct kiocb *iocb, struct iov_iter *iter,
		      struct ion_rw *rw)
{
	struct ion_channel *ch = iocb->ki_filp->private_data;
	ssize_t done;

	rw->nowait = iocb->ki_flags & IOCB_NOWAIT;
	rw->nonblock = rw->nowait || (iocb->ki_filp->f_flags & O_NONBLOCK);

	atomic64_inc(&ch->calls);
	if (!ion_channel_ready(ch))
		return -EBADFD;
	if (!iov_iter_count(iter))
		return 0;
	done = ion_rw_wait(ch, iter, rw);
	ion_end_state_check(ch);
	return done;
}

/* Returns how many bytes of whole packets fit, or an error. */
static int ion_read_size(struct iov_iter *to)
{
	size_t bytes = iov_iter_count(to);

	if (bytes && bytes < sizeof(struct ion_packet))
		return -EINVAL;
	iov_iter_truncate(to, rounddown(bytes, sizeof(struct ion_packet)));
	return 0;
}

/* Allow whole packets, or a size that the kernel cut to the limit of one call. */
static int ion_write_size(const struct iov_iter *from)
{
	size_t bytes = iov_iter_count(from);

	return bytes % sizeof(struct ion_packet) && bytes != MAX_RW_COUNT ?
		       -EINVAL :
		       0;
}

/**
 * ion_read_iter() - pop packets from rx
 * @iocb: the call
 * @to: memory to copy to; a remainder smaller than a packet is not written
 *
 * Context: may sleep; with IOCB_NOWAIT, waits for no other thread.
 * Return: bytes read, whole packets; 0 if the service hung up; -EINVAL for less
 * than one packet; -EAGAIN; -EFAULT; -ERESTARTSYS; -EPROTO if a ring is poisoned;
 * -EBADFD.
 */
ssize_t ion_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct ion_rw rw = { .some = ion_read, .ring = ION_RING_RX };

	return ion_read_size(to) ?: ion_rw(iocb, to, &rw);
}

/**
 * ion_write_iter() - push packets to tx, and kick if that is needed
 * @iocb: the call
 * @from: the packets, a multiple of 24 bytes
 *
 * Context: may sleep; with IOCB_NOWAIT, waits for no other thread.
 * Return: bytes written, whole packets; -EINVAL for another size; -EAGAIN;
 * -EFAULT; -ERESTARTSYS; -EPROTO if a ring is poisoned; -EPIPE if the service
 * hung up; -EBADFD.
 */
ssize_t ion_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct ion_rw rw = { .some = ion_write, .ring = ION_RING_TX };

	return ion_write_size(from) ?: ion_rw(iocb, from, &rw);
}
