/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: ioctl(2) about its one interface, lo, and what else is a socket's.
 * Nothing can be changed. The order of the checks is that of the kernel's net/core/dev_ioctl.c and
 * of each family's own. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>

#include "host/host.h"
#include "mm/uaccess.h"
#include "net/emulate.h"
#include "task/task.h"

#define LO_QUEUE 1000
#define LO_FLAGS (IFF_UP | IFF_LOOPBACK | IFF_RUNNING)

#define SIOCUNIXFILE   0x89e0
#define GSTAMP_OLD     0x8906
#define GSTAMPNS_OLD   0x8907
#define GSTAMP_NEW     _IOR(0x89, 6, long long[2])
#define GSTAMPNS_NEW   _IOR(0x89, 7, long long[2])
#define GIFSLAVE       0x8929
#define RTENTRY32_SIZE 64
#define FIRST_PRIVATE  0x89f0 /* SIOCDEVPRIVATE */

/* struct ifreq: the name and what is asked for; the same in both ABIs as far as it is used here,
 * but longer in one. */
#define IFREQ_SIZE (current->sc_abi == ABI_32 ? 32 : 40)

static void set_addr(struct ifreq *r, u32 addr)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(addr)};

	memcpy(&r->ifr_addr, &in, sizeof(in));
}

/* SIOCGIFCONF: struct ifconf has a length and a pointer to as many bytes, or NULL. */
static long list_interfaces(guest_addr arg)
{
	struct ifreq r = {.ifr_name = "lo"};
	guest_addr buf, ubuf = arg + (current->sc_abi == ABI_32 ? 4 : 8);
	int len, size = IFREQ_SIZE;
	u32 buf32;

	if (get_user(len, arg))
		return -EFAULT;
	if (current->sc_abi == ABI_32) {
		if (get_user(buf32, ubuf))
			return -EFAULT;
		buf = buf32;
	} else if (get_user(buf, ubuf)) {
		return -EFAULT;
	}
	set_addr(&r, INADDR_LOOPBACK);
	if (!emu_is_up() || (buf && len < size))
		size = 0;
	if (buf && size && copy_to_user(buf, &r, (size_t)size))
		return -EFAULT;
	return put_user(size, arg);
}

static long about_lo(u32 cmd, struct ifreq *r)
{
	switch (cmd) {
	case SIOCGIFFLAGS:
		r->ifr_flags = emu_is_up() ? LO_FLAGS : IFF_LOOPBACK;
		return 0;
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
		set_addr(r, INADDR_LOOPBACK);
		return emu_is_up() ? 0 : -EADDRNOTAVAIL;
	case SIOCGIFBRDADDR:
		set_addr(r, INADDR_ANY);
		return emu_is_up() ? 0 : -EADDRNOTAVAIL;
	case SIOCGIFNETMASK:
		set_addr(r, 0xff000000);
		return emu_is_up() ? 0 : -EADDRNOTAVAIL;
	case SIOCGIFMETRIC:
		r->ifr_metric = 0;
		return 0;
	case SIOCGIFMTU:
		r->ifr_mtu = LO_MTU;
		return 0;
	case SIOCGIFMAP:
		memset(&r->ifr_map, 0, sizeof(r->ifr_map));
		return 0;
	case SIOCGIFTXQLEN:
		r->ifr_qlen = LO_QUEUE;
		return 0;
	case SIOCGIFINDEX:
		r->ifr_ifindex = LO_INDEX;
		return 0;
	case SIOCGIFHWADDR:
		memset(&r->ifr_hwaddr, 0, sizeof(r->ifr_hwaddr));
		r->ifr_hwaddr.sa_family = ARPHRD_LOOPBACK;
		return 0;
	}
	return -ENOTTY;
}

/* Commands that want CAP_NET_ADMIN before anything else. */
static bool is_privileged(u32 cmd)
{
	switch (cmd) {
	case SIOCSIFFLAGS:
	case SIOCSIFMETRIC:
	case SIOCSIFMTU:
	case SIOCSIFNAME:
	case SIOCSIFHWADDR:
	case SIOCSIFSLAVE:
	case SIOCADDMULTI:
	case SIOCDELMULTI:
	case SIOCSIFHWBROADCAST:
	case SIOCSIFTXQLEN:
	case SIOCGMIIPHY:
	case SIOCGMIIREG:
	case SIOCSMIIREG:
	case SIOCSIFMAP:
	case SIOCBONDENSLAVE:
	case SIOCBONDRELEASE:
	case SIOCBONDSETHWADDR:
	case SIOCBONDCHANGEACTIVE:
	case SIOCBRADDBR:
	case SIOCBRDELBR:
	case SIOCBRADDIF:
	case SIOCBRDELIF:
	case SIOCSHWTSTAMP:
		return true;
	}
	return false;
}

