/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_REP_H
#define TRAPGATE_CPU_UNICORN_REP_H

#include <stdbool.h>

/* Emits a call, before REP MOVS or REP STOS of `width` bytes, that does most of its turns. */
void uc_x86_emit_rep(void *ctx, unsigned width, bool moves);

#endif
