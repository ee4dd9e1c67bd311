#!/bin/sh
# dedup-near: what is dropped and kept, what is written about it, and the same bytes for any -j and
# --memory. Truth by brute force is in tests/unit/near_test.c.
. "$TOKMILL_SRC/tests/lib.sh"
. "$TOKMILL_SRC/tests/near.sh"

near() { "$TOKMILL" dedup-near "$@"; }
ids() { near "$@" | jq -r .id | tr '\n' ' '; }

# 59 words with the year, so 55 shingles. b has another number, case and accents; c another word in the middle,
# which kills 5 of them: 50/60, found by bands with a probability of 98 %. g and h have no words.
w="the quick brown fox jumps over a lazy dog while seven wizards make toxic brew for an evil queen"
w="$w and four kings sing about five golden rings near old castle walls where nobody ever listens at night"
w="$w because all of them left long ago for warmer places by some distant sea with white sand and clear water"
cat > a.jsonl <<X
{"id":"a","text":"$w in 1999","source":"x"}
{"id":"b","text":"$(echo "$w" | tr q Q | sed 's/evil/\\u00e9vil/'), in 2024.","source":"y","n":3}
{"id":"c","text":"$(echo "$w" | sed 's/evil/kind/') in 1999","n":2}
{"id":"d","text":"something else altogether that has nothing to do with it at all"}
{"id":"e","text":"one two"}
{"id":"f","text":"One, two!"}
{"id":"g","text":"..."}
{"id":"h","text":"..."}
X
near a.jsonl --rejects dropped > kept 2> err
is "$? $(cat err; jq -c '[.id, .metadata]' kept)" '0 ["a",{"tokmill":{"dedup-near":{"cluster":"a","size":3}}}]
["d",null]
["e",{"tokmill":{"dedup-near":{"cluster":"e","size":2}}}]
["g",null]
["h",null]' "copies are dropped, with size and cluster at the kept one; texts without words stay"
is "$(sed -n 2p kept)" "$(sed -n 4p a.jsonl)" "what has no copies passes byte for byte"
is "$(jq -c '[.id, .metadata, ._drop]' dropped)" \
    '["b",{"tokmill":{"dedup-near":{"cluster":"a","rank":2}}},{"stage":"dedup-near","rule":"near-duplicate","value":1,"threshold":0.75}]
["c",{"tokmill":{"dedup-near":{"cluster":"a","rank":3}}},{"stage":"dedup-near","rule":"near-duplicate","value":0.8333333333333334,"threshold":0.75}]
["f",{"tokmill":{"dedup-near":{"cluster":"e","rank":2}}},{"stage":"dedup-near","rule":"near-duplicate","value":1,"threshold":0.75}]' \
    "rejects name the kept one, similarity and threshold"
is "$(near --annotate a.jsonl | jq -c '[.id, (.metadata.tokmill["dedup-near"] | .cluster, .size, .drop.value)]')" \
    '["a","a",3,null]
["b","a",null,1]
["c","a",null,0.8333333333333334]
["d",null,null,null]
["e","e",2,null]
["f","e",null,1]
["g",null,null,null]
["h",null,null,null]' "--annotate drops nothing"
is "$(near --stats s.json a.jsonl > /dev/null && jq -c '.stages[0] |
    [.dropped["near-duplicate"].docs, .counters, .histograms.cluster_size.sum, .histograms.similarity.count]' s.json)" \
    '[3,{"candidates":5,"components":2,"largest_component":3,"largest_component_kept":1,"largest_group":3,"pairs_compared":3,"without_words":2},8,3]' "statistics"
is "$(ids -q --jaccard 0.9 a.jsonl)" "a c d e g h " "--jaccard is the least similarity of a dropped one"
is "$(ids --verify none --bands 14 --jaccard 0.9 a.jsonl)" "a d e g h " "--verify none believes the bands"
is "$(ids --verify none --bands 1 --rows 60 a.jsonl)" "a c d e g h " "--bands, --rows: one long band finds copies only"
is "$(ids --verify none --bands 60 --rows 1 a.jsonl)" "a d e g h " "--bands, --rows: many short ones find more"
is "$(ids -q --words 1 --jaccard 0.9 a.jsonl)" "a d e g h " "--words: single words differ less"
is "$(ids --keep longest a.jsonl)" "b d f g h " "--keep longest"
is "$(ids --keep source:y,x a.jsonl)" "b d e g h " "--keep source:"
is "$(ids --keep field:n a.jsonl)" "b d e g h " "--keep field:"
is "$(printf '%s\n' '{"id":"z","text":"one two"}' '{"id":"y","text":"one two"}' | ids --keep min-id)" "y " \
    "--keep min-id"

