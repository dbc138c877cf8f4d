/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket options: plain ones, timeouts in both layouts, filters, multicast. */
#include "guest.h"
#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

static int t, u;

static long get(int fd, int level, int name, void *val, int size, int *len)
{
	*len = size;
	return syscall(SYS_getsockopt, fd, level, name, val, len);
}

static void ints(void)
{
	int v = 1, len;
	char name[32] = "";
	struct linger l = {1, 5};

	SHOW(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &v, sizeof(v)));
	v = 0;
	SHOW(get(t, SOL_SOCKET, SO_REUSEADDR, &v, sizeof(v), &len));
	printf("%d, length %d\n", v, len);
	SHOW(get(t, SOL_SOCKET, SO_TYPE, &v, sizeof(v), &len));
	printf("%d\n", v);
	v = 0x55555555;
	SHOW(get(t, SOL_SOCKET, SO_TYPE, &v, 1, &len));
	printf("%x, length %d\n", v, len);
	SHOW(get(t, SOL_SOCKET, SO_TYPE, &v, -1, &len));
	SHOW(get(t, SOL_SOCKET, 9999, &v, 4, &len));
	SHOW(get(t, 9999, 1, &v, 4, &len));
	SHOW(get(-1, SOL_SOCKET, SO_TYPE, &v, 4, &len));
	SHOW(get(0, SOL_SOCKET, SO_TYPE, &v, 4, &len));
	SHOW(get(t, SOL_SOCKET, SO_TYPE, (void *)8, 4, &len));
	SHOW(syscall(SYS_getsockopt, t, SOL_SOCKET, SO_TYPE, &v, (void *)8));
	SHOW(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &v, 2));
	SHOW(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &v, -2));
	SHOW(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, (void *)8, 4));
	SHOW(setsockopt(t, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	memset(&l, 0, sizeof(l));
	SHOW(get(t, SOL_SOCKET, SO_LINGER, &l, sizeof(l), &len));
	printf("linger %d %d, length %d\n", l.l_onoff, l.l_linger, len);
	v = 1;
	SHOW(setsockopt(t, IPPROTO_TCP, TCP_NODELAY, &v, sizeof(v)));
	SHOW(get(t, IPPROTO_TCP, TCP_CONGESTION, name, sizeof(name), &len));
	EXPECT(name[0]);
	v = 33;
	SHOW(setsockopt(u, IPPROTO_IP, IP_TTL, &v, sizeof(v)));
	v = 0;
	SHOW(get(u, IPPROTO_IP, IP_TTL, &v, 1, &len));
	printf("%d, length %d\n", v, len);
	SHOW(setsockopt(-1, IPPROTO_IP, 64, &v, 4));
}

static void timeouts(int name)
{
	struct {
		long sec, usec;
	} tv = {3, 500000};
	long long tv64[2] = {4, 250000};
	int len;
	char c;

	printf("timeout option %d\n", name);
	SHOW(setsockopt(u, SOL_SOCKET, name, &tv, sizeof(tv)));
	memset(&tv, 0, sizeof(tv));
	SHOW(get(u, SOL_SOCKET, name, &tv, sizeof(tv), &len));
	printf("%ld.%06ld, length ok %d\n", tv.sec, tv.usec, len == sizeof(tv));
	SHOW(get(u, SOL_SOCKET, name + 46, tv64, sizeof(tv64), &len));
	printf("%lld.%06lld, length %d\n", tv64[0], tv64[1], len);
	tv64[0] = 7;
	SHOW(setsockopt(u, SOL_SOCKET, name + 46, tv64, sizeof(tv64)));
	SHOW(get(u, SOL_SOCKET, name, &tv, 1000, &len));
	printf("%ld.%06ld, length ok %d\n", tv.sec, tv.usec, len == sizeof(tv));
	tv.sec = -1;
	SHOW(get(u, SOL_SOCKET, name, &tv, 3, &len));
	printf("length %d\n", len);
	SHOW(setsockopt(u, SOL_SOCKET, name, &tv, sizeof(tv) - 1));
	SHOW(setsockopt(u, SOL_SOCKET, name, &tv, 2));
	SHOW(setsockopt(u, SOL_SOCKET, name, (void *)8, sizeof(tv)));
	tv.sec = 0;
	tv.usec = 1000000;
	SHOW(setsockopt(u, SOL_SOCKET, name, &tv, sizeof(tv)));
	tv.usec = 20000;
	SHOW(setsockopt(u, SOL_SOCKET, name, &tv, sizeof(tv)));
	SHOW(recv(u, &c, 1, 0));
}

static void filters(void)
{
	/* Let through what is at least 12 bytes long (with the UDP header), the rest not. */
	struct sock_filter code[] =
		{
			{BPF_LD | BPF_W | BPF_LEN, 0, 0, 0},
			{BPF_JMP | BPF_JGE | BPF_K, 0, 1, 12},
			{BPF_RET | BPF_K, 0, 0, 0xffffffff},
			{BPF_RET | BPF_K, 0, 0, 0},
		},
			   back[4];
	struct sock_fprog prog = {4, code};
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t alen = sizeof(a);
	char buf[16];
	int len;

	bind(u, (void *)&a, sizeof(a));
	getsockname(u, (void *)&a, &alen);
	SHOW(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
	SHOW(sendto(u, "no", 2, 0, (void *)&a, alen));
	SHOW(sendto(u, "yes!", 4, 0, (void *)&a, alen));
	SHOW(recv(u, buf, sizeof(buf), MSG_DONTWAIT));
	SHOW(recv(u, buf, sizeof(buf), MSG_DONTWAIT));
	memset(back, 0, sizeof(back));
	SHOW(get(u, SOL_SOCKET, SO_GET_FILTER, NULL, 0, &len));
	printf("%d instructions\n", len);
	SHOW(get(u, SOL_SOCKET, SO_GET_FILTER, back, 4, &len));
	EXPECT(!memcmp(back, code, sizeof(code)));
	SHOW(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog) - 1));
	SHOW(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, 24 - sizeof(prog)));
	SHOW(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, (void *)8, sizeof(prog)));
	prog.filter = (void *)8;
	SHOW(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
	prog.filter = code;
	prog.len = 0;
	SHOW(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
	prog.len = 3;
	SHOW(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
	SHOW(setsockopt(u, SOL_SOCKET, SO_DETACH_FILTER, &len, sizeof(len)));
	SHOW(setsockopt(u, SOL_SOCKET, SO_DETACH_FILTER, &len, sizeof(len)));
}

static void set_in(struct sockaddr_storage *ss, const char *addr)
{
	struct sockaddr_in *in = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	in->sin_family = AF_INET;
	inet_pton(AF_INET, addr, &in->sin_addr);
}

static void multicast(void)
{
	struct group_req gr = {.gr_interface = 1};
	struct group_source_req gsr = {.gsr_interface = 1};
	union {
		struct group_filter f;
		char room[600];
	} gf;
	int len;

	set_in(&gr.gr_group, "239.1.2.3");
	SHOW(setsockopt(u, IPPROTO_IP, MCAST_JOIN_GROUP, &gr, sizeof(gr)));
	SHOW(setsockopt(u, IPPROTO_IP, MCAST_JOIN_GROUP, &gr, sizeof(gr)));
	SHOW(setsockopt(u, IPPROTO_IP, MCAST_JOIN_GROUP, &gr, sizeof(gr) - 1));
	SHOW(setsockopt(u, IPPROTO_IP, MCAST_JOIN_GROUP, (void *)8, sizeof(gr)));
	set_in(&gsr.gsr_group, "239.1.2.4");
	set_in(&gsr.gsr_source, "10.0.0.1");
	SHOW(setsockopt(u, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, &gsr, sizeof(gsr)));
	set_in(&gsr.gsr_source, "10.0.0.2");
	SHOW(setsockopt(u, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, &gsr, sizeof(gsr)));
	memset(&gf, 0, sizeof(gf));
	gf.f.gf_interface = 1;
	gf.f.gf_numsrc = 3;
	set_in(&gf.f.gf_group, "239.1.2.4");
	SHOW(get(u, IPPROTO_IP, MCAST_MSFILTER, &gf, sizeof(gf), &len));
	printf("mode %u, %u sources, length %d:", gf.f.gf_fmode, gf.f.gf_numsrc,
	       (int)(len - (int)GROUP_FILTER_SIZE(0)));
	for (unsigned i = 0; i < gf.f.gf_numsrc && i < 3; i++)
		printf(" %s", inet_ntoa(((struct sockaddr_in *)&gf.f.gf_slist[i])->sin_addr));
	printf("\n");
	gf.f.gf_numsrc = 1;
	set_in(&gf.f.gf_slist[0], "10.0.0.9");
	SHOW(setsockopt(u, IPPROTO_IP, MCAST_MSFILTER, &gf, GROUP_FILTER_SIZE(1)));
	SHOW(setsockopt(u, IPPROTO_IP, MCAST_MSFILTER, &gf, GROUP_FILTER_SIZE(1) - 1));
	SHOW(get(u, IPPROTO_IP, MCAST_MSFILTER, &gf, GROUP_FILTER_SIZE(0) - 1, &len));
	SHOW(get(u, IPPROTO_IP, MCAST_MSFILTER, &gf, GROUP_FILTER_SIZE(0), &len));
	printf("%u sources\n", gf.f.gf_numsrc);
	SHOW(setsockopt(u, IPPROTO_IP, MCAST_LEAVE_GROUP, &gr, sizeof(gr)));
}

int main(void)
{
	t = socket(AF_INET, SOCK_STREAM, 0);
	u = socket(AF_INET, SOCK_DGRAM, 0);
	ints();
	timeouts(20);
	timeouts(21);
	filters();
	multicast();
	return 0;
}
