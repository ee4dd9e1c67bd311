/* See pii_keys.h. One expression of all formats; each is bounded, so that matching is linear. */
#include "filter/pii_keys.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include "core/buf.h"
#include "core/mem.h"

struct key_rules {
    pcre2_code *code;
};

struct key_finder {
    const struct key_rules *rules;
    pcre2_match_data *data;
};

#define EDGE "(?![A-Za-z0-9])"

/* Behind no letter or digit, whatever the format. */
static const char *const formats[] = {
    "(?:A3T[A-Z0-9]|A[BCKS]IA|ACCA)[A-Z0-9]{16}" EDGE,                      /* AWS */
    "gh[oprsu]_[A-Za-z0-9]{36,255}" EDGE,                                   /* GitHub */
    "github_pat_[A-Za-z0-9_]{22,255}" EDGE,
    "glpat-[A-Za-z0-9_-]{20,64}" EDGE,                                      /* GitLab */
    "xox[abeoprs]-(?:[0-9]{1,20}-){1,6}[A-Za-z0-9]{10,64}" EDGE,            /* Slack */
    "https://hooks\\.slack\\.com/services/T[A-Za-z0-9_]{6,20}/B[A-Za-z0-9_]{6,20}/"
    "[A-Za-z0-9_]{16,40}",
    "[rs]k_live_[A-Za-z0-9]{24,128}" EDGE,                                  /* Stripe */
    "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}" EDGE,                      /* SendGrid */
    "npm_[A-Za-z0-9]{36}" EDGE,
    "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,255}",
    "[0-9a-f]{32}-us[0-9]{1,2}" EDGE,                                       /* Mailchimp */
    "(?:AC|SK)[0-9a-f]{32}" EDGE,                                           /* Twilio */
    "AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])",                               /* Google */
    "GOCSPX-[A-Za-z0-9_-]{28}" EDGE,
    "sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{16,140}T3BlbkFJ[A-Za-z0-9_-]{16,140}", /* OpenAI */
    "sk-ant-[a-z0-9]{2,10}-[A-Za-z0-9_-]{60,140}",                          /* Anthropic */
    "hf_[A-Za-z]{34}" EDGE,                                                 /* Hugging Face */
    "[MNO][A-Za-z0-9_-]{23,25}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,38}" EDGE,     /* Discord */
    "eyJ[A-Za-z0-9_-]{8,4096}\\.eyJ[A-Za-z0-9_-]{8,8192}\\.[A-Za-z0-9_-]{10,1024}",  /* JWT */
    "AccountKey=[A-Za-z0-9+/]{86}==",                                       /* Azure */
    "AKC[A-Za-z0-9]{10,64}" EDGE, "AP[0-9A-F][A-Za-z0-9]{60,72}" EDGE,      /* Artifactory */
};

/* A private key as a whole, or its first line where the end is not near. */
static const char *const pem =
    "-----BEGIN (?:[A-Z]{2,9} )?(?:ENCRYPTED )?PRIVATE KEY(?: BLOCK)?-----"
    "(?:[A-Za-z0-9+/=,:. \\t\\r\\n\\\\-]{0,8192}?-----END [A-Z ]{11,40}-----)?";

struct key_rules *key_rules_new(struct err *e)
{
    struct key_rules *r = mem_zero(sizeof *r);
    struct buf b;
    int why = 0;
    PCRE2_SIZE at = 0;
    buf_init(&b, 1 << 16);
    buf_add_str(&b, "(?<![A-Za-z0-9])(?:");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        buf_add_str(&b, formats[i]);
        buf_add_byte(&b, '|');
    }
    buf_add_str(&b, pem);
    buf_add_byte(&b, ')');
    r->code = pcre2_compile((PCRE2_SPTR)b.p, b.n, 0, &why, &at, NULL);
    buf_free(&b);
    if (!r->code) {
        mem_free(r);
        err_set(e, ERR_BUG, "the expression of keys: error %d at %zu", why, (size_t)at);
        return NULL;
    }
    pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);     /* without it, slower and the same */
    return r;
}

void key_rules_free(struct key_rules *r)
{
    if (r)
        pcre2_code_free(r->code);
    mem_free(r);
}

struct key_finder *key_finder_new(const struct key_rules *r)
{
    struct key_finder *f = mem_zero(sizeof *f);
    f->rules = r;
    f->data = pcre2_match_data_create_from_pattern(r->code, NULL);
    return f;
}

void key_finder_free(struct key_finder *f)
{
    if (f)
        pcre2_match_data_free(f->data);
    mem_free(f);
}

bool key_next(struct key_finder *f, struct slice text, size_t from, size_t *at, size_t *n)
{
    if (from >= text.n || pcre2_match(f->rules->code, (PCRE2_SPTR)text.p, text.n, from, 0, f->data,
                                      NULL) < 1)
        return false;
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(f->data);
    *at = v[0];
    *n = v[1] - v[0];
    return true;
}
