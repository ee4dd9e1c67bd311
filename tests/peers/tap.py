"""TAP for tests that hold tokmill against peers: check, skip, done; run starts tokmill."""
import json
import os
import subprocess
import sys

TOKMILL = os.environ["TOKMILL"]
DATA = os.environ.get("TOKMILL_DATA", "/nonexistent")
_count = 0
_failed = False


def check(good, name, note=""):
    global _count, _failed
    _count += 1
    print(("ok" if good else "not ok"), _count, "-", name, flush=True)
    if not good:
        _failed = True
        for line in str(note).splitlines()[:12]:
            print("#", line[:400], flush=True)
    return good


def skip(name, why, kind="data"):
    global _count
    if kind in os.environ.get("REQUIRE", "").split(","):
        check(False, name, "required, but: " + why)
        return
    _count += 1
    print("ok", _count, "-", name, "# SKIP", why, flush=True)


def done():
    print(f"1..{_count}", flush=True)
    sys.exit(_failed)


def run(*args, stdin=b"", status=0):
    """Output of tokmill ARGS; any other exit status is an error."""
    p = subprocess.run([TOKMILL, *args], input=stdin, stdout=subprocess.PIPE)
    if p.returncode != status:
        raise RuntimeError(f"tokmill {' '.join(args)}: status {p.returncode}")
    return p.stdout


def documents(lines):
    return [json.loads(line) for line in lines.splitlines()]


def jsonl(docs):
    return b"".join(json.dumps(d, ensure_ascii=False).encode() + b"\n" for d in docs)
