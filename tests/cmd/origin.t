#!/bin/sh
# --origin full: where a record is stored, so that it can be fetched again.
. "$TOKMILL_SRC/tests/lib.sh"

printf '%s\n' '{"id":"1","text":"one"}' '{"id":"2","text":"two and more"}' >a.jsonl
is "$("$TOKMILL" jsonl --origin full a.jsonl | jq -c .metadata.origin)" \
    '{"name":"a.jsonl","record":1,"offset":0,"length":23}
{"name":"a.jsonl","record":2,"offset":24,"length":32}' "a plain file: the record itself"
head -n 1 a.jsonl | gzip -c >b.jsonl.gz
first=$(stat -c %s b.jsonl.gz)
tail -n 1 a.jsonl | gzip -c >>b.jsonl.gz
all=$(stat -c %s b.jsonl.gz)
is "$("$TOKMILL" jsonl --origin full b.jsonl.gz | jq -c '[.metadata.origin|.offset,.length]')" \
    "[0,$first]
[$first,$((all - first))]" "a member a record"
is "$("$TOKMILL" jsonl b.jsonl.gz | jq -c .metadata.origin)" '{"name":"b.jsonl","record":1}
{"name":"b.jsonl","record":2}' "short by default"
is "$(gzip -dc b.jsonl.gz | "$TOKMILL" jsonl --origin full | jq -c '.metadata.origin|has("offset")' | sort -u)" \
    false "a pipe has no places"
w=$TOKMILL_DATA/warc/whirlwind.warc.gz
if [ -f "$w" ]; then
    "$TOKMILL" warc --origin full "$w" | jq -r '"\(.id) \(.metadata.origin.offset) \(.metadata.origin.length)"' >places
    read -r id at n <places
    is "$(tail -c +$((at + 1)) "$w" | head -c "$n" | gzip -dc | grep -ac "^WARC-Record-ID: <$id>")" 1 \
        "a record of a real archive, fetched by its place"
else
    skip "a record of a real archive" "no data"
fi
done_testing
