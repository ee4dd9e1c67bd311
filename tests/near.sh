# shellcheck shell=sh
# near.sh - documents with near-duplicates, and the parts of dedup-near by ranks. Sourced by tests.

# near_docs N: families of variants, chains, a template, heavy equal runs, made of 26 letters.
near_docs() {
    awk -v n="$1" 'function rnd() { s = (s * 16807) % 2147483647; return s }
    function word(  w, v, k) { v = int(rnd() / 64); w = ""; for (k = 0; k < 4; k++) { w = w sprintf("%c", 97 + v % 26); v = int(v / 26) } return w }
    function vary(t, rate,  n, p, k, o) { n = split(t, p, " "); o = ""
        for (k = 1; k <= n; k++) o = o (k > 1 ? " " : "") (rnd() % rate ? p[k] : word()); return o }
    function fresh(n,  k, o) { o = word(); for (k = 1; k < n; k++) o = o " " word(); return o }
    BEGIN { s = 7; template = fresh(80); equal = fresh(50)
        for (i = 0; i < n; i++) {
            k = i % 8
            if (k == 0) t = equal
            else if (k == 1) t = template " " fresh(6 + i % 24)
            else if (k < 5 && i > n / 10) t = vary(old[i - 8], 30 + i % 80)
            else t = fresh(20 + rnd() % 150)
            old[i] = t
            printf "{\"id\":\"d%05d\",\"text\":\"%s\"}\n", (i * 7919) % 99991, t
        } }'
}

# near_units: seven inputs of 2000 documents, their plan, and `whole/`, what dedup-near OPTION... makes of it
near_units() {
    near_docs 2000 > all.jsonl
    split -l 300 -d -a 1 --additional-suffix=.jsonl all.jsonl in-
    "$TOKMILL" plan --unit-size 1 in-*.jsonl -o plan.json
    rm -rf whole
    "$TOKMILL" -q dedup-near "$@" --plan plan.json -o whole/
}

# by_ranks N STAGE...: one process after another; the first failure is the status
by_ranks() {
    ranks=$1
    shift
    for r in $(seq 0 $((ranks - 1))); do "$TOKMILL" -q "$@" --rank "$r" --world "$ranks" || return; done
}

# near_parts N OUT: all parts with N ranks. Options of each: sign, match, cluster, sets, verify, apply.
# shellcheck disable=SC2086,SC2154
near_parts() {
    by_ranks "$1" minhash-sign ${sign-} --plan plan.json -o "$2/sign/" &&
        by_ranks "$1" minhash-match ${match-} "$2/sign" -o "$2/match/" &&
        by_ranks "$1" minhash-cluster ${cluster-} "$2/match" -o "$2/clusters/" &&
        by_ranks "$1" minhash-sets ${sets-} --clusters "$2/clusters" --plan plan.json -o "$2/sets/" &&
        by_ranks "$1" minhash-verify ${verify-} --clusters "$2/clusters" "$2/sets" -o "$2/verdicts/" &&
        by_ranks "$1" apply ${apply-} --verdicts "$2/verdicts" --plan plan.json -o "$2/unique/"
}

# same_units A B: the same documents, file by file
same_units() {
    for f in "$1"/*.zst; do cmp "$f" "$2/$(basename "$f")" || return; done
    [ "$(ls "$1")" = "$(ls "$2")" ]
}
