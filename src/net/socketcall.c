/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socketcall(2): the twenty socket calls of a 32-bit program behind one number. The first argument
 * says which, the second points at its arguments: 32-bit words in user memory, six at most. */
#include <errno.h>

#include "abi/syscall.h"
#include "host/host.h"
#include "mm/uaccess.h"
#include "net/net.h"

/* Calls as <linux/net.h> numbers them. */
enum {
	SYS_SOCKET = 1,
	SYS_BIND,
	SYS_CONNECT,
	SYS_LISTEN,
	SYS_ACCEPT,
	SYS_GETSOCKNAME,
	SYS_GETPEERNAME,
	SYS_SOCKETPAIR,
	SYS_SEND,
	SYS_RECV,
	SYS_SENDTO,
	SYS_RECVFROM,
	SYS_SHUTDOWN,
	SYS_SETSOCKOPT,
	SYS_GETSOCKOPT,
	SYS_SENDMSG,
	SYS_RECVMSG,
	SYS_ACCEPT4,
	SYS_RECVMMSG,
	SYS_SENDMMSG,
};

/* Argument words of each call. */
static const u8 nargs[] = {
	[SYS_SOCKET] = 3,   [SYS_BIND] = 3,	   [SYS_CONNECT] = 3,	  [SYS_LISTEN] = 2,
	[SYS_ACCEPT] = 3,   [SYS_GETSOCKNAME] = 3, [SYS_GETPEERNAME] = 3, [SYS_SOCKETPAIR] = 4,
	[SYS_SEND] = 4,	    [SYS_RECV] = 4,	   [SYS_SENDTO] = 6,	  [SYS_RECVFROM] = 6,
	[SYS_SHUTDOWN] = 2, [SYS_SETSOCKOPT] = 5,  [SYS_GETSOCKOPT] = 5,  [SYS_SENDMSG] = 3,
	[SYS_RECVMSG] = 3,  [SYS_ACCEPT4] = 4,	   [SYS_RECVMMSG] = 5,	  [SYS_SENDMMSG] = 4,
};

COMPAT_SYSCALL_DEFINE2(socketcall, (), SOCKCALL_NR, call, SOCKCALL_ARGS, args)
{
	u32 a[6];
	int fd;

	if (call < SYS_SOCKET || call > SYS_SENDMMSG)
		return -EINVAL;
	if (copy_from_user(a, args, nargs[call] * sizeof(a[0])))
		return -EFAULT;
	if (call != SYS_SOCKET && call != SYS_SOCKETPAIR && host_fd_is_own((int)a[0]))
		a[0] = (u32)-1;
	fd = (int)a[0];
	switch (call) {
	case SYS_SOCKET:
		return net_socket((int)a[0], (int)a[1], (int)a[2]);
	case SYS_BIND:
		return net_bind(fd, a[1], (int)a[2]);
	case SYS_CONNECT:
		return net_connect(fd, a[1], (int)a[2]);
	case SYS_LISTEN:
		return net_listen(fd, (int)a[1]);
	case SYS_ACCEPT:
		return net_accept4(fd, a[1], a[2], 0);
	case SYS_GETSOCKNAME:
		return net_getsockname(fd, a[1], a[2]);
	case SYS_GETPEERNAME:
		return net_getpeername(fd, a[1], a[2]);
	case SYS_SOCKETPAIR:
		return net_socketpair((int)a[0], (int)a[1], (int)a[2], a[3]);
	case SYS_SEND:
		return net_sendto(fd, a[1], a[2], a[3], 0, 0);
	case SYS_RECV:
		return net_recvfrom(fd, a[1], a[2], a[3], 0, 0);
	case SYS_SENDTO:
		return net_sendto(fd, a[1], a[2], a[3], a[4], (int)a[5]);
	case SYS_RECVFROM:
		return net_recvfrom(fd, a[1], a[2], a[3], a[4], a[5]);
	case SYS_SHUTDOWN:
		return net_shutdown(fd, (int)a[1]);
	case SYS_SETSOCKOPT:
		return net_setsockopt(fd, (int)a[1], (int)a[2], a[3], (int)a[4]);
	case SYS_GETSOCKOPT:
		return net_getsockopt(fd, (int)a[1], (int)a[2], a[3], a[4]);
	case SYS_SENDMSG:
		return net_sendmsg(fd, a[1], a[2]);
	case SYS_RECVMSG:
		return net_recvmsg(fd, a[1], a[2]);
	case SYS_ACCEPT4:
		return net_accept4(fd, a[1], a[2], (int)a[3]);
	case SYS_RECVMMSG:
		return net_recvmmsg(fd, a[1], a[2], a[3], a[4], UTIME_OLD32);
	case SYS_SENDMMSG:
		return net_sendmmsg(fd, a[1], a[2], a[3]);
	}
	return -EINVAL;
}