/* Commands of IPv4 and IPv6 themselves: 1, or what they answer. */
static long family_command(int family, u32 cmd)
{
	bool v4 = family == AF_INET, v6 = family == AF_INET6;

	switch (cmd) {
	case GSTAMP_OLD:
	case GSTAMPNS_OLD:
		return v4 || v6 ? -ENOENT : -ENOTTY; /* no packet has passed */
	case SIOCADDRT:
	case SIOCDELRT:
		return v4 || v6 ? -EPERM : -ENOTTY;
	case SIOCRTMSG:
	case SIOCGIFPFLAGS:
	case SIOCSIFPFLAGS:
		return v4 ? -EINVAL : -ENOTTY;
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
	case SIOCGIFBRDADDR:
	case SIOCGIFNETMASK:
		return v4 ? 1 : -ENOTTY;
	case SIOCSIFADDR:
		return v4 || v6 ? -EPERM : -ENOTTY;
	case SIOCSIFDSTADDR:
		return v4 ? -EPERM : v6 ? -ENODEV : -ENOTTY;
	case SIOCSIFBRDADDR:
	case SIOCSIFNETMASK:
	case SIOCDARP:
	case SIOCSARP:
		return v4 ? -EPERM : -ENOTTY;
	case SIOCDIFADDR:
		return v6 ? -EPERM : -ENOTTY;
	case SIOCGARP:
		return v4 ? -EPFNOSUPPORT : -ENOTTY;
	}
	return 1;
}

/* How much of a command's struct is read before anything else is looked at: of most all, of those
 * that want privilege first nothing. */
static size_t read_first(int family, u32 cmd)
{
	bool v4 = family == AF_INET, compat = current->sc_abi == ABI_32;

	switch (cmd) {
	case GSTAMP_OLD:
	case GSTAMPNS_OLD:
		return 0;
	case SIOCSIFADDR:
	case SIOCSIFDSTADDR:
	case SIOCDIFADDR:
		return family == AF_INET6 ? 0 : (size_t)IFREQ_SIZE;
	case SIOCGARP:
		return v4 ? sizeof(struct arpreq) : (size_t)IFREQ_SIZE;
	case SIOCRTMSG:
	case SIOCDARP:
	case SIOCSARP:
		return v4 ? 0 : (size_t)IFREQ_SIZE;
	case SIOCADDRT:
	case SIOCDELRT:
		if (v4)
			return compat ? RTENTRY32_SIZE : sizeof(struct rtentry);
		return compat && family != AF_INET6 ? 0 : (size_t)IFREQ_SIZE;
	}
	return (size_t)IFREQ_SIZE;
}

/* What lo says to commands that it has no answer to. */
static long no_answer(u32 cmd)
{
	switch (cmd) {
	case GIFSLAVE:
		return -EINVAL;
	case SIOCWANDEV:
	case SIOCBONDSLAVEINFOQUERY:
	case SIOCBONDINFOQUERY:
	case SIOCGHWTSTAMP:
		return -EOPNOTSUPP;
	}
	return cmd >= FIRST_PRIVATE ? -EOPNOTSUPP : -ENOTTY;
}

