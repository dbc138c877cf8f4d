/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/contain.h"

#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "host/image.h"
#include "mm/uaccess.h"
#include "sandbox/limits.h"
#include "sandbox/object.h"
#include "sandbox/path.h"
#include "syscalls/pidfd.h"
#include "task/signal.h"
#include "task/task.h"

/* ---- The run's processes ---- */

/* A process is known by its id and the time of its start: ids come back. */
struct run_process {
	int pid;
	u64 from, to; /* started between these */
};

#define NR_PLACES 65536
#define PROBES	  64
static struct run_process *run; /* shared by all processes of the run */
static u64 before_fork;
static int first, first_parent; /* of the processes */

#define USER_HZ 100

/* In the unit that /proc/PID/stat has. */
static u64 ticks(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (u64)now.tv_sec * USER_HZ + (u64)now.tv_nsec / (1000000000 / USER_HZ);
}

/* Field 22 of /proc/PID/stat; 0 when there is no such process. */
static u64 start_time(int pid)
{
	char text[1024], *s;
	int field = 3;

	if (!host_proc_read(pid, "stat", text, sizeof(text)))
		return 0;
	s = strrchr(text, ')');
	for (; s && field <= 22; field++) {
		s = strchr(s, ' ');
		if (s)
			s++;
		if (field == 22)
			break;
	}
	return s ? strtoull(s, NULL, 10) : 0;
}

static bool is_same(const struct run_process *p, int pid)
{
	u64 start = start_time(pid);

	return start && start >= p->from && start <= p->to;
}

static bool run_has_process(int pid)
{
	for (u32 i = 0; i < PROBES; i++) {
		const struct run_process *p = &run[((u32)pid + i) % NR_PLACES];

		if (__atomic_load_n(&p->pid, __ATOMIC_ACQUIRE) == pid)
			return is_same(p, pid);
	}
	return false;
}

void run_note_time(void)
{
	before_fork = ticks();
}

static void put_process(int pid, u64 from, u64 to)
{
	for (u32 i = 0; i < PROBES; i++) {
		struct run_process *p = &run[((u32)pid + i) % NR_PLACES];
		int there = __atomic_load_n(&p->pid, __ATOMIC_ACQUIRE);

		if (there && there != pid && is_same(p, there))
			continue;
		p->from = from;
		p->to = to;
		__atomic_store_n(&p->pid, pid, __ATOMIC_RELEASE);
		return;
	}
}

void run_add_pid(int pid)
{
	if (run)
		put_process(pid, before_fork, ticks());
}

bool run_has_pid(int pid)
{
	int process;

	if (pid == current->pid || pid == current->tid)
		return true;
	if (pid <= 0)
		return false;
	if (run_has_process(pid))
		return true;
	process = host_proc_status(pid, "\nTgid:");
	return process && process != pid && run_has_process(process);
}

/* ---- Signals ---- */

/* As kill(2) otherwise does; by the descriptor where there is one. */
static long send_signal(int pid, int fd, int sig)
{
	if (signal_stops(pid, 0, sig, NULL))
		return 0;
	return signal_sent(pid, 0, sig,
			   fd < 0 ? host(SYS_kill, pid, sig)
				  : host(SYS_pidfd_send_signal, fd, sig, 0, 0));
}

/* kill(2) of 0, -1 and groups: the host would signal processes outside too. */
static long kill_many(int pid, int sig)
{
	int self = (int)host(SYS_getpid), group;
	bool found = false, all = pid == -1, me = false;
	long ret = 0, err;

	if (pid == INT_MIN)
		return -ESRCH;
	group = pid < -1 ? -pid : (int)host(SYS_getpgrp);
	for (u32 i = 0; i < NR_PLACES; i++) {
		int p = __atomic_load_n(&run[i].pid, __ATOMIC_ACQUIRE);

		if (!p || (!all && host(SYS_getpgid, p) != group) || !run_has_process(p))
			continue;
		if (p == self) {
			me = true; /* last: it may be the end */
			continue;
		}
		err = send_signal(p, -1, sig);
		found |= !err;
		if (err && err != -ESRCH)
			ret = err;
	}
	if (me && !all) {
		ret = send_signal(self, -1, sig);
		found = true;
	}
	return found ? 0 : ret ? ret : -ESRCH;
}

