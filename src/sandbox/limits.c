/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/limits.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "host/host.h"
#include "host/image.h"
#include "sandbox/guard.h"
#include "sandbox/limits_internal.h"

struct limit_state *limit_state;
struct limits limits;
bool limits_on;

static struct limit_slot *mine;	    /* this process's */
static struct limit_slot *reserved; /* for the process that is being made */

/* ---- Values ---- */

enum unit { UNIT_TIME, UNIT_BYTES, UNIT_COUNT };

static const struct {
	const char *name, *words;
	enum unit unit;
} names[LIMIT_COUNT] = {
	[LIMIT_WALL] = {"wall", "wall time", UNIT_TIME},
	[LIMIT_CPU] = {"cpu", "CPU time", UNIT_TIME},
	[LIMIT_MEMORY] = {"memory", "memory", UNIT_BYTES},
	[LIMIT_OUTPUT] = {"output", "output", UNIT_BYTES},
	[LIMIT_NETWORK] = {"network", "network", UNIT_BYTES},
	[LIMIT_PROCESSES] = {"processes", "processes", UNIT_COUNT},
	[LIMIT_THREADS] = {"threads", "threads", UNIT_COUNT},
	[LIMIT_FILES] = {"files", "open files", UNIT_COUNT},
	[LIMIT_FILE_SIZE] = {"file-size", "file size", UNIT_BYTES},
};

static const struct {
	const char *suffix;
	enum unit unit;
	double factor;
} suffixes[] = {
	{"ms", UNIT_TIME, 1e6},
	{"s", UNIT_TIME, 1e9},
	{"", UNIT_TIME, 1e9},
	{"m", UNIT_TIME, 60e9},
	{"h", UNIT_TIME, 3600e9},
	{"", UNIT_BYTES, 1},
	{"K", UNIT_BYTES, 1024},
	{"M", UNIT_BYTES, 1024 * 1024},
	{"G", UNIT_BYTES, 1024 * 1024 * 1024},
	{"", UNIT_COUNT, 1},
};

static const char *parse_value(enum unit unit, const char *text, u64 *value)
{
	static const char *const want[] = {"a time, as 500ms, 5s, 2m or 1h",
					   "bytes, as 1000, 64K, 16M or 1G", "a number above 0"};
	char *end;
	double n;

	if (*text < '0' || *text > '9')
		return want[unit];
	n = strtod(text, &end);
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (suffixes[i].unit != unit || strcmp(suffixes[i].suffix, end) != 0)
			continue;
		n *= suffixes[i].factor;
		if (!(n >= 1 && n < 9e18) || (unit == UNIT_COUNT && n != (double)(u64)n))
			return want[unit];
		*value = (u64)n;
		return NULL;
	}
	return want[unit];
}

const char *limits_parse(struct limits *l, const char *text)
{
	static char wrong[200];
	size_t n = strcspn(text, "=");

	for (int i = 0; i < LIMIT_COUNT; i++) {
		const char *want;

		if (strlen(names[i].name) != n || strncmp(names[i].name, text, n) != 0)
			continue;
		want = parse_value(names[i].unit, text[n] ? text + n + 1 : "", &l->value[i]);
		l->set |= 1u << i;
		if (want)
			snprintf(wrong, sizeof(wrong), "want %s=VALUE, %s", names[i].name, want);
		return want ? wrong : NULL;
	}
	n = (size_t)snprintf(wrong, sizeof(wrong), "no such limit; there are");
	for (int i = 0; i < LIMIT_COUNT; i++)
		n += (size_t)snprintf(wrong + n, sizeof(wrong) - n, "%s %s", i ? "," : "",
				      names[i].name);
	return wrong;
}

const char *limit_name(enum limit_id id)
{
	return names[id].name;
}

void limit_describe(enum limit_id id, char *out, size_t n)
{
	double v = (double)limits.value[id];

	if (names[id].unit == UNIT_TIME)
		snprintf(out, n, "%s %.6g s", names[id].words, v / 1e9);
	else
		snprintf(out, n, "%s %.15g%s", names[id].words, v,
			 names[id].unit == UNIT_BYTES ? " bytes" : "");
}

/* ---- The shared state ---- */

static void wake_supervisor(void)
{
	__atomic_add_fetch(&limit_state->events, 1, __ATOMIC_SEQ_CST);
	host(SYS_futex, HP(&limit_state->events), FUTEX_WAKE, 1);
}

void limit_hit(enum limit_id id)
{
	u32 bit = 1u << id;

	if (__atomic_fetch_or(&limit_state->hit, bit, __ATOMIC_SEQ_CST) & bit)
		return;
	wake_supervisor();
}

static bool is_gone(int pid)
{
	return host(SYS_kill, pid, 0) == -ESRCH;
}

