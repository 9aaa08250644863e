#include "pksk/cmd/command.h"

#include "pksk/cmd/diff-print.h"
#include "pksk/out/progress.h"
#include "pksk/out/text.h"
#include "pksk/run/pairs.h"

/* Two sides brought together by their keys, and what is said of them. */
struct comparing {
    struct diff_reader sides[2];
    struct diff_printer printer;
    struct progress line;
    int64_t began_us;
    bool left; /* whoever reads had enough: the counts are of a part */
};

static int next(void *ctx, unsigned side, const struct value **items, struct err *e)
{
    struct comparing *x = ctx;
    int r = diff_reader_next(&x->sides[side], items, e);

    progress_update(&x->line, "comparing", x->sides[0].items + x->sides[1].items,
                    x->sides[0].bytes + x->sides[1].bytes);
    return r;
}

static int pair(void *ctx, const struct value *first, const struct value *second, struct err *e)
{
    struct comparing *x = ctx;

    return diff_printer_add(&x->printer, first, second, e);
}

/* ---- keys */

static bool same_names(const struct key_schema *a, const struct key_schema *b)
{
    if (key_part_count(a) != key_part_count(b))
        return false;
    for (unsigned i = 0; i < key_part_count(a); i++) {
        if (!str_eq(key_part(a, i)->name, key_part(b, i)->name))
            return false;
    }
    return true;
}

static void add_names(struct buf *b, const struct key_schema *k)
{
    for (unsigned i = 0; i < key_part_count(k); i++)
        buf_addf(b, "%s%.*s", i ? ", " : "", STR_ARG(key_part(k, i)->name));
}

/* What makes two items the same one: `by`, or the key that both tables have. */
static int find_keys(struct comparing *x, const struct statement *st, struct err *e)
{
    const struct key_schema *first = &x->sides[0].table->key, *second = &x->sides[1].table->key;
    struct str *keys = arena_alloc(&x->sides[0].arena, 2 * KEY_ATTRIBUTES_MAX, sizeof(*keys));
    size_t count = 0;

    for (const struct path *p = st->by; p; p = p->next)
        keys[count++] = p->steps->name;
    if (!st->by && !same_names(first, second)) {
        _cleanup_(buf_free) struct buf one = {0}, two = {0};

        add_names(&one, first);
        add_names(&two, second);
        err_at(e, ERR_FAILED, st->sides[1].at, "%.*s has the key %s, and %.*s %s",
               STR_ARG(x->sides[0].name), buf_cstr(&one), STR_ARG(x->sides[1].name),
               buf_cstr(&two));
        err_hint(e, "`by ATTRIBUTE, …` says what makes two items the same one");
        return ERR_FAILED;
    }
    for (unsigned i = 0; !st->by && i < key_part_count(first); i++)
        keys[count++] = arena_str(&x->sides[0].arena, key_part(first, i)->name);
    x->printer.keys = keys;
    x->printer.key_count = count;
    return 0;
}

/* ---- */

static bool is_plain(const struct diff_reader *r)
{
    return !r->cursor &&
           (r->file.shape.format == IMPORT_JSONL || r->file.shape.format == IMPORT_JSON ||
            r->file.shape.format == IMPORT_CSV || r->file.shape.format == IMPORT_TSV);
}

static void note_totals(struct comparing *x)
{
    _cleanup_(buf_free) struct buf line = {0};
    uint64_t tenths = 0;
    bool tables = false;

    if (!x->printer.st->count) { /* else they were printed */
        diff_counts_add(&line, &x->printer);
        buf_lit(&line, "  ");
    }
    for (unsigned i = 0; i < 2; i++) {
        const struct cursor *c = x->sides[i].cursor;

        tenths += c ? cursor_totals(c)->capacity.tenths : 0;
        tables |= c != NULL;
    }
    if (tables) {
        text_units(&line, tenths, "RCU");
        buf_lit(&line, "  ");
    }
    text_duration(&line, clock_mono_us(x->printer.s->clock) - x->began_us);
    session_note(x->printer.s, "%s", buf_cstr(&line));
}

static int compare(struct session *s, const struct statement *st, struct comparing *x,
                   struct err *e)
{
    int r = find_keys(x, st, e);

    if (r < 0)
        return r;
    x->printer.s = s;
    x->printer.st = st;
    x->printer.line = &x->line;
    for (unsigned i = 0; i < 2; i++)
        x->printer.names[i] = x->sides[i].name;
    x->printer.target = x->sides[1].cursor ? x->sides[1].table->name : STR("");
    x->printer.compare = (struct difference_options){.select = st->select,
                                                     .without = st->without,
                                                     .first_plain = is_plain(&x->sides[0]),
                                                     .second_plain = is_plain(&x->sides[1])};
    r = diff_printer_open(&x->printer, e);

    const struct pairs_options o = {.keys = x->printer.keys,
                                    .key_count = x->printer.key_count,
                                    .next = next,
                                    .pair = pair,
                                    .ctx = x};

    progress_begin(&x->line, s->clock,
                   x->sides[0].table->item_count + x->sides[1].table->item_count);
    if (r == 0)
        r = pairs_run(&o, e);
    progress_end(&x->line);
    x->left = r < 0 && output_reader_gone(&x->printer.out) &&
              (x->printer.out.to_terminal || st->redirect == REDIRECT_PIPE);
    int ended = diff_printer_end(&x->printer, r < 0 && !x->left, e);

    if (x->left)
        return 0;
    return r < 0 ? r : ended;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    struct comparing x = {
        .sides = {{.file = {.records = {.fd = -1}}}, {.file = {.records = {.fd = -1}}}},
        .began_us = clock_mono_us(s->clock)};
    int r = diff_reader_open(&x.sides[0], s, st, 0, NULL, e);

    if (r == 0)
        r = diff_reader_open(&x.sides[1], s, st, 1, &x.sides[0], e);
    if (r == 0)
        r = compare(s, st, &x, e);
    if (r == 0 && !x.left)
        note_totals(&x);
    diff_reader_close(&x.sides[1]);
    diff_reader_close(&x.sides[0]);
    const struct diff_counts *c = &x.printer.counts;

    if (r < 0)
        return r;
    if (!c->different && !c->only[0] && !c->only[1])
        return 0;
    *e = (struct err){.code = ERR_REFUSED, .at = SPAN_NONE}; /* no fault: a status for scripts */
    return ERR_REFUSED;
}

const struct command cmd_diff = {.run = run};
