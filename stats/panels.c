/* panels - the parts of a report below the funnel. A part without numbers is left out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/mem.h"
#include "core/tally.h"
#include "stats/chart.h"
#include "stats/file.h"
#include "stats/html.h"
#include "stats/report.h"

enum { MAX_BARS = 20, MAX_RUNS = 60 };

/* A heading is due with the first card of a part. */
struct part {
    struct buf *b;
    const char *title, *layout;
    bool open;
};

static void open_card(struct part *p, struct slice name, struct slice stage)
{
    if (!p->open)
        buf_add_fmt(p->b, "<h2>%s</h2><div class=\"%s\">", p->title, p->layout);
    p->open = true;
    buf_add_str(p->b, "<div class=\"card\"><h3>");
    html_text(p->b, slice_upto(name, 120));
    if (stage.n)
        buf_add_str(p->b, " <small>");
    html_text(p->b, slice_upto(stage, 120));
    buf_add_str(p->b, stage.n ? "</small></h3>" : "</h3>");
}

static void close_card(struct part *p) { buf_add_str(p->b, "</div>\n"); }

static void close_part(struct part *p)
{
    if (p->open)
        buf_add_str(p->b, "</div>\n");
}

static int larger_first(const void *a, const void *b)
{
    const struct bar *x = a, *y = b;
    return x->value != y->value ? (x->value < y->value) - (x->value > y->value)
                                : slice_cmp(x->label, y->label);
}

/* Bars of an object's numbers (or of their member `what`), largest first; the rest in one. */
static void object_bars(struct buf *b, const char *class_name, const struct node *v,
                        const char *what, double share_of)
{
    struct bar *bars = mem_array(v->n + 1, sizeof *bars);
    size_t n = 0;
    char rest[40];
    for (size_t i = 0; i < v->n; i++) {
        double x = what ? node_f64(&v->kids[i], what) : fixed_f64(v->kids[i].sum);
        if (x > 0)
            bars[n++] = (struct bar){v->kids[i].key, x, share_of, NULL};
    }
    qsort(bars, n, sizeof *bars, larger_first);
    if (n > MAX_BARS + 1) {
        snprintf(rest, sizeof rest, "%zu others", n - MAX_BARS);
        for (size_t i = MAX_BARS + 1; i < n; i++)
            bars[MAX_BARS].value += bars[i].value;
        bars[MAX_BARS].label = slice_str(rest);
        n = MAX_BARS + 1;
    }
    chart_bars(b, class_name, bars, n, html_exact);
    mem_free(bars);
}

static double total(const struct node *v, const char *what)
{
    double sum = 0;
    for (size_t i = 0; v && i < v->n; i++)
        sum += what ? node_f64(&v->kids[i], what) : fixed_f64(v->kids[i].sum);
    return sum;
}

void panel_reasons(const struct node *stages, struct buf *b)
{
    struct part p = {b, "Why documents were dropped", "grid", false};
    for (size_t i = 0; i < stages->n; i++) {
        const struct node *stage = &stages->kids[i], *dropped = node_find(stage, "dropped");
        if (total(dropped, "docs") <= 0)
            continue;
        open_card(&p, node_text(stage, "name"), SLICE("documents, share of those that came in"));
        object_bars(b, "dropped", dropped, "docs",
                    node_f64(stage, "in.docs") + node_f64(stage, "made.docs"));
        close_card(&p);
    }
    close_part(&p);
}

void panel_keys(const struct node *stages, struct buf *b)
{
    struct part p = {b, "Languages and other classes", "grid", false};
    for (size_t i = 0; i < stages->n; i++) {
        const struct node *keys = node_find(&stages->kids[i], "keys");
        for (size_t k = 0; keys && k < keys->n; k++) {
            double sum = node_has_kids(&keys->kids[k]) ? total(&keys->kids[k], NULL) : 0;
            if (sum <= 0)
                continue;
            open_card(&p, keys->kids[k].key, node_text(&stages->kids[i], "name"));
            object_bars(b, "kept", &keys->kids[k], NULL, sum);
            close_card(&p);
        }
    }
    close_part(&p);
}

static bool is_cluster(struct slice name) { return slice_find(name, SLICE("cluster")) < name.n; }

