/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/normal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"

#define ADDRESS_DIGITS 5 /* a hexadecimal number this long is taken for an address */
#define LEAST_PID      10
#define FIRST_OWN_PORT 32768 /* of those that the kernel gives by itself */

/* ---- Process ids ---- */

struct pids {
	long *v;
	u32 n;
};

static void know(struct pids *p, long pid)
{
	if (pid < LEAST_PID)
		return;
	for (u32 i = 0; i < p->n; i++)
		if (p->v[i] == pid)
			return;
	p->v = realloc(p->v, (p->n + 1) * sizeof(*p->v));
	if (!p->v)
		fatal("out of memory");
	p->v[p->n++] = pid;
}

static u32 pid_name(const struct pids *p, long pid)
{
	for (u32 i = 0; i < p->n; i++)
		if (p->v[i] == pid)
			return i + 1;
	return 0;
}

static bool returns_pid(const char *name)
{
	static const char *const calls[] = {
		"fork",	   "vfork",  "clone",  "clone3",  "getpid",  "gettid",		"getppid",
		"getpgrp", "getsid", "setsid", "getpgid", "waitpid", "set_tid_address", "wait4",
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (strcmp(name, calls[i]) == 0)
			return true;
	return false;
}

static void find_pids(struct pids *p, const struct records *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct record *c = &r->v[i];

		know(p, c->pid);
		if (c->kind == RECORD_CALL && c->ret && returns_pid(c->name))
			know(p, strtol(c->ret, NULL, 10));
	}
}

/* Calls about files and memory: their numbers are sizes and offsets, whatever process has the same
 * number. */
static bool has_no_pid(const struct record *r)
{
	static const char *const calls[] = {
		"brk",	      "copy_file_range",
		"fadvise64",  "fallocate",
		"fstat",      "fstat64",
		"fstatat64",  "fstatfs",
		"ftruncate",  "getdents",
		"getdents64", "getrandom",
		"_llseek",    "lseek",
		"lstat",      "lstat64",
		"madvise",    "mmap",
		"mmap2",      "mprotect",
		"mremap",     "munmap",
		"newfstatat", "open",
		"openat",     "pread64",
		"pwrite64",   "read",
		"readv",      "sendfile",
		"sendfile64", "stat",
		"stat64",     "statfs",
		"statx",      "sysinfo",
		"truncate",   "write",
		"writev",
	};

	for (size_t i = 0; r->kind == RECORD_CALL && i < ARRAY_SIZE(calls); i++)
		if (strcmp(r->name, calls[i]) == 0)
			return true;
	return false;
}

/* ---- Rewriting ---- */

struct writer {
	char *buf;
	size_t n, room;
};

static void put(struct writer *w, const char *s, size_t len)
{
	if (w->n + len + 1 > w->room) {
		w->room = 2 * (w->n + len + 1);
		w->buf = realloc(w->buf, w->room);
		if (!w->buf)
			fatal("out of memory");
	}
	memcpy(w->buf + w->n, s, len);
	w->n += len;
	w->buf[w->n] = 0;
}

static void put_text(struct writer *w, const char *s)
{
	put(w, s, strlen(s));
}

/* Fields whose value is of the moment. */
static const char *volatile_field(const char *key, size_t len)
{
	static const char *const times[] = {
		"tv_sec",     "tv_nsec",       "tv_usec",	"st_atime",	 "st_mtime",
		"st_ctime",   "st_atime_nsec", "st_mtime_nsec", "st_ctime_nsec", "stx_atime",
		"stx_mtime",  "stx_ctime",     "stx_btime",	"si_utime",	 "si_stime",
		"uptime",     "loads",	       "freeram",	"sharedram",	 "bufferram",
		"procs",      "ru_utime",      "ru_stime",	"ru_maxrss",	 "ru_minflt",
		"ru_nvcsw",   "ru_nivcsw",     "tms_utime",	"tms_stime",	 "tms_cutime",
		"tms_cstime", "ru_majflt",     "f_bfree",	"f_bavail",	 "f_ffree",
		"totalswap",  "freeswap",
	};
	static const char *const inodes[] = {"st_ino", "stx_ino", "d_ino", "d_off"};

	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		if (strlen(times[i]) == len && strncmp(times[i], key, len) == 0)
			return "TIME";
	for (size_t i = 0; i < ARRAY_SIZE(inodes); i++)
		if (strlen(inodes[i]) == len && strncmp(inodes[i], key, len) == 0)
			return "INO";
	return NULL;
}

