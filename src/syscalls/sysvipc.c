/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System V semaphores and message queues: the host's, in the native layout; the 32-bit forms, and
 * the i386 call ipc(2) through which 32-bit programs reach them, convert (ipc/sem.c, ipc/msg.c). */
#include <errno.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <string.h>

#include "abi/syscall.h"
#include "syscalls/restart.h"
#include "syscalls/shm.h"
#include "syscalls/timespec.h"

#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif
#define MAX_SEMOPS  32768
#define MAX_MESSAGE (16UL << 20) /* beyond what the host can be configured to */
#define OLD_LAYOUTS "layouts without IPC_64 (libc 5)"

static void perm_to_compat(struct compat_ipc64_perm *to, const struct ipc64_perm *from)
{
	*to = (struct compat_ipc64_perm){
		.key = (u32)from->key,
		.uid = from->uid,
		.gid = from->gid,
		.cuid = from->cuid,
		.cgid = from->cgid,
		.mode = (u16)from->mode,
		.seq = from->seq,
	};
}

static void perm_from_compat(struct ipc64_perm *to, const struct compat_ipc64_perm *from)
{
	memset(to, 0, sizeof(*to));
	to->uid = from->uid;
	to->gid = from->gid;
	to->mode = from->mode;
}

/* ---- Semaphores ---- */

SYSCALL_DEFINE3(semget, (), KEY, key, INT, nsems, HEX, semflg)
{
	return host(SYS_semget, (s32)key, nsems, (int)semflg);
}

static long do_semtimedop(int semid, guest_addr sops, u32 n, const struct timespec *timeout)
{
	size_t size = n > MAX_SEMOPS ? 0 : n * sizeof(struct sembuf);

	return host_block(SYS_semtimedop, semid, HP(user_in(sops, size)), n, HP(timeout));
}

SYSCALL_DEFINE3(semop, (), INT, semid, ADDR, tsops, UINT, nsops)
{
	return do_semtimedop(semid, tsops, nsops, NULL);
}

SYSCALL_DEFINE4(semtimedop, (), INT, semid, ADDR, tsops, UINT, nsops, TIMESPEC64_IN, timeout)
{
	struct timespec ts;

	if (timeout && get_timespec64(&ts, timeout))
		return -EFAULT;
	return do_semtimedop(semid, tsops, nsops, timeout ? &ts : NULL);
}

/* The size of GETALL's and SETALL's array. */
static size_t sem_array_size(int semid)
{
	struct semid64_ds ds;

	return host(SYS_semctl, semid, 0, IPC_STAT, HP(&ds)) < 0 ? 2 : ds.sem_nsems * 2;
}

/* The commands that look alike in both ABIs. */
static long do_semctl(int semid, int semnum, int cmd, u64 arg)
{
	size_t n;

	switch (cmd) {
	case IPC_INFO:
	case SEM_INFO:
		return host(SYS_semctl, semid, semnum, cmd,
			    HP(user_out(arg, sizeof(struct seminfo))));
	case GETALL:
		n = sem_array_size(semid);
		return host(SYS_semctl, semid, semnum, cmd, HP(user_out(arg, n)));
	case SETALL:
		n = sem_array_size(semid);
		return host(SYS_semctl, semid, semnum, cmd, HP(user_in(arg, n)));
	case SETVAL:
		return host(SYS_semctl, semid, semnum, cmd, (int)arg);
	default:
		return host(SYS_semctl, semid, semnum, cmd, 0);
	}
}

SYSCALL_DEFINE4(semctl, (), INT, semid, INT, semnum, INT, cmd, HEX, arg)
{
	switch (cmd) {
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return host(SYS_semctl, semid, semnum, cmd,
			    HP(user_out(arg, sizeof(struct semid64_ds))));
	case IPC_SET:
		return host(SYS_semctl, semid, semnum, cmd,
			    HP(user_in(arg, sizeof(struct semid64_ds))));
	default:
		return do_semctl(semid, semnum, cmd, arg);
	}
}

static long compat_sem_stat(int semid, int semnum, int cmd, guest_addr out)
{
	struct compat_semid64_ds to = {0};
	struct semid64_ds ds;
	long ret = host(SYS_semctl, semid, semnum, cmd, HP(&ds));

	if (ret < 0)
		return ret;
	perm_to_compat(&to.sem_perm, &ds.sem_perm);
	to.sem_otime = (u32)ds.sem_otime;
	to.sem_otime_high = (u32)((u64)ds.sem_otime >> 32);
	to.sem_ctime = (u32)ds.sem_ctime;
	to.sem_ctime_high = (u32)((u64)ds.sem_ctime >> 32);
	to.sem_nsems = (u32)ds.sem_nsems;
	return put_user(to, out) ? -EFAULT : ret;
}

