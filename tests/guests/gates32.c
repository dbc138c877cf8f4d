/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 32 */
/* Which registers the gates leave as they were, in 32-bit code: INT 0x80, and the vDSO's
 * __kernel_vsyscall (SYSENTER), whose sixth argument and return address are on the stack. */
#include "guest.h"
#include <elf.h>
#include <sys/auxv.h>

struct regs {
	uint32_t ax, bx, cx, dx, si, di, bp, flags;
};

static const char *const name[] = {"ax", "bx", "cx", "dx", "si", "di", "bp", "flags"};
unsigned long vsyscall;
static struct regs in, out;
struct regs *in_p = &in, *out_p = &out;
uint32_t save_sp;

void run_int80(void);
void run_vsyscall(void);

#define LOAD                                                                                       \
	"	pusha\n"                                                                                 \
	"	mov in_p, %eax\n"                                                                        \
	"	push 28(%eax); popf\n"                                                                   \
	"	mov 4(%eax), %ebx; mov 8(%eax), %ecx; mov 12(%eax), %edx\n"                              \
	"	mov 16(%eax), %esi; mov 20(%eax), %edi; mov 24(%eax), %ebp\n"                            \
	"	mov (%eax), %eax\n"                                                                      \
	"	mov %esp, save_sp\n"
#define STORE                                                                                      \
	"	pushf\n"                                                                                 \
	"	push %eax\n"                                                                             \
	"	mov out_p, %eax\n"                                                                       \
	"	pop (%eax); pop 28(%eax)\n"                                                              \
	"	mov %ebx, 4(%eax); mov %ecx, 8(%eax); mov %edx, 12(%eax)\n"                              \
	"	mov %esi, 16(%eax); mov %edi, 20(%eax); mov %ebp, 24(%eax)\n"                            \
	"	sub %esp, save_sp\n"                                                                     \
	"	cld\n"                                                                                   \
	"	popa\n"                                                                                  \
	"	ret\n"

__asm__(".text\n"
	"run_int80:\n" LOAD "	int $0x80\n" STORE "run_vsyscall:\n" LOAD
	"	call *vsyscall\n" STORE);

static void show(const char *what, void (*gate)(void), uint32_t nr, uint32_t flags)
{
	uint32_t *a = (uint32_t *)&in, *b = (uint32_t *)&out;

	memset(&out, 0, sizeof(out));
	for (int i = 0; i < 7; i++)
		a[i] = 0x11111111u * (uint32_t)(i + 1) ^ 0x80000000u;
	in.ax = nr;
	in.flags = flags;
	gate();
	printf("%s: result %s\n", what,
	       (int)out.ax < 0		 ? strerror(-(int)out.ax)
	       : (int)out.ax == getpid() ? "pid"
	       : out.ax == in.ax	 ? "unchanged"
					 : "other");
	for (int i = 1; i < 7; i++)
		if (a[i] != b[i])
			printf("  %s changed\n", name[i]);
	printf("  flags %#x, stack %s\n", out.flags, save_sp == 0 ? "level" : "NOT LEVEL");
}

static void both(const char *what, uint32_t nr, uint32_t flags)
{
	printf("%s\n", what);
	show(" int 0x80", run_int80, nr, flags);
	show(" vsyscall", run_vsyscall, nr, flags);
}

static long mmap2_by(void (*gate)(void))
{
	in = (struct regs){
		192,	     0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		0xffffffffu, 0, 0x202};
	gate();
	return (long)out.ax;
}

int main(void)
{
	vsyscall = getauxval(AT_SYSINFO);
	printf("AT_SYSINFO %s\n", vsyscall ? "there" : "missing");
	both("getpid", 20, 0x202);
	both("getpid, many flags", 20, 0x202 | 0x4 | 0x10 | 0x40 | 0x80 | 0x400 | 0x800 | 1);
	both("none", 2000, 0x202);
	both("-1", 0xffffffffu, 0x202);
	EXPECT(mmap2_by(run_int80) % 4096 == 0 && out.ax != 0);
	EXPECT(mmap2_by(run_vsyscall) % 4096 == 0 && out.ax != 0);
	return 0;
}
