/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets and asks for options of sockets and prints the lines that a trace shows of it. */
#include <errno.h>
#include <linux/icmp.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SO_BUF_LOCK_ 72
#define SO_TXREHASH_ 74
#define NO_FD	     " = -1 EBADF (Bad file descriptor)\n"

static void set(int level, int name, const void *v, int len, const char *text)
{
	setsockopt(-1, level, name, v, len);
	printf("setsockopt(-1, %s, %d)" NO_FD, text, len);
}

int main(void)
{
	struct ip_mreq mreq = {{htonl(0xe0000003)}, {htonl(0x7f000001)}};
	struct ipv6_mreq mreq6 = {.ipv6mr_multiaddr = IN6ADDR_ANY_INIT};
	struct packet_mreq pmreq = {0, PACKET_MR_MULTICAST, 6, {1, 2, 3, 4, 5, 6}};
	struct tpacket_req ring = {4096, 2, 2048, 4};
	struct linger linger = {1, 5};
	unsigned filter = 1 << ICMP_ECHO | 1 << ICMP_ECHOREPLY;
	int n = 7, rehash = 255, fd = socket(AF_UNIX, SOCK_STREAM, 0);
	socklen_t len = sizeof(n);

	set(SOL_SOCKET, SO_LINGER, &linger, sizeof(linger),
	    "SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}");
	set(SOL_SOCKET, SO_RCVBUF, &n, sizeof(n), "SOL_SOCKET, SO_RCVBUF, [7]");
	set(SOL_SOCKET, SO_BUF_LOCK_, &n, 3, "SOL_SOCKET, SO_BUF_LOCK, \"\\7\\0\\0\"");
	set(SOL_SOCKET, SO_TXREHASH_, &rehash, sizeof(rehash),
	    "SOL_SOCKET, SO_TXREHASH, [SOCK_TXREHASH_DEFAULT]");
	set(SOL_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq),
	    "SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=inet_addr(\"224.0.0.3\"), "
	    "imr_interface=inet_addr(\"127.0.0.1\")}");
	set(SOL_IPV6, IPV6_JOIN_GROUP, &mreq6, sizeof(mreq6),
	    "SOL_IPV6, IPV6_ADD_MEMBERSHIP, {inet_pton(AF_INET6, \"::\", &ipv6mr_multiaddr), "
	    "ipv6mr_interface=0}");
	set(SOL_PACKET, PACKET_ADD_MEMBERSHIP, &pmreq, sizeof(pmreq),
	    "SOL_PACKET, PACKET_ADD_MEMBERSHIP, {mr_ifindex=0, mr_type=PACKET_MR_MULTICAST, "
	    "mr_alen=6, "
	    "mr_address=01:02:03:04:05:06}");
	set(SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring),
	    "SOL_PACKET, PACKET_RX_RING, {tp_block_size=4096, tp_block_nr=2, tp_frame_size=2048, "
	    "tp_frame_nr=4}");
	set(SOL_RAW, ICMP_FILTER, &filter, sizeof(filter),
	    "SOL_RAW, ICMP_FILTER, [ICMP_ECHOREPLY ICMP_ECHO]");
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &n, &len);
	printf("getsockopt(%d, SOL_SOCKET, SO_ERROR, [0], [4]) = 0\n", fd);
	getsockopt(-1, SOL_SOCKET, SO_ERROR, NULL, &len);
	printf("getsockopt(-1, SOL_SOCKET, SO_ERROR, NULL, [4])" NO_FD);
	return 0;
}
