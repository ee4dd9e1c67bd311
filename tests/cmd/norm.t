#!/bin/sh
# norm: each rule by a small case, each option, and what must not change.
. "$TOKMILL_SRC/tests/lib.sh"

# norm_is OPTIONS JSON-TEXT EXPECTED-JSON-TEXT NAME
norm_is() {
    is "$(printf '{"text":%s}\n' "$2" | "$TOKMILL" norm $1 | jq -c .text)" "$3" "$4"
}
norm_is "" '"e\u0301"' '"é"' "NFC composes"
norm_is "" '"a\u0323\u0307 a\u0307\u0323"' '"ạ̇ ạ̇"' "marks in order, then composed"
norm_is "" '"\u1100\u1161\u11a8"' '"각"' "Hangul composes"
norm_is "" '"\u212b \u2126 \uf900"' '"Å Ω 豈"' "singletons"
norm_is "" '"\u0958"' '"क़"' "a composition that is excluded comes apart"
norm_is "" '"ﬁ ² ｆ"' '"ﬁ ² ｆ"' "NFC leaves compatibility characters"
norm_is "--form nfkc" '"ﬁ ² ｆ\u00a8"' '"fi 2 f ̈"' "--form nfkc does not"
is "$(printf '{"text":"e\\u0301"}\n' | "$TOKMILL" norm --form none | jq -ac .text)" '"e\u0301"' "--form none"
norm_is "" '"a\u0001b\u007f\u0085c\ufeff"' '"ab\nc"' "controls go"
norm_is "" '"e\u0001\u0301"' '"é"' "what a control parted joins"
norm_is "" '"a\r\nb\rc\u2028d\fe"' '"a\nb\nc\nd\ne"' "line ends"
norm_is "--keep-controls" '"a\u0001b\r\nc"' '"a\u0001b\r\nc"' "--keep-controls"
norm_is "" '"  a \t\n  b\u00a0\u3000\n"' '"  a\n  b"' "blanks at line ends go, indentation stays"
norm_is "" '"\n\n\na\n\n\n\n\nb\n"' '"a\n\n\nb"' "two empty lines at most"
norm_is "--empty-lines 0" '"a\n\n\nb\n"' '"a\nb"' "--empty-lines"
norm_is "--space collapse" '" a \t b\n\n  c d\u00a0 e"' '"a b\n\nc d e"' "--space collapse"
norm_is "--space keep" '" a \n\n\n\n\nb \n"' '" a \n\n\n\n\nb \n"' "--space keep"
norm_is "" '""' '""' "empty text"
norm_is "" '" \n \t\n"' '""' "blanks only"
norm_is "" '"\u0301a"' '"́a"' "a mark at the start"
norm_is "" '"a\u0000b"' '"ab"' "NUL goes"


# repairs; tests/peers/norm_peer.py holds them against ftfy itself
norm_is "--repair mojibake" '"schÃ¶n, l’Ã©tÃ©"' '"schön, l’été"' "mojibake"
norm_is "" '"schÃ¶n"' '"schÃ¶n"' "not without being asked"
norm_is "--repair mojibake" '"voilÃ le travail"' '"voilà le travail"' "a byte 0xA0 that became a space"
norm_is "--repair mojibake" '"Ã\u0192Â©tÃ\u0192Â©"' '"été"' "twice"
norm_is "--repair mojibake" '"Naïve café, Øre, São Paulo: ½ × 3 °C"' '"Naïve café, Øre, São Paulo: ½ × 3 °C"' "text that is well stays"
norm_is "--repair mojibake" '"РџСЂРёРІРµС‚"' '"Привет"' "Cyrillic"
norm_is "--repair mojibake" '"Ã©tÃ©\nschön"' '"été\nschön"' "lines are repaired one by one"
norm_is "--repair mojibake" '"â€œ like this â€�"' '"“ like this �"' "a byte that was lost"
norm_is "--repair entities" '"a &amp; b &eacute; &EACUTE; &SZLIG; &#x1F600; &#128; &#59; &nosuch; &amp"' \
    '"a & b é É SS 😀 € &#59; &nosuch; &amp"' "entities"
norm_is "--repair entities" '"&lt;b&gt; <i>\n&amp;"' '"&lt;b&gt; <i>\n&amp;"' "none in HTML"
norm_is "--repair entities" '"&amp; x\n<i>\n&amp;"' '"& x\n<i>\n&amp;"' "from the first \"<\" on"
norm_is "--repair entities --entities all" '"<i> &amp;"' '"<i> &"' "--entities all"
norm_is "--repair quotes" '"“a” ‘b’ ʼ"' '"\"a\" '"'b' '"'"' "quotes"
norm_is "--repair ligatures" '"ﬁ ﬆ Ǆ æ"' '"fi st DŽ æ"' "ligatures"
norm_is "--repair widths" '"ＡＢ　ｶﾞ"' '"AB ガ"' "widths"
norm_is "--repair escapes" '"\u001b[31mred\u001b[0m"' '"red"' "terminal escapes"
norm_is "--repair c1" '"a\u0080\u0093b\u0085"' '"a€“b…"' "C1 controls"
norm_is "--repair mojibake,quotes" '"â€œaâ€\u009d"' '"\"a\""' "several steps"
norm_is "--like ftfy" '"â€œaâ€\u009d \n\n\n\n b &amp; \r\nﬁ"' '"\"a\" \n\n\n\n b & \nfi"' "--like ftfy"
norm_is "--like datatrove" '"â€œaâ€\u009d \r\n&amp; ﬁ"' '"“a” \r\n& ﬁ"' "--like datatrove"
norm_is "--like ftfy" '"\u0001&#1;"' '""' "what leaves nothing"
norm_is "--symbol-lines |" '"a\n| | |\n||\nb |\n\n|"' '"a\nb |"' "--symbol-lines"
norm_is "--symbol-lines punctuation --symbol-lines-as ~" '"a\n---\n***\nb\n...\n"' '"a\n~\nb\n~"' "--symbol-lines-as"
status_is 2 "--repair of nothing" "$TOKMILL" norm --repair moji
status_is 2 "--like with --repair" "$TOKMILL" norm --like ftfy --repair quotes

echo '{"text":"caf\u00e9 \ud83d\ude00","x":1.0}' > same.jsonl
is "$("$TOKMILL" norm same.jsonl | cut -d, -f2-)" \
    "$(cut -d'{' -f2- same.jsonl)" "a text that needs nothing keeps its spelling"
status_is 2 "a huge --empty-lines is refused" "$TOKMILL" norm --empty-lines 99999999999 same.jsonl
printf '{"input_ids":[1]}\n' > ids.jsonl
status_is 1 "a document without text is bad" "$TOKMILL" norm ids.jsonl
printf '{"text":"a "}\n{"text":"a"}\n' | "$TOKMILL" norm --stats s.json > /dev/null
is "$(jq -c '.stages[-1].counters' s.json)" '{"changed":1}' "the statistics count changes"

D="${TOKMILL_DATA:-/nonexistent}/html/wcxb-dev.tar.zst"
if [ -f "$D" ]; then
    "$TOKMILL" html -m all --limit 400 "$D" -o in.jsonl
    "$TOKMILL" norm -j1 in.jsonl -o one.jsonl
    "$TOKMILL" norm -j8 in.jsonl -o eight.jsonl
    ok_cmd "same bytes with any -j" cmp one.jsonl eight.jsonl
    "$TOKMILL" norm one.jsonl -o twice.jsonl
    ok_cmd "twice is once" cmp one.jsonl twice.jsonl
else
    skip "real pages" "no data"
fi
done_testing
