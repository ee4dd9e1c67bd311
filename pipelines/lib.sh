# shellcheck shell=sh disable=SC2154,SC2034,SC1091,SC2086
# lib.sh - how a recipe runs: steps, their order, what is done already. Sourced by the recipes.
#
#   recipe --each/once--> OUT/steps/NAME/ --engine--> task.sh, one process a rank --> OUT/NAME
#
# A step is one tokmill command over the files of earlier steps; its name is its output below OUT:
#
#   each NAME FROM... -- STAGE...    in parallel: units of a plan, dealt to ranks (index mod world).
#                                    Output: a folder, one file a unit, and its manifest.json.
#   all NAME FROM... -- STAGE...     one process, which has to see everything; output as of `each`
#   once NAME FROM... -- STAGE...    one process; output: a file, or a folder NAME/
#   parts NAME UNITS -- STAGE FOLDER in parallel: so many units of the stage's own, dealt to ranks
#   near NAME FROM... -- OPTIONS     dedup-near by its parts (minhash-sign(1)), steps NAME-sign and so
#                                    on; output as of `each`, the documents those of dedup-near
#
# FROM is an earlier NAME, `inputs` (the files given; or GROUP of GROUP=FILE), or `stats`; written
# WORD:NAME, each file is given as WORD:FILE (sources of mix). A step waits for the steps that it
# reads and for those whose output its command mentions. Commands run in OUT: NAME is its own path.
#
# Nothing depends on the number of ranks: units carry their own outputs and completion marks. So a
# run that was interrupted goes on with any other --jobs or --tasks, here or on the cluster, and
# ends in the same bytes; what is finished is not run again. A step whose command has changed since
# is refused, and thrown away with what follows from it only when --force says so.
#
# OUT/steps/NAME/ holds: command (what is run), settings, files and plan.json (what it reads),
# log/ (of each rank, appended by restarts), ranks/ (their last state), done.
set -eu
export LC_ALL=C
pipelines=${PIPELINES:-$(cd "$(dirname "$0")" && pwd)}
tokmill=${TOKMILL:-$(dirname "$pipelines")/tokmill}
nl='
'

die() {                             # die STATUS MESSAGE
    echo "$(basename "$0"): $2" >&2
    exit "$1"
}
say() { [ -n "$quiet" ] || printf '%s\n' "$*" >&2; }

# quoted WORD...: the words as the shell reads them back
quoted() {
    for quoted_word in "$@"; do
        case $quoted_word in
        '' | *[!A-Za-z0-9_./:=,+%@-]*)
            printf "'%s' " "$(printf '%s' "$quoted_word" | sed "s/'/'\\\\''/g")" ;;
        *) printf '%s ' "$quoted_word" ;;
        esac
    done
}

# ---- the command line of every recipe -----------------------------------------------------------

usage() {
    sed -n '2,/^[^#]/{ /shellcheck/d; s/^# \{0,1\}//p; }' "$0"
    cat <<'USAGE'
Where and how wide:
  --local            on this machine (default): --jobs processes at once (default: all CPUs)
  --slurm            as job arrays of --tasks tasks (default 16), each step after those it reads
  --jobs N, --tasks N; --unit-size SIZE of input that is done or done again as a whole (512M)
  --cpus N, --memory SIZE           of a rank (1G; 1 thread on Slurm, here a share of the machine)
  --once-cpus N, --once-memory SIZE of a step that has to see everything (4G; all threads here)
  --input-root DIR   cut from input names (default: the folder that all have in common)
  --rejects          keep what filters drop, in OUT/rejected/
  --retries N        run a rank again after an I/O error, this often (2)
  --near-units N     parts of near-deduplication that are not by input: a power of 2, to 256 (16)
  --force            throw away steps made by another command, and what follows from them
  --dry-run          print the steps, run nothing
Slurm:
  --time LIMIT, --partition NAME, --at-once N (tasks), --sbatch 'ARGS' (any others), --wait

Inputs are files, folders (all files in them), and lists: FILE.paths, also .gz, one name a line.
OUT holds the results; the same command again finishes what is missing. pipelines/status OUT tells
how far it is.
USAGE
}

# Values of the options that are one word and of the recipe's own, $recipe_options: NAME=DEFAULT...
option() {
    case $1 in
    jobs | tasks | cpus | once-cpus | retries | at-once | near-units)
        case $2 in '' | *[!0-9]*) die 2 "--$1 needs a number, not '$2'" ;; esac ;;
    memory | once-memory | unit-size | input-root | time | partition | sbatch) ;;
    *)
        case " $recipe_options " in *" $1="*) ;; *) die 2 "unknown option --$1; see --help" ;; esac ;;
    esac
    eval "opt_$(echo "$1" | tr - _)=\$2"
}

