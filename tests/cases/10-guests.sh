# SPDX-License-Identifier: GPL-2.0-or-later
# Every guest of tests/guests, in all its builds, without arguments. die is run once per way to die.

for prog in "$BUILD"/guests/*; do
	name=${prog##*/}
	base=${name%%.*}
	base=${base%32}
	[[ -x $prog && -f $prog && (-e tests/guests/$base.c || -e tests/guests/$base.S) ]] || continue
	case $base in
	jail_*) ;; # for sandboxes: 90-sandbox.sh
	trace_args | trace_ioctl) ;; # print ids and addresses of the run: 60-trace.sh
	trace_keyctl | trace_bpf | trace_perf | trace_uring) ;; # only where tracers keep calls from being made
	die)
		for how in exit raise kill null jump0 hlt ud2 int3 divide overflow write_text \
			abort quit_group wild_jump noexec; do
			q=
			[[ $how == null || $how == hlt ]] && q=-q
			twice $q "guest/$name/$how" "$prog" "$how"
		done
		;;
	argenv) twice -q "guest/$name" "$prog" one "two words" "" $'new\nline' ;;
	mm_fuzz_more) twice -q -t 120 "guest/$name" "$prog" ;; # with sanitizers on a busy machine
	threads) twice -t 120 "guest/$name" "$prog" ;; # thousands of them: too slow with sanitizers
	many_maps) twice "guest/$name" "$prog" ;; # the sanitizers map memory, too
	vm_exec | vm_exec_kept | vm_cleartid | vfork_shared) twice "guest/$name" "$prog" ;; # memory moves, but the sanitizers' does not
	*) twice -q "guest/$name" "$prog" ;;
	esac
done
