/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_BMI_H
#define TRAPGATE_CPU_UNICORN_BMI_H

/* An instruction begins. */
void uc_x86_bmi_begin(void);

/* Around each operation of TCG with three operands. */
void uc_x86_before_op3(void *ctx, void *a1);
void uc_x86_after_op3(void *ctx, void *a1, void *a2, void *a3);

/* Behind each call of a helper. */
void uc_x86_after_call(void *ctx, void *ret);

#endif
