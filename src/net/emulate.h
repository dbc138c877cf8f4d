/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A loopback network in user space, for hosts that permit no network namespace: the guests' INET
 * and INET6 sockets are AF_UNIX sockets of the host in a directory that nobody else may enter. What
 * such a socket is to the guest (its addresses, its options) stands in a table that all processes
 * of the run share, found by the socket's inode. docs/network.md says what differs from the real
 * thing. */
#ifndef TRAPGATE_NET_EMULATE_H
#define TRAPGATE_NET_EMULATE_H

#include <sys/socket.h>
#include <sys/un.h>

#include "abi/types.h"
#include "mm/utime.h"
#include "net/mode.h"

/* IPv4 addresses are kept in their IPv6 form, ::ffff:a.b.c.d. */
/* For the head of a call: what the emulation answers, where there is one and it has an answer. */
extern bool net_emulated;
#define EMULATED(call)                                                                             \
	do {                                                                                       \
		if (unlikely(net_emulated)) {                                                      \
			long emulated_ = (call);                                                   \
			if (emulated_ != NET_NOT_OURS)                                             \
				return emulated_;                                                  \
		}                                                                                  \
	} while (0)

struct emu_addr {
	u8 ip[16];
	u16 port; /* 0: not bound */
};

/* The one interface, lo. */
#define LO_INDEX 1
#define LO_MTU	 65536

#define EMU_OPTIONS 24
#define EMU_GROUPS  20 /* net.ipv4.igmp_max_memberships */
#define EMU_SOURCES 64 /* of all groups */

struct emu_option {
	int level, name;
	u32 len;
	u8 value[16];
};

/* A datagram that met nobody, for MSG_ERRQUEUE: the oldest one that has not been read, and as much
 * of it as there is room for. */
#define EMU_LOST_DATA 512
struct emu_lost {
	bool is;
	u16 len;
	struct emu_addr to;
	u8 data[EMU_LOST_DATA];
};

struct emu_socket {
	u32 ino;
	u32 next; /* in its chain, 0: the last */
	u8 family, type;
	u32 uid;    /* who made it */
	bool named; /* the host's socket has its name in the directory */
	bool connected, listening, v6only;
	bool connecting; /* ... and the guest has not been told yet that it is */
	bool refused;	 /* a connection that the guest has not waited for */
	bool shut_write; /* by the guest */
	bool reset;	 /* it has sent to a peer that is gone */
	bool aborts;	 /* SO_LINGER without time: closing it resets the connection */
	bool aborted;	 /* its mate did; told: and the guest has been told */
	bool told;
	bool urgent; /* it has sent an urgent byte */
	u32 mate;    /* the other end's inode */
	bool reuse_addr, reuse_port;
	int error;	  /* SO_ERROR: what a datagram met */
	bool host_stamps; /* SO_TIMESTAMP and the like, which the host's socket gives */
	u32 stamping;	  /* SO_TIMESTAMPING, and by which of its numbers it was set */
	int stamping_name;
	struct emu_addr local, peer;
	u32 portid, nl_groups; /* of a netlink socket, and of whom it is connected to */
	u32 peer_portid, peer_groups;
	u32 nr_groups;
	u8 group[EMU_GROUPS][16]; /* multicast groups it is a member of */
	bool include[EMU_GROUPS]; /* of its sources alone; else of all but those */
	bool listed[EMU_GROUPS];  /* it has been given sources */
	u32 nr_sources;
	struct emu_source {
		u8 group[16], ip[16];
	} source[EMU_SOURCES];
	u32 nr_options;
	struct emu_option option[EMU_OPTIONS];
	struct emu_lost lost;
};

/* emulate.c: the table. What returns a struct emu_socket wants the lock held, and so does whoever
 * looks at one. */

void emu_start(enum net_mode mode);
/* Removes the directory, at the end of the run. */
void emu_clean(void);
/* The descriptor by which the directory is reached. */
int emu_dir_fd(void);

void emu_lock(void);
void emu_unlock(void);

/* The socket with that inode or behind that descriptor; NULL if there is none in the table. */
struct emu_socket *emu_find(u32 ino);
struct emu_socket *emu_of(int fd);
/* Whether there is one. Wants no lock held. */
bool emu_is_ours(int fd);
/* Walks through the table: the first one after NULL; NULL after the last one. */
struct emu_socket *emu_next(const struct emu_socket *after);
/* Enters a socket of the host into the table. NULL when that is full of sockets in use. */
struct emu_socket *emu_enter(int fd, int family, int type);

/* Sockets end without a word: a descriptor may be closed anywhere. Forgets those that the host does
 * not list any more. */
void emu_collect(void);
/* Gives the host's socket its name in the directory, so that others can reach it. 0 or -errno. */
long emu_name(int fd, struct emu_socket *e);

/* Whether the other end of a stream is closed. */
bool emu_hung_up(int fd);
/* Whether its being closed resets the connection. */
bool emu_close_resets(const struct emu_socket *e);
/* Whether the other end of a stream has reset the connection; take: and the guest has not been told
 * yet, but is now. */
