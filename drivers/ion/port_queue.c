// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ports by name, and the clients that wait at them.
 *
 * Names belong to a network namespace, like those of abstract unix sockets: an IPC
 * namespace would fit as well, but a module cannot hold a reference to one.
 *
 * ion_ports_lock protects the ports, the clients that wait, and the fields @queued_at,
 * @waiting and @clients of channels. It is held for a bounded time; all other locks are
 * taken outside it. Nobody is woken under it.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <linux/wait.h>
#include <net/net_namespace.h>

#include "direct.h"
#include "geometry.h"
#include "port.h"
#include "port_queue.h"

static DEFINE_SPINLOCK(ion_ports_lock);
static LIST_HEAD(ion_ports);

/**
 * ion_port_put() - drop a reference to a port
 * @port: the port
 */
void ion_port_put(struct ion_port *port)
{
	if (!refcount_dec_and_test(&port->ref))
		return;
	put_net(port->net);
	kfree(port);
}

static struct ion_port *ion_port_find(const char *key)
{
	const struct net *net = current->nsproxy->net_ns;
	struct ion_port *port;

	lockdep_assert_held(&ion_ports_lock);

	list_for_each_entry(port, &ion_ports, list)
		if (net_eq(port->net, net) && !strcmp(port->key, key))
			return port;
	return NULL;
}

/**
 * ion_port_publish() - let clients find a port
 * @port: the port
 *
 * Return: 0, or -EADDRINUSE if there is one of that name.
 */
int ion_port_publish(struct ion_port *port)
{
	int ret = -EADDRINUSE;

	spin_lock(&ion_ports_lock);
	if (!ion_port_find(port->key)) {
		list_add_tail(&port->list, &ion_ports);
		ret = 0;
	}
	spin_unlock(&ion_ports_lock);
	return ret;
}

/* As for a unix socket: who may write to it may connect. */
static bool ion_port_permits(const struct ion_port *port)
{
	umode_t wanted = 0002;

	if (uid_eq(port->uid, current_fsuid()))
		wanted = 0200;
	else if (in_group_p(port->gid))
		wanted = 0020;
	return port->mode & wanted ||
	       ns_capable_noaudit(port->net->user_ns, CAP_DAC_OVERRIDE);
}

static bool ion_port_fits(const struct ion_port *port,
			  const struct ion_info *info)
{
	unsigned int id;
	u32 most;

	for (id = 0; id < ION_RINGS; id++) {
		most = port->slots[ion_geometry_mirror(id)];
		if (most && info->ring[id].nr_slots > most)
			return false;
	}
	return !(port->buffers && info->buffers > port->buffers) &&
	       !(port->buffer_size && info->buffer_size > port->buffer_size);
}

/* Check whether the caller may become a client of the port, if there is one. */
static int ion_port_admit(const struct ion_port *port,
			  const struct ion_setup *setup)
{
	lockdep_assert_held(&ion_ports_lock);

	if (!port)
		return -ECONNREFUSED;
	if (!ion_port_permits(port))
		return -EACCES;
	if (strcmp(port->service, setup->service))
		return -EPROTOTYPE;
	if (!ion_port_fits(port, &setup->info))
		return -EMSGSIZE;
	return port->nr < port->backlog ? 0 : -EAGAIN;
}

/**
 * ion_port_reserve() - find a port, and keep a place in its queue
 * @setup: the request, which names it
 *
 * Return: the port, with a reference, for ion_port_enter() or ion_port_unreserve(); an
 * error of ion_port_connect().
 */
struct ion_port *ion_port_reserve(const struct ion_setup *setup)
{
	struct ion_port *port;
	int ret;

	spin_lock(&ion_ports_lock);
	port = ion_port_find(setup->key);
	ret = ion_port_admit(port, setup);
	if (!ret) {
		port->nr++;
		refcount_inc(&port->ref);
	}
	spin_unlock(&ion_ports_lock);
	return ret ? ERR_PTR(ret) : port;
}

/**
 * ion_port_unreserve() - give a place up that ion_port_reserve() kept
 * @port: the port
 */
void ion_port_unreserve(struct ion_port *port)
{
	spin_lock(&ion_ports_lock);
	port->nr--;
	spin_unlock(&ion_ports_lock);
}

