/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drives a program on a terminal of its own: ptydrive SCRIPT COMMAND...
 *
 * Lines of the script:
 *	> TEXT	types TEXT and the return key
 *	. TEXT	types TEXT alone; ^X is a control character
 *	~ ^X TEXT  types ^X each second until TEXT appears: whoever it is meant for may not have
 *		the terminal yet
 *	? TEXT	waits until TEXT appears in what came since the last match
 *	! TEXT	fails when TEXT has appeared since the last match
 *	w R C	changes the window's size
 *	h	hangs up
 * At the end the program's status is printed; when something does not appear within 20 seconds,
 *what came instead. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 20

static char seen[1 << 20];
static size_t nr_seen, matched;
static int master;

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads what there is, waiting at most ms for it. 0 at the end. */
static int take(int ms)
{
	struct pollfd p = {master, POLLIN, 0};
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return 1;
	n = read(master, seen + nr_seen, sizeof(seen) - nr_seen - 1);
	if (n <= 0)
		return 0;
	nr_seen += (size_t)n;
	seen[nr_seen] = 0;
	return 1;
}

static void fail(const char *what, const char *text)
{
	printf("%s \"%s\"; what came:\n%s\n", what, text, seen + matched);
	exit(1);
}

/* Waits for the text; a control character that is not 0 is typed each second. */
static void expect(const char *text, char control)
{
	long end = now() + SECONDS * 1000, next = 0;
	char *at;
	int more = 1;

	while (!(at = strstr(seen + matched, text))) {
		if (!more || now() >= end)
			fail("missing", text);
		if (control && now() >= next) {
			next = now() + 1000;
			if (write(master, &control, 1) != 1)
				fail("cannot type before", text);
		}
		more = take((int)((control ? next : end) - now()));
	}
	matched = (size_t)(at - seen) + strlen(text);
}

static void type(const char *text, int enter)
{
	for (; *text; text++) {
		char c = *text;

		if (c == '^' && text[1])
			c = (char)(*++text & 0x1f);
		if (write(master, &c, 1) != 1)
			fail("cannot type", text);
	}
	if (enter && write(master, "\n", 1) != 1)
		fail("cannot type", text);
}

static void line(char *l)
{
	char *text = l[0] && l[1] ? l + 2 : l + 1;
	struct winsize size = {0};

	switch (l[0]) {
	case '>':
		type(text, 1);
		break;
	case '.':
		type(text, 0);
		break;
	case '?':
		expect(text, 0);
		break;
	case '~':
		expect(text + 3, (char)(text[1] & 0x1f));
		break;
	case '!':
		take(0);
		if (strstr(seen + matched, text))
			fail("unwanted", text);
		break;
	case 'w':
		sscanf(text, "%hu %hu", &size.ws_row, &size.ws_col);
		ioctl(master, TIOCSWINSZ, &size);
		break;
	case 'h':
		close(master);
		break;
	case '#':
	case 0:
		break;
	default:
		fail("unknown line", l);
	}
}

int main(int argc, char **argv)
{
	char buf[4096];
	int status;
	pid_t pid;
	FILE *f;

	if (argc < 3 || !(f = fopen(argv[1], "re")))
		return 2;
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) || unlockpt(master))
		return 77; /* no terminals here */
	pid = fork();
	if (pid == 0) {
		sigset_t none;
		int tty;

		setsid();
		tty = open(ptsname(master), O_RDWR);
		if (tty < 0 || ioctl(tty, TIOCSCTTY, 0))
			_exit(99);
		dup2(tty, 0), dup2(tty, 1), dup2(tty, 2);
		if (tty > 2)
			close(tty);
		for (int sig = 1; sig < NSIG; sig++)
			signal(sig, SIG_DFL);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execvp(argv[2], argv + 2);
		_exit(98);
	}
	while (fgets(buf, sizeof(buf), f)) {
		buf[strcspn(buf, "\n")] = 0;
		line(buf);
	}
	for (long end = now() + SECONDS * 1000; waitpid(pid, &status, WNOHANG) == 0;) {
		if (now() > end) {
			kill(pid, SIGKILL);
			fail("no end after", "the script");
		}
		take(20);
	}
	if (WIFSIGNALED(status))
		printf("killed by %d\n", WTERMSIG(status));
	else
		printf("exited %d\n", WEXITSTATUS(status));
	return 0;
}
