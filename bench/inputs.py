#!/usr/bin/env python3
"""Makes the inputs of the benchmarks in build/bench/inputs, each once: real text without
repetition, from Debian packages (downloaded, not installed), and real pages from TOKMILL_DATA.

    en.jsonl     English documentation, main text of HTML pages
    code.jsonl   sources of Go, Boost, Python
    cjk.jsonl    Chinese, Japanese, Korean
    euro.jsonl   French, German, Russian, Greek, Arabic ...
    other.jsonl  Hindi, Khmer, Tamil, Telugu, Persian, Vietnamese ...
    en.txt       the text of en.jsonl, a line end after each document
    pages/       every fifth page of the labelled pages, and truth.json, their main content
    some.warc.gz those pages as a crawl; all.warc.gz all pages; text.wet.gz half of en as a WET file
    some_bytes, html_bytes, wet_bytes    bytes of payload in them

A document has about 4 KB: longer ones are cut at line ends. The pages' text is made by resiliparse
of a pinned version and not by tokmill, so that the inputs do not change with what is measured.
Runs in the environment "web".   Usage: inputs.py OUT CACHE
"""
import gzip
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from glob import glob
from io import BytesIO
from itertools import islice

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

OUT, CACHE = sys.argv[1:3]
DATA = os.environ.get("TOKMILL_DATA", "/nonexistent")
CUT, MOST = 4096, 100_000_000

HANDBOOK = "usr/share/doc/debian-handbook/html/"
SETS = {  # name: package, pattern of paths
    "en": [("linux-doc-6.1", r"\.html$"), ("python3.11-doc", r"\.html$"),
           ("openjdk-17-doc", r"\.html$"), ("debian-handbook", HANDBOOK + r"en-US/.*\.html$")],
    "code": [("golang-1.19-src", r"\.(go|s|c|h)$"), ("libboost1.74-dev", r"\.[hi]pp$"),
             ("libpython3.11-stdlib", r"\.py$"), ("libpython3.11-minimal", r"\.py$")],
    "cjk": [("debian-handbook", HANDBOOK + r"(zh|ja|ko)-.*\.html$"),
            ("manpages-zh", r"/zh_.*\.gz$"), ("manpages-ja", r"/ja/.*\.gz$")],
    "euro": [("debian-handbook", HANDBOOK + r"(fr|de|ru|el|ar|es|pl|it|pt|cs)-.*\.html$"),
             ("manpages-fr", r"\.gz$"), ("manpages-de", r"\.gz$"), ("manpages-ru", r"\.gz$")],
    "other": [("gnome-user-docs", r"/help/(as|bn|fa|gu|he|hi|kn|ml|mr|pa|ta|te|th|uk)/.*\.page$"),
              ("libreoffice-help-hi", r"\.html$"), ("libreoffice-help-km", r"\.html$"),
              ("libreoffice-help-vi", r"\.html$"), ("debian-handbook", HANDBOOK + r"(ar|fa)-.*\.html$")],
}


def package(name):
    """The folder with a package's files."""
    to = f"{CACHE}/{name}"
    if not os.path.isdir(to):
        os.makedirs(CACHE, exist_ok=True)
        subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", name],
                       cwd=CACHE, check=True)
        deb, = glob(f"{CACHE}/{name}_*.deb")
        subprocess.run(["dpkg", "-x", deb, to + ".part"], check=True)
        os.rename(to + ".part", to)
        os.remove(deb)
    return to


def text_of(path):
    raw = open(path, "rb").read()
    if path.endswith(".gz"):
        raw = gzip.decompress(raw)
    if path.endswith(".page"):      # XML of which only the tags are not text
        return html.unescape(re.sub(r"\s*<[^>]*>\s*", "\n", raw.decode("utf-8", "ignore")))
    if not path.removesuffix(".gz").endswith(".html"):
        return raw.decode("utf-8", "ignore")
    return extract_plain_text(bytes_to_str(raw, detect_encoding(raw)), main_content=True)


def pieces(text):
    at = 0
    while at < len(text):
        end = at + CUT
        if end < len(text):
            end = max(text.rfind("\n", at + 1, end), text.rfind(" ", end - 200, end)) + 1 or end
        yield text[at:end]
        at = end


