/* wikitext_template - the inline templates whose value stands in their arguments; see wikitext.h.
 * A table, not an expander: what is not in it is dropped and leaves a hole. */
#include "read/wikitext_parts.h"

/* What of the arguments is shown. */
enum action {
    FIRST, LAST, TEXT, BEFORE, JOIN, SUP, DATE, YEARS, CONVERT, VAL, FRAC, NIHONGO
};

struct row {
    const char *name;
    enum action action;
    const char *arg;            /* TEXT: the value; BEFORE: what comes first; JOIN: between */
};

/* In byte order of names: lower case, spaces for underscores. */
static const struct row TEMPLATES[] = {
    {"!", TEXT, "|"}, {"!(", TEXT, "["}, {"\"", TEXT, "\""}, {"$", BEFORE, "US$"},
    {"'", TEXT, "'"}, {"'s", TEXT, "'s"}, {"(", TEXT, "{"}, {")", TEXT, "}"},
    {")!", TEXT, "]"}, {"*", TEXT, "·"}, {"-\"", TEXT, "\""}, {"-'s", TEXT, "'s"},
    {"=", TEXT, "="}, {"a$", BEFORE, "A$"}, {"abbr", FIRST, NULL},
    {"abbreviation", FIRST, NULL}, {"abbrv", FIRST, NULL}, {"age d", JOIN, " "},
    {"allcaps", LAST, NULL}, {"anchored", LAST, NULL}, {"ancre", JOIN, " "},
    {"angbr", LAST, NULL}, {"angle", FIRST, NULL}, {"api", LAST, NULL},
    {"as of", BEFORE, "As of "}, {"aud", BEFORE, "A$"}, {"audio", LAST, NULL},
    {"audio-ipa", LAST, NULL}, {"av j-c", JOIN, " "}, {"avoid wrap", LAST, NULL},
    {"ayin", TEXT, "ʿ"}, {"b.", BEFORE, "b. "}, {"bda", DATE, NULL},
    {"big", LAST, NULL}, {"big math", LAST, NULL}, {"bigger", LAST, NULL},
    {"bigmath", LAST, NULL}, {"binomial", JOIN, " "}, {"birth date", DATE, NULL},
    {"birth date and age", DATE, NULL}, {"birth-date", DATE, NULL},
    {"blockquote", LAST, NULL}, {"blue", FIRST, NULL}, {"bold", LAST, NULL},
    {"born-in", BEFORE, "b. "}, {"br", TEXT, "\n"}, {"break", TEXT, "\n"},
    {"bullet", TEXT, "·"}, {"bulleted list", JOIN, ", "}, {"button", LAST, NULL},
    {"c", BEFORE, "c. "}, {"c$", BEFORE, "C$"}, {"c.", BEFORE, "c. "},
    {"ca.", BEFORE, "c. "}, {"cad", BEFORE, "C$"}, {"canadian dollars", BEFORE, "C$"},
    {"cast listing", FIRST, NULL}, {"chem", JOIN, ""}, {"chem name", FIRST, NULL},
    {"chem2", JOIN, ""}, {"chemf", JOIN, ""}, {"circa", BEFORE, "c. "},
    {"cislo", FIRST, NULL}, {"citation bloc", LAST, NULL}, {"clear line", TEXT, "\n"},
    {"cny", BEFORE, "CN¥"}, {"code", LAST, NULL}, {"color", LAST, NULL},
    {"colour", LAST, NULL}, {"comma separated entries", JOIN, ", "},
    {"conv", CONVERT, NULL}, {"convert", CONVERT, NULL}, {"converting", CONVERT, NULL},
    {"coptic", LAST, NULL}, {"cquote", LAST, NULL}, {"crlf", TEXT, "\n"},
    {"cslist", JOIN, ", "}, {"cvt", CONVERT, NULL}, {"d.", BEFORE, "d. "},
    {"date", JOIN, " "}, {"date table sorting", DATE, NULL}, {"death date", DATE, NULL},
    {"death date and age", DATE, NULL}, {"death-date", DATE, NULL},
    {"dfrac", FRAC, NULL}, {"died-in", BEFORE, "d. "}, {"dna sequence", JOIN, ""},
    {"dob", DATE, NULL}, {"dot", TEXT, "·"}, {"dts", FIRST, NULL}, {"e-sp", SUP, NULL},
    {"element", JOIN, ""}, {"ell", TEXT, "ℓ"}, {"em", LAST, NULL},
    {"em dash", TEXT, "—"}, {"emdash", TEXT, "—"}, {"emsp", TEXT, " "},
    {"en dash", TEXT, "–"}, {"end date", DATE, NULL}, {"endash", TEXT, "–"},
    {"ensp", TEXT, " "}, {"enum", JOIN, ", "}, {"eur", BEFORE, "€"},
    {"euro", BEFORE, "€"}, {"euros", BEFORE, "€"}, {"film date", DATE, NULL},
    {"fl", BEFORE, "fl. "}, {"fl.", BEFORE, "fl. "}, {"flag", FIRST, NULL},
    {"flagcountry", FIRST, NULL}, {"flaglist", FIRST, NULL}, {"flagu", FIRST, NULL},
    {"flat", TEXT, "♭"}, {"flatlist", JOIN, ", "}, {"floruit", BEFORE, "fl. "},
    {"flowlist", JOIN, ", "}, {"font color", LAST, NULL}, {"fontcolor", FIRST, NULL},
    {"format price", FIRST, NULL}, {"formatprice", FIRST, NULL}, {"frac", FRAC, NULL},
    {"frac square", BEFORE, "√"}, {"fraction", FRAC, NULL}, {"gaps", VAL, NULL},
    {"gbp", BEFORE, "£"}, {"gct", FIRST, NULL}, {"green", FIRST, NULL},
    {"hair space", TEXT, " "}, {"hamza", TEXT, "ʿ"}, {"hebrew", LAST, NULL},
    {"heure", JOIN, " "}, {"hk$", BEFORE, "HK$"}, {"hlist", JOIN, ", "},
    {"hmas", BEFORE, "HMAS "}, {"hmcs", BEFORE, "HMCS "}, {"hms", BEFORE, "HMS "},
    {"hover title", FIRST, NULL}, {"hw", LAST, NULL}, {"ill", FIRST, NULL},
    {"ill2", FIRST, NULL}, {"illm", FIRST, NULL}, {"indian rupee", BEFORE, "₹"},
    {"inf", TEXT, "∞"}, {"infinity", TEXT, "∞"}, {"inr", BEFORE, "₹"},
    {"ins", BEFORE, "INS "}, {"interlanguage link", FIRST, NULL},
    {"interlanguage link multi", FIRST, NULL}, {"interlanguage text", LAST, NULL},
    {"ipa", LAST, NULL}, {"isbn", BEFORE, "ISBN "}, {"italic", LAST, NULL},
    {"jpy", BEFORE, "¥"}, {"kbd", LAST, NULL}, {"key", LAST, NULL},
    {"key press", LAST, NULL}, {"keypress", LAST, NULL}, {"korean", NIHONGO, NULL},
    {"lang", LAST, NULL}, {"lang-x", FIRST, NULL}, {"larger", LAST, NULL},
    {"launch date", DATE, NULL}, {"lcaps", LAST, NULL}, {"lien", FIRST, NULL},
    {"link-interwiki", FIRST, NULL}, {"linktext", LAST, NULL}, {"lt", FIRST, NULL},
    {"ltr", LAST, NULL}, {"math", LAST, NULL}, {"mcat", JOIN, " "},
    {"mdash", TEXT, "—"}, {"mfrac", FRAC, NULL}, {"middot", TEXT, "·"},
    {"minus", TEXT, "−"}, {"mono", LAST, NULL}, {"mp", LAST, NULL}, {"music", JOIN, ""},
    {"music flat", TEXT, "♭"}, {"music sharp", TEXT, "♯"}, {"mv", BEFORE, "MV "},
    {"mvar", LAST, NULL}, {"nastaliq", LAST, NULL}, {"nbsp", TEXT, " "},
    {"ndash", TEXT, "–"}, {"nihongo", NIHONGO, NULL}, {"nihongo foot", LAST, NULL},
    {"nihongo krt", NIHONGO, NULL}, {"nihongo2", NIHONGO, NULL},
    {"nihongo3", NIHONGO, NULL}, {"nnbsp", TEXT, " "}, {"no", BEFORE, "No. "},
    {"no italic", LAST, NULL}, {"no wrap", LAST, NULL}, {"no.", BEFORE, "No. "},
    {"nobold", LAST, NULL}, {"nobr", LAST, NULL}, {"nobr2", JOIN, " "},
    {"noitalic", LAST, NULL}, {"nombre", JOIN, " "}, {"normal", LAST, NULL},
    {"not a typo", LAST, NULL}, {"notatypo", LAST, NULL}, {"nowrap", LAST, NULL},
    {"nowrap begin", LAST, NULL}, {"nq", LAST, NULL}, {"nts", FIRST, NULL},
    {"ntsh", FIRST, NULL}, {"nuclide", JOIN, ""}, {"number", BEFORE, "No. "},
    {"number table sorting", FIRST, NULL}, {"nz$", BEFORE, "NZ$"},
    {"nzd", BEFORE, "NZ$"}, {"okay", FIRST, NULL}, {"okina", LAST, NULL},
    {"okina char", TEXT, "ʻ"}, {"ordered list", JOIN, ", "}, {"ordinal", FIRST, NULL},
    {"ordinal suffix", JOIN, ""}, {"overset", JOIN, " "}, {"pagelist", JOIN, ", "},
    {"physics particle", JOIN, ""}, {"physval", VAL, NULL}, {"pi", TEXT, "π"},
    {"pipe", TEXT, "|"}, {"plainlist", JOIN, ", "}, {"plus or minus", TEXT, "±"},
    {"plusminus", TEXT, "±"}, {"poemquote", LAST, NULL}, {"polytonic", LAST, NULL},
    {"pound sterling", BEFORE, "£"}, {"pprime", TEXT, "″"}, {"prime", TEXT, "′"},
    {"proper name", LAST, NULL}, {"quotation", LAST, NULL}, {"quote", LAST, NULL},
    {"quote box", LAST, NULL}, {"r.", BEFORE, "r. "}, {"r/where", FIRST, NULL},
    {"radic", BEFORE, "√"}, {"red", FIRST, NULL}, {"reign", BEFORE, "r. "},
    {"release date", DATE, NULL}, {"resize", LAST, NULL}, {"respell", FIRST, NULL},
    {"rmb", BEFORE, "CN¥"}, {"rms", BEFORE, "RMS "}, {"romain", JOIN, " "},
    {"rtl-lang", LAST, NULL}, {"runic", LAST, NULL}, {"s", JOIN, " "},
    {"s-", JOIN, " "}, {"samp", LAST, NULL}, {"sc", LAST, NULL}, {"sc1", LAST, NULL},
    {"script", LAST, NULL}, {"sfrac", FRAC, NULL}, {"shamrock", TEXT, ""},
    {"sharp", TEXT, "♯"}, {"ship", JOIN, " "}, {"ship name", LAST, NULL},
    {"shy", TEXT, " "}, {"sic", FIRST, NULL}, {"sic begin", TEXT, ""},
    {"since", BEFORE, "Since "}, {"siècle", JOIN, " "}, {"small", LAST, NULL},
    {"small caps", LAST, NULL}, {"smallcaps", LAST, NULL}, {"smaller", LAST, NULL},
    {"sms", BEFORE, "SMS "}, {"snd", TEXT, "–"}, {"snds", TEXT, " – "},
    {"sp-", JOIN, " "}, {"space", TEXT, " "}, {"spaced en dash", TEXT, "–"},
    {"spaced mdash", TEXT, "—"}, {"spaced ndash", TEXT, "–"}, {"spaces", TEXT, " "},
    {"spnd", TEXT, "–"}, {"spndash", TEXT, "–"}, {"sqrt", BEFORE, "√"},
    {"ss", BEFORE, "SS "}, {"start date", DATE, NULL},
    {"start date and age", DATE, NULL}, {"start-date", DATE, NULL},
    {"steamship", BEFORE, "SS "}, {"strikethrough", LAST, NULL}, {"strong", LAST, NULL},
    {"su", JOIN, ""}, {"sub", FIRST, NULL}, {"sup", SUP, NULL},
    {"sup sub", FIRST, NULL}, {"tau", TEXT, "τ"}, {"taxon", JOIN, " "},
    {"tfrac", FRAC, NULL}, {"thin space", TEXT, " "}, {"thinsp", TEXT, " "},
    {"times", TEXT, "×"}, {"title", FIRST, NULL}, {"tlit", FIRST, NULL},
    {"tmath", JOIN, " "}, {"tooltip", FIRST, NULL}, {"transl", LAST, NULL},
    {"translit", LAST, NULL}, {"transliteration", LAST, NULL}, {"tt", LAST, NULL},
    {"ubl", JOIN, ", "}, {"ublist", JOIN, ", "}, {"uline", LAST, NULL},
    {"um", BEFORE, "c. "}, {"unbulleted list", JOIN, ", "}, {"underline", LAST, NULL},
    {"unicode", LAST, NULL}, {"unite", JOIN, " "}, {"unité", JOIN, " "},
    {"us dollar", BEFORE, "US$"}, {"us$", BEFORE, "US$"}, {"usd", BEFORE, "US$"},
    {"usns", BEFORE, "USNS "}, {"uss", BEFORE, "USS "}, {"val", VAL, NULL},
    {"vanchor", LAST, NULL}, {"var", LAST, NULL}, {"verse translation", LAST, NULL},
    {"vfrac", FRAC, NULL}, {"vgy", FIRST, NULL}, {"visible anchor", LAST, NULL},
    {"w", LAST, NULL}, {"wbr", TEXT, " "}, {"wikisource", FIRST, NULL},
    {"wikt-lang", LAST, NULL}, {"ws", FIRST, NULL}, {"xlit", LAST, NULL},
    {"year range", YEARS, NULL}, {"yen", BEFORE, "¥"}, {"zh-full", NIHONGO, NULL},
    {"zitat", LAST, NULL}, {"zwj", LAST, NULL}, {"zwsp", TEXT, " "}, {"£", BEFORE, "£"},
    {"¥", BEFORE, "¥"}, {"±", TEXT, "±"}, {"·", TEXT, "·"}, {"–", TEXT, "–"},
    {"—", TEXT, "—"}, {"•", TEXT, "·"}, {"€", BEFORE, "€"},
};

