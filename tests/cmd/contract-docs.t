#!/bin/sh
# CONTRACT section 2 and 9: documents that are strange, large or not ours.
. "$TOKMILL_SRC/tests/lib.sh"

printf '%s\n' \
    '{ "id" : 12345678901234567890 , "text" : "\u0061\/" , "z":1.50, "a":{"x":[1, 2],"x":1E5} }' \
    '{"text":"","metadata":{"n":98765432109876543210},"id":"\u0032"}' > d.jsonl
is "$("$TOKMILL" norm d.jsonl)" "$(cat d.jsonl)" "what nobody touches passes byte for byte"
is "$("$TOKMILL" norm d.jsonl then dedup-exact then norm)" "$(cat d.jsonl)" "through barriers too"
printf '{"text":"a"}\n\n{"text":"b","id":null}\n' > noid.jsonl
is "$("$TOKMILL" norm --input-root . noid.jsonl | jq -r .id | tr '\n' ' ')" "noid.jsonl:1 noid.jsonl:3 " \
    "missing ids: name and record number"
gzip -c noid.jsonl > noid.jsonl.gz
is "$("$TOKMILL" norm noid.jsonl.gz)" "$("$TOKMILL" norm noid.jsonl)" "however they were stored"
is "$("$TOKMILL" norm noid.jsonl | "$TOKMILL" norm)" "$("$TOKMILL" norm noid.jsonl)" "and once given they stay"
printf '{"id":"1","text":"a\\ud800b\\ud83d\\ude00"}\n' > lone.jsonl
is "$("$TOKMILL" norm --stats s.json lone.jsonl | jq -r .text)" "a�b😀" "a lone surrogate becomes U+FFFD"
is "$(jq '.stages[0].repaired' s.json)" 1 "and is counted as repaired"
printf '{"id":"1","text":"a","te\\u0078t":"b"}\n' > doubled.jsonl
is "$("$TOKMILL" norm doubled.jsonl 2>&1)" "tokmill: doubled.jsonl: record 1 at byte 0: doubled-key" \
    "a doubled key, however it is spelled"
printf '{"id":"1","text":"caf\351"}\n' > latin.jsonl
status_is 1 "text that is not UTF-8 is bad" "$TOKMILL" norm latin.jsonl
printf '{"id":"1","text":"last line"}' > open.jsonl
is "$("$TOKMILL" norm open.jsonl | wc -l | tr -d ' ')" 1 "the last line needs no newline"
printf '{"id":"1","text":"a"}\r\n{"id":"2","text":"b"}\r\n' > crlf.jsonl
is "$("$TOKMILL" norm crlf.jsonl | jq -r .id | tr '\n' ' ')" "1 2 " "lines may end as on Windows"
: > empty.jsonl
is "$("$TOKMILL" norm empty.jsonl; echo $?)" 0 "no document is no error"
is "$("$TOKMILL" norm empty.jsonl -o e.jsonl.zst; zstd -dqc e.jsonl.zst | wc -c | tr -d ' ')" 0 "and gives a whole file"

# 300 MB in one record
awk 'BEGIN { printf "{\"id\":\"big\",\"text\":\""; s = "0123456789abcdef "; for (i = 0; i < 10; i++) s = s s
    for (i = 0; i < 18000; i++) printf "%s", s; print "\"}\n{\"id\":\"small\",\"text\":\"x\"}" }' > big.jsonl
is "$("$TOKMILL" -j2 --memory 4G jsonl big.jsonl | jq -r '[.id,(.text|length)]|@csv' | tr '\n' ' ')" \
    '"big",313344000 "small",1 ' "a record of 300 MB, when --memory allows it"
"$TOKMILL" norm --memory 1G big.jsonl > out 2> err
is "$? $(cut -c1-80 err)" "1 tokmill: big.jsonl: record 1 at byte 0: record larger than --max-record (2684354" \
    "above --max-record (a quarter of --memory) it is bad"
is "$("$TOKMILL" norm --memory 1G --on-bad skip --stats s.json big.jsonl | jq -r .id) $(jq -c '.stages[0].bad' s.json)" \
    'small {"oversize":1}' "oversize, and the next one is read"
is "$("$TOKMILL" norm --max-record 1K --on-bad skip d.jsonl big.jsonl | wc -l | tr -d ' ')" 3 "--max-record"

# peak memory: twenty times the budget goes through
if nm "$TOKMILL" 2> /dev/null | grep -q __asan_init; then
    skip "memory is bounded" "sanitizers take memory of their own"
elif [ -x /usr/bin/time ]; then
    awk 'BEGIN { s = "0123456789abcdef "; for (i = 0; i < 10; i++) s = s s
        for (i = 0; i < 20000; i++) printf "{\"id\":\"%d\",\"text\":\"%s\"}\n", i, s }' > long.jsonl
    /usr/bin/time -f %M -o rss "$TOKMILL" -j4 --memory 64M norm long.jsonl > /dev/null
    is "$([ "$(cat rss)" -lt $((128 << 10)) ] && echo bounded || cat rss)" bounded "memory is bounded by --memory and 64 MiB"
else
    skip "memory is bounded" "no GNU time"
fi
done_testing
