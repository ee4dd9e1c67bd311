#!/bin/sh
# url: each list, each reason, formats of lists, odd addresses.
. "$TOKMILL_SRC/tests/lib.sh"

printf '# comment\nbad.com\nWWW.host.ORG\n10.0.0.1\n127.0.0.1 hosts.example # a hosts file\n0.0.0.0 blog.co.uk\n' > domains
printf 'http://page.net/x?y\nbare.net/z\n' > urls
printf 'banned\nex-otic\n#inert\n' > words
printf 'soft1\nSoft2\nsoft3\n' > soft
printf 'needle\nc0de\n' > subwords
printf 'good.bad.com\n' > allow
lists="--domains domains --urls urls --words words --soft-words soft --subwords subwords --allow allow"
# url_is URL REASON|kept [OPTIONS]
url_is() {
    jq -nc --arg u "$1" '{text: "", metadata: {url: $u}}' > u.jsonl
    "$TOKMILL" url $lists ${3-} u.jsonl --rejects r.jsonl > kept.jsonl
    is "$([ -s kept.jsonl ] && echo kept || jq -r ._drop.rule r.jsonl)" "$2" "$1 ${3-}"
}
url_is http://bad.com/ domain
url_is https://www.bad.com:8080/a domain
url_is //user:pw@BAD.com. domain
url_is http://notbad.com/ kept
url_is http://good.bad.com/needle kept
url_is http://deep.good.bad.com/ kept
url_is http://www.host.org/ subdomain
url_is http://a.www.host.org/ kept
url_is http://a.www.host.org/ subdomain --parents
url_is http://host.org/ kept
url_is http://10.0.0.1/x subdomain
url_is http://hosts.example/ subdomain
url_is http://x.blog.co.uk/ domain
url_is http://co.uk/ kept
url_is 'http://page.net/x?y' url
url_is 'http://page.net/x' kept
url_is https://bare.net/z url
url_is http://a.net/banned/x hard_blacklisted
url_is http://a.net/Banned/x kept
url_is http://a.net/abanned/x kept
url_is http://a.net/exotic hard_blacklisted
url_is http://a.net/inert kept
url_is http://a.net/soft1-soft1 kept
url_is http://a.net/soft1-soft2 soft_blacklisted
url_is http://a.net/soft1-soft2 kept "--soft-min 3"
url_is http://a.net/soft1-soft2.soft3 soft_blacklisted "--soft-min 3"
url_is http://a.net/haystackneedlehay blacklisted_subword
url_is http://a.net/NEE-D/LE blacklisted_subword
url_is http://a.net/neeedle kept
url_is http://a.net/cc0de blacklisted_subword
url_is 'http://[2001:db8::1]:80/' kept
url_is http:// kept
url_is :::// kept
url_is @ kept

# folders of lists: UT1's categories, datatrove's package
mkdir -p ut1/adult ut1/games package
printf 'sin.com\n' > ut1/adult/domains
printf 'mixed.com/sin\n' > ut1/adult/urls
printf 'play.com\n' | gzip > ut1/games/domains.gz
printf 'unread\n' > ut1/games/expressions
printf 'badword\n' > package/banned_words.txt
printf 'mild\nodd\n' > package/soft_banned_words.txt
printf 'inside\n' > package/banned_subwords.txt
tar czf ut1.tar.gz ut1
lists="--lists ut1"
url_is http://www.sin.com/ domain
url_is http://mixed.com/sin url
url_is http://play.com/ domain
url_is http://play.com/ kept "--categories adult,phishing"
url_is http://sin.com/ domain "--categories adult,phishing"
lists="--lists ut1.tar.gz --lists package"
url_is http://sin.com/ domain
url_is http://a.b/badword hard_blacklisted
url_is http://a.b/mild-odd soft_blacklisted
url_is http://a.b/xinsidex blacklisted_subword
status_is 2 "a folder without lists" "$TOKMILL" url --lists ut1/games/expressions u.jsonl
status_is 2 "categories that are not there" "$TOKMILL" url --lists ut1 --categories news u.jsonl
status_is 2 "--categories alone" "$TOKMILL" url --categories news --host u.jsonl

# addresses in their normal form
printf 'https://www.Page.net:443/x/\n' > normal
lists="--urls normal"
url_is http://page.net/x kept
url_is http://page.net/x url --normal
url_is 'HTTP://user@WWW.PAGE.NET:80/x/#y' url --normal
url_is http://page.net/X kept --normal
lists="--domains domains --urls urls --words words --soft-words soft --subwords subwords --allow allow"
is "$(printf '{"text":"","metadata":{"url":"HTTPS://u@www.Ex.org:443/A/?b#c"}}\n' |
    "$TOKMILL" url --normal | jq -r .metadata.url_normal)" "ex.org/A/?b" "metadata.url_normal"

printf '{"text":"x"}\n' > none.jsonl
is "$("$TOKMILL" url $lists none.jsonl | wc -l)" 1 "no address is kept"
is "$("$TOKMILL" url $lists --missing drop none.jsonl --rejects r.jsonl | wc -l)" 0 "--missing drop"
is "$(jq -r ._drop.rule r.jsonl)" no_url "its reason"
status_is 1 "--missing bad" "$TOKMILL" url $lists --missing bad none.jsonl
printf '{"text":"","metadata":{"url":"http://WWW.Example.co.uk/"}}\n' > host.jsonl
is "$("$TOKMILL" url --host host.jsonl | jq -c '[.metadata.host, .metadata.domain]')" \
    '["www.example.co.uk","example.co.uk"]' "--host"
printf '{"text":"","u":"http://bad.com/"}\n' > field.jsonl
is "$("$TOKMILL" url $lists --url-field u field.jsonl | wc -l)" 0 "--url-field"
gzip -c domains > domains.gz
is "$(jq -nc '{text: "", metadata: {url: "http://bad.com"}}' | "$TOKMILL" url --domains domains.gz | wc -l)" 0 "a compressed list"
jq -nc '{text: "", metadata: {url: ("http://a.net/" + "soft1-" * 200000)}}' > long.jsonl
ok_cmd "a megabyte of address is linear" timeout 10 "$TOKMILL" url $lists long.jsonl -o /dev/null
status_is 2 "nothing to do" "$TOKMILL" url none.jsonl
status_is 2 "--soft-min 0" "$TOKMILL" url $lists --soft-min 0 none.jsonl
status_is 3 "a missing list" "$TOKMILL" url --domains no-such none.jsonl
done_testing