#define MAX_ARGS 16

struct args {
    struct wt_span v[MAX_ARGS];
    size_t n;
    struct wt_span unit, exponent, text;    /* u=, e=, text= */
};

static struct slice span_text(const struct wikitext *w, struct wt_span s)
{
    return slice_trim(wt_slice(w, s.from, s.to));
}

static void show(struct wikitext *w, struct wt_span s)
{
    while (s.from < s.to && strchr(" \n\t", w->text.p[s.from]))
        s.from++;
    while (s.to > s.from && strchr(" \n\t", w->text.p[s.to - 1]))
        s.to--;
    wt_render(w, s);
}

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!(c == ' ' || c == '-' || c == '_' || (c >= '0' && c <= '9') || c >= 0x80 ||
              ((c | 32) >= 'a' && (c | 32) <= 'z')))
            return false;
    }
    return s.n > 0 && s.n < 24;
}

static void take_arg(const struct wikitext *w, struct args *a, struct wt_span arg)
{
    struct slice s = wt_slice(w, arg.from, arg.to);
    size_t eq = slice_find_byte(slice_upto(s, 40), '=');
    struct slice key = slice_trim(slice_upto(s, eq));
    if (eq < s.n && eq < 40 && is_name(key)) {
        arg.from += (uint32_t)eq + 1;
        if (slice_is(key, "u") || slice_is(key, "ul"))
            a->unit = arg;
        else if (slice_is(key, "e"))
            a->exponent = arg;
        else if (slice_is(key, "text") || slice_is(key, "quote"))
            a->text = arg;
        if (key.n != 1 || key.p[0] < '1' || key.p[0] > '9')
            return;
    }
    if (a->n < MAX_ARGS)
        a->v[a->n++] = arg;
}

