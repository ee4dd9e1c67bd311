#!/bin/sh
# CONTRACT section 1: the command line.
. "$TOKMILL_SRC/tests/lib.sh"

printf '{"id":"1","text":"a"}\n{"id":"2","text":"bb"}\n{"id":"3","text":"c"}\n' > d.jsonl
err() { "$@" 2>&1 > /dev/null | head -n 1; }

# chain options: anywhere, and they may not disagree
"$TOKMILL" --limit 2 norm d.jsonl then norm > a
"$TOKMILL" norm --limit 2 d.jsonl then norm > b
"$TOKMILL" norm d.jsonl then norm --limit 2 > c
is "$(wc -l < a)$(cmp a b)$(cmp a c)" 2 "a chain option means the same wherever it stands"
is "$(err "$TOKMILL" norm -j2 d.jsonl then norm -j1)" "tokmill: --threads is given twice: 2 and 1" \
    "chain options may not disagree"
status_is 2 "which is a usage error" "$TOKMILL" norm --seed 1 d.jsonl then norm --seed 2
status_is 0 "saying the same twice is none" "$TOKMILL" --seed 1 norm d.jsonl then norm --seed 1

# -o last, files first
status_is 2 "-o in a segment that is not the last" "$TOKMILL" norm d.jsonl -o x then norm
status_is 2 "-o twice" "$TOKMILL" norm d.jsonl -o x -o y
is "$(err "$TOKMILL" norm then norm d.jsonl)" \
    "tokmill: 'd.jsonl': input files stand in the first segment only" "a file behind then"
status_is 2 "then without a stage" "$TOKMILL" norm d.jsonl then
status_is 2 "no such stage" "$TOKMILL" nosuch d.jsonl
status_is 2 "no stage at all" "$TOKMILL" -j2
status_is 2 "a reader in the middle" "$TOKMILL" norm d.jsonl then jsonl
status_is 2 "something behind a sink" "$TOKMILL" shard d.jsonl -o s/ then norm
status_is 2 "an unknown option" "$TOKMILL" norm --nosuch d.jsonl
status_is 2 "an abbreviated option" "$TOKMILL" norm --lim 1 d.jsonl
status_is 2 "an option without its value" "$TOKMILL" norm d.jsonl --limit
status_is 2 "a value where none belongs" "$TOKMILL" norm --annotate=yes d.jsonl
is "$(ls x y 2> /dev/null)" "" "usage errors leave nothing"
"$TOKMILL" norm d.jsonl -o out.jsonl then 2> /dev/null
is "$(ls out.jsonl 2> /dev/null)" "" "not even when the error comes last"

cp d.jsonl then
is "$("$TOKMILL" norm ./then | wc -l | tr -d ' ')" 3 "a file called then is ./then"
is "$("$TOKMILL" norm -- then | wc -l | tr -d ' ')" 3 "or stands behind --"
cp d.jsonl ./-j2
is "$("$TOKMILL" norm -- -j2 | wc -l | tr -d ' ')" 3 "so does a file called -j2"
is "$("$TOKMILL" norm - < d.jsonl | cksum)" "$("$TOKMILL" norm d.jsonl | cksum)" "- is standard input"
is "$("$TOKMILL" norm -qj1 --limit=1 d.jsonl)" '{"id":"1","text":"a"}' "-qj1 and --name=value"
is "$("$TOKMILL" norm d.jsonl -o - | cksum)$(ls ./- 2> /dev/null)" "$("$TOKMILL" norm d.jsonl | cksum)" \
    "-o - is standard output"

