#!/usr/bin/env python3
# venv: filter
"""filter and pii against datatrove's own classes, document by document: decision, reason, every
signal, C4's edited text, replaced addresses. On the main text of every page of the data folder, on
texts made to hit the rules' edges, and on random texts of characters that tokenizers care about."""
import random

from datatrove.data import Document
from datatrove.pipeline.filters import (C4QualityFilter, FineWebQualityFilter, GopherQualityFilter,
                                        GopherRepetitionFilter, URLFilter)
from datatrove.pipeline.filters.gopher_quality_filter import STOP_WORDS
from datatrove.pipeline.filters.gopher_repetition_filter import (find_all_duplicate, find_duplicates,
                                                                 find_top_duplicate, get_n_grams)
from datatrove.pipeline.formatters.pii import PIIFormatter
from datatrove.utils._import_utils import ASSETS_PATH
from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION, split_into_words
from datatrove.utils.word_tokenizers import load_word_tokenizer

from tldextract import TLDExtract

from tap import DATA, check, documents, done, jsonl, run, skip
from texts import edge_texts, random_texts

FILTERS = {"gopher-quality": GopherQualityFilter(), "gopher-repetition": GopherRepetitionFilter(),
           "c4": C4QualityFilter(), "fineweb": FineWebQualityFilter(),
           "c4-fineweb": C4QualityFilter(filter_no_terminal_punct=False)}

def decision(filter, text):
    doc = Document(text=text, id="")
    try:
        result = filter.filter(doc)
    except ZeroDivisionError:
        return "division by zero", None
    return (None, doc.text) if result is True else (result[1], None)


def ours(rules, docs):
    """Reason, or None and the text, of each document."""
    open("in.jsonl", "wb").write(jsonl(docs))
    kept = documents(run("filter", "--rules", rules, "in.jsonl", "--rejects", "rejects.jsonl"))
    dropped = documents(open("rejects.jsonl", "rb").read())
    out = {d["id"]: (None, d["text"]) for d in kept}
    out.update({d["id"]: (d["_drop"]["rule"], None) for d in dropped})
    return [out[d["id"]] for d in docs]


def share(a, b):
    return a / b if b else 0


def signals(text):
    """The values that datatrove's rules compare, by its own functions."""
    words = split_into_words(text)
    solid = [w for w in words if any(c not in PUNCTUATION_SET for c in w)]
    lines = text.splitlines()
    full = [line for line in text.split("\n") if line.strip()]
    paragraphs = FILTERS["gopher-repetition"].paragraph_exp.split(text.strip())
    rows = FILTERS["gopher-repetition"]._line_splitter.split(text)
    v = {
        "dt_solid_words": len(solid),
        "dt_word_length": share(sum(map(len, solid)), len(solid)),
        "dt_hashes": share(text.count("#"), len(words)),
        "dt_ellipses": share(text.count("...") + text.count("…"), len(words)),
        "dt_bullet_lines": share(sum(s.lstrip().startswith(("•", "-")) for s in lines), len(lines)),
        "dt_ellipsis_lines": share(sum(s.rstrip().endswith(("...", "…")) for s in lines), len(lines)),
        "dt_letter_words": share(sum(any(c.isalpha() for c in w) for w in words), len(words)),
        "dt_stop_words": len(set(STOP_WORDS) & set(words)),
        "chars": len(text),
        "dt_dup_paragraphs": share(find_duplicates(paragraphs)[0], len(paragraphs)),
        "dt_dup_paragraph_chars": share(find_duplicates(paragraphs)[1], len(text)),
        "dt_dup_lines": share(find_duplicates(rows)[0], len(rows)),
        "dt_dup_line_chars": share(find_duplicates(rows)[1], len(text)),
        "dt_full_lines": len(full),
        "dt_terminal_lines": share(sum(s.endswith(tuple(TERMINAL_PUNCTUATION)) for s in full), len(full)),
        "dt_short_lines": share(sum(len(s) <= 30 for s in full), len(full)),
        "dt_dup_full_line_chars": share(find_duplicates(full)[1], len(text.replace("\n", ""))),
        "dt_newlines": share(text.count("\n"), len(words)),
    }
    for n in 2, 3, 4:
        grams = get_n_grams(words, n)
        v[f"dt_top_{n}gram"] = share(find_top_duplicate(grams) if grams else 0, len(text))
    for n in range(5, 11):
        v[f"dt_dup_{n}gram"] = share(find_all_duplicate(words, n), len(text))
    return v


