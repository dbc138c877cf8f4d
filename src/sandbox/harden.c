/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/harden.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "abi/syscall.h"
#include "host/host.h"
#include "host/image.h"

bool harden_on;

/* ---- Calls ---- */

/* What trapgate's sources name (src/, SYS_*): the handlers' calls. */
static const char *const handler_calls[] = {
#include "host_calls.inc"
};

/* The C library's and the engine's own, as far as they are not among those. */
static const char *const library_calls[] = {
	"brk",
	"mmap",
	"munmap",
	"mprotect",
	"mremap",
	"madvise",
	"read",
	"write",
	"exit",
	"exit_group",
	"rt_sigreturn",
	"rt_sigaction",
	"futex",
	"getrandom",
	"close",
	"fstat",
	"newfstatat",
	"lseek",
	"readlink",
	"rt_sigprocmask",
	"sigaltstack",
	"tgkill",
	"getpid",
	"gettid",
	"clock_gettime",
	"clock_getres",
	"clock_nanosleep",
	"gettimeofday",
	"time",
	"restart_syscall",
	"set_robust_list",
	"rseq",
	"sched_yield",
	"mlock",
	"munlock",
	"mlockall",
	"munlockall",
	"pipe",
	"pipe2",
	"getdents64",
	"statfs",
	"uname",
	"sched_getaffinity",
	"getrlimit",
	"setrlimit",
	"prlimit64",
	"wait4",
	"access",
	"faccessat",
	"mkdir",
	"rmdir",
	"unlink",
	"symlink",
	"link",
	"chmod",
	"chown",
	"prctl",
	/* The C library's, when trapgate is executed by task/exec_mmap.c. */
	"arch_prctl",
	"set_tid_address",
	"readlinkat",
};

/* Calls that reach beyond the sandbox, or into parts of the kernel that no guest in a sandbox
 * needs: they fail as for a user without privileges. (Those that the kernel refuses to whoever
 * lacks a capability that has been dropped need not be here.) */
static const struct {
	const char *name;
	int err;
} refused[] = {
	{"add_key", EPERM},
	{"bpf", EPERM},
	{"chroot", EPERM},
	{"fanotify_init", EPERM},
	{"fanotify_mark", EPERM},
	{"fsconfig", EPERM},
	{"fsmount", EPERM},
	{"fsopen", EPERM},
	{"fspick", EPERM},
	{"io_uring_enter", ENOSYS},
	{"io_uring_register", ENOSYS},
	{"io_uring_setup", ENOSYS},
	{"keyctl", EPERM},
	{"lookup_dcookie", EPERM},
	{"migrate_pages", EPERM},
	{"mount", EPERM},
	{"mount_setattr", EPERM},
	{"move_mount", EPERM},
	{"name_to_handle_at", EPERM},
	{"open_by_handle_at", EPERM},
	{"open_tree", EPERM},
	{"open_tree_attr", EPERM},
	{"perf_event_open", EPERM},
	{"pivot_root", EPERM},
	{"request_key", EPERM},
	{"setns", EPERM},
	{"syslog", EPERM},
	{"umount2", EPERM},
	{"userfaultfd", EPERM},
	{"clone3", ENOSYS},
};

#define NEW_NAMESPACES                                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET)
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define EXECVE_CHECK 0x10000u /* AT_EXECVE_CHECK: asks, and executes nothing */

/* The number of a call by the table that trapgate emulates: it is the host's too, and knows calls
 * that libseccomp is too old for. */
static int number(const char *name)
{
	for (u32 i = 0; i < sys_call_table_size; i++)
		if (syscall_is_named(&sys_call_table[i], name))
			return (int)i;
	return -1;
}

static void rule(scmp_filter_ctx filter, u32 action, const char *name, unsigned n,
		 const struct scmp_arg_cmp *cmp)
{
	int nr = number(name), err;

	if (nr < 0)
		return;
	err = seccomp_rule_add_exact_array(filter, action, nr, n, cmp);
	if (err && err != -EEXIST)
		fatal("the sandbox's seccomp filter: %s: %s", name, strerror(-err));
}

/* The call fails where the bits of `mask` in an argument are `value`. The kernel looks at the lower
 * half of these arguments alone, and so does the filter. */
static void refuse(scmp_filter_ctx filter, int err, const char *name, unsigned arg, u32 mask,
		   u32 value)
{
	struct scmp_arg_cmp cmp = SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask, value);

	rule(filter, SCMP_ACT_ERRNO((u32)err), name, 1, &cmp);
}

/* Of netlink, interfaces and routes, what answers to those with CAP_NET_ADMIN alone, and families
 * by name. The rest tells of the host: its sockets and their owners, devices, audit. */
