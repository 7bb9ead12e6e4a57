// SPDX-License-Identifier: GPL-2.0-only
/*
 * The binding of channels to services.
 *
 * A service in ion_services can be found; a channel in the list of a service is
 * bound to it. Both lists are under ion_services_lock, a spinlock: nobody waits
 * for a thread that does not get a processor. Whether a channel is bound, and
 * every callback but activate() and deactivate(), is under its end_mutex;
 * ion_services_lock is taken inside that.
 */
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include "binding.h"
#include "kernel_end.h"
#include "notify.h"

static DEFINE_SPINLOCK(ion_services_lock);
static LIST_HEAD(ion_services);

static struct ion_service *ion_binding_find(const char *name)
{
	struct ion_service *service;

	lockdep_assert_held(&ion_services_lock);

	list_for_each_entry(service, &ion_services, list)
		if (!strcmp(name, service->ops->name))
			return service;
	return NULL;
}

/**
 * ion_binding_add_service() - allow channels to be bound to a service
 * @service: the service; it stays where it is until it is removed
 *
 * Return: 0, or -EEXIST if there is one of that name.
 */
int ion_binding_add_service(struct ion_service *service)
{
	int ret = -EEXIST;

	spin_lock(&ion_services_lock);
	if (!ion_binding_find(service->ops->name)) {
		INIT_LIST_HEAD(&service->channels);
		list_add_tail(&service->list, &ion_services);
		ret = 0;
	}
	spin_unlock(&ion_services_lock);
	return ret;
}

/**
 * ion_binding_remove_service() - stop further channels from being bound to a service
 * @ops: the operations that were registered
 *
 * Channels that are bound remain bound.
 *
 * Return: the service, which the caller owns from now on; NULL if there is none.
 */
struct ion_service *
ion_binding_remove_service(const struct ion_service_ops *ops)
{
	struct ion_service *service, *found = NULL;

	spin_lock(&ion_services_lock);
	list_for_each_entry(service, &ion_services, list)
		if (service->ops == ops)
			found = service;
	if (found)
		list_del_init(&found->list);
	spin_unlock(&ion_services_lock);
	return found;
}

/**
 * ion_binding_first_channel() - get a channel that is bound to a service
 * @service: the service
 *
 * Return: the channel, to be released by ion_channel_put(); NULL if there is none.
 */
struct ion_channel *ion_binding_first_channel(struct ion_service *service)
{
	struct ion_channel *ch;

	spin_lock(&ion_services_lock);
	ch = list_first_entry_or_null(&service->channels, struct ion_channel,
				      of_service);
	if (ch)
		refcount_inc(&ch->ref);
	spin_unlock(&ion_services_lock);
	return ch;
}

/**
 * ion_binding_service_name() - look up the name of a registered service
 * @name: the name; empty for the default, "echo"
 *
 * The service may be gone by the time that a channel is bound.
 *
 * Return: the name, or NULL if there is no service of that name.
 */
const char *ion_binding_service_name(const char *name)
{
	bool known;

	if (!*name)
		name = "echo";

	spin_lock(&ion_services_lock);
	known = ion_binding_find(name);
	spin_unlock(&ion_services_lock);
	return known ? name : NULL;
}

/**
 * ion_binding_connects() - check whether a service has ports, and ION_IOC_PAIR
 * @name: the name of the service
 *
 * Return: false also if there is no service of that name.
 */
bool ion_binding_connects(const char *name)
{
	const struct ion_service *service;
	bool connects;

	spin_lock(&ion_services_lock);
	service = ion_binding_find(name);
	connects = service && service->ops->connects;
	spin_unlock(&ion_services_lock);
	return connects;
}

/* Put the channel in the list of a service, and keep its module. */
static struct ion_service *ion_binding_add(const char *name,
					   struct ion_channel *ch)
{
	struct ion_service *service;

	spin_lock(&ion_services_lock);
	service = ion_binding_find(name);
	if (service && !try_module_get(service->owner))
		service = NULL;
	if (service)
		list_add_tail(&ch->of_service, &service->channels);
	spin_unlock(&ion_services_lock);
	return service;
}

