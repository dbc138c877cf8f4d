/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: options of sockets. What Linux says to one a socket of the host's
 * network tells, that has never been used for anything. */
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "mm/uaccess.h"
#include "net/emulate.h"
#include "net/net.h"
#include "task/task.h"

#define OPTION_MAX 8448 /* MCAST_MSFILTER of IPv6 is the longest, with 64 sources */

/* Options by their numbers in the kernel's ABI. */
#define OPT_REUSEADDR	    2
#define OPT_TYPE	    3
#define OPT_ERROR	    4
#define OPT_REUSEPORT	    15
#define OPT_PASSCRED	    16
#define OPT_PEERCRED	    17
#define OPT_PEERNAME	    28
#define OPT_PEERSEC	    31
#define OPT_PASSSEC	    34
#define OPT_PEERGROUPS	    59
#define OPT_TXREHASH	    74
#define OPT_DEVMEM_DONTNEED 80
#define OPT_PASSPIDFD	    76
#define OPT_PEERPIDFD	    77
#define OPT_PASSRIGHTS	    83
#define OPT_INQ		    84
#define OPT_PROTOCOL	    38
#define OPT_DOMAIN	    39
#define OPT_V6ONLY	    26
#define OPT_FLOWLABEL_MGR   32
#define OPT_UDP_CORK	    1
#define MCAST_FIRST	    42 /* MCAST_JOIN_GROUP ... */
#define MCAST_LAST	    48 /* MCAST_MSFILTER */

/* A socket of the host's network that has never been used, with the options that were set: it tells
 * what Linux says to an option. */
static long option_socket(const struct emu_socket *e)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_groups = e->nl_groups};
	long fd = host(SYS_socket, e->family, e->type, 0);

	for (u32 i = 0; fd >= 0 && i < e->nr_options; i++)
		host(SYS_setsockopt, fd, e->option[i].level, e->option[i].name,
		     HP(e->option[i].value), e->option[i].len);
	if (fd >= 0 && e->family == AF_NETLINK)
		host(SYS_bind, fd, HP(&nl), sizeof(nl));
	return fd;
}

static void remember(struct emu_socket *e, int level, int name, const void *value, u32 len)
{
	struct emu_option *o = e->option;

	while (o < e->option + e->nr_options && (o->level != level || o->name != name))
		o++;
	len = MIN(len, (u32)sizeof(o->value)); /* what is longer is an int with something behind */
	if (o == e->option + EMU_OPTIONS)
		return;
	if (o == e->option + e->nr_options)
		e->nr_options++;
	*o = (struct emu_option){.level = level, .name = name, .len = len};
	memcpy(o->value, value, len);
}

static bool is_policy(const struct emu_socket *e, int level, int name)
{
	if (level == IPPROTO_IP)
		return name == IP_IPSEC_POLICY || name == IP_XFRM_POLICY;
	return level == IPPROTO_IPV6 && e->family == AF_INET6 &&
	       (name == IPV6_IPSEC_POLICY || name == IPV6_XFRM_POLICY);
}

/* Options of iptables, arptables and ip6tables; two of the numbers can only be asked for. */
static bool is_table(const struct emu_socket *e, int level, int name, bool set)
{
	bool v6 = level == IPPROTO_IPV6 && e->family == AF_INET6;

	if (level != IPPROTO_IP && !v6)
		return false;
	switch (name) {
	case 64: /* IPT_SO_SET_REPLACE, IPT_SO_GET_INFO and those of IP6T */
	case 65:
		return true;
	case 66: /* IPT_SO_GET_REVISION_MATCH, IPT_SO_GET_REVISION_TARGET */
	case 67:
		return !v6 && !set;
	case 68: /* IP6T_SO_GET_REVISION_MATCH, IP6T_SO_GET_REVISION_TARGET */
	case 69:
		return v6 && !set;
	case 96: /* ARPT_SO_SET_REPLACE, ARPT_SO_GET_INFO */
	case 97:
		return !v6;
	case 99: /* ARPT_SO_GET_REVISION_TARGET */
		return !v6 && !set;
	}
	return false;
}

/* Nobody may use them, where the host has them. 0 or -errno. */
static long forbidden(const struct emu_socket *e, int level, int name, bool set)
{
	socklen_t none = 0;
	long fd, ret;

	if (!is_table(e, level, name, set))
		return 0;
	fd = host(SYS_socket, e->family, e->type, 0);
	if (fd < 0)
		return fd;
	ret = host(SYS_getsockopt, fd, level, name, 0, HP(&none));
	host(SYS_close, fd);
	return ret == -ENOPROTOOPT ? ret : -EPERM;
}