static void number(struct buf *b, const char *name, double v)
{
    buf_add_fmt(b, "%s ", name);
    if (fabs(v) >= 1000)
        html_count(b, v);
    else
        buf_add_fmt(b, "%.3g", v);
}

/* The middle of the bin in which the middle value lies. */
static double median(const struct node *bins, double count)
{
    double seen = 0;
    for (size_t i = 0; bins && i < bins->n; i++) {
        int bin = stats_bin(&bins->kids[i]);
        seen += fixed_f64(bins->kids[i].sum);
        if (seen >= count / 2)
            return bin == TALLY_BIN_ZERO ? 0 : exp2((bin + 0.5) / 8);
    }
    return 0;
}

static void histogram_notes(struct buf *b, const struct node *h)
{
    const struct node *bins = node_find(h, "bins");
    double count = node_f64(h, "count");
    buf_add_str(b, "<div class=\"sub\">");
    html_exact(b, count);
    buf_add_str(b, " values");
    if (count > 0) {
        number(b, " \xC2\xB7 mean", node_f64(h, "sum") / count);
        number(b, " \xC2\xB7 median about", median(bins, count));
    }
    if (node_find(h, "min"))
        number(b, " \xC2\xB7 least", node_f64(h, "min"));
    if (node_find(h, "max"))
        number(b, " \xC2\xB7 largest", node_f64(h, "max"));
    if (bins && bins->n && stats_bin(&bins->kids[0]) == TALLY_BIN_ZERO) {
        buf_add_str(b, " \xC2\xB7 zero or less: ");
        html_exact(b, fixed_f64(bins->kids[0].sum));
    }
    buf_add_str(b, "</div>");
}

static void histograms(const struct node *stages, struct part *p, bool clusters)
{
    for (size_t i = 0; i < stages->n; i++) {
        const struct node *all = node_find(&stages->kids[i], "histograms");
        for (size_t k = 0; all && k < all->n; k++) {
            const struct node *h = &all->kids[k];
            if (!node_find(h, "bins") || is_cluster(h->key) != clusters)
                continue;
            open_card(p, h->key, node_text(&stages->kids[i], "name"));
            (clusters ? chart_log_log : chart_histogram)(p->b, h);
            histogram_notes(p->b, h);
            close_card(p);
        }
    }
    close_part(p);
}

void panel_histograms(const struct node *stages, struct buf *b)
{
    struct part p = {b, "Lengths and scores", "grid", false};
    histograms(stages, &p, false);
}

void panel_clusters(const struct node *stages, struct buf *b)
{
    struct part p = {b, "Clusters of duplicates: how many of each size", "grid", false};
    histograms(stages, &p, true);
}

void panel_bad(const struct node *stages, struct buf *b)
{
    struct part p = {b, "Bad records and records passed over", "grid", false};
    for (size_t i = 0; i < stages->n; i++) {
        const struct node *bad = node_find(&stages->kids[i], "bad");
        const struct node *passed = node_find(&stages->kids[i], "records.passed");
        struct slice name = node_text(&stages->kids[i], "name");
        if (total(bad, NULL) > 0) {
            open_card(&p, SLICE("bad, by kind"), name);
            object_bars(b, "bad", bad, NULL, 0);
            close_card(&p);
        }
        if (total(passed, NULL) > 0) {
            open_card(&p, SLICE("passed over, by type"), name);
            object_bars(b, "merged", passed, NULL,
                        total(passed, NULL) + node_f64(&stages->kids[i], "records.yielding"));
            close_card(&p);
        }
    }
    close_part(&p);
}

void panel_counters(const struct node *stages, struct buf *b)
{
    struct part p = {b, "Counters", "grid", false};
    for (size_t i = 0; i < stages->n; i++) {
        const struct node *counters = node_find(&stages->kids[i], "counters");
        if (!counters || !counters->n)
            continue;
        open_card(&p, node_text(&stages->kids[i], "name"), slice_str(""));
        buf_add_str(b, "<table>");
        for (size_t k = 0; k < counters->n; k++) {
            buf_add_str(b, "<tr><th>");
            html_text(b, slice_upto(counters->kids[k].key, 120));
            buf_add_str(b, "</th><td class=\"num\">");
            html_exact(b, fixed_f64(counters->kids[k].sum));
            buf_add_str(b, "</td></tr>");
        }
        buf_add_str(b, "</table>");
        close_card(&p);
    }
    close_part(&p);
}

