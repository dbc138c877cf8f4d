# SPDX-License-Identifier: GPL-2.0-or-later
# For those who work on trapgate.

# Not formatted: the argument kinds and the declaration macros, which are laid out by hand.
FORMATTED := $(sort $(filter-out src/abi/syscall.h,$(shell find src tests samples bench \
	-name '*.[ch]' 2>/dev/null)))

.PHONY: format
format: ## format the sources in place
	$(Q)clang-format -i $(FORMATTED)

.PHONY: lint lint-format lint-tidy
lint: lint-format lint-tidy ## check the format, and run clang-tidy

lint-format:
	$(call say,LINT,clang-format)
	$(Q)clang-format --dry-run -Werror $(FORMATTED)

lint-tidy: $(GEN)/syscall_nr.h
	$(call say,LINT,clang-tidy)
	$(Q)printf '%s\n' $(filter %.c,$(SRCS)) | xargs -P $$(nproc) -n 8 sh -c 'out=$$(clang-tidy --quiet \
		"--warnings-as-errors=*" "$$@" -- -std=gnu17 -D_GNU_SOURCE= -Isrc -I$(GEN) $(UNICORN_CFLAGS) \
		2>/dev/null) && exit 0; printf "%s\n" "$$out"; exit 1' sh

.PHONY: tsan
tsan: guests ## look for data races: guests with threads under trapgate with ThreadSanitizer
	$(Q)$(MAKE) --no-print-directory SAN=thread all
	$(Q)TEST_SLOWNESS=4 TRAPGATE=$(B)/tsan/trapgate tests/run -j1 $(patsubst %,guest/%*,threads thread_signals spin_pause \
		net_threads limit_threads membarrier rseq seccomp robust) trace/threads net/emulated/net_threads limit/threads
