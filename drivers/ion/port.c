// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: a program listens on a name, others connect to it, and each connection is a
 * channel of its own. Works for services that connect two channels: direct and pair.
 *
 * A channel that listens has no rings. A client sets its channel up as usual, with its
 * own geometry and at its own cost, and may push before it is accepted. ACCEPT makes the
 * other channel, with the mirrored geometry, and a descriptor for it: port_accept.c.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "binding.h"
#include "port.h"
#include "port_queue.h"
#include "quota.h"

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
