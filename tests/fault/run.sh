#!/bin/bash
# Kills at random moments, full disks, failing reads.
#
#   tests/fault/run.sh [RUNS]       default 1,000 kills, over all stages with -o
#
# Whatever the moment, the final name holds the whole output or nothing; a rerun gives the same
# bytes and sweeps what was left. Random moments come from a fixed seed (SEED=1).
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD runs=${1:-1000}
tokmill=${TOKMILL:-$root/build/tokmill}
RANDOM=${SEED:-1}
export LC_ALL=C
work=$(mktemp -d)
trap '[ -z "${mounted-}" ] || umount "$work/full"; rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0 skipped=0
pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $1"; }

# ---- inputs: tokmill's own source, small enough for a run of some ten milliseconds ----------------

"$tokmill" -q code "$root/core" "$root/cmd" "$root/read" --input-root "$root" -o docs.jsonl || exit 1
for i in 1 2 3; do sed "s/^{\"id\":\"/&$i-/" docs.jsonl; done > more.jsonl
"$tokmill" -q bpe-train docs.jsonl --vocab-size 1000 --pattern gpt2 --special '<|endoftext|>' -o tok.json || exit 1
"$tokmill" -q encode -t tok.json docs.jsonl -o ids.jsonl || exit 1
"$tokmill" -q shard ids.jsonl -o parts/ || exit 1
"$tokmill" -q norm docs.jsonl --stats stats.json -o clean.jsonl || exit 1
"$tokmill" -q plan docs.jsonl more.jsonl -o plan.json 2> /dev/null

# NAME and the command; OUT stands for the final name
cat > commands <<X
plain norm more.jsonl then lang -o OUT
zst norm more.jsonl -o OUT.zst
gz norm more.jsonl -o OUT.gz
rejects filter --rules gopher-repetition more.jsonl --rejects OUT.rejects --stats OUT.stats -o OUT
barrier dedup-exact more.jsonl then norm -o OUT
near dedup-near docs.jsonl -o OUT
code code $root/core --input-root $root -o OUT.zst
train bpe-train docs.jsonl --vocab-size 600 --pattern gpt2 -o OUT
encode encode -t tok.json docs.jsonl -o OUT
megatron shard ids.jsonl --format megatron -o OUT/
native shard ids.jsonl -o OUT/
mds shard ids.jsonl --format mds --compress zstd --size 20K -o OUT/
webdataset shard ids.jsonl --format webdataset --size 20K -o OUT/
packed shard ids.jsonl --format datatrove --pack best-fit --length 512 --loss-mask -o OUT/
merge merge parts/ parts/ parts/ -o OUT.tms
report report stats.json -o OUT
units norm docs.jsonl more.jsonl --stats OUT.stats -o OUT/
X

# The content of what a command leaves; marks, time and host apart.
content() {
    for f in $(find . -path './out*' -type f ! -name '*.stats*' | sort); do echo "$f $(cksum < "$f")"; done
}
leftovers() { find . -path './out*' -name '*.tmp.*'; }
names() { find . -path './out*' -type f ! -name '*.tmp.*' ! -path '*/.tokmill/*'; }

milliseconds() { # of one whole run
    local from to
    from=$(date +%s%N)
    "$@" > /dev/null 2>&1 || return 1
    to=$(date +%s%N)
    echo $(((to - from) / 1000000 + 1))
}

kill_runs() { # NAME RUNS COMMAND...
    local name=$1 n=$2 i ms pid f
    shift 2
    rm -rf out*
    ms=$(milliseconds "$tokmill" -q "$@") || { fail "$name: the undisturbed run"; return; }
    content > want
    rm -rf whole && mkdir whole && cp -R out* whole/
    for i in $(seq "$n"); do
        [ $((i % 3)) -eq 0 ] && rm -rf out*         # else over what is there, whole
        "$tokmill" -q "$@" > /dev/null 2>&1 &
        pid=$!
        sleep "$(printf '0.%06d' $((RANDOM * 33 % ((ms + 2) * 1000) % 999999)))"
        kill -9 "$pid" 2> /dev/null
        wait "$pid" 2> /dev/null
        for f in $(names); do
            case $f in *.stats*) continue ;; esac
            cmp -s "$f" "whole/$f" || { fail "$name, run $i: $f is not whole"; return; }
        done
        if [ $((i % 10)) -eq 0 ]; then
            "$tokmill" -q "$@" > /dev/null 2> err || { fail "$name: rerun $i: $(cat err)"; return; }
            content > got
            cmp -s want got || { fail "$name: rerun $i gives other bytes"; diff want got | head -5; return; }
        fi
        pass
    done
    rm -rf out*
}

stages=$(wc -l < commands)
while read -r name command; do
    # shellcheck disable=SC2046
    kill_runs "$name" $((runs / stages + 1)) $(echo "$command" | sed 's/OUT/out/g')
done < commands
echo "kills: $passed runs"

# ---- full disk ----------------------------------------------------------------------------------

mkdir full
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=64k tmpfs full 2> /dev/null; then
    mounted=1
    while read -r name command; do
        case $name in report) continue ;; esac      # its output is smaller than the disk
        # shellcheck disable=SC2046
        "$tokmill" -q $(echo "$command" | sed 's/OUT/full\/out/g') > /dev/null 2> err
        rc=$?
        if [ $rc -eq 0 ]; then
            echo "full disk, $name: fits, no case"
        elif [ $rc -ne 3 ]; then
            fail "full disk, $name: status $rc, not 3: $(cat err)"
        elif [ -n "$(find full -name 'out*' -type f ! -name '*.tmp.*' ! -path '*/.tokmill/*' ! -name '*.stats' ! -name '*.rejects')" ]; then
            fail "full disk, $name: something stands under a final name"
        else
            pass
        fi
        rm -rf full/* full/.[!.]*
    done < commands
    "$tokmill" -q dedup-exact more.jsonl more.jsonl --tmp full -o out 2> err
    rc=$?
    [ $rc -eq 3 ] && [ ! -e out ] && pass || fail "full --tmp: status $rc: $(cat err)"
    umount full
    mounted=
else
    echo "SKIPPED: full disk (needs root and tmpfs)"
    skipped=$((skipped + 1))
fi
(ulimit -f 64 && exec "$tokmill" -q norm more.jsonl -o limited) 2> err
rc=$?
[ $rc -eq 3 ] && [ ! -e limited ] && pass || fail "file size limit: status $rc: $(cat err)"

# ---- failing reads --------------------------------------------------------------------------------

fails_with_3() { # NAME COMMAND...
    local name=$1 rc
    shift
    "$@" -o out > /dev/null 2> err
    rc=$?
    [ $rc -eq 3 ] && [ ! -e out ] && pass || fail "$name: status $rc: $(cat err)"
}
fails_with_3 "a folder as input" "$tokmill" -q norm .
fails_with_3 "a missing file behind a good one" "$tokmill" -q norm docs.jsonl nosuch.jsonl
[ -r /proc/self/mem ] && fails_with_3 "a read that fails" "$tokmill" -q norm /proc/self/mem

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
