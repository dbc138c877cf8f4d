/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the top of the stack down, as Linux has it:
 *
 *	a null pointer of the kernel's own size (8 bytes, for 32-bit programs too)
 *	execfn, the environment strings, the argument strings (each list ascends in memory)
 *	0..8191 random bytes, then down to a multiple of 16
 *	the platform string, 16 random bytes
 *	padding, so that the next block begins at a multiple of 16
 *	auxv with AT_NULL, envp, argv, argc (the lowest word, at sp) */
#include "loader/stack.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ARG_STRLEN	    (32 * PAGE_SIZE) /* of one string with its NUL */
#define KERNEL_NULL_POINTER 8

struct strings {
	const char *const *list;
	size_t count;
	u64 bytes; /* with the NULs */
};

static int measure(struct strings *s, const char *const *list)
{
	s->list = list;
	s->count = 0;
	s->bytes = 0;
	for (; list[s->count]; s->count++) {
		size_t len = strnlen(list[s->count], MAX_ARG_STRLEN) + 1;

		if (len > MAX_ARG_STRLEN)
			return -E2BIG;
		s->bytes += len;
	}
	return 0;
}

static u8 *host_at(const struct stack_plan *plan, struct stack_image *image, guest_addr addr)
{
	return image->data + image->size - (plan->top - addr);
}

/* Writes one word of the program's size at *sp and moves on. */
static void put_word(const struct stack_plan *plan, struct stack_image *image, guest_addr *sp,
		     u64 value)
{
	size_t size = plan->abi == ABI_64 ? 8 : 4;

	memcpy(host_at(plan, image, *sp), &value, size); /* little endian on both sides */
	*sp += size;
}

/* Writes the strings from addr up, and the array of pointers to them with its NULL at *sp. */
static void put_strings(const struct stack_plan *plan, struct stack_image *image,
			const struct strings *s, guest_addr addr, guest_addr *sp)
{
	for (size_t i = 0; i < s->count; i++) {
		size_t len = strlen(s->list[i]) + 1;

		memcpy(host_at(plan, image, addr), s->list[i], len);
		put_word(plan, image, sp, addr);
		addr += len;
	}
	put_word(plan, image, sp, 0);
}

static void fill_auxv(struct stack_plan *plan, guest_addr execfn, guest_addr platform,
		      guest_addr random)
{
	for (size_t i = 0; i < plan->nr_auxv; i++) {
		switch (plan->auxv[i][0]) {
		case AT_EXECFN:
			plan->auxv[i][1] = execfn;
			break;
		case AT_PLATFORM:
			plan->auxv[i][1] = platform;
			break;
		case AT_RANDOM:
			plan->auxv[i][1] = random;
			break;
		default:
			break;
		}
	}
}

int stack_build(struct stack_plan *plan, struct stack_image *image)
{
	/* Since Linux 5.18 nobody starts without argv[0]. */
	static const char *const no_args[] = {"", NULL};
	const char *platform_name = plan->abi == ABI_64 ? "x86_64" : "i686";
	size_t platform_len = strlen(platform_name) + 1;
	size_t execfn_len = strnlen(plan->execfn, MAX_ARG_STRLEN) + 1;
	size_t word = plan->abi == ABI_64 ? 8 : 4;
	struct strings args, envs;
	guest_addr execfn, platform, random, sp;
	u64 words, total;

	memset(image, 0, sizeof(*image));
	if (measure(&args, plan->argv[0] ? plan->argv : no_args) || measure(&envs, plan->envp) ||
	    execfn_len > MAX_ARG_STRLEN)
		return -E2BIG;
	words = 1 + args.count + 1 + envs.count + 1 + 2 * (plan->nr_auxv + 1);
	/* No more than this, with all the padding there can be. */
	total = execfn_len + envs.bytes + args.bytes + words * word + plan->align_random +
		2 * PAGE_SIZE;
	if (total > plan->top)
		return -E2BIG;

	execfn = plan->top - KERNEL_NULL_POINTER - execfn_len;
	image->env_end = execfn;
	image->env_start = image->arg_end = execfn - envs.bytes;
	image->arg_start = image->arg_end - args.bytes;
	platform = ((image->arg_start - plan->align_random) & ~15UL) - platform_len;
	random = platform - sizeof(plan->random);
	image->sp = (random - words * word) & ~15UL;
	image->size = plan->top - image->sp;
	image->data = calloc(1, image->size);
	if (!image->data)
		return -ENOMEM;

	memcpy(host_at(plan, image, execfn), plan->execfn, execfn_len);
	memcpy(host_at(plan, image, platform), platform_name, platform_len);
	memcpy(host_at(plan, image, random), plan->random, sizeof(plan->random));
	fill_auxv(plan, execfn, platform, random);
	sp = image->sp;
	put_word(plan, image, &sp, args.count);
	image->argv = sp;
	put_strings(plan, image, &args, image->arg_start, &sp);
	image->envp = sp;
	put_strings(plan, image, &envs, image->env_start, &sp);
	image->auxv = sp;
	for (size_t i = 0; i < plan->nr_auxv; i++) {
		put_word(plan, image, &sp, plan->auxv[i][0]);
		put_word(plan, image, &sp, plan->auxv[i][1]);
	}
	return 0; /* AT_NULL is there already: the memory was cleared */
}
