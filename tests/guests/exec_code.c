/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that execute copies of themselves of which a single instruction differs: in the middle
 * of a page, and where an instruction begins on one page and ends on the next. */
#include "guest.h"

/* The second instruction of `spanned` is the last byte of a page and the first four of the next. */
__asm__(".text\n"
	".balign 4096\n"
	".globl spanned, inside\n"
	"spanned: jmp 1f\n"
	".skip 4095 - (. - spanned), 0x90\n"
	"1: .byte 0xb8\n"
	".long 0x5afe1101\n"
	"ret\n"
	".balign 4096\n"
	"inside: .byte 0xb8\n"
	".long 0x5afe2201\n"
	"ret\n");

int spanned(void);
int inside(void);

static char image[4 << 20];

/* `mov eax, 0x5afeKK01`, counted up by one. */
static void patch(size_t size, unsigned char kind)
{
	for (size_t i = 0; i + 5 < size; i++)
		if ((unsigned char)image[i] == 0xb8 && (unsigned char)image[i + 2] == kind &&
		    (unsigned char)image[i + 3] == 0xfe && image[i + 4] == 0x5a)
			image[i + 1]++;
}

static void execute_copy(unsigned char kind, const char *left)
{
	int in = open("/proc/self/exe", O_RDONLY), out;
	ssize_t size = read(in, image, sizeof(image));
	char name[] = "./copyN";

	close(in);
	patch((size_t)size, kind);
	name[6] = left[0];
	out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	if (write(out, image, (size_t)size) != size)
		puts("short write");
	close(out);
	fflush(stdout);
	execl(name, name, left + 1, (char *)NULL);
	printf("exec: errno %d\n", errno);
}

int main(int argc, char **argv)
{
	const char *left = argc > 1 ? argv[1] : "sisiiss";

	for (int i = 0; i < 3; i++)
		printf("%x %x\n", spanned(), inside());
	if (*left == 's')
		execute_copy(0x11, left);
	if (*left == 'i')
		execute_copy(0x22, left);
	unlink("./copys");
	unlink("./copyi");
	return 0;
}
