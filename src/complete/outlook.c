/* What a statement will be: its operation, its index, what a scan costs. */
#include "pksk/complete/completer.h"
#include "pksk/out/text.h"
#include "pksk/plan/plan.h"

/* The last statement of the text, when it and all before it can be read. */
static const struct statement *last_statement(struct completer *c, struct arena *a, struct str text)
{
    struct statement *last = NULL;

    for (size_t pos = 0; lang_more(text, pos);) {
        struct statement *st = NULL;
        struct err e;

        if (lang_parse(a, text, &pos, c->env->lang, &st, &e) < 0)
            return NULL;
        last = st ? st : last;
    }
    return last;
}

static void add_count(struct buf *b, uint64_t n, const char *what)
{
    text_count(b, n);
    buf_addf(b, " %s%s", what, n == 1 ? "" : "s");
}

/* Half a unit for each 4 KB, whatever a filter leaves over; both figures are the service's own, up
 * to six hours old. */
static void add_scan(struct buf *b, const struct plan *p, const struct statement *st,
                     const struct table *t)
{
    const struct index *index = p->index.len ? table_index(t, p->index) : NULL;
    uint64_t items = index ? index->item_count : t->item_count;
    uint64_t blocks = ((index ? index->size_bytes : t->size_bytes) + 4095) / 4096;

    buf_lit(b, "Scan");
    if (p->index.len > 0) {
        buf_char(b, ' ');
        text_escape(b, p->index);
    }
    if (p->limit && !p->filtered) {
        buf_lit(b, " until ");
        add_count(b, p->limit, "item");
        return;
    }
    if (st->sample_at.to) {
        buf_lit(b, " a sample");
        return;
    }
    buf_char(b, '!');
    if (items == 0) /* it is new, or the service has not counted yet */
        return;
    buf_char(b, ' ');
    add_count(b, items, "item");
    if (blocks == 0)
        return;
    buf_lit(b, ", about ");
    text_count(b, st->consistent ? blocks : (blocks + 1) / 2);
    buf_lit(b, " RCU");
}

static void add_read(struct buf *b, const struct plan *p, const struct statement *st,
                     const struct table *t)
{
    if (strcmp(p->operation, "Scan") == 0) {
        add_scan(b, p, st, t);
    } else if (strcmp(p->operation, "Query") == 0) {
        buf_lit(b, "Query");
        if (p->index.len > 0) {
            buf_char(b, ' ');
            text_escape(b, p->index);
        }
    } else if (p->keys && p->keys_given > 1) {
        buf_lit(b, "Get ");
        add_count(b, p->keys_given, "item");
    } else {
        buf_lit(b, "Get");
    }
    if (st->then)
        buf_addf(b, ", then %s each item", verb_name(st->then->verb));
}

bool outlook(struct completer *c, struct str text, struct buf *ret)
{
    struct arena arena = {0};
    struct plan p = {0};
    struct err e;
    bool known = false;
    const struct statement *st = last_statement(c, &arena, text);

    if (!st || (st->verb != VERB_GET && st->verb != VERB_QUERY && st->verb != VERB_SCAN))
        goto out;
    struct str name = st->table ? st->table->text : c->env->table;
    const struct table *t = completer_table_named(c, name);

    /* An index's name alone is as yet a partition key. */
    if (t && st->verb == VERB_QUERY && !st->index && st->keys && st->keys->partition &&
        table_index(t, st->keys->partition->text))
        goto out;
    if (!t || plan_read(&arena, st, t, &p, &e) < 0)
        goto out;
    add_read(ret, &p, st, t);
    known = true;
out:
    arena_free(&arena);
    return known;
}
