/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors: Intel SDM vol. 3, 3.4.5 and 5.2. */
#include "entry/segment.h"

#include "cpu/cpu.h"

#define DESC_ACCESSED_RW 0x2u /* writable (data), readable (code) */
#define DESC_CONFORMING	 0x4u
#define DESC_CODE	 0x8u
#define DESC_S		 0x10u
#define DESC_DPL3	 0x60u
#define DESC_P		 0x80u

/* The access byte of the descriptor; 0: there is none. */
static u32 rights(u16 selector)
{
	u64 desc;

	return cpu_get_descriptor(selector, &desc) ? (u32)(desc >> 40) & 0xff : 0;
}

static bool is_stack(u32 ar) /* writable data of privilege level 3 */
{
	return (ar & (DESC_S | DESC_CODE | DESC_ACCESSED_RW | DESC_DPL3)) ==
	       (DESC_S | DESC_ACCESSED_RW | DESC_DPL3);
}

u16 segment_valid_ss(u16 ss)
{
	u32 ar = rights(ss);

	return is_stack(ar) && (ar & DESC_P) ? ss : USER_DS;
}

u16 segment_loadable(u16 selector)
{
	u32 ar = rights(selector);

	if (selector <= 3)
		return selector;
	if (!(ar & DESC_S) || !(ar & DESC_P))
		return 0;
	if ((ar & DESC_CODE) && !(ar & DESC_ACCESSED_RW))
		return 0;
	if ((ar & (DESC_CODE | DESC_CONFORMING)) == (DESC_CODE | DESC_CONFORMING))
		return selector;
	/* the kernel loads it: of CPL 0 and RPL only the latter can exceed DPL */
	return (u32)(selector & 3) <= (ar & DESC_DPL3) >> 5 ? selector : 0;
}
