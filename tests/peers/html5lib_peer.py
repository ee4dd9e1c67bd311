#!/usr/bin/env python3
# venv: web
"""The tokenizer against html5lib-tests: every case of the tokenizer set that has characters in it, as a
page through `tokmill html --mode all`, must give the characters that the standard's tokenizer
gives, white space apart. The cases come with html5lib's source package on PyPI."""
import glob
import json
import os
import re
import subprocess
import sys
import tarfile

from tap import check, documents, done, run, skip

OPEN = {"Data state": "", "RCDATA state": "<textarea>", "RAWTEXT state": "<xmp>",
        "PLAINTEXT state": "<plaintext>"}
LAST = {"Data state": None, "RCDATA state": "textarea", "RAWTEXT state": "xmp",
        "PLAINTEXT state": None}
# Elements that take their text with them: a tokenizer does not know that, a reader of pages does.
TAKES_TEXT = re.compile(r"<(script|style|title|iframe|noembed|noframes|noscript|select|template|svg|"
                        r"math|head|xmp|plaintext|textarea)\b", re.I)


def fetch():
    """Folder of the cases, or None."""
    with open("constraint.txt", "w") as f:
        f.write("setuptools<75\n")          # its setup.py needs pkg_resources
    got = subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary",
                          ":all:", "html5lib==1.1"], env=dict(os.environ,
                                                              PIP_CONSTRAINT="constraint.txt"))
    if got.returncode or not glob.glob("html5lib-*.tar.gz"):
        return None
    with tarfile.open(glob.glob("html5lib-*.tar.gz")[0]) as tar:
        tar.extractall(filter="data")
    return glob.glob("html5lib-*/html5lib/tests/testdata/tokenizer")[0]


def unescape(s, double):
    return s.encode("ascii", "backslashreplace").decode("unicode_escape") if double else s


def bare(s):
    """What is compared: no white space, and no characters that text cannot hold."""
    return re.sub("[\\s\0\ufffd\ufeff\u200b]", "", s)


def cases(folder):
    """(name, page, characters) of each case."""
    for path in sorted(glob.glob(folder + "/*.test")):
        data = json.load(open(path, encoding="utf-8"))
        for test in data.get("tests", []):
            double = test.get("doubleEscaped", False)
            page = unescape(test["input"], double)
            text = "".join(unescape(t[1], double) for t in test["output"]
                           if t[0] == "Character")
            for state in test.get("initialStates", ["Data state"]):
                if state not in OPEN or TAKES_TEXT.search(page):
                    continue
                if LAST[state] not in (None, test.get("lastStartTag")):
                    continue
                try:
                    (OPEN[state] + page).encode("utf-8")
                except UnicodeEncodeError:          # a lone surrogate is no page
                    continue
                if bare(text):
                    yield "%s: %s" % (os.path.basename(path), test["description"]), \
                        OPEN[state] + page, text


folder = fetch()
if not folder:
    skip("html5lib-tests: tokenizer", "html5lib's source package cannot be had")
    done()
    sys.exit()
os.mkdir("cases")
wanted = []
for i, (name, page, text) in enumerate(cases(folder)):
    with open("cases/%05d.html" % i, "w", encoding="utf-8", newline="") as f:
        f.write(page)
    wanted.append((name, page, text))
got = {d["id"]: d["text"] for d in documents(run("html", "--mode", "all", "cases"))}
wrong = [(name, page, text, got.get("cases/%05d.html" % i))
         for i, (name, page, text) in enumerate(wanted)
         if bare(got.get("cases/%05d.html" % i, "")) != bare(text)]
for name, page, text, mine in wrong[:20]:
    print("# %s: %r should give %r, gives %r" % (name, page, text, mine))
check(len(wanted) > 2000, "%d cases" % len(wanted))
check(not wrong, "all %d cases give the same characters (%d differ)" % (len(wanted), len(wrong)))
done()
