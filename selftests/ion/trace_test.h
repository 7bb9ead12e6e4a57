/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the tracepoints share: a buffer of tracefs that is the
 * test's own, and what it has of one channel.
 */
#ifndef _ION_TRACE_TEST_H
#define _ION_TRACE_TEST_H

#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "service_test.h"

#define TRACE_FS    "/sys/kernel/tracing"
#define TRACE_BYTES (4U << 20)

/**
 * struct tracer - an instance of tracefs
 * @folder: where it is
 * @text: what trace_take() gave last
 */
struct tracer {
	char folder[64];
	char *text;
};

/* 0 if events of ion can be recorded, mounting tracefs if need be. */
ION_HELPER int trace_available(void)
{
	if (!access(TRACE_FS "/events/ion", F_OK))
		return 0;
	if (mount("tracefs", TRACE_FS, "tracefs", 0, NULL) && errno != EBUSY)
		return -errno;
	return access(TRACE_FS "/events/ion", F_OK) ? -errno : 0;
}

ION_HELPER int trace_write(const struct tracer *t, const char *file,
			   const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", t->folder, file);
	return ion_write_text(path, text);
}

ION_HELPER int trace_enable(const struct tracer *t, const char *event, bool on)
{
	char file[128];

	snprintf(file, sizeof(file), "events/ion/%s%senable", event,
		 *event ? "/" : "");
	return trace_write(t, file, on ? "1" : "0");
}

/* All events are recorded; times of one processor and of another agree. */
ION_HELPER int trace_open(struct tracer *t)
{
	int ret;

	t->text = malloc(TRACE_BYTES);
	if (!t->text)
		return -ENOMEM;
	snprintf(t->folder, sizeof(t->folder), TRACE_FS "/instances/ion_%d",
		 getpid());
	if (mkdir(t->folder, 0700))
		return -errno;
	ret = trace_write(t, "trace_clock", "global");
	return ret ?: trace_enable(t, "", true);
}

ION_HELPER int trace_close(struct tracer *t)
{
	int ret = trace_enable(t, "", false);

	free(t->text);
	return rmdir(t->folder) ? -errno : ret;
}

/* All that was recorded, and forget it. */
ION_HELPER char *trace_read(const struct tracer *t)
{
	char path[PATH_MAX], *all = malloc(TRACE_BYTES);
	size_t size = 0;
	ssize_t n = 1;
	int fd;

	snprintf(path, sizeof(path), "%s/trace", t->folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (all && fd >= 0 && n > 0) {
		n = read(fd, all + size, TRACE_BYTES - 1 - size);
		size += n > 0 ? n : 0;
	}
	if (!all || fd < 0 || n < 0 || size == TRACE_BYTES - 1)
		abort();
	all[size] = '\0';
	close(fd);
	close(open(path, O_WRONLY | O_TRUNC | O_CLOEXEC));
	return all;
}

/* "ion_push: channel=5 ring=rx" of channel 5 becomes "push ring=rx". */
ION_HELPER size_t trace_line(char *to, char *line, __u64 channel,
			     const char *only)
{
	char *event = strstr(line, ": ion_"), *end = NULL;
	size_t length;

	if (!event || *line == '#')
		return 0;
	event += strlen(": ion_");
	length = strcspn(event, ":");
	if (only && (strlen(only) != length || strncmp(only, event, length)))
		return 0;
	if (strncmp(event + length, ": channel=", 10) ||
	    strtoull(event + length + 10, &end, 10) != channel)
		return 0;
	return sprintf(to, "%.*s%s\n", (int)length, event, end);
}

/*
 * What was recorded of a channel since the last time, a line an event; of the
 * event @only alone if that is not NULL. All else is forgotten.
 */
ION_HELPER const char *trace_take(struct tracer *t, __u64 channel,
				  const char *only)
{
	char *all = trace_read(t), *rest = all, *line, *to = t->text;

	*to = '\0';
	while ((line = strsep(&rest, "\n")))
		to += trace_line(to, line, channel, only);
	free(all);
	return t->text;
}

/* The sum of a number in those lines that begin with @what. */
ION_HELPER __u64 trace_sum(const char *text, const char *what,
			   const char *field)
{
	const char *line, *at;
	__u64 sum = 0;

	for (line = text; *line; line = strchr(line, '\n') + 1) {
		if (strncmp(line, what, strlen(what)))
			continue;
		at = field ? strstr(line, field) : NULL;
		sum += at ? strtoull(at + strlen(field), NULL, 10) : !field;
	}
	return sum;
}

#define TRACE_TEST_MAIN                                                \
	int main(int argc, char **argv)                                \
	{                                                              \
		int ret;                                               \
		ion_test_need_device();                                \
		ret = trace_available();                               \
		if (ret) {                                             \
			ksft_print_header();                           \
			ksft_exit_skip("no events of ion in " TRACE_FS \
				       ": %s\n",                       \
				       strerror(-ret));                \
		}                                                      \
		ret = test_harness_run(argc, argv);                    \
		probe_remove();                                        \
		return ret;                                            \
	}

#endif /* _ION_TRACE_TEST_H */
