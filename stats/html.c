/* html - see html.h. */
#include "stats/html.h"
#include <math.h>
#include <stdio.h>

void html_text(struct buf *b, struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '&')
            buf_add_str(b, "&amp;");
        else if (c == '<')
            buf_add_str(b, "&lt;");
        else if (c == '>')
            buf_add_str(b, "&gt;");
        else if (c == '"')
            buf_add_str(b, "&quot;");
        else if (c == '\'')
            buf_add_str(b, "&#39;");
        else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
            buf_add_str(b, "\xEF\xBF\xBD");
        else
            buf_add_byte(b, (char)c);
    }
}

static void scaled(struct buf *b, double v, double step, const char *const *units, int n)
{
    int u = 0;
    for (; u + 1 < n && fabs(v) >= step * 0.9995; u++)
        v /= step;
    const char *fmt = u == 0 && v == floor(v) ? "%.0f%s" : fabs(v) < 9.995 ? "%.2f%s"
                    : fabs(v) < 99.95 ? "%.1f%s" : "%.0f%s";
    char t[64];
    snprintf(t, sizeof t, fmt, v, units[u]);
    buf_add_str(b, t);
}

void html_count(struct buf *b, double v)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    scaled(b, v, 1000, units, 5);
}

void html_bytes(struct buf *b, double v)
{
    static const char *const units[] = {" B", " KB", " MB", " GB", " TB", " PB"};
    scaled(b, v, 1000, units, 6);
}

void html_exact(struct buf *b, double v)
{
    char t[400];
    int n = snprintf(t, sizeof t, "%.0f", fabs(v));
    if (v <= -0.5)
        buf_add_byte(b, '-');
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            buf_add_byte(b, ',');
        buf_add_byte(b, t[i]);
    }
}

void html_percent(struct buf *b, double part, double whole)
{
    double p = whole > 0 ? 100 * part / whole : 0;
    buf_add_fmt(b, p > 0 && p < 0.1 ? "%.2f %%" : "%.1f %%", p);
}
