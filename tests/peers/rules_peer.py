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
import random
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


# ---- DCLM

@functools.cache
def load_dclm():
    src = SRC + "/dclm/baselines/mappers"
    if not os.path.exists(src):
        return None
    import fasttext     # noqa: F401  the real one, as is uniseg: they cut words
    stub("core", "core.factory_utils", "core.constants", "transformers", "blingfire", "unidecode",
         "justext", "lxml", "lxml.etree", "bs4", "baselines", "baselines.mappers")
    sys.modules["core.factory_utils"].factory_function = lambda f: f
    sys.modules["core.constants"].CONTENT = "text"
    sys.modules["core.constants"].URL = "url"
    load("baselines.mappers.core_utils", src + "/core_utils.py")
    content = load("baselines.mappers.filters.content", src + "/filters/content_filters.py")
    return content, load("baselines.mappers.modifiers", src + "/modifiers.py"), src


REPETITION = [("line", .3, False), ("paragraph", .3, False), ("line", .2, True), ("paragraph", .2, True)]


@functools.cache
def dclm_steps(mended):
    """The steps of dclm_baseline_refinedweb.yaml behind the filters on addresses and language."""
    content, change, src = load_dclm()
    urls = change.url_removal_modifier(tlds_filepath=src + "/iana_tlds.txt")
    if mended:
        import re
        cells = dict(zip(urls.__code__.co_freevars, urls.__closure__))
        search = types.SimpleNamespace(match=lambda text: True)
        names = {"tlds_regex": search, "url_regex": cells["url_regex"].cell_contents,
                 "ipv4_regex": cells["ipv4_regex"].cell_contents}
        urls = types.FunctionType(urls.__code__, urls.__globals__, "urls", None, tuple(
            types.CellType(names[n]) for n in urls.__code__.co_freevars))
    f = functools.partial
    words = f(content.split_words, ignore_punctuation=True)

    def count(page):
        page["words"] = len(words(page["text"]))
        return [page]

    def repetition(page):
        cache = {}
        for unit, most, chars in REPETITION:
            if not content.repetition_filter(page, unit, most, count_characters=chars, cache=cache):
                page["why"] = f"repetition_filter_{unit}" + "_chars" * chars
                return []
        for n, most in zip(range(2, 11), (.2, .18, .16, .15, .14, .13, .12, .11, .10)):
            if not content.repetition_filter(page, n, most, cache=cache):
                page["why"] = f"repetition_filter_{n}"
                return []
        return [page]

    phrase = f(change.substring_line_modifier, max_length=10, remove_substring_only=True)
    return [("empty" if mended else "url_removal_modifier", urls),
            ("newline_removal_modifier", change.newline_removal_modifier(max_consecutive=2)),
            ("page_length_filter", f(content.page_length_filter, length_type="word", min_length=50,
                                     max_length=100000, ignore_punctuation=True)),
            ("word_length_filter", f(content.word_length_filter, min_length=3, max_length=10)),
            ("symbol_ratio_filter", f(content.symbol_ratio_filter, max_symbol_to_word_ratio=.1)),
            ("bullet_count_filter", f(content.bullet_count_filter, max_bullet_start_ratio=.9)),
            ("ellipsis_count_filter", f(content.ellipsis_count_filter, max_ellipsis_end_ratio=.3)),
            ("alphabetic_word_ratio_filter", f(content.alphabetic_word_ratio_filter, max_ratio=.2)),
            ("stop_word_filter", f(content.stop_word_filter, count_unique=False, min_stop_word=2)),
            ("repetition", repetition), ("count", count),
            ("uppercase_ratio_line_modifier", f(change.uppercase_ratio_line_modifier, max_ratio=.5)),
            ("numeric_ratio_line_modifier", f(change.numeric_ratio_line_modifier, max_ratio=.999999)),
            ("counter_line_modifier", change.counter_line_modifier()),
            ("line_length_modifier", f(change.line_length_modifier, min_length=2)),
            ("substring_line_modifier", phrase(banlist="items in cart")),
            ("substring_line_modifier", phrase(banlist="Read more...", location="suffix")),
            ("substring_line_modifier", phrase(banlist="Sign-in", location="prefix")),
            ("word_removal_ratio_filter", f(content.word_removal_ratio_filter,
                                            prev_word_count_key="words", max_removed_ratio=.05))]


