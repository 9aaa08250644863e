#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pksk/aws/digest.h"
#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/dynamo/describe.h"
#include "pksk/json/writer.h"

#define FILE_MAX ((size_t)256 << 10)
#define FILES_MAX 200
#define DEPTH_MAX 32
#define SUFFIX ".table"

static char *path_of(const struct describe_file *f)
{
    _cleanup_(buf_free) struct buf name = {0};
    struct buf path = {0};
    char hash[DIGEST_HEX];

    buf_str_add(&name, f->scope);
    buf_char(&name, '\n');
    buf_str_add(&name, f->table);
    digest_sha256_hex(buf_str(&name), hash);
    buf_addf(&path, "%.*s/%s" SUFFIX, STR_ARG(f->directory), hash);
    buf_cstr(&path);
    return path.s;
}

bool describe_load(const struct describe_file *f, int64_t now_ms, struct arena *a,
                   struct table *ret)
{
    _cleanup_(buf_free) struct buf text = {0};
    _cleanup_(cleanup_free) char *path = NULL;
    _cleanup_(arena_free) struct arena scratch = {0};
    struct json *tree;
    struct err e;
    uint64_t described_ms;

    if (!f->directory.len)
        return false;
    path = path_of(f);
    if (file_read_private(path, FILE_MAX, &text, &e) < 0 ||
        json_parse(&scratch, buf_str(&text), DEPTH_MAX, &tree, &e) < 0 ||
        !str_eq(json_text(tree, "scope"), f->scope) ||
        !str_eq(json_text(tree, "table"), f->table) ||
        !json_get_u64(tree, "described_ms", &described_ms) || described_ms > (uint64_t)now_ms ||
        (uint64_t)now_ms - described_ms > (uint64_t)SCHEMA_TTL_MS ||
        describe_decode(a, json_get(tree, "Table"), ret, &e) < 0)
        return false;
    ret->described_ms = (int64_t)described_ms;
    return true;
}

/* Files of tables that nobody asks for any more go when there are many. */
static void prune(const char *directory)
{
    DIR *dir = opendir(directory);
    struct stat st;
    size_t count = 0;

    if (!dir)
        return;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (!str_ends(str_of(entry->d_name), STR(SUFFIX)) || ++count <= FILES_MAX)
            continue;
        if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode))
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
}

void describe_save(const struct describe_file *f, int64_t now_ms, const struct json *description)
{
    _cleanup_(buf_free) struct buf text = {0};
    _cleanup_(cleanup_free) char *path = NULL, *directory = NULL;
    struct json_writer w = {.out = &text};
    struct err e;

    if (!f->directory.len)
        return;
    json_begin_object(&w);
    json_name(&w, STR("scope"));
    json_string(&w, f->scope);
    json_name(&w, STR("table"));
    json_string(&w, f->table);
    json_name(&w, STR("described_ms"));
    json_uint(&w, (uint64_t)now_ms);
    json_name(&w, STR("Table"));
    _cleanup_(buf_free) struct buf tree = {0};

    json_write(&tree, description, false);
    json_raw(&w, buf_str(&tree));
    json_end_object(&w);
    if (text.len > FILE_MAX)
        return;

    path = path_of(f);
    directory = mem_dup(f->directory.s, f->directory.len);
    prune(directory);
    if (file_make_dirs(directory, &e) < 0 || file_write(path, buf_str(&text), &e) < 0)
        log_debug("the schema is not cached: %s", e.text);
}

void describe_remove(const struct describe_file *f)
{
    _cleanup_(cleanup_free) char *path = NULL;

    if (!f->directory.len)
        return;
    path = path_of(f);
    unlink(path);
}
