#!/bin/sh
# CONTRACT section 5 and 6: bad data, limits, statuses, rejects, accounts.
. "$TOKMILL_SRC/tests/lib.sh"

printf '%s\n' '{"id":"1","text":"a"}' '{"id":"2"' '{"id":"3","text":"c"}' '{"id":"4","text":5}' \
    '{"id":"5","text":"e","text":"f"}' '[1]' '{"id":"7"}' '{"id":"8","text":"h"}' > d.jsonl

"$TOKMILL" norm d.jsonl > out 2> err
is "$?" 1 "the first bad record ends the run"
is "$(cat err)" "tokmill: d.jsonl: record 2 at byte 31: json" "and is named: file, record, offset, reason"
"$TOKMILL" norm d.jsonl -o out.jsonl 2> /dev/null
is "$(ls out.jsonl 2> /dev/null)" "" "nothing stands under the final name then"

"$TOKMILL" norm --on-bad skip --bad bad.jsonl --stats s.json d.jsonl > out
is "$?" 0 "--on-bad skip goes on"
is "$(jq -r .id out | tr '\n' ' ')" "1 3 8 " "with the good records"
is "$(jq -cS '.stages[0].bad' s.json)" \
    '{"doubled-key":1,"json":1,"no-text":1,"not-object":1,"text-type":1}' "counts the bad ones by kind"
is "$(jq -r '[.file,.record,.kind]|join(" ")' bad.jsonl)" "d.jsonl 2 json
d.jsonl 4 text-type
d.jsonl 5 doubled-key
d.jsonl 6 not-object
d.jsonl 7 no-text" "and lists them"
is "$(jq -r .raw bad.jsonl | head -n 1 | base64 -d)" '{"id":"2"' "raw bytes in base64"
"$TOKMILL" norm -j8 --on-bad skip --bad bad8.jsonl d.jsonl > out8
is "$(cmp out out8)$(cmp bad.jsonl bad8.jsonl)" "" "the same with more threads"

status_is 0 "--max-bad that is kept" "$TOKMILL" norm --on-bad skip --max-bad 5 d.jsonl -o ok.jsonl
status_is 1 "--max-bad that is passed" "$TOKMILL" norm --on-bad skip --max-bad 4 d.jsonl -o no.jsonl
is "$(ls no.jsonl 2> /dev/null)" "" "leaves nothing"
status_is 0 "--max-bad as a share, kept" "$TOKMILL" norm --on-bad skip --max-bad 63% d.jsonl
status_is 1 "--max-bad as a share, passed" "$TOKMILL" norm --on-bad skip --max-bad 62% d.jsonl

# bad in the middle of a chain: the text of a document without ids
printf '{"id":"1","input_ids":[1],"metadata":{"tokenizer":{"max_id":9,"eos":9}}}\n{"id":"2","text":"b"}\n' > ids.jsonl
is "$("$TOKMILL" jsonl ids.jsonl then shard -o s/ 2>&1 | grep -c 'no input_ids')" 1 \
    "a document that a later stage cannot use"

# damaged containers need an explicit limit
i=0
while [ $i -lt 3000 ]; do
    echo "{\"id\":\"$i\",\"text\":\"number $i\"}"
    i=$((i + 1))
done > many.jsonl
gzip -c many.jsonl | head -c 10000 > cut.jsonl.gz
status_is 1 "a damaged container ends the run" "$TOKMILL" norm cut.jsonl.gz
status_is 1 "--on-bad skip alone does not pass over it" "$TOKMILL" norm --on-bad skip cut.jsonl.gz
"$TOKMILL" norm --on-bad skip --max-bad 2 cut.jsonl.gz d.jsonl > out 2> /dev/null
is "$?" 1 "an explicit --max-bad counts it"
status_is 0 "and passes over it" "$TOKMILL" norm --on-bad skip --max-bad 9 cut.jsonl.gz many.jsonl -o out.jsonl
is "$(tail -n 3000 out.jsonl | cksum)" "$(cksum < many.jsonl)" "going on with the next file"

# statuses of other kinds
status_is 3 "a missing file" "$TOKMILL" norm nosuch.jsonl
status_is 3 "a folder that cannot be written" "$TOKMILL" norm many.jsonl -o no/such/folder.jsonl
status_is 3 "a closed standard output" sh -c '"$TOKMILL" norm many.jsonl >&-'
if [ -c /dev/full ]; then
    status_is 3 "a full disk behind standard output" sh -c '"$TOKMILL" norm many.jsonl > /dev/full'
