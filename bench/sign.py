#!/usr/bin/env python3
"""MinHash signatures, 112 permutations of word 5-grams. Peers have texts in memory and only sign;
tokmill does all of dedup-near: it reads, signs, matches, compares texts and writes."""
import re

from bench import compare, family, head, text_bytes, texts, timed

WORD = re.compile(r"\w+")


def shingles(text):
    words = WORD.findall(text.lower())
    return [" ".join(words[i:i + 5]) for i in range(max(1, len(words) - 4))]


def rensa(path, kind="RMinHash"):
    import rensa
    make = getattr(rensa, kind)
    docs = texts(path)

    def work():
        for text in docs:
            m = make(num_perm=112, seed=1)
            m.update(shingles(text))
            m.digest()
        return {"documents": len(docs)}
    return timed(work, "rensa")


def rensa_c(path):
    return rensa(path, "CMinHash")


def rensa_core(path):
    """Its own part only: the shingles are made before the clock starts."""
    import rensa
    sets = [shingles(t) for t in texts(path)]

    def work():
        for s in sets:
            m = rensa.RMinHash(num_perm=112, seed=1)
            m.update(s)
            m.digest()
        return {"documents": len(sets)}
    return timed(work, "rensa")


def datasketch(path):
    from datasketch import MinHash
    docs = texts(path)

    def work():
        for text in docs:
            m = MinHash(num_perm=112)
            m.update_batch([s.encode() for s in shingles(text)])
        return {"documents": len(docs)}
    return timed(work, "datasketch")


def datatrove(path):
    from datatrove.data import Document
    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    signer = MinhashDedupSignature("/nonexistent", MinhashConfig(num_buckets=14, hashes_per_bucket=8))
    docs = [Document(text=t, id=str(i)) for i, t in enumerate(texts(path))]
    signer.get_shingles(docs[0].text)

    def work():
        for d in docs:
            found = signer.get_shingles(d.text)
            if found.size:
                signer.get_signature(found)
        return {"documents": len(docs)}
    return timed(work, "datatrove")


def main():
    """MinHash signatures, English"""
    path = head("en", 5)
    compare("sign", "en", text_bytes(path), ["dedup-near", path, "-o", "/dev/null"],
            [("rensa shingles given", "dedup", (path,)), ("rensa RMinHash", "dedup", (path,)),
             ("rensa CMinHash", "dedup", (path,)), ("datasketch", "dedup", (path,)),
             ("datatrove", "filter", (path,))],
            result=lambda stages: {"documents": stages[0]["in"]["docs"]})


family(main, {"rensa shingles given": rensa_core, "rensa RMinHash": rensa, "rensa CMinHash": rensa_c,
              "datasketch": datasketch, "datatrove": datatrove})
