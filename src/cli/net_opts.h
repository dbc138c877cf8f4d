/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options about the guests' network, for every subcommand that runs programs. */
#ifndef TRAPGATE_CLI_NET_OPTS_H
#define TRAPGATE_CLI_NET_OPTS_H

#include "net/mode.h"

enum {
	OPT_NET = 2200,
	OPT_PUBLISH,
	OPT_HOSTS,
	OPT_RESOLV,
	OPT_NET_LAST = OPT_RESOLV,
};

/* clang-format off */
#define NET_OPTIONS                                                                                \
	{"net", required_argument, NULL, OPT_NET},                                                 \
	{"publish", required_argument, NULL, OPT_PUBLISH},                                         \
	{"hosts", required_argument, NULL, OPT_HOSTS},                                             \
	{"resolv-conf", required_argument, NULL, OPT_RESOLV}
/* clang-format on */

#define NET_HELP                                                                                   \
	"\nIts network (docs/network.md)\n"                                                        \
	"      --net host|none|loopback|private\n"                                                 \
	"                        the host's network (the default); none; a loopback interface\n"   \
	"                        of its own; the same, in user and network namespaces\n"           \
	"      --publish [ADDR:]HOST:GUEST[/udp]\n"                                                \
	"                        let port HOST of the host in, as port GUEST\n"                    \
	"      --hosts FILE      give it FILE as /etc/hosts; --resolv-conf FILE: as\n"             \
	"                        /etc/resolv.conf\n"

/* Takes option c if it is one of NET_OPTIONS (optarg is its argument): true. */
bool net_option(struct net_options *opt, const char *command, int c);
/* What only the whole command line can tell. Ends with status 125 where something is wrong. */
void net_opts_check(const struct net_options *opt, const char *command);

#endif
