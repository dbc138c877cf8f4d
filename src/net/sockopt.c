/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setsockopt(2) and getsockopt(2). Nearly every option value is plain data that the host reads and
 * writes in guest memory. The exceptions are values that hold guest pointers (filter programs here,
 * the rest in sockopt_pointer.c) and structs whose layout differs for 32-bit callers (timeouts and
 * policies here, multicast in mcast.c). */
#include <errno.h>

#include "abi/syscall.h"
#include "host/host.h"
#include "mm/uaccess.h"
#include "net/emulate.h"
#include "net/net.h"
#include "task/task.h"

/* Levels and options by their numbers in the kernel's ABI, so that no set of C library headers
 * decides what a guest can use. */
#define LEVEL_VSOCK  40
#define LEVEL_PACKET 263

#define OPT_RCVTIMEO_OLD	  20
#define OPT_SNDTIMEO_OLD	  21
#define OPT_ATTACH_FILTER	  26 /* as a question: SO_GET_FILTER */
#define OPT_ATTACH_REUSEPORT_CBPF 51

#define OPT_IP_IPSEC_POLICY   16
#define OPT_IP_XFRM_POLICY    17
#define OPT_IPV6_IPSEC_POLICY 34
#define OPT_IPV6_XFRM_POLICY  35

#define OPT_VSOCK_CONNECT_TIMEOUT_OLD 6
#define OPT_PACKET_FANOUT_DATA	      22

#define BPF_INSN_SIZE 8

static bool compat(void)
{
	return current->sc_abi == ABI_32;
}

static bool is_fprog(int level, int name, int optlen)
{
	if (level == SOL_SOCKET)
		return name == OPT_ATTACH_FILTER || name == OPT_ATTACH_REUSEPORT_CBPF;
	/* A fanout takes a program here or, as an int, the descriptor of one. */
	return level == LEVEL_PACKET && name == OPT_PACKET_FANOUT_DATA && optlen > (int)sizeof(int);
}

/* struct sock_fprog: the number of instructions and where they are. */
static long set_fprog(int fd, int level, int name, guest_addr optval, int optlen)
{
	struct {
		u16 len;
		const void *filter;
	} host_prog = {0};
	struct {
		u16 len;
		u64 filter;
	} prog;
	struct {
		u16 len;
		u32 filter;
	} prog32;
	size_t size = compat() ? sizeof(prog32) : sizeof(prog);
	const void *value = user_in(optval, size);

	/* A wrong length or a bad address is the host's to refuse, at its point of the call. */
	if (optlen == (int)size && !compat() && !get_user(prog, optval)) {
		host_prog.len = prog.len;
		host_prog.filter = user_in(prog.filter, (size_t)prog.len * BPF_INSN_SIZE);
		value = &host_prog;
	} else if (optlen == (int)size && compat() && !get_user(prog32, optval)) {
		host_prog.len = prog32.len;
		host_prog.filter = user_in(prog32.filter, (size_t)prog32.len * BPF_INSN_SIZE);
		value = &host_prog;
	}
	if (optlen == (int)size)
		optlen = sizeof(host_prog);
	else if (optlen == sizeof(host_prog))
		optlen = sizeof(host_prog) - 1;
	return host(SYS_setsockopt, fd, level, name, HP(value), optlen);
}

/* Options that hold a struct timeval of longs. */
static bool is_old_timeo(int level, int name)
{
	return (level == SOL_SOCKET && (name == OPT_RCVTIMEO_OLD || name == OPT_SNDTIMEO_OLD)) ||
	       (level == LEVEL_VSOCK && name == OPT_VSOCK_CONNECT_TIMEOUT_OLD);
}

static long set_timeo32(int fd, int level, int name, guest_addr optval, int optlen)
{
	struct utime t;
	const void *value = &t;

	if (optlen < (int)utime_size(UTIME_OLD32)) /* too short for the host too */
		return host(SYS_setsockopt, fd, level, name, HP(user_in(optval, sizeof(int))),
			    optlen);
	if (utime_get(&t, optval, UTIME_OLD32))
		value = user_in(optval, utime_size(UTIME_OLD32));
	return host(SYS_setsockopt, fd, level, name, HP(value), sizeof(t));
}

