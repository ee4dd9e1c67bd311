/* Stems and endings; see spacy_en.h. Pieces of an exception are parted by a space. */
#include "text/spacy_en.h"
#include <stdio.h>

/* Each stem, in lower case and capitalized, with each ending. */
static const struct {
    const char *stems, *endings;        /* endings parted by "|" */
} made[] = {
    {"i", "'m|m|'m a|m a"},
    {"i you he she it we they", "'ll|ll|'ll 've|ll ve|'d|d|'d 've|d ve"},
    {"i you we they", "'ve|ve"},
    {"you we they", "'re|re"},
    {"he she it", "'s|s"},
    {"who what when where why how there that this", "'s|s"},
    {"who what when where why how there that this these those",
     "'ll|ll|'ll 've|ll ve|'d|d|'d 've|d ve"},
    {"who what when where why how there these those", "'re|re|'ve|ve"},
    {"ca could do does did had may might must need ought sha should wo would",
     "n't|nt|n't 've|nt ve"},
    {"could might must should would", "'ve|ve"},
    {"ai are is was were have has dare", "n't|nt"},
};

/* Whole words, one piece each, in lower case and capitalized, with and without the apostrophe. */
static const char dropped_g[] = "doin goin nothin nuthin ol somethin lovin havin";

static const char *const cut[] = {
    "y' all", "y all", "how 'd 'y", "How 'd 'y", "not 've", "not ve", "Not 've", "Not ve",
    "can not", "Can not", "gon na", "Gon na", "got ta", "Got ta", "let 's", "Let 's", "c'm on",
    "C'm on", "° c .", "° f .", "° k .", "° C .", "° F .", "° K .",
};

/* One piece each. */
static const char whole[] =
    "em 'em ll 'll nuff 'nuff "
    "'S 's ‘S ‘s and/or w/o 're 'Cause 'cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout ma'am Ma'am "
    "o'clock O'clock Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. "
    "Ia. Id. Ill. Ind. Jan. Jul. Jun. Kan. Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. "
    "N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. Ore. Pa. S.C. Sep. Sept. Tenn. Va. Wash. "
    "Wis. 'd a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. i.e. I.e. I.E. Inc. "
    "Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s. "
    /* of every language */
    "\\t \\n — ' \\\") <space> '' C++ a. b. c. d. e. f. g. h. i. j. k. l. m. n. o. p. q. r. s. "
    "t. u. v. w. x. y. z. ä. ö. ü. "
    ":) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) ;-) "
    "(; (-; :( :-( :(( :-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| ]= =[ "
    ":1 :P :-P :p :-p :O :-O :o :-o :0 :-0 :() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x :D :-D "
    ";D ;-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^ >.< >.> <.< ._. ;_; -_- -__- v.v V.V v_v V_V "
    "o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3 (^_^) (-_-) "
    "(._.) (>_<) (*_*) (¬_¬) ಠ_ಠ ಠ︵ಠ (ಠ_ಠ) "
    "¯\\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*>";

static const char excluded[] =
    "Ill ill Its its Hell hell Shell shell Shed shed were Were Well well Whore whore";

/* ---- making them -------------------------------------------------------------------------- */

struct maker {
    spacy_exc_add *add;
    void *to;
};

/* "can not" with spaces between pieces. A second one with ’ where it has '. */
static void make(const struct maker *m, struct slice spelled, bool curly)
{
    struct spacy_exc e = {.pieces = 0};
    struct slice piece;
    bool apostrophe = false;
    while (slice_next(&spelled, ' ', &piece)) {
        size_t from = e.n;
        for (size_t i = 0; i < piece.n; i++) {
            bool here = piece.p[i] == '\'';
            size_t n = here && curly ? 3 : 1;
            memcpy(e.text + e.n, n == 3 ? "’" : piece.p + i, n);
            e.n = (uint8_t)(e.n + n);
            apostrophe |= here;
        }
        e.len[e.pieces++] = (uint8_t)(e.n - from);
    }
    if (!curly || apostrophe)
        m->add(m->to, &e);
}

static void make_both(const struct maker *m, const char *spelled)
{
    make(m, slice_str(spelled), false);
    make(m, slice_str(spelled), true);
}

static void make_stem(const struct maker *m, struct slice stem, struct slice endings)
{
    struct slice ending;
    char text[64];
    while (slice_next(&endings, '|', &ending))
        for (int capital = 0; capital < 2; capital++) {
            snprintf(text, sizeof text, "%.*s%s%.*s", (int)stem.n, stem.p, ending.n ? " " : "",
                     (int)ending.n, ending.p);
            text[0] = (char)(text[0] - (capital ? 'a' - 'A' : 0));
            make_both(m, text);
        }
}

static void make_dropped_g(const struct maker *m)
{
    struct slice rest = slice_str(dropped_g), word;
    char text[32];
    while (slice_next(&rest, ' ', &word))
        for (int i = 0; i < 4; i++) {
            snprintf(text, sizeof text, "%.*s%s", (int)word.n, word.p, i & 1 ? "'" : "");
            text[0] = (char)(text[0] - (i & 2 ? 'a' - 'A' : 0));
            make_both(m, text);
        }
}

static void make_hours(const struct maker *m)
{
    static const char *const periods[] = {"a.m.", "am", "p.m.", "pm"};
    char text[16];
    for (int hour = 1; hour <= 12; hour++)
        for (int i = 0; i < 4; i++) {
            snprintf(text, sizeof text, "%d %s", hour, periods[i]);
            make(m, slice_str(text), false);
        }
}

void spacy_en_exceptions(spacy_exc_add *add, void *to)
{
    const struct maker m = {add, to};
    struct slice rest, stem;
    char word[SPACY_EXC_MAX + 1];
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        rest = slice_str(made[i].stems);
        while (slice_next(&rest, ' ', &stem))
            make_stem(&m, stem, slice_str(made[i].endings));
    }
    make_dropped_g(&m);
    make_hours(&m);
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++)
        make_both(&m, cut[i]);
    rest = slice_str(whole);
    while (slice_next(&rest, ' ', &stem)) {
        snprintf(word, sizeof word, "%.*s", (int)stem.n, stem.p);
        make_both(&m, word);
    }
}

bool spacy_en_excluded(struct slice text)
{
    struct slice rest = slice_str(excluded), word;
    while (slice_next(&rest, ' ', &word))
        if (slice_eq(word, text))
            return true;
    return false;
}