begin() {
    engine=local quiet='' dry='' force='' wait_for_jobs='' keep_rejects=''
    opt_jobs=$(nproc 2>/dev/null || echo 1)
    opt_tasks=16 opt_cpus='' opt_once_cpus='' opt_memory=1G opt_once_memory=4G opt_unit_size=512M opt_retries=2
    opt_near_units=16
    opt_input_root='' opt_time='' opt_partition='' opt_sbatch='' opt_at_once=''
    : "${recipe_options:=}"
    for own in $recipe_options; do
        option "${own%%=*}" "${own#*=}"
    done
    operands=
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage; exit 0 ;;
        --local | --slurm) engine=${1#--} ;;
        --rejects) keep_rejects=1 ;;
        --force) force=1 ;;
        --dry-run) dry=1 ;;
        --wait) wait_for_jobs=1 ;;
        -q | --quiet) quiet=1 ;;
        --*=*) own=${1#--}; option "${own%%=*}" "${own#*=}" ;;
        --?*) [ $# -gt 1 ] || die 2 "$1 needs a value"; option "${1#--}" "$2"; shift ;;
        -?*) die 2 "unknown option $1; see --help" ;;
        *) operands="$operands$1$nl" ;;
        esac
        shift
    done
    [ "$(printf %s "$operands" | wc -l)" -ge 2 ] || die 2 "needs inputs and an output folder; see --help"
    out=$(printf %s "$operands" | tail -n 1)
    operands=$(printf %s "$operands" | sed '$d')
    [ -x "$tokmill" ] || die 3 "no $tokmill; run make"
    mkdir -p "$out/steps"
    out=$(cd "$out" && pwd)
    steps='' fresh='' jobs_of=''
    case $engine in
    local) . "$pipelines/local.sh" ;;
    slurm) . "$pipelines/slurm.sh" ;;
    esac
    [ -n "$dry" ] || engine_begin
}

# ---- inputs -------------------------------------------------------------------------------------

# One name, or names on standard input, from this folder's point of view.
absolute_name() { [ -z "$1" ] || printf '%s\n' "$1" | absolute; }
absolute() {
    while IFS= read -r name; do
        case $name in /*) printf '%s\n' "$name" ;; *) printf '%s\n' "$PWD/$name" ;; esac
    done
}

# The files of one operand, in byte order within a folder.
files_of() {
    case $1 in
    *.paths.gz) gzip -dc "$1" | absolute ;;
    *.paths) absolute <"$1" ;;
    *)
        if [ -d "$1" ]; then
            find "$1" -type f ! -path '*/.git/*' ! -name '*.tmp.*' | sort | absolute
        elif [ -f "$1" ]; then
            printf '%s\n' "$1" | absolute
        else
            die 2 "no such input: $1"
        fi ;;
    esac
}

# input_files GROUP: the files of operands GROUP=..., or of those without a group for `inputs`
input_files() {
    printf '%s\n' "$operands" | while IFS= read -r operand; do
        case $operand in
        "$1"=*) files_of "${operand#*=}" || exit ;;
        *) [ "$1" != inputs ] || files_of "$operand" || exit ;;
        esac
    done
}
has_inputs() { printf '%s\n' "$operands" | grep -q "^$1="; }

# The folder that all names of a file have in common.
common_folder() {
    awk '{ sub("/[^/]*$", "/") }
        NR == 1 { p = $0 }
        { while (substr($0, 1, length(p)) != p) sub("[^/]*/$", "", p) }
        END { print p }' "$1"
}

# ---- units and ranks ----------------------------------------------------------------------------

# A plan has one unit a line, and a unit's mark is its name below .tokmill/ (docs/FORMAT.md).
unit_names() { sed -n 's/^ *{"name":"\([^"]*\)".*/\1/p' "$dir/plan.json"; }
units() { unit_names | wc -l; }
at_most() { if [ "$2" -lt "$1" ]; then n=$2; else n=$1; fi; if [ "$n" -gt 0 ]; then echo "$n"; else echo 1; fi; }

# Ranks of $world that have something to do, or any to say that there is nothing.
unfinished_ranks() {
    unit_names | awk -v world="$world" -v marks="$out/$name/.tokmill/" '
        { file = marks $0 ".json"; if ((getline line < file) < 0) left[(NR - 1) % world] = 1
          close(file) }
        END { for (r = 0; r < world; r++) if (r in left) { print r; n++ }; if (!n) print 0 }'
}

# Numbers, one a line and rising, as 0-3,7,9-10
ranges() {
    awk 'function put() { s = s (s == "" ? "" : ",") (a == b ? a : a "-" b) }
        NR == 1 { a = b = $1; next }
        $1 == b + 1 { b = $1; next }
        { put(); a = b = $1 }
        END { if (NR) { put(); print s } }'
}

log_name() { printf 'task.%05d.log\n' "$1"; }
describe() {
    if [ "$kind" != each ] && [ "$kind" != parts ]; then echo "one process"
    elif [ -e "$dir/plan.json" ]; then echo "$(units) units, $world ranks"
    else echo "$world ranks"; fi
}

# ---- steps --------------------------------------------------------------------------------------

