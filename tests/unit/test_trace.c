/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracer's lines, over made-up guest memory. What is expected is what strace 6.1 prints. */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace/trace.h"

#define BASE 0x10000UL
#define SIZE 0x10000UL

static unsigned char memory[SIZE];
static size_t used;
static int out_fd; /* a file: lines of one call come as one write */
static off_t seen;
static long skipped;
static struct trace_call now;
static u64 args[6];

static int read_mem(void *dst, guest_addr src, size_t n)
{
	if (src < BASE || src > BASE + SIZE || n > BASE + SIZE - src)
		return -14;
	memcpy(dst, memory + (src - BASE), n);
	return 0;
}

/* Puts n bytes into guest memory; returns their address. */
static u64 mem(const void *p, size_t n)
{
	u64 a = BASE + used;

	memcpy(memory + used, p, n);
	used = (used + n + 15) & ~(size_t)15;
	return a;
}

static u64 str(const char *s)
{
	return mem(s, strlen(s) + 1);
}

#define OBJ(type, ...) mem((type[]){__VA_ARGS__}, sizeof((type[]){__VA_ARGS__}))

static const char *start(const char *set, bool follow, bool gate)
{
	struct trace_options opt = {
		.fd = out_fd,
		.follow = follow,
		.gate = gate,
		.set = set,
		.read_mem = read_mem,
	};

	return trace_start(&opt);
}

static void setup(void)
{
	out_fd = memfd_create("trace", 0);
	ck_assert_int_ge(out_fd, 0);
	seen = 0;
	used = 0;
	memset(memory, 0, sizeof(memory));
	setenv("TZ", "UTC0", 1);
	ck_assert_ptr_null(start(NULL, false, false));
}

static void teardown(void)
{
	trace_on = false;
	close(out_fd);
}

static const char *lines(void)
{
	static char buf[70000];
	ssize_t n = pread(out_fd, buf, sizeof(buf) - 1, seen);

	seen += n > 0 ? n : 0;

	buf[n > 0 ? n : 0] = 0;
	return buf;
}

static void enter(enum abi abi, const char *name, const u64 *a)
{
	const struct syscall_row *table = abi == ABI_64 ? sys_call_table : ia32_sys_call_table;
	u32 size = abi == ABI_64 ? sys_call_table_size : ia32_sys_call_table_size;

	memcpy(args, a, sizeof(args));
	now = (struct trace_call){
		.pid = 100,
		.abi = abi,
		.gate = abi == ABI_64 ? GATE_SYSCALL : GATE_INT80,
		.args = args,
	};
	for (u32 i = 0; i < size; i++) {
		if (table[i].name && !strcmp(table[i].name, name)) {
			now.nr = i;
			now.row = &table[i];
		}
	}
	ck_assert_msg(now.row != NULL, "no row %s", name);
	ck_assert_msg(now.row->desc != NULL, "no handler for %s", name);
	trace_enter(&now, &skipped);
}

/* The line without the notice of a change of mode before it. */
static const char *line_of(void)
{
	const char *s = lines();

	if (!strncmp(s, "[ Process", 9))
		s = strchr(s, '\n') + 1;
	return s;
}

static const char *done(long ret)
{
	trace_exit(&now, ret);
	return line_of();
}

#define A(...)				((u64[6]){__VA_ARGS__})
#define CALL(abi, name, a, ret)		(enter(abi, name, a), done(ret))
#define EXPECT(abi, name, a, ret, text) ck_assert_str_eq(CALL(abi, name, A a, ret), text "\n")
#define EXPECT64(name, a, ret, text)	EXPECT(ABI_64, name, a, ret, text)
#define EXPECT32(name, a, ret, text)	EXPECT(ABI_32, name, a, ret, text)
#define I(x)				((u64)(u32)(x))

START_TEST(alignment_and_errors)
{
	EXPECT64("close", (3), 0, "close(3)                                = 0");
	EXPECT64("close", (I(-1)), -9,
		 "close(-1)                               = -1 EBADF (Bad file descriptor)");
	EXPECT64("brk", (0), 0x4af000, "brk(NULL)                               = 0x4af000");
	EXPECT64("umask", (022), 077, "umask(022)                              = 077");
	EXPECT64(
		"pause", (0), -514,
		"pause()                                 = ? ERESTARTNOHAND (To be restarted if no "
		"handler)");
	EXPECT32("brk", (0), 0xf7000000, "brk(NULL)                               = 0xf7000000");
}
END_TEST

