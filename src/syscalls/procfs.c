/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What files of /proc/PID say about guests. In the sandbox the content is made at open(2) and lies
 * in a file in memory, which is opened again for reading only, with the lowest free number;
 * elsewhere it is made when it is read (proc_fd.c). */
#include "syscalls/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include "host/host.h"
#include "mm/peer.h"
#include "sandbox/path.h"
#include "sandbox/sandbox.h"
#include "syscalls/proc_call.h"
#include "syscalls/proc_mem.h"
#include "syscalls/proc_pages.h"
#include "syscalls/personality.h"
#include "syscalls/proc_path.h"
#include "syscalls/proc_smaps.h"
#include "syscalls/proc_view.h"
#include "syscalls/rlimit.h"
#include "task/ptrace.h"
#include "task/thread.h"
#include "task/exe.h"

static void put_guest(FILE *out, const struct proc_view *v, guest_addr from, guest_addr to)
{
	char buf[4096];

	while (from < to) {
		size_t n = MIN(to - from, sizeof(buf)), got = proc_view_read(v, buf, from, n);

		fwrite(buf, 1, got, out);
		if (got < n)
			return;
		from += n;
	}
}

/* The arguments; once their last byte is no longer NUL, the title that the program has written over
 * them, into the environment maybe (get_mm_cmdline()). */
static void put_cmdline(FILE *out, const struct proc_view *v)
{
	guest_addr start = v->mm.arg_start, end = v->mm.arg_end, most = end;
	char last, title[PAGE_SIZE];
	size_t got, n;

	if (start >= end || proc_view_read(v, &last, end - 1, 1) != 1 || !last) {
		put_guest(out, v, start, end);
		return;
	}
	if (v->mm.env_start == end && v->mm.env_end >= end)
		most = v->mm.env_end;
	got = proc_view_read(v, title, start, MIN(most - start, sizeof(title)));
	n = strnlen(title, got);
	fwrite(title, 1, n < got ? n + 1 : n, out);
}

/* auxv_read(): in steps of two words of 64 bits, also for a program whose words are shorter. */
static void put_auxv(FILE *out, const struct proc_view *v)
{
	u64 saved[ARRAY_SIZE(v->mm.auxv)];
	size_t n = 0;

	mm_saved_auxv(&v->mm, saved);
	do
		n += 2;
	while (n < ARRAY_SIZE(saved) && saved[n - 2]);
	if (!v->zombie)
		fwrite(saved, sizeof(*saved), n, out);
}

/* ---- What the host knows, with the guest's numbers in it ---- */

static FILE *open_host(const struct proc_name *p)
{
	char path[80];

	if (p->tid)
		snprintf(path, sizeof(path), "/proc/%s/task/%d/%s", host_proc_name(p->pid).s,
			 p->tid, p->name);
	else
		snprintf(path, sizeof(path), "/proc/%s/%s", host_proc_name(p->pid).s, p->name);
	return fopen(path, "re");
}

static u64 text_size(const struct proc_view *v)
{
	return PAGE_ALIGN(v->mm.end_code) - (v->mm.start_code & PAGE_MASK);
}

static void put_statm(FILE *out, struct proc_view *v)
{
	struct proc_totals t = proc_add_up(v);

	fprintf(out, "%lu %lu %lu %lu 0 %lu 0\n", t.size / PAGE_SIZE, t.use.rss / PAGE_SIZE,
		t.use.file / PAGE_SIZE, text_size(v) / PAGE_SIZE, (t.data + t.stack) / PAGE_SIZE);
}

/* The task whose status is shown, as trapgate has it. */
struct shown_task {
	struct task task;
	struct sighand sighand;
};

static bool find_task(const struct proc_view *v, const struct proc_name *p, struct shown_task *s)
{
	if (!thread_copy(v->pid, p->tid ? p->tid : v->pid, &s->task))
		return false;
	if (!v->self)
		return !peer_read(v->pid, &s->sighand, s->task.sighand, sizeof(s->sighand));
	s->sighand = *s->task.sighand;
	return true;
}

