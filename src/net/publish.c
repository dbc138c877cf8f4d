/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --publish: a process beside the guests that carries bytes and datagrams between ports of the host
 * and ports of the guests' network. Its listening sockets were made in the host's network, those
 * that it makes are of the guests'. It ends when no guest is left that holds the other end of its
 * line, once it has delivered what they had written. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/host.h"
#include "net/emulate.h"
#include "net/mode.h"

#define BUFFER	    65536
#define UDP_CLIENTS 256
#define LINGER_MS   5000 /* for a client that reads slowly, after the guests have ended */

enum kind { LINE, LISTENER, TCP, UDP };

/* What an epoll event is about. */
struct source {
	enum kind kind;
	int fd;
};

struct listener {
	struct source src;
	const struct net_publish *how;
};

struct flow { /* one direction of a connection */
	char *data;
	size_t at, len;
	bool eof, shut;
};

struct pair;

struct end {
	struct source src;
	struct pair *pair;
	struct flow in; /* what was read here */
	u32 events;
};

struct pair {
	struct end end[2]; /* the client's, the guests' */
	bool connecting, dead;
	struct pair *next_dead;
};

struct udp_client {
	struct source src;
	const struct listener *listener;
	struct sockaddr_storage addr;
	socklen_t addr_len;
	unsigned long used;
};

static struct listener listeners[NET_PUBLISH_MAX];
static struct udp_client *udp_clients[UDP_CLIENTS];
static struct pair *dead_pairs;
static int nr_listeners, poller, nr_pairs;
static char datagram[BUFFER];

void net_publish_listen(const struct net_options *opt)
{
	int one = 1;

	for (int i = 0; i < opt->nr_publish; i++) {
		const struct net_publish *p = &opt->publish[i];
		int type = (p->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
		int fd = socket(p->from.ss_family, type, 0);

		if (fd < 0)
			fatal("--publish %s: %s", p->text, strerror(errno));
		if (!p->udp)
			setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, (const struct sockaddr *)&p->from, p->from_len) != 0 ||
		    (!p->udp && listen(fd, SOMAXCONN) != 0))
			fatal("--publish %s: %s", p->text, strerror(errno));
		listeners[nr_listeners++] = (struct listener){{LISTENER, fd}, p};
	}
}

static void watch(int op, struct source *s, u32 events)
{
	struct epoll_event ev = {.events = events, .data.ptr = s};

	epoll_ctl(poller, op, s->fd, &ev);
}

