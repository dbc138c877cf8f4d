/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network that the guests of a run have: the host's, or one of their own. docs/network.md says
 * what each mode promises. */
#ifndef TRAPGATE_NET_MODE_H
#define TRAPGATE_NET_MODE_H

#include <sys/socket.h>

#include "abi/types.h"

enum net_mode {
	NET_HOST,     /* the host's network */
	NET_NONE,     /* no interface is up */
	NET_LOOPBACK, /* a loopback interface that only the guests of this run see */
	NET_EMULATED, /* the same, made in user space whatever the host permits */
	NET_PRIVATE,  /* the same, in namespaces of its own or not at all */
};

#define NET_PUBLISH_MAX 32

/* --publish: what comes to a port of the host goes on to a port of the guests' network. */
struct net_publish {
	struct sockaddr_storage from; /* on the host */
	socklen_t from_len;
	u16 to; /* on 127.0.0.1 of the guests' network */
	bool udp;
	const char *text; /* as the user wrote it */
};

struct net_options {
	enum net_mode mode;
	struct net_publish publish[NET_PUBLISH_MAX];
	int nr_publish;
	const char *hosts;  /* what guests read as /etc/hosts, or NULL */
	const char *resolv; /* and as /etc/resolv.conf */
};

/* Gives this process, and so all guests that it will have, the network of opt. To be called before
 * there are threads. What cannot be had ends the process with a message and status 125. */
void net_setup(const struct net_options *opt);

/* Something about files or namespaces has to be looked at: false in runs without the options. */
extern bool net_guarded;

/* An open of path: a descriptor or -errno of the file that stands for it (--hosts), or
 * NET_NOT_OURS, which is no errno. For runs with net_guarded. */
#define NET_NOT_OURS (-4096L)
long net_open(const char *path, u32 flags, u32 mode);

/* Whether setns(2) to fd would lead out of the run's network. */
bool net_leads_out(int fd, u32 nstype);
/* Whether the process behind pidfd has another network than the run: its sockets would be. */
bool net_is_outside(int pidfd);

/* publish.c: starts the process that carries what comes to published ports, in two steps: the
 * host's side before the network changes, then the guests' side. */
void net_publish_listen(const struct net_options *opt);
void net_publish_start(const struct net_options *opt);

#endif
