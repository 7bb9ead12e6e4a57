// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls: copy structs in, check them, make the call, copy structs out. */
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kconfig.h>
#include <linux/math.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>

#include "arena.h"
#include "binding.h"
#include "calls.h"
#include "channel.h"
#include "end_state.h"
#include "geometry.h"
#include "kernel_end.h"
#include "notify.h"
#include "port.h"
#include "quota.h"
#include "selftest/selftest.h"
#include "totals.h"

static int ion_query_totals(void __user *to)
{
	struct ion_totals *totals __free(kfree) = NULL;
	int ret;

	totals = kmalloc(sizeof(*totals), ION_GFP);
	if (!totals)
		return -ENOMEM;
	ret = ion_copy_in(totals, sizeof(*totals), to);
	if (ret)
		return ret;
	if (memchr_inv(totals->reserved, 0, sizeof(totals->reserved)))
		return -EINVAL;
	ret = ion_totals_read(totals);
	return ret ?: ion_copy_out(to, totals, sizeof(*totals));
}

static long ion_ioctl_query(const struct ion_channel *ch, void __user *arg)
{
	struct ion_query query;
	int ret;

	ret = ion_copy_in(&query, sizeof(query), arg);
	if (ret)
		return ret;
	if (query.reserved || memchr_inv(query.reserved2, 0,
					 sizeof(query.reserved2)))
		return -EINVAL;
	if (query.totals)
		ret = ion_query_totals(u64_to_user_ptr(query.totals));
	if (ret)
		return ret;

	query.abi_version = ION_ABI_VERSION;
	query.features = ION_FEATURE_COMPACT | ION_FEATURE_SPLIT |
			 ION_FEATURE_WAIT | ION_FEATURE_SERVE |
			 ION_FEATURE_ARENA | ION_FEATURE_JOIN |
			 ION_FEATURE_LIST | ION_FEATURE_DIRECT |
			 ION_FEATURE_PORTS;
	if (IS_ENABLED(CONFIG_ION_SELFTEST))
		query.features |= ION_FEATURE_SELFTEST;
	query.slots_min = ION_SLOTS_MIN;
	query.slots_max = ION_SLOTS_MAX;
	query.batch_max = ION_BATCH_MAX;
	query.max_channels = ion_quota_limit();
	query.max_bytes = ion_memory_limit();
	query.channels = ion_quota_count();
	query.bytes = ion_memory_charged();
	query.max_user_channels = ion_quota_user_limit();
	query.user_channels = ion_quota_user_count(ch->opener.uid);
	return ion_copy_out(arg, &query, sizeof(query));
}

/* Check that a name is terminated, and padded with zeros to its end. */
static bool ion_setup_name_ok(const char *name, size_t size)
{
	size_t len = strnlen(name, size);

	return len < size && !memchr_inv(name + len, 0, size - len);
}

static int ion_setup_check(const struct ion_setup *setup)
{
	if (setup->flags & ~(ION_SETUP_DRY_RUN | ION_SETUP_STAMP |
			     ION_SETUP_PHYS | ION_SETUP_LISTEN |
			     ION_SETUP_CONNECT))
		return -EINVAL;
	if (setup->reserved || memchr_inv(setup->reserved2, 0,
					  sizeof(setup->reserved2)))
		return -EINVAL;
	if (!ion_setup_name_ok(setup->service, sizeof(setup->service)) ||
	    !ion_setup_name_ok(setup->key, sizeof(setup->key)))
		return -EINVAL;
	if ((setup->flags & ION_SETUP_PHYS) && !setup->buffers)
		return -EINVAL;
	if (setup->flags & (ION_SETUP_LISTEN | ION_SETUP_CONNECT))
		return ion_port_check(setup);
	return 0;
}

/* Physical addresses are only for an opener that could have opened /dev/mem. */
static int ion_setup_permit(const struct file *file,
			    const struct ion_setup *setup)
{
	if ((setup->flags & ION_SETUP_PHYS) &&
	    !file_ns_capable(file, &init_user_ns, CAP_SYS_RAWIO))
		return -EPERM;
	return 0;
}

