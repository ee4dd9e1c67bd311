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

# kinds of numbers, keys
kind_is() {     # kind_is KIND JSON-TEXT EXPECTED NAME
    is "$(printf '{"text":%s}\n' "$2" | "$TOKMILL" pii --kinds $1 --$1-as '<X>' | jq -r .text)" "$3" "$4"
}
kind_is phone '"call (202) 555-0143, 202-555-0143, 202.555.0143 or +1 202 555 0143!"' "call <X>, <X>, <X> or <X>!" "phone"
kind_is phone '"+44 20 7946 0958; +49 (0)30 901820, tel:+33123456789."' "<X>; <X>, tel:<X>." "phone with a country"
kind_is phone '"2025550143 102-555-0143 202-155-0143 3.202-555-0143 202-555-01434 12-202-555-0143-9"' \
    "2025550143 102-555-0143 202-155-0143 3.202-555-0143 202-555-01434 12-202-555-0143-9" "what is no phone"
kind_is phone '"+1234 x+4420794609580 1+44207946095 ISBN 978-0-306-40615-7 2024-01-15 10:20"' \
    "+1234 x+4420794609580 1+44207946095 ISBN 978-0-306-40615-7 2024-01-15 10:20" "nor this"
kind_is card '"4111 1111 1111 1111, 5555555555554444 3782-822463-10005 4111111111111111 2026"' "<X>, <X> <X> <X> 2026" "card"
kind_is card '"4111 1111 1111 1112 9111111111111119 0.4111111111111111 x4111111111111111 41111111111111110"' \
    "4111 1111 1111 1112 9111111111111119 0.4111111111111111 x4111111111111111 41111111111111110" "what is no card"
kind_is card '"4111 1111-1111 1111 411111111111111 30569309025904 6011111111111117"' "4111 1111-1111 1111 411111111111111 <X> <X>" "groups, lengths, issuers"
kind_is ssn '"123-45-6789 and 123 45 6789."' "<X> and <X>." "ssn"
kind_is ssn '"000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000 123-45 6789 1123-45-6789 123-45-67890 123-45-6789-1"' \
    "000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000 123-45 6789 1123-45-6789 123-45-67890 123-45-6789-1" "what is no ssn"
a36=$(printf '%036d' 7) h32=0123456789abcdef0123456789abcdef
kind_is key "\"k=AKIAIOSFODNN7EXAMPLE; ghp_$a36 glpat-aaaaaaaaaaaaaaaaaaaa npm_$a36 ${h32}-us12 AC$h32\"" "k=<X>; <X> <X> <X> <X> <X>" "key"
# put together here, so that no scanner of keys takes the test for one
kind_is key "\"xox""b-123456789012-abcdefghij12 sk_""live_abcdefghijklmnopqrstuvwx AIza$(printf '%035d' 1) eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijk\"" \
    "<X> <X> <X> <X>" "tokens"
kind_is key '"-----BEGIN RSA PRIVATE KEY-----\nMIIEow+/=\n-----END RSA PRIVATE KEY-----\nx"' "<X>
x" "a private key as a whole"
kind_is key '"xAKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLES ghp_short disk-us12 -----BEGIN CERTIFICATE-----"' \
    "xAKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLES ghp_short disk-us12 -----BEGIN CERTIFICATE-----" "what is no key"
is "$(printf '{"text":"202-555-0143 4111111111111111 123-45-6789 AKIAIOSFODNN7EXAMPLE"}\n' |
    "$TOKMILL" pii --kinds phone,card,ssn,key | jq -r .text)" "202-555-0100 0000 0000 0000 0000 000-00-0000 <KEY>" "their defaults"
printf '{"text":"a@b.cd 8.8.8.8 (202) 555-0143 \\nx@y.z"}\n' > dolma.jsonl
is "$("$TOKMILL" pii --like dolma dolma.jsonl | jq -c .text)" \
    '" |||EMAIL_ADDRESS|||  |||IP_ADDRESS|||  |||PHONE_NUMBER|||  \nx@y.z"' "--like dolma"
is "$("$TOKMILL" pii --like dolma --action annotate dolma.jsonl | jq -c .metadata.pii)" \
    '[[0,7,"email"],[7,14,"ipv4"],[14,29,"phone"]]' "its spans"
printf '{"text":"%s"}\n' "u@a.bc v@a.bc w@a.bc u@a.bc 9.9.9.9" > like.jsonl
is "$("$TOKMILL" pii --like datatrove like.jsonl | jq -r .text | tr ' ' '\n' | sort -u | wc -l)" 3 "--like datatrove: one text for one address"
is "$("$TOKMILL" pii --like datatrove like.jsonl | jq -r .text | grep -cE '^(((email@example.com)|(firstname.lastname@example.org)) ){4}[0-9.]+$')" 1 \
    "of datatrove's lists"
is "$("$TOKMILL" pii --max 4 like.jsonl | wc -l) $("$TOKMILL" pii --max 5 like.jsonl | wc -l)" "0 1" "--max with replace"
status_is 2 "--max that is no number" "$TOKMILL" pii --max x d.jsonl
status_is 2 "--like and --kinds" "$TOKMILL" pii --like dolma --kinds email d.jsonl
status_is 2 "unknown kind" "$TOKMILL" pii --kinds name d.jsonl
status_is 2 "a replacement that is not UTF-8" "$TOKMILL" pii --email-as "$(printf '\377')" d.jsonl
jq -nc '{text: ("a@" * 500000)}' > long.jsonl
ok_cmd "a megabyte of anchors is linear" timeout 10 "$TOKMILL" pii long.jsonl -o /dev/null
jq -nc '{text: ("1.2.3.4 " * 100000 + "a@b.cd")}' > ips.jsonl
ok_cmd "many numbers before one address too" timeout 10 "$TOKMILL" pii ips.jsonl -o /dev/null
jq -nc '{text: ("a.(" * 200000 + "@" + "b" * 300000 + " 1-2 " * 100000 + "(1 " * 100000)}' > wide.jsonl
ok_cmd "and what dolma looks for" timeout 20 "$TOKMILL" pii --like dolma wide.jsonl -o /dev/null
ok_cmd "and numbers and keys" timeout 20 "$TOKMILL" pii --kinds phone,card,ssn,key wide.jsonl -o /dev/null
for i in 1 2 3 4 5 6 7 8 9; do cat d.jsonl; done > many.jsonl
"$TOKMILL" pii -j1 many.jsonl > one
"$TOKMILL" pii -j8 many.jsonl > eight
ok_cmd "same bytes with any -j" cmp one eight
done_testing
