/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identity: ids in all forms, groups, sessions, capabilities. */
#include "guest.h"
#include <grp.h>
#include <linux/capability.h>
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

int main(void)
{
	same_ids();
	in_child("groups", groups);
	in_child("small", small_ids);
	in_child("drop", drop);
	in_child("session", session);
	in_child("caps", caps);
	return 0;
}