static int ion_setup_configure(struct ion_channel *ch,
			       const struct ion_setup *setup)
{
	struct ion_config *config __free(kfree) = NULL;
	int ret;

	config = kzalloc(sizeof(*config), ION_GFP);
	if (!config)
		return -ENOMEM;
	config->info = setup->info;
	config->bind.flags = setup->flags & ION_SETUP_STAMP;
	config->bind.arg[0] = setup->arg[0];
	config->bind.arg[1] = setup->arg[1];
	config->bind.key = setup->key;
	config->phys = setup->flags & ION_SETUP_PHYS;
	config->direct = ion_geometry_direct(setup);
	if (setup->flags & ION_SETUP_CONNECT)
		return ion_port_connect(ch, setup, config);
	/* Another channel with the same key came first: meet it. */
	do {
		ret = ion_channel_configure(ch, config);
	} while (config->direct && ret == -EAGAIN);
	return ret;
}

/* The caller learns what it pays once that is known: the first side of a link pays for both. */
static int ion_setup_bytes_out(const struct ion_channel *ch,
			       const struct ion_setup *setup,
			       struct ion_setup __user *to)
{
	u64 bytes = ch->info.bytes;

	return bytes != setup->info.bytes && put_user(bytes, &to->info.bytes) ?
		       -EFAULT : 0;
}

/* Write the geometry to the caller before the channel is configured, or refused. */
static int ion_setup_channel(struct ion_channel *ch, struct ion_setup *setup,
			     const char *service, void __user *arg)
{
	int ret;

	ion_channel_describe(ch, &setup->info, service);
	if (!(setup->flags & ION_SETUP_DRY_RUN) && ion_channel_ready(ch))
		return -EBUSY;
	ret = ion_copy_out(arg, setup, sizeof(*setup));
	if (ret || (setup->flags & ION_SETUP_DRY_RUN))
		return ret;
	return ion_setup_configure(ch, setup) ?:
	       ion_setup_bytes_out(ch, setup, arg);
}

static long ion_ioctl_setup(struct file *file, void __user *arg)
{
	struct ion_setup *setup __free(kfree) = NULL;
	const char *service;
	int ret;

	setup = kmalloc(sizeof(*setup), ION_GFP);
	if (!setup)
		return -ENOMEM;
	ret = ion_copy_in(setup, sizeof(*setup), arg);
	if (ret)
		return ret;
	ret = ion_setup_check(setup);
	if (ret)
		return ret;
	ret = ion_setup_permit(file, setup);
	if (ret)
		return ret;
	if (setup->flags & ION_SETUP_LISTEN)
		return ion_port_listen(file->private_data, setup);
	ret = ion_geometry(&setup->info, setup);
	if (ret)
		return ret;
	service = ion_binding_service_name(setup->service);
	if (!service)
		return -ENOENT;
	return ion_setup_channel(file->private_data, setup, service, arg);
}

static long ion_ioctl_info(struct ion_channel *ch, void __user *arg)
{
	struct ion_info info;
	u32 size;
	int ret;

	ret = ion_copy_in(&info, sizeof(info), arg);
	if (ret)
		return ret;
	if (memchr_inv(info.reserved, 0, sizeof(info.reserved)))
		return -EINVAL;
	size = info.size;
	info = ch->info;
	info.size = size;
	return ion_copy_out(arg, &info, sizeof(info));
}

static long ion_ioctl_stats(struct ion_channel *ch, void __user *arg)
{
	struct ion_stats stats;
	int ret;

	ret = ion_copy_in(&stats, sizeof(stats), arg);
	if (ret)
		return ret;
	if (stats.reserved || memchr_inv(stats.reserved2, 0,
					 sizeof(stats.reserved2)))
		return -EINVAL;
	ion_channel_refresh_stats(ch, &stats);
	return ion_copy_out(arg, &stats, sizeof(stats));
}

static long ion_ioctl_reset(struct ion_channel *ch)
{
	scoped_cond_guard(mutex_intr, return -ERESTARTSYS, &ch->pop_mutex)
		scoped_cond_guard(mutex_intr, return -ERESTARTSYS, &ch->push_mutex)
			return ion_channel_reset(ch);
}

/* Write the few words that changed, which is faster than copying the struct. */
static int ion_ioctl_wait_out(struct ion_wait __user *to,
			      const struct ion_wait *wait)
{
	if (put_user(wait->timeout_ns, &to->timeout_ns) ||
	    put_user(wait->rx_queued, &to->rx_queued) ||
	    put_user(wait->evt_queued, &to->evt_queued) ||
	    put_user(wait->min_wait_ns, &to->min_wait_ns))
		return -EFAULT;
	return 0;
}

