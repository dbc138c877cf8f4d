/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracing process: it starts the guest in a process of its own, as strace does, and is there
 * when that is over. Lines are written by the traced processes themselves; what is left for the
 * observer is what they cannot do: tell that SIGKILL ended one, wait for all of them, print the
 * statistics, wait for the command that the output is piped to. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/host.h"
#include "trace/internal.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static int line_fd = -1; /* every traced process holds the writing end: its end is theirs */

#define LOOK_EVERY 100 /* ms */
#define LOOK_SOON  1   /* while a call may begin to wait that --inject interrupts then */

#define WATCHED_MAX 1024
static struct pollfd watched[WATCHED_MAX]; /* [0]: the line */
static int watched_pid[WATCHED_MAX];
static int nr_watched;

static volatile pid_t guest;
static int interruptible;

/* An observer that looks after the output every now and then finds new processes by itself: to be
 * woken by each costs more than all of its lines. */
void trace_observer_tell(void)
{
	if (!topt.observed)
		trace_observer_wake();
}

void trace_observer_wake(void)
{
	int pid = (int)host(SYS_getpid);

	if (line_fd >= 0)
		host(SYS_write, line_fd, HP(&pid), sizeof(pid));
}

/* False: there is no such process any more. */
static bool watch(int pid)
{
	int fd;

	if (nr_watched == WATCHED_MAX)
		return true;
	fd = (int)host(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return fd != -ESRCH;
	watched[nr_watched] = (struct pollfd){fd, POLLIN, 0};
	watched_pid[nr_watched++] = pid;
	return true;
}

static bool is_watched(int pid)
{
	for (int i = 1; i < nr_watched; i++)
		if (watched_pid[i] == pid)
			return true;
	return false;
}

/* Reads what processes told. False: nobody is left to tell anything. */
static bool drain(int fd)
{
	int pids[64];
	ssize_t n;

	while ((n = read(fd, pids, sizeof(pids))) > 0)
		for (size_t i = 0; i < (size_t)n / sizeof(int); i++)
			if (!is_watched(pids[i]))
				watch(pids[i]);
	return n != 0;
}

/* Looks after what the traced processes left: lines, and processes that did not report their end.
 * over: nobody lives. child: it, but for this one, whose parent will see how it ended; or 0. */
static void look_around(bool over, int child)
{
	const struct trace_task *t;
	u32 at = 0;

	out_flush();
	while ((t = out_next_task(&at))) {
		int pid = (int)t->pid;

		if (t->tid != t->pid || pid == child)
			continue;
		if (over || (!is_watched(pid) && !watch(pid)))
			trace_reap_killed(pid);
	}
}

static void forward(int sig, siginfo_t *info, void *context)
{
	(void)context;
	/* the terminal tells everybody itself */
	if (info->si_code <= 0 && guest > 0 && interruptible < 3 && info->si_pid != guest)
		kill(guest, sig);
}

/* A child has ended: that is all, poll() returns. */
static void wake(int sig)
{
	(void)sig;
}

static void quiet_signals(void)
{
	static const int sigs[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM};
	struct sigaction sa = {.sa_sigaction = forward, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct sigaction child = {.sa_handler = wake, .sa_flags = SA_RESTART};

	for (size_t i = 0; i < ARRAY_SIZE(sigs); i++)
		sigaction(sigs[i], &sa, NULL);
	sigaction(SIGCHLD, &child, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	if (interruptible >= 4)
		signal(SIGTSTP, SIG_IGN);
}

/* Reaps what has ended: the program, whose status it is then and true; what it made for its parent
 * (CLONE_PARENT), which is us; whom we were given by the process that became trapgate. */
static bool reap(int *status, pid_t command, bool block)
{
	bool ended = false;
	int st;
	pid_t pid;

	while ((pid = waitpid(block ? guest : -1, &st, block ? 0 : WNOHANG)) > 0) {
		if (pid == guest) {
			ended = true;
			*status = st;
			block = false;
		} else if (pid != command && !topt.follow && !(topt.quiet & TQ_EXIT)) {
			warn("Exit of unknown pid %d ignored", pid);
		}
	}
	return ended;
}

/* Until every traced process is gone. Returns the status of the first. */
static int watch_all(int fd, bool is_parent, pid_t command)
{
	bool done = false, reaped = !is_parent;
	u64 looked = 0;
	int status = 0;

	watched[0] = (struct pollfd){fd, POLLIN, 0};
	nr_watched = 1;
	watch(guest);
	while (!done || !reaped) {
		bool looks = topt.observed || (!reaped && nr_watched == 1);
		bool soon = inject_any && inject_look();

		if (poll(watched, (nfds_t)nr_watched,
			 soon	 ? LOOK_SOON
			 : looks ? LOOK_EVERY
				 : -1) < 0 &&
		    errno != EINTR)
			break;
		if (!done)
			done = !drain(fd);
		if (done || now_ns(CLOCK_MONOTONIC) - looked >= LOOK_EVERY * 1000000ULL) {
			look_around(done, reaped ? 0 : guest);
			looked = now_ns(CLOCK_MONOTONIC);
		}
		if (done)
			watched[0].fd = -1;
		for (int i = 1; i < nr_watched; i++) {
			if (!watched[i].revents)
				continue;
			if (reaped || watched_pid[i] != guest) /* of its child it knows more */
				trace_reap_killed(watched_pid[i]);
			close(watched[i].fd);
			watched[i] = watched[nr_watched - 1];
			watched_pid[i] = watched_pid[nr_watched - 1];
			nr_watched--;
			i--;
		}
		if (reap(&status, command, done && !reaped)) {
			reaped = true;
			if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
				trace_reap_killed(guest);
		}
	}
	return status;
}

/* ---- The output ---- */

static pid_t open_pipe(const char *command, int *fd)
{
	int p[2];
	pid_t pid;

	if (pipe(p) != 0)
		fatal("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0) {
		dup2(p[0], 0);
		close(p[0]);
		close(p[1]);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(p[0]);
	*fd = p[1];
	return pid;
}

static pid_t open_output(struct trace_options *opt)
{
	bool command = opt->file && (*opt->file == '|' || *opt->file == '!');
	pid_t pid = 0;
	int fd;

	if (command && opt->separate)
		fatal("piping the output and -ff are mutually exclusive");
	if (command) {
		pid = open_pipe(opt->file + 1, &fd);
	} else if (opt->file && !opt->separate) {
		fd = open(opt->file,
			  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (opt->append ? 0 : O_TRUNC),
			  0666);
		if (fd < 0)
			fatal("Can't fopen '%s': %s", opt->file, strerror(errno));
	} else {
		fd = dup(STDERR_FILENO);
		if (fd < 0 && errno != EBADF)
			fatal("standard error: %s", strerror(errno));
	}
	opt->fd = fd < 0 ? -1 : host_own_fd(fd);
	return pid;
}

static bool has_color(const struct trace_options *opt)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (opt->color != COLOR_AUTO)
		return opt->color == COLOR_ALWAYS;
	return isatty(opt->fd) && term && strcmp(term, "dumb") != 0 && !(no && *no);
}

/* What was written so far is in the temporary file; from now on it goes where lines go. */
static void write_views(void)
{
	out_flush();
	topt.observed = false;
	out_set_fd(topt.report_fd);
	view_write(&topt, topt.fd);
}

/* Standard input and output are the guest's: who reads or writes their other ends is to learn when
 * the guest closes them. */
static void leave_streams(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; fd >= 0 && i < 2; i++)
		if (fcntl(i, F_GETFD) >= 0)
			dup2(fd, i);
	if (fd > 1)
		close(fd);
}

static _Noreturn void observe(int fd, bool is_parent, pid_t command)
{
	int status;

	quiet_signals();
	leave_streams();
	families_ask();
	fcntl(fd, F_SETFL, O_NONBLOCK);
	status = watch_all(fd, is_parent, command);
	if (topt.perfetto || topt.html)
		write_views();
	if (topt.summary || topt.summary_json)
		stats_print();
	out_flush();
	host_close_own_fd(topt.perfetto || topt.html ? topt.report_fd : topt.fd);
	if (command > 0)
		waitpid(command, NULL, 0);
	host_end_like(is_parent ? status : 0);
}

void trace_observe(struct trace_options *opt)
{
	pid_t command, pid;
	struct sigaction child;
	int line[2];

	out_share();
	families_expect();
	command = open_output(opt);
	opt->color = has_color(opt) && !opt->json ? COLOR_ALWAYS : COLOR_NEVER;
	if (opt->perfetto || opt->html) {
		opt->report_fd = opt->fd;
		opt->fd = host_own_fd(view_open(opt));
		opt->view_start = now_ns(CLOCK_MONOTONIC);
	}
	interruptible = opt->interruptible;
	opt->observed = (opt->file || opt->perfetto || opt->html) && opt->daemonize == DAEMON_NONE;
	stats_begin();
	if (pipe2(line, O_CLOEXEC) != 0)
		fatal("pipe: %s", strerror(errno));
	guest = getpid();
	/* where SIGCHLD is ignored the guest could not be waited for; it inherits what was */
	sigaction(SIGCHLD, NULL, &child);
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if ((pid == 0) == (opt->daemonize == DAEMON_NONE)) { /* the guest's */
		close(line[0]);
		view_abandon();
		sigaction(SIGCHLD, &child, NULL);
		line_fd = host_own_fd(line[1]);
		if (pid > 0)
			waitpid(pid, NULL, 0); /* it goes on as a grandchild */
		return;
	}
	close(line[1]);
	if (opt->daemonize != DAEMON_NONE) {
		if (fork() != 0)
			_exit(0);
		if (opt->daemonize == DAEMON_PGROUP)
			setpgid(0, 0);
		else if (opt->daemonize == DAEMON_SESSION)
			setsid();
	} else {
		guest = pid;
	}
	trace_take_options(opt);
	out_set_fd(opt->fd);
	observe(line[0], opt->daemonize == DAEMON_NONE, command);
}
