// SPDX-License-Identifier: GPL-2.0-only
/*
 * terminal none|KEYS|-SIGNAL COMMAND [ARGUMENT]...: runs a command on a terminal of
 * its own with 20 rows, and $COLUMNS columns or 100. Once the command asks for a key
 * ("q quit"), types KEYS or sends the signal of that number. Prints the output on
 * the terminal, and fails if the command does not restore the terminal. The status
 * is that of the command, or 128 and the signal that ended it.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

static char seen[1 << 20];
static size_t length;

/* Type the keys; a pause tells a single escape from the start of a sequence. */
static void type(const char *keys, int terminal)
{
	for (; *keys; keys++) {
		if (write(terminal, keys, 1) != 1)
			err(1, "write");
		if (*keys == '\033' && keys[1] != '[' && keys[1] != 'O')
			usleep(300000);
	}
}

static void act(const char *action, int terminal, pid_t pid)
{
	if (*action == '-')
		kill(pid, atoi(action + 1));
	else
		type(action, terminal);
}

/* Read all output that is there. */
static void take(int terminal)
{
	ssize_t got;

	while ((got = read(terminal, seen + length,
			   sizeof(seen) - 1 - length)) > 0)
		length += (size_t)got;
}

/*
 * Take the output until the command ends, and return its status. The other side of the
 * terminal stays open here: the kernel may lose output if the last process closes it
 * while it is being read.
 */
static int follow(const char *action, int terminal, pid_t pid)
{
	struct pollfd poll_fd = { .fd = terminal, .events = POLLIN };
	bool acted = !strcmp(action, "none"), ended;
	int status;

	fcntl(terminal, F_SETFL, O_NONBLOCK);
	do {
		poll(&poll_fd, 1, 10);
		ended = waitpid(pid, &status, WNOHANG) == pid;
		take(terminal);
		if (acted || !strstr(seen, "q quit"))
			continue;
		acted = true;
		act(action, terminal, pid);
	} while (!ended);
	if (!acted)
		warnx("the command did not ask for a key");
	return status;
}

int main(int argc, char **argv)
{
	struct winsize size = { .ws_row = 20, .ws_col = 100 };
	const char *columns = getenv("COLUMNS");
	struct termios before, after;
	int terminal, side, status;
	pid_t pid;

	if (argc < 3)
		errx(1, "usage: terminal none|KEYS|-SIGNAL COMMAND...");
	if (columns)
		size.ws_col = (unsigned short)atoi(columns);
	if (openpty(&terminal, &side, NULL, NULL, &size))
		err(1, "openpty");
	tcgetattr(side, &before);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		close(terminal);
		if (login_tty(side))
			err(1, "login_tty");
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	status = follow(argv[1], terminal, pid);
	tcgetattr(terminal, &after);
	fwrite(seen, 1, length, stdout);
	if (before.c_lflag != after.c_lflag)
		errx(1, "the terminal was not restored");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}
