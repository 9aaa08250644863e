#include "pksk/session/rows.h"

#include "pksk/item/notation.h"

void rows_clear(struct rows *r)
{
    arena_reset(&r->arena);
    r->count = 0;
    r->seen = 0;
}

void rows_free(struct rows *r)
{
    arena_free(&r->arena);
    free(r->items);
    *r = (struct rows){0};
}

void rows_add(struct rows *r, const struct value *items)
{
    for (const struct value *item = items; item; item = item->next) {
        r->seen++;
        if (r->count == ROWS_MAX || r->arena.used > ROWS_BYTES_MAX)
            continue;
        if (r->count == r->cap) {
            r->cap = MAX(r->cap * 2, (size_t)32);
            r->items = mem_resize(r->items, r->cap, sizeof(*r->items));
        }
        r->items[r->count++] = value_copy(&r->arena, item);
    }
}

static int choose_row(const struct rows *r, struct str which, const struct value **ret,
                      struct err *e)
{
    uint64_t n;

    if (str_is(which, "_")) {
        if (r->seen != 1)
            return err_set(e, ERR_SYNTAX, "the last result has %zu items, so _ does not say which",
                           (size_t)r->seen);
        n = 1;
    } else if (!str_to_u64(which, &n) || n == 0) {
        return err_set(e, ERR_SYNTAX, "%.*s is no row of the last result: rows are numbered from 1",
                       STR_ARG(which));
    }
    if (n > r->count)
        return err_set(e, ERR_SYNTAX, "the last result has no row %zu, but %zu", (size_t)n,
                       r->count);
    *ret = r->items[n - 1];
    return 0;
}

int rows_variable(const struct rows *r, struct str name, struct arena *a, struct str *ret,
                  struct err *e)
{
    struct str rest = name, step;
    const struct value *v = NULL;

    if (!str_split(&rest, '.', &step))
        return err_set(e, ERR_SYNTAX, "an attribute is missing after the row");
    int code = choose_row(r, step, &v, e);

    if (code < 0)
        return code;
    while (str_split(&rest, '.', &step)) {
        v = value_member(v, step);
        if (!v)
            return err_set(e, ERR_SYNTAX, "that row has no attribute %.*s", STR_ARG(step));
    }
    if (v->type == ATTR_S || v->type == ATTR_N) {
        *ret = arena_str(a, value_text(v));
        return 1;
    }
    _cleanup_(buf_free) struct buf text = {0};

    notation_add_value(&text, v);
    *ret = arena_str(a, buf_str(&text));
    return 1;
}
