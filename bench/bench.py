"""Runs tokmill and its peers on one input, one after the other, and writes down what it took.

A family is a file beside this one: it names inputs and calls compare() with a command line for
tokmill and with peers. A peer is a function of its own file; it runs in a process of its own, with
the Python of its environment, and measures itself with timed(). README.md says what figures mean.
"""
import importlib.metadata
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BENCH = ROOT + "/build/bench"
INPUTS = BENCH + "/inputs"
TOKMILL = ROOT + "/build/tokmill"
TOOL = ROOT + "/build/bench-"       # a program of ours, bench/NAME.c
DATA = os.environ.get("TOKMILL_DATA", ROOT + "/../shared/data")
MODELS = DATA + "/tokenizers/models/"
RUNS, ENOUGH = 3, 30    # runs of a measurement, unless they have taken this many seconds


# ---- inputs

def say(text):
    print(text, flush=True)


def have(*paths):
    missing = [p for p in paths if not os.path.exists(p)]
    if missing:
        say(f"  skipped: no {', '.join(missing)}")
    return not missing


def head(name, megabytes):
    """The first documents of an input, of this many MB of JSON; a path."""
    source, path = f"{INPUTS}/{name}.jsonl", f"{INPUTS}/{name}-{megabytes}.jsonl"
    if not os.path.exists(path):
        with open(source, "rb") as f, open(path + ".part", "wb") as out:
            left = megabytes * 1_000_000
            for line in f:
                left -= len(line)
                if left < 0:
                    break
                out.write(line)
        os.rename(path + ".part", path)
    return path


def text_bytes(path):
    with open(path, "rb") as f:
        return sum(len(json.loads(line)["text"].encode()) for line in f)


def texts(path):
    with open(path, "rb") as f:
        return [json.loads(line)["text"] for line in f]


# ---- peers' side

def timed(work, version):
    """Runs work(); what it returns (counts, for comparison) is the result."""
    wall, before = time.perf_counter(), os.times()
    result = work()
    wall, after = time.perf_counter() - wall, os.times()
    cpu = sum(after[:4]) - sum(before[:4])      # with those children that have ended
    return {"version": importlib.metadata.version(version), "wall": wall, "cpu": cpu,
            "result": result}


def family(main, peers):
    """The end of a family's file: the driver, or one of its peers in its own process."""
    if sys.argv[1:2] == ["peer"]:
        os.dup2(2, 1), print(json.dumps(peers[sys.argv[2]](*sys.argv[3:])), file=REPORT)
        return
    say(f"\n{os.path.basename(sys.argv[0]).removesuffix('.py')}: {main.__doc__.splitlines()[0]}")
    main()


if sys.argv[1:2] == ["peer"]:    # peers print as they like: the report goes where stdout was
    REPORT = os.fdopen(os.dup(1), "w")


# ---- the driver's side

