/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emulated loopback network: datagrams that MSG_MORE or UDP_CORK hold back until they are
 * whole. Each process has its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "net/emulate.h"

static struct emu_cork *corks;

struct emu_cork *emu_cork_of(u32 ino)
{
	struct emu_cork *c = corks;

	while (c && c->ino != ino)
		c = c->next;
	return c;
}

struct emu_cork *emu_cork_begin(u32 ino, const void *packet, size_t n)
{
	struct emu_cork *c = malloc(sizeof(*c) + n);

	if (!c)
		return NULL;
	*c = (struct emu_cork){.next = corks, .ino = ino};
	memcpy(c->packet, packet, n);
	corks = c;
	return c;
}

long emu_cork_add(struct emu_cork *c, const struct msghdr *h)
{
	for (size_t i = 0; i < h->msg_iovlen; i++) {
		const struct iovec *v = &h->msg_iov[i];

		if (v->iov_len > sizeof(c->data) - c->len)
			return -EMSGSIZE;
		if (host_copy(c->data + c->len, v->iov_base, v->iov_len))
			return -EFAULT;
		c->len += v->iov_len;
	}
	return 0;
}

void emu_cork_take(struct emu_cork *c)
{
	struct emu_cork **link = &corks;

	while (*link && *link != c)
		link = &(*link)->next;
	if (*link)
		*link = c->next;
}
