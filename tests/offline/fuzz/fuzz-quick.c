/* What the quick reader takes is what the readers proper make of the same text, name by name and in
 * the same order; what it does not take is theirs to judge. */
#include "pksk/item/ddbjson.h"
#include "pksk/item/plain.h"
#include "pksk/item/quick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check(const struct value *quick, const struct value *proper)
{
    _cleanup_(buf_free) struct buf mine = {0}, theirs = {0};

    require(value_equal(quick, proper));
    ddb_add_item(&mine, quick);
    ddb_add_item(&theirs, proper);
    require(str_eq(buf_str(&mine), buf_str(&theirs)));
}

/* The same of an item with something behind it, whose end is found wherever the text is cut. */
static void check_next(struct arena *a, struct str text)
{
    struct str rest = text;
    struct value *quick = text.len && text.s[0] == '{' ? quick_typed_next(a, &rest) : NULL;
    struct value *proper = NULL;
    struct err e;

    if (!quick)
        return;
    size_t len = text.len - rest.len, half = len / 2;
    struct quick_scan s = {0};

    require(ddb_parse_item(a, str_slice(text, 0, len), &proper, &e) == 0);
    check(quick, proper);
    require(quick_scan(&s, str_slice(text, 0, half)) == 0);
    require(quick_scan(&s, str_slice(text, half, text.len)) == len - half);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct arena a = {0};
    struct value *quick, *proper = NULL;
    struct err e;

    (void)quick_looks_typed(text);
    quick = quick_plain(&a, text);
    if (quick) {
        require(plain_parse(&a, text, &proper, &e) == 0);
        check(quick, proper);
    }
    quick = quick_typed(&a, text);
    if (quick) {
        require(ddb_parse_item(&a, text, &proper, &e) == 0);
        check(quick, proper);
    }
    check_next(&a, text);
    arena_free(&a);
    return 0;
}
