#!/usr/bin/env python3
# venv: sp
"""SentencePiece models of type BPE, trained here with every setting that tokmill reads, give the ids
and the decoded text that the sentencepiece library gives."""
import io
import itertools
import os
import random

import sentencepiece

from tap import check, documents, done, jsonl, run

R = random.Random(4)
SOURCE = os.environ["TOKMILL_SRC"] + "/"
LINES = [line for f in ("README.md", "docs/ARCHITECTURE.md", "tokenize/train.c")
         for line in open(SOURCE + f, encoding="utf-8").read().split("\n") if line.strip()]
HARD = " \t\nabcxyzéÉ漢字かカ🙂\u0301\u2581<>|0123.,'"
WORDS = [" the", "  ", " and", "ing", "<sep>", "\n\n", "user", "▁▁", "   ", "foo bar"]
OWN = ["<sep>", "\n\n", "▁▁", "user"]


def text():
    return "".join(R.choice(HARD) if R.random() < .6 else R.choice(WORDS) for _ in range(R.randrange(20)))


def main():
    texts = [text() for _ in range(2000)]
    docs = jsonl([{"text": t} for t in texts])
    for fallback, prefix, extra, own in itertools.product([False, True], [False, True], [False, True], [[], OWN]):
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(LINES), model_writer=model, model_type="bpe", vocab_size=900, minloglevel=2,
            byte_fallback=fallback, add_dummy_prefix=prefix, remove_extra_whitespaces=extra,
            normalization_rule_name="identity", user_defined_symbols=own, character_coverage=0.99)
        with open("sp.model", "wb") as f:
            f.write(model.getvalue())
        peer = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
        want = [peer.encode(t) for t in texts]
        encoded = run("encode", "-t", "sp.model", stdin=docs)
        back = [d["text"] for d in documents(run("decode", "-t", "sp.model", stdin=encoded))]
        got = [d["input_ids"] for d in documents(encoded)]
        bad = [(t, g, w) for t, g, w in zip(texts, got, want) if g != w]
        name = f"byte_fallback {fallback}, add_dummy_prefix {prefix}, remove_extra_whitespaces {extra}, {len(own)} symbols"
        check(len(got) == len(texts) and not bad, name, "\n".join(map(repr, bad[:3])))
        bad = [(w, b, peer.decode(w)) for w, b in zip(want, back) if b != peer.decode(w)]
        check(not bad, name + ": decoded", "\n".join(map(repr, bad[:3])))
    done()


main()
