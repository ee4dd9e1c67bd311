/* See charmap.h. Encodings are spelled as their bytes 0x80 to 0xFF in order. */
#include "filter/charmap.h"
#include "core/mem.h"
#include "text/chars.h"
#include "text/entity.h"

/* Without latin-1, whose bytes are the code points. */
static const struct {
    bool sloppy;
    const char *upper_half;
} encodings[CHARMAPS - 1] = {
    {true,          /* windows-1252 */
     "€\302\201‚ƒ„…†‡ˆ‰Š‹Œ\302\215Ž\302\217\302\220‘’“”•–"
     "—˜™š›œ\302\235žŸ\302\240¡¢£¤¥¦§¨©ª«¬\302\255®¯°±²³´µ¶"
     "·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàá"
     "âãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"},
    {true,          /* windows-1251 */
     "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\302\230™љ›њќћ"
     "џ\302\240ЎўЈ¤Ґ¦§Ё©Є«¬\302\255®Ї°±Ііґµ¶·ё№є»јЅѕїАБВ"
     "ГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмн"
     "опрстуфхцчшщъыьэюя"},
    {true,          /* windows-1250 */
     "€\302\201‚\302\203„…†‡\302\210‰Š‹ŚŤŽŹ\302\220‘’“”•–"
     "—\302\230™š›śťžź\302\240ˇ˘Ł¤Ą¦§¨©Ş«¬\302\255®Ż°±˛ł´µ¶"
     "·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕá"
     "âăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"},
    {true,          /* windows-1253 */
     "€\302\201‚ƒ„…†‡\302\210‰\302\212‹\302\214\302\215\302\216\302\217"
     "\302\220‘’“”•–—\302\230™\302\232›\302\234\302\235\302\236\302\237"
     "\302\240΅Ά£¤¥¦§¨©ª«¬\302\255®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏΐΑΒΓ"
     "ΔΕΖΗΘΙΚΛΜΝΞΟΠΡÒΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξ"
     "οπρςστυφχψωϊϋόύώÿ"},
    {true,          /* windows-1254 */
     "€\302\201‚ƒ„…†‡ˆ‰Š‹Œ\302\215\302\216\302\217\302\220‘’“”"
     "•–—˜™š›œ\302\235\302\236Ÿ\302\240¡¢£¤¥¦§¨©ª«¬\302\255®¯°"
     "±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛ"
     "ÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ"},
    {true,          /* windows-1257 */
     "€\302\201‚\302\203„…†‡\302\210‰\302\212‹\302\214¨ˇ¸\302\220‘’"
     "“”•–—\302\230™\302\232›\302\234¯˛\302\237\302\240¡¢£¤¥¦§Ø©Ŗ"
     "«¬\302\255®Æ°±²³´µ¶·ø¹ŗ»¼½¾æĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅ"
     "ÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüż"
     "ž˙"},
    {false,          /* iso-8859-2 */
     "\302\200\302\201\302\202\302\203\302\204\302\205\302\206\302\207\302\210\302\211"
     "\302\212\302\213\302\214\302\215\302\216\302\217\302\220\302\221\302\222\302\223"
     "\302\224\302\225\302\226\302\227\302\230\302\231\302\232\302\233\302\234\302\235"
     "\302\236\302\237\302\240Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\302\255ŽŻ°ą˛ł´ľśˇ¸šşťź"
     "˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćç"
     "čéęëěíîďđńňóôőö÷řůúűüýţ˙"},
    {false,          /* macroman */
     "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©"
     "™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\302\240"
     "ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏ"
     "ÌÓÔ\357\243\277ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ"},
    {false,          /* cp437 */
     "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐"
     "¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟"
     "╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµ"
     "τΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\302\240"},
};

