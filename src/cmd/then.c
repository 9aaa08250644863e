#include "pksk/cmd/then.h"

#include <unistd.h>

#include "pksk/cmd/read-announce.h"
#include "pksk/cmd/read.h"
#include "pksk/cmd/then-undo.h"
#include "pksk/cmd/undo.h"
#include "pksk/cmd/write.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/json/writer.h"
#include "pksk/out/progress.h"
#include "pksk/out/text.h"
#include "pksk/plan/plan.h"
#include "pksk/run/each.h"
#include "pksk/session/slot.h"

#define REFUSED_SHOWN 20 /* the rest are counted */
#define KEYS_SHOWN 5     /* before the question */

/* What outlives the statement when it stops in the middle. */
struct then_left {
    struct each *each;
    struct session *s;
    struct then_undo *undo; /* NULL: it cannot be undone */
    struct buf why_not;     /* … for that reason */
    struct progress line;
    const char *doing; /* for the progress line */
    uint64_t refused_shown;
    bool counts_twice; /* it makes a difference whether a write is applied once or twice */
};

static void left_free(void *kept)
{
    struct then_left *left = kept;

    each_free(left->each);
    then_undo_free(left->undo);
    buf_free(&left->why_not);
    free(left);
}

static const struct slot_kind slot = {.free = left_free, .of_client = true};

static struct then_left *left_of(const struct session *s)
{
    return slot_get(s, &slot);
}

void then_forget(struct session *s)
{
    slot_put(s, &slot, NULL);
}

bool then_has_more(const struct session *s)
{
    return left_of(s) != NULL;
}

/* ---- plans */

static int plan_both(struct session *s, struct arena *a, const struct statement *st, bool old,
                     struct plan *reading, struct then_plan *writing, const struct table **target,
                     struct err *e)
{
    const struct statement *write = st->then;
    const struct table *t;
    int r = session_table(s, st->table, &t, e);

    if (r == 0)
        r = write->verb == VERB_PUT ? plan_find_items(a, st, t, reading, e)
                                    : plan_find_keys(a, st, t, reading, e);
    if (r == 0) /* what `t` points to may be gone afterwards */
        r = session_table(s, write->table, target, e);
    if (r == 0 && write->verb == VERB_PUT && str_eq((*target)->name, reading->table))
        return err_at(e, ERR_SYNTAX, write->table->at,
                      "the items are in %.*s already: put them into another table",
                      STR_ARG(reading->table));
    return r < 0 ? r : plan_then(a, write, *target, old, writing, e);
}

/* ---- words */

static void add_items(struct buf *b, uint64_t n)
{
    text_count(b, n);
    buf_str_add(b, n == 1 ? STR(" item") : STR(" items"));
}

/* What the writes take at least: of whole items that is known, else it is the table's average. */
static uint64_t write_units(const struct table *t, const struct each_totals *found)
{
    uint64_t size = t->item_count ? t->size_bytes / t->item_count : 0;

    return found->units ? found->units : found->found * MAX((size + 1023) / 1024, (uint64_t)1);
}

/* "Delete 12 items from Main, about 12 WCU" */
static void add_intent(struct buf *b, const struct then_plan *p, const struct table *t,
                       const struct each_totals *found)
{
    static const struct {
        const char *verb, *where;
    } words[] = {
        [VERB_PUT] = {"Put", "into"},
        [VERB_UPDATE] = {"Update", "of"},
        [VERB_DELETE] = {"Delete", "from"},
    };

    buf_addf(b, "%s ", words[p->verb].verb);
    add_items(b, found->found);
    buf_addf(b, " %s %.*s, about ", words[p->verb].where, STR_ARG(p->table));
    text_count(b, write_units(t, found));
    buf_lit(b, " WCU");
    if (t->index_count)
        buf_lit(b, " and those of its indexes");
}

static const char *done_word(enum verb v)
{
    return v == VERB_PUT ? "put" : v == VERB_UPDATE ? "updated" : "deleted";
}

static void add_part(struct buf *b, uint64_t n, const char *what)
{
    if (!n)
        return;
    buf_lit(b, ", ");
    text_count(b, n);
    buf_addf(b, " %s", what);
}

