/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A target: one input. libFuzzer calls it (make fuzz), or driver.c does (make check). */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
