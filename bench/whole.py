#!/usr/bin/env python3
"""A web path: WARC to filtered JSONL by the same steps: main text, Gopher's repetition and quality
rules, C4's (without its terminal punctuation), FineWeb's."""
import os
import tempfile

from bench import BENCH, INPUTS, compare, family, have, say, table, timed, tokmill


def datatrove(path):
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.extractors import Trafilatura
    from datatrove.pipeline.filters import (C4QualityFilter, FineWebQualityFilter,
                                            GopherQualityFilter, GopherRepetitionFilter)
    from datatrove.pipeline.readers import WarcReader
    from datatrove.pipeline.writers import JsonlWriter
    with tempfile.TemporaryDirectory() as tmp:
        steps = [WarcReader(os.path.dirname(path), glob_pattern=os.path.basename(path)),
                 Trafilatura(favour_precision=True), GopherRepetitionFilter(), GopherQualityFilter(),
                 C4QualityFilter(filter_no_terminal_punct=False), FineWebQualityFilter(),
                 JsonlWriter(tmp + "/out", compression=None)]

        def work():
            stats = LocalPipelineExecutor(steps, tasks=1, logging_dir=tmp + "/log").run()
            return {"documents": sum(int(s.stats["total"].total) for s in stats.stats[-1:])}
        return timed(work, "datatrove")


def main():
    """WARC to filtered JSONL"""
    path = INPUTS + "/some.warc.gz"
    if have(path):
        rules = ["gopher-repetition", "gopher-quality", "c4-fineweb", "fineweb"]
        chain = [a for r in rules for a in ("then", "filter", "--rules", r)]
        compare("whole", "some.warc.gz", int(open(INPUTS + "/some_bytes").read()),
                ["warc", "--max-record", "256M", path, *chain, "-o", BENCH + "/whole.jsonl"],
                [("datatrove", "filter", (path,))])
    steps_behind()


def steps_behind():
    """what language and filters cost behind extraction"""
    path = INPUTS + "/some.warc.gz"
    if not have(path):
        return
    read = ["warc", "--max-record", "256M", path]
    rules = ["gopher-repetition", "gopher-quality", "c4-fineweb", "fineweb"]
    chain = ["then", "lang", "--keep", "en", *[a for r in rules for a in ("then", "filter", "--rules", r)]]
    out = ["-o", BENCH + "/whole.jsonl"]

    say("  whole some.warc.gz: extraction, language, filters beside extraction alone; 1 thread")

    def kept(stages):
        return {"documents": stages[-1]["out"]["docs"]}
    table("whole", "some.warc.gz, extraction alone and with language and filters",
          int(open(INPUTS + "/some_bytes").read()),
          [("tokmill", lambda: tokmill([*read, *chain, *out], 1, kept)),
           ("extraction alone", lambda: tokmill([*read, *out], 1, kept))])


family(main, {"datatrove": datatrove})