fi
"$TOKMILL" norm many.jsonl 2> err | head -n 1 > /dev/null
is "$(cat err)" "" "a reader that went away is no error worth a word"
is "$(bash -c '"$TOKMILL" norm many.jsonl many.jsonl many.jsonl | head -n 1 > /dev/null; echo ${PIPESTATUS[0]}')" \
    141 "the signal is re-raised"

# drops
printf '{"id":"%s","text":"same"}\n' 1 2 3 4 > same.jsonl
printf '{"id":"5","text":"other"}\n' >> same.jsonl
"$TOKMILL" dedup-exact same.jsonl --rejects r.jsonl --stats s.json > kept
is "$(jq -c '[.id,.text,._drop.stage]' r.jsonl | tr '\n' ' ')" \
    '["2","same","dedup-exact"] ["3","same","dedup-exact"] ["4","same","dedup-exact"] ' \
    "rejects: the document as it was, and why, in input order"
is "$(jq -c '[.stages[0].in.docs,.stages[0].out.docs,([.stages[0].dropped[].docs]|add)]' s.json)" \
    '[5,2,3]' "in = out + dropped"
"$TOKMILL" dedup-exact same.jsonl --rejects r0.jsonl --rejects-text none > /dev/null
is "$(jq -r .text r0.jsonl | tr -d '\n')" "" "--rejects-text none"
"$TOKMILL" dedup-exact same.jsonl --rejects r1.jsonl --rejects-text sample:1 > /dev/null
is "$(cksum < r1.jsonl)" "$(cksum < r.jsonl)" "--rejects-text sample:1 keeps every text"
"$TOKMILL" --rejects all.jsonl norm same.jsonl then dedup-exact then dedup-exact --by id > /dev/null
is "$(jq -r ._drop.stage all.jsonl | sort | uniq -c | tr -s ' ')" " 3 dedup-exact" \
    "one rejects file for all steps, each naming its step"
status_is 1 "--min-keep that is not reached" "$TOKMILL" dedup-exact --min-keep 50% same.jsonl -o k.jsonl
is "$(ls k.jsonl 2> /dev/null)" "" "leaves nothing"
status_is 0 "--min-keep that is reached" "$TOKMILL" dedup-exact --min-keep 40% same.jsonl

# --limit
is "$("$TOKMILL" -j4 norm --limit 7 many.jsonl | jq -r .id | tr '\n' ' ')" "0 1 2 3 4 5 6 " "--limit"
is "$("$TOKMILL" norm --limit 7 many.jsonl nosuch.jsonl | wc -l | tr -d ' ')" 7 \
    "--limit stops reading: what lies behind is not opened"
"$TOKMILL" norm --limit 7 --stats s.json many.jsonl > /dev/null
is "$(jq -c '[.stages[0].in.docs,.stages[0].out.docs]' s.json)" '[7,7]' "and counting"

# accounts of a longer chain
"$TOKMILL" jsonl many.jsonl same.jsonl --stats s.json then norm then dedup-exact then lang > out
is "$(jq -c '[.stages[]|((.in.docs+.made.docs)-(.out.docs+.merged.docs+([.dropped[].docs]|add//0)+([.bad[]]|add//0)))]' s.json)" \
    '[0,0,0,0]' "documents: in + made = out + dropped + merged + bad, at every step"
is "$(jq -c '[.stages[1:][].in.docs] == [.stages[:-1][].out.docs]' s.json)" true "what goes out goes in"
is "$(jq -c '[.stages[]|((.in.bytes+.made.bytes+.added_bytes)-(.out.bytes+.removed_bytes+([.dropped[].bytes]|add//0)))]' s.json)" \
    '[0,0,0,0]' "bytes likewise"
is "$(jq -c '.stages[0].records|[.yielding,.passed]' s.json)" '[3005,{}]' "records: yielding + passed over + bad"
is "$(jq -r 'keys_unsorted|join(" ")' s.json | grep -c 'stages.*run\|run.*stages')" 1 \
    "time, memory and host stand in a section of their own"
"$TOKMILL" -j1 jsonl many.jsonl same.jsonl --stats s1.json then norm then dedup-exact then lang > /dev/null
"$TOKMILL" -j8 jsonl many.jsonl same.jsonl --stats s8.json then norm then dedup-exact then lang > /dev/null
is "$(jq -cS 'del(.run)' s1.json | cksum)" "$(jq -cS 'del(.run)' s8.json | cksum)" \
    "the rest does not depend on threads"
done_testing
