#!/bin/sh
# dedup-lines: units, spans, limits, buckets; against a table in memory; any -j and --memory.
. "$TOKMILL_SRC/tests/lib.sh"

cat > a.jsonl <<'X'
{"id":"1","text":"Home | About\nThe caf\u00e9 costs 3.50.\n\nUnique one"}
{"id":"2","text":"home, about!\nSomething else\nThe cafe costs 7"}
{"id":"3","text":"Home about"}
{"id":"4","text":"...\n\n"}
{"id":"5","text":"...\nSomething else, again\nSomething else, again\n"}
X
texts() { "$TOKMILL" dedup-lines "$@" | jq -c '[.id, .text]'; }
"$TOKMILL" dedup-lines a.jsonl --rejects dropped > kept 2> err
is "$? $(cat err; jq -c '[.id, .text, .metadata]' kept)" '0 ["1","Home | About\nThe café costs 3.50.\n\nUnique one",null]
["2","Something else",{"tokmill":{"dedup-lines":{"struck":2}}}]
["4","...\n\n",null]
["5","...\nSomething else, again",{"tokmill":{"dedup-lines":{"struck":1}}}]' "later occurrences go"
is "$(sed -n 1p kept)" "$(sed -n 1p a.jsonl)" "what loses nothing passes byte for byte"
is "$(jq -c '[.id, .text, ._drop]' dropped)" \
    '["3","Home about",{"stage":"dedup-lines","rule":"nothing-left"}]' "nothing left: dropped as it was"
is "$(texts --match exact a.jsonl | tail -n 1)" '["5","...\nSomething else, again"]' "--match exact: to the byte"
is "$(texts --match exact a.jsonl | wc -l)" 5 "--match exact: other spellings are other lines"
is "$(texts --keep none a.jsonl | head -n 2)" '["1","\nUnique one"]
["2","Something else"]' "--keep none strikes every occurrence"
is "$(texts --over 2 a.jsonl)" '["1","Home | About\nThe café costs 3.50.\n\nUnique one"]
["2","home, about!\nSomething else\nThe cafe costs 7"]
["4","...\n\n"]
["5","...\nSomething else, again\nSomething else, again\n"]' "--over 2: the third occurrence is the first duplicate"
is "$(texts --over 2 --keep none a.jsonl | head -n 2)" '["1","The café costs 3.50.\n\nUnique one"]
["2","Something else\nThe cafe costs 7"]' "--over 2 --keep none"
is "$(texts --bucket 2 a.jsonl | sed -n 3p)" '["3","Home about"]' "--bucket: counted afresh"
is "$(texts --min-words 3 a.jsonl | sed -n 2,3p)" '["2","home, about!\nSomething else"]
["3","Home about"]' "--min-words leaves short units alone"
is "$("$TOKMILL" dedup-lines --annotate a.jsonl | jq -c '[.text, .metadata.tokmill["dedup-lines"]]' | sed -n 2,3p)" \
    '["home, about!\nSomething else\nThe cafe costs 7",{"units":3,"struck":2}]
["Home about",{"units":1,"struck":1,"drop":{"stage":"dedup-lines","rule":"nothing-left"}}]' \
    "--annotate changes nothing"
is "$("$TOKMILL" dedup-lines --stats s.json a.jsonl > /dev/null && jq -c '.stages[0] | [.counters, .removed_bytes]' s.json)" \
    '[{"struck_units":4,"units":9},53]' "statistics"
cat > p.jsonl <<'X'
{"id":"1","text":"One a.\nTwo b.\n\nThree c.\nFour d."}
{"id":"2","text":"Five e.\n\n\none A,\ntwo B\n \nSix f."}
X
is "$(texts --unit paragraph p.jsonl | tail -n 1)" '["2","Five e.\n\n\nSix f."]' "--unit paragraph"
is "$(texts --unit line --span 2 p.jsonl | tail -n 1)" '["2","Five e.\n\n\n \nSix f."]' "--span 2"
cat > c4.jsonl <<'X'
{"id":"1","text":"We use cookies. You can refuse! Is that fine? This is our text."}
{"id":"2","text":"Hello there. We use cookies. You can refuse! Is that fine? And more."}
{"id":"3","text":"We use cookies. You can refuse! But this differs. And more."}
X
is "$(texts --unit sentence c4.jsonl | tail -n 2)" '["2","Hello there. And more."]
["3","We use cookies. You can refuse! But this differs. And more."]' "three sentences in a row, as C4"
is "$(texts --unit sentence --span 1 c4.jsonl | tail -n 1)" '["3","But this differs."]' "--span 1 of sentences"

# 4,000 documents of up to 20 lines out of 30,000, some of them many times
awk 'BEGIN { for (i = 0; i < 4000; i++) { printf "{\"id\":\"%d\",\"text\":\"", i
    for (k = 0; k < i % 20 + 1; k++) { x = (i * 7919 + k * 104729) % 30011; if (x % 50 == 0) x = x % 1000
        printf "%sline of %d", k ? "\\n" : "", x } print "\"}" } }' > many.jsonl
