# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests: each tests/unit/test_*.c is a program of Check, linked with everything but main().

UNIT_SRCS := $(wildcard tests/unit/test_*.c)
UNIT_BINS := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(UNIT_SRCS))
# Check has no static library on every system: these programs are linked dynamically.
UNIT_LIBS := $(or $(shell pkg-config --libs check 2>/dev/null),-lcheck -lsubunit -lrt)
UNIT_LINK := -no-pie $(filter-out -static -no-pie,$(LINK_FLAGS))

.PHONY: unit-tests
unit-tests: $(UNIT_BINS) ## build the unit tests (build/tests)

$(OBJ)/tests/%.c.o: tests/unit/%.c $(OBJ)/.cflags | $(GEN)/syscall_nr.h need-unicorn
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP -c -o $@ $<

$(OUT)/tests/%: $(OBJ)/tests/%.c.o $(filter-out $(MAIN_OBJ),$(OBJS)) $(OBJ)/.link
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_LINK) -o $@ $< $(filter-out $(MAIN_OBJ),$(OBJS)) $(LIBS) $(UNIT_LIBS)

.SECONDARY: $(patsubst tests/unit/%.c,$(OBJ)/tests/%.c.o,$(UNIT_SRCS))
-include $(patsubst tests/unit/%.c,$(OBJ)/tests/%.c.d,$(UNIT_SRCS))

# The generated tests of errors: a guest per table (tests/errors/driver.c).
ERROR_TESTS := $(B)/errors/driver64 $(B)/errors/driver32

$(GEN)/calls%.inc: tests/errors/gen.awk tests/errors/known.tbl tests/errors/calls.tbl \
		tbl/syscall_%.tbl
	@mkdir -p $(@D)
	$(Q)awk -v width=$* -f $^ > $@

$(B)/errors/driver%: tests/errors/driver.c $(GEN)/calls%.inc
	$(call say,GUEST,$@)
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -m$* -DCALLS='"$(CURDIR)/$(GEN)/calls$*.inc"' -o $@ $<

.PRECIOUS: $(GEN)/calls%.inc
guests: $(ERROR_TESTS)

.PHONY: bench
bench: ## measure against native runs
	$(Q)scripts/setup
	$(Q)$(MAKE) --no-print-directory all guests
	$(Q)bench/run $(B)
