/* A checkpoint is not used, or what is written of it is read as the same. */
#include "pksk/run/checkpoint.h"

#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void same(const struct checkpoint *a, const struct checkpoint *b)
{
    require(a->offset == b->offset && a->line == b->line && a->written == b->written);
    require(a->rejected == b->rejected && a->reject_bytes == b->reject_bytes);
    require(a->size == b->size && a->mtime_ns == b->mtime_ns && a->inode == b->inode);
    require(a->lane_count == b->lane_count);
    for (size_t i = 0; i < a->lane_count; i++)
        require(str_eq(a->lanes[i], b->lanes[i]));
}

static void check(const char *path, const struct checkpoint *like)
{
    struct checkpoint found, again;
    struct arena a = {0};
    struct err e;
    bool other;
    int r = checkpoint_read(path, like, &a, &found, &other);

    require(r == !other && (r == 0 || r == 1)); /* the file is there */
    if (r) {
        require(found.size == like->size && str_eq(found.table, like->table));
        require(checkpoint_write(path, &found, &e) == 0);
        require(checkpoint_read(path, like, &a, &again, &other) == 1);
        same(&found, &again);
    }
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct checkpoint import = {.kind = "import",
                                .table = STR("T"),
                                .format = STR("csv"),
                                .size = 7,
                                .mtime_ns = 8,
                                .inode = 9},
                      export = {.kind = "export", .table = STR("T"), .format = STR("jsonl")};
    _cleanup_(buf_free) struct buf path = {0};

    buf_addf(&path, "%s/checkpoint", scratch());
    scratch_put(buf_cstr(&path), (struct str){(const char *)data, size});
    check(buf_cstr(&path), &import);
    check(buf_cstr(&path), &export);
    return 0;
}