jq -r '.id as $i | .text | split("\n")[] | "\($i)\t\(.)"' many.jsonl |
    awk -F '\t' '!seen[$2]++' > want
"$TOKMILL" dedup-lines -j1 --match exact many.jsonl > one
jq -r '.id as $i | .text | split("\n")[] | "\($i)\t\(.)"' one > got
ok_cmd "the first of each line, as a table in memory says" cmp want got
for o in -j2 -j8 "-j1 --memory 2M" "-j4 --memory 1M"; do
    # shellcheck disable=SC2086
    "$TOKMILL" dedup-lines $o --match exact many.jsonl > other
    ok_cmd "the same bytes with $o" cmp one other
done
"$TOKMILL" dedup-lines --match exact --over 3 --keep none many.jsonl |
    jq -r '.text | split("\n")[]' | sort > got
jq -r '.text | split("\n")[]' many.jsonl | sort | uniq -c | awk '$1 <= 3 { for (i = 0; i < $1; i++) print $2, $3, $4 }' |
    sort > want
ok_cmd "what occurs more than 3 times is gone, the rest is whole" cmp want got
"$TOKMILL" dedup-lines --match exact many.jsonl then dedup-exact > one
"$TOKMILL" dedup-lines --match exact many.jsonl | "$TOKMILL" dedup-exact > other
ok_cmd "in a chain as in a pipe" cmp one other

status_is 2 "--over 0 is refused" "$TOKMILL" dedup-lines --over 0 a.jsonl
status_is 2 "--span 2000 is refused" "$TOKMILL" dedup-lines --span 2000 a.jsonl
status_is 3 "--tmp-max is respected" "$TOKMILL" dedup-lines --memory 1M --tmp-max 50K many.jsonl
# n-grams: truth by a program of another kind, on units that share 0 to 100 % of theirs
awk 'function rnd() { return s = (s * 16807) % 2147483647 }
BEGIN { s = 5; for (i = 0; i < 400; i++) { t = ""; n = 1 + rnd() % 6
        for (k = 0; k < n; k++) { u = ""; m = 1 + rnd() % 30
            for (w = 0; w < m; w++) u = u (w ? " " : "") sprintf("%c%c%c", 97 + rnd() % 26, 97 + rnd() % 26, 97 + rnd() % 26)
            if (i > 3 && rnd() % 3) { split(old[rnd() % i], p, "\\\\n"); u = p[1]; if (rnd() % 2) u = substr(u, 1, 4 * (1 + rnd() % 20)) " " sprintf("%c%c%c", 97 + rnd() % 26, 98, 99) }
            t = t (k ? "\\n" : "") u }
        old[i] = t; printf "{\"id\":\"%d\",\"text\":\"%s\"}\n", i, t } }' > grams.jsonl
jq -r '[.id, (.text | gsub("\n"; "|"))] | @tsv' grams.jsonl | awk -F'\t' -v N=4 -v P=0.6 '{
    n = split($2, u, "|"); out = ""; all = dup = 0; kept = 0
    for (i = 1; i <= n; i++) { m = split(u[i], w, " "); d = g = 0
        for (k = 1; k + N - 1 <= m; k++) { x = ""; for (q = 0; q < N; q++) x = x " " w[k + q]
            g++; if (x in seen && seen[x] != NR ":" i) d++; else seen[x] = NR ":" i }
        all += g; dup += d
        if (g && d > P * g) continue
        out = out (kept++ ? "\n" : "") u[i] }
    if (all && dup > P * all) next
    print $1 "\n" out }' > want
"$TOKMILL" dedup-lines --ngrams 4 --overlap 0.6 grams.jsonl --rejects r1 | jq -r '.id, (.text | sub("\n+$"; ""))' > got
ok_cmd "--ngrams: units and documents by the share that occurred before" cmp got want
is "$(jq -r ._drop.rule r1 | sort -u)" "ngram-overlap" "documents go by their own rule"
ok_cmd "some do" test "$(wc -l < r1)" -gt 10
"$TOKMILL" dedup-lines --ngrams 4 --overlap 0.6 grams.jsonl > k1
for o in -j8 "--memory 3M"; do
    # shellcheck disable=SC2086
    "$TOKMILL" dedup-lines $o --ngrams 4 --overlap 0.6 grams.jsonl > k2
    ok_cmd "the same bytes with $o" cmp k1 k2
done
ok_cmd "--overlap: what is left depends on it" test "$("$TOKMILL" dedup-lines --ngrams 4 --overlap 0.1 grams.jsonl | wc -c)" -lt "$(wc -c < k1)"
status_is 2 "--ngrams 40 is refused" "$TOKMILL" dedup-lines --ngrams 40 grams.jsonl
status_is 2 "--overlap 1 is refused" "$TOKMILL" dedup-lines --ngrams 4 --overlap 1 grams.jsonl
status_is 2 "--ngrams with --over is refused" "$TOKMILL" dedup-lines --ngrams 4 --over 2 grams.jsonl
done_testing
