/* fixed - see fixed.h. Decimal to integer digit by digit, so that no double comes in between. */
#include "stats/fixed.h"

static const fixed fixed_max = ((fixed)1 << 126) - 1;    /* two of them still add */

/* m * 10^exp, rounded half away from zero; m >= 0. */
static fixed scale(fixed m, long exp)
{
    for (; exp > 0 && m && m < fixed_max; exp--)
        m = m > fixed_max / 10 ? fixed_max : m * 10;
    for (; exp < -1 && m; exp++)
        m /= 10;
    if (exp == -1)
        m = (m + 5) / 10;
    return m > fixed_max ? fixed_max : m;
}

/* The digits and the point; *exp is lowered for each digit behind the point. */
static const char *mantissa(const char *p, const char *end, fixed *m, long *exp)
{
    bool point = false;
    for (; p < end && ((*p >= '0' && *p <= '9') || (*p == '.' && !point)); p++) {
        if (*p == '.') {
            point = true;
        } else if (*m < fixed_max / 100) {
            *m = *m * 10 + (*p - '0');
            *exp -= point;
        } else {
            *exp += !point;         /* more digits than the range can tell apart */
        }
    }
    return p;
}

bool fixed_parse(struct slice s, fixed *out)
{
    const char *p = s.p, *end = s.p + s.n;
    bool minus = p < end && *p == '-';
    p += minus;
    if (p >= end || *p < '0' || *p > '9')
        return false;
    fixed m = 0;
    long exp = 6, given = 0;
    p = mantissa(p, end, &m, &exp);
    if (p < end && (*p | 32) == 'e') {
        bool down = ++p < end && *p == '-';
        p += p < end && (*p == '-' || *p == '+');
        for (; p < end && *p >= '0' && *p <= '9'; p++)
            given = given > 100000 ? given : given * 10 + (*p - '0');
        exp += down ? -given : given;
    }
    m = scale(m, exp);
    *out = minus ? -m : m;
    return p == end;
}

fixed fixed_add(fixed a, fixed b)
{
    fixed sum = a + b;              /* cannot overflow: both are within fixed_max */
    return sum > fixed_max ? fixed_max : sum < -fixed_max ? -fixed_max : sum;
}

double fixed_f64(fixed v) { return (double)v / FIXED_ONE; }

void fixed_write(struct buf *b, fixed v)
{
    char t[48];
    size_t at = sizeof t;
    fixed m = v < 0 ? -v : v;
    int digits = 6;
    for (; digits > 0 && m % 10 == 0; digits--)
        m /= 10;
    for (int i = 0; i < digits; i++, m /= 10)
        t[--at] = (char)('0' + (int)(m % 10));
    if (digits)
        t[--at] = '.';
    do
        t[--at] = (char)('0' + (int)(m % 10));
    while (m /= 10);
    if (v < 0)
        t[--at] = '-';
    buf_add(b, t + at, sizeof t - at);
}
