/* finish - what a run must be able to say at its end: accounts that add up, and statistics. */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/run.h"
#include "core/sample.h"

/* The source of a group: the first element of its key. */
static struct slice source_of(struct slice group)
{
    struct json_iter it;
    struct json_member m = {{"", 0}, {"", 0}};
    if (json_iter_init(&it, group))
        json_iter_next(&it, &m);
    return m.value;
}

/* --min-keep, source by source: one that loses nearly everything must not hide in the sum. Groups
 * are sorted, so those of a source stand together. */
static int check_keep(const struct step *s, struct err *e)
{
    struct slice *groups;
    size_t n = tally_groups(&s->total, &groups);
    int rc = 0;
    for (size_t i = 0, next; i < n && !rc; i = next) {
        struct slice source = source_of(groups[i]);
        uint64_t in = 0, out = 0;
        for (next = i; next < n && slice_eq(source_of(groups[next]), source); next++) {
            in += tally_of_group(&s->total, TALLY_IN, groups[next]) +
                  tally_of_group(&s->total, TALLY_MADE, groups[next]);
            out += tally_of_group(&s->total, TALLY_OUT, groups[next]);
        }
        if (100.0 * (double)out < s->min_keep * (double)in)
            rc = err_set(e, ERR_VERIFY, "%s kept %llu of %llu documents of source %.*s, less than "
                         "--min-keep %s", s->stage->name, (unsigned long long)out,
                         (unsigned long long)in, (int)(source.n < 100 ? source.n : 100), source.p,
                         s->o.min_keep);
    }
    mem_free(groups);
    return rc;
}

/* CONTRACT.md section 6: in + made = out + dropped + merged + bad, by documents. What a reader
 * calls bad are records, which never became documents. */
static int check_step(const struct step *s, struct err *e)
{
    const struct tally *t = &s->total;
    bool reads = s->stage->form == FORM_SOURCE || s->stage->form == FORM_PULL;
    uint64_t in = tally_total(t, TALLY_IN).n + tally_total(t, TALLY_MADE).n;
    uint64_t out = tally_total(t, TALLY_OUT).n + tally_total(t, TALLY_DROPPED).n +
                   tally_total(t, TALLY_MERGED).n;
    uint64_t bad = tally_total(t, TALLY_BAD).n, records = reads ? in + bad : in;
    if (in != out + (reads ? 0 : bad))
        return err_set(e, ERR_BUG, "%s: %llu documents in, %llu accounted for", s->stage->name,
                       (unsigned long long)in, (unsigned long long)(out + bad));
    if (s->max_bad_share >= 0 && records && (double)bad > s->max_bad_share * (double)records)
        return err_set(e, ERR_VERIFY, "%s: %llu of %llu records are bad, more than --max-bad %s",
                       s->stage->name, (unsigned long long)bad, (unsigned long long)records,
                       s->o.max_bad);
    return s->o.min_keep ? check_keep(s, e) : 0;
}

int finish_accounts(const struct chain *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++)
        if (check_step(&c->steps[i], e))
            return -1;
    return 0;
}

static void put_run(const struct chain *c, double seconds, struct buf *b)
{
    struct rusage u;
    char host[64] = "";
    getrusage(RUSAGE_SELF, &u);
    gethostname(host, sizeof host - 1);
    json_key(b, "run");
    buf_add_byte(b, '{');
    json_put_f64(b, "seconds", seconds);
    json_put_f64(b, "cpu_seconds", (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                                       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec));
    json_put_u64(b, "peak_rss", (uint64_t)u.ru_maxrss * 1024);
    json_put_u64(b, "threads", (uint64_t)c->setup.threads);
    json_put_str(b, "host", slice_str(host));
    buf_add_byte(b, '}');
}

static void put_samples(const struct step *s, struct buf *b)
{
    if (!s->kept)
        return;
    json_key(b, "samples");
    buf_add_byte(b, '{');
    json_key(b, "kept");
    sample_json(s->kept, b);
    json_key(b, "dropped");
    sample_json(s->dropped, b);
    buf_add_byte(b, '}');
}

int finish_stats(const struct chain *c, double seconds, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    buf_add_byte(&b, '{');
    json_put_str(&b, "tokmill", SLICE(TOKMILL_VERSION));
    json_key(&b, "stages");
    buf_add_byte(&b, '[');
    for (size_t i = 0; i < c->n; i++) {
        buf_add_str(&b, i ? ",{" : "{");
        json_put_str(&b, "name", slice_str(c->steps[i].stage->name));
        json_put_u64(&b, "step", i);
        tally_json(&c->steps[i].total, &b);
        put_samples(&c->steps[i], &b);
        buf_add_byte(&b, '}');
    }
    buf_add_byte(&b, ']');
    put_run(c, seconds, &b);
    buf_add_str(&b, "}\n");
    int rc = output_whole(c->o.stats, buf_slice(&b), e);
    buf_free(&b);
    return rc;
}
