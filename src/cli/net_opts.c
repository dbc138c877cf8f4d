/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/net_opts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static void set_mode(struct net_options *opt, const char *command, const char *text)
{
	static const char *const names[] = {"host", "none", "loopback", "emulated", "private"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(text, names[i])) {
			opt->mode = (enum net_mode)i;
			return;
		}
	}
	cli_usage_error(command, "--net %s: want host, none, loopback or private", text);
}

static bool port(const char *text, u16 *out)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !n || n > 65535)
		return false;
	*out = (u16)n;
	return true;
}

/* "127.0.0.1" or "[::1]" */
static bool address(struct net_publish *p, char *text, u16 from)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&p->from;
	struct sockaddr_in *in = (struct sockaddr_in *)&p->from;
	size_t len = strlen(text);

	if (text[0] == '[' && text[len - 1] == ']') {
		text[len - 1] = 0;
		p->from_len = sizeof(*in6);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(from);
		return inet_pton(AF_INET6, text + 1, &in6->sin6_addr) == 1;
	}
	p->from_len = sizeof(*in);
	in->sin_family = AF_INET;
	in->sin_port = htons(from);
	return inet_pton(AF_INET, text, &in->sin_addr) == 1;
}

static void add_publish(struct net_options *opt, const char *command, const char *text)
{
	struct net_publish p = {.text = text};
	char buf[128], *slash, *to, *from, *addr = "127.0.0.1";
	char local[sizeof("127.0.0.1")];
	u16 from_port;

	if (opt->nr_publish == NET_PUBLISH_MAX)
		cli_usage_error(command, "more than %d --publish", NET_PUBLISH_MAX);
	if (strlen(text) >= sizeof(buf))
		cli_usage_error(command, "--publish %s: too long", text);
	strcpy(buf, text);
	strcpy(local, addr);
	addr = local;
	slash = strrchr(buf, '/');
	if (slash) {
		*slash++ = 0;
		p.udp = !strcmp(slash, "udp");
	}
	to = strrchr(buf, ':');
	if (to) {
		*to++ = 0;
		from = strrchr(buf, ':');
		if (from) {
			*from++ = 0;
			addr = buf;
		} else {
			from = buf;
		}
	}
	if ((slash && !p.udp && strcmp(slash, "tcp") != 0) || !to || !port(to, &p.to) ||
	    !port(from, &from_port) || !*addr || !address(&p, addr, from_port))
		cli_usage_error(command, "--publish %s: want [ADDRESS:]HOST:GUEST[/tcp|/udp]",
				text);
	opt->publish[opt->nr_publish++] = p;
}

bool net_option(struct net_options *opt, const char *command, int c)
{
	switch (c) {
	case OPT_NET:
		set_mode(opt, command, optarg);
		return true;
	case OPT_PUBLISH:
		add_publish(opt, command, optarg);
		return true;
	case OPT_HOSTS:
		opt->hosts = optarg;
		return true;
	case OPT_RESOLV:
		opt->resolv = optarg;
		return true;
	}
	return false;
}

void net_opts_check(const struct net_options *opt, const char *command)
{
	if (opt->nr_publish && (opt->mode == NET_HOST || opt->mode == NET_NONE))
		cli_usage_error(command, "--publish wants --net loopback or --net private");
}
