/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* MPTCP_FULL_INFO: an option that holds addresses where the kernel is to write more. */
#include "net3.h"
#include <arpa/inet.h>
#include <netinet/in.h>

#define SOL_MPTCP_	 284
#define MPTCP_FULL_INFO_ 4

static struct full {
	uint32_t tcp_size_kernel, tcp_size, sub_size_kernel, sub_size, parts, max_parts;
	uint64_t sub_info, tcp_info;
	char more[256];
} f;
static char sub[4096], tcp[4096];
static int fd;

static int written(const char *p, int n)
{
	int last = 0;

	for (int i = 0; i < n; i++)
		if (p[i] != 0x55)
			last = i + 1;
	return last;
}

static void ask(const char *what, int len)
{
	uint64_t sub_info = f.sub_info, tcp_info = f.tcp_info;
	long ret;

	memset(sub, 0x55, sizeof(sub));
	memset(tcp, 0x55, sizeof(tcp));
	memset(f.more, 0x55, sizeof(f.more));
	ret = k_getsockopt(fd, SOL_MPTCP_, MPTCP_FULL_INFO_, &f, &len);
	printf("%s: %s", what, k_err(ret));
	if (!ret)
		printf(", length %d of %u and %u, %u parts of %u, %d and %d written, %s", len,
		       f.tcp_size, f.sub_size, f.parts, f.max_parts, written(tcp, sizeof(tcp)),
		       written(sub, sizeof(sub)),
		       f.sub_info == sub_info && f.tcp_info == tcp_info ? "same" : "OTHERS");
	puts("");
	f = (struct full){.tcp_size = 64,
			  .sub_size = 56,
			  .max_parts = 2,
			  .sub_info = (uintptr_t)sub,
			  .tcp_info = (uintptr_t)tcp};
}

int main(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int s = k_socket(AF_INET, SOCK_STREAM, 262), len = sizeof(a);

	fd = k_socket(AF_INET, SOCK_STREAM, 262);
	printf("socket: %s\n", k_err(fd));
	if (fd < 0)
		return 0;
	k_bind(s, &a, sizeof(a));
	k_listen(s, 1);
	k_getsockname(s, &a, &len);
	printf("connect: %s\n", k_err(k_connect(fd, &a, sizeof(a))));
	ask("nothing", 0);
	ask("all", sizeof(f));
	ask("the shortest", 40);
	ask("too short", 39);
	ask("negative", -1);
	f.max_parts = 0;
	f.sub_info = f.tcp_info = 8;
	ask("no room", sizeof(f));
	f.sub_info = 8;
	ask("a bad address", sizeof(f));
	f.tcp_info = 0xffffffff00000000;
	ask("another", sizeof(f));
	f.max_parts = 0x7fffffff;
	ask("room for many", sizeof(f));
	f.tcp_size = f.sub_size = 1u << 30;
	ask("large parts", sizeof(f));
	f.parts = 1;
	ask("a field of the kernel's set", sizeof(f));
	return 0;
}