static void ion_port_queue(struct ion_port *port, struct ion_channel *client)
{
	struct ion_channel *ch = port->ch;

	lockdep_assert_held(&ion_ports_lock);

	client->queued_at = port;
	list_add_tail(&client->waiting, &port->clients);
	WRITE_ONCE(ch->clients, ch->clients + 1);
}

/* Without the lock: a user can have any number of epolls on a listener. */
static void ion_port_wake(struct ion_channel *listener)
{
	wake_up_interruptible_poll(&listener->wait, EPOLLIN | EPOLLRDNORM);
}

/* Take a client out of the queue of its port. Its place is free again. */
static void ion_port_unqueue(struct ion_channel *client)
{
	struct ion_port *port = client->queued_at;

	lockdep_assert_held(&ion_ports_lock);

	list_del_init(&client->waiting);
	client->queued_at = NULL;
	WRITE_ONCE(port->ch->clients, port->ch->clients - 1);
	port->nr--;
}

/*
 * A client whose port has gone learns it as from a peer that has gone, unless its program
 * found it another peer by PAIR or JOIN while it waited.
 */
static void ion_port_abandon(struct ion_channel *client)
{
	if (client->direct)
		ion_direct_abandon(client);
	else if (!ion_channel_peer_id(client))
		ion_channel_hangup(client);
}

/**
 * ion_port_enter() - put a client into the queue of a port
 * @port: the port, in which it has a place
 * @client: the client's channel, configured
 *
 * If the port has gone meanwhile, the client is hung up.
 *
 * Context: may sleep.
 */
void ion_port_enter(struct ion_port *port, struct ion_channel *client)
{
	struct ion_channel *listener = NULL;

	spin_lock(&ion_ports_lock);
	if (!list_empty(&port->list)) {
		listener = ion_channel_get(port->ch);
		ion_port_queue(port, client);
	}
	spin_unlock(&ion_ports_lock);
	if (!listener) {
		ion_port_abandon(client);
		return;
	}
	ion_port_wake(listener);
	ion_channel_put(listener);
}

/**
 * ion_port_first() - take the oldest client
 * @port: the port
 *
 * Return: its channel, to be released by ion_channel_put(); NULL if none waits.
 */
struct ion_channel *ion_port_first(struct ion_port *port)
{
	struct ion_channel *client;

	spin_lock(&ion_ports_lock);
	client = list_first_entry_or_null(&port->clients, struct ion_channel,
					  waiting);
	if (client) {
		ion_port_unqueue(client);
		/* It is not closed: a client that closes leaves the queue before. */
		ion_channel_get(client);
	}
	spin_unlock(&ion_ports_lock);
	return client;
}

/**
 * ion_port_return() - let a client wait again that could not be accepted
 * @port: the port
 * @client: its channel; nothing happens if it has been closed
 *
 * It becomes the last: if its channel costs more than the caller may have, others are
 * accepted.
 */
void ion_port_return(struct ion_port *port, struct ion_channel *client)
{
	spin_lock(&ion_ports_lock);
	if (!READ_ONCE(client->closed)) {
		port->nr++;
		ion_port_queue(port, client);
	}
	spin_unlock(&ion_ports_lock);
	ion_port_wake(port->ch);
}

static void ion_port_close(struct ion_port *port)
{
	struct ion_channel *client;

	spin_lock(&ion_ports_lock);
	list_del_init(&port->list);
	spin_unlock(&ion_ports_lock);
	while ((client = ion_port_first(port))) {
		ion_port_abandon(client);
		ion_channel_put(client);
	}
	ion_port_put(port);
}

/**
 * ion_port_leave() - end what a channel that is being closed has with ports
 * @ch: the channel
 *
 * A client leaves the queue. When a port goes, its clients are hung up, except those that
 * have a peer.
 *
 * Context: may sleep.
 */
void ion_port_leave(struct ion_channel *ch)
{
	struct ion_port *port = ion_channel_listens(ch) ? ch->port : NULL;

	if (port) {
		ion_port_close(port);
		return;
	}
	spin_lock(&ion_ports_lock);
	/* Before the lock is released: ion_port_return() checks it. */
	WRITE_ONCE(ch->closed, true);
	if (ch->queued_at)
		ion_port_unqueue(ch);
	spin_unlock(&ion_ports_lock);
}
