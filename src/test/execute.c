/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one program, with its output caught and its time and space limited, and ends all that it has
 * started. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <dirent.h>

#include "host/host.h"
#include "host/image.h"
#include "mm/uaccess.h"
#include "sandbox/scratch.h"
#include "syscalls/rlimit.h"
#include "task/run.h"
#include "test/worker.h"

#define TRACE_FILE_MAX (256UL << 20) /* bytes of a whole trace */
#define CHECK_EACH     0.25	     /* seconds between looks at the sizes of files */
#define LOOK_EACH      0.02	     /* at what a native run uses */
#define REAP_SECONDS   10.0	     /* what cannot be killed is left alone after that */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- The program ---- */

static char **environment(const struct execute *how)
{
	char **env = NULL;
	char *const *lists[] = {how->opt->env, how->job->test->env};

	for (int i = 0; i < 2; i++)
		for (char *const *p = lists[i]; p && *p; p++) {
			size_t n = strcspn(*p, "=");
			u32 k = 0;

			while (env && env[k] &&
			       (strncmp(env[k], *p, n) != 0 || (env[k][n] != '=' && env[k][n])))
				k++;
			if (env && env[k])
				env[k] = *p;
			else
				list_add(&env, *p);
		}
	list_add(&env, test_printf("TMPDIR=%s", how->dir));
	list_add(&env, test_printf("TEST_TMPDIR=%s", how->dir));
	for (u32 i = 0, k = 0;; i++) { /* a name alone is one that is removed */
		if (!env[i] || strchr(env[i], '='))
			env[k++] = env[i];
		if (!env[i])
			break;
	}
	return env;
}

static int input_of(const struct test *t)
{
	int fd;
	size_t done = 0;

	if (!t->input) {
		int ends[2] = {-1, -1};

		fd = open("/dev/null", O_RDONLY);
		if (fd >= 0 || pipe(ends) < 0)
			return fd;
		close(ends[1]); /* where there is no such device: as empty */
		return ends[0];
	}
	fd = memfd_create("stdin", 0);
	while (fd >= 0 && done < t->input_size) {
		ssize_t n = write(fd, t->input + done, t->input_size - done);

		if (n <= 0)
			fatal("standard input: %s", strerror(errno));
		done += (size_t)n;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

/* As much as the host does for a sandbox by itself, without privileges or changes to what the
 * program sees of its files. */
static void contain_native(const struct worker_options *opt)
{
	if (opt->before) /* the network */
		opt->before();
	if (!opt->sandbox.enabled)
		return;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		fatal("no_new_privs: %s", strerror(errno));
	host(SYS_unshare, CLONE_NEWIPC); /* as for the guest, where that can be had */
}

/* With strace where a trace is wanted. */
static _Noreturn void run_native(const struct execute *how, char **env)
{
	char **argv = NULL;

	rlimit_restore();
	contain_native(how->opt);
	if (how->opt->limits.set)
		limits_native_enter(how->asks);

	if (how->trace) {
		list_add(&argv, (char *)"strace");
		list_add(&argv, (char *)"-f");
		list_add(&argv, (char *)"-o");
		list_add(&argv, (char *)how->trace);
		list_add(&argv, (char *)"--");
	}
	for (char **p = how->job->test->argv; *p; p++)
		list_add(&argv, *p);
	if (how->trace) {
		/* strace itself is found by the caller's PATH and passes its environment on. */
		execvpe("strace", argv, env);
		die(EXIT_FAILURE, "strace: %s", strerror(errno));
	}
	execve(how->job->test->path, argv, env);
	if (errno == ENOEXEC) /* as a shell would: a script without #! never comes here */
		die(126, "%s: Exec format error", how->job->test->path);
	die(126, "%s: %s", how->job->test->path, strerror(errno));
}

static void show(struct sandbox_options *s, const char *path, bool ro)
{
	if (s->nr_binds < SANDBOX_MAX_BINDS)
		s->bind[s->nr_binds++] = (struct sandbox_bind){path, path, ro};
}

/* The options' sandbox, in which the test's directory can be seen, or the program... */
struct sandbox_options sandbox_for(const struct test *t, const struct worker_options *opt)
{
	struct sandbox_options s = opt->sandbox;

	if (t->dir)
		show(&s, t->dir, true);
	else if (s.root) /* the default root shows a program where it lies by itself */
		show(&s, t->path, true);
	return s;
}

/* ... and its scratch directory be written, both under the names that they have outside. */
static const char *enter_sandbox(const struct execute *how)
{
	struct sandbox_options s = sandbox_for(how->job->test, how->opt);

	show(&s, how->dir, false);
	s.work_dir = how->dir;
	s.scratch = how->sandbox_dir;
	return sandbox_enter(&s, how->job->test->path);
}

static _Noreturn void run_emulated(const struct execute *how, char **env, bool *loaded)
{
	const struct test *t = how->job->test;
	struct run_options opt = {
		.path = t->path,
		.name = t->path,
		.argv = t->argv,
		.envp = env,
		.trace = how->ring || how->trace,
		.trace_options = {.fd = -1, .follow = true, .pid_to_file = true},
		.cpu_model = worker_model(how->job, how->opt),
		.vsyscall_int80 = how->job->gate == TG_INT80,
		.loaded = loaded,
	};

	if (how->trace) {
		int fd =
			open(how->trace, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

		if (fd < 0)
			fatal("%s: %s", how->trace, strerror(errno));
		opt.trace_options.fd = host_own_fd(fd);
	} else {
		opt.trace_options.ring = how->ring;
	}
	if (how->limits && how->opt->supervised) {
		limits_count_dir(how->dir);
		limits_count_dir(how->sandbox_dir);
		for (u32 i = 0; i < how->opt->sandbox.nr_binds; i++)
			if (!how->opt->sandbox.bind[i].ro)
				limits_count_dir(how->opt->sandbox.bind[i].src);
	}
	if (how->limits)
		(how->opt->supervised ? limits_enter_supervised : limits_enter)(
			how->limits, &how->opt->limits, copy_from_user);
	if (how->opt->before)
		how->opt->before();
	if (how->opt->sandbox.enabled)
		opt.path = enter_sandbox(how);
	if (how->opt->after)
		how->opt->after();
	cpu_warm_start();
	exit(task_main(&opt));
}

static _Noreturn void child(const struct execute *how, int out, int err, bool *loaded)
{
	struct rlimit core = {0, 0};
	sigset_t none;
	int in = input_of(how->job->test);

	if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		fatal("cannot give a test its descriptors: %s", strerror(errno));
	host_close_others(3, WORKER_FDS);
	setsid(); /* away from the caller's terminal, and a group that can be killed */
	setrlimit(RLIMIT_CORE, &core);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	if (chdir(how->dir) < 0)
		fatal("%s: %s", how->dir, strerror(errno));
	if (how->native)
		run_native(how, environment(how));
	run_emulated(how, environment(how), loaded);
}

/* ---- Its end ---- */

static void account(struct execution *e, const struct rusage *ru)
{
	e->cpu_seconds += (double)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) +
			  (double)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec) / 1e6;
	e->max_rss = MAX(e->max_rss, (u64)ru->ru_maxrss * 1024);
}

/* Kernels without CONFIG_PROC_CHILDREN: all processes are looked at. */
static void kill_children_slowly(void)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;
	long self = getpid();

	while (d && (entry = readdir(d))) {
		char path[300], stat[512], *p;
		int fd, parent;
		ssize_t n;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = fd >= 0 ? read(fd, stat, sizeof(stat) - 1) : -1;
		if (fd >= 0)
			close(fd);
		stat[MAX(n, 0)] = 0;
		p = strrchr(stat, ')');
		if (p && sscanf(p + 1, " %*c %d", &parent) == 1 && parent == self)
			kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
	}
	if (d)
		closedir(d);
}

