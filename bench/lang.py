#!/usr/bin/env python3
"""Naming languages. Peers have texts in memory; tokmill reads and writes JSONL."""
from collections import Counter

from bench import DATA, compare, family, have, head, text_bytes, texts, timed

MODEL = DATA + "/lid/lid.176.ftz"


def cld2(path):
    import pycld2
    docs = texts(path)

    def name(text):
        try:
            return pycld2.detect(text)[2][0][1]
        except pycld2.error:        # control characters
            return "un"
    return timed(lambda: {"languages": len(Counter(map(name, docs)))}, "pycld2")


def fasttext(path):
    import fasttext
    model = fasttext.load_model(MODEL)
    docs = [t.replace("\n", " ") for t in texts(path)]
    return timed(lambda: {"languages": len(Counter(model.predict(t)[0][0] for t in docs))},
                 "fasttext-predict")


def main():
    """languages of documents of 4 KB"""
    for name in "en", "euro":
        path = head(name, 20)
        n = text_bytes(path)
        compare("lang", f"{name} CLD2", n, ["lang", path, "-o", "/dev/null"],
                [("pycld2", "lang", (path,))])
        if have(MODEL):
            compare("lang", f"{name} lid.176", n, ["lang", "--model", MODEL, path, "-o", "/dev/null"],
                    [("fasttext-predict", "lang", (path,))])


family(main, {"pycld2": cld2, "fasttext-predict": fasttext})
