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

u64 limit_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

void limit_start_clock(void)
{
	started = limit_clock();
}

/* ---- The front ---- */

static void forward(int sig, siginfo_t *info, void *context)
{
	(void)context;
	/* the terminal tells everybody itself */
	if (info->si_code <= 0 && program > 0)
		kill(program, sig);
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
			host_end_like(word);
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

bool limit_tells = true;

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

		if (!(fresh & (1u << i)) || !limit_tells)
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

bool limit_time_is_up(void)
{
	return limit_given(LIMIT_WALL) && limit_clock() - started >= limits.value[LIMIT_WALL];
}

static void look_at_memory(void)
{
	static int pids[MAX_PROCESSES];
	u32 n = 0;

	for (u32 i = 0; i < limit_state->used; i++)
		if (limit_state->slot[i].pid > 0)
			pids[n++] = limit_state->slot[i].pid;
	if (limit_memory_exceeded(pids, n))
		limit_hit(LIMIT_MEMORY);
}

/* Looking at many processes takes long: at most a quarter of the time. */
static u64 next_look;

static void look(void)
{
	u64 begin = limit_clock();

	if (begin >= next_look) {
		if (limit_given(LIMIT_CPU))
			look_at_cpu();
		if (limit_given(LIMIT_MEMORY))
			look_at_memory();
		next_look = limit_clock() + MAX(TICK_NS, 3 * (limit_clock() - begin));
	}
	if (limit_time_is_up())
		limit_hit(LIMIT_WALL);
}

static u64 until(u64 when)
{
	u64 at = limit_clock();

	return when > at ? when - at : 0;
}

/* Until something may have changed. */
static void wait_for_events(u32 seen)
{
	u64 ns = 3600000000000UL;
	struct timespec t;

	if (limit_given(LIMIT_CPU) || limit_given(LIMIT_MEMORY))
		ns = until(next_look);
	if (limit_given(LIMIT_WALL))
		ns = MIN(ns, until(started + limits.value[LIMIT_WALL]) + 1000);
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
	limit_start_clock();
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