# inputs by list
printf 'd.jsonl\n\nd.jsonl\n' > list
is "$("$TOKMILL" norm --files-from list | wc -l | tr -d ' ')" 6 "--files-from: a name a line, empty lines none"
is "$("$TOKMILL" norm --files-from - < list | wc -l | tr -d ' ')" 6 "--files-from -"
cp d.jsonl 'a
b'
printf 'd.jsonl\0a\nb\0' > list0
is "$("$TOKMILL" norm -0 --files-from list0 | wc -l | tr -d ' ')" 6 "-0: names may hold newlines"
: > nothing
status_is 2 "a list that names no file" "$TOKMILL" norm --files-from nothing
mkdir many
i=0
while [ $i -lt 300 ]; do
    printf '{"id":"%s","text":"x"}\n' $i > many/$i
    i=$((i + 1))
done
awk 'BEGIN { for (i = 0; i < 90000; i++) print "many/" i % 300 }' > names
is "$("$TOKMILL" -j2 norm --files-from names | wc -l | tr -d ' ')" 90000 "a list of 90,000 names"
is "$(head -n 90000 names | "$TOKMILL" -j8 norm --files-from - | cksum)" \
    "$("$TOKMILL" -j1 norm --files-from names | cksum)" "in their order, whatever the threads"

# names of inputs
mkdir -p root/sub
printf 'one\n' > root/sub/a.txt
is "$("$TOKMILL" text --input-root root root/sub/a.txt | jq -c '[.id,.metadata.origin.name]')" \
    '["sub/a.txt","sub/a.txt"]' "--input-root is cut from names"
is "$("$TOKMILL" text --input-name dump < root/sub/a.txt | jq -r .id)" dump "--input-name"
is "$("$TOKMILL" text < root/sub/a.txt | jq -r .id)" stdin "standard input has a name"

# other people's members
printf '{"data":{"body":"B"},"key":7,"x":12345678901234567890}\n' > theirs.jsonl
is "$("$TOKMILL" norm --text-field data.body --id-field key theirs.jsonl)" "$(cat theirs.jsonl)" \
    "--text-field and --id-field, dotted, and nothing else changes"
status_is 1 "without them there is no text" "$TOKMILL" norm theirs.jsonl
status_is 2 "one member cannot be both" "$TOKMILL" norm --text-field id theirs.jsonl
printf '{"id":"1","text":"a","link":"u","meta":{"lg":"de"}}\n' > fields.jsonl
is "$("$TOKMILL" dedup-exact --by url --url-field link fields.jsonl fields.jsonl | wc -l | tr -d ' ')" 1 \
    "--url-field"

# help and versions
for s in $("$TOKMILL" --help | awk '/^  [a-z][a-z0-9-]*  / { print $1 }'); do
    lines=$("$TOKMILL" "$s" --help | wc -l)
    last=$("$TOKMILL" "$s" --help | tail -n 1)
    case $last in example:*) ;; *) diag "$s: --help has no example"; lines=99 ;; esac
    [ "$lines" -le 24 ] || { diag "$s: $lines lines"; long="${long-} $s"; }
done
is "${long-}" "" "--help fits a screen and ends with an example"
is "$("$TOKMILL" --version | tr '\n' ' ' | grep -c 'tokmill.*Unicode.*zstd.*PCRE2')" 1 "--version names the libraries"
status_is 0 "help and --help are the same" sh -c '"$TOKMILL" help norm > h1; "$TOKMILL" norm --help > h2; cmp h1 h2'
ln -s "$TOKMILL" tokmill-norm
is "$(./tokmill-norm d.jsonl | cksum)" "$("$TOKMILL" norm d.jsonl | cksum)" "tokmill-NAME is tokmill NAME"

# values
for bad in '--max-bad x' '--max-bad -1' '--min-keep abc' '--min-keep 200%' '--rejects-text some' \
    '--rejects-text sample:0' '--on-bad maybe' '--memory 1Q' '-j x' '--limit -1' \
    '--window-log 40'; do
    # shellcheck disable=SC2086
    "$TOKMILL" norm $bad d.jsonl > /dev/null 2>&1
    [ $? -eq 2 ] || { diag "$bad is taken"; wrong="${wrong-} $bad"; }
done
is "${wrong-}" "" "values that are none are usage errors"
done_testing
