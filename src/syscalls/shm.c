/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System V shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2), and their part of ipc(2). */
#include <errno.h>
#include <linux/shm.h>
#include <string.h>

#include "abi/compat.h"
#include "abi/syscall.h"
#include "host/host.h"
#include "mm/mm.h"
#include "mm/track.h"
#include "mm/uaccess.h"
#include "syscalls/ipc.h"

#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif

struct compat_shmid64_ds {
	struct compat_ipc64_perm shm_perm;
	u32 shm_segsz, shm_atime, shm_atime_high, shm_dtime, shm_dtime_high, shm_ctime,
		shm_ctime_high;
	s32 shm_cpid, shm_lpid;
	u32 shm_nattch, unused4, unused5;
};
COMPAT_ASSERT_SIZE(struct compat_shmid64_ds, 84);

struct compat_shminfo64 {
	u32 shmmax, shmmin, shmmni, shmseg, shmall, unused[4];
};

struct compat_shm_info {
	s32 used_ids;
	u32 shm_tot, shm_rss, shm_swp, swap_attempts, swap_successes;
};

SYSCALL_DEFINE3(shmget, (), KEY, key, SIZE, size, HEX, shmflg)
{
	return host(SYS_shmget, (s32)key, size, (int)shmflg);
}

/* The host's shmat() judges the identifier and the rights, in a place of its own choice; its
 * shmctl() knows the size, unless the segment cannot be read, which shmat() refuses too. */
static long do_shmat(int id, guest_addr addr, u32 flags)
{
	struct shmid64_ds ds;
	long err, at;

	if (id < 0)
		return -EINVAL;
	if (addr ? (addr & ~PAGE_MASK) && !(flags & SHM_RND) : (flags & SHM_REMAP) != 0)
		return -EINVAL;
	err = host(SYS_shmctl, id, IPC_STAT, HP(&ds));
	if (err < 0)
		return err;
	at = mm_shmat(id, addr, ds.shm_segsz, flags);
	if (unlikely(track_on) && (at >= 0 || at <= -4096))
		track_change(&(struct track_change){TRACK_SHMAT, (guest_addr)at, ds.shm_segsz,
						    (u64)id, .flags = flags & ~(u32)SHM_RND});
	return at;
}

SYSCALL_DEFINE3(shmat, (), INT, shmid, ADDR, shmaddr, HEX, shmflg)
{
	return do_shmat(shmid, shmaddr, (u32)shmflg);
}

COMPAT_SYSCALL_DEFINE3(shmat, (), INT, shmid, ADDR, shmaddr, HEX, shmflg)
{
	return do_shmat(shmid, shmaddr, (u32)shmflg);
}

SYSCALL_DEFINE1(shmdt, (), ADDR, shmaddr)
{
	long ret = mm_shmdt(shmaddr);

	if (unlikely(track_on) && !ret)
		track_change(&(struct track_change){TRACK_SHMDT, .addr = shmaddr});
	return ret;
}

SYSCALL_DEFINE3(shmctl, (), INT, shmid, INT, cmd, ADDR, buf)
{
	switch (cmd) {
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return host(SYS_shmctl, shmid, cmd, HP(user_out(buf, sizeof(struct shmid64_ds))));
	case IPC_SET:
		return host(SYS_shmctl, shmid, cmd, HP(user_in(buf, sizeof(struct shmid64_ds))));
	case IPC_INFO:
		return host(SYS_shmctl, shmid, cmd, HP(user_out(buf, sizeof(struct shminfo64))));
	case SHM_INFO:
		return host(SYS_shmctl, shmid, cmd, HP(user_out(buf, sizeof(struct shm_info))));
	default: /* IPC_RMID, SHM_LOCK, SHM_UNLOCK and what does not exist */
		return host(SYS_shmctl, shmid, cmd, 0);
	}
}

static long compat_stat_old(const struct shmid64_ds *ds, guest_addr out)
{
	struct compat_shmid_ds to = {
		.shm_perm = to_compat_ipc_perm(&ds->shm_perm),
		.shm_segsz = (u32)ds->shm_segsz,
		.shm_atime = (u32)ds->shm_atime,
		.shm_dtime = (u32)ds->shm_dtime,
		.shm_ctime = (u32)ds->shm_ctime,
		.shm_cpid = (u16)ds->shm_cpid,
		.shm_lpid = (u16)ds->shm_lpid,
		.shm_nattch = (u16)ds->shm_nattch,
	};

	return put_user(to, out);
}