/* The end of a field's value: the comma or bracket that follows it. */
static const char *value_end(const char *s)
{
	while (*s && !strchr(",})]", *s)) {
		const char *next = NULL;

		if (*s == '"')
			next = skip_string(s);
		else if (strchr("({[", *s))
			next = skip_bracket(s);
		s = next ? next : s + 1;
	}
	return s;
}

/* A comment with the date, as strace puts behind a number of seconds. */
static bool is_date(const char *s)
{
	return strncmp(s, " /* ", 4) == 0 && strspn(s + 4, "0123456789-") == 10 && s[14] == 'T' &&
	       strstr(s, "*/");
}

static const char *rewrite_number(struct writer *w, const char *s, const struct pids *p,
				  const struct normal_options *opt)
{
	char *end, name[24];
	u32 nr;

	if (s[0] == '0' && s[1] == 'x') {
		size_t len = strspn(s + 2, "0123456789abcdefABCDEF");

		if (!opt->keep_addresses && len >= ADDRESS_DIGITS)
			put_text(w, "ADDR");
		else
			put(w, s, len + 2);
		return s + 2 + len;
	}
	nr = pid_name(p, strtol(s, &end, 10));
	if (!opt->keep_times && is_date(end)) {
		put_text(w, "TIME");
		end = strstr(end, "*/") + 2;
	} else if (nr && !opt->keep_pids && !isalpha((unsigned char)*end) && *end != '*' &&
		   (w->n == 0 || w->buf[w->n - 1] != '*')) { /* 8192*1024 is none */
		snprintf(name, sizeof(name), "P%u", nr);
		put_text(w, name);
	} else {
		put(w, s, (size_t)(end - s));
	}
	return end;
}

/* Inside of strings nothing is rewritten but /proc/PID. */
static const char *rewrite_string(struct writer *w, const char *s, const struct pids *p,
				  const struct normal_options *opt)
{
	const char *end = skip_string(s);

	if (!end)
		end = s + strlen(s);
	if (strncmp(s, "\"/proc/", 7) == 0 && isdigit((unsigned char)s[7])) {
		put(w, s, 7);
		s = rewrite_number(w, s + 7, p, opt);
	}
	put(w, s, (size_t)(end - s));
	return end;
}

/* Descriptors of files whose content is of the moment, while they are open. */
#define OPEN_MAX_KNOWN 256
struct opened {
	int pid, fd;
	const char *what;
};
struct opened_files {
	struct opened v[OPEN_MAX_KNOWN];
	u32 n;
};

static const char *content_of(const char *path)
{
	if (strncmp(path, "\"/proc/", 7) == 0)
		return "PROC";
	return strncmp(path, "\"/dev/urandom\"", 14) == 0 ||
			       strncmp(path, "\"/dev/random\"", 13) == 0
		       ? "RANDOM"
		       : NULL;
}

/* What stands for the strings of a call; NULL: they stand for themselves. */
static const char *content(struct opened_files *o, const struct record *r)
{
	bool at, read;

	if (r->kind != RECORD_CALL || !r->nr_args)
		return NULL;
	if (strcmp(r->name, "getrandom") == 0)
		return "RANDOM";
	at = strcmp(r->name, "openat") == 0;
	if ((at || strcmp(r->name, "open") == 0) && r->nr_args > (at ? 1 : 0) && r->ret &&
	    isdigit((unsigned char)*r->ret) && content_of(r->args[at]) && o->n < OPEN_MAX_KNOWN) {
		o->v[o->n++] = (struct opened){r->pid, atoi(r->ret), content_of(r->args[at])};
		return NULL;
	}
	read = strstr(r->name, "read") != NULL;
	for (u32 i = 0; i < o->n; i++) {
		if (o->v[i].pid != r->pid || o->v[i].fd != atoi(r->args[0]))
			continue;
		if (strcmp(r->name, "close") == 0)
			o->v[i] = o->v[--o->n];
		return read ? o->v[i].what : NULL;
	}
	return NULL;
}

