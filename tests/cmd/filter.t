#!/bin/sh
# filter: rule sets at their edges, expressions, thresholds, annotations, hostile texts.
# That decisions equal the original code is tests/peers/filter_peer.py's business.
. "$TOKMILL_SRC/tests/lib.sh"

# doc JSON-FILTER: one document whose text is a jq expression
doc() { jq -nc "{text: ($1)}"; }
# drop_is SET JQ-TEXT RULE,VALUE,THRESHOLD NAME: how the set drops it; "kept" if it does not
drop_is() {
    doc "$2" | "$TOKMILL" filter --rules "$1" --rejects r.jsonl > kept.jsonl
    if [ -s kept.jsonl ]; then got=kept
    else got=$(jq -r '._drop | "\(.rule) \(.value) \(.threshold)"' r.jsonl); fi
    is "$got" "$3" "$1: $4"
}
good='"The cats and the dogs have to be with us. " * 10'

drop_is gopher-quality "$good" kept "plain text"
drop_is gopher-quality '"the with " + "word " * 47' "gopher_short_doc 49 50" "49 words"
drop_is gopher-quality '"the with " + "word " * 48' kept "50 words"
drop_is gopher-quality '"the with " + "word " * 48 + "!?. " * 3' "kept" "marks alone are no words"
drop_is gopher-quality '"the with " + "a " * 60' "gopher_below_avg_threshold 1.0806451612903225 3" "short words"
drop_is gopher-quality '"the with " + "incomprehensibilities " * 60' "gopher_above_avg_threshold 20.43548387096774 10" "long words"
drop_is gopher-quality '"the with " + "#word " * 60' "gopher_too_many_hashes 0.4918032786885246 0.1" "hashes"
drop_is gopher-quality '"the with " + "word... " * 60' "gopher_too_many_ellipsis 0.4918032786885246 0.1" "ellipses"
drop_is gopher-quality '"- the word with\n" * 40' "gopher_too_many_bullets 1 0.9" "bullets"
drop_is gopher-quality '("the word with and a row of more words here to read and then some...\n" * 9)' "gopher_too_many_end_ellipsis 1 0.3" "lines that break off"
drop_is gopher-quality '"the with " + "word " * 48 + "12345 " * 20' "gopher_below_alpha_threshold 0.7142857142857143 0.8" "numbers"
drop_is gopher-quality '"the " + "word " * 60' "gopher_enough_stop_words 1 2" "stop words, distinct"
drop_is gopher-repetition '""' "empty 0 1" "empty"
drop_is gopher-repetition '"a b\n\n" * 2 + "c d\n\n" + "a b"' "dup_para_frac 0.5 0.3" "paragraphs"
drop_is gopher-repetition '"same line\n" * 3' "dup_line_frac 0.5 0.3" "lines, and the end of the last"
drop_is gopher-repetition '"one two"' "top_2_gram 1 0.2" "a pair alone is the whole text"
drop_is gopher-repetition '[range(60)] | map("w\(.)") | join(" ") | . + "\n" + .' "dup_line_frac 0.5 0.3" "two lines alike"
drop_is gopher-repetition '[range(60)] | map("w\(.)") | join(" ") | . + " " + .' "duplicated_5_n_grams 0.37037037037037035 0.15" "n-grams"
drop_is c4 '"A line of words ends here. " * 4' "too_few_sentences 4 5" "four sentences"
drop_is c4 '"A line of words ends here. " * 5' kept "five sentences"
drop_is c4 '"A line of words ends here. " * 5 + "\nLorem Ipsum has to go."' "lorem_ipsum 1 0" "lorem ipsum"
drop_is c4 '"A line of words ends here. " * 5 + "\nIt has { in it."' "curly_bracket 1 0" "curly bracket"
drop_is c4 '"A line of words ends here. " * 5 + "\nJavascript has { in it."' kept "in a line that goes anyway"
drop_is fineweb '" \n"' "empty 0 1" "blank"
drop_is fineweb '"no end mark here\n" * 9' "line_punct_ratio 0 0.12" "end marks"
drop_is fineweb '[range(9)] | map("Row \(.).") | join("\n")' "short_line_ratio 1 0.67" "short lines"
drop_is fineweb '"A line that is longer than thirty characters.\n" * 2' "char_dup_ratio 0.5 0.01" "lines again"
drop_is fineweb '[range(20)] | map("Thisisonewordofthirtyonecharacters\(.).") | join("\n")' "list_ratio 0.475 0.3" "lists"
drop_is fineweb-2024 '"A line that is longer than thirty characters.\n"' kept "2024: a share of lines, the blank one too"
drop_is fineweb-2024 '"A line that is longer than thirty characters.\n\n\n"' "short_line_ratio 0.75 0.67" "2024: blank lines are short"
drop_is c4-fineweb '"A line of words ends here. " * 5 + "\nand one without"' kept "no end mark needed"

