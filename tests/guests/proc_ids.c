/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identity: ids in all forms, groups, sessions, capabilities. */
#include "guest.h"
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>

#define BAD	      ((void *)16)
#define CALL(nr, ...) SHOW(syscall(SYS_##nr, __VA_ARGS__))

static void same_ids(void)
{
	unsigned int r, e, s;

	EXPECT(getpid() == syscall(SYS_gettid));
	EXPECT(getppid() > 0);
	EXPECT(getpgid(0) == getpgrp());
	EXPECT(getsid(0) > 0);
	SHOW(getresuid(&r, &e, &s));
	EXPECT(r == getuid() && e == geteuid());
	SHOW(getresgid(&r, &e, &s));
	EXPECT(r == getgid() && e == getegid());
	CALL(getresuid, BAD, &e, &s);
	CALL(getpgid, -5);
	CALL(getsid, 0x7fffffff);
	CALL(setpgid, 0, -1);
	CALL(setpgid, 0x7fffffff, 0);
}

static void groups(void)
{
	gid_t list[64];
	int n = getgroups(0, NULL);

	EXPECT(n >= 0);
	EXPECT(getgroups(64, list) == n);
	CALL(getgroups, -1, list);
	CALL(setgroups, 70000, list);
	if (n)
		CALL(getgroups, 64, BAD);
	if (geteuid())
		return;
	list[0] = 5, list[1] = 70001, list[2] = 65535;
	SHOW(setgroups(3, list));
	memset(list, 0, sizeof(list));
	n = getgroups(64, list);
	printf("groups:");
	for (int i = 0; i < n; i++)
		printf(" %u", list[i]);
	printf("\n");
	CALL(setgroups, 2, BAD);
}

#ifdef __i386__
static void small_ids(void)
{
	unsigned short r, e, s, list[8] = {0};

	SHOW(syscall(SYS_getuid) == (long)getuid());
	SHOW(syscall(SYS_getresuid, &r, &e, &s));
	EXPECT(r == getuid());
	if (geteuid())
		return;
	SHOW(syscall(SYS_getgroups, 8, list));
	printf("16-bit groups: %u %u %u\n", list[0], list[1], list[2]);
	list[0] = 7, list[1] = 65535;
	SHOW(syscall(SYS_setgroups, 2, list));
	SHOW(syscall(SYS_setresgid, 1234, 0xffff, 0xffff));
	printf("gid %u %u\n", getgid(), getegid());
	SHOW(syscall(SYS_setresuid32, 70000, -1, -1));
	printf("16-bit uid %ld\n", syscall(SYS_getuid));
	SHOW(syscall(SYS_setfsuid, 77));
	SHOW(syscall(SYS_setfsuid, 0xffff));
}
#else
static void small_ids(void)
{
}
#endif

static void drop(void)
{
	if (geteuid())
		return;
	SHOW(setresgid(1001, 1002, 1003));
	SHOW(setresuid(2001, 2002, 2003));
	printf("%u %u %u %u\n", getuid(), geteuid(), getgid(), getegid());
	SHOW(setfsuid(2001));
	SHOW(setfsuid(-1));
	SHOW(setuid(0));
	SHOW(setreuid(-1, 2003));
	SHOW(setresuid(9, 9, 9));
	SHOW(sethostname("x", 1));
}

static void session(void)
{
	SHOW_OK(setsid());
	EXPECT(getsid(0) == getpid() && getpgrp() == getpid());
	SHOW(setsid());
	SHOW(setpgid(0, 0));
}

static void caps(void)
{
	struct __user_cap_header_struct h = {0, 0};
	struct __user_cap_data_struct d[2];

	SHOW(syscall(SYS_capget, &h, NULL));
	printf("version %x\n", h.version);
	h.version = 7;
	SHOW(syscall(SYS_capget, &h, d));
	printf("version %x\n", h.version);
	SHOW(syscall(SYS_capget, &h, d));
	printf("%x %x %x\n", d[0].effective, d[0].permitted, d[1].effective);
	d[0].effective = 0;
	SHOW(syscall(SYS_capset, &h, d));
	SHOW(syscall(SYS_capget, &h, d));
	printf("%x\n", d[0].effective);
	SHOW(setgid(5) == 0 || geteuid());
	CALL(capset, &h, BAD);
	CALL(capget, BAD, d);
}

#if defined(__i386__)
#define SETRESUID SYS_setresuid32
#define GETUID	  SYS_getuid32
#define GETEUID	  SYS_geteuid32
#else
#define SETRESUID SYS_setresuid
#define GETUID	  SYS_getuid
#define GETEUID	  SYS_geteuid
#endif

static void show_uids(const char *who)
{
	printf("%s: %ld %ld\n", who, syscall(GETUID), syscall(GETEUID));
	fflush(stdout);
}

static void *another_user(void *arg)
{
	int child;

	EXPECT(syscall(GETUID) == (long)getuid());
	EXPECT(syscall(SYS_gettid) != getpid());
	SHOW(syscall(SETRESUID, -1, 1234, -1));
	show_uids("thread");
	child = fork();
	if (!child) {
		EXPECT(syscall(SYS_gettid) == syscall(SYS_getpid));
		show_uids("child of the thread");
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return arg;
}

/* Each thread has ids of its own. */
static void per_thread(void)
{
	pthread_t t;

	if (geteuid())
		return;
	if (pthread_create(&t, NULL, another_user, NULL))
		return;
	pthread_join(t, NULL);
	show_uids("the first");
}

static void write_map(const char *map)
{
	int fd = open("/proc/self/uid_map", O_WRONLY);

	EXPECT(fd >= 0 && write(fd, map, strlen(map)) == (ssize_t)strlen(map));
	close(fd);
}

/* In a user namespace they are what it calls them, once it does. */
static void mapped(void)
{
	char map[40];

	snprintf(map, sizeof(map), "77 %ld 1", syscall(GETUID));
	if (unshare(CLONE_NEWUSER))
		return;
	show_uids("unmapped");
	write_map(map);
	show_uids("mapped");
}

int main(void)
{
	same_ids();
	in_child("groups", groups);
	in_child("small", small_ids);
	in_child("drop", drop);
	in_child("session", session);
	in_child("caps", caps);
	in_child("per thread", per_thread);
	in_child("mapped", mapped);
	return 0;
}
