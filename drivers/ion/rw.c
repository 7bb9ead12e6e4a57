// SPDX-License-Identifier: GPL-2.0-only
/*
 * read() and write(): whole packets of rx and to tx, for programs that do not
 * map. Both sleep only while not a single packet can be moved, and then move
 * as many as they can without sleeping again.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/uio.h>

#include "kernel_end.h"
#include "rw.h"
#include "user_end.h"
#include "wait.h"

/* Packets that go over the stack at once. */
#define ION_RW_BATCH	32

typedef ssize_t (*ion_rw_fn)(struct ion_channel *ch, struct iov_iter *iter,
			     bool nowait);

/* No more than the ring holds, or a busy other end kept the call for ever. */
static void ion_rw_bound(const struct ion_ring *ring, struct iov_iter *iter)
{
	iov_iter_truncate(iter, ring->end.mask * sizeof(struct ion_packet));
}

static u32 ion_rw_count(const struct iov_iter *iter)
{
	return min_t(size_t, iov_iter_count(iter) / sizeof(struct ion_packet),
		     ION_RW_BATCH);
}

/* Copy packets out. Returns how many went whole; the rest is taken back. */
static u32 ion_read_out(const struct ion_packet *packets, u32 n,
			struct iov_iter *to)
{
	size_t bytes = copy_to_iter(packets, n * sizeof(*packets), to);

	iov_iter_revert(to, bytes % sizeof(*packets));
	return bytes / sizeof(*packets);
}

static ssize_t ion_read_some(struct ion_channel *ch, struct iov_iter *to)
{
	struct ion_ring *ring = &ch->ring[ION_RING_RX];
	struct ion_packet packets[ION_RW_BATCH];
	ssize_t done = 0;
	u32 whole;
	u64 from;
	int n, ret;

	lockdep_assert_held(&ch->user_mutex);

	ion_rw_bound(ring, to);
	while (ion_rw_count(to)) {
		n = ion_user_pop(ch, ring, packets, ion_rw_count(to), &from);
		if (n < 0)
			return done ?: n;
		whole = ion_read_out(packets, n, to);
		ret = ion_user_release(ch, ring, from, whole);
		if (ret)
			return done ?: ret;
		done += whole * sizeof(*packets);
		if (whole < n)
			return done ?: -EFAULT;
	}
	return done;
}

/* The mutex is held over a copy to memory that may take for ever to come. */
static int ion_read_lock(struct ion_channel *ch, bool nowait)
{
	if (nowait)
		return mutex_trylock(&ch->user_mutex) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(&ch->user_mutex) ? -ERESTARTSYS : 0;
}

static ssize_t ion_read(struct ion_channel *ch, struct iov_iter *to,
			bool nowait)
{
	ssize_t done;

	done = ion_read_lock(ch, nowait);
	if (done)
		return done;
	done = ion_read_some(ch, to);
	mutex_unlock(&ch->user_mutex);
	if (done == -EPIPE)
		return 0;

	if (done > 0 && ion_user_kick_needed(&ch->ring[ION_RING_RX]))
		ion_kernel_end_kick(ch);
	return done;
}

/* Copy packets in. Returns how many came whole; the rest is taken back. */
static u32 ion_write_in(struct ion_packet *packets, struct iov_iter *from)
{
	size_t bytes = copy_from_iter(packets,
				      ion_rw_count(from) * sizeof(*packets),
				      from);

	iov_iter_revert(from, bytes % sizeof(*packets));
	return bytes / sizeof(*packets);
}

static ssize_t ion_write_some(struct ion_channel *ch, struct iov_iter *from)
{
	struct ion_ring *ring = &ch->ring[ION_RING_TX];
	struct ion_packet packets[ION_RW_BATCH];
	ssize_t done = 0;
	u32 whole;
	int n;

	ion_rw_bound(ring, from);
	while (ion_rw_count(from)) {
		whole = ion_write_in(packets, from);
		if (!whole)
			return done ?: -EFAULT;
		n = ion_user_push(ch, ring, packets, whole);
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
	ssize_t done = ion_write_some(ch, from);

	if (done > 0 && ion_user_kick_needed(&ch->ring[ION_RING_TX]))
		ion_kernel_end_kick(ch);
	return done;
}

/* Try, have the kernel end look, and sleep between further tries. */
static ssize_t ion_rw_wait(struct ion_channel *ch, struct iov_iter *iter,
			   ion_rw_fn some, bool nowait)
{
	unsigned long progress;
	ssize_t done;
	int ret = 0;

	done = some(ch, iter, nowait);
	if (done != -EAGAIN)
		return done;
	ion_kernel_end_nudge(ch);

	while (!ret) {
		progress = ion_channel_progress(ch);
		done = some(ch, iter, nowait);
		if (done != -EAGAIN || nowait)
			return done;
		ret = ion_wait_progress(ch, progress);
	}
	return ret;
}

/* Whole packets, or a larger size that was cut to what one call may move. */
static bool ion_rw_size_ok(size_t bytes)
{
	return !(bytes % sizeof(struct ion_packet)) || bytes == MAX_RW_COUNT;
}

static ssize_t ion_rw(struct kiocb *iocb, struct iov_iter *iter, ion_rw_fn some)
{
	struct ion_channel *ch = iocb->ki_filp->private_data;
	bool nowait = (iocb->ki_flags & IOCB_NOWAIT) ||
		      (iocb->ki_filp->f_flags & O_NONBLOCK);

	atomic64_inc(&ch->calls);
	if (!ion_channel_ready(ch))
		return -EBADFD;
	if (!ion_rw_size_ok(iov_iter_count(iter)))
		return -EINVAL;
	if (!iov_iter_count(iter))
		return 0;
	return ion_rw_wait(ch, iter, some, nowait);
}

/**
 * ion_read_iter() - pop packets from rx
 * @iocb: the call
 * @to: where to, a multiple of 24 bytes
 *
 * Context: may sleep, unless O_NONBLOCK or IOCB_NOWAIT.
 * Return: bytes read, whole packets; -EINVAL for another size; -EAGAIN;
 * -EFAULT; -ERESTARTSYS; -EPROTO if a ring is poisoned; -EBADFD.
 */
ssize_t ion_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	return ion_rw(iocb, to, ion_read);
}

/**
 * ion_write_iter() - push packets to tx, and kick if that is needed
 * @iocb: the call
 * @from: what, a multiple of 24 bytes
 *
 * Context: may sleep, unless O_NONBLOCK or IOCB_NOWAIT.
 * Return: as ion_read_iter().
 */
ssize_t ion_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return ion_rw(iocb, from, ion_write);
}
