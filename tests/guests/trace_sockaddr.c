/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket addresses of every family, at every length that tells one from another.
 * tests/cases/60-trace.sh sets strace's lines and trapgate's side by side. */
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

static void call(const void *address, socklen_t len)
{
	connect(-1, address, len);
}

static void amateur_radio(void)
{
	static const char *const calls[] = {"VALID ", "      ", "lower ",
					    "A B   ", "N0CALL", "A*B   "};
	unsigned char b[72] = {3, 0};
	int n = 3;

	memcpy(b + 12, &n, 4);
	for (size_t i = 0; i < 6; i++) {
		for (int k = 0; k < 6; k++)
			b[2 + k] = b[16 + k] = (unsigned char)(calls[i][k] << 1);
		b[8] = (unsigned char)(i * 6);
		call(b, 16);
		call(b, 23);
		call(b, 40);
		call(b, 72);
	}
}

int main(void)
{
	static const unsigned char lengths[] = {2,  3,	4,  6,	8,  10, 12, 14, 16, 18, 20,  24,
						25, 28, 30, 36, 40, 72, 84, 88, 92, 96, 110, 128};
	static const uint32_t numbers[] = {0,	   1,	   2,	   3,	       0x80,
					   0x1001, 0xfffe, 0xffff, 0xfffffffe, ~0u};
	unsigned char b[128];

	for (uint16_t family = 0; family < 47; family++) {
		for (size_t i = 0; i < sizeof(lengths); i++)
			for (int how = 0; how < 3; how++) {
				for (size_t k = 0; k < sizeof(b); k++)
					b[k] = (unsigned char)(how * (k * 3 + 1));
				memcpy(b, &family, 2);
				call(b, lengths[i]);
			}
		for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
			for (size_t k = 4; k < sizeof(b); k += 4)
				memcpy(b + k, &numbers[i], 4);
			memcpy(b, &family, 2);
			memcpy(b + 2, &numbers[i], 2);
			call(b, 12);
			call(b, 16);
			call(b, 24);
			call(b, 40);
		}
	}
	amateur_radio();
	return 0;
}
