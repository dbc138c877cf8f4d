# SPDX-License-Identifier: GPL-2.0-or-later
# A little of everything that a build script does.
set -e
mkdir -p src/a src/b obj
for n in 1 2 3 4; do
	printf 'int f%d(void) { return %d; }\n' $n $n > src/a/f$n.c
done
for f in src/a/*.c; do
	o=obj/$(basename $f .c).o
	sha256sum < $f | cut -c1-16 > $o
done
cat obj/*.o | sort | md5sum
find . -name '*.c' | sort | xargs wc -l
tar cf - src | (cd obj && tar xf -)
find obj | sort
awk -F'[ (]' '{ print $2 }' src/a/*.c
sed 's/int/long/' src/a/f1.c > src/b/f1.c
diff -r src/a src/b || echo "differs $?"
ln -s ../src obj/link && ls obj/link
mv src/b/f1.c src/b/g1.c
chmod 700 src/b; stat -c '%a %n' src/b
rm -rf src/a
find . -type f | sort | while read f; do echo "$f $(wc -c < $f)"; done
date -u -r fruit +%Y
cp -r obj obj2 && rm -r obj && ls obj2
false
echo not reached
