/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls on sockets whose arguments hold no pointers to pointers. Guest descriptors are the
 * host's, addresses are the same in both ABIs, so most of them go straight to the host. */
#include "net/net.h"

#include <errno.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "net/emulate.h"
#include "net/unix_name.h"
#include "task/task.h"

/* Host iovecs for one buffer: enough for any buffer that a program can have by accident. */
#define NR_PIECES 32

/* An address for the host to read. The host refuses lengths out of range before it looks. */
static long sockaddr_in(guest_addr addr, int len)
{
	return HP(user_in(addr, (size_t)MIN(MAX(len, 0), NET_SOCKADDR_MAX)));
}

/* The same for a name that a sandbox may know by another; *len changes with it. */
static long name_in(int fd, guest_addr addr, int *len, bool made)
{
	return HP(unix_name_in(fd, (const void *)sockaddr_in(addr, *len), len, made));
}

/* Room for an address whose length lies at ulen. */
static long sockaddr_out(guest_addr addr, guest_addr ulen)
{
	int len;

	if (!addr || get_user(len, ulen))
		return HP(user_in(addr, 0));
	return HP(user_inout(addr, (size_t)MIN(MAX(len, 0), NET_SOCKADDR_MAX)));
}

static long socklen_ptr(guest_addr ulen)
{
	return HP(user_inout(ulen, sizeof(int)));
}

/* getsockname(2) and its like in a sandbox, where the name has to be translated. */
static long named_call(long nr, int fd, guest_addr addr, guest_addr ulen, int flags)
{
	u8 name[NET_SOCKADDR_MAX];
	u32 len = sizeof(name);
	int room;
	long ret;

	if (!addr)
		return host_block(nr, fd, 0, 0, flags);
	/* What cannot be read or is out of range is so for the host too. */
	if (get_user(room, ulen) || room < 0)
		return host_block(nr, fd, sockaddr_out(addr, ulen), socklen_ptr(ulen), flags);
	ret = host_block(nr, fd, HP(name), HP(&len), flags);
	if (ret < 0)
		return ret;
	unix_name_out(name, sizeof(name), &len);
	if (copy_to_user(addr, name, MIN((u32)room, len)) || put_user(len, ulen)) {
		if (nr == SYS_accept4)
			host(SYS_close, ret);
		return -EFAULT;
	}
	return ret;
}

long net_socket(int family, int type, int protocol)
{
	EMULATED(emu_socket_call(family, type, protocol));
	return host(SYS_socket, family, type, protocol);
}

long net_socketpair(int family, int type, int protocol, guest_addr usockvec)
{
	return host(SYS_socketpair, family, type, protocol,
		    HP(user_out(usockvec, 2 * sizeof(int))));
}

long net_bind(int fd, guest_addr umyaddr, int addrlen)
{
	long name;

	EMULATED(emu_bind(fd, umyaddr, addrlen));
	name = name_in(fd, umyaddr, &addrlen, true);
	return unix_name_made(host(SYS_bind, fd, name, addrlen));
}

long net_connect(int fd, guest_addr uservaddr, int addrlen)
{
	long name;

	EMULATED(emu_connect(fd, uservaddr, addrlen));
	name = name_in(fd, uservaddr, &addrlen, false);
	return host_block(SYS_connect, fd, name, addrlen);
}

long net_listen(int fd, int backlog)
{
	EMULATED(emu_listen(fd, backlog));
	return host(SYS_listen, fd, backlog);
}

long net_accept4(int fd, guest_addr upeer, guest_addr upeer_len, int flags)
{
	EMULATED(emu_accept4(fd, upeer, upeer_len, flags));
	if (unlikely(unix_names))
		return named_call(SYS_accept4, fd, upeer, upeer_len, flags);
	return host_block(SYS_accept4, fd, sockaddr_out(upeer, upeer_len), socklen_ptr(upeer_len),
			  flags);
}

long net_getsockname(int fd, guest_addr usockaddr, guest_addr usockaddr_len)
{
	EMULATED(emu_getname(fd, usockaddr, usockaddr_len, false));
	if (unlikely(unix_names) && usockaddr)
		return named_call(SYS_getsockname, fd, usockaddr, usockaddr_len, 0);
	return host(SYS_getsockname, fd, sockaddr_out(usockaddr, usockaddr_len),
		    socklen_ptr(usockaddr_len));
}

long net_getpeername(int fd, guest_addr usockaddr, guest_addr usockaddr_len)
{
	EMULATED(emu_getname(fd, usockaddr, usockaddr_len, true));
	if (unlikely(unix_names) && usockaddr)
		return named_call(SYS_getpeername, fd, usockaddr, usockaddr_len, 0);
	return host(SYS_getpeername, fd, sockaddr_out(usockaddr, usockaddr_len),
		    socklen_ptr(usockaddr_len));
}

long net_shutdown(int fd, int how)
{
	EMULATED(emu_shutdown(fd, how));
	return host(SYS_shutdown, fd, how);
}

