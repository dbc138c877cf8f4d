/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disk quotas (fs/quota/). The command says what the last argument leads to. */
#include <errno.h>
#include <linux/dqblk_xfs.h>
#include <linux/quota.h>
#include <string.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "syscalls/path.h"
#include "task/task.h"

/* i386 aligns 64-bit numbers to four bytes: these two structs are shorter there. */
#define DQBLK_SIZE_32	   68
#define QUOTA_STAT_SIZE_32 68

static void *quota_arg(u32 cmd, guest_addr addr)
{
	bool small = current->sc_abi == ABI_32;

	switch (cmd >> SUBCMDSHIFT) {
	case Q_QUOTAON:
		return (void *)HP(user_path(addr, PATH_FOLLOW));
	case Q_GETFMT:
		return user_out(addr, 4);
	case Q_GETINFO:
		return user_out(addr, sizeof(struct if_dqinfo));
	case Q_SETINFO:
		return (void *)HP(user_in(addr, sizeof(struct if_dqinfo)));
	case Q_GETNEXTQUOTA:
		return user_out(addr, sizeof(struct if_nextdqblk));
	case Q_SETQUOTA:
		return (void *)HP(user_in(addr, small ? DQBLK_SIZE_32 : sizeof(struct if_dqblk)));
	case Q_XQUOTAON:
	case Q_XQUOTAOFF:
	case Q_XQUOTARM:
		return (void *)HP(user_in(addr, 4));
	case Q_XGETQUOTA:
	case Q_XGETNEXTQUOTA:
		return user_out(addr, sizeof(struct fs_disk_quota));
	case Q_XSETQLIM:
		return (void *)HP(user_in(addr, sizeof(struct fs_disk_quota)));
	case Q_XGETQSTATV:
		return user_inout(addr, sizeof(struct fs_quota_statv));
	default:
		return addr ? (void *)-PAGE_SIZE : NULL;
	}
}

/* The host by path, or by descriptor when fd is not -1. */
static long host_quotactl(u32 cmd, const char *special, int fd, bool by_fd, u32 id, void *arg)
{
	if (by_fd)
		return host(SYS_quotactl_fd, fd, cmd, id, HP(arg));
	return host(SYS_quotactl, cmd, HP(special), id, HP(arg));
}

/* On i386 the two structs inside take 20 bytes instead of 24. */
static long put_quota_stat(guest_addr addr, const struct fs_quota_stat *stat)
{
	u8 narrow[QUOTA_STAT_SIZE_32];

	if (current->sc_abi == ABI_64)
		return copy_to_user(addr, stat, sizeof(*stat));
	memcpy(narrow, stat, 8);
	memcpy(narrow + 8, &stat->qs_uquota, 20);
	memcpy(narrow + 28, &stat->qs_gquota, 20);
	memcpy(narrow + 48, &stat->qs_incoredqs, 20);
	return copy_to_user(addr, narrow, sizeof(narrow));
}

static long do_quotactl(u32 cmd, const char *special, int fd, bool by_fd, u32 id, guest_addr addr)
{
	struct fs_quota_stat stat;
	struct if_dqblk blk;
	long ret;

	switch (cmd >> SUBCMDSHIFT) {
	case Q_GETQUOTA:
		ret = host_quotactl(cmd, special, fd, by_fd, id, &blk);
		if (!ret && copy_to_user(addr, &blk,
					 current->sc_abi == ABI_32 ? DQBLK_SIZE_32 : sizeof(blk)))
			return -EFAULT;
		return ret;
	case Q_XGETQSTAT:
		ret = host_quotactl(cmd, special, fd, by_fd, id, &stat);
		return ret ? ret : put_quota_stat(addr, &stat);
	default:
		return host_quotactl(cmd, special, fd, by_fd, id, quota_arg(cmd, addr));
	}
}

SYSCALL_DEFINE4(quotactl, (), HEX, cmd, PATH, special, UINT, id, ADDR, addr)
{
	return do_quotactl((u32)cmd, user_path(special, PATH_FOLLOW), -1, false, id, addr);
}

SYSCALL_DEFINE4(quotactl_fd, (), FD, fd, HEX, cmd, UINT, id, ADDR, addr)
{
	return do_quotactl((u32)cmd, NULL, fd, true, id, addr);
}
