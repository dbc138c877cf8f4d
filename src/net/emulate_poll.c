/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: how poll(2) and epoll(7) tell of a connection's end. An AF_UNIX
 * socket is hung up as soon as its peer is closed; TCP's waits until both directions are, or the
 * connection has been reset or refused. */
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "host/host.h"
#include "net/emulate.h"

#define END	   (POLLHUP | POLLERR)
#define READ_ENDED (POLLIN | POLLRDNORM | POLLRDHUP)

/* What is told of a socket, asked for what `wanted` says, where the host tells what `told` says. A
 * program that has not asked for anything that has come is told what the host tells: it has been
 * woken. */
static u32 events_of(const struct emu_socket *e, u32 wanted, u32 told)
{
	bool reset = e->connected && told & POLLHUP && emu_close_resets(e);
	u32 events = told & ~(u32)END;

	if (e->type != SOCK_STREAM || (!e->connected && !e->refused))
		return told;
	if (e->shut_write || e->reset || e->told || e->refused || reset || told & POLLERR)
		events |= told & END;
	if (e->error || (reset && !e->told))
		events |= POLLERR;
	if (e->refused)
		events |= READ_ENDED & wanted;
	return events ? events : told;
}

void emu_poll(struct pollfd *fds, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		const struct emu_socket *e;

		if (!(fds[i].revents & END))
			continue;
		emu_lock();
		e = emu_of(fds[i].fd);
		if (e)
			fds[i].revents =
				(short)events_of(e, (u16)fds[i].events, (u16)fds[i].revents);
		emu_unlock();
	}
}

/* Which socket an event is of, and what it has been registered for, the host tells by the data that
 * both have. */
static u32 epoll_events(FILE *list, const struct epoll_event *ev)
{
	unsigned int wanted, ino;
	unsigned long long data;
	char line[256];

	while (fgets(line, sizeof(line), list)) {
		const struct emu_socket *e = NULL;
		u32 events = 0;

		if (sscanf(line, "tfd: %*d events: %x data: %llx pos:%*d ino:%x", &wanted, &data,
			   &ino) != 3 ||
		    data != ev->data.u64)
			continue;
		emu_lock();
		e = emu_find(ino);
		if (e)
			events = events_of(e, wanted, ev->events);
		emu_unlock();
		if (e)
			return events;
	}
	return ev->events;
}

/* The array may be the guest's memory. */
void emu_epoll(int epfd, void *events, long n)
{
	char path[48];
	FILE *list;

	for (long i = 0; i < n; i++) {
		u8 *at = (u8 *)events + i * (long)sizeof(struct epoll_event);
		struct epoll_event ev;

		if (host_copy(&ev, at, sizeof(ev)) || !(ev.events & END))
			continue;
		snprintf(path, sizeof(path), "/proc/thread-self/fdinfo/%d", epfd);
		list = fopen(path, "re");
		if (!list)
			return;
		ev.events = epoll_events(list, &ev);
		fclose(list);
		host_copy(at, &ev, sizeof(ev));
	}
}
