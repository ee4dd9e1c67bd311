#!/usr/bin/env python3
"""Trains the classifier of main content and writes read/extract_model_{1,2}.h.

    python3 tools/extract_train.py DATA/html/wcxb-dev.tar.zst [--write read/]

Needs numpy, catboost and tldextract (pip), a C compiler, and build/libtokmill.a. Labels: the words of
a page are aligned with its reference text, and a block's label is the share of its words that are
used. Two rounds of boosted trees; the second sees the first one's scores around a block, those
that models of other folds gave. First it prints the F1 of five folds by registered domain: no
site is both trained on and measured.
"""
import argparse
import collections
import ctypes
import hashlib
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np
import tldextract
from catboost import CatBoostClassifier, Pool

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import extract_f1  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDS = 5
TREES = 150
ODDS = 4096                     # units of a leaf, as in read/extract_trees.h
LIBS = "-lzstd -lxxhash -luchardet -lz -lbrotlidec -lutf8proc -lm -lpthread".split()


class Page:
    """One page: blocks, rows, labels, and what evaluation needs."""


def compile_helpers(tmp):
    cc = ["cc", "-O3", "-std=c11", "-D_GNU_SOURCE", "-I", ROOT]
    subprocess.check_call(cc + ["-o", tmp + "/rows", ROOT + "/tools/extract_rows.c",
                                ROOT + "/build/libtokmill.a"] + LIBS)
    subprocess.check_call(cc + ["-shared", "-fPIC", "-o", tmp + "/align.so",
                                ROOT + "/tools/extract_align.c"])
    return ctypes.CDLL(tmp + "/align.so")


def read_rows(tmp, paths, columns, scores=None):
    """Runs extract_rows and yields (blocks, text, rows) of each page."""
    with open(tmp + "/list", "w") as f:
        f.write("".join(p + "\n" for p in paths))
    args = [tmp + "/rows"] + (["context", scores] if scores else ["rows"])
    with open(tmp + "/out", "wb") as out, open(tmp + "/list") as names:
        subprocess.check_call(args, stdin=names, stdout=out)
    with open(tmp + "/out", "rb") as f:
        for _ in paths:
            n, size = struct.unpack("<2I", f.read(8))
            blocks = np.frombuffer(f.read(20 * n), np.uint32).reshape(n, 5)
            text = f.read(size)
            rows = np.frombuffer(f.read(n * columns), np.uint8).reshape(n, columns)
            yield blocks, text, rows


def used_words(lib, words, reference, begins):
    used = np.zeros(len(words), np.uint8)
    if not len(words) or not len(reference) or len(words) * len(reference) > 1.5e9:
        return used

    def pointer(a):
        return a.ctypes.data_as(ctypes.c_void_p)
    lib.align(pointer(words), len(words), pointer(reference), len(reference), pointer(begins),
              pointer(used))
    return used


def take_moved_blocks(page, texts, reference_text, used, reference):
    """Blocks that stand elsewhere in the reference: order is not what makes them content."""
    left = collections.Counter(reference.tolist())
    left.subtract(page.words[used == 1].tolist())
    count = np.bincount(page.block_of, minlength=len(texts))
    hit = np.bincount(page.block_of, weights=used, minlength=len(texts))
    first = np.concatenate([[0], np.cumsum(count)])
    joined = " ".join(extract_f1.WORD.findall(reference_text.lower()))
    for b in np.where((count >= 4) & (hit < count * .5))[0]:
        bag = collections.Counter(page.words[first[b]:first[b + 1]].tolist())
        there = sum(min(v, max(left[k], 0)) for k, v in bag.items())
        if there >= .9 * count[b] and \
                " ".join(extract_f1.WORD.findall(texts[b].lower())) in joined:
            used[first[b]:first[b + 1]] = 1
            left.subtract(bag)


