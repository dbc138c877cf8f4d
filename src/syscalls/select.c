/* SPDX-License-Identifier: GPL-2.0-or-later */
/* select(2), pselect6(2) and their 32-bit forms.
 *
 * An fd_set is an array of longs. On a little-endian machine 32-bit and 64-bit longs hold the bits
 * in the same bytes, so only the number of bytes differs: it is rounded up to whole longs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "mm/utime.h"
#include "syscalls/restart.h"
#include "syscalls/sigmask.h"
#include "task/task.h"

enum { SET_IN, SET_OUT, SET_EX, NR_SETS };

struct fd_sets {
	guest_addr uaddr[NR_SETS];
	u64 *host[NR_SETS]; /* NULL where the guest gave none */
	size_t size;	    /* bytes in guest memory */
	int nfds;
};

struct linux_dirent64 {
	u64 d_ino;
	s64 d_off;
	u16 d_reclen;
	u8 d_type;
	char d_name[];
};

/* The highest of the guest's open descriptors, or -1. */
static int highest_fd(void)
{
	char buf[4096] __attribute__((aligned(8)));
	int dir = (int)host(SYS_open, HP("/proc/self/fd"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int max = -1;
	long n;

	if (dir < 0)
		return -1;
	while ((n = host(SYS_getdents64, dir, HP(buf), sizeof(buf))) > 0) {
		for (long pos = 0; pos < n;) {
			const struct linux_dirent64 *d = (const void *)(buf + pos);
			int fd = atoi(d->d_name);

			if (fd > max && fd != dir && !host_fd_is_own(fd))
				max = fd;
			pos += d->d_reclen;
		}
	}
	host(SYS_close, dir);
	return max;
}

/* Linux cuts nfds to the size of the process's descriptor table and looks at no bit beyond. The
 * host's table is larger than the guest's would be, because trapgate's own descriptors have high
 * numbers: this reckons what the guest's would be. The table has 64 places, later 128 and powers
 * of two from there. */
static int table_size(void)
{
	int size = 64, highest = highest_fd();

	while (size <= highest)
		size *= 2;
	return size;
}

/* Copies sets of nfds bits in. Returns false if one cannot be read or has bits that lie beyond the
 * smallest table. For a set that cannot be read the host gets a pointer that it cannot read
 * either, and so finds errors in Linux's order. */
static bool load_sets(struct fd_sets *s, int nfds)
{
	unsigned int word = current->sc_abi == ABI_32 ? 32 : 64;
	size_t room;
	bool good = true;

	s->nfds = nfds;
	s->size = ((size_t)MAX(nfds, 0) + word - 1) / word * (word / 8);
	room = (s->size + 7) & ~(size_t)7;
	for (int i = 0; i < NR_SETS; i++) {
		if (!s->uaddr[i])
			continue;
		s->host[i] = user_scratch(MAX(room, sizeof(u64)));
		memset(s->host[i], 0, room);
		if (s->size && copy_from_user(s->host[i], s->uaddr[i], s->size)) {
			s->host[i] = (void *)(uintptr_t)user_in(s->uaddr[i], s->size);
			good = false;
			continue;
		}
		for (size_t w = 1; w < room / sizeof(u64); w++)
			good = good && !s->host[i][w];
	}
	return good;
}

static void sets_get(struct fd_sets *s, int nfds, const guest_addr uaddr[NR_SETS])
{
	*s = (struct fd_sets){.uaddr = {uaddr[0], uaddr[1], uaddr[2]}};
	if (!load_sets(s, MIN(nfds, 65536)) || nfds > 65536)
		load_sets(s, MIN(nfds, table_size()));
}

/* Copies the sets out unless the call failed. Returns the result of the call. */
static long sets_put(const struct fd_sets *s, long ret)
{
	if (ret < 0 || !s->size)
		return ret;
	for (int i = 0; i < NR_SETS; i++)
		if (s->uaddr[i] && copy_to_user(s->uaddr[i], s->host[i], s->size))
			return -EFAULT;
	return ret;
}

static long do_select(int nfds, const guest_addr uaddr[NR_SETS], guest_addr tvp)
{
	struct utimeout to;
	struct fd_sets s;
	struct utime *t;
	long ret;

	ret = utimeout_get(&to, tvp, current->sc_abi == ABI_32 ? UTIME_OLD32 : UTIME_NATIVE, &t);
	if (ret)
		return ret;
	sets_get(&s, nfds, uaddr);
	ret = host_block(SYS_select, s.nfds, HP(s.host[SET_IN]), HP(s.host[SET_OUT]),
			 HP(s.host[SET_EX]), HP(t));
	ret = sets_put(&s, ret);
	return poll_select_finish(&to, ret);
}

SYSCALL_DEFINE5(select, (), INT, nfds, FDSET_INOUT, readfds, FDSET_INOUT, writefds, FDSET_INOUT,
		exceptfds, TIMEVAL_IN, tvp)
{
	return do_select(nfds, (guest_addr[]){readfds, writefds, exceptfds}, tvp);
}

COMPAT_SYSCALL_DEFINE5(select, (), INT, nfds, FDSET_INOUT, readfds, FDSET_INOUT, writefds,
		       FDSET_INOUT, exceptfds, TIMEVAL_IN, tvp)
{
	return do_select(nfds, (guest_addr[]){readfds, writefds, exceptfds}, tvp);
}

COMPAT_SYSCALL_DEFINE1(old_select, (), SELECT_ARGS_IN, arg)
{
	u32 a[5]; /* n, inp, outp, exp, tvp */

	if (get_user(a, arg))
		return -EFAULT;
	return do_select((int)a[0], (guest_addr[]){a[1], a[2], a[3]}, a[4]);
}

/* The sixth argument of pselect6: pointer to a mask and its size, in words of the ABI. */
static int get_sigset_argpack(u64 pack[2], guest_addr sig)
{
	u32 pack32[2];

	pack[0] = pack[1] = 0;
	if (!sig)
		return 0;
	if (current->sc_abi == ABI_64)
		return copy_from_user(pack, sig, 2 * sizeof(u64));
	if (get_user(pack32, sig))
		return -EFAULT;
	pack[0] = pack32[0];
	pack[1] = pack32[1];
	return 0;
}

static long do_pselect(int nfds, const guest_addr uaddr[NR_SETS], guest_addr tsp,
		       enum utime_form form, guest_addr sig)
{
	struct {
		const void *mask;
		u64 size;
	} host_pack;
	u64 pack[2];
	struct temp_sigmask mask;
	struct utimeout to;
	struct fd_sets s;
	struct utime *t;
	long ret;

	if (get_sigset_argpack(pack, sig))
		return -EFAULT;
	ret = utimeout_get(&to, tsp, form, &t);
	if (ret)
		return ret;
	sets_get(&s, nfds, uaddr);
	sigmask_enter(&mask, pack[0], pack[1]);
	host_pack.mask = mask.host;
	host_pack.size = mask.size;
	ret = host_block(SYS_pselect6, s.nfds, HP(s.host[SET_IN]), HP(s.host[SET_OUT]),
			 HP(s.host[SET_EX]), HP(t), HP(&host_pack));
	ret = sets_put(&s, ret);
	return poll_select_finish(&to, sigmask_leave(&mask, ret));
}

SYSCALL_DEFINE6(pselect6, (), INT, nfds, FDSET_INOUT, readfds, FDSET_INOUT, writefds, FDSET_INOUT,
		exceptfds, TIMESPEC_IN, tsp, PSELECT_SIG_IN, sig)
{
	return do_pselect(nfds, (guest_addr[]){readfds, writefds, exceptfds}, tsp, UTIME_NATIVE,
			  sig);
}

COMPAT_SYSCALL_DEFINE6(pselect6_time32, (), INT, nfds, FDSET_INOUT, readfds, FDSET_INOUT, writefds,
		       FDSET_INOUT, exceptfds, TIMESPEC_IN, tsp, PSELECT_SIG_IN, sig)
{
	return do_pselect(nfds, (guest_addr[]){readfds, writefds, exceptfds}, tsp, UTIME_OLD32,
			  sig);
}

COMPAT_SYSCALL_DEFINE6(pselect6_time64, (), INT, nfds, FDSET_INOUT, readfds, FDSET_INOUT, writefds,
		       FDSET_INOUT, exceptfds, TIMESPEC64_IN, tsp, PSELECT_SIG_IN, sig)
{
	return do_pselect(nfds, (guest_addr[]){readfds, writefds, exceptfds}, tsp, UTIME_COMPAT64,
			  sig);
}
