/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: multicast groups of its one interface, lo. */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "net/emulate.h"
#include "task/task.h"

#define MAX_FILTER    10 /* net.ipv4.igmp_max_msf */
#define MAX_FILTER6   64 /* net.ipv6.mld_max_msf */
#define MSFILTER_HEAD 16
#define GROUP_ALIGN   (current->sc_abi == ABI_32 ? 4 : 8) /* of addresses in struct group_*  */
#define GROUP_FILTER  (GROUP_ALIGN + STORAGE + 8)
#define STORAGE	      ((int)sizeof(struct sockaddr_storage))

#define OPT_MCAST_JOIN_GROUP  42
#define OPT_MCAST_LEAVE_GROUP 45
#define OPT_MCAST_MSFILTER    48

/* What a membership option says. */
struct request {
	u8 group[16], source[16];
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

/* The IP address in a struct sockaddr. */
static void set_ip(u8 *ip, int family, const u8 *sockaddr)
{
	if (family == AF_INET)
		set_v4(ip, sockaddr + offsetof(struct sockaddr_in, sin_addr));
	else
		memcpy(ip, sockaddr + offsetof(struct sockaddr_in6, sin6_addr), 16);
}

static int family_in(const u8 *sockaddr)
{
	sa_family_t family;

	memcpy(&family, sockaddr, sizeof(family));
	return family;
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
	const u8 *group = value + GROUP_ALIGN;

	if (len < GROUP_ALIGN + STORAGE)
		return -EINVAL;
	if (family_in(group) != family)
		return family == AF_INET ? -EINVAL : -EADDRNOTAVAIL;
	set_ip(r->group, family, group);
	r->at_lo = word(value) == LO_INDEX;
	return 0;
}

static int find_group(const struct emu_socket *e, const u8 *group)
{
	for (u32 i = 0; i < e->nr_groups; i++)
		if (!memcmp(e->group[i], group, 16))
			return (int)i;
	return -1;
}

static long join(struct emu_socket *e, const struct request *r, bool include)
{
	if (!r->at_lo)
		return -ENODEV;
	if (find_group(e, r->group) >= 0)
		return -EADDRINUSE;
	if (e->nr_groups == EMU_GROUPS)
		return -ENOBUFS;
	memcpy(e->group[e->nr_groups], r->group, 16);
	e->include[e->nr_groups] = include;
	e->listed[e->nr_groups++] = false;
	return 0;
}

static void drop_source(struct emu_socket *e, u32 i)
{
	e->nr_sources--;
	memmove(&e->source[i], &e->source[i + 1], (e->nr_sources - i) * sizeof(e->source[0]));
}

static void drop_sources(struct emu_socket *e, const u8 *group)
{
	for (u32 i = e->nr_sources; i-- > 0;)
		if (!memcmp(e->source[i].group, group, 16))
			drop_source(e, i);
}

static void drop_group(struct emu_socket *e, int i)
{
	u32 last = --e->nr_groups;

	drop_sources(e, e->group[i]);
	memmove(e->group[i], e->group[last], 16);
	e->include[i] = e->include[last];
	e->listed[i] = e->listed[last];
}

static long leave(struct emu_socket *e, const struct request *r)
{
	int i = find_group(e, r->group);

	if (i < 0)
		return r->at_lo ? -EADDRNOTAVAIL : -ENODEV;
	drop_group(e, i);
	return 0;
}

static u32 count_sources(const struct emu_socket *e, const u8 *group)
{
	u32 n = 0;

	for (u32 i = 0; i < e->nr_sources; i++)
		n += !memcmp(e->source[i].group, group, 16);
	return n;
}

/* Where a source is, or would have to be put, in the list, which is sorted. */
static bool find_source(const struct emu_socket *e, const struct emu_source *s, u32 *at)
{
	int order = -1;

	for (*at = 0; *at < e->nr_sources; ++*at) {
		order = memcmp(&e->source[*at], s, sizeof(*s));
		if (order >= 0)
			break;
	}
	return *at < e->nr_sources && !order;
}

static long add_source(struct emu_socket *e, const struct emu_source *s, u32 max)
{
	u32 at;

	if (find_source(e, s, &at))
		return -EADDRNOTAVAIL;
	if (e->nr_sources == EMU_SOURCES || count_sources(e, s->group) >= max)
		return -ENOBUFS;
	memmove(&e->source[at + 1], &e->source[at], (e->nr_sources - at) * sizeof(*s));
	e->source[at] = *s;
	e->nr_sources++;
	return 0;
}

/* One source more or less: the kernel's ip_mc_source(). */
static long change_source(struct emu_socket *e, const struct request *r, bool add, bool include)
{
	struct emu_source s;
	int i = find_group(e, r->group);
	u32 at;

	memcpy(s.group, r->group, 16);
	memcpy(s.ip, r->source, 16);
	if (!r->at_lo)
		return -ENODEV;
	if (i < 0)
		return -EINVAL; /* not joined */
	if (e->listed[i] && e->include[i] != include)
		return -EINVAL;
	e->include[i] = include;
	if (add) {
		long ret = add_source(e, &s, MAX_FILTER);

		e->listed[i] = e->listed[i] || !ret;
		return ret;
	}
	if (!find_source(e, &s, &at))
		return -EADDRNOTAVAIL;
	if (include && count_sources(e, r->group) == 1)
		drop_group(e, i); /* nobody is left to be heard */
	else
		drop_source(e, at);
	return 0;
}

/* IP_MSFILTER and MCAST_MSFILTER: the group's mode and sources at once. */
struct filter {
	struct request r;
	u32 mode, n; /* how many sources there are, or how much room for them */
	int family;
	bool plain;	/* struct ip_msfilter, else struct group_filter */
	int head, each; /* sizes: of what is in front of the sources, of a source */
};

/* The head of the struct in value. 0 or -errno. */
static long read_filter(struct filter *f, int family, int name, const u8 *value, int len)
{
	const u8 *group = value + GROUP_ALIGN;

	*f = (struct filter){.family = family, .plain = name != OPT_MCAST_MSFILTER};
	f->head = f->plain ? MSFILTER_HEAD : GROUP_FILTER;
	f->each = f->plain ? 4 : STORAGE;
	if (len < f->head)
		return -EINVAL;
	f->mode = word(value + f->head - 8);
	f->n = word(value + f->head - 4);
	f->r.at_lo = f->plain ? value[4] == 127 : word(value) == LO_INDEX;
	if (f->plain)
		set_v4(f->r.group, value);
	else
		set_ip(f->r.group, family, group);
	return 0;
}

/* The kernel's ip_mc_msfilter() and ip6_mc_msfilter(). */
static long set_msfilter(struct emu_socket *e, int family, int name, const u8 *value, int len)
{
	struct emu_source s;
	struct filter f;
	u32 max = family == AF_INET ? MAX_FILTER : MAX_FILTER6;
	long ret = read_filter(&f, family, name, value, len);
	const u8 *source = value + f.head;
	bool checked = family == AF_INET && !f.plain; /* families in addresses */
	bool too_short;
	int i;

	if (ret)
		return ret;
	too_short = f.n > (u32)(len - f.head) / (u32)f.each;
	/* In this order for all but compat_ip_set_mcast_msfilter(). */
	if (f.n > max && !(too_short && checked && current->sc_abi == ABI_32))
		return -ENOBUFS;
	if (too_short)
		return -EINVAL;
	if (checked && family_in(value + GROUP_ALIGN) != family)
		return -EADDRNOTAVAIL;
	for (u32 k = 0; checked && k < f.n; k++)
		if (family_in(source + f.each * (int)k) != family)
			return -EADDRNOTAVAIL;
	if (!emu_is_group(f.r.group) || (f.mode != MCAST_INCLUDE && f.mode != MCAST_EXCLUDE))
		return -EINVAL;
	if (!f.r.at_lo)
		return -ENODEV;
	if (f.mode == MCAST_INCLUDE && !f.n)
		return leave(e, &f.r);
	i = find_group(e, f.r.group);
	if (i < 0)
		return -EINVAL;
	drop_sources(e, f.r.group);
	e->include[i] = f.mode == MCAST_INCLUDE;
	e->listed[i] = f.n > 0;
	memcpy(s.group, f.r.group, 16);
	for (u32 k = 0; k < f.n; k++, source += f.each) {
		if (f.plain)
			set_v4(s.ip, source);
		else
			set_ip(s.ip, family, source);
		add_source(e, &s, max);
	}
	return 0;
}

static void put_source(const struct filter *f, u8 *to, const u8 *ip)
{
	struct emu_addr source = {.port = 0};

	memcpy(source.ip, ip, 16);
	memset(to, 0, (size_t)f->each);
	if (f->plain)
		memcpy(to, ip + 12, 4);
	else
		emu_shown(f->family, &source, to);
}

long emu_get_msfilter(const struct emu_socket *e, int family, int name, u8 *value, socklen_t *len)
{
	struct filter f;
	long ret = read_filter(&f, family, name, value, (int)*len);
	u32 n = 0, mode;
	int i;

	if (ret)
		return ret;
	if (!f.plain && family_in(value + GROUP_ALIGN) != family)
		return family == AF_INET ? -EINVAL : -EADDRNOTAVAIL;
	if (!emu_is_group(f.r.group))
		return -EINVAL;
	if (f.plain && !f.r.at_lo)
		return -ENODEV;
	i = f.r.at_lo ? find_group(e, f.r.group) : -1;
	if (i < 0)
		return -EADDRNOTAVAIL;
	mode = e->include[i] ? MCAST_INCLUDE : MCAST_EXCLUDE;
	for (u32 k = 0; k < e->nr_sources; k++)
		if (!memcmp(e->source[k].group, f.r.group, 16) && n++ < f.n)
			put_source(&f, value + f.head + f.each * (int)(n - 1), e->source[k].ip);
	memcpy(value + f.head - 8, &mode, sizeof(mode));
	memcpy(value + f.head - 4, &n, sizeof(n));
	*len = (socklen_t)(f.head + f.each * (int)MIN(n, f.n));
	return 0;
}

/* struct ip_mreq_source: the group, the interface's address, the source. */
static int read_source(struct request *r, const u8 *value, int len)
{
	if (len != 12)
		return -EINVAL;
	set_v4(r->group, value);
	r->at_lo = value[4] == 127;
	set_v4(r->source, value + 8);
	return 0;
}

/* struct group_source_req: as group_req, and the source. */
static int read_group_source(struct request *r, int family, const u8 *value, int len)
{
	const u8 *source = value + GROUP_ALIGN + STORAGE;

	if (len != GROUP_ALIGN + 2 * STORAGE)
		return -EINVAL;
	if (family_in(source) != family || read_group_req(r, family, value, len))
		return -EADDRNOTAVAIL;
	set_ip(r->source, family, source);
	return 0;
}

/* Options that name a source: whether it is to be added, and heard. */
static bool names_source(int family, int name, bool *add, bool *include)
{
	bool old = family == AF_INET;

	if ((old && name == IP_ADD_SOURCE_MEMBERSHIP) || name == MCAST_JOIN_SOURCE_GROUP)
		*add = *include = true;
	else if ((old && name == IP_DROP_SOURCE_MEMBERSHIP) || name == MCAST_LEAVE_SOURCE_GROUP)
		*add = false, *include = true;
	else if ((old && name == IP_BLOCK_SOURCE) || name == MCAST_BLOCK_SOURCE)
		*add = true, *include = false;
	else if ((old && name == IP_UNBLOCK_SOURCE) || name == MCAST_UNBLOCK_SOURCE)
		*add = *include = false;
	else
		return false;
	return true;
}

static long source_option(struct emu_socket *e, int family, int name, const u8 *value, int len)
{
	struct request r = {0};
	bool add, include;
	long err;

	names_source(family, name, &add, &include);
	err = name >= OPT_MCAST_JOIN_GROUP ? read_group_source(&r, family, value, len)
					   : read_source(&r, value, len);
	if (err)
		return err;
	if (!emu_is_group(r.group))
		return -EINVAL;
	if (add && include) {
		err = join(e, &r, true);
		if (err && err != -EADDRINUSE)
			return err;
	}
	return change_source(e, &r, add, include);
}

long emu_membership(struct emu_socket *e, int level, int name, const u8 *value, int len)
{
	int family = level == IPPROTO_IP ? AF_INET : AF_INET6, err;
	struct request r = {0};
	bool add, include;

	if (name == OPT_MCAST_MSFILTER || (family == AF_INET && name == IP_MSFILTER))
		return set_msfilter(e, family, name, value, len);
	if (names_source(family, name, &add, &include))
		return source_option(e, family, name, value, len);
	if (name == OPT_MCAST_JOIN_GROUP || name == OPT_MCAST_LEAVE_GROUP)
		err = read_group_req(&r, family, value, len);
	else if (family == AF_INET)
		err = read_mreq(&r, value, len);
	else
		err = read_mreq6(&r, value, len);
	if (err)
		return err;
	if (!emu_is_group(r.group))
		return level == IPPROTO_IP && name == IP_DROP_MEMBERSHIP ? -EADDRNOTAVAIL : -EINVAL;
	if (name == OPT_MCAST_JOIN_GROUP || name == IP_ADD_MEMBERSHIP || name == IPV6_JOIN_GROUP)
		return join(e, &r, false);
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
		return false; /* lo has no route to groups of IPv6, whatever is asked for */
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

/* Whether a socket hears a source that sends to a group; ip_mc_sf_allow(). */
static bool hears(const struct emu_socket *e, const u8 *group, const u8 *source, bool all)
{
	int i = find_group(e, group);
	struct emu_source s;
	u32 at;

	if (i < 0)
		return all;
	memcpy(s.group, group, 16);
	memcpy(s.ip, source, 16);
	return find_source(e, &s, &at) == e->include[i];
}

/* With IP_MULTICAST_ALL, which is the default, a socket gets what comes to its port for any group
 * that anybody here has joined. */
u32 emu_members(const struct emu_addr *source, const struct emu_addr *to, u32 *inos, u32 max)
{
	static const u8 any[16], any4[16] = {[10] = 0xff, [11] = 0xff};
	int level = emu_is_v4(to->ip) ? IPPROTO_IP : IPPROTO_IPV6;
	int all = level == IPPROTO_IP ? IP_MULTICAST_ALL : IPV6_MULTICAST_ALL;
	bool joined = false;
	u32 n = 0;

	for (struct emu_socket *e = NULL; (e = emu_next(e));)
		joined = joined || find_group(e, to->ip) >= 0;
	for (struct emu_socket *e = NULL; joined && n < max && (e = emu_next(e));) {
		if (e->type != SOCK_DGRAM || e->local.port != to->port)
			continue;
		if (memcmp(e->local.ip, to->ip, 16) && memcmp(e->local.ip, any, 16) &&
		    memcmp(e->local.ip, any4, 16))
			continue;
		if (emu_is_v4(to->ip) ? !emu_is_v4(e->local.ip) && e->v6only
				      : emu_is_v4(e->local.ip))
			continue;
		if (hears(e, to->ip, source->ip, emu_option_value(e, level, all, 1)))
			inos[n++] = e->ino;
	}
	return n;
}
