#include "pksk/cmd/edit-text.h"

#include "pksk/item/notation.h"
#include "pksk/item/order.h"
#include "pksk/lang/parse.h"
#include "pksk/out/text.h"

static struct str key_name(const struct table *t, unsigned i)
{
    return i ? t->key.sort[0].name : t->key.partition[0].name;
}

static unsigned key_count(const struct table *t)
{
    return t->key.sort_count ? 2 : 1;
}

static bool is_key(const struct table *t, struct str name)
{
    return str_eq(name, key_name(t, 0)) || (t->key.sort_count && str_eq(name, key_name(t, 1)));
}

/* ---- out */

/* `name: value`, as it stands in a map. */
static void add_member(struct buf *b, const struct value *v)
{
    struct value alone = *v;
    const struct value map = {.type = ATTR_M, .first = &alone, .len = 1};
    _cleanup_(buf_free) struct buf text = {0};

    alone.next = NULL;
    notation_add_value(&text, &map);
    buf_add(b, text.s + 1, text.len - 2);
}

static void add_line(struct buf *b, const struct value *v, bool *first)
{
    buf_str_add(b, *first ? STR("\n    ") : STR(",\n    "));
    add_member(b, v);
    *first = false;
}

static void add_put(struct buf *b, const struct table *t, const struct value *item)
{
    _cleanup_(item_order_free) struct item_order order = {0};
    const struct str keys[] = {key_name(t, 0), key_name(t, key_count(t) - 1)};
    bool first = true;

    buf_lit(b, "\nput {");
    value_each (v, item_ordered(&order, item, keys, key_count(t)))
        add_line(b, v, &first);
    buf_lit(b, "\n}\n");
}

void edit_text_write(struct buf *b, const struct table *t, const struct edit_items *items,
                     struct str statement)
{
    buf_lit(b, "# ");
    text_escape(b, t->name); /* no name ends the comment */
    buf_addf(b, ": %zu item%s of ", items->count, items->count == 1 ? "" : "s");
    text_escape(b, statement);
    buf_lit(
        b, "\n# Change, add and take away. Then the differences are shown, and nothing is written\n"
           "# before you said yes. An item that is taken away is deleted; another key is another\n"
           "# item, so the old one is deleted. A file without any change does nothing.\n");
    for (size_t i = 0; i < items->count; i++)
        add_put(b, t, items->items[i]);
}

/* ---- in */

static int check_put(const struct statement *st, struct err *e)
{
    if (st->verb != VERB_PUT || st->condition || st->return_values || st->table) {
        err_at(e, ERR_SYNTAX, st->verb_at, "only plain put statements can stand here");
        err_hint(e, "to delete an item, take its put away");
        return ERR_SYNTAX;
    }
    return 0;
}

static int add_item(struct arena *a, const struct table *t, const struct statement *st,
                    struct edit_items *list, struct err *e)
{
    struct plan p;
    int r = check_put(st, e);

    if (r == 0)
        r = plan_write(a, st, t, &p, e); /* checks the key, its types, and the size */
    if (r < 0)
        return r;
    for (size_t i = 0; i < list->count; i++) {
        if (edit_same_key(t, list->items[i], p.keys))
            return err_at(e, ERR_SYNTAX, st->verb_at, "an item with this key stands here twice");
    }
    if (list->count % 64 == 0) { /* grows in steps; the arena keeps the old ones */
        const struct value **more = arena_alloc(a, list->count + 64, sizeof(*more));

        if (list->count)
            memcpy(more, list->items, list->count * sizeof(*more));
        list->items = more;
    }
    list->items[list->count++] = p.keys;
    return 0;
}

int edit_text_read(struct session *s, struct arena *a, const struct table *t, struct str text,
                   struct edit_items *ret, struct err *e)
{
    struct lang_env env = session_lang(s, true);
    struct edit_items list = {0};

    for (size_t pos = 0;;) {
        struct statement *st = NULL;
        int r = lang_parse(a, text, &pos, &env, &st, e);

        if (r == 0 && !st)
            break;
        if (r == ERR_MORE)
            r = err_at(e, ERR_SYNTAX, (struct span){(uint32_t)text.len, (uint32_t)text.len},
                       "the text ends inside of a statement");
        if (r == 0)
            r = add_item(a, t, st, &list, e);
        if (r < 0)
            return r;
    }
    *ret = list;
    return 0;
}

/* ---- what changed */

static bool same_attributes(const struct table *t, const struct value *a, const struct value *b)
{
    size_t in_a = 0, in_b = 0;

    value_each (v, b)
        in_b += !is_key(t, value_name(v));
    value_each (v, a) {
        const struct value *other = value_member(b, value_name(v));

        if (is_key(t, value_name(v)))
            continue;
        in_a++;
        if (!other || !value_equal(v, other))
            return false;
    }
    return in_a == in_b;
}