START_TEST(exits)
{
	enter(ABI_64, "exit_group", A(7));
	trace_exited((int)gettid(), 7, true);
	ck_assert_str_eq(lines(), "exit_group(7)                           = ?\n"
				  "+++ exited with 7 +++\n");
	enter(ABI_64, "read", A(0, 0x10000, 5));
	trace_killed((int)gettid(), SIGTERM, false, true);
	ck_assert_str_eq(lines(), "read(0,  <unfinished ...>)              = ?\n"
				  "+++ killed by SIGTERM +++\n");
	trace_killed((int)gettid(), SIGSEGV, true, true);
	ck_assert_str_eq(lines(), "+++ killed by SIGSEGV (core dumped) +++\n");
}
END_TEST

START_TEST(unknown_calls)
{
	memcpy(args, A(1, 2, 3, 4, 5, 6), sizeof(args));
	now = (struct trace_call){.pid = 1, .nr = 0x1234, .args = args};
	trace_enter(&now, &skipped);
	trace_exit(&now, -38);
	ck_assert_str_eq(lines(), "syscall_0x1234(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = -1 ENOSYS "
				  "(Function not implemented)\n");
}
END_TEST

START_TEST(strings)
{
	u64 s = mem("hello\tworld\0\1\2\0033\377\"\\\n\r\f\v and more than", 37);

	EXPECT64("write", (3, s, 37), 37,
		 "write(3, \"hello\\tworld\\0\\1\\2\\0033\\377\\\"\\\\\\n\\r\\f\\v and more\"..., "
		 "37) = "
		 "37");
	EXPECT64("write", (3, s, 0), 0, "write(3, \"\", 0)                         = 0");
	EXPECT64("read", (3, s, 100), 5, "read(3, \"hello\", 100)                   = 5");
	EXPECT64("read", (3, 0x5000, 100), -9,
		 "read(3, 0x5000, 100)                    = -1 EBADF (Bad file descriptor)");
	EXPECT64("readlink", (str("s"), str("target"), 100), 3,
		 "readlink(\"s\", \"tar\", 100)               = 3");
	EXPECT64("getrandom", (s, 2, 1), 2, "getrandom(\"\\x68\\x65\", 2, GRND_NONBLOCK) = 2");
	EXPECT64("getcwd", (str("/tmp"), 4096), 5, "getcwd(\"/tmp\", 4096)                    = 5");
	EXPECT64("chdir", (0x5000), -14,
		 "chdir(0x5000)                           = -1 EFAULT (Bad address)");
}
END_TEST

START_TEST(vectors)
{
	u64 env = OBJ(u64, 1, 1, 0), env32 = OBJ(u32, 1, 0);
	u64 a = str("abc"), b = str("defg");

	EXPECT64("writev", (3, OBJ(u64, a, 3, b, 4, 0, 0), 3), 7,
		 "writev(3, [{iov_base=\"abc\", iov_len=3}, {iov_base=\"defg\", iov_len=4}, "
		 "{iov_base=NULL, iov_len=0}], 3) = 7");
	EXPECT64("readv", (3, OBJ(u64, a, 3, b, 4), 2), 5,
		 "readv(3, [{iov_base=\"abc\", iov_len=3}, {iov_base=\"de\", iov_len=4}], 2) = 5");
	EXPECT32("writev", (3, OBJ(u32, (u32)a, 3, (u32)b, 4), 2), 7,
		 "writev(3, [{iov_base=\"abc\", iov_len=3}, {iov_base=\"defg\", iov_len=4}], 2) = "
		 "7");
	EXPECT64("execve", (str("/bin/ls"), OBJ(u64, str("ls"), str("-l"), 0), env), 0,
		 "execve(\"/bin/ls\", [\"ls\", \"-l\"], 0x10000 /* 2 vars */) = 0");
	EXPECT32("execve", (str("x"), OBJ(u32, (u32)a, 0), env32), -2,
		 "execve(\"x\", [\"abc\"], 0x10020 /* 1 var */) = -1 ENOENT (No such file or "
		 "directory)");
}
END_TEST

