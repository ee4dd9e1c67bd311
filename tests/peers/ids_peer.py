#!/usr/bin/env python3
# venv: tok
"""Token ids equal those of the vocabularies' own libraries: the expected files of the data folder,
real pages in many languages, code, and random Unicode; decoding gives the bytes back."""
import os
import random
import unicodedata

import tiktoken
import tiktoken_ext.openai_public as openai
from tiktoken.load import load_tiktoken_bpe
from tokenizers import Tokenizer

from tap import DATA, check, documents, done, jsonl, run, skip

TOK = DATA + "/tokenizers/"
VOCABS = ["gpt2.json", "gpt_neox.json", "llama2.json", "mistral03.json", "cl100k_base.tiktoken",
          "o200k_base.tiktoken"]


def peer(vocab):
    """Functions from texts to their ids, special tokens taken as ordinary text, and from ids to text."""
    path = TOK + "models/" + vocab
    name = vocab.split(".")[0]
    if vocab.endswith(".tiktoken"):
        openai.load_tiktoken_bpe = lambda *a, **k: load_tiktoken_bpe(path)
        encoding = tiktoken.Encoding(**getattr(openai, name)())
        return lambda texts: encoding.encode_ordinary_batch(texts, num_threads=1), encoding.decode
    tokenizer = Tokenizer.from_file(path)
    return (lambda texts: [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)],
            lambda ids: tokenizer.decode(ids, skip_special_tokens=False))


def expected(vocab):
    name = vocab.split(".")[0]
    for part in "small", "mixed", "utf8":
        text = open(f"{TOK}{part}_input.txt", newline="").read()
        if part != "utf8":
            text = [t.replace("\\n", "\n").replace("\\s", " ") for t in text.rstrip("\n").split("\n")]
        docs = [{"text": t} for t in ([text] if part == "utf8" else text)]
        got = documents(run("encode", "-t", TOK + "models/" + vocab, "--special", "parse",
                            stdin=jsonl(docs)))
        want = open(f"{TOK}expected/{part}_{name}.txt").read().splitlines()
        check([", ".join(map(str, d["input_ids"])) for d in got] == want, f"{vocab}: {part} as expected")


def random_texts(n):
    """Short strings of characters that pretokenizers treat differently, and of any that Python's
    tables (Unicode 14) know: newer ones are letters to some libraries only."""
    r = random.Random(7)
    hard = " \t\n\r\u00a0\u3000\u200b\u2028'’`sStTdDmMlLrRvVeE0123٣Ⅷ²½,.;-_#()/$€ſßİıǅʰǰéЖж漢かカ한ثाक็🙂🏽\u200d\u0301\ufeff\0"
    def any_char():
        c = chr(r.choice([r.randrange(0x20, 0x250), r.randrange(0x250, 0xd800),
                          r.randrange(0xe000, 0x32000)]))
        return c if unicodedata.category(c) != "Cn" else " "
    return ["".join(r.choice(hard) if r.random() < .8 else any_char() for _ in range(r.randrange(60)))
            for _ in range(n)]


def main():
    if not os.path.isdir(TOK):
        skip("ids of real vocabularies", "no data")
        done()
    source = os.environ["TOKMILL_SRC"]
    sets = {
        "real pages": [d["text"] for d in documents(run(
            "html", DATA + "/html/wcxb-dev.tar.zst", "--limit", "300"))],
        "code": [d["text"] for d in documents(run("code", source + "/core", source + "/tools"))],
        "random Unicode": random_texts(4000),
    }
    for vocab in VOCABS:
        expected(vocab)
        ids, text_of = peer(vocab)
        for name, texts in sets.items():
            # the libraries see special tokens in a text, tokmill only when asked
            texts = [t for t in texts if not any(s in t for s in ("<|", "<s>", "</s>", "<unk>", "[INST"))]
            encoded = run("encode", "-t", TOK + "models/" + vocab, stdin=jsonl([{"text": t} for t in texts]))
            got = [d["input_ids"] for d in documents(encoded)]
            want = ids(texts)
            bad = [i for i in range(len(texts)) if i >= len(got) or got[i] != want[i]]
            check(not bad, f"{vocab}: {name}, {len(texts)} texts", "\n".join(
                f"{texts[i]!r}: {got[i]} for {want[i]}" for i in bad[:3]))
            back = [d["text"] for d in documents(run("decode", "-t", TOK + "models/" + vocab, stdin=encoded))]
            bad = [i for i in range(len(texts)) if back[i] != text_of(want[i])]
            check(not bad, f"{vocab}: {name} decoded", "\n".join(
                f"{texts[i]!r}: {back[i]!r} for {text_of(want[i])!r}" for i in bad[:3]))
    done()


main()
