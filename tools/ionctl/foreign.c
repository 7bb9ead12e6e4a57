// SPDX-License-Identifier: GPL-2.0-only
/* Opens a foreign channel by copying its descriptor from another process. */
#include "foreign.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "open.h"
#include "pidfd.h"
#include "text.h"

/**
 * struct search - the search for a channel
 * @channel: its number
 * @fd: the copy of its descriptor; -1: not found yet
 * @error: why it was not found: -ENOENT; -EACCES or -EPERM if a process may not
 *	be searched
 */
struct search {
	__u64 channel;
	int fd;
	int error;
};

/* Return the channel in the driver's line of fdinfo, 0 if there is no such line. */
static uint64_t channel_in(FILE *file)
{
	static const char key[] = "ion-channel:";
	const size_t length = sizeof(key) - 1;
	uint64_t channel = 0;
	size_t size = 0;
	char *line = NULL;

	while (!channel && getline(&line, &size, file) >= 0)
		if (!strncmp(line, key, length))
			channel = strtoull(line + length, NULL, 10);
	free(line);
	return channel;
}

/*
 * Return the channel of a descriptor, 0 if it is not a channel. The driver's line
 * comes last, after a line for each lock on the descriptor.
 */
static uint64_t channel_of(int fdinfo, const char *name)
{
	int fd = openat(fdinfo, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	uint64_t channel = 0;

	if (file) {
		channel = channel_in(file);
		fclose(file);
	} else if (fd >= 0) {
		close(fd);
	}
	return channel;
}

/*
 * Copy a descriptor. The process may close it and open another file between the
 * check of the descriptor and the copy, so the copy is checked again.
 */
static int copy(struct search *search, int pidfd, int number)
{
	char name[32];
	int own, fd;

	fd = process_getfd(pidfd, number);
	if (fd < 0)
		return -errno;
	own = open("/proc/self/fdinfo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(name, sizeof(name), "%d", fd);
	if (own >= 0 && channel_of(own, name) == search->channel)
		search->fd = fd;
	else
		close(fd);
	if (own >= 0)
		close(own);
	return search->fd < 0 ? -ENOENT : 0;
}

static int search_fds(struct search *search, int pidfd, DIR *fdinfo)
{
	struct dirent *entry;
	int ret = -ENOENT;

	while (ret == -ENOENT && (entry = readdir(fdinfo)))
		if (isdigit((unsigned char)*entry->d_name) &&
		    channel_of(dirfd(fdinfo), entry->d_name) == search->channel)
			ret = copy(search, pidfd, atoi(entry->d_name));
	return ret;
}

/* Search the descriptors of a process; return 0 or -errno. */
static int search_process(struct search *search, pid_t pid)
{
	int pidfd, ret;
	char name[64];
	DIR *fdinfo;

	pidfd = process_open(pid);
	if (pidfd < 0)
		return -errno;
	snprintf(name, sizeof(name), "/proc/%d/fdinfo", pid);
	fdinfo = opendir(name);
	ret = fdinfo ? search_fds(search, pidfd, fdinfo) : -errno;
	if (fdinfo)
		closedir(fdinfo);
	close(pidfd);
	return ret;
}

static void try_process(struct search *search, pid_t pid)
{
	int error = search_process(search, pid);

	/* A process that may not be searched matters more than one that ended. */
	if (error == -EACCES || error == -EPERM)
		search->error = error;
}

/* Search all processes: fork() and SCM_RIGHTS hand descriptors to others. */
static void search_all(struct search *search)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && search->fd < 0 && (entry = readdir(proc)))
		if (isdigit((unsigned char)*entry->d_name) &&
		    atoi(entry->d_name) != getpid())
			try_process(search, atoi(entry->d_name));
	if (proc)
		closedir(proc);
}

static int not_found(const struct search *search,
		     const struct ion_list_entry *entry)
{
	char comm[TEXT_SIZE];

	if (search->error == -ENOENT)
		return fail("channel %llu: no process has it open%s",
			    search->channel,
			    entry->state == ION_CHANNEL_CLOSED
				    ? ", a service keeps it"
				    : "; see ionctl list");
	text_safe(comm, sizeof(comm), entry->comm, sizeof(entry->comm));
	fail("channel %llu: no permission to trace process %u %s: be root",
	     search->channel, entry->pid, comm);
	return EXIT_DENIED;
}

/* Get the entry of the channel in the driver's list. */
static int find(__u64 channel, struct ion_list_entry *to)
{
	const struct ion_list_entry *entry;
	struct channels channels;
	int fd, status;

	status = open_driver(&fd, ION_FEATURE_LIST);
	if (status)
		return status;
	status = channels_read(fd, &channels);
	close(fd);
	if (status)
		return status;
	entry = channels_find(&channels, channel);
	if (entry)
		*to = *entry;
	else
		status = fail("channel %llu: %s", channel, channel_missing);
	channels_free(&channels);
	return status;
}

int open_foreign(__u64 channel, int *fd, struct ion_list_entry *entry)
{
	struct search search = { .channel = channel,
				 .fd = -1,
				 .error = -ENOENT };
	int status;

	status = find(channel, entry);
	if (status)
		return status;
	if (entry->pid)
		try_process(&search, (pid_t)entry->pid);
	if (search.fd < 0)
		search_all(&search);
	if (search.fd < 0)
		return not_found(&search, entry);
	*fd = search.fd;
	return EXIT_OK;
}