static void handled_signals(const struct shown_task *s, u64 *ignored, u64 *caught)
{
	*ignored = *caught = 0;
	for (int sig = 1; sig <= NSIG_GUEST; sig++) {
		guest_addr h = s->sighand.action[sig].handler;

		*ignored |= h == 1 ? SIGMASK(sig) : 0;
		*caught |= h > 1 ? SIGMASK(sig) : 0;
	}
}

/* The state of a task where it is another one than the host's: ended, or stopped for its tracer. */
static const char *own_state(const struct proc_view *v, const struct proc_name *p)
{
	const struct tracee *t = tracee_find(p->tid ? p->tid : p->pid);

	if (v->zombie)
		return "Z (zombie)";
	return t && (t->state == TRACEE_STOPPED || t->listening) ? "t (tracing stop)" : NULL;
}

/* The kernel's flags of a task, for which the host has not seen it execute a program. */
static unsigned long task_flags(unsigned long host_flags, const struct task *t)
{
	const unsigned long PF_FORKNOEXEC = 0x40;

	return (host_flags & ~PF_FORKNOEXEC) | (t->forked ? PF_FORKNOEXEC : 0);
}

/* Fields of proc_pid_stat(5), counted from 1; the name may hold anything but ends at the last ')'.
 */
static void put_stat(FILE *out, struct proc_view *v, const struct proc_name *p)
{
	char line[1024];
	FILE *host_file = open_host(p);
	struct proc_totals t = proc_add_up(v);
	const char *state = own_state(v, p);
	char *s = NULL, *save = NULL;
	struct shown_task shown;
	bool known = !v->zombie && find_task(v, p, &shown);
	u64 ignored = 0, caught = 0;
	int field = 3;

	if (known)
		handled_signals(&shown, &ignored, &caught);
	if (host_file && fgets(line, sizeof(line), host_file))
		s = strrchr(line, ')');
	if (host_file)
		fclose(host_file);
	if (!s)
		return;
	fwrite(line, 1, (size_t)(s - line) + 1, out);
	for (s = strtok_r(s + 1, " \n", &save); s; s = strtok_r(NULL, " \n", &save), field++) {
		const struct {
			int field;
			u64 value;
		} mine[] = {
			{32, shown.task.blocked & 0x7fffffff},
			{33, ignored & 0x7fffffff},
			{34, caught & 0x7fffffff},
			{23, t.size},
			{24, t.use.rss / PAGE_SIZE},
			{26, v->mm.start_code},
			{27, v->mm.end_code},
			{28, v->mm.start_stack},
			{45, v->mm.start_data},
			{46, v->mm.end_data},
			{47, v->mm.start_brk},
			{48, v->mm.arg_start},
			{49, v->mm.arg_end},
			{50, v->mm.env_start},
			{51, v->mm.env_end},
		};
		size_t i = 0;

		while (i < ARRAY_SIZE(mine) && mine[i].field != field)
			i++;
		/* without the right to look the host says 0 or 1 */
		if (i < ARRAY_SIZE(mine) &&
		    (field >= 32 && field <= 34 ? known : field < 26 || strlen(s) > 1))
			fprintf(out, " %lu", mine[i].value);
		else if (field == 3 && state)
			fprintf(out, " %c", *state);
		else if (field == 9 && known)
			fprintf(out, " %lu", task_flags(strtoul(s, NULL, 10), &shown.task));
		else
			fprintf(out, " %s", s);
	}
	fputc('\n', out);
}

static void put_sigset(FILE *out, const char *name, u64 set)
{
	fprintf(out, "%s:\t%016lx\n", name, set);
}

