/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The usual first program. Under `trapgate trace` it shows how much the C library does before and
 * after main(): set up thread-local storage, ask for the size of the terminal's buffer (fstat),
 * get memory (brk), and only then write. */
#include <stdio.h>

int main(void)
{
	puts("Hello from behind the gate");
	return 0;
}
