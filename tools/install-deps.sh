#!/bin/sh
# Installs what building and testing tokmill needs, where apt-get is; elsewhere says what is missing.
# Usage: tools/install-deps.sh [build|test|demo]...   (default: build test)
set -eu
build="make gcc g++ libzstd-dev libpcre2-dev libutf8proc-dev libxxhash-dev libarchive-dev
libdeflate-dev zlib1g-dev libbz2-dev liblzma-dev libexpat1-dev libcld2-dev libuchardet-dev pkg-config"
test="libcmocka-dev perl jq zstd xz-utils bzip2"
demo="debian-handbook wget busybox zstd jq"

wanted=""
[ $# -gt 0 ] || set -- build test
for set in "$@"; do
    case $set in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    demo) wanted="$wanted $demo" ;;
    *) echo "usage: $0 [build|test|demo]..." >&2; exit 2 ;;
    esac
done

if ! command -v dpkg-query >/dev/null 2>&1; then
    for tool in make cc c++; do
        command -v "$tool" >/dev/null 2>&1 || {
            echo "$0: no Debian or Ubuntu here; install the equivalents of:" $wanted >&2
            exit 3
        }
    done
    exit 0
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
$sudo apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
