// SPDX-License-Identifier: GPL-2.0-only
/* The registry of services, of other modules and built in. */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <linux/ion.h>

#include "binding.h"
#include "direct.h"
#include "service.h"
#include "services/builtin.h"

static const struct ion_service_ops *const ion_builtin[] = {
	&ion_echo_ops,
	&ion_sink_ops,
	&ion_source_ops,
	&ion_pair_ops,
	&ion_direct_ops,
};

static bool ion_service_valid(const struct ion_service_ops *ops)
{
	return ops && ops->name && *ops->name && ops->doorbell &&
	       strlen(ops->name) < ION_SERVICE_NAME_LEN;
}

/* The function behind ion_service_register(); @owner is NULL for built-in services. */
int __ion_service_register(const struct ion_service_ops *ops,
			   struct module *owner)
{
	struct ion_service *service;
	int ret;

	if (!ion_service_valid(ops))
		return -EINVAL;
	service = kzalloc(sizeof(*service), GFP_KERNEL);
	if (!service)
		return -ENOMEM;
	service->ops = ops;
	service->owner = owner;
	ret = ion_binding_add_service(service);
	if (ret)
		kfree(service);
	return ret;
}
EXPORT_SYMBOL_GPL(__ion_service_register);

/**
 * ion_service_unregister() - remove a service
 * @ops: the operations that were registered; if they were not, nothing happens
 *
 * In the exit function of a module no channel is left. Otherwise each channel that is
 * bound is unbound and hung up: its program gets what was pushed, then EPOLLHUP and
 * EPIPE.
 *
 * Context: may sleep. Not to be called from a callback, nor with a lock that
 * activate() or deactivate() takes.
 */
void ion_service_unregister(const struct ion_service_ops *ops)
{
	struct ion_service *service = ion_binding_remove_service(ops);
	struct ion_channel *ch;

	if (!service)
		return;
	while ((ch = ion_binding_first_channel(service))) {
		ion_binding_unbind(ch, true);
		ion_channel_put(ch);
	}
	kfree(service);
}
EXPORT_SYMBOL_GPL(ion_service_unregister);

/**
 * ion_services_init() - register the services that are built in
 *
 * Return: 0 or an error, with nothing left registered.
 */
int ion_services_init(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(ion_builtin); i++) {
		ret = __ion_service_register(ion_builtin[i], NULL);
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
