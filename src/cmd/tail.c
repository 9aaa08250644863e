#include "pksk/cmd/command.h"

#include "pksk/base/log.h"
#include "pksk/item/notation.h"
#include "pksk/out/record.h"
#include "pksk/out/text.h"
#include "pksk/plan/expression.h"
#include "pksk/plan/filter.h"
#include "pksk/plan/plan.h"
#include "pksk/run/tail.h"
#include "pksk/session/output.h"

struct tailing {
    struct session *s;
    const struct statement *st;
    struct plan plan; /* for the printer */
    struct arena arena;
    struct output out;
    struct tail *tail;
    struct buf text;
    uint64_t printed;
    bool announced; /* that it follows */
};

/* ---- which stream */

static int no_stream(struct str table, struct err *e)
{
    _cleanup_(buf_free) struct buf name = {0};

    notation_add_string(&name, table);
    err_set(e, ERR_FAILED, "the table %.*s has no stream", STR_ARG(table));
    err_hint(e,
             "this switches it on: `call UpdateTable {TableName: %s, StreamSpecification: "
             "{StreamEnabled: true, StreamViewType: NEW_AND_OLD_IMAGES}}`",
             buf_cstr(&name));
    return ERR_FAILED;
}

static void note_plan(struct tailing *x, const struct table *t)
{
    struct plan *p = &x->plan;

    plan_note_keys(&x->arena, &t->key, p);
    p->table = arena_str(&x->arena, t->name);
    p->columns = (struct str *)record_columns;
    p->column_count = RECORD_COLUMNS;
}

static void announce(const struct tailing *x)
{
    _cleanup_(buf_free) struct buf line = {0};

    buf_addf(&line, "GetRecords %.*s  %s", STR_ARG(x->plan.table),
             x->st->from_start ? "from the start of the stream" : "from now");
    if (x->st->filter) {
        buf_lit(&line, "  where ");
        expression_add(NULL, &line, x->st->filter, STR(""));
    }
    session_note(x->s, "%.*s", STR_ARG(buf_str(&line)));
}

/* The schema is asked for anew: a stream may have been switched on since. */
static int find_stream(struct tailing *x, struct err *e)
{
    struct session *s = x->s;
    const struct table *t;
    struct str name;
    int r = session_table_name(s, x->st->table, &name, e);

    if (r < 0)
        return r;
    name = arena_str(&x->arena, name);
    r = schema_refresh(s->schemas, name, &t, e);
    if (r == 0 && !t->stream_arn.len)
        r = no_stream(t->name, e);
    if (r < 0)
        return r;
    note_plan(x, t);
    x->tail = tail_new(s->dynamo, &(struct tail_options){.stream_arn = t->stream_arn,
                                                         .from_start = x->st->from_start,
                                                         .clock = s->clock});
    announce(x);
    return 0;
}

/* ---- records */

/* The item as it is after the change, or was before it was removed, as far as the stream keeps
 * that. */
static const struct value *item_of(const struct stream_record *r)
{
    const struct value *item = r->event == STREAM_REMOVE ? r->old_image : r->new_image;

    if (!item)
        item = r->old_image;
    return item ? item : r->keys;
}

static bool wanted(const struct tailing *x, const struct stream_record *r)
{
    return !x->st->filter || filter_matches(x->st->filter, item_of(r));
}

static bool limit_reached(const struct tailing *x)
{
    return x->st->limit && x->printed >= x->st->limit;
}

/* With a format of records' own. */
static int print_records(struct tailing *x, const struct tail_batch *batch, struct err *e)
{
    unsigned rows;
    int r = 0;

    if (x->out.to_terminal) /* which may have another size by now */
        text_screen(&x->out.options.width, &rows);
    buf_reset(&x->text);
    for (const struct stream_record *one = batch->records; one && r == 0 && !limit_reached(x);
         one = one->next) {
        if (!wanted(x, one))
            continue;
        r = record_add(&x->text, x->out.format, &x->out.options, one, e);
        x->printed += r == 0;
    }
    if (x->text.len && r == 0)
        r = output_text(&x->out, buf_str(&x->text), e);
    return r < 0 ? r : sink_flush(x->out.sink, e);
}

/* As items, by the printer of the format. */
static int print_items(struct tailing *x, const struct tail_batch *batch, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct value *items = NULL, **last = &items;

    for (const struct stream_record *one = batch->records; one && !limit_reached(x);
         one = one->next) {
        if (!wanted(x, one))
            continue;
        *last = record_as_item(&a, one);
        last = &(*last)->next;
        x->printed++;
    }
    return items ? output_items(&x->out, items, e) : 0;
}

