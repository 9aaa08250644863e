/* Amounts for eyes: counts, bytes, durations. */
#include <inttypes.h>

#include "pksk/out/text.h"

void text_count(struct buf *b, uint64_t n)
{
    char digits[21];
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);

    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            buf_char(b, ',');
        buf_char(b, digits[i]);
    }
}

/* n / unit with one decimal, rounded, which ten and more do without when they are whole. */
static void add_tenths(struct buf *b, uint64_t n, uint64_t unit, const char *name)
{
    uint64_t tenths = n / unit * 10 + (n % unit * 10 + unit / 2) / unit;

    buf_addf(b, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, name);
}

void text_bytes(struct buf *b, uint64_t n)
{
    static const struct {
        uint64_t unit;
        const char *name;
    } units[] = {{1000000000000000, "PB"},
                 {1000000000000, "TB"},
                 {1000000000, "GB"},
                 {1000000, "MB"},
                 {1000, "KB"}};

    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        /* 999,950 bytes are 1.0 MB: what would round up to a thousand takes the next unit */
        if (n >= units[i].unit - units[i].unit / 20000) {
            add_tenths(b, n, units[i].unit, units[i].name);
            return;
        }
    buf_addf(b, "%" PRIu64 " B", n);
}

struct text_small text_amount(uint64_t tenths)
{
    struct text_small t;
    _cleanup_(buf_free) struct buf whole = {0};

    text_count(&whole, tenths / 10);
    if (tenths % 10)
        buf_addf(&whole, ".%u", (unsigned)(tenths % 10));
    snprintf(t.s, sizeof(t.s), "%s", buf_cstr(&whole));
    return t;
}

void text_units(struct buf *b, uint64_t tenths, const char *name)
{
    buf_addf(b, "%s %s", text_amount(tenths).s, name);
}

void text_duration(struct buf *b, int64_t us)
{
    uint64_t t = us > 0 ? (uint64_t)us : 0, s = (t + 500000) / 1000000;

    if (t % 1000000 == 0 && t < 60000000)
        buf_addf(b, "%" PRIu64 " s", t / 1000000);
    else if (t < 950)
        add_tenths(b, t, 1000, "ms");
    else if (t < 999500)
        buf_addf(b, "%" PRIu64 " ms", (t + 500) / 1000);
    else if (t < 59950000)
        add_tenths(b, t, 1000000, "s");
    else if (s < 3600)
        buf_addf(b, "%" PRIu64 " m %02" PRIu64 " s", s / 60, s % 60);
    else
        buf_addf(b, "%" PRIu64 " h %02" PRIu64 " m", s / 3600, s / 60 % 60);
}

void text_plural(struct buf *b, uint64_t n, const char *one, const char *many)
{
    text_count(b, n);
    buf_addf(b, " %s", n == 1 ? one : many);
}