c="int main(int argc, char **argv) { for (int i = 0; i < argc; i++) puts(argv[i]); return 0; }"
printf '%s\n' "{\"id\":\"1\",\"text\":\"$c\"}" \
    "{\"id\":\"2\",\"text\":\"$(echo "$c" | sed 's/ //g; s/int/int /g; s/return/return /; s/char/char /')\"}" \
    "{\"id\":\"3\",\"text\":\"$(echo "$c" | tr a-z A-Z)\"}" \
    "{\"id\":\"4\",\"text\":\"$(echo "$c" | sed 's/< argc/<= 77/; s/= 0; i/= 12; i/')\"}" > code.jsonl
is "$(ids --verify none code.jsonl)" "1 4 " "words: neither case nor spaces count"
is "$(ids --verify none --shingles code code.jsonl)" "1 3 4 " "--shingles code: case counts, spaces do not"
is "$(ids --verify none --shingles chars code.jsonl)" "1 2 3 4 " "--shingles chars: everything counts"
is "$(ids --preset bigcode --jaccard 0.99 --bands 25 code.jsonl)" "1 3 4 " "--preset bigcode is for code"
for p in fineweb:2 refinedweb:2 slimpajama:2 redpajama-v2:2 bigcode:3 nemo:3; do
    is "$(head -n 3 a.jsonl | sed 'p; s/"id":"/&x/' | ids --preset ${p%:*} --jaccard 1 --bands 1 | wc -w)" ${p#*:} \
        "--preset ${p%:*} finds copies, of its own kind"
done
is "$(sed -n '1p;3p' a.jsonl | ids --preset slimpajama) $(sed -n '1p;3p' a.jsonl | ids --words 13 --bands 9 --rows 13 --jaccard 0.8)" \
    "a c  a c " "--preset slimpajama: fewer equal 13-grams"

near_docs 4000 > many.jsonl
near -j1 many.jsonl --rejects r1 > k1
is "$(cat k1 r1 | wc -l)" 4000 "every document is kept or rejected"
ok_cmd "more than a tenth goes" test "$(wc -l < r1)" -gt 400
is "$(jq -s 'map(select(._drop.value < 0.75)) | length' r1)" 0 "no false removals"
for o in -j2 -j8 "-j1 --memory 4M" "-j4 --memory 3M"; do
    # shellcheck disable=SC2086
    near $o many.jsonl --rejects r2 > k2
    ok_cmd "the same bytes with $o" cmp k1 k2
    ok_cmd "the same rejects with $o" cmp r1 r2
done
zstd -q many.jsonl
near -j2 many.jsonl.zst > k2
ok_cmd "the same from a compressed file" cmp k1 k2
near < many.jsonl > k2
ok_cmd "the same from a pipe" cmp k1 k2
near --keep longest many.jsonl | sort > k1
sort -r many.jsonl | near --keep longest | sort > k2
ok_cmd "permuted inputs give the same documents under --keep longest" cmp k1 k2
near --seed 1 many.jsonl > k1
near --seed 2 many.jsonl > k2
ok_cmd "--seed chooses other permutations" test "$(cmp -s k1 k2; echo $?)" = 1
"$TOKMILL" dedup-exact many.jsonl then dedup-near then dedup-exact --by id > k1
"$TOKMILL" dedup-exact many.jsonl | near | "$TOKMILL" dedup-exact --by id > k2
ok_cmd "in a chain between barriers as in a pipe" cmp k1 k2
head -n 2000 many.jsonl > month1.jsonl
tail -n +2001 many.jsonl > month2.jsonl
near month1.jsonl -o kept1.jsonl.zst
near --against kept1.jsonl.zst month2.jsonl --rejects r2 > kept2
ok_cmd "--against: earlier documents take along what is like them" test "$(jq -r '.metadata.tokmill["dedup-near"].cluster' r2 |
    sort -u | while read -r i; do zstd -dcq kept1.jsonl.zst | grep -c "\"id\":\"$i\""; done | grep -c 1)" -gt 2
is "$(cat kept2 r2 | wc -l)" 2000 "--against: earlier documents are not given again"
(zstd -dcq kept1.jsonl.zst; cat kept2) > both.jsonl
near both.jsonl > again
is "$(wc -l < again)" "$(wc -l < both.jsonl)" "--against: nothing like an earlier or a kept one is left"
near -j8 --memory 4M --against kept1.jsonl.zst month2.jsonl > k2
ok_cmd "--against: the same bytes with other threads and memory" cmp kept2 k2
near --keep longest --against kept1.jsonl.zst month2.jsonl | jq -r .id | sort > k1
sort -r month2.jsonl | near --keep longest --against kept1.jsonl.zst | jq -r .id | sort > k2
ok_cmd "--against: with a policy, in any order" cmp k1 k2
head -n 40 month1.jsonl > twins.jsonl
head -n 40 month1.jsonl >> twins.jsonl
is "$(near --against twins.jsonl twins.jsonl | wc -l)" 0 "--against: earlier documents may be alike"
is "$(near --verify none --against twins.jsonl twins.jsonl | wc -l)" 0 "--against: without verification too"
status_is 3 "--against: a file that is not there" "$TOKMILL" dedup-near --against nowhere.jsonl a.jsonl
is "$(near /dev/null | wc -c)" 0 "nothing in, nothing out"
# A text of 3 MB beside its copy with a tail, in little memory: its shingles are sorted on disk.
jq -r .text many.jsonl | tr '\n' ' ' | head -c 3000000 > long.txt
jq -Rc '{id: "long", text: .}' long.txt > long.jsonl
jq -Rc '{id: "longer", text: (. + "and then some more words")}' long.txt >> long.jsonl
is "$(near --memory 20M long.jsonl | jq -c '[.id, .metadata.tokmill["dedup-near"].size]')" '["long",2]' \
    "a long text in little memory"

