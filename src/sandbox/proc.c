/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "sandbox/path.h"

/* Of the whole machine: what programs ask for and what says nothing of other processes. */
static const char *const global[] = {
	"cpuinfo", "meminfo", "stat",	     "uptime", "loadavg", "version",
	"devices", "vmstat",  "filesystems", "mounts", "self",	  "thread-self",
};

static const char *const global_links[] = {"mounts", "self", "thread-self"};

/* Below sys/. Directories above them are shown too. */
static const char *const sysctls[] = {
	"sys/fs/file-max",
	"sys/fs/nr_open",
	"sys/fs/pipe-max-size",
	"sys/fs/pipe-user-pages-soft",
	"sys/fs/inotify/max_user_watches",
	"sys/fs/mqueue/msg_max",
	"sys/fs/mqueue/msgsize_max",
	"sys/fs/overflowuid",
	"sys/fs/overflowgid",
	"sys/kernel/cap_last_cap",
	"sys/kernel/hostname",
	"sys/kernel/msgmax",
	"sys/kernel/msgmnb",
	"sys/kernel/msgmni",
	"sys/kernel/ngroups_max",
	"sys/kernel/osrelease",
	"sys/kernel/ostype",
	"sys/kernel/overflowgid",
	"sys/kernel/overflowuid",
	"sys/kernel/pid_max",
	"sys/kernel/random/boot_id",
	"sys/kernel/random/entropy_avail",
	"sys/kernel/random/poolsize",
	"sys/kernel/random/uuid",
	"sys/kernel/randomize_va_space",
	"sys/kernel/sem",
	"sys/kernel/seccomp/actions_avail",
	"sys/kernel/shmall",
	"sys/kernel/shmmax",
	"sys/kernel/shmmni",
	"sys/kernel/threads-max",
	"sys/kernel/version",
	"sys/vm/max_map_count",
	"sys/vm/mmap_min_addr",
	"sys/vm/overcommit_memory",
	"sys/vm/overcommit_ratio",
};

/* Of a process. */
static const char *const of_process[] = {
	"auxv",
	"cmdline",
	"comm",
	"coredump_filter",
	"cwd",
	"environ",
	"exe",
	"fd",
	"fdinfo",
	"gid_map",
	"io",
	"limits",
	"loginuid",
	"maps",
	"mem",
	"mounts",
	"oom_adj",
	"oom_score",
	"oom_score_adj",
	"personality",
	"root",
	"sched",
	"schedstat",
	"sessionid",
	"setgroups",
	"smaps",
	"smaps_rollup",
	"stat",
	"statm",
	"status",
	"syscall",
	"task",
	"uid_map",
	"wchan",
	"timerslack_ns",
};

static const char *const written[] = {
	"comm", "mem", "coredump_filter", "oom_adj", "oom_score_adj", "timerslack_ns",
};

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

/* Reads a number that is a whole component; *rest is what follows its slash, or "". */
static bool number(const char *s, int *out, const char **rest)
{
	char *end;
	unsigned long n;

	if (*s < '0' || *s > '9' || (*s == '0' && s[1] >= '0' && s[1] <= '9'))
		return false;
	n = strtoul(s, &end, 10);
	if ((*end && *end != '/') || n > 0x7fffffff)
		return false;
	*out = (int)n;
	*rest = *end ? end + 1 : end;
	return true;
}

/* Descriptors: of this process but trapgate's own; of others those that the guest could name. */
static bool fd_allowed(int pid, int fd)
{
	char link[48], target[4096], guest[GUEST_PATH_MAX];
	long len;

	if (pid == (int)host(SYS_getpid))
		return !host_fd_is_own(fd);
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, fd);
	len = host(SYS_readlink, HP(link), HP(target), sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = 0;
	return target[0] != '/' || mount_guest_path(target, guest, NULL);
}

/* rel below /proc/PID or /proc/PID/task/TID. */
static bool process_allowed(int pid, const char *rel, bool in_task)
{
	const char *rest;
	int n;

	if (!*rel)
		return true;
	if (!in_task && !strncmp(rel, "task/", 5) && number(rel + 5, &n, &rest))
		return process_allowed(pid, rest, true);
	if (!strncmp(rel, "fd/", 3))
		return number(rel + 3, &n, &rest) && !*rest && fd_allowed(pid, n);
	if (!strncmp(rel, "fdinfo/", 7))
		return number(rel + 7, &n, &rest) && !*rest && fd_allowed(pid, n);
	return is_one_of(rel, of_process, ARRAY_SIZE(of_process));
}

bool proc_allowed(const char *rel)
{
	const char *rest;
	size_t len = strlen(rel);
	int pid;

	if (!strcmp(rel, "."))
		return true;
	if (number(rel, &pid, &rest))
		return sandbox_knows_pid(pid) && process_allowed(pid, rest, false);
	if (is_one_of(rel, global, ARRAY_SIZE(global)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++)
		if (!strncmp(sysctls[i], rel, len) && (!sysctls[i][len] || sysctls[i][len] == '/'))
			return true;
	return false;
}

bool proc_is_file(const char *rel)
{
	static const char *const not_files[] = {"cwd", "exe", "fd", "fdinfo", "root", "task"};
	const char *rest, *task;
	int n;

	if (!strncmp(rel, "self/", 5))
		rest = rel + 5;
	else if (!number(rel, &n, &rest))
		return (is_one_of(rel, global, ARRAY_SIZE(global)) &&
			!is_one_of(rel, global_links, ARRAY_SIZE(global_links))) ||
		       is_one_of(rel, sysctls, ARRAY_SIZE(sysctls));
	else if (!sandbox_knows_pid(n))
		return false;
	if (!strncmp(rest, "task/", 5) && number(rest + 5, &n, &task))
		rest = task;
	return is_one_of(rest, of_process, ARRAY_SIZE(of_process)) &&
	       !is_one_of(rest, not_files, ARRAY_SIZE(not_files));
}

bool proc_own_fd(const char *rel, int *fd)
{
	const char *rest;

	return !strncmp(rel, "self/fd/", 8) && number(rel + 8, fd, &rest) && !*rest;
}

bool proc_listed(const char *dir, const char *name)
{
	char rel[512];

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return true;
	dir += strlen("/proc");
	dir += *dir == '/';
	snprintf(rel, sizeof(rel), "%s%s%s", dir, *dir ? "/" : "", name);
	return proc_allowed(rel);
}

bool proc_writable(const char *rel)
{
	const char *rest, *task;
	int pid, tid;

	if (!number(rel, &pid, &rest))
		return false;
	if (!strncmp(rest, "task/", 5) && number(rest + 5, &tid, &task))
		rest = task;
	return !strncmp(rest, "fd/", 3) || is_one_of(rest, written, ARRAY_SIZE(written));
}

enum proc_link proc_link_of(const char *rel, int *pid, int *fd)
{
	const char *rest, *task;
	int tid;

	if (!number(rel, pid, &rest))
		return PROC_NO_LINK;
	if (!strncmp(rest, "task/", 5) && number(rest + 5, &tid, &task))
		rest = task;
	if (!strcmp(rest, "exe"))
		return PROC_LINK_EXE;
	if (!strcmp(rest, "cwd"))
		return PROC_LINK_CWD;
	if (!strcmp(rest, "root"))
		return PROC_LINK_ROOT;
	if (!strncmp(rest, "fd/", 3) && number(rest + 3, fd, &task) && !*task)
		return PROC_LINK_FD;
	return PROC_NO_LINK;
}
