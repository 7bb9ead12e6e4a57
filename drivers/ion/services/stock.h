/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Empty buffers that a program has handed over and the service keeps, to fill
 * them. The one that came last goes first: it may still be in a cache.
 */
#ifndef _DRIVERS_ION_STOCK_H
#define _DRIVERS_ION_STOCK_H

#include <linux/ion.h>
#include <linux/spinlock.h>

/**
 * struct ion_stock - buffers that the service has
 * @lock: of the rest
 * @nr: how many
 * @size: bytes of each
 * @ids: their numbers, with room for every buffer of the arena
 */
struct ion_stock {
	spinlock_t lock;	/* of the rest */
	u32 nr;
	u32 size;
	u16 *ids;
};

int ion_stock_init(struct ion_stock *stock, const struct ion_channel *ch);
void ion_stock_destroy(struct ion_stock *stock);
void ion_stock_put(struct ion_stock *stock, u16 id);
bool ion_stock_get(struct ion_stock *stock, struct ion_packet *packet);
u32 ion_stock_count(const struct ion_stock *stock);

#endif /* _DRIVERS_ION_STOCK_H */
