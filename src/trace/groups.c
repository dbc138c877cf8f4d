/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The groups of -e trace=%GROUP, as strace(1) lists them. */
#include <string.h>

#include "trace/internal.h"

#define GROUP(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}

GROUP(g_file, "access", "acct", "chdir", "chmod", "chown", "chown32", "chroot", "creat", "execve",
      "execveat", "faccessat", "faccessat2", "fanotify_mark", "fchmodat", "fchmodat2", "fchownat",
      "fspick", "fstatat64", "futimesat", "getcwd", "getxattr", "inotify_add_watch", "lchown",
      "lchown32", "lgetxattr", "link", "linkat", "listxattr", "llistxattr", "lremovexattr",
      "lsetxattr", "lstat", "lstat64", "mkdir", "mkdirat", "mknod", "mknodat", "mount",
      "mount_setattr", "move_mount", "name_to_handle_at", "newfstatat", "oldlstat", "oldstat",
      "oldumount", "open", "open_tree", "openat", "openat2", "pivot_root", "quotactl", "readlink",
      "readlinkat", "removexattr", "rename", "renameat", "renameat2", "rmdir", "setxattr", "stat",
      "stat64", "statfs", "statfs64", "statx", "swapoff", "swapon", "symlink", "symlinkat",
      "truncate", "truncate64", "umount", "umount2", "unlink", "unlinkat", "uselib", "utime",
      "utimensat", "utimensat_time64", "utimes");
GROUP(g_process, "clone", "clone3", "execve", "execveat", "exit", "exit_group", "fork", "kill",
      "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "tgkill", "tkill", "vfork",
      "wait4", "waitid", "waitpid");
GROUP(g_network, "accept", "accept4", "bind", "connect", "getpeername", "getpmsg", "getsockname",
      "getsockopt", "listen", "putpmsg", "recv", "recvfrom", "recvmmsg", "recvmmsg_time64",
      "recvmsg", "send", "sendfile", "sendfile64", "sendmmsg", "sendmsg", "sendto", "setsockopt",
      "shutdown", "socket", "socketcall", "socketpair");
GROUP(g_signal, "kill", "pause", "pidfd_send_signal", "rt_sigaction", "rt_sigpending",
      "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
      "rt_sigtimedwait_time64", "rt_tgsigqueueinfo", "sgetmask", "sigaction", "sigaltstack",
      "signal", "signalfd", "signalfd4", "sigpending", "sigprocmask", "sigreturn", "sigsuspend",
      "ssetmask", "tgkill", "tkill");
GROUP(g_ipc, "ipc", "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop",
      "semtimedop", "semtimedop_time64", "shmat", "shmctl", "shmdt", "shmget");
GROUP(g_memory, "brk", "get_mempolicy", "madvise", "mbind", "migrate_pages", "mincore", "mlock",
      "mlock2", "mlockall", "mmap", "mmap2", "move_pages", "mprotect", "mremap", "msync", "munlock",
      "munlockall", "munmap", "pkey_mprotect", "process_madvise", "process_mrelease",
      "remap_file_pages", "set_mempolicy", "set_mempolicy_home_node", "shmat", "shmdt");