drop_is code '"int main(void)\n{\n    return 0;\n}\n"' kept "code"
drop_is code '"x" * 1000 + "\nx" * 20' kept "a line of 1000"
drop_is code '"x" * 1001 + "\nx" * 20' "long_line 1001 1000" "a longer one"
drop_is code '("é" * 101 + "\n") * 3' "long_lines 101 100" "long lines on the whole"
drop_is code '"é_{}" * 5' kept "a quarter of letters"
drop_is code '"é_{}()" * 5' "few_letters 0.16666666666666666 0.25" "fewer"

words50='([range(50)] | map("word\(.)") | join(" ")) + " the of\n"'
drop_is dolma-gopher-v1 '""' "word_count 0 50" "empty"
drop_is dolma-gopher-v1 "$words50" kept "plain"
drop_is dolma-gopher-v1 "$words50"' + "\n\n\n"' "fraction_of_duplicate_lines 0.8 0.3" "empty lines are equal"
drop_is dolma-gopher-v2 "$words50"' + "\n\n\n"' kept "runs of newlines are one"
drop_is dolma-gopher-v2 "$words50"' + "*abide\n" * 30' "fraction_of_lines_starting_with_bullet_point 0.9375 0.9" "a star is a bullet"
top='"the of and to " * 3 + ([range(9)] | map("\(.) w\(.)1 w\(.)2 w\(.)3 the of") | join(" "))'
drop_is dolma-gopher-v2 "$top" kept "the most common pair: its attribute is misspelled"
drop_is dolma-gopher-mended "$top" "fraction_of_characters_in_most_common_2gram 0.36364 0.2" "mended, five decimals"

# C4 edits
doc '"  Wiki [1] words [edit] stay here [ok] now [citation needed].\nno end\nTwo words.\nPlease use cookies today.\nIt ends so...\nA good line. " + "It is. " * 5' |
    "$TOKMILL" filter --rules c4 > e.jsonl
is "$(jq -r .text e.jsonl)" "Wiki  words  stay here [ok] now .
A good line. It is. It is. It is. It is. It is." "c4 keeps whole lines and takes marks out"
doc "$good"' + "\n" + "no end mark" ' | "$TOKMILL" filter --rules c4 --where 'chars < 425' | jq -r .text > e.txt
ok_cmd "an expression after an edit sees the edited text" grep -q "The cat" e.txt
is "$(doc "$good" | "$TOKMILL" filter --rules c4 --rules fineweb --rejects r.jsonl | wc -l)" 1 "sets in a row"

