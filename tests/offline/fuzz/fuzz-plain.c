/* Plain JSON is refused with a message or becomes a value; what is written of the value, on one
 * line or on many, is read as the same value, and so is its DynamoDB JSON. */
#include "pksk/item/ddbjson.h"
#include "pksk/item/plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_read_back(struct arena *a, const struct value *v, struct buf *text)
{
    struct value *copy;
    struct err e;

    require(plain_parse(a, buf_str(text), &copy, &e) == 0);
    require(value_equal(v, copy));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(buf_free) struct buf compact = {0}, pretty = {0}, typed = {0};
    struct arena a = {0};
    struct value *v = NULL, *item;
    struct err e = {0};
    int code = plain_parse(&a, (struct str){(const char *)data, size}, &v, &e);

    require((code == 0) == (v != NULL) && (code == 0 || e.text[0]));
    if (v) {
        plain_add_value(&compact, v);
        check_read_back(&a, v, &compact);
        plain_add_pretty(&pretty, v, 2);
        check_read_back(&a, v, &pretty);
    }
    if (v && v->type == ATTR_M) {
        ddb_add_item(&typed, v);
        require(ddb_parse_item(&a, buf_str(&typed), &item, &e) == 0);
        require(value_equal(v, item));
    }
    arena_free(&a);
    return 0;
}
