/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Process ids of guests in PID namespaces of their own: lines begin with the id that the user sees,
 * and --decode-pids=pidns adds it to the ids in arguments and results. See pid_namespaces(7) and
 * the NStgid, NSpid, NSpgid and NSsid lines of proc(5). */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "host/host.h"
#include "trace/internal.h"

struct linux_dirent { /* what getdents64 fills */
	u64 ino, off;
	u16 reclen;
	u8 type;
	char name[];
};

static char first_ns[40];	 /* what /proc/self/ns/pid was at the start */
static int level;		 /* of it below that of /proc: 0 is the same */
static bool nested;		 /* this process is in another one */
static int process;		 /* its id there */
static int process_shown;	 /* and what the user sees, or 0: not asked for yet */
static _Thread_local int own[2]; /* the last id asked for of this thread, and what the user sees */

static bool read_ns(const char *path, char out[40])
{
	long n = host(SYS_readlink, HP(path), HP(out), 39);

	out[MAX(n, 0)] = 0;
	return n > 0;
}

void pidns_forked(void)
{
	bool same = host(SYS_getppid) == process; /* 0: the parent is not in our namespace */
	char ns[40];

	process = (int)host(SYS_getpid);
	own[0] = process_shown = 0;
	if (same)
		return;
	nested = read_ns("/proc/self/ns/pid", ns) && strcmp(ns, first_ns);
}

static long read_file(const char *path, char *text, size_t size)
{
	long n, fd = host(SYS_openat, AT_FDCWD, HP(path), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	n = host(SYS_read, fd, HP(text), size - 1);
	host(SYS_close, fd);
	text[MAX(n, 0)] = 0;
	return n;
}

/* The ids of a status file's line, from that of the namespace of /proc to that of its own, which is
 * *inner; *outer is the user's, 0 where there is none. Returns their number. */
static int ids_of(const char *status, const char *line, int *outer, int *inner)
{
	const char *p = strstr(status, line);
	int n = 0;

	*outer = *inner = 0;
	if (!p)
		return 0;
	p += strlen(line);
	while (*p == '\t') {
		*inner = (int)strtol(p + 1, (char **)&p, 10);
		if (n++ == level)
			*outer = *inner;
	}
	return n;
}

void pidns_start(void)
{
	char text[2048];
	int outer, inner;

	process = (int)host(SYS_getpid);
	read_ns("/proc/self/ns/pid", first_ns);
	if (read_file("/proc/self/status", text, sizeof(text)) > 0)
		level = ids_of(text, "\nNSpid:", &outer, &inner) - 1;
}

/* Looks through a directory of processes or threads; 0: not there. */
static int search(const char *dir, int pid, const char *line, const char *ns)
{
	char buf[4096], path[64], text[2048], other[40];
	long n, fd = host(SYS_openat, AT_FDCWD, HP(dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int outer, inner, found = 0;

	if (fd < 0)
		return 0;
	while (!found && (n = host(SYS_getdents64, fd, HP(buf), sizeof(buf))) > 0) {
		for (long at = 0; at < n && !found;) {
			const struct linux_dirent *d = (const void *)(buf + at);

			at += d->reclen;
			if (d->name[0] < '1' || d->name[0] > '9')
				continue;
			snprintf(path, sizeof(path), "%s/%.12s/status", dir, d->name);
			if (read_file(path, text, sizeof(text)) <= 0 ||
			    !ids_of(text, line, &outer, &inner) || inner != pid || !outer)
				continue;
			snprintf(path, sizeof(path), "%s/%.12s/ns/pid", dir, d->name);
			if (read_ns(path, other) && !strcmp(other, ns))
				found = outer;
		}
	}
	host(SYS_close, fd);
	return found;
}

int pidns_outer(int pid, enum pid_kind kind)
{
	static const char *const lines[] = {
		[PID_TASK] = "\nNSpid:",
		[PID_PROCESS] = "\nNStgid:",
		[PID_GROUP] = "\nNSpgid:",
		[PID_SESSION] = "\nNSsid:",
	};
	char ns[40], text[2048];
	int found = 0, outer, inner;

	if (!nested || pid <= 0)
		return 0;
	if (kind == PID_TASK && own[0] == pid)
		return own[1];
	if (kind == PID_TASK && pid == (int)host(SYS_gettid) &&
	    read_file("/proc/thread-self/status", text, sizeof(text)) > 0 &&
	    ids_of(text, lines[kind], &outer, &inner)) {
		own[0] = pid;
		own[1] = outer;
		return outer;
	}
	if (kind == PID_PROCESS && pid == process) {
		if (!process_shown && read_file("/proc/self/status", text, sizeof(text)) > 0)
			ids_of(text, lines[kind], &process_shown, &inner);
		return process_shown;
	}
	if (!read_ns("/proc/self/ns/pid", ns))
		return 0;
	if (kind == PID_TASK)
		found = search("/proc/self/task", pid, lines[kind], ns);
	return found ? found : search("/proc", pid, lines[kind], ns);
}

void put_pid_kind(struct tline *t, s32 pid, enum pid_kind kind)
{
	int outer;

	if (kind == PID_TASK || kind == PID_PROCESS)
		put_pid_comm(t, pid);
	else /* as strace: groups and sessions are no processes with a name */
		put_dec(t, pid);
	if (!topt.decode_pidns)
		return;
	outer = pidns_outer(pid, kind);
	if (outer && outer != pid) /* strace's own words */
		put_fmt(t, " /* %d in strace's PID NS */", outer);
}

void put_pid(struct tline *t, s32 pid)
{
	put_pid_kind(t, pid, PID_TASK);
}

/* The kind of id that a call returns, or -1. */
int pid_result_kind(const struct tline *t)
{
	static const struct {
		const char *name;
		int kind;
	} calls[] = {
		{"clone", PID_TASK},	  {"clone3", PID_TASK},	   {"fork", PID_PROCESS},
		{"getpgid", PID_GROUP},	  {"getpgrp", PID_GROUP},  {"getpid", PID_PROCESS},
		{"getppid", PID_PROCESS}, {"getsid", PID_SESSION}, {"gettid", PID_TASK},
		{"setsid", PID_SESSION},  {"vfork", PID_PROCESS},  {"wait4", PID_PROCESS},
		{"waitpid", PID_PROCESS},
	};

	if (!topt.decode_comm && !topt.decode_pidns)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (!strcmp(calls[i].name, t->name))
			return calls[i].kind;
	if (!strncmp(t->name, "fcntl", 5) && (u32)t->arg[1] == F_GETOWN && t->ret > 0)
		return PID_PROCESS;
	return -1;
}