# DCLM: edits between drops. edit_is SET TEXT EXPECTED NAME: of 60 words and then TEXT
sixty='([range(60)] | map("w\(. * 7919)ord") | join(" "))'
edit_is() {
    doc "$sixty + \" the of\\n\" + \"$2\"" | "$TOKMILL" filter --rules "$1" --rejects r.jsonl > e.jsonl
    is "$(jq -r '.text | split("\n")[1:] | join("|")' e.jsonl)" "$3" "$1: $4"
}
edit_is dclm-baseline 'see http://a.org/x now' 'see http://a.org/x now' "w is no domain: addresses stay"
edit_is dclm-baseline-mended 'see http://a.org/x now, 1.2.3.4/y' 'see now,' "mended: they go"
edit_is dclm-baseline 'a b\n\n\n\nc d' 'a b||c d' "three newlines become two"
edit_is dclm-baseline 'a b\nSIGN Up\nc d' 'a b|c d' "capitals"
edit_is dclm-baseline 'a b\n2026\nc d' 'a b|c d' "digits"
edit_is dclm-baseline 'a b\n3.5k Likes!\nc d' 'a b|c d' "counters"
edit_is dclm-baseline 'a b\nabc\n\nc d' 'a b||c d' "one word"
edit_is dclm-baseline 'a b\n2 Items in Cart\nc d' 'a b|2|c d' "items in cart"
edit_is dclm-baseline 'a b\nYes. Read more...\nc d' 'a b|Yes.|c d' "read more"
edit_is dclm-baseline 'a b\nSign-in here now\nc d' 'a b|here now|c d' "sign-in"
doc "$sixty"' + " the of\nSIGN UP RIGHT NOW HERE"' | "$TOKMILL" filter --rules dclm-baseline --rejects r.jsonl
is "$(jq -r '._drop.rule, (.text | split("\n")[1])' r.jsonl | tr '\n' ' ')" "word_removal_ratio_filter SIGN UP RIGHT NOW HERE " \
    "dclm-baseline: too many words removed; a reject keeps its text"
printf 'edit strip-urls\n' > strip.rules
is "$(doc '"http://x.org"' | "$TOKMILL" filter --rules strip.rules --rejects r.jsonl)$(jq -c ._drop r.jsonl)" \
    '{"stage":"filter","rule":"empty"}' "an edit that leaves nothing drops"
for bad in 'edit' 'edit dclm-newlines' 'edit strip-urls 3' 'edit dclm-newlines x' 'edit dclm-newlines 1 2'; do
    echo "$bad" > bad.rules
    status_is 2 "no edit: '$bad'" "$TOKMILL" filter --rules bad.rules good.jsonl
done
drop_is refinedweb '"a b"' "page_length_filter 2 50" "RefinedWeb by DCLM"

# signals of others: a value that fails without its rule
value_is() { is "$(doc "$2" | "$TOKMILL" filter --annotate --where "$1" | jq ".metadata.tokmill.filter.$1")" "$3" "$1"; }
value_is rps_doc_word_count '"Don\u0027t  STOP, now!"' 3
value_is rps_doc_unigram_entropy '"a b a b"' 0.69314718
value_is rps_doc_frac_all_caps_words '"USA and Nato."' 0.25
value_is rps_doc_stop_word_fraction '"the cat and xyz"' 0.5
value_is rps_doc_num_sentences '"One. Two! Three"' 3
value_is rps_doc_frac_chars_dupe_5grams '"a b c d e x a b c d e"' 0.90909091
value_is rps_lines_ending_with_terminal_punctution_mark '"Yes.\nno\n\n"' 0.33333333
value_is rps_lines_numerical_chars_fraction '"a1\n二\n"' 0.75
value_is dclm_top_2gram '"aa b c dd ee aa b dd ee"' 0.5333333333333333
value_is dclm_dup_5gram '"a b c d e. a, b c d e"' 1
value_is nemo_urls '"http://x.org y"' 0.8571428571428571
value_is nemo_boilerplate '"Terms of Use\n\nb"' 0.5
value_is nemo_different_lines '"a\n\na\nb"' 0.6666666666666666
value_is nemo_top_2gram '"a b a b c"' 0.6666666666666666
value_is nemo_dup_5gram '"a b c d e a b c d e"' 0.47368421052631576
value_is dolma_word_length '"a bbb ccccc dd"' 2.5
drop_is redpajama-v2 '"a b"' "word_count 2 50" "RedPajama-V2"
drop_is nemo-english '"éééé"' "alpha_numeric 1 0.25" "NeMo-Curator"
drop_is redpajama-code '""' "empty 0 1" "RedPajama-V1"
drop_is redpajama-code '"{}" * 9' "alphanumeric_char_ratio_filter 0 0.25" "RedPajama-V1"