START_TEST(open_flags)
{
	u64 f = str("f");

	EXPECT64("open", (f, O_RDWR | O_CREAT | O_TRUNC, 0644), 3,
		 "open(\"f\", O_RDWR|O_CREAT|O_TRUNC, 0644) = 3");
	EXPECT64("openat", (I(AT_FDCWD), f, O_RDONLY | O_CLOEXEC, 5), 3,
		 "openat(AT_FDCWD, \"f\", O_RDONLY|O_CLOEXEC) = 3");
	EXPECT64("openat", (3, f, O_RDWR | 0x40000000), -20,
		 "openat(3, \"f\", O_RDWR|0x40000000)       = -1 ENOTDIR (Not a directory)");
	EXPECT64("access", (f, 6), 0, "access(\"f\", R_OK|W_OK)                  = 0");
	EXPECT64("access", (f, 0), 0, "access(\"f\", F_OK)                       = 0");
	EXPECT64("mknodat", (I(AT_FDCWD), f, 020644, 0x103), 0,
		 "mknodat(AT_FDCWD, \"f\", S_IFCHR|0644, makedev(0x1, 0x3)) = 0");
	EXPECT64("mknod", (f, 0644, 0), 0, "mknod(\"f\", 0644)                        = 0");
	EXPECT64("chown", (f, I(-1), 7), 0, "chown(\"f\", -1, 7)                       = 0");
	EXPECT64("unlinkat", (I(AT_FDCWD), f, 0x200), 0,
		 "unlinkat(AT_FDCWD, \"f\", AT_REMOVEDIR)   = 0");
}
END_TEST

START_TEST(stat_layouts)
{
	u32 s64_[36] = {[6] = 0100644, [12] = 123};
	u32 s32_[16] = {[2] = 020666, [4] = 0x103};
	u32 s6432[24] = {[4] = 0100644, [11] = 67};
	u64 p = str("f");

	EXPECT64("stat", (p, mem(s64_, 144)), 0,
		 "stat(\"f\", {st_mode=S_IFREG|0644, st_size=123, ...}) = 0");
	EXPECT64("stat", (p, 0x5000), -2,
		 "stat(\"f\", 0x5000)                       = -1 ENOENT (No such file or "
		 "directory)");
	EXPECT32("stat", (p, mem(s32_, 64)), 0,
		 "stat(\"f\", {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}) = 0");
	EXPECT32("stat64", (p, mem(s6432, 96)), 0,
		 "stat64(\"f\", {st_mode=S_IFREG|0644, st_size=67, ...}) = 0");
}
END_TEST

START_TEST(fcntl_commands)
{
	u16 fl64[16] = {1, 0, [4] = 5, [8] = 6, [12] = 99};
	u16 fl32[8] = {0, 1, 7, 0, 8, 0, 99, 0};

	EXPECT64("fcntl", (3, F_GETFD), 1,
		 "fcntl(3, F_GETFD)                       = 0x1 (flags "
		 "FD_CLOEXEC)");
	EXPECT64("fcntl", (3, F_GETFL), 0x8002,
		 "fcntl(3, F_GETFL)                       = 0x8002 (flags O_RDWR|O_LARGEFILE)");
	EXPECT64("fcntl", (3, F_SETFL, O_RDWR | O_NONBLOCK), 0,
		 "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK)    = 0");
	EXPECT64("fcntl", (3, F_DUPFD, 10), 11, "fcntl(3, F_DUPFD, 10)                   = 11");
	EXPECT64("fcntl", (3, 6, mem(fl64, 32)), 0,
		 "fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=5, l_len=6}) = 0");
	EXPECT32("fcntl64", (3, 5, mem(fl32, 16)), 0,
		 "fcntl64(3, F_GETLK, {l_type=F_RDLCK, l_whence=SEEK_CUR, l_start=7, l_len=8, "
		 "l_pid=99}) = 0");
}
END_TEST

