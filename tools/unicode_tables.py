#!/usr/bin/env python3
"""Writes text/unicode_data.c: what tokmill knows of Unicode, for each version it can speak.

Run by hand when a version is added; nothing at build time needs it:

    for v in 15.0.0 15.1.0 16.0.0; do pip install --target u$v unicodedata2==$v; done
    pip install --target peers fonttools tokenizers
    tools/unicode_tables.py u peers > text/unicode_data.c

with Python 3.11, whose own unicodedata has Unicode 14. fontTools knows scripts; the tokenizers
library is asked which characters its normal forms, of Unicode 9, leave alone.
"""
import importlib
import sys
import unicodedata

VERSIONS = ["14.0", "15.0", "15.1", "16.0"]
SCRIPTS = """Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati
Gurmukhi Han Hangul Hebrew Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Sinhala
Tamil Telugu Thai Tibetan""".split()
CATEGORIES = """Cn Cc Cf Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl
Zp Zs""".split()
CASES = len(CATEGORIES)             # Lu Ll Lu Ll ..
ALL = range(0x110000)


def versions(folder):
    tables = {"14.0": unicodedata}
    assert unicodedata.unidata_version == "14.0.0"
    for v in VERSIONS[1:]:
        sys.path.insert(0, f"{folder}{v}.0")
        sys.modules.pop("unicodedata2", None)
        tables[v] = importlib.import_module("unicodedata2")
        assert tables[v].unidata_version == v + ".0"
        sys.path.pop(0)
    return tables


def runs(value):
    """(first, last, value) of each run of equal values."""
    first = 0
    for c in range(1, 0x110001):
        if c == 0x110000 or value[c] != value[first]:
            yield first, c - 1, value[first]
            first = c


def categories(last):
    """Starts of runs; a stretch of one upper, one lower, one upper .. is one run."""
    out, i, r = [], 0, list(runs(last))
    while i < len(r):
        j = i
        while j < len(r) and r[j][0] == r[j][1] and r[j][2] == ("Lu", "Ll")[(j - i) % 2]:
            j += 1
        if j - i > 2:
            out.append((r[i][0], CASES))
            i = j
        else:
            out.append((r[i][0], CATEGORIES.index(r[i][2])))
            i += 1
    return out


def forms_of_9(u, tokenizers):
    """Characters newer than Unicode 9 that a later version's normal forms would touch, with the
    parts of their decompositions that are as new."""
    n = tokenizers.normalizers
    nfkd, nfd = n.NFKD(), n.NFD()
    touched = set()
    for c in ALL:
        if 0xD800 <= c < 0xE000:
            continue
        s = chr(c)
        ordered = all(nfd.normalize_str(t) == u.normalize("NFD", t)
                      for t in ("a" + lead + s + "\u0334" for lead in "\u0334\u0301\u0345"))
        if nfkd.normalize_str(s) != u.normalize("NFKD", s) or not ordered:
            touched.add(c)
            touched.update(ord(p) for p in u.normalize("NFD", s) if ord(p) > 0x10000)
    return touched


def table(name, kind, rows, comment):
    print(f"\n/* {comment} */\nconst {kind} {name}[] = {{")
    line = "   "
    for row in rows:
        if len(line) + len(row) + 2 > 100:
            print(line)
            line = "   "
        line += " " + row + ","
    print(line[:-1] + "};")
    print(f"const size_t {name}_n = sizeof {name} / sizeof *{name};")


def main():
    u = versions(sys.argv[1])
    sys.path.insert(0, sys.argv[2])
    scripts = importlib.import_module("fontTools.unicodedata")
    tokenizers = importlib.import_module("tokenizers")
    cat = {v: [u[v].category(chr(c)) for c in ALL] for v in VERSIONS}
    last = cat[VERSIONS[-1]]
    age = [next((i for i, v in enumerate(VERSIONS) if cat[v][c] != "Cn"), 0) for c in ALL]
    changed = [(c, i, cat[v][c]) for c in ALL for i, v in enumerate(VERSIONS)
               if cat[v][c] not in ("Cn", last[c])]
    print("/* Made by tools/unicode_tables.py from the Unicode Character Database; see unicode.h. */\n"
          '#include "text/unicode_data.h"')
    table("unicode_starts", "uint32_t", [f"0x{c << 5 | k:x}" for c, k in categories(last)],
          "First code point << 5 | category of each run, Unicode " + VERSIONS[-1])
    table("unicode_newer", "struct unicode_range",
          [f"{{0x{a:x}, 0x{b:x}, {v}}}" for a, b, v in runs(age) if v],
          "Assigned after version 0 of the list in unicode.h")
    table("unicode_changed", "struct unicode_range",
          [f"{{0x{c:x}, {v}, {CATEGORIES.index(k)}}}" for c, v, k in changed],
          "Code point, version, category that it had then")
    script = [scripts.script_name(scripts.script(chr(c))) if last[c] != "Cn" else "" for c in ALL]
    table("unicode_scripts", "struct unicode_range",
          [f"{{0x{a:x}, 0x{b:x}, {SCRIPTS.index(s)}}}" for a, b, s in runs(script) if s in SCRIPTS],
          "Script property, by place in the list below")
    table("unicode_script_names", "char *const", [f'"{s}"' for s in SCRIPTS], "Names of scripts")
    new = forms_of_9(u[VERSIONS[-1]], tokenizers)
    table("unicode_newer_forms", "struct unicode_range",
          [f"{{0x{a:x}, 0x{b:x}, 0}}" for a, b, v in runs([c in new for c in ALL]) if v],
          "Newer than Unicode 9, with a combining class or a decomposition, or part of one")


main()
