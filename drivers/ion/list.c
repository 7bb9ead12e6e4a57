// SPDX-License-Identifier: GPL-2.0-only
/* ION_IOC_LIST: write an entry for each channel that the caller may see. */
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>

#include "arena.h"
#include "calls.h"
#include "channel.h"
#include "channels.h"

static_assert(ION_COMM_LEN == TASK_COMM_LEN);

/*
 * Write the opener's numbers in the caller's namespaces. If the opener has no pid
 * there, its name is not shown either, as in the caller's /proc.
 */
static void ion_list_opener(struct ion_list_entry *entry,
			    const struct ion_opener *opener)
{
	struct task_struct *task;

	entry->pid = pid_vnr(opener->pid);
	entry->uid = from_kuid_munged(current_user_ns(), opener->uid);
	task = entry->pid ? get_pid_task(opener->pid, PIDTYPE_TGID) : NULL;
	if (!task)
		return;
	get_task_comm(entry->comm, task);
	put_task_struct(task);
}

static void ion_list_ready(struct ion_list_entry *entry, struct ion_channel *ch)
{
	entry->layout = ch->info.layout;
	strscpy_pad(entry->service, ch->info.service);
	strscpy_pad(entry->key, ch->name);
	entry->peer = ion_channel_peer_id(ch);
	entry->bytes = ch->info.bytes;
	if (ch->arena) {
		entry->buffers = ch->arena->buffers;
		entry->buffer_size = ch->info.buffer_size;
		entry->buffers_owned = ion_arena_owned(ch->arena);
	}
	entry->stats.size = sizeof(entry->stats);
	ion_channel_stats(ch, &entry->stats);
}

static void ion_list_fill(struct ion_list_entry *entry, struct ion_channel *ch)
{
	/* Every byte goes to the caller. */
	memset(entry, 0, sizeof(*entry));
	entry->channel = ch->id;
	ion_list_opener(entry, &ch->opener);
	if (ion_channel_ready(ch)) {
		entry->state = ION_CHANNEL_READY;
		ion_list_ready(entry, ch);
	}
	if (ion_channel_listens(ch)) {
		entry->state = ION_CHANNEL_LISTENING;
		strscpy_pad(entry->service, ch->info.service);
		strscpy_pad(entry->key, ch->name);
		entry->clients = READ_ONCE(ch->clients);
	}
	if (READ_ONCE(ch->closed))
		entry->state = ION_CHANNEL_CLOSED;
}

static int ion_list_out(const struct ion_list *list, u32 at,
			const struct ion_list_entry *entry)
{
	void __user *to = u64_to_user_ptr(list->addr) +
			  (size_t)at * list->entry_size;

	if (copy_to_user(to, entry, sizeof(*entry)) ||
	    clear_user(to + sizeof(*entry), list->entry_size - sizeof(*entry)))
		return -EFAULT;
	return 0;
}

/**
 * ion_list_channels() - list the channels that the caller may see
 * @list: the request
 *
 * Each entry is one snapshot. A channel that is opened or closed meanwhile may or may
 * not be in the list.
 *
 * Context: may sleep.
 * Return: how many entries were written, 0 after the last; -EINVAL for a count
 * or a size that is not possible; -E2BIG for a size that is too large; -ENOMEM;
 * -EFAULT.
 */
int ion_list_channels(const struct ion_list *list)
{
	struct ion_list_entry *entry __free(kfree) = NULL;
	u64 after = list->after;
	struct ion_channel *ch;
	u32 nr;
	int ret;

	if (!list->count || list->count > ION_LIST_MAX || list->flags ||
	    list->entry_size < sizeof(*entry))
		return -EINVAL;
	if (list->entry_size > PAGE_SIZE)
		return -E2BIG;
	entry = kmalloc(sizeof(*entry), ION_GFP);
	if (!entry)
		return -ENOMEM;

	for (nr = 0; nr < list->count; nr++) {
		ch = ion_channels_next(after);
		if (!ch)
			break;
		after = ch->id;
		ion_list_fill(entry, ch);
		/* Released before the copy: the caller's memory may take forever. */
		ion_channel_put(ch);
		ret = ion_list_out(list, nr, entry);
		if (ret)
			return ret;
	}
	return nr;
}