/* What the host process has and the guest does not: handlers, filters, tracers. */
static bool put_task_line(FILE *out, const char *line, const struct shown_task *s)
{
	const struct tracee *t = tracee_find(s->task.tid);
	u64 ignored, caught;

	handled_signals(s, &ignored, &caught);
	if (!strncmp(line, "SigBlk:", 7))
		put_sigset(out, "SigBlk", s->task.blocked);
	else if (!strncmp(line, "SigIgn:", 7))
		put_sigset(out, "SigIgn", ignored);
	else if (!strncmp(line, "SigCgt:", 7))
		put_sigset(out, "SigCgt", caught);
	else if (!strncmp(line, "Seccomp:", 8))
		fprintf(out, "Seccomp:\t%u\n", s->task.seccomp_mode);
	else if (!strncmp(line, "Seccomp_filters:", 16))
		fprintf(out, "Seccomp_filters:\t%u\n", s->task.seccomp_filters);
	else if (!strncmp(line, "TracerPid:", 10) && t && t->tracer)
		fprintf(out, "TracerPid:\t%d\n", t->tracer_tid);
	else
		return false;
	return true;
}

static void put_status(FILE *out, struct proc_view *v, const struct proc_name *p)
{
	char line[512];
	const char *state = own_state(v, p);
	FILE *host_file = open_host(p);
	struct proc_totals t = proc_add_up(v);
	struct shown_task shown;
	bool known = !v->zombie && find_task(v, p, &shown);
	const struct {
		const char *name;
		u64 bytes;
	} mine[] = {
		{"VmPeak:", t.size},
		{"VmSize:", t.size},
		{"VmLck:", t.locked + v->mm.locked_lost},
		{"VmHWM:", t.use.rss},
		{"VmRSS:", t.use.rss},
		{"RssAnon:", t.use.rss - t.use.file},
		{"RssFile:", t.use.file - t.use.shmem},
		{"RssShmem:", t.use.shmem},
		{"VmData:", t.data},
		{"VmStk:", t.stack},
		{"VmExe:", text_size(v)},
		{"VmLib:", t.exec > text_size(v) ? t.exec - text_size(v) : 0},
		{"VmSwap:", t.use.swap},
	};

	while (host_file && fgets(line, sizeof(line), host_file)) {
		size_t i = 0;

		while (i < ARRAY_SIZE(mine) &&
		       strncmp(line, mine[i].name, strlen(mine[i].name)) != 0)
			i++;
		if (state && !strncmp(line, "State:", 6))
			fprintf(out, "State:\t%s\n", state);
		else if (v->zombie && !strncmp(line, "Vm", 2))
			continue;
		else if (i < ARRAY_SIZE(mine))
			fprintf(out, "%s\t%8lu kB\n", mine[i].name, mine[i].bytes / 1024);
		else if (!known || !put_task_line(out, line, &shown))
			fputs(line, out);
	}
	if (host_file)
		fclose(host_file);
}

static void put_limit(FILE *out, const char *name, const struct rlimit *r)
{
	char text[2][24];
	const rlim_t value[2] = {r->rlim_cur, r->rlim_max};

	for (int i = 0; i < 2; i++)
		if (value[i] == RLIM_INFINITY)
			strcpy(text[i], "unlimited");
		else
			snprintf(text[i], sizeof(text[i]), "%lu", value[i]);
	fprintf(out, "%-25s %-20s %-20s %-10s\n", name, text[0], text[1], "bytes");
}

static void put_limits(FILE *out, struct proc_view *v, const struct proc_name *p)
{
	static const struct {
		const char *name;
		int resource;
	} mine[] = {
		{"Max data size", RLIMIT_DATA},
		{"Max stack size", RLIMIT_STACK},
		{"Max address space", RLIMIT_AS},
	};
	struct rlimit limits[GUEST_RLIMITS];
	char line[256];
	FILE *host_file = open_host(p);

	if (peer_read(v->pid, limits, guest_rlimit, sizeof(limits)))
		memcpy(limits, guest_rlimit, sizeof(limits));
	while (host_file && fgets(line, sizeof(line), host_file)) {
		size_t i = 0;

		while (i < ARRAY_SIZE(mine) &&
		       strncmp(line, mine[i].name, strlen(mine[i].name)) != 0)
			i++;
		if (i < ARRAY_SIZE(mine))
			put_limit(out, mine[i].name, &limits[mine[i].resource]);
		else
			fputs(line, out);
	}
	if (host_file)
		fclose(host_file);
}

