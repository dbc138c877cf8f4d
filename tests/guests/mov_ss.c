/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an instruction that loads SS does to the next one: its single step is not seen, TF is not
 * seen where it is not set, and gates and faults are as ever. */
#include "box.h"

#define MOV_BX	0xbb, 0x2b, 0, 0, 0    /* mov ebx, USER_DS */
#define MOV_AX	0xb8, 0xd0, 7, 0, 0    /* mov eax, 2000: no such call */
#define PUSH_TF 0x68, 0x02, 0x03, 0, 0 /* push flags with TF */
#define MOV_SS	0x8e, 0xd3	       /* mov ss, bx */
#define MOV_DS	0x8e, 0xdb
#define SHOW_FL 0x9c, 0x59 /* pushf; pop cx */

int main(void)
{
	box_init();
	BOX(MOV_BX, MOV_AX, MOV_SS, 0xcd, 0x80);
	BOX(MOV_BX, MOV_SS, SHOW_FL);
	BOX(MOV_BX, MOV_SS, MOV_SS, SHOW_FL);
	BOX(MOV_BX, MOV_SS, MOV_DS, SHOW_FL);
	BOX(MOV_BX, MOV_DS, SHOW_FL);
	BOX(MOV_BX, MOV_SS, 0x0f, 0x0b);
	BOX(MOV_BX, MOV_SS, 0xcc);
	BOX(MOV_BX, MOV_SS, 0xf4);
	BOX(MOV_BX, MOV_SS, 0x8b, 0x04, 0x25, 0, 0, 0, 0);
	BOX(PUSH_TF, MOV_BX, MOV_SS, 0x9d, 0x90, 0x90);
	BOX(PUSH_TF, MOV_BX, 0x9d, MOV_SS, 0x90, 0x90);
	BOX(PUSH_TF, MOV_BX, 0x9d, MOV_SS, MOV_SS, 0x90, 0x90);
	BOX(PUSH_TF, MOV_BX, 0x9d, MOV_SS, MOV_DS, 0x90, 0x90);
	BOX(PUSH_TF, MOV_BX, 0x9d, MOV_DS, 0x90, 0x90);
	BOX(PUSH_TF, MOV_BX, 0x9d, MOV_SS, SHOW_FL, 0x90);
	BOX(PUSH_TF, MOV_BX, MOV_AX, 0x9d, MOV_SS, 0xcd, 0x80, 0x90, 0x90);
#ifdef __x86_64__
	BOX(MOV_BX, MOV_AX, MOV_SS, 0x0f, 0x05);
	BOX(PUSH_TF, MOV_BX, MOV_AX, 0x9d, MOV_SS, 0x0f, 0x05, 0x90, 0x90);
#else
	BOX(0x16, 0x17, SHOW_FL); /* push ss; pop ss */
	BOX(0x16, PUSH_TF, 0x9d, 0x17, SHOW_FL, 0x90);
	BOX(0x68, 0, 0, 0, 0, 0x0f, 0xb2, 0x24, 0x24, SHOW_FL); /* lss of a null selector */
#endif
	/* code that writes to its own page */
	box_defaults();
	box_in.r[SP] = box_in.ip + 0x800;
	box_run((unsigned char[]){SHOW_FL, 0x6a, 1, 0x59, SHOW_FL}, 7);
	box_show("pushf on the page of the code");
	return 0;
}
