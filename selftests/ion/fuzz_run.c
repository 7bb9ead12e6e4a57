// SPDX-License-Identifier: GPL-2.0-only
/*
 * The supervisor of the fuzzer: it keeps the workers running, kills them, and
 * checks that they end when they are killed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fuzz.h"
#include "long_test.h"

#define MS 1000000ULL

/* The defaults of the module. */
#define MAX_CHANNELS 1024
#define MAX_BYTES    (256UL << 20)

/* Enough time for all steps of a worker, unless all of its threads sleep. */
#define LIFE_MS 10000

struct fuzz_shared *fuzz_shared;

/**
 * struct worker - a worker, for the supervisor
 * @pid: 0: none
 * @kill_steps: it is killed after this many steps
 * @kill_at: or at this time, if it sleeps
 * @killed_at: when it was killed; 0: not yet
 * @seed: its seed
 */
struct worker {
	pid_t pid;
	__u64 kill_steps;
	__u64 kill_at;
	__u64 killed_at;
	__u64 seed;
};

static struct worker workers[FUZZ_WORKERS];
static struct fuzz chance;
static bool failed;

static void copy_text(const char *path)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	printf("# %s:\n%s\n", path, text);
}

/* Print where each thread of a process is that does not end. */
static void show_stuck(pid_t pid)
{
	static const char *const files[] = { "comm", "wchan", "stack",
					     "syscall", "status" };
	char path[280];
	struct dirent *entry;
	unsigned int i;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		for (i = 0; i < FUZZ_ARRAY(files); i++) {
			snprintf(path, sizeof(path), "/proc/%d/task/%.20s/%s",
				 pid, entry->d_name, files[i]);
			copy_text(path);
		}
	}
	if (dir)
		closedir(dir);
	fflush(stdout);
}

/* The processes of a group: those that a worker started are in its own. */
static void show_group(pid_t group)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");

	while (dir && (entry = readdir(dir))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0 && getpgid(pid) == group)
			show_stuck(pid);
	}
	if (dir)
		closedir(dir);
}

static void fail(const char *what, const struct worker *worker)
{
	printf("# %s: worker %d, seed 0x%llx\n", what, worker->pid,
	       (unsigned long long)worker->seed);
	fflush(stdout);
	failed = true;
}

static void spawn(struct worker *worker, unsigned int number)
{
	__u64 life = 20 + fuzz_below(&chance, 4000);
	bool other = fuzz_shared->root && fuzz_chance(&chance, 4);

	worker->seed = fuzz_random(&chance);
	worker->killed_at = 0;
	worker->kill_at = fuzz_now_ns() + LIFE_MS * MS;
	worker->kill_steps = fuzz_below(&chance, 2 * life);
	fuzz_shared->steps[number] = 0;
	worker->pid = fork();
	if (!worker->pid) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fuzz_worker(number, worker->seed, life, other);
		_exit(0);
	}
	if (worker->pid < 0) {
		worker->pid = 0;
		return;
	}
	setpgid(worker->pid, worker->pid);
	fuzz_shared->pid[number] = worker->pid;
}

/* A fault that could not be resolved for want of memory is a signal, too. */
static bool died_well(int status)
{
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (!signal)
		return !WEXITSTATUS(status);
	if (signal == SIGKILL)
		return true;
	return fuzz_options.faults && (signal == SIGSEGV || signal == SIGBUS);
}

static void gone(pid_t pid, int status)
{
	unsigned int i;

	for (i = 0; i < FUZZ_WORKERS; i++) {
		struct worker *worker = &workers[i];

		if (worker->pid != pid)
			continue;
		if (!died_well(status)) {
			printf("# status 0x%x\n", status);
			fail("a worker died", worker);
		}
		/* Its children are killed with it. */
		kill(-pid, SIGKILL);
		fuzz_shared->pid[i] = 0;
		worker->pid = 0;
	}
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		gone(pid, status);
}

