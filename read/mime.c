/* Media types, after the WHATWG MIME Sniffing standard's idea of what is binary. */
#include <stdint.h>
#include "read/mime.h"

#define LOOK 1024

static bool is_binary(struct slice s)
{
    static const struct slice magics[] = {
        {"%PDF-", 5}, {"\x89PNG", 4}, {"GIF8", 4}, {"\xFF\xD8\xFF", 3}, {"PK\3\4", 4},
        {"\x1F\x8B", 2}, {"RIFF", 4}, {"OggS", 4}, {"ID3", 3}, {"%!PS", 4}, {"{\\rtf", 5},
    };
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (slice_starts(s, magics[i]))
            return true;
    if (slice_starts(s, SLICE("\xFF\xFE")) || slice_starts(s, SLICE("\xFE\xFF")))
        return false;
    size_t odd = 0;
    s = slice_upto(s, LOOK);
    for (size_t i = 0; i < s.n; i++) {
        const uint8_t c = (uint8_t)s.p[i];
        odd += c < 9 || (c > 13 && c < 27) || (c > 27 && c < 32);
    }
    return odd * 50 > s.n;
}

static bool looks_like_html(struct slice s)
{
    static const struct slice starts[] = {
        {"<!doctype html", 14}, {"<html", 5}, {"<head", 5}, {"<body", 5}, {"<title", 6},
        {"<div", 4}, {"<table", 6}, {"<script", 7}, {"<p>", 3}, {"<h1", 3}, {"<!--", 4},
    };
    if (slice_starts(s, SLICE("\xEF\xBB\xBF")))
        s = slice_from(s, 3);
    s = slice_trim(slice_upto(s, LOOK));
    if (slice_starts(s, SLICE("<?xml")))
        return slice_find(s, SLICE("<html")) < s.n;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (slice_starts_nocase(s, starts[i]))
            return true;
    return false;
}

enum mime_kind mime_kind(struct slice name, struct slice bytes)
{
    if (is_binary(bytes))
        return MIME_OTHER;
    if (slice_eq_nocase(name, SLICE("text/html")) ||
        slice_eq_nocase(name, SLICE("application/xhtml+xml")))
        return MIME_HTML;
    const bool vague = name.n == 0 || slice_eq_nocase(name, SLICE("application/octet-stream")) ||
                       slice_eq_nocase(name, SLICE("unk"));
    const bool plain = slice_eq_nocase(name, SLICE("text/plain"));
    if ((plain || vague) && looks_like_html(bytes))
        return MIME_HTML;
    return plain ? MIME_TEXT : MIME_OTHER;
}
