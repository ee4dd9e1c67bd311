#!/usr/bin/env python3
# venv: filter
"""norm --like ftfy and --like datatrove against ftfy itself, byte for byte: on ftfy's own test cases,
on every HTML entity, on real lines damaged in the ways that texts are, on random strings of the
characters that mojibake is made of; symbol lines against datatrove's."""
import html
import json
import random
import subprocess
import sys
import tarfile
import unicodedata

import ftfy
from datatrove.pipeline.formatters import FTFYFormatter, SymbolLinesFormatter
from ftfy.chardata import CHARMAP_ENCODINGS, HTML_ENTITIES

from realtext import real_lines
from tap import check, documents, done, jsonl, run, skip

rng = random.Random(3)


def norm(texts, *args):
    texts = [{"id": str(i), "text": t} for i, t in enumerate(texts)]
    return [d["text"] for d in documents(run("norm", *args, stdin=jsonl(texts)))]


def compare(what, texts):
    texts = [t.encode("utf-8", "replace").decode() for t in texts]
    for like, theirs in ("ftfy", ftfy.fix_text), ("datatrove", FTFYFormatter().format):
        want = [theirs(t) for t in texts]
        bad = [(t, g, w) for t, g, w in zip(texts, norm(texts, "--like", like), want) if g != w]
        changed = sum(t != w for t, w in zip(texts, want))
        check(not bad, f"{what}: like {like}, {len(texts)} texts, {changed} repaired, {len(bad)} differ",
              "\n".join(f"{t[:90]!r}: {g[:90]!r}, {like} {w[:90]!r}" for t, g, w in bad))


def own_cases():
    """The test cases come with ftfy's source package."""
    p = subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary",
                        ":all:", "ftfy==" + ftfy.__version__], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT)
    if p.returncode:
        skip("ftfy's own test cases", "no source package", "peers")
        return []
    with tarfile.open(f"ftfy-{ftfy.__version__}.tar.gz") as tar:
        name = next(n for n in tar.getnames() if n.endswith("/test_cases.json"))
        cases = json.load(tar.extractfile(name))
    got = norm([c["original"] for c in cases], "--like", "ftfy")
    bad = [f"{c['original']!r}: {g!r}" for c, g in zip(cases, got)
           if g != (c["fixed"] if c["expect"] == "pass" else ftfy.fix_text(c["original"]))]
    passing = sum(c["expect"] == "pass" for c in cases)
    check(not bad, f"ftfy's own test cases: {len(cases)}, {passing} of them repaired", "\n".join(bad))
    return [c[k] for c in cases for k in ("original", "fixed")]


ENCODINGS = CHARMAP_ENCODINGS + ["windows-1252", "cp1251", "cp1250", "cp1257"]
POOL = [bytes([b]).decode(e, "ignore") for e in CHARMAP_ENCODINGS for b in range(0x80, 0x100)]
POOL += list("abz AZ.,?!\n\t\r ") * 12
POOL += ("&amp; &lt; &#233; &#x1F4A9; &#128; &#59; &EACUTE; < \x1b[36;44m \x1b[0m \ufffd ? \x1a \ufb01 "
         "\uff21 \u3000 \uff76\uff9e \u201c \u2019 \x85 \u2028 \r\n \ufeff \u206a e\u0301 \u1100\u1161 "
         "\U0001f600 \x00 \x7f").split(" ")


def misread(s):
    return s.encode("utf-8", "replace").decode(rng.choice(ENCODINGS), rng.choice(["replace", "ignore"]))


def cesu(s):
    units = s.encode("utf-16-le", "surrogatepass")
    units = "".join(chr(int.from_bytes(units[i:i + 2], "little")) for i in range(0, len(units), 2))
    return units.encode("utf-8", "surrogatepass").decode("sloppy-windows-1252")


def damage(lines):
    s = rng.choice(lines)[:1000]
    if rng.random() < 0.3:
        s = s[:rng.randrange(len(s) + 1)]
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        r = rng.random()
        s = (misread(s) if r < 0.6 else
             s + rng.choice([" ", "\n", ". "]) + misread(rng.choice(lines)[:300]) if r < 0.7 else
             s.replace("\xa0", " ") if r < 0.75 else
             html.escape(s) if r < 0.78 else
             s.encode("ascii", "xmlcharrefreplace").decode() if r < 0.8 else
             "".join(c if rng.random() > 0.05 else rng.choice(POOL) for c in s) if r < 0.85 else
             "".join(c if rng.random() > 0.1 else "\ufffd" for c in s) if r < 0.9 else
             cesu(s) if r < 0.94 else unicodedata.normalize("NFD", s))[:3000]
    return s


def references():
    parts = "& # x X ; a AMP LT eacute NTILDE 41 1F600 110000 D800 0 13 59 3b < \n".split(" ") + [" "]
    yield from ("x " + name + " y" for name in HTML_ENTITIES)
    for _ in range(5000):
        yield "".join(rng.choice(parts) for _ in range(rng.randrange(1, 9)))


def long_lines():
    yield "schÃ¶n " * 200000
    yield "é" * 999999 + "Ã©" * 3
    yield "a" * 1000000 + "\n&amp; Ã©\n"


def compare_symbol_lines(lines):
    marks = ["---", "| | |", "***", "", "  ", "…", "»", "a", "=", "\u2028", "\r", "\x85"]
    texts = ["\n".join(rng.choice(marks + lines[:50]) for _ in range(rng.randrange(12)))
             for _ in range(3000)]
    keep = ["--form", "none", "--space", "keep", "--keep-controls"]
    for args, theirs in ((["punctuation"], SymbolLinesFormatter()), (["|"], SymbolLinesFormatter(["|"])),
                         (["|*", "--symbol-lines-as", "~"], SymbolLinesFormatter(["|", "*"], "~"))):
        want = [theirs.format(t) for t in texts]
        bad = [(t, g, w) for t, g, w in zip(texts, norm(texts, *keep, "--symbol-lines", *args), want)
               if g != w]
        check(not bad, f"symbol lines {args}: {len(texts)} texts, {len(bad)} differ", bad[:3])


cases = own_cases()
compare("references", list(references()))
compare("random", ["".join(rng.choice(POOL) for _ in range(rng.choice([1, 2, 3, 4, 6, 10, 30])))
                   for _ in range(20000)])
compare("long lines", list(long_lines()))
lines = real_lines()
if lines:
    compare("real lines", lines)
    compare("damaged lines", [damage(lines + cases) for _ in range(20000)])
else:
    skip("real lines", "no data: packages debian-handbook and iso-codes")
compare_symbol_lines(lines or ["a"])
done()
