#include "pksk/run/checkpoint.h"

#include <errno.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/port.h"
#include "pksk/json/tree.h"
#include "pksk/json/writer.h"

#define CHECKPOINT_VERSION 1
#define CHECKPOINT_MAX ((size_t)64 << 20) /* a million segments would fit */

void checkpoint_identify(struct checkpoint *c, const struct stat *input)
{
    c->size = (uint64_t)input->st_size;
    c->mtime_ns = port_mtime_ns(input);
    c->inode = (uint64_t)input->st_ino;
}

static void add_uint(struct json_writer *w, struct str name, uint64_t n)
{
    json_name(w, name);
    json_uint(w, n);
}

int checkpoint_write(const char *path, const struct checkpoint *c, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct json_writer w = {.out = &text};

    json_begin_object(&w);
    add_uint(&w, STR("pksk"), CHECKPOINT_VERSION);
    json_name(&w, STR("kind"));
    json_string(&w, str_of(c->kind));
    json_name(&w, STR("table"));
    json_string(&w, c->table);
    json_name(&w, STR("format"));
    json_string(&w, c->format);
    add_uint(&w, STR("size"), c->size);
    add_uint(&w, STR("mtime"), c->mtime_ns);
    add_uint(&w, STR("inode"), c->inode);
    add_uint(&w, STR("offset"), c->offset);
    add_uint(&w, STR("line"), c->line);
    add_uint(&w, STR("written"), c->written);
    add_uint(&w, STR("rejected"), c->rejected);
    add_uint(&w, STR("reject_bytes"), c->reject_bytes);
    json_name(&w, STR("lanes"));
    json_begin_array(&w);
    for (size_t i = 0; i < c->lane_count; i++)
        json_string(&w, c->lanes[i]);
    json_end_array(&w);
    json_end_object(&w);
    buf_char(&text, '\n');
    return file_write(path, buf_str(&text), e);
}

bool checkpoint_remove(const char *path)
{
    return unlink(path) == 0 || errno == ENOENT;
}

static bool get_all(const struct json *tree, struct checkpoint *c)
{
    return json_get_u64(tree, "size", &c->size) && json_get_u64(tree, "mtime", &c->mtime_ns) &&
           json_get_u64(tree, "inode", &c->inode) && json_get_u64(tree, "offset", &c->offset) &&
           json_get_u64(tree, "line", &c->line) && json_get_u64(tree, "written", &c->written) &&
           json_get_u64(tree, "rejected", &c->rejected) &&
           json_get_u64(tree, "reject_bytes", &c->reject_bytes);
}

static void get_lanes(struct arena *a, const struct json *list, struct checkpoint *c)
{
    c->lane_count = 0;
    c->lanes = list && list->count ? arena_alloc(a, list->count, sizeof(*c->lanes)) : NULL;
    for (const struct json *lane = list ? list->first : NULL; lane; lane = lane->next)
        c->lanes[c->lane_count++] = lane->text;
}

static bool parse(struct str text, const struct checkpoint *like, struct arena *a,
                  struct checkpoint *ret)
{
    struct checkpoint c = *like;
    struct json *tree;
    struct err ignored;
    uint64_t version;

    if (json_parse(a, text, 8, &tree, &ignored) < 0 || !json_get_u64(tree, "pksk", &version) ||
        version != CHECKPOINT_VERSION || !get_all(tree, &c) ||
        !str_is(json_text(tree, "kind"), like->kind) ||
        !str_eq(json_text(tree, "table"), like->table) ||
        !str_eq(json_text(tree, "format"), like->format) || c.size != like->size ||
        c.mtime_ns != like->mtime_ns || c.inode != like->inode)
        return false;
    get_lanes(a, json_get(tree, "lanes"), &c);
    *ret = c;
    return true;
}

int checkpoint_read(const char *path, const struct checkpoint *like, struct arena *a,
                    struct checkpoint *ret, bool *other)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct err ignored;

    *other = false;
    errno = 0;
    if (file_read_private(path, CHECKPOINT_MAX, &text, &ignored) < 0) {
        *other = errno != ENOENT;
        return 0;
    }
    *other = !parse(buf_str(&text), like, a, ret);
    return !*other;
}
