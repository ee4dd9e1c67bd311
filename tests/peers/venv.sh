#!/bin/sh
# Prints the folder of a virtual environment with peers, made first where it is missing or its
# requirements changed.
# Usage: tests/peers/venv.sh NAME     (NAME of a requirements-NAME.txt beside this file)
# Environment: TOKMILL_PEERS the folder of all environments (default build/peers).
#
# A requirements file is pip's, in steps, since some packages resolve only after others:
#   # apt: PACKAGE...         Debian packages that must be there (installed when root)
#   # site                    sees Debian's Python packages
#   # step [PIP OPTIONS]      the lines up to the next step go to one run of pip
set -eu
name=${1:?name of an environment}
here=$(cd "$(dirname "$0")" && pwd)
list=$here/requirements-$name.txt
[ -f "$list" ] || { echo "venv.sh: no $list" >&2; exit 2; }
dir=${TOKMILL_PEERS:-$here/../../build/peers}/$name
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
exec 9>"$dir/lock"
flock 9
if cmp -s "$list" "$dir/made-of"; then echo "$dir"; exit; fi

missing=
for p in $(sed -n 's/^# apt: //p' "$list"); do
    dpkg -s "$p" >/dev/null 2>&1 || missing="$missing $p"
done
if [ -n "$missing" ]; then
    [ "$(id -u)" = 0 ] || { echo "venv.sh: $name needs:$missing" >&2; exit 3; }
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y $missing >&2
fi
python=python3
site=
# Debian's packages belong to Debian's Python, whatever python3 comes first in PATH
if grep -q '^# site' "$list"; then python=/usr/bin/python3 site=--system-site-packages; fi
[ -x "$dir/bin/python" ] || $python -m venv $site "$dir" >&2

step() {    # step OPTIONS: install what is in $dir/step.txt
    [ -s "$dir/step.txt" ] || return 0
    # shellcheck disable=SC2086
    "$dir/bin/pip" install -q --disable-pip-version-check $1 -r "$dir/step.txt" >&2
    : > "$dir/step.txt"
}
options=
: > "$dir/step.txt"
while read -r line; do
    case $line in
    '# step'*) step "$options" || exit 3; options=${line#'# step'} ;;
    '#'* | '') ;;
    *) echo "$line" >> "$dir/step.txt" ;;
    esac
done < "$list"
step "$options" || exit 3
rm "$dir/step.txt"
cp "$list" "$dir/made-of"
echo "$dir"
