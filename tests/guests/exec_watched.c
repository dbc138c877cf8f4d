/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What watchers of a program see when it is executed: one opening, reading, one closing. */
#include "guest.h"
#include <limits.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>

#define PROGRAM "watched"

static void copy_self(void)
{
	static char buf[65536];
	int from = open("/proc/self/exe", O_RDONLY),
	    to = open(PROGRAM, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			exit(1);
	close(from);
	close(to);
}

static void run(const char *what)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execl("./" PROGRAM, PROGRAM, "child", NULL);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	show_status(what, status);
}

static void seen(int fd)
{
	_Alignas(struct inotify_event) char buf[4096];
	const struct inotify_event *e;
	ssize_t n = read(fd, buf, sizeof(buf));

	for (char *p = buf; p < buf + n; p += sizeof(*e) + e->len) {
		e = (const void *)p;
		printf(" %x", e->mask);
	}
	putchar('\n');
}

/* All that has happened to it together. */
static void marked(int fd)
{
	_Alignas(struct fanotify_event_metadata) char buf[4096];
	struct fanotify_event_metadata *e = (void *)buf;
	ssize_t n = read(fd, buf, sizeof(buf));
	unsigned long long mask = 0;

	for (; FAN_EVENT_OK(e, n); e = FAN_EVENT_NEXT(e, n)) {
		mask |= e->mask;
		close(e->fd);
	}
	printf("%llx\n", mask);
}

int main(int argc, char **argv)
{
	int in, fan, w;

	(void)argv;
	if (argc > 1)
		return 3;
	copy_self();
	in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	inotify_add_watch(in, PROGRAM, IN_ALL_EVENTS);
	run("executed");
	seen(in);
	chmod(PROGRAM, 0600);
	run("not executable");
	seen(in);
	chmod(PROGRAM, 0755);
	w = open(PROGRAM, O_WRONLY);
	seen(in);
	run("being written");
	seen(in);
	close(w);
	close(in);
	fan = fanotify_init(FAN_NONBLOCK | FAN_CLOEXEC, O_RDONLY);
	if (fan < 0) { /* not root */
		printf("fanotify_init: %s\n", strerror(errno));
		return 0;
	}
	SHOW(fanotify_mark(fan, FAN_MARK_ADD, FAN_OPEN | FAN_OPEN_EXEC | FAN_CLOSE_NOWRITE,
			   AT_FDCWD, PROGRAM));
	run("marked");
	marked(fan);
	unlink(PROGRAM);
	return 0;
}
