/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who the process is: ids, groups, sessions, capabilities. A guest process is a host process, so
 * the host answers; the 16-bit forms (kernel/uid16.c) narrow and widen. */
#include <errno.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "host/host.h"
#include "mm/uaccess.h"
#include "syscalls/contain.h"
#include "task/exe.h"
#include "task/task.h"
#include "task/thread.h"

#define NGROUPS_LIMIT 65536

/* 16-bit -1 means "leave it", as 32-bit -1 does. */
static u32 low2high(u32 id)
{
	return (u16)id == 0xffff ? 0xffffffff : (u16)id;
}

/* What the host has answered stays true until the thread itself changes it: an id that a user
 * namespace maps is mapped once and for all; the others show as OVERFLOW_ID. */
static const struct task_ids *ids(void)
{
	struct task_ids *k = &current->ids;

	if (likely(k->known))
		return k;
	k->pid = (int)host(SYS_getpid);
	k->tid = (int)host(SYS_gettid);
	k->uid = (u32)host(SYS_getuid);
	k->euid = (u32)host(SYS_geteuid);
	k->gid = (u32)host(SYS_getgid);
	k->egid = (u32)host(SYS_getegid);
	k->known = k->uid != OVERFLOW_ID && k->euid != OVERFLOW_ID && k->gid != OVERFLOW_ID &&
		   k->egid != OVERFLOW_ID;
	return k;
}

/* A call that changes ids. */
static long changed(long ret)
{
	current->ids.known = false;
	return ret;
}

SYSCALL_DEFINE0(getpid, (.flags = SC_QUICK))
{
	return ids()->pid;
}

SYSCALL_DEFINE0(getppid, (.flags = SC_QUICK))
{
	int parent = contain_parent();

	return parent ? parent : host(SYS_getppid);
}

SYSCALL_DEFINE0(gettid, (.flags = SC_QUICK))
{
	return ids()->tid;
}

SYSCALL_DEFINE0(getuid, (.flags = SC_QUICK))
{
	return ids()->uid;
}

SYSCALL_DEFINE0(geteuid, (.flags = SC_QUICK))
{
	return ids()->euid;
}

SYSCALL_DEFINE0(getgid, (.flags = SC_QUICK))
{
	return ids()->gid;
}

SYSCALL_DEFINE0(getegid, (.flags = SC_QUICK))
{
	return ids()->egid;
}

SYSCALL_DEFINE0(getuid16, ())
{
	return high2low(ids()->uid);
}

SYSCALL_DEFINE0(geteuid16, ())
{
	return high2low(ids()->euid);
}

SYSCALL_DEFINE0(getgid16, ())
{
	return high2low(ids()->gid);
}

SYSCALL_DEFINE0(getegid16, ())
{
	return high2low(ids()->egid);
}

/* With the ids the right to look the running program up by its name may go. */
#define SET_IDS(nr, ...) (exe_hold(), changed(host(nr, __VA_ARGS__)))

SYSCALL_DEFINE1(setuid, (), UID, uid)
{
	return SET_IDS(SYS_setuid, uid);
}

SYSCALL_DEFINE1(setgid, (), GID, gid)
{
	return SET_IDS(SYS_setgid, gid);
}

SYSCALL_DEFINE2(setreuid, (), UID, ruid, UID, euid)
{
	return SET_IDS(SYS_setreuid, ruid, euid);
}

SYSCALL_DEFINE2(setregid, (), GID, rgid, GID, egid)
{
	return SET_IDS(SYS_setregid, rgid, egid);
}

SYSCALL_DEFINE3(setresuid, (), UID, ruid, UID, euid, UID, suid)
{
	return SET_IDS(SYS_setresuid, ruid, euid, suid);
}

SYSCALL_DEFINE3(setresgid, (), GID, rgid, GID, egid, GID, sgid)
{
	return SET_IDS(SYS_setresgid, rgid, egid, sgid);
}

SYSCALL_DEFINE1(setfsuid, (), UID, uid)
{
	return SET_IDS(SYS_setfsuid, uid);
}

