/* What is learned of items: argv[1] is what DescribeTable says of the table (the member "Table"),
 * and standard input has the items in DynamoDB JSON, one a line. Prints the model as text; with
 * "check" behind, reads argv[3] as a model and prints the entity of each item instead. */
#include "pksk/base/file.h"
#include "pksk/dynamo/describe.h"
#include "pksk/item/ddbjson.h"
#include "pksk/json/tree.h"
#include "pksk/model/learn.h"

static void fail(const struct err *e)
{
    fprintf(stderr, "%s\n", e->text);
    exit(2);
}

static void read_table(struct arena *a, const char *path, struct table *ret)
{
    struct buf text = {0};
    struct json *tree;
    struct err e;

    if (file_read(path, BUF_MAX, &text, &e) < 0 ||
        json_parse(a, buf_str(&text), 100, &tree, &e) < 0 || describe_decode(a, tree, ret, &e) < 0)
        fail(&e);
    buf_free(&text);
}

static size_t read_items(struct arena *a, const struct value ***ret)
{
    struct buf text = {0};
    const struct value **items = NULL;
    struct str rest, line;
    size_t count = 0;
    struct err e;

    if (file_read_standard(BUF_MAX, &text, &e) < 0)
        fail(&e);
    rest = buf_str(&text);
    while (str_split(&rest, '\n', &line)) {
        struct value *item;

        if (!line.len)
            continue;
        if (ddb_parse_item(a, line, &item, &e) < 0)
            fail(&e);
        items = mem_resize(items, count + 1, sizeof(*items));
        items[count++] = item;
    }
    buf_free(&text);
    *ret = items;
    return count;
}

static void print_learned(struct arena *a, const struct table *t, const struct value **items,
                          size_t count)
{
    struct learn_result learned;
    struct buf text = {0};

    learn_model(a, t, items, count, &learned);
    model_add(&text, &learned.model, true);
    for (size_t i = 0; i < learned.model.entity_count; i++) {
        const struct entity *x = &learned.model.entities[i];

        buf_addf(&text, "-- %.*s: %zu items", STR_ARG(x->name), (size_t)x->items);
        for (size_t k = 1; k < x->key_count; k++)
            buf_addf(&text, ", %.*s %zu", STR_ARG(x->keys[k].index), (size_t)x->keys[k].items);
        buf_char(&text, '\n');
    }
    buf_addf(&text, "-- strays: %zu\n", (size_t)learned.strays);
    fwrite(text.s, 1, text.len, stdout);
    buf_free(&text);
}

static void print_entities(struct arena *a, const struct table *t, const char *path,
                           const struct value **items, size_t count)
{
    struct entity_model m = {0};
    struct buf text = {0};
    struct err e;

    if (file_read(path, BUF_MAX, &text, &e) < 0 || model_parse(a, buf_str(&text), t, &m, &e) < 0)
        fail(&e);
    for (size_t i = 0; i < count; i++) {
        const struct entity *x = model_entity_of(&m, items[i]);

        printf("%.*s\n", STR_ARG(x ? x->name : STR("-")));
    }
    buf_free(&text);
}

int main(int argc, char **argv)
{
    struct arena a = {0};
    const struct value **items;
    struct table t;

    if (argc != 2 && argc != 4)
        return 2;
    read_table(&a, argv[1], &t);
    size_t count = read_items(&a, &items);

    if (argc == 4)
        print_entities(&a, &t, argv[3], items, count);
    else
        print_learned(&a, &t, items, count);
    free(items);
    arena_free(&a);
    return 0;
}