/* From now on the service may be freed, though not the code of its module. */
static void ion_binding_remove(struct ion_channel *ch,
			       const struct ion_service *service)
{
	struct module *owner = service->owner;

	spin_lock(&ion_services_lock);
	list_del_init(&ch->of_service);
	spin_unlock(&ion_services_lock);
	module_put(owner);
}

/* Complete the program's request with the network namespace of the caller. */
static struct ion_bind ion_binding_asked(const struct ion_bind *how)
{
	struct ion_bind asked = *how;

	asked.net = current->nsproxy->net_ns;
	return asked;
}

/* A service without bind() takes no flags, arguments or key. */
static int ion_binding_call_bind(const struct ion_service_ops *ops,
				 struct ion_channel *ch,
				 const struct ion_bind *how)
{
	struct ion_bind asked = ion_binding_asked(how);
	int ret;

	if (!ops->bind)
		return how->flags || how->arg[0] || how->arg[1] || *how->key ?
			       -EINVAL : 0;
	ion_end_set_runner(ch, current);
	ret = ops->bind(ch, &asked);
	ion_end_set_runner(ch, NULL);
	return ret > 0 ? -EINVAL : ret;
}

/**
 * ion_binding_bind() - give the kernel ends to a service
 * @ch: the channel, being configured
 * @name: from ion_binding_service_name()
 * @how: the request of the program
 *
 * Sets &ion_channel.activating if the service has an activate() to call.
 *
 * Return: 0; -ENOENT if the service is no longer registered; -EINVAL if it takes no
 * request; -EINTR for a fatal signal; or an error of the service. An error leaves
 * nothing bound.
 */
int ion_binding_bind(struct ion_channel *ch, const char *name,
		     const struct ion_bind *how)
{
	struct ion_service *service;
	int ret;

	ret = ion_end_lock(ch);
	if (ret)
		return ret;
	service = ion_binding_add(name, ch);
	ret = service ? ion_binding_call_bind(service->ops, ch, how) : -ENOENT;
	if (!ret) {
		ch->service = service;
		ch->activating = service->ops->activate;
	} else if (service) {
		ion_binding_remove(ch, service);
	}
	ion_end_unlock(ch);
	return ret;
}

/* End a callback that ran without a lock; @active: deactivate() is due before unbind(). */
static void ion_binding_end_activating(struct ion_channel *ch, bool active)
{
	ion_end_lock_unkillable(ch);
	ch->active = active;
	WRITE_ONCE(ch->activating, false);
	ion_end_unlock(ch);
	wake_up_all(&ch->serve_wait);
}

/**
 * ion_binding_activate() - call activate() of the service for a bound channel
 * @ch: the channel, with &ion_channel.activating set
 * @how: as for ion_binding_bind()
 *
 * No lock is held in the callback. The service stays registered meanwhile: see
 * ion_binding_unbind().
 *
 * Context: may sleep; no lock of ion held.
 * Return: 0 or an error of the service.
 */
int ion_binding_activate(struct ion_channel *ch, const struct ion_bind *how)
{
	const struct ion_service_ops *ops = ch->service->ops;
	struct ion_bind asked = ion_binding_asked(how);
	int ret = ops->activate(ch, &asked);

	ion_binding_end_activating(ch, !ret && ops->deactivate);
	return ret > 0 ? -EINVAL : ret;
}

static void ion_binding_call_unbind(struct ion_channel *ch,
				    struct ion_service *service, bool hangup)
{
	if (service->ops->unbind) {
		ion_end_set_runner(ch, current);
		service->ops->unbind(ch);
		ion_end_set_runner(ch, NULL);
	}
	if (hangup && !READ_ONCE(ch->closed))
		ion_channel_hangup(ch);
	/* Only now: ion_service_unregister() waits for the channels in the list. */
	ion_binding_remove(ch, service);
}

/* Take the end when neither activate() nor deactivate() runs. */
static void ion_binding_lock_idle(struct ion_channel *ch)
{
	ion_end_lock_unkillable(ch);
	while (ch->activating) {
		ion_end_unlock(ch);
		wait_event(ch->serve_wait, !READ_ONCE(ch->activating));
		ion_end_lock_unkillable(ch);
	}
}

