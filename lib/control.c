// SPDX-License-Identifier: MIT
/* Diagnostics, reset, and calls of some services only. */
#include "internal.h"

int ionc_query_struct(struct ionc_channel *ch, struct ion_query *query)
{
	return ionc_ioctl(ch->fd, ION_IOC_QUERY, query);
}

int ionc_stats_struct(struct ionc_channel *ch, struct ion_stats *stats)
{
	return ionc_ioctl(ch->fd, ION_IOC_STATS, stats);
}

int ionc_totals_struct(struct ionc_channel *ch, struct ion_totals *totals)
{
	struct ion_query query;

	memset(&query, 0, sizeof(query));
	query.size = sizeof(query);
	query.totals = (__u64)(size_t)totals;
	return ionc_ioctl(ch->fd, ION_IOC_QUERY, &query);
}

int ionc_peek_ring(struct ionc_channel *ch, __u32 ring, __u32 skip, void *to,
		   __u32 count)
{
	struct ion_batch batch;

	memset(&batch, 0, sizeof(batch));
	batch.size = sizeof(batch);
	batch.ring = ring;
	batch.count = count;
	batch.skip = skip;
	batch.addr = (__u64)(size_t)to;
	return ionc_ioctl(ch->fd, ION_IOC_PEEK, &batch);
}

int ionc_reattach(struct ionc_channel *ch)
{
	struct ionc_private *p = ionc_private(ch);
	int ret = ionc_take_ends(p);

	if (!ret)
		ret = ionc_free_list_fill(p);
	ionc_lent_resume(p);
	return ret;
}

int ionc_reset(struct ionc_channel *ch)
{
	int discarded, ret;

	discarded = ionc_ioctl(ch->fd, ION_IOC_RESET, NULL);
	if (discarded < 0)
		return discarded;
	ret = ionc_reattach(ch);
	return ret ? ret : discarded;
}

int ionc_join(struct ionc_channel *ch, int fd)
{
	struct ion_join join;

	memset(&join, 0, sizeof(join));
	join.size = sizeof(join);
	join.fd = fd;
	return ionc_ioctl(ch->fd, ION_IOC_JOIN, &join);
}

int ionc_verify_struct(struct ionc_channel *ch, struct ion_verify *verify)
{
	int ret = ionc_ioctl(ch->fd, ION_IOC_VERIFY, verify);

	return ret < 0 ? ret : verify->genuine == 1;
}
