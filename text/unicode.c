/* Tables from unicode_data.c. */
#include "text/unicode.h"
#include <string.h>
#include "text/unicode_data.h"

#define CASES CATEGORIES                /* a run of one upper-case letter, one lower-case, .. */

static const char *const long_names[CATEGORIES] = {"Unassigned", "Control", "Format",
    "Private_Use", "Surrogate", "Lowercase_Letter", "Modifier_Letter", "Other_Letter",
    "Titlecase_Letter", "Uppercase_Letter", "Spacing_Mark", "Enclosing_Mark", "Nonspacing_Mark",
    "Decimal_Number", "Letter_Number", "Other_Number", "Connector_Punctuation",
    "Dash_Punctuation", "Close_Punctuation", "Final_Punctuation", "Initial_Punctuation",
    "Other_Punctuation", "Open_Punctuation", "Currency_Symbol", "Modifier_Symbol", "Math_Symbol",
    "Other_Symbol", "Line_Separator", "Paragraph_Separator", "Space_Separator"};
static const char *const short_names[CATEGORIES] = {"Cn", "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo",
    "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc",
    "Sk", "Sm", "So", "Zl", "Zp", "Zs"};

const char *unicode_version_name(enum unicode_version v)
{
    static const char *const names[UNICODE_VERSIONS] = {"14.0.0", "15.0.0", "15.1.0", "16.0.0"};
    return names[v];
}

void unicode_categories(enum unicode_version v, uint8_t *of)
{
    for (size_t i = 0; i < unicode_starts_n; i++) {
        uint32_t first = unicode_starts[i] >> 5, cat = unicode_starts[i] & 31;
        uint32_t end = i + 1 < unicode_starts_n ? unicode_starts[i + 1] >> 5 : CODE_POINTS;
        for (uint32_t c = first; c < end; c++)
            of[c] = (uint8_t)(cat != CASES ? cat : (c - first) & 1 ? CAT_LL : CAT_LU);
    }
    for (size_t i = 0; i < unicode_newer_n; i++)
        if (unicode_newer[i].value > (uint32_t)v)
            memset(of + unicode_newer[i].first, CAT_CN,
                   unicode_newer[i].last - unicode_newer[i].first + 1);
    for (size_t i = 0; i < unicode_changed_n; i++)
        if (unicode_changed[i].last == (uint32_t)v)
            of[unicode_changed[i].first] = (uint8_t)unicode_changed[i].value;
}

uint32_t unicode_category_set(struct slice name)
{
    static const struct { const char *name, *letter; } groups[] = {{"Letter", "L"}, {"Mark", "M"},
        {"Number", "N"}, {"Punctuation", "P"}, {"Symbol", "S"}, {"Separator", "Z"}, {"Other", "C"}};
    uint32_t set = 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (slice_is(name, groups[i].name))
            name = slice_str(groups[i].letter);
    for (unsigned c = 0; c < CATEGORIES; c++)
        if (slice_is(name, short_names[c]) || slice_is(name, long_names[c]) ||
            (name.n == 1 && name.p[0] == short_names[c][0]))
            set |= 1u << c;
    return set;
}

int unicode_script(struct slice name)
{
    for (size_t i = 0; i < unicode_script_names_n; i++)
        if (slice_is(name, unicode_script_names[i]))
            return (int)i;
    return -1;
}

void unicode_script_members(int script, uint8_t *in)
{
    for (size_t i = 0; i < unicode_scripts_n; i++)
        if (unicode_scripts[i].value == (uint32_t)script)
            memset(in + unicode_scripts[i].first, 1,
                   unicode_scripts[i].last - unicode_scripts[i].first + 1);
}

bool unicode_is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == 32 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static unsigned category(uint32_t c)
{
    size_t low = 0, high = unicode_starts_n;
    while (high - low > 1) {
        size_t mid = (low + high) / 2;
        if (unicode_starts[mid] >> 5 <= c)
            low = mid;
        else
            high = mid;
    }
    uint32_t cat = unicode_starts[low] & 31;
    return cat != CASES ? cat : (c - (unicode_starts[low] >> 5)) & 1 ? CAT_LL : CAT_LU;
}

bool unicode_is_word(uint32_t c)
{
    static const uint32_t words = 1u << CAT_LU | 1u << CAT_LL | 1u << CAT_LT | 1u << CAT_LM |
        1u << CAT_LO | 1u << CAT_MN | 1u << CAT_MC | 1u << CAT_ME | 1u << CAT_ND | 1u << CAT_NL |
        1u << CAT_PC;
    if (c >= CODE_POINTS)
        return false;
    bool circled = (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) ||
                   (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
    return circled || c == 0x200C || c == 0x200D || (words >> category(c) & 1);
}

bool unicode_newer_form(uint32_t c)
{
    size_t low = 0, high = unicode_newer_forms_n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c > unicode_newer_forms[mid].last)
            low = mid + 1;
        else
            high = mid;
    }
    return low < unicode_newer_forms_n && c >= unicode_newer_forms[low].first;
}
