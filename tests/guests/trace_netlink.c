/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends netlink messages that ask for nothing (none has NLM_F_REQUEST) and prints the lines that a
 * trace of sendto and sendmsg shows of them. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
	struct nlmsghdr h;
	char body[512];
} m;

/* Begins a message with a payload of its own struct. */
static void begin(int type, int flags, const void *body, size_t n)
{
	memset(&m, 0, sizeof(m));
	m.h.nlmsg_len = NLMSG_LENGTH(n);
	m.h.nlmsg_type = type;
	m.h.nlmsg_flags = flags;
	memcpy(m.body, body, n);
}

static void attr(int type, const void *data, size_t n)
{
	struct rtattr *a = (void *)((char *)&m + NLMSG_ALIGN(m.h.nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(n);
	memcpy(RTA_DATA(a), data, n);
	m.h.nlmsg_len = NLMSG_ALIGN(m.h.nlmsg_len) + RTA_LENGTH(n);
}

/* strace knows the protocol of sockets that are bound. */
static int netlink(int protocol)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};
	int fd = socket(AF_NETLINK, SOCK_RAW, protocol);

	if (bind(fd, (struct sockaddr *)&nl, sizeof(nl)) != 0)
		perror("bind");
	return fd;
}

static void sent(int fd, const char *text)
{
	int n = m.h.nlmsg_len;
	long ret = sendto(fd, &m, n, MSG_DONTWAIT, NULL, 0);

	if (ret >= 0)
		printf("sendto(%d, %s, %d, MSG_DONTWAIT, NULL, 0) = %ld\n", fd, text, n, ret);
	else
		printf("sendto(%d, %s, %d, MSG_DONTWAIT, NULL, 0) = -1 ECONNREFUSED (%s)\n", fd,
		       text, n, strerror(errno));
	close(fd);
}

static void links(void)
{
	struct ifinfomsg i = {
		.ifi_family = AF_UNSPEC, .ifi_type = 1, .ifi_flags = 1, .ifi_change = 2};
	unsigned mtu = 1500;

	begin(RTM_GETLINK, NLM_F_DUMP, &i, sizeof(i));
	attr(IFLA_IFNAME, "eth7", 5);
	attr(IFLA_MTU, &mtu, 4);
	attr(IFLA_MTU, &mtu, 3);
	attr(0x3fff, "\1\2", 2);
	sent(netlink(NETLINK_ROUTE),
	     "[{nlmsg_len=66, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_DUMP, nlmsg_seq=0, "
	     "nlmsg_pid=0}, "
	     "{ifi_family=AF_UNSPEC, ifi_type=ARPHRD_ETHER, ifi_index=0, ifi_flags=IFF_UP, "
	     "ifi_change=0x2}, [[{nla_len=9, nla_type=IFLA_IFNAME}, \"eth7\"], "
	     "[{nla_len=8, nla_type=IFLA_MTU}, 1500], [{nla_len=7, nla_type=IFLA_MTU}, "
	     "\"\\xdc\\x05\\x00\"], [{nla_len=6, nla_type=0x3fff /* IFLA_??? */}, "
	     "\"\\x01\\x02\"]]]");
}

static void routes(void)
{
	struct rtmsg r = {.rtm_family = AF_INET,
			  .rtm_dst_len = 24,
			  .rtm_table = RT_TABLE_MAIN,
			  .rtm_protocol = RTPROT_BOOT,
			  .rtm_scope = RT_SCOPE_LINK,
			  .rtm_type = RTN_UNICAST};
	struct in_addr a = {htonl(0x0a000102)};

	begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &r, sizeof(r));
	attr(RTA_DST, &a, sizeof(a));
	sent(netlink(NETLINK_ROUTE),
	     "[{nlmsg_len=36, nlmsg_type=RTM_NEWROUTE, nlmsg_flags=NLM_F_EXCL|NLM_F_CREATE, "
	     "nlmsg_seq=0, "
	     "nlmsg_pid=0}, {rtm_family=AF_INET, rtm_dst_len=24, rtm_src_len=0, rtm_tos=0, "
	     "rtm_table=RT_TABLE_MAIN, rtm_protocol=RTPROT_BOOT, rtm_scope=RT_SCOPE_LINK, "
	     "rtm_type=RTN_UNICAST, rtm_flags=0}, [{nla_len=8, nla_type=RTA_DST}, "
	     "inet_addr(\"10.0.1.2\")]]");
	begin(RTM_DELADDRLABEL, 0, "\2", 1);
	sent(netlink(NETLINK_ROUTE), "[{nlmsg_len=17, nlmsg_type=RTM_DELADDRLABEL, nlmsg_flags=0, "
				     "nlmsg_seq=0, nlmsg_pid=0}, {ifal_family=AF_INET, ...}]");
}

static void diag(void)
{
	struct unix_diag_req u = {.sdiag_family = AF_UNIX, .udiag_show = UDIAG_SHOW_NAME};

	begin(SOCK_DIAG_BY_FAMILY, 0, &u, 1);
	sent(netlink(NETLINK_SOCK_DIAG),
	     "[{nlmsg_len=17, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=0, "
	     "nlmsg_seq=0, nlmsg_pid=0}, {family=AF_UNIX}]");
	begin(SOCK_DIAG_BY_FAMILY, NLM_F_ROOT, "\12\0\1\2", 4);
	sent(netlink(NETLINK_SOCK_DIAG),
	     "[{nlmsg_len=20, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_ROOT, nlmsg_seq=0, "
	     "nlmsg_pid=0}, {idiag_family=AF_INET6, ...}]");
}

static void errors(void)
{
	struct {
		int error;
		struct nlmsghdr h;
	} e = {-2, {16, RTM_NEWADDR, 0, 1, 2}};

	begin(NLMSG_ERROR, NLM_F_CAPPED, &e, sizeof(e));
	sent(netlink(NETLINK_ROUTE),
	     "[{nlmsg_len=36, nlmsg_type=NLMSG_ERROR, nlmsg_flags=NLM_F_CAPPED, nlmsg_seq=0, "
	     "nlmsg_pid=0}, {error=-ENOENT, msg={nlmsg_len=16, nlmsg_type=RTM_NEWADDR, "
	     "nlmsg_flags=0, "
	     "nlmsg_seq=1, nlmsg_pid=2}}]");
	begin(NLMSG_DONE, NLM_F_MULTI, &e, 4);
	sent(netlink(NETLINK_ROUTE),
	     "[{nlmsg_len=20, nlmsg_type=NLMSG_DONE, nlmsg_flags=NLM_F_MULTI, "
	     "nlmsg_seq=0, nlmsg_pid=0}, -2]");
}

static void by_message(void)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};
	struct iovec iov = {&m, 16};
	struct msghdr msg = {
		.msg_name = &nl, .msg_namelen = sizeof(nl), .msg_iov = &iov, .msg_iovlen = 1};
	int fd = netlink(NETLINK_ROUTE);
	long ret;

	begin(NLMSG_NOOP, 0, "", 0);
	ret = sendmsg(fd, &msg, 0);
	printf("sendmsg(%d, {msg_name={sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, "
	       "msg_namelen=12, msg_iov=[{iov_base={nlmsg_len=16, nlmsg_type=NLMSG_NOOP, "
	       "nlmsg_flags=0, nlmsg_seq=0, nlmsg_pid=0}, iov_len=16}], msg_iovlen=1, "
	       "msg_controllen=0, msg_flags=0}, 0) = %ld\n",
	       fd, ret);
	close(fd);
}

int main(void)
{
	links();
	routes();
	diag();
	errors();
	by_message();
	return 0;
}
