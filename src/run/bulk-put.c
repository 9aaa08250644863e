/* What a bulk writer is given: the text of each write, and a look at what the service would refuse.
 */
#include "pksk/item/ddbjson.h"
#include "pksk/run/bulk-flight.h"

static bool index_fits(const struct index *index, const struct value *item, struct err *why)
{
    const struct key_schema *key = &index->key;

    for (unsigned i = 0; i < key_part_count(key); i++) {
        const struct key_part *part = key_part(key, i);
        const struct value *v = value_member(item, part->name);

        if (!v || (v->type == part->type && v->len))
            continue;
        err_set(why, ERR_FAILED, "%.*s is %s%s, the key of the index %.*s takes %s",
                STR_ARG(part->name), v->type == part->type ? "an empty " : "of type ",
                attr_type_name(v->type), STR_ARG(index->name), attr_type_name(part->type));
        return false;
    }
    return true;
}

static bool fits(const struct index *indexes, size_t count, const struct value *item,
                 struct err *why)
{
    size_t size = value_size(item);

    if (size > ITEM_SIZE_MAX) {
        err_set(why, ERR_FAILED, "the item has %zu bytes, %zu are allowed", size, ITEM_SIZE_MAX);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!index_fits(&indexes[i], item, why))
            return false;
    }
    return true;
}

bool bulk_would_take(const struct table *t, const struct value *item, bool deletes, struct err *why)
{
    _cleanup_(buf_free) struct buf key = {0};

    return op_key_bytes(&t->key, item, &key, why) &&
           (deletes || fits(t->indexes, t->index_count, item, why));
}

static int refuse(struct bulk *b, struct op *op, const struct err *why, struct err *e)
{
    b->totals.rejected++;
    op_refuse(&b->queue, op, why);
    return bulk_pump(b, e);
}

static void add_key(struct bulk *b, struct buf *out, const struct value *item)
{
    struct value key = {.type = ATTR_M}, *last = NULL;

    arena_reset(&b->scratch);
    for (unsigned i = 0; i < key_part_count(&b->key_schema); i++) {
        const struct value *v = value_member(item, key_part(&b->key_schema, i)->name);

        if (v)
            value_append(&key, &last, value_copy(&b->scratch, v));
    }
    ddb_add_item(out, &key);
}

static void add_item(struct buf *out, const struct value *item, struct str json)
{
    if (json.len)
        buf_str_add(out, json);
    else
        ddb_add_item(out, item);
}

int bulk_put(struct bulk *b, const struct value *item, struct str json, struct bulk_place place,
             struct err *e)
{
    struct op *op;
    struct err why = {0};

    if (b->failure.code)
        return bulk_stopped(b, e);
    op = op_new(&b->queue, place);
    if (!op_key_bytes(&b->key_schema, item, &op->text, &why) ||
        !fits(b->indexes, b->index_count, item, &why)) {
        buf_reset(&op->text);
        add_item(&op->text, item, json);
        return refuse(b, op, &why, e);
    }
    op->key_len = op->text.len;
    add_item(&op->text, item, json);
    op_enter(&b->queue, op);
    return bulk_pump(b, e);
}

int bulk_delete(struct bulk *b, const struct value *key, struct bulk_place place, struct err *e)
{
    struct op *op;
    struct err why = {0};
    bool whole;

    if (b->failure.code)
        return bulk_stopped(b, e);
    op = op_new(&b->queue, place);
    op->deletes = true;
    whole = op_key_bytes(&b->key_schema, key, &op->text, &why);
    if (!whole)
        buf_reset(&op->text);
    op->key_len = op->text.len;
    add_key(b, &op->text, key);
    if (!whole)
        return refuse(b, op, &why, e);
    op_enter(&b->queue, op);
    return bulk_pump(b, e);
}

int bulk_call(struct bulk *b, const char *operation, struct str body, const struct value *key,
              struct bulk_place place, struct err *e)
{
    struct op *op;
    struct err why = {0};

    if (b->failure.code)
        return bulk_stopped(b, e);
    op = op_new(&b->queue, place);
    op->operation = operation;
    if (!op_key_bytes(&b->key_schema, key, &op->text, &why)) {
        buf_reset(&op->text);
        buf_str_add(&op->text, body);
        return refuse(b, op, &why, e);
    }
    op->key_len = op->text.len;
    buf_str_add(&op->text, body);
    op_enter(&b->queue, op);
    return bulk_pump(b, e);
}

int bulk_refuse(struct bulk *b, struct str text, struct bulk_place place, const struct err *why,
                struct err *e)
{
    struct op *op;

    if (b->failure.code)
        return bulk_stopped(b, e);
    op = op_new(&b->queue, place);
    op->unreadable = true;
    buf_str_add(&op->text, text);
    return refuse(b, op, why, e);
}
