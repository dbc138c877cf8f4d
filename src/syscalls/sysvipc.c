/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System V semaphores and message queues: the host's, in the native layout; the 32-bit forms, and
 * the i386 call ipc(2) through which 32-bit programs reach them, convert (ipc/sem.c, ipc/msg.c). */
#include <errno.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <string.h>

#include "abi/syscall.h"
#include "syscalls/ipc.h"
#include "syscalls/restart.h"
#include "syscalls/timespec.h"

#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif
#define MAX_SEMOPS  32768
#define MAX_MESSAGE (16UL << 20) /* beyond what the host can be configured to */

struct compat_ipc64_perm to_compat_ipc64_perm(const struct ipc64_perm *from)
{
	return (struct compat_ipc64_perm){
		.key = (u32)from->key,
		.uid = from->uid,
		.gid = from->gid,
		.cuid = from->cuid,
		.cgid = from->cgid,
		.mode = (u16)from->mode,
		.seq = from->seq,
	};
}

struct compat_ipc_perm to_compat_ipc_perm(const struct ipc64_perm *from)
{
	return (struct compat_ipc_perm){
		.key = (u32)from->key,
		.uid = high2low(from->uid),
		.gid = high2low(from->gid),
		.cuid = high2low(from->cuid),
		.cgid = high2low(from->cgid),
		.mode = (u16)from->mode,
		.seq = from->seq,
	};
}

long get_compat_ipc_perm(struct ipc64_perm *to, guest_addr from, int version)
{
	struct compat_ipc64_perm perm;
	struct compat_ipc_perm old;

	if (version == IPC_64) {
		if (get_user(perm, from))
			return -EFAULT;
	} else {
		if (get_user(old, from))
			return -EFAULT;
		perm = (struct compat_ipc64_perm){.uid = old.uid, .gid = old.gid, .mode = old.mode};
	}
	*to = (struct ipc64_perm){.uid = perm.uid, .gid = perm.gid, .mode = perm.mode};
	return 0;
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

static void put_time(u32 *low, u32 *high, s64 value)
{
	*low = (u32)value;
	*high = (u32)((u64)value >> 32);
}

static long compat_sem_stat(int semid, int semnum, int cmd, guest_addr out, int version)
{
	struct semid64_ds ds;
	long ret = host(SYS_semctl, semid, semnum, cmd, HP(&ds));

	if (ret < 0)
		return ret;
	if (version != IPC_64) {
		struct compat_semid_ds old = {
			.sem_perm = to_compat_ipc_perm(&ds.sem_perm),
			.sem_otime = (u32)ds.sem_otime,
			.sem_ctime = (u32)ds.sem_ctime,
			.sem_nsems = (u16)ds.sem_nsems,
		};

		return put_user(old, out) ? -EFAULT : ret;
	}
	struct compat_semid64_ds to = {
		.sem_perm = to_compat_ipc64_perm(&ds.sem_perm),
		.sem_nsems = (u32)ds.sem_nsems,
	};

	put_time(&to.sem_otime, &to.sem_otime_high, ds.sem_otime);
	put_time(&to.sem_ctime, &to.sem_ctime_high, ds.sem_ctime);
	return put_user(to, out) ? -EFAULT : ret;
}

static long compat_semctl(int semid, int semnum, int cmd, u64 arg, int version)
{
	struct semid64_ds ds = {0};

	if (semid < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return compat_sem_stat(semid, semnum, cmd, arg, version);
	case IPC_SET:
		if (get_compat_ipc_perm(&ds.sem_perm, arg, version))
			return -EFAULT;
		return host(SYS_semctl, semid, semnum, cmd, HP(&ds));
	default:
		return do_semctl(semid, semnum, cmd, arg);
	}
}

COMPAT_SYSCALL_DEFINE4(semctl, (), INT, semid, INT, semnum, INT, cmd, HEX, arg)
{
	return compat_semctl(semid, semnum, cmd, arg, IPC_64);
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

/* What the kernel refuses before it reads the text. */
static bool is_bad_message(s32 type, s32 size)
{
	struct msginfo info;

	return type < 1 || (host(SYS_msgctl, 0, IPC_INFO, HP(&info)) >= 0 && size > info.msgmax);
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
		return is_bad_message(type, size) ? -EINVAL : -EFAULT;
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

static long compat_msg_stat_old(const struct msqid64_ds *ds, guest_addr out)
{
	struct compat_msqid_ds to = {
		.msg_perm = to_compat_ipc_perm(&ds->msg_perm),
		.msg_stime = (u32)ds->msg_stime,
		.msg_rtime = (u32)ds->msg_rtime,
		.msg_ctime = (u32)ds->msg_ctime,
		.msg_cbytes = (u16)ds->msg_cbytes,
		.msg_qnum = (u16)ds->msg_qnum,
		.msg_qbytes = (u16)ds->msg_qbytes,
		.msg_lspid = (u16)ds->msg_lspid,
		.msg_lrpid = (u16)ds->msg_lrpid,
	};

	return put_user(to, out);
}

static long compat_msg_stat(int msqid, int cmd, guest_addr out, int version)
{
	struct compat_msqid64_ds to = {0};
	struct msqid64_ds ds;
	long ret = host(SYS_msgctl, msqid, cmd, HP(&ds));

	if (ret < 0)
		return ret;
	if (version != IPC_64)
		return compat_msg_stat_old(&ds, out) ? -EFAULT : ret;
	to.msg_perm = to_compat_ipc64_perm(&ds.msg_perm);
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

/* What IPC_SET takes. */
static long get_compat_msqid(struct msqid64_ds *ds, guest_addr from, int version)
{
	u32 qbytes;
	u16 old;

	if (get_compat_ipc_perm(&ds->msg_perm, from, version))
		return -EFAULT;
	if (version == IPC_64) {
		if (get_user(qbytes, from + offsetof(struct compat_msqid64_ds, msg_qbytes)))
			return -EFAULT;
		ds->msg_qbytes = qbytes;
	} else {
		if (get_user(old, from + offsetof(struct compat_msqid_ds, msg_qbytes)))
			return -EFAULT;
		ds->msg_qbytes = old;
	}
	return 0;
}

static long compat_msgctl(int msqid, int cmd, guest_addr buf, int version)
{
	struct msqid64_ds ds = {0};

	if (msqid < 0)
		return -EINVAL;
	if (is_msg_stat(cmd))
		return compat_msg_stat(msqid, cmd, buf, version);
	if (cmd != IPC_SET)
		return do_msgctl(msqid, cmd, buf);
	if (get_compat_msqid(&ds, buf, version))
		return -EFAULT;
	return host(SYS_msgctl, msqid, cmd, HP(&ds));
}

COMPAT_SYSCALL_DEFINE3(msgctl, (), INT, msqid, INT, cmd, ADDR, buf)
{
	return compat_msgctl(msqid, cmd, buf, IPC_64);
}

/* ---- ipc(2) ---- */

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
		return compat_semctl(first, second, (int)(third & ~IPC_64), arg,
				     ipc_parse_version((int)third));
	}
}

static long ipc_msg(u32 call, int first, int second, u32 third, u32 ptr, u32 fifth)
{
	u32 kludge[2]; /* pointer and type, in the first version of msgrcv's call */

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
		return compat_msgctl(first, second & ~IPC_64, ptr, ipc_parse_version(second));
	}
}

COMPAT_SYSCALL_DEFINE6(ipc, (), UINT, call, INT, first, INT, second, HEX, third, ADDR, ptr, HEX,
		       fifth)
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
