/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What others see of a task: its list of robust futexes, and a leader that has exited while threads
 * of its process go on. */
#include "guest.h"
#include <pthread.h>

static struct robust_head {
	void *next;
	long offset;
	void *pending;
} own_head;
static void *thread_head;
static volatile int thread_id, quit;
static char elsewhere;

static void ask(const char *whose, int tid, void *expected)
{
	void *head = &elsewhere;
	unsigned long len = 1;
	long ret = syscall(SYS_get_robust_list, tid, &head, &len);

	printf("robust list of %s: %ld %s, %lu bytes, %s\n", whose, ret, ret ? strerror(errno) : "",
	       len,
	       head == expected	    ? "as expected"
	       : head == &elsewhere ? "untouched"
				    : "another");
}

static void *with_list(void *arg)
{
	unsigned long len;

	syscall(SYS_get_robust_list, 0, &thread_head, &len);
	thread_id = (int)syscall(SYS_gettid);
	while (!quit)
		usleep(1000);
	return arg;
}

static void lists_of_a_child(void)
{
	int ready[2];
	char c;
	pid_t pid;

	if (pipe(ready))
		return;
	pid = fork();
	if (!pid) {
		own_head.next = &own_head;
		syscall(SYS_set_robust_list, &own_head, sizeof(own_head));
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	if (read(ready[0], &c, 1) != 1)
		return;
	ask("a child", pid, &own_head);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ask("a process that has gone", pid, NULL);
}

static void lists(void)
{
	pthread_t t;
	pid_t pid;

	pthread_create(&t, NULL, with_list, NULL);
	while (!thread_id)
		usleep(1000);
	ask("a thread", thread_id, thread_head);
	ask("nobody", -1, NULL);
	lists_of_a_child();
	fflush(stdout);
	pid = fork();
	if (!pid) {
		ask("the parent's thread", thread_id, thread_head);
		if (!setuid(65534)) /* else it may ask as before */
			ask("the parent, as another user", getppid(), NULL);
		exit(0);
	}
	waitpid(pid, NULL, 0);
	quit = 1;
	pthread_join(t, NULL);
}

/* ---- The leader ---- */

static void show(const char *name)
{
	char path[64], text[4096], *s;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", getpid(), name);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	s = strstr(text, "State:");
	if (s)
		printf("%s: %.10s, with sizes: %d\n", name, s, strstr(text, "VmSize") != NULL);
	else if (!strcmp(name, "stat"))
		printf("stat: %.1s\n", strrchr(text, ')') + 2);
	else
		printf("%s: %zd %s", name, n, n > 0 ? text : "\n");
}

static void show_link(const char *name)
{
	char path[64], target[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	printf("%s:", name);
	printf(" readlink %d", readlink(path, target, sizeof(target)) < 0 ? errno : 0);
	printf(", stat %d", stat(path, &st) ? errno : 0);
	printf(", open %d", open(path, O_PATH) < 0 ? errno : 0);
	printf(", execve %d\n", execl(path, path, NULL) ? errno : 0);
}

static void show_open(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	printf("open %s: %d\n", name, open(path, O_RDONLY) < 0 ? errno : 0);
}

static void *left_behind(void *arg)
{
	char text[64], *s;
	ssize_t n;
	int fd;

	do { /* until the leader has gone */
		usleep(1000);
		snprintf(text, sizeof(text), "/proc/%d/stat", getpid());
		fd = open(text, O_RDONLY);
		n = read(fd, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = 0;
		close(fd);
		s = strrchr(text, ')');
	} while (!s || s[2] != 'Z');
	show("stat");
	show("status");
	show("statm");
	show("cmdline");
	show("maps");
	show("wchan");
	show_open("environ");
	show_open("auxv");
	show_open("mem");
	show_open("pagemap");
	show_open("smaps_rollup");
	show_link("exe");
	show_link("cwd");
	show_link("root");
	printf("signal 0: %ld\n", syscall(SYS_tgkill, getpid(), getpid(), 0));
	exit(7);
	return arg;
}

static void zombie_leader(void)
{
	pthread_t t;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(30);
		pthread_create(&t, NULL, left_behind, NULL);
		syscall(SYS_exit, 3);
	}
	waitpid(pid, &status, 0);
	printf("status %x\n", status);
}

int main(void)
{
	lists();
	zombie_leader();
	return 0;
}
