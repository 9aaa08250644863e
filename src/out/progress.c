#include "pksk/out/progress.h"

#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/out/text.h"

#define DRAW_EVERY_US 100000
#define RATE_AFTER_US 500000 /* earlier a rate says nothing */

void progress_begin(struct progress *p, const struct clock *clock, uint64_t total)
{
    const char *term = getenv("TERM");

    *p = (struct progress){.clock = clock, .total = total};
    p->began_us = clock_mono_us(clock);
    p->drawn_us = p->began_us - DRAW_EVERY_US;
    p->on = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

static void add_rate(const struct progress *p, struct buf *b, uint64_t items, uint64_t bytes,
                     int64_t taken_us)
{
    uint64_t rate = taken_us >= 1000 ? items * 1000 / (uint64_t)(taken_us / 1000) : 0;

    uint64_t left = 0; /* seconds */

    if (taken_us < RATE_AFTER_US || !rate)
        return;
    buf_lit(b, "  ");
    text_count(b, rate);
    buf_lit(b, "/s");
    if (p->total > items)
        left = (p->total - items) / rate;
    else if (bytes && p->total_bytes > bytes)
        left =
            (uint64_t)((double)taken_us / 1e6 * (double)(p->total_bytes - bytes) / (double)bytes);
    if (p->total > items || left) {
        buf_lit(b, "  ");
        text_duration(b, (int64_t)MIN(left, UINT32_MAX) * 1000000);
        buf_lit(b, " left");
    }
}

static void add_amounts(const struct progress *p, struct buf *b, uint64_t items, uint64_t bytes)
{
    text_count(b, items);
    if (p->total) {
        buf_lit(b, " of ");
        text_count(b, MAX(p->total, items));
    }
    buf_str_add(b, items == 1 && !p->total ? STR(" item") : STR(" items"));
    if (bytes) {
        buf_lit(b, "  ");
        text_bytes(b, bytes);
        if (p->total_bytes) {
            buf_lit(b, " of ");
            text_bytes(b, MAX(p->total_bytes, bytes));
        }
    }
    add_rate(p, b, items, bytes, p->drawn_us - p->began_us);
}

static void add_line(const struct progress *p, struct buf *b, const char *what, uint64_t items,
                     uint64_t bytes)
{
    buf_lit(b, "  ");
    text_escape(b, str_of(what));
    buf_lit(b, "  ");
    if (p->total || items || bytes)
        add_amounts(p, b, items, bytes);
    else /* something that is only waited for */
        text_duration(b, (p->drawn_us - p->began_us) / 1000000 * 1000000);
}

void progress_update(struct progress *p, const char *what, uint64_t items, uint64_t bytes)
{
    _cleanup_(buf_free) struct buf line = {0}, drawn = {0};
    int64_t now = clock_mono_us(p->clock);
    unsigned columns, rows;

    if (!p->on || now - p->drawn_us < DRAW_EVERY_US)
        return;
    p->drawn_us = now;
    add_line(p, &line, what, items, bytes);
    text_screen_of(STDERR_FILENO, &columns, &rows);
    buf_lit(&drawn, "\r\033[2m");
    text_cut(&drawn, buf_str(&line), columns - 1); /* the last column would wrap on some */
    buf_lit(&drawn, "\033[0m\033[K");
    p->shown = file_write_all(STDERR_FILENO, buf_str(&drawn)) == 0;
}

void progress_end(struct progress *p)
{
    if (p->shown && file_write_all(STDERR_FILENO, STR("\r\033[K")) < 0)
        p->on = false; /* the terminal is gone, and nothing more is drawn */
    p->shown = false;
}
