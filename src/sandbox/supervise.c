/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The supervisor of a run with limits. Three processes: the front is the one that the caller knows;
 * it waits and ends like the program. The supervisor is the front's child, in a session of its own,
 * so that nothing that is sent to the program's process group or terminal reaches it. The program
 * is the supervisor's child, in the front's process group; everything that comes from it falls to
 * the supervisor when its parent is gone, so that "no children left" means that all have ended. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/limits_internal.h"

#define TICK_NS	     25000000UL
#define KILLS_RUN(i) ((i) <= LIMIT_NETWORK)

static volatile pid_t program;
static int program_status;
static int line[2]; /* tells the front how the program ended */
static u64 started;

static u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

/* ---- The front ---- */

static void forward(int sig, siginfo_t *info, void *context)
{
	(void)context;
	/* the terminal tells everybody itself */
	if (info->si_code <= 0 && program > 0)
		kill(program, sig);
}

static _Noreturn void end_like(int status)
{
	struct rlimit none = {0, 0};
	sigset_t set;
	int sig;

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	sig = WTERMSIG(status);
	setrlimit(RLIMIT_CORE, &none);
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	_exit(128 + sig);
}

static _Noreturn void front(void)
{
	static const int sigs[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM};
	struct sigaction sa = {.sa_sigaction = forward, .sa_flags = SA_SIGINFO | SA_RESTART};
	int word;

	close(line[1]);
	if (read(line[0], &word, sizeof(word)) != sizeof(word))
		fatal("--limit: the supervisor has ended");
	program = word;
	for (size_t i = 0; i < ARRAY_SIZE(sigs); i++)
		sigaction(sigs[i], &sa, NULL);
	for (;;) {
		ssize_t n = read(line[0], &word, sizeof(word));

		if (n == sizeof(word)) {
			/* a supervisor that has done its work is gone first */
			while (read(line[0], &n, sizeof(n)) < 0)
				;
			end_like(word);
		}
		if (n == 0)
			fatal("--limit: the supervisor was killed");
	}
}

/* ---- Watching ---- */

static void on_child(int sig)
{
	(void)sig;
	__atomic_add_fetch(&limit_state->events, 1, __ATOMIC_SEQ_CST);
}

static void report(void)
{
	u32 fresh = limit_state->hit & ~limit_state->told;
	char words[80], text[120];

	limit_state->told |= fresh;
	if (limit_state->refused && !limit_state->refused_told) {
		limit_state->refused_told = true;
		fresh |= ~limit_state->hit & 1u << LIMIT_MEMORY;
	}
	for (int i = 0; i < LIMIT_COUNT; i++) {
		int n;

		if (!(fresh & (1u << i)))
			continue;
		limit_describe((enum limit_id)i, words, sizeof(words));
		n = snprintf(text, sizeof(text), "trapgate: limit: %s\n", words);
		host(SYS_write, 2, HP(text), n);
	}
}

static bool must_end(void)
{
	return limit_state->hit & ((1u << (LIMIT_NETWORK + 1)) - 1);
}

/* CPUCLOCK_SCHED of a process: clock_getcpuclockid(3). */
static void look_at_cpu(void)
{
	u64 sum = 0;

	limit_sweep();
	for (u32 i = 0; i < limit_state->used; i++) {
		struct limit_slot *s = &limit_state->slot[i];
		struct timespec t;
		int pid = s->pid;
		u64 ns;

		if (pid <= 0)
			continue;
		if (clock_gettime((clockid_t)((~(unsigned)pid << 3) | 2), &t) == 0) {
			ns = (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
			if (ns > s->cpu_ns)
				s->cpu_ns = ns;
		}
		sum += s->cpu_ns;
	}
	if (limit_state->cpu_gone + sum > limits.value[LIMIT_CPU])
		limit_hit(LIMIT_CPU);
}

/* The resident pages of a process, in bytes: an upper bound of its share. */
static u64 resident(int pid)
{
	unsigned long pages = 0;
	char path[40];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%*s %lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * PAGE_SIZE;
}

/* A line of /proc/PID/smaps_rollup, in bytes; false where that cannot be read. */
static bool rollup(int pid, const char *name, u64 *bytes)
{
	char path[48], text[128];
	unsigned long kb;
	size_t n = strlen(name);
	FILE *f;

	*bytes = 0;
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(text, sizeof(text), f))
		if (!strncmp(text, name, n) && sscanf(text + n, "%lu kB", &kb) == 1) {
			*bytes = kb << 10;
			break;
		}
	fclose(f);
	return true;
}

/* Its share of them, where shared pages are divided by those who share them. */
static u64 share(int pid)
{
	u64 bytes;

	return rollup(pid, "Pss:", &bytes) ? bytes : resident(pid);
}

static u64 mapped_files(int pid)
{
	u64 bytes;

	rollup(pid, "Pss_Shmem:", &bytes);
	return bytes;
}

static u64 sum_up(u64 (*of)(int pid))
{
	u64 sum = 0;

	for (u32 i = 0; i < limit_state->used; i++)
		if (limit_state->slot[i].pid > 0)
			sum += of(limit_state->slot[i].pid);
	return sum;
}

/* Files of memfd_create(2) that processes hold: each once, though it may be open many times. */
#define MAX_MEMFDS 65536

static u64 open_memfds(int pid, ino_t *seen, u32 *nr_seen)
{
	char path[300], target[16];
	struct dirent *d;
	u64 bytes = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		struct stat st;
		u32 i = 0;

		if (readlinkat(dirfd(dir), d->d_name, target, sizeof(target)) < 7 ||
		    memcmp(target, "/memfd:", 7) != 0 || fstatat(dirfd(dir), d->d_name, &st, 0))
			continue;
		while (i < *nr_seen && seen[i] != st.st_ino)
			i++;
		if (i < *nr_seen || *nr_seen == MAX_MEMFDS)
			continue;
		seen[(*nr_seen)++] = st.st_ino;
		bytes += (u64)st.st_blocks * 512;
	}
	if (dir)
		closedir(dir);
	return bytes;
}

