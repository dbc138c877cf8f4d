/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one command twice, natively and under trapgate, each in a fresh directory of the same name
 * with the same files, environment and standard input, and compares everything that comes out:
 * stdout, stderr, how it ended, and the files left behind.
 *
 *	twice [-t SECONDS] [-i STDIN] [-F FIXTURE] -d DIR -- COMMAND ARGS...
 *
 * DIR receives native.{out,err,status,tree} and trapgate.{...}; the command runs in DIR/work.
 * TRAPGATE names the emulator (absolute path), TEST_PATH is the command's PATH.
 * Ends with 0: alike; 1: different (explained on stdout); 125: could not be tried. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *dir, *input = "/dev/null", *fixture;
static int limit = 30;

static void die(const char *what)
{
	printf("twice: %s: %s\n", what, strerror(errno));
	exit(125);
}

static char *in_dir(const char *who, const char *what)
{
	char *s;

	if (asprintf(&s, "%s/%s%s", dir, who, what) < 0)
		die("asprintf");
	return s;
}

/* Runs a helper such as cp or rm and waits for it. */
static int helper(char *const argv[])
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

static void fresh_work(void)
{
	char *work = in_dir("work", "");

	if (access(work, F_OK) == 0) {
		helper((char *[]){"chmod", "-R", "u+rwX", work, NULL});
		if (helper((char *[]){"rm", "-rf", work, NULL}))
			die(work);
	}
	if (fixture) {
		if (helper((char *[]){"cp", "-a", (char *)fixture, work, NULL}))
			die(fixture);
	} else if (mkdir(work, 0755)) {
		die(work);
	}
	free(work);
}

static void redirect(const char *path, int flags, int fd)
{
	int f = open(path, flags, 0644);

	if (f < 0)
		die(path);
	dup2(f, fd);
	close(f);
}

/* The child's side: a session of its own, no core files, a plain environment. */
static void child(const char *who, char *const argv[])
{
	char *out = in_dir(who, ".out"), *err = in_dir(who, ".err"), *work = in_dir("work", "");
	struct rlimit core = {0, 0};
	char *path = getenv("TEST_PATH");
	char *asan = getenv("ASAN_OPTIONS");

	setsid();
	setrlimit(RLIMIT_CORE, &core);
	redirect(input, O_RDONLY, 0);
	redirect(out, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 1);
	redirect(err, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 2);
	if (chdir(work))
		_exit(125);
	umask(022);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	clearenv();
	setenv("PATH", path ? path : "/nonexistent", 1);
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "UTC", 1);
	setenv("HOME", "/nonexistent", 1);
	setenv("MARK", "a b", 1);
	if (asan)
		setenv("ASAN_OPTIONS", asan, 1);
	for (int sig = 1; sig < 65; sig++)
		signal(sig, SIG_DFL);
	execv(argv[0], argv);
	fprintf(stderr, "twice: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Writes how the process ended; waits at most `limit` seconds. */
static void supervise(pid_t pid, FILE *to)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	int status;

	if (pidfd >= 0 && poll(&p, 1, limit * 1000) == 0) {
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		fprintf(to, "timeout after %d s\n", limit);
	} else {
		waitpid(pid, &status, 0);
		if (WIFSIGNALED(status))
			fprintf(to, "signal %d\n", WTERMSIG(status));
		else
			fprintf(to, "exit %d\n", WEXITSTATUS(status));
	}
	kill(-pid, SIGKILL);
	close(pidfd);
}

static uint64_t content(const char *path)
{
	uint64_t h = 0xcbf29ce484222325;
	FILE *f = fopen(path, "r");
	int c;

	if (!f)
		return 0;
	while ((c = getc(f)) != EOF)
		h = (h ^ (uint8_t)c) * 0x100000001b3;
	fclose(f);
	return h;
}

static void tree(FILE *to, const char *path, size_t skip)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *name = list[i]->d_name, *full, link[4096] = "";
		struct stat st;

		if (!strcmp(name, ".") || !strcmp(name, "..") ||
		    asprintf(&full, "%s/%s", path, name) < 0)
			continue;
		if (lstat(full, &st) == 0) {
			fprintf(to, "%06o %s", st.st_mode, full + skip);
			if (S_ISREG(st.st_mode))
				fprintf(to, " %lld %016llx links %d", (long long)st.st_size,
					(unsigned long long)content(full), (int)st.st_nlink);
			if (S_ISLNK(st.st_mode) && readlink(full, link, sizeof(link) - 1) > 0)
				fprintf(to, " -> %s", link);
			fprintf(to, "\n");
			if (S_ISDIR(st.st_mode))
				tree(to, full, skip);
		}
		free(full);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void run(const char *who, char *const argv[])
{
	char *status = in_dir(who, ".status"), *files = in_dir(who, ".tree");
	char *work = in_dir("work", "");
	FILE *f = fopen(status, "w"), *t;
	pid_t pid;

	if (!f)
		die(status);
	fresh_work();
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		child(who, argv);
	supervise(pid, f);
	fclose(f);
	t = fopen(files, "w");
	if (!t)
		die(files);
	tree(t, work, strlen(work) + 1);
	fclose(t);
	free(status);
	free(files);
	free(work);
}

static int same(const char *a, const char *b)
{
	FILE *x = fopen(a, "r"), *y = fopen(b, "r");
	int c, d;

	if (!x || !y)
		die(a);
	do {
		c = getc(x);
		d = getc(y);
	} while (c == d && c != EOF);
	fclose(x);
	fclose(y);
	return c == d;
}

static int compare(const char *what)
{
	char *a = in_dir("native", what), *b = in_dir("trapgate", what), *cmd;

	if (same(a, b))
		return 0;
	printf("  %s differs:\n", what + 1);
	fflush(stdout);
	if (asprintf(&cmd,
		     "diff -a -U1 '%s' '%s' | tail -n +3 | cut -c1-160 | head -n 8 |"
		     " sed 's/^/    /'",
		     a, b) < 0 ||
	    system(cmd) < 0)
		die("diff");
	return 1;
}

int main(int argc, char **argv)
{
	char *trapgate = getenv("TRAPGATE"), *slowness = getenv("TEST_SLOWNESS");
	char **guest;
	int opt, bad;

	while ((opt = getopt(argc, argv, "+t:i:F:d:")) != -1) {
		switch (opt) {
		case 't':
			limit = atoi(optarg);
			break;
		case 'i':
			input = optarg;
			break;
		case 'F':
			fixture = optarg;
			break;
		case 'd':
			dir = optarg;
			break;
		default:
			return 125;
		}
	}
	argv += optind;
	argc -= optind;
	if (slowness)
		limit *= atoi(slowness);
	if (!dir || argc < 1 || !trapgate) {
		printf("usage: TRAPGATE=PATH twice [-t S] [-i STDIN] [-F FIXTURE] -d DIR -- CMD\n");
		return 125;
	}
	/* The host's kind of CPU: vendors differ in what SYSENTER and SYSCALL do. */
	guest = calloc((size_t)argc + 5, sizeof(*guest));
	guest[0] = trapgate;
	guest[1] = "run";
	guest[2] = "--cpu";
	guest[3] = "host";
	memcpy(guest + 4, argv, (size_t)argc * sizeof(*argv));
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	run("native", argv);
	run("trapgate", guest);
	bad = compare(".status") | compare(".out") | compare(".err") | compare(".tree");
	if (!bad)
		helper((char *[]){"rm", "-rf", (char *)dir, NULL});
	free(guest);
	return bad;
}