long net_sendto(int fd, guest_addr buf, u64 len, u32 flags, guest_addr addr, int addr_len)
{
	struct iovec iov[NR_PIECES];
	struct msghdr msg = {.msg_iov = iov};
	int n = user_range(buf, len, false, iov, NR_PIECES);

	if (n <= 1 && likely(!net_emulated)) {
		long name = name_in(fd, addr, &addr_len, false);

		return host_block(SYS_sendto, fd, n ? HP(iov[0].iov_base) : 0,
				  n ? iov[0].iov_len : 0, flags, name, addr_len);
	}
	/* sendmsg would cut a length that sendto refuses. */
	if (addr && (addr_len < 0 || addr_len > NET_SOCKADDR_MAX))
		return host(SYS_sendto, fd, 0, 0, flags, sockaddr_in(addr, 0), addr_len);
	msg.msg_iovlen = (size_t)n;
	if (addr) {
		msg.msg_name = (void *)name_in(fd, addr, &addr_len, false);
		msg.msg_namelen = (socklen_t)addr_len;
	}
	EMULATED(emu_send(fd, &msg, flags & ~MSG_CMSG_COMPAT));
	return host_block(SYS_sendmsg, fd, HP(&msg), flags & ~MSG_CMSG_COMPAT);
}

/* recvfrom into memory that is not one piece in the host. */
static long recv_pieces(int fd, struct iovec *iov, int n, u32 flags, guest_addr addr,
			guest_addr uaddr_len)
{
	char name[NET_SOCKADDR_MAX];
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = (size_t)n};
	long ret;
	int len;

	if (addr) {
		msg.msg_name = name;
		msg.msg_namelen = sizeof(name);
	}
	if (unlikely(net_emulated))
		ret = emu_recv(fd, &msg, flags & ~MSG_CMSG_COMPAT);
	else
		ret = host_block(SYS_recvmsg, fd, HP(&msg), flags & ~MSG_CMSG_COMPAT);
	if (ret < 0 || !addr)
		return ret;
	if (get_user(len, uaddr_len))
		return -EFAULT;
	unix_name_out(name, sizeof(name), &msg.msg_namelen);
	len = MIN(len, (int)msg.msg_namelen);
	if (len < 0)
		return -EINVAL;
	if (copy_to_user(addr, name, (size_t)len) || put_user(msg.msg_namelen, uaddr_len))
		return -EFAULT;
	return ret;
}

long net_recvfrom(int fd, guest_addr buf, u64 len, u32 flags, guest_addr addr, guest_addr addr_len)
{
	struct iovec iov[NR_PIECES];
	int n = user_range(buf, len, true, iov, NR_PIECES);

	if (n > 1 || unlikely(net_emulated) || (unlikely(unix_names) && addr))
		return recv_pieces(fd, iov, n, flags, addr, addr_len);
	return host_block(SYS_recvfrom, fd, n ? HP(iov[0].iov_base) : 0, n ? iov[0].iov_len : 0,
			  flags, sockaddr_out(addr, addr_len), socklen_ptr(addr_len));
}

SYSCALL_DEFINE3(socket, (), SOCK_DOMAIN, family, SOCK_TYPE, type, SOCK_PROTO, protocol)
{
	return net_socket(family, type, protocol);
}

SYSCALL_DEFINE4(socketpair, (), SOCK_DOMAIN, family, SOCK_TYPE, type, SOCK_PROTO, protocol,
		FDPAIR_OUT, usockvec)
{
	return net_socketpair(family, type, protocol, usockvec);
}

SYSCALL_DEFINE3(bind, (), FD, fd, SOCKADDR_IN, umyaddr, INT, addrlen)
{
	return net_bind(fd, umyaddr, addrlen);
}

SYSCALL_DEFINE3(connect, (), FD, fd, SOCKADDR_IN, uservaddr, INT, addrlen)
{
	return net_connect(fd, uservaddr, addrlen);
}

SYSCALL_DEFINE2(listen, (), FD, fd, INT, backlog)
{
	return net_listen(fd, backlog);
}

SYSCALL_DEFINE3(accept, (), FD, fd, SOCKADDR_OUT, upeer_sockaddr, SOCKLEN_INOUT, upeer_addrlen)
{
	return net_accept4(fd, upeer_sockaddr, upeer_addrlen, 0);
}

SYSCALL_DEFINE4(accept4, (), FD, fd, SOCKADDR_OUT, upeer_sockaddr, SOCKLEN_INOUT, upeer_addrlen,
		SOCK_TYPE, flags)
{
	return net_accept4(fd, upeer_sockaddr, upeer_addrlen, flags);
}

SYSCALL_DEFINE3(getsockname, (), FD, fd, SOCKADDR_OUT, usockaddr, SOCKLEN_INOUT, usockaddr_len)
{
	return net_getsockname(fd, usockaddr, usockaddr_len);
}

SYSCALL_DEFINE3(getpeername, (), FD, fd, SOCKADDR_OUT, usockaddr, SOCKLEN_INOUT, usockaddr_len)
{
	return net_getpeername(fd, usockaddr, usockaddr_len);
}

SYSCALL_DEFINE6(sendto, (), FD, fd, BUF_IN, buff, SIZE, len, MSG_FLAGS, flags, SOCKADDR_IN, addr,
		INT, addr_len)
{
	return net_sendto(fd, buff, len, flags, addr, addr_len);
}

SYSCALL_DEFINE6(recvfrom, (), FD, fd, BUF_OUT, ubuf, SIZE, size, MSG_FLAGS, flags, SOCKADDR_OUT,
		addr, SOCKLEN_INOUT, addr_len)
{
	return net_recvfrom(fd, ubuf, size, flags, addr, addr_len);
}

COMPAT_SYSCALL_DEFINE6(recvfrom, (), FD, fd, BUF_OUT, buf, SIZE, len, MSG_FLAGS, flags,
		       SOCKADDR_OUT, addr, SOCKLEN_INOUT, addrlen)
{
	return net_recvfrom(fd, buf, len, flags, addr, addrlen);
}

SYSCALL_DEFINE2(shutdown, (), FD, fd, SHUT_HOW, how)
{
	return net_shutdown(fd, how);
}