bool emu_was_reset(int fd, const struct emu_socket *e);
bool emu_take_reset(int fd, struct emu_socket *e);

/* The state of a connection (enum in netinet/tcp.h); gone: the other end is closed. */
int emu_tcp_state(const struct emu_socket *e, bool gone);

/* The host's address of a socket, and the inode that such an address tells, 0 for others. */
socklen_t emu_host_addr(struct sockaddr_un *un, u32 ino);
u32 emu_host_ino(const struct sockaddr_un *un, socklen_t len);

/* Whether another socket listens already where this one is bound: both may have been bound there
 * with SO_REUSEADDR, but one alone may listen. */
bool emu_listened(const struct emu_socket *me);

/* bind(2), with port 0: any. 0 or -errno. */
long emu_bind_addr(int fd, struct emu_socket *e, const struct emu_addr *addr);
/* Gives a socket that has no address one: a port, and when it connects to `to` (else NULL), the IP
 * address from which it talks to that. 0 or -errno. */
long emu_autobind(int fd, struct emu_socket *e, const struct emu_addr *to);
/* 0 if there is a way to addr, else -errno. 0.0.0.0 and :: become this host's address. */
long emu_route(const struct emu_socket *e, struct emu_addr *addr);
/* The socket that gets what `from` (NULL: nobody in particular) sends to an address, or NULL. Of
 * several that share it by SO_REUSEPORT the seed chooses. */
struct emu_socket *emu_target(int type, const struct emu_addr *to, const struct emu_addr *from,
			      u32 seed);

/* Whether the interface is up, as it is in every mode but `none`. */
bool emu_is_up(void);

/* A socket in the host, connected to a port of 127.0.0.1; -1 if nobody is there. */
int emu_connect_port(u16 port, bool udp);

/* emulate_calls.c, emulate_opts.c and emulate_data.c: the calls, as in net/net.h. NET_NOT_OURS
 * where the host's answer to the call as it is will do. */
long emu_socket_call(int family, int type, int protocol);
long emu_bind(int fd, guest_addr addr, int len);
long emu_connect(int fd, guest_addr addr, int len);
long emu_listen(int fd, int backlog);
long emu_accept4(int fd, guest_addr addr, guest_addr ulen, int flags);
long emu_getname(int fd, guest_addr addr, guest_addr ulen, bool peer);
long emu_setsockopt(int fd, int level, int name, guest_addr optval, int optlen);
long emu_getsockopt(int fd, int level, int name, guest_addr optval, guest_addr optlen);
/* The address of the other end, to *to. Returns its length or -ENOTCONN. Wants the lock held. */
long emu_peer_addr(int fd, const struct emu_socket *e, struct sockaddr_un *to);
/* The same with an address that has been read. */
long emu_connect_to(int fd, const struct sockaddr_storage *s, int len);
/* A message with the guest's address, if any, in msg_name: a pointer that may fault. */
long emu_send(int fd, struct msghdr *h, u32 flags);
long emu_recv(int fd, struct msghdr *h, u32 flags);
long emu_sendmmsg(int fd, struct mmsghdr *hs, long n, u32 flags);
/* read(2), write(2) and their vector forms. */
long emu_rw(int fd, struct iovec *iov, long n, bool in);
/* sendfile(2) and splice(2) of a pipe, into a datagram socket; offset may fault. */
long emu_send_from(int fd, int in, s64 *offset, u64 count);
long emu_shutdown(int fd, int how);
long emu_recvmmsg(int fd, struct mmsghdr *hs, long n, u32 flags, struct utime *timeout);

/* What a guest's address means for a socket of that family. 0 or -errno. */
long emu_parse(struct emu_addr *a, const struct sockaddr_storage *s, socklen_t len, int family);
/* The same for where a datagram is to go. */
long emu_parse_to(struct emu_addr *a, const struct sockaddr_storage *s, socklen_t len, int family);
/* The address that the guest sees for one of the host's: writes it to *to (of at most
 * sizeof(struct sockaddr_un) bytes) and returns its length. */
socklen_t emu_shown(int family, const struct emu_addr *a, void *to);

/* emulate_netlink.c: the calls on a netlink socket. nl_send wants no lock held. */
long emu_nl_socket(int type, int protocol);
long emu_nl_bind(int fd, struct emu_socket *e, const struct sockaddr_storage *s, int len);
long emu_nl_connect(int fd, struct emu_socket *e, const struct sockaddr_storage *s, int len);
/* The address of a socket or its peer, to *to; returns its length. */
socklen_t emu_nl_shown(const struct emu_socket *e, bool peer, void *to);
/* The same for where the answers come from. */
socklen_t emu_nl_kernel(void *to);
long emu_nl_send(int fd, const struct msghdr *h, u32 flags, const struct sockaddr_storage *s);

