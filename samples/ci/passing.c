/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A test that passes. */
#include <stdio.h>

int main(void)
{
	puts("all is well");
	return 0;
}
