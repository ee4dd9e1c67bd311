# man.awk - docs/man/NAME.md as a man page: the markdown that those pages use, and no more.
#
#   awk -v name=NAME -v summary=... -v usage=... -v version=... -v options=FILE -f man.awk NAME.md
#
# Headings, paragraphs, lists, tables as they are, indented examples, `code`. The table of options
# (tokmill man NAME) stands before the section of examples, else at the end.

function escape(s) {
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    return s
}

# `code` is bold; ``code`` may hold single backticks.
function inline(s,    out, n, i, part) {
    gsub(/``/, "`", s)
    n = split(s, part, "`")
    for (i = 1; i <= n; i++)
        out = out (i % 2 ? escape(part[i]) : "\\fB" escape(part[i]) "\\fR")
    gsub(/\*\*/, "", out)
    return out ~ /^[.']/ ? "\\&" out : out
}

function paragraph(macro) {
    if (verbatim) print ".EE\n.RE"
    verbatim = 0
    if (macro != "") print macro
}

function print_options(    line) {
    if (options_done++) return
    paragraph("")
    while ((getline line < options) > 0) print line
}

BEGIN {
    printf ".TH TOKMILL-%s 1 \"\" \"tokmill %s\" \"tokmill\"\n", toupper(name), version
    printf ".SH NAME\ntokmill-%s \\- %s\n", name, escape(summary)
    printf ".SH SYNOPSIS\n\\fB%s\\fR\n.SH DESCRIPTION\n", escape(usage)
}
/^# / { next }
/^## / {
    if (tolower($0) ~ /example/) print_options()
    paragraph(".SH " toupper(inline(substr($0, 4))))
    blank = 0
    next
}
/^###/ { sub(/^#+ /, ""); paragraph(".SS " inline($0)); blank = 0; next }
/^    / || /^```/ {
    if ($0 ~ /^```/) { fence = !fence; if (!fence) paragraph(""); next }
    if (!verbatim) print ".PP\n.RS 4\n.EX"
    verbatim = 1
    sub(/^    /, "")
    line = escape($0)
    print line ~ /^[.']/ ? "\\&" line : line
    next
}
fence {
    if (!verbatim) print ".PP\n.RS 4\n.EX"
    verbatim = 1
    line = escape($0)
    print line ~ /^[.']/ ? "\\&" line : line
    next
}
/^[ \t]*$/ { blank = 1; next }
/^\|/ {
    if ($0 ~ /^\|[ -]*-/) next
    gsub(/^\| *| *\|$/, "")
    gsub(/ *\| */, "  \\(em  ")
    paragraph(".PP")
    gsub(/\\\(em/, "\001")
    line = inline($0)
    gsub(/\001/, "\\(em", line)
    print line
    blank = 0
    next
}
/^(- |\* )/ { paragraph(".IP \\(bu 2"); print inline(substr($0, 3)); blank = 0; next }
/^[0-9]+\. / {
    number = $1
    sub(/^[0-9]+\. /, "")
    paragraph(".IP " number " 4")
    print inline($0)
    blank = 0
    next
}
{
    sub(/^ +/, "")
    if (blank || verbatim) paragraph(".PP")
    blank = 0
    print inline($0)
}
END { print_options(); paragraph("") }