static void tend(struct worker *worker, __u64 steps)
{
	__u64 now = fuzz_now_ns();

	if (!worker->pid)
		return;
	if (!worker->killed_at &&
	    (now > worker->kill_at || steps > worker->kill_steps)) {
		worker->killed_at = now;
		kill(-worker->pid, SIGKILL);
		kill(worker->pid, SIGKILL);
	}
	if (worker->killed_at &&
	    now > worker->killed_at + long_test.options.stuck_s * 1000 * MS) {
		fail("does not end although it was killed", worker);
		show_group(worker->pid);
	}
}

/* Stop at the first report, so that the log ends where it began. */
static void read_log(void)
{
	static __u64 next;

	if (fuzz_now_ns() < next)
		return;
	next = fuzz_now_ns() + 500 * MS;
	if (!fuzz_end_log())
		failed = true;
}

/* The limits of the module, which root may change at any time. */
static void turn(const char *name, unsigned long value)
{
	char path[80], text[24];
	int fd;

	snprintf(path, sizeof(path), "/sys/module/ion/parameters/%s", name);
	snprintf(text, sizeof(text), "%lu", value);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		fuzz_broken("%s cannot be written: %d", path, errno);
	close(fd);
}

/* Sometimes little is left, for a moment. */
static void turn_some(void)
{
	static const unsigned long channels[] = { 0, 1, 2, 8 };
	static const unsigned long bytes[] = { 0, 40960, 1 << 18, 1 << 20 };
	static __u64 next;

	if (!fuzz_shared->root || fuzz_now_ns() < next)
		return;
	next = fuzz_now_ns() + fuzz_below(&chance, 2000 * MS);
	turn("max_channels", channels[fuzz_below(&chance, 4)]);
	usleep(fuzz_below(&chance, 5000));
	turn("max_channels", MAX_CHANNELS);
	turn("max_bytes", bytes[fuzz_below(&chance, 4)]);
	usleep(fuzz_below(&chance, 5000));
	turn("max_bytes", MAX_BYTES);
}

static bool all_gone(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		gone(pid, status);
	return pid < 0 && errno == ECHILD;
}

static void kill_all(void)
{
	__u64 until = fuzz_now_ns() + long_test.options.stuck_s * 1000 * MS;
	unsigned int i;

	for (i = 0; i < FUZZ_WORKERS; i++)
		if (workers[i].pid)
			kill(-workers[i].pid, SIGKILL);
	while (!all_gone()) {
		usleep(5000);
		if (fuzz_now_ns() < until)
			continue;
		printf("# a process does not end although it was killed\n");
		for (i = 0; i < FUZZ_WORKERS; i++)
			if (workers[i].pid)
				show_group(workers[i].pid);
		failed = true;
		return;
	}
}

/**
 * fuzz_run() - keep workers running until the time is over or one failed
 *
 * Return: 0, or -1 after a failure, which was printed.
 */
int fuzz_run(void)
{
	__u64 until =
		fuzz_now_ns() + (__u64)(long_test.options.seconds * 1e3) * MS;
	struct fuzz_shared *shared = fuzz_shared;
	unsigned int i;

	chance.random = long_test.options.seed;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (shared->root && chmod("/dev/ion", 0666))
		printf("# chmod: %d\n", errno);
	while (fuzz_now_ns() < until && !failed && !shared->broken[0]) {
		for (i = 0; i < fuzz_options.workers; i++) {
			if (!workers[i].pid)
				spawn(&workers[i], i);
			tend(&workers[i], shared->steps[i]);
		}
		turn_some();
		read_log();
		usleep(4000);
		reap();
	}
	kill_all();
	if (shared->root && chmod("/dev/ion", 0660))
		printf("# chmod: %d\n", errno);
	if (shared->broken[0]) {
		printf("# broken: %s\n", shared->broken);
		failed = true;
	}
	return failed ? -1 : 0;
}