static const struct row *find_row(struct slice name)
{
    size_t lo = 0, hi = sizeof TEMPLATES / sizeof TEMPLATES[0];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = slice_cmp(slice_str(TEMPLATES[mid].name), name);
        if (c == 0)
            return &TEMPLATES[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* Wikis spell names freely: first letter, underscores. Other capitals rarely matter. */
static const struct row *lookup(struct slice name)
{
    static const struct row LANG = {"lang-", FIRST, NULL};
    char low[48];
    if (name.n == 0 || name.n >= sizeof low)
        return NULL;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        low[i] = c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
    }
    struct slice key = slice_of(low, name.n);
    if (slice_starts(key, SLICE("lang-")) || slice_starts(key, SLICE("ipa-")))
        return &LANG;
    return find_row(key);
}

static void add_unit(struct wikitext *w, struct slice unit)
{
    static const char *const UNITS[][2] = {
        {"C", "°C"}, {"F", "°F"}, {"sqmi", "sq mi"}, {"sqkm", "km²"}, {"km2", "km²"},
        {"m2", "m²"}, {"m3", "m³"}, {"cm3", "cm³"}, {"km3", "km³"}, {"sqft", "sq ft"},
        {"ft2", "sq ft"}, {"sqm", "m²"}, {"kph", "km/h"}, {"nmi", "nautical miles"},
        {"acre", "acres"}, {"cuft", "cu ft"}, {"cuin", "cu in"}, {"/sqmi", "/sq mi"},
        {"/km2", "/km²"}, {"PD/sqmi", "/sq mi"}, {"PD/km2", "/km²"},
    };
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (slice_is(unit, UNITS[i][0]))
            unit = slice_str(UNITS[i][1]);
    }
    if (unit.n && unit.p[0] != '/' && unit.p[0] != '%')
        buf_add_byte(&w->mid, ' ');
    wt_add(w, unit);
}