static void free_slot(struct limit_slot *s, int pid)
{
	u64 cpu = s->cpu_ns;

	/* Whoever changes the pid back to 0 has freed it. */
	if (!__atomic_compare_exchange_n(&s->pid, &pid, 0, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		return;
	__atomic_add_fetch(&limit_state->cpu_gone, cpu, __ATOMIC_SEQ_CST);
}

void limit_sweep(void)
{
	for (u32 i = 0; i < limit_state->used; i++) {
		struct limit_slot *s = &limit_state->slot[i];
		int pid = s->pid;

		if (pid && is_gone(pid < 0 ? -pid : pid))
			free_slot(s, pid);
	}
}

static struct limit_slot *take_slot(int pid)
{
	u32 max = limit_given(LIMIT_PROCESSES)
			  ? (u32)MIN(limits.value[LIMIT_PROCESSES], (u64)MAX_PROCESSES)
			  : MAX_PROCESSES;

	for (u32 i = 0; i < max; i++) {
		struct limit_slot *s = &limit_state->slot[i];
		int none = 0;

		if (s->pid || !__atomic_compare_exchange_n(&s->pid, &none, pid, false,
							   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			continue;
		s->threads = 1;
		s->sends = 0;
		s->cpu_ns = 0;
		for (u32 used = limit_state->used; used < i + 1;)
			if (__atomic_compare_exchange_n(&limit_state->used, &used, i + 1, false,
							__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
				break;
		return s;
	}
	return NULL;
}

static u64 count_threads(void)
{
	u64 n = 0;

	for (u32 i = 0; i < limit_state->used; i++)
		if (limit_state->slot[i].pid)
			n += limit_state->slot[i].threads;
	return n;
}

static bool threads_ok(void)
{
	if (!limit_given(LIMIT_THREADS) || count_threads() <= limits.value[LIMIT_THREADS])
		return true;
	limit_sweep();
	if (count_threads() <= limits.value[LIMIT_THREADS])
		return true;
	limit_hit(LIMIT_THREADS);
	return false;
}

bool limits_may_fork(void)
{
	int pid = (int)host(SYS_getpid);

	if (!limits_on)
		return true;
	if (limit_state->ending)
		return false;
	reserved = take_slot(-pid);
	if (!reserved) {
		limit_sweep();
		reserved = take_slot(-pid);
	}
	if (!reserved) {
		limit_hit(LIMIT_PROCESSES);
		return false;
	}
	if (threads_ok())
		return true;
	reserved->pid = 0;
	return false;
}

void limits_forked(long pid)
{
	if (limits_on && reserved)
		reserved->pid = pid > 0 ? (int)pid : 0;
	reserved = NULL;
}

void limits_fork_child(void)
{
	if (!limits_on)
		return;
	mine = reserved;
	reserved = NULL;
	if (mine)
		mine->pid = (int)host(SYS_getpid);
	if (limit_state->ending)
		host(SYS_kill, host(SYS_getpid), SIGKILL);
}

bool limits_may_clone_thread(void)
{
	if (!limits_on || !mine)
		return true;
	__atomic_add_fetch(&mine->threads, 1, __ATOMIC_SEQ_CST);
	if (threads_ok())
		return true;
	limits_thread_ended();
	return false;
}

void limits_thread_ended(void)
{
	if (limits_on && mine)
		__atomic_sub_fetch(&mine->threads, 1, __ATOMIC_SEQ_CST);
}

void limit_slot_sends(int n)
{
	if (mine)
		__atomic_add_fetch(&mine->sends, (u32)n, __ATOMIC_SEQ_CST);
}

void limits_exit(void)
{
	struct timespec t;

	if (!limits_on || !mine || clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		return;
	mine->cpu_ns = (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

void limits_data_refused(u64 limit)
{
	if (!limits_on || !limit_given(LIMIT_MEMORY) || limit < limits.value[LIMIT_MEMORY] ||
	    __atomic_exchange_n(&limit_state->refused, true, __ATOMIC_SEQ_CST))
		return;
	wake_supervisor();
}

bool limits_no_huge_pages(void)
{
	return limits_on && limit_given(LIMIT_MEMORY);
}

static void write_setting(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return;
	fputs(text, f);
	fclose(f);
}

/* What a queue takes that has as many messages as it has bytes, of none each; a semaphore. */
#define QUEUE_BYTES	(1UL << 20)
#define SEMAPHORE_BYTES 64UL

void limits_bound_ipc(void)
{
	u64 most = limits_on && limit_given(LIMIT_MEMORY) ? limits.value[LIMIT_MEMORY] : 0;
	char text[80];

	if (!most)
		return;
	snprintf(text, sizeof(text), "%lu", MAX(most / PAGE_SIZE, 1UL));
	write_setting("/proc/sys/kernel/shmall", text);
	snprintf(text, sizeof(text), "%lu", MIN(MAX(most / QUEUE_BYTES, 1UL), 32000UL));
	write_setting("/proc/sys/kernel/msgmni", text);
	snprintf(text, sizeof(text), "32000 %lu 500 32000",
		 MIN(most / SEMAPHORE_BYTES, 1024000000UL));
	write_setting("/proc/sys/kernel/sem", text);
}

bool limits_is_own(int pid)
{
	return limits_on && pid > 0 &&
	       (pid == limit_state->supervisor || pid == limit_state->front);
}

long limits_kill_all(int sig)
{
	int self = (int)host(SYS_getpid);
	long ret = -ESRCH;

	for (u32 i = 0; i < limit_state->used; i++) {
		int pid = limit_state->slot[i].pid;

		if (pid > 0 && pid != self && host(SYS_kill, pid, sig) == 0)
			ret = 0;
	}
	return ret;
}

/* ---- Resource limits ---- */

u64 limits_rlimit_cap(u32 resource)
{
	if (!limits_on)
		return RLIM_INFINITY;
	if (resource == RLIMIT_NOFILE && limit_given(LIMIT_FILES))
		return limits.value[LIMIT_FILES];
	if (resource == RLIMIT_FSIZE && limit_given(LIMIT_FILE_SIZE))
		return limits.value[LIMIT_FILE_SIZE];
	if (resource == RLIMIT_DATA && limit_given(LIMIT_MEMORY))
		return limits.value[LIMIT_MEMORY];
	return RLIM_INFINITY;
}

static void lower(int resource)
{
	struct rlimit r;
	u64 cap = limits_rlimit_cap((u32)resource);

	if (cap == RLIM_INFINITY || getrlimit(resource, &r) != 0)
		return;
	r.rlim_cur = MIN(r.rlim_cur, cap);
	r.rlim_max = MIN(r.rlim_max, cap);
	/* trapgate's own descriptors lie between the two */
	if (resource == RLIMIT_NOFILE)
		r.rlim_max = r.rlim_cur + HOST_MAX_OWN_FDS;
	if (setrlimit(resource, &r) != 0 && resource == RLIMIT_NOFILE) {
		r.rlim_max = r.rlim_cur;
		setrlimit(resource, &r);
	}
}

/* ---- The beginning ---- */

struct limit_state *limits_share(void)
{
	struct limit_state *s = host_shared(sizeof(*s));

	if (!s)
		fatal("--limit: out of memory");
	limit_count_prepare();
	return s;
}

void limits_renew(struct limit_state *s)
{
	/* the slots behind those that were used are zeros still */
	memset(s, 0, offsetof(struct limit_state, slot) + s->used * sizeof(s->slot[0]));
}

void limits_forbid_forks(struct limit_state *s)
{
	s->ending = true;
}

const char *limits_reached(const struct limit_state *s, const struct limits *l, bool ends,
			   char *out, size_t n)
{
	u32 ending = (1u << (LIMIT_NETWORK + 1)) - 1, hit = s->hit & (ends ? ending : ~ending);

	limits = *l;
	for (int i = 0; i < LIMIT_COUNT; i++)
		if (hit & (1u << i)) {
			limit_describe((enum limit_id)i, out, n);
			return names[i].name;
		}
	if (!ends && s->refused) {
		limit_describe(LIMIT_MEMORY, out, n);
		return names[LIMIT_MEMORY].name;
	}
	return NULL;
}

/* In the program's process, once limit_state is there. */
static void enter(int (*read_user)(void *dst, guest_addr src, size_t n))
{
	limits_on = true;
	mine = take_slot((int)host(SYS_getpid));
	lower(RLIMIT_NOFILE);
	lower(RLIMIT_FSIZE);
	limit_count_start(read_user);
}

void limits_enter(struct limit_state *s, const struct limits *l,
		  int (*read_user)(void *dst, guest_addr src, size_t n))
{
	limits = *l;
	limit_state = s;
	s->front = s->supervisor = (int)host(SYS_getppid);
	enter(read_user);
}

static void start(struct limit_state *s, const struct limits *l,
		  int (*read_user)(void *dst, guest_addr src, size_t n))
{
	limits = *l;
	limit_state = s;
	limit_supervise();
	enter(read_user);
}

void limits_start(const struct limits *l, int (*read_user)(void *dst, guest_addr src, size_t n))
{
	start(limits_share(), l, read_user);
}

void limits_enter_supervised(struct limit_state *s, const struct limits *l,
			     int (*read_user)(void *dst, guest_addr src, size_t n))
{
	limit_tells = false;
	start(s, l, read_user);
}
