// SPDX-License-Identifier: GPL-2.0-only
/*
 * The services that there are, and which channel is whose.
 *
 * A service in the list can be found; a channel in the list of a service is
 * bound to it. Both lists are under ion_services_lock, a spinlock: nobody waits
 * for a thread that does not get a processor. Whether a channel is bound, and
 * every callback, is under its end_mutex, in which the former nests.
 */
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "services/builtin.h"
#include "channel.h"
#include "kernel_end.h"
#include "notify.h"
#include "service.h"

static DEFINE_SPINLOCK(ion_services_lock);
static LIST_HEAD(ion_services);

static struct ion_service *const ion_builtin[] = {
	&ion_service_echo,
	&ion_service_sink,
	&ion_service_source,
	&ion_service_pair,
};

static struct ion_service *ion_service_find(const char *name)
{
	struct ion_service *service;

	lockdep_assert_held(&ion_services_lock);

	list_for_each_entry(service, &ion_services, list)
		if (!strcmp(name, service->name))
			return service;
	return NULL;
}

static bool ion_service_valid(const struct ion_service *service)
{
	return service && service->name && *service->name && service->doorbell &&
	       strlen(service->name) < ION_SERVICE_NAME_LEN;
}

/**
 * ion_service_register() - let programs have channels of a service
 * @service: the service; it stays where it is until it is unregistered
 *
 * Context: may sleep.
 * Return: 0; -EINVAL without a name of the right length or without doorbell();
 * -EEXIST if there is one of that name.
 */
