/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls whose arguments i386 lays out in a way of its own, or of which a part is easily lost in a
 * trace. tests/cases/60-trace.sh sets strace's lines and trapgate's side by side. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/quota.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#ifdef __i386__
#define WIDE(v) (u32)(v), (u32)((unsigned long long)(v) >> 32)
#else
#define WIDE(v) (v)
#endif
#ifdef SYS_recvmmsg_time64
#define RECVMMSG SYS_recvmmsg_time64
#else
#define RECVMMSG SYS_recvmmsg
#endif
typedef unsigned int u32;

/* n bytes that end where the page does */
static char *at_end(size_t n)
{
	static char *page;

	if (!page) {
		page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		mprotect(page + 4096, 4096, PROT_NONE);
	}
	memset(page, 0x41, 4096);
	return page + 4096 - n;
}

static void sets(void)
{
	unsigned short groups[2] = {0xffff, 0xffff};
	char *mask = at_end(8);

	syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, mask + 4, NULL, 4);
	syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, mask, NULL, 12);
	syscall(SYS_rt_sigsuspend, mask + 4, 4);
	syscall(SYS_setgroups, 70000, groups);
}

static void marks(void)
{
	syscall(SYS_fanotify_mark, -1, 1, WIDE(0x123400001ULL), -1, ".");
	syscall(SYS_fanotify_mark, -1, 1, WIDE(2), AT_FDCWD, NULL);
	syscall(SYS_lookup_dcookie, WIDE(0x123456789aULL), NULL, 12);
}

static void quotas(void)
{
	char *p = at_end(sizeof(u32) * 17);
	u32 cmd = (u32)QCMD(Q_SETQUOTA, GRPQUOTA);

	syscall(SYS_quotactl, cmd, "/dev/null", 1, p);
	syscall(SYS_quotactl, (u32)QCMD(Q_GETQUOTA, GRPQUOTA), "/dev/null", 1, p);
}

static void old_times(void)
{
	struct timespec ts[2] = {{-10843, 135}, {-10841, 246}};
	struct timespec odd[2] = {{5, UTIME_NOW}, {6, UTIME_OMIT}};
	struct stat st;
	int fd = open("trace_layouts.tmp", O_RDWR | O_CREAT, 0600);

	futimens(fd, ts);
	syscall(SYS_fstat, fd, &st);
	utimensat(AT_FDCWD, "trace_layouts.tmp", odd, 0);
	fsetxattr(fd, "user.a", "text\0more", 10, 0);
	syscall(SYS_fsetxattr, fd, "user.b", "text", 70000, 0);
	fgetxattr(fd, "user.a", at_end(10), 10);
	fcntl(fd, 10, SIGUSR1); /* F_SETSIG, F_GETSIG */
	fcntl(fd, 11);
	fcntl(fd, F_SETLK, at_end(sizeof(struct flock)));
	fcntl(fd, F_SETLK, at_end(sizeof(struct flock) - 1));
	close(fd);
	unlink("trace_layouts.tmp");
}

static void requests(void)
{
	struct iocb put = {.aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = 99, .aio_nbytes = 5};
	struct iocb odd = {.aio_lio_opcode = 33, .aio_reqprio = 7, .aio_data = 0x12};
	struct iocb get = {.aio_lio_opcode = IOCB_CMD_PREAD, .aio_flags = 1, .aio_resfd = 0};
	struct iocb *list[] = {&put, &odd, &get};
	aio_context_t ctx = 0;

	put.aio_buf = (unsigned long)"bytes";
	if (syscall(SYS_io_setup, 4, &ctx) != 0)
		return;
	syscall(SYS_io_submit, ctx, 3, list);
	syscall(SYS_io_submit, ctx, -1L, list);
	syscall(SYS_io_cancel, ctx, &odd, NULL);
	syscall(SYS_io_destroy, ctx);
}

static void sleeps(void)
{
	struct itimerval v = {{0, 0}, {0, 200000}};
	struct timespec ts = {0, 500000000}, rest = {7, 7};

	signal(SIGALRM, SIG_IGN);
	setitimer(ITIMER_REAL, &v, NULL);
	nanosleep(&ts, &rest);
}

/* Control messages that are none, a timeout that is used up in part, a mask that is not looked at.
 */
