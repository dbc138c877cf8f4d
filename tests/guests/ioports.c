/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioperm(2) and iopl(2): who may, what they open, and that CLI stays forbidden. Only a port that
 * any PC lets be written without effect is touched (0x80). */
#include "box.h"
#include <sys/io.h>

static void try_ports(const char *what)
{
	static const unsigned char ops[] = {0xe6, 0xe7, 0xfa, 0x6e};

	printf("%s\n", what);
	for (size_t i = 0; i < sizeof(ops); i++) {
		unsigned char code[] = {ops[i], 0x80};
		char title[32];

		box_defaults();
		box_in.r[AX] = 0;
		box_in.r[DX] = 0x80;
		box_in.r[SI] = BOX_STACK;
		box_run(code, ops[i] == 0xfa || ops[i] == 0x6e ? 1 : 2);
		snprintf(title, sizeof(title), " op %#x", ops[i]);
		box_show(title);
	}
}

static void in_a_child(void)
{
	try_ports("in a child");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 65536);
	box_init();
	try_ports("at first");
	SHOW(ioperm(0x80, 1, 0));
	SHOW(ioperm(0x80, 0, 1));
	SHOW(ioperm(65536, 1, 1));
	SHOW(ioperm(65535, 2, 1));
	SHOW(ioperm(~0UL, 2, 1));
	SHOW(ioperm(0x80, 1, 1));
	try_ports("one port");
	in_child("child", in_a_child);
	SHOW(ioperm(0x80, 4, 1));
	try_ports("four ports");
	SHOW(ioperm(0x80, 4, 0));
	try_ports("none");
	SHOW(iopl(4));
	SHOW(iopl(-1));
	SHOW(iopl(0));
	SHOW(iopl(1));
	try_ports("level 1");
	SHOW(iopl(3));
	try_ports("level 3");
	SHOW(iopl(0));
	try_ports("level 0");
	return 0;
}
