#include "pksk/cmd/read.h"

#include "pksk/cmd/advice.h"
#include "pksk/cmd/command.h"
#include "pksk/cmd/gather.h"
#include "pksk/cmd/read-announce.h"
#include "pksk/cmd/read-sample.h"
#include "pksk/cmd/read-whole.h"
#include "pksk/cmd/then.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/out/text.h"
#include "pksk/plan/plan.h"
#include "pksk/run/cursor.h"
#include "pksk/session/models.h"
#include "pksk/session/output.h"
#include "pksk/session/seen.h"
#include "pksk/session/slot.h"

#define REST_MAX ((size_t)64 << 20)

#define KEYS_NAMED 100 /* of so many at most it is noted which of them had an item */
#define MISSING_SHOWN 3

struct reading {
    struct cursor *cursor;
    struct map found;      /* keys that had an item, as DynamoDB JSON */
    struct sink_rest rest; /* printed for a pager that was left, and not taken by it */
};

static void reading_free(void *kept)
{
    struct reading *reading = kept;

    cursor_free(reading->cursor);
    map_free(&reading->found, NULL);
    buf_free(&reading->rest.text);
    free(reading);
}

static const struct slot_kind slot = {.free = reading_free, .of_client = true};

/* Of the last get, query or scan, for `more`; NULL when there is none. */
static struct cursor *reading(const struct session *s)
{
    const struct reading *reading = slot_get(s, &slot);

    return reading ? reading->cursor : NULL;
}

static struct sink_rest *rest_of(const struct session *s)
{
    struct reading *reading = slot_get(s, &slot);

    return &reading->rest;
}

static void keep_reading(struct session *s, struct cursor *c)
{
    struct reading *reading = mem_resize(NULL, 1, sizeof(*reading));

    *reading = (struct reading){.cursor = c, .rest = {.text = {.max = REST_MAX}}};
    slot_put(s, &slot, reading);
}

/* ---- keys without an item */

/* False: the item does not have the whole key, as select left it out. */
static bool key_text(const struct plan *p, const struct value *item, struct buf *ret)
{
    buf_reset(ret);
    for (size_t i = 0; i < p->key_count; i++) {
        const struct value *v = value_member(item, p->key_names[i]);

        if (!v)
            return false;
        ddb_add_value(ret, v);
    }
    return true;
}

static bool names_missing(const struct plan *p)
{
    return p->keys && p->keys_given <= KEYS_NAMED;
}

static void note_found(struct session *s, const struct plan *p, const struct value *items)
{
    struct reading *reading = slot_get(s, &slot);
    _cleanup_(buf_free) struct buf text = {0};

    for (; names_missing(p) && items; items = items->next) {
        if (key_text(p, items, &text))
            (void)map_put(&reading->found, buf_str(&text), reading);
    }
}

/* "; not there: USER#1 PROFILE", when it is known of all of them. */
static void add_missing(struct session *s, const struct plan *p, uint64_t items, struct buf *b)
{
    const struct reading *reading = slot_get(s, &slot);
    _cleanup_(buf_free) struct buf text = {0};
    size_t missing = 0;

    if (!names_missing(p) || reading->found.count != items)
        return;
    for (const struct value *key = p->keys; key; key = key->next) {
        if (!key_text(p, key, &text) || map_has(&reading->found, buf_str(&text)))
            continue;
        if (++missing > MISSING_SHOWN)
            continue;
        buf_str_add(b, missing == 1 ? STR(" (not there: ") : STR(", "));
        for (size_t i = 0; i < p->key_count; i++) {
            if (i)
                buf_char(b, ' ');
            notation_add_key(b, value_member(key, p->key_names[i]));
        }
    }
    if (missing > MISSING_SHOWN)
        buf_addf(b, " and %zu more", missing - MISSING_SHOWN);
    if (missing)
        buf_char(b, ')');
}

/* ---- lines around the items */