/* "a-z" is a range. CM_C1 is U+0080 to U+009F. */
static const struct {
    uint32_t flag;
    const char *chars;
} categories[] = {
    {CM_COMMON, "\302\240\302\255´·–—―’…"},
    {CM_BAD, "¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊\357\277\275"},
    {CM_LAW, "§¶"},
    {CM_CURRENCY, "¢£¥₧€"},
    {CM_START, "¡©«¿΄΅‘‚“„•‹\357\243\277"},
    {CM_END, "®»˝”›™"},
    {CM_NUMERIC, "±²³µ¹¼½¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥"},
    {CM_KAOMOJI, "°Ò-ÖÙ-Üò-öø-üŌŐŪŲ"},
    {CM_UPPER, "À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒ"
     "ŘŚŞŠŢŤŮŰŸŹŻŽҐ"},
    {CM_LOWER, "ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšť"
     "źżžґﬁﬂ"},
    {CM_UPPER_COMMON, "ÞΆΈΉΊΌΎΏΑ-ΫЁ-Я"},
    {CM_LOWER_COMMON, "ά-ωа-џ"},
    {CM_BOX, "│┌┐┘├┤┬┼═-╬▀▄█▌▐-▓"},
};

/* Of the characters that are continuation bytes somewhere, those that stand beside mojibake as
 * themselves: dashes, the bullet, quotation marks, the ellipsis. */
static const char *const plain_continuations = "–—―‘’‚“”„•…";

/* ---- making the table --------------------------------------------------------------------- */

static struct charmap_row *row(struct charmap *m, uint32_t cp)
{
    if (!m->row_of[cp])
        m->row_of[cp] = (uint16_t)++m->n;
    return &m->rows[m->row_of[cp]];
}

/* Byte b of a layout like latin-1's as a byte of UTF-8. */
static uint32_t clue(unsigned b)
{
    return b < 0xC0   ? CM_CONTINUATION | CM_CONTINUATION_STRICT
           : b < 0xC2 ? 0
           : b < 0xE0 ? CM_FIRST_OF_2
           : b < 0xF0 ? CM_FIRST_OF_3
           : b == 0xF0 || b == 0xF3 ? CM_FIRST_OF_4 : 0;     /* others lead to no character */
}

static void add(struct charmap *m, int encoding, unsigned b, uint32_t cp)
{
    struct charmap_row *r = row(m, cp);
    r->encodings |= (uint16_t)(1u << encoding);
    r->byte[encoding] = (uint8_t)b;
    if (encoding < CHARMAP_LATIN_2 && b >= 0x80)
        r->flags |= clue(b);
}

static void add_categories(struct charmap *m)
{
    for (uint32_t c = 0x80; c < 0xA0; c++)
        row(m, c)->flags |= CM_C1;
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
        for (const char *p = categories[i].chars; *p;) {
            uint32_t from = chars_next(&p), to = from;
            if (*p == '-') {
                p++;
                to = chars_next(&p);
            }
            for (; from <= to; from++)
                row(m, from)->flags |= categories[i].flag;
        }
    for (const char *p = plain_continuations; *p;)
        row(m, chars_next(&p))->flags &= ~(uint32_t)CM_CONTINUATION_STRICT;
}

struct charmap *charmap_new(void)
{
    struct charmap *m = mem_zero(sizeof *m);
    for (unsigned b = 0x80; b <= 0xFF; b++)
        add(m, CHARMAP_LATIN_1, b, b);
    for (int e = 1; e < CHARMAPS; e++) {
        const char *p = encodings[e - 1].upper_half;
        for (unsigned b = 0x80; b <= 0xFF; b++)
            add(m, e, b, chars_next(&p));
        if (charmap_is_sloppy(e))
            add(m, e, 0x1A, 0xFFFD);
    }
    add_categories(m);
    return m;
}

void charmap_free(struct charmap *m) { mem_free(m); }

bool charmap_is_sloppy(int encoding) { return encoding > 0 && encodings[encoding - 1].sloppy; }

uint32_t charmap_1252(uint32_t c1) { return entity_c1(c1); }
