// SPDX-License-Identifier: GPL-2.0-only
/* The checks after the fuzzer, and allocations that fail during it. */
#include <sys/stat.h>
#include <sys/syscall.h>

#include "console.h"
#include "ion_live.h"
#include "fuzz.h"
#include "kernel_log.h"

#define DEBUGFS "/sys/kernel/debug/"

static const char *const kinds[] = { "failslab", "fail_page_alloc" };

static int fault_set(const char *kind, const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", kind, name);
	return ion_write_text(path, value);
}

/**
 * fuzz_faults_arm() - let allocations of threads that ask for it fail
 *
 * Return: 0, or -errno if the kernel cannot.
 */
int fuzz_faults_arm(void)
{
	unsigned int i;
	int ret = 0;

	if (access("/proc/self/make-it-fail", W_OK))
		return -errno;
	for (i = 0; i < 2 && !ret; i++) {
		ret = fault_set(kinds[i], "task-filter", "Y");
		fault_set(kinds[i], "verbose", "0");
		fault_set(kinds[i], "interval", "1");
		fault_set(kinds[i], "times", "-1");
		fault_set(kinds[i], "ignore-gfp-wait", "N");
		fault_set(kinds[i], "ignore-gfp-highmem", "N");
		fault_set(kinds[i], "min-order", "0");
		fault_set(kinds[i], "probability", "1");
	}
	console_off();
	return ret;
}

/* For this thread, and those that it starts from now on. */
void fuzz_faults_self(void)
{
	ion_write_text("/proc/thread-self/make-it-fail", "1");
}

void fuzz_faults_disarm(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		fault_set(kinds[i], "probability", "0");
	console_on();
}

/* References of other users of the module, before the fuzzer. */
static long references;

void fuzz_end_begin(void)
{
	references = ion_refcount();
}

static bool empty(int fd)
{
	struct ion_query now = query(fd);

	return now.size && !now.channels && !now.bytes &&
	       ion_refcount() == references + 1;
}

/**
 * fuzz_end_empty() - whether all channels and their memory are gone
 *
 * Channels that io_uring or a socket holds are freed a moment after the process.
 *
 * Return: NULL, or what is left.
 */
const char *fuzz_end_empty(void)
{
	static struct ion_list_entry entries[ION_LIST_MAX];
	struct ion_list list = { .size = sizeof(list),
				 .count = ION_LIST_MAX,
				 .addr = (unsigned long)entries,
				 .entry_size = sizeof(entries[0]) };
	int fd = ion_open(O_RDWR), listed, tries = 1000;
	static char text[160];
	struct ion_query now;

	while (!empty(fd) && tries--)
		sleep_ns(10 * MS);
	now = query(fd);
	listed = ion_call(fd, ION_IOC_LIST, &list);
	snprintf(text, sizeof(text),
		 "%u channels, %llu bytes, %d listed, %ld references, pid %u",
		 now.channels, (unsigned long long)now.bytes, listed,
		 ion_refcount(), entries[0].pid);
	tries = empty(fd) && listed == 1;
	close(fd);
	return tries ? NULL : text;
}

/**
 * fuzz_end_works() - whether a channel works
 *
 * Return: NULL, or the fault.
 */
const char *fuzz_end_works(void)
{
	struct channel ch;
	bool good;

	if (channel_open_slots(&ch, 64, "echo"))
		return "a channel cannot be opened";
	channel_attach_live(&ch);
	good = ion_send(&ch, 0, 60) == 60 && ion_pop_from(&ch, 0, 60) == 60 &&
	       ion_send_cmd(&ch, 7) && ion_ring_peek(&ch.evt, 1) == 1;
	channel_close(&ch);
	return good ? NULL : "packets do not come back";
}

/**
 * fuzz_end_reload() - remove the module and insert it again
 * @module: its file
 *
 * Return: NULL, or the fault.
 */
const char *fuzz_end_reload(const char *module)
{
	static char text[160];
	int fd;

	if (syscall(SYS_delete_module, "ion", O_NONBLOCK)) {
		snprintf(text, sizeof(text), "it cannot be removed: %s",
			 strerror(errno));
		return text;
	}
	fd = open(module, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0)) {
		snprintf(text, sizeof(text), "%s cannot be inserted: %s",
			 module, strerror(errno));
		return text;
	}
	close(fd);
	return fuzz_end_works();
}

/* A report of a fault; but not of missing memory. */
static bool report(const char *line)
{
	static const char *const words[] = {
		"WARNING: ",
		"BUG: ",
		"kernel BUG at ",
		"Oops",
		"UBSAN: ",
		"INFO: task",
		"INFO: rcu_",
		"rcu: INFO: ",
		"suspected memory leaks",
		"INFO: trying to register",
		"refcount_t",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

/* Return whether the kernel reported nothing since the program began. */
bool fuzz_end_log(void)
{
	static unsigned int follow;
	static bool good = true;
	char line[512];

	while (ion_kernel_log >= 0 && ion_kernel_log_next(line, sizeof(line))) {
		if (report(line))
			follow = 40;
		if (!follow)
			continue;
		good = false;
		follow--;
		printf("# kernel: %s\n", line);
	}
	return good;
}
