/* Runs the cases of tests/offline/plan/NAME.txt (../lang/cases.h): statement + schema → the
 * requests, as JSON.
 *
 * Each statement gives the line for people and its request; after `begin` they are gathered, and
 * `commit` gives the transaction. In files named apply* a put makes the item, and an update gives
 * the item as it should be left behind. The tables: Main (pk S, sk S; gsi1), Orders (id N) and
 * Blobs (k B, at N).
 */
#include <stdio.h>

#include "../lang/cases.h"
#include "pksk/item/notation.h"
#include "pksk/lang/parse.h"
#include "pksk/plan/apply.h"
#include "pksk/plan/restore.h"
#include "pksk/plan/transact.h"

struct runner {
    struct buf *got;
    struct arena arena;
    struct value *item; /* of apply */
    struct plan actions[TRANSACT_MAX];
    size_t count;
    bool open;
};

static struct index gsi1 = {
    .name = {"gsi1", 4},
    .key = {.partition = {{{"gsi1pk", 6}, ATTR_S}},
            .sort = {{{"gsi1sk", 6}, ATTR_S}},
            .partition_count = 1,
            .sort_count = 1},
    .projection = {"ALL", 3},
};

static const struct table tables[] = {
    {.name = {"Main", 4},
     .key = {.partition = {{{"pk", 2}, ATTR_S}},
             .sort = {{{"sk", 2}, ATTR_S}},
             .partition_count = 1,
             .sort_count = 1},
     .indexes = &gsi1,
     .index_count = 1},
    {.name = {"Orders", 6}, .key = {.partition = {{{"id", 2}, ATTR_N}}, .partition_count = 1}},
    {.name = {"Blobs", 5},
     .key = {.partition = {{{"k", 1}, ATTR_B}},
             .sort = {{{"at", 2}, ATTR_N}},
             .partition_count = 1,
             .sort_count = 1}},
};

static int is_index(void *ctx, struct str table, struct str word, struct err *e)
{
    (void)ctx;
    (void)e;
    return !table.len && str_is(word, "gsi1");
}

static const struct table *table_of(const struct statement *st)
{
    for (size_t i = 0; st->table && i < ARRAY_LEN(tables); i++) {
        if (str_eq(st->table->text, tables[i].name))
            return &tables[i];
    }
    return &tables[0];
}

static void add_plan(struct runner *r, const struct plan *p)
{
    buf_addf(r->got, "%s%.*s\n", r->got->len ? "\n" : "", STR_ARG(p->line));
    plan_first_body(r->got, p, false);
}

static int gather(struct runner *r, const struct statement *st, struct err *e)
{
    int code = 0;

    if (st->verb == VERB_PARTIQL) {
        for (const struct partiql *one = st->partiql; one && !code; one = one->next)
            code = plan_action_partiql(&r->arena, one, &r->actions[r->count++], e);
    } else if (st->verb == VERB_GET) {
        for (const struct key *key = st->keys; key && !code; key = key->next)
            code = plan_action_get(&r->arena, st, key, table_of(st), &r->actions[r->count++], e);
    } else {
        code = plan_action(&r->arena, st, table_of(st), &r->actions[r->count++], e);
    }
    return code;
}

static void add_kind(struct runner *r, const struct statement *st)
{
    for (const struct partiql *one = st->partiql; one; one = one->next) {
        struct partiql_kind kind = partiql_kind(one);
        const struct key_schema *key = kind.index.len ? &gsi1.key : &tables[0].key;

        buf_addf(r->got, "\n%s", kind.reads ? "reads" : kind.changes ? "changes" : "checks");
        if (kind.reads)
            buf_addf(r->got, " %.*s%s%.*s%s", STR_ARG(kind.table), kind.index.len ? "." : "",
                     STR_ARG(kind.index), partiql_fixes_key(one, key) ? "" : ", a scan");
    }
}

