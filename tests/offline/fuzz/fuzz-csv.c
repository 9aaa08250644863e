/* A header and rows of CSV: refused with a message, or an item that DynamoDB JSON can hold. */
#include "pksk/item/ddbjson.h"
#include "pksk/run/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static const struct table table = {
    .name = {"T", 1},
    .key = {.partition = {{{"pk", 2}, ATTR_N}}, .partition_count = 1},
};

static void try_row(struct csv *c, struct str row)
{
    _cleanup_(buf_free) struct buf typed = {0};
    struct arena a = {0};
    struct value *item = NULL, *copy;
    struct err e = {0};
    int code = csv_item(c, row, &a, &item, &e);

    require((code == 0) == (item != NULL) && (code == 0 || e.text[0]));
    if (item) {
        ddb_add_item(&typed, item);
        require(ddb_parse_item(&a, buf_str(&typed), &copy, &e) == 0);
        require(value_equal(item, copy));
    }
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = {(const char *)data, size}, line;
    struct csv *c = NULL;
    struct err e = {0};

    if (!size || !str_split(&rest, '\n', &line))
        return 0;
    if (csv_new(line, csv_separator(line, &table), &table, &c, &e) < 0) {
        require(e.text[0]);
        return 0;
    }
    (void)csv_has_column(c, STR("pk"));
    while (str_split(&rest, '\n', &line))
        try_row(c, line);
    csv_free(c);
    return 0;
}
