/* help - --help, the options of a man page, shell completions: all from the option tables. */
#include <archive.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <utf8proc.h>
#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>
#include "core/run.h"

enum { SCREEN_LINES = 24, OTHER_LINES = 8, WIDTH = 96 };

static void print_options(const struct opt *table, size_t n)
{
    for (const struct opt *o = table; o && o->name && n--; o++) {
        char left[256], letter[4] = "    ";
        snprintf(letter, sizeof letter, o->letter ? "-%c," : "   ", o->letter);
        snprintf(left, sizeof left, "%s --%s%s%s", letter, o->name, o->arg ? " " : "",
                 o->arg ? o->arg : "");
        printf("  %-30s %s", left, o->help);
        if (o->def && *o->def)
            printf(" (%s)", o->def);
        putchar('\n');
    }
}

/* The names alone of the options from table on, comma by comma, broken into lines. Returns how many
 * lines they take; prints them if told so. */
static int option_names(const struct opt *table, bool print)
{
    int lines = 1, column = 2;
    if (print)
        printf(" ");
    for (const struct opt *o = table; o->name; o++) {
        int n = (int)strlen(o->name) + 4;
        if (column + n > WIDTH) {
            lines++;
            column = 2;
            if (print)
                printf("\n ");
        }
        column += n;
        if (print)
            printf(" --%s%s", o->name, o[1].name ? "," : "\n");
    }
    return lines;
}

/* A table stands with the options that matter most in front. What does not fit on a screen with its
 * explanation is named; the man page has it all. */
static void print_what_fits(const struct stage *st)
{
    const size_t room = SCREEN_LINES - OTHER_LINES;
    size_t n = 0, shown;
    while (st->opts && st->opts[n].name)
        n++;
    for (shown = n; shown && n > room; shown--)
        if (shown + 1 + (size_t)option_names(st->opts + shown, false) <= room)
            break;
    print_options(st->opts, shown);
    if (shown < n) {
        printf("  and, explained in man tokmill-%s:\n", st->name);
        option_names(st->opts + shown, true);
    }
}

void help_main(const struct stage *const *stages)
{
    puts("usage: tokmill [options] STAGE [options] [FILE...] [then STAGE [options]]... [-o OUT]\n"
         "\nTurns raw dumps into trainer-ready token shards. Stages:\n");
    for (; *stages; stages++)
        printf("  %-16s %s\n", (*stages)->name, (*stages)->summary);
    puts("\n  help STAGE, STAGE --help; help options: options of every stage; --version;\n"
         "  completion bash|zsh; man STAGE\n"
         "\nexample: tokmill warc crawl.warc.gz then lang --keep en -o docs.jsonl.zst");
}

void help_stage(const struct stage *st)
{
    const char *operands = st->operands ? st->operands : "[FILE...]";
    printf("usage: tokmill %s [options] %s\n\n%s\n\n", st->name, operands, st->summary);
    print_what_fits(st);
    puts("\nalso: -o OUT, -j N, --rejects FILE, --stats FILE, --on-bad skip ..."
         " (tokmill help options)");
    if (st->example)
        printf("\nexample: %s\n", st->example);
}

void help_version(void)
{
    printf("tokmill %s\nUnicode %s (utf8proc %s)\nzstd %s, PCRE2 %d.%d, xxHash %d, libarchive %s, "
           "zlib %s\n", TOKMILL_VERSION, utf8proc_unicode_version(), utf8proc_version(),
           ZSTD_versionString(), PCRE2_MAJOR, PCRE2_MINOR, XXH_VERSION_NUMBER,
           ARCHIVE_VERSION_ONLY_STRING, ZLIB_VERSION);
}

/* The OPTIONS section in the man macros; the Makefile puts it between the parts of docs/man. */
static void man_options(const struct opt *table)
{
    for (const struct opt *o = table; o && o->name; o++) {
        printf(".TP\n");
        if (o->letter)
            printf("\\fB\\-%c\\fR, ", o->letter);
        printf("\\fB\\-\\-%s\\fR%s%s\n%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "",
               o->help);
        printf(o->def && *o->def ? " (default %s).\n" : ".\n", o->def);
    }
}

int help_man(const struct stage *st)
{
    printf(".SH OPTIONS\n");
    man_options(st->opts);
    printf(".SS Of every stage\n");
    man_options(step_opt_table);
    man_options(chain_opt_table);
    return 0;
}

static void words(const struct opt *table)
{
    for (const struct opt *o = table; o && o->name; o++)
        printf(" --%s", o->name);
}

int help_completion(const struct stage *const *stages, const char *shell)
{
    bool zsh = !strcmp(shell, "zsh");
    if (!zsh && strcmp(shell, "bash"))
        return -1;
    if (zsh)
        puts("#compdef tokmill\nautoload -U +X bashcompinit && bashcompinit");
    puts("_tokmill() {\n    local cur=${COMP_WORDS[COMP_CWORD]} stage= w\n"
         "    for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do case $w in then) stage=;;");
    printf("   ");
    for (const struct stage *const *s = stages; *s; s++)
        printf("%s%s", s == stages ? " " : "|", (*s)->name);
    printf(") stage=$w;; esac; done\n    local all=\"then");
    words(step_opt_table);
    words(chain_opt_table);
    puts("\"\n    case $stage in");
    printf("    '') all=\"");
    for (const struct stage *const *s = stages; *s; s++)
        printf("%s ", (*s)->name);
    words(step_opt_table);
    words(chain_opt_table);
    puts("\";;");
    for (const struct stage *const *s = stages; *s; s++) {
        printf("    %s) all+=\"", (*s)->name);
        words((*s)->opts);
        puts("\";;");
    }
    puts("    esac\n    case $cur in -*) ;; *) [ -n \"$stage\" ] && "
         "{ COMPREPLY=($(compgen -f -W then -- \"$cur\")); return; };; esac\n"
         "    COMPREPLY=($(compgen -W \"$all\" -- \"$cur\"))\n}\ncomplete -F _tokmill tokmill");
    return 0;
}
