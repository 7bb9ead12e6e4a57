// SPDX-License-Identifier: GPL-2.0-only
/* <linux/ion.h>: empty buffers that a service keeps, to fill them. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include <linux/ion.h>

#include "memory.h"

/**
 * ion_pool_init() - make an empty pool
 * @pool: the pool to fill in
 * @ch: the channel that owns the buffers; without an arena the pool stays empty
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ion_pool_init(struct ion_pool *pool, const struct ion_channel *ch)
{
	*pool = (struct ion_pool) {};
	pool->room = ion_channel_buffers(ch, &pool->size);
	spin_lock_init(&pool->lock);
	if (!pool->room)
		return 0;
	pool->ids = kvmalloc_array(pool->room, sizeof(*pool->ids), ION_GFP);
	return pool->ids ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(ion_pool_init);

/**
 * ion_pool_destroy() - undo ion_pool_init()
 * @pool: the pool, or zeroes
 *
 * Context: may sleep.
 */
void ion_pool_destroy(struct ion_pool *pool)
{
	kvfree(pool->ids);
}
EXPORT_SYMBOL_GPL(ion_pool_destroy);

/* Add a buffer. Returns whether to call ready(). */
static bool ion_pool_add(struct ion_pool *pool, u16 id)
{
	lockdep_assert_held(&pool->lock);

	if (WARN_ONCE(pool->nr >= pool->room,
		      "ion: a service put a buffer into a pool twice\n"))
		return false;
	pool->ids[pool->nr] = id;
	/* ion_pool_count() reads it without the lock. */
	WRITE_ONCE(pool->nr, pool->nr + 1);
	if (!pool->threshold || pool->nr < pool->threshold)
		return false;
	pool->threshold = 0;
	return true;
}

/**
 * ion_pool_put() - add an empty buffer to a pool
 * @pool: the pool
 * @id: number of the buffer, which came with a packet and is in no pool
 *
 * Without an arena there is nothing to put: then, and for a buffer too many, it warns
 * once and does nothing.
 *
 * Context: process or softirq. The function of ion_pool_call_at() is called here,
 * after the lock of the pool is released.
 */
void ion_pool_put(struct ion_pool *pool, u16 id)
{
	void (*ready)(struct ion_pool *pool) = NULL;

	spin_lock_bh(&pool->lock);
	if (ion_pool_add(pool, id))
		ready = pool->ready;
	spin_unlock_bh(&pool->lock);
	if (ready)
		ready(pool);
}
EXPORT_SYMBOL_GPL(ion_pool_put);

/**
 * ion_pool_get() - get a packet with an empty buffer
 * @pool: the pool
 * @packet: written, all of it
 *
 * Context: process or softirq.
 * Return: false if the pool is empty.
 */
bool ion_pool_get(struct ion_pool *pool, struct ion_packet *packet)
{
	bool have;
	u16 id = 0;

	spin_lock_bh(&pool->lock);
	have = pool->nr;
	if (have) {
		WRITE_ONCE(pool->nr, pool->nr - 1);
		id = pool->ids[pool->nr];
	}
	spin_unlock_bh(&pool->lock);

	*packet = (struct ion_packet) {
		.data = (u64)id * pool->size,
		.id = id,
	};
	return have;
}
EXPORT_SYMBOL_GPL(ion_pool_get);

/**
 * ion_pool_call_at() - call a function once there are enough buffers
 * @pool: the pool
 * @nr: how many are enough; 0: the function is no longer called
 * @ready: the function. It runs once, in ion_pool_put(), and may call this again.
 *
 * A call of @ready that has begun may go on after this returns.
 *
 * For a producer that stops when there are no buffers, and that is not to be
 * woken for each: it stops, calls this, and goes on if there are enough already.
 *
 * Context: process or softirq.
 * Return: true if there are enough already: then @ready is not called.
 */
bool ion_pool_call_at(struct ion_pool *pool, u32 nr,
		      void (*ready)(struct ion_pool *pool))
{
	bool enough;

	spin_lock_bh(&pool->lock);
	enough = nr && pool->nr >= nr;
	pool->threshold = enough ? 0 : nr;
	pool->ready = ready;
	spin_unlock_bh(&pool->lock);
	return enough;
}
EXPORT_SYMBOL_GPL(ion_pool_call_at);
