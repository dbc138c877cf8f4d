/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of a program that runs natively: what the host enforces in each process, what its parent
 * sees from outside of what they use together, and what it is asked (limits_native_ask.c). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/limits_native.h"
#include "sandbox/scratch.h"

#define LOOK_NS 20000000UL

static struct {
	int line[2];   /* what the program's process sends: see struct message */
	int listener;  /* -1: none */
	bool asked;    /* there is or was one */
	bool traced;   /* the first process is a tracer, which does not count */
	int first;     /* process */
	u64 next_look; /* ns */
	const char *dir;
} run;

/* ---- In the program's process ---- */

struct message {
	bool asks, counts; /* with a listener, and with files of the network's counters */
};

static void send_files(const struct message *m, const int *fds, u32 n)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE((NATIVE_NET_FILES + 1) * sizeof(int))];
	} control = {0};
	struct iovec iov = {(void *)m, sizeof(*m)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *c = &control.align;

	if (n) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		*c = (struct cmsghdr){CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	if (sendmsg(run.line[1], &msg, 0) < 0)
		fatal("--limit: sendmsg: %s", strerror(errno));
}

static void lower_bounds(void)
{
	static const struct {
		enum limit_id id;
		int resource;
	} bounds[] = {
		{LIMIT_MEMORY, RLIMIT_DATA},
		{LIMIT_FILES, RLIMIT_NOFILE},
		{LIMIT_FILE_SIZE, RLIMIT_FSIZE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		u64 most = limits.value[bounds[i].id];
		struct rlimit r;

		if (!limit_given(bounds[i].id) || getrlimit(bounds[i].resource, &r) != 0)
			continue;
		r.rlim_cur = MIN(r.rlim_cur, most);
		r.rlim_max = MIN(r.rlim_max, most);
		setrlimit(bounds[i].resource, &r);
	}
}

void limits_native_enter(bool asks)
{
	int fds[NATIVE_NET_FILES + 1];
	struct message m = {0};
	u32 n = 0;

	if (limit_given(LIMIT_NETWORK) && native_net_open(fds)) {
		m.counts = true;
		n = NATIVE_NET_FILES;
	}
	if (asks && (limit_given(LIMIT_PROCESSES) || limit_given(LIMIT_THREADS)))
		fds[n] = native_ask_start();
	else
		fds[n] = -1;
	m.asks = fds[n] >= 0;
	n += m.asks;
	send_files(&m, fds, n);
	for (u32 i = 0; i < n; i++)
		close(fds[i]);
	host_close_own_fd(run.line[1]);
	lower_bounds();
}

/* ---- Its parent ---- */

void limits_native_begin(const struct limits *l, const char *dir, bool traced)
{
	limits = *l;
	limit_memory_renew();
	limits_count_dir(dir);
	limit_start_clock();
	native_net_begin();
	run.traced = traced;
	run.dir = dir;
	run.listener = -1;
	run.asked = false;
	run.next_look = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, run.line) != 0)
		fatal("--limit: socketpair: %s", strerror(errno));
	/* the program's process closes those that are not trapgate's own */
	run.line[1] = host_own_fd(run.line[1]);
}

void limits_native_forked(int pid)
{
	host_close_own_fd(run.line[1]);
	run.first = pid;
	native_ask_begin();
}

/* The end that the program's process has, is closed when there is no more to come. */
static void receive_files(void)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE((NATIVE_NET_FILES + 1) * sizeof(int))];
	} control = {0};
	struct message m;
	struct iovec iov = {&m, sizeof(m)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	const int *fds = (const int *)CMSG_DATA(&control.align);

	if (recvmsg(run.line[0], &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) == sizeof(m)) {
		if (m.counts)
			native_net_take(fds);
		if (m.asks)
			run.listener = fds[m.counts ? NATIVE_NET_FILES : 0];
		run.asked = m.asks;
	}
	close(run.line[0]);
	run.line[0] = -1;
}

int limits_native_fd(void)
{
	return run.line[0] >= 0 ? run.line[0] : run.listener;
}

void limits_native_event(bool readable)
{
	if (run.line[0] >= 0) {
		receive_files();
	} else if (readable) {
		native_ask_answer(run.listener);
	} else { /* nobody is left who would ask */
		close(run.listener);
		run.listener = -1;
	}
}

