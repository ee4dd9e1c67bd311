#!/usr/bin/env python3
# venv: tok
"""Ids of hostile strings equal those of tiktoken and the tokenizers library: every code point between
neighbours of each class, pairs of short tokens, runs, random bytes' characters. HOSTILE_ROUNDS=N for
N million strings of pairs (default a tenth of a million)."""
import os
import random

import tiktoken
import tiktoken_ext.openai_public as openai
from tiktoken.load import load_tiktoken_bpe
from tokenizers import Tokenizer

from tap import DATA, check, documents, done, jsonl, run, skip

MODELS = DATA + "/tokenizers/models/"
R = random.Random(5)
ROUNDS = float(os.environ.get("HOSTILE_ROUNDS", "0.1"))


def peers():
    for name in "cl100k_base", "o200k_base":
        openai.load_tiktoken_bpe = lambda *a, **k: load_tiktoken_bpe(MODELS + name + ".tiktoken")
        e = tiktoken.Encoding(**getattr(openai, name)())
        short = [t.decode() for t in e._mergeable_ranks if len(t) <= 4 and valid(t)]
        yield name + ".tiktoken", lambda texts: e.encode_ordinary_batch(texts, num_threads=1), short
    for name in "gpt2", "gpt_neox", "llama2", "mistral03":
        t = Tokenizer.from_file(MODELS + name + ".json")
        t.encode_special_tokens = True
        short = [s for s in (t.decode([i]) for i in range(t.get_vocab_size())) if 0 < len(s.encode()) <= 4 and "\ufffd" not in s]
        yield name + ".json", lambda texts: [e.ids for e in t.encode_batch_fast(texts, add_special_tokens=False)], short


def valid(token):
    try:
        token.decode()
        return True
    except UnicodeDecodeError:
        return False


def compare(name, vocab, ids, texts):
    bad = ""
    for at in range(0, len(texts), 50000):
        part = texts[at:at + 50000]
        got = [d["input_ids"] for d in documents(run("encode", "-j2", "--drop-text", "-t", MODELS + vocab,
                                                     stdin=jsonl([{"text": t} for t in part])))]
        want = ids(part)
        bad += "".join(f"{part[i]!r}: {got[i]} for {want[i]}\n" for i in range(len(part)) if got[i] != want[i])[:2000]
    check(not bad, f"{vocab}: {name}, {len(texts)} texts", bad)


def code_points():
    """Texts of 16 code points each, every one between the same neighbours."""
    around = ["a{}b", " {}", "1{}2", "'{}s", "\n{}\n", "A{}a", ".{}."]
    every = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    # past the last assigned plane-1 block every 7th: unassigned and private ones are all alike
    every = [c for c in every if c < 0x32400 or c % 7 == 0]
    for form in around:
        yield form, ["".join(form.format(chr(c)) for c in every[i:i + 16]) for i in range(0, len(every), 16)]


def main():
    if not os.path.isdir(MODELS):
        skip("hostile strings", "no data")
        done()
    for vocab, ids, short in peers():
        for form, texts in code_points() if not os.environ.get("HOSTILE_SHORT") else []:
            compare(f"every code point in {form!r}", vocab, ids, texts)
        n = int(ROUNDS * 1e6)
        compare("pairs of short tokens", vocab, ids, [R.choice(short) + R.choice(short) for _ in range(n)])
        compare("runs of short tokens", vocab, ids, ["".join(R.choice(short) for _ in range(R.randrange(2, 12)))
                                                     for _ in range(n // 4)])
        runs = [c * k + e for c in "a1 .\n漢é'\t\u3000\u0301" for k in (1, 2, 3, 7, 63, 64, 65, 500, 3000) for e in ("", "x", " ", "\n")]
        compare("runs of one character", vocab, ids, runs)
    done()


main()
