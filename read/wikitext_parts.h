/* wikitext_parts - what the three passes of wikitext share; see wikitext.h
 *
 * Tokens stand in text order. An opening token knows the index of its closing one (match) and the
 * other way round; NO_MATCH means a bracket that is only text. Regions (comments, <ref>, <math>)
 * are one token with the bytes inside.
 */
#ifndef READ_WIKITEXT_PARTS_H
#define READ_WIKITEXT_PARTS_H
#include <stdint.h>
#include "read/wikitext.h"

enum wt_kind {
    WT_TEMPLATE, WT_PARAM, WT_LINK, WT_TABLE, WT_HTML_TABLE, WT_PAIRS,     /* have partners */
    WT_DROP, WT_COMMENT, WT_LITERAL, WT_BLOCK, WT_MATH, WT_CHEM            /* regions */
};

#define WT_NO_MATCH UINT32_MAX
#define WT_DEPTH_MAX 64
#define WT_HOLE '\1'            /* in rendered text: something was left out here */
#define WT_VERBATIM '\2'        /* at the start of a line: take it as it is */

struct wt_token {
    uint32_t pos, end;          /* the whole token */
    uint32_t in, in_end;        /* region: what is inside */
    uint32_t match;
    uint8_t kind;
    bool close;
};

struct wikitext {
    struct slice text;
    struct wt_token *tok;
    uint32_t n_tok, cap_tok;
    uint32_t *stack, n_stack, cap_stack;
    uint32_t open[WT_PAIRS];    /* how many of each kind are on the stack */
    uint32_t regions_without_end;       /* bit set: no closing tag of this name follows */
    const struct wiki_names *names;
    struct buf mid;             /* rendered */
    unsigned depth;
    bool in_ext;                /* between "[http://x " and "]" */
    bool in_tag;                /* an HTML tag cut by a token */
};

/* A part of the text, and the first token at or after its start. */
struct wt_span {
    uint32_t from, to, tok;
};

void wt_scan(struct wikitext *w);
void wt_render(struct wikitext *w, struct wt_span s);
void wt_template(struct wikitext *w, const struct wt_token *open);
/* The part up to the next '|' at this level; *rest moves behind it. False at the end. */
bool wt_next_arg(const struct wikitext *w, struct wt_span *rest, struct wt_span *arg);
void wt_lines(const struct wikitext_opts *o, struct slice rendered, struct buf *out);
void wt_add(struct wikitext *w, struct slice s);            /* to mid, without control bytes */

static inline struct slice wt_slice(const struct wikitext *w, uint32_t from, uint32_t to)
{
    return slice_of(w->text.p + from, to - from);
}

#endif