/* The time that is left is written to the caller's struct, for a repeated call. */
static long ion_ioctl_wait(struct ion_channel *ch, void __user *arg)
{
	struct ion_wait wait;
	int ret;

	ret = ion_copy_in(&wait, sizeof(wait), arg);
	if (ret)
		return ret;
	if (wait.flags)
		return -EINVAL;
	ret = ion_wait_packets(ch, &wait);
	if (ret == -EINVAL || ret == -EPROTO)
		return ret;
	return ion_ioctl_wait_out(arg, &wait) ?: ret;
}

/*
 * Likewise, for when no handler ran and the kernel itself makes the call again. A
 * struct without a limit is not written, and may be in read-only memory.
 */
static long ion_ioctl_serve(const struct file *file, void __user *arg)
{
	struct ion_serve __user *to = arg;
	struct ion_serve serve;
	int ret;

	ret = ion_copy_in(&serve, sizeof(serve), arg);
	if (ret)
		return ret;
	if (serve.flags)
		return -EINVAL;
	ret = ion_serve_channel(file->private_data, file, &serve);
	if (ret == -ERESTARTNOHAND && serve.max_ns &&
	    put_user(serve.max_ns, &to->max_ns))
		return -EFAULT;
	return ret;
}

static long ion_ioctl_eventfd(struct ion_channel *ch, const void __user *arg)
{
	struct ion_eventfd eventfd;
	int ret;

	ret = ion_copy_in(&eventfd, sizeof(eventfd), arg);
	if (ret)
		return ret;
	if (eventfd.flags || eventfd.reserved)
		return -EINVAL;
	return ion_notify_eventfd(ch, eventfd.fd);
}

/* @other is a file of /dev/ion if it has the same file operations as @file. */
static int ion_join_files(struct file *file, struct file *other)
{
	struct ion_channel *ch = file->private_data;
	struct ion_channel *peer = other->private_data;

	if (other->f_op != file->f_op || peer == ch)
		return -EINVAL;
	if (!ion_channel_ready(peer))
		return -EBADFD;
	return ion_binding_join(ch, peer);
}

static long ion_ioctl_join(struct file *file, const void __user *arg)
{
	struct ion_join join;
	struct file *other;
	int ret;

	ret = ion_copy_in(&join, sizeof(join), arg);
	if (ret)
		return ret;
	if (join.flags || join.reserved)
		return -EINVAL;
	other = fget(join.fd);
	if (!other)
		return -EBADF;
	ret = ion_join_files(file, other);
	fput(other);
	return ret;
}

static bool ion_accept_nonblock(const struct file *file)
{
	return file->f_flags & O_NONBLOCK;
}

static int ion_accept_channel(const struct file *file, struct ion_channel *ch,
			      struct ion_accept *accept, bool pair)
{
	struct ion_channel *from = file->private_data;

	return pair ? ion_port_pair(ch, from, accept) :
		      ion_port_accept(ch, from, accept,
				      ion_accept_nonblock(file));
}

/*
 * The number and the file are there before a client is taken: without them, the client
 * stays in the queue. They are joined once the caller knows all that was written.
 */
static int ion_accept_fd(const struct file *file, struct ion_accept *accept,
			 bool pair, void __user *arg)
{
	struct file *accepted;
	int ret;

	accept->fd = get_unused_fd_flags(O_CLOEXEC);
	if (accept->fd < 0)
		return accept->fd;
	accepted = ion_file_create(accept->flags & ION_ACCEPT_NONBLOCK);
	if (IS_ERR(accepted)) {
		ret = PTR_ERR(accepted);
		goto err_fd;
	}
	ret = ion_accept_channel(file, accepted->private_data, accept, pair);
	if (!ret)
		ret = ion_copy_out(arg, accept, sizeof(*accept));
	if (ret)
		goto err_file;
	fd_install(accept->fd, accepted);
	return 0;

err_file:
	fput(accepted);
err_fd:
	put_unused_fd(accept->fd);
	return ret;
}

/* ION_IOC_ACCEPT and ION_IOC_PAIR. */
static long ion_ioctl_accept(struct file *file, void __user *arg, bool pair)
{
	struct ion_accept accept;
	int ret;

	ret = ion_copy_in(&accept, sizeof(accept), arg);
	if (ret)
		return ret;
	if (accept.flags & ~ION_ACCEPT_NONBLOCK ||
	    memchr_inv(accept.reserved, 0, sizeof(accept.reserved)))
		return -EINVAL;
	if (!pair)
		ret = ion_port_may_accept(file->private_data,
					  ion_accept_nonblock(file));
	if (ret)
		return ret;
	return ion_accept_fd(file, &accept, pair, arg);
}