COMPAT_SYSCALL_DEFINE4(semctl, (), INT, semid, INT, semnum, INT, cmd, HEX, arg)
{
	struct compat_semid64_ds from;
	struct semid64_ds ds = {0};

	switch (cmd) {
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return compat_sem_stat(semid, semnum, cmd, arg);
	case IPC_SET:
		if (get_user(from, arg))
			return -EFAULT;
		perm_from_compat(&ds.sem_perm, &from.sem_perm);
		return host(SYS_semctl, semid, semnum, cmd, HP(&ds));
	default:
		return do_semctl(semid, semnum, cmd, arg);
	}
}

/* ---- Messages ---- */

/* What the host and 64-bit programs pass: a type and bytes after it. */
struct message {
	s64 type;
	char text[];
};

SYSCALL_DEFINE2(msgget, (), KEY, key, HEX, msgflg)
{
	return host(SYS_msgget, (s32)key, (int)msgflg);
}

SYSCALL_DEFINE4(msgsnd, (), INT, msqid, ADDR, msgp, SIZE, msgsz, HEX, msgflg)
{
	u64 n = msgsz > MAX_MESSAGE ? 0 : msgsz; /* EINVAL comes before EFAULT then */

	return restart_nohand(host_block(SYS_msgsnd, msqid,
					 HP(user_in(msgp, sizeof(struct message) + n)), msgsz,
					 (int)msgflg));
}

SYSCALL_DEFINE5(msgrcv, (), INT, msqid, ADDR, msgp, SIZE, msgsz, LONG, msgtyp, HEX, msgflg)
{
	u64 n = msgsz > MAX_MESSAGE ? 0 : msgsz;

	return restart_nohand(host_block(SYS_msgrcv, msqid,
					 HP(user_out(msgp, sizeof(struct message) + n)), msgsz,
					 msgtyp, (int)msgflg));
}

static long compat_msgsnd(int msqid, guest_addr msgp, s32 size, int flags)
{
	struct message *m;
	s32 type;

	if (get_user(type, msgp))
		return -EFAULT;
	if (size < 0 || (u64)size > MAX_MESSAGE || msqid < 0)
		return -EINVAL;
	m = user_scratch(sizeof(*m) + (u64)size);
	if (!m)
		return -ENOMEM;
	m->type = type;
	if (copy_from_user(m->text, msgp + 4, (u64)size))
		return -EFAULT;
	return restart_nohand(host_block(SYS_msgsnd, msqid, HP(m), size, flags));
}

static long compat_msgrcv(int msqid, guest_addr msgp, s32 size, s32 type, int flags)
{
	u64 n = size < 0 ? 0 : MIN((u64)size, MAX_MESSAGE);
	struct message *m = user_scratch(sizeof(*m) + n);
	s32 small;
	long ret;

	if (!m)
		return -ENOMEM;
	ret = host_block(SYS_msgrcv, msqid, HP(m), size < 0 ? -1L : (long)n, type, flags);
	if (ret < 0)
		return restart_nohand(ret);
	small = (s32)m->type;
	if (put_user(small, msgp) || copy_to_user(msgp + 4, m->text, (u64)ret))
		return -EFAULT;
	return ret;
}

COMPAT_SYSCALL_DEFINE4(msgsnd, (), INT, msqid, ADDR, msgp, INT, msgsz, HEX, msgflg)
{
	return compat_msgsnd(msqid, msgp, msgsz, (int)msgflg);
}

COMPAT_SYSCALL_DEFINE5(msgrcv, (), INT, msqid, ADDR, msgp, INT, msgsz, INT, msgtyp, HEX, msgflg)
{
	return compat_msgrcv(msqid, msgp, msgsz, msgtyp, (int)msgflg);
}

static bool is_msg_stat(int cmd)
{
	return cmd == IPC_STAT || cmd == MSG_STAT || cmd == MSG_STAT_ANY;
}

/* The commands that look alike in both ABIs. */
static long do_msgctl(int msqid, int cmd, guest_addr buf)
{
	if (cmd == IPC_INFO || cmd == MSG_INFO)
		return host(SYS_msgctl, msqid, cmd, HP(user_out(buf, sizeof(struct msginfo))));
	return host(SYS_msgctl, msqid, cmd, 0);
}

SYSCALL_DEFINE3(msgctl, (), INT, msqid, INT, cmd, ADDR, buf)
{
	size_t n = sizeof(struct msqid64_ds);

	if (is_msg_stat(cmd))
		return host(SYS_msgctl, msqid, cmd, HP(user_out(buf, n)));
	if (cmd == IPC_SET)
		return host(SYS_msgctl, msqid, cmd, HP(user_in(buf, n)));
	return do_msgctl(msqid, cmd, buf);
}

