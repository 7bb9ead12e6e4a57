/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls on a descriptor of /dev/ion, and the functions that they consist of. */
#ifndef _DRIVERS_ION_CALLS_H
#define _DRIVERS_ION_CALLS_H

#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/poll.h>

#include "channel.h"

/* user_end.c */
int ion_user_push(struct ion_channel *ch, struct ion_ring *ring,
		  const void *packets, u32 count, bool nowait);
int ion_user_pop(struct ion_channel *ch, struct ion_ring *ring, void *packets,
		 u32 count, bool nowait, u32 *index);
int ion_user_release(struct ion_channel *ch, struct ion_ring *ring, u32 index,
		     u32 count);
u32 ion_user_peek(const struct ion_ring *ring, void *packets, u32 skip,
		  u32 count);
bool ion_user_kick_needed(const struct ion_ring *ring);

/* wait.c */
int ion_wait_packets(struct ion_channel *ch, struct ion_wait *wait);
int ion_wait_ring(struct ion_channel *ch, enum ion_ring_id id);
u32 ion_waiting_read(struct ion_channel *ch, u32 want[ION_RINGS]);
__poll_t ion_poll(struct file *file, struct poll_table_struct *table);

/* Returns the end of a time that begins now; KTIME_MAX if that would overflow. */
static inline ktime_t ion_deadline(u64 ns)
{
	return ns < KTIME_MAX ? ktime_add_safe(ktime_get(), ns) : KTIME_MAX;
}

/* serve.c */
int ion_serve_channel(struct ion_channel *ch, const struct file *file,
		      struct ion_serve *serve);

/* stats.c */
void ion_channel_stats(struct ion_channel *ch, struct ion_stats *stats);
void ion_channel_refresh_stats(struct ion_channel *ch, struct ion_stats *stats);
int ion_channel_reset(struct ion_channel *ch);

/* copy.c */
int ion_copy_in(void *to, size_t size, const void __user *from);
int ion_copy_out(void __user *to, const void *from, size_t size);

/* batch.c */
long ion_ioctl_push(struct ion_channel *ch, void __user *arg);
long ion_ioctl_pop(struct ion_channel *ch, void __user *arg);
long ion_ioctl_peek(struct ion_channel *ch, void __user *arg);

/* list.c */
int ion_list_channels(const struct ion_list *list);

/* rw.c */
ssize_t ion_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t ion_write_iter(struct kiocb *iocb, struct iov_iter *from);

/* mapping.c */
int ion_mmap(struct file *file, struct vm_area_struct *vma);

/* ioctl.c */
long ion_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* file.c */
extern const struct file_operations ion_fops;
struct file *ion_file_create(bool nonblock);

#endif /* _DRIVERS_ION_CALLS_H */