/* {{convert|3|to|5|km|mi}}: the first measure, not its translation. */
static void convert(struct wikitext *w, const struct args *a)
{
    if (a->n == 0)
        return;
    show(w, a->v[0]);
    struct slice mid = a->n > 3 ? span_text(w, a->v[1]) : slice_of("", 0);
    size_t unit = 1;
    if (slice_is(mid, "-") || slice_is(mid, "–") || slice_is(mid, "to") || slice_is(mid, "and") ||
        slice_is(mid, "by") || slice_is(mid, "x") || slice_is(mid, "or") || slice_is(mid, "±")) {
        bool dash = slice_is(mid, "-") || slice_is(mid, "–");
        if (dash)
            buf_add_str(&w->mid, "–");
        else
            buf_add_fmt(&w->mid, " %.*s ", (int)mid.n, mid.p);
        show(w, a->v[2]);
        unit = 3;
    }
    if (unit < a->n)
        add_unit(w, span_text(w, a->v[unit]));
}

static void val(struct wikitext *w, const struct args *a)
{
    static const char *const BETWEEN[] = {"", "±", "−"};
    for (size_t i = 0; i < a->n && i < 3; i++) {
        buf_add_str(&w->mid, BETWEEN[i]);
        show(w, a->v[i]);
    }
    if (a->exponent.to) {
        buf_add_str(&w->mid, "×10^");
        show(w, a->exponent);
    }
    if (a->unit.to)
        add_unit(w, span_text(w, a->unit));
}

