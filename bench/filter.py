#!/usr/bin/env python3
"""Quality rules. Peers have documents in memory; tokmill reads and writes JSONL."""
from bench import compare, family, head, text_bytes, texts, timed

RULES = {"gopher-quality": "GopherQualityFilter", "gopher-repetition": "GopherRepetitionFilter",
         "c4": "C4QualityFilter", "fineweb": "FineWebQualityFilter"}


def datatrove(path, rules):
    import datatrove.pipeline.filters as filters
    from datatrove.data import Document
    rule = getattr(filters, RULES[rules])()
    docs = [Document(text=t, id=str(i)) for i, t in enumerate(texts(path))]
    rule.filter(Document(text="It loads its models at its first document.", id=""))
    return timed(lambda: {"documents": sum(rule.filter(d) is True for d in docs)}, "datatrove")


def main():
    """quality rules, English"""
    path = head("en", 5)
    n = text_bytes(path)
    for rules in RULES:
        compare("filter", f"en {rules}", n, ["filter", "--rules", rules, path, "-o", "/dev/null"],
                [("datatrove", "filter", (path, rules))], same=["documents"])


family(main, {"datatrove": datatrove})
