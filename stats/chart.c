/* chart - see chart.h. One frame (margins, scales, grid) serves all kinds of picture. */
#include "stats/chart.h"
#include <math.h>
#include <stdio.h>
#include "core/mem.h"
#include "core/tally.h"
#include "stats/file.h"
#include "stats/html.h"

enum { WIDTH = 560, HEIGHT = 200, LEFT = 52, RIGHT = 14, TOP = 22, BOTTOM = 30 };
enum { UNIT_STEPS = 25 };

/* x and y are already on the axis' scale (a logarithm, if it is logarithmic). */
struct frame {
    double x0, x1, y1;              /* y starts at 0 */
};

static double px(const struct frame *f, double x)
{
    return LEFT + (x - f->x0) / (f->x1 - f->x0) * (WIDTH - LEFT - RIGHT);
}

static double py(const struct frame *f, double y)
{
    return HEIGHT - BOTTOM - y / f->y1 * (HEIGHT - TOP - BOTTOM);
}

static double bin_from(int bin) { return exp2(bin / 8.0); }

/* 0.05, 12, 3.4k: a value on an axis. */
static void axis_value(struct buf *b, double v)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P"};
    int u = 0;
    for (; u < 5 && fabs(v) >= 999.5; u++)
        v /= 1000;
    buf_add_fmt(b, "%.3g%s", v, units[u]);
}

static void line(struct buf *b, const char *class_name, double x1, double y1, double x2, double y2)
{
    buf_add_fmt(b, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                class_name, x1, y1, x2, y2);
}