/* random: what stands for its strings, or NULL */
static char *rewrite(const struct record *r, const struct pids *p, const struct normal_options *opt,
		     const char *random)
{
	static const struct pids none;
	bool no_pid = has_no_pid(r);
	struct writer w = {0};
	const char *s = r->text;

	put(&w, "", 0);
	while (*s) {
		size_t word;

		/* --json has bytes that are no text otherwise than others */
		if (random && (!strncmp(s, "{base64=", 8) || !strncmp(s, "{text=", 6)) &&
		    skip_bracket(s)) {
			put_text(&w, random);
			s = skip_bracket(s);
			continue;
		}
		if (*s == '"') {
			if (!random) {
				s = rewrite_string(&w, s, p, opt);
				continue;
			}
			put_text(&w, random);
			s = skip_string(s) ? skip_string(s) : s + strlen(s);
			s += strspn(s, ".");
			continue;
		}
		if (isdigit((unsigned char)*s)) {
			s = rewrite_number(&w, s, no_pid ? &none : p, opt);
			continue;
		}
		word = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				 "0123456789");
		if (!word) {
			put(&w, s++, 1);
			continue;
		}
		put(&w, s, word);
		if (word == 5 && strncmp(s, "htons(", 6) == 0 && !opt->keep_addresses &&
		    strtol(s + 6, NULL, 10) >= FIRST_OWN_PORT) {
			put_text(&w, "(PORT");
			s += 6 + strspn(s + 6, "0123456789");
			continue;
		}
		if (s[word] == '=' && !opt->keep_times && volatile_field(s, word)) {
			put(&w, "=", 1);
			put_text(&w, volatile_field(s, word));
			s = value_end(s + word + 1);
		} else {
			s += word;
		}
	}
	return w.buf;
}

/* Asks for the time, which one side may have been told without a call: by its vDSO. */
static bool is_clock(const struct record *r)
{
	static const char *const calls[] = {
		"clock_gettime", "gettimeofday",       "time", "getcpu", "clock_gettime64",
		"clock_getres",	 "clock_getres_time64"};

	for (size_t i = 0; r->kind == RECORD_CALL && i < ARRAY_SIZE(calls); i++)
		if (strcmp(r->name, calls[i]) == 0)
			return r->ret && *r->ret != '-';
	return false;
}

static void drop_clocks(struct records *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (is_clock(&r->v[i])) {
			free(r->v[i].text);
			continue;
		}
		r->v[n++] = r->v[i];
	}
	r->n = n;
}

/* Calls whose result is the time itself, or what a register held where the signal came. */
static void hide_result(struct record *r)
{
	bool timed, resumed;
	char *eq;

	if (r->kind != RECORD_CALL || !r->ret)
		return;
	timed = *r->ret != '-' && (!strcmp(r->name, "time") || !strcmp(r->name, "times"));
	resumed = !strcmp(r->name, "rt_sigreturn") || !strcmp(r->name, "sigreturn");
	eq = timed || resumed ? strstr(r->text, ") = ") : NULL;
	if (eq)
		strcpy(eq, timed ? ") = T" : ") = R"); /* never longer than it was */
}

void records_normalise(struct records *r, const struct normal_options *opt)
{
	struct opened_files o = {.n = 0};
	struct pids p = {0};

	find_pids(&p, r);
	for (size_t i = 0; i < r->n; i++) {
		struct record *c = &r->v[i];
		char *text = rewrite(c, &p, opt, content(&o, c));

		free(c->text);
		c->text = text;
		if (!opt->keep_times)
			hide_result(c);
	}
	free(p.v);
	if (!opt->keep_times)
		drop_clocks(r);
}