static long ion_ioctl_peer(struct ion_channel *ch, void __user *arg)
{
	struct ion_peer peer;
	int ret;

	ret = ion_copy_in(&peer, sizeof(peer), arg);
	if (ret)
		return ret;
	if (peer.flags || memchr_inv(peer.reserved, 0, sizeof(peer.reserved)))
		return -EINVAL;
	memset_startat(&peer, 0, state);
	ion_port_peer(ch, &peer);
	return ion_copy_out(arg, &peer, sizeof(peer));
}

static long ion_ioctl_verify(struct ion_channel *ch, void __user *arg)
{
	struct ion_verify verify;
	int ret;

	ret = ion_copy_in(&verify, sizeof(verify), arg);
	if (ret)
		return ret;
	if (verify.flags || verify.reserved)
		return -EINVAL;
	ret = ion_binding_verify(ch, &verify);
	return ret ?: ion_copy_out(arg, &verify, sizeof(verify));
}

static int ion_buffers_out(const struct ion_arena *arena, u64 addr)
{
	u64 __user *to = u64_to_user_ptr(addr);
	u32 words = DIV_ROUND_UP(arena->buffers, 64);
	u64 word;
	u32 i;

	for (i = 0; i < words; i++) {
		word = ion_arena_word(arena, i);
		if (put_user(word, to + i))
			return -EFAULT;
	}
	return 0;
}

static long ion_ioctl_buffers(struct ion_channel *ch, void __user *arg)
{
	struct ion_buffers buffers;
	int ret;

	ret = ion_copy_in(&buffers, sizeof(buffers), arg);
	if (ret)
		return ret;
	if (buffers.flags)
		return -EINVAL;
	if (!ch->arena)
		return -EOPNOTSUPP;
	buffers.buffers = ch->arena->buffers;
	buffers.owned = ion_arena_owned(ch->arena);
	if (buffers.addr && ion_buffers_out(ch->arena, buffers.addr))
		return -EFAULT;
	return ion_copy_out(arg, &buffers, sizeof(buffers));
}

static long ion_ioctl_list(const void __user *arg)
{
	struct ion_list list;
	int ret;

	ret = ion_copy_in(&list, sizeof(list), arg);
	return ret ?: ion_list_channels(&list);
}

/**
 * struct ion_ioctl_rule - checks before a call is made
 * @mode: access mode that the descriptor must have: reading for calls that take
 *	packets or copy them, writing for calls that add packets
 * @without_rings: the call also works on a channel without rings
 * @without_arg: the argument must be 0, so that it can get a meaning later
 * @kernel_end: the call needs a kernel end, which a direct channel does not have
 */
struct ion_ioctl_rule {
	fmode_t mode;
	bool without_rings;
	bool without_arg;
	bool kernel_end;
};

/*
 * A channel belongs to one open, and the access mode says in which direction its
 * packets may go. Calls need no mode if they do what poll() and the first mmap() do on
 * any descriptor (run the kernel end, configure the channel), or only report numbers.
 */
static const struct ion_ioctl_rule ion_ioctl_rules[] = {
	[_IOC_NR(ION_IOC_QUERY)] = { .without_rings = true },
	[_IOC_NR(ION_IOC_SETUP)] = { .without_rings = true },
	[_IOC_NR(ION_IOC_KICK)] = { .without_arg = true },
	[_IOC_NR(ION_IOC_PUSH)] = { .mode = FMODE_WRITE },
	[_IOC_NR(ION_IOC_POP)] = { .mode = FMODE_READ },
	[_IOC_NR(ION_IOC_PEEK)] = { .mode = FMODE_READ },
	[_IOC_NR(ION_IOC_RESET)] = {
		.mode = FMODE_READ | FMODE_WRITE,
		.without_arg = true,
		.kernel_end = true,
	},
	[_IOC_NR(ION_IOC_WAIT)] = { .mode = FMODE_READ },
	[_IOC_NR(ION_IOC_SERVE)] = { .kernel_end = true },
	[_IOC_NR(ION_IOC_VERIFY)] = { .mode = FMODE_READ },
	[_IOC_NR(ION_IOC_SELFTEST)] = { .without_rings = true },
	[_IOC_NR(ION_IOC_LIST)] = { .without_rings = true },
	[_IOC_NR(ION_IOC_ACCEPT)] = {
		.mode = FMODE_READ | FMODE_WRITE,
		.without_rings = true,
	},
	/* The new descriptor has both. */
	[_IOC_NR(ION_IOC_PAIR)] = { .mode = FMODE_READ | FMODE_WRITE },
	/* The last call, which sets the size of the array. */
	[_IOC_NR(ION_IOC_PEER)] = { },
};

