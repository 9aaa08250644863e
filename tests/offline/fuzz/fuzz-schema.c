/* A file of the schema cache is ignored or holds a whole table; and a description that can be kept
 * comes back as the table that it describes. */
#include "pksk/dynamo/describe.h"

#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW ((int64_t)1700000000000)

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void same_key(const struct key_schema *a, const struct key_schema *b)
{
    require(a->partition_count == b->partition_count && a->sort_count == b->sort_count);
    for (unsigned i = 0; i < a->partition_count; i++)
        require(str_eq(a->partition[i].name, b->partition[i].name) &&
                a->partition[i].type == b->partition[i].type);
    for (unsigned i = 0; i < a->sort_count; i++)
        require(str_eq(a->sort[i].name, b->sort[i].name) && a->sort[i].type == b->sort[i].type);
}

static void same(const struct table *a, const struct table *b)
{
    require(str_eq(a->name, b->name) && str_eq(a->arn, b->arn) && str_eq(a->status, b->status));
    require(a->item_count == b->item_count && a->index_count == b->index_count);
    same_key(&a->key, &b->key);
    for (size_t i = 0; i < a->index_count; i++) {
        require(str_eq(a->indexes[i].name, b->indexes[i].name));
        same_key(&a->indexes[i].key, &b->indexes[i].key);
    }
}

/* The cache knows its file's name; this is whichever it made. */
static void find_file(struct buf *path)
{
    DIR *dir = opendir(scratch());

    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        if (str_ends(str_of(entry->d_name), STR(".table")))
            buf_addf(path, "%s/%s", scratch(), entry->d_name);
    }
    if (dir)
        closedir(dir);
}

static void check_file(const struct describe_file *f, struct str text)
{
    static struct buf path;
    struct arena a = {0};
    struct table t = {0};

    if (!path.len) {
        struct json *empty;
        struct err e;

        require(json_parse(&a, STR("{}"), 2, &empty, &e) == 0);
        describe_save(f, NOW, empty);
        find_file(&path);
        require(path.len > 0);
    }
    scratch_put(buf_cstr(&path), text);
    if (describe_load(f, NOW, &a, &t))
        require(t.name.len && t.key.partition_count && t.described_ms <= NOW &&
                NOW - t.described_ms <= SCHEMA_TTL_MS);
    arena_free(&a);
}

static void check_description(const struct describe_file *f, struct str text)
{
    struct arena a = {0};
    struct table direct = {0}, kept = {0};
    struct json *tree;
    struct err e = {0};

    if (json_parse(&a, text, 24, &tree, &e) == 0) {
        bool good = describe_decode(&a, tree, &direct, &e) == 0;

        require(good || e.text[0]);
        describe_save(f, NOW, tree);
        if (good) {
            require(describe_load(f, NOW + 1, &a, &kept));
            same(&direct, &kept);
            require(!describe_load(f, NOW + SCHEMA_TTL_MS + 1, &a, &kept));
        } else {
            require(!describe_load(f, NOW + 1, &a, &kept));
        }
        describe_remove(f);
        require(!describe_load(f, NOW + 1, &a, &kept));
    }
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct describe_file f = {str_of(scratch()), STR("s"), STR("T")};

    check_file(&f, text);
    if (size < 65536)
        check_description(&f, text);
    return 0;
}
