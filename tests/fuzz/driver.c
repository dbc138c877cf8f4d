/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A short seeded run of a target, where there is no libFuzzer: TARGET ROUNDS FILE... calls it with
 * each file, and with ROUNDS variations of them. The same seed makes the same run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define MAX_INPUT 65536

static uint64_t state = 0x2545f4914f6cdd1d;

static uint32_t dice(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % n;
}

static size_t mutate(uint8_t *d, size_t n, const uint8_t *other, size_t m)
{
	for (uint32_t i = 1 + dice(8); i > 0 && n; i--) {
		size_t at = dice((uint32_t)n), len = 1 + dice(16);

		switch (dice(6)) {
		case 0:
			d[at] ^= (uint8_t)(1u << dice(8));
			break;
		case 1:
			d[at] = (uint8_t)dice(256);
			break;
		case 2: /* a word that is at an edge */
			for (size_t j = at; j < n && j < at + 8; j++)
				d[j] = dice(2) ? 0xff : 0;
			break;
		case 3:
			len = len > n - at ? n - at : len;
			memmove(d + at, d + at + len, n - at - len);
			n -= len;
			break;
		case 4:
			len = len > MAX_INPUT - n ? MAX_INPUT - n : len;
			memmove(d + at + len, d + at, n - at);
			n += len;
			break;
		default: /* a piece of another file */
			if (!m)
				break;
			len = len > n - at ? n - at : len;
			for (size_t j = 0, from = dice((uint32_t)m); j < len && from + j < m; j++)
				d[at + j] = other[from + j];
			break;
		}
	}
	return n;
}

static size_t read_file(const char *path, uint8_t *to)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f) {
		perror(path);
		exit(2);
	}
	n = fread(to, 1, MAX_INPUT, f);
	fclose(f);
	return n;
}

int main(int argc, char **argv)
{
	static uint8_t file[64][MAX_INPUT], work[MAX_INPUT];
	size_t size[64];
	int files = argc - 2 > 64 ? 64 : argc - 2;
	long rounds = argc > 2 ? atol(argv[1]) : 0;

	if (files < 1)
		return 2;
	for (int i = 0; i < files; i++) {
		size[i] = read_file(argv[i + 2], file[i]);
		LLVMFuzzerTestOneInput(file[i], size[i]);
	}
	for (long i = 0; i < rounds; i++) {
		uint32_t a = dice((uint32_t)files), b = dice((uint32_t)files);
		size_t n = size[a];

		memcpy(work, file[a], n);
		n = mutate(work, n, file[b], size[b]);
		LLVMFuzzerTestOneInput(work, n);
	}
	printf("ok - %ld variations of %d inputs\n", rounds, files);
	return 0;
}
