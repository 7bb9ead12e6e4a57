// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses the whole terminal.
 *
 * Signals are blocked except while screen_wait() waits, so that the terminal is
 * never restored in the middle of a write.
 */
#include "screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "out.h"

#define ENTER	   "\033[?1049h\033[?25l" /* another page, no cursor */
#define LEAVE	   "\033[?25h\033[?1049l"
#define HOME	   "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_REST "\033[J"

/* How long the rest of a sequence may follow an escape, also over a network. */
#define SEQUENCE_MS 50

static const int signals[] = { SIGINT,	SIGTERM, SIGHUP,  SIGQUIT,
			       SIGTSTP, SIGCONT, SIGWINCH };

static bool taken, has_keys;
static struct termios before;
static sigset_t unblocked;
static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	/* SIGWINCH and SIGCONT must not replace a signal that ends the program. */
	if ((number != SIGWINCH && number != SIGCONT) || !caught)
		caught = number;
}

static void take(void)
{
	struct termios raw;

	if (has_keys) {
		raw = before;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		raw.c_cc[VMIN] = 0;
		raw.c_cc[VTIME] = 0;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	}
	fputs(ENTER, stdout);
	fflush(stdout);
	taken = true;
}

void screen_end(void)
{
	if (!taken)
		return;
	taken = false;
	fputs(LEAVE, stdout);
	fflush(stdout);
	if (has_keys)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
}

int screen_begin(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;
	size_t i;

	if (!isatty(STDOUT_FILENO))
		return fail("stdout is not a terminal: use %s",
			    "ionctl stats --watch");
	sigemptyset(&blocked);
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&blocked, signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, &unblocked);
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct sigaction old;

		/* Keep signals ignored by nohup or a shell without job control. */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	has_keys = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &before);
	atexit(screen_end);
	take();
	return EXIT_OK;
}

/* Restore the terminal, then do what the signal does by default. */
static void obey(int number)
{
	struct sigaction was, action = { .sa_handler = SIG_DFL };
	sigset_t only;

	screen_end();
	sigaction(number, &action, &was);
	raise(number);
	sigemptyset(&only);
	sigaddset(&only, number);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	/* The program was stopped and continues here. */
	sigprocmask(SIG_BLOCK, &only, NULL);
	sigaction(number, &was, NULL);
	take();
}

/* ---- output ------------------------------------------------------------ */

/* Print a line, cut to the width. Colours take no columns. */
static const char *show_line(const char *text, int columns)
{
	int column = 0;

	while (*text && *text != '\n') {
		size_t length = 1;

		if (*text == '\033')
			length = strcspn(text, "m\n") + 1;
		else if (column++ >= columns)
			length = 0;
		fwrite(text, 1, length, stdout);
		text += length ? length : 1;
	}
	fputs(CLEAR_LINE, stdout);
	return *text ? text + 1 : text;
}

void screen_size(size_t *columns, size_t *rows)
{
	struct winsize size = { 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*rows = size.ws_row ? size.ws_row : 24;
	*columns = size.ws_col ? size.ws_col : 80;
}

void screen_show(const char *text)
{
	size_t rows, columns, row;

	screen_size(&columns, &rows);
	fputs(HOME, stdout);
	for (row = 0; row < rows && *text; row++) {
		if (row)
			fputs("\r\n", stdout);
		text = show_line(text, (int)columns);
	}
	if (row < rows)
		fputs("\r\n" CLEAR_REST, stdout);
	fflush(stdout);
}

/* ---- input ------------------------------------------------------------- */

uint64_t screen_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* The sequences that terminals send after an escape for special keys. */
static const struct {
	const char *sequence;
	int key;
} sequences[] = {
	{ "[A", SCREEN_UP },	   { "OA", SCREEN_UP },
	{ "[B", SCREEN_DOWN },	   { "OB", SCREEN_DOWN },
	{ "[5~", SCREEN_PAGE_UP }, { "[6~", SCREEN_PAGE_DOWN },
	{ "[H", SCREEN_HOME },	   { "OH", SCREEN_HOME },
	{ "[1~", SCREEN_HOME },	   { "[7~", SCREEN_HOME },
	{ "[F", SCREEN_END },	   { "OF", SCREEN_END },
	{ "[4~", SCREEN_END },	   { "[8~", SCREEN_END },
};

/* Read the next byte of a sequence, which comes at once; 0 if there is none. */
static char next_byte(void)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;

	if (poll(&keys, 1, SEQUENCE_MS) <= 0 ||
	    read(STDIN_FILENO, &byte, 1) != 1)
		return '\0';
	return byte;
}

/* Read the sequence after an escape, to its end, and return its key. */
static int read_sequence(void)
{
	char sequence[16] = "";
	size_t length = 0, i;
	char byte;

	while (length + 1 < sizeof(sequence)) {
		byte = next_byte();
		if (!byte)
			break;
		sequence[length++] = byte;
		if (length > 1 && byte >= '@' && byte <= '~')
			break;
	}
	if (!length)
		return SCREEN_ESCAPE;
	for (i = 0; i < sizeof(sequences) / sizeof(*sequences); i++)
		if (!strcmp(sequences[i].sequence, sequence))
			return sequences[i].key;
	return SCREEN_OTHER;
}

/* Read a key; return SCREEN_TIME if there is none. */
static int read_key(short events)
{
	unsigned char key;
	ssize_t got = read(STDIN_FILENO, &key, 1);

	if (got == 1)
		return key == '\033' ? read_sequence() : key;
	if (events & (POLLHUP | POLLERR)) {
		screen_end();
		exit(EXIT_FAILED);
	}
	return SCREEN_TIME;
}

int screen_wait(uint64_t until_ns)
{
	struct pollfd keys = { .fd = has_keys ? STDIN_FILENO : -1,
			       .events = POLLIN };
	uint64_t now = screen_now();
	uint64_t left = until_ns > now ? until_ns - now : 0;
	struct timespec ts = { .tv_sec = (time_t)(left / 1000000000),
			       .tv_nsec = (long)(left % 1000000000) };
	int ready;

	caught = 0;
	ready = ppoll(&keys, 1, &ts, &unblocked);
	if (caught) {
		/* Another program may have used the terminal meanwhile. */
		if (caught == SIGCONT)
			take();
		else if (caught != SIGWINCH)
			obey(caught);
		return SCREEN_AGAIN;
	}
	return ready > 0 ? read_key(keys.revents) : SCREEN_TIME;
}
