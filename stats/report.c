/* report - see report.h. The frame of the page, the figures at its top and the funnel. */
#include "stats/report.h"
#include <math.h>
#include "stats/html.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<style>\n"
    ":root{color-scheme:light dark;--page:#f6f6f3;--card:#fff;--ink:#16150f;--soft:#55534c;"
    "--quiet:#85837a;--rule:#e3e2da;--track:#eeede6;--kept:#2a78d6;--dropped:#eda100;"
    "--merged:#7a5bd0;--bad:#d9403f}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#0f0f0e;--card:#1a1a18;--ink:#f4f3ee;"
    "--soft:#c3c2b7;--quiet:#8f8d83;--rule:#302f2b;--track:#262623;--kept:#3987e5;"
    "--dropped:#c98500;--merged:#9085e9;--bad:#e66767}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);"
    "font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}\n"
    "main{max-width:1120px;margin:0 auto;padding:28px 20px 60px}"
    "h1{font-size:24px;margin:0 0 2px}h2{font-size:17px;margin:36px 0 10px}"
    "h3{font-size:14px;margin:0 0 8px;font-weight:600;overflow-wrap:anywhere}"
    "h3 small,.sub{color:var(--quiet);font-weight:400;font-size:13px}\n"
    ".card{background:var(--card);border:1px solid var(--rule);border-radius:10px;"
    "padding:16px 18px;min-width:0}.grid{display:grid;gap:14px;"
    "grid-template-columns:repeat(auto-fill,minmax(min(440px,100%),1fr))}"
    ".facts{display:grid;gap:12px;margin-top:18px;"
    "grid-template-columns:repeat(auto-fit,minmax(118px,1fr))}"
    ".facts .card{padding:12px 14px}.facts b{display:block;font-size:22px;line-height:1.25;"
    "font-weight:600}.facts span{color:var(--soft);font-size:13px}"
    ".facts i{display:block;font-style:normal;color:var(--quiet);font-size:12px}\n"
    ".kept{fill:var(--kept)}.dropped{fill:var(--dropped)}.merged{fill:var(--merged)}"
    ".bad{fill:var(--bad)}.track{fill:var(--track)}.hit{fill:transparent}"
    ".col:hover .hit{fill:var(--track)}.col:hover .kept{opacity:.75}"
    ".dot{fill:var(--kept);stroke:var(--card);stroke-width:1.5}line.grid"
    "{stroke:var(--rule);stroke-width:1}line.axis{stroke:var(--quiet);stroke-width:1}"
    "line.threshold{stroke:var(--bad);stroke-width:2;stroke-dasharray:5 3}"
    "text{fill:var(--quiet);font-size:12px}text.mark{fill:var(--ink);font-weight:600}"
    ".chart{display:block;width:100%;height:auto;overflow:visible}svg{display:block}\n"
    "table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:400}"
    "td,th{padding:3px 0;vertical-align:middle;font-size:13.5px}"
    ".num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;"
    "padding-left:14px}.quiet{color:var(--quiet)}.bars th{max-width:220px;padding-right:12px;"
    "overflow:hidden;text-overflow:ellipsis;white-space:nowrap;width:1%}.bars .num{width:1%}\n"
    ".funnel td,.funnel th{padding:9px 0 9px;border-top:1px solid var(--rule)}"
    ".funnel tr:first-child td,.funnel tr:first-child th{border-top:0;color:var(--quiet);"
    "padding:0 0 6px}.funnel th{padding-right:16px;font-weight:600;white-space:nowrap}"
    ".funnel .draw{width:55%}.funnel svg+svg{margin-top:3px}"
    ".legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:10px 0 0;color:var(--soft);"
    "font-size:13px}.legend svg{display:inline-block;vertical-align:-1px;margin-right:6px}\n"
    ".pair{display:grid;gap:14px;grid-template-columns:repeat(auto-fit,"
    "minmax(min(380px,100%),1fr));margin-top:12px}article{border-top:1px solid var(--rule);"
    "padding:9px 0}article p{margin:4px 0 0;white-space:pre-wrap;overflow-wrap:anywhere;"
    "max-height:7.6em;overflow:auto;font-size:13px;color:var(--soft)}"
    "article code{font-size:12px;color:var(--quiet);overflow-wrap:anywhere}"
    ".tag{display:inline-block;border:1px solid var(--rule);border-left:4px solid var(--dropped);"
    "border-radius:4px;padding:0 7px;font-size:12px;margin-right:8px}"
    "summary{cursor:pointer;font-weight:600;font-size:14px}details{margin-bottom:12px}"
    "@media(max-width:700px){.funnel .opt{display:none}.funnel .draw{width:35%}}"
    "@media print{.card{break-inside:avoid}article p{max-height:none}}\n</style>\n";

static double coming_in(const struct node *stage, const char *what)
{
    return what[0] == 'd' ? node_f64(stage, "in.docs") + node_f64(stage, "made.docs")
                          : node_f64(stage, "in.bytes") + node_f64(stage, "made.bytes");
}

