# SPDX-License-Identifier: GPL-2.0-or-later
# Programs on a terminal: driven by tests/tools/ptydrive, natively and under trapgate.

# terminal SCRIPT COMMAND...: both runs must find what the script expects and end alike.
terminal()
{
	local script=$1 native status
	shift
	export PS1='P> ' TERM=dumb HOME=/ HISTFILE=
	native=$("$TOOLS/ptydrive" "$script" "$@") || { status=$?; echo "natively: $native"; return $status; }
	emulated=$("$TOOLS/ptydrive" "$script" "$TRAPGATE" run "$@") || { echo "$emulated"; return 1; }
	[[ $native == "$emulated" ]] || { echo "natively $native, under trapgate $emulated"; return 1; }
}

if [[ -x $BASH_STATIC ]]; then
	check terminal/jobcontrol terminal "$ROOT/tests/scripts/jobcontrol.pty" \
		"$BASH_STATIC" --norc --noprofile --noediting -i
fi
