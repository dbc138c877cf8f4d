/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program's file says of its code: names, and how to find a function's caller. */
#ifndef TRAPGATE_LOADER_SYMBOLS_H
#define TRAPGATE_LOADER_SYMBOLS_H

#include "abi/types.h"

struct code_file; /* opened once, kept until the process ends */

/* The file at path, or NULL where it cannot be read as ELF. */
struct code_file *code_open(const char *path);
/* The address in the file's own terms of what lies at this offset in it. False: no segment. */
bool code_vaddr(const struct code_file *f, u64 offset, u64 *vaddr);
/* The function around vaddr: its name, and where in it vaddr lies. False: not known. */
bool code_symbol(const struct code_file *f, u64 vaddr, const char **name, u64 *at);
/* The bytes of .eh_frame (in *size) and their address. NULL: there is none. */
const u8 *code_eh_frame(const struct code_file *f, u64 *vaddr, size_t *size);

#endif
