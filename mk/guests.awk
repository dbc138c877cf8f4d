# SPDX-License-Identifier: GPL-2.0-or-later
# Reads guest sources, writes make variables: SAMPLES and GUESTS (programs) and GUEST_RULES, a list
# of PROGRAM|SOURCE|FLAGS|COMPILER with commas between flags. Markers: see mk/guests.mk.

function finish(	dir, base, name, prog, extra)
{
	if (src == "" || src == "/dev/null")
		return
	dir = src ~ /^samples\// ? "samples" : "guests"
	base = src
	sub(/^.*\//, "", base)
	name = base
	sub(/\.[cS]$/, "", name)
	prog = build "/" dir "/" name
	extra = has["nostdlib"] ? ",-nostdlib" : ""
	if (has["32"]) {
		rule(dir, prog, "-m32,-msse2" extra, "")
	} else {
		rule(dir, prog, "-m64" extra, "")
		if (!has["64"])
			rule(dir, prog "32", "-m32,-msse2" extra, "")
		if (dir == "guests" && has["socketcall"])
			rule(dir, prog "32.socketcall", "-m32,-msse2,-DSOCKETCALL" extra, "")
		if (dir == "guests" && has["musl"])
			rule(dir, prog ".musl", "-m64" extra, "musl-gcc")
		if (dir == "guests" && has["O0"])
			rule(dir, prog ".O0", "-m64,-O0" extra, "")
	}
	split("", has)
}

function rule(dir, prog, flags, cc)
{
	list[dir] = list[dir] " \\\n\t" prog
	rules = rules " \\\n\t" prog "|" src "|" flags "|" cc
}

FNR == 1 {
	finish()
	src = FILENAME
}
FNR <= 10 {
	if ($0 ~ /only: 64/)
		has["64"] = 1
	if ($0 ~ /only: 32/)
		has["32"] = 1
	# A bare word of prose does not count: markers stand in comments, away from code.
	if ($0 ~ /(guest:|only:|\/\*|^[ \t]*\*|\/\/)/) {
		if ($0 ~ /(^|[^A-Za-z0-9_-])nostdlib([^A-Za-z0-9_]|$)/)
			has["nostdlib"] = 1
		if ($0 ~ /(^|[^A-Za-z0-9_-])musl([^A-Za-z0-9_]|$)/)
			has["musl"] = 1
		if ($0 ~ /(^|[^A-Za-z0-9_-])O0([^A-Za-z0-9_]|$)/)
			has["O0"] = 1
		if ($0 ~ /(guest:.*[^A-Za-z0-9_(])socketcall([^A-Za-z0-9_(]|$)/)
			has["socketcall"] = 1
	}
}
END {
	finish()
	print "SAMPLES :=" list["samples"]
	print "GUESTS :=" list["guests"]
	print "GUEST_RULES :=" rules
}
