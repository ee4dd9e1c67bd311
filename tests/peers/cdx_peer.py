#!/usr/bin/env python3
# venv: web
"""warc --cdx against cdxj-indexer: the same lines for every real archive that both can read, and the
same keys for 20,000 addresses, real ones with bytes of path and query changed at random."""
import glob
import io
import os
import random
import re
import subprocess
import sys

import surt
from tap import DATA, TOKMILL, check, done, skip
from warcio.warcwriter import WARCWriter

FIRST = [
    "http://www.Example.com:80/a/../B/?y=2&x=1#top", "https://u:p@www2.x.org:8080//a//b/./c/../d/",
    "http://x.org/?sid=0123456789abcdef0123456789ABCDEF&b=1", "http://3232235777/", "http://x.org/?",
    "http://x.org/a?jsessionid=0123456789abcdef0123456789ABCDEF", "http://a..b.com./%2541%20b?c=%23",
    "http://x.org/?ASPSESSIONIDabcdefgh=abcdefghijklmnopqrstuvwx&z", "http://http/https://x.com/a",
    "http://x.org/?cfid=1&cftoken=2&q", "http://x.org/a?b&a=&b=2&b", "ftp://f.org:21/X",
    "http://x.org/a/b/..", "http://x.org/../a", "http://x.org/a/b/.", "http://x.org/a?b=%C3%A9%ff"]
ALPHABET = "/?&=.%:@aBwW2-+;~,"


def addresses(n):
    chance = random.Random(5)
    given = list(FIRST)
    while len(given) < n:
        url = chance.choice(FIRST)
        head, path = re.match(r"([a-z]+://[^/]*)(.*)", url).groups()
        s = list(path)
        for _ in range(chance.randint(1, 6)):
            at = chance.randint(1, len(s)) if s else 0
            s[at:at + chance.randint(0, 1)] = chance.choice(ALPHABET)
        given.append(head + "".join(s))
    return given


def lines(*command):
    p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return p.returncode, p.stdout.decode().splitlines()


def keys():
    given = addresses(20000)
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False)
    for url in given:
        writer.write_record(writer.create_warc_record(url, "resource", payload=io.BytesIO(b"x"),
                                                      warc_content_type="text/plain"))
    with open("urls.warc", "wb") as f:
        f.write(out.getvalue())
    ours = [s.split(" ")[0] for s in lines(TOKMILL, "warc", "--cdx", "urls.warc")[1]]
    wrong = [f"{u}\n  {o}\n  {surt.surt(u)}" for u, o in zip(given, ours) if o != surt.surt(u)]
    check(len(ours) == len(given) and not wrong, f"{len(given)} keys", "\n".join(wrong[:4]))


def archives():
    indexer = os.path.join(os.path.dirname(sys.executable), "cdxj-indexer")
    same = 0
    for path in sorted(glob.glob(f"{DATA}/warc/*.gz")):
        failed, want = lines(indexer, path)
        if failed or "clipped" in path or "space" in path:
            continue                    # it gives up, reads what is damaged, or mends the address
        _, got = lines(TOKMILL, "warc", "--cdx", path)
        same += check(got == want, os.path.basename(path), "\n".join(got[:2] + want[:2]))
    check(same >= 8, f"{same} archives")


keys()
if os.path.isdir(f"{DATA}/warc"):
    archives()
else:
    skip("archives", "no data")
done()