def differences(docs, get_ours, get_theirs):
    bad = []
    for doc, a, b in zip(docs, get_ours, get_theirs):
        if a != b:
            bad.append(f"{doc['id']} {doc['text'][:60]!r}: {str(a)[:120]!r}, datatrove {str(b)[:120]!r}")
    return bad


def compare_decisions(what, docs):
    for name, filter in FILTERS.items():
        theirs = [decision(filter, d["text"]) for d in docs]
        mine = ours(name, docs)
        pairs = [(d, a, b) for d, a, b in zip(docs, mine, theirs) if b[0] != "division by zero"]
        bad = differences(*(zip(*pairs) if pairs else ([], [], [])))
        drops = sum(a[0] is not None for a in mine)
        check(not bad, f"{what}: {name}, {len(pairs)} documents, {drops} dropped, "
                       f"{len(bad)} decided otherwise", "\n".join(bad))


def compare_signals(what, docs):
    open("in.jsonl", "wb").write(jsonl(docs))
    sets = [a for r in ("gopher-quality", "gopher-repetition", "fineweb") for a in ("--rules", r)]
    bad, n = [], 0
    for doc, got in zip(docs, documents(run("filter", "--annotate", *sets, "in.jsonl"))):
        notes = got["metadata"]["tokmill"]["filter"]
        for name, value in signals(doc["text"]).items():
            n += 1
            if abs(notes[name] - value) > 1e-9:
                bad.append(f"{doc['id']} {name}: {notes[name]}, datatrove {value}")
    check(not bad, f"{what}: {n} values of signals, {len(bad)} differ", "\n".join(bad))


def compare_pii(what, docs):
    open("in.jsonl", "wb").write(jsonl(docs))
    theirs = PIIFormatter(email_replacement="<E>", ip_replacement="<4>")
    got = [d["text"] for d in documents(run("pii", "--kinds", "email,ipv4", "--email-as", "<E>",
                                            "--ipv4-as", "<4>", "in.jsonl"))]
    bad = differences(docs, got, (theirs.format(d["text"]) for d in docs))
    check(not bad, f"{what}: pii, {len(docs)} documents, {len(bad)} replaced otherwise", "\n".join(bad))


def random_urls(n):
    rng = random.Random(11)
    words = "adult Adult sex Sex shop news soft2 soft3 SOFT2 xxx casino abc poker 24 a b".split()
    hosts = """example.com www.example.com deep.sub.example.com example.co.uk shop.example.co.uk
        foo.blogspot.com blogspot.com x.unknowntld localhost user:pw@example.org:8080 city.kawasaki.jp
        www.ck foo.ck a.b.foo.ck news.site""".split()
    return [rng.choice(["http://", "https://", "//", "ftp://"]) + rng.choice(hosts) +
            "".join(rng.choice("/-_.?=&%") + rng.choice(words) for _ in range(rng.randrange(6)))
            for _ in range(n)]