static void kill_children(void)
{
	char path[64];
	long pid;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "re");
	if (!f) {
		kill_children_slowly();
		return;
	}
	while (fscanf(f, "%ld", &pid) == 1)
		kill((pid_t)pid, SIGKILL);
	fclose(f);
}

/* This process is the reaper of its descendants: those whose parent was killed become its children,
 * and so their turn comes. */
void kill_tree(pid_t main, struct limit_state *state, struct execution *e)
{
	struct timespec pause = {0, 200000};
	double end = now() + REAP_SECONDS;
	bool first = true;
	struct rusage ru;
	int status;

	if (state)
		limits_forbid_forks(state);
	if (main > 0)
		kill(-main, SIGKILL); /* a whole group at once: none of it forks any more */
	for (;;) {
		pid_t pid = wait4(-1, &status, WNOHANG | __WALL, &ru);

		if (pid < 0)
			return;
		if (pid > 0) {
			account(e, &ru);
			if (pid == main)
				e->status = status;
			continue;
		}
		kill_children();
		if (now() > end)
			return;
		if (!first)
			nanosleep(&pause, NULL);
		first = false;
	}
}

/* ---- Watching ---- */

/* False: there is no more to come, or nothing now. */
static bool read_some(int *fd, struct bytes *b)
{
	ssize_t n;

	if (b->room - b->n < 65536) {
		b->room = 2 * b->room + 131072;
		b->p = test_alloc(b->p, b->room);
	}
	n = read(*fd, b->p + b->n, b->room - b->n - 1);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		close(*fd);
		*fd = -1;
		return false;
	}
	b->n += (size_t)n;
	return true;
}

static void hit(struct execution *e, const char *limit, const char *fmt, double value)
{
	e->limit = limit;
	snprintf(e->limit_text, sizeof(e->limit_text), fmt, value);
}

static void look_native(struct execution *e, bool last)
{
	if (!e->limit)
		e->limit = limits_native_look(e->out.n + e->err.n, last, e->limit_text,
					      sizeof(e->limit_text));
}