/* emulate_mcast.c: multicast groups. */
bool emu_is_group(const u8 *ip);
bool emu_is_v4(const u8 *ip);
/* An option that joins or leaves a group. 0 or -errno. */
long emu_membership(struct emu_socket *e, int level, int name, const u8 *value, int len);
/* Whether an option of the socket, or its address, names the interface that groups are reached by.
 */
bool emu_reaches_groups(const struct emu_socket *e, const u8 *group);
/* IP_MSFILTER or MCAST_MSFILTER asked for: the struct in value, with room for all the sources that
 * a socket can have; *len is its length. 0 or -errno. */
long emu_get_msfilter(const struct emu_socket *e, int family, int name, u8 *value, socklen_t *len);
/* The inodes of up to max sockets that get what comes from source for a group. Returns how many. */
u32 emu_members(const struct emu_addr *source, const struct emu_addr *to, u32 *inos, u32 max);
/* The value that the guest has set an option of type int to. */
int emu_option_value(const struct emu_socket *e, int level, int name, int otherwise);

/* emulate_label.c: what is to be known of a datagram, where the two sockets do not tell it: it is
 * sent by a socket of its own then, whose name says it. */
struct emu_label {
	bool is;
	bool at_lo;   /* it is to go to the loopback interface */
	u8 to[16];    /* the address that it is sent to */
	u32 from;     /* IPv4, 0: the sender's */
	int ttl, tos; /* or hop limit and traffic class; -1: the sender's */
	u16 segment;  /* cut into datagrams of this size, 0: not cut */
};
/* What the sender's options and control messages say. 0 or -errno. */
long emu_read_label(struct emu_label *l, const struct emu_socket *e, const struct emu_addr *to,
		    const struct msghdr *h);
/* What is wrong with the control messages of what a stream sends. 0 or -errno. */
long emu_check_control(const struct msghdr *h);
/* Where a datagram comes from. */
struct emu_addr emu_source(const struct emu_socket *from, const struct emu_label *l);
/* Whether the receiver would take it for something else without a label. */
bool emu_needs_label(const struct emu_label *l, const struct emu_socket *from,
		     const struct emu_socket *target);
/* The host's address of a socket that sends such a datagram for another, and what such an address
 * says. */
socklen_t emu_label_addr(struct sockaddr_un *un, u32 ino, const struct emu_label *l);
void emu_label_of(struct emu_label *l, const struct sockaddr_un *un, socklen_t len);

/* emulate_cork.c: datagrams that are held back. All but what has been taken wants the lock held. */
struct emu_cork {
	struct emu_cork *next;
	u32 ino;
	size_t len;
	u8 data[65536];
	u8 packet[] __attribute__((aligned(8))); /* where it is to go */
};
/* The one of a socket, or NULL. */
struct emu_cork *emu_cork_of(u32 ino);
/* Begins one, with n bytes of packet; NULL if there is no memory. */
struct emu_cork *emu_cork_begin(u32 ino, const void *packet, size_t n);
/* Adds a message's data. 0 or -errno. */
long emu_cork_add(struct emu_cork *c, const struct msghdr *h);
/* Makes it the caller's, who frees it. */
void emu_cork_take(struct emu_cork *c);
/* Sends a socket's, if there is one and UDP_CORK is off. Wants no lock held. */
void emu_uncork(int fd);

/* emulate_info.c: control messages that a datagram comes with. */
struct emu_ancillary {
	size_t len;
	u8 data[256] __attribute__((aligned(8)));
};
/* Adds a message to a. */
void emu_append(struct emu_ancillary *a, int level, int type, const void *data, size_t len);
/* Adds what e has asked to be told about a datagram of another socket, NULL: the kernel's netlink.
 */
void emu_tell(struct emu_ancillary *a, const struct emu_socket *e, const struct emu_socket *from,
	      const struct emu_label *l);
/* Begins a with the time of what has been received, if e has asked for it by SO_TIMESTAMPING. */
void emu_tell_time(struct emu_ancillary *a, const struct emu_socket *e);
/* What e is told about a datagram to `to` that was refused. */
void emu_tell_refused(struct emu_ancillary *a, const struct emu_socket *e,
		      const struct emu_addr *to);
/* Appends that to a received message whose control buffer has room bytes. */
void emu_put_ancillary(struct msghdr *h, size_t room, const struct emu_ancillary *a);

/* emulate_proc.c: open(2) of a file of /proc/net; NET_NOT_OURS for others. */
long emu_proc_open(const char *path, u32 flags);

/* emulate_poll.c: makes what the host has told of sockets by poll(2) or epoll_wait(2), n events,
 * what TCP would tell. */
struct pollfd;
void emu_poll(struct pollfd *fds, u32 n);
void emu_epoll(int epfd, void *events, long n);

/* emulate_ioctl.c: ioctl(2) of a socket about itself and about interfaces. */
long emu_ioctl(int fd, u32 cmd, guest_addr arg);

#endif