def run(argv, threads):
    """Output, wall and CPU seconds, peak memory of a process; it must succeed."""
    env = dict(os.environ, RAYON_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads),
               TOKENIZERS_PARALLELISM="true" if threads > 1 else "false")
    start = time.perf_counter()
    p = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=BENCH)
    out, err = p.stdout.read(), p.stderr.read()
    _, status, used = os.wait4(p.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise RuntimeError(f"{' '.join(argv)}: status {status}\n{err.decode(errors='replace')[-2000:]}")
    return out, {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "rss": used.ru_maxrss * 1024}


def has_stage(name):
    return not subprocess.run([TOKMILL, name, "--help"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode


def tokmill(args, threads, result):
    """One run of tokmill; its result are the numbers in its statistics that `result` picks."""
    stats = BENCH + "/stats.json"
    _, used = run([TOKMILL, f"-j{threads}", "--stats", stats, *args], threads)
    stages = json.load(open(stats))["stages"]
    version = subprocess.run([TOKMILL, "--version"], stdout=subprocess.PIPE, text=True).stdout
    return dict(used, version=version.split()[1], result=result(stages))


def peer(name, venv, args, threads):
    path = subprocess.run([ROOT + "/tests/peers/venv.sh", venv], stdout=subprocess.PIPE, text=True)
    if path.returncode:
        raise RuntimeError(f"no environment {venv}")
    out, used = run([path.stdout.strip() + "/bin/python", os.path.abspath(sys.argv[0]), "peer", name,
                     *map(str, args)], threads)
    return dict(json.loads(out), rss=used["rss"])


def rounds(task, input_name, n_bytes, ours, peers, threads=1, apart=(), once=(), wall=False):
    """Measures ours, a list of (name, function), and the peers in turn, RUNS times, and takes the
    best of each, so that a busy machine disturbs all alike; `once`: these are slow and run in the
    first round. The result's "ids", or else "tokens", must be equal but for those `apart`. "warm":
    CPU seconds of a second pass. CPU time counts unless `wall`."""
    systems = ours + [(n, lambda n=n, v=v, a=a: peer(n, v, a, threads)) for n, v, a in peers]
    say(f"  {task} {input_name}, {n_bytes / 1e6:.1f} MB, {threads} thread{'s' * (threads > 1)}")
    best, first = {}, None
    for i in range(RUNS):
        for name, measure in systems:
            if i and (name in once or name not in best):
                continue
            try:
                m = measure()
            except (RuntimeError, OSError, ValueError) as e:
                say(f"    {name}: not measured: {e}")
                continue
            m["seconds"] = m["wall" if wall else "cpu"]
            if name not in best or m["seconds"] < best[name]["seconds"]:
                best[name] = dict(m, warm=min(m["warm"], best.get(name, m)["warm"]))
    for name, m in best.items():
        write(task, input_name, name, threads, n_bytes, dict(m, result=dict(m["result"], warm=m["warm"])))
        first = first or m
        key = "ids" if "ids" in m["result"] and "ids" in first["result"] else "tokens"
        note = "" if name in apart or m["result"][key] == first["result"][key] else "OTHER IDS"
        warm = "" if wall else f"(warm {n_bytes / 1e6 / m['warm']:.0f})"
        say(f"    {name + ' ' + m['version']:24} {n_bytes / 1e6 / m['seconds']:8.1f} MB/s {warm:12} "
            f"x {m['seconds'] / first['seconds']:<6.2f} {m['rss'] / 2**20:6.0f} MiB "
            f"{m['result']['tokens']:>10} {note}")


def median(measure, threads):
    """The run in the middle. One thread: CPU seconds, which a busy machine changes little; more
    threads: wall seconds."""
    runs, spent = [], 0
    while len(runs) < RUNS and spent < ENOUGH:
        start = time.perf_counter()
        runs.append(measure())
        spent += time.perf_counter() - start
    for r in runs:
        r["seconds"] = r["cpu" if threads == 1 else "wall"]
    return sorted(runs, key=lambda r: r["seconds"])[(len(runs) - 1) // 2]


def compare(task, input_name, n_bytes, ours, peers, threads=1,
            result=lambda stages: {"documents": stages[-1]["out"]["docs"]}, same=()):
    """Measures tokmill with the arguments `ours` and every (name, environment, arguments) of peers.
    `same`: members of the result that must be equal; where they are not, it is said."""
    say(f"  {task} {input_name}, {n_bytes / 1e6:.1f} MB, {threads} thread{'s' * (threads > 1)}")
    systems = []
    missing = [s for i, s in enumerate(ours) if (not i or ours[i - 1] == "then") and not has_stage(s)]
    if missing:
        say(f"    tokmill: not measured: there is no stage {missing[0]}")
    else:
        systems.append(("tokmill", lambda: tokmill(ours, threads, result)))
    for name, venv, args in peers:
        systems.append((name, lambda name=name, venv=venv, args=args: peer(name, venv, args, threads)))
    table(task, input_name, n_bytes, systems, threads, same)


def table(task, input_name, n_bytes, systems, threads=1, same=()):
    """Measures each of (name, function) and prints a line; ratios are to the first that there is."""
    first = None
    for name, measure in systems:
        try:
            m = median(measure, threads)
        except (RuntimeError, OSError, ValueError) as e:
            say(f"    {name}: not measured: {e}")
            continue
        write(task, input_name, name, threads, n_bytes, m)
        ratio = f"x {m['seconds'] / first['seconds']:.2f}" if first else ""
        say(f"    {name + ' ' + m['version']:34} {n_bytes / 1e6 / m['seconds']:9.1f} MB/s  {ratio:8} "
            f"{m['rss'] / 2**20:7.0f} MiB  {show(m['result'])}")
        if not first and name.startswith("tokmill"):
            first = m
        for key in same:
            if first and m["result"].get(key) != first["result"].get(key):
                say(f"    {name}: ANOTHER RESULT: {key}")


def show(result):
    return " ".join(f"{k}={v:.3f}" if isinstance(v, float) else f"{k}={v}" for k, v in result.items())


def write(task, input_name, system, threads, n_bytes, m):
    with open(BENCH + "/results.jsonl", "a") as f:
        f.write(json.dumps({"task": task, "input": input_name, "system": system,
                            "version": m["version"], "threads": threads, "bytes": n_bytes,
                            "seconds": round(m["seconds"], 6), "rss_bytes": m["rss"],
                            "result": m["result"]}) + "\n")
