/* Charsets: labels after the WHATWG Encoding standard, detection by uchardet (Mozilla's universal
 * detector), conversion by iconv(3). */
#include <errno.h>
#include <iconv.h>
#include <uchardet/uchardet.h>
#include "core/utf8.h"
#include "read/charset.h"

#define META_BYTES 4096
#define GUESS_BYTES 65536

/* label, name. One row for a name with all its usual labels, separated by spaces. */
static const struct {
    const char *name, *iconv, *labels;
} charsets[] = {
    {"utf-8", "UTF-8", "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8"},
    {"windows-1252", "CP1252",
     "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 latin-1 l1 "
     "ascii us-ascii ansi_x3.4-1968 cp819 ibm819 csisolatin1 iso-ir-100 iso_8859-1:1987"},
    {"windows-1251", "CP1251", "windows-1251 cp1251 x-cp1251 win-1251"},
    {"windows-1250", "CP1250", "windows-1250 cp1250 x-cp1250"},
    {"windows-1253", "CP1253", "windows-1253 cp1253 x-cp1253"},
    {"windows-1254", "CP1254",
     "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso_8859-9 iso88599 latin5 l5 csisolatin5"},
    {"windows-1255", "CP1255", "windows-1255 cp1255 x-cp1255"},
    {"windows-1256", "CP1256", "windows-1256 cp1256 x-cp1256"},
    {"windows-1257", "CP1257", "windows-1257 cp1257 x-cp1257"},
    {"windows-1258", "CP1258", "windows-1258 cp1258 x-cp1258"},
    {"windows-874", "CP874", "windows-874 dos-874 tis-620 iso-8859-11 iso8859-11 iso885911"},
    {"iso-8859-2", "ISO-8859-2",
     "iso-8859-2 iso8859-2 iso_8859-2 iso88592 latin2 l2 csisolatin2 iso-ir-101"},
    {"iso-8859-3", "ISO-8859-3", "iso-8859-3 iso8859-3 iso_8859-3 iso88593 latin3 l3"},
    {"iso-8859-4", "ISO-8859-4", "iso-8859-4 iso8859-4 iso_8859-4 iso88594 latin4 l4"},
    {"iso-8859-5", "ISO-8859-5", "iso-8859-5 iso8859-5 iso_8859-5 iso88595 cyrillic"},
    {"iso-8859-6", "ISO-8859-6",
     "iso-8859-6 iso8859-6 iso_8859-6 iso88596 arabic asmo-708 ecma-114 iso-8859-6-e"},
    {"iso-8859-7", "ISO-8859-7",
     "iso-8859-7 iso8859-7 iso_8859-7 iso88597 greek greek8 ecma-118 elot_928"},
    {"iso-8859-8", "ISO-8859-8",
     "iso-8859-8 iso8859-8 iso_8859-8 iso88598 hebrew visual iso-8859-8-i logical"},
    {"iso-8859-10", "ISO-8859-10", "iso-8859-10 iso8859-10 iso885910 latin6 l6"},
    {"iso-8859-13", "ISO-8859-13", "iso-8859-13 iso8859-13 iso885913"},
    {"iso-8859-14", "ISO-8859-14", "iso-8859-14 iso8859-14 iso885914"},
    {"iso-8859-15", "ISO-8859-15",
     "iso-8859-15 iso8859-15 iso_8859-15 iso885915 latin9 latin-9 l9 csisolatin9"},
    {"iso-8859-16", "ISO-8859-16", "iso-8859-16"},
    {"koi8-r", "KOI8-R", "koi8-r koi8 koi koi8_r cskoi8r"},
    {"koi8-u", "KOI8-U", "koi8-u koi8-ru"},
    {"macintosh", "MACINTOSH", "macintosh mac x-mac-roman csmacintosh"},
    {"x-mac-cyrillic", "MAC-CYRILLIC", "x-mac-cyrillic x-mac-ukrainian mac-cyrillic"},
    {"ibm866", "CP866", "ibm866 cp866 866 csibm866"},
    {"gb18030", "GB18030",
     "gb18030 gbk gb2312 gb_2312 gb_2312-80 x-gbk cp936 ms936 chinese csgb2312 iso-ir-58"},
    {"big5", "BIG5-HKSCS", "big5 big5-hkscs big-5 cn-big5 csbig5 x-x-big5"},
    {"euc-jp", "EUC-JP-MS", "euc-jp x-euc-jp eucjp cseucpkdfmtjapanese"},
    {"iso-2022-jp", "ISO-2022-JP", "iso-2022-jp csiso2022jp"},
    {"shift_jis", "CP932",
     "shift_jis shift-jis sjis x-sjis ms_kanji ms932 windows-31j cp932 csshiftjis"},
    {"euc-kr", "CP949",
     "euc-kr euckr cp949 uhc windows-949 ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean "
     "cseuckr iso-ir-149"},
    {"utf-16le", "UTF-16LE", "utf-16le utf-16 utf16 unicode ucs-2 iso-10646-ucs-2 csunicode"},
    {"utf-16be", "UTF-16BE", "utf-16be unicodefffe"},
};
#define N_CHARSETS (sizeof charsets / sizeof *charsets)

const char *charset_of_label(struct slice label)
{
    label = slice_trim(label);
    if (label.n == 0 || label.n > 40)
        return NULL;
    for (size_t i = 0; i < N_CHARSETS; i++) {
        struct slice rest = slice_str(charsets[i].labels), one;
        while (slice_next(&rest, ' ', &one))
            if (slice_eq_nocase(one, label))
                return charsets[i].name;
    }
    return NULL;
}

