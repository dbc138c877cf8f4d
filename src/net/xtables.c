/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket options of iptables, ip6tables, arptables and ebtables: whole tables of packet filters.
 * What a rule's matches and targets look like to a 32-bit caller only the host's kernel knows. It
 * is asked as that caller would ask it, with what the call needs in memory below 4 GiB. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "host/host.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "net/net.h"
#include "sandbox/harden.h"
#include "task/task.h"

#define OPT_IPT_BASE	 64 /* IPT_SO_SET_REPLACE, IPT_SO_GET_INFO */
#define OPT_IPT_ENTRIES	 65 /* IPT_SO_SET_ADD_COUNTERS, IPT_SO_GET_ENTRIES */
#define OPT_ARPT_BASE	 96 /* the same of arptables */
#define OPT_ARPT_ENTRIES 97
#define OPT_EBT_FIRST	 128 /* EBT_BASE_CTL */
#define OPT_EBT_LAST	 131

#define NR32_SETSOCKOPT 366
#define NR32_GETSOCKOPT 365

#define COUNTER_SIZE 16
#define MAX_COUNTERS (1u << 20) /* the host compares the number with what it has */
#define MAX_TABLE    (64u << 20)
#define REQUEST_SIZE 84u /* struct ipt_getinfo, the longest; the name begins all of them */

static bool is_ebtables(int level, int name)
{
	return level == LEVEL_IP && name >= OPT_EBT_FIRST && name <= OPT_EBT_LAST;
}

static bool replaces(int level, int name)
{
	return ((level == LEVEL_IP || level == LEVEL_IPV6) && name == OPT_IPT_BASE) ||
	       (level == LEVEL_IP && name == OPT_ARPT_BASE);
}

/* Those whose structs are others for 32-bit callers. */
static bool differs(int level, int name)
{
	return replaces(level, name) ||
	       ((level == LEVEL_IP || level == LEVEL_IPV6) && name == OPT_IPT_ENTRIES) ||
	       (level == LEVEL_IP && name == OPT_ARPT_ENTRIES);
}

/* In struct ipt_replace, ip6t_replace or arpt_replace, whose head has two words for each hook, the
 * pointer to where the old counters go; the word before is their number. */
static size_t counters_at(int name)
{
	const size_t hooks = name == OPT_ARPT_BASE ? 3 : 5;

	return 48 + 8 * hooks;
}

static u32 nr_counters(const u8 *table, int name)
{
	u32 n;

	memcpy(&n, table + counters_at(name) - sizeof(n), sizeof(n));
	return n;
}

static long replace_table(int fd, int level, int name, guest_addr optval, int optlen)
{
	const size_t at = counters_at(name);
	u8 *table = NULL;
	u64 counters;

	if (optlen >= (int)(at + sizeof(counters)))
		table = user_scratch((size_t)optlen);
	if (!table || copy_from_user(table, optval, (size_t)optlen))
		return host(SYS_setsockopt, fd, level, name,
			    HP(user_in(optval, (size_t)MAX(optlen, 0))), optlen);
	memcpy(&counters, table + at, sizeof(counters));
	counters = (u64)HP(user_out(counters, (u64)nr_counters(table, name) * COUNTER_SIZE));
	memcpy(table + at, &counters, sizeof(counters));
	return host(SYS_setsockopt, fd, level, name, HP(table), optlen);
}