static void join(struct wikitext *w, const struct args *a, const char *between)
{
    for (size_t i = 0; i < a->n; i++) {
        buf_add_str(&w->mid, i ? between : "");
        show(w, a->v[i]);
    }
}

static void frac(struct wikitext *w, const struct args *a)
{
    if (a->n == 1)
        buf_add_str(&w->mid, "1/");
    for (size_t i = 0; i < a->n && i < 3; i++) {
        buf_add_str(&w->mid, i == 0 ? "" : i + 1 == a->n || i == 2 ? "/" : " ");
        show(w, a->v[i]);
    }
}

static void nihongo(struct wikitext *w, const struct args *a)
{
    for (size_t i = 0; i < a->n && i < 3; i++) {
        if (span_text(w, a->v[i]).n == 0)
            continue;
        buf_add_str(&w->mid, i == 0 ? "" : i == 1 ? " (" : ", ");
        show(w, a->v[i]);
    }
    bool open = (a->n > 1 && span_text(w, a->v[1]).n) || (a->n > 2 && span_text(w, a->v[2]).n);
    buf_add_str(&w->mid, open ? ")" : "");
}

static bool act(struct wikitext *w, const struct row *r, struct args *a)
{
    if (a->n == 0 && a->text.to)
        a->v[a->n++] = a->text;
    if (r->action == TEXT)
        buf_add_str(&w->mid, r->arg);
    if (r->action == TEXT || a->n == 0)
        return r->action == TEXT;
    switch (r->action) {
    case SUP: buf_add_byte(&w->mid, '^'); show(w, a->v[0]); break;
    case FIRST: show(w, a->v[0]); break;
    case LAST: show(w, a->v[a->n - 1]); break;
    case BEFORE: buf_add_str(&w->mid, r->arg); join(w, a, a->n > 2 ? " " : "–"); break;
    case JOIN: join(w, a, r->arg); break;
    case DATE: a->n = a->n > 3 ? 3 : a->n; join(w, a, "-"); break;
    case YEARS: join(w, a, "–"); break;
    case CONVERT: convert(w, a); break;
    case VAL: val(w, a); break;
    case FRAC: frac(w, a); break;
    case NIHONGO: nihongo(w, a); break;
    case TEXT: break;
    }
    return true;
}

