/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Port I/O (arch/x86/kernel/ioport.c). The host judges the right to it: ioperm(2) and iopl(2) go
 * there, and a port that it grants is used by trapgate's own IN and OUT. Since Linux 5.5 iopl(3)
 * opens all ports and nothing else: CLI and STI fault as ever. */
#include "task/ioport.h"

#include <sys/syscall.h>

#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "host/host.h"

#define PORTS 65536u

static u64 open_ports[PORTS / 64]; /* by ioperm */
static bool all_open;		   /* by iopl */

static bool allowed(u32 port, int size)
{
	if (all_open)
		return true;
	for (u32 p = port; p < port + (u32)size; p++)
		if (p >= PORTS || !(open_ports[p / 64] >> p % 64 & 1))
			return false;
	return true;
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

	for (u64 p = from; ret == 0 && p < from + num; p++) {
		if ((int)turn_on)
			open_ports[p / 64] |= 1UL << p % 64;
		else
			open_ports[p / 64] &= ~(1UL << p % 64);
	}
	return ret;
}

SYSCALL_DEFINE1(iopl, (), INT, level)
{
	long ret = host(SYS_iopl, level);

	if (ret == 0)
		all_open = (u32)level == 3;
	return ret;
}