static void fact(struct buf *b, const char *name, double v, void (*form)(struct buf *, double))
{
    buf_add_str(b, "<div class=\"card\"><span>");
    buf_add_str(b, name);
    buf_add_str(b, "</span><b>");
    form(b, v);
    buf_add_str(b, "</b>");
}

static void fact_note(struct buf *b, const char *before, double part, double whole)
{
    buf_add_fmt(b, "<i>%s", before);
    if (whole > 0)
        html_percent(b, part, whole);
    buf_add_str(b, "</i></div>\n");
}

static void seconds(struct buf *b, double v)
{
    if (v < 120)
        buf_add_fmt(b, "%.3g s", v);
    else if (v < 7200)
        buf_add_fmt(b, "%.1f min", v / 60);
    else
        buf_add_fmt(b, "%.1f h", v / 3600);
}

static void ratio(struct buf *b, double v) { buf_add_fmt(b, "%.2f", v); }

/* The last stage that counts tokens speaks for all. */
static void token_facts(const struct node *stages, struct buf *b)
{
    const struct node *with = NULL;
    for (size_t i = 0; i < stages->n; i++)
        if (node_f64(&stages->kids[i], "counters.tokens") > 0)
            with = &stages->kids[i];
    if (!with)
        return;
    double tokens = node_f64(with, "counters.tokens"), bytes = node_f64(with, "counters.bytes");
    double docs = coming_in(with, "docs");
    if (bytes <= 0)
        bytes = coming_in(with, "bytes");
    fact(b, "tokens", tokens, html_count);
    buf_add_str(b, "<i>");
    html_count(b, docs > 0 ? tokens / docs : 0);
    buf_add_str(b, " a document</i></div>\n");
    if (bytes <= 0)
        return;
    fact(b, "bytes a token", bytes / tokens, ratio);
    buf_add_str(b, "<i>over ");
    html_bytes(b, bytes);
    buf_add_str(b, "</i></div>\n");
}

static void run_facts(const struct node *root, double bytes, struct buf *b)
{
    const struct node *runs = node_find(root, "runs");
    double longest = 0, cpu = 0, rss = 0;
    if (!runs || !runs->n)
        return;
    for (size_t i = 0; i < runs->n; i++) {
        longest = fmax(longest, node_f64(&runs->kids[i], "seconds"));
        rss = fmax(rss, node_f64(&runs->kids[i], "peak_rss"));
        cpu += node_f64(&runs->kids[i], "cpu_seconds");
    }
    fact(b, runs->n > 1 ? "longest run" : "time", longest, seconds);
    buf_add_fmt(b, "<i>%zu run%s</i></div>\n", runs->n, runs->n > 1 ? "s" : "");
    fact(b, "CPU time", cpu, seconds);
    buf_add_str(b, "<i>");
    html_bytes(b, cpu > 0 ? bytes / cpu : 0);
    buf_add_str(b, " a CPU second</i></div>\n");
    fact(b, "peak memory", rss, html_bytes);
    fact_note(b, "largest of a run", 0, 0);
}

/* What the readers made; where the files tell of none, what came into the first stage. */
static double at_start(const struct node *stages, const char *what)
{
    double made = 0;
    for (size_t i = 0; i < stages->n; i++)
        made += node_f64(&stages->kids[i], what[0] == 'd' ? "made.docs" : "made.bytes");
    return made > 0 ? made : coming_in(&stages->kids[0], what);
}

static void facts(const struct node *root, const struct node *stages, struct buf *b)
{
    if (!stages->n)
        return;
    const struct node *last = &stages->kids[stages->n - 1];
    double docs = at_start(stages, "docs"), bytes = at_start(stages, "bytes");
    buf_add_str(b, "<div class=\"facts\">");
    fact(b, "documents in", docs, html_count);
    buf_add_str(b, "<i>");
    html_bytes(b, bytes);
    buf_add_str(b, " of text</i></div>\n");
    fact(b, "documents out", node_f64(last, "out.docs"), html_count);
    fact_note(b, "", node_f64(last, "out.docs"), docs);
    fact(b, "bytes out", node_f64(last, "out.bytes"), html_bytes);
    fact_note(b, "", node_f64(last, "out.bytes"), bytes);
    token_facts(stages, b);
    run_facts(root, bytes, b);
    buf_add_str(b, "</div>\n");
}

/* ---- the funnel ----------------------------------------------------------------------------- */

struct strip {
    struct buf *b;
    double x, scale;                /* per cent so far, and a unit's */
    const char *what;               /* docs or bytes */
    int height;
};

static void part(struct strip *s, const char *class_name, struct slice name, double v)
{
    double w = v * s->scale;
    if (v <= 0)
        return;
    buf_add_fmt(s->b, "<rect class=\"%s\" x=\"%.3f%%\" width=\"%.3f%%\" height=\"%d\"><title>",
                class_name, s->x, fmax(0.15, w > 0.6 ? w - 0.2 : w), s->height);
    html_text(s->b, slice_upto(name, 120));
    buf_add_str(s->b, ": ");
    html_exact(s->b, v);
    buf_add_fmt(s->b, " %s</title></rect>", s->what[0] == 'd' ? "documents" : "bytes");
    s->x += w;
}