static void refuse_netlink(scmp_filter_ctx filter)
{
	for (u32 protocol = 0; protocol < MAX_LINKS; protocol++) {
		struct scmp_arg_cmp cmp[] = {
			SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, 0xffffffff, AF_NETLINK),
			SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, 0xffffffff, protocol),
		};

		if (protocol != NETLINK_ROUTE && protocol != NETLINK_NETFILTER &&
		    protocol != NETLINK_GENERIC)
			rule(filter, SCMP_ACT_ERRNO(EPROTONOSUPPORT), "socket", 2, cmp);
	}
}

/* Handlers pass on what the guest asks for; these arguments would lead out. */
static void refuse_arguments(scmp_filter_ctx filter)
{
	static const u32 ioctls[] = {TIOCSTI, TIOCLINUX, TIOCCONS, TIOCSETD};
	static const u32 prctls[] = {PR_SET_MM, PR_SET_PTRACER};
	struct scmp_arg_cmp above = SCMP_CMP64(0, SCMP_CMP_GT, AF_NETLINK, 0);

	for (size_t i = 0; i < ARRAY_SIZE(ioctls); i++)
		refuse(filter, EPERM, "ioctl", 1, ~0u, ioctls[i]);
	for (size_t i = 0; i < ARRAY_SIZE(prctls); i++)
		refuse(filter, EPERM, "prctl", 0, ~0u, prctls[i]);
	for (u32 bit = 1; bit; bit <<= 1)
		if (bit & NEW_NAMESPACES)
			refuse(filter, EPERM, "clone", 0, bit, bit);
	for (u32 bit = 1; bit; bit <<= 1)
		if (bit & (NEW_NAMESPACES | CLONE_NEWTIME))
			refuse(filter, EPERM, "unshare", 0, bit, bit);
	for (u32 family = 0; family <= AF_NETLINK; family++)
		if (family != AF_UNIX && family != AF_INET && family != AF_INET6 &&
		    family != AF_NETLINK)
			refuse(filter, EAFNOSUPPORT, "socket", 0, ~0u, family);
	rule(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", 1, &above);
	refuse_netlink(filter);
	refuse(filter, EPERM, "execveat", 4, EXECVE_CHECK, 0);
}

/* The filters, ready to be installed. */
static struct sock_fprog refusing_program, killing_program;

/* Takes a few milliseconds: libseccomp sorts hundreds of rules. */
void harden_compile(void *filter, struct sock_fprog *out)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	int err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree, not a list */
	off_t size;

	if (fd < 0)
		err = -errno;
	if (!err)
		err = seccomp_export_bpf(filter, fd);
	size = err ? 0 : lseek(fd, 0, SEEK_CUR);
	out->filter = malloc((size_t)size + 1);
	out->len = (unsigned short)((size_t)size / sizeof(*out->filter));
	if (!err && (!out->filter || pread(fd, out->filter, (size_t)size, 0) != size))
		err = -EIO;
	if (err)
		fatal("the sandbox's seccomp filter: %s", strerror(-err));
	close(fd);
	seccomp_release(filter);
}

static void load(const struct sock_fprog *program)
{
	long err = host(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, HP(program));

	if (err)
		fatal("the sandbox's seccomp filter: %s", strerror((int)-err));
}

/* Two filters, of which the stricter answer counts: what is refused, and behind it what is known at
 * all. The kernel remembers which numbers pass both whatever their arguments (5.11): those cost
 * nothing. */
void harden_prepare(void)
{
	const struct scmp_arg_cmp itself = SCMP_CMP64(0, SCMP_CMP_EQ, HP(image_exe));
	scmp_filter_ctx refusing, killing;

	if (killing_program.filter)
		return;
	refusing = seccomp_init(SCMP_ACT_ALLOW);
	killing = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!refusing || !killing)
		fatal("the sandbox's seccomp filter cannot be made: seccomp(2) is not permitted, "
		      "or there is no memory");
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		rule(refusing, SCMP_ACT_ERRNO((u32)refused[i].err), refused[i].name, 0, NULL);
	refuse_arguments(refusing);
	for (size_t i = 0; i < ARRAY_SIZE(handler_calls); i++)
		rule(killing, SCMP_ACT_ALLOW, handler_calls[i], 0, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(library_calls); i++)
		rule(killing, SCMP_ACT_ALLOW, library_calls[i], 0, NULL);
	rule(killing, SCMP_ACT_ALLOW, "execve", 1, &itself);
	harden_compile(refusing, &refusing_program);
	harden_compile(killing, &killing_program);
}

static bool killing;

static void start_filters(void)
{
	harden_prepare();
	load(&refusing_program);
	if (!killing)
		load(&killing_program);
}

bool harden_clone_ok(u64 flags, u64 set_tid_size)
{
	return !set_tid_size && !(flags >> 32) &&
	       (flags & (CLONE_PIDFD | CLONE_PARENT_SETTID)) != (CLONE_PIDFD | CLONE_PARENT_SETTID);
}