def label(lib, blocks, text, rows, reference_text):
    page = Page()
    page.rows = rows
    ids = {}
    reference = np.array([ids.setdefault(w, len(ids))
                          for w in extract_f1.WORD.findall(reference_text.lower())], np.int32)
    words, block_of, begins = [], [], []
    texts = [text[at:at + n].decode("utf-8", "replace") for at, n, *_ in blocks.tolist()]
    for b, t in enumerate(texts):
        found = [ids.setdefault(w, len(ids)) for w in extract_f1.WORD.findall(t.lower())]
        words += found
        block_of += [b] * len(found)
        begins += [1] + [0] * (len(found) - 1) if found else []
    page.words = np.array(words, np.int32)
    page.block_of = np.array(block_of, np.int64)
    used = used_words(lib, page.words, reference, np.array(begins, np.uint8))
    take_moved_blocks(page, texts, reference_text, used, reference)
    page.count = np.bincount(page.block_of, minlength=len(texts)).astype(np.float64)
    hit = np.bincount(page.block_of, weights=used, minlength=len(texts))
    page.target = hit / np.maximum(page.count, 1)
    page.reference = np.bincount(reference, minlength=len(ids)) if len(ids) else np.zeros(1, int)
    page.n_reference = len(reference)
    page.c_words = blocks[:, 2].astype(np.float64)
    page.no_repeat_rule = blocks[:, 3] != 0
    page.texts = texts
    return page


# ---- what the C code does with scores (read/extract.c), for folds --------------------------------

def keep(page, score):
    """Blocks kept from scores 0..255."""
    words = np.bincount(score, weights=page.c_words, minlength=256)
    mass = float((score * page.c_words).sum())
    best, hit, kept = 0.0, 0.0, 0.0
    for k in range(255, 0, -1):
        if words[k]:
            hit += words[k] * k
            kept += words[k]
            best = max(best, 2 * hit / (kept * 255 + mass))
    chosen = score > int(best * 255) * 230 // 512
    seen = set()
    for b in range(len(chosen)):
        if page.c_words[b] == 0:
            chosen[b] = False
        elif chosen[b] and page.c_words[b] >= 6 and not page.no_repeat_rule[b]:
            chosen[b] = page.texts[b] not in seen
            seen.add(page.texts[b])
    return chosen


def score_page(page, chosen):
    words = page.words[chosen[page.block_of]] if len(page.words) else page.words
    if not page.n_reference or not len(words):
        same = float(not page.n_reference and not len(words))
        return same, same, same
    hits = np.minimum(np.bincount(words, minlength=len(page.reference)), page.reference).sum()
    p, r = hits / len(words), hits / page.n_reference
    return p, r, 2 * p * r / (p + r) if hits else 0.0


# ---- learning ------------------------------------------------------------------------------------

def learner(rate, trees):
    return CatBoostClassifier(
        iterations=trees, learning_rate=rate, depth=6, loss_function="CrossEntropy",
        border_count=64, l2_leaf_reg=20, random_seed=1, rsm=.3, bootstrap_type="Bernoulli",
        subsample=.7, thread_count=2, verbose=0, allow_writing_files=False)


def fit(rate, rows, target, weight, trees=TREES):
    return learner(rate, trees).fit(Pool(rows, target, weight=weight))


def out_of_fold(rate, rows, target, weight, fold):
    scores = np.zeros(len(target))
    for k in range(FOLDS):
        train = fold != k
        model = fit(rate, rows[train], target[train], weight[train])
        scores[~train] = model.predict_proba(rows[~train])[:, 1]
    return np.clip(np.round(scores * 255), 0, 255).astype(np.uint8)


def site(url):
    parts = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)(url)
    return parts.top_domain_under_public_suffix or url


def fold_of(url):
    return int(hashlib.md5(site(url).encode()).hexdigest(), 16) % FOLDS


def report(title, pages, first, scores):
    print(title)
    rows = []
    for i, page in enumerate(pages):
        part = scores[first[i]:first[i + 1]]
        rows.append((page.kind, *score_page(page, keep(page, part))))
    sys.stdout.flush()
    return extract_f1.report(rows)


# ---- tables --------------------------------------------------------------------------------------