/* Between the question and the signal the id could change its owner; a descriptor does not. */
static long kill_one(int pid, int sig)
{
	long fd, ret;

	if (pid == current->pid)
		return send_signal(pid, -1, sig);
	fd = host(SYS_pidfd_open, pid, 0);
	if (fd == -ENOSYS || fd == -EPERM || fd == -EMFILE || fd == -EINVAL)
		return run_has_pid(pid) ? send_signal(pid, -1, sig) : -ESRCH;
	if (fd < 0)
		return -ESRCH;
	ret = run_has_pid(pid) ? send_signal(pid, (int)fd, sig) : -ESRCH;
	host(SYS_close, fd);
	return ret;
}

/* ---- Rules ---- */

#define PIDFD_GROUP 4u /* PIDFD_SIGNAL_PROCESS_GROUP */

enum rule {
	RULE_NONE,
	RULE_REFUSE, /* EPERM */
	RULE_ABSENT, /* ENOSYS, as in a kernel without it */
	RULE_IPC,    /* the same, but where this process has its own IPC namespace */
	RULE_PIDS,   /* arguments that are process ids: ESRCH for those outside */
	RULE_KILL,
	RULE_SETPGID,
	RULE_PRIORITY,
	RULE_IOPRIO,
	RULE_UNSHARE,
	RULE_CLONE3,
	RULE_MKNOD,
	RULE_MKNODAT,
	RULE_FCNTL,
	RULE_IOCTL,
	RULE_PIDFD,
	RULE_CAPGET,
	RULE_PRCTL,
};

static const struct {
	const char *name; /* of the table's row */
	enum rule rule;
} rules[] = {
	{"mount", RULE_REFUSE},
	{"umount", RULE_REFUSE},
	{"umount2", RULE_REFUSE},
	{"pivot_root", RULE_REFUSE},
	{"open_tree", RULE_REFUSE},
	{"open_tree_attr", RULE_REFUSE},
	{"move_mount", RULE_REFUSE},
	{"fsopen", RULE_REFUSE},
	{"fsconfig", RULE_REFUSE},
	{"fsmount", RULE_REFUSE},
	{"fspick", RULE_REFUSE},
	{"mount_setattr", RULE_REFUSE},
	{"statmount", RULE_REFUSE},
	{"listmount", RULE_REFUSE},
	{"name_to_handle_at", RULE_REFUSE},
	{"open_by_handle_at", RULE_REFUSE},
	{"swapon", RULE_REFUSE},
	{"swapoff", RULE_REFUSE},
	{"quotactl", RULE_REFUSE},
	{"quotactl_fd", RULE_REFUSE},
	{"fanotify_init", RULE_REFUSE},
	{"fanotify_mark", RULE_REFUSE},
	{"setns", RULE_REFUSE},
	{"vhangup", RULE_REFUSE},
	{"acct", RULE_REFUSE},
	{"reboot", RULE_REFUSE},
	{"syslog", RULE_REFUSE},
	{"sethostname", RULE_REFUSE},
	{"setdomainname", RULE_REFUSE},
	{"settimeofday", RULE_REFUSE},
	{"stime", RULE_REFUSE},
	{"clock_settime", RULE_REFUSE},
	{"clock_settime64", RULE_REFUSE},
	{"init_module", RULE_REFUSE},
	{"finit_module", RULE_REFUSE},
	{"delete_module", RULE_REFUSE},
	{"kexec_load", RULE_REFUSE},
	{"kexec_file_load", RULE_REFUSE},
	{"bpf", RULE_REFUSE},
	{"perf_event_open", RULE_REFUSE},
	{"lsm_set_self_attr", RULE_REFUSE},
	{"io_uring_setup", RULE_ABSENT},
	{"io_uring_enter", RULE_ABSENT},
	{"io_uring_register", RULE_ABSENT},
	{"add_key", RULE_ABSENT},
	{"request_key", RULE_ABSENT},
	{"keyctl", RULE_ABSENT},
	{"shmget", RULE_IPC},
	{"shmat", RULE_IPC},
	{"shmctl", RULE_IPC},
	{"shmdt", RULE_IPC},
	{"semget", RULE_IPC},
	{"semop", RULE_IPC},
	{"semctl", RULE_IPC},
	{"semtimedop", RULE_IPC},
	{"semtimedop_time64", RULE_IPC},
	{"msgget", RULE_IPC},
	{"msgsnd", RULE_IPC},
	{"msgrcv", RULE_IPC},
	{"msgctl", RULE_IPC},
	{"ipc", RULE_IPC},
	{"mq_open", RULE_IPC},
	{"mq_unlink", RULE_IPC},
	{"wait4", RULE_NONE},
	{"waitpid", RULE_NONE},
	{"waitid", RULE_NONE},
	{"kill", RULE_KILL},
	{"setpgid", RULE_SETPGID},
	{"getpriority", RULE_PRIORITY},
	{"setpriority", RULE_PRIORITY},
	{"ioprio_get", RULE_IOPRIO},
	{"ioprio_set", RULE_IOPRIO},
	{"unshare", RULE_UNSHARE},
	{"clone", RULE_UNSHARE},
	{"clone3", RULE_CLONE3},
	{"mknod", RULE_MKNOD},
	{"mknodat", RULE_MKNODAT},
	{"fcntl", RULE_FCNTL},
	{"fcntl64", RULE_FCNTL},
	{"ioctl", RULE_IOCTL},
	{"pidfd_send_signal", RULE_PIDFD},
	{"pidfd_getfd", RULE_PIDFD},
	{"process_madvise", RULE_PIDFD},
	{"process_mrelease", RULE_PIDFD},
	{"capget", RULE_CAPGET},
	{"prctl", RULE_PRCTL},
};