SYSCALL_DEFINE1(setfsgid, (), GID, gid)
{
	return SET_IDS(SYS_setfsgid, gid);
}

SYSCALL_DEFINE1(setuid16, (), UID, uid)
{
	return SET_IDS(SYS_setuid, low2high(uid));
}

SYSCALL_DEFINE1(setgid16, (), GID, gid)
{
	return SET_IDS(SYS_setgid, low2high(gid));
}

SYSCALL_DEFINE2(setreuid16, (), UID, ruid, UID, euid)
{
	return SET_IDS(SYS_setreuid, low2high(ruid), low2high(euid));
}

SYSCALL_DEFINE2(setregid16, (), GID, rgid, GID, egid)
{
	return SET_IDS(SYS_setregid, low2high(rgid), low2high(egid));
}

SYSCALL_DEFINE3(setresuid16, (), UID, ruid, UID, euid, UID, suid)
{
	return SET_IDS(SYS_setresuid, low2high(ruid), low2high(euid), low2high(suid));
}

SYSCALL_DEFINE3(setresgid16, (), GID, rgid, GID, egid, GID, sgid)
{
	return SET_IDS(SYS_setresgid, low2high(rgid), low2high(egid), low2high(sgid));
}

SYSCALL_DEFINE1(setfsuid16, (), UID, uid)
{
	return SET_IDS(SYS_setfsuid, low2high(uid));
}

SYSCALL_DEFINE1(setfsgid16, (), GID, gid)
{
	return SET_IDS(SYS_setfsgid, low2high(gid));
}

SYSCALL_DEFINE3(getresuid, (), UINT_OUT, ruid, UINT_OUT, euid, UINT_OUT, suid)
{
	return host(SYS_getresuid, HP(user_out(ruid, 4)), HP(user_out(euid, 4)),
		    HP(user_out(suid, 4)));
}

SYSCALL_DEFINE3(getresgid, (), UINT_OUT, rgid, UINT_OUT, egid, UINT_OUT, sgid)
{
	return host(SYS_getresgid, HP(user_out(rgid, 4)), HP(user_out(egid, 4)),
		    HP(user_out(sgid, 4)));
}

/* getresuid16 and getresgid16: nr is the host call, out the three places for 16-bit ids. */
static long getres16(long nr, const guest_addr *out)
{
	u32 id[3];
	long ret = host(nr, HP(&id[0]), HP(&id[1]), HP(&id[2]));

	for (int i = 0; i < 3 && !ret; i++) {
		u16 low = high2low(id[i]);

		ret = put_user(low, out[i]);
	}
	return ret;
}

SYSCALL_DEFINE3(getresuid16, (), ADDR, ruid, ADDR, euid, ADDR, suid)
{
	return getres16(SYS_getresuid, (guest_addr[]){ruid, euid, suid});
}

SYSCALL_DEFINE3(getresgid16, (), ADDR, rgid, ADDR, egid, ADDR, sgid)
{
	return getres16(SYS_getresgid, (guest_addr[]){rgid, egid, sgid});
}

SYSCALL_DEFINE2(getgroups, (), INT, gidsetsize, GIDS_OUT, grouplist)
{
	long n = host(SYS_getgroups, 0, 0);

	/* The kernel touches only what there is to write, however large the caller's count. */
	if (gidsetsize <= 0 || n < 0 || gidsetsize < n)
		return host(SYS_getgroups, gidsetsize, 0);
	return host(SYS_getgroups, gidsetsize, HP(user_out(grouplist, (size_t)n * 4)));
}

SYSCALL_DEFINE2(setgroups, (), INT, gidsetsize, GIDS_IN, grouplist)
{
	size_t n = (u32)gidsetsize > NGROUPS_LIMIT ? 0 : (size_t)gidsetsize;

	return SET_IDS(SYS_setgroups, gidsetsize, HP(user_in(grouplist, n * 4)));
}