static long compat_stat(int id, int cmd, guest_addr out, int version)
{
	struct shmid64_ds ds;
	long ret = host(SYS_shmctl, id, cmd, HP(&ds));

	if (ret < 0)
		return ret;
	if (version != IPC_64)
		return compat_stat_old(&ds, out) ? -EFAULT : ret;
	struct compat_shmid64_ds to = {
		.shm_perm = to_compat_ipc64_perm(&ds.shm_perm),
		.shm_segsz = (u32)ds.shm_segsz,
		.shm_atime = (u32)ds.shm_atime,
		.shm_atime_high = (u32)((u64)ds.shm_atime >> 32),
		.shm_dtime = (u32)ds.shm_dtime,
		.shm_dtime_high = (u32)((u64)ds.shm_dtime >> 32),
		.shm_ctime = (u32)ds.shm_ctime,
		.shm_ctime_high = (u32)((u64)ds.shm_ctime >> 32),
		.shm_cpid = ds.shm_cpid,
		.shm_lpid = ds.shm_lpid,
		.shm_nattch = (u32)ds.shm_nattch,
	};
	return put_user(to, out) ? -EFAULT : ret;
}

static long compat_info(int id, int cmd, guest_addr out, int version)
{
	struct shminfo64 limits;
	struct shm_info use;
	long ret = host(SYS_shmctl, id, cmd, cmd == IPC_INFO ? HP(&limits) : HP(&use));

	if (ret < 0)
		return ret;
	if (cmd == IPC_INFO) {
		struct compat_shminfo64 to = {
			.shmmax = (u32)MIN(limits.shmmax, 0x7fffffffUL),
			.shmmin = (u32)limits.shmmin,
			.shmmni = (u32)limits.shmmni,
			.shmseg = (u32)limits.shmseg,
			.shmall = (u32)limits.shmall,
		};

		size_t n =
			version == IPC_64 ? sizeof(to) : offsetof(struct compat_shminfo64, unused);

		return copy_to_user(out, &to, n) ? -EFAULT : ret;
	}
	struct compat_shm_info to = {
		.used_ids = use.used_ids,
		.shm_tot = (u32)use.shm_tot,
		.shm_rss = (u32)use.shm_rss,
		.shm_swp = (u32)use.shm_swp,
		.swap_attempts = (u32)use.swap_attempts,
		.swap_successes = (u32)use.swap_successes,
	};
	return put_user(to, out) ? -EFAULT : ret;
}

static long compat_shmctl(int shmid, int cmd, guest_addr buf, int version)
{
	struct shmid64_ds ds = {0};

	if (shmid < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return compat_stat(shmid, cmd, buf, version);
	case IPC_INFO:
	case SHM_INFO:
		return compat_info(shmid, cmd, buf, version);
	case IPC_SET:
		if (get_compat_ipc_perm(&ds.shm_perm, buf, version))
			return -EFAULT;
		return host(SYS_shmctl, shmid, cmd, HP(&ds));
	default:
		return host(SYS_shmctl, shmid, cmd, 0);
	}
}

COMPAT_SYSCALL_DEFINE3(shmctl, (), INT, shmid, INT, cmd, ADDR, buf)
{
	return compat_shmctl(shmid, cmd, buf, IPC_64);
}

long ipc_shm(u32 call, int first, int second, u32 third, u32 ptr)
{
	u32 result;
	long at;

	switch (call & 0xffff) {
	case SHMAT:
		if (call >> 16 == 1) /* iBCS2 */
			return -EINVAL;
		at = do_shmat(first, ptr, (u32)second);
		if (at < 0 && at > -4096)
			return at;
		result = (u32)at;
		return put_user(result, third);
	case SHMDT:
		return do_sys_shmdt(ptr);
	case SHMGET:
		return do_sys_shmget((u32)first, (u32)second, third);
	default: /* SHMCTL */
		return compat_shmctl(first, second & ~IPC_64, ptr, ipc_parse_version(second));
	}
}