START_TEST(ioctls)
{
	u32 tio[16] = {0x500, 5, 0xbf, 0x8a3b};

	EXPECT64("ioctl", (1, 0x5401, mem(tio, 60)), 0,
		 "ioctl(1, TCGETS, {c_iflag=ICRNL|IXON, "
		 "c_oflag=NL0|CR0|TAB0|BS0|VT0|FF0|OPOST|ONLCR, "
		 "c_cflag=B38400|CS8|CREAD, "
		 "c_lflag=ISIG|ICANON|ECHO|ECHOE|ECHOK|IEXTEN|ECHOCTL|ECHOKE, ...}) = 0");
	EXPECT64("ioctl", (1, 0x5401, 0x5000), -25,
		 "ioctl(1, TCGETS, 0x5000)                = -1 ENOTTY (Inappropriate ioctl for "
		 "device)");
	EXPECT64("ioctl", (8, 0x541b, OBJ(int, 33)), 0,
		 "ioctl(8, FIONREAD, [33])                = 0");
	EXPECT64("ioctl", (3, 0x12345678, 5), -25,
		 "ioctl(3, _IOC(_IOC_NONE, 0x56, 0x78, 0x1234), 0x5) = -1 ENOTTY (Inappropriate "
		 "ioctl for device)");
	EXPECT64("ioctl", (3, 0x5451, 0), 0, "ioctl(3, FIOCLEX)                       = 0");
}
END_TEST

START_TEST(memory_calls)
{
	EXPECT64("mmap", (0, 8192, 3, 0x22, I(-1), 0), 0x7f0000001000,
		 "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
		 "0x7f0000001000");
	EXPECT32("mmap2", (0, 4096, 1, 2, 3, 1), 0xf7ff0000,
		 "mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0x1000) = 0xf7ff0000");
	EXPECT32("mmap", (OBJ(u32, 0, 4096, 0, 2, (u32)-1, 0)), 0xf7ff0000,
		 "mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE, -1, 0) = 0xf7ff0000");
	EXPECT64("mprotect", (0x10000, 4096, 0), 0, "mprotect(0x10000, 4096, PROT_NONE)      = 0");
	EXPECT64("madvise", (0x10000, 4096, 4), 0, "madvise(0x10000, 4096, MADV_DONTNEED)   = 0");
}
END_TEST

START_TEST(signal_calls)
{
	u64 sa64 = OBJ(u64, 0x401615, 0x14000000, 0x40c4b0, 1ULL << 1 | 1ULL << 33);
	u64 sa32 = OBJ(u32, 0x8049000, 0x10000000, 0, 2, 0);
	siginfo_t si = {.si_signo = SIGCHLD, .si_code = CLD_EXITED};

	EXPECT64("rt_sigaction", (SIGUSR1, sa64, 0, 8), 0,
		 "rt_sigaction(SIGUSR1, {sa_handler=0x401615, sa_mask=[INT RT_2], "
		 "sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x40c4b0}, NULL, 8) = 0");
	EXPECT32("rt_sigaction", (SIGUSR1, 0, sa32, 8), 0,
		 "rt_sigaction(SIGUSR1, NULL, {sa_handler=0x8049000, sa_mask=[INT], "
		 "sa_flags=SA_RESTART}, 8) = 0");
	EXPECT64("rt_sigprocmask", (0, OBJ(u64, ~0ULL & ~(3ULL << 31)), OBJ(u64, 0), 8), 0,
		 "rt_sigprocmask(SIG_BLOCK, ~[RTMIN RT_1], [], 8) = 0");
	EXPECT64("kill", (I(-1), 9), -3,
		 "kill(-1, SIGKILL)                       = -1 ESRCH (No such process)");
	si.si_pid = 77;
	trace_signal(100, &si, 0);
	ck_assert_str_eq(lines(), "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=77, "
				  "si_uid=0, si_status=0, si_utime=0, si_stime=0} ---\n");
	si = (siginfo_t){.si_signo = SIGSEGV, .si_code = SEGV_MAPERR};
	si.si_addr = (void *)16;
	trace_signal(100, &si, 0);
	ck_assert_str_eq(lines(), "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, "
				  "si_addr=0x10} ---\n");
}
END_TEST