static void messages(void)
{
	union {
		struct cmsghdr h;
		char room[64];
	} c = {.h = {.cmsg_len = 0, .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	struct iovec iov = {"x", 1};
	struct {
		struct msghdr msg_hdr;
		unsigned int msg_len;
	} m = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};
	long long ts[2] = {0, 0};
	unsigned long mask[2] = {0, 0};
	char got[4];
	int v[2];

	m.msg_hdr.msg_control = &c;
	m.msg_hdr.msg_controllen = sizeof(c.h);
	sendmsg(-1, &m.msg_hdr, 0);
	c.h.cmsg_len = sizeof(c.h) + 5;
	c.h.cmsg_level = 0; /* SOL_IP */
	c.h.cmsg_type = 6;  /* IP_RECVOPTS */
	m.msg_hdr.msg_controllen = sizeof(c.room);
	sendmsg(-1, &m.msg_hdr, 0);
	m.msg_hdr.msg_control = NULL;
	m.msg_hdr.msg_controllen = 0;
	socketpair(AF_UNIX, SOCK_DGRAM, 0, v);
	send(v[1], "text", 4, 0);
	iov = (struct iovec){got, 4};
	syscall(RECVMMSG, v[0], &m, 1, 0, ts);
	syscall(SYS_epoll_pwait, -1, got, 1, 0, mask, 8);
	prctl(PR_SET_SECCOMP, 77, 0, 0, 0);
	close(v[0]);
	close(v[1]);
}

/* A size that is none, and what flags keep as it was. */
static void schedules(void)
{
	struct {
		u32 size, policy;
		unsigned long long flags;
		u32 nice, priority;
		unsigned long long runtime, deadline, period;
		u32 util[2];
	} attr = {.size = 47};

	syscall(SYS_sched_setattr, 0, &attr, 0);
	attr.size = 48;
	attr.policy = 77;
	attr.flags = 8; /* SCHED_FLAG_KEEP_POLICY */
	syscall(SYS_sched_setattr, 0, &attr, 9);
	attr.flags = 16; /* SCHED_FLAG_KEEP_PARAMS */
	syscall(SYS_sched_setattr, 0, &attr, 9);
}

/* Several messages by one call, sent in part; bytes that are not written for a bad descriptor */
static void many_messages(void)
{
	char text[3][8] = {"one", "three", "four"}, buffer[3][8], name[16];
	struct iovec iov[3], in[3];
	struct mmsghdr m[3], got[3];
	int fd[2];

	memset(m, 0, sizeof(m));
	memset(got, 0, sizeof(got));
	socketpair(AF_UNIX, SOCK_DGRAM, 0, fd);
	for (int i = 0; i < 3; i++) {
		iov[i] = (struct iovec){text[i], strlen(text[i])};
		in[i] = (struct iovec){buffer[i], sizeof(buffer[i])};
		m[i].msg_hdr.msg_iov = &iov[i];
		got[i].msg_hdr.msg_iov = &in[i];
		m[i].msg_hdr.msg_iovlen = got[i].msg_hdr.msg_iovlen = 1;
		got[i].msg_hdr.msg_name = name;
		got[i].msg_hdr.msg_namelen = (unsigned)i * 8;
	}
	m[2].msg_hdr.msg_iov = (void *)-8; /* only two of them are sent */
	sendmmsg(fd[0], m, 3, 0);
	recvmmsg(fd[1], got, 3, MSG_DONTWAIT, NULL);
	writev(fd[0], iov, 3);
	syscall(SYS_pwrite64, 99, "nobody sees this", 16, WIDE(0));
	close(fd[0]);
	close(fd[1]);
}

/* What has no name, or is gone */
static void odd_numbers(void)
{
	char *desc = at_end(16);

	syscall(999, 1, 2, 3, 4, 5, 6);
#ifdef __i386__
	syscall(149, at_end(40)); /* _sysctl */
	syscall(SYS_socketcall, -2, desc);
	syscall(SYS_socketcall, 21, desc);
	syscall(SYS_ipc, 0, 1, 2, 0, desc, 5);
	syscall(SYS_ipc, 42 << 16 | 30, 0, 0, 0, 0, 0);
	syscall(SYS_ipc, 14, 1 << 30, 0x100 /* msgctl, IPC_64, IPC_RMID */, 0, 0, 0);
#else
	syscall(156, at_end(80));
	syscall(SYS_set_thread_area, desc); /* of i386 alone: ENOSYS */
	syscall(SYS_get_thread_area, desc);
	syscall(SYS_get_thread_area, at_end(4));
#endif
}

/* Locks and times whose layouts are those of newer calls */
static void wide(void)
{
	static long long lock[4] = {1 /* F_WRLCK */}, past[] = {5, -1};
	u32 *old = (u32 *)at_end(32);

	for (int cmd = 12; cmd <= 14; cmd++) /* F_GETLK64 and on: of fcntl64 alone */
		syscall(SYS_fcntl, -1, cmd, lock);
	syscall(SYS_fcntl, 1, 3 /* F_GETFL */);
	syscall(SYS_fcntl, 1, 1025 /* F_GETLEASE */);
#ifdef __i386__
	syscall(404 /* clock_settime64 */, 2, past);
	syscall(SYS_fcntl64, -1, 13, lock);
	syscall(SYS_oldstat, "/dev/null", old);
#else
	syscall(SYS_clock_settime, 2, past);
	syscall(SYS_msgctl, 1 << 30, 0x100, old);
#endif
}

int main(void)
{
	messages();
	schedules();
	many_messages();
	odd_numbers();
	for (int i = 0; i < 8; i++) /* every kind of synchronisation */
		syscall(SYS_statx, AT_FDCWD, "/nonexistent", i % 4 << 13 | i / 4 << 11, 0, NULL);
	syscall(SYS_personality, 0x01000006); /* PER_BSD and what has no name, for a moment */
	syscall(SYS_personality, 0);
	syscall(SYS_capset, at_end(4), "data that is not looked at");
	sets();
	marks();
	quotas();
	old_times();
	wide();
	requests();
	sleeps();
	syscall(SYS_arch_prctl, 0x1003, at_end(4));
	syscall(SYS_modify_ldt, 7, NULL, 16);
	puts("called");
	return 0;
}
