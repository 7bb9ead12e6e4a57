// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACCEPT and PAIR: make the other side of a channel, with the mirrored geometry.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "binding.h"
#include "geometry.h"
#include "port.h"
#include "port_queue.h"

/* What the other side of a channel asks for: the same, mirrored. */
static void ion_port_mirror(struct ion_setup *setup,
			    const struct ion_channel *client)
{
	const struct ion_info *info = &client->info;
	unsigned int id;

	memset(setup, 0, sizeof(*setup));
	setup->layout = info->layout;
	strscpy(setup->service, info->service);
	for (id = 0; id < ION_RINGS; id++)
		setup->slots[id] =
			info->ring[ion_geometry_mirror(id)].nr_slots;
	setup->buffers = info->buffers;
	setup->buffer_size = info->buffer_size;
}

static int ion_port_configure(struct ion_channel *ch,
			      struct ion_channel *client)
{
	struct ion_config *config __free(kfree) = kzalloc(sizeof(*config), ION_GFP);
	struct ion_setup *setup __free(kfree) = kmalloc(sizeof(*setup), ION_GFP);
	int ret;

	if (!config || !setup)
		return -ENOMEM;
	ion_port_mirror(setup, client);
	ret = ion_geometry(&config->info, setup);
	if (ret)
		return ret;
	config->bind.key = "";
	config->bind.peer = client->id;
	config->name = client->name;
	config->direct = client->direct;
	config->peer = client;
	ion_channel_describe(ch, &config->info, client->info.service);
	return ion_channel_configure(ch, config);
}

/**
 * ion_port_pair() - make a channel the other side of another one
 * @ch: the new channel
 * @client: a channel, configured, with no peer
 * @accept: all but size, flags and fd is written
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP for another service; -EISCONN if the channel has a peer; -EPIPE
 * if it is closed; an error of ion_channel_configure(). After an error @ch is of no use.
 */
int ion_port_pair(struct ion_channel *ch, struct ion_channel *client,
		  struct ion_accept *accept)
{
	int ret;

	/* First: a channel of another service would be made, and then refused. */
	if (!ion_binding_connects(client->info.service))
		return -EOPNOTSUPP;
	ret = ion_port_configure(ch, client);
	if (ret)
		return ret;
	ion_opener_ids(&client->setter, &accept->pid, &accept->uid,
		       &accept->gid);
	accept->channel = client->id;
	return 0;
}

/* Take the oldest client; sleep until there is one, unless @nonblock. */
static struct ion_channel *ion_port_wait(struct ion_channel *listener,
					 bool nonblock)
{
	struct ion_channel *client;

	for (;;) {
		client = ion_port_first(listener->port);
		if (client)
			return client;
		if (nonblock)
			return ERR_PTR(-EAGAIN);
		if (wait_event_interruptible(listener->wait,
					     READ_ONCE(listener->clients)))
			return ERR_PTR(-ERESTARTSYS);
	}
}

/**
 * ion_port_may_accept() - check whether ion_port_accept() can succeed
 * @listener: the channel that listens
 * @nonblock: it will not sleep until a client connects
 *
 * A program may ask as often as it likes: it costs no channel, and no number of one.
 *
 * Return: 0; -EINVAL if the channel does not listen; -EAGAIN if nobody waits.
 */
int ion_port_may_accept(const struct ion_channel *listener, bool nonblock)
{
	if (!ion_channel_listens(listener))
		return -EINVAL;
	return nonblock && !READ_ONCE(listener->clients) ? -EAGAIN : 0;
}

/**
 * ion_port_accept() - accept a client
 * @ch: the new channel
 * @listener: the channel that listens, checked
 * @accept: all but size, flags and fd is written
 * @nonblock: do not sleep until a client connects
 *
 * A client that has gone, or found another peer, is passed over.
 *
 * Context: may sleep.
 * Return: 0; -EAGAIN if nobody waits; -ERESTARTSYS for a signal; another error of
 * ion_port_pair(), after which the client is the last in the queue. After an error @ch is
 * of no use.
 */
int ion_port_accept(struct ion_channel *ch, struct ion_channel *listener,
		    struct ion_accept *accept, bool nonblock)
{
	struct ion_channel *client;
	bool unfit;
	int ret;

	do {
		client = ion_port_wait(listener, nonblock);
		if (IS_ERR(client))
			return PTR_ERR(client);
		ret = ion_port_pair(ch, client, accept);
		/* It has gone, or found another peer. */
		unfit = ret == -EPIPE || ret == -EISCONN;
		if (ret && !unfit)
			ion_port_return(listener->port, client);
		ion_channel_put(client);
	} while (unfit);
	return ret;
}

/**
 * ion_port_peer() - ION_IOC_PEER
 * @ch: the channel, configured
 * @peer: all but size and flags is written
 *
 * Context: process.
 */
void ion_port_peer(const struct ion_channel *ch, struct ion_peer *peer)
{
	peer->channel = ion_channel_peer_id(ch);
	peer->state = peer->channel ? ION_PEER_THERE : ION_PEER_NONE;
	if (ion_channel_hungup(ch) || READ_ONCE(ch->peer_gone))
		peer->state = ION_PEER_GONE;
	if (peer->channel)
		ion_opener_ids(&ch->peer, &peer->pid, &peer->uid, &peer->gid);
}
