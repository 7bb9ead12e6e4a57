// SPDX-License-Identifier: GPL-2.0-only
/* The registry of services: those of other modules, and those that are built in. */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>

#include <linux/ion.h>

#include "binding.h"
#include "service.h"
#include "services/builtin.h"

static struct ion_service *const ion_builtin[] = {
	&ion_service_echo,
	&ion_service_sink,
	&ion_service_source,
	&ion_service_pair,
};

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
	if (!ion_service_valid(service))
		return -EINVAL;

	return ion_binding_add_service(service);
}
EXPORT_SYMBOL_GPL(ion_service_register);

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

	ion_binding_remove_service(service);
	while ((ch = ion_binding_first_channel(service))) {
		ion_binding_unbind(ch);
		ion_channel_put(ch);
	}
}
EXPORT_SYMBOL_GPL(ion_service_unregister);

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
