"""Real lines in many scripts, from Debian packages: the handbook in all its languages, and the names
of countries, languages and currencies in all of iso-codes'."""
import gettext
import glob
import html
import os
import random
import re

CATALOGUES = ("iso_639-2", "iso_3166-1", "iso_3166-2", "iso_4217", "iso_15924")


def names(folder):
    """Translated names of one locale, in lines of 1 to 20."""
    out = []
    for c in CATALOGUES:
        path = f"{folder}/{c}.mo"
        if os.path.exists(path):
            with open(path, "rb") as f:
                known = gettext.GNUTranslations(f)._catalog
            out += [v for k, v in known.items() if k and isinstance(v, str) and "\n" not in v]
    random.shuffle(out)
    while out:
        n = random.choice([1, 2, 3, 5, 8, 20])
        yield " ".join(out[:n])
        out = out[n:]


def paragraphs(folder):
    for path in sorted(glob.glob(folder + "/*.html"))[5:40]:
        with open(path, encoding="utf-8", errors="replace") as f:
            page = f.read()
        for m in re.findall(r'<div class="para">(.*?)</div>|<p>(.*?)</p>', page, re.S):
            text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", "".join(m)))).strip()
            if len(text) > 10:
                yield text


def real_lines():
    random.seed(1)
    out = []
    for folder in sorted(glob.glob("/usr/share/locale/*/LC_MESSAGES")):
        out += list(names(folder))[:40]
    for folder in sorted(glob.glob("/usr/share/doc/debian-handbook/html/*")):
        found = list(paragraphs(folder))
        random.shuffle(found)
        out += found[:250]
    out = [line.replace("\0", "") for line in out if line.strip()]
    random.shuffle(out)
    return out[:10000]