static void report(struct session *s, const struct then_left *left, int r)
{
    const struct each_totals *t = each_totals(left->each);
    _cleanup_(buf_free) struct buf line = {0};

    add_items(&line, t->written);
    buf_addf(&line, " %s", done_word(each_plan(left->each)->verb));
    add_part(&line, t->gone, t->gone == 1 ? "was gone by then" : "were gone by then");
    add_part(&line, t->skipped, "skipped: the condition was false for them");
    add_part(&line, t->refused, "refused");
    add_part(&line, t->left, "left");
    buf_lit(&line, "  ");
    text_units(&line, t->capacity.tenths, "WCU");
    buf_lit(&line, "  ");
    text_duration(&line, t->took_us);
    if (r < 0 || t->gone || t->skipped)
        session_say(s, "%s", buf_cstr(&line));
    else
        session_note(s, "%s", buf_cstr(&line));
    if (t->uncertain && left->counts_twice)
        session_warn(s, "%zu update%s got no answer at first and may have been applied twice",
                     (size_t)t->uncertain, t->uncertain == 1 ? "" : "s");
}

/* ---- what each tells */

static void show_progress(void *ctx, const struct each_totals *t)
{
    struct then_left *left = ctx;
    bool writing = left->line.total != 0;

    progress_update(&left->line, left->doing, writing ? t->found - t->left : t->found, 0);
}

static void show_refused(void *ctx, struct str json, const struct err *why)
{
    struct then_left *left = ctx;
    _cleanup_(buf_free) struct buf shown = {.max = 300};
    _cleanup_(arena_free) struct arena a = {0};
    struct value *item;
    struct err ignored;

    if (left->refused_shown++ >= REFUSED_SHOWN || ddb_parse_item(&a, json, &item, &ignored) < 0)
        return;
    progress_end(&left->line);
    notation_add_short(&shown, item);
    session_warn(left->s, "refused: %.*s%s: %s", STR_ARG(buf_str(&shown)), shown.over ? "…" : "",
                 why->text);
}

/* ---- running */

/* How to go on, when something is left. */
static void explain_stop(const struct session *s, const struct then_left *left, int r,
                         struct err *e)
{
    const struct each_totals *t = each_totals(left->each);

    if (left->undo && e->hint[0] && str_find(str_of(e->hint), STR("undo-keep"), NULL))
        return;
    if (r == ERR_CANCELLED)
        err_set(e, r, "interrupted: %zu of %zu items %s, %zu left", (size_t)t->written,
                (size_t)t->found, done_word(each_plan(left->each)->verb), (size_t)t->left);
    if (s->interactive)
        err_hint(e, "`more` goes on with what is left");
    else if (each_plan(left->each)->verb == VERB_DELETE)
        err_hint(e, "the same statement again deletes what is left");
    else if (!left->counts_twice)
        err_hint(e, "the same statement can be run again: it does the done ones no harm");
    else
        err_hint(e, "the same statement again would update those that are done once more");
}

static int write_all(struct session *s, const struct table *target, struct err *e)
{
    struct then_left *left = left_of(s);
    const struct each_totals *t = each_totals(left->each);

    left->doing = "writing";
    progress_begin(&left->line, s->clock, t->found);
    if (left->undo && !undo_keeps_many(s)) { /* it was set off before `more` */
        then_undo_free(left->undo);
        left->undo = NULL;
    }
    int r = left->undo ? then_undo_begin(left->undo, target, e) : 0;

    if (r == 0)
        r = each_write(left->each, target, e);
    progress_end(&left->line);
    if (left->undo)
        then_undo_end(left->undo);
    else
        undo_block(s, "it was a write for each of several items");
    report(s, left, r);
    if (r < 0) {
        explain_stop(s, left, r, e);
        if (!t->left || !s->interactive)
            then_forget(s);
        return r;
    }
    uint64_t refused = t->refused, found = t->found;

    then_forget(s);
    if (!refused)
        return 0;
    return err_set(e, ERR_FAILED, "%zu of %zu item%s %s refused", (size_t)refused, (size_t)found,
                   found == 1 ? "" : "s", refused == 1 ? "was" : "were");
}