/* SIOCETHTOOL: the host's lo is as good as any, for questions. */
static long ethtool(int family, const struct ifreq *r)
{
	struct ethtool_drvinfo info = {0};
	struct ifreq ask = {.ifr_name = "lo"};
	guest_addr data = 0;
	u32 cmd, size;
	long fd, ret;

	memcpy(&data, &r->ifr_data, current->sc_abi == ABI_32 ? 4 : 8);
	if (get_user(cmd, data))
		return -EFAULT;
	if (strcmp(r->ifr_name, "lo") != 0)
		return -ENODEV;
	size = cmd == ETHTOOL_GDRVINFO ? sizeof(info) : sizeof(struct ethtool_value);
	if (cmd != ETHTOOL_GDRVINFO && cmd != ETHTOOL_GLINK)
		return -EOPNOTSUPP;
	if (copy_from_user(&info, data, size))
		return -EFAULT;
	ask.ifr_data = (char *)&info;
	fd = host(SYS_socket, family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -EOPNOTSUPP;
	ret = host(SYS_ioctl, fd, SIOCETHTOOL, HP(&ask));
	host(SYS_close, fd);
	if (ret)
		return ret;
	return copy_to_user(data, &info, size) ? -EFAULT : 0;
}

/* Commands of struct ifreq. The part of a name behind a colon is an alias, with addresses alone. */
static long interface(int family, u32 cmd, guest_addr arg)
{
	char *colon;
	struct ifreq r;
	long ret;

	memset(&r, 0, sizeof(r));
	if (copy_from_user(&r, arg, (size_t)IFREQ_SIZE))
		return -EFAULT;
	r.ifr_name[IFNAMSIZ - 1] = 0;
	if (cmd == SIOCGIFNAME) {
		if (r.ifr_ifindex != LO_INDEX)
			return -ENODEV;
		memset(r.ifr_name, 0, sizeof(r.ifr_name));
		strcpy(r.ifr_name, "lo");
		return copy_to_user(arg, &r, (size_t)IFREQ_SIZE) ? -EFAULT : 0;
	}
	if (is_privileged(cmd))
		return -EPERM;
	colon = strchr(r.ifr_name, ':');
	if (colon)
		*colon = 0;
	if (cmd == SIOCETHTOOL)
		return ethtool(family, &r);
	if (strcmp(r.ifr_name, "lo") != 0)
		return no_answer(cmd) == -ENOTTY && about_lo(cmd, &r) == -ENOTTY ? -ENOTTY
										 : -ENODEV;
	ret = about_lo(cmd, &r);
	if (ret)
		return ret == -ENOTTY ? no_answer(cmd) : ret;
	if (colon && r.ifr_addr.sa_family == AF_INET && family_command(AF_UNIX, cmd) < 0)
		return -EADDRNOTAVAIL;
	if (colon)
		*colon = ':';
	return copy_to_user(arg, &r, (size_t)IFREQ_SIZE) ? -EFAULT : 0;
}

/* The family of a socket, and its type; -1 for what is none. */
static int family_of(int fd, int *type)
{
	int domain = -1;
	socklen_t len = sizeof(domain);
	struct emu_socket *e;

	emu_lock();
	e = emu_of(fd);
	if (e) {
		domain = e->family;
		*type = e->type;
	}
	emu_unlock();
	if (!e && host(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, HP(&domain), HP(&len)))
		return -1;
	if (!e)
		*type = 0;
	return domain;
}

static bool is_listening(int fd)
{
	const struct emu_socket *e;
	bool listening;

	emu_lock();
	e = emu_of(fd);
	listening = e && e->listening;
	emu_unlock();
	return listening;
}

/* FIONREAD of a stream: what comes before an urgent byte that is not in line. The host counts all,
 * and urgent bytes even when they have been read. */
static long count_bytes(int fd, guest_addr arg)
{
	int n = 0, at_mark = 0, in_line = 0;
	socklen_t len = sizeof(in_line);
	struct emu_socket *e, *mate;
	bool urgent;

	emu_lock();
	e = emu_of(fd);
	mate = e && e->mate ? emu_find(e->mate) : NULL;
	urgent = mate && mate->urgent;
	emu_unlock();
	host(SYS_getsockopt, fd, SOL_SOCKET, SO_OOBINLINE, HP(&in_line), HP(&len));
	if (!urgent || in_line || host(SYS_ioctl, fd, FIONREAD, HP(&n)) < 0)
		return NET_NOT_OURS;
	host(SYS_ioctl, fd, SIOCATMARK, HP(&at_mark));
	n = at_mark ? 0
		    : (int)host(SYS_recvfrom, fd, HP(user_scratch((size_t)n + 1)), n,
				MSG_PEEK | MSG_DONTWAIT);
	n = MAX(n, 0);
	return put_user(n, arg);
}

long emu_ioctl(int fd, u32 cmd, guest_addr arg)
{
	u8 copy[sizeof(struct rtentry)];
	int type = 0, family;
	long ret;

	if (cmd == GSTAMP_NEW || cmd == GSTAMPNS_NEW) {
		family = family_of(fd, &type);
		return family < 0 ? NET_NOT_OURS : family_command(family, GSTAMP_OLD);
	}
	if (cmd != FIONREAD && cmd != TIOCOUTQ && (cmd < 0x8900 || cmd > 0x89ff))
		return NET_NOT_OURS;
	family = family_of(fd, &type);
	if (family == AF_NETLINK && (cmd < 0x8900 || cmd == SIOCATMARK))
		return -ENOTTY;
	if (cmd == FIONREAD && type == SOCK_STREAM)
		return count_bytes(fd, arg);
	if ((cmd == TIOCOUTQ && type) ||
	    (cmd == SIOCOUTQNSD && type == SOCK_STREAM)) /* all has been delivered, if not read */
		return is_listening(fd) ? -EINVAL : put_user((int){0}, arg);
	if (family < 0 || cmd < SIOCATMARK || (family == AF_UNIX && cmd == SIOCUNIXFILE))
		return NET_NOT_OURS;
	if (cmd == SIOCATMARK)
		return type == SOCK_DGRAM ? -ENOTTY : NET_NOT_OURS;
	if (cmd == SIOCGIFCONF)
		return list_interfaces(arg);
	if (cmd == SIOCGIFBR || cmd == SIOCSIFBR)
		return -EOPNOTSUPP;
	if (cmd == SIOCGSKNS)
		return -EPERM;
	if (cmd == SIOCGIFVLAN || cmd == SIOCSIFVLAN)
		return -ENOPKG;
	ret = family_command(family, cmd);
	if (ret < 0 && copy_from_user(copy, arg, read_first(family, cmd)))
		return -EFAULT;
	return ret < 0 ? ret : interface(family, cmd, arg);
}
