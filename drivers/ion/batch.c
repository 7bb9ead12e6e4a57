// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of batches of packets or commands between a ring and the caller's memory.
 * They go through a private copy, because slots are shared memory as well.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "calls.h"
#include "channel.h"

/* Copy the request in. Returns the ring that it names, or an error. */
static struct ion_ring *ion_batch_in(struct ion_channel *ch,
				     struct ion_batch *batch,
				     const void __user *arg)
{
	int ret = ion_copy_in(batch, sizeof(*batch), arg);

	if (ret)
		return ERR_PTR(ret);
	if (batch->ring >= ION_RINGS || !batch->count ||
	    batch->count > ION_BATCH_MAX)
		return ERR_PTR(-EINVAL);
	return &ch->ring[array_index_nospec(batch->ring, ION_RINGS)];
}

static void *ion_batch_alloc(const struct ion_ring *ring,
			     const struct ion_batch *batch)
{
	return kvmalloc_array(batch->count, ring->kind->slot_size, ION_GFP);
}

static int ion_batch_out(const struct ion_ring *ring,
			 const struct ion_batch *batch, const void *packets,
			 u32 n)
{
	return ion_copy_out(u64_to_user_ptr(batch->addr), packets,
			    (size_t)n * ring->kind->slot_size);
}

/**
 * ion_ioctl_push() - ION_IOC_PUSH
 * @ch: the channel, configured
 * @arg: &struct ion_batch
 *
 * Return: packets pushed; -EAGAIN if there was no room for one; -EINVAL,
 * -E2BIG or -EFAULT for the request; -ENOMEM; -EPROTO if a ring is poisoned;
 * -EPIPE if the service hung up; -ERESTARTSYS for a signal.
 */
long ion_ioctl_push(struct ion_channel *ch, void __user *arg)
{
	void *packets __free(kvfree) = NULL;
	struct ion_batch batch;
	struct ion_ring *ring;

	ring = ion_batch_in(ch, &batch, arg);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	if (batch.skip || ring->kind->kernel_pushes)
		return -EINVAL;
	packets = ion_batch_alloc(ring, &batch);
	if (!packets)
		return -ENOMEM;
	if (copy_from_user(packets, u64_to_user_ptr(batch.addr),
			   batch.count * ring->kind->slot_size))
		return -EFAULT;

	scoped_cond_guard(mutex_intr, return -ERESTARTSYS, &ch->push_mutex)
		return ion_user_push(ch, ring, packets, batch.count, false);
}

/**
 * ion_ioctl_pop() - ION_IOC_POP
 * @ch: the channel, configured
 * @arg: &struct ion_batch
 *
 * A packet is released only after the caller has it: a bad address loses none.
 *
 * Return: packets popped; -EAGAIN if there was none; -EINVAL, -E2BIG or
 * -EFAULT for the request; -ENOMEM; -EPROTO if a ring is poisoned.
 */
long ion_ioctl_pop(struct ion_channel *ch, void __user *arg)
{
	void *packets __free(kvfree) = NULL;
	struct ion_batch batch;
	struct ion_ring *ring;
	u32 index;
	int n, ret;

	ring = ion_batch_in(ch, &batch, arg);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	if (batch.skip || !ring->kind->kernel_pushes)
		return -EINVAL;
	packets = ion_batch_alloc(ring, &batch);
	if (!packets)
		return -ENOMEM;

	scoped_cond_guard(mutex_intr, return -ERESTARTSYS, &ch->pop_mutex) {
		n = ion_user_pop(ch, ring, packets, batch.count, false, &index);
		if (n < 0)
			return n;
		if (ion_batch_out(ring, &batch, packets, n))
			return -EFAULT;
		ret = ion_user_release(ch, ring, index, n);
	}
	return ret ?: n;
}

/**
 * ion_ioctl_peek() - ION_IOC_PEEK
 * @ch: the channel, configured
 * @arg: &struct ion_batch
 *
 * On a poisoned ring it copies what the kernel last knew to be queued.
 *
 * Return: packets copied, 0 if there was none; -EINVAL, -E2BIG or -EFAULT for
 * the request; -ENOMEM.
 */
long ion_ioctl_peek(struct ion_channel *ch, void __user *arg)
{
	void *packets __free(kvfree) = NULL;
	struct ion_batch batch;
	struct ion_ring *ring;
	int n, ret;

	ring = ion_batch_in(ch, &batch, arg);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	packets = ion_batch_alloc(ring, &batch);
	if (!packets)
		return -ENOMEM;

	n = ion_user_peek(ring, packets, batch.skip, batch.count);
	ret = ion_batch_out(ring, &batch, packets, n);
	return ret ?: n;
}