static int find(struct session *s, const struct plan *reading, struct err *e)
{
    struct then_left *left = left_of(s);
    struct cursor_totals totals;

    left->doing = "finding";
    progress_begin(&left->line, s->clock, 0);
    int r = each_find(left->each, reading, &totals, e);

    progress_end(&left->line);
    if (r == ERR_CANCELLED)
        err_set(e, r, "interrupted while the items were being found; nothing was written");
    if (r < 0)
        return r;
    _cleanup_(buf_free) struct buf line = {0};

    add_items(&line, totals.items);
    buf_lit(&line, " found of ");
    text_count(&line, MAX(totals.scanned, totals.items));
    buf_lit(&line, " read  ");
    text_units(&line, totals.capacity.tenths, "RCU");
    session_note(s, "%s", buf_cstr(&line));
    return 0;
}

/* The first of what is going to be written, one a line. */
static int show_keys(struct session *s, const struct table *target, struct err *e)
{
    struct each *each = left_of(s)->each;
    uint64_t offset = 0, found = each_totals(each)->found;

    for (unsigned n = 0; n < KEYS_SHOWN; n++) {
        _cleanup_(arena_free) struct arena a = {0};
        _cleanup_(buf_free) struct buf key = {.max = BUF_MAX};
        struct value *item;
        struct str json;
        int r = each_found(each, &offset, &json, e);

        if (r > 0)
            r = ddb_parse_item(&a, json, &item, e) < 0 ? e->code : 1;
        if (r <= 0)
            return r;
        for (unsigned i = 0; i < key_part_count(&target->key); i++) {
            const struct value *v = value_member(item, key_part(&target->key, i)->name);

            if (v && key.len)
                buf_char(&key, ' ');
            if (v)
                notation_add_key(&key, v);
        }
        session_say(s, "  %s", buf_cstr(&key));
    }
    if (found > KEYS_SHOWN)
        session_say(s, "  … and %zu more", (size_t)(found - KEYS_SHOWN));
    return 0;
}

static int ask(struct session *s, const struct table *target, struct err *e)
{
    struct then_left *left = left_of(s);
    _cleanup_(buf_free) struct buf intent = {0};

    add_intent(&intent, each_plan(left->each), target, each_totals(left->each));
    if (left->undo)
        buf_lit(&intent, " (`undo` in this session takes it back)");
    else if (!s->yes) /* who has said yes to all is not asked */
        buf_addf(&intent, " (this cannot be undone: %s)", buf_cstr(&left->why_not));
    session_note(s, "%.*s%s%s", STR_ARG(each_plan(left->each)->line), s->yes ? "  " : "",
                 s->yes ? buf_cstr(&intent) : ""); /* the question says the rest */
    int r = s->yes ? 0 : show_keys(s, target, e);

    return r < 0 ? r : session_confirm(s, e, "%s", buf_cstr(&intent));
}

/* Is it more than what undo may keep? Then it goes without, in batches. */
static uint64_t bytes_to_keep(const struct table *t, const struct then_left *left)
{
    const struct each_totals *found = each_totals(left->each);
    uint64_t size = t->item_count ? t->size_bytes / t->item_count : 0;
    uint64_t once = found->units ? found->units * 1024 : found->found * size;

    return each_plan(left->each)->verb == VERB_DELETE ? once : 2 * once;
}

static int weigh(struct session *s, const struct statement *st, const struct table *target,
                 struct arena *a, struct err *e)
{
    struct then_left *left = left_of(s);
    struct then_plan plan;
    int r;

    if (!left->undo || bytes_to_keep(target, left) <= undo_bytes(s))
        return 0;
    r = plan_then(a, st->then, target, false, &plan, e);
    if (r < 0)
        return r;
    buf_addf(&left->why_not, "it is more than undo keeps (%zu MB, `set undo-keep`)",
             (size_t)(undo_bytes(s) >> 20));
    each_plan_anew(left->each, &plan);
    then_undo_free(left->undo);
    left->undo = NULL;
    return 0;
}

/* Without a terminal there is nobody to ask, and that is known before anything is read. */
static int may_ask(struct session *s, struct err *e)
{
    if (s->yes || (isatty(STDIN_FILENO) && s->err_terminal))
        return 0;
    return session_confirm(s, e, "Go on");
}

static int on_written(void *ctx, struct str json, const struct reply *reply, struct err *e)
{
    const struct then_left *left = ctx;

    return left->undo ? then_undo_add(left->undo, json, reply, e) : 0;
}

/* Planned once it is known whether undo keeps the items. */
static struct then_left *begin(struct session *s, const struct statement *st)
{
    struct then_left *left = mem_resize(NULL, 1, sizeof(*left));