# expressions
doc "$good" > good.jsonl
# where_is EXPR kept|dropped
where_is() {
    n=$("$TOKMILL" filter --where "$1" --rejects r.jsonl good.jsonl | wc -l)
    is "$([ "$n" = 1 ] && echo kept || echo dropped)" "$2" "where $1"
}
where_is 'dt_words == 110' kept
where_is 'dt_words != 110' dropped
where_is 'chars >= 420 and chars <= 420' kept
where_is 'chars < 400 or bytes > 1e9' dropped
where_is 'not chars < 400' kept
where_is 'not (chars < 400 or bytes > 0)' dropped
where_is 'chars / 4 - 100 + 2 * -3 == -1' kept
where_is '1 + 2 * 3 == 7 and (1 + 2) * 3 == 9' kept
where_is 'chars / 0 > 0' dropped
where_is 'not (chars / 0 > 0)' kept
where_is '"a" < "b" and "a" != 1' kept
where_is 'chars' kept
where_is 'chars - 420' dropped
"$TOKMILL" filter --where 'chars < 4' --rejects r.jsonl good.jsonl
is "$(jq -c ._drop r.jsonl)" '{"stage":"filter","rule":"where"}' "its reason"
for bad in 'chars <' '(chars' 'chars chars' 'words > 3' '"open' '1.2.3 > 1' '' 'not' '<'; do
    status_is 2 "no expression: '$bad'" "$TOKMILL" filter --where "$bad" good.jsonl
done
deep=$(printf '%200s' '' | tr ' ' '(')
status_is 2 "too deep" "$TOKMILL" filter --where "$deep" good.jsonl
nots=$(printf '%200s' '' | sed 's/ /not /g')
status_is 2 "too many nots" "$TOKMILL" filter --where "$nots 1" good.jsonl

# thresholds and files
is "$("$TOKMILL" filter --rules gopher-quality --set gopher_short_doc=200 good.jsonl | wc -l)" 0 "--set raises a threshold"
is "$(doc '"the with word"' | "$TOKMILL" filter --rules gopher-quality --set gopher_short_doc=none | wc -l)" 1 "--set none"
status_is 2 "--set with an unknown reason" "$TOKMILL" filter --rules c4 --set no_such=1 good.jsonl
status_is 2 "--set with no number" "$TOKMILL" filter --rules c4 --set too_few_sentences=x good.jsonl
for s in $("$TOKMILL" filter --list-rules | cut -d' ' -f1); do
    "$TOKMILL" filter --show "$s" > "$s.rules"
    "$TOKMILL" filter --show "./$s.rules" > again.rules
    ok_cmd "--show $s reads back" cmp "$s.rules" again.rules
done
sed -i 's/dt_solid_words < 50/dt_solid_words < 500/' gopher-quality.rules
is "$("$TOKMILL" filter --rules gopher-quality.rules good.jsonl | wc -l)" 0 "an edited file is a rule set"
is "$("$TOKMILL" filter --show c4 --set too_few_sentences=3 | grep too_few)" "drop too_few_sentences c4_sentences < 3" "--show with --set"
printf 'set x\ndrop a chars <\n' > bad.rules
is "$("$TOKMILL" filter --rules bad.rules good.jsonl 2>&1 | head -n 1)" \
    "tokmill: bad.rules: record 2: expected: drop REASON SIGNAL <|<=|>|>=|==|!= NUMBER" "a bad line is named"
printf 'drop a no_signal < 1\n' > bad.rules
status_is 2 "unknown signal" "$TOKMILL" filter --rules bad.rules good.jsonl
printf 'edit none\n' > bad.rules
status_is 2 "unknown edit" "$TOKMILL" filter --rules bad.rules good.jsonl
printf 'keep it\n' > bad.rules
status_is 2 "unknown statement" "$TOKMILL" filter --rules bad.rules good.jsonl
status_is 2 "unknown set" "$TOKMILL" filter --rules gopher good.jsonl
status_is 3 "missing file" "$TOKMILL" filter --rules ./none.rules good.jsonl
status_is 2 "nothing to do" "$TOKMILL" filter good.jsonl
ok_cmd "--list-signals" sh -c '"$TOKMILL" filter --list-signals | grep -q "^dt_words "'