static int ion_ioctl_check(const struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	const struct ion_channel *ch = file->private_data;
	const struct ion_ioctl_rule *rule;
	/* The numbers have no gap. */
	unsigned int nr = cmd - ION_IOC_QUERY;

	if (nr >= ARRAY_SIZE(ion_ioctl_rules))
		return -ENOTTY;
	nr = array_index_nospec(nr, ARRAY_SIZE(ion_ioctl_rules));
	rule = &ion_ioctl_rules[nr];
	if ((file->f_mode & rule->mode) != rule->mode)
		return -EBADF;
	if (!rule->without_rings && !ion_channel_ready(ch))
		return -EBADFD;
	if (rule->without_arg && arg)
		return -EINVAL;
	if (rule->kernel_end && ch->direct)
		return -EOPNOTSUPP;
	return 0;
}

static long ion_ioctl_call(struct file *file, unsigned int cmd,
			   void __user *uarg)
{
	struct ion_channel *ch = file->private_data;

	switch (cmd) {
	case ION_IOC_QUERY:
		return ion_ioctl_query(ch, uarg);
	case ION_IOC_SETUP:
		return ion_ioctl_setup(file, uarg);
	case ION_IOC_INFO:
		return ion_ioctl_info(ch, uarg);
	case ION_IOC_KICK:
		return ion_kernel_end_kick(ch);
	case ION_IOC_PUSH:
		return ion_ioctl_push(ch, uarg);
	case ION_IOC_POP:
		return ion_ioctl_pop(ch, uarg);
	case ION_IOC_STATS:
		return ion_ioctl_stats(ch, uarg);
	case ION_IOC_PEEK:
		return ion_ioctl_peek(ch, uarg);
	case ION_IOC_RESET:
		return ion_ioctl_reset(ch);
	case ION_IOC_WAIT:
		return ion_ioctl_wait(ch, uarg);
	case ION_IOC_SERVE:
		return ion_ioctl_serve(file, uarg);
	case ION_IOC_EVENTFD:
		return ion_ioctl_eventfd(ch, uarg);
	case ION_IOC_JOIN:
		return ion_ioctl_join(file, uarg);
	case ION_IOC_VERIFY:
		return ion_ioctl_verify(ch, uarg);
	case ION_IOC_BUFFERS:
		return ion_ioctl_buffers(ch, uarg);
	case ION_IOC_SELFTEST:
		return IS_ENABLED(CONFIG_ION_SELFTEST) ?
			       ion_ioctl_selftest(uarg) : -ENOTTY;
	case ION_IOC_LIST:
		return ion_ioctl_list(uarg);
	case ION_IOC_ACCEPT:
		return ion_ioctl_accept(file, uarg, false);
	case ION_IOC_PAIR:
		return ion_ioctl_accept(file, uarg, true);
	case ION_IOC_PEER:
		return ion_ioctl_peer(ch, uarg);
	default:
		return -ENOTTY;
	}
}

/**
 * ion_ioctl() - make an ioctl of /dev/ion
 * @file: the open device
 * @cmd: ION_IOC_*
 * @arg: address of its struct, or 0
 *
 * Return: the result of the call; -ENOTTY for an unknown call; -EBADF if the
 * descriptor is not open for it; -EBADFD if it needs a configured channel; -EINVAL for
 * an argument of a call that takes none; -EOPNOTSUPP for one that a direct channel does
 * not have.
 */
long ion_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ion_channel *ch = file->private_data;
	long ret;

	atomic64_inc(&ch->calls);
	ret = ion_ioctl_check(file, cmd, arg);
	if (ret)
		return ret;
	ret = ion_ioctl_call(file, cmd, (void __user *)arg);
	if (ion_channel_ready(ch))
		ion_end_state_check(ch);
	return ret;
}
