/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets. The functions here are the bodies that the direct system calls and socketcall(2) share;
 * each returns what its system call returns. Layouts in guest memory are those of the ABI of the
 * call being served (current->sc_abi). */
#ifndef TRAPGATE_NET_NET_H
#define TRAPGATE_NET_NET_H

#include <sys/socket.h>

#include "abi/types.h"
#include "mm/utime.h"

#define NET_SOCKADDR_MAX 128  /* struct sockaddr_storage */
#define NET_MAX_IOV	 1024 /* UIO_MAXIOV: entries of an iovec array, messages of a sendmmsg */

#ifndef MSG_CMSG_COMPAT
#define MSG_CMSG_COMPAT 0x80000000u /* the kernel's mark for "a 32-bit caller's msghdr" */
#endif

/* socket.c */
long net_socket(int family, int type, int protocol);
long net_socketpair(int family, int type, int protocol, guest_addr usockvec);
long net_bind(int fd, guest_addr umyaddr, int addrlen);
long net_connect(int fd, guest_addr uservaddr, int addrlen);
long net_listen(int fd, int backlog);
long net_accept4(int fd, guest_addr upeer, guest_addr upeer_len, int flags);
long net_getsockname(int fd, guest_addr usockaddr, guest_addr usockaddr_len);
long net_getpeername(int fd, guest_addr usockaddr, guest_addr usockaddr_len);
long net_sendto(int fd, guest_addr buf, u64 len, u32 flags, guest_addr addr, int addr_len);
long net_recvfrom(int fd, guest_addr buf, u64 len, u32 flags, guest_addr addr, guest_addr addr_len);
long net_shutdown(int fd, int how);

/* sockopt.c */
long net_setsockopt(int fd, int level, int name, guest_addr optval, int optlen);
long net_getsockopt(int fd, int level, int name, guest_addr optval, guest_addr optlen);

/* Levels of options by their numbers in the kernel's ABI. */
#define LEVEL_IP   0
#define LEVEL_TCP  6
#define LEVEL_IPV6 41
#define LEVEL_XDP  283

/* sockopt_pointer.c: options whose values hold addresses. Each returns false if the option is none
 * of these, else true with the call's result in *ret. */
bool net_set_pointer_option(int fd, int level, int name, guest_addr optval, int optlen, long *ret);
bool net_get_pointer_option(int fd, int level, int name, guest_addr optval, guest_addr uoptlen,
			    long *ret);

/* xtables.c: the same for tables of packet filters. */
bool net_set_xtables(int fd, int level, int name, guest_addr optval, int optlen, long *ret);
bool net_get_xtables(int fd, int level, int name, guest_addr optval, guest_addr uoptlen, long *ret);

/* mcast.c: options of multicast membership and source filters. */

/* The size of a multicast option's struct for the host; 0 for every other option. */
int net_mcast_size(int level, int name);
/* Sets such an option for a 32-bit caller, whose structs are less padded. */
long net_set_mcast32(int fd, int level, int name, guest_addr optval, int optlen);
/* IP_MSFILTER and MCAST_MSFILTER: whether it is one, and asking for one. */
bool net_is_msfilter(int level, int name);
long net_get_msfilter(int fd, int level, int name, guest_addr optval, guest_addr uoptlen);

/* route.c: SIOCADDRT and SIOCDELRT, for any descriptor. */
long net_route_ioctl(int fd, u32 cmd, guest_addr arg);

/* msghdr.c */
long net_sendmsg(int fd, guest_addr umsg, u32 flags);
long net_recvmsg(int fd, guest_addr umsg, u32 flags);
long net_sendmmsg(int fd, guest_addr mmsg, u32 vlen, u32 flags);
long net_recvmmsg(int fd, guest_addr mmsg, u32 vlen, u32 flags, guest_addr timeout,
		  enum utime_form form);

/* cmsg.c: control messages of 32-bit callers. */

/* Bytes of host control buffer that surely suffice for what fits into len bytes of a 32-bit
 * caller's. */
size_t cmsg_host_room(u32 len);

/* Copies len bytes of control messages at ucontrol into scratch memory, in the host's layout, and
 * hooks them up in *msg. 0, -EFAULT, -EINVAL or -ENOBUFS. */
int cmsg_from_user_compat(struct msghdr *msg, guest_addr ucontrol, u32 len);

/* Writes the control messages that the host put into *msg to len bytes at ucontrol. Sets
 * MSG_CTRUNC in msg->msg_flags and closes received descriptors as Linux would for a buffer too
 * small. Returns the number of bytes used. */
u32 cmsg_to_user_compat(struct msghdr *msg, guest_addr ucontrol, u32 len);

#endif