/* ---- All descendants of this process ---- */

static struct native_tree tree;

static void add_children(int pid, int tid)
{
	char path[64];
	int child;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
	f = fopen(path, "re");
	while (f && tree.n < MAX_PROCESSES && fscanf(f, "%d", &child) == 1)
		tree.pid[tree.n++] = child;
	if (f)
		fclose(f);
}

static void add_threads(int pid)
{
	char path[32];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.') {
			tree.threads++;
			add_children(pid, atoi(d->d_name));
		}
	if (dir)
		closedir(dir);
}

const struct native_tree *native_tree_read(void)
{
	tree.n = 0;
	tree.threads = 0;
	add_children(getpid(), getpid());
	for (u32 i = 0; i < tree.n; i++)
		add_threads(tree.pid[i]);
	for (u32 i = 0; run.traced && i < tree.n; i++)
		if (tree.pid[i] == run.first) {
			tree.pid[i] = tree.pid[--tree.n];
			tree.threads--;
			break;
		}
	return &tree;
}

/* ---- What they use ---- */

/* CPU time of a process and of children that it has waited for, or of these alone, in ns:
 * proc_pid_stat(5), fields 14 to 17. */
static u64 cpu_time(int pid, bool own)
{
	unsigned long t[4] = {0};
	char path[32], text[512], *p;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	if (f)
		fclose(f);
	text[n] = 0;
	p = strrchr(text, ')');
	if (!p || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu",
			 &t[0], &t[1], &t[2], &t[3]) != 4)
		return 0;
	return ((own ? t[0] + t[1] : 0) + t[2] + t[3]) *
	       (1000000000 / (unsigned long)sysconf(_SC_CLK_TCK));
}

static u64 cpu_times(void)
{
	u64 sum = run.traced ? cpu_time(run.first, false) : 0;

	for (u32 i = 0; i < tree.n; i++)
		sum += cpu_time(tree.pid[i], true);
	return sum;
}

static bool exceeds(enum limit_id id, u64 used)
{
	return limit_given(id) && used > limits.value[id];
}

static enum limit_id exceeded(u64 output)
{
	native_tree_read();
	if (limit_time_is_up())
		return LIMIT_WALL;
	if (!run.asked && exceeds(LIMIT_PROCESSES, tree.n))
		return LIMIT_PROCESSES;
	if (!run.asked && exceeds(LIMIT_THREADS, tree.threads))
		return LIMIT_THREADS;
	if (limit_given(LIMIT_CPU) && exceeds(LIMIT_CPU, cpu_times()))
		return LIMIT_CPU;
	if (limit_given(LIMIT_MEMORY) && limit_memory_exceeded(tree.pid, tree.n))
		return LIMIT_MEMORY;
	if (exceeds(LIMIT_OUTPUT, output) ||
	    (limit_given(LIMIT_OUTPUT) &&
	     exceeds(LIMIT_OUTPUT, output + tree_size(run.dir, limits.value[LIMIT_OUTPUT]))))
		return LIMIT_OUTPUT;
	if (limit_given(LIMIT_NETWORK) && exceeds(LIMIT_NETWORK, native_net_bytes()))
		return LIMIT_NETWORK;
	return LIMIT_COUNT;
}

const char *limits_native_look(u64 output, bool last, char *out, size_t n)
{
	u64 begin = limit_clock();
	enum limit_id id;

	if (begin < run.next_look && !last)
		return NULL;
	if (last && run.line[0] >= 0) /* it has ended before it was heard */
		receive_files();
	id = exceeded(output);
	run.next_look = limit_clock() + MAX(LOOK_NS, 3 * (limit_clock() - begin));
	if (id == LIMIT_COUNT)
		return NULL;
	limit_describe(id, out, n);
	return limit_name(id);
}

void limits_native_end(char *out, size_t n)
{
	enum limit_id reached = native_ask_reached();

	if (limits_native_fd() >= 0)
		close(limits_native_fd());
	native_net_end();
	limit_memory_renew();
	if (reached != LIMIT_COUNT)
		limit_describe(reached, out, n);
}

bool limits_native_asked(void)
{
	return run.asked;
}
