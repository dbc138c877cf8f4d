/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the system says of itself: names, uptime and memory, use of resources, random numbers, the
 * kernel's log. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/sysinfo.h>
#include <sys/times.h>

#include "abi/syscall.h"
#include "syscalls/personality.h"
#include "syscalls/resource.h"
#include "syscalls/timespec.h"

#define UTS_LEN	       64
#define OLD_UTS_LEN    8
#define MAX_RANDOM_IOV 16

struct new_utsname {
	char sysname[UTS_LEN + 1], nodename[UTS_LEN + 1], release[UTS_LEN + 1],
		version[UTS_LEN + 1], machine[UTS_LEN + 1], domainname[UTS_LEN + 1];
};

/* UNAME26: a 4.x, 5.x or later kernel calls itself 2.6.(60 + minor). */
static void override_release(char *release)
{
	unsigned int major, minor;
	char name[2 * UTS_LEN];
	int used = 0;

	release[UTS_LEN] = 0;
	if (sscanf(release, "%u.%u%n", &major, &minor, &used) != 2)
		return;
	/* skip the sublevel too */
	if (release[used] == '.')
		used += 1 + (int)strspn(release + used + 1, "0123456789");
	snprintf(name, sizeof(name), "2.6.%u%s", minor + 60, release + used);
	memset(release, 0, UTS_LEN + 1);
	memcpy(release, name, MIN(strlen(name), (size_t)UTS_LEN));
}

/* The host's names as the guest's personality changes them. */
static long get_utsname(struct new_utsname *uts)
{
	long ret = host(SYS_uname, HP(uts));

	if (ret)
		return ret;
	if (guest_personality & UNAME26)
		override_release(uts->release);
	if ((guest_personality & PER_MASK) == PER_LINUX32) {
		memset(uts->machine, 0, sizeof(uts->machine));
		strcpy(uts->machine, "i686");
	}
	return 0;
}

SYSCALL_DEFINE1(newuname, (), UTSNAME_OUT, name)
{
	struct new_utsname uts;
	long ret = get_utsname(&uts);

	return ret ? ret : put_user(uts, name);
}

/* Without the domain name. */
SYSCALL_DEFINE1(uname, (), OLD_UTSNAME_OUT, name)
{
	struct new_utsname uts;
	long ret;

	if (!name)
		return -EFAULT;
	ret = get_utsname(&uts);
	return ret ? ret : copy_to_user(name, &uts, offsetof(struct new_utsname, domainname));
}

/* Five names of eight characters. */
SYSCALL_DEFINE1(olduname, (), ADDR, name)
{
	struct new_utsname uts;
	const char *from = uts.sysname;
	char old[5][OLD_UTS_LEN + 1] = {0};
	long ret;

	if (!name)
		return -EFAULT;
	ret = get_utsname(&uts);
	if (ret)
		return ret;
	for (int i = 0; i < 5; i++)
		memcpy(old[i], from + i * (UTS_LEN + 1), OLD_UTS_LEN);
	return copy_to_user(name, old, sizeof(old));
}

SYSCALL_DEFINE2(sethostname, (), STR, name, INT, len)
{
	size_t n = len < 0 || len > UTS_LEN ? 0 : (size_t)len;

	return host(SYS_sethostname, HP(user_in(name, n)), len);
}

SYSCALL_DEFINE2(setdomainname, (), STR, name, INT, len)
{
	size_t n = len < 0 || len > UTS_LEN ? 0 : (size_t)len;

	return host(SYS_setdomainname, HP(user_in(name, n)), len);
}

SYSCALL_DEFINE1(sysinfo, (), SYSINFO_OUT, info)
{
	return host(SYS_sysinfo, HP(user_out(info, sizeof(struct sysinfo))));
}

COMPAT_SYSCALL_DEFINE1(sysinfo, (), SYSINFO_OUT, info)
{
	struct compat_sysinfo to = {0};
	struct sysinfo from;
	int shift = 0;
	long ret = host(SYS_sysinfo, HP(&from));

	if (ret)
		return ret;
	/* Sizes that need more than 32 bits are told in units of a page. */
	if (from.totalram >> 32 || from.totalswap >> 32)
		while (from.mem_unit < PAGE_SIZE) {
			from.mem_unit <<= 1;
			shift++;
		}
	to.uptime = (s32)from.uptime;
	for (int i = 0; i < 3; i++)
		to.loads[i] = (u32)from.loads[i];
	to.totalram = (u32)(from.totalram >> shift);
	to.freeram = (u32)(from.freeram >> shift);
	to.sharedram = (u32)(from.sharedram >> shift);
	to.bufferram = (u32)(from.bufferram >> shift);
	to.totalswap = (u32)(from.totalswap >> shift);
	to.freeswap = (u32)(from.freeswap >> shift);
	to.procs = from.procs;
	to.totalhigh = (u32)(from.totalhigh >> shift);
	to.freehigh = (u32)(from.freehigh >> shift);
	to.mem_unit = from.mem_unit;
	return put_user(to, info);
}