#define NR_RULES 512
static u8 rule_of[2][NR_RULES]; /* by ABI and number */
static bool private_ipc;

static enum rule find_rule(const struct syscall_row *row)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (syscall_is_named(row, rules[i].name))
			return rules[i].rule;
	for (u32 i = 0; row->desc && i < row->desc->nargs; i++)
		if (row->desc->arg[i].kind == K_PID)
			return RULE_PIDS;
	return RULE_NONE;
}

void contain_prepare(void)
{
	static bool done;
	const struct syscall_row *tables[2] = {sys_call_table, ia32_sys_call_table};
	const u32 sizes[2] = {sys_call_table_size, ia32_sys_call_table_size};

	_Static_assert(ABI_64 < 2 && ABI_32 < 2, "rule_of[] is indexed by enum abi");
	for (int t = 0; !done && t < 2; t++)
		for (u32 nr = 0; nr < MIN(sizes[t], NR_RULES); nr++)
			if (tables[t][nr].name)
				rule_of[t ? ABI_32 : ABI_64][nr] = find_rule(&tables[t][nr]);
	done = true;
}

void contain_init(void)
{
	contain_prepare();
	run = host_shared(NR_PLACES * sizeof(*run));
	if (!run)
		fatal("no memory for the sandbox's list of processes");
	first = (int)host(SYS_getpid);
	first_parent = (int)host(SYS_getppid);
	put_process(first, start_time(first), start_time(first));
	private_ipc = host(SYS_unshare, CLONE_NEWIPC) == 0;
	if (private_ipc)
		limits_bound_ipc();
}

int contain_parent(void)
{
	return current->pid == first ? first_parent : 0;
}

static long check_pids(const struct syscall_desc *desc, const u64 *args)
{
	for (u32 i = 0; i < desc->nargs; i++)
		if (desc->arg[i].kind == K_PID && (int)args[i] > 0 && !run_has_pid((int)args[i]))
			return -ESRCH;
	return 0;
}

/* A group is that of its processes: the one that the run was started in may be led from outside. */
static long check_setpgid(int pid, int group)
{
	if (pid > 0 && group >= 0 && !run_has_pid(pid))
		return -ESRCH;
	if (group <= 0 || run_has_pid(group) || group == (int)host(SYS_getpgrp))
		return 0;
	return kill_many(-group, 0) ? -EPERM : 0;
}

/* Groups and users hold processes outside: they can be asked about, not changed. */
static long check_priority(const struct syscall_desc *desc, const u64 *args, int process)
{
	if ((int)args[0] == process)
		return (int)args[1] > 0 && !run_has_pid((int)args[1]) ? -ESRCH : 0;
	return desc->nargs > 2 ? -EPERM : 0;
}

#define CLONE_NEW_ANY                                                                              \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET)

static long check_clone3(const u64 *args)
{
	u64 flags;

	if (get_user(flags, args[0]))
		return 0; /* the handler's to find */
	return flags & (CLONE_NEW_ANY | 0x80 /* CLONE_NEWTIME */ | 0x200000000UL) ? -EPERM : 0;
}

/* A signal's owner: a process, or a group by a negative number. */
static long check_owner(int who)
{
	return who > 0 ? run_has_pid(who) ? 0 : -ESRCH : who < 0 ? -EPERM : 0;
}