static void put_time(u32 *low, u32 *high, s64 value)
{
	*low = (u32)value;
	*high = (u32)((u64)value >> 32);
}

static long compat_msg_stat(int msqid, int cmd, guest_addr out)
{
	struct compat_msqid64_ds to = {0};
	struct msqid64_ds ds;
	long ret = host(SYS_msgctl, msqid, cmd, HP(&ds));

	if (ret < 0)
		return ret;
	perm_to_compat(&to.msg_perm, &ds.msg_perm);
	put_time(&to.msg_stime, &to.msg_stime_high, ds.msg_stime);
	put_time(&to.msg_rtime, &to.msg_rtime_high, ds.msg_rtime);
	put_time(&to.msg_ctime, &to.msg_ctime_high, ds.msg_ctime);
	to.msg_cbytes = (u32)ds.msg_cbytes;
	to.msg_qnum = (u32)ds.msg_qnum;
	to.msg_qbytes = (u32)ds.msg_qbytes;
	to.msg_lspid = ds.msg_lspid;
	to.msg_lrpid = ds.msg_lrpid;
	return put_user(to, out) ? -EFAULT : ret;
}

COMPAT_SYSCALL_DEFINE3(msgctl, (), INT, msqid, INT, cmd, ADDR, buf)
{
	struct compat_msqid64_ds from;
	struct msqid64_ds ds = {0};

	if (is_msg_stat(cmd))
		return compat_msg_stat(msqid, cmd, buf);
	if (cmd != IPC_SET)
		return do_msgctl(msqid, cmd, buf);
	if (get_user(from, buf))
		return -EFAULT;
	perm_from_compat(&ds.msg_perm, &from.msg_perm);
	ds.msg_qbytes = from.msg_qbytes;
	return host(SYS_msgctl, msqid, cmd, HP(&ds));
}

/* ---- ipc(2) ---- */

#define IPC_64_BIT 0x100

static long ipc_sem(u32 call, int first, int second, u32 third, u32 ptr, u32 fifth)
{
	struct timespec ts;
	u32 arg;

	switch (call) {
	case SEMOP:
		return do_semtimedop(first, ptr, (u32)second, NULL);
	case SEMTIMEDOP:
		if (fifth && get_old_timespec32(&ts, fifth))
			return -EFAULT;
		return do_semtimedop(first, ptr, (u32)second, fifth ? &ts : NULL);
	case SEMGET:
		return do_sys_semget((u32)first, second, third);
	default: /* SEMCTL: the argument stands in memory */
		if (!ptr)
			return -EINVAL;
		if (get_user(arg, ptr))
			return -EFAULT;
		if (!(third & IPC_64_BIT) && (third == IPC_STAT || third == IPC_SET ||
					      third == SEM_STAT || third == SEM_STAT_ANY))
			return -EINVAL;
		return do_compat_sys_semctl(first, second, (int)(third & ~IPC_64_BIT), arg);
	}
}

static long ipc_msg(u32 call, int first, int second, u32 third, u32 ptr, u32 fifth)
{
	u32 kludge[2]; /* pointer and type, in the first version of msgrcv's call */
	int cmd = second & ~IPC_64_BIT;

	switch (call & 0xffff) {
	case MSGSND:
		return compat_msgsnd(first, ptr, second, (int)third);
	case MSGRCV:
		if (call >> 16)
			return compat_msgrcv(first, ptr, second, (s32)fifth, (int)third);
		if (!ptr)
			return -EINVAL;
		if (copy_from_user(kludge, ptr, sizeof(kludge)))
			return -EFAULT;
		return compat_msgrcv(first, kludge[0], second, (s32)kludge[1], (int)third);
	case MSGGET:
		return do_sys_msgget((u32)first, (u32)second);
	default: /* MSGCTL */
		if (!(second & IPC_64_BIT) && (is_msg_stat(cmd) || cmd == IPC_SET))
			return -EINVAL;
		return do_compat_sys_msgctl(first, cmd, ptr);
	}
}

COMPAT_SYSCALL_DEFINE6(ipc, (.missing = OLD_LAYOUTS), UINT, call, INT, first, INT, second, HEX,
		       third, ADDR, ptr, HEX, fifth)
{
	u32 function = call & 0xffff;

	if (function >= SEMOP && function <= SEMTIMEDOP)
		return ipc_sem(function, first, second, (u32)third, (u32)ptr, (u32)fifth);
	if (function >= MSGSND && function <= MSGCTL)
		return ipc_msg(call, first, second, (u32)third, (u32)ptr, (u32)fifth);
	if (function >= SHMAT && function <= SHMCTL)
		return ipc_shm(call, first, second, (u32)third, (u32)ptr);
	return -ENOSYS;
}