int ion_service_register(struct ion_service *service)
{
	int ret = -EEXIST;

	if (!ion_service_valid(service))
		return -EINVAL;

	spin_lock(&ion_services_lock);
	if (!ion_service_find(service->name)) {
		INIT_LIST_HEAD(&service->channels);
		list_add_tail(&service->list, &ion_services);
		ret = 0;
	}
	spin_unlock(&ion_services_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(ion_service_register);

/* One that is bound to the service, kept; or NULL. */
static struct ion_channel *ion_service_channel(struct ion_service *service)
{
	struct ion_channel *ch;

	spin_lock(&ion_services_lock);
	ch = list_first_entry_or_null(&service->channels, struct ion_channel,
				      of_service);
	if (ch)
		ion_channel_get(ch);
	spin_unlock(&ion_services_lock);
	return ch;
}

static void ion_service_remove(struct ion_service *service)
{
	spin_lock(&ion_services_lock);
	list_del_init(&service->list);
	spin_unlock(&ion_services_lock);
}

/**
 * ion_service_unregister() - have no more channels
 * @service: what was registered
 *
 * From the exit function of a module there are none. Otherwise each channel
 * that is bound is unbound and hung up: its program gets what was pushed, then
 * EPOLLHUP and EPIPE.
 *
 * Context: may sleep. Not to be called from a callback.
 */
void ion_service_unregister(struct ion_service *service)
{
	struct ion_channel *ch;

	ion_service_remove(service);
	while ((ch = ion_service_channel(service))) {
		ion_service_unbind(ch);
		ion_channel_put(ch);
	}
}
EXPORT_SYMBOL_GPL(ion_service_unregister);

/**
 * ion_service_known() - the name of a service that there is
 * @name: the name; empty for the default
 *
 * By the time that a channel is bound it may have gone: only the list knows.
 *
 * Return: the name, or NULL if there is none of that name.
 */
const char *ion_service_known(const char *name)
{
	bool known;

	if (!*name)
		name = ion_service_echo.name;

	spin_lock(&ion_services_lock);
	known = ion_service_find(name);
	spin_unlock(&ion_services_lock);
	return known ? name : NULL;
}

/* Put the channel in the list of a service, and keep its module. */
static struct ion_service *ion_service_add_channel(const char *name,
						   struct ion_channel *ch)
{
	struct ion_service *service;

	spin_lock(&ion_services_lock);
	service = ion_service_find(name);
	if (service && !try_module_get(service->owner))
		service = NULL;
	if (service)
		list_add_tail(&ch->of_service, &service->channels);
	spin_unlock(&ion_services_lock);
	return service;
}

/* From now on the service may be freed, though not the code of its module. */
static void ion_service_remove_channel(struct ion_channel *ch,
				       const struct ion_service *service)
{
	struct module *owner = service->owner;

	spin_lock(&ion_services_lock);
	list_del_init(&ch->of_service);
	spin_unlock(&ion_services_lock);
	module_put(owner);
}

/* Poison that a callback finds is told of when it is over. */
static bool ion_service_enter(struct ion_channel *ch)
{
	ion_end_set_runner(ch, current);
	return ion_channel_poisoned(ch);
}

static void ion_service_leave(struct ion_channel *ch, bool was_poisoned)
{
	ion_end_set_runner(ch, NULL);
	if (was_poisoned || !ion_channel_poisoned(ch))
		return;
	ion_kernel_end_trace_poison(ch);
	ion_notify_state(ch);
}

/* A service without bind() knows nothing that could be asked of it. */
static int ion_service_call_bind(const struct ion_service *service,
				 struct ion_channel *ch,
				 const struct ion_bind *how)
{
	int ret;

	if (!service->bind)
		return how->flags || how->arg[0] || how->arg[1] || *how->key ?
			       -EINVAL : 0;
	ion_end_set_runner(ch, current);
	ret = service->bind(ch, how);
	ion_end_set_runner(ch, NULL);
	return ret > 0 ? -EINVAL : ret;
}

/**
 * ion_service_bind() - give the kernel ends to a service
 * @ch: the channel, being configured
 * @name: from ion_service_known()
 * @how: what the program asks of it
 *
 * Return: 0; -ENOENT if it is no longer registered; -EINVAL if it takes nothing;
 * -EINTR for a fatal signal; or an error of the service. An error leaves nothing
 * bound.
 */
int ion_service_bind(struct ion_channel *ch, const char *name,
		     const struct ion_bind *how)
{
	struct ion_service *service;
	int ret;

	ret = ion_end_lock(ch);
	if (ret)
		return ret;
	service = ion_service_add_channel(name, ch);
	ret = service ? ion_service_call_bind(service, ch, how) : -ENOENT;
	if (!ret)
		ch->service = service;
	else if (service)
		ion_service_remove_channel(ch, service);
	ion_end_unlock(ch);
	return ret;
}

static void ion_service_call_unbind(struct ion_channel *ch,
				    struct ion_service *service)
{
	if (service->unbind) {
		ion_end_set_runner(ch, current);
		service->unbind(ch);
		ion_end_set_runner(ch, NULL);
	}
	if (!READ_ONCE(ch->closed))
		ion_channel_hangup(ch);
	/* Not before: ion_service_unregister() waits for those in the list. */
	ion_service_remove_channel(ch, service);
}

/**
 * ion_service_unbind() - take the kernel ends from the service
 * @ch: the channel; nothing happens if it is not bound
 *
 * No callback runs afterwards.
 *
 * Context: may sleep.
 */
void ion_service_unbind(struct ion_channel *ch)
{
	struct ion_service *service;

	ion_end_lock_unkillable(ch);
	service = ch->service;
	ch->service = NULL;
	if (service)
		ion_service_call_unbind(ch, service);
	ion_end_unlock(ch);
}

/* Both ends, so that two that are joined to each other do not wait forever. */
static int ion_service_lock_both(struct ion_channel *ch,
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

static int ion_service_call_join(struct ion_channel *ch,
				 struct ion_channel *other)
{
	struct ion_service *service = ch->service;
	bool ch_poisoned, other_poisoned;
	int ret;

	if (!service || !other->service)
		return -EPIPE;
	if (!service->join)
		return -EOPNOTSUPP;
	if (other->service != service)
		return -EINVAL;

	ch_poisoned = ion_service_enter(ch);
	other_poisoned = ion_service_enter(other);
	ret = service->join(ch, other);
	ion_service_leave(other, other_poisoned);
	ion_service_leave(ch, ch_poisoned);
	return ret;
}

/**
 * ion_service_join() - ION_IOC_JOIN
 * @ch: a channel, configured
 * @other: another one, configured
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP if the service joins no channels; -EINVAL if they
 * are not of the same one; -EPIPE if it has gone; -EINTR for a fatal signal; or an
 * error of the service.
 */
int ion_service_join(struct ion_channel *ch, struct ion_channel *other)
{
	int ret;

	ret = ion_service_lock_both(ch, other);
	if (ret)
		return ret;
	ret = ion_service_call_join(ch, other);
	ion_end_unlock(other);
	ion_end_unlock(ch);
	return ret;
}

static int ion_service_call_verify(struct ion_channel *ch,
				   struct ion_verify *verify)
{
	const struct ion_opener *opener;
	bool poisoned;

	ion_end_assert_held(ch);

	if (!ch->service)
		return -EPIPE;
	if (!ch->service->verify)
		return -EOPNOTSUPP;

	poisoned = ion_service_enter(ch);
	verify->genuine = ch->service->verify(ch, &verify->cmd, &opener);
	ion_service_leave(ch, poisoned);
	verify->pid = verify->genuine ? pid_vnr(opener->pid) : 0;
	verify->uid = 0;
	verify->gid = 0;
	if (verify->genuine) {
		verify->uid = from_kuid_munged(current_user_ns(), opener->uid);
		verify->gid = from_kgid_munged(current_user_ns(), opener->gid);
	}
	return 0;
}

/**
 * ion_service_verify() - ION_IOC_VERIFY
 * @ch: a channel, configured
 * @verify: the command; the rest is written, but size
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP if the service vouches for nobody; -EPIPE if it has
 * gone; -EINTR for a fatal signal.
 */
int ion_service_verify(struct ion_channel *ch, struct ion_verify *verify)
{
	int ret;

	ret = ion_end_lock(ch);
	if (ret)
		return ret;
	ret = ion_service_call_verify(ch, verify);
	ion_end_unlock(ch);
	return ret;
}

/**
 * ion_services_init() - register what is built in
 *
 * Return: 0 or an error, with nothing left registered.
 */
int ion_services_init(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(ion_builtin); i++) {
		ret = ion_service_register(ion_builtin[i]);
		if (ret)
			goto err_unregister;
	}
	return 0;

err_unregister:
	while (i)
		ion_service_unregister(ion_builtin[--i]);
	return ret;
}

/**
 * ion_services_exit() - undo ion_services_init()
 */
void ion_services_exit(void)
{
	unsigned int i = ARRAY_SIZE(ion_builtin);

	while (i)
		ion_service_unregister(ion_builtin[--i]);
}
