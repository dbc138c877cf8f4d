/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls with arguments that programs rarely give: values that no flag or constant has, structs of
 * several lengths, arrays that end with the memory, handles, masks, names that are too long. None
 * of them can do anything. tests/cases/60-trace.sh sets strace's lines and trapgate's side by side,
 * as the calls fail and, as far as the tracers are told, as they do not. */
#include "guest.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/uio.h>

#define NOBODY 0x7ffffff0		       /* no process has this id */
#define MANY   (sizeof(long) == 8 ? ~0UL : 40) /* more than there can be */

static unsigned pattern[2048];
static char longest[300];

/* What is read of it ends after n bytes. */
static void *tail(size_t n)
{
	static char *page;

	if (!page) {
		page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		mprotect(page + 4096, 4096, PROT_NONE);
		memset(page, 2, 4096);
	}
	return page + 4096 - n;
}

static void handles(void)
{
	unsigned handle[40] = {8, 5, 0x01020304, 0xfffefdfc};

	SHOW(syscall(SYS_name_to_handle_at, -1, "x", handle, tail(4), AT_EMPTY_PATH));
	SHOW(syscall(SYS_name_to_handle_at, -1, "x", tail(4), NULL, 1));
	SHOW(syscall(SYS_open_by_handle_at, -1, handle, O_RDONLY | O_SYNC | O_CLOEXEC));
	handle[0] = 200;
	SHOW(syscall(SYS_open_by_handle_at, -1, handle, O_RDWR));
	SHOW(syscall(SYS_open_by_handle_at, -1, tail(12), O_RDWR));
}

static void memory(void)
{
	static struct iovec v[1024] = {{longest, 3}};

	SHOW(syscall(SYS_migrate_pages, NOBODY, 100, pattern, pattern + 8));
	SHOW(syscall(SYS_migrate_pages, NOBODY, 1, pattern, NULL));
	SHOW(syscall(SYS_move_pages, NOBODY, MANY, pattern, NULL, NULL, 0));
	SHOW(syscall(SYS_mprotect, 1, 1, ~0UL / 2));
	SHOW(syscall(SYS_mbind, 0, 0, 0x1235, pattern, MANY, 0));
	SHOW(syscall(SYS_mincore, 1, 8192 * 50, tail(3)));
	SHOW(syscall(SYS_writev, -1, v, MANY));
	SHOW(syscall(SYS_process_vm_writev, NOBODY, v, 1, v, MANY, 0));
	SHOW(syscall(SYS_memfd_create, longest, ~0U));
	SHOW(syscall(SYS_sched_setaffinity, NOBODY, 200, pattern));
}

static void files(void)
{
	unsigned *words = pattern + 100;

	for (unsigned mask = 1; mask < 0x2000; mask *= 2) {
		words[0] = mask;
		SHOW(syscall(SYS_statx, -1, "x", 0, mask, words));
	}
	SHOW(syscall(SYS_statfs, "/nowhere", pattern));
	SHOW(syscall(SYS_mount, longest, "/nowhere", longest, 0x20 | 0x40000, longest));
	SHOW(syscall(SYS_mount, "a", "/nowhere", "b", 0x1000, "c"));
	SHOW(syscall(SYS_symlink, longest, "/nowhere/x"));
	SHOW(syscall(SYS_symlinkat, longest, -1, "x"));
	SHOW(syscall(SYS_setxattr, "/nowhere", "user.x", pattern, 56, 0));
	SHOW(syscall(SYS_getxattr, "/nowhere", "user.x", pattern, 56));
	SHOW(syscall(SYS_listxattr, "/nowhere", pattern, 0));
	SHOW(syscall(SYS_mq_getsetattr, -1, pattern, pattern));
	SHOW(syscall(SYS_mq_open, "none", O_RDONLY | O_TMPFILE));
	SHOW(syscall(SYS_lookup_dcookie, 0, 5, pattern, 30));
}

static void processes(void)
{
	static const int statuses[] = {0,      0x300,	0x480,	 9,	   0x8b,  0xffff, 0x137f,
				       0x857f, 0x5057f, 0x5137f, 0x80137f, 0x1ff, 0x10009};
	unsigned caps[9] = {0x19980330, NOBODY, ~0U, 0x10000, 1, ~0U, 0x80000000, 0};
	siginfo_t none = {.si_code = SI_QUEUE};
	struct timex tx = {.modes = 0x8001 | 0x40000};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		SHOW(syscall(SYS_wait4, NOBODY, statuses + i, 0, tail(20)));
	SHOW(syscall(SYS_capset, caps, caps + 2));
	caps[0] = 0x20080522;
	SHOW(syscall(SYS_capget, caps, caps + 2));
	caps[0] = 5;
	SHOW(syscall(SYS_capset, caps, caps + 2));
	SHOW(syscall(SYS_rt_sigqueueinfo, NOBODY, SIGUSR1, &none));
	SHOW(syscall(SYS_clock_adjtime, 0x7f, &tx));
	SHOW(syscall(SYS_times, tail(12)));
	SHOW(syscall(SYS_getresuid, tail(4), tail(3), pattern));
	SHOW(syscall(SYS_getrusage, 77, tail(20)));
	SHOW(syscall(SYS_get_robust_list, NOBODY, pattern, pattern));
}

