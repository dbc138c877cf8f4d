# SPDX-License-Identifier: GPL-2.0-or-later
# Escape attempts (tests/escape/): guests of both widths, static.

ESCAPE_SRCS := $(wildcard tests/escape/*.c)
ESCAPES := $(foreach s,$(basename $(notdir $(ESCAPE_SRCS))),$(B)/escape/$(s) $(B)/escape/$(s)32)

$(B)/escape/%32: tests/escape/%.c tests/escape/escape.h mk/security.mk
	$(call say,GUEST,$@)
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -m32 -o $@ $<
$(B)/escape/%: tests/escape/%.c tests/escape/escape.h mk/security.mk
	$(call say,GUEST,$@)
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -o $@ $<

guests: $(ESCAPES)

# Fuzz targets (tests/fuzz/): with a driver of ours for a short seeded run in `make check`, with
# clang's libFuzzer for `make fuzz`.
FUZZ_TARGETS := calls elf manifest policy text
FUZZ_BINS := $(FUZZ_TARGETS:%=$(OUT)/fuzz/%)
FUZZ_TIME ?= 600
fuzz_inputs = $(wildcard tests/fuzz/corpus/$(1)/*) $(if $(filter elf,$(1)),$(B)/samples/exit_int80 $(B)/samples/exit_syscall)

$(OBJ)/fuzz/%.c.o: tests/fuzz/%.c $(OBJ)/.cflags | $(GEN)/syscall_nr.h need-unicorn
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/fuzz -MMD -MP -c -o $@ $<
-include $(FUZZ_TARGETS:%=$(OBJ)/fuzz/%.c.d) $(OBJ)/fuzz/driver.c.d

FUZZ_MAIN ?= $(OBJ)/fuzz/driver.c.o
$(FUZZ_BINS): $(OUT)/fuzz/%: $(OBJ)/fuzz/%.c.o $(FUZZ_MAIN) $(filter-out $(MAIN_OBJ),$(OBJS)) $(OBJ)/.link
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -no-pie $(filter-out -static -no-pie,$(LINK_FLAGS)) $(if $(FUZZ_MAIN),,-fsanitize=fuzzer) -o $@ \
		$(filter %.o,$^) $(LIBS)

.PHONY: fuzz-targets fuzz-short fuzz
fuzz-targets: $(FUZZ_BINS)
	@:
fuzz-short: $(FUZZ_BINS) samples
	$(Q)$(foreach t,$(FUZZ_TARGETS),timeout 300 $(OUT)/fuzz/$(t) 3000 $(call fuzz_inputs,$(t)) &&) true

fuzz: samples ## fuzz with clang's libFuzzer, each target FUZZ_TIME seconds (600)
	$(Q)$(MAKE) --no-print-directory CC=clang OUT=$(B)/libfuzzer OBJ=$(B)/libfuzzer/obj FUZZ_MAIN= \
		CFLAGS='$(CFLAGS) -fsanitize=fuzzer-no-link' fuzz-targets
	$(Q)$(foreach t,$(FUZZ_TARGETS),mkdir -p $(B)/libfuzzer/corpus/$(t) && cp $(call fuzz_inputs,$(t)) \
		$(B)/libfuzzer/corpus/$(t)/ && $(B)/libfuzzer/fuzz/$(t) -max_total_time=$(FUZZ_TIME) -max_len=16384 \
		-artifact_prefix=$(B)/libfuzzer/$(t)- $(B)/libfuzzer/corpus/$(t) &&) true
