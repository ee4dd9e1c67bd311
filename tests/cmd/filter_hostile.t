#!/bin/sh
# filter: texts that nobody writes. A defined answer, in linear time, inside --memory and 64 MiB.
. "$TOKMILL_SRC/tests/lib.sh"

sets="--rules gopher-repetition --rules gopher-quality --rules c4 --rules fineweb"
# large NAME PRINTF-STRING N: a document of N times the string, as JSON spells it
large() { awk -v s="$2" -v n="$3" 'BEGIN { while (length(s) * 2 <= 4096) { s = s s; n /= 2 }
    printf "{\"id\":\"x\",\"text\":\""; while (n-- > 0) printf "%s", s; print "\"}" }' > "$1.jsonl"; }
large word x 10485760
large newlines '\\n' 10485760
large emoji 😀 2621440
large nuls 'a\\u0000' 1048576
large words 'ab c ' 2097152
large smiles ':)' 1048576
large cites 'See [1] this. ' 65536
have_rss() { [ -x /usr/bin/time ] && ! nm "$TOKMILL" 2> /dev/null | grep -q __asan_init; }
bounded() { [ "$(cat rss)" -lt $(((128 + 64) << 10)) ] && echo bounded || cat rss; }
for f in word newlines emoji nuls words smiles cites; do
    if have_rss; then
        /usr/bin/time -f %M -o rss timeout 120 "$TOKMILL" -j2 --memory 128M filter $sets --annotate \
            $f.jsonl -o out.jsonl
        is "$(bounded)" bounded "10 MB of $f in 128 MB"
    else
        skip "10 MB of $f in 128 MB" "no /usr/bin/time, or sanitizers"
        timeout 120 "$TOKMILL" filter $sets --annotate $f.jsonl -o out.jsonl
    fi
    is "$(jq '.metadata.tokmill.filter | has("dt_dup_10gram") and has("drop")' out.jsonl)" true "$f: all values"
done

# more words than memory holds
large marks '!?' 5242880
cat marks.jsonl word.jsonl > two.jsonl
"$TOKMILL" --memory 64M filter $sets marks.jsonl 2> err
is "$? $(grep -c 'more memory for their words' err)" "1 1" "too many words for --memory are bad"
is "$("$TOKMILL" --memory 64M filter $sets --on-bad skip --annotate two.jsonl | wc -l)" 1 "the next one goes on"
if have_rss; then
    /usr/bin/time -f %M -o rss "$TOKMILL" -j2 --memory 128M filter $sets --on-bad skip marks.jsonl
    is "$(bounded)" bounded "memory is bounded there too"
else
    skip "memory is bounded there too" "no /usr/bin/time, or sanitizers"
fi
done_testing
