# SPDX-License-Identifier: GPL-2.0-or-later
# Every row of both tables with every argument in turn bad (tests/errors/).

for width in 64 32; do
	for part in 0 1 2 3; do
		twice -t 120 "errors/$width/$part" "$BUILD/errors/driver$width" -s $part/4
	done
done