static void note_totals(struct session *s, const struct cursor *c)
{
    const struct cursor_totals *t = cursor_totals(c);
    const struct plan *p = cursor_plan(c);
    _cleanup_(buf_free) struct buf line = {0};

    if (!session_stats_on(s) && !s->settings.timing)
        return;
    if (t->items == 0 && p->single)
        buf_lit(&line, "no such item");
    else
        text_plural(&line, t->items, "item", "items");
    if (p->keys && t->items < t->keys_given) {
        buf_lit(&line, " of ");
        text_plural(&line, t->keys_given, "key", "keys");
        add_missing(s, p, t->items, &line);
    }
    if (t->scanned > t->items && !p->keys && !p->single) {
        buf_lit(&line, " of ");
        text_count(&line, t->scanned);
        buf_lit(&line, " read");
    }
    if (!p->single) {
        buf_lit(&line, "  ");
        text_plural(&line, t->pages, "page", "pages");
    }
    buf_lit(&line, "  ");
    text_units(&line, t->capacity.tenths, "RCU");
    buf_lit(&line, "  ");
    text_duration(&line, t->took_us);
    if (session_stats_on(s))
        session_note(s, "%s", buf_cstr(&line));
    else
        session_say(s, "%s", buf_cstr(&line));
}

/* ---- reading */

int read_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
              struct err *e)
{
    return session_plan(s, a, st, plan_read, ret, e);
}

/* Plans, announces and fetches the first page: 1, 0 or negative as cursor_next(). */
static int begin(struct session *s, const struct statement *st, const struct table *t,
                 const struct value **items, struct err *e)
{
    struct arena a = {0};
    struct plan p;
    int r = plan_read(&a, st, t, &p, e);

    if (r == 0 && st->verb == VERB_SCAN)
        r = read_announce_scan(s, st, t, &p, e);
    else if (r == 0)
        session_note(s, "%.*s", STR_ARG(p.line));
    if (r == 0) {
        keep_reading(s, cursor_new(s->dynamo, &p, s->clock, s->settings.budget * 10));
        r = cursor_next(reading(s), items, e);
    }
    arena_free(&a);
    return r;
}

static void learn(struct session *s, const struct plan *p, const struct value *items)
{
    const struct table *t = s->interactive && s->seen ? schema_peek(s->schemas, p->table) : NULL;
    size_t n = 0;

    for (const struct value *item = items; t && item && n < SEEN_SAMPLE; item = item->next, n++)
        seen_item(s->seen, t, item);
}

/* Prints page after page. r and items: what the first cursor_next() gave. */
static int print_pages(struct session *s, struct output *out, int r, const struct value *items,
                       struct err *e)
{
    struct cursor *c = reading(s);
    uint64_t pages = 0;

    for (; r > 0; r = cursor_next(c, &items, e)) {
        if (cursor_plan(c)->counted)
            continue;
        rows_add(&s->rows, items);
        note_found(s, cursor_plan(c), items);
        if (pages++ == 0)
            learn(s, cursor_plan(c), items);
        r = output_items(out, items, e);
        if (r < 0)
            return r;
    }
    return r;
}

static int print_count(struct session *s, struct output *out, struct err *e)
{
    _cleanup_(buf_free) struct buf line = {0};

    buf_addf(&line, "%zu\n", (size_t)cursor_totals(reading(s))->items);
    return output_text(out, buf_str(&line), e);
}

/* A pager's lines are counted as it takes them; what a command has taken of its pipe is not known.
 */
static int explain_left(struct session *s)
{
    const struct sink_rest *rest = rest_of(s);
    uint64_t items = cursor_totals(reading(s))->items;
    bool ended = cursor_state(reading(s)) == CURSOR_END;
    _cleanup_(buf_free) struct buf line = {0};

    if (rest->left) {
        buf_lit(&line, "the pager took ");
        text_plural(&line, rest->lines, "line", "lines");
        if (rest->text.len || !ended)
            buf_lit(&line, "; `more` goes on with the next");
    } else {
        buf_lit(&line, "the command stopped reading; ");
        text_plural(&line, items, "item was", "items were");
        buf_lit(&line, " read for it");
        if (!ended)
            buf_lit(&line, ", and `more` goes on behind them");
    }
    session_note(s, "%s", buf_cstr(&line));
    return 0;
}

/* Why it ended where it did, when that is not the end. A pager or a command that reads no further
 * has what it wanted: that is no failure. */