GROUP(g_desc, "_llseek", "_newselect", "bpf", "close", "close_range", "copy_file_range", "creat",
      "dup", "dup2", "dup3", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait",
      "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "execveat", "faccessat", "faccessat2",
      "fadvise64", "fadvise64_64", "fallocate", "fanotify_init", "fanotify_mark", "fchdir",
      "fchmod", "fchmodat", "fchmodat2", "fchown", "fchown32", "fchownat", "fcntl", "fcntl64",
      "fdatasync", "fgetxattr", "finit_module", "flistxattr", "flock", "fremovexattr", "fsconfig",
      "fsetxattr", "fsmount", "fsopen", "fspick", "fstat", "fstat64", "fstatat64", "fstatfs",
      "fstatfs64", "fsync", "ftruncate", "ftruncate64", "futimesat", "getdents", "getdents64",
      "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "io_uring_enter",
      "io_uring_register", "io_uring_setup", "ioctl", "kexec_file_load", "linkat", "lseek",
      "memfd_create", "mkdirat", "mknodat", "mmap", "mmap2", "mount_setattr", "move_mount",
      "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend",
      "name_to_handle_at", "newfstatat", "oldfstat", "open", "open_by_handle_at", "open_tree",
      "openat", "openat2", "perf_event_open", "pidfd_getfd", "pidfd_open", "pidfd_send_signal",
      "pipe", "pipe2", "poll", "ppoll", "ppoll_time64", "pread64", "preadv", "preadv2",
      "process_madvise", "pselect6", "pselect6_time64", "pwrite64", "pwritev", "pwritev2", "read",
      "readahead", "readdir", "readlinkat", "readv", "renameat", "renameat2", "select", "sendfile",
      "sendfile64", "setns", "signalfd", "signalfd4", "splice", "statx", "symlinkat",
      "sync_file_range", "syncfs", "tee", "timerfd_create", "timerfd_gettime", "timerfd_gettime64",
      "timerfd_settime", "timerfd_settime64", "unlinkat", "userfaultfd", "utimensat",
      "utimensat_time64", "vmsplice", "write", "writev");
GROUP(g_stat, "stat", "stat64", "oldstat");
GROUP(g_lstat, "lstat", "lstat64", "oldlstat");
GROUP(g_fstat, "fstat", "fstat64", "fstatat64", "newfstatat", "oldfstat", "statx");
GROUP(g_stats, "fstat", "fstat64", "fstatat64", "lstat", "lstat64", "newfstatat", "oldfstat",
      "oldlstat", "oldstat", "stat", "stat64", "statx");
GROUP(g_statfses, "fstatfs", "fstatfs64", "statfs", "statfs64", "ustat");
GROUP(g_statfs, "statfs", "statfs64");
GROUP(g_fstatfs, "fstatfs", "fstatfs64");
GROUP(g_creds, "capget", "capset", "getegid", "getegid32", "geteuid", "geteuid32", "getgid",
      "getgid32", "getgroups", "getgroups32", "getresgid", "getresgid32", "getresuid",
      "getresuid32", "getuid", "getuid32", "prctl", "setfsgid", "setfsgid32", "setfsuid",
      "setfsuid32", "setgid", "setgid32", "setgroups", "setgroups32", "setregid", "setregid32",
      "setresgid", "setresgid32", "setresuid", "setresuid32", "setreuid", "setreuid32", "setuid",
      "setuid32");
GROUP(g_clock, "adjtimex", "clock_adjtime", "clock_adjtime64", "clock_getres",
      "clock_getres_time64", "clock_gettime", "clock_gettime64", "clock_settime", "clock_settime64",
      "gettimeofday", "settimeofday", "stime", "time");
GROUP(g_pure, "getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getpgrp",
      "getpid", "getppid", "gettid", "getuid", "getuid32");

static const struct {
	const char *name;
	const char *const *list;
	bool bare; /* also without the '%' (old spelling) */
} groups[] = {
	{"file", g_file, true},	       {"process", g_process, true}, {"network", g_network, true},
	{"net", g_network, false},     {"signal", g_signal, true},   {"ipc", g_ipc, true},
	{"memory", g_memory, true},    {"desc", g_desc, true},	     {"stat", g_stat, false},
	{"lstat", g_lstat, false},     {"fstat", g_fstat, false},    {"statfs", g_statfs, false},
	{"fstatfs", g_fstatfs, false}, {"creds", g_creds, false},    {"clock", g_clock, false},
	{"pure", g_pure, false},       {"%stat", g_stats, false},    {"%statfs", g_statfses, false},
};

const char *const *trace_group(const char *name, bool percent)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if ((percent || groups[i].bare) && !strcmp(groups[i].name, name))
			return groups[i].list;
	return NULL;
}