/* partner[i]: the place in `after` of before's item + 1, or 0 */
static void pair_by_key(const struct table *t, const struct edit_items *before,
                        const struct edit_items *after, size_t *partner, bool *taken)
{
    for (size_t i = 0; i < before->count; i++) {
        for (size_t j = 0; j < after->count && !partner[i]; j++) {
            if (taken[j] || !edit_same_key(t, before->items[i], after->items[j]))
                continue;
            partner[i] = j + 1;
            taken[j] = true;
        }
    }
}

static void pair_moved(const struct table *t, const struct edit_items *before,
                       const struct edit_items *after, size_t *partner, bool *taken)
{
    for (size_t i = 0; i < before->count; i++) {
        for (size_t j = 0; j < after->count && !partner[i]; j++) {
            bool same_place = before->count == after->count && i == j;

            if (taken[j] || (!same_place && !same_attributes(t, before->items[i], after->items[j])))
                continue;
            partner[i] = j + 1;
            taken[j] = true;
        }
    }
}

void edit_compare(struct arena *a, const struct table *t, const struct edit_items *before,
                  const struct edit_items *after, struct edit_list *ret)
{
    size_t *partner = arena_alloc(a, before->count + 1, sizeof(*partner));
    bool *taken = arena_alloc(a, after->count + 1, sizeof(*taken));
    struct edit_list list = {
        .edits = arena_alloc(a, before->count + after->count + 1, sizeof(*list.edits))};

    memset(partner, 0, (before->count + 1) * sizeof(*partner));
    memset(taken, 0, (after->count + 1) * sizeof(*taken));
    pair_by_key(t, before, after, partner, taken);
    pair_moved(t, before, after, partner, taken);
    for (size_t i = 0; i < before->count; i++) {
        const struct value *now = partner[i] ? after->items[partner[i] - 1] : NULL;

        if (!now || !value_equal(before->items[i], now))
            list.edits[list.count++] = (struct edit){before->items[i], now};
    }
    for (size_t j = 0; j < after->count; j++) {
        if (!taken[j])
            list.edits[list.count++] = (struct edit){NULL, after->items[j]};
    }
    *ret = list;
}

/* ---- for eyes */

void edit_text_key(struct buf *b, const struct table *t, const struct value *item)
{
    for (unsigned i = 0; i < key_count(t); i++) {
        if (i)
            buf_char(b, ' ');
        notation_add_key(b, value_member(item, key_name(t, i)));
    }
}

static void show_key(struct buf *b, const struct table *t, const struct value *item)
{
    _cleanup_(buf_free) struct buf text = {0};

    edit_text_key(&text, t, item);
    text_escape(b, buf_str(&text));
}

static void show_line(struct buf *b, const char *sign, const struct value *v, enum colour c,
                      bool colour)
{
    _cleanup_(buf_free) struct buf text = {0};

    add_member(&text, v);
    buf_addf(b, "%s    %s ", colour ? colour_on(c) : "", sign);
    text_escape(b, buf_str(&text));
    buf_addf(b, "%s\n", colour ? COLOUR_OFF : "");
}

static void show_attributes(struct buf *b, const struct edit *edit, bool colour)
{
    static const struct value nothing = {.type = ATTR_M};
    const struct value *before = edit->before ? edit->before : &nothing;
    const struct value *after = edit->after ? edit->after : &nothing;

    value_each (v, before) {
        const struct value *now = value_member(after, value_name(v));

        if (now && value_equal(v, now))
            continue;
        show_line(b, "-", v, COLOUR_ERROR, colour);
        if (now)
            show_line(b, "+", now, COLOUR_GOOD, colour);
    }
    value_each (v, after) {
        if (!value_member(before, value_name(v)))
            show_line(b, "+", v, COLOUR_GOOD, colour);
    }
}

void edit_text_show(struct buf *b, const struct table *t, const struct edit *edit, bool colour)
{
    bool moved = edit->before && edit->after && !edit_same_key(t, edit->before, edit->after);

    buf_str_add(b, !edit->before  ? STR("new      ")
                   : !edit->after ? STR("deleted  ")
                   : moved        ? STR("moved    ")
                                  : STR("changed  "));
    show_key(b, t, edit->before ? edit->before : edit->after);
    if (moved) {
        buf_lit(b, "  to  ");
        show_key(b, t, edit->after);
        buf_lit(b, "  (a put and a delete, both or neither)");
    }
    buf_char(b, '\n');
    show_attributes(b, edit, colour);
}
