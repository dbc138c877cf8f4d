/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The families of generic netlink get their numbers when their drivers are loaded: the kernel has
 * to be asked for them. The observer does, at its start, and shares what it hears. */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/host.h"
#include "trace/flags_netlink.h"
#include "trace/internal.h"
#include "trace/netlink.h"

enum { FAMILIES_UNASKED, FAMILIES_ASKED, FAMILIES_KNOWN };

static void take_family(const struct nlmsghdr *h)
{
	struct trace_family f = {0};
	const char *p = (const char *)NLMSG_DATA(h) + GENL_HDRLEN,
		   *end = (const char *)h + h->nlmsg_len;

	while (end - p >= NLA_HDRLEN) {
		const struct nlattr *a = (const void *)p;
		size_t len = a->nla_len - NLA_HDRLEN;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > end - p)
			return;
		if (a->nla_type == CTRL_ATTR_FAMILY_ID && len >= sizeof(f.id))
			memcpy(&f.id, p + NLA_HDRLEN, sizeof(f.id));
		else if (a->nla_type == CTRL_ATTR_FAMILY_NAME)
			memcpy(f.name, p + NLA_HDRLEN, MIN(len, sizeof(f.name) - 1));
		p += NLA_ALIGN(a->nla_len);
	}
	if (f.id && f.name[0] && tsh->nr_families < ARRAY_SIZE(tsh->family))
		tsh->family[tsh->nr_families++] = f;
}

/* False: no more will come. */
static bool take_answer(int fd)
{
	_Alignas(struct nlmsghdr) char buf[16384];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n <= 0)
		return false;
	for (const struct nlmsghdr *h = (const void *)buf; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
		if (h->nlmsg_type != GENL_ID_CTRL)
			return false;
		take_family(h);
	}
	return true;
}

void families_expect(void)
{
	tsh->families = FAMILIES_ASKED;
}

void families_ask(void)
{
	const struct {
		struct nlmsghdr h;
		struct genlmsghdr g;
	} ask = {{sizeof(ask), GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_DUMP, 0, 0},
		 {.cmd = CTRL_CMD_GETFAMILY}};
	struct timeval second = {1, 0};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
		if (send(fd, &ask, sizeof(ask), 0) == (ssize_t)sizeof(ask))
			while (take_answer(fd))
				;
		close(fd);
	}
	__atomic_store_n(&tsh->families, FAMILIES_KNOWN, __ATOMIC_RELEASE);
}

const struct xlat_set *families(void)
{
	static struct xlat v[ARRAY_SIZE(tsh->family)];
	static struct xlat_set set = {v, 0, "GENERIC_FAMILY_???"};
	struct timespec moment = {0, 1000000};

	for (int i = 0;
	     i < 200 && __atomic_load_n(&tsh->families, __ATOMIC_ACQUIRE) == FAMILIES_ASKED; i++)
		host(SYS_nanosleep, HP(&moment), 0);
	if (__atomic_load_n(&tsh->families, __ATOMIC_ACQUIRE) != FAMILIES_KNOWN ||
	    !tsh->nr_families)
		return &x_nl_generic;
	for (u32 i = 0; !set.n && i < tsh->nr_families; i++)
		v[i] = (struct xlat){tsh->family[i].id, tsh->family[i].name};
	set.n = tsh->nr_families;
	return &set;
}
