/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a network answers: bind, connect and sendto of addresses near and far, the interfaces, and
 * whether the abstract name given as argument can be reached. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const addresses[] = {"127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3",
					"192.0.2.1", "::1",	  "::",	     "2001:db8::1",
					"224.0.0.1", "ff02::1"};

static socklen_t fill(struct sockaddr_storage *s, const char *text)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)s;
	struct sockaddr_in *in = (struct sockaddr_in *)s;

	memset(s, 0, sizeof(*s));
	if (strchr(text, ':')) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(5555);
		inet_pton(AF_INET6, text, &in6->sin6_addr);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(5555);
	inet_pton(AF_INET, text, &in->sin_addr);
	return sizeof(*in);
}

static const char *result(int ret)
{
	return ret < 0 ? strerror(errno) : "ok";
}

static void try(int type, const char *text)
{
	struct sockaddr_storage s;
	socklen_t len = fill(&s, text);
	int fd = socket(s.ss_family, type, 0);

	printf("%s %s: bind: %s", type == SOCK_STREAM ? "tcp" : "udp", text,
	       result(bind(fd, (struct sockaddr *)&s, len)));
	close(fd);
	fd = socket(s.ss_family, type, 0);
	printf(", connect: %s", result(connect(fd, (struct sockaddr *)&s, len)));
	close(fd);
	fd = socket(s.ss_family, type, 0);
	printf(", sendto: %s\n",
	       result((int)sendto(fd, "x", 1, MSG_NOSIGNAL, (struct sockaddr *)&s, len)));
	close(fd);
}

static void interfaces(void)
{
	char data[1024];
	struct ifconf conf = {.ifc_len = sizeof(data), .ifc_buf = data};
	struct ifreq lo = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	printf("SIOCGIFCONF: %s", result(ioctl(fd, SIOCGIFCONF, &conf)));
	for (int i = 0; i < conf.ifc_len / (int)sizeof(struct ifreq); i++)
		printf(" %s", conf.ifc_req[i].ifr_name);
	printf("\nlo: %s", result(ioctl(fd, SIOCGIFFLAGS, &lo)));
	printf(", %s\n", lo.ifr_flags & IFF_UP ? "up" : "down");
	close(fd);
}

static void abstract(const char *name)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(a.sun_path + 1, name, sizeof(a.sun_path) - 2);
	printf("abstract: %s\n", result(connect(fd, (struct sockaddr *)&a, len)));
	close(fd);
}

int main(int argc, char **argv)
{
	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++)
		for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
			try(type, addresses[i]);
	interfaces();
	if (argc > 1)
		abstract(argv[1]);
	return 0;
}
