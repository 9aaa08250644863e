/* A text as a model, and as one table of a model: see model.h. What it has of sample items is as
 * many as it says, and each is refused or becomes an item. */
#include "model.h"

#include "pksk/item/ddbjson.h"
#include "pksk/model/workbench.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_samples(struct str text, bool wanted)
{
    struct arena a = {0};
    struct json *tree, *table = NULL;
    struct err e = {0};
    uint64_t count, n = 0;

    if (json_parse(&a, text, MODEL_DEPTH_MAX, &tree, &e) < 0 ||
        workbench_find(STR("f"), tree, STR("T"), wanted, &table, &e) < 0) {
        require(e.text[0]);
        arena_free(&a);
        return;
    }
    for (const struct json *i = workbench_samples(table, &count); i; i = i->next, n++) {
        struct value *item = NULL;

        require((ddb_from_json(&a, i, &item, &e) == 0) == (item != NULL));
    }
    require(n == count);
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};

    check_file(text, "");
    check_file(text, "T");
    check_samples(text, false);
    check_samples(text, true);
    check_within("{\"DataModel\":[", text, "]}");
    return 0;
}
