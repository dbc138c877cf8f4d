/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process learns of the system and of itself: names, limits, scheduling, prctl, use of
 * resources, random numbers. */
#include "guest.h"
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>

#define BAD	      ((void *)16)
#define CALL(nr, ...) SHOW(syscall(SYS_##nr, __VA_ARGS__))

static void names(void)
{
	struct utsname u;

	SHOW(uname(&u));
	printf("%s %s %s %s\n", u.sysname, u.release, u.version, u.machine);
	SHOW(personality(0xffffffff));
	SHOW(personality(PER_LINUX32));
	SHOW(uname(&u));
	printf("%s\n", u.machine);
	SHOW(personality(PER_LINUX | UNAME26));
	SHOW(uname(&u));
	printf("%s %s\n", u.release, u.machine);
	SHOW(personality(PER_LINUX));
	CALL(uname, BAD);
	CALL(uname, NULL);
#ifdef __i386__
	char old[5][65], older[5][9];

	SHOW(syscall(SYS_olduname, old));
	printf("%s %s %s\n", old[0], old[2], old[4]);
	SHOW(syscall(SYS_oldolduname, older));
	printf("%s %s %s\n", older[0], older[2], older[4]);
#endif
}

static void limits(void)
{
	static const int kinds[] = {RLIMIT_CPU,	  RLIMIT_FSIZE,	 RLIMIT_DATA, RLIMIT_STACK,
				    RLIMIT_CORE,  RLIMIT_NPROC,	 RLIMIT_AS,   RLIMIT_NOFILE,
				    RLIMIT_LOCKS, RLIMIT_RTPRIO, RLIMIT_NICE, RLIMIT_MSGQUEUE};
	struct rlimit l, big = {2, 1};

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		SHOW(getrlimit(kinds[i], &l));
		printf("%d: %llx %llx\n", kinds[i], (long long)l.rlim_cur, (long long)l.rlim_max);
	}
	SHOW(getrlimit(99, &l));
	SHOW(setrlimit(RLIMIT_AS, &big));
	SHOW(setrlimit(RLIMIT_NOFILE, &big));
	CALL(getrlimit, RLIMIT_AS, BAD);
	CALL(setrlimit, RLIMIT_DATA, BAD);
	CALL(prlimit64, 0, RLIMIT_STACK, BAD, NULL);
	l.rlim_cur = 3 << 20, l.rlim_max = 4 << 20;
	SHOW(setrlimit(RLIMIT_STACK, &l));
	SHOW(setrlimit(RLIMIT_CORE, &l));
	memset(&l, 0, sizeof(l));
	SHOW(prlimit(0, RLIMIT_STACK, NULL, &l));
	printf("%llx %llx\n", (long long)l.rlim_cur, (long long)l.rlim_max);
	SHOW(prlimit(getpid(), RLIMIT_CORE, NULL, &l));
	printf("%llx %llx\n", (long long)l.rlim_cur, (long long)l.rlim_max);
	l.rlim_max = RLIM_INFINITY;
	if (!geteuid()) {
		SHOW(setrlimit(RLIMIT_STACK, &l));
		SHOW(setresuid(1, 1, 1));
		l.rlim_max = 100 << 20;
		SHOW(setrlimit(RLIMIT_STACK, &l));
	}
	l.rlim_max = RLIM_INFINITY;
	SHOW(setrlimit(RLIMIT_CORE, &l));
}

