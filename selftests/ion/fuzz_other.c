// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fuzzer has other processes: its children, and processes that inspect it.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "fuzz.h"

/* Free the place of a child; a child that does not end in time is killed. */
static int room_for_child(struct fuzz *f)
{
	unsigned int i = fuzz_below(f, FUZZ_CHILDREN);
	pid_t pid =
		__atomic_exchange_n(&fuzz_world.child[i], 0, __ATOMIC_ACQ_REL);

	if (!pid || waitpid(pid, NULL, WNOHANG) == pid)
		return (int)i;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return (int)i;
}

static long step_fork(struct fuzz *f)
{
	int i = room_for_child(f);
	__u64 random = fuzz_random(f);
	pid_t pid, parent = getpid();

	if (fuzz_world.depth >= 2)
		return -EAGAIN;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		f->random = random;
		fuzz_child(f);
	}
	fuzz_world.child[i] = pid;
	return 0;
}

/* A related process: parent, child, or another worker. */
static pid_t some_pid(struct fuzz *f)
{
	switch (fuzz_below(f, 4)) {
	case 0:
		return fuzz_shared->pid[fuzz_below(f, FUZZ_WORKERS)];
	case 1:
		/* The supervisor must not be disturbed. */
		return fuzz_world.depth ? getppid() : getpid();
	case 2:
		return getpid();
	default:
		return fuzz_world.child[fuzz_below(f, FUZZ_CHILDREN)];
	}
}

static long step_process_vm(struct fuzz *f)
{
	size_t bytes = 1 + fuzz_below(f, 8192);
	struct iovec here = { fuzz_memory(f, bytes), bytes };
	struct iovec there = { fuzz_place(fuzz_below(f, FUZZ_PLACES)), bytes };
	pid_t pid = some_pid(f);

	if (!pid)
		return -ESRCH;
	if (fuzz_chance(f, 2))
		return fuzz_ret(process_vm_readv(pid, &here, 1, &there, 1, 0));
	return fuzz_ret(process_vm_writev(pid, &here, 1, &there, 1, 0));
}

/* Stop a process, read its mappings, let it go. */
static long step_ptrace(struct fuzz *f)
{
	char *at = fuzz_place(fuzz_below(f, FUZZ_PLACES));
	pid_t pid = some_pid(f);
	int status, tries = 20;
	long ret = 0;

	if (!pid || pid == getpid())
		return -ESRCH;
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		return -errno;
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	while (waitpid(pid, &status, __WALL | WNOHANG) != pid && tries--)
		usleep(500);
	if (tries > 0) {
		errno = 0;
		ptrace(PTRACE_PEEKDATA, pid, at, NULL);
		if (fuzz_chance(f, 2))
			ptrace(PTRACE_POKEDATA, pid, at + 8, 1);
		ret = errno ? -errno : 0;
	}
	/* A process that did not stop yet is released when this thread ends. */
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return ret;
}

/* Read half of the files of /proc of a process; a file of a descriptor too. */
static long step_proc(struct fuzz *f)
{
	static const char *const files[] = {
		"maps",	  "smaps", "smaps_rollup", "pagemap", "numa_maps",
		"status", "mem",   "clear_refs",   "fd",      "stat",
		"limits", "wchan", "fdinfo",	   "statm",   "map_files",
	};
	char path[80], *at = fuzz_memory(f, 16384);
	void *there = fuzz_place(fuzz_below(f, FUZZ_PLACES));
	pid_t pid = some_pid(f);
	off_t offset = 0;
	long ret;
	int fd;

	if (fuzz_chance(f, 2))
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid,
			 fuzz_fd(f));
	else
		snprintf(path, sizeof(path), "/proc/%d/%s", pid,
			 files[fuzz_below(f, FUZZ_ARRAY(files))]);
	fd = open(path,
		  (strstr(path, "clear") ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (strstr(path, "mem") || strstr(path, "pagemap"))
		offset = (off_t)(unsigned long)there;
	if (strstr(path, "pagemap"))
		offset = offset / 4096 * 8;
	if (strstr(path, "clear"))
		ret = fuzz_ret(write(fd, "1", 1));
	else if (offset)
		ret = fuzz_ret(pread(fd, at, 4096, offset));
	else
		ret = fuzz_ret(read(fd, at, 16384));
	close(fd);
	return ret;
}

static long step_signal(struct fuzz *f)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGALRM, SIGIO,
				       SIGURG };
	int signal = signals[fuzz_below(f, FUZZ_ARRAY(signals))];
	pid_t tid = fuzz_world.thread[fuzz_below(f, FUZZ_THREADS)];

	if (!tid)
		return -ESRCH;
	return fuzz_ret(syscall(SYS_tgkill, getpid(), tid, signal));
}

static long step_kill(struct fuzz *f)
{
	pid_t pid = fuzz_world.child[fuzz_below(f, FUZZ_CHILDREN)];

	return pid > 1 ? fuzz_ret(kill(pid, SIGKILL)) : -ESRCH;
}

static long step_stop(struct fuzz *f)
{
	pid_t pid = fuzz_world.child[fuzz_below(f, FUZZ_CHILDREN)];

	if (pid <= 1)
		return -ESRCH;
	kill(pid, SIGSTOP);
	usleep(fuzz_below(f, 2000));
	return fuzz_ret(kill(pid, SIGCONT));
}

/* Move the thread to another processor or another priority. */
static long step_schedule(struct fuzz *f)
{
	cpu_set_t set;

	switch (fuzz_below(f, 4)) {
	case 0:
		CPU_ZERO(&set);
		CPU_SET(fuzz_below(f, 4), &set);
		return fuzz_ret(sched_setaffinity(0, sizeof(set), &set));
	case 1:
		memset(&set, 0xff, sizeof(set));
		return fuzz_ret(sched_setaffinity(0, sizeof(set), &set));
	case 2:
		return fuzz_ret(nice(fuzz_chance(f, 2) ? 1 : -1));
	default:
		return fuzz_ret(usleep(fuzz_below(f, 500)));
	}
}

/* Close everything that is open at once, in use or not. */
static long step_close_all(struct fuzz *f)
{
	unsigned int i;

	if (!fuzz_chance(f, 30))
		return 0;
	for (i = 0; i < FUZZ_CHANNELS; i++)
		if (fuzz_world.channel[i].fd >= 0)
			close(fuzz_world.channel[i].fd);
	return 0;
}

static const struct fuzz_step steps[] = {
	{ "fork", 3, step_fork },
	{ "process_vm_readv, _writev", 3, step_process_vm },
	{ "ptrace", 1, step_ptrace },
	{ "/proc", 5, step_proc },
	{ "signal", 8, step_signal },
	{ "kill", 2, step_kill },
	{ "SIGSTOP, SIGCONT", 1, step_stop },
	{ "sched_setaffinity, nice", 2, step_schedule },
	{ "close all", 1, step_close_all },
};

const struct fuzz_steps fuzz_other_steps = { steps, FUZZ_ARRAY(steps) };
