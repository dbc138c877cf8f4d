/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes that a native run has sent and received. The host counts them for a network namespace,
 * with the headers of packets, and not for a program. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/limits_native.h"

static const char *const names[NATIVE_NET_FILES] = {
	"/proc/self/net/snmp",
	"/proc/self/net/netstat",
	"/proc/self/net/snmp6",
};
static int files[NATIVE_NET_FILES] = {-1, -1, -1};
static ino_t outside;

static ino_t namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) == 0 ? st.st_ino : 0;
}

void native_net_begin(void)
{
	outside = namespace();
}

bool native_net_open(int *fds)
{
	if (namespace() == outside)
		return false;
	for (int i = 0; i < NATIVE_NET_FILES; i++) {
		fds[i] = open(names[i], O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0) /* as snmp6 where there is no IPv6 */
			fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	return true;
}

void native_net_take(const int *fds)
{
	memcpy(files, fds, sizeof(files));
}

void native_net_end(void)
{
	for (int i = 0; i < NATIVE_NET_FILES; i++) {
		if (files[i] >= 0)
			close(files[i]);
		files[i] = -1;
	}
}

/* ---- Counters ---- */

static char text[NATIVE_NET_FILES][16384];

/* Of two lines "NAME: FIELD FIELD..." and "NAME: VALUE VALUE...". */
static s64 field(const char *file, const char *line, const char *name)
{
	const char *p = strstr(file, line), *values = p ? strchr(p, '\n') : NULL;
	size_t n = strlen(name);

	/* word by word through both */
	for (const char *end = values; values && (p = strchr(p, ' ')) && p < end;) {
		values = strchr(values, ' ');
		p++;
		if (!values++)
			break;
		if (!strncmp(p, name, n) && strchr(" \n", p[n]))
			return atoll(values);
	}
	return 0;
}

/* Of a line "NAME   VALUE". */
static s64 line_of(const char *file, const char *name)
{
	const char *p = strstr(file, name);

	return p ? atoll(p + strlen(name)) : 0;
}

/* Without headers: of IP, of TCP with timestamps, of UDP. */
u64 native_net_bytes(void)
{
	const char *snmp = text[0], *netstat = text[1], *six = text[2];
	s64 bytes, packets, packets6, segments, datagrams, opens;

	if (files[0] < 0)
		return 0;
	for (int i = 0; i < NATIVE_NET_FILES; i++) {
		ssize_t n = pread(files[i], text[i], sizeof(text[i]) - 1, 0);

		text[i][n > 0 ? n : 0] = 0;
	}
	bytes = field(netstat, "IpExt:", "InOctets") + field(netstat, "IpExt:", "OutOctets") +
		line_of(six, "Ip6InOctets") + line_of(six, "Ip6OutOctets");
	packets = field(snmp, "Ip:", "InReceives") + field(snmp, "Ip:", "OutRequests");
	packets6 = line_of(six, "Ip6InReceives") + line_of(six, "Ip6OutRequests");
	segments = field(snmp, "Tcp:", "InSegs") + field(snmp, "Tcp:", "OutSegs");
	datagrams = field(snmp, "Udp:", "InDatagrams") + field(snmp, "Udp:", "OutDatagrams") +
		    line_of(six, "Udp6InDatagrams") + line_of(six, "Udp6OutDatagrams");
	/* the first segments have more options, each way and at both ends */
	opens = field(snmp, "Tcp:", "ActiveOpens") + field(snmp, "Tcp:", "PassiveOpens");
	bytes -= 20 * packets + 40 * packets6 + 32 * segments + 8 * datagrams + 16 * opens;
	return bytes > 0 ? (u64)bytes : 0;
}
