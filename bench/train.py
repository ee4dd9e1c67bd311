#!/usr/bin/env python3
"""Training a byte-level BPE vocabulary. Everybody has two threads, from text to vocabulary."""
from bench import INPUTS, compare, family, text_bytes, texts, timed

SIZE = 50304
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def tokenizers(path):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=SIZE, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    docs = texts(path)

    def work():
        tokenizer.train_from_iterator(docs, trainer, len(docs))
        return {"entries": tokenizer.get_vocab_size()}
    return timed(work, "tokenizers")


def rustbpe(path):
    import rustbpe
    tokenizer = rustbpe.Tokenizer()
    docs = texts(path)

    def work():
        tokenizer.train_from_iterator(iter(docs), SIZE, pattern=GPT2)
        return {"entries": tokenizer.vocab_size}
    return timed(work, "rustbpe")


def gigatoken(path):
    import gigatoken
    return timed(lambda: {"entries": len(gigatoken.train_bpe(path, SIZE, [])[0])}, "gigatoken")


def main():
    """100 MB of English to 50,304 entries, gpt2 pattern"""
    path = INPUTS + "/en.jsonl"
    compare("train", "en gpt2", text_bytes(path),
            ["bpe-train", "--vocab-size", str(SIZE), "--pattern", "gpt2", path, "-o", "vocabulary.json"],
            [("gigatoken", "tok", (INPUTS + "/en.txt",)), ("rustbpe", "tok", (path,)),
             ("tokenizers", "tok", (path,))],
            threads=2)


family(main, {"tokenizers": tokenizers, "rustbpe": rustbpe, "gigatoken": gigatoken})