/* Memory that a 32-bit call can name; NULL if there is none. */
static u8 *low_memory(size_t n)
{
	long p = host(SYS_mmap, 0, n, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	return p < 0 ? NULL : (u8 *)(uintptr_t)p;
}

/* Where the old counters of a 32-bit caller go. */
static guest_addr counters32(const u8 *table, int name)
{
	u32 addr;

	memcpy(&addr, table + counters_at(name), sizeof(addr));
	return addr;
}

/* The call with those words behind the descriptor. */
static long call32(u32 nr, int fd, int level, int name, const void *value, u32 len)
{
	long ret = host_syscall32(nr, (u32)fd, (u32)level, (u32)name, (u32)(uintptr_t)value, len);

	return ret == -ENOSYS ? -ENOPROTOOPT : ret;
}

static long set32(int fd, int level, int name, guest_addr optval, int optlen)
{
	const size_t len = (size_t)MAX(optlen, 0);
	bool replace = replaces(level, name) && len >= counters_at(name) + sizeof(u32);
	guest_addr counters = 0;
	size_t room = 0;
	u8 *low, *old;
	u32 where;
	long ret;

	low = len <= MAX_TABLE ? low_memory(len + 1) : NULL;
	if (!low)
		return -ENOMEM;
	if (copy_from_user(low, optval, len)) { /* the host says what comes before that */
		host(SYS_munmap, HP(low), len + 1);
		return call32(NR32_SETSOCKOPT, fd, level, name, NULL, (u32)optlen);
	}
	if (replace && nr_counters(low, name) <= MAX_COUNTERS) {
		counters = counters32(low, name);
		room = (size_t)nr_counters(low, name) * COUNTER_SIZE;
	}
	old = low_memory(room + 1);
	where = (u32)(uintptr_t)old;
	if (replace)
		memcpy(low + counters_at(name), &where, sizeof(where));
	ret = call32(NR32_SETSOCKOPT, fd, level, name, low, (u32)optlen);
	/* The table has been replaced, whether its old counters can be delivered or not. */
	if (!ret && room && old)
		copy_to_user(counters, old, room);
	if (old)
		host(SYS_munmap, HP(old), room + 1);
	host(SYS_munmap, HP(low), len + 1);
	return ret;
}

static long get32(int fd, int level, int name, guest_addr optval, guest_addr uoptlen)
{
	const void *value = NULL;
	size_t room;
	u32 *low;
	int len;
	long ret;

	if (get_user(len, uoptlen))
		return -EFAULT;
	room = MIN((size_t)MAX(len, 0), (size_t)MAX_TABLE);
	low = (u32 *)(void *)low_memory(sizeof(*low) + room);
	if (!low)
		return -ENOMEM;
	*low = (u32)len;
	if (!copy_from_user(low + 1, optval, MIN(room, REQUEST_SIZE)))
		value = low + 1;
	ret = call32(NR32_GETSOCKOPT, fd, level, name, value, (u32)(uintptr_t)low);
	if (!ret && (copy_to_user(optval, low + 1, MIN(room, *low)) || put_user(*low, uoptlen)))
		ret = -EFAULT;
	host(SYS_munmap, HP(low), sizeof(*low) + room);
	return ret;
}

/* A hardened run's own filter knows 64-bit calls alone. */
static bool asks_as_32(int level, int name)
{
	return current->sc_abi == ABI_32 && differs(level, name);
}

static bool is_missing(int level, int name)
{
	return is_ebtables(level, name) || (harden_on && asks_as_32(level, name));
}

/* The host's answer where it has nothing to say but that nothing is no value: no such option. */
static long no_option(long ret, int len)
{
	return ret == -EFAULT || (ret == -EINVAL && len >= 0) ? -ENOPROTOOPT : ret;
}

bool net_set_xtables(int fd, int level, int name, guest_addr optval, int optlen, long *ret)
{
	if (is_missing(level, name))
		*ret = no_option(host(SYS_setsockopt, fd, level, name, 0, MIN(optlen, 0)), optlen);
	else if (asks_as_32(level, name))
		*ret = set32(fd, level, name, optval, optlen);
	else if (replaces(level, name))
		*ret = replace_table(fd, level, name, optval, optlen);
	else
		return false;
	return true;
}

bool net_get_xtables(int fd, int level, int name, guest_addr optval, guest_addr uoptlen, long *ret)
{
	int len = 0;

	if (is_missing(level, name)) {
		/* Lengths are looked at by the tables' own code, where there is any. */
		*ret = no_option(host(SYS_getsockopt, fd, level, name, 0, HP(&len)), len);
	} else if (asks_as_32(level, name)) {
		*ret = get32(fd, level, name, optval, uoptlen);
	} else {
		return false;
	}
	return true;
}
