#!/bin/sh
# Installs what building and testing tokmill needs, where apt-get is; elsewhere says what is missing.
# Usage: tools/install-deps.sh [build|test|lint|demo|crawl|slurm|python]...   (default: build test)
set -eu
build="make gcc g++ libzstd-dev libpcre2-dev libutf8proc-dev libxxhash-dev libarchive-dev
libdeflate-dev zlib1g-dev liblz4-dev libbz2-dev liblzma-dev libexpat1-dev libcld2-dev libuchardet-dev libbrotli-dev nettle-dev libpsl-dev pkg-config"
test="libcmocka-dev libdivsufsort-dev perl jq zstd lz4 xz-utils bzip2 fasttext"
demo="jq zstd xz-utils bzip2"
crawl="debian-handbook wget busybox"
lint="universal-ctags shellcheck"
python="python3 python3-numpy python3-zstandard"
slurm="slurmctld slurmd slurm-client munge"

wanted=""
[ $# -gt 0 ] || set -- build test
for set in "$@"; do
    case $set in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    demo) wanted="$wanted $demo" ;;
    crawl) wanted="$wanted $crawl" ;;
    lint) wanted="$wanted $lint" ;;
    slurm) wanted="$wanted $slurm" ;;
    python) wanted="$wanted $python" ;;
    *) echo "usage: $0 [build|test|lint|demo|crawl|slurm|python]..." >&2; exit 2 ;;
    esac
done

# Where there is no dpkg: is what the package holds there? A library is looked for by its header.
there() {
    case $1 in
    lib*-dev | zlib1g-dev) ;;
    python3-*) python3 -c "import ${1#python3-}" 2>/dev/null; return ;;
    debian-handbook) [ -d /usr/share/doc/debian-handbook/html ]; return ;;
    *) command -v "$(echo "$1" | sed 's/^gcc$/cc/; s/^g++$/c++/; s/-utils$//; s/^slurm-client$/sbatch/
            s/^munge$/munged/')" >/dev/null 2>&1; return ;;
    esac
    case $1 in
    libzstd-dev) header=zstd.h ;;       liblz4-dev) header=lz4frame.h ;;
    libpcre2-dev) header=pcre2.h ;;
    libutf8proc-dev) header=utf8proc.h ;;   libxxhash-dev) header=xxhash.h ;;
    libarchive-dev) header=archive.h ;; libdeflate-dev) header=libdeflate.h ;;
    zlib1g-dev) header=zlib.h ;;        libbz2-dev) header=bzlib.h ;;
    liblzma-dev) header=lzma.h ;;       libexpat1-dev) header=expat.h ;;
    libcld2-dev) header=cld2/public/compact_lang_det.h ;;
    libuchardet-dev) header=uchardet/uchardet.h ;;
    libdivsufsort-dev) header=divsufsort.h ;;
    libcmocka-dev) printf '#include <stdarg.h>\n#include <stddef.h>\n#include <setjmp.h>\n#include <stdint.h>
#include <cmocka.h>\n' | cc -E -xc - >/dev/null 2>&1; return ;;
    *) return 1 ;;
    esac
    printf '#define PCRE2_CODE_UNIT_WIDTH 8\n#include <%s>\n' "$header" |
        c++ -E -xc++ - >/dev/null 2>&1
}

if ! command -v dpkg-query >/dev/null 2>&1; then
    missing=""
    for p in $wanted; do
        case $missing in *" $p "*) ;; *) there "$p" || missing="$missing $p " ;; esac
    done
    [ -n "$missing" ] || exit 0
    echo "$0: no Debian or Ubuntu here; missing is what these packages hold there:$missing" >&2
    exit 3
fi

missing=""
for p in $wanted; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

sudo=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "$0: not root and no sudo; install:$missing" >&2
        exit 3
    }
    sudo=sudo
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq </dev/null >&2
# shellcheck disable=SC2086
$sudo apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $missing </dev/null >/dev/null
