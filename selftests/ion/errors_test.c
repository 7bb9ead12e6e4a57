// SPDX-License-Identifier: GPL-2.0-only
/* Bad addresses, and a channel in use. */
#include "errors_test.h"

void *nowhere(void)
{
	return (void *)8;
}

void *read_only(void)
{
	static void *page;

	if (!page)
		page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	return page;
}

void *at_the_edge(size_t bytes)
{
	size_t page = page_size();
	char *addr = mmap(NULL, 17 * page, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(addr + 16 * page, page);
	return addr + 16 * page - bytes;
}

int channel_open_filled(struct channel *ch)
{
	struct ion_cmd_packet cmd = ion_cmd_of(0);
	int ret = channel_open(ch, NULL);

	if (ret)
		return ret;
	ion_push_from(ch, 0, 20);
	ion_ring_push_cmd(&ch->cmd, &cmd);
	ret = ion_kick(ch->fd);
	ion_push_from(ch, 20, 10);
	ion_ring_push_cmd(&ch->cmd, &cmd);
	return ret;
}
