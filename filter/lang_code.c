/* Codes of languages: ISO 639-1 and 639-3 (SIL's tables, in iso-codes), bibliographic ISO 639-2,
 * codes withdrawn from 639-1, and the standard language that a macrolanguage's name usually
 * means, as NLLB, GlotLID and FineWeb-2 pair them (arb for ara, cmn for zho). */
#include "filter/lang_code.h"

struct pair {
    char from[4], to[4];
};

static const struct pair iso_639_1[] = {
    {"aa", "aar"}, {"ab", "abk"}, {"ae", "ave"}, {"af", "afr"}, {"ak", "aka"}, {"am", "amh"},
    {"an", "arg"}, {"ar", "ara"}, {"as", "asm"}, {"av", "ava"}, {"ay", "aym"}, {"az", "aze"},
    {"ba", "bak"}, {"be", "bel"}, {"bg", "bul"}, {"bi", "bis"}, {"bm", "bam"}, {"bn", "ben"},
    {"bo", "bod"}, {"br", "bre"}, {"bs", "bos"}, {"ca", "cat"}, {"ce", "che"}, {"ch", "cha"},
    {"co", "cos"}, {"cr", "cre"}, {"cs", "ces"}, {"cu", "chu"}, {"cv", "chv"}, {"cy", "cym"},
    {"da", "dan"}, {"de", "deu"}, {"dv", "div"}, {"dz", "dzo"}, {"ee", "ewe"}, {"el", "ell"},
    {"en", "eng"}, {"eo", "epo"}, {"es", "spa"}, {"et", "est"}, {"eu", "eus"}, {"fa", "fas"},
    {"ff", "ful"}, {"fi", "fin"}, {"fj", "fij"}, {"fo", "fao"}, {"fr", "fra"}, {"fy", "fry"},
    {"ga", "gle"}, {"gd", "gla"}, {"gl", "glg"}, {"gn", "grn"}, {"gu", "guj"}, {"gv", "glv"},
    {"ha", "hau"}, {"he", "heb"}, {"hi", "hin"}, {"ho", "hmo"}, {"hr", "hrv"}, {"ht", "hat"},
    {"hu", "hun"}, {"hy", "hye"}, {"hz", "her"}, {"ia", "ina"}, {"id", "ind"}, {"ie", "ile"},
    {"ig", "ibo"}, {"ii", "iii"}, {"ik", "ipk"}, {"io", "ido"}, {"is", "isl"}, {"it", "ita"},
    {"iu", "iku"}, {"ja", "jpn"}, {"jv", "jav"}, {"ka", "kat"}, {"kg", "kon"}, {"ki", "kik"},
    {"kj", "kua"}, {"kk", "kaz"}, {"kl", "kal"}, {"km", "khm"}, {"kn", "kan"}, {"ko", "kor"},
    {"kr", "kau"}, {"ks", "kas"}, {"ku", "kur"}, {"kv", "kom"}, {"kw", "cor"}, {"ky", "kir"},
    {"la", "lat"}, {"lb", "ltz"}, {"lg", "lug"}, {"li", "lim"}, {"ln", "lin"}, {"lo", "lao"},
    {"lt", "lit"}, {"lu", "lub"}, {"lv", "lav"}, {"mg", "mlg"}, {"mh", "mah"}, {"mi", "mri"},
    {"mk", "mkd"}, {"ml", "mal"}, {"mn", "mon"}, {"mr", "mar"}, {"ms", "msa"}, {"mt", "mlt"},
    {"my", "mya"}, {"na", "nau"}, {"nb", "nob"}, {"nd", "nde"}, {"ne", "nep"}, {"ng", "ndo"},
    {"nl", "nld"}, {"nn", "nno"}, {"no", "nor"}, {"nr", "nbl"}, {"nv", "nav"}, {"ny", "nya"},
    {"oc", "oci"}, {"oj", "oji"}, {"om", "orm"}, {"or", "ori"}, {"os", "oss"}, {"pa", "pan"},
    {"pi", "pli"}, {"pl", "pol"}, {"ps", "pus"}, {"pt", "por"}, {"qu", "que"}, {"rm", "roh"},
    {"rn", "run"}, {"ro", "ron"}, {"ru", "rus"}, {"rw", "kin"}, {"sa", "san"}, {"sc", "srd"},
    {"sd", "snd"}, {"se", "sme"}, {"sg", "sag"}, {"sh", "hbs"}, {"si", "sin"}, {"sk", "slk"},
    {"sl", "slv"}, {"sm", "smo"}, {"sn", "sna"}, {"so", "som"}, {"sq", "sqi"}, {"sr", "srp"},
    {"ss", "ssw"}, {"st", "sot"}, {"su", "sun"}, {"sv", "swe"}, {"sw", "swa"}, {"ta", "tam"},
    {"te", "tel"}, {"tg", "tgk"}, {"th", "tha"}, {"ti", "tir"}, {"tk", "tuk"}, {"tl", "tgl"},
    {"tn", "tsn"}, {"to", "ton"}, {"tr", "tur"}, {"ts", "tso"}, {"tt", "tat"}, {"tw", "twi"},
    {"ty", "tah"}, {"ug", "uig"}, {"uk", "ukr"}, {"ur", "urd"}, {"uz", "uzb"}, {"ve", "ven"},
    {"vi", "vie"}, {"vo", "vol"}, {"wa", "wln"}, {"wo", "wol"}, {"xh", "xho"}, {"yi", "yid"},
    {"yo", "yor"}, {"za", "zha"}, {"zh", "zho"}, {"zu", "zul"},
};