static void put_personality(FILE *out, const struct proc_view *v)
{
	u32 persona;

	if (peer_read(v->pid, &persona, &guest_personality, sizeof(persona)))
		persona = guest_personality;
	fprintf(out, "%08x\n", persona);
}

/* A leader that has exited, with threads left, has no memory any more; trapgate keeps it for
 * execve(2) (task/thread.c). */
static bool of_zombie(const struct proc_name *p)
{
	struct task t;

	return (!p->tid || p->tid == p->pid) && thread_copy(p->pid, p->pid, &t) && t.parked;
}

static void put_call(FILE *out, struct proc_view *v, const struct proc_name *p)
{
	FILE *host_file = v->zombie ? NULL : open_host(p);

	if (v->zombie)
		fputs("-1 0x0 0x0\n", out);
	proc_put_syscall(out, v, p->tid ? p->tid : p->pid, host_file);
	if (host_file)
		fclose(host_file);
}

/* ---- open ---- */

/* Files whose open(2) takes hold of the memory: proc_mem_open() and its like. */
long proc_open_error(const struct proc_name *p)
{
	static const char *const files[] = {"auxv", "environ", "mem", "pagemap", "smaps_rollup"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(p->name, files[i]))
			return of_zombie(p) ? -ESRCH : 0;
	return 0;
}

static bool put_content(FILE *out, struct proc_view *v, const struct proc_name *p)
{
	if (!strcmp(p->name, "mounts") && sandbox_on)
		sandbox_put_mounts(out);
	else if (!strcmp(p->name, "maps"))
		proc_put_maps(out, v);
	else if (!strcmp(p->name, "smaps"))
		proc_put_smaps(out, v);
	else if (!strcmp(p->name, "smaps_rollup"))
		proc_put_rollup(out, v);
	else if (!strcmp(p->name, "cmdline"))
		put_cmdline(out, v);
	else if (!strcmp(p->name, "environ"))
		put_guest(out, v, v->mm.env_start, v->mm.env_end);
	else if (!strcmp(p->name, "auxv"))
		put_auxv(out, v);
	else if (!strcmp(p->name, "stat"))
		put_stat(out, v, p);
	else if (!strcmp(p->name, "statm"))
		put_statm(out, v);
	else if (!strcmp(p->name, "status"))
		put_status(out, v, p);
	else if (!strcmp(p->name, "limits"))
		put_limits(out, v, p);
	else if (!strcmp(p->name, "numa_maps"))
		proc_put_numa_maps(out, v, proc_shown_name);
	else if (!strcmp(p->name, "syscall"))
		put_call(out, v, p);
	else if (!strcmp(p->name, "personality"))
		put_personality(out, v);
	else if (!strcmp(p->name, "wchan") && v->zombie)
		fputc('0', out);
	else
		return false;
	return true;
}