static int explain_end(struct session *s, int r, bool reader_left, struct err *e)
{
    const struct cursor_totals *t = cursor_totals(reading(s));
    const char *plural = t->items == 1 ? "" : "s";

    if (reader_left)
        return explain_left(s);
    if (r == ERR_CANCELLED) {
        err_set(e, r, "interrupted after %zu item%s", (size_t)t->items, plural);
        if (s->interactive)
            err_hint(e, "`more` goes on from there");
        return r;
    }
    if (r < 0)
        return r;
    if (cursor_state(reading(s)) == CURSOR_LIMIT)
        session_note(s, "the limit is reached; `more` goes on from here");
    if (cursor_state(reading(s)) == CURSOR_BUDGET) {
        err_set(e, ERR_FAILED, "the budget of %zu capacity units is spent after %zu item%s",
                (size_t)s->settings.budget, (size_t)t->items, plural);
        err_hint(e, s->interactive ? "`more` goes on from here, with the same budget"
                                   : "`set budget` gives a larger one");
        return ERR_FAILED;
    }
    return 0;
}

/* pages_before: those whose totals were said by an earlier statement. */
static int finish(struct session *s, struct output *out, int r, uint64_t pages_before,
                  struct err *e)
{
    bool gone = r < 0 && output_reader_gone(out),
         left = gone && (out->to_terminal || out->redirect == REDIRECT_PIPE);
    struct err why;

    if (r == 0 && cursor_plan(reading(s))->counted)
        r = print_count(s, out, e);
    if (gone && !left)
        err_set(e, ERR_FAILED, "the reader closed the pipe after %zu items",
                (size_t)cursor_totals(reading(s))->items);
    int closed = output_close(out, r < 0 && !left, &why);

    left |= r >= 0 && rest_of(s)->left;
    if (closed < 0 && (r == 0 || left)) {
        *e = why;
        r = closed;
        left = false;
    }
    r = explain_end(s, r, left, e);
    if ((r == 0 || r == ERR_CANCELLED) && cursor_totals(reading(s))->pages != pages_before)
        note_totals(s, reading(s));
    return r;
}

/* All pages, and what is made of them. r and items: what the first cursor_next() gave. */
static int gather_all(struct session *s, struct gather *g, int r, const struct value *items,
                      struct err *e)
{
    for (; r > 0; r = cursor_next(reading(s), &items, e)) {
        r = gather_add(g, items, e);
        if (r < 0)
            return r;
    }
    return r;
}

/* Not all was read: a part of it would be a wrong answer, and `more` would go on with items. */
static int explain_part(struct session *s, int r, struct err *e)
{
    bool stopped = r == ERR_CANCELLED || r == 0;

    r = explain_end(s, r, false, e);
    if (stopped)
        e->hint[0] = '\0';
    note_totals(s, reading(s));
    slot_put(s, &slot, NULL);
    return r;
}

static int print_gathered(struct session *s, const struct statement *st, struct gather *g,
                          struct err *e)
{
    struct plan p = *cursor_plan(reading(s));
    bool bars = !st->redirect && s->out_terminal && output_format(s, st) == FORMAT_PRETTY;
    struct output out;

    gather_columns(g, bars, &p);
    int r = output_open(&out, s, st, &p, e);

    if (r < 0)
        return r;
    output_keep_rest(&out, rest_of(s));
    struct value *rows = gather_items(g, bars);

    rows_add(&s->rows, rows);
    r = finish(s, &out, rows ? output_items(&out, rows, e) : 0, UINT64_MAX, e);
    gather_remarks(s, g);
    return r;
}

static int gathered_run(struct session *s, const struct statement *st, const struct table *t,
                        struct gather *g, struct err *e)
{
    int64_t since = s->began_ms;
    const struct value *items = NULL;
    int r = begin(s, st, t, &items, e);

    if (r < 0 && session_refresh(s, &t, since, e))
        r = begin(s, st, t, &items, e);
    if (r < 0)
        return e->code;
    r = gather_all(s, g, r, items, e);
    return r == 0 && cursor_state(reading(s)) == CURSOR_END ? print_gathered(s, st, g, e)
                                                            : explain_part(s, r, e);
}

