# SPDX-License-Identifier: GPL-2.0-or-later
# The program: every source under src/ is part of it.

# src/loader/vdso/ holds programs of their own, which src/loader/vdso.mk makes.
SRCS := $(sort $(filter-out src/loader/vdso/%,$(shell find src -name '*.[cS]')))
OBJS := $(patsubst src/%,$(OBJ)/%.o,$(filter-out src/cpu/unicorn_x86_only.c,$(SRCS))) \
	$(OBJ)/gen/syscall_tables.c.o $(OBJ)/unicorn.o
MAIN_OBJ := $(OBJ)/main.c.o

TBLS := tbl/syscall_64.tbl tbl/syscall_32.tbl

$(OUT)/trapgate: $(OBJS) $(OBJ)/.link
	$(call say,LD,$@)
	$(Q)$(CC) $(LINK_FLAGS) -o $@ $(OBJS) $(LIBS)

$(OBJ)/%.c.o: src/%.c $(OBJ)/.cflags | $(GEN)/syscall_nr.h need-unicorn
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OBJ)/%.S.o: src/%.S $(OBJ)/.cflags | $(GEN)/syscall_nr.h
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Wa,-I$(GEN) -MMD -MP -c -o $@ $<

$(OBJ)/gen/%.c.o: $(GEN)/%.c $(OBJ)/.cflags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Unicorn's x86 emulator as one object that shows only its API: without this, its hundreds of global
# names (cpu_reset, list_insert...) would share one space with trapgate's.
$(OBJ)/unicorn.o: $(OBJ)/cpu/unicorn_x86_only.c.o $(UNICORN_A) mk/program.mk
	$(call say,LD,$@)
	$(Q)ld -r --allow-multiple-definition --wrap=cpu_exec_x86_64 -u uc_open -o $@.tmp $< $(UNICORN_A)
	$(Q)objcopy --wildcard --keep-global-symbol='uc_*' $@.tmp $@
	@rm -f $@.tmp

$(GEN)/syscall_tables.c: tbl/gen.awk $(TBLS)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)awk -v out=tables -f tbl/gen.awk $(TBLS) > $@

$(GEN)/syscall_nr.h: tbl/gen.awk $(TBLS)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)awk -v out=numbers -f tbl/gen.awk $(TBLS) > $@

comma := ,

include src/loader/vdso.mk

DEPS := $(OBJS:.o=.d) $(OBJ)/cpu/unicorn_x86_only.c.d
$(DEPS): ;
-include $(DEPS)