long proc_text_open(const char *name, const char *data, size_t n, u32 flags)
{
	char path[64];
	long mem, ro, fd;

	mem = host(SYS_memfd_create, HP(name), MFD_CLOEXEC);
	if (mem < 0)
		return mem;
	for (size_t at = 0; at < n;) {
		long done = host(SYS_write, mem, HP(data + at), n - at);

		if (done <= 0)
			break;
		at += (size_t)done;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", mem);
	ro = host(SYS_open, HP(path), O_RDONLY | O_CLOEXEC | (flags & O_NONBLOCK));
	fd = ro < 0 ? ro : host(SYS_dup3, ro, mem, flags & O_CLOEXEC);
	if (ro >= 0)
		host(SYS_close, ro);
	if (fd < 0)
		host(SYS_close, mem);
	return fd;
}

/* Files that a process may always read of itself. */
static bool own_readable(const struct proc_name *p, u32 flags)
{
	static const char *const names[] = {"cmdline", "limits", "maps",  "mounts",
					    "stat",    "statm",	 "status"};

	if (p->tid || p->pid != (pid_t)host(SYS_getpid) ||
	    (flags &
	     ~(u32)(O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | 0100000 /* O_LARGEFILE */)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(p->name, names[i]))
			return true;
	return false;
}

/* Whether the host lets this process open the file at all: the errors are the host's. */
static long host_allows(const struct proc_name *p, const char *path, u32 flags)
{
	long fd;

	if (own_readable(p, flags))
		return 0;
	fd = host(SYS_open, HP(path), flags | O_CLOEXEC, 0);
	if (fd >= 0)
		host(SYS_close, fd);
	return fd < 0 ? fd : 0;
}

/* Of a process whose memory cannot be looked at (it is ending, say): nothing, rather than what the
 * host would show of trapgate. */
static long open_unknown(const struct proc_name *p, u32 flags)
{
	static const char *const others[] = {"stat",   "statm",	 "status",
					     "limits", "mounts", "wchan"};

	if (!sandbox_on || proc_is_link(p->name))
		return PROC_NOT_OURS;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(p->name, others[i]))
			return PROC_NOT_OURS;
	return !strcmp(p->name, "mem") ? proc_mem_open(p->pid, flags)
				       : proc_text_open(p->name, "", 0, flags);
}

bool proc_content(const struct proc_name *p, char **data, size_t *n)
{
	struct proc_view v;
	bool made = false;
	FILE *out;

	*data = NULL;
	if (proc_view_get(&v, p->pid))
		return false;
	if (of_zombie(p))
		proc_view_without_memory(&v);
	out = open_memstream(data, n);
	if (out) {
		made = put_content(out, &v, p);
		fclose(out);
	}
	proc_view_free(&v);
	if (!made) {
		free(*data);
		*data = NULL;
	}
	return made;
}

long proc_open(const char *path, u32 flags)
{
	struct proc_name p;
	char *data;
	size_t n;
	long fd;

	if ((flags & O_PATH) || !proc_parse(path, &p) || proc_is_link(p.name))
		return PROC_NOT_OURS;
	fd = host_allows(&p, path, flags);
	if (!fd)
		fd = proc_open_error(&p);
	if (!exe_host_path(p.pid))
		return fd ? fd : open_unknown(&p, flags);
	if (fd)
		return fd;
	if (!strcmp(p.name, "mem"))
		return proc_mem_open(p.pid, flags);
	if (!proc_content(&p, &data, &n))
		return PROC_NOT_OURS;
	fd = proc_text_open(p.name, data, n, flags);
	free(data);
	return fd;
}

/* However the path led there: trapgate's memory is not to be written by a guest. */
long proc_opened(long fd, u32 flags)
{
	struct proc_name p;
	struct proc_view v;
	struct statfs st;

	if (fd < 0 || (flags & O_PATH) || host(SYS_fstatfs, fd, HP(&st)) ||
	    st.f_type != PROC_SUPER_MAGIC || !proc_resolve_fd((int)fd, &p) || strcmp(p.name, "mem"))
		return fd;
	if (proc_view_get(&v, p.pid)) {
		if (!sandbox_on)
			return fd;
	} else {
		proc_view_free(&v);
	}
	host(SYS_close, fd);
	return proc_mem_open(p.pid, flags);
}

/* ---- Links ---- */

int proc_exe_pid(int dfd, const char *path)
{
	struct proc_name p;

	return proc_resolve(dfd, path, &p) && !strcmp(p.name, "exe") ? p.pid : 0;
}

bool proc_link_is_dead(int dfd, const char *path)
{
	struct proc_name p;

	return proc_resolve(dfd, path, &p) && proc_is_link(p.name) && of_zombie(&p);
}

const char *proc_link_path(int dfd, const char *path)
{
	struct proc_name p;

	if (!proc_resolve(dfd, path, &p) || !proc_is_link(p.name))
		return NULL;
	if (of_zombie(&p))
		return PROC_NOWHERE;
	return strcmp(p.name, "exe") ? NULL : exe_host_path(p.pid);
}
