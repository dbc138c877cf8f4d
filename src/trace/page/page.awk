# SPDX-License-Identifier: GPL-2.0-or-later
# Copies page.html, with the file NAME in place of each line "@NAME@", up to the line "@data@"
# (part=head) or from behind it (part=tail).

/^@data@$/ {
	behind = 1
	next
}
behind != (part == "tail") { next }
/^@.*@$/ {
	name = substr($0, 2, length($0) - 2)
	while ((status = (getline line < (dir "/" name))) > 0)
		if (line !~ /SPDX-License-Identifier/)
			print line
	if (status < 0) {
		print name ": cannot be read" > "/dev/stderr"
		exit 1
	}
	next
}
{ print }