static const struct pair others[] = {
    {"alb", "sqi"}, {"arm", "hye"}, {"baq", "eus"}, {"bur", "mya"}, {"chi", "zho"},
    {"cze", "ces"}, {"dut", "nld"}, {"fre", "fra"}, {"geo", "kat"}, {"ger", "deu"},
    {"gre", "ell"}, {"ice", "isl"}, {"mac", "mkd"}, {"mao", "mri"}, {"may", "msa"},
    {"per", "fas"}, {"rum", "ron"}, {"slo", "slk"}, {"tib", "bod"}, {"wel", "cym"},
    {"arb", "ara"}, {"ayr", "aym"}, {"azj", "aze"}, {"bh", "bih"}, {"cmn", "zho"}, {"dik", "din"},
    {"ekk", "est"}, {"fil", "tgl"}, {"fuv", "ful"}, {"gaz", "orm"}, {"gug", "grn"}, {"in", "ind"},
    {"iw", "heb"}, {"ji", "yid"}, {"jw", "jav"}, {"khk", "mon"}, {"kmr", "kur"}, {"knc", "kau"},
    {"lvs", "lav"}, {"mo", "ron"}, {"nob", "nor"}, {"npi", "nep"}, {"ory", "ori"}, {"pbt", "pus"},
    {"pes", "fas"}, {"plt", "mlg"}, {"quy", "que"}, {"swh", "swa"}, {"twi", "aka"},
    {"uzn", "uzb"}, {"ydd", "yid"}, {"zsm", "msa"},
};

static uint32_t pack(const char *p, size_t n)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i] | 0x20;
        if (c < 'a' || c > 'z')
            return 0;
        v = v << 8 | c;
    }
    return v;
}

static uint32_t look_up(const struct pair *v, size_t n, uint32_t code)
{
    for (size_t i = 0; i < n; i++)
        if (pack(v[i].from, strlen(v[i].from)) == code)
            return pack(v[i].to, 3);
    return 0;
}

static uint32_t language(struct slice s, bool has_script)
{
    uint32_t code = s.n == 2 || s.n == 3 ? pack(s.p, s.n) : 0, to = 0;
    if (code && s.n == 2)
        to = look_up(iso_639_1, sizeof iso_639_1 / sizeof *iso_639_1, code);
    if (code) {
        uint32_t standard = look_up(others, sizeof others / sizeof *others, to ? to : code);
        to = standard ? standard : to;
    }
    /* ISO's als is Tosk Albanian, Wikipedia's (and lid.176's) is Alemannic: a script tells */
    if (code && !to && has_script && code == pack("als", 3))
        to = pack("sqi", 3);
    return to ? to : s.n == 3 ? code : 0;
}

bool lang_code_parse(struct slice s, struct lang_code *out)
{
    size_t n = 0;
    while (n < s.n && s.p[n] != '_' && s.p[n] != '-')
        n++;
    struct slice head = slice_upto(s, n), tail = slice_from(s, n + 1);
    out->script = tail.n == 4 ? pack(tail.p, 4) : 0;
    out->language = language(head, out->script != 0);
    return out->language && (n == s.n || out->script);
}

/* Simplified and traditional characters are both Han. */
static bool same_script(uint32_t a, uint32_t b)
{
    uint32_t hani = pack("hani", 4), hans = pack("hans", 4), hant = pack("hant", 4);
    return a == b || (a == hani && (b == hans || b == hant)) ||
           (b == hani && (a == hans || a == hant));
}

bool lang_code_match(struct lang_code wanted, struct lang_code label)
{
    return wanted.language == label.language &&
           (!wanted.script || !label.script || same_script(wanted.script, label.script));
}