is "$(near --jaccard 0.8 /dev/null 2>&1)" \
    "dedup-near: 13 bands of 7 rows find pairs of similarity 0.5: 9.7 %, 0.6: 30.9 %, 0.7: 67.3 %, 0.8: 95.3 %, 0.9: 100.0 %; of pairs at 0.8 they miss 4.7 %" \
    "--jaccard chooses bands and rows and says what they find"
is "$(near -q --jaccard 0.8 /dev/null 2>&1)" "" "quietly with -q"
is "$(near --jaccard 0.8 --bands 20 --rows 13 /dev/null 2>&1)" "" "bands and rows given stand"
awk 'BEGIN { w = "a"; for (i = 0; i < 60; i++) w = w " word" sprintf("%c%c", 97 + i % 26, 97 + i / 26)
    for (i = 0; i < 1200; i++) { x = ""; for (k = 0; k < 12; k++) x = x sprintf(" %c%c%c", 97 + (i * 7 + k) % 26, 97 + int(i / 26 + k * 3) % 26, 97 + (i + 5 * k) % 23)
        printf "{\"id\":\"t%d\",\"text\":\"%s%s\"}\n", i, w, x } }' > template.jsonl
is "$(near --jaccard 0.85 --bands 14 template.jsonl 2>&1 >/dev/null | sed 's/[0-9][0-9]* documents/N documents/; s/, [0-9]* of/, M of/')" \
    "dedup-near: N documents hang together by bands, M of them were kept: templates or boilerplate?" \
    "a giant component is reported"
ok_cmd "and does not take its members along" test "$(near -q --jaccard 0.85 --bands 14 template.jsonl | wc -l)" -gt 100
is "$(near --weights 1:1,3:0.5 a.jsonl | jq -c '.metadata.tokmill["dedup-near"].weight' | tr '\n' ' ')" "0.5 null 1 null null " \
    "--weights: the kept one's, by size"
awk 'BEGIN { for (i = 0; i < 60; i++) printf "{\"id\":\"%d\",\"source\":\"%s\",\"text\":\"%s\"}\n", i, i % 2 ? "odd" : "even", i % 2 ? "the same thing" : sprintf("%c%c this", 97 + i % 26, 97 + i / 26) }' > sources.jsonl
is "$(near sources.jsonl 2>&1 >/dev/null)" "dedup-near: of source 'odd' 1 of 30 documents are kept" "a source that is wiped out is reported"
is "$(near --alarm 3 sources.jsonl 2>&1 >/dev/null)$(near -q sources.jsonl 2>&1 >/dev/null)" "" "--alarm sets from where on; -q is quiet"
near -q --report report.json --keep min-id sources.jsonl > k2
is "$(jq -c . report.json)" '{"sources":[{"source":"even","documents":30,"kept":30},{"source":"odd","documents":30,"kept":1}],"components":[{"documents":30,"kept":1,"first":["1","11","13","15","17"]}]}' \
    "--report: sources and the largest components"
near -q --report report.json many.jsonl > k2
is "$(jq -c '.components | length, (map(.documents) | . == (sort | reverse))' report.json | tr '\n' ' ')" "20 true " "the 20 largest, in order"
status_is 2 "--weights 1 is refused" "$TOKMILL" dedup-near --weights 1 a.jsonl
status_is 2 "too many permutations are refused" "$TOKMILL" dedup-near --bands 1000 --rows 1000 a.jsonl
status_is 2 "--words 40 is refused" "$TOKMILL" dedup-near --words 40 a.jsonl
status_is 2 "--preset best is refused" "$TOKMILL" dedup-near --preset best a.jsonl
status_is 2 "--jaccard 1.5 is refused" "$TOKMILL" dedup-near --jaccard 1.5 a.jsonl
status_is 2 "--keep worst is refused" "$TOKMILL" dedup-near --keep worst a.jsonl
status_is 2 "more ranks than one are refused" "$TOKMILL" dedup-near --rank 0 --world 2 a.jsonl a.jsonl
status_is 3 "--tmp-max is respected" "$TOKMILL" dedup-near --tmp-max 100K --memory 3M many.jsonl.zst
is "$("$TOKMILL" dedup-near --rank 0 --world 2 a.jsonl a.jsonl 2>&1 | grep -o 'by ranks: minhash-sign')" "by ranks: minhash-sign" \
    "and told what to do instead"
done_testing