/* What has been judged must be what the host is told: guest memory can change meanwhile. */
#define CALL_HANDLER 1 /* not yet done: the handler is to do it */

static long contained_fcntl(const u64 *args)
{
	int ex[2], fd;
	long err;

	switch ((u32)args[1]) {
	case F_SETOWN:
		err = check_owner((int)args[2]);
		return err ? err : CALL_HANDLER;
	case F_SETLEASE: /* makes others wait who open the file */
		fd = (int)args[2] == F_UNLCK ? 0 : sandbox_hold_fd((int)args[0]);
		return fd < 0 ? fd : CALL_HANDLER;
	case 15: /* F_SETOWN_EX */
		if (get_user(ex, args[2]))
			return CALL_HANDLER;
		err = ex[0] == 2 /* F_OWNER_PGRP */ && ex[1] ? -EPERM : check_owner(ex[1]);
		return err ? err : host(SYS_fcntl, (int)args[0], 15, HP(ex));
	default:
		return CALL_HANDLER;
	}
}

/* Commands of file systems that tell them something. Those that share blocks ask for a descriptor
 * that can be written by themselves. */
static bool changes_file(u32 cmd)
{
	u32 type = _IOC_TYPE(cmd);

	if (cmd == 0x40049409 /* FICLONE */ || cmd == 0x4020940d /* FICLONERANGE */ ||
	    cmd == 0xc0189436 /* FIDEDUPERANGE */ || cmd == 0xc020660b /* FS_IOC_FIEMAP */)
		return false;
	return (_IOC_DIR(cmd) & _IOC_WRITE) &&
	       (type == 'f' || type == 'v' || type == 'X' || type == 0x94);
}

static long contained_ioctl(const struct syscall_desc *desc, const u64 *args)
{
	u64 copy[SYSCALL_MAX_ARGS];
	int who;
	long ret;

	switch ((u32)args[1]) {
	case TIOCSTI:
	case TIOCLINUX:
	case TIOCCONS:
	case TIOCSETD:
	case 0x894c: /* SIOCGSKNS */
		return -EPERM;
	case FIOSETOWN:
	case SIOCSPGRP:
	case TIOCSPGRP:
		if (get_user(who, args[2]))
			return CALL_HANDLER;
		if ((u32)args[1] != TIOCSPGRP)
			ret = check_owner(who);
		else /* the host refuses negative ones */
			ret = who < 0 ? 0 : kill_many(-who, 0);
		return ret ? ret : host(SYS_ioctl, (int)args[0], (u32)args[1], HP(&who));
	}
	if (_IOC_TYPE((u32)args[1]) == 0xff && _IOC_DIR((u32)args[1]) == _IOC_NONE)
		return -EPERM; /* PIDFD_GET_*_NAMESPACE */
	if (!changes_file((u32)args[1]))
		return CALL_HANDLER;
	ret = sandbox_hold_fd((int)args[0]);
	if (ret < 0)
		return ret;
	memcpy(copy, args, sizeof(copy));
	copy[0] = (u64)ret;
	return desc->fn(copy);
}

/* A descriptor of a process that came from outside, or that others exchange meanwhile. */
static long contained_pidfd(const struct syscall_desc *desc, const u64 *args)
{
	u64 copy[SYSCALL_MAX_ARGS];
	int pid, rights, group;
	long fd, ret;

	if ((int)args[0] < 0) /* PIDFD_SELF and its like */
		return (u32)args[3] & PIDFD_GROUP ? -EPERM : desc->fn(args);
	fd = object_hold((int)host(SYS_getpid), (int)args[0], &rights);
	if (fd < 0)
		return -EBADF;
	pid = pidfd_pid((int)fd);
	memcpy(copy, args, sizeof(copy));
	copy[0] = (u64)fd;
	if (pid > 0 && !run_has_pid(pid)) {
		ret = -EPERM;
	} else if (desc->arg[1].kind == K_SIG && (u32)args[3] & PIDFD_GROUP) {
		group = (int)host(SYS_getpgid, pid);
		ret = group > 0 ? kill_many(-group, (int)args[1]) : -ESRCH;
	} else {
		ret = desc->fn(copy);
	}
	host(SYS_close, fd);
	return ret;
}

/* Of others than the caller, who are named in memory or by a number that means something else in
 * other calls. */
