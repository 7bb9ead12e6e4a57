// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: a program listens on a name, others connect to it, and each connection is a
 * channel of its own. Works for services that connect two channels: direct and pair.
 *
 * A channel that listens has no rings. A client sets its channel up as usual, with its
 * own geometry and at its own cost, and may push before it is accepted. ACCEPT makes the
 * other channel, with the mirrored geometry, and a descriptor for it.
 *
 * Names belong to a network namespace, like those of abstract unix sockets: an IPC
 * namespace would fit as well, but a module cannot hold a reference to one.
 *
 * ion_ports_lock protects the ports, the clients that wait, and the fields @queued_at,
 * @waiting and @clients of channels. It is held for a bounded time; all other locks are
 * taken outside it. Nobody is woken under it.
 */
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <linux/wait.h>
#include <net/net_namespace.h>

#include "binding.h"
#include "calls.h"
#include "direct.h"
#include "geometry.h"
#include "port.h"
#include "quota.h"

/**
 * struct ion_port - a name that a program listens on
 * @ref: one of the channel that listens, one of each client between look-up and queue
 * @list: in ion_ports; empty once the channel that listens has gone
 * @ch: the channel that listens
 * @net: network namespace that the name belongs to, with a reference
 * @uid: effective user that listens
 * @gid: effective group of it
 * @mode: permission bits: who may write may connect
 * @key: the name
 * @service: service of the connections
 * @slots: most slots of each ring, as the channel that listens will see them; 0: any
 * @buffers: most buffers of the arena; 0: any
 * @buffer_size: most bytes of a buffer; 0: any
 * @backlog: most clients that may wait
 * @nr: clients that wait or are about to
 * @clients: channels of the clients that wait, the oldest first
 */
struct ion_port {
	refcount_t ref;
	struct list_head list;
	struct ion_channel *ch;
	struct net *net;
	kuid_t uid;
	kgid_t gid;
	umode_t mode;
	char key[ION_KEY_LEN];
	char service[ION_SERVICE_NAME_LEN];
	u32 slots[ION_RINGS];
	u32 buffers;
	u32 buffer_size;
	u32 backlog;
	u32 nr;
	struct list_head clients;
};

static DEFINE_SPINLOCK(ion_ports_lock);
static LIST_HEAD(ion_ports);

/* ---- listen ------------------------------------------------------------ */

static void ion_port_put(struct ion_port *port)
{
	if (!refcount_dec_and_test(&port->ref))
		return;
	put_net(port->net);
	kfree(port);
}

