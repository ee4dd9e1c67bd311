#!/usr/bin/env python3
# venv: rules
"""filter's rule sets against the code that they are named after, document by document: reason of
the drop, every signal, edited text. On the main text of every page of the data folder, on texts made
to hit the rules' edges, and on random texts of characters that tokenizers care about.

Dolma comes from PyPI. DCLM, RedPajama-Data and NeMo-Curator are read from clones in the folder src
beside the environments ($TOKMILL_PEERS/src/NAME); what is absent is skipped."""
import functools
import importlib.util
import os
import sys
import types

from tap import DATA, check, documents, done, jsonl, run, skip
from texts import edge_texts, random_texts

SRC = os.path.join(os.environ.get("TOKMILL_PEERS", "build/peers"), "src")


def load(name, path):
    """A module from a file, without the package around it."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Anything:
    """Stands for what a module imports and the functions under test never use."""
    def __getattr__(self, name):
        return Anything()

    def __call__(self, *args, **kwargs):
        return args[0] if len(args) == 1 and callable(args[0]) else Anything()

    def __mro_entries__(self, bases):
        return ()


def stub(*names):
    for name in names:
        module = types.ModuleType(name)
        module.__getattr__ = lambda attribute: Anything()
        module.__path__ = []
        sys.modules[name] = module


def ours(rules, docs):
    """Of each document: reason or None, text if kept."""
    open("in.jsonl", "wb").write(jsonl(docs))
    kept = documents(run("filter", "--rules", rules, "in.jsonl", "--rejects", "rejects.jsonl"))
    out = {d["id"]: (None, d["text"]) for d in kept}
    out.update({d["id"]: (d["_drop"]["rule"], None)
                for d in documents(open("rejects.jsonl", "rb").read())})
    return [out[d["id"]] for d in docs]


def our_signals(names, docs):
    open("in.jsonl", "wb").write(jsonl(docs))
    got = documents(run("filter", "--annotate", "--where", " + ".join(names), "in.jsonl"))
    return [d["metadata"]["tokmill"]["filter"] for d in got]


def compare_signals(what, docs, theirs):
    """theirs(text): the values that it has for a text, by our names."""
    want = [theirs(d["text"]) for d in docs]
    names = sorted({n for w in want for n in w})
    bad = [f"{d['id']} {d['text'][:40]!r} {name}: {g[name]}, original {w[name]}"
           for d, g, w in zip(docs, our_signals(names, docs), want) for name in w
           if not abs(g[name] - w[name]) <= 1e-9]
    n = sum(map(len, want))
    check(not bad, f"{what}: {n} values of {len(names)} signals, {len(bad)} differ", "\n".join(bad))


def compare_decisions(what, rules, docs, theirs, known=lambda text: True):
    """theirs(text): (reason, None) or (None, text kept)."""
    docs = [d for d in docs if known(d["text"])]
    bad, drops = [], 0
    for doc, a in zip(docs, ours(rules, docs)):
        b = theirs(doc["text"])
        drops += a[0] is not None
        if a != b:
            bad.append(f"{doc['id']} {doc['text'][:60]!r}: {str(a)[:120]!r}, original {str(b)[:120]!r}")
    check(not bad, f"{what}: {rules}, {len(docs)} documents, {drops} dropped, {len(bad)} decided "
                   "otherwise", "\n".join(bad))


# ---- Dolma

DOLMA_RULES = [("word_count", "<", 50), ("word_count", ">", 100000), ("median_word_length", "<", 3),
               ("median_word_length", ">", 10), ("symbol_to_word_ratio", ">", .1),
               ("fraction_of_words_with_alpha_character", "<", .8), ("required_word_count", "<", 2),
               ("fraction_of_lines_starting_with_bullet_point", ">", .9),
               ("fraction_of_lines_ending_with_ellipsis", ">", .3),
               ("fraction_of_duplicate_lines", ">", .3),
               ("fraction_of_characters_in_duplicate_lines", ">", .3),
               ("fraction_of_characters_in_most_common_2gram", ">", .2),
               ("fraction_of_characters_in_most_common_3gram", ">", .18),
               ("fraction_of_characters_in_most_common_4gram", ">", .16)] + [
    (f"fraction_of_characters_in_duplicate_{n}grams", ">", round(.2 - n / 100, 2)) for n in range(5, 11)]
DOLMA_NAMES = {"word_count": "dolma_words", "median_word_length": "dolma_word_length",
               "symbol_to_word_ratio": "dolma_symbols", "required_word_count": "dolma_stop_words",
               "fraction_of_words_with_alpha_character": "dolma_letter_words",
               "fraction_of_lines_starting_with_bullet_point": "dolma_bullet_lines_v{v}",
               "fraction_of_lines_ending_with_ellipsis": "dolma_ellipsis_lines_v{v}",
               "fraction_of_duplicate_lines": "dolma_dup_lines_v{v}",
               "fraction_of_characters_in_duplicate_lines": "dolma_dup_line_chars_v{v}"}
DOLMA_NAMES |= {f"fraction_of_characters_in_most_common_{n}grams": f"dolma_top_{n}gram" for n in (2, 3, 4)}
DOLMA_NAMES |= {f"fraction_of_characters_in_duplicate_{n}grams": f"dolma_dup_{n}gram" for n in range(5, 11)}


@functools.cache
def load_dolma():
    folder = os.path.dirname(importlib.util.find_spec("dolma").origin)
    stub("dolma", "dolma.core", "dolma.core.data_types", "dolma.core.registry", "dolma.core.taggers",
         "dolma.taggers")
    sys.modules["dolma.core.data_types"].Span = lambda start, end, type, score: (type, score)
    sys.modules["dolma.core.taggers"].BaseTagger = object
    return load("dolma.taggers.gopher", folder + "/taggers/gopher.py")


def compare_dolma(what, docs):
    gopher = load_dolma()

    def attributes(text, v):
        spans = gopher.get_attributes(text, ignore_empty_lines=v == 2).as_spans()
        return {name: round(float(score), 5) for name, score in spans}

    def decide(text, v, mended=False):
        a = attributes(text, v)
        for name, op, limit in DOLMA_RULES:
            found = name + "s" if mended and "most_common" in name else name
            if found in a and (a[found] < limit if op == "<" else a[found] > limit):
                return name, None
        return None, text

    for v in 1, 2:
        compare_signals(f"{what}: Dolma gopher_v{v}", docs, lambda text: {
            DOLMA_NAMES[n].format(v=v): x for n, x in attributes(text, v).items() if n in DOLMA_NAMES})
        compare_decisions(what, f"dolma-gopher-v{v}", docs, lambda text: decide(text, v))
    compare_decisions(what, "dolma-gopher-mended", docs, lambda text: decide(text, 2, True))


def compare(what, texts):
    docs = [{"id": f"{i}", "text": t} for i, t in enumerate(texts)]
    compare_dolma(what, docs)


def main():
    compare("edges", list(edge_texts()))
    compare("random", random_texts(2000))
    pages = DATA + "/html/wcxb-dev.tar.zst"
    if os.path.exists(pages):
        docs = documents(run("html", pages))
        compare("pages", [d["text"] for d in docs if d["id"].endswith(".html")])
    else:
        skip("pages", "no data")


main()
done()
