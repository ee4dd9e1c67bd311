#!/usr/bin/env python3
"""Text to token ids. Peers have texts in memory and give lists; tokmill reads and writes JSONL."""
from bench import MODELS, compare, family, have, head, text_bytes, texts, timed

VOCABS = {"cl100k": "cl100k_base.tiktoken", "o200k": "o200k_base.tiktoken", "gpt2": "gpt2.json"}


def tiktoken(path, vocab):
    import tiktoken
    import tiktoken_ext.openai_public as openai
    from tiktoken.load import load_tiktoken_bpe
    openai.load_tiktoken_bpe = lambda *a, **k: load_tiktoken_bpe(MODELS + VOCABS[vocab])
    encoding = tiktoken.Encoding(**getattr(openai, vocab + "_base")())
    docs = texts(path)
    return timed(lambda: {"tokens": sum(map(len, encoding.encode_ordinary_batch(docs, num_threads=1)))},
                 "tiktoken")


def tokenizers(path, vocab):
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(MODELS + VOCABS[vocab])
    docs = texts(path)
    return timed(lambda: {"tokens": sum(len(e.ids) for e in tokenizer.encode_batch_fast(docs))},
                 "tokenizers")


def gigatoken(path, vocab):
    import gigatoken
    load = gigatoken.Tokenizer.from_tiktoken if "tiktoken" in VOCABS[vocab] else gigatoken.Tokenizer
    tokenizer = load(MODELS + VOCABS[vocab])
    docs = [t.encode() for t in texts(path)]
    return timed(lambda: {"tokens": sum(map(len, tokenizer.encode_batch(docs, parallel=False)))},
                 "gigatoken")


def quicktok(path, vocab):
    import quicktok
    encoding = quicktok.get_encoding(vocab + "_base")
    docs = texts(path)
    return timed(lambda: {"tokens": len(encoding.encode_batch(docs, 1)[0])}, "quicktok-v1")


def main():
    """text to token ids, vocabulary known"""
    if not have(MODELS):
        return
    for name in "en", "code", "cjk", "euro":
        path = head(name, 20)
        n = text_bytes(path)
        for vocab in ("cl100k", "o200k", "gpt2") if name == "en" else ("cl100k", "o200k"):
            peers = [("gigatoken", "tok", (path, vocab))]
            peers += ([("tokenizers", "tok", (path, vocab))] if vocab == "gpt2" else
                      [(p, "tok", (path, vocab)) for p in ("quicktok", "tiktoken")])
            compare("encode", f"{name} {vocab}", n,
                    ["encode", "-t", MODELS + VOCABS[vocab], "--drop-text", path, "-o", "/dev/null"],
                    peers, result=lambda stages: {"tokens": stages[0]["counters"]["tokens"]},
                    same=["tokens"])


family(main, {"tiktoken": tiktoken, "tokenizers": tokenizers, "gigatoken": gigatoken,
              "quicktok": quicktok})