def dclm_decision(text, mended=False, easy=False):
    page = {"text": text}
    for reason, step in dclm_steps(mended):
        if easy and ("filter" in reason or reason == "repetition"):
            continue
        left = step(page)
        if not left:
            return page.get("why", reason), None
        page = left[0]
    return None, page["text"]


def compare_dclm(what, docs):
    if not load_dclm():
        return skip(f"{what}: DCLM", f"no clone of mlfoundations/dclm in {SRC}/dclm", "peers")
    compare_decisions(what, "dclm-baseline", docs, dclm_decision)
    compare_decisions(what, "refinedweb", docs, dclm_decision)
    compare_decisions(what, "dclm-baseline-mended", docs, lambda text: dclm_decision(text, True))
    # the edits alone, so that short texts reach them as well
    shown = run("filter", "--show", "dclm-baseline-mended").decode().splitlines()
    open("edits.rules", "w").write("\n".join(s for s in shown if not s.startswith("drop")) + "\n")
    compare_decisions(what, "./edits.rules", docs, lambda text: dclm_decision(text, True, True))


DCLM_LINES = """3 likes|1,2.5K Views!|* 7 shares|12m followers|12 m followers|3likes|4 likes here|SIGN UP NOW|
Sign UP now|12345|12 345|½ ²³|one|two words|3 items in cart|Items in Cart: 4|x items  in cart|Sign-in|
sign-in here|Read more...|Read more!?x|Go on. Read more abc|ſign-in|İtems in cart|See http://a.example.com/x?y=z#q.|
(www.example.org)|mail a.b@c.de, now|1.2.3.4|http://10.20.30.40:80/x|v1.2.3.4.5 x|300.1.2.3|x1.2.3.4|end.Next one|
end.The cat|a.com.b|file.txt|x.中国 y|x.भारत y|ftp://ftp.x.org/|xhttp://x.org|          http://x.org|
            http://x.org|tel.de.|.com|a..com|http://a_b.c-d.uk(x)|A.B.C.|e.g. this|In x.io|the x.io""".split("|")


def dclm_texts(n):
    rng = random.Random(5)
    lines = [s.strip("\n") for s in DCLM_LINES] + ["", " ", "A line of plain words stays.", "\u00a0x\u2003y.org"]
    for i in range(n):
        yield "\n".join(rng.choice(lines) for _ in range(rng.choice([1, 3, 12])))
    for i in range(n):
        plain = " ".join("".join(rng.choices("abcdefgh", k=6)) for _ in range(60)) + " the of and"
        start = rng.choice(["The ", "We ", "In ", "X ", ""])
        yield start + plain + "\n" + "\n".join(rng.choice(lines) for _ in range(rng.choice([1, 3, 6])))


# ---- RedPajama-V2

@functools.cache
def load_rps():
    src = SRC + "/RedPajama-Data/app/src"
    if not os.path.exists(src):
        return None
    for name in [n for n in sys.modules if n == "core" or n.startswith("core.")]:
        del sys.modules[name]
    sys.path.insert(0, src)
    stub("core.quality_signals.importance_weights", "core.quality_signals.utils.dsir")
    from core.document import Document
    from core.quality_signals import content, lines, natural_language, repetitions
    return Document, [x() for m in (lines, natural_language, repetitions) for x in vars(m).values()
                      if isinstance(x, type) and x.__name__.startswith("RPS_")] + [
        content.RPS_Doc_Lorem_Ipsum(), content.RPS_Doc_Curly_Bracket(),
        content.RPS_Doc_Stop_Word_Fraction(language="en")]


def rps_values(text):
    make, signals = load_rps()
    document = make(text, domain=None)
    out = {}
    for s in signals:
        scores = [score or 0 for _, _, score in s(document)]
        mean = sum(scores) / len(scores) if scores else 0
        out[s.field_name] = round(mean, 8) if "lines" in s.field_name else mean
    return out


def compare_rps(what, docs):
    if not load_rps():
        return skip(f"{what}: RedPajama-V2", f"no clone of RedPajama-Data in {SRC}", "peers")
    compare_signals(f"{what}: RedPajama-V2", docs, rps_values)


# ---- NeMo-Curator

