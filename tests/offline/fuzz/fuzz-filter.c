/* A condition over an item: refused with a place, or true or false, and then its opposite is not.
 * The first line is the condition, the rest is the item. */
#include "pksk/item/ddbjson.h"
#include "pksk/lang/parse.h"
#include "pksk/plan/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static struct expr *condition(struct arena *a, struct str line)
{
    struct str text = arena_printf(a, "scan where %.*s", STR_ARG(line));
    struct statement *st = NULL;
    struct err e = {0};
    size_t pos = 0;

    return lang_parse(a, text, &pos, NULL, &st, &e) == 0 && st ? st->filter : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct arena a = {0};
    struct value *item;
    struct err e = {0};
    size_t end;

    if (!str_find_char(text, '\n', &end))
        return 0;
    struct expr *x = condition(&a, str_slice(text, 0, end));

    if (x && ddb_parse_item(&a, str_slice(text, end + 1, text.len), &item, &e) == 0) {
        struct expr opposite = {.kind = EXPR_NOT, .first = x};

        if (filter_check(x, &e) < 0)
            require(e.code == ERR_SYNTAX && e.text[0] && e.at.from <= e.at.to);
        else
            require(filter_matches(x, item) != filter_matches(&opposite, item));
        (void)filter_matches(x, item); /* nor does one that the service would refuse do harm */
    }
    arena_free(&a);
    return 0;
}