static bool joins_group(const struct emu_socket *e, int level, int name)
{
	bool plain = level == IPPROTO_IP ? name == IP_ADD_MEMBERSHIP || name == IP_DROP_MEMBERSHIP
					 : name == IPV6_JOIN_GROUP || name == IPV6_LEAVE_GROUP;

	if (e->family == AF_NETLINK || (plain && e->type == SOCK_STREAM))
		return false; /* the host has an error for that */
	if (level == IPPROTO_IP)
		return plain || (name >= IP_UNBLOCK_SOURCE && name <= IP_MSFILTER) ||
		       (name >= MCAST_FIRST && name <= MCAST_LAST);
	return level == IPPROTO_IPV6 && e->family == AF_INET6 &&
	       (plain || (name >= MCAST_FIRST && name <= MCAST_LAST));
}

/* The groups above 32 are no part of an address; nothing is ever told to any of them. */
static void join_netlink(struct emu_socket *e, int name, u32 group)
{
	u32 bit = group >= 1 && group <= 32 ? 1u << (group - 1) : 0;

	e->nl_groups = name == NETLINK_ADD_MEMBERSHIP ? e->nl_groups | bit : e->nl_groups & ~bit;
}

/* value is what is looked at here, NULL where it cannot be read: the host, which gets all of it,
 * may find something else to be wrong before that. */
static long set_option(struct emu_socket *e, int level, int name, const void *value,
		       const void *whole, int len)
{
	int word = 0;
	long fd, ret;

	if (is_policy(e, level, name)) /* IPv6 looks at the value first */
		return value || level == IPPROTO_IP ? -EPERM : -EFAULT;
	ret = forbidden(e, level, name, true);
	if (ret)
		return ret;
	if (value)
		memcpy(&word, value, MIN((size_t)MAX(len, 0), sizeof(word)));
	if (value && level == SOL_SOCKET && name == OPT_REUSEADDR)
		e->reuse_addr = word != 0;
	if (value && level == SOL_SOCKET && name == OPT_REUSEPORT)
		e->reuse_port = word != 0;
	if (value && joins_group(e, level, name))
		return emu_membership(e, level, name, value, MIN(len, OPTION_MAX));
	fd = option_socket(e);
	if (fd < 0)
		return fd;
	ret = host(SYS_setsockopt, fd, level, name, HP(whole), len);
	host(SYS_close, fd);
	if (ret || !value)
		return ret;
	if (level == SOL_NETLINK && name <= NETLINK_DROP_MEMBERSHIP) {
		join_netlink(e, name, (u32)word);
		return 0;
	}
	remember(e, level, name, value, (u32)len);
	if (level == IPPROTO_IPV6 && name == OPT_V6ONLY)
		e->v6only = word != 0;
	return 0;
}

/* Options that the host's AF_UNIX socket has as well, and that matter to how it works. */
static bool hosts_option(int level, int name)
{
	switch (name) {
	case OPT_REUSEADDR:
	case OPT_REUSEPORT:
	case OPT_TYPE:
	case OPT_DOMAIN:
	case OPT_PROTOCOL:
	case OPT_PASSCRED: /* AF_UNIX alone knows the peer */
	case OPT_PEERCRED:
	case OPT_PEERNAME:
	case OPT_PEERSEC:
	case OPT_PASSSEC:
	case OPT_PEERGROUPS:
	case OPT_PASSPIDFD:
	case OPT_PEERPIDFD:
	case OPT_PASSRIGHTS:
	case OPT_INQ:
	case OPT_TXREHASH: /* TCP's alone */
	case OPT_DEVMEM_DONTNEED:
		return false;
	}
	return level == SOL_SOCKET;
}

/* Options of the host's socket that matter here, too. */
static void note_option(struct emu_socket *e, int name, const struct linger *l)
{
	switch (name) {
	case SO_SNDBUF:
	case SO_RCVBUF:
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
		remember(e, SOL_SOCKET, name, l, sizeof(int));
		break;
	case SO_LINGER:
		e->aborts = l->l_onoff && !l->l_linger;
		break;
	case SO_TIMESTAMPING_OLD:
	case SO_TIMESTAMPING_NEW:
		e->stamping = (u32)l->l_onoff;
		e->stamping_name = name;
		break;
	case SO_TIMESTAMP_OLD:
	case SO_TIMESTAMP_NEW:
	case SO_TIMESTAMPNS_OLD:
	case SO_TIMESTAMPNS_NEW:
		e->host_stamps = l->l_onoff != 0;
		break;
	}
}