/* What such files take beyond what of them is mapped, and so part of the processes' shares. */
static u64 unmapped_memfds(void)
{
	static ino_t seen[MAX_MEMFDS];
	u64 bytes = 0, mapped;
	u32 nr_seen = 0;

	if (!limit_state->memfds)
		return 0;
	for (u32 i = 0; i < limit_state->used; i++)
		if (limit_state->slot[i].pid > 0)
			bytes += open_memfds(limit_state->slot[i].pid, seen, &nr_seen);
	mapped = bytes ? sum_up(mapped_files) : 0;
	return bytes > mapped ? bytes - mapped : 0;
}

static void look_at_memory(void)
{
	u64 files = unmapped_memfds(), most = limits.value[LIMIT_MEMORY];

	if (sum_up(resident) + files > most && sum_up(share) + files > most)
		limit_hit(LIMIT_MEMORY);
}

static void look(void)
{
	if (limit_given(LIMIT_WALL) && now() - started >= limits.value[LIMIT_WALL])
		limit_hit(LIMIT_WALL);
	if (limit_given(LIMIT_CPU))
		look_at_cpu();
	if (limit_given(LIMIT_MEMORY))
		look_at_memory();
}

/* Until something may have changed. */
static void wait_for_events(u32 seen)
{
	u64 ns = TICK_NS, elapsed = now() - started;
	struct timespec t;

	if (!limit_given(LIMIT_CPU) && !limit_given(LIMIT_MEMORY))
		ns = 3600000000000UL;
	if (limit_given(LIMIT_WALL) &&
	    limits.value[LIMIT_WALL] - MIN(elapsed, limits.value[LIMIT_WALL]) < ns)
		ns = limits.value[LIMIT_WALL] - MIN(elapsed, limits.value[LIMIT_WALL]) + 1000;
	t = (struct timespec){(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
	host(SYS_futex, HP(&limit_state->events), FUTEX_WAIT, seen, HP(&t));
}

/* Reaps what has ended. False: nothing is left. */
static bool reap(bool *told)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid == program && !*told) {
			program_status = status;
			*told = true;
		}
	}
	return pid == 0 || errno != ECHILD;
}

/* ---- The end of all ---- */

/* The parent of a process, by /proc/PID/stat; 0 where there is none. */
static int parent_of(const char *pid)
{
	char path[300], text[512], *p;
	int fd, parent = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	p = strrchr(text, ')');
	if (!p || sscanf(p, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

/* Kills the supervisor's children. Theirs are its own then, for the next round. */
static void kill_children(void)
{
	DIR *proc = opendir("/proc");
	int self = getpid();
	struct dirent *d;

	if (program > 0)
		kill(program, SIGKILL);
	while (proc && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]) && parent_of(d->d_name) == self)
			kill(atoi(d->d_name), SIGKILL);
	if (proc)
		closedir(proc);
}

static void kill_slots(void)
{
	for (u32 i = 0; i < limit_state->used; i++)
		if (limit_state->slot[i].pid > 0)
			kill(limit_state->slot[i].pid, SIGKILL);
}

static void end_all(bool *told)
{
	struct timespec pause = {0, 1000000};

	limit_state->ending = true;
	do {
		if (*told)
			program = 0;
		kill_slots();
		kill_children();
		nanosleep(&pause, NULL);
		limit_sweep();
	} while (reap(told));
}

static void tell_front(int status)
{
	ssize_t n = write(line[1], &status, sizeof(status));

	(void)n; /* it may have been killed */
}

static _Noreturn void supervise(void)
{
	bool ended = false, told = false, left;
	u32 seen;

	do {
		seen = __atomic_load_n(&limit_state->events, __ATOMIC_SEQ_CST);
		left = reap(&ended);
		look();
		report();
		if (must_end() || (!told && getppid() != limit_state->front)) {
			end_all(&ended);
			report();
			break;
		}
		if (ended && !told) {
			tell_front(program_status);
			if (left)
				close(line[1]);
			told = true;
		}
		if (left)
			wait_for_events(seen);
	} while (left);
	if (!told)
		tell_front(must_end() ? W_EXITCODE(LIMIT_STATUS, 0) : program_status);
	_exit(0);
}

static void become_supervisor(void)
{
	struct sigaction sa = {.sa_handler = on_child};

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
	sigaction(SIGCHLD, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL); /* the front has ended */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	prctl(PR_SET_DUMPABLE, 0);
	close(line[0]);
	for (int fd = 0; fd < 1024; fd++)
		if (fd != 2 && fd != line[1])
			close(fd);
	supervise();
}

void limit_supervise(void)
{
	pid_t pid;
	int word;

	if (pipe2(line, O_CLOEXEC) != 0)
		fatal("--limit: pipe: %s", strerror(errno));
	limit_state->front = getpid();
	started = now();
	pid = fork();
	if (pid < 0)
		fatal("--limit: fork: %s", strerror(errno));
	if (pid > 0)
		front();
	limit_state->supervisor = getpid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	program = fork();
	if (program < 0)
		fatal("--limit: fork: %s", strerror(errno));
	if (program > 0) {
		word = program;
		if (write(line[1], &word, sizeof(word)) != sizeof(word))
			_exit(125);
		become_supervisor();
	}
	close(line[0]);
	close(line[1]);
}
