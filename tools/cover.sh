#!/bin/sh
# The share of lines and functions that the tests run, by file: build-cover/ and a table.
set -eu
cd "$(dirname "$0")/.."
command -v gcov >/dev/null || { echo "$0: no gcov" >&2; exit 3; }
find build-cover -name '*.gcda' -delete 2>/dev/null || true
B=build-cover CFLAGS='-O0 -g --coverage' CXXFLAGS='-O0 -g --coverage' LDFLAGS=--coverage \
    NO_INSTALL=${NO_INSTALL-} tests/run.sh
find build-cover -name '*.gcda' ! -path '*/unit/*' | while read -r f; do
    gcov -n -o "$(dirname "$f")" "$f" 2>/dev/null |
        awk -v q="'" '/^File/ { gsub(q, ""); file = $2 } /^Lines/ && file !~ /^\// {
            sub(/.*:/, "", $2); split($0, w, ":"); split(w[2], v, "% of ")
            printf "%s %.1f %d\n", file, v[1], v[2]; file = "/" }'
done | sort -u >build-cover/lines
awk '{ printf "%6.1f%% of %5d  %s\n", $2, $3, $1; sum += $2 * $3 / 100; n += $3 }
    END { if (n) printf "%6.1f%% of %5d  all\n", 100 * sum / n, n }' build-cover/lines