static void draw_strip(const struct node *stage, double whole, const char *what, int height,
                       struct buf *b)
{
    struct strip s = {b, 0, whole > 0 ? 100 / whole : 0, what, height};
    const struct node *dropped = node_find(stage, "dropped"), *bad = node_find(stage, "bad");
    bool docs = what[0] == 'd';
    buf_add_fmt(b, "<svg width=\"100%%\" height=\"%d\"><rect class=\"track\" width=\"100%%\" "
                "height=\"%d\" rx=\"3\"/>", height, height);
    part(&s, "kept", SLICE("kept"), node_f64(stage, docs ? "out.docs" : "out.bytes"));
    for (size_t i = 0; dropped && i < dropped->n; i++)
        part(&s, "dropped", dropped->kids[i].key, node_f64(&dropped->kids[i], what));
    part(&s, "merged", SLICE("merged"), node_f64(stage, docs ? "merged.docs" : "merged.bytes"));
    for (size_t i = 0; docs && bad && i < bad->n; i++)
        part(&s, "bad", bad->kids[i].key, fixed_f64(bad->kids[i].sum));
    buf_add_str(b, "</svg>");
}

static void funnel_row(const struct node *stage, double docs, double bytes, struct buf *b)
{
    double in = coming_in(stage, "docs"), out = node_f64(stage, "out.docs");
    buf_add_str(b, "<tr><th>");
    html_text(b, node_text(stage, "name"));
    buf_add_str(b, "</th><td class=\"draw\">");
    draw_strip(stage, docs, "docs", 18, b);
    draw_strip(stage, bytes, "bytes", 7, b);
    buf_add_str(b, "</td><td class=\"num opt\">");
    html_exact(b, in);
    buf_add_str(b, "</td><td class=\"num\">");
    html_exact(b, out);
    buf_add_str(b, "</td><td class=\"num quiet\">");
    html_percent(b, out, in);
    buf_add_str(b, "</td><td class=\"num opt\">");
    html_bytes(b, node_f64(stage, "out.bytes"));
    buf_add_str(b, "</td></tr>\n");
}

static void legend(struct buf *b)
{
    static const char *const v[][2] = {{"kept", "kept"}, {"dropped", "dropped, by reason"},
                                       {"merged", "merged"}, {"bad", "bad records"}};
    buf_add_str(b, "<div class=\"legend\">");
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        buf_add_fmt(b, "<span><svg width=\"12\" height=\"12\"><rect class=\"%s\" width=\"12\" "
                    "height=\"12\" rx=\"3\"/></svg>%s</span>", v[i][0], v[i][1]);
    buf_add_str(b, "<span>thick: documents, thin: bytes</span></div>");
}

static void funnel(const struct node *stages, struct buf *b)
{
    double docs = 0, bytes = 0;
    for (size_t i = 0; i < stages->n; i++) {
        docs = fmax(docs, coming_in(&stages->kids[i], "docs"));
        bytes = fmax(bytes, coming_in(&stages->kids[i], "bytes"));
    }
    buf_add_str(b, "<h2>What each stage kept</h2><div class=\"card\"><table class=\"funnel\">"
                "<tr><td>stage</td><td class=\"draw\"></td><td class=\"num opt\">in</td>"
                "<td class=\"num\">out</td><td class=\"num\">kept</td>"
                "<td class=\"num opt\">bytes out</td></tr>\n");
    for (size_t i = 0; i < stages->n; i++)
        funnel_row(&stages->kids[i], docs, bytes, b);
    buf_add_str(b, "</table>");
    legend(b);
    buf_add_str(b, "</div>\n");
}

void report_write(const struct node *root, struct slice title, struct slice section,
                  struct buf *b)
{
    static const struct node none = {.kind = NODE_UNION};
    const struct node *stages = node_find(root, "stages");
    stages = stages ? stages : &none;
    buf_add_str(b, head);
    buf_add_str(b, "<title>");
    html_text(b, title);
    buf_add_str(b, "</title></head>\n<body><main><h1>");
    html_text(b, title);
    buf_add_str(b, "</h1><div class=\"sub\">");
    for (size_t i = 0; i < stages->n; i++) {
        buf_add_str(b, i ? " \xE2\x86\x92 " : "");
        html_text(b, node_text(&stages->kids[i], "name"));
    }
    buf_add_str(b, " \xC2\xB7 tokmill ");
    html_text(b, node_text(root, "tokmill"));
    buf_add_str(b, "</div>\n");
    facts(root, stages, b);
    funnel(stages, b);
    panel_reasons(stages, b);
    panel_keys(stages, b);
    panel_histograms(stages, b);
    panel_clusters(stages, b);
    panel_bad(stages, b);
    panel_counters(stages, b);
    panel_samples(stages, b);
    buf_add_slice(b, section);
    panel_runs(root, b);
    buf_add_str(b, "</main></body></html>\n");
}
