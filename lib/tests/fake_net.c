// SPDX-License-Identifier: MIT
/*
 * The service "net" of the fake driver: each frame of the program comes back as a frame
 * of the kernel, as if the interface were a loop, if there is an empty buffer for it.
 */
#include <linux/ion_net.h>
#include <net/if.h>

#include "fake.h"

/* The last request that set such a channel up. */
struct ion_setup fake_net_setup;

/* Copy a frame to an empty buffer, not to its beginning. */
static void deliver(struct fake *f, const struct ion_packet *frame)
{
	unsigned char *arena = fake_at(f, ION_MMAP_ARENA);
	struct ion_packet packet;

	packet = *frame;
	packet.id = f->empty[--f->nr_empty];
	packet.data = (__u64)packet.id * f->info.buffer_size;
	if (frame->len + 4U <= f->info.buffer_size)
		packet.data += 4;
	memcpy(arena + packet.data, arena + frame->data, frame->len);
	ion_ring_push(&f->rx, &packet);
}

bool fake_net_pass(struct fake *f)
{
	struct ion_packet packet;
	bool any = false;

	while (ion_ring_reserve(&f->rx, 2) == 2 &&
	       ion_ring_pop(&f->tx, &packet)) {
		any = true;
		if (!packet.len) {
			f->empty[f->nr_empty++] = packet.id;
			continue;
		}
		if (f->nr_empty)
			deliver(f, &packet);
		packet.len = 0;
		ion_ring_push(&f->rx, &packet);
	}
	return any;
}

void fake_net_answer(struct ion_cmd_packet *cmd)
{
	if (cmd->kind == ION_NET_IFINDEX)
		cmd->arg = if_nametoindex("lo");
	else
		cmd->kind = ION_NET_UNKNOWN;
}