static void check_limits(const struct execute *how, struct execution *e)
{
	u64 most = how->opt->scratch_limit;
	struct stat st;

	if (e->limit)
		return;
	if (how->limits)
		e->limit = limits_reached(how->limits, &how->opt->limits, true, e->limit_text,
					  sizeof(e->limit_text));
	if (e->limit)
		return;
	if (tree_size(how->dir, most) > most ||
	    (how->sandbox_dir && (!sandbox_prepared() || sandbox_used()) &&
	     tree_size(how->sandbox_dir, most) > most))
		hit(e, "scratch", "%g MiB", (double)most / (1 << 20));
	else if (how->trace && stat(how->trace, &st) == 0 && (u64)st.st_size > TRACE_FILE_MAX)
		hit(e, "trace", "%g MiB", (double)TRACE_FILE_MAX / (1 << 20));
}

/* Until the program has ended, or something has to be done about it. */
static void watch(const struct execute *how, struct execution *e, int pidfd, int *out, int *err)
{
	double timeout = how->job->test->timeout ? how->job->test->timeout : how->opt->timeout;
	double begin = now(), end = begin + timeout, check = begin + CHECK_EACH;
	bool looks = how->native && how->opt->limits.set;

	while (!e->limit && !e->aborted) {
		struct pollfd p[] = {{pidfd, POLLIN, 0},
				     {*out, POLLIN, 0},
				     {*err, POLLIN, 0},
				     {how->control, POLLIN, 0},
				     {looks ? limits_native_fd() : -1, POLLIN, 0}};
		double t = now(), wait = MIN(end, check) - t;

		if (looks)
			wait = MIN(wait, LOOK_EACH);
		if (poll(p, ARRAY_SIZE(p), wait > 0 ? (int)(wait * 1e3) + 1 : 0) < 0 &&
		    errno != EINTR)
			fatal("poll: %s", strerror(errno));
		if (p[1].revents)
			read_some(out, &e->out);
		if (p[2].revents)
			read_some(err, &e->err);
		if (e->out.n + e->err.n > how->opt->output_limit)
			hit(e, "output", "%g MiB", (double)how->opt->output_limit / (1 << 20));
		if (p[0].revents)
			return;
		if (p[3].revents)
			e->aborted = true;
		if (p[4].revents)
			limits_native_event(p[4].revents & POLLIN);
		t = now();
		if (t >= end)
			hit(e, "time", "%g s", timeout);
		if (looks)
			look_native(e, false);
		if (t >= check) {
			check_limits(how, e);
			check = now() + CHECK_EACH;
		}
	}
}

static void drain(const struct worker_options *opt, struct execution *e, int *out, int *err)
{
	int *fds[] = {out, err};
	struct bytes *into[] = {&e->out, &e->err};

	for (int i = 0; i < 2; i++) {
		while (*fds[i] >= 0 && e->out.n + e->err.n <= opt->output_limit)
			if (!read_some(fds[i], into[i]))
				break;
		if (*fds[i] >= 0)
			close(*fds[i]);
		if (!into[i]->p)
			into[i]->p = test_alloc(NULL, 1);
		into[i]->p[into[i]->n] = 0;
	}
	if (!e->limit && e->out.n + e->err.n > opt->output_limit)
		hit(e, "output", "%g MiB", (double)opt->output_limit / (1 << 20));
}

void execute(const struct execute *how, struct execution *e)
{
	static bool *loaded; /* shared with the child */
	int out[2], err[2], pidfd;
	bool looks = how->native && how->opt->limits.set;
	double begin;
	pid_t pid;

	memset(e, 0, sizeof(*e));
	if (!loaded)
		loaded = host_shared(1);
	if (!loaded || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		fatal("cannot catch a test's output: %s", strerror(errno));
	*loaded = how->native;
	if (how->limits)
		limits_renew(how->limits);
	if (looks)
		limits_native_begin(&how->opt->limits, how->dir, how->trace);
	begin = now();
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0)
		child(how, out[1], err[1], loaded);
	if (looks)
		limits_native_forked(pid);
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		fatal("pidfd_open: %s (Linux 5.3 or later is needed)", strerror(errno));
	watch(how, e, pidfd, &out[0], &err[0]);
	e->seconds = now() - begin;
	close(pidfd);
	kill_tree(pid, how->limits, e);
	drain(how->opt, e, &out[0], &err[0]);
	if (!e->limit)
		check_limits(how, e);
	if (looks) {
		look_native(e, true);
		limits_native_end(e->reached, sizeof(e->reached));
		e->asked = limits_native_asked() && !*e->reached;
	}
	if (how->limits)
		limits_reached(how->limits, &how->opt->limits, false, e->reached,
			       sizeof(e->reached));
	e->loaded = *loaded;
}

void execution_free(struct execution *e)
{
	free(e->out.p);
	free(e->err.p);
	memset(e, 0, sizeof(*e));
}
