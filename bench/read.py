#!/usr/bin/env python3
"""Reading WARC records. Peers read every record's body and drop it; tokmill makes documents of them,
of the texts of a WET file and of the pages' HTML as they are (--mode source), or an index (--cdx)."""
from bench import INPUTS, compare, family, have, timed


def warcio(path):
    from warcio.archiveiterator import ArchiveIterator

    def work():
        n = size = 0
        with open(path, "rb") as f:
            for record in ArchiveIterator(f):
                size += len(record.content_stream().read())
                n += 1
        return {"documents": n, "body_bytes": size}
    return timed(work, "warcio")


def fastwarc(path):
    from fastwarc.warc import ArchiveIterator

    def work():
        n = size = 0
        with open(path, "rb") as f:
            for record in ArchiveIterator(f):
                size += len(record.reader.read())
                n += 1
        return {"documents": n, "body_bytes": size}
    return timed(work, "fastwarc")


def main():
    """records of web archives, one gzip member each"""
    for name, n in ("text.wet.gz", "wet_bytes"), ("all.warc.gz", "html_bytes"):
        path = f"{INPUTS}/{name}"
        if have(path):
            size = int(open(f"{INPUTS}/{n}").read())
            compare("read", name, size, ["warc", "--mode", "source", path, "-o", "/dev/null"],
                    [("fastwarc", "web", (path,)), ("warcio", "web", (path,))])
            compare("read", f"{name}, index only", size, ["warc", "--cdx", path, "-o", "/dev/null"],
                    [("fastwarc", "web", (path,))])


family(main, {"warcio": warcio, "fastwarc": fastwarc})
