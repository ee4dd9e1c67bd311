#!/usr/bin/env python3
# venv: tok
"""bpe-train gives the merges of Hugging Face's BpeTrainer, in order, and rustbpe's with --tie raw;
what it writes loads in tokenizers and tiktoken and encodes there as it does here."""
import base64
import json
import random

import rustbpe
import tiktoken
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from tap import DATA, check, documents, done, jsonl, run

CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CL100K = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def corpora():
    r = random.Random(3)
    book = open(DATA + "/books/pg2701.txt", encoding="utf-8").read()
    yield "a book", [book[i:i + 3000] for i in range(0, len(book), 3000)], 5000
    yield "two letters", ["".join(r.choice("ab ") for _ in range(400)) for _ in range(300)], 1500
    yield "long runs", [" ".join(r.choice("-=ab") * r.randrange(1, 60) for _ in range(30))
                        for _ in range(300)], 900
    yield "any characters", ["".join(chr(r.choice([r.randrange(32, 1300), r.randrange(0x3040, 0x9fff)]))
                                     for _ in range(200)) for _ in range(500)], 2000


def hf_merges(texts, size, pattern, **options):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False, **options))
    return [" ".join(m) if isinstance(m, list) else m for m in json.loads(t.to_str())["model"]["merges"]]


def train(texts, *options):
    return run("-q", "bpe-train", *options, stdin=jsonl([{"text": t} for t in texts])).decode()


def loads(name, texts, size):
    with open("tok.json", "w") as f:
        f.write(train(texts, "-n", str(size + 1), "-p", "cl100k", "--special", "<|end|>"))
    with open("tok.tiktoken", "w") as f:
        f.write(train(texts, "-n", str(size), "-p", "cl100k", "-f", "tiktoken"))
    docs = jsonl([{"text": t} for t in texts[:200]])
    ours = [d["input_ids"] for d in documents(run("encode", "-t", "tok.json", stdin=docs))]
    hf = Tokenizer.from_file("tok.json")
    check(ours == [e.ids for e in hf.encode_batch(texts[:200])], f"{name}: tokenizers encodes alike")
    check([hf.decode(i) for i in ours] == texts[:200], f"{name}: tokenizers decodes alike")
    ranks = {base64.b64decode(l.split()[0]): int(l.split()[1]) for l in open("tok.tiktoken")}
    tt = tiktoken.Encoding("x", pat_str=CL100K, mergeable_ranks=ranks, special_tokens={})
    check(ours == tt.encode_ordinary_batch(texts[:200]), f"{name}: tiktoken encodes alike")


def main():
    for name, texts, size in corpora():
        for pattern, regex in ("gpt2", GPT2), ("cl100k", CL100K):
            got = json.loads(train(texts, "-n", str(size), "-p", pattern))["model"]["merges"]
            check(got == hf_merges(texts, size, regex), f"{name}, {pattern}: HF's merges")
        got = json.loads(train(texts, "-n", str(size), "-p", "gpt2", "--max-token-bytes", "6",
                               "--min-frequency", "3"))["model"]["merges"]
        check(got == hf_merges(texts, size, GPT2, max_token_length=7, min_frequency=3),
              f"{name}: HF's merges with limits")
        peer = rustbpe.Tokenizer()
        peer.train_from_iterator(iter(texts), vocab_size=size, pattern=GPT2)
        want = sorted((rank, bytes(token)) for token, rank in peer.get_mergeable_ranks())
        ranks = train(texts, "-n", str(size), "-p", "gpt2", "--tie", "raw", "-f", "tiktoken")
        got = [(int(l.split()[1]), base64.b64decode(l.split()[0])) for l in ranks.splitlines()]
        check(got == want, f"{name}: rustbpe's tokens with --tie raw")
        loads(name, texts, size)


main()
done()
