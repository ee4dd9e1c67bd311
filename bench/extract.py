#!/usr/bin/env python3
"""HTML to main text, and how near it comes to what people marked as the main content: the F1 of
lower-cased words as multisets, mean over pages. Peers have a page's text in memory, their charset
detection outside the clock; tokmill reads files and writes JSONL."""
import json
import os
import re
import subprocess
import sys
from collections import Counter

from bench import BENCH, INPUTS, compare, family, have, timed

PAGES = INPUTS + "/pages/"


def f1(texts):
    """Of a map from file names to texts."""
    truth, total = json.load(open(INPUTS + "/truth.json")), 0
    for name, want in truth.items():
        a, b = (Counter(re.findall(r"\w+", t.lower())) for t in (texts.get(name) or "", want))
        both = sum((a & b).values())
        total += 2 * both / (a.total() + b.total()) if both else not (a or b)
    return total / len(truth)


def pages():
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding
    raw = {n: open(PAGES + n, "rb").read() for n in sorted(os.listdir(PAGES))}
    return {n: bytes_to_str(b, detect_encoding(b)) for n, b in raw.items()}


def each(extract, version):
    """A peer that is a function from a page to its text."""
    html, out = pages(), {}

    def work():
        for name, page in html.items():
            try:
                out[name] = extract(page)
            except Exception as e:      # a page it cannot take has no text
                print(name, repr(e), file=sys.stderr)
        return {"documents": sum(bool(t) for t in out.values())}
    measured = timed(work, version)
    measured["result"]["f1"] = round(f1(out), 3)
    return measured


def resiliparse():
    from resiliparse.extract.html2text import extract_plain_text
    return each(lambda page: extract_plain_text(page, main_content=True), "resiliparse")


def trafilatura():
    import trafilatura
    return each(trafilatura.extract, "trafilatura")


def rs_trafilatura():
    import rs_trafilatura
    return each(lambda page: rs_trafilatura.extract(page).main_content, "rs-trafilatura")


def justext():
    import justext
    stop = justext.get_stoplist("English")
    return each(lambda page: "\n".join(p.text for p in justext.justext(page.encode(), stop, encoding="utf-8")
                                       if not p.is_boilerplate), "jusText")


def selectolax():
    from selectolax.lexbor import LexborHTMLParser
    return each(lambda page: LexborHTMLParser(page).body.text(separator=" "), "selectolax")


def ours(stages):
    found = subprocess.run([sys.executable, __file__, "f1", BENCH + "/pages.jsonl"],
                           stdout=subprocess.PIPE, check=True)
    return {"documents": stages[0]["out"]["docs"], "f1": float(found.stdout)}


def main():
    """main text of 300 real pages"""
    if have(PAGES):
        compare("extract", "pages", sum(e.stat().st_size for e in os.scandir(PAGES)),
                ["html", PAGES, "-o", BENCH + "/pages.jsonl"],
                [(p, "web", ()) for p in PEERS], result=ours)


PEERS = {"resiliparse": resiliparse, "selectolax": selectolax, "rs-trafilatura": rs_trafilatura,
         "jusText": justext, "trafilatura": trafilatura}
if sys.argv[1:2] == ["f1"]:
    with open(sys.argv[2]) as f:
        print(round(f1({os.path.basename(d["id"]): d["text"] for d in map(json.loads, f)}), 3))
else:
    family(main, PEERS)