    *left = (struct then_left){.s = s, .counts_twice = write_counts_twice(st->then)};
    left->undo = then_undo_new(s, st->then, &left->why_not);
    slot_put(s, &slot, left);
    return left;
}

static void begin_each(struct session *s, const struct then_plan *p)
{
    struct then_left *left = left_of(s);

    left->each =
        each_new(s->dynamo, &(struct each_options){.plan = p,
                                                   .clock = s->clock,
                                                   .budget_tenths = s->settings.budget * 10,
                                                   .progress = show_progress,
                                                   .on_refused = show_refused,
                                                   .on_written = on_written,
                                                   .ctx = left});
}

int then_run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    const struct table *target;
    struct then_plan writing;
    struct plan reading;
    int r = may_ask(s, e);

    if (r < 0)
        return r;
    r = plan_both(s, &a, st, begin(s, st)->undo != NULL, &reading, &writing, &target, e);
    if (r == 0)
        r = read_announce_plan(s, st, &reading, e);
    if (r < 0) {
        then_forget(s);
        return r;
    }
    begin_each(s, &writing);
    r = find(s, &reading, e);
    if (r == 0 && !each_totals(left_of(s)->each)->found) {
        session_say(s, "no item was found, so nothing is done");
        then_forget(s);
        return 0;
    }
    if (r == 0) /* again: the announcement looks tables up, too */
        r = session_table(s, st->then->table, &target, e);
    if (r == 0)
        r = weigh(s, st, target, &a, e);
    if (r == 0)
        r = ask(s, target, e);
    if (r < 0) {
        then_forget(s);
        return r;
    }
    return write_all(s, target, e);
}

int then_more(struct session *s, struct err *e)
{
    struct word name = {.text = each_plan(left_of(s)->each)->table, .at = SPAN_NONE};
    const struct table *target;
    int r;

    if (s->settings.read_only)
        return err_set(e, ERR_FAILED, "the session is read-only, and `then` goes on writing");
    r = session_table(s, &name, &target, e);
    if (r < 0)
        return r;
    session_note(s, "%.*s  goes on", STR_ARG(each_plan(left_of(s)->each)->line));
    return write_all(s, target, e);
}

/* ---- explain */

static void add_placeholder(struct buf *b, const struct table *t, bool put)
{
    _cleanup_(buf_free) struct buf its = {0};
    const struct key_schema *key = &t->key;

    buf_char(b, '{');
    for (unsigned i = 0; i < key_part_count(key); i++) {
        const struct key_part *part = key_part(key, i);

        if (i)
            buf_char(b, ',');
        buf_reset(&its);
        buf_addf(&its, "its %.*s", STR_ARG(part->name));
        json_add_string(b, part->name);
        buf_addf(b, ":{\"%s\":", attr_type_name(part->type));
        json_add_string(b, buf_str(&its));
        buf_char(b, '}');
    }
    buf_str_add(b, put ? STR(",\"…\":{\"S\":\"and all its other attributes\"}}") : STR("}"));
}

int then_explain(struct session *s, const struct statement *st, struct buf *text, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    _cleanup_(buf_free) struct buf key = {0}, body = {0};
    const struct table *target;
    struct then_plan writing;
    struct plan reading;
    struct json *tree;
    int r = plan_both(s, &a, st, undo_keeps_many(s), &reading, &writing, &target, e);

    if (r < 0)
        return r;
    text_escape(text, reading.line);
    buf_addf(text, "\n%s: %s\n", reading.operation, plan_reach(&reading, st));
    r = plan_explain(text, &reading, EXPLAIN_JSON, &(struct explain_where){0}, e);
    if (r < 0)
        return r;
    add_placeholder(&key, target, writing.verb == VERB_PUT);
    plan_then_body(&body, &writing, buf_str(&key));
    r = json_parse(&a, buf_str(&body), 100, &tree, e);
    if (r < 0)
        return r;
    buf_lit(text, "then ");
    text_escape(text, writing.line);
    buf_addf(text, "\n%s: %s %s\n", writing.operation,
             writing.verb == VERB_PUT      ? "puts"
             : writing.verb == VERB_DELETE ? "deletes"
                                           : "updates",
             str_is(str_of(writing.operation), "BatchWriteItem")
                 ? "every item found, 25 in a request, when they were counted and confirmed"
                 : "every item found, one by one, when they were counted and confirmed");
    json_write(text, tree, true);
    buf_char(text, '\n');
    return 0;
}