/* {{formatnum:12345}}, {{uc:x}}: a parser function whose argument may stand as it is. */
static bool parser_function(struct wikitext *w, struct wt_span name)
{
    static const char *const SHOWN[] = {"formatnum:", "lc:", "uc:", "lcfirst:", "ucfirst:",
                                        "#formatdate:", "#dateformat:"};
    struct slice s = wt_slice(w, name.from, name.to);
    for (size_t i = 0; i < sizeof SHOWN / sizeof SHOWN[0]; i++) {
        struct slice prefix = slice_str(SHOWN[i]);
        if (!slice_starts_nocase(s, prefix))
            continue;
        name.from += (uint32_t)prefix.n;
        show(w, name);
        return true;
    }
    return false;
}

void wt_template(struct wikitext *w, const struct wt_token *open)
{
    struct wt_span rest = {open->end, w->tok[open->match].pos,
                           (uint32_t)(open - w->tok) + 1}, name = rest, arg = rest;
    wt_next_arg(w, &rest, &name);
    const struct row *r = lookup(span_text(w, name));
    if (!r) {
        if (!parser_function(w, name))
            buf_add_byte(&w->mid, WT_HOLE);
        return;
    }
    struct args a = {.n = 0};
    while (wt_next_arg(w, &rest, &arg))
        take_arg(w, &a, arg);
    if (!act(w, r, &a))
        buf_add_byte(&w->mid, WT_HOLE);
}
