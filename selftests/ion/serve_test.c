// SPDX-License-Identifier: GPL-2.0-only
/* Processors, and the ends of children. */
#include "serve_test.h"

int run_on_cpu(pid_t tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(tid, sizeof(set), &set) ? -errno : 0;
}

/*
 * Return whether the child ends before @until; @verdict is that of
 * ion_wait_child().
 */
bool child_ends(pid_t pid, __u64 until, int *verdict)
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
