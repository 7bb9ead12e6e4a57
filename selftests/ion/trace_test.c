// SPDX-License-Identifier: GPL-2.0-only
/* A buffer of tracefs for one test. */
#include "trace_test.h"

/* Mount tracefs if needed: 0 if events of ion can be recorded, or -errno. */
int trace_available(void)
{
	if (!access(TRACE_FS "/events/ion", F_OK))
		return 0;
	if (mount("tracefs", TRACE_FS, "tracefs", 0, NULL) && errno != EBUSY)
		return -errno;
	return access(TRACE_FS "/events/ion", F_OK) ? -errno : 0;
}

int trace_write(const struct tracer *t, const char *file, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", t->folder, file);
	return ion_write_text(path, text);
}

int trace_enable(const struct tracer *t, const char *event, bool on)
{
	char file[128];

	snprintf(file, sizeof(file), "events/ion/%s%senable", event,
		 *event ? "/" : "");
	return trace_write(t, file, on ? "1" : "0");
}

/* Record all events, with a clock that all processors share. */
int trace_open(struct tracer *t)
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

int trace_close(struct tracer *t)
{
	int ret = trace_enable(t, "", false);

	free(t->text);
	return rmdir(t->folder) ? -errno : ret;
}

/* Read all that was recorded, and clear it. */
char *trace_read(const struct tracer *t)
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
static size_t trace_line(char *to, char *line, __u64 channel, const char *only)
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
 * The events of a channel since the last call, one a line; only those of @only,
 * unless that is NULL. Everything recorded is cleared.
 */
const char *trace_take(struct tracer *t, __u64 channel, const char *only)
{
	char *all = trace_read(t), *rest = all, *line, *to = t->text;

	*to = '\0';
	while ((line = strsep(&rest, "\n")))
		to += trace_line(to, line, channel, only);
	free(all);
	return t->text;
}

/* The sum of a field in the lines that begin with @what; the lines, if NULL. */
__u64 trace_sum(const char *text, const char *what, const char *field)
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