int put_compat_rusage(guest_addr addr, const struct rusage *from)
{
	const long *counts = &from->ru_maxrss; /* fourteen longs to the end of the struct */
	struct compat_rusage to = {
		.ru_utime = {(s32)from->ru_utime.tv_sec, (s32)from->ru_utime.tv_usec},
		.ru_stime = {(s32)from->ru_stime.tv_sec, (s32)from->ru_stime.tv_usec},
	};
	s32 small[14];

	_Static_assert(sizeof(struct rusage) == 2 * sizeof(struct timeval) + 14 * sizeof(long),
		       "struct rusage");
	for (int i = 0; i < 14; i++)
		small[i] = (s32)counts[i];
	memcpy(&to.ru_maxrss, small, sizeof(small));
	return put_user(to, addr);
}

SYSCALL_DEFINE2(getrusage, (), RUSAGE_WHO, who, RUSAGE_OUT, ru)
{
	return host(SYS_getrusage, who, HP(user_out(ru, sizeof(struct rusage))));
}

COMPAT_SYSCALL_DEFINE2(getrusage, (), RUSAGE_WHO, who, RUSAGE_OUT, ru)
{
	struct rusage usage;
	long ret = host(SYS_getrusage, who, HP(&usage));

	return ret ? ret : put_compat_rusage(ru, &usage);
}

SYSCALL_DEFINE1(times, (), TMS_OUT, tbuf)
{
	return host(SYS_times, HP(user_out(tbuf, sizeof(struct tms))));
}

COMPAT_SYSCALL_DEFINE1(times, (), TMS_OUT, tbuf)
{
	struct tms tms;
	long ticks = host(SYS_times, HP(&tms));
	struct compat_tms to = {(s32)tms.tms_utime, (s32)tms.tms_stime, (s32)tms.tms_cutime,
				(s32)tms.tms_cstime};

	if (tbuf && put_user(to, tbuf))
		return -EFAULT;
	return ticks;
}

SYSCALL_DEFINE1(acct, (), PATH, name)
{
	return host(SYS_acct, HP(user_str(name)));
}

#define REBOOT_MAGIC1 0xfee1deadu

static bool reboot_magic2(u32 magic)
{
	return magic == 672274793 || magic == 85072278 || magic == 369367448 || magic == 537993216;
}

/* A guest never reboots the host, however privileged it is. */
SYSCALL_DEFINE4(reboot, (.missing = "everything but the errors: no guest reboots the host"), HEX,
		magic1, HEX, magic2, HEX, cmd, ADDR, arg)
{
	(void)cmd;
	(void)arg;
	if (!host_capable(CAP_SYS_BOOT))
		return -EPERM;
	return (u32)magic1 == REBOOT_MAGIC1 && reboot_magic2((u32)magic2) ? -EPERM : -EINVAL;
}

SYSCALL_DEFINE3(syslog, (), SYSLOG_ACTION, type, BUF_OUT, buf, INT, len)
{
	return host_block(SYS_syslog, type, HP(user_out(buf, len < 0 ? 0 : (size_t)len)), len);
}

SYSCALL_DEFINE3(getrandom, (), BUF_OUT, buf, SIZE, count, GRND_FLAGS, flags)
{
	struct iovec iov[MAX_RANDOM_IOV];
	u64 want = MIN(count, (u64)INT32_MAX);
	long done = 0, ret;
	int n;

	if (!want)
		return host(SYS_getrandom, HP(user_out(buf, 1)), 0, flags);
	n = user_range(buf, want, true, iov, MAX_RANDOM_IOV);
	for (int i = 0; i < n; i++) {
		ret = host_block(SYS_getrandom, HP(iov[i].iov_base), iov[i].iov_len, flags);
		if (ret < 0)
			return done ? done : ret;
		done += ret;
		if ((size_t)ret < iov[i].iov_len)
			break;
	}
	return done;
}
