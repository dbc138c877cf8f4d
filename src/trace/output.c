/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where lines go. Traced processes write to one file and share a page that says whose unfinished
 * line is the last: whoever writes next ends it with "<unfinished ...>" for its owner. So a call
 * costs one write(), at its exit, unless somebody watches (a terminal, a pipe) or another task's
 * line comes between. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/host.h"
#include "host/image.h"
#include "trace/internal.h"

struct trace_shared *tsh;

static _Thread_local int out_fd = -1;
static int shared_fd = -1;
static bool immediate; /* somebody may be watching: entries are shown at once */
static bool buffering; /* a file: the observer writes what is left every now and then */
static bool guarded;   /* writing may raise SIGPIPE */

u64 now_ns(int clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

void out_share(void)
{
	if (tsh)
		munmap(tsh, sizeof(*tsh));
	tsh = host_shared(sizeof(*tsh));
	if (!tsh)
		fatal("no memory for the trace");
}

void out_set_fd(int fd)
{
	struct stat st = {0};

	out_fd = shared_fd = fd;
	immediate = guarded = fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode));
	if (immediate && S_ISCHR(st.st_mode)) { /* /dev/null: nobody watches */
		guarded = false;
		immediate = isatty(fd);
	}
	if (topt.ring) {
		immediate = true; /* the call that never ends is the one that counts */
		guarded = false;
	}
	if (topt.json)
		immediate = false;
	buffering = topt.observed && !immediate && !guarded && !topt.separate;
}

/* ---- The lock ---- */

static u64 my_lock(void)
{
	return (u64)(u32)host(SYS_getpid) << 32 | (u32)host(SYS_gettid);
}

