#!/usr/bin/env python3
"""Text to token ids. From memory to ids in memory, everybody the same way: a fresh process, one
thread, the vocabulary loaded, documents of about 4 KB, ids compared; then files to files."""
import hashlib

from bench import (BENCH, INPUTS, MODELS, TOOL, compare, family, have, head, rounds, run, say,
                   text_bytes, texts, timed)

VOCABS = {"cl100k": "cl100k_base.tiktoken", "o200k": "o200k_base.tiktoken", "gpt2": "gpt2.json"}
SLOW = 20   # MB of text for those that take a second for 3 to 15 of them


def digest(ids):
    """Of an array of ids, or of arrays of them one after the other."""
    import numpy
    h = hashlib.sha256()
    for a in ids if isinstance(ids, list) else [ids]:
        h.update(numpy.asarray(a, dtype="<u4").tobytes())
    return h.hexdigest()[:16]


def cold_and_warm(encode, flat, version):
    """Times encode() twice; flat() makes arrays of ids of what it returns, outside the clock."""
    cold = timed(encode, version)
    warm = timed(encode, version)
    ids = flat(cold.pop("result"))
    n = sum(map(len, ids)) if isinstance(ids, list) else len(ids)
    return dict(cold, warm=warm["cpu"], result={"tokens": n, "ids": digest(ids)})


def tiktoken(path, vocab):
    import json
    import tiktoken
    import tiktoken_ext.openai_public as openai
    from tiktoken.load import load_tiktoken_bpe
    if vocab == "gpt2":
        names = json.load(open(MODELS + VOCABS[vocab]))["model"]["vocab"]
        printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
        byte = {chr(b): b for b in printed}
        byte.update({chr(256 + i): b for i, b in enumerate(b for b in range(256) if b not in printed)})
        ranks = {bytes(byte[c] for c in name): i for name, i in names.items() if name != "<|endoftext|>"}
        encoding = tiktoken.Encoding("gpt2", pat_str=openai.r50k_pat_str, mergeable_ranks=ranks,
                                     special_tokens={})
    else:
        openai.load_tiktoken_bpe = lambda *a, **k: load_tiktoken_bpe(MODELS + VOCABS[vocab])
        encoding = tiktoken.Encoding(**getattr(openai, vocab + "_base")())
    docs = texts(path)
    return cold_and_warm(lambda: encoding.encode_ordinary_batch(docs, num_threads=1), list, "tiktoken")


def tokenizers(path, vocab):
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(MODELS + VOCABS[vocab])
    docs = texts(path)
    return cold_and_warm(lambda: tokenizer.encode_batch_fast(docs), lambda r: [e.ids for e in r],
                         "tokenizers")


def gigatoken_of(vocab):
    import gigatoken as module
    load = module.Tokenizer.from_tiktoken if "tiktoken" in VOCABS[vocab] else module.Tokenizer
    return load(MODELS + VOCABS[vocab])


def gigatoken(path, vocab, threads="1"):
    import awkward
    tokenizer = gigatoken_of(vocab)
    docs = [t.encode() for t in texts(path)]
    return cold_and_warm(lambda: tokenizer.encode_batch(docs, parallel=threads != "1"),
                         lambda r: awkward.to_numpy(awkward.flatten(r)), "gigatoken")


def gigatoken_one(path, vocab):
    """All documents as one text: other ids where they meet."""
    tokenizer = gigatoken_of(vocab)
    text = "".join(texts(path)).encode()
    return cold_and_warm(lambda: tokenizer.encode(text), lambda r: r, "gigatoken")


def quicktok(path, vocab, threads="1"):
    import quicktok as module
    encoding = module.get_encoding(vocab + "_base")
    docs = texts(path)
    return cold_and_warm(lambda: encoding.encode_batch(docs, int(threads)), lambda r: r[0],
                         "quicktok-v1")


def tokmill(mode, path, vocab, threads="1"):
    """build/bench-encode_memory: the encoder and two clocks."""
    import json
    import os
    out = BENCH + "/ids"
    text, used = run([TOOL + "encode_memory", MODELS + VOCABS[vocab], path, threads, "2", mode, out], 1)
    report = json.loads(text)
    cold, warm = report["passes"]
    result = {"tokens": cold["tokens"]}
    if threads == "1":
        result["ids"] = hashlib.sha256(open(out, "rb").read()).hexdigest()[:16]
        os.remove(out)
    return {"version": mode, "wall": cold["wall"], "cpu": cold["cpu"], "warm": warm["cpu"],
            "rss": used["rss"], "result": result}


def ours(path, vocab, threads="1"):
    return [("tokmill", lambda: tokmill("batches", path, vocab, threads)),
            ("tokmill,", lambda: tokmill("kept", path, vocab, threads))]


def from_memory(name, vocab):
    path, part = f"{INPUTS}/{name}.jsonl", head(name, SLOW)
    peers = ["gigatoken", "gigatoken_one"] + ["quicktok"] * (vocab != "gpt2")
    rounds("encode", f"{name} {vocab}", text_bytes(path), ours(path, vocab),
           [(p, "tok", (path, vocab)) for p in peers], apart=["gigatoken_one"], once=["quicktok"])
    peers = ["gigatoken", "tiktoken"] + ["tokenizers"] * (vocab == "gpt2")
    rounds("encode", f"{name}-{SLOW} {vocab}", text_bytes(part), ours(part, vocab)[:1],
           [(p, "tok", (part, vocab)) for p in peers], once=["tiktoken", "tokenizers"])


def two_threads(name, vocab):
    path = f"{INPUTS}/{name}.jsonl"
    n = text_bytes(path)
    for threads in "1", "2":
        rounds("encode", f"{name} {vocab} wall", n, ours(path, vocab, threads)[:1],
               [(p, "tok", (path, vocab, threads)) for p in ("gigatoken", "quicktok")],
               threads=int(threads), wall=True)


def main():
    """text to token ids, vocabulary known"""
    if not have(MODELS):
        return
    say("  From memory to ids, cold; (warm: the same again). The best of interleaved rounds, CPU time.")
    say("  tokmill encodes 1 MiB of texts at a time, as it does in a chain; \"kept\": ids of all stay")
    say("  in memory, as peers have it. Everybody's first touch of memory counts.")
    for name in "en", "code", "cjk", "euro", "other":
        for vocab in VOCABS:
            from_memory(name, vocab)
    say("  The same by wall clock, one thread and two.")
    for name in "en", "code", "cjk":
        two_threads(name, "cl100k")
    say("  tokmill: the whole program, JSONL to JSONL; peers as above.")
    for name in "en", "code", "cjk", "euro":
        path = head(name, SLOW)
        compare("encode", f"{name} cl100k", text_bytes(path),
                ["encode", "-t", MODELS + VOCABS["cl100k"], "--drop-text", path, "-o", "/dev/null"],
                [("gigatoken", "tok", (path, "cl100k"))],
                result=lambda stages: {"tokens": stages[0]["counters"]["tokens"]}, same=["tokens"])


family(main, {"tiktoken": tiktoken, "tokenizers": tokenizers, "gigatoken": gigatoken,
              "gigatoken_one": gigatoken_one, "quicktok": quicktok})
