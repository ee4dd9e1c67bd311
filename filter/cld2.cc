#include "filter/cld2.h"
#include <cstdio>
#include <cstring>
#include <cld2/public/compact_lang_det.h>

// CLD2 keeps withdrawn and private codes; these are the current ones.
static const char *const renamed[][2] = {
    {"iw", "he"}, {"jw", "jv"}, {"sr-ME", "cnr"}, {"un", ""}, {"xxx", ""}, {"zzb", ""},
    {"zzp", ""},  {"zzh", ""},  {"zze", ""},
};

int cld2_languages(void) { return CLD2::NUM_LANGUAGES; }

const char *cld2_code(int language)
{
    if (language < 0 || language >= CLD2::NUM_LANGUAGES)
        return "";
    const char *code = CLD2::LanguageCode(static_cast<CLD2::Language>(language));
    if (!code || !*code || (*code >= '0' && *code <= '9') || !strncmp(code, "xx-", 3))
        return "";
    for (auto &r : renamed)
        if (!strcmp(code, r[0]))
            return r[1];
    return code;
}

void cld2_detect(const char *text, size_t n, struct cld2_found found[3], bool *reliable)
{
    CLD2::Language languages[3];
    int percents[3], text_bytes;
    double scores[3];
    const size_t most = static_cast<size_t>(1) << 30;
    int length = static_cast<int>(n < most ? n : most);
    while (n > most && length && (text[length] & 0xC0) == 0x80)
        length--;
    CLD2::ExtDetectLanguageSummary(text, length, true, nullptr, 0, languages, percents, scores,
                                   nullptr, &text_bytes, reliable);
    for (int i = 0; i < 3; i++) {
        int code = static_cast<int>(languages[i]);
        found[i].language = *cld2_code(code) ? code : -1;
        found[i].percent = percents[i];
    }
}