each() { step each "$@"; }
all() { step all "$@"; }
once() { step once "$@"; }
parts() {
    parts_name=$1 parts_units=$2
    shift 2
    step parts "$parts_name" "$@"
}

near() {
    near=$1 near_from='' near_sign='' near_sets='' near_apply=''
    shift
    while [ "$1" != -- ]; do
        near_from="$near_from $1"
        shift
    done
    shift
    while [ $# -gt 1 ]; do
        case $1 in
        --keep | --verify) near_sets="$near_sets $(quoted "$1" "$2")" ;;
        --weights) near_apply="$near_apply $(quoted "$1" "$2")" ;;
        *) near_sign="$near_sign $(quoted "$1" "$2")" ;;
        esac
        shift 2
    done
    eval "each $near-sign $near_from -- minhash-sign $near_sign"
    parts "$near-match" "$opt_near_units" -- minhash-match --ranges "$opt_near_units" "$near-sign"
    once "$near-clusters/" -- minhash-cluster --partitions "$opt_near_units" "$near-match"
    eval "each $near-sets $near_from -- minhash-sets --clusters $near-clusters $near_sets"
    parts "$near-verdicts" "$opt_near_units" -- minhash-verify --clusters "$near-clusters" "$near-sets"
    eval "each $near $near_from -- apply --verdicts $near-verdicts $near_apply"
}

step() {                            # step KIND NAME FROM... -- STAGE...
    kind=$1
    target=$2
    name=${2%/}
    shift 2
    from=
    while [ "$1" != -- ]; do
        from="$from $1"
        shift
    done
    shift
    dir=$out/steps/$name
    needs "$@"
    if [ -n "$dry" ]; then
        printf '%s %s%s: tokmill %s\n' "$kind" "$target" "$from" "$(quoted "$@")"
        return
    fi
    declare_step "$@"
    steps="$steps $name"
    printf '%s\n' $steps >"$out/steps/order"
    if [ -e "$dir/done" ]; then
        say "$name: done before"
    else
        engine_step
    fi
}

# Steps that this one waits for: read by it, or mentioned in its command.
needs() {
    deps=
    for n in $steps; do
        case " $from " in *" $n "* | *":$n "* | *" stats "*) deps="$deps $n"; continue ;; esac
        for word in "$@"; do
            case $word in "$n" | "$n"/*) deps="$deps $n"; break ;; esac
        done
    done
}

is_fresh() {
    for n in "$name" $deps; do
        case " $fresh " in *" $n "*) return 0 ;; esac
    done
    return 1
}

# Writes the step's folder; a step there already has to be the same.
declare_step() {
    new=$("$tokmill" --version | head -n 1; echo "$kind $target$from"; quoted "$@")
    if [ -e "$dir/command" ]; then
        if [ "$(cat "$dir/command")" != "$new" ] && [ -z "$force" ]; then
            printf '%s\n' "$new" | diff "$dir/command" - >&2 || true
            die 2 "$name was made by another command (above); --force throws it away"
        fi
        if [ "$(cat "$dir/command")" != "$new" ] || is_fresh; then
            fresh="$fresh $name"
            rm -rf "$dir" "$out/${name:?}" "$out/stats/$name" "$out/stats/$name.json" \
                "$out/rejected/$name"
        fi
    fi
    mkdir -p "$dir/log" "$dir/ranks" "$out/stats"
    printf '%s\n' "$new" >"$dir/command"
    quoted "$@" >"$dir/stages"
    memory=$opt_memory
    cpus=$opt_cpus
    case $kind in all | once) memory=$opt_once_memory cpus=$opt_once_cpus ;; esac
    for group in $from; do          # what is given, not made, is listed now and for good
        group=${group##*:}
        case " $steps stats " in *" $group "*) continue ;; esac
        input_files "$group" >"$dir/given.new"
        [ -s "$dir/given.new" ] || die 2 "no inputs for $name ($group)"
        if [ -e "$dir/given-$group" ] && ! cmp -s "$dir/given.new" "$dir/given-$group"; then
            [ -n "$force" ] || die 2 "$name was made from other inputs; --force throws it away"
            fresh="$fresh $name"
            rm -rf "$out/${name:?}" "$out/stats/$name" "$dir/plan.json" "$dir/files" "$dir/done"
        fi
        mv "$dir/given.new" "$dir/given-$group"
        [ -n "$opt_input_root" ] || root=$(common_folder "$dir/given-$group")
    done
    cat >"$dir/settings" <<SETTINGS
kind=$kind
name=$(quoted "$name")
target=$(quoted "$target")
out=$(quoted "$out")
from=$(quoted "$from")
tokmill=$(quoted "$tokmill")
input_root=$(quoted "${opt_input_root:-${root-}}")
cpus=$cpus
memory=$memory
unit_size=$opt_unit_size
retries=$opt_retries
keep_rejects=$keep_rejects
SETTINGS
    root=
}

finish() { [ -n "$dry" ] || engine_finish; }
