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

/* Pass on the output until no process has the terminal open. */
static void follow(const char *action, int terminal, pid_t pid)
{
	bool acted = !strcmp(action, "none");
	ssize_t got;

	while ((got = read(terminal, seen + length,
			   sizeof(seen) - 1 - length)) > 0) {
		length += (size_t)got;
		if (acted || !strstr(seen, "q quit"))
			continue;
		acted = true;
		act(action, terminal, pid);
	}
	if (!acted)
		warnx("the command did not ask for a key");
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
	close(side);
	follow(argv[1], terminal, pid);
	waitpid(pid, &status, 0);
	tcgetattr(terminal, &after);
	fwrite(seen, 1, length, stdout);
	if (before.c_lflag != after.c_lflag)
		errx(1, "the terminal was not restored");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}