int read_run(struct session *s, const struct statement *st, struct err *e)
{
    int64_t since = s->began_ms;
    const struct value *items = NULL;
    const struct table *t;
    struct output out;
    int r;

    then_forget(s);
    if (st->then)
        return then_run(s, st, e);
    r = session_table(s, st->table, &t, e);
    if (r < 0)
        return r;
    (void)session_model(s, t); /* results are headed by its names */
    rows_clear(&s->rows);
    if (st->sample_at.to)
        return read_sample(s, st, t, e);
    if (st->whole)
        return read_whole(s, st, t, e);
    if (gather_wanted(st)) {
        struct gather *g;

        r = gather_new(s, st, t, &g, e);
        if (r < 0)
            return r;
        r = gathered_run(s, st, t, g, e);
        gather_free(g);
        return r;
    }
    r = begin(s, st, t, &items, e);
    if (r < 0 && session_refresh(s, &t, since, e))
        r = begin(s, st, t, &items, e);
    if (r < 0)
        return e->code;
    int opened = output_open(&out, s, st, cursor_plan(reading(s)), e);

    if (opened < 0)
        return opened;
    output_keep_rest(&out, rest_of(s));
    r = print_pages(s, &out, r, items, e);
    r = finish(s, &out, r, UINT64_MAX, e);
    bool empty = r == 0 && !cursor_totals(reading(s))->items;

    if (empty && st->filter && session_stats_on(s) && session_table(s, st->table, &t, e) == 0)
        advice_on_types(s, st, t);
    if (!empty || !s->settings.fail_empty || s->interactive)
        return r;
    *e = (struct err){.code = ERR_FAILED, .at = SPAN_NONE}; /* as grep does it: a status, no word */
    return ERR_FAILED;
}

/* What a pager was left with comes first, then the pages behind it. */
static int more_of_rest(struct session *s, const struct statement *st, struct err *e)
{
    struct sink_rest rest = *rest_of(s);
    uint64_t pages = cursor_totals(reading(s))->pages;
    const struct value *items = NULL;
    struct output out;

    if (st->redirect != REDIRECT_NONE)
        return err_at(e, ERR_FAILED, st->verb_at,
                      "`more` alone shows first what the pager has not taken");
    int r = output_open(&out, s, st, cursor_plan(reading(s)), e);

    if (r < 0)
        return r;
    *rest_of(s) = (struct sink_rest){.text = {.max = REST_MAX}};
    output_keep_rest(&out, rest_of(s));
    session_note(s, "%.*s  goes on", STR_ARG(cursor_plan(reading(s))->line));
    r = output_text(&out, buf_str(&rest.text), e);
    buf_free(&rest.text);
    if (r == 0)
        r = output_flush(&out, e);
    if (r == 0)
        r = cursor_next(reading(s), &items, e);
    r = print_pages(s, &out, r, items, e);
    return finish(s, &out, r, pages, e);
}

int read_more(struct session *s, const struct statement *st, struct err *e)
{
    const struct value *items = NULL;
    struct output out;

    if (then_has_more(s))
        return then_more(s, e);
    if (reading(s) && rest_of(s)->text.len)
        return more_of_rest(s, st, e);
    if (!reading(s) || cursor_state(reading(s)) == CURSOR_END) {
        err_set(e, ERR_FAILED, "there is nothing more");
        err_hint(e,
                 "`more` goes on with the last get, query or scan when it stopped before its end");
        return ERR_FAILED;
    }
    cursor_continue(reading(s), st->limit ? st->limit : cursor_plan(reading(s))->limit);
    rows_clear(&s->rows);
    session_note(s, "%.*s  goes on", STR_ARG(cursor_plan(reading(s))->line));
    int r = output_open(&out, s, st, cursor_plan(reading(s)), e);

    if (r < 0)
        return r;
    rest_of(s)->left = false;
    rest_of(s)->lines = 0;
    output_keep_rest(&out, rest_of(s));
    r = cursor_next(reading(s), &items, e);
    r = print_pages(s, &out, r, items, e);
    return finish(s, &out, r, UINT64_MAX, e);
}

const struct command cmd_get = {.run = read_run, .joins = true};
const struct command cmd_query = {.run = read_run};
const struct command cmd_scan = {.run = read_run};
const struct command cmd_more = {.run = read_more};
