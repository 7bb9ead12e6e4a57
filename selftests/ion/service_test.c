// SPDX-License-Identifier: GPL-2.0-only
/* ion_probe.ko, and a channel of its service. */
#include "service_test.h"

/* The module, which differs between kernels, is beside the program or above it. */
int module_open_file(const char *name)
{
	char path[PATH_MAX], file[PATH_MAX + 16];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;
	int fd;

	if (n < 0)
		return -errno;
	path[n] = '\0';
	while ((slash = strrchr(path, '/'))) {
		*slash = '\0';
		snprintf(file, sizeof(file), "%s/%s.ko", path, name);
		fd = open(file, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -ENOENT;
}

int probe_insert(void)
{
	int fd = module_open_file(PROBE_MODULE), ret;

	if (fd < 0)
		return fd;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

int probe_remove(void)
{
	return syscall(SYS_delete_module, PROBE_MODULE, O_NONBLOCK) ? -errno
								    : 0;
}

int probe_open(void)
{
	int fd = open(PROBE_DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* A call on the module that concerns no channel. */
int probe_ask(unsigned long request, void *arg)
{
	int fd = probe_open(), ret;

	if (fd < 0)
		return fd;
	ret = ion_call(fd, request, arg);
	close(fd);
	return ret;
}

int probe_register(void)
{
	return probe_ask(PROBE_IOC_REGISTER, NULL);
}

int probe_unregister(void)
{
	return probe_ask(PROBE_IOC_UNREGISTER, NULL);
}

void service_setup(struct ion_setup *setup, __u64 flags)
{
	ion_setup_init(setup, "probe");
	setup->arg[0] = flags;
}

/* Let the module hold a reference to the channel. */
int service_attach(struct service *s)
{
	__u64 id = s->ch.info.channel;
	int ret;

	s->probe = probe_open();
	if (s->probe < 0)
		return s->probe;
	ret = ion_call(s->probe, PROBE_IOC_ATTACH, &id);
	if (ret)
		close(s->probe);
	return ret;
}

int service_open_setup(struct service *s, const struct ion_setup *setup)
{
	int ret;

	s->probe = -1;
	s->context = PROBE_IN_CALLER;
	ret = channel_open_live(&s->ch, setup);
	if (ret)
		return ret;
	ret = service_attach(s);
	if (ret)
		channel_close(&s->ch);
	return ret;
}

/* Open a channel of the service "probe" with PROBE_* flags. */
int service_open(struct service *s, __u64 flags)
{
	struct ion_setup setup;

	service_setup(&setup, flags);
	return service_open_setup(s, &setup);
}

void service_release(struct service *s)
{
	if (s->probe >= 0)
		close(s->probe);
	s->probe = -1;
}

void service_close(struct service *s)
{
	channel_close(&s->ch);
	service_release(s);
}

void service_must(bool good, const char *what, int ret)
{
	if (good)
		return;
	fprintf(stderr, "# ion_probe: %s: %d\n", what, ret);
	abort();
}

/* Let the service make a call in its context; return the result of the call. */
__s64 service_run(struct service *s, struct probe_run *run)
{
	__u32 in = s->context;
	int ret;

	run->context = in;
	ret = ion_call(s->probe, PROBE_IOC_RUN, run);
	service_must(!ret, "PROBE_IOC_RUN", ret);
	if (in == PROBE_IN_DOORBELL) {
		ion_kick(s->ch.fd);
		ret = ion_call(s->probe, PROBE_IOC_RESULT, run);
		service_must(!ret, "no doorbell", ret);
		in = PROBE_IN_CALLER;
	}
	service_must(run->where == in, "context", (int)run->where);
	return run->result;
}

__s64 service_call(struct service *s, __u32 call, __u32 ring, __u32 count)
{
	struct probe_run run = { .call = call, .ring = ring, .count = count };

	return service_run(s, &run);
}

/* Let the service make a call that concerns no ring. */
__s64 service_ask(struct service *s, __u32 call)
{
	return service_call(s, call, PROBE_NO_RING, 0);
}

int service_flood(struct service *s, const struct probe_flood *flood)
{
	struct probe_flood none = { 0 };

	return ion_call(s->probe, PROBE_IOC_FLOOD,
			flood ? (void *)flood : &none);
}

struct probe_counts service_counts(struct service *s)
{
	struct probe_counts counts;
	int ret = ion_call(s->probe, PROBE_IOC_COUNTS, &counts);

	service_must(!ret, "PROBE_IOC_COUNTS", ret);
	return counts;
}

struct probe_totals probe_totals(void)
{
	struct probe_totals totals = { 0 };
	int ret = probe_ask(PROBE_IOC_TOTALS, &totals);

	service_must(!ret, "PROBE_IOC_TOTALS", ret);
	return totals;
}

/* Open the channel of a variant, with one number of slots for all rings. */
int service_open_variant(struct service *s, __u32 flags, __u32 context,
			 __u32 layout, __u32 slots)
{
	struct ion_setup setup;
	unsigned int id;
	int ret;

	service_setup(&setup, flags);
	setup.layout = layout;
	for (id = 0; id < ION_RINGS; id++)
		setup.slots[id] = slots;
	ret = service_open_setup(s, &setup);
	s->context = context;
	return ret;
}

static pid_t service_main;

/* The harness ends the program itself, and each test in a process of its own. */
static void service_remove_at_exit(void)
{
	if (getpid() == service_main)
		probe_remove();
}

/* Skip the program if the device or the module is missing. Removes it at the end. */
void service_test_need_module(void)
{
	int ret;

	service_main = getpid();
	atexit(service_remove_at_exit);
	ion_test_need_device();
	ret = probe_insert();
	if (ret && ret != -EEXIST) {
		ksft_print_header();
		ksft_exit_skip(PROBE_MODULE ".ko: %s\n", strerror(-ret));
	}
}
