#!/bin/sh
# pii: what counts, what does not, each action.
. "$TOKMILL_SRC/tests/lib.sh"

# pii_is OPTIONS JSON-TEXT EXPECTED NAME
pii_is() {
    is "$(printf '{"text":%s}\n' "$2" | "$TOKMILL" pii --email-as '<E>' --ipv4-as '<4>' \
        --ipv6-as '<6>' $1 | jq -r .text)" "$3" "$4"
}
pii_is "" '"joe.doe+x@mail.example.org, me@x.y"' "<E>, <E>" "e-mail"
pii_is "" '"a@b a@b.c. @c.de a@.de a@b..de"' "a@b <E>. @c.de a@.de a@b..de" "a host has two labels"
pii_is "" '".a@b.cd a..b@c.de a.@b.cd"' ".<E> a..<E> a.@b.cd" "atoms and dots"
pii_is "" '"a@b-.cd a@b.c- a@-b.cd"' "a@b-.cd <E>- a@-b.cd" "labels begin and end with a letter or digit"
pii_is "" '"éa.b@c.de !x@y.zz"' "éa.<E> !<E>" "it begins at a word boundary"
pii_is "" '"r@[1.2.3.4] r@[1.2.3.4 r@[1.2.3.x:]"' "<E> r@[<4> <E>" "bracketed hosts"
pii_is "" '"1.2.3.4@x.org"' "<E>" "a number inside an address is part of it"
pii_is "" '"a@b.cc@d.ee"' "<E>@d.ee" "matches do not overlap"
pii_is "" '"8.8.8.8, v1.2.3.4.5 256.9.9.9 9.9.9.256 9.9.9.300"' "<4>, v<4>.5 2<4> <4>6 <4>0" "IPv4 without boundaries"
pii_is "" '"10.0.0.1 127.0.0.1 192.168.1.1 172.31.0.1 169.254.0.1 100.64.0.1 192.0.2.1 240.0.0.1 0.1.1.1"' \
    "10.0.0.1 127.0.0.1 192.168.1.1 172.31.0.1 169.254.0.1 100.64.0.1 192.0.2.1 240.0.0.1 0.1.1.1" "private numbers stay"
pii_is "" '"172.32.0.1 192.0.0.9 192.0.0.8 224.0.0.1"' "<4> <4> 192.0.0.8 <4>" "edges of the registry"
pii_is "" '"08.8.8.8 1.2.3"' "08.8.8.8 1.2.3" "leading zeros, three numbers"
pii_is "" '"2001:4860:4860::8888. (2a00:1450:4001:82f::200e)"' "<6>. (<6>)" "IPv6"
pii_is "" '"fe80::1 ::1 2001:db8::1 std::cout Face::add 12:30:45 2001:4860 x2001:4860::8"' \
    "fe80::1 ::1 2001:db8::1 std::cout Face::add 12:30:45 2001:4860 x2001:4860::8" "what is no public IPv6"
pii_is "--kinds ipv4" '"a@b.cd 8.8.8.8 2001:4860::8"' "a@b.cd <4> 2001:4860::8" "--kinds"
pii_is "--action mask" '"Joe-1@Ex.org"' "xxx-x@xx.xxx" "--action mask"
pii_is "" '""' "" "empty text"
pii_is "" '"@.:@.:@"' "@.:@.:@" "anchors alone"

printf '%s\n' '{"id":"1","text":"a@b.cd é8.8.8.8 x"}' '{"id":"2","text":"none"}' > d.jsonl
is "$("$TOKMILL" pii --action annotate d.jsonl | jq -c .metadata.pii | tr '\n' ' ')" \
    '[[0,6,"email"],[8,15,"ipv4"]] [] ' "--action annotate, places in characters"
is "$("$TOKMILL" pii --action drop d.jsonl --rejects r.jsonl | jq -r .id)" 2 "--action drop"
is "$(jq -c ._drop r.jsonl)" '{"stage":"pii","rule":"pii","value":2,"threshold":0}' "its reason"
is "$("$TOKMILL" pii --action drop --max 2 d.jsonl | wc -l)" 2 "--max"
is "$("$TOKMILL" pii --annotate d.jsonl | head -n 1 | jq -c .metadata.tokmill.pii)" \
    '{"email":1,"ipv4":1,"ipv6":0}' "--annotate"
is "$(head -n 1 d.jsonl | "$TOKMILL" pii | jq -r .text)" "email@example.com é192.0.2.1 x" "default replacements"
status_is 2 "unknown kind" "$TOKMILL" pii --kinds phone d.jsonl
status_is 2 "a replacement that is not UTF-8" "$TOKMILL" pii --email-as "$(printf '\377')" d.jsonl
jq -nc '{text: ("a@" * 500000)}' > long.jsonl
ok_cmd "a megabyte of anchors is linear" timeout 10 "$TOKMILL" pii long.jsonl -o /dev/null
jq -nc '{text: ("1.2.3.4 " * 100000 + "a@b.cd")}' > ips.jsonl
ok_cmd "many numbers before one address too" timeout 10 "$TOKMILL" pii ips.jsonl -o /dev/null
for i in 1 2 3 4 5 6 7 8 9; do cat d.jsonl; done > many.jsonl
"$TOKMILL" pii -j1 many.jsonl > one
"$TOKMILL" pii -j8 many.jsonl > eight
ok_cmd "same bytes with any -j" cmp one eight
done_testing