static void say_that_it_follows(struct tailing *x)
{
    if (x->announced || !tail_follows(x->tail))
        return;
    x->announced = true;
    if (x->st->filter && str_is(tail_view(x->tail), "KEYS_ONLY"))
        session_warn(x->s, "the stream keeps keys only, so where sees nothing else");
    session_note(x->s, "following; Ctrl-C ends it");
}

static int follow(struct tailing *x, struct err *e)
{
    struct tail_batch batch;
    int r = 0;

    while (!limit_reached(x)) {
        r = tail_next(x->tail, &batch, e);
        if (r < 0 && !x->announced && str_is(str_of(e->service), "ResourceNotFoundException"))
            return no_stream(x->plan.table, e); /* its last one is older than a day */
        if (r <= 0)
            return r;
        if (batch.gap)
            session_warn(x->s,
                         "changes before these may be missing: the stream no longer has them");
        r = record_has_format(x->out.format) ? print_records(x, &batch, e)
                                             : print_items(x, &batch, e);
        if (r == 0 && sink_reader_left(x->out.sink))
            r = err_set(e, ERR_FAILED, "the reader has stopped reading");
        if (r < 0)
            return r;
        say_that_it_follows(x);
    }
    return 0;
}

/* ---- the end */

static void note_totals(const struct tailing *x)
{
    struct tail_totals t = tail_totals(x->tail);
    _cleanup_(buf_free) struct buf line = {0};

    text_count(&line, x->printed);
    buf_addf(&line, " record%s", x->printed == 1 ? "" : "s");
    if (t.records > x->printed) {
        buf_lit(&line, " of ");
        text_count(&line, t.records);
        buf_lit(&line, " read");
    }
    buf_addf(&line, "  %zu shard%s  %zu request%s  ", t.shards, t.shards == 1 ? "" : "s",
             (size_t)t.requests, t.requests == 1 ? "" : "s");
    text_duration(&line, t.took_us);
    session_note(x->s, "%s", buf_cstr(&line));
}

/* A reader that has had enough is no failure, and neither is Ctrl-C at a terminal: there it is how
 * a tail ends, and what a command says that got it, too, does not matter. What was written to a
 * file until then is kept. */
static int finish(struct tailing *x, int r, struct err *e)
{
    enum redirect_kind redirect = x->out.redirect;
    bool gone = r < 0 && output_reader_gone(&x->out),
         left = gone && (x->out.to_terminal || redirect == REDIRECT_PIPE),
         stopped = r == ERR_CANCELLED && x->s->interactive;
    struct err why;

    if (gone && !left)
        err_set(e, ERR_FAILED, "the reader closed the pipe after %zu records", (size_t)x->printed);
    if (stopped) {
        cancel_clear();
        fputc('\n', stderr); /* the terminal has echoed ^C */
    }
    int closed = output_close(&x->out, r < 0 && r != ERR_CANCELLED && !left, &why);

    if (stopped && redirect == REDIRECT_PIPE)
        closed = 0;
    if (left || stopped)
        r = 0;
    if (closed < 0 && (r == 0 || (r == ERR_CANCELLED && redirect == REDIRECT_FILE))) {
        *e = why;
        r = closed;
    }
    if (r == 0 || r == ERR_CANCELLED)
        note_totals(x);
    return r;
}

static int run_tail(struct tailing *x, struct err *e)
{
    int r = x->st->filter ? filter_check(x->st->filter, e) : 0;

    if (r == 0)
        r = find_stream(x, e);
    if (r == 0)
        r = output_open(&x->out, x->s, x->st, &x->plan, e);
    if (r < 0)
        return r;
    r = follow(x, e);
    if (r == 0 && !limit_reached(x))
        session_say(x->s, "the stream was switched off, and all of it has been read");
    if (r == ERR_CANCELLED)
        err_set(e, r, "interrupted after %zu record%s", (size_t)x->printed,
                x->printed == 1 ? "" : "s");
    return finish(x, r, e);
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    struct tailing x = {.s = s, .st = st};
    int r = run_tail(&x, e);

    tail_free(x.tail);
    buf_free(&x.text);
    arena_free(&x.arena);
    return r;
}

const struct command cmd_tail = {.run = run};