static int run_plan(struct runner *r, const struct statement *st, struct err *e)
{
    struct plan p;
    int code;

    switch (st->verb) {
    case VERB_BEGIN:
        r->open = true;
        return 0;
    case VERB_ROLLBACK:
        r->open = false;
        r->count = 0;
        return 0;
    case VERB_COMMIT:
        r->open = false;
        code = plan_transaction(&r->arena, r->actions, r->count, STR("TOKEN"), &p, e);
        r->count = 0;
        break;
    case VERB_PARTIQL:
        code = r->open ? gather(r, st, e) : plan_partiql(&r->arena, st, &p, e);
        break;
    case VERB_PUT:
    case VERB_UPDATE:
    case VERB_DELETE:
    case VERB_CHECK:
        code = r->open ? gather(r, st, e) : plan_write(&r->arena, st, table_of(st), &p, e);
        break;
    default:
        code = r->open ? gather(r, st, e) : plan_read(&r->arena, st, table_of(st), &p, e);
        break;
    }
    if (code == 0 && !r->open)
        add_plan(r, &p);
    if (code == 0 && !r->open && st->verb == VERB_PARTIQL)
        add_kind(r, st);
    return code;
}

/* What the update leaves behind, and what would take it back. */
static int run_apply(struct runner *r, const struct statement *st, struct err *e)
{
    const struct table *t = table_of(st);
    struct str names[] = {t->key.partition[0].name, t->key.sort[0].name};
    struct restore back = {.table = t->name,
                           .key_names = names,
                           .key_count = t->key.sort_count ? 2 : 1,
                           .old = r->item};
    struct plan p;
    int code = plan_write(&r->arena, st, t, &p, e);

    if (code < 0 || st->verb == VERB_PUT) {
        r->item = p.keys;
        return code;
    }
    back.key = p.keys;
    if (st->verb == VERB_UPDATE) {
        back.now = apply_update(&r->arena, r->item, p.keys, st->updates);
        if (r->got->len)
            buf_char(r->got, '\n');
        if (!back.now) {
            buf_lit(r->got, "cannot be told");
            return 0;
        }
        notation_add_value(r->got, back.now);
    }
    code = plan_restore(&r->arena, &back, &p, e);
    if (code == 0 && st->return_values)
        add_plan(r, &p);
    r->item = (struct value *)back.now;
    return code;
}

static void run_case(void *ctx, const char *name, struct str text, struct buf *got)
{
    struct runner *r = ctx;
    struct lang_env env = {.is_index = is_index, .clock = &cases_clock};
    bool apply = strncmp(name, "apply", 5) == 0;
    size_t pos = 0;

    r->got = got;
    arena_reset(&r->arena);
    r->item = NULL;
    r->open = false;
    r->count = 0;
    while (pos < text.len) {
        struct statement *st = NULL;
        struct err e = {0};
        int code = lang_parse(&r->arena, text, &pos, &env, &st, &e);

        if (code == 0 && !st)
            break;
        if (code == 0)
            code = apply ? run_apply(r, st, &e) : run_plan(r, st, &e);
        if (code < 0) {
            if (r->got->len)
                buf_char(r->got, '\n');
            lang_explain_error(r->got, STR(""), text, &e);
            r->got->len -= r->got->len > 0 && r->got->s[r->got->len - 1] == '\n';
        }
        if (code == ERR_MORE)
            break;
    }
}

/* "%N%" in a statement stands for N letters: for what is about limits. */
static void unfold(unused_arg const char *name, struct str t, struct buf *to)
{
    for (size_t i = 0; i < t.len; i++) {
        unsigned n;

        if (t.s[i] != '%' || sscanf(t.s + i + 1, "%u%%", &n) != 1) {
            buf_char(to, t.s[i]);
            continue;
        }
        while (n--)
            buf_char(to, 'x');
        while (t.s[++i] != '%')
            ;
    }
}

int main(int argc, char **argv)
{
    static struct runner r;
    int status = cases_main(&(struct cases){run_case, unfold, &r}, argc, argv);

    arena_free(&r.arena);
    return status;
}