/* Whether a stream's filter is refused, as TCP's is to some. */
static bool may_filter(int fd, guest_addr optval, int optlen)
{
	static const u8 none[16]; /* struct sock_fprog, which is invalid */
	struct emu_socket *e;
	long tmp = -1, ret = 0;
	int word;

	if (optlen < (int)sizeof(word) || get_user(word, optval))
		return true; /* the host finds that first */
	emu_lock();
	e = emu_of(fd);
	if (e && e->type == SOCK_STREAM)
		tmp = option_socket(e);
	emu_unlock();
	if (tmp >= 0) {
		ret = host(SYS_setsockopt, tmp, SOL_SOCKET, SO_ATTACH_FILTER, HP(none),
			   sizeof(none));
		host(SYS_close, tmp);
	}
	return ret != -EPERM;
}

/* The host finds what is wrong with the value: a word, or two of SO_LINGER. */
static void note_host_option(int fd, int name, guest_addr optval, int optlen)
{
	int size = name == SO_LINGER ? (int)sizeof(struct linger) : (int)sizeof(int);
	struct linger value = {0};
	struct emu_socket *e;

	if (optlen < size || copy_from_user(&value, optval, (size_t)size))
		return;
	emu_lock();
	e = emu_of(fd);
	if (e)
		note_option(e, name, &value);
	emu_unlock();
}

long emu_setsockopt(int fd, int level, int name, guest_addr optval, int optlen)
{
	u8 value[OPTION_MAX] = {0};
	struct emu_socket *e;
	long ret = NET_NOT_OURS;
	const void *whole;
	bool readable;

	if (level == SOL_SOCKET && name == SO_ATTACH_FILTER && !may_filter(fd, optval, optlen))
		return -EPERM;
	if (level == SOL_SOCKET)
		note_host_option(fd, name, optval, optlen);
	if (hosts_option(level, name) || !emu_is_ours(fd))
		return NET_NOT_OURS;
	if (optlen < 0)
		return -EINVAL;
	readable = !copy_from_user(value, optval, MIN((size_t)optlen, sizeof(value)));
	whole = readable && optlen <= OPTION_MAX ? value : user_in(optval, (size_t)optlen);
	emu_lock();
	e = emu_of(fd);
	if (e)
		ret = set_option(e, level, name, readable ? value : NULL, whole, optlen);
	emu_unlock();
	if (!ret && level == IPPROTO_UDP && name == OPT_UDP_CORK)
		emu_uncork(fd);
	return ret;
}

/* SO_ERROR: what a datagram met, else what the host's socket has. */
static long take_error(int fd, struct emu_socket *e, int *error)
{
	socklen_t len = sizeof(*error);
	long ret = host(SYS_getsockopt, fd, SOL_SOCKET, OPT_ERROR, HP(error), HP(&len));

	if (!*error && emu_take_reset(fd, e))
		*error = ECONNRESET;
	if (*error == ECONNRESET && e->type == SOCK_STREAM)
		e->told = true;
	if (e->error) {
		*error = e->error;
		e->error = 0;
	}
	return ret;
}

/* What goes into a segment on lo, behind the heads of IP and TCP with timestamps. */
static int mss_of(const struct emu_socket *e)
{
	int most = emu_is_v4(e->peer.ip) ? 65535 - 20 - 32 : LO_MTU - 40 - 32;

	return MIN(most, emu_option_value(e, IPPROTO_TCP, TCP_MAXSEG, most));
}

/* Of TCP_INFO, what there is to tell. */
static void tell_state(int fd, const struct emu_socket *e, void *value, socklen_t len)
{
	struct tcp_info info;

	memcpy(&info, value, MIN(len, sizeof(info)));
	info.tcpi_state = (u8)emu_tcp_state(e, e->connected && emu_hung_up(fd));
	if (e->connected) {
		info.tcpi_snd_mss = info.tcpi_advmss = (u32)mss_of(e);
		info.tcpi_pmtu = LO_MTU;
	}
	memcpy(value, &info, MIN(len, sizeof(info)));
}

/* SO_PEERNAME: as much of it as is asked for, and no more than there is. */
static long peer_name(int fd, const struct emu_socket *e, void *value, socklen_t len)
{
	struct sockaddr_un un;
	long n = emu_peer_addr(fd, e, &un);

	if (n >= 0 && (socklen_t)n < len)
		return -EINVAL;
	memcpy(value, &un, n >= 0 ? len : 0);
	return MIN(n, 0);
}

