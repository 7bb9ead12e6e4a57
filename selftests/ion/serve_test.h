/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of a lent thread against the scheduler and the limits share:
 * processors, and states of other tasks.
 */
#ifndef _ION_SERVE_TEST_H
#define _ION_SERVE_TEST_H

#include <sched.h>
#include <sys/prctl.h>

#include "ion_live.h"

ION_HELPER int run_on_cpu(pid_t tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(tid, sizeof(set), &set) ? -errno : 0;
}

/* R, S, D, ... of a process or thread of the system; '-' if there is none. */
ION_HELPER char process_state(pid_t pid)
{
	char path[64], text[512], *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (ion_read_text(path, text, sizeof(text)) < 0)
		return '-';
	state = strrchr(text, ')');
	return state ? state[2] : '-';
}

/* Whether the child ended by then; its verdict as ion_wait_child() has it. */
ION_HELPER bool child_ends(pid_t pid, __u64 until, int *verdict)
{
	siginfo_t info;

	do {
		info.si_pid = 0;
		if (waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT))
			return false;
		if (info.si_pid == pid) {
			*verdict = ion_wait_child(pid);
			return true;
		}
		sleep_ns(MS / 5);
	} while (now_ns() < until);
	return false;
}

#endif /* _ION_SERVE_TEST_H */