def documents(sources):
    """Texts in an order that mixes the packages, none twice, MOST bytes in all."""
    files = []
    for name, pattern in sources:
        root = package(name)
        for folder, _, names in os.walk(root):
            paths = (os.path.join(folder, n) for n in names)
            files += [p for p in paths if re.search(pattern, p) and os.path.isfile(p)
                      and not os.path.islink(p)]
    files.sort(key=lambda p: hashlib.md5(os.path.relpath(p, CACHE).encode()).digest())
    seen, total = set(), 0
    for path in files:
        for i, text in enumerate(pieces(text_of(path))):
            digest = hashlib.md5(text.encode()).digest()
            if digest in seen or not text.strip():
                continue
            seen.add(digest)
            total += len(text.encode())
            if total > MOST:
                return
            yield {"id": f"{os.path.relpath(path, CACHE)}#{i}", "text": text}


def texts():
    for name, sources in SETS.items():
        if os.path.exists(f"{OUT}/{name}.jsonl"):
            continue
        with open(f"{OUT}/{name}.part", "w") as f:
            for d in documents(sources):
                f.write(json.dumps(d, ensure_ascii=False) + "\n")
        os.rename(f"{OUT}/{name}.part", f"{OUT}/{name}.jsonl")
    if not os.path.exists(f"{OUT}/en.txt"):
        with open(f"{OUT}/en.jsonl") as f, open(f"{OUT}/en.part", "w") as t:
            t.writelines(json.loads(line)["text"] + "\n" for line in f)
        os.rename(f"{OUT}/en.part", f"{OUT}/en.txt")
    if not os.path.exists(f"{OUT}/text.wet.gz"):
        with open(f"{OUT}/en.jsonl") as f:
            docs = [json.loads(line) for line in islice(f, 15000)]
        crawl("text.wet.gz", "wet_bytes", (("http://localhost/" + d["id"], d["text"].encode())
                                           for d in docs), "conversion", "text/plain")


def crawl(name, count, pages, kind="response", mime="text/html"):
    """A WARC as CommonCrawl writes it: one gzip member a record."""
    path, total = f"{OUT}/{name}", 0
    with open(path + ".part", "wb") as f:
        w = WARCWriter(f, gzip=True)
        for url, body in pages:
            total += len(body)
            head = StatusAndHeaders("200 OK", [("Content-Type", mime), ("Content-Length", str(len(body)))],
                                    protocol="HTTP/1.1") if kind == "response" else None
            warc = {"WARC-Date": "2026-01-01T00:00:00Z",
                    "WARC-Record-ID": f"<urn:uuid:{hashlib.md5(url.encode()).hexdigest()}>"}
            w.write_record(w.create_warc_record(
                url, kind, payload=BytesIO(body), length=len(body), http_headers=head,
                warc_content_type=mime if head is None else "", warc_headers_dict=warc))
    open(f"{OUT}/{count}", "w").write(str(total))
    os.rename(path + ".part", path)


def labelled_pages():
    tar = DATA + "/html/wcxb-dev.tar.zst"
    if os.path.exists(f"{OUT}/all.warc.gz"):
        return
    if not os.path.exists(tar):
        print("no labelled pages (TOKMILL_DATA): read, extract, whole will be skipped", file=sys.stderr)
        return
    shutil.rmtree(f"{OUT}/pages", ignore_errors=True)
    os.makedirs(f"{OUT}/wcxb", exist_ok=True)
    subprocess.run(["tar", "--zstd", "-xf", tar, "-C", f"{OUT}/wcxb"], check=True)
    os.makedirs(f"{OUT}/pages", exist_ok=True)
    pages, some, truth = [], [], {}
    for i, path in enumerate(sorted(glob(f"{OUT}/wcxb/dev/ground-truth/*.json"))):
        label = json.load(open(path))
        name = os.path.basename(path).replace(".json", ".html")
        pages.append((label.get("url") or f"http://localhost/{name}", open(f"{OUT}/wcxb/dev/html/{name}", "rb").read()))
        if i % 5 == 0:
            some.append(pages[-1])
            truth[name] = label["ground_truth"].get("main_content") or ""
            os.replace(f"{OUT}/wcxb/dev/html/{name}", f"{OUT}/pages/{name}")
    json.dump(truth, open(f"{OUT}/truth.json", "w"))
    crawl("some.warc.gz", "some_bytes", some)
    crawl("all.warc.gz", "html_bytes", pages)
    shutil.rmtree(f"{OUT}/wcxb")


os.makedirs(OUT, exist_ok=True)
texts()
labelled_pages()
