#!/usr/bin/env python3
# venv: lang
"""lang, classify and perplexity against fastText's own program, pycld2 and kenlm, on real lines in
many scripts: Debian's handbook in all its languages and the names of countries, languages and
currencies in all of iso-codes'. Models of every fastText loss are trained here."""
import json
import math
import os
import random
import re
import subprocess
import unicodedata
from collections import Counter

import kenlm
import pycld2
import sentencepiece

from realtext import real_lines
from tap import DATA, check, documents, done, jsonl, run, skip

LID = DATA + "/lid/lid.176.ftz"


def predict_prob(model, lines, k):
    with open("lines.txt", "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)
    out = subprocess.run(["fasttext", "predict-prob", model, "lines.txt", str(k)],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    for line in out.splitlines():
        parts = line.split()
        yield [(l.removeprefix("__label__"), float(p)) for l, p in zip(parts[::2], parts[1::2])]


def same(name, got, want):
    bad = [(i, g, w) for i, (g, w) in enumerate(zip(got, want)) if g != w]
    check(len(got) == len(want) and not bad, f"{name}: {len(want)} lines", bad[:3])


def check_fasttext(lines, docs):
    if not os.path.exists(LID):
        return skip("lid.176", "no data")
    got = [d["metadata"] for d in documents(run("lang", "-q", "--model", LID, stdin=docs))]
    want = list(predict_prob(LID, lines, 1))
    same("lid.176, best label", [[(m["lang"], m["lang_score"])] for m in got], want)
    labels = [w[0][0] for w in want]
    often = {l for l, n in Counter(labels).items() if n > 30}
    with open("train.txt", "w", encoding="utf-8") as f:
        for i, (label, line) in enumerate(zip(labels, lines)):
            if label in often:
                f.write(f"__label__{label}_{i % 7} {line}\n")
    for loss in ("hs", "softmax", "ns", "ova"):
        train(loss)
        for model in (loss + ".bin", loss + ".q.ftz", loss + ".small.ftz"):
            got = documents(run("classify", "-q", "--model", model, "--top", "5", stdin=docs))
            same(model, [list(d["metadata"]["class_labels"].items()) for d in got],
                 list(predict_prob(model, lines, 5)))


def train(loss):
    def fasttext(*args):
        subprocess.run(["fasttext", *args, "-input", "train.txt", "-verbose", "0"], check=True,
                       stderr=subprocess.DEVNULL)
    fasttext("supervised", "-output", loss, "-loss", loss, "-dim", "16", "-minn", "2", "-maxn", "4",
             "-bucket", "50000", "-wordNgrams", "2", "-lr", "0.5", "-epoch", "1")
    fasttext("quantize", "-output", loss)
    os.rename(loss + ".ftz", loss + ".q.ftz")
    fasttext("quantize", "-output", loss, "-qnorm", "-qout", "-cutoff", "8000", "-dsub", "3")
    os.rename(loss + ".ftz", loss + ".small.ftz")


RENAMED = {"iw": "he", "jw": "jv", "sr-ME": "cnr", "un": "und"}


def check_cld2(lines, docs):
    """pycld2 carries tables of its own; lines that it and Debian's library see alike are most."""
    got = [d["metadata"] for d in documents(run("lang", "-q", stdin=docs))]
    equal = 0
    for m, line in zip(got, lines):
        code, percent = pycld2.detect(line, isPlainText=True)[2][0][1:3]
        equal += (m["lang"], m["lang_score"]) == (RENAMED.get(code, code), percent / 100)
    check(equal >= 0.99 * len(lines), f"CLD2: as pycld2 on {equal} of {len(lines)} lines")


def write_arpa(path, order, lines):
    """Absolute discounting; some n-grams are left out at random, endings of longer ones among them."""
    counts = [Counter() for _ in range(order + 1)]
    for line in lines:
        words = ["<s>", *line.split(), "</s>"]
        for n in range(1, order + 1):
            counts[n].update(tuple(words[i:i + n]) for i in range(len(words) - n + 1))
    kept = [None, set(counts[1])]
    for n in range(2, order + 1):
        kept.append({g for g in counts[n] if g[:-1] in kept[n - 1] and random.random() < 0.95})
    for n in range(2, order):
        contexts = {g[:-1] for g in kept[n + 1]}
        kept[n] = {g for g in kept[n] if g in contexts or random.random() < 0.95}
    total = sum(counts[1].values())
    with open(path, "w", encoding="utf-8") as f:
        f.write("\\data\\\n")
        for n in range(1, order + 1):
            f.write(f"ngram {n}={len(kept[n]) + (n == 1)}\n")
        for n in range(1, order + 1):
            f.write(f"\n\\{n}-grams:\n" + "-4.5\t<unk>\n" * (n == 1))
            for g in sorted(kept[n]):
                p = math.log10(counts[n][g] / total) if n == 1 else \
                    math.log10(max(counts[n][g] - 0.5, 1e-9) / (counts[n - 1][g[:-1]] + 1))
                backoff = f"\t{-random.random():.6g}" if n < order and random.random() < 0.8 else ""
                f.write(f"{p:.7g}\t{' '.join(g)}{backoff}\n")
        f.write("\n\\end\\\n")


def check_kenlm(lines):
    lines = [" ".join(line.split()) for line in lines]
    docs = jsonl({"text": line} for line in lines[-3000:])
    for order in (2, 3, 5):
        write_arpa("m.arpa", order, lines[:4000])
        model = kenlm.Model("m.arpa")
        got = documents(run("perplexity", "-q", "--score", "-m", "m.arpa", stdin=docs))
        same(f"kenlm, order {order}", [d["metadata"]["perplexity_log10"] for d in got],
             [model.score(line) for line in lines[-3000:]])
        worst = max(abs(d["metadata"]["perplexity"] / model.perplexity(line) - 1)
                    for d, line in zip(got, lines[-3000:]))
        check(worst <= 5e-6, f"perplexity, order {order}", worst)


def check_pieces(lines):
    """cc_net's flow: a text as pieces, scored by a model over pieces. SentencePiece's choice between
    cuts of equal score hangs on the last bit."""
    with open("pieces.txt", "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)
    texts = lines + ["", "  ", " a  b ", "ﬁ ² ｆ\u3000x", "a\nb\n\nc", "▁▁x▁", "zzz\U0001f600\U0001f601qq"]
    texts += ["".join(random.choice("  ab\n\tﬁ漢é́▁😀ｱ") for _ in range(random.randrange(12)))
              for _ in range(3000)]
    for rule, more in (("nmt_nfkc", {}), ("identity", {}), ("nmt_nfkc_cf", {"remove_extra_whitespaces": False}),
                       ("nfkc", {"treat_whitespace_as_suffix": True}), ("nfkc", {"add_dummy_prefix": False})):
        sentencepiece.SentencePieceTrainer.train(
            input="pieces.txt", model_prefix="sp", vocab_size=8000, model_type="unigram",
            normalization_rule_name=rule, character_coverage=0.98, minloglevel=2, **more)
        sp = sentencepiece.SentencePieceProcessor(model_file="sp.model")
        pieces = [" ".join(sp.encode_as_pieces(t)) for t in texts]
        write_arpa("sp.arpa", 2, pieces[:4000])
        model = kenlm.Model("sp.arpa")
        got = documents(run("perplexity", "-q", "--score", "-m", "sp.arpa", "--pieces", "sp.model",
                            stdin=jsonl({"text": t} for t in texts)))
        bad = [t for t, p, d in zip(texts, pieces, got)
               if abs(sum(map(model.score, p.split("\n"))) - d["metadata"]["perplexity_log10"]) >
               1e-6 * len(p) + 1e-4]
        check(len(bad) <= 3, f"pieces, {rule} {more}: {len(texts)} texts, {len(bad)} differ", "\n".join(bad[:3]))


# cc_net's rules in Python's terms; the punctuation map is left to the unit tests
def ccnet(text):
    text = "".join(c for c in unicodedata.normalize("NFD", text.strip().lower())
                   if unicodedata.category(c) != "Mn")
    text = re.sub(r"\d", "0", text)
    return "".join(c for c in text if not (ord(c) < 32 or 127 <= ord(c) < 160))


def check_normalize(lines):
    """A text normalised here and the raw one normalised there have the same score."""
    signs = set("，。、„”“«»１」「《》´∶：？！（）；–—．～’…━〈〉【】％►")
    lines = [line for line in lines[:4000] if not signs & set(line)]
    write_arpa("n.arpa", 2, [ccnet(line) for line in lines[:2000]])
    raw = run("perplexity", "-q", "--score", "-m", "n.arpa", "--normalize", "ccnet",
              stdin=jsonl({"text": line} for line in lines))
    made = run("perplexity", "-q", "--score", "-m", "n.arpa",
               stdin=jsonl({"text": ccnet(line)} for line in lines))
    bad = [d["text"] for d, e in zip(documents(raw), documents(made))
           if d["metadata"] != e["metadata"]]
    check(not bad, f"cc_net's normalisation, {len(bad)} of {len(lines)} differ",
          "\n".join(bad[:5]))


lines = real_lines()
if len(lines) < 1000:
    skip("real lines", "no data: packages debian-handbook and iso-codes")
else:
    docs = jsonl({"text": line} for line in lines)
    check_fasttext(lines, docs)
    check_cld2(lines, docs)
    check_kenlm(lines)
    check_pieces(lines)
    check_normalize(lines)
done()
