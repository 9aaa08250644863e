#include "pksk/plan/key.h"

#include "pksk/item/notation.h"
#include "pksk/item/number.h"

#define PARTITION_KEY_MAX 2048
#define SORT_KEY_MAX 1024

static int number_key(struct arena *a, const struct key_part *part, const struct word *word,
                      struct value **ret, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct err why;

    if (word->form == WORD_BINARY || !number_looks_like(word->text)) {
        err_at(e, ERR_SYNTAX, word->at,
               "the key attribute %.*s is a number (N), and this is not one", STR_ARG(part->name));
        err_expected(e, "expected a number");
        return ERR_SYNTAX;
    }
    if (number_normalise(word->text, &text, &why) < 0)
        return err_at(e, ERR_SYNTAX, word->at, "%s", why.text);
    *ret = value_new_text(a, ATTR_N, buf_str(&text));
    return 0;
}

int key_value(struct arena *a, const struct key_part *part, bool is_sort, const struct word *word,
              struct value **ret, struct err *e)
{
    size_t max = is_sort ? SORT_KEY_MAX : PARTITION_KEY_MAX;

    if (part->type == ATTR_N)
        return number_key(a, part, word, ret, e);
    if (part->type == ATTR_B && word->form != WORD_BINARY) {
        err_at(e, ERR_SYNTAX, word->at, "the key attribute %.*s is binary (B)",
               STR_ARG(part->name));
        err_expected(e, "expected b64\"…\" or hex\"…\"");
        return ERR_SYNTAX;
    }
    if (part->type == ATTR_S && word->form == WORD_BINARY)
        return err_at(e, ERR_SYNTAX, word->at, "the key attribute %.*s is a string (S), not binary",
                      STR_ARG(part->name));
    if (!word->text.len)
        return err_at(e, ERR_SYNTAX, word->at, "a key cannot be empty: %.*s", STR_ARG(part->name));
    if (word->text.len > max)
        return err_at(e, ERR_SYNTAX, word->at,
                      "the key attribute %.*s has %zu bytes, and DynamoDB takes %zu",
                      STR_ARG(part->name), word->text.len, max);
    *ret = value_new_text(a, part->type, word->text);
    return 0;
}

static void add_member(struct arena *a, struct value *item, struct value **last,
                       const struct key_part *part, struct value *v)
{
    value_set_name(v, arena_str(a, part->name));
    value_append(item, last, v);
}

/* `get USER#42` on a table with a sort key, or `get 42 PROFILE` on one without. */
static int check_shape(const struct table *table, const struct key *key, struct err *e)
{
    const struct sort_condition *sort = key->sort;

    if (key->partition->next)
        return err_at(e, ERR_SYNTAX, key->partition->next->at,
                      "the table %.*s has one partition key attribute, %.*s", STR_ARG(table->name),
                      STR_ARG(table->key.partition[0].name));
    if (!table->key.sort_count && sort)
        return err_at(e, ERR_SYNTAX, sort->at,
                      "the table %.*s has no sort key, only the partition key %.*s",
                      STR_ARG(table->name), STR_ARG(table->key.partition[0].name));
    if (table->key.sort_count && !sort) {
        err_at(e, ERR_SYNTAX, (struct span){key->at.to, key->at.to}, "the sort key %.*s is missing",
               STR_ARG(table->key.sort[0].name));
        err_expected(e, "expected a value of %.*s", STR_ARG(table->key.sort[0].name));
        const struct value word = {.type = ATTR_S,
                                   .bytes = key->partition->text.s,
                                   .len = (uint32_t)key->partition->text.len};
        _cleanup_(buf_free) struct buf quoted = {0};

        notation_add_key(&quoted, &word);
        err_hint(e, "`query %s` reads every item of this partition key", buf_cstr(&quoted));
        return ERR_SYNTAX;
    }
    if (sort && (sort->op != SORT_EQ || sort->next)) {
        err_at(e, ERR_SYNTAX, sort->at, "a whole key is needed here, not a condition");
        err_hint(e, "`query` takes conditions on the sort key");
        return ERR_SYNTAX;
    }
    return 0;
}

int key_item(struct arena *a, const struct table *table, const struct key *key, struct value **ret,
             struct err *e)
{
    struct value *item = value_new(a, ATTR_M), *last = NULL, *v;
    int r = check_shape(table, key, e);

    if (r < 0)
        return r;
    r = key_value(a, &table->key.partition[0], false, key->partition, &v, e);
    if (r < 0)
        return r;
    add_member(a, item, &last, &table->key.partition[0], v);
    if (key->sort) {
        r = key_value(a, &table->key.sort[0], true, key->sort->a, &v, e);
        if (r < 0)
            return r;
        add_member(a, item, &last, &table->key.sort[0], v);
    }
    *ret = item;
    return 0;
}
