/* An item in DynamoDB JSON is refused with a message, or comes back from what is written of it as
 * the same item; a tree of it says the same as the stream. */
#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/item/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_number(struct str text)
{
    _cleanup_(buf_free) struct buf once = {0}, again = {0};
    struct err e;

    require(number_looks_like(text));
    if (number_normalise(text, &once, &e))
        return;
    require(number_compare(text, buf_str(&once)) == 0);
    require(number_normalise(buf_str(&once), &again, &e) == 0);
    require(str_eq(buf_str(&once), buf_str(&again)));
}

static void check_numbers(const struct value *v)
{
    if (v->type == ATTR_N)
        check_number(value_text(v));
    else if (v->type >= ATTR_M)
        value_each (kid, v)
            check_numbers(kid);
}

static void check_written(struct arena *a, const struct value *item)
{
    _cleanup_(buf_free) struct buf once = {0}, again = {0}, shown = {0};
    struct value *copy = NULL;
    struct err e;

    ddb_add_item(&once, item);
    require(ddb_parse_item(a, buf_str(&once), &copy, &e) == 0);
    require(value_equal(item, copy) && value_equal(copy, value_copy(a, item)));
    require(value_size(item) == value_size(copy));
    ddb_add_item(&again, copy);
    require(str_eq(buf_str(&once), buf_str(&again)));
    notation_add_value(&shown, item);
    notation_add_short(&shown, item);
    notation_add_key(&shown, item);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct arena a = {0};
    struct value *item = NULL, *from_tree = NULL;
    struct json *tree;
    struct err e = {0};
    int code = ddb_parse_item(&a, text, &item, &e), tree_code;

    require((code == 0) == (item != NULL) && (code == 0 || e.text[0]));
    if (json_parse(&a, text, DDB_JSON_DEPTH_MAX, &tree, &e) == 0) {
        tree_code = ddb_from_json(&a, tree, &from_tree, &e);
        require(tree_code == code);
        require(code || value_equal(item, from_tree));
    } else {
        require(code != 0);
    }
    if (item) {
        check_numbers(item);
        check_written(&a, item);
    }
    arena_free(&a);
    return 0;
}
