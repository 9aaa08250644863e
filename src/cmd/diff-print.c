#include "pksk/cmd/diff-print.h"

#include <unistd.h>

#include "pksk/item/notation.h"
#include "pksk/item/order.h"
#include "pksk/out/text.h"

#define ACTIONS_MAX 40 /* of one update statement */

/* ---- for eyes */

static void add_coloured(struct diff_printer *p, enum colour c, const char *sign, struct str text)
{
    buf_addf(&p->text, "%s%s ", p->colour ? colour_on(c) : "", sign);
    text_escape(&p->text, text);
    buf_addf(&p->text, "%s\n", p->colour ? COLOUR_OFF : "");
}

static struct str key_words(struct diff_printer *p, const struct value *item)
{
    _cleanup_(buf_free) struct buf b = {0};

    for (size_t i = 0; i < p->key_count; i++) {
        const struct value *v = value_member(item, p->keys[i]);

        if (i)
            buf_char(&b, ' ');
        if (v && value_is_text(v))
            notation_add_key(&b, v);
        else if (v)
            notation_add_short(&b, v);
        else
            buf_char(&b, '-');
    }
    return arena_str(&p->arena, buf_str(&b));
}

static void add_value_line(struct diff_printer *p, const char *sign, struct str path,
                           const struct value *v)
{
    _cleanup_(buf_free) struct buf b = {0};

    buf_addf(&b, "%.*s: ", STR_ARG(path));
    notation_add_value(&b, v);
    add_coloured(p, sign[4] == '-' ? COLOUR_ERROR : COLOUR_GOOD, sign, buf_str(&b));
}

static int show_difference(void *ctx, struct str path, const struct value *first,
                           const struct value *second, unused_arg struct err *e)
{
    struct diff_printer *p = ctx;

    if (first)
        add_value_line(p, "    -", path, first);
    if (second)
        add_value_line(p, "    +", path, second);
    return 0;
}

static bool is_key(const struct diff_printer *p, struct str name)
{
    for (size_t i = 0; i < p->key_count; i++) {
        if (str_eq(p->keys[i], name))
            return true;
    }
    return false;
}

/* The attributes behind the key, in their steady order. */
static void show_alone(struct diff_printer *p, const struct value *item, const char *sign)
{
    _cleanup_(item_order_free) struct item_order order = {0};

    value_each (v, item_ordered(&order, item, p->keys, p->key_count)) {
        _cleanup_(buf_free) struct buf name = {0};

        if (is_key(p, value_name(v)))
            continue;
        notation_add_name(&name, value_name(v));
        add_value_line(p, sign, buf_str(&name), v);
    }
}

static int add_lines(struct diff_printer *p, const struct value *first, const struct value *second,
                     struct err *e)
{
    struct str key = key_words(p, first ? first : second);

    if (first && second)
        add_coloured(p, COLOUR_WARN, "~", key);
    else
        add_coloured(p, first ? COLOUR_ERROR : COLOUR_GOOD, first ? "-" : "+", key);
    if (p->st->keys_only)
        return 0;
    if (!first || !second) {
        show_alone(p, first ? first : second, first ? "    -" : "    +");
        return 0;
    }
    int r = difference_each(&p->compare, first, second, show_difference, p, e);

    return MIN(r, 0);
}

/* ---- statements that make the second side like the first */

struct updating {
    struct diff_printer *p;
    struct str opening; /* TABLE: update KEY */
    struct buf set, remove;
    unsigned actions;
};

static void end_update(struct updating *u)
{
    struct buf *b = &u->p->text;

    if (!u->actions)
        return;
    buf_str_add(b, u->opening);
    if (u->set.len)
        buf_addf(b, " set %s", buf_cstr(&u->set));
    if (u->remove.len)
        buf_addf(b, " remove %s", buf_cstr(&u->remove));
    buf_char(b, '\n');
    buf_reset(&u->set);
    buf_reset(&u->remove);
    u->actions = 0;
}