/* ---- Capabilities ---- */

/* What a root user of a container may keep: to own, read and give away the files that the sandbox
 * shows, and to become somebody else. */
#define KEPT                                                                                       \
	(1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_FOWNER | 1ULL << CAP_FSETID |  \
	 1ULL << CAP_KILL | 1ULL << CAP_SETGID | 1ULL << CAP_SETUID | 1ULL << CAP_SETPCAP |        \
	 1ULL << CAP_NET_BIND_SERVICE)

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int cap = 0; cap < 64; cap++)
		if (!(KEPT >> cap & 1))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (host(SYS_capget, HP(&header), HP(data)) != 0)
		return;
	for (int i = 0; i < 2; i++) {
		u32 kept = (u32)(KEPT >> (32 * i));

		data[i].effective &= kept;
		data[i].permitted &= kept;
		data[i].inheritable = 0;
	}
	host(SYS_capset, HP(&header), HP(data));
}

/* ---- Landlock ---- */

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule	    445
#define SYS_landlock_restrict_self  446
#endif

/* <linux/landlock.h>, whose installed version may be old */
struct ruleset_attr {
	u64 handled_fs, handled_net, scoped;
};
struct path_beneath_attr {
	u64 allowed;
	s32 fd;
} __attribute__((packed));

#define LANDLOCK_VERSION    1u
#define LANDLOCK_PATH	    1
#define FS_READ		    0x000cULL /* READ_FILE, READ_DIR */
#define FS_RUN		    0x0005ULL /* EXECUTE, READ_FILE */
#define FS_WRITE	    0x5ff2ULL /* write, make, remove, truncate; not device files */
#define FS_REFER	    0x2000ULL
#define FS_FILE		    0x4006ULL /* what can be said of a file that is no directory */
#define FS_FIRST	    0x1fffULL
#define FS_TRUNCATE	    0x4000ULL
#define SCOPE_ABSTRACT_UNIX 1ULL
#define SCOPE_SIGNAL	    2ULL
#define MAX_PATHS	    128

static struct {
	int fd;
	bool write;
} paths[MAX_PATHS];
static u32 nr_paths;
static bool too_many;

void harden_allow_path(int fd, bool write)
{
	too_many |= nr_paths == MAX_PATHS;
	if (nr_paths == MAX_PATHS)
		return;
	paths[nr_paths].fd = fd;
	paths[nr_paths++].write = write;
}

static void allow_path(long ruleset, int fd, u64 rights)
{
	struct path_beneath_attr rule_attr = {rights, fd};

	if (host(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH, HP(&rule_attr), 0) == -EINVAL) {
		rule_attr.allowed &= FS_FILE;
		host(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH, HP(&rule_attr), 0);
	}
}

/* A process that shares its memory executes trapgate when its guest executes a program: see
 * task/exec_mmap.h. */
static void allow_itself(long ruleset)
{
	long fd = host(SYS_open, HP("/proc/self/exe"), O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	allow_path(ruleset, (int)fd, FS_RUN);
	host(SYS_close, fd);
}

/* Files only where somebody has said which, and where renaming between directories can be allowed
 * (version 2): before that, Landlock would change what a guest may do. */
static void start_landlock(void)
{
	long version = host(SYS_landlock_create_ruleset, 0, 0, LANDLOCK_VERSION), ruleset;
	struct ruleset_attr attr = {0};

	if (version <= 0)
		return;
	if (version >= 2 && nr_paths && !too_many)
		attr.handled_fs = FS_FIRST | FS_REFER;
	if (version >= 3 && attr.handled_fs)
		attr.handled_fs |= FS_TRUNCATE;
	if (version >= 6)
		attr.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
	if (!attr.handled_fs && !attr.scoped)
		return;
	ruleset = host(SYS_landlock_create_ruleset, HP(&attr), version >= 6 ? 24 : 8, 0);
	if (ruleset < 0)
		return;
	if (attr.handled_fs)
		allow_itself(ruleset);
	for (u32 i = 0; attr.handled_fs && i < nr_paths; i++)
		allow_path(ruleset, paths[i].fd,
			   (FS_READ | (paths[i].write ? FS_WRITE | FS_REFER : 0)) &
				   attr.handled_fs);
	host(SYS_landlock_restrict_self, ruleset, 0);
	host(SYS_close, ruleset);
}

void harden_forker(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		fatal("the sandbox: no_new_privs: %s", strerror(errno));
	start_landlock();
	harden_prepare();
	load(&killing_program);
	killing = true;
}

void harden_start(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		fatal("the sandbox: no_new_privs: %s", strerror(errno));
	drop_capabilities();
	start_landlock();
	harden_on = true;
	start_filters();
}
