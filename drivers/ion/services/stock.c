// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "builtin.h"
#include "stock.h"

/**
 * ion_stock_init() - make an empty stock
 * @stock: what to fill in
 * @ch: the channel whose buffers it is for; without an arena it stays empty
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ion_stock_init(struct ion_stock *stock, const struct ion_channel *ch)
{
	u32 buffers = ion_channel_buffers(ch, &stock->size);

	spin_lock_init(&stock->lock);
	stock->nr = 0;
	stock->ids = NULL;
	if (!buffers)
		return 0;
	stock->ids = kvmalloc_array(buffers, sizeof(*stock->ids),
				    ION_SERVICE_GFP);
	return stock->ids ? 0 : -ENOMEM;
}

/**
 * ion_stock_destroy() - undo ion_stock_init()
 * @stock: the stock, or zeroes
 */
void ion_stock_destroy(struct ion_stock *stock)
{
	kvfree(stock->ids);
}

/**
 * ion_stock_put() - keep a buffer
 * @stock: the stock
 * @id: number of the buffer, which came with a packet and is in no stock
 *
 * Context: process or softirq.
 */
void ion_stock_put(struct ion_stock *stock, u16 id)
{
	spin_lock_bh(&stock->lock);
	stock->ids[stock->nr] = id;
	/* ion_stock_count() does not take the lock. */
	WRITE_ONCE(stock->nr, stock->nr + 1);
	spin_unlock_bh(&stock->lock);
}

/**
 * ion_stock_get() - have a packet with an empty buffer
 * @stock: the stock
 * @packet: all of it is written
 *
 * Context: process or softirq.
 * Return: false if there is no buffer.
 */
bool ion_stock_get(struct ion_stock *stock, struct ion_packet *packet)
{
	bool have;
	u16 id = 0;

	spin_lock_bh(&stock->lock);
	have = stock->nr;
	if (have) {
		WRITE_ONCE(stock->nr, stock->nr - 1);
		id = stock->ids[stock->nr];
	}
	spin_unlock_bh(&stock->lock);

	*packet = (struct ion_packet) {
		.data = (u64)id * stock->size,
		.id = id,
	};
	return have;
}

/**
 * ion_stock_count() - buffers that there are
 * @stock: the stock
 *
 * Return: how many there were a moment ago.
 */
u32 ion_stock_count(const struct ion_stock *stock)
{
	return READ_ONCE(stock->nr);
}
