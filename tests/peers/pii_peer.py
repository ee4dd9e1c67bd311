#!/usr/bin/env python3
# venv: dolma
"""pii --like dolma against Dolma's own tagger, span by span, and public addresses against Python's
ipaddress: on real lines, and on random texts of the characters that the expressions care about."""
import ipaddress
import random
import sys
import types

sys.modules["presidio_analyzer"] = types.SimpleNamespace(AnalyzerEngine=object)
from dolma.core.data_types import Document
from dolma.taggers.pii import FastPiiRegex

from realtext import real_lines
from tap import check, documents, done, jsonl, run, skip

NAMES = {"EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "IP_ADDRESS": "ipv4"}
rng = random.Random(5)


def spans(text):
    found = FastPiiRegex().predict(Document(source="", id="", text=text)).spans
    found = [s for s in found if s.type in NAMES]
    return sorted([s.start, s.end, NAMES[s.type]] for s in found)


def compare(what, texts):
    docs = [{"id": str(i), "text": t} for i, t in enumerate(texts)]
    got = documents(run("pii", "--like", "dolma", "--action", "annotate", stdin=jsonl(docs)))
    bad, n = [], 0
    for t, d in zip(texts, got):
        want = spans(t)
        n += len(want)
        if sorted(d["metadata"]["pii"]) != want:
            bad.append(f"{t[:200]!r}: {d['metadata']['pii'][:6]}, dolma {want[:6]}")
    check(not bad, f"{what}: like dolma, {len(texts)} texts, {n} spans, {len(bad)} differ", "\n".join(bad))


PARTS = list(". @ @ @ , ? ! ; : ) ( a b . \n \t - 1 2 3 é 漢 ٣ \u00a0 \u2028 \x1c".split(" ")) + [
    " ", "  ", "a@b.c ", "(202) 555-0143", " 202.555.0143", " 202 555 0143", "1.2.3.4", "256.1.1.1",
    "x.y@z.org.", "(@b.c ", " 123 - .456 7890", "٣٣٣", "isbn", "user@host", "@@", "f@[1.2.3.4] "]


def public_addresses():
    v4 = [ipaddress.IPv4Address(rng.getrandbits(32)) for _ in range(20000)]
    for net in ("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
                "192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 "
                "240.0.0.0/4 192.88.99.0/24 192.0.0.9/32 192.0.0.10/32 255.255.255.255/32").split():
        net = ipaddress.ip_network(net)
        for at in (int(net[0]) - 1, int(net[0]), int(net[-1]), int(net[-1]) + 1):
            if 0 <= at < 2 ** 32:
                v4.append(ipaddress.IPv4Address(at))
    v6 = [ipaddress.IPv6Address(1 << 125 | rng.getrandbits(125)) for _ in range(20000)]
    for net in ("2001::/23 2001::/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 "
                "2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 "
                "2620:4f:8000::/48 3fff::/20").split():
        net = ipaddress.ip_network(net)
        for at in (int(net[0]) - 1, int(net[0]), int(net[-1]), int(net[-1]) + 1):
            if at >> 125 == 1:
                v6.append(ipaddress.IPv6Address(at))
    return [("ipv4", a) for a in v4] + [("ipv6", a) for a in v6]


def compare_addresses():
    addresses = public_addresses()
    docs = [{"id": str(i), "text": str(a)} for i, (_, a) in enumerate(addresses)]
    got = documents(run("pii", "--kinds", "ipv4,ipv6", "--action", "annotate", stdin=jsonl(docs)))
    bad = {}
    for (kind, a), d in zip(addresses, got):
        if (d["metadata"]["pii"] != []) != a.is_global:
            bad[str(a)] = a.is_global
    # Python before 3.12.4 has an older state of IANA's registries in these
    nets = [ipaddress.ip_network(n) for n in ("192.0.0.0/24", "2001::/23", "2002::/16", "3fff::/20")]
    late = [a for a in bad if any(ipaddress.ip_address(a) in n for n in nets)
            and sys.version_info < (3, 12, 4)]
    bad = {a: g for a, g in bad.items() if a not in late}
    check(not bad, f"{len(addresses)} addresses: public as ipaddress says; {len(late)} by younger registries",
          bad)


compare_addresses()
compare("random", ["".join(rng.choice(PARTS) for _ in range(rng.choice([2, 5, 10, 30]))) for _ in range(30000)])
lines = real_lines()
if lines:
    compare("real lines", [line + rng.choice([" ", "\n"]) + rng.choice(PARTS) + " " for line in lines])
else:
    skip("real lines", "no data: packages debian-handbook and iso-codes")
done()