def table(model, name, used_for):
    import json
    with tempfile.NamedTemporaryFile(suffix=".json") as f:
        model.save_model(f.name, format="json")
        saved = json.load(open(f.name))
    scale, bias = saved["scale_and_bias"]
    bias = bias[0] if isinstance(bias, list) else bias
    trees = saved["oblivious_trees"]
    used = sorted({s["float_feature_index"] for t in trees for s in t["splits"]})
    index = {c: i for i, c in enumerate(used)}
    out = ["/* extract_model_%s - trees of the %s round (read/extract_trees.h)." %
           ("1" if name == "first" else "2", name),
           " *", " * Made by tools/extract_train.py from %s; do not edit." % used_for,
           " * A tree: columns, bounds, leaves.", " */"]
    out.append("static const uint16_t columns_%s[] = {" % name)
    out += wrap([str(c) for c in used]) + ["};", "",
                                           "static const struct tree_of_six trees_of_%s[] = {" % name]
    for t in trees:
        splits = [(index[s["float_feature_index"]], int(np.floor(s["border"])))
                  for s in t["splits"]]
        leaves = [int(round(v * scale * ODDS)) for v in t["leaf_values"]]
        while len(splits) < 6:
            splits.append((0, 255))
            leaves += [0] * len(leaves)
        assert max(map(abs, leaves)) < 32768
        out.append("    {{%s}, {%s}, {" % (", ".join(str(c) for c, _ in splits),
                                           ", ".join(str(b) for _, b in splits)))
        out += wrap([str(v) for v in leaves])
        out[-1] += "}},"
    out += ["};", "", "const struct trees trees_%s = {" % name,
            "    columns_%s, %d, %d, trees_of_%s, %d" % (name, len(used), len(trees), name,
                                                         round(bias * ODDS)), "};"]
    return "\n".join(out) + "\n"


def odds_table():
    """Log-odds from which on a score is k, for read/extract_odds.h."""
    import math
    bounds = ["-2147483647"]
    for k in range(1, 256):
        q = (k - .5) / 255
        bounds.append(str(round(ODDS * math.log(q / (1 - q)))))
    return "\n".join(["/* Made by tools/extract_train.py; see read/extract_trees.c. */"] +
                     wrap(bounds)) + "\n"


def wrap(values):
    lines, line = [], "   "
    for v in values:
        if len(line) + len(v) + 2 > 97:
            lines.append(line)
            line = "   "
        line += " " + v + ","
    return lines + [line.rstrip(",")]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("archive")
    args.add_argument("--write", help="folder for the tables")
    args.add_argument("--cache", help="folder for unpacked pages, kept")
    a = args.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        run(a, a.cache or tmp, tmp)


def load(a, cache, tmp):
    lib = compile_helpers(tmp)
    if not os.path.isdir(cache + "/dev"):
        subprocess.check_call("zstd -dc '%s' | tar xf - -C '%s'" % (a.archive, cache), shell=True)
    names = subprocess.check_output([tmp + "/rows", "names"], text=True).split()
    found = sorted(extract_f1.references(a.archive).items())
    paths = ["%s/dev/html/%s.html" % (cache, number) for number, _ in found]
    pages = []
    for (number, (kind, url, text)), got in zip(found, read_rows(tmp, paths, len(names))):
        page = label(lib, *got, text)
        page.number, page.kind, page.fold = number, kind, fold_of(url or number)
        pages.append(page)
    return names, paths, pages


def run(a, cache, tmp):
    names, paths, pages = load(a, cache, tmp)
    first = np.concatenate([[0], np.cumsum([len(p.target) for p in pages])])
    rows = np.concatenate([p.rows for p in pages])
    context = names.index("score")
    target = np.concatenate([p.target for p in pages])
    weight = np.sqrt(np.concatenate([p.count for p in pages]))
    fold = np.repeat([p.fold for p in pages], np.diff(first))
    ok = weight > 0
    base = np.ascontiguousarray(rows[:, :context])
    print("%d pages, %d blocks, %d + %d columns" % (len(pages), len(rows), context,
                                                    len(names) - context))

    def folds(columns, rate):
        scores = np.zeros(len(target), np.uint8)
        scores[ok] = out_of_fold(rate, columns[ok], target[ok], weight[ok], fold[ok])
        return scores
    one = folds(base, .15)
    report("first round, by site", pages, first, one)
    one.tofile(tmp + "/scores")
    full = np.concatenate([r for _, _, r in read_rows(tmp, paths, len(names), tmp + "/scores")])
    two = folds(full, .12)
    report("second round, by site", pages, first, two)
    if a.write:
        with open(os.path.join(a.write, "extract_odds.h"), "w") as f:
            f.write(odds_table())
        origin = "%s, %d pages" % (os.path.basename(a.archive), len(pages))
        for name, columns, rate in (("first", base, .15), ("second", full, .12)):
            model = fit(rate, columns[ok], target[ok], weight[ok])
            path = os.path.join(a.write, "extract_model_%d.h" % (1 if name == "first" else 2))
            with open(path, "w") as f:
                f.write(table(model, name, origin))


if __name__ == "__main__":
    main()