# annotations and statistics
"$TOKMILL" filter --rules gopher-quality --rules c4 --where 'dt_words > 9000' --annotate --explain good.jsonl > a.jsonl
is "$(jq -c '.metadata.tokmill.filter | [.dt_solid_words, .dt_stop_words, .c4_sentences, .dt_words, .drop.rule]' a.jsonl)" \
    '[100,6,10,110,"where"]' "--annotate: all values, nothing dropped"
is "$(jq -c '.metadata.tokmill.filter.rules | [length, .[0]]' a.jsonl)" \
    '[13,{"rule":"gopher_short_doc","signal":"dt_solid_words","value":100,"op":"<","threshold":50,"fails":false}]' "--explain"
is "$(jq -r .text a.jsonl | wc -c)" 420 "an annotated document that passes c4 is edited"
doc '"Some {here} are words.\n" * 9' | "$TOKMILL" filter --rules c4 --rules fineweb --annotate > a.jsonl
is "$(jq -c '.metadata.tokmill.filter | [.dt_full_lines, .drop.rule]' a.jsonl)" '[9,"curly_bracket"]' \
    "--annotate: a set that drops edits nothing for the next"
"$TOKMILL" filter --rules gopher-quality --stats s.json good.jsonl > /dev/null
is "$(jq -c '.stages[-1].histograms.dt_stop_words | [.count, .sum, .threshold]' s.json)" '[1,6,2]' "histograms with threshold"

# hostile texts: a defined answer from every signal
all=$("$TOKMILL" filter --list-signals | cut -d' ' -f1 | tr '\n' '+' | sed 's/+$//; s/+/ + /g')
{ doc '""'; doc '"x"'; doc '"\u0000"'; doc '"a\u0000b"'; doc '"\n" * 1000'; doc '"😀" * 1000'; doc '"."'
  doc '" "'; doc '"\u2028"'; doc '"\ufffd"'; doc '"\u00a0" * 100'; doc '"." * 10000'; doc '"[" * 10000'; } > odd.jsonl
is "$("$TOKMILL" filter --annotate --where "$all" odd.jsonl | jq -c '[.metadata.tokmill.filter | del(.drop) | .[] | select(type != "number")]' | sort -u)" \
    "[]" "every signal of odd texts is a number"
for what in '"x" * 1000000' '"!" * 1000000' '"a.b@" * 300000' '"1.1." * 300000' '"a-" * 600000' \
    '"\u0027s" * 600000' '"a b " * 300000' '"\n." * 500000'; do
    doc "$what" > huge.jsonl
    ok_cmd "linear: $what" timeout 30 "$TOKMILL" filter --rules gopher-quality --rules gopher-repetition \
        --annotate --rules c4 --rules fineweb huge.jsonl -o /dev/null
done
printf '{"input_ids":[1]}\n' > ids.jsonl
status_is 1 "a document without text is bad" "$TOKMILL" filter --rules c4 ids.jsonl
"$TOKMILL" filter --where 'chars > 0' --on-bad skip --stats s.json ids.jsonl good.jsonl > /dev/null
is "$(jq -c '.stages[-1] | [.in.docs, .out.docs, .bad]' s.json)" '[2,1,{"no-text":1}]' "and counted once"

D="${TOKMILL_DATA:-/nonexistent}/html/wcxb-dev.tar.zst"
if [ -f "$D" ]; then
    sets="--rules gopher-repetition --rules gopher-quality --rules c4 --rules fineweb"
    "$TOKMILL" html --limit 400 "$D" -o in.jsonl
    "$TOKMILL" filter -j1 $sets in.jsonl -o one.jsonl --rejects r1.jsonl
    "$TOKMILL" filter -j8 $sets in.jsonl -o eight.jsonl --rejects r8.jsonl
    ok_cmd "same bytes with any -j" cmp one.jsonl eight.jsonl
    ok_cmd "same rejects too" cmp r1.jsonl r8.jsonl
    "$TOKMILL" filter --rules gopher-repetition in.jsonl then filter --rules gopher-quality \
        then filter --rules c4 then filter --rules fineweb -o chain.jsonl
    ok_cmd "a chain of stages as one stage of sets" cmp one.jsonl chain.jsonl
else
    skip "real pages" "no data"
fi
done_testing
