// SPDX-License-Identifier: GPL-2.0-only
/* The open file: a channel for as long as a descriptor or a mapping lives. */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "arena.h"
#include "calls.h"
#include "channel.h"
#include "end_state.h"
#include "port.h"

static int ion_open(struct inode *inode, struct file *file)
{
	struct ion_channel *ch = ion_channel_create();

	if (IS_ERR(ch))
		return PTR_ERR(ch);
	file->private_data = ch;
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

static int ion_release(struct inode *inode, struct file *file)
{
	ion_port_leave(file->private_data);
	ion_channel_close(file->private_data);
	return 0;
}

/* Called at every close of a descriptor, while others may still be open. */
static int ion_flush(struct file *file, fl_owner_t id)
{
	struct ion_channel *ch = file->private_data;

	/* Before state_lock: a thread that is lent later finds it set. */
	WRITE_ONCE(ch->flushed, true);
	ion_end_state_close(ch, id);
	return 0;
}

static int ion_fasync(int fd, struct file *file, int on)
{
	struct ion_channel *ch = file->private_data;

	return fasync_helper(fd, file, on, &ch->fasync);
}

static const char *const ion_layout_names[] = {
	[ION_LAYOUT_COMPACT] = "compact",
	[ION_LAYOUT_SPLIT] = "split",
};

static const char *const ion_kernel_end_names[] = {
	[ION_KERNEL_END_SLEEPING] = "sleeping",
	[ION_KERNEL_END_LENT] = "lent",
	[ION_KERNEL_END_LENT_SLEEPING] = "lent, sleeping",
	[ION_KERNEL_END_GONE] = "gone",
};

static const char *const ion_poison_names[] = {
	[ION_POISON_NONE] = "none",
	[ION_POISON_RANGE] = "range",
	[ION_POISON_ORDER] = "order",
};

static void ion_show_ring(struct seq_file *m, const struct ion_ring_info *info,
			  const struct ion_ring_kind *kind,
			  const struct ion_ring_stats *stats)
{
	seq_printf(m, "ion-%s:\tslots %u head %u tail %u queued %u pushed %llu popped %llu discarded %llu full %llu poison %s",
		   kind->name, info->nr_slots, stats->head, stats->tail,
		   stats->queued, stats->pushed, stats->popped,
		   stats->discarded, stats->full,
		   ion_poison_names[stats->poison]);
	if (stats->poison)
		seq_printf(m, " seen %u allowed %u..%u", stats->poison_seen,
			   stats->poison_first, stats->poison_last);
	seq_putc(m, '\n');
}

static void ion_show_arena(struct seq_file *m, const struct ion_channel *ch)
{
	if (ch->arena)
		seq_printf(m, "ion-buffers:\t%u of %u bytes, owned %u\n",
			   ch->info.buffers, ch->info.buffer_size,
			   ion_arena_owned(ch->arena));
}

static void ion_show_held(struct seq_file *m, const struct ion_channel *ch,
			  const struct ion_stats *stats)
{
	if (ch->arena)
		seq_printf(m, "ion-held:\t%llu total %llu\n", stats->held,
			   stats->held_total);
}

static void ion_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct ion_channel *ch = file->private_data;
	struct ion_stats stats;
	unsigned int id;

	seq_printf(m, "ion-channel:\t%llu\n", ch->id);
	if (ion_channel_listens(ch)) {
		seq_printf(m, "ion-service:\t%s\n", ch->info.service);
		seq_printf(m, "ion-port:\t%s waiting %u\n", ch->name,
			   READ_ONCE(ch->clients));
		return;
	}
	if (!ion_channel_ready(ch)) {
		seq_puts(m, "ion-service:\tnone\n");
		return;
	}

	ion_channel_stats(ch, &stats);
	seq_printf(m, "ion-service:\t%s\n", ch->info.service);
	seq_printf(m, "ion-layout:\t%s\n", ion_layout_names[ch->info.layout]);
	seq_printf(m, "ion-kernel-end:\t%s\n",
		   ion_kernel_end_names[stats.kernel_end]);
	seq_printf(m, "ion-bytes:\t%llu\n", ch->info.bytes);
	seq_printf(m, "ion-calls:\t%llu\n", stats.calls);
	seq_printf(m, "ion-kicks:\t%llu spurious %llu\n", stats.kicks,
		   stats.kicks_spurious);
	seq_printf(m, "ion-sleeps:\t%llu wakeups %llu signals %llu\n",
		   stats.sleeps, stats.wakeups, stats.signals);
	seq_printf(m, "ion-resets:\t%llu\n", stats.resets);
	seq_printf(m, "ion-sleepers:\t%u poll %u eventfd %u sigio %u\n",
		   stats.sleepers, !!(stats.hears & ION_HEARS_POLL),
		   !!(stats.hears & ION_HEARS_EVENTFD),
		   !!(stats.hears & ION_HEARS_SIGIO));
	ion_show_arena(m, ch);
	ion_show_held(m, ch, &stats);
	for (id = 0; id < ION_RINGS; id++)
		ion_show_ring(m, &ch->info.ring[id], &ion_ring_kinds[id],
			      &stats.ring[id]);
}

const struct file_operations ion_fops = {
	.owner = THIS_MODULE,
	.open = ion_open,
	.flush = ion_flush,
	.release = ion_release,
	.read_iter = ion_read_iter,
	.write_iter = ion_write_iter,
	.poll = ion_poll,
	.fasync = ion_fasync,
	.unlocked_ioctl = ion_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = ion_mmap,
	.get_unmapped_area = thp_get_unmapped_area,
	.show_fdinfo = ion_show_fdinfo,
};

/**
 * ion_file_create() - open a channel without the device
 * @nonblock: open it with O_NONBLOCK
 *
 * Context: may sleep.
 * Return: the open file, as if the caller had opened /dev/ion, or an error.
 */
struct file *ion_file_create(bool nonblock)
{
	struct ion_channel *ch = ion_channel_create();
	struct file *file;

	if (IS_ERR(ch))
		return ERR_CAST(ch);
	file = anon_inode_getfile("[ion]", &ion_fops, ch,
				  O_RDWR | (nonblock ? O_NONBLOCK : 0));
	if (IS_ERR(file)) {
		ion_channel_close(ch);
		return file;
	}
	file->f_mode |= FMODE_NOWAIT;
	stream_open(file_inode(file), file);
	return file;
}