/* A socket towards the guests' port, its connection under way; -1 if there is none. */
static int guest_socket(const struct net_publish *p)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(p->to),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int type = (p->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int fd;

	if (net_emulated)
		return emu_connect_port(p->to, p->udp);
	fd = socket(AF_INET, type, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 &&
	    errno != EINPROGRESS) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Ends a connection; its memory lives until the events at hand have been gone through. */
static void kill_pair(struct pair *p, bool reset)
{
	struct linger hard = {1, 0};

	if (p->dead)
		return;
	if (reset)
		setsockopt(p->end[0].src.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	for (int i = 0; i < 2; i++)
		close(p->end[i].src.fd);
	p->dead = true;
	p->next_dead = dead_pairs;
	dead_pairs = p;
	nr_pairs--;
}

static void bury(void)
{
	while (dead_pairs) {
		struct pair *p = dead_pairs;

		dead_pairs = p->next_dead;
		free(p->end[0].in.data);
		free(p->end[1].in.data);
		free(p);
	}
}

static void accept_one(struct listener *l)
{
	int fd = accept4(l->src.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct linger hard = {1, 0};
	struct pair *p;
	int guest;

	if (fd < 0)
		return;
	guest = guest_socket(l->how);
	p = calloc(1, sizeof(*p));
	if (p) {
		p->end[0].in.data = malloc(BUFFER);
		p->end[1].in.data = malloc(BUFFER);
	}
	if (guest < 0 || !p || !p->end[0].in.data || !p->end[1].in.data) {
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(fd);
		if (guest >= 0)
			close(guest);
		if (p) {
			free(p->end[0].in.data);
			free(p->end[1].in.data);
		}
		free(p);
		return;
	}
	p->connecting = true;
	p->end[0].src = (struct source){TCP, fd};
	p->end[1].src = (struct source){TCP, guest};
	p->end[0].pair = p->end[1].pair = p;
	p->end[1].events = EPOLLOUT;
	watch(EPOLL_CTL_ADD, &p->end[1].src, EPOLLOUT);
	nr_pairs++;
}

/* Moves what can be moved from end a to end b. False when the connection is broken. */
static bool pump(struct end *a, struct end *b)
{
	struct flow *f = &a->in;
	ssize_t n;

	for (;;) {
		if (!f->len && !f->eof) {
			n = read(a->src.fd, f->data, BUFFER);
			if (n < 0)
				return errno == EAGAIN || errno == EINTR;
			f->eof = n == 0;
			f->at = 0;
			f->len = (size_t)n;
		}
		if (!f->len) {
			if (f->eof && !f->shut)
				shutdown(b->src.fd, SHUT_WR);
			f->shut = f->eof;
			return true;
		}
		n = send(b->src.fd, f->data + f->at, f->len, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		f->at += (size_t)n;
		f->len -= (size_t)n;
	}
}

static void interest(struct end *a, const struct end *b)
{
	u32 events = 0;

	if (!a->in.len && !a->in.eof)
		events |= EPOLLIN;
	if (b->in.len)
		events |= EPOLLOUT;
	/* Without a wish it must not be watched at all: the end of a connection is always told. */
	if (events != a->events)
		watch(!events	   ? EPOLL_CTL_DEL
		      : !a->events ? EPOLL_CTL_ADD
				   : EPOLL_CTL_MOD,
		      &a->src, events);
	a->events = events;
}

static void serve_pair(struct pair *p, u32 events)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (p->dead)
		return;
	if (p->connecting) {
		if (!(events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
			return;
		getsockopt(p->end[1].src.fd, SOL_SOCKET, SO_ERROR, &error, &len);
		if (error) {
			kill_pair(p, true);
			return;
		}
		p->connecting = false;
	}
	if (!pump(&p->end[0], &p->end[1]) || !pump(&p->end[1], &p->end[0])) {
		kill_pair(p, true);
		return;
	}
	if (p->end[0].in.shut && p->end[1].in.shut) {
		kill_pair(p, false);
		return;
	}
	interest(&p->end[0], &p->end[1]);
	interest(&p->end[1], &p->end[0]);
}

/* The place of the client at addr, made where there is none; the one used longest ago makes room.
 */
static struct udp_client *udp_client(const struct listener *l, const struct sockaddr_storage *addr,
				     socklen_t len)
{
	static unsigned long clock;
	struct udp_client *c;
	int place = 0;

	for (int i = 0; i < UDP_CLIENTS; i++) {
		c = udp_clients[i];
		if (c && c->listener == l && c->addr_len == len && !memcmp(&c->addr, addr, len)) {
			c->used = ++clock;
			return c;
		}
		if (!c || (udp_clients[place] && c->used < udp_clients[place]->used))
			place = i;
	}
	c = udp_clients[place];
	if (c)
		close(c->src.fd);
	else
		c = udp_clients[place] = malloc(sizeof(*c));
	if (!c)
		return NULL;
	*c = (struct udp_client){{UDP, guest_socket(l->how)}, l, *addr, len, ++clock};
	if (c->src.fd >= 0) {
		watch(EPOLL_CTL_ADD, &c->src, EPOLLIN);
		return c;
	}
	udp_clients[place] = NULL;
	free(c);
	return NULL;
}

static void udp_from_host(struct listener *l)
{
	struct sockaddr_storage addr = {0};
	socklen_t len = sizeof(addr);
	struct udp_client *c;
	ssize_t n;

	n = recvfrom(l->src.fd, datagram, BUFFER, 0, (struct sockaddr *)&addr, &len);
	if (n < 0)
		return;
	c = udp_client(l, &addr, len);
	if (c)
		send(c->src.fd, datagram, (size_t)n, MSG_NOSIGNAL);
}

static void udp_from_guests(struct udp_client *c)
{
	ssize_t n = recv(c->src.fd, datagram, BUFFER, 0);

	if (n >= 0)
		sendto(c->listener->src.fd, datagram, (size_t)n, MSG_NOSIGNAL,
		       (const struct sockaddr *)&c->addr, c->addr_len);
}

static void stop_listening(void)
{
	for (int i = 0; i < nr_listeners; i++)
		if (!listeners[i].how->udp)
			close(listeners[i].src.fd);
}

static _Noreturn void finish(void)
{
	if (net_emulated)
		emu_clean();
	_exit(0);
}

static _Noreturn void relay(int line)
{
	struct source line_source = {LINE, line};
	struct epoll_event ev[64];
	bool ending = false;

	poller = epoll_create1(EPOLL_CLOEXEC);
	watch(EPOLL_CTL_ADD, &line_source, EPOLLIN);
	for (int i = 0; i < nr_listeners; i++)
		watch(EPOLL_CTL_ADD, &listeners[i].src, EPOLLIN);
	for (;;) {
		int n = epoll_wait(poller, ev, ARRAY_SIZE(ev), ending ? LINGER_MS : -1);

		if (n < 0 && errno != EINTR)
			_exit(1);
		if (ending && n == 0)
			finish();
		for (int i = 0; i < n; i++) {
			struct source *s = ev[i].data.ptr;

			if (s->kind == LINE) {
				ending = true;
				epoll_ctl(poller, EPOLL_CTL_DEL, s->fd, NULL);
				stop_listening();
			} else if (s->kind == TCP) {
				serve_pair(((struct end *)s)->pair, ev[i].events);
			} else if (s->kind == UDP) {
				udp_from_guests((struct udp_client *)s);
			} else if (((struct listener *)s)->how->udp) {
				udp_from_host((struct listener *)s);
			} else {
				accept_one((struct listener *)s);
			}
		}
		bury();
		if (ending && !nr_pairs)
			finish();
	}
}

/* Keeps nothing of the caller's but the line and the listeners: a reader of its output must not
 * wait for this process. */
static void let_go(int line)
{
	int null = open("/dev/null", O_RDWR), keep[NET_PUBLISH_MAX + 2], n = 0, last = 0;

	keep[n++] = line;
	if (net_emulated)
		keep[n++] = emu_dir_fd();
	for (int i = 0; i < nr_listeners; i++)
		keep[n++] = listeners[i].src.fd;
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	for (int i = 0; i < n; i++)
		last = MAX(last, keep[i]);
	for (int fd = 3; fd < last; fd++) {
		bool kept = false;

		for (int i = 0; i < n; i++)
			kept |= keep[i] == fd;
		if (!kept)
			close(fd);
	}
	host_close_range((u32)last + 1, ~0U);
}

void net_publish_start(const struct net_options *opt)
{
	int line[2];
	pid_t pid;

	if (!opt->nr_publish && !net_emulated)
		return;
	if (pipe2(line, O_CLOEXEC) != 0)
		fatal("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0) {
		/* Not the guest's child: it would see it end. */
		if (fork() != 0)
			_exit(0);
		setsid();
		signal(SIGPIPE, SIG_IGN);
		close(line[1]);
		let_go(line[0]);
		relay(line[0]);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(line[0]);
	for (int i = 0; i < nr_listeners; i++)
		close(listeners[i].src.fd);
	host_own_fd(line[1]);
}