static void tick_text(struct buf *b, double x, double y, const char *anchor, double value)
{
    buf_add_fmt(b, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    axis_value(b, value);
    buf_add_str(b, "</text>");
}

static void grid_line(struct buf *b, const struct frame *f, double at, double label)
{
    line(b, "grid", LEFT, py(f, at), WIDTH - RIGHT, py(f, at));
    tick_text(b, LEFT - 6, py(f, at) + 4, "end", label);
}

/* The next of 1, 2, 5 times a power of ten. */
static double nice_step(double v)
{
    double base = pow(10, floor(log10(v))), m = v / base;
    return base * (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10);
}

static void open_svg(struct buf *b, const char *what)
{
    buf_add_fmt(b, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH, HEIGHT, what);
}

static void linear_y(struct buf *b, struct frame *f, double largest)
{
    double step = nice_step((largest > 0 ? largest : 1) / 3);
    if (step < 1)
        step = 1;
    f->y1 = step * ceil((largest > 0 ? largest : 1) / step);
    for (double y = 0; y <= f->y1 * 1.001; y += step)
        grid_line(b, f, y, y);
}

/* Ticks at powers of ten, or at 1, 2, 5 times those when the axis is short; x is log2. */
static void log_x(struct buf *b, const struct frame *f)
{
    double decades = (f->x1 - f->x0) / log2(10);
    static const int steps[] = {1, 2, 5};
    for (int p = -12; p <= 18; p++)
        for (int s = 0; s < (decades < 3 ? 3 : 1); s++) {
            double v = steps[s] * pow(10, p), x = log2(v);
            if (x < f->x0 || x > f->x1 || (decades > 8 && p % 2))
                continue;
            line(b, "axis", px(f, x), HEIGHT - BOTTOM, px(f, x), HEIGHT - BOTTOM + 4);
            tick_text(b, px(f, x), HEIGHT - BOTTOM + 17, "middle", v);
        }
    line(b, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
}

static void unit_x(struct buf *b, const struct frame *f)
{
    for (int i = 0; i <= 5; i++) {
        line(b, "axis", px(f, i / 5.0), HEIGHT - BOTTOM, px(f, i / 5.0), HEIGHT - BOTTOM + 4);
        tick_text(b, px(f, i / 5.0), HEIGHT - BOTTOM + 17, "middle", i / 5.0);
    }
    line(b, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
}

static void column(struct buf *b, const struct frame *f, double from, double to, double v,
                   double low, double high)
{
    double x = px(f, from), w = px(f, to) - x, y = py(f, v), h = HEIGHT - BOTTOM - y;
    double gap = w > 5 ? 1.5 : w > 2.5 ? 0.6 : 0;
    if (v > 0 && h < 1.2) {
        y -= 1.2 - h;               /* what is there must be seen */
        h = 1.2;
    }
    buf_add_fmt(b, "<g class=\"col\"><rect class=\"hit\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" "
                "height=\"%d\"/><rect class=\"kept\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" "
                "height=\"%.2f\" rx=\"%s\"/><title>", x, TOP, w, HEIGHT - TOP - BOTTOM, x, y,
                w - gap, h, w > 5 ? "1.5" : "0");
    axis_value(b, low);
    buf_add_str(b, " to ");
    axis_value(b, high);
    buf_add_str(b, ": ");
    html_exact(b, v);
    buf_add_str(b, "</title></g>");
}

static void threshold_line(struct buf *b, const struct frame *f, double x, double value)
{
    bool right = px(f, x) > WIDTH * 0.75;
    line(b, "threshold", px(f, x), TOP - 8, px(f, x), HEIGHT - BOTTOM);
    buf_add_fmt(b, "<text class=\"mark\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">threshold %.6g"
                "</text>", px(f, x) + (right ? -5 : 5), TOP - 9, right ? "end" : "start", value);
}

/* ---- the two kinds of histogram ------------------------------------------------------------ */

struct range {
    int first, last;                /* bins above zero; first > last: none */
    double largest;
};

static struct range range_of(const struct node *bins)
{
    struct range r = {0, -1, 0};
    for (size_t i = 0; bins && i < bins->n; i++) {
        int bin = stats_bin(&bins->kids[i]);
        double n = fixed_f64(bins->kids[i].sum);
        if (bin == TALLY_BIN_ZERO || n <= 0)
            continue;
        if (r.first > r.last)
            r.first = bin;
        r.last = bin;
        r.largest = n > r.largest ? n : r.largest;
    }
    return r;
}

static void log_columns(struct buf *b, const struct node *h, struct range r)
{
    const struct node *bins = node_find(h, "bins"), *limit = node_find(h, "threshold");
    struct frame f = {r.first / 8.0, (r.last + 1) / 8.0, 1};
    if (limit && limit->f > 0 && log2(limit->f) < f.x0)
        f.x0 = log2(limit->f);
    if (limit && limit->f > 0 && log2(limit->f) > f.x1)
        f.x1 = log2(limit->f);
    if (f.x1 - f.x0 < 2) {
        f.x0 -= 1;
        f.x1 += 1;
    }
    linear_y(b, &f, r.largest);
    log_x(b, &f);
    for (size_t i = 0; i < bins->n; i++) {
        int bin = stats_bin(&bins->kids[i]);
        if (bin != TALLY_BIN_ZERO)
            column(b, &f, bin / 8.0, (bin + 1) / 8.0, fixed_f64(bins->kids[i].sum),
                   bin_from(bin), bin_from(bin + 1));
    }
    if (limit && limit->f > 0)
        threshold_line(b, &f, log2(limit->f), limit->f);
}

/* Spreads a bin's count over equal steps of 0..1 by how much of it lies in each. */
static void spread(double *steps, double low, double high, double n)
{
    high = high > 1 ? 1 : high;
    if (low >= 1)
        low = 1 - 1e-9;             /* 1 itself belongs to the last step */
    double width = high - low > 1e-9 ? high - low : 1e-9;
    for (int s = (int)(low * UNIT_STEPS); s < UNIT_STEPS && s <= high * UNIT_STEPS; s++) {
        double from = fmax(low, (double)s / UNIT_STEPS);
        double to = fmin(low + width, (s + 1.0) / UNIT_STEPS);
        if (to > from)
            steps[s] += n * (to - from) / width;
    }
}

static void unit_columns(struct buf *b, const struct node *h)
{
    const struct node *bins = node_find(h, "bins"), *limit = node_find(h, "threshold");
    double steps[UNIT_STEPS] = {0}, largest = 0;
    struct frame f = {0, 1, 1};
    for (size_t i = 0; i < bins->n; i++) {
        int bin = stats_bin(&bins->kids[i]);
        double n = fixed_f64(bins->kids[i].sum);
        if (bin == TALLY_BIN_ZERO)
            steps[0] += n;
        else
            spread(steps, bin_from(bin), bin_from(bin + 1), n);
    }
    for (int s = 0; s < UNIT_STEPS; s++)
        largest = fmax(largest, steps[s]);
    linear_y(b, &f, largest);
    unit_x(b, &f);
    for (int s = 0; s < UNIT_STEPS; s++)
        if (steps[s] > 0)
            column(b, &f, (double)s / UNIT_STEPS, (s + 1.0) / UNIT_STEPS, steps[s],
                   (double)s / UNIT_STEPS, (s + 1.0) / UNIT_STEPS);
    if (limit && limit->f >= 0 && limit->f <= 1)
        threshold_line(b, &f, limit->f, limit->f);
}

void chart_histogram(struct buf *b, const struct node *h)
{
    struct range r = range_of(node_find(h, "bins"));
    const struct node *limit = node_find(h, "threshold");
    if (r.first > r.last)
        return;
    open_svg(b, "histogram");
    if (r.last <= 0 && !(limit && limit->f > 1))
        unit_columns(b, h);
    else
        log_columns(b, h, r);
    buf_add_str(b, "</svg>");
}

void chart_log_log(struct buf *b, const struct node *h)
{
    const struct node *bins = node_find(h, "bins");
    struct range r = range_of(bins);
    if (r.first > r.last)
        return;
    struct frame f = {fmin(0, r.first / 8.0), (r.last + 1) / 8.0 + 0.3, 1};
    open_svg(b, "sizes and how many have them, both logarithmic");
    f.y1 = fmax(1, ceil(log10(r.largest)));
    for (int y = 0; y <= (int)f.y1; y += f.y1 > 6 ? 2 : 1)
        grid_line(b, &f, y, pow(10, y));
    log_x(b, &f);
    for (size_t i = 0; i < bins->n; i++) {
        int bin = stats_bin(&bins->kids[i]);
        double n = fixed_f64(bins->kids[i].sum), size = ceil(bin_from(bin) - 1e-6);
        if (bin == TALLY_BIN_ZERO || n <= 0)
            continue;
        buf_add_fmt(b, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>size ",
                    px(&f, log2(size)), py(&f, fmax(0, log10(n))));
        html_exact(b, size);
        buf_add_str(b, " and a little above: ");
        html_exact(b, n);
        buf_add_str(b, "</title></circle>");
    }
    buf_add_str(b, "</svg>");
}

/* ---- bars ----------------------------------------------------------------------------------- */

void chart_bars(struct buf *b, const char *class_name, const struct bar *bars, size_t n,
                void (*form)(struct buf *, double))
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, bars[i].value);
    buf_add_str(b, "<table class=\"bars\">");
    for (size_t i = 0; i < n; i++) {
        buf_add_str(b, "<tr><th><bdi>");
        html_text(b, slice_upto(bars[i].label, 120));
        buf_add_str(b, "</bdi></th><td class=\"draw\"><svg width=\"100%\" height=\"14\">");
        buf_add_fmt(b, "<rect class=\"%s\" height=\"14\" rx=\"3\" width=\"%.2f%%\"/></svg></td>",
                    class_name, largest > 0 ? fmax(0.3, 100 * bars[i].value / largest) : 0);
        buf_add_str(b, "<td class=\"num\">");
        form(b, bars[i].value);
        buf_add_str(b, "</td><td class=\"num quiet\">");
        if (bars[i].share_of > 0)
            html_percent(b, bars[i].value, bars[i].share_of);
        if (bars[i].note)
            buf_add_str(b, bars[i].note);
        buf_add_str(b, "</td></tr>");
    }
    buf_add_str(b, "</table>");
}