static long check_capget(const u64 *args)
{
	u32 header[2];

	if (get_user(header, args[0]))
		return 0;
	return (int)header[1] > 0 && !run_has_pid((int)header[1]) ? -ESRCH : 0;
}

static long check_prctl(const u64 *args)
{
	if ((int)args[0] != 62 /* PR_SCHED_CORE */)
		return 0;
	if (args[3] == 2 /* PR_SCHED_CORE_SCOPE_PROCESS_GROUP */)
		return -EPERM;
	return (int)args[2] > 0 && !run_has_pid((int)args[2]) ? -ESRCH : 0;
}

static long check_mknod(u64 mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode) ? -EPERM : 0;
}

static long path_call(const struct syscall_desc *desc, const u64 *args)
{
	long ret = desc->fn(args);

	if (likely(!sandbox_path_used))
		return ret;
	while (sandbox_path_again(ret = sandbox_path_end(ret)))
		ret = desc->fn(args);
	return ret;
}

/* A call that names a file and gives no descriptor. */
static bool only_names(const struct syscall_desc *desc)
{
	static const char *const others[] = {"open", "creat", "pick", "exec"};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strstr(desc->handler, others[i]))
			return false;
	for (u32 i = 0; i < desc->nargs; i++)
		if (desc->arg[i].kind == K_PATH)
			return true;
	return false;
}

/* A guest that has used up its descriptors can still name files. */
static __attribute__((noinline)) long with_more_fds(const struct syscall_desc *desc,
						    const u64 *args)
{
	struct rlimit old;
	long ret;

	if (!only_names(desc) || !host_raise_fds(&old))
		return -EMFILE;
	ret = path_call(desc, args);
	host_restore_fds(&old);
	return ret;
}

static long handled_call(const struct syscall_desc *desc, const u64 *args)
{
	long ret = path_call(desc, args);

	return likely(ret != -EMFILE) ? ret : with_more_fds(desc, args);
}

static __attribute__((noinline)) long ruled_call(enum rule rule, const struct syscall_desc *desc,
						 const u64 *args)
{
	long ret = 0;

	switch (rule) {
	case RULE_NONE:
		break;
	case RULE_REFUSE:
		ret = -EPERM;
		break;
	case RULE_ABSENT:
		ret = -ENOSYS;
		break;
	case RULE_IPC:
		ret = private_ipc ? 0 : -ENOSYS;
		break;
	case RULE_PIDS:
		ret = check_pids(desc, args);
		break;
	case RULE_KILL:
		if ((u32)args[1] > NSIG_GUEST)
			return -EINVAL;
		return (int)args[0] > 0 ? kill_one((int)args[0], (int)args[1])
					: kill_many((int)args[0], (int)args[1]);
	case RULE_SETPGID:
		ret = check_setpgid((int)args[0], (int)args[1]);
		break;
	case RULE_PRIORITY:
		ret = check_priority(desc, args, PRIO_PROCESS);
		break;
	case RULE_IOPRIO:
		ret = check_priority(desc, args, 1 /* IOPRIO_WHO_PROCESS */);
		break;
	case RULE_UNSHARE:
		ret = args[0] & (CLONE_NEW_ANY | (desc->nargs == 1 ? 0x80 : 0)) ? -EPERM : 0;
		break;
	case RULE_CLONE3:
		ret = check_clone3(args);
		break;
	case RULE_MKNOD:
		ret = check_mknod(args[1]);
		break;
	case RULE_MKNODAT:
		ret = check_mknod(args[2]);
		break;
	case RULE_FCNTL:
		ret = contained_fcntl(args);
		if (ret != CALL_HANDLER)
			return sandbox_path_end(ret);
		ret = 0;
		break;
	case RULE_IOCTL:
		ret = contained_ioctl(desc, args);
		if (ret != CALL_HANDLER)
			return sandbox_path_end(ret);
		ret = 0;
		break;
	case RULE_PIDFD:
		return contained_pidfd(desc, args);
	case RULE_CAPGET:
		ret = check_capget(args);
		break;
	case RULE_PRCTL:
		ret = check_prctl(args);
		break;
	}
	return ret ? ret : handled_call(desc, args);
}

long contained_call(const struct syscall_desc *desc, const u64 *args)
{
	u32 abi = current->sc_abi, nr = (u32)current->nr % NR_RULES;
	enum rule rule = (enum rule)rule_of[abi][nr];

	return likely(rule == RULE_NONE) ? handled_call(desc, args) : ruled_call(rule, desc, args);
}