def compare_urls():
    """Lists are ours; datatrove's own can be given to `url` as files. Hosts in small letters,
    and none that is a public suffix or an IP number: datatrove compares capitals as they are
    spelled and gives such hosts no name."""
    lists = {"domains": ["example.co.uk", "www.example.com", "blogspot.com", "b.foo.ck"],
             "urls": ["http://news.site/abc", "https://news.site"], "words": ["adult", "casi-no"],
             "soft-words": ["sex", "Soft2", "soft3"], "subwords": ["pok-er", "bsh", "4b"]}
    theirs = URLFilter(extra_domains=lists["domains"], extra_urls=lists["urls"],
                       banned_words=lists["words"], soft_banned_words=lists["soft-words"],
                       banned_subwords=lists["subwords"], use_integrated_lists=False)
    theirs.tldextractor = TLDExtract(suffix_list_urls=())       # the list it brings along
    args = []
    for name, lines in lists.items():
        open(name, "w").write("\n".join(lines) + "\n")
        args += ["--" + name, name]
    docs = [{"id": f"{i}", "text": "", "metadata": {"url": u}} for i, u in enumerate(random_urls(20000))]
    open("in.jsonl", "wb").write(jsonl(docs))
    got = {d["id"]: None for d in documents(run("url", *args, "in.jsonl", "--rejects", "rejects.jsonl"))}
    got.update({d["id"]: d["_drop"]["rule"] for d in documents(open("rejects.jsonl", "rb").read())})
    bad = []
    for d in docs:
        result = theirs.filter(Document(text="", id="", metadata=d["metadata"]))
        want = None if result is True else result[1]
        if got[d["id"]] != want:
            bad.append(f"{d['metadata']['url']}: {got[d['id']]}, datatrove {want}")
    reasons = sorted({r for r in got.values() if r})
    check(not bad and len(reasons) == 6, f"url: {len(docs)} addresses, {len(bad)} judged otherwise",
          "\n".join([str(reasons)] + bad))


def compare_own_lists():
    """The lists that datatrove brings along, four million domains, on addresses made of them."""
    theirs = URLFilter()
    theirs.tldextractor = TLDExtract(suffix_list_urls=())
    theirs.download_data()
    rng = random.Random(13)
    domains = rng.sample(sorted(theirs.block_listed_domains), 4000)
    words = sorted(theirs.banned_words | theirs.soft_banned_words | theirs.banned_subwords)
    urls = sorted(theirs.block_listed_url)[::7] + ["http://" + d + "/" for d in domains]
    urls += ["https://www." + d + "/a" for d in domains] + ["http://x.y." + d for d in domains]
    urls += ["http://news.example/" + "-".join(rng.choice(words + ["a", "the", "B"]) for _ in range(rng.randrange(4)))
             for _ in range(8000)]
    docs = [{"id": f"{i}", "text": "", "metadata": {"url": u}} for i, u in enumerate(urls)]
    open("in.jsonl", "wb").write(jsonl(docs))
    args = ["--lists", ASSETS_PATH + "/url_filterblacklistsv0_3_0.tar.gz"]
    for option, name in ("words", "banned_words"), ("soft-words", "soft_banned_words"), ("subwords", "banned_subwords"):
        args += ["--" + option, f"{ASSETS_PATH}/{name}.txt"]
    got = {d["id"]: None for d in documents(run("url", *args, "in.jsonl", "--rejects", "rejects.jsonl"))}
    got.update({d["id"]: d["_drop"]["rule"] for d in documents(open("rejects.jsonl", "rb").read())})
    bad, odd = [], 0
    for d in docs:
        result = theirs.filter(Document(text="", id="", metadata=d["metadata"]))
        want = None if result is True else result[1]
        if got[d["id"]] != want:
            # IP numbers and public suffixes have no name there; here they are hosts
            info = theirs.tldextractor(d["metadata"]["url"])
            odd += not info.registered_domain
            if info.registered_domain:
                bad.append(f"{d['metadata']['url']}: {got[d['id']]}, datatrove {want}")
    check(not bad, f"url: datatrove's own lists, {len(docs)} addresses, {len(bad)} judged otherwise, "
                   f"{odd} of hosts without a registered domain", "\n".join(bad))


def compare(what, texts):
    docs = [{"id": f"{i}", "text": t} for i, t in enumerate(texts)]
    compare_decisions(what, docs)
    compare_signals(what, docs)
    compare_pii(what, docs)


load_word_tokenizer("en")
compare_urls()
compare_own_lists()
compare("edges", list(edge_texts()))
compare("random", random_texts(3000))
pages = DATA + "/html/wcxb-dev.tar.zst"
try:
    open(pages).close()
    docs = documents(run("html", pages))
    compare("pages", [d["text"] for d in docs if d["id"].endswith(".html")])
except FileNotFoundError:
    skip("pages", "no data")
done()
