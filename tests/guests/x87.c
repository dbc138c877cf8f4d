/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* The x87's own functions to the last bit, with the flags that they leave. */
#include <stdio.h>
#include <string.h>

static void show(const char *name, long double v, unsigned short sw)
{
	unsigned char b[16] = {0};

	memcpy(b, &v, 10);
	printf("%s", name);
	for (int i = 9; i >= 0; i--)
		printf("%s%02x", i == 9 || i == 7 ? " " : "", b[i]);
	/* without C1, and without the denormal operand's flag */
	printf(" sw %04x\n", sw & 0x7dbd);
}

static const long double values[] = {0.0L,    -0.0L,	0.5L,	 -0.7L,	  1.0L,
				     1.1L,    3.75L,	-123.4L, 1e-5L,	  1e10L,
				     0x1p63L, -0x1p65L, 1e300L,	 1e4000L, 1e-4000L};
#define COUNT (sizeof(values) / sizeof(values[0]))

#define UNARY(name, x)                                                                             \
	do {                                                                                       \
		long double r_;                                                                    \
		unsigned short sw_;                                                                \
		__asm__ volatile("fninit; fldt %2; fnclex; " #name "; fnstsw %1; fstpt %0; fninit" \
				 : "=m"(r_), "=m"(sw_)                                             \
				 : "m"(x)                                                          \
				 : "memory");                                                      \
		show(#name, r_, sw_);                                                              \
	} while (0)

#define BINARY(name, x, y)                                                                         \
	do {                                                                                       \
		long double r_;                                                                    \
		unsigned short sw_;                                                                \
		__asm__ volatile("fninit; fldt %2; fldt %3; fnclex; " #name                        \
				 "; fnstsw %1; fstpt %0; fninit"                                   \
				 : "=m"(r_), "=m"(sw_)                                             \
				 : "m"(x), "m"(y)                                                  \
				 : "memory");                                                      \
		show(#name, r_, sw_);                                                              \
	} while (0)

int main(void)
{
	for (size_t i = 0; i < COUNT; i++) {
		UNARY(fsin, values[i]);
		UNARY(fcos, values[i]);
		UNARY(fptan, values[i]);
		UNARY(fsincos, values[i]);
		UNARY(fsqrt, values[i]);
		if (values[i] >= -1 && values[i] <= 1) /* else undefined */
			UNARY(f2xm1, values[i]);
		for (size_t j = 0; j < COUNT; j++) {
			BINARY(fyl2x, values[j], values[i]);
			if (values[i] > -0.29L && values[i] < 0.29L)
				BINARY(fyl2xp1, values[j], values[i]);
			BINARY(fpatan, values[j], values[i]);
			BINARY(fprem, values[j], values[i]);
			BINARY(fprem1, values[j], values[i]);
			BINARY(fscale, values[j], values[i]);
		}
	}
	return 0;
}
