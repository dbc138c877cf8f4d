/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: multicast groups of its one interface, lo. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "net/emulate.h"
#include "task/task.h"

#define LO_INDEX 1

#define OPT_MCAST_JOIN_GROUP  42
#define OPT_MCAST_LEAVE_GROUP 45

/* What a membership option says. */
struct request {
	u8 group[16];
	bool join;
	bool at_lo; /* the interface is named: by its index or its address */
};

bool emu_is_v4(const u8 *ip)
{
	static const u8 mapped[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(ip, mapped, sizeof(mapped));
}

bool emu_is_group(const u8 *ip)
{
	return emu_is_v4(ip) ? ip[12] >> 4 == 0xe : ip[0] == 0xff;
}

static void set_v4(u8 *ip, const void *in_addr)
{
	memset(ip, 0, 10);
	ip[10] = ip[11] = 0xff;
	memcpy(ip + 12, in_addr, 4);
}

static u32 word(const u8 *at)
{
	u32 w;

	memcpy(&w, at, sizeof(w));
	return w;
}

/* struct ip_mreq, struct ip_mreqn: the group, the interface's address, its index. */
static int read_mreq(struct request *r, const u8 *value, int len)
{
	if (len < 8)
		return -EINVAL;
	set_v4(r->group, value);
	r->at_lo = len >= 12 && word(value + 8) ? word(value + 8) == LO_INDEX : value[4] == 127;
	return 0;
}

static int read_mreq6(struct request *r, const u8 *value, int len)
{
	if (len < 20)
		return -EINVAL;
	memcpy(r->group, value, 16);
	r->at_lo = word(value + 16) == LO_INDEX;
	return 0;
}

/* struct group_req: the interface's index and, aligned as the caller's ABI has it, an address. */
static int read_group_req(struct request *r, int family, const u8 *value, int len)
{
	int at = current->sc_abi == ABI_32 ? 4 : 8;
	struct sockaddr_storage s;

	if (len < at + (int)sizeof(s))
		return -EINVAL;
	memcpy(&s, value + at, sizeof(s));
	if (s.ss_family != family)
		return family == AF_INET ? -EINVAL : -EADDRNOTAVAIL;
	if (family == AF_INET)
		set_v4(r->group, &((struct sockaddr_in *)&s)->sin_addr);
	else
		memcpy(r->group, &((struct sockaddr_in6 *)&s)->sin6_addr, 16);
	r->at_lo = word(value) == LO_INDEX;
	return 0;
}

static long join(struct emu_socket *e, const struct request *r)
{
	if (!r->at_lo)
		return -ENODEV;
	for (u32 i = 0; i < e->nr_groups; i++)
		if (!memcmp(e->group[i], r->group, 16))
			return -EADDRINUSE;
	if (e->nr_groups == EMU_GROUPS)
		return -ENOBUFS;
	memcpy(e->group[e->nr_groups++], r->group, 16);
	return 0;
}

static long leave(struct emu_socket *e, const struct request *r)
{
	for (u32 i = 0; i < e->nr_groups; i++) {
		if (memcmp(e->group[i], r->group, 16) != 0)
			continue;
		memcpy(e->group[i], e->group[--e->nr_groups], 16);
		return 0;
	}
	return r->at_lo ? -EADDRNOTAVAIL : -ENODEV;
}

long emu_membership(struct emu_socket *e, int level, int name, const u8 *value, int len)
{
	int family = level == IPPROTO_IP ? AF_INET : AF_INET6, err;
	struct request r = {0};

	if (name == OPT_MCAST_JOIN_GROUP || name == OPT_MCAST_LEAVE_GROUP)
		err = read_group_req(&r, family, value, len);
	else if (family == AF_INET && (name == IP_ADD_MEMBERSHIP || name == IP_DROP_MEMBERSHIP))
		err = read_mreq(&r, value, len);
	else if (family == AF_INET6)
		err = read_mreq6(&r, value, len);
	else
		return -ENODEV; /* sources are not looked at here */
	if (err)
		return err;
	if (!emu_is_group(r.group))
		return -EINVAL;
	if (name == OPT_MCAST_JOIN_GROUP || name == IP_ADD_MEMBERSHIP || name == IPV6_JOIN_GROUP)
		return join(e, &r);
	return leave(e, &r);
}

static const struct emu_option *option(const struct emu_socket *e, int level, int name)
{
	for (u32 i = 0; i < e->nr_options; i++)
		if (e->option[i].level == level && e->option[i].name == name)
			return &e->option[i];
	return NULL;
}

int emu_option_value(const struct emu_socket *e, int level, int name, int otherwise)
{
	const struct emu_option *o = option(e, level, name);
	int value = 0;

	if (!o)
		return otherwise;
	memcpy(&value, o->value, MIN(o->len, sizeof(value)));
	return value;
}

/* There is no route to groups: an option, or the address that the socket has, leads to lo. */
bool emu_reaches_groups(const struct emu_socket *e, const u8 *group)
{
	const struct emu_option *o;

	if (!emu_is_v4(group))
		return emu_option_value(e, IPPROTO_IPV6, IPV6_MULTICAST_IF, 0) == LO_INDEX;
	if (emu_is_v4(e->local.ip) && e->local.ip[12] == 127)
		return true;
	o = option(e, IPPROTO_IP, IP_MULTICAST_IF);
	if (!o)
		return false;
	/* An address, or one of the two structs. */
	return o->len == 4			    ? o->value[0] == 127
	       : o->len >= 12 && word(o->value + 8) ? word(o->value + 8) == LO_INDEX
						    : o->value[4] == 127;
}

static bool is_member(const struct emu_socket *e, const u8 *group)
{
	for (u32 i = 0; i < e->nr_groups; i++)
		if (!memcmp(e->group[i], group, 16))
			return true;
	return false;
}

/* With IP_MULTICAST_ALL, which is the default, a socket gets what comes to its port for any group
 * that anybody here has joined. */
u32 emu_members(const struct emu_addr *to, u32 *inos, u32 max)
{
	static const u8 any[16], any4[16] = {[10] = 0xff, [11] = 0xff};
	int level = emu_is_v4(to->ip) ? IPPROTO_IP : IPPROTO_IPV6;
	int all = level == IPPROTO_IP ? IP_MULTICAST_ALL : IPV6_MULTICAST_ALL;
	bool joined = false;
	u32 n = 0;

	for (struct emu_socket *e = NULL; (e = emu_next(e));)
		joined = joined || is_member(e, to->ip);
	for (struct emu_socket *e = NULL; joined && n < max && (e = emu_next(e));) {
		if (e->type != SOCK_DGRAM || e->local.port != to->port)
			continue;
		if (memcmp(e->local.ip, to->ip, 16) && memcmp(e->local.ip, any, 16) &&
		    memcmp(e->local.ip, any4, 16))
			continue;
		if (emu_is_v4(to->ip) ? !emu_is_v4(e->local.ip) && e->v6only
				      : emu_is_v4(e->local.ip))
			continue;
		if (is_member(e, to->ip) || emu_option_value(e, level, all, 1))
			inos[n++] = e->ino;
	}
	return n;
}