static int add_action(void *ctx, struct str path, const struct value *first,
                      unused_arg const struct value *second, unused_arg struct err *e)
{
    struct updating *u = ctx;

    if (first) {
        buf_addf(&u->set, "%s%.*s = ", u->set.len ? ", " : "", STR_ARG(path));
        notation_add_value(&u->set, first);
    } else {
        buf_addf(&u->remove, "%s%.*s", u->remove.len ? ", " : "", STR_ARG(path));
    }
    if (++u->actions == ACTIONS_MAX)
        end_update(u);
    return 0;
}

static int add_statements(struct diff_printer *p, const struct value *first,
                          const struct value *second, struct err *e)
{
    _cleanup_(buf_free) struct buf opening = {0};
    struct str key = key_words(p, first ? first : second);
    int r = 0;

    if (first && second) {
        struct updating u = {.p = p};

        buf_addf(&opening, "%.*s: update %.*s", STR_ARG(p->target), STR_ARG(key));
        u.opening = buf_str(&opening);
        r = difference_each(&p->compare, first, second, add_action, &u, e);
        end_update(&u);
        buf_free(&u.set);
        buf_free(&u.remove);
        return MIN(r, 0);
    }
    buf_addf(&p->text, "%.*s: ", STR_ARG(p->target));
    if (first) {
        _cleanup_(item_order_free) struct item_order order = {0};

        notation_add_put(&p->text, item_ordered(&order, first, p->keys, p->key_count));
    } else {
        buf_addf(&p->text, "delete %.*s", STR_ARG(key));
    }
    buf_char(&p->text, '\n');
    return 0;
}

/* ---- items */

struct listing {
    struct arena *a;
    struct value *first, *second, *last[2];
};

static int list_difference(void *ctx, struct str path, const struct value *first,
                           const struct value *second, unused_arg struct err *e)
{
    struct listing *l = ctx;
    const struct value *values[2] = {first, second};
    struct value *maps[2] = {l->first, l->second};

    for (unsigned i = 0; i < 2; i++) {
        struct value *v = values[i] ? value_copy(l->a, values[i]) : NULL;

        if (!v)
            continue;
        value_set_name(v, arena_str(l->a, path));
        value_append(maps[i], &l->last[i], v);
    }
    return 0;
}

static void add_member(struct value *map, struct value **last, struct str name, struct value *v)
{
    value_set_name(v, name);
    value_append(map, last, v);
}

static int add_item(struct diff_printer *p, const struct value *first, const struct value *second,
                    struct err *e)
{
    struct arena *a = &p->arena;
    struct value *row = value_new(a, ATTR_M), *key = value_new(a, ATTR_M), *last = NULL,
                 *last_key = NULL;
    struct listing l = {.a = a, .first = value_new(a, ATTR_M), .second = value_new(a, ATTR_M)};
    int r = 0;

    for (size_t i = 0; i < p->key_count; i++) {
        const struct value *v = value_member(first ? first : second, p->keys[i]);

        if (v)
            add_member(key, &last_key, p->keys[i], value_copy(a, v));
    }
    add_member(row, &last, STR("change"),
               value_new_text(a, ATTR_S,
                              !second  ? STR("-")
                              : !first ? STR("+")
                                       : STR("~")));
    add_member(row, &last, STR("key"), key);
    if (first && second && !p->st->keys_only)
        r = difference_each(&p->compare, first, second, list_difference, &l, e);
    if (!p->st->keys_only && first)
        add_member(row, &last, STR("first"), second ? l.first : value_copy(a, first));
    if (!p->st->keys_only && second)
        add_member(row, &last, STR("second"), first ? l.second : value_copy(a, second));
    return r < 0 ? r : output_items(&p->out, row, e);
}

/* ---- */

static int open_output(struct diff_printer *p, struct err *e)
{
    static const char *const names[] = {"change", "key", "first", "second"};
    static const char *const counts[] = {"same", "different", "only_first", "only_second"};
    enum format f = output_format(p->s, p->st);

    p->statements = f == FORMAT_PKSK && !p->st->count;
    p->lines = f == FORMAT_PRETTY;
    for (unsigned i = 0; i < 4; i++)
        p->columns[i] = str_of(p->st->count ? counts[i] : names[i]);
    p->plan = (struct plan){.columns = p->columns,
                            .column_count = p->st->keys_only && !p->st->count ? 2 : 4,
                            .key_names = p->columns,
                            .key_count = 2};
    int r = output_open(&p->out, p->s, p->st, p->lines || p->statements ? NULL : &p->plan, e);

    p->colour = r == 0 && p->out.to_terminal && text_colour_wanted(STDOUT_FILENO);
    return r;
}