static void waits(void)
{
	static unsigned waiters[64 * 6] = {1, 0, 0, 0, ~0U, 9};
	struct pollfd p = {1000, 0x4800, 0x4000};

	SHOW(syscall(SYS_futex_waitv, waiters, 64, 0, NULL, 0));
	SHOW(syscall(SYS_poll, &p, 1, 0));
	SHOW(syscall(SYS_epoll_wait, -1, tail(13), 3, 0));
	SHOW(syscall(SYS_msgctl, -1, IPC_SET, pattern));
	SHOW(syscall(SYS_socketpair, AF_INET, SOCK_RAW, -5L, tail(4)));
	SHOW(syscall(SYS_pipe2, tail(4), ~0U));
}

static void descriptors(void)
{
	static char control[CMSG_SPACE(48)];
	struct cmsghdr *c = (struct cmsghdr *)control;
	struct sockaddr_nl nl = {AF_NETLINK, 0, 0, 0};
	struct iovec v = {"\5", 1};
	struct msghdr m = {&nl, sizeof(nl), &v, 1, control, sizeof(control), 0};
	unsigned ifconf[4] = {160, 0, 1, 0};

	SHOW(syscall(SYS_fcntl, -1, 17, pattern)); /* F_GETOWNER_UIDS */
	SHOW(syscall(SYS_fcntl, -1, F_SETFD, 0x100));
	SHOW(syscall(SYS_fcntl, -1, F_DUPFD, -5L));
	SHOW(syscall(SYS_ioctl, -1, TIOCSTI, longest));
	SHOW(syscall(SYS_ioctl, -1, TIOCGEXCL, pattern));
	SHOW(syscall(SYS_ioctl, -1, TIOCGSOFTCAR, pattern));
	SHOW(syscall(SYS_ioctl, -1, TCSETS, pattern + 1));
	SHOW(syscall(SYS_ioctl, -1, SIOCGIFCONF, ifconf));
	c->cmsg_len = CMSG_LEN(48);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = 3; /* SCM_SECURITY */
	memset(CMSG_DATA(c), 's', 48);
	SHOW(syscall(SYS_sendmsg, -1, &m, 0));
	c->cmsg_level = 100; /* SOL_CAN_BASE */
	SHOW(syscall(SYS_sendmsg, -1, &m, 0));
	SHOW(syscall(SYS_setsockopt, -1, 100, 1, pattern, 4));
}

/* Flags of interfaces, of which there are more than fit into SIOCGIFFLAGS, and a message that says
 * that it is longer than it can be. */
static void netlink(void)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
	} m = {{sizeof(m), RTM_GETLINK, NLM_F_REQUEST, 1, 0}, {AF_UNSPEC, 0, 0, 1, 0x70041, 0}};
	struct sockaddr_nl nl = {AF_NETLINK, 0, 0, 0};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	bind(fd, (struct sockaddr *)&nl, sizeof(nl));
	SHOW(syscall(SYS_sendto, fd, &m, sizeof(m), 0, NULL, 0));
	m.h.nlmsg_len = ~0U;
	SHOW(syscall(SYS_sendto, fd, &m, sizeof(m), 0, NULL, 0));
	close(fd);
}

#ifdef __i386__
static void abi(void)
{
	SHOW(syscall(SYS__newselect, -1, pattern, NULL, NULL, NULL));
	SHOW(syscall(SYS_io_pgetevents_time64, 0, 1, 1, pattern, NULL, tail(4)));
	SHOW(syscall(SYS_idle, 1, 2, 3, 4, 5));
	SHOW(syscall(SYS_profil, 1, 2, 3, 4, 5));
	SHOW(syscall(SYS_readdir, -1, longest + 280, 2));
	SHOW(syscall(SYS__llseek, -1, 1, 2, pattern, SEEK_SET));
}
#else
static void abi(void)
{
	SHOW(syscall(SYS_select, -1, pattern, NULL, NULL, NULL));
	SHOW(syscall(214, 1, 2, 3, 4, 5)); /* epoll_ctl_old */
	SHOW(syscall(215, 1, 2, 3, 4, 5));
}
#endif

int main(void)
{
	static char out[16384];

	setvbuf(stdout, out, _IOFBF, sizeof(out)); /* or it asks what terminal this is */
	for (size_t i = 0; i < sizeof(pattern) / sizeof(*pattern); i++)
		pattern[i] = i % 3 ? 0x01000193U * (unsigned)i : (unsigned)i % 5;
	memset(longest, 'a', 270);
	handles();
	memory();
	files();
	processes();
	waits();
	descriptors();
	netlink();
	abi();
	return 0;
}
