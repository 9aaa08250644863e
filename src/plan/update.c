/* UpdateExpression: the sections in the service's order, checked for what it would refuse. */
#include "pksk/item/notation.h"
#include "pksk/plan/writing.h"

static const struct {
    const char *service, *people;
} sections[] = {
    [UPDATE_SET] = {"SET ", "set "},
    [UPDATE_REMOVE] = {"REMOVE ", "remove "},
    [UPDATE_ADD] = {"ADD ", "add "},
    [UPDATE_DELETE] = {"DELETE ", "delete "},
};

static int check_key(const struct writing *b, const struct update_action *u, struct err *e)
{
    const struct key_schema *key = &b->table->key;
    struct str name = u->path->steps->name;

    for (unsigned i = 0; i < 2; i++) {
        if (i == 1 && !key->sort_count)
            continue;
        const struct key_part *part = i ? &key->sort[0] : &key->partition[0];

        if (!str_eq(name, part->name))
            continue;
        err_at(e, ERR_SYNTAX, u->path->at, "%.*s is the %s key of %.*s, which no update changes",
               STR_ARG(name), i ? "sort" : "partition", STR_ARG(b->table->name));
        err_hint(e, "an item under another key is another item: put it there and delete this one");
        return ERR_SYNTAX;
    }
    return 0;
}

static bool same_step(const struct path_step *a, const struct path_step *b)
{
    if (!a->name.s || !b->name.s)
        return !a->name.s && !b->name.s && a->index == b->index;
    return str_eq(a->name, b->name);
}

/* Is one path the other, or within it? */
static bool overlap(const struct path *a, const struct path *b)
{
    const struct path_step *s = a->steps, *t = b->steps;

    while (s && t && same_step(s, t)) {
        s = s->next;
        t = t->next;
    }
    return !s || !t;
}

static int check_paths(const struct writing *b, struct err *e)
{
    for (const struct update_action *u = b->st->updates; u; u = u->next) {
        int r = check_key(b, u, e);

        if (r < 0)
            return r;
        for (const struct update_action *v = b->st->updates; v != u; v = v->next) {
            _cleanup_(buf_free) struct buf other = {.max = 200};

            if (!overlap(u->path, v->path))
                continue;
            expression_path(NULL, &other, v->path);
            return err_at(e, ERR_SYNTAX, u->path->at,
                          "one update changes a path once, and %.*s is changed before",
                          STR_ARG(buf_str(&other)));
        }
    }
    return 0;
}

static void add_action(struct expression *x, struct buf *out, const struct update_action *u)
{
    expression_path(x, out, u->path);
    if (!u->value)
        return;
    if (u->kind == UPDATE_SET)
        buf_lit(out, " = ");
    else
        buf_char(out, ' ');
    expression_add(x, out, u->value, STR(""));
}

/* For the service when x is given, else for people. */
static void add_sections(struct expression *x, struct buf *out, const struct update_action *all)
{
    bool any = false;

    for (unsigned kind = 0; kind < ARRAY_LEN(sections); kind++) {
        bool first = true;

        for (const struct update_action *u = all; u; u = u->next) {
            if (u->kind != kind)
                continue;
            if (first && any)
                buf_char(out, ' ');
            buf_str_add(out, first ? str_of(x ? sections[kind].service : sections[kind].people)
                                   : STR(", "));
            add_action(x, out, u);
            first = false;
            any = true;
        }
    }
}

int writing_add_update(struct writing *b, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    const struct update_action *u = b->st->updates;
    struct span all = u->at;
    int r = check_paths(b, e);

    if (r < 0)
        return r;
    b->x.operators = 0;
    add_sections(&b->x, &text, u);
    for (; u; u = u->next)
        all.to = MAX(all.to, u->at.to);
    r = expression_check(&b->x, buf_str(&text), "update", all, e);
    if (r < 0)
        return r;
    json_name(&b->w, STR("UpdateExpression"));
    json_string(&b->w, buf_str(&text));
    buf_lit(&b->line, "  ");
    add_sections(NULL, &b->line, b->st->updates);
    return 0;
}