/* A second caller waits until deactivate() has returned. */
static void ion_binding_deactivate(struct ion_channel *ch)
{
	bool active;

	ion_binding_lock_idle(ch);
	active = ch->active;
	ch->active = false;
	ch->activating = active;
	ion_end_unlock(ch);
	if (!active)
		return;
	ch->service->ops->deactivate(ch);
	ion_binding_end_activating(ch, false);
}

/**
 * ion_binding_unbind() - take the kernel ends from the service
 * @ch: the channel; nothing happens if it is not bound
 * @hangup: hang the channel up, unless the program has closed it
 *
 * Waits for activate(). No callback runs afterwards.
 *
 * Context: may sleep.
 */
void ion_binding_unbind(struct ion_channel *ch, bool hangup)
{
	struct ion_service *service;

	ion_binding_deactivate(ch);
	ion_binding_lock_idle(ch);
	service = ch->service;
	ch->service = NULL;
	if (service)
		ion_binding_call_unbind(ch, service, hangup);
	ion_end_unlock(ch);
}

/* Lock both kernel ends, in an order in which two joins do not wait forever. */
static int ion_binding_lock_both(struct ion_channel *ch,
				 struct ion_channel *other)
{
	struct ion_channel *first = ch < other ? ch : other;
	struct ion_channel *second = ch < other ? other : ch;
	int ret;

	ret = ion_end_lock(first);
	if (ret)
		return ret;
	ret = ion_end_lock_nested(second);
	if (ret)
		ion_end_unlock(first);
	return ret;
}

static int ion_binding_call_join(struct ion_channel *ch,
				 struct ion_channel *other)
{
	struct ion_service *service = ch->service;
	bool ch_poisoned, other_poisoned;
	int ret;

	if (!service || !other->service)
		return -EPIPE;
	if (!service->ops->join)
		return -EOPNOTSUPP;
	if (other->service != service)
		return -EINVAL;

	ch_poisoned = ion_callback_begin(ch);
	other_poisoned = ion_callback_begin(other);
	ret = service->ops->join(ch, other);
	ion_callback_end(other, other_poisoned);
	ion_callback_end(ch, ch_poisoned);
	return ret;
}

/**
 * ion_binding_join() - ION_IOC_JOIN
 * @ch: a channel, configured
 * @other: another one, configured
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP if the service joins no channels; -EINVAL if the two
 * channels have different services; -EPIPE if the service has gone; -EINTR for a fatal
 * signal; or an error of the service.
 */
int ion_binding_join(struct ion_channel *ch, struct ion_channel *other)
{
	int ret;

	ret = ion_binding_lock_both(ch, other);
	if (ret)
		return ret;
	ret = ion_binding_call_join(ch, other);
	ion_end_unlock(other);
	ion_end_unlock(ch);
	return ret;
}

static int ion_binding_call_verify(struct ion_channel *ch,
				   struct ion_verify *verify)
{
	const struct ion_opener *opener;
	bool poisoned;

	ion_end_assert_held(ch);

	if (!ch->service)
		return -EPIPE;
	if (!ch->service->ops->verify)
		return -EOPNOTSUPP;

	poisoned = ion_callback_begin(ch);
	verify->genuine = ch->service->ops->verify(ch, &verify->cmd, &opener);
	ion_callback_end(ch, poisoned);
	verify->pid = 0;
	verify->uid = 0;
	verify->gid = 0;
	if (verify->genuine)
		ion_opener_ids(opener, &verify->pid, &verify->uid, &verify->gid);
	return 0;
}

/**
 * ion_binding_verify() - ION_IOC_VERIFY
 * @ch: a channel, configured
 * @verify: the command; all other fields but size are written
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP if the service verifies no commands; -EPIPE if it has
 * gone; -EINTR for a fatal signal.
 */
int ion_binding_verify(struct ion_channel *ch, struct ion_verify *verify)
{
	int ret;

	ret = ion_end_lock(ch);
	if (ret)
		return ret;
	ret = ion_binding_call_verify(ch, verify);
	ion_end_unlock(ch);
	return ret;
}