START_TEST(times)
{
	u64 rem = OBJ(u64, 0, 99);

	EXPECT64("nanosleep", (OBJ(u64, 1, 5), rem), 0,
		 "nanosleep({tv_sec=1, tv_nsec=5}, 0x10000) = 0");
	EXPECT64("nanosleep", (OBJ(u64, 1, 5), rem), -516,
		 "nanosleep({tv_sec=1, tv_nsec=5}, {tv_sec=0, tv_nsec=99}) = ? "
		 "ERESTART_RESTARTBLOCK (Interrupted by signal)");
	EXPECT32("clock_gettime", (1, OBJ(s32, 5, 6)), 0,
		 "clock_gettime(CLOCK_MONOTONIC, {tv_sec=5, tv_nsec=6}) = 0");
	EXPECT32("clock_gettime64", (0, OBJ(s64, 5, 6)), 0,
		 "clock_gettime64(CLOCK_REALTIME, {tv_sec=5, tv_nsec=6}) = 0");
	EXPECT64("utimensat", (I(AT_FDCWD), str("f"), OBJ(s64, 1, 2, 0, 0x3fffffff), 0x100), 0,
		 "utimensat(AT_FDCWD, \"f\", [{tv_sec=1, tv_nsec=2} /* "
		 "1970-01-01T00:00:01.000000002+0000 */, UTIME_NOW], AT_SYMLINK_NOFOLLOW) = 0");
	EXPECT64("time", (0), 1000000000,
		 "time(NULL)                              = 1000000000 (2001-09-09T01:46:40+0000)");
}
END_TEST

START_TEST(waiting)
{
	u16 p[8] = {3, 0, 1, 1, 4, 0, 4, 0};
	u64 fds = mem(p, 16);

	EXPECT64("poll", (fds, 2, 5), 1,
		 "poll([{fd=3, events=POLLIN}, {fd=4, events=POLLOUT}], 2, 5) = 1 ([{fd=3, "
		 "revents=POLLIN}])");
	EXPECT64("poll", (fds, 1, 5), 0, "poll([{fd=3, events=POLLIN}], 1, 5)     = 0 (Timeout)");
	EXPECT64("select", (5, OBJ(u64, 0x18), 0, 0, OBJ(u64, 1, 2)), 2,
		 "select(5, [3 4], NULL, NULL, {tv_sec=1, tv_usec=2}) = 2 (in [3 4], left "
		 "{tv_sec=1, "
		 "tv_usec=2})");
	EXPECT32("select", (OBJ(u32, 2, 0, 0, 0, 0)), 0,
		 "select(2, NULL, NULL, NULL, NULL)       = 0 (Timeout)");
	EXPECT64("wait4", (I(-1), OBJ(int, 3 << 8), 0, 0), 55,
		 "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 55");
	EXPECT64("wait4", (I(-1), OBJ(int, SIGTERM), 1, 0), 55,
		 "wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}], WNOHANG, NULL) = 55");
	EXPECT64("epoll_ctl", (3, 1, 4, OBJ(u32, 1, 4, 0)), 0,
		 "epoll_ctl(3, EPOLL_CTL_ADD, 4, {events=EPOLLIN, data={u32=4, u64=4}}) = 0");
}
END_TEST

