/* What the files of the completion engine share: the place that is spoken of, and the offers. */
#include "pksk/complete/completer.h"
#include "pksk/base/utf8.h"
#include "pksk/complete/segment.h"
#include "pksk/item/notation.h"
#include "pksk/out/text.h"

#define OFFERS_MAX 4000 /* considered for the common beginning; far fewer are listed */

const struct clock *completer_clock(const struct completer *c)
{
    return c->env->clock ? c->env->clock : &clock_real;
}

bool completer_is_word(enum expect_kind kind)
{
    return kind == EXPECT_WORD || kind == EXPECT_COMMAND || kind == EXPECT_SETTING ||
           kind == EXPECT_TOPIC || kind == EXPECT_VARIABLE;
}

void completer_offer(struct completer *c, enum expect_kind kind, struct str text, bool goes_on)
{
    bool fits = completer_is_word(kind) ? str_starts_ci(text, c->point.prefix)
                                        : str_starts(text, c->point.prefix);
    if (!fits || text.len == 0 || c->offer_count == OFFERS_MAX)
        return;
    for (size_t i = 0; i < c->offer_count; i++) {
        if (str_eq(c->offers[i].text, text))
            return;
    }
    if (c->offer_count == c->offer_cap) {
        c->offer_cap = c->offer_cap ? c->offer_cap * 2 : 64;
        c->offers = mem_resize(c->offers, c->offer_cap, sizeof(*c->offers));
    }
    c->offers[c->offer_count++] = (struct offer){arena_str(&c->arena, text), kind, goes_on};
}

static int compare_offers(const void *a, const void *b)
{
    return str_cmp(((const struct offer *)a)->text, ((const struct offer *)b)->text);
}

void completer_sort(struct completer *c, size_t from)
{
    if (c->offer_count > from)
        qsort(c->offers + from, c->offer_count - from, sizeof(*c->offers), compare_offers);
}

void complete_offer(struct complete_sink *sink, struct str text)
{
    completer_offer(sink->c, sink->kind, text, false);
}

/* --- the table and the place spoken of ---------------------------------------------------- */

struct str completer_table_name(const struct completer *c)
{
    return c->statement && c->statement->table ? c->statement->table->text : c->env->table;
}

const struct table *completer_table(const struct completer *c)
{
    return completer_table_named(c, completer_table_name(c));
}

const struct table *completer_table_named(const struct completer *c, struct str name)
{
    if (name.len == 0)
        return NULL;
    if (c->env->peek)
        return c->env->peek(c->env->ctx, name);
    return c->env->schemas ? schema_peek(c->env->schemas, name) : NULL;
}

/* The key schema that the statement's key words are of; *index is set for an index. */
const struct key_schema *completer_schema(const struct completer *c, const struct table *t,
                                          struct str *index)
{
    *index = STR("");
    if (!c->statement || !c->statement->index)
        return &t->key;
    const struct index *i = table_index(t, c->statement->index->text);
    if (!i)
        return NULL;
    *index = i->name;
    return &i->key;
}

const struct key *completer_last_key(const struct completer *c)
{
    const struct key *key = c->statement ? c->statement->keys : NULL;
    while (key && key->next)
        key = key->next;
    return key;
}
