/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/host.h"

#define NONE	   (~(size_t)0)
#define ANSWER_MAX (64U << 20)
#define TICK_MS	   200
#define DEATHS_MAX 3 /* of workers one after the other without any result */
#define NR_MODELS  2

/* A place for one job at a time, and the workers that do it: one for each CPU model. */
struct slot {
	struct {
		pid_t pid;
		int fd; /* -1: there is none */
	} worker[NR_MODELS];
	int busy; /* the model of the worker that has the job */
	size_t job;
};

struct pool {
	const struct jobs *jobs;
	const struct worker_options *worker;
	const struct pool_options *opt;
	struct slot *slot;
	u32 deaths;
	int signals; /* signalfd */
	bool stop;
};

static void start_worker(struct pool *p, struct slot *s, int model)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		fatal("socketpair: %s", strerror(errno));
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0) {
		close(pair[0]);
		/* Not the others' ends: theirs would not be closed when the runner dies. */
		for (u32 i = 0; i < p->opt->workers; i++)
			for (int m = 0; m < NR_MODELS; m++)
				if (p->slot[i].worker[m].fd >= 0)
					close(p->slot[i].worker[m].fd);
		close(p->signals);
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_DFL);
		signal(SIGPIPE, SIG_DFL);
		worker_main(pair[1], p->jobs, p->worker, (enum cpu_model)model);
	}
	close(pair[1]);
	s->worker[model].pid = pid;
	s->worker[model].fd = pair[0];
}

static void end_worker(struct slot *s, int model)
{
	if (s->worker[model].fd < 0)
		return;
	close(s->worker[model].fd);
	s->worker[model].fd = -1;
	while (waitpid(s->worker[model].pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static bool read_all(int fd, void *to, size_t n)
{
	while (n) {
		ssize_t got = read(fd, to, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to = (char *)to + got;
		n -= (size_t)got;
	}
	return true;
}

static bool read_answer(int fd, struct result *r)
{
	json_t *j = NULL;
	char *text = NULL;
	u32 n;
	bool ok;

	if (read_all(fd, &n, sizeof(n)) && n <= ANSWER_MAX) {
		text = test_alloc(NULL, n + 1UL);
		if (read_all(fd, text, n))
			j = json_loadb(text, n, 0, NULL);
	}
	ok = j && result_from_json(r, j);
	json_decref(j);
	free(text);
	return ok;
}

/* Gives the slot a job. False: its worker is dead. */
static bool give(struct pool *p, u32 number, size_t job)
{
	struct slot *s = &p->slot[number];
	int model = (int)worker_model(&p->jobs->v[job], p->worker);
	u32 word = (u32)job;

	if (s->worker[model].fd < 0)
		start_worker(p, s, model);
	s->busy = model;
	s->job = job;
	p->opt->started(p->opt->arg, number, job);
	return send(s->worker[model].fd, &word, sizeof(word), MSG_NOSIGNAL) == sizeof(word);
}

/* A worker that died has been killed by its test, or has found that it cannot work. What the test
 * left behind has become this process's own children. */
static void lost(struct pool *p, struct slot *s, struct result *r)
{
	const struct job *job = &p->jobs->v[s->job];
	pid_t pid = s->worker[s->busy].pid;
	int status = 0;

	close(s->worker[s->busy].fd);
	s->worker[s->busy].fd = -1;
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (++p->deaths > DEATHS_MAX)
		fatal("the workers that run the tests die one after the other: %s",
		      how_ended(WIFSIGNALED(status),
				WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)));
	memset(r, 0, sizeof(*r));
	r->name = test_printf("%s", job->name);
	r->file = file_of(job);
	r->outcome = FAILED;
	r->reason = test_printf(
		"the process that ran it has %s%s", WIFSIGNALED(status) ? "been " : "",
		how_ended(WIFSIGNALED(status),
			  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)));
}

static void collect(struct pool *p, u32 number)
{
	struct slot *s = &p->slot[number];
	size_t job = s->job;
	struct result r;

	if (read_answer(s->worker[s->busy].fd, &r))
		p->deaths = 0;
	else
		lost(p, s, &r);
	s->job = NONE;
	if (r.outcome == FAILED && p->opt->fail_fast)
		p->stop = true;
	p->opt->finished(p->opt->arg, number, job, &r);
}

/* Waits for what comes next. Returns a signal or 0. */
static int wait_for(struct pool *p)
{
	u32 n = p->opt->workers;
	struct pollfd fd[n + 1];
	struct signalfd_siginfo info;

	fd[n] = (struct pollfd){p->signals, POLLIN, 0};
	for (u32 i = 0; i < n; i++) {
		const struct slot *s = &p->slot[i];

		fd[i] = (struct pollfd){s->job == NONE ? -1 : s->worker[s->busy].fd, POLLIN, 0};
	}
	if (poll(fd, n + 1, TICK_MS) < 0 && errno != EINTR)
		fatal("poll: %s", strerror(errno));
	if (fd[n].revents && read(p->signals, &info, sizeof(info)) == sizeof(info))
		return (int)info.ssi_signo;
	for (u32 i = 0; i < n; i++)
		if (fd[i].revents)
			collect(p, i);
	p->opt->tick(p->opt->arg);
	return 0;
}

int pool_run(const struct jobs *jobs, const struct worker_options *worker,
	     const struct pool_options *opt)
{
	struct pool p = {.jobs = jobs, .worker = worker, .opt = opt};
	size_t next = 0, running = 0;
	sigset_t set, old;
	int sig = 0;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &old);
	p.signals = signalfd(-1, &set, SFD_CLOEXEC);
	p.slot = test_alloc(NULL, opt->workers * sizeof(*p.slot));
	for (u32 i = 0; i < opt->workers; i++)
		p.slot[i] = (struct slot){.worker = {{0, -1}, {0, -1}}, .job = NONE};
	while (!sig && !p.stop) {
		running = 0;
		for (u32 i = 0; i < opt->workers && !p.stop; i++) {
			if (p.slot[i].job == NONE && next < jobs->n && !give(&p, i, next++))
				collect(&p, i);
			running += p.slot[i].job != NONE;
		}
		if (!running && next == jobs->n)
			break;
		if (running)
			sig = wait_for(&p);
	}
	for (u32 i = 0; i < opt->workers; i++) /* closing ends what runs */
		for (int m = 0; m < NR_MODELS; m++)
			end_worker(&p.slot[i], m);
	kill_tree(0, NULL, &(struct execution){0});
	close(p.signals);
	free(p.slot);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return sig;
}
