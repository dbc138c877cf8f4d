# SPDX-License-Identifier: GPL-2.0-or-later
# What bash has of its own: arrays, [[ ]], process substitution, here-strings, (( )), printf -v.
a=(one "two words" three)
echo "${#a[@]} ${a[1]} ${a[@]:1} ${!a[@]}"
a+=(four); a[7]=eight; echo "${!a[@]}"
for x in "${a[@]}"; do echo "<$x>"; done
declare -A m=([k]=v [key two]="v 2"); for k in "${!m[@]}"; do echo "$k=${m[$k]}"; done | sort
[[ hello == h*o && 5 -gt 3 ]] && echo matched
[[ "v12.3" =~ ^v([0-9]+)\.([0-9]+)$ ]] && echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
for ((i = 0; i < 3; i++)); do echo -n "$i "; done; echo
(( x = 5 ** 3 + (7 & 3) )); echo $x
diff <(sort fruit) <(sort -u fruit)
cat < <(echo from process substitution)
tee >(wc -l > lines) < fruit > /dev/null; sleep 0.2; cat lines
cat <<< "here $x string"
cat <<EOF | tr a-z A-Z
document $((1 + 2))
EOF
printf -v v '%05d|%-5s|%x' 42 ab 255; echo "$v"
s="Hello World"; echo "${s,,} ${s^^} ${s/o/0} ${s//o/0} ${s:6:3} ${s%World} ${#s}"
mapfile -t lines < fruit; echo "${#lines[@]} ${lines[2]}"
echo {a,b}{1..3} {10..1..3}
f() { local -n ref=$1; ref=changed; }; y=orig; f y; echo $y
coproc CO { tr a-z A-Z; }
echo "through coproc" >&"${CO[1]}"; eval "exec ${CO[1]}>&-"; cat <&"${CO[0]}"; wait
shopt -s nullglob extglob; echo nomatch* !(f*) 
trap 'echo "line error $?"' ERR; false; trap - ERR
set -o pipefail; false | true; echo "pipefail $?"
echo "${PIPESTATUS[@]}"; true | false | true; echo "${PIPESTATUS[@]}"
read -r -a words <<< "p q r"; echo "${words[2]}"
read -t 0.05 z < <(sleep 1); echo "timeout $(( $? > 128 ))"
exec {fd}<fruit; read -u $fd l; echo "$l"; exec {fd}<&-
time_=$SECONDS; echo $(( SECONDS - time_ ))
echo $BASHPID | grep -qx "$$" || echo subshell pid
set -u; (echo $undefined_variable) 2>&1 | sed 's/.*: //'; set +u
select_=x; case $select_ in x) echo x ;& y) echo fallthrough ;; esac
type -t f; declare -f f | head -n 1
echo $'tab\there \x41 \u00e9'
ulimit -c; umask
hash -r; command -v echo
exit 21