static struct ion_port *ion_port_create(struct ion_channel *ch,
					const struct ion_setup *setup)
{
	struct ion_port *port = kzalloc(sizeof(*port), ION_GFP);
	unsigned int id;

	if (!port)
		return NULL;
	refcount_set(&port->ref, 1);
	INIT_LIST_HEAD(&port->list);
	INIT_LIST_HEAD(&port->clients);
	port->ch = ch;
	port->net = get_net(current->nsproxy->net_ns);
	port->uid = current_euid();
	port->gid = current_egid();
	port->mode = setup->arg[0];
	port->backlog = setup->arg[1] ?: ION_BACKLOG_DEFAULT;
	strscpy(port->key, setup->key);
	strscpy(port->service, setup->service);
	for (id = 0; id < ION_RINGS; id++)
		port->slots[id] = setup->slots[id];
	port->buffers = setup->buffers;
	port->buffer_size = setup->buffer_size;
	return port;
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

static int ion_port_publish(struct ion_port *port)
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

/* The channel counts for its user, as one with rings does. */
static int ion_port_attach(struct ion_channel *ch, struct ion_port *port)
{
	struct ion_quota *quota;
	int ret;

	lockdep_assert_held(&ch->setup_mutex);

	if (ch->ready || ch->setting_up || ch->port)
		return -EBUSY;
	quota = ion_quota_charge(ch->opener.uid);
	if (IS_ERR(quota))
		return PTR_ERR(quota);
	ret = ion_port_publish(port);
	if (ret) {
		ion_quota_uncharge(quota);
		return ret;
	}
	ch->quota = quota;
	strscpy(ch->info.service, port->service);
	strscpy(ch->name, port->key);
	/* Pairs with the acquire in ion_channel_listens(). */
	smp_store_release(&ch->port, port);
	return 0;
}

/* Check what LISTEN and CONNECT ask for together with a service, a key and flags. */
static bool ion_port_flags_ok(const struct ion_setup *setup)
{
	u32 both = ION_SETUP_LISTEN | ION_SETUP_CONNECT;

	return (setup->flags & both) != both && *setup->key &&
	       !(setup->flags & ION_SETUP_DRY_RUN);
}

static bool ion_port_bounds_ok(const struct ion_setup *setup)
{
	return !setup->layout && !(setup->flags & ~ION_SETUP_LISTEN) &&
	       !memchr_inv(setup->slots + ION_RINGS, 0,
			   (ION_RINGS_MAX - ION_RINGS) * sizeof(*setup->slots)) &&
	       !(setup->arg[0] & ~(u64)0777) && setup->arg[1] <= ION_BACKLOG_MAX;
}

/**
 * ion_port_check() - check a request that names a port
 * @setup: the request, with ION_SETUP_LISTEN or ION_SETUP_CONNECT
 *
 * Return: 0; -EINVAL for fields that do not go together; -EOPNOTSUPP for a service that
 * does not connect channels.
 */
int ion_port_check(const struct ion_setup *setup)
{
	if (!ion_port_flags_ok(setup))
		return -EINVAL;
	if (setup->flags & ION_SETUP_LISTEN && !ion_port_bounds_ok(setup))
		return -EINVAL;
	return ion_binding_connects(setup->service) ? 0 : -EOPNOTSUPP;
}

/**
 * ion_port_listen() - make a channel listen on a name
 * @ch: the channel
 * @setup: the request, checked
 *
 * Context: may sleep.
 * Return: 0; -EADDRINUSE if somebody listens on the name; -EBUSY if the channel is set
 * up or listens; -ENOMEM; -ENFILE or -EDQUOT over a limit; -EINTR for a fatal signal.
 */
int ion_port_listen(struct ion_channel *ch, const struct ion_setup *setup)
{
	struct ion_port *port = ion_port_create(ch, setup);
	int ret;

	if (!port)
		return -ENOMEM;
	ret = mutex_lock_killable(&ch->setup_mutex);
	if (!ret) {
		ret = ion_port_attach(ch, port);
		mutex_unlock(&ch->setup_mutex);
	}
	if (ret)
		ion_port_put(port);
	return ret;
}

/* ---- connect ----------------------------------------------------------- */

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

/* Find the port that the request names, and keep a place in its queue. */
static struct ion_port *ion_port_reserve(const struct ion_setup *setup)
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

static void ion_port_enter(struct ion_port *port, struct ion_channel *client)
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

static void ion_port_unreserve(struct ion_port *port)
{
	spin_lock(&ion_ports_lock);
	port->nr--;
	spin_unlock(&ion_ports_lock);
}

/**
 * ion_port_connect() - set a channel up as a client of a port
 * @ch: the channel
 * @setup: the request, checked
 * @config: its configuration
 *
 * Does not wait for the client to be accepted.
 *
 * Context: may sleep.
 * Return: 0; -ECONNREFUSED if nobody listens on the name; -EACCES without permission;
 * -EPROTOTYPE if the port has another service; -EMSGSIZE for a geometry beyond what it
 * allows; -EAGAIN if as many clients wait as it allows; an error of
 * ion_channel_configure().
 */
int ion_port_connect(struct ion_channel *ch, const struct ion_setup *setup,
		     struct ion_config *config)
{
	struct ion_port *port = ion_port_reserve(setup);
	int ret;

	if (IS_ERR(port))
		return PTR_ERR(port);
	/* The name is the port's, not one by which two equals meet. */
	config->bind.key = "";
	config->name = port->key;
	ret = ion_channel_configure(ch, config);
	if (ret)
		ion_port_unreserve(port);
	else
		ion_port_enter(port, ch);
	ion_port_put(port);
	return ret;
}

/* ---- accept ------------------------------------------------------------ */

/* Take the oldest client, with a reference; NULL if none waits. */
static struct ion_channel *ion_port_first(struct ion_port *port)
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

/*
 * A client that could not be accepted waits again, unless it has gone. It becomes the
 * last: if its channel costs more than the caller may have, others are accepted.
 */
static void ion_port_return(struct ion_channel *listener,
			    struct ion_channel *client)
{
	struct ion_port *port = listener->port;

	spin_lock(&ion_ports_lock);
	if (!READ_ONCE(client->closed)) {
		port->nr++;
		ion_port_queue(port, client);
	}
	spin_unlock(&ion_ports_lock);
	ion_port_wake(listener);
}

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
			ion_port_return(listener, client);
		ion_channel_put(client);
	} while (unfit);
	return ret;
}

/* ---- the end ----------------------------------------------------------- */

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