static bool is_mtu(int level, int name)
{
	return (level == IPPROTO_IP && name == IP_MTU) ||
	       (level == IPPROTO_IPV6 && name == IPV6_MTU);
}

static long get_option(int fd, struct emu_socket *e, int level, int name, void *value,
		       socklen_t *len)
{
	static const int nobody[3] = {0, -1, -1}; /* struct ucred of a peer that is unknown */
	long tmp, ret;

	if (level == SOL_SOCKET && name == OPT_ERROR) {
		*len = MIN(*len, (socklen_t)sizeof(int));
		return take_error(fd, e, value);
	}
	if (level == SOL_SOCKET && name == OPT_PEERCRED) {
		*len = MIN(*len, (socklen_t)sizeof(nobody));
		memcpy(value, nobody, *len);
		return 0;
	}
	if (level == SOL_SOCKET && name == OPT_PEERNAME)
		return peer_name(fd, e, value, *len);
	ret = forbidden(e, level, name, false);
	if (ret)
		return ret;
	tmp = option_socket(e);
	if (tmp < 0)
		return tmp;
	ret = host(SYS_getsockopt, tmp, level, name, HP(value), HP(len));
	host(SYS_close, tmp);
	if (ret == -ENOTCONN && e->connected && is_mtu(level, name)) {
		int mtu = level == IPPROTO_IP ? LO_MTU - 1 : LO_MTU; /* IP_MAX_MTU */

		*len = MIN(*len, (socklen_t)sizeof(mtu));
		memcpy(value, &mtu, *len);
		ret = 0;
	}
	if (!ret && level == IPPROTO_TCP && name == TCP_INFO)
		tell_state(fd, e, value, *len);
	if (!ret && level == IPPROTO_TCP && name == TCP_MAXSEG && e->connected && *len == 4)
		memcpy(value, &(int){mss_of(e)}, sizeof(int));
	return ret;
}

/* The host finds what is wrong with asking for a filter where there is no memory. */
static long bad_msfilter(int fd, int level, int name, guest_addr optval, guest_addr optlen)
{
	struct emu_socket *e;
	long tmp, ret;

	emu_lock();
	e = emu_of(fd);
	tmp = e ? option_socket(e) : -EBADF;
	emu_unlock();
	if (tmp < 0)
		return tmp;
	ret = net_get_msfilter((int)tmp, level, name, optval, optlen);
	host(SYS_close, tmp);
	return ret;
}

/* Of the host's options, those whose values are others for TCP. */
static bool is_told(int name)
{
	return name == OPT_ERROR || name == SO_SNDBUF || name == SO_RCVBUF;
}

long emu_getsockopt(int fd, int level, int name, guest_addr optval, guest_addr optlen)
{
	u8 value[OPTION_MAX] = {0};
	struct emu_socket *e;
	socklen_t len;
	long ret = NET_NOT_OURS;
	bool filter;

	if ((hosts_option(level, name) && !is_told(name)) || !emu_is_ours(fd))
		return NET_NOT_OURS;
	if (get_user(len, optlen))
		return -EFAULT;
	if ((int)len < 0 && (level == SOL_SOCKET || level == IPPROTO_IP))
		return -EINVAL;
	if ((int)len >= 0) /* else it is an error to most levels, and long to IPv6 */
		len = MIN(len, (socklen_t)sizeof(value));
	filter = net_is_msfilter(level, name);
	if (filter && ((int)len < 0 || copy_from_user(value, optval, len)))
		return bad_msfilter(fd, level, name, optval, optlen);
	if (level == IPPROTO_IPV6 && name == OPT_FLOWLABEL_MGR && (int)len > 0 &&
	    copy_from_user(value, optval, len))
		return -EFAULT;
	emu_lock();
	e = emu_of(fd);
	if (e && filter && (e->family == AF_INET6 || (e->family == AF_INET && level == IPPROTO_IP)))
		ret = emu_get_msfilter(e, level == IPPROTO_IP ? AF_INET : AF_INET6, name, value,
				       &len);
	else if (e)
		ret = get_option(fd, e, level, name, value, &len);
	emu_unlock();
	if (ret)
		return ret;
	/* SOL_SOCKET alone tells the length last. */
	if (level != SOL_SOCKET && put_user(len, optlen))
		return -EFAULT;
	if (copy_to_user(optval, value, len) || put_user(len, optlen))
		return -EFAULT;
	return 0;
}
