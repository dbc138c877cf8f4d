/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: only: 32 */
/* Code in a segment of the LDT that begins at the code itself, of 16 and of 32 bits: far calls and
 * returns, faults, and what is reported of them. */
#include "guest.h"

#include <asm/ldt.h>
#include <ucontext.h>

extern char code16[], code16_call[], code16_fault[], code16_data[], code32[], code32_fault[],
	code32_end[];

__asm__(".pushsection .text\n"
	".code16\n"
	"code16: xor %eax, %eax\n"
	"	call 1f\n"
	"	data32 lret\n"
	"1:	add $1, %ax\n"
	"	ret\n"
	"code16_call:\n"
	"	xor %eax, %eax\n"
	"	lcall $0x0f, $(2f - code16)\n"
	"	cs lcall *(code16_data - code16)\n"
	"	mov %ds, %dx\n"
	"	mov %dx, %ds\n"
	"	data32 lret\n"
	"2:	add $4, %ax\n"
	"	lret\n"
	"code16_data: .short 2b - code16, 0x0f\n"
	"code16_fault:\n"
	"	xor %ebx, %ebx\n"
	"	movl %eax, 12(%ebx)\n"
	"	data32 lret\n"
	".code32\n"
	"code32: movl $7, %eax\n"
	"	push %ds\n"
	"	pop %ds\n"
	"	lret\n"
	"code32_fault:\n"
	"	xorl %ebx, %ebx\n"
	"	addl %eax, 12(%ebx)\n"
	"	lret\n"
	"code32_end:\n"
	".popsection");

static void set_segment(unsigned entry, char *start, int bits32)
{
	struct user_desc d = {.entry_number = entry,
			      .base_addr = (unsigned)(uintptr_t)start,
			      .limit = (unsigned)(code32_end - start),
			      .seg_32bit = (unsigned)bits32,
			      .contents = MODIFY_LDT_CONTENTS_CODE,
			      .useable = 1};

	SHOW(syscall(SYS_modify_ldt, 1, &d, sizeof(d)));
}

static void call(const char *what, unsigned selector, unsigned offset)
{
	struct {
		unsigned offset;
		unsigned short selector;
	} __attribute__((packed)) to = {offset, (unsigned short)selector};
	unsigned result = 0x12345678;

	__asm__ volatile("lcall *%1" : "+a"(result) : "m"(to) : "memory", "ebx", "edx", "cc");
	printf("%s: %#x\n", what, result);
}

static void segv(int sig, siginfo_t *info, void *context)
{
	mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
	unsigned cs = (unsigned)m->gregs[REG_CS] & 0xffff,
		 eip = (unsigned)m->gregs[REG_EIP] + (unsigned)(uintptr_t)(cs == 0x0f	? code16
									   : cs == 0x17 ? code32
											: NULL);

	printf("signal %d code %d at %p, trap %d, error %#x, cs %#x, %d bytes into code16\n", sig,
	       info->si_code, info->si_addr, (int)m->gregs[REG_TRAPNO], (unsigned)m->gregs[REG_ERR],
	       cs, (int)(eip - (unsigned)(uintptr_t)code16));
	m->gregs[REG_EBX] = (int)(uintptr_t)malloc(64);
}

int main(void)
{
	struct sigaction act = {.sa_sigaction = segv, .sa_flags = SA_SIGINFO};

	sigaction(SIGSEGV, &act, NULL);
	set_segment(1, code16, 0);
	set_segment(2, code32, 1);
	call("16 bits", 0x0f, 0);
	call("16 bits, far calls", 0x0f, (unsigned)(code16_call - code16));
	call("16 bits, fault", 0x0f, (unsigned)(code16_fault - code16));
	call("32 bits", 0x17, 0);
	call("32 bits, fault", 0x17, (unsigned)(code32_fault - code32));
	return 0;
}