static void scheduling(void)
{
	struct sched_param p = {0};
	cpu_set_t set, one;
	unsigned int cpu = 999, node = 999;

	SHOW(sched_yield());
	SHOW(sched_getscheduler(0));
	SHOW(sched_getparam(0, &p));
	SHOW(sched_get_priority_max(SCHED_FIFO));
	SHOW(sched_get_priority_min(SCHED_RR));
	SHOW(sched_get_priority_max(77));
	SHOW(sched_setscheduler(0, SCHED_BATCH, &p));
	SHOW(sched_getscheduler(0));
	SHOW(sched_setscheduler(0, SCHED_OTHER, NULL));
	CALL(sched_getparam, 0, BAD);
	CALL(sched_getscheduler, -1);
	SHOW(sched_getaffinity(0, sizeof(set), &set));
	printf("%d processors\n", CPU_COUNT(&set));
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	SHOW(sched_setaffinity(0, sizeof(one), &one));
	SHOW(sched_getaffinity(0, sizeof(set), &set));
	printf("%d processors\n", CPU_COUNT(&set));
	CALL(sched_getaffinity, 0, 3, &set);
	CALL(sched_getaffinity, -1, 0, &set);
	CALL(sched_getaffinity, -1, sizeof(set), &set);
	CALL(sched_setaffinity, 0, 8, BAD);
	CPU_ZERO(&one);
	SHOW(sched_setaffinity(0, sizeof(one), &one));
	SHOW(syscall(SYS_getcpu, &cpu, &node, NULL));
	EXPECT(cpu == 0 && node < 999);
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW(nice(3));
	SHOW(setpriority(PRIO_PROCESS, 0, 7));
	CALL(getpriority, PRIO_PROCESS, 0);
	CALL(getpriority, 9, 0);
	CALL(ioprio_get, 1, 0);
	CALL(ioprio_set, 1, 0, (2 << 13) | 5);
	CALL(ioprio_get, 1, 0);
}

static void controls(void)
{
	char name[17] = "0123456789abcdef";
	int value = -1;

	SHOW(prctl(PR_GET_NAME, name));
	printf("%s\n", name);
	SHOW(prctl(PR_SET_NAME, "a name that is too long"));
	SHOW(prctl(PR_GET_NAME, name));
	printf("%s\n", name);
	SHOW(prctl(PR_SET_NAME, BAD));
	SHOW(prctl(PR_SET_PDEATHSIG, SIGUSR1));
	SHOW(prctl(PR_GET_PDEATHSIG, &value));
	printf("%d\n", value);
	SHOW(prctl(PR_SET_PDEATHSIG, 0));
	SHOW(prctl(PR_SET_PDEATHSIG, 999));
	SHOW(prctl(PR_GET_PDEATHSIG, BAD));
	SHOW(prctl(PR_GET_DUMPABLE));
	SHOW(prctl(PR_SET_DUMPABLE, 0));
	SHOW(prctl(PR_GET_DUMPABLE));
	SHOW(prctl(PR_SET_DUMPABLE, 5));
	SHOW(prctl(PR_SET_CHILD_SUBREAPER, 1));
	SHOW(prctl(PR_GET_CHILD_SUBREAPER, &value));
	printf("%d\n", value);
	SHOW(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	SHOW(prctl(PR_SET_KEEPCAPS, 1));
	SHOW(prctl(PR_GET_KEEPCAPS));
	SHOW(prctl(PR_SET_TIMERSLACK, 60000));
	SHOW(prctl(PR_GET_TIMERSLACK));
	SHOW(prctl(PR_GET_TSC, &value));
	printf("%d\n", value);
	SHOW(prctl(12345, 0, 0, 0, 0));
}

static void usage(void)
{
	struct rusage ru;
	struct sysinfo si;
	struct tms t;
	char a[300], b[300];

	SHOW(getrusage(RUSAGE_SELF, &ru));
	EXPECT(ru.ru_maxrss >= 0); /* few pages may not have been counted yet */
	SHOW(getrusage(RUSAGE_CHILDREN, &ru));
	SHOW(getrusage(5, &ru));
	CALL(getrusage, RUSAGE_SELF, BAD);
	SHOW_OK(times(&t));
	EXPECT(t.tms_cutime == 0);
	CALL(times, BAD);
	SHOW(sysinfo(&si));
	EXPECT(si.totalram > 0 && si.procs > 0 && si.uptime > 0);
	printf("%lu %u\n", si.totalram, si.mem_unit);
	CALL(sysinfo, BAD);
	SHOW(syscall(SYS_getrandom, a, sizeof(a), 0));
	SHOW(syscall(SYS_getrandom, b, sizeof(b), 1));
	EXPECT(memcmp(a, b, sizeof(a)));
	CALL(getrandom, a, 10, 77);
	CALL(getrandom, BAD, 10, 0);
	CALL(getrandom, a, 0, 0);
	CALL(reboot, 1, 2, 3, 0);
	CALL(sethostname, "x", -1);
	CALL(sethostname, "x", 65);
	CALL(syslog, 99, NULL, 0);
}

int main(void)
{
	in_child("names", names);
	in_child("limits", limits);
	in_child("scheduling", scheduling);
	in_child("controls", controls);
	in_child("usage", usage);
	return 0;
}