SYSCALL_DEFINE2(getgroups16, (), INT, gidsetsize, ADDR, grouplist)
{
	u32 *gids;
	u16 *low;
	long n = host(SYS_getgroups, 0, 0);

	if (gidsetsize <= 0 || n < 0 || gidsetsize < n)
		return host(SYS_getgroups, gidsetsize, 0);
	gids = user_scratch((size_t)n * 4 + 4);
	low = user_scratch((size_t)n * 2 + 2);
	if (!gids || !low)
		return -ENOMEM;
	n = host(SYS_getgroups, n, HP(gids));
	if (n < 0)
		return n;
	for (long i = 0; i < n; i++)
		low[i] = high2low(gids[i]);
	return copy_to_user(grouplist, low, (size_t)n * 2) ? -EFAULT : n;
}

SYSCALL_DEFINE2(setgroups16, (), INT, gidsetsize, ADDR, grouplist)
{
	size_t n = (u32)gidsetsize > NGROUPS_LIMIT ? 0 : (size_t)gidsetsize;
	u32 *gids = user_scratch(n * 4 + 4);
	u16 *low = user_scratch(n * 2 + 2);

	if (!gids || !low)
		return -ENOMEM;
	/* A null list lets the host answer what comes before EFAULT: EPERM, EINVAL. */
	if (copy_from_user(low, grouplist, n * 2))
		return SET_IDS(SYS_setgroups, gidsetsize, 0);
	for (size_t i = 0; i < n; i++)
		gids[i] = low2high(low[i]); /* 0xffff becomes -1, which the host refuses */
	return SET_IDS(SYS_setgroups, gidsetsize, HP(gids));
}

SYSCALL_DEFINE1(getpgid, (), PID, pid)
{
	return host(SYS_getpgid, pid);
}

/* A child of the caller's session that has executed a program, for which the host has not seen it
 * execute anything: into the group where it is already the host would let it go. */
static bool child_has_executed(int pid)
{
	struct task child;

	return thread_copy(pid, pid, &child) && !child.forked &&
	       !host(SYS_setpgid, pid, host(SYS_getpgid, pid));
}

SYSCALL_DEFINE2(setpgid, (), PID, pid, PID, pgid)
{
	if (pid > 0 && pid != current->pid && pgid >= 0 && child_has_executed(pid))
		return -EACCES;
	return host(SYS_setpgid, pid, pgid);
}

SYSCALL_DEFINE0(getpgrp, ())
{
	return host(SYS_getpgrp);
}

SYSCALL_DEFINE1(getsid, (), PID, pid)
{
	return host(SYS_getsid, pid);
}

SYSCALL_DEFINE0(setsid, ())
{
	return host(SYS_setsid);
}

#define CAPABILITY_VERSION_1 0x19980330u
#define CAPABILITY_VERSION_2 0x20071026u
#define CAPABILITY_VERSION_3 0x20080522u

/* capget and capset: the header is only written where its version is unknown, with the one that the
 * kernel prefers. `out` says which way the data goes. */
static long do_cap(int nr, guest_addr header, guest_addr data, bool out)
{
	u32 head[2], version;
	size_t n;
	long ret;

	if (get_user(head[0], header))
		return -EFAULT;
	version = head[0];
	/* The process is looked at last: only with a version that is known, and data. */
	if (get_user(head[1], header + sizeof(head[0]))) {
		if ((version == CAPABILITY_VERSION_1 || version == CAPABILITY_VERSION_2 ||
		     version == CAPABILITY_VERSION_3) &&
		    (data || !out))
			return -EFAULT;
		head[1] = 0;
	}
	n = version == CAPABILITY_VERSION_1 ? 12 : 24; /* one element in version 1, two since */
	if (!out)
		exe_hold();
	ret = host(nr, HP(head), HP(out ? user_out(data, n) : user_in(data, n)));
	if (head[0] != version && put_user(head[0], header))
		return -EFAULT;
	return ret;
}

SYSCALL_DEFINE2(capget, (), CAP_HEADER, header, CAP_DATA_OUT, dataptr)
{
	return do_cap(SYS_capget, header, dataptr, true);
}

SYSCALL_DEFINE2(capset, (), CAP_HEADER, header, CAP_DATA_IN, data)
{
	return do_cap(SYS_capset, header, data, false);
}
