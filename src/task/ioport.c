/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Port I/O (arch/x86/kernel/ioport.c). The host judges the right to it: ioperm(2) and iopl(2) go
 * there, and a port that it grants is used by trapgate's own IN and OUT. Since Linux 5.5 iopl(3)
 * opens all ports and nothing else: CLI and STI fault as ever. Both belong to the thread, and its
 * children start with them. */
#include "task/ioport.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "host/host.h"
#include "task/task.h"

#define PORTS 65536u

/* What ioperm opened: of a thread and of those that it started since it last changed it. */
struct io_bitmap {
	u32 users;
	u64 open[PORTS / 64];
};

static bool allowed(u32 port, int size)
{
	if (current->iopl_3)
		return true;
	for (u32 p = port; p < port + (u32)size; p++)
		if (p >= PORTS || !current->io_bitmap ||
		    !(current->io_bitmap->open[p / 64] >> p % 64 & 1))
			return false;
	return true;
}

void ioport_share(struct task *child)
{
	child->iopl_3 = current->iopl_3;
	child->io_bitmap = current->io_bitmap;
	if (child->io_bitmap)
		child->io_bitmap->users++;
}

void ioport_drop(struct task *t)
{
	if (t->io_bitmap && !--t->io_bitmap->users)
		free(t->io_bitmap);
	t->io_bitmap = NULL;
}

/* The running thread's bitmap, for itself alone. */
static u64 *own_bitmap(void)
{
	struct io_bitmap *b = current->io_bitmap;

	if (b && b->users == 1)
		return b->open;
	b = calloc(1, sizeof(*b));
	if (!b)
		fatal("out of memory");
	if (current->io_bitmap)
		memcpy(b->open, current->io_bitmap->open, sizeof(b->open));
	b->users = 1;
	ioport_drop(current);
	current->io_bitmap = b;
	return b->open;
}

static u32 port_in(u32 port, int size)
{
	u32 value = 0;

	if (size == 1)
		__asm__ volatile("inb %w1, %b0" : "+a"(value) : "d"(port));
	else if (size == 2)
		__asm__ volatile("inw %w1, %w0" : "+a"(value) : "d"(port));
	else
		__asm__ volatile("inl %w1, %0" : "=a"(value) : "d"(port));
	return value;
}

static void port_out(u32 port, int size, u32 value)
{
	if (size == 1)
		__asm__ volatile("outb %b0, %w1" ::"a"(value), "d"(port));
	else if (size == 2)
		__asm__ volatile("outw %w0, %w1" ::"a"(value), "d"(port));
	else
		__asm__ volatile("outl %0, %w1" ::"a"(value), "d"(port));
}

void ioport_init(void)
{
	static const struct cpu_port_ops ops = {.allowed = allowed, .in = port_in, .out = port_out};

	cpu_set_ports(&ops);
}

SYSCALL_DEFINE3(ioperm, (), HEX, from, HEX, num, INT, turn_on)
{
	long ret = host(SYS_ioperm, from, num, turn_on);
	u64 *open;

	if (ret || (!(int)turn_on && !current->io_bitmap))
		return ret;
	open = own_bitmap();
	for (u64 p = from; p < from + num; p++) {
		if ((int)turn_on)
			open[p / 64] |= 1UL << p % 64;
		else
			open[p / 64] &= ~(1UL << p % 64);
	}
	return 0;
}

SYSCALL_DEFINE1(iopl, (), INT, level)
{
	long ret = host(SYS_iopl, level);

	if (ret == 0)
		current->iopl_3 = (u32)level == 3;
	return ret;
}
