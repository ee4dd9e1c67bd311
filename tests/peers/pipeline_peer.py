#!/usr/bin/env python3
# venv: tok
"""Every component of a tokenizer.json that tokmill reads does what the tokenizers library does with
it: files of each family's pipeline, made with that library, and random combinations; ids, offsets
and decoded text of hostile strings. PIPELINE_ROUNDS multiplies the strings (default 1)."""
import json
import os
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers as pre, processors, trainers

from tap import DATA, check, documents, done, jsonl, run

ROUNDS = int(os.environ.get("PIPELINE_ROUNDS", "1"))
R = random.Random(11)

CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + TAIL
QWEN2 = CL100K.replace("{1,3}", "")
QWEN35 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + TAIL
UP, LOW, ANY = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", r"[^\r\n\p{L}\p{N}]?"
O200K = (ANY + UP + "*" + LOW + "+" + CONTRACTION + "?|" + ANY + UP + "+" + LOW + "*" + CONTRACTION +
         r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + TAIL)
KIMI = r"[\p{Han}]+|" + (O200K.replace(r"\p{M}]", r"\p{M}&&[^\p{Han}]]").replace("[\\r\\n/]*", "[\\r\\n]*"))
TEKKEN = O200K.replace(CONTRACTION + "?", "").replace("{1,3}", "")
DEEPSEEK = [r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
            r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*""" + TAIL]


def split(pattern, behavior="isolated", invert=False):
    return pre.Split(pattern if isinstance(pattern, str) else pattern, behavior, invert)


def rx(pattern, behavior="isolated", invert=False):
    return pre.Split(Regex(pattern), behavior, invert)


def level(regex=False, space=False):
    return pre.ByteLevel(add_prefix_space=space, use_regex=regex)


def bytes_then(*steps):
    return pre.Sequence([*steps, level()])


# family: normalizer, pre_tokenizer, model options, characters instead of bytes
FAMILIES = {
    "gpt2": (None, level(True), {}),
    "gpt-neox": (normalizers.NFC(), level(True), {}),
    "llama-3": (None, bytes_then(rx(CL100K)), {"ignore_merges": True}),
    "llama-4, gpt-oss": (None, bytes_then(rx(O200K)), {}),
    "phi-4": (None, bytes_then(rx(CL100K, "removed", True)), {}),
    "minimax": (None, bytes_then(rx(O200K, "removed", True)), {}),
    "qwen-2": (normalizers.NFC(), bytes_then(rx(QWEN2)), {}),
    "qwen-3.5": (normalizers.NFC(), bytes_then(rx(QWEN35)), {}),
    "kimi-k2": (None, bytes_then(rx(KIMI)), {}),
    "tekken": (None, bytes_then(rx(TEKKEN)), {"ignore_merges": True}),
    "deepseek-v3": (normalizers.Sequence([]), bytes_then(*map(rx, DEEPSEEK)), {}),
    "starcoder-2": (None, pre.Sequence([pre.Digits(individual_digits=True), level(True)]), {}),
    "falcon": (None, pre.Sequence([pre.Punctuation("contiguous"), level(True), pre.Digits(), rx("[0-9][0-9][0-9]")]), {}),
    "superbpe": (None, bytes_then(rx(r"\p{N}+"), rx(r"(?=(\d{3})+(?!\d))")), {}),
    "gemma": (normalizers.Replace(" ", "▁"), split(" ", "merged_with_previous"),
              {"byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"}),
    "llama-2": (normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None,
                {"byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"}),
    "mistral": (None, pre.Metaspace(prepend_scheme="first", split=False),
                {"byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"}),
    "metaspace words, few bytes": (None, pre.Metaspace(), {"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": "some"}),
}

BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
PATTERNS = [r"\s+", r"\w+", r"[\p{L}&&[^a-f]]+", r"\d", "a|b|ab", "(?=x)", r"\p{P}|$", r"^\w+|\h+", r"[^\S\n]+", r"\bt|\Bs",
            r"[[:digit:][:space:]]", r"\p{Han}|\p{Hiragana}+", r"(?i:[k-s])+", r"\x{41}|\u0042|.\z", "[]a]|[a-]+"]


def random_step():
    kind = R.randrange(9)
    if kind < 4:
        return rx(R.choice(PATTERNS), R.choice(BEHAVIORS), R.random() < .3)
    return [split(R.choice([" ", "a", "the", "é", "'"]), R.choice(BEHAVIORS), R.random() < .3),
            pre.Digits(individual_digits=R.random() < .5), pre.Punctuation(R.choice(BEHAVIORS)),
            R.choice([pre.Whitespace(), pre.WhitespaceSplit(), pre.BertPreTokenizer(), pre.CharDelimiterSplit("e")]),
            pre.FixedLength(3)][kind - 4]


def random_norms():
    kinds = [normalizers.NFC(), normalizers.NFD(), normalizers.NFKC(), normalizers.NFKD(), normalizers.Lowercase(),
             normalizers.Strip(R.random() < .5, R.random() < .5), normalizers.Prepend("_"), normalizers.Replace("a", "ä"),
             normalizers.Replace(Regex(r"\s+|x*"), "-"), normalizers.Replace(Regex(r"[áé]$"), "")]
    return normalizers.Sequence(R.sample(kinds, R.randrange(0, 4)))


def random_pipeline():
    steps = [random_step() for _ in range(R.randrange(3))]
    options = {"ignore_merges": R.random() < .3}
    if R.random() < .6:
        steps.insert(R.randrange(len(steps) + 1), level(R.random() < .5, R.random() < .4))
    else:
        if R.random() < .5:
            steps.append(pre.Metaspace("▁", R.choice(["always", "first", "never"]), R.random() < .5))
        options.update(unk_token="<unk>", fuse_unk=R.random() < .5, byte_fallback=R.choice([False, True, "some"]))
        if R.random() < .2:
            del options["unk_token"]
    return random_norms(), pre.Sequence(steps) if steps else None, options


# "ǻ!": not in the byte-level alphabet, whose characters this library's decoder takes for bytes
ADDED = [
    AddedToken("<|end|>", special=True, normalized=False), AddedToken("<|end|>x", special=True, normalized=False),
    AddedToken("[L]", lstrip=True, normalized=False), AddedToken("[R]", rstrip=True, normalized=False),
    AddedToken("[LR]", lstrip=True, rstrip=True, normalized=True), AddedToken("word", single_word=True, normalized=False),
    AddedToken("  ", normalized=True), AddedToken("    ", normalized=True), AddedToken("ǻ!", normalized=True),
    AddedToken("<s>", special=True, normalized=True, rstrip=True), AddedToken("the cat", normalized=True, single_word=True),
    AddedToken("\n\n", normalized=False)]

HARD = (" \t\n\r\u00a0\u3000\u200b\u2028\u180e'’`sStTdDmMlLrRvVeE0123٣Ⅷ²½,.;-_#()/$€ſßİıǅʰǰéЖж漢かカ한ाक็🙂🏽\u200d\u0301\u0327\ufeff\0"
        "axbfk\u1fae8\U0001fae8\u0897\U00016121\u4f60\u3007K▁«»\u061d")
WORDS = ["<|end|>", "<|end|>x", "[L]", "[R]", "[LR]", "word", "words", "  ", "    ", "ǻ!", "a\u030a\u0301!", "<s>", "the cat",
         "the  cat", "\n\n", " [L] [R] ", "don't", "WE'LL", "1234567", "0x1F", "ﬁ", "…", "Ａ", "ᄀ\u1161\u11a8", "\u1100\u1161",
         "a\u0328\u0301", "\u0344", "Ω", "\U00011935\U00011930", "你好", "カタカナ", " the", " and", "ing"]


def strings(n):
    def any_char():
        return chr(R.choice([R.randrange(0x20, 0x250), R.randrange(0x250, 0xd800), R.randrange(0xe000, 0x30000)]))
    return ["".join(R.choice(HARD) if (k := R.random()) < .6 else R.choice(WORDS) if k < .9 else any_char()
                    for _ in range(R.randrange(24))) for _ in range(n)]


CORPUS = [open(os.environ["TOKMILL_SRC"] + "/" + f, encoding="utf-8").read() for f in
          ("README.md", "docs/ARCHITECTURE.md", "tokenize/train.c")] + strings(3000)


def make(norm, pretok, options, seed):
    """A tokenizer trained with the pipeline: bytes if ByteLevel is in it, else characters."""
    byte_level = pretok is not None and "ByteLevel" in repr(pretok)
    options = dict(options)
    fallback = options.pop("byte_fallback", False)
    trainer_options = {"special_tokens": ["<unk>"] if "unk_token" in options else [], "show_progress": False}
    t = Tokenizer(models.BPE(byte_fallback=bool(fallback), **options))
    if norm is not None:
        t.normalizer = norm
    if pretok is not None:
        t.pre_tokenizer = pretok
    if byte_level:
        trainer_options["initial_alphabet"] = pre.ByteLevel.alphabet()
    else:
        trainer_options["limit_alphabet"] = 90
        trainer_options["special_tokens"] += [f"<0x{b:02X}>" for b in range(256) if fallback is True or (fallback and b % 3)]
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=900, **trainer_options))
    j = json.loads(t.to_str())
    # byte tokens are tokens of the model alone
    j["added_tokens"] = [a for a in j["added_tokens"] if not a["content"].startswith("<0x")]
    t = Tokenizer.from_str(json.dumps(j))
    t.add_tokens(ADDED[:seed % (len(ADDED) + 1)])
    t.add_special_tokens([a for a in ADDED[:seed % (len(ADDED) + 1)] if a.special])
    if byte_level:
        t.decoder = decoders.ByteLevel()
    else:
        t.decoder = R.choice([decoders.Metaspace(), decoders.Metaspace(prepend_scheme="never"), decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]),
            decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])])
    if "<|end|>" in [a.content for a in t.get_added_tokens_decoder().values()]:
        end = t.token_to_id("<|end|>")
        t.post_processor = R.choice([processors.TemplateProcessing("<|end|> $A <|end|>", special_tokens=[("<|end|>", end)]),
                                     processors.RobertaProcessing(("<|end|>", end), ("<|end|>", end), False, False),
                                     processors.ByteLevel()])
    return t


def differences(got, want, texts):
    bad = [i for i in range(len(texts)) if i >= len(got) or got[i] != want[i]]
    return "\n".join(f"{texts[i]!r}: {got[i] if i < len(got) else None} for {want[i]}" for i in bad[:3])


def compare(name, t, texts):
    t.save("tok.json")
    docs = jsonl([{"text": s} for s in texts])
    note, count = "", 0
    for special in "parse", "ordinary":
        t.encode_special_tokens = special == "ordinary"
        encoded = run("encode", "-t", "tok.json", "--special", special, "--add-special", stdin=docs)
        got = [d["input_ids"] for d in documents(encoded)]
        want = [e.ids for e in t.encode_batch(texts)]
        note += differences(got, want, texts)
        back = [d["text"] for d in documents(run("decode", "-t", "tok.json", stdin=encoded))]
        note += differences(back, [t.decode(w, skip_special_tokens=False) for w in want], want)
        back = [d["text"] for d in documents(run("decode", "--skip-special", "-t", "tok.json", stdin=encoded))]
        # the library does not know a special token again whose normalized spelling is another
        if t.normalizer is None or t.normalizer.normalize_str("<s>") == "<s>":
            note += differences(back, [t.decode(w) for w in want], want)
        count += len(texts)
    if not check(not note, f"{name}: {count} texts", note):
        print("#", json.dumps({k: v for k, v in json.loads(t.to_str()).items() if k not in ("model", "added_tokens")}))


def compare_offsets(name, t, texts):
    """In characters; ours take white space in, as without trim_offsets."""
    t = Tokenizer.from_str(json.dumps(dict(json.loads(t.to_str()), post_processor=None)))
    t.encode_special_tokens = True
    t.save("tok.json")
    got = [[tuple(o) for o in d["offsets"]] for d in
           documents(run("encode", "-t", "tok.json", "--offsets", "chars", stdin=jsonl([{"text": s} for s in texts])))]
    note = differences(got, [e.offsets for e in t.encode_batch(texts)], texts)
    check(not note, f"{name}: offsets", note)


def main():
    for i, (name, (norm, pretok, options)) in enumerate(FAMILIES.items()):
        for seed in (0, 6 + i % 5, len(ADDED)):
            t = make(norm, pretok, options, seed)
            compare(f"{name}, {seed} added tokens", t, strings(400 * ROUNDS))
            if norm is None or "NFC" not in repr(norm):     # ours: all that a composed character came from
                compare_offsets(f"{name}, {seed} added tokens", t, strings(200))
    for i in range(40 * ROUNDS):
        norm, pretok, options = random_pipeline()
        try:
            t = make(norm, pretok, options, R.randrange(len(ADDED) + 1))
        except BaseException as e:      # the library's own panics come as no Exception
            if isinstance(e, KeyboardInterrupt):
                raise
            continue
        compare(f"random pipeline {i}", t, strings(400))
    done()


main()
