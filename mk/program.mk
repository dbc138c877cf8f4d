# SPDX-License-Identifier: GPL-2.0-or-later
# The program: every source under src/ is part of it.

# src/loader/vdso/ and src/cli/paths/ hold programs of their own: src/loader/vdso.mk, src/cli/paths/guest.mk.
SRCS := $(sort $(filter-out src/loader/vdso/% src/cli/paths/% src/trace/page/%,$(shell find src -name '*.[cS]')))
# Linked with the engine itself, see below.
ENGINE_SRCS := src/cpu/unicorn_x86_only.c src/cpu/unicorn_traps.c src/cpu/unicorn_fp.c src/cpu/unicorn_sse.c src/cpu/unicorn_sse4.c src/cpu/unicorn_x87.c \
	src/cpu/unicorn_decode.c src/cpu/unicorn_align.c src/cpu/unicorn_touch.c src/cpu/unicorn_x87_stack.c src/cpu/unicorn_atomic.c \
	src/cpu/unicorn_tlb.c src/cpu/unicorn_jump.c src/cpu/unicorn_rep.c src/cpu/unicorn_operands.c src/cpu/unicorn_access.c src/cpu/unicorn_bmi.c src/cpu/unicorn_far.c
ENGINE_OBJS := $(patsubst src/%,$(OBJ)/%.o,$(ENGINE_SRCS))
OBJS := $(patsubst src/%,$(OBJ)/%.o,$(filter-out $(ENGINE_SRCS),$(SRCS))) \
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
# names (cpu_reset, list_insert...) would share one space with trapgate's. The functions that are
# wrapped are explained in $(ENGINE_SRCS).
ENGINE_WRAPPED := tcg_emit_op gen_intermediate_code cpu_ldub_code cpu_lduw_code cpu_ldl_code tcg_gen_qemu_ld_i64 tcg_gen_qemu_st_i64 \
	tcg_gen_qemu_ld_i32 tcg_gen_qemu_st_i32 $(patsubst %,helper_%_mmu,le_lduw le_ldul le_ldq be_lduw be_ldul be_ldq \
	le_stw le_stl le_stq be_stw be_stl be_stq) helper_monitor helper_lmsw helper_invlpg helper_skinit helper_clts helper_maskmov_mmx helper_maskmov_xmm cpu_exec raise_exception raise_exception_ra raise_exception_err \
	raise_exception_err_ra helper_raise_exception helper_raise_interrupt helper_pause helper_syscall helper_sysenter \
	helper_rechecking_single_step helper_single_step cpu_restore_state helper_lar helper_cr4_testbit helper_lookup_tb_ptr helper_inb helper_inw helper_inl helper_outb helper_outw helper_outl
ENGINE_WRAPPED += helper_read_eflags helper_emms helper_set_dr helper_vmsave helper_write_crN helper_load_seg helper_iret_protected helper_lret_protected helper_ljmp_protected helper_lcall_protected tcg_gen_exit_tb helper_atomic_cmpxchgl_le helper_atomic_xchgl_le
ENGINE_WRAPPED += tlb_set_page tcg_gen_mb helper_cpuid helper_cmpxchg8b_unlocked helper_cmpxchg16b_unlocked $(patsubst %,tcg_gen_atomic_%_i64,cmpxchg xchg fetch_add \
	fetch_and fetch_or fetch_xor add_fetch and_fetch or_fetch xor_fetch)
ENGINE_WRAPPED += tcg_gen_callN tcg_gen_addi_i64 tcg_gen_op2 tcg_gen_op3 $(patsubst %,tcg_gen_%_i64,ext8u ext32u setcond movcond) $(patsubst %,helper_%,ldmxcsr fldcw fldenv frstor fxrstor xrstor fclex \
	fninit fnstsw fstenv fsave fxsave xsave xsaveopt fwait rsm stgi clgi vmmcall vmload \
	f2xm1 fsqrt fsin fcos fyl2x fyl2xp1 fpatan fprem fprem1 fscale fptan \
	fsincos $(foreach x,fadd fmul fsub fsubr fdiv fdivr,$x_ST0_FT0 $x_STN_ST0) $(patsubst %,%_ST0_FT0,fcom fucom fcomi fucomi) \
	fmov_FT0_STN $(patsubst %,%_FT0,flds fldl fildl fldz) $(patsubst %,%_ST0,flds fldl fildl fildll fld1 fldl2t fldl2e fldpi fldlg2 fldln2 fldz) fpush \
	$(patsubst %,%_ST0,fldt fbld fsts fstl fist fistl fistll fistt fisttl fisttll fstt fbst fchs fabs) fmov_ST0_STN fmov_STN_ST0 fxchg_ST0_STN frndint ffree_STN fxam_ST0 fpop fdecstp fincstp fxtract roundps_xmm roundpd_xmm roundss_xmm roundsd_xmm dpps_xmm dppd_xmm $(foreach x,i e,pcmp$xstri_xmm pcmp$xstrm_xmm) \
	$(foreach x,phadd phsub,$(foreach y,w d sw,$x$y_mmx $x$y_xmm)) $(patsubst %,%_xmm,pshufb aesenc aesenclast aesdec aesdeclast aesimc aeskeygenassist pclmulqdq))
$(OBJ)/unicorn.o: $(ENGINE_OBJS) $(UNICORN_A) mk/program.mk
	$(call say,LD,$@)
	$(Q)ld -r --allow-multiple-definition $(patsubst %,--wrap=%_x86_64,$(ENGINE_WRAPPED)) --wrap=qht_init --wrap=memset -u uc_open \
		-o $@.tmp $(ENGINE_OBJS) $(UNICORN_A)
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


# The host calls that the sources make, as strings: what a hardened trapgate may call.
$(GEN)/host_calls.inc: FORCE
	@mkdir -p $(@D)
	@grep -rohE --include='*.[chS]' '\<SYS_[a-z0-9_]+\>' src | sort -u | sed 's/^SYS_/"/; s/$$/",/' > $@.tmp
	@cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@
$(OBJ)/sandbox/harden.c.o: $(GEN)/host_calls.inc

include src/loader/vdso.mk
include src/cli/paths/guest.mk
include src/trace/page/page.mk

DEPS := $(OBJS:.o=.d) $(ENGINE_OBJS:.o=.d)
$(DEPS): ;
-include $(DEPS)
