/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encodings that are undefined beside others that are not. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <ucontext.h>

static sigjmp_buf back;

static void on_fault(int sig)
{
	siglongjmp(back, sig);
}

static char buf[64] __attribute__((aligned(16)));

#define TRY(bytes)                                                                                 \
	({                                                                                         \
		int sig_ = sigsetjmp(back, 1);                                                     \
		if (!sig_)                                                                         \
			__asm__ volatile(".byte " bytes "; emms" : : "a"(buf) : "memory");         \
		printf("%s: %d\n", bytes, sig_);                                                   \
	})

int main(void)
{
	signal(SIGILL, on_fault);
	signal(SIGSEGV, on_fault);
	TRY("0xf3,0x0f,0xd6,0x00"); /* movq2dq and movdq2q of memory */
	TRY("0xf2,0x0f,0xd6,0x00");
	TRY("0xf2,0x66,0x0f,0xd6,0x00");
	TRY("0x0f,0xd6,0x00");
	TRY("0xf3,0x0f,0xd6,0xc0"); /* of registers */
	TRY("0xf2,0x0f,0xd6,0xc0");
	TRY("0x66,0x0f,0xd6,0x00"); /* movq */
	TRY("0x66,0x0f,0xd6,0xc0");
	TRY("0xf3,0x0f,0x7e,0x00");
	TRY("0xc7,0xc0,0,0,0,0"); /* mov */
	TRY("0xc6,0xc0,0xf8");
	TRY("0xc7,0x00,0xf8,0,0,0");
	TRY("0xc6,0x00,0xf8");
	TRY("0xc6,0xc8,0xf8"); /* nothing */
	TRY("0xc7,0x08,0xf8,0,0,0");
	TRY("0xc6,0xf9,1");
	return 0;
}
