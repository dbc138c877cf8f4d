/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process can still ask of the host once it is hardened: each question in a child of its
 * own, as trapgate's engine could ask it if a guest had broken out. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/harden.h"

/* How a child ends that is hardened and then makes the call: its errno, or 1000 and the signal. */
static int outcome(long (*call)(void))
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		long ret;

		harden_start();
		ret = call();
		_exit(ret < 0 ? (int)-ret : 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

#define KILLED (1000 + SIGSYS)

static long exec_shell(void)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)"exit 0", NULL};

	return host(SYS_execve, HP("/bin/sh"), HP(argv), 0);
}

static long exec_at(void)
{
	char *argv[] = {(char *)"sh", NULL};

	return host(SYS_execveat, AT_FDCWD, HP("/bin/sh"), HP(argv), 0, 0);
}

static long trace_parent(void)
{
	return host(SYS_ptrace, PTRACE_ATTACH, getppid(), 0, 0);
}

static long uring(void)
{
	return host(SYS_io_uring_setup, 8, 0);
}

static long restart(void)
{
	return host(SYS_reboot, 0, 0, 0, 0);
}

/* The other table has other numbers: 20 is getpid there and writev here. */
static long by_int80(void)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "0"(20L) : "memory", "r8", "r9", "r10", "r11");
	return ret < 0 ? ret : 0;
}

static long x32_number(void)
{
	return host(0x40000000 + SYS_getpid);
}

static long user_namespace(void)
{
	return host(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
}

static long unshare_all(void)
{
	return host(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS);
}

static long push_back(void)
{
	/* the upper half is nothing to the kernel, and must be nothing to the filter */
	return host(SYS_ioctl, 0, TIOCSTI | 0x7fffffff00000000L, HP("x"));
}

static long packet_socket(void)
{
	return host(SYS_socket, AF_PACKET, SOCK_RAW, 0);
}

static long vsock_socket(void)
{
	return host(SYS_socket, AF_VSOCK, SOCK_STREAM, 0);
}

static long do_mount(void)
{
	return host(SYS_mount, HP("x"), HP("/tmp"), HP("tmpfs"), 0, 0);
}

static long handle(void)
{
	char buf[128] = {64};

	return host(SYS_open_by_handle_at, AT_FDCWD, HP(buf), O_RDONLY);
}

static long keyring(void)
{
	return host(SYS_keyctl, 0, -3, 0, 0, 0);
}

START_TEST(what_trapgate_never_does_kills)
{
	ck_assert_int_eq(outcome(exec_shell), KILLED);
	ck_assert_int_eq(outcome(trace_parent), KILLED);
	ck_assert_int_eq(outcome(uring), KILLED);
	ck_assert_int_eq(outcome(restart), KILLED);
	ck_assert_int_eq(outcome(by_int80), KILLED);
	ck_assert_int_eq(outcome(x32_number), KILLED);
}
END_TEST

START_TEST(what_leads_out_is_refused)
{
	ck_assert_int_eq(outcome(exec_at), EPERM);
	ck_assert_int_eq(outcome(user_namespace), EPERM);
	ck_assert_int_eq(outcome(unshare_all), EPERM);
	ck_assert_int_eq(outcome(push_back), EPERM);
	ck_assert_int_eq(outcome(packet_socket), EAFNOSUPPORT);
	ck_assert_int_eq(outcome(vsock_socket), EAFNOSUPPORT);
	ck_assert_int_eq(outcome(do_mount), EPERM);
	ck_assert_int_eq(outcome(handle), EPERM);
	ck_assert_int_eq(outcome(keyring), EPERM);
}
END_TEST

static long ordinary(void)
{
	int fd = (int)host(SYS_openat, AT_FDCWD, HP("/dev/null"), O_RDWR, 0), p[2];
	long pid = host(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	void *m;

	if (pid == 0)
		host(SYS_exit_group, 0);
	if (fd < 0 || pid < 0 || host(SYS_wait4, pid, 0, 0, 0) != pid)
		return -1;
	m = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		 0);
	if (m == MAP_FAILED || !malloc(1 << 20) || socket(AF_INET, SOCK_DGRAM, 0) < 0)
		return -2;
	return pipe(p) || write(p[1], "x", 1) != 1 || dup2(p[0], 9) != 9;
}

static long no_capabilities(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	host(SYS_capget, HP(&header), HP(data));
	if (data[0].permitted & (1u << CAP_SYS_ADMIN | 1u << CAP_SYS_PTRACE | 1u << CAP_NET_ADMIN |
				 1u << CAP_DAC_READ_SEARCH | 1u << CAP_SYS_CHROOT))
		return -1;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : -2;
}

static int outside;

static long signal_outside(void)
{
	return host(SYS_kill, outside, 0);
}

START_TEST(what_is_needed_goes_on)
{
	ck_assert_int_eq(outcome(ordinary), 0);
	ck_assert_int_eq(outcome(no_capabilities), 0);
}
END_TEST

/* Landlock 6 and later keep signals inside. */
START_TEST(signals_stay_inside)
{
	if (host(444, 0, 0, 1) < 6)
		return;
	outside = getppid();
	ck_assert_int_eq(outcome(signal_outside), EPERM);
}
END_TEST

static int shown, hidden_err;

static long files(void)
{
	int hidden = (int)host(SYS_openat, AT_FDCWD, HP("/etc/passwd"), O_RDONLY, 0);

	hidden_err = hidden < 0 ? -hidden : 0;
	if (host(SYS_openat, shown, HP("made"), O_CREAT | O_RDWR, 0600) < 0)
		return -1;
	host(SYS_unlinkat, shown, HP("made"), 0);
	return -hidden_err;
}

START_TEST(files_stay_inside)
{
	char dir[] = "/tmp/test-harden-XXXXXX";

	if (host(444, 0, 0, 1) < 2)
		return;
	ck_assert_ptr_nonnull(mkdtemp(dir));
	shown = open(dir, O_PATH | O_DIRECTORY);
	harden_allow_path(shown, true);
	ck_assert_int_eq(outcome(files), EACCES);
	rmdir(dir);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("harden");
	TCase *t = tcase_create("harden");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, what_trapgate_never_does_kills);
	tcase_add_test(t, what_leads_out_is_refused);
	tcase_add_test(t, what_is_needed_goes_on);
	tcase_add_test(t, signals_stay_inside);
	tcase_add_test(t, files_stay_inside);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
