// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "probe-device" does what a service for a device does. It sleeps
 * while it activates a channel, keeps empty buffers in a pool, uses the
 * rings with bottom halves off, answers commands on evt, and reports there that a
 * channel was activated or reset.
 */
#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <net/net_namespace.h>

#include "probe.h"

/**
 * struct probe_device - a channel of the service
 * @ch: the channel
 * @pool: empty buffers that the program handed over
 * @net: network namespace of who set the channel up
 * @active: activate() succeeded, and deactivate() was not called
 */
struct probe_device {
	struct ion_channel *ch;
	struct ion_pool pool;
	struct net *net;
	bool active;
};

/* Number of bound devices: a test checks that none is left. */
static atomic_t probe_devices;

static void probe_device_tell(struct ion_channel *ch, u32 kind, u64 arg)
{
	struct ion_cmd_packet event = { .kind = kind, .arg = arg };

	ion_cmd_push(ion_channel_ring(ch, ION_RING_EVT), &event);
	ion_channel_notify(ch);
}

static int probe_device_bind(struct ion_channel *ch, const struct ion_bind *how)
{
	struct probe_device *dev;
	u32 buffer_size;
	int ret;

	if (how->arg[0] & ~(u64)PROBE_DEVICE_FLAGS || how->arg[1] > MSEC_PER_SEC)
		return -EINVAL;
	if (!ion_channel_buffers(ch, &buffer_size))
		return -EINVAL;
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return -ENOMEM;
	ret = ion_pool_init(&dev->pool, ch);
	if (ret) {
		kfree(dev);
		return ret;
	}
	dev->ch = ch;
	dev->net = get_net(how->net);
	ion_channel_set_private(ch, dev);
	ion_channel_set_async(ch, ION_ASYNC_BH);
	atomic_inc(&probe_devices);
	return 0;
}

/* A packet may come from the device before the program can use the channel. */
static int probe_device_activate(struct ion_channel *ch,
				 const struct ion_bind *how)
{
	struct probe_device *dev = ion_channel_private(ch);

	if (how->net != dev->net)
		return -EIO;
	msleep(how->arg[1]);
	if (how->arg[0] & PROBE_DEVICE_REFUSE)
		return -ENODEV;
	local_bh_disable();
	probe_device_tell(ch, PROBE_DEVICE_ACTIVE,
			  atomic_read(&probe_devices));
	local_bh_enable();
	dev->active = true;
	return 0;
}

static void probe_device_deactivate(struct ion_channel *ch)
{
	struct probe_device *dev = ion_channel_private(ch);

	/* Give other callbacks time to overlap with this one. */
	usleep_range(1000, 2000);
	if (!dev->active)
		atomic64_inc(&probe_late);
	dev->active = false;
}

static void probe_device_unbind(struct ion_channel *ch)
{
	struct probe_device *dev = ion_channel_private(ch);

	if (dev->active)
		atomic64_inc(&probe_late);
	put_net(dev->net);
	ion_pool_destroy(&dev->pool);
	kfree(dev);
	atomic_dec(&probe_devices);
}

static void probe_device_ready(struct ion_pool *pool)
{
	const struct probe_device *dev =
		container_of(pool, struct probe_device, pool);

	probe_device_tell(dev->ch, PROBE_DEVICE_READY, ion_pool_count(pool));
}

static void probe_device_collect(struct probe_device *dev)
{
	struct ion_ring *tx = ion_channel_ring(dev->ch, ION_RING_TX);
	u32 left = ion_channel_capacity(tx);
	struct ion_packet packet;

	while (left-- && ion_channel_pop(tx, &packet))
		ion_pool_put(&dev->pool, packet.id);
}

/* Fill as many buffers as the command says, and push them. */
static u64 probe_device_receive(struct probe_device *dev, u64 count)
{
	struct ion_ring *rx = ion_channel_ring(dev->ch, ION_RING_RX);
	struct ion_packet packet;
	u64 done = 0;

	while (done < count && ion_pool_get(&dev->pool, &packet)) {
		if (ion_packet_write(dev->ch, &packet, &done, sizeof(done)) ||
		    !ion_channel_push(rx, &packet)) {
			ion_pool_put(&dev->pool, packet.id);
			break;
		}
		done++;
	}
	return done;
}

static void probe_device_answer(struct probe_device *dev,
				struct ion_cmd_packet *cmd)
{
	const struct ion_opener *opener = ion_channel_opener(dev->ch);

	switch (cmd->kind) {
	case PROBE_DEVICE_WANT:
		cmd->arg = ion_pool_call_at(&dev->pool, cmd->arg,
					    probe_device_ready);
		break;
	case PROBE_DEVICE_RECEIVE:
		cmd->arg = probe_device_receive(dev, cmd->arg);
		break;
	case PROBE_DEVICE_WHO:
		cmd->arg = (u64)__kuid_val(opener->cred->euid) << 32 |
			   dev->net->ns.inum;
		break;
	default:
		cmd->arg = 0;
	}
	ion_cmd_push(ion_channel_ring(dev->ch, ION_RING_EVT), cmd);
}

static void probe_device_doorbell(struct ion_channel *ch)
{
	struct probe_device *dev = ion_channel_private(ch);
	struct ion_ring *cmd_ring = ion_channel_ring(ch, ION_RING_CMD);
	u32 left = ion_channel_capacity(cmd_ring);
	struct ion_cmd_packet cmd;

	/* As NAPI does it. */
	local_bh_disable();
	probe_device_collect(dev);
	while (left-- && ion_cmd_pop(cmd_ring, &cmd))
		probe_device_answer(dev, &cmd);
	local_bh_enable();
}

static void probe_device_reset(struct ion_channel *ch)
{
	const struct probe_device *dev = ion_channel_private(ch);

	probe_device_tell(ch, PROBE_DEVICE_WAS_RESET,
			  ion_pool_count(&dev->pool));
}

const struct ion_service_ops probe_device_ops = {
	.name = "probe-device",
	.bind = probe_device_bind,
	.activate = probe_device_activate,
	.deactivate = probe_device_deactivate,
	.unbind = probe_device_unbind,
	.doorbell = probe_device_doorbell,
	.reset = probe_device_reset,
};