/* ---- samples -------------------------------------------------------------------------------- */

static void sample_list(struct buf *b, const char *title, const struct node *v)
{
    buf_add_fmt(b, "<div class=\"card\"><h3>%s <small>%zu chosen by hash</small></h3>", title,
                v ? v->n : 0);
    for (size_t i = 0; v && i < v->n; i++) {
        struct slice rule = node_text(&v->kids[i], "rule");
        buf_add_str(b, "<article>");
        if (rule.n) {
            buf_add_str(b, "<span class=\"tag\">");
            html_text(b, slice_upto(rule, 120));
            buf_add_str(b, "</span>");
        }
        buf_add_str(b, "<code><bdi>");
        html_text(b, slice_upto(node_text(&v->kids[i], "id"), 200));
        buf_add_str(b, "</bdi></code><p dir=\"auto\">");
        html_text(b, node_text(&v->kids[i], "text"));
        buf_add_str(b, "</p></article>");
    }
    buf_add_str(b, "</div>\n");
}

void panel_samples(const struct node *stages, struct buf *b)
{
    bool open = false;
    for (size_t i = 0; i < stages->n; i++) {
        const struct node *stage = &stages->kids[i];
        const struct node *kept = node_find(stage, "samples.kept");
        const struct node *dropped = node_find(stage, "samples.dropped");
        bool has_dropped = dropped && dropped->n;
        if (!(kept && kept->n) && !has_dropped)
            continue;
        buf_add_str(b, open ? "" : "<h2>Documents kept and dropped</h2>");
        buf_add_str(b, has_dropped ? "<details open><summary>" : "<details><summary>");
        html_text(b, node_text(stage, "name"));
        buf_add_str(b, "</summary><div class=\"pair\">");
        sample_list(b, "kept", kept);
        sample_list(b, "dropped", dropped);
        buf_add_str(b, "</div></details>\n");
        open = true;
    }
}

/* ---- runs ----------------------------------------------------------------------------------- */

static void seconds(struct buf *b, double v) { buf_add_fmt(b, "%.3g s", v); }

static void run_note(struct buf *b, const struct node *run)
{
    double wall = node_f64(run, "seconds");
    buf_add_fmt(b, " %.3g s CPU \xC2\xB7 ", node_f64(run, "cpu_seconds"));
    if (wall > 0)
        buf_add_fmt(b, "%.1f of ", node_f64(run, "cpu_seconds") / wall);
    buf_add_fmt(b, "%.0f threads busy \xC2\xB7 ", node_f64(run, "threads"));
    html_bytes(b, node_f64(run, "peak_rss"));
    buf_add_byte(b, '\0');
}

void panel_runs(const struct node *root, struct buf *b)
{
    const struct node *runs = node_find(root, "runs");
    struct part p = {b, "Runs", "one", false};
    if (!runs || !runs->n)
        return;
    struct bar *bars = mem_array(runs->n, sizeof *bars);
    struct buf *notes = mem_array(runs->n, sizeof *notes);
    for (size_t i = 0; i < runs->n; i++) {
        buf_init(&notes[i], 400);
        run_note(&notes[i], &runs->kids[i]);
        bars[i] = (struct bar){node_text(&runs->kids[i], "host"),
                               node_f64(&runs->kids[i], "seconds"), 0, notes[i].p};
    }
    qsort(bars, runs->n, sizeof *bars, larger_first);
    open_card(&p, SLICE("seconds by host"),
              runs->n > MAX_RUNS ? SLICE("the slowest 60") : slice_str(""));
    chart_bars(b, "kept", bars, runs->n < MAX_RUNS ? runs->n : MAX_RUNS, seconds);
    close_card(&p);
    close_part(&p);
    for (size_t i = 0; i < runs->n; i++)
        buf_free(&notes[i]);
    mem_free(bars);
    mem_free(notes);
}
