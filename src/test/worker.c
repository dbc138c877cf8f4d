/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test/worker.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "host/image.h"
#include "sandbox/harden.h"
#include "syscalls/contain.h"
#include "task/run.h"

#define REPORTED (32UL << 10) /* bytes of an output that reports show */

char *file_of(const struct job *job)
{
	const char *path = job->test->path ? job->test->path : "";
	bool cut;

	return text_clean(path, strlen(path), strlen(path), &cut); /* reports are UTF-8 */
}

enum cpu_model worker_model(const struct job *job, const struct worker_options *opt)
{
	switch (job->gate) {
	case TG_SYSENTER:
		return CPU_MODEL_INTEL;
	case TG_SYSCALL:
		return CPU_MODEL_AMD;
	default:
		return opt->model;
	}
}

/* ---- What is kept ---- */

static void write_file(const char *dir, const char *name, const char *bytes, size_t n)
{
	char *path = test_printf("%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);

	while (fd >= 0 && n) {
		ssize_t done = write(fd, bytes, n);

		if (done <= 0)
			break;
		bytes += done;
		n -= (size_t)done;
	}
	if (fd >= 0)
		close(fd);
	free(path);
}

/* A file name for a test's name: one component, none that is hidden or means a directory. */
static char *component(const char *name)
{
	char *out = test_printf("%s%.200s", *name == '.' ? "_" : "", name);

	for (char *p = out; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-+#[]=", *p))
			*p = *p == '/' ? ':' : '_';
	return out;
}

struct kept {
	const struct execution *run, *native;
	const char *dir, *trace, *native_trace;
};

static void keep(struct result *r, const struct worker_options *opt, const struct kept *k)
{
	char *name = component(r->name), *dir = test_printf("%s/%s", opt->artifacts, name), *to;
	const char *const traces[][2] = {{k->trace, "trace"}, {k->native_trace, "native.trace"}};

	free(name);
	mkdir(opt->artifacts, 0777);
	remove_tree(dir);
	if (mkdir(dir, 0777) < 0) {
		warn("%s: %s: nothing is kept of %s", dir, strerror(errno), r->name);
		free(dir);
		return;
	}
	write_file(dir, "stdout", k->run->out.p, k->run->out.n);
	write_file(dir, "stderr", k->run->err.p, k->run->err.n);
	if (r->reason)
		write_file(dir, "reason", r->reason, strlen(r->reason));
	if (k->native) {
		write_file(dir, "native.stdout", k->native->out.p, k->native->out.n);
		write_file(dir, "native.stderr", k->native->err.p, k->native->err.n);
	}
	if (r->trace && !k->trace)
		write_file(dir, "trace", r->trace, strlen(r->trace));
	for (int i = 0; i < 2; i++)
		if (traces[i][0]) {
			to = test_printf("%s/%s", dir, traces[i][1]);
			move_tree(traces[i][0], to);
			free(to);
		}
	if (!directory_empty(k->dir)) {
		to = test_printf("%s/scratch", dir);
		move_tree(k->dir, to);
		free(to);
	}
	r->artifacts = dir;
}

/* ---- The last calls ---- */

static char *last_lines(char *text, size_t n, u32 lines)
{
	size_t at = n;
	bool cut;

	for (u32 seen = 0; at; at--)
		if (text[at - 1] == '\n' && at != n && ++seen == lines)
			break;
	return text_clean(text + at, n - at, 4 * REPORTED, &cut);
}

static char *of_ring(const struct trace_ring *ring, u32 lines)
{
	u64 end = ring->end, begin = end > TRACE_RING_SIZE ? end - TRACE_RING_SIZE : 0;
	size_t n = (size_t)(end - begin);
	char *text = test_alloc(NULL, n + 1), *out;

	for (size_t i = 0; i < n; i++)
		text[i] = ring->text[(begin + i) % TRACE_RING_SIZE];
	out = last_lines(text, n, lines);
	free(text);
	return out;
}

static char *of_file(const char *name, u32 lines)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0, from = MAX(size - TRACE_RING_SIZE, 0);
	char *text = test_alloc(NULL, TRACE_RING_SIZE + 1), *out;
	ssize_t n = fd >= 0 ? pread(fd, text, TRACE_RING_SIZE, from) : 0;

	out = last_lines(text, (size_t)MAX(n, 0), lines);
	if (fd >= 0)
		close(fd);
	free(text);
	return out;
}

/* ---- One job ---- */

static struct trace_ring *ring;
static struct limit_state *counters;

/* ---- What sandboxes have in common ---- */

static struct {
	char *scratch;	 /* the directory of their files */
	const char *dir; /* the directory of tests that they show */
} ready;

static void discard_sandbox(void)
{
	if (sandbox_prepared())
		sandbox_discard();
	if (ready.scratch)
		remove_tree(ready.scratch);
}

/* What cannot be shown is for the test's own process to complain of. */
static bool all_there(const struct sandbox_options *s)
{
	bool there = !s->keep && (!s->root || access(s->root, F_OK) == 0);

	for (u32 i = 0; i < s->nr_binds; i++)
		there &= access(s->bind[i].src, F_OK) == 0;
	return there;
}

/* Most tests write nothing but what lies in their scratch directory: the sandbox of one is that of
 * the next. */
static const char *ready_sandbox(const struct test *t, const struct worker_options *opt)
{
	struct sandbox_options s = sandbox_for(t, opt);

	if (sandbox_prepared() && !sandbox_used() && ready.dir && t->dir &&
	    strcmp(ready.dir, t->dir) == 0)
		return ready.scratch;
	discard_sandbox();
	if (!ready.scratch)
		ready.scratch = test_printf("%s/sandbox.%d", opt->memory, getpid());
	if (mkdir(ready.scratch, 0700) < 0)
		fatal("%s: %s", ready.scratch, strerror(errno));
	s.scratch = ready.scratch;
	ready.dir = t->dir;
	if (ready.dir && all_there(&s))
		sandbox_prepare(&s);
	return ready.scratch;
}

/* ---- Scratch directories ---- */

static pid_t runner;

static _Noreturn void leave(const struct worker_options *opt, const char *base)
{
	discard_sandbox();
	remove_tree(base);
	if (getppid() != runner) { /* it was killed: the last worker is the last of all */
		rmdir(opt->scratch);
		rmdir(opt->memory);
	}
	_exit(0);
}

/* Makes the directory; one that the test before has left as it found it will do. */
static void ready_dir(const char *dir)
{
	static struct stat made;
	struct stat st;

	if (made.st_nlink && lstat(dir, &st) == 0 && st.st_ino == made.st_ino &&
	    st.st_mode == made.st_mode && st.st_uid == made.st_uid && st.st_gid == made.st_gid &&
	    st.st_ctim.tv_sec == made.st_ctim.tv_sec &&
	    st.st_ctim.tv_nsec == made.st_ctim.tv_nsec && directory_empty(dir))
		return;
	if (!remove_tree(dir) || mkdir(dir, 0700) < 0 || lstat(dir, &made) < 0)
		fatal("%s: cannot be made anew: %s", dir, strerror(errno));
}

/* Once more, for the filter that asks before each fork can be seen and be in the way, and a signal
 * may interrupt it: without one, since there were never too many processes. What trapgate's run has
 * left is kept. */
static void run_native_again(const struct execute *like, const char *trace,
			     struct execution *native)
{
	struct execute how = *like;
	char *aside = test_printf("%s.kept", how.dir);

	how.native = true;
	how.asks = false;
	how.trace = trace;
	execution_free(native);
	if (!remove_tree(aside) || rename(how.dir, aside) < 0)
		fatal("%s: %s", aside, strerror(errno));
	ready_dir(how.dir);
	execute(&how, native);
	if (!remove_tree(how.dir) || rename(aside, how.dir) < 0)
		fatal("%s: %s", how.dir, strerror(errno));
	free(aside);
}

static void run_job(const struct job *job, const struct worker_options *opt, int control,
		    const char *base, struct result *r)
{
	bool oracle = opt->oracle != ORACLE_NONE;
	char *dir = test_printf("%s/work", base), *trace = NULL, *native_trace = NULL;
	struct execution e, native;
	struct execute how = {.job = job, .opt = opt, .dir = dir, .control = control};

	if (job->test->syscalls || opt->oracle == ORACLE_TRACE)
		trace = test_printf("%s/trace", base);
	if (opt->oracle == ORACLE_TRACE)
		native_trace = test_printf("%s/native", base);
	ready_dir(dir);
	if (oracle) { /* in the same directory, made anew for each */
		how.native = how.asks = true;
		how.trace = native_trace;
		execute(&how, &native);
		ready_dir(dir);
	}
	how.native = false;
	how.trace = trace;
	if (opt->sandbox.enabled)
		how.sandbox_dir = ready_sandbox(job->test, opt);
	if (opt->limits.set) {
		if (!counters)
			counters = limits_share();
		how.limits = counters;
	}
	if (!trace && opt->trace_lines) {
		ring->end = 0;
		how.ring = ring;
	}
	execute(&how, &e);
	if (e.aborted)
		goto out;
	cpu_warm_learn(false);
	if (judge(r, job, opt, &e, oracle ? &native : NULL, trace, native_trace) && native.asked &&
	    !e.limit) {
		run_native_again(&how, native_trace, &native);
		e.aborted = native.aborted;
		if (e.aborted)
			goto out;
		free(r->reason);
		free(r->limit);
		r->reason = r->limit = NULL;
		judge(r, job, opt, &e, &native, trace, native_trace);
	}
	if (r->outcome == FAILED || opt->keep) {
		r->out.text = text_clean(e.out.p, e.out.n, REPORTED, &r->out.cut);
		r->err.text = text_clean(e.err.p, e.err.n, REPORTED, &r->err.cut);
		if (opt->trace_lines)
			r->trace = trace ? of_file(trace, opt->trace_lines)
					 : of_ring(ring, opt->trace_lines);
	}
	r->out.bytes = e.out.n;
	r->err.bytes = e.err.n;
	if (opt->artifacts && (r->outcome == FAILED || opt->keep))
		keep(r, opt, &(struct kept){&e, oracle ? &native : NULL, dir, trace, native_trace});
out:
	if (how.sandbox_dir && (!sandbox_prepared() || sandbox_used()))
		discard_sandbox();
	if (trace)
		unlink(trace);
	if (native_trace)
		unlink(native_trace);
	execution_free(&e);
	if (oracle)
		execution_free(&native);
	free(dir);
	free(trace);
	free(native_trace);
	if (e.aborted) {
		leave(opt, base);
	}
}

static bool transfer(int fd, void *p, size_t n, bool out)
{
	while (n) {
		ssize_t done = out ? send(fd, p, n, MSG_NOSIGNAL) : read(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p = (char *)p + done;
		n -= (size_t)done;
	}
	return true;
}

static bool answer(int socket, const struct result *r)
{
	json_t *j = result_to_json(r);
	char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(9));
	u32 n = text ? (u32)strlen(text) : 0;
	bool ok = transfer(socket, &n, sizeof(n), true) && transfer(socket, text, n, true);

	json_decref(j);
	free(text);
	return ok;
}

void worker_main(int socket, const struct jobs *jobs, const struct worker_options *opt,
		 enum cpu_model model)
{
	char *base = test_printf("%s/worker.%d", opt->scratch, getpid());
	u32 number;

	host_close_others(WORKER_FDS, ~0U);
	runner = getppid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setsid(); /* what the terminal sends is for the runner, which then ends us */
	ring = host_shared(sizeof(*ring));
	if (!ring || mkdir(base, 0700) < 0)
		fatal("%s: %s", base, strerror(errno));
	task_prepare(model, false);
	/* Translating what tests report is for a process that is hardened as they are. */
	if (!opt->sandbox.enabled || opt->oracle == ORACLE_NONE)
		cpu_warm_prepare();
	if (opt->sandbox.enabled) {
		contain_prepare();
		harden_prepare();
		/* Native runs execute, and are nobody's sandbox. */
		if (opt->oracle == ORACLE_NONE)
			harden_forker();
	}
	while (transfer(socket, &number, sizeof(number), false)) {
		const struct job *job = &jobs->v[number];
		struct result r = {.name = strdup(job->name), .file = file_of(job)};

		for (char **tag = job->test->tags; tag && *tag; tag++)
			list_add(&r.tags, test_printf("%s", *tag));
		if (job->test->skip) {
			r.outcome = SKIPPED;
			r.reason = test_printf("%s", job->test->skip);
		} else if (!job->test->path) {
			r.outcome = FAILED;
			r.reason = test_printf("could not be run\n  %s: not found",
					       job->test->argv[0]);
		} else {
			run_job(job, opt, socket, base, &r);
		}
		if (!answer(socket, &r))
			break;
		result_free(&r);
	}
	leave(opt, base);
}