int diff_printer_open(struct diff_printer *p, struct err *e)
{
    int r = open_output(p, e);

    if (r < 0 || !p->statements)
        return r;
    if (!p->target.len) {
        err_at(e, ERR_FAILED, p->st->sides[1].at,
               "the second side is a file, which no statement changes");
        err_hint(e, "the statements make the second side like the first: put the table second");
        return ERR_FAILED;
    }
    if (p->st->by) {
        err_at(e, ERR_FAILED, p->st->by->at, "statements need the table's own key, not `by`");
        return ERR_FAILED;
    }
    buf_lit(&p->text, "-- What makes ");
    text_escape(&p->text, p->names[1]);
    buf_lit(&p->text, " like ");
    text_escape(&p->text, p->names[0]);
    buf_lit(&p->text, ", as diff found them.\n");
    return 0;
}

int diff_printer_add(struct diff_printer *p, const struct value *first, const struct value *second,
                     struct err *e)
{
    int r = 0;

    if (first && second) {
        r = difference_each(&p->compare, first, second, NULL, NULL, e);
        if (r <= 0) {
            p->counts.same += r == 0;
            return r;
        }
    }
    p->counts.different += first && second;
    p->counts.only[0] += !second;
    p->counts.only[1] += !first;
    if (p->st->count)
        return 0;
    if (p->out.to_terminal)
        progress_end(p->line); /* both may be on the same terminal */
    arena_reset(&p->arena);
    if (!p->lines && !p->statements)
        return add_item(p, first, second, e);
    r = p->lines ? add_lines(p, first, second, e) : add_statements(p, first, second, e);
    if (r == 0)
        r = output_text(&p->out, buf_str(&p->text), e);
    buf_reset(&p->text);
    return r;
}

void diff_counts_add(struct buf *b, const struct diff_printer *p)
{
    const struct diff_counts *c = &p->counts;

    text_count(b, c->same);
    buf_lit(b, " the same, ");
    text_count(b, c->different);
    buf_lit(b, " different, ");
    for (unsigned i = 0; i < 2; i++) {
        text_count(b, c->only[i]);
        buf_addf(b, " only in %s%s", str_eq(p->names[0], p->names[1]) ? "the " : "",
                 str_eq(p->names[0], p->names[1]) ? (i ? "second" : "first") : "");
        if (!str_eq(p->names[0], p->names[1]))
            buf_str_add(b, p->names[i]);
        buf_str_add(b, i ? STR("") : STR(", "));
    }
}

static int print_counts(struct diff_printer *p, struct err *e)
{
    const uint64_t numbers[] = {p->counts.same, p->counts.different, p->counts.only[0],
                                p->counts.only[1]};
    struct value *row, *last = NULL;

    if (p->lines) {
        _cleanup_(buf_free) struct buf words = {0};

        diff_counts_add(&words, p);
        text_escape(&p->text, buf_str(&words));
        buf_char(&p->text, '\n');
        return output_text(&p->out, buf_str(&p->text), e);
    }
    arena_reset(&p->arena);
    row = value_new(&p->arena, ATTR_M);
    for (unsigned i = 0; i < 4; i++)
        add_member(
            row, &last, p->columns[i],
            value_new_text(&p->arena, ATTR_N, arena_printf(&p->arena, "%zu", (size_t)numbers[i])));
    return output_items(&p->out, row, e);
}

int diff_printer_end(struct diff_printer *p, bool failed, struct err *e)
{
    struct err why;
    int r = failed || !p->st->count ? 0 : print_counts(p, e);
    int closed = output_close(&p->out, failed || r < 0, &why);

    buf_free(&p->text);
    arena_free(&p->arena);
    if (r == 0 && closed < 0) {
        if (!failed)
            *e = why;
        r = closed;
    }
    return r;
}