@functools.cache
def load_nemo():
    src = SRC + "/NeMo-Curator/nemo_curator"
    if not os.path.exists(src + "/filters/heuristic_filter.py"):
        return None
    stub("requests", "platformdirs", "transformers", "nemo_curator", "nemo_curator.filters",
         "nemo_curator.filters.bitext_filter", "nemo_curator.filters.doc_filter", "nemo_curator.utils")
    base = type("DocumentFilter", (), {"__init__": lambda self: None, "_sentences": None,
                                       "_paragraphs": None, "_ngrams": None})
    sys.modules["nemo_curator.filters.doc_filter"].DocumentFilter = base
    sys.modules["nemo_curator.filters.bitext_filter"].BitextFilter = base
    load("nemo_curator.utils.constants", src + "/utils/constants.py")
    load("nemo_curator.utils.text_utils", src + "/utils/text_utils.py")
    h = load("nemo_curator.filters.heuristic_filter", src + "/filters/heuristic_filter.py")
    top, dup = h.RepeatingTopNGramsFilter, h.RepeatingDuplicateNGramsFilter
    # config/heuristic_filter_en.yaml
    filters = [h.NonAlphaNumericFilter(.25), h.SymbolsToWordsFilter(.1), h.NumbersFilter(.15),
               h.UrlsFilter(.2), h.WhiteSpaceFilter(.25), h.ParenthesesFilter(.1),
               h.BoilerPlateStringFilter(True, .4), h.RepeatedLinesFilter(.7),
               h.RepeatedParagraphsFilter(.7), h.RepeatedLinesByCharFilter(.8),
               h.RepeatedParagraphsByCharFilter(.8), h.WordCountFilter(50, 100000),
               h.PunctuationFilter(.85), h.WordsWithoutAlphabetsFilter(.8),
               h.CommonEnglishWordsFilter(2, False), h.MeanWordLengthFilter(3, 10),
               h.LongWordFilter(1000), h.EllipsisFilter(.3)]
    filters += [top(n, t) for n, t in ((2, .2), (3, .18), (4, .16))]
    filters += [dup(n, round(.2 - n / 100, 2)) for n in range(5, 11)]
    return filters + [h.BulletsFilter(.9)]


NEMO_NAMES = ("not_alnum symbols digits urls white_space brackets boilerplate different_lines "
              "different_paragraphs different_line_chars different_paragraph_chars words no_end_mark "
              "letter_words common_words word_length longest_word ellipsis_lines top_2gram top_3gram "
              "top_4gram dup_5gram dup_6gram dup_7gram dup_8gram dup_9gram dup_10gram "
              "bullet_lines").split()


def unique_top(text, n):
    """The original takes any of equally frequent n-grams, as hashes of strings fall."""
    from collections import Counter
    words = text.split()
    counts = Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1)).most_common(2)
    return len(counts) < 2 or counts[0][1] > counts[1][1]


def nemo_values(text):
    out = {}
    for name, f in zip(NEMO_NAMES, load_nemo()):
        if name.startswith("top") and not unique_top(text, int(name[4])):
            continue
        out["nemo_" + name] = f.score_document(text)
    return out


def nemo_decision(text):
    for name, f in zip(NEMO_NAMES, load_nemo()):
        if not f.keep_document(f.score_document(text)):
            return f._name, None
    return None, text


def compare_nemo(what, docs):
    if not load_nemo():
        return skip(f"{what}: NeMo-Curator", f"no clone of NeMo-Curator in {SRC}", "peers")
    docs = [d for d in docs if d["text"].strip()]       # else it divides by zero
    compare_signals(f"{what}: NeMo-Curator", docs, nemo_values)
    compare_decisions(what, "nemo-english", docs, nemo_decision,
                      lambda text: all(unique_top(text, n) for n in (2, 3, 4)))


def compare(what, texts):
    docs = [{"id": f"{i}", "text": t} for i, t in enumerate(texts)]
    for part in PARTS:
        part(what, docs)


PARTS = [compare_dolma, compare_dclm, compare_rps, compare_nemo]
if os.environ.get("RULES_PEER"):            # one of them: dolma, dclm ...
    PARTS = [p for p in PARTS if p.__name__ == "compare_" + os.environ["RULES_PEER"]]


def main():
    compare("edges", list(edge_texts()))
    compare("random", random_texts(600))
    compare("lines", list(dclm_texts(400)))
    pages = DATA + "/html/wcxb-dev.tar.zst"
    if os.path.exists(pages):
        docs = documents(run("html", pages))
        compare("pages", [d["text"] for d in docs if d["id"].endswith(".html")])
    else:
        skip("pages", "no data")


main()
done()
