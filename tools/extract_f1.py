#!/usr/bin/env python3
"""Main-content word F1 of `tokmill html` on reviewed pages, by page type.

    python3 tools/extract_f1.py DATA/html/wcxb-dev.tar.zst [--mode main] [--per-page FILE]

F1 is that of the multisets of lower-cased \\w+ words, mean over pages; the reference is the
page's main_content, empty where it is missing. Two empty texts agree (1), one empty text does
not (0). Environment: TOKMILL, the program (default ./tokmill).
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tarfile

WORD = re.compile(r"\w+")


def words(text):
    return collections.Counter(WORD.findall(text.lower()))


def score(got, want):
    """Precision, recall and F1 of two bags of words."""
    n_got, n_want = sum(got.values()), sum(want.values())
    if not n_got and not n_want:
        return 1.0, 1.0, 1.0
    hits = sum((got & want).values())
    if not hits:
        return 0.0, 0.0, 0.0
    p, r = hits / n_got, hits / n_want
    return p, r, 2 * p * r / (p + r)


def references(archive):
    """Number of a page -> (type, URL, main content)."""
    zstd = subprocess.Popen(["zstd", "-dc", archive], stdout=subprocess.PIPE)
    found = {}
    with tarfile.open(fileobj=zstd.stdout, mode="r|") as tar:
        for member in tar:
            if "/ground-truth/" not in member.name:
                continue
            truth = json.load(tar.extractfile(member))
            kind = truth.get("_internal", {}).get("page_type", {}).get("primary", "unknown")
            text = (truth.get("ground_truth") or {}).get("main_content") or ""
            number = os.path.basename(member.name)[:-len(".json")]
            found[number] = (kind, truth.get("url", ""), text)
    return found


def extracted(program, archive, mode):
    """Number of a page -> text, by the program."""
    run = subprocess.Popen([program, "html", "--mode", mode, archive], stdout=subprocess.PIPE)
    texts = {}
    for line in run.stdout:
        doc = json.loads(line)
        name = doc["id"]
        if name.endswith(".html"):
            texts[os.path.basename(name)[:-len(".html")]] = doc["text"]
    if run.wait():
        sys.exit("extract_f1: %s failed" % program)
    return texts


def report(rows):
    """rows: (type, P, R, F1) of every page. Prints a table and returns the mean F1."""
    def mean(some, column):
        return sum(r[column] for r in some) / len(some)
    print("%-14s %5s %6s %6s %6s" % ("type", "pages", "P", "R", "F1"))
    groups = sorted({r[0] for r in rows})
    for name in groups + ["all"]:
        some = [r for r in rows if name in (r[0], "all")]
        print("%-14s %5d %6.3f %6.3f %6.3f" %
              (name, len(some), mean(some, 1), mean(some, 2), mean(some, 3)))
    return mean(rows, 3)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("archive")
    args.add_argument("--mode", default="main")
    args.add_argument("--per-page", help="write number, type, P, R, F1 of every page here")
    args.add_argument("--at-least", type=float, default=0, help="exit 1 if F1 is below")
    a = args.parse_args()
    texts = extracted(os.environ.get("TOKMILL", "./tokmill"), a.archive, a.mode)
    rows, pages = [], []
    for number, (kind, _, reference) in sorted(references(a.archive).items()):
        got = score(words(texts.get(number, "")), words(reference))
        rows.append((kind, *got))
        pages.append("%s\t%s\t%.4f\t%.4f\t%.4f\n" % (number, kind, *got))
    if a.per_page:
        with open(a.per_page, "w") as f:
            f.writelines(pages)
    sys.exit(report(rows) < a.at_least)


if __name__ == "__main__":
    main()