static long get_timeo32(int fd, int level, int name, guest_addr optval, guest_addr uoptlen)
{
	struct utime t;
	s32 old[2];
	int len, optlen = sizeof(t);
	long ret;

	if (get_user(len, uoptlen) || len < 0 ||
	    (level != SOL_SOCKET && len < (int)sizeof(old))) /* SOL_SOCKET alone cuts it short */
		return host(SYS_getsockopt, fd, level, name, 0,
			    HP(user_inout(uoptlen, sizeof(int))));
	ret = host(SYS_getsockopt, fd, level, name, HP(&t), HP(&optlen));
	if (ret)
		return ret;
	old[0] = (s32)t.sec;
	old[1] = (s32)t.frac;
	len = MIN(len, (int)sizeof(old));
	if (copy_to_user(optval, old, (size_t)len) || put_user(len, uoptlen))
		return -EFAULT;
	return 0;
}

/* Policies of IPsec: a 32-bit caller's have another layout, which kernels refuse unless a rarely
 * built module translates it. What is wrong before that point is for the host to find. */
static bool is_policy(int level, int name)
{
	return (level == LEVEL_IP && (name == OPT_IP_IPSEC_POLICY || name == OPT_IP_XFRM_POLICY)) ||
	       (level == LEVEL_IPV6 &&
		(name == OPT_IPV6_IPSEC_POLICY || name == OPT_IPV6_XFRM_POLICY));
}

static long set_policy32(int fd, int level, int name, guest_addr optval, int optlen)
{
	u8 *policy = NULL;
	long ret;

	if (optlen > 0 && optlen <= (int)PAGE_SIZE)
		policy = user_scratch((size_t)optlen);
	if (!policy || copy_from_user(policy, optval, (size_t)optlen))
		return host(SYS_setsockopt, fd, level, name,
			    HP(user_in(optval, (size_t)MAX(optlen, 0))), optlen);
	/* A policy of one byte is invalid just behind the point where its layout matters. */
	ret = host(SYS_setsockopt, fd, level, name, HP(policy), 1);
	return ret == -EINVAL ? -EOPNOTSUPP : ret;
}

long net_setsockopt(int fd, int level, int name, guest_addr optval, int optlen)
{
	long ret;

	EMULATED(emu_setsockopt(fd, level, name, optval, optlen));
	if (net_set_pointer_option(fd, level, name, optval, optlen, &ret))
		return ret;
	if (is_fprog(level, name, optlen))
		return set_fprog(fd, level, name, optval, optlen);
	if (compat() && is_old_timeo(level, name))
		return set_timeo32(fd, level, name, optval, optlen);
	if (compat() && is_policy(level, name))
		return set_policy32(fd, level, name, optval, optlen);
	if (compat() && net_mcast_size(level, name))
		return net_set_mcast32(fd, level, name, optval, optlen);
	return host(SYS_setsockopt, fd, level, name, HP(user_in(optval, (size_t)MAX(optlen, 0))),
		    optlen);
}

long net_getsockopt(int fd, int level, int name, guest_addr optval, guest_addr optlen)
{
	u64 size = 0;
	long ret;
	int len;

	EMULATED(emu_getsockopt(fd, level, name, optval, optlen));
	if (net_get_pointer_option(fd, level, name, optval, optlen, &ret))
		return ret;
	if (compat() && is_old_timeo(level, name))
		return get_timeo32(fd, level, name, optval, optlen);
	if (net_is_msfilter(level, name))
		return net_get_msfilter(fd, level, name, optval, optlen);
	if (!get_user(len, optlen) && len > 0)
		size = (u64)len;
	/* SO_GET_FILTER counts in instructions. */
	if (level == SOL_SOCKET && name == OPT_ATTACH_FILTER)
		size = MIN(size, 65536) * BPF_INSN_SIZE;
	return host(SYS_getsockopt, fd, level, name, HP(user_inout(optval, size)),
		    HP(user_inout(optlen, sizeof(int))));
}

#define MISSING                                                                                    \
	"tables of ebtables, and with --harden of iptables in 32-bit programs; "                   \
	"SCTP_SOCKOPT_CONNECTX3"

SYSCALL_DEFINE5(setsockopt, (.missing = MISSING), FD, fd, SOL_LEVEL, level, SOL_NAME, optname,
		SOCKOPT_IN, optval, INT, optlen)
{
	return net_setsockopt(fd, level, optname, optval, optlen);
}

SYSCALL_DEFINE5(getsockopt, (.missing = MISSING), FD, fd, SOL_LEVEL, level, SOL_NAME, optname,
		SOCKOPT_OUT, optval, SOCKLEN_INOUT, optlen)
{
	return net_getsockopt(fd, level, optname, optval, optlen);
}