static struct slice label_at(struct slice s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '"' || s.p[0] == '\''))
        s = slice_from(s, 1);
    size_t n = 0;
    while (n < s.n && n < 64 && !strchr(" \t\r\n\"'/>;,", s.p[n]) && s.p[n])
        n++;
    return slice_upto(s, n);
}

/* "charset", white space, "=", label. */
static struct slice find_charset(struct slice s)
{
    static const struct slice word = {"charset", 7};
    for (size_t i = 0; i + word.n < s.n; i++) {
        if (!slice_starts_nocase(slice_from(s, i), word))
            continue;
        const struct slice rest = slice_trim(slice_from(s, i + word.n));
        if (rest.n && rest.p[0] == '=')
            return label_at(slice_from(rest, 1));
    }
    return SLICE("");
}

struct slice charset_in_type(struct slice content_type)
{
    return find_charset(content_type);
}

struct slice charset_in_meta(struct slice page)
{
    struct slice s = slice_upto(page, META_BYTES);
    while (s.n) {
        s = slice_from(s, slice_find_byte(s, '<'));
        if (slice_starts(s, SLICE("<!--"))) {
            s = slice_from(s, slice_find(s, SLICE("-->")));
        } else if (slice_starts_nocase(s, SLICE("<meta")) ||
                   slice_starts(s, SLICE("<?xml"))) {
            struct slice tag = slice_upto(s, slice_find_byte(s, '>'));
            struct slice label = find_charset(tag);
            const size_t enc = slice_find(tag, SLICE("encoding="));
            if (!label.n && s.p[1] == '?' && enc < tag.n)
                label = label_at(slice_from(tag, enc + 9));
            if (label.n)
                return label;
        }
        s = slice_from(s, 1);
    }
    return SLICE("");
}

static const char *guess(struct slice page)
{
    const char *name = NULL;
    uchardet_t u = uchardet_new();
    if (!u)
        return NULL;
    const struct slice front = slice_upto(page, GUESS_BYTES);
    if (uchardet_handle_data(u, front.p, front.n) == 0) {
        uchardet_data_end(u);
        name = charset_of_label(slice_str(uchardet_get_charset(u)));
    }
    uchardet_delete(u);
    return name;
}

static const char *by_mark(struct slice page, size_t *skip)
{
    *skip = 3;
    if (slice_starts(page, SLICE("\xEF\xBB\xBF")))
        return "utf-8";
    *skip = 2;
    if (slice_starts(page, SLICE("\xFF\xFE")))
        return "utf-16le";
    if (slice_starts(page, SLICE("\xFE\xFF")))
        return "utf-16be";
    *skip = 0;
    return NULL;
}

const char *charset_decide(struct slice page, struct slice http, struct slice detected,
                           bool is_html, size_t *skip)
{
    const char *mark = by_mark(page, skip);
    if (mark)
        return mark;
    const char *by_http = charset_of_label(http);
    const char *by_meta = is_html ? charset_of_label(charset_in_meta(page)) : NULL;
    /* A meta element that could be read byte by byte is not in UTF-16. */
    if (by_meta && strncmp(by_meta, "utf-16", 6) == 0)
        by_meta = "utf-8";
    if (by_http && by_meta && strcmp(by_http, by_meta) == 0)
        return by_http;
    if (utf8_valid(page))
        return "utf-8";
    if (by_meta)
        return by_meta;
    if (by_http)
        return by_http;
    const char *guessed = charset_of_label(detected);
    /* It is not UTF-8, whoever says so. */
    if (!guessed || strcmp(guessed, "utf-8") == 0)
        guessed = guess(page);
    return guessed ? guessed : "windows-1252";
}

static const char *iconv_name(const char *charset)
{
    for (size_t i = 0; i < N_CHARSETS; i++)
        if (strcmp(charsets[i].name, charset) == 0)
            return charsets[i].iconv;
    return NULL;
}

/* Bytes that a Windows code page leaves open between 80 and 9F are controls in the standard. */
static bool add_control(struct buf *out, const char *charset, uint8_t byte)
{
    if (strncmp(charset, "windows-", 8) != 0 || byte < 0x80 || byte > 0x9F)
        return false;
    const char c1[2] = {'\xC2', (char)byte};
    buf_add(out, c1, 2);
    return true;
}

bool charset_convert(struct buf *out, struct slice s, const char *charset, uint64_t *repaired)
{
    const char *from = iconv_name(charset);
    if (!from)
        return false;
    const iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t)-1)
        return false;
    char *in = (char *)(uintptr_t)s.p;          /* iconv's signature; it does not write there */
    size_t left = s.n;
    while (left) {
        size_t room = left * 2 + 64;
        char *o = buf_reserve(out, room);
        if (!o)
            break;
        char *const start = o;
        const size_t r = iconv(cd, &in, &left, &o, &room);
        const int why = errno;
        out->n += (size_t)(o - start);
        if (r != (size_t)-1 || why == E2BIG)
            continue;
        if (!add_control(out, charset, (uint8_t)*in)) {
            buf_add_str(out, "\xEF\xBF\xBD");   /* EILSEQ, or EINVAL: cut off at the end */
            ++*repaired;
        }
        const size_t bad = why == EINVAL ? left : 1;
        in += bad;
        left -= bad;
    }
    iconv_close(cd);
    return true;
}