/* Whether the process that holds the lock is dead: killed in the middle. */
static bool holder_is_dead(u64 holder)
{
	char path[40], stat[256], *p;
	long fd, n;

	snprintf(path, sizeof(path), "/proc/%u/stat", (u32)(holder >> 32));
	fd = host(SYS_openat, AT_FDCWD, HP(path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return host(SYS_kill, holder >> 32, 0) == -ESRCH;
	n = host(SYS_read, fd, HP(stat), sizeof(stat) - 1);
	host(SYS_close, fd);
	stat[MAX(n, 0)] = 0;
	p = strrchr(stat, ')');
	return p && (p[2] == 'Z' || p[2] == 'X');
}

static _Thread_local u64 self; /* my_lock(), known for as long as the task is the same */

static void lock(void)
{
	u64 none = 0;

	if (unlikely(!self))
		self = my_lock();
	for (u32 turn = 0; !__atomic_compare_exchange_n(&tsh->lock, &none, self, false,
							__ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
	     turn++) {
		struct timespec ts = {0, 100000};

		if (turn < 100)
			__builtin_ia32_pause();
		else if (turn % 32 == 0 && holder_is_dead(none) &&
			 __atomic_compare_exchange_n(&tsh->lock, &none, self, false,
						     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
		else
			host(SYS_nanosleep, HP(&ts), 0);
		none = 0;
	}
}

static void unlock(void)
{
	__atomic_store_n(&tsh->lock, 0, __ATOMIC_RELEASE);
}

/* ---- Writing ---- */

void out_give_up(const char *why)
{
	if (why && !__atomic_exchange_n(&tsh->failed, 1, __ATOMIC_RELAXED))
		warn("cannot write the trace: %s; the program goes on without it", why);
}

static void write_all(const char *text, size_t n)
{
	int fd = topt.separate ? out_fd : shared_fd;

	while (n) {
		long done = host(SYS_write, fd, HP(text), n);

		if (done == -EINTR)
			continue;
		if (done == -EAGAIN) { /* the guest made the terminal non-blocking */
			struct pollfd p = {fd, POLLOUT, 0};

			host(SYS_poll, HP(&p), 1, -1);
			continue;
		}
		if (done <= 0) {
			out_give_up(strerror(done ? (int)-done : EIO));
			return;
		}
		text += done;
		n -= (size_t)done;
	}
}

static void ring_write(struct trace_ring *r, const char *text, size_t n)
{
	while (n) {
		size_t at = r->end % TRACE_RING_SIZE, part = MIN(n, TRACE_RING_SIZE - at);

		memcpy(r->text + at, text, part);
		r->end += part;
		text += part;
		n -= part;
	}
}

/* SIGPIPE and SIGXFSZ of the trace's own writing never reach the guest. */
static void emit_now(const char *text, size_t n)
{
	u64 set = 1ULL << (SIGPIPE - 1) | 1ULL << (SIGXFSZ - 1), old, before = 0, after = 0;
	struct timespec zero = {0, 0};
	struct rlimit lim;

	if (topt.ring) {
		ring_write(topt.ring, text, n);
		return;
	}
	if (!n || tsh->failed)
		return;
	if (!guarded && getrlimit(RLIMIT_FSIZE, &lim) == 0 && lim.rlim_cur == RLIM_INFINITY) {
		write_all(text, n);
		return;
	}
	host(SYS_rt_sigprocmask, SIG_BLOCK, HP(&set), HP(&old), 8);
	host(SYS_rt_sigpending, HP(&before), 8);
	write_all(text, n);
	host(SYS_rt_sigpending, HP(&after), 8);
	set &= after & ~before;
	if (set)
		host(SYS_rt_sigtimedwait, HP(&set), 0, HP(&zero), 8);
	host(SYS_rt_sigprocmask, SIG_SETMASK, HP(&old), 0, 8);
}

static void flush_buffer(void)
{
	u32 n = tsh->buffered;

	tsh->buffered = 0;
	emit_now(tsh->buffer, n);
}

static void emit(const char *text, size_t n)
{
	if (!buffering) {
		emit_now(text, n);
		return;
	}
	if (n > sizeof(tsh->buffer) - tsh->buffered)
		flush_buffer();
	if (n > sizeof(tsh->buffer)) {
		emit_now(text, n);
		return;
	}
	memcpy(tsh->buffer + tsh->buffered, text, n);
	tsh->buffered += (u32)n;
}

#define COLOR_NAME  "\33[1;36m"
#define COLOR_ERROR "\33[31m"
#define COLOR_EVENT "\33[33m"
#define COLOR_OFF   "\33[0m"

/* Colours a piece of a line: the name of the call, a failure, a signal or an exit. */
static void emit_colored(const char *text, size_t n)
{
	static _Thread_local char *buf;
	const char *end = text + n, *from = text, *to = NULL, *color = NULL;
	size_t len = 0, tail = n && end[-1] == '\n';
	const char *paren = memchr(text, '(', n), *fail = memmem(text, n, " = -1 E", 7);
	const char *event = memmem(text, n, "--- ", 4);

	if (!event)
		event = memmem(text, n, "+++ ", 4);
	if (event && (!paren || event < paren)) {
		from = event;
		to = end - tail;
		color = COLOR_EVENT;
	} else if (fail) {
		from = fail + 3;
		to = end - tail;
		color = COLOR_ERROR;
	} else if (paren) {
		to = paren;
		for (from = paren; from > text && from[-1] != ' '; from--)
			;
		color = COLOR_NAME;
	}
	if (!to || n > TRACE_LINE_MAX) {
		emit(text, n);
		return;
	}
	trace_memory(&buf, TRACE_LINE_MAX + 64);
#define PART(p, size) (memcpy(buf + len, p, size), len += (size))
	PART(text, (size_t)(from - text));
	PART(color, strlen(color));
	PART(from, (size_t)(to - from));
	PART(COLOR_OFF, strlen(COLOR_OFF));
	PART(to, (size_t)(end - to));
#undef PART
	emit(buf, len);
}

static void show(const char *text, size_t n)
{
	if (topt.color == COLOR_ALWAYS)
		emit_colored(text, n);
	else
		emit(text, n);
}

void out_raw(const char *text, size_t n)
{
	lock();
	emit(text, n);
	unlock();
}

void out_flush(void)
{
	if (!tsh->buffered)
		return;
	lock();
	flush_buffer();
	unlock();
}

/* Ends the line that is the last on the output with this text. */
static void end_open_with(const char *rest)
{
	size_t n = strlen(rest);

	memcpy(tsh->open + tsh->open_len, rest, n);
	show(tsh->open + tsh->open_shown, tsh->open_len + n - tsh->open_shown);
	tsh->open_tid = 0;
}

/* Ends the unfinished line that is the last on the output. */
static void finish_open(void)
{
	if (tsh->open_tid)
		end_open_with(" <unfinished ...>\n");
}

void out_pid_changed(int tid, int to)
{
	char rest[48];

	if (topt.separate || topt.json || topt.status != TS_ALL)
		return;
	snprintf(rest, sizeof(rest), " <pid changed to %d ...>\n", to);
	lock();
	if (tsh->open_tid == (u32)tid)
		end_open_with(rest);
	unlock();
}

static _Thread_local struct trace_task *me; /* this task's place among all */

/* For whoever has to tell that the call never returned. */
static void remember_call(const struct tline *t)
{
	me->row = t->call.row;
	memcpy(me->args, t->call.args, sizeof(me->args));
	me->wall = t->wall;
	me->begin = t->begin;
}

void out_left(void)
{
	if (me)
		me->open = 0;
}

void out_entry(struct tline *t)
{
	t->sent = 0;
	if (me) {
		me->name = t->name;
		me->nr = t->call.nr;
		me->abi = (u8)t->call.abi;
		me->gate = (u8)t->call.gate;
		me->partial = t->next < t->nargs;
		me->open = 1;
		if (topt.json)
			remember_call(t);
	}
	if (topt.separate || topt.json || topt.status != TS_ALL) {
		/* nothing comes between, or the line waits for its result */
		if (topt.separate && immediate && topt.status == TS_ALL && !topt.json) {
			show(t->buf, t->len);
			t->sent = t->len;
		}
		return;
	}
	lock();
	finish_open();
	tsh->open_len = (u32)MIN(t->len, TRACE_LINE_MAX - 64);
	memcpy(tsh->open, t->buf, tsh->open_len);
	tsh->open_shown = 0;
	if (immediate) {
		show(t->buf, tsh->open_len);
		tsh->open_shown = tsh->open_len;
	}
	tsh->open_tid = (u32)t->call.pid;
	unlock();
}

static void newline(struct tline *t)
{
	t->limit = TRACE_LINE_MAX;
	if (t->len == TRACE_LINE_MAX)
		t->len--;
	*line_end(t, 1) = '\n';
	t->len++;
}

void out_exit(struct tline *t, void (*resume)(struct tline *t))
{
	if (topt.separate || topt.json || topt.status != TS_ALL) {
		newline(t);
		if (!topt.separate)
			lock();
		show(t->buf + t->sent, t->len - t->sent);
		if (!topt.separate)
			unlock();
		t->len = 0;
		return;
	}
	lock();
	if (tsh->open_tid == (u32)t->call.pid) {
		newline(t);
		show(t->buf + tsh->open_shown, t->len - tsh->open_shown);
		tsh->open_tid = 0;
		unlock();
		t->len = 0;
		return;
	}
	finish_open();
	resume(t);
	newline(t);
	show(t->buf, t->len);
	unlock();
	t->len = 0;
}

/* Whether the entry of t's call still is the last thing on the output, or not yet there. */
bool out_is_open(const struct tline *t)
{
	return topt.separate || topt.json || topt.status != TS_ALL ||
	       tsh->open_tid == (u32)t->call.pid;
}

void out_line(struct tline *t)
{
	newline(t);
	if (!topt.separate)
		lock();
	if (!topt.separate)
		finish_open();
	show(t->buf, t->len);
	if (!topt.separate)
		unlock();
	t->len = 0;
}

void out_finish_dead(int tid)
{
	char *end;

	if (topt.separate || topt.json || topt.status != TS_ALL)
		return;
	lock();
	if (tsh->open_tid == (u32)tid) {
		end = tsh->open + tsh->open_len;
		if (end[-1] == ' ' && end[-2] == ',') /* arguments are missing */
			end = stpcpy(end, " <unfinished ...>");
		end = stpcpy(end, ") ");
		while (end - tsh->open < topt.column)
			*end++ = ' ';
		end = stpcpy(end, "= ?\n");
		show(tsh->open + tsh->open_shown, (size_t)(end - tsh->open) - tsh->open_shown);
		tsh->open_tid = 0;
	}
	unlock();
}

bool out_cancel(struct tline *t)
{
	bool mine;

	if (topt.separate || topt.json || topt.status != TS_ALL)
		return !t->sent;
	lock();
	mine = tsh->open_tid == (u32)t->call.pid && !tsh->open_shown;
	if (mine)
		tsh->open_tid = 0;
	unlock();
	return mine;
}

/* ---- Tasks ---- */

const char *out_open_separate(int tid)
{
	static char wrong[4300];
	char name[4200];
	int fd;

	snprintf(name, sizeof(name), "%s.%d", topt.file, tid);
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (topt.append ? 0 : O_TRUNC),
		  0666);
	if (fd < 0) {
		snprintf(wrong, sizeof(wrong), "Can't fopen '%s': %s", name, strerror(errno));
		return wrong;
	}
	out_fd = host_own_fd(fd);
	return NULL;
}

struct trace_task *out_task(int tid)
{
	for (u32 i = 0; i < TRACE_TASKS_MAX; i++) {
		struct trace_task *t = &tsh->task[((u32)tid + i) % TRACE_TASKS_MAX];

		if (!t->tid)
			return NULL;
		if (t->tid == (u32)tid && !t->reported)
			return t;
	}
	return NULL;
}

struct trace_task *out_next_task(u32 *at)
{
	while (*at < TRACE_TASKS_MAX) {
		u64 rest = __atomic_load_n(&tsh->live[*at / 64], __ATOMIC_ACQUIRE) >> (*at % 64);

		if (!rest) {
			*at = (*at / 64 + 1) * 64;
			continue;
		}
		*at += (u32)__builtin_ctzll(rest) + 1;
		return &tsh->task[*at - 1];
	}
	return NULL;
}

struct trace_task *out_sibling(u32 *at, int pid, int tid)
{
	struct trace_task *t;

	while ((t = out_next_task(at)))
		if (t->pid == (u32)pid && t->tid != (u32)tid)
			return t;
	return NULL;
}

void out_task_started(int tid)
{
	int own = (int)host(SYS_getpid), process = pidns_outer(own, PID_TASK) ?: own;

	self = 0;
	me = NULL;
	for (u32 i = 0; i < ARRAY_SIZE(tsh->task); i++) {
		u32 k = ((u32)tid + i) % ARRAY_SIZE(tsh->task), old = tsh->task[k].tid;
		bool reported = tsh->task[k].reported;

		if (old == (u32)tid && !reported)
			return; /* known */
		if ((old && !reported) ||
		    !__atomic_compare_exchange_n(&tsh->task[k].tid, &old, (u32)tid, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			continue;
		tsh->task[k].reported = tsh->task[k].open = 0;
		tsh->task[k].stop = tsh->task[k].stop_by = tsh->task[k].due_signal = 0;
		tsh->task[k].pid = (u32)process;
		__atomic_or_fetch(&tsh->live[k / 64], 1ULL << k % 64, __ATOMIC_ACQ_REL);
		me = &tsh->task[k];
		break;
	}
	__atomic_add_fetch(&tsh->tasks, 1, __ATOMIC_RELAXED);
}

bool out_task_unknown(int tid)
{
	if (!topt.follow)
		return false;
	for (u32 i = 0; i < TRACE_TASKS_MAX; i++) {
		u32 k = ((u32)tid + i) % TRACE_TASKS_MAX, none = 0;

		if (tsh->task[k].tid == (u32)tid)
			return false;
		if (tsh->task[k].tid ||
		    !__atomic_compare_exchange_n(&tsh->task[k].tid, &none, (u32)tid, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			continue;
		tsh->task[k].reported = 1;
		return true;
	}
	return false;
}

bool out_task_ended(int tid)
{
	for (u32 i = 0; i < ARRAY_SIZE(tsh->task); i++) {
		u32 k = ((u32)tid + i) % ARRAY_SIZE(tsh->task);

		if (!tsh->task[k].tid)
			return false;
		if (tsh->task[k].tid != (u32)tid)
			continue;
		if (__atomic_exchange_n(&tsh->task[k].reported, 1, __ATOMIC_ACQ_REL))
			return false;
		__atomic_and_fetch(&tsh->live[k / 64], ~(1ULL << k % 64), __ATOMIC_ACQ_REL);
		__atomic_sub_fetch(&tsh->tasks, 1, __ATOMIC_RELAXED);
		return true;
	}
	return false;
}
