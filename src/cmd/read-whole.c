#include "pksk/cmd/read-whole.h"

#include "pksk/cmd/read-announce.h"
#include "pksk/out/text.h"
#include "pksk/plan/edit.h"
#include "pksk/run/cursor.h"
#include "pksk/session/output.h"

/* One reading by way of an index: its keys, a hundred at a time, and the items that have them. */
struct fetching {
    struct session *s;
    const struct statement *st;
    const struct table *t;
    struct arena arena; /* of a hundred keys and their items */
    struct output out;
    uint64_t keys, items, tenths;
};

static bool selects(const struct statement *st, struct str name)
{
    for (const struct path *p = st->select; p; p = p->next) {
        if (!p->steps->next && str_eq(p->steps->name, name))
            return true;
    }
    return false;
}

/* The table's keys in front of a selection, but for those that it has. */
static struct path *key_paths(const struct fetching *x, struct arena *a, struct path *selected)
{
    struct path *rest = selected;

    for (unsigned i = key_part_count(&x->t->key); i-- > 0;) {
        struct str name = key_part(&x->t->key, i)->name;
        struct path *path = arena_new(a, struct path);

        if (selected && selects(x->st, name))
            continue;
        path->at = x->st->verb_at;
        path->steps = arena_new(a, struct path_step);
        path->steps->name = arena_str(a, name);
        path->next = rest;
        rest = path;
    }
    return rest;
}

static int plan_keys(struct fetching *x, struct arena *a, struct plan *ret, struct err *e)
{
    struct statement keys = *x->st;

    keys.whole = false;
    keys.select = key_paths(x, a, NULL);
    return plan_read(a, &keys, x->t, ret, e);
}

/* Where the items of a batch stand among its keys: in the index's order. */
static void place(struct fetching *x, const struct value *items, const struct value *const *keys,
                  struct value **found, size_t count)
{
    for (; items; items = items->next) {
        for (size_t i = 0; i < count; i++) {
            if (!found[i] && edit_same_key(x->t, items, keys[i])) {
                found[i] = value_copy(&x->arena, items);
                break;
            }
        }
    }
}

static struct value *chained(struct value **found, size_t count)
{
    struct value *first = NULL, **last = &first;

    for (size_t i = 0; i < count; i++) {
        if (!found[i])
            continue;
        *last = found[i];
        last = &found[i]->next;
    }
    return first;
}

/* By the keys the items were put in order; what was not selected goes. */
static void strip(const struct fetching *x, struct value *items)
{
    for (; x->st->select && items; items = items->next) {
        struct value **last = &items->first;

        while (*last) {
            struct str name = value_name(*last);

            if (!key_find(&x->t->key, name) || selects(x->st, name)) {
                last = &(*last)->next;
                continue;
            }
            *last = (*last)->next;
            items->len--;
        }
    }
}

static int fetch(struct fetching *x, const struct value *const *keys, size_t count, struct err *e)
{
    struct statement get = {
        .verb = VERB_GET, .at = x->st->at, .consistent = x->st->consistent && !x->st->index};
    struct key **last = &get.keys;
    struct value *found[BATCH_GET_MAX] = {0};
    const struct value *page;
    struct plan p;

    for (size_t i = 0; i < count; i++) {
        *last = plan_item_key(&x->arena, x->t, keys[i]);
        last = &(*last)->next;
    }
    if (x->st->select)
        get.select = key_paths(x, &x->arena, x->st->select);
    int r = plan_read(&x->arena, &get, x->t, &p, e);

    if (r < 0)
        return r;
    struct cursor *c = cursor_new(x->s->dynamo, &p, x->s->clock, 0);

    while ((r = cursor_next(c, &page, e)) > 0)
        place(x, page, keys, found, count);
    x->tenths += cursor_totals(c)->capacity.tenths;
    x->items += cursor_totals(c)->items;
    cursor_free(c);
    struct value *items = chained(found, count);

    if (r < 0 || !items)
        return r;
    strip(x, items);
    rows_add(&x->s->rows, items);
    return output_items(&x->out, items, e);
}

static int fetch_page(struct fetching *x, const struct value *items, struct err *e)
{
    const struct value *keys[BATCH_GET_MAX];
    size_t count = 0;
    int r = 0;

    for (; r == 0 && items; items = items->next) {
        keys[count++] = items;
        x->keys++;
        if (count < BATCH_GET_MAX && items->next)
            continue;
        arena_reset(&x->arena);
        r = fetch(x, keys, count, e);
        count = 0;
    }
    return r;
}

static int fetch_all(struct fetching *x, struct cursor *c, struct err *e)
{
    uint64_t budget = x->s->settings.budget * 10;
    const struct value *items;
    int r;

    while ((r = cursor_next(c, &items, e)) > 0) {
        r = fetch_page(x, items, e);
        if (r < 0)
            return r;
        if (budget && cursor_totals(c)->capacity.tenths + x->tenths >= budget &&
            cursor_state(c) != CURSOR_END)
            return err_set(e, ERR_FAILED,
                           "the budget of %zu capacity units is spent after %zu items",
                           (size_t)x->s->settings.budget, (size_t)x->items);
    }
    return r;
}

static void note_totals(const struct fetching *x, const struct cursor *c)
{
    _cleanup_(buf_free) struct buf line = {0};

    text_plural(&line, x->items, "item", "items");
    if (x->items < x->keys) {
        buf_lit(&line, " of ");
        text_plural(&line, x->keys, "key", "keys");
    }
    buf_lit(&line, "  ");
    text_units(&line, x->tenths + cursor_totals(c)->capacity.tenths, "RCU");
    session_note(x->s, "%s", buf_cstr(&line));
}

static int print_all(struct fetching *x, struct cursor *c, struct arena *a, struct err *e)
{
    const struct statement all = {.verb = VERB_SCAN, .at = x->st->at, .select = x->st->select};
    struct plan shown;
    struct err why;
    int r = plan_read(a, &all, x->t, &shown, e);

    if (r == 0)
        r = output_open(&x->out, x->s, x->st, &shown, e);
    if (r < 0)
        return r;
    r = fetch_all(x, c, e);
    bool left = r < 0 && output_reader_gone(&x->out) &&
                (x->out.to_terminal || x->st->redirect == REDIRECT_PIPE);
    int closed = output_close(&x->out, r < 0 && !left, &why);

    if (left)
        return 0;
    if (r == 0 && closed < 0)
        *e = why;
    return r < 0 ? r : closed;
}

int read_whole(struct session *s, const struct statement *st, const struct table *t, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct fetching x = {.s = s, .st = st, .t = t};
    struct plan p;
    int r = plan_keys(&x, &a, &p, e);

    if (r < 0)
        return r;
    if (st->verb == VERB_SCAN)
        r = read_announce_scan(s, st, t, &p, e);
    else
        session_note(s, "%.*s  then BatchGetItem", STR_ARG(p.line));
    if (r < 0)
        return r;
    struct cursor *c = cursor_new(s->dynamo, &p, s->clock, 0); /* the budget is for both */

    r = print_all(&x, c, &a, e);
    if (r == 0)
        note_totals(&x, c);
    cursor_free(c);
    arena_free(&x.arena);
    return r;
}
