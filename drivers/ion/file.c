// SPDX-License-Identifier: GPL-2.0-only
/* The open file: a channel for as long as a descriptor or a mapping lives. */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>

#include "channel.h"
#include "file.h"
#include "ioctl.h"
#include "mapping.h"

static int ion_open(struct inode *inode, struct file *file)
{
	struct ion_channel *ch = ion_channel_create();

	if (IS_ERR(ch))
		return PTR_ERR(ch);
	file->private_data = ch;
	return nonseekable_open(inode, file);
}

static int ion_release(struct inode *inode, struct file *file)
{
	ion_channel_destroy(file->private_data);
	return 0;
}

/* A channel that is not configured is ready for nothing; set-up wakes. */
static __poll_t ion_poll(struct file *file, struct poll_table_struct *wait)
{
	struct ion_channel *ch = file->private_data;

	poll_wait(file, &ch->wait, wait);
	return ion_channel_ready(ch) ? ion_channel_poll(ch) : 0;
}

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

static void ion_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct ion_channel *ch = file->private_data;
	struct ion_stats stats;
	unsigned int id;

	seq_printf(m, "ion-channel:\t%llu\n", ch->id);
	if (!ion_channel_ready(ch)) {
		seq_puts(m, "ion-service:\tnone\n");
		return;
	}

	ion_channel_stats(ch, &stats);
	seq_printf(m, "ion-service:\t%s\n", ch->info.service);
	seq_puts(m, "ion-layout:\tcompact\n");
	seq_printf(m, "ion-bytes:\t%llu\n", ch->info.bytes);
	seq_printf(m, "ion-kicks:\t%llu spurious %llu\n", stats.kicks,
		   stats.kicks_spurious);
	seq_printf(m, "ion-resets:\t%llu\n", stats.resets);
	for (id = 0; id < ION_RINGS; id++)
		ion_show_ring(m, &ch->info.ring[id], &ion_ring_kinds[id],
			      &stats.ring[id]);
}

const struct file_operations ion_fops = {
	.owner = THIS_MODULE,
	.open = ion_open,
	.release = ion_release,
	.poll = ion_poll,
	.unlocked_ioctl = ion_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = ion_mmap,
	.show_fdinfo = ion_show_fdinfo,
};
