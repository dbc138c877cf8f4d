/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: the files of /proc/net that list sockets, interfaces and routes,
 * in the formats of the kernel's net/ipv4/tcp_ipv4.c, udp.c and their likes. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "net/emulate.h"
#include "syscalls/procfs.h"

#define TCP_WIDTH   149
#define UDP_WIDTH   127
#define ROUTE_WIDTH 127

/* Texts of files that do not change: of a network with lo alone, up or down. */
static const struct {
	const char *name, *up, *down;
} texts[] = {
	{"dev",
	 "Inter-|   Receive                                                |  Transmit\n"
	 " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs"
	 " drop fifo colls carrier compressed\n"
	 "    lo:       0       0    0    0    0     0          0         0        0       0    0"
	 "    0    0     0       0          0\n",
	 NULL},
	{"if_inet6", "00000000000000000000000000000001 01 80 10 80       lo\n", ""},
	{"ipv6_route",
	 "00000000000000000000000000000000 00 00000000000000000000000000000000 00"
	 " 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n"
	 "00000000000000000000000000000001 80 00000000000000000000000000000000 00"
	 " 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo\n"
	 "00000000000000000000000000000000 00 00000000000000000000000000000000 00"
	 " 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n",
	 "00000000000000000000000000000000 00 00000000000000000000000000000000 00"
	 " 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n"},
	{"arp", "IP address       HW type     Flags       HW address            Mask     Device\n",
	 NULL},
	{"igmp",
	 "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"
	 "1\tlo        :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n",
	 "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"},
	{"igmp6",
	 "1    lo              ff020000000000000000000000000001     1 0000000C 0\n"
	 "1    lo              ff010000000000000000000000000001     1 00000008 0\n",
	 NULL},
	{"mcfilter", "Idx Device        MCA        SRC    INC    EXC\n", NULL},
	{"mcfilter6",
	 "Idx Device                Multicast Address                   Source Address    INC    "
	 "EXC\n",
	 NULL},
	{"dev_mcast", "", NULL},
	{"anycast6", "", NULL},
	{"packet", "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n", NULL},
	{"raw",
	 "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
	 "  timeout inode ref pointer drops\n",
	 NULL},
	{"raw6",
	 "  sl  local_address                         remote_address                        st"
	 " tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n",
	 NULL},
};

static void put_addr(FILE *out, int family, const struct emu_addr *a)
{
	u32 word;

	for (int i = family == AF_INET ? 12 : 0; i < 16; i += 4) {
		memcpy(&word, a->ip + i, sizeof(word));
		fprintf(out, "%08X", word);
	}
	fprintf(out, ":%04X ", a->port);
}

static void put_socket(FILE *out, int nr, const struct emu_socket *e)
{
	static const struct emu_addr none;
	bool tcp = e->type == SOCK_STREAM;
	int state = emu_tcp_state(e, e->mate && !emu_find(e->mate));

	fprintf(out, tcp ? "%4d: " : "%5d: ", nr);
	put_addr(out, e->family, &e->local);
	put_addr(out, e->family, e->connected ? &e->peer : &none);
	fprintf(out, "%02X 00000000:00000000 00:00000000 00000000 %5u        0 %u %d %016x", state,
		e->uid, e->ino, tcp ? 1 : 2, 0);
	if (!tcp)
		fputs(" 0", out);
	else
		fputs(e->listening ? " 100 0 0 10 0" : " 20 0 0 10 -1", out);
}

/* Lines of IPv4's tables have all one width. */
static void put_line(FILE *out, const char *line, int width)
{
	fprintf(out, "%-*s\n", width, line);
}

static void put_sockets(FILE *out, int family, int type)
{
	int width = family == AF_INET6 ? 0 : type == SOCK_STREAM ? TCP_WIDTH : UDP_WIDTH, nr = 0;
	char line[512], head[256];

	snprintf(head, sizeof(head),
		 "%s  sl  local_address %s%s st tx_queue rx_queue tr tm->when"
		 " retrnsmt   uid  timeout inode%s",
		 family == AF_INET && type == SOCK_DGRAM ? " " : "",
		 family == AF_INET6 ? "                        remote_address " : "rem_address  ",
		 family == AF_INET6 ? "                      " : "",
		 type == SOCK_DGRAM ? " ref pointer drops" : "");
	put_line(out, head, width);
	emu_lock();
	emu_collect();
	for (const struct emu_socket *e = NULL; (e = emu_next(e));) {
		FILE *f;

		if (e->family != family || e->type != type || !e->local.port)
			continue;
		f = fmemopen(line, sizeof(line), "w");
		if (!f)
			break;
		put_socket(f, nr++, e);
		fclose(f);
		put_line(out, line, width);
	}
	emu_unlock();
}

static bool put_file(FILE *out, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (strcmp(texts[i].name, name) != 0)
			continue;
		fputs(emu_is_up() || !texts[i].down ? texts[i].up : texts[i].down, out);
		return true;
	}
	if (!strcmp(name, "tcp"))
		put_sockets(out, AF_INET, SOCK_STREAM);
	else if (!strcmp(name, "tcp6"))
		put_sockets(out, AF_INET6, SOCK_STREAM);
	else if (!strcmp(name, "udp"))
		put_sockets(out, AF_INET, SOCK_DGRAM);
	else if (!strcmp(name, "udp6"))
		put_sockets(out, AF_INET6, SOCK_DGRAM);
	else if (!strcmp(name, "route"))
		put_line(out,
			 "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU"
			 "\tWindow\tIRTT",
			 ROUTE_WIDTH);
	else
		return false;
	return true;
}

/* The name of a file of /proc/net, by any of the ways that lead there; NULL for other paths. */
static const char *name_in_net(const char *path)
{
	char rest[64] = "";
	int at = 0, pid;

	if (sscanf(path, "/proc/net/%63s%n", rest, &at) == 1 ||
	    sscanf(path, "/proc/self/net/%63s%n", rest, &at) == 1 ||
	    sscanf(path, "/proc/thread-self/net/%63s%n", rest, &at) == 1 ||
	    sscanf(path, "/proc/%d/net/%63s%n", &pid, rest, &at) == 2)
		return path[at] ? NULL : path + at - strlen(rest);
	return NULL;
}

long emu_proc_open(const char *path, u32 flags)
{
	const char *name = name_in_net(path);
	char *data = NULL;
	bool made = false;
	size_t n = 0;
	FILE *out;
	long fd;

	if (!name || (flags & (O_ACCMODE | O_PATH | O_CREAT | O_DIRECTORY)))
		return NET_NOT_OURS;
	out = open_memstream(&data, &n);
	if (!out)
		return -ENOMEM;
	made = put_file(out, name);
	fclose(out);
	fd = made ? proc_text_open(name, data, n, flags) : NET_NOT_OURS;
	free(data);
	return fd;
}