START_TEST(sockets)
{
	u64 in = mem("\2\0\0\120\177\0\0\1\0\0\0\0\0\0\0\0", 16), un = mem("\1\0/tmp/x", 9);
	u64 len = OBJ(u32, 128);

	EXPECT64("socket", (1, 1 | O_CLOEXEC, 0), 3,
		 "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3");
	EXPECT64("connect", (3, in, 16), 0,
		 "connect(3, {sa_family=AF_INET, sin_port=htons(80), "
		 "sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0");
	EXPECT64("bind", (3, un, 9), 0, "bind(3, {sa_family=AF_UNIX, sun_path=\"/tmp/x\"}, 9) = 0");
	enter(ABI_64, "accept", A(3, in, len));
	memory[len - BASE] = 16; /* the call writes the length */
	ck_assert_str_eq(done(4), "accept(3, {sa_family=AF_INET, sin_port=htons(80), "
				  "sin_addr=inet_addr(\"127.0.0.1\")}, [128 => 16]) = 4\n");
	EXPECT32("socketcall", (1, OBJ(u32, 2, 1, 6)), 3,
		 "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3");
	EXPECT32("socketcall", (9, OBJ(u32, 3, (u32)str("hello"), 5, 0x4000)), 5,
		 "send(3, \"hello\", 5, MSG_NOSIGNAL)       = 5");
	EXPECT64("setsockopt", (3, 1, 2, OBJ(int, 1), 4), 0,
		 "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
	EXPECT64("getsockopt", (3, 1, 13, OBJ(int, 1, 5), OBJ(u32, 8)), 0,
		 "getsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, [8]) = 0");
}
END_TEST

START_TEST(messages)
{
	u64 iov64 = OBJ(u64, str("abc"), 3), text = str("abc");
	u64 iov32 = OBJ(u32, (u32)text, 3);
	u64 c64 = OBJ(u32, 24, 0, 1, 1, 1, 0), c32 = OBJ(u32, 20, 1, 1, 1, 0);

	EXPECT64("sendmsg", (3, OBJ(u64, 0, 0, iov64, 1, c64, 24, 0), 0), 3,
		 "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"abc\", "
		 "iov_len=3}], "
		 "msg_iovlen=1, msg_control=[{cmsg_len=24, cmsg_level=SOL_SOCKET, "
		 "cmsg_type=SCM_RIGHTS, cmsg_data=[1, 0]}], msg_controllen=24, msg_flags=0}, 0) = "
		 "3");
	EXPECT32(
		"recvmsg", (3, OBJ(u32, 0, 0, (u32)iov32, 1, (u32)c32, 20, 0), 0x40), 2,
		"recvmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"ab\", iov_len=3}], "
		"msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, "
		"cmsg_type=SCM_RIGHTS, cmsg_data=[1, 0]}], msg_controllen=20, msg_flags=0}, "
		"MSG_DONTWAIT) = 2");
	EXPECT64("recvmsg", (3, OBJ(u64, 0, 128, iov64, 1, 0, 0, 0), 0), -11,
		 "recvmsg(3, {msg_namelen=128}, 0)        = -1 EAGAIN (Resource temporarily "
		 "unavailable)");
}
END_TEST

START_TEST(processes)
{
	EXPECT64("clone", (0x01200000 | SIGCHLD, 0, 0, 0x4af650, 0), 33,
		 "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
		 "child_tidptr=0x4af650) = 33");
	EXPECT32("clone", (0x01200000 | SIGCHLD, 0, 0, 0, 0x4af650), 33,
		 "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
		 "child_tidptr=0x4af650) = 33");
	EXPECT64("prlimit64", (0, 3, 0, OBJ(u64, 8388608, ~0ULL)), 0,
		 "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) "
		 "= "
		 "0");
	EXPECT32("ugetrlimit", (3, OBJ(u32, 8388608, ~0U)), 0,
		 "ugetrlimit(RLIMIT_STACK, {rlim_cur=8192*1024, rlim_max=RLIM_INFINITY}) = 0");
	EXPECT64("futex", (0x10000, 128, 1, 0), -11,
		 "futex(0x10000, FUTEX_WAIT_PRIVATE, 1, NULL) = -1 EAGAIN (Resource temporarily "
		 "unavailable)");
	EXPECT64("futex", (0x10000, 1, 0x7fffffff), 0,
		 "futex(0x10000, FUTEX_WAKE, 2147483647)  = 0");
	EXPECT64("prctl", (15, str("name")), 0, "prctl(PR_SET_NAME, \"name\")              = 0");
	EXPECT64("arch_prctl", (0x1002, 0x4af380), 0,
		 "arch_prctl(ARCH_SET_FS, 0x4af380)       = 0");
	EXPECT32("set_thread_area", (OBJ(u32, 12, 0x88cc380, 0xfffff, 0x51)), 0,
		 "set_thread_area({entry_number=12, base_addr=0x88cc380, limit=0x0fffff, "
		 "seg_32bit=1, contents=0, read_exec_only=0, limit_in_pages=1, seg_not_present=0, "
		 "useable=1}) = 0 (entry_number=12)");
	EXPECT64("pipe2", (OBJ(int, 3, 4), O_CLOEXEC), 0,
		 "pipe2([3, 4], O_CLOEXEC)                = 0");
}
END_TEST

START_TEST(halves)
{
	EXPECT32("pread64", (3, str("hello"), 5, 1, 1), 5,
		 "pread64(3, \"hello\", 5, 4294967297)      = 5");
	EXPECT32("_llseek", (3, 0, I(-1), OBJ(u64, 7), 1), 0,
		 "_llseek(3, 4294967295, [7], SEEK_CUR)   = 0");
	EXPECT32("ftruncate64", (3, 100, 1), 0, "ftruncate64(3, 4294967396)              = 0");
}
END_TEST

START_TEST(filters)
{
	ck_assert_str_eq(start("foo", false, false), "invalid system call 'foo'");
	ck_assert_str_eq(start("open,%foo", false, false), "invalid system call '%foo'");
	ck_assert_str_eq(start("", false, false), "invalid system call ''");
	ck_assert_str_eq(start("/xx", false, false), "invalid system call '/xx'");
	ck_assert_ptr_null(start("?foo,close", false, false));
	EXPECT64("close", (3), 0, "close(3)                                = 0");
	ck_assert_str_eq(CALL(ABI_64, "dup", A(3), 4), "");
	ck_assert_ptr_null(start("!%desc", false, false));
	ck_assert_str_eq(CALL(ABI_64, "dup", A(3), 4), "");
	EXPECT64("getpid", (0), 4, "getpid()                                = 4");
	ck_assert_ptr_null(start("/^get.id", false, false));
	EXPECT64("getpid", (0), 4, "getpid()                                = 4");
	ck_assert_str_eq(CALL(ABI_64, "getppid", A(3), 4), "");
	ck_assert_ptr_null(start("%file", false, false));
	EXPECT64("chdir", (str("/")), 0, "chdir(\"/\")                              = 0");
	ck_assert_ptr_null(start("%net", false, false));
	EXPECT64("listen", (3, 5), 0, "listen(3, 5)                            = 0");
}
END_TEST

START_TEST(prefixes)
{
	ck_assert_ptr_null(start(NULL, true, true));
	EXPECT64("getpid", (0), 100, "syscall  getpid()                       = 100");
	trace_thread_started(101);
	ck_assert_str_eq(lines(), "strace: Process 101 attached\n");
	EXPECT64("getpid", (0), 100, "[pid   100] syscall  getpid()           = 100");
	enter(ABI_32, "getpid", A(0));
	trace_exit(&now, 100);
	ck_assert_str_eq(lines(), "[pid   100] [ Process PID=100 runs in 32 bit mode. ]\n"
				  "[pid   100] int80    getpid()           = 100\n");
	trace_exited(101, 0, false);
	ck_assert_str_eq(lines(), "[pid   101] +++ exited with 0 +++\n");
	EXPECT64("getpid", (0), 100, "syscall  getpid()                       = 100");
	ck_assert_ptr_null(start(NULL, false, false));
	trace_forked();
	ck_assert(!trace_on);
}
END_TEST

/* Another process's line comes between entry and exit of a call. */
START_TEST(unfinished)
{
	int status, pid;

	ck_assert_ptr_null(start(NULL, true, false));
	enter(ABI_64, "read", A(0, str("hello"), 5));
	pid = fork();
	if (pid == 0) {
		now.pid = 200;
		trace_thread_started(200);
		enter(ABI_64, "getppid", A(0));
		trace_exit(&now, 1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_str_eq(done(5), "read(0,  <unfinished ...>\n"
				  "strace: Process 200 attached\n"
				  "[pid   100] getppid()                   = 1\n"
				  "[pid   100] <... read resumed>\"hello\", 5) = 5\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		alignment_and_errors,
		exits,
		unknown_calls,
		strings,
		vectors,
		open_flags,
		stat_layouts,
		fcntl_commands,
		ioctls,
		memory_calls,
		signal_calls,
		times,
		waiting,
		sockets,
		messages,
		processes,
		halves,
		filters,
		prefixes,
		unfinished,
	};
	Suite *s = suite_create("trace");
	TCase *tc = tcase_create("lines");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
