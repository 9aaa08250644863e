#include "pksk/run/undo-log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/item/ddbjson.h"
#include "pksk/json/writer.h"

#define TRAILER 10 /* its length in hexadecimal behind a record, newlines around */
#define RECORD_DEPTH (DDB_JSON_DEPTH_MAX + 4)
#define RECORD_BYTES ((size_t)64 << 20) /* 100 items of a transaction, before and after */

struct undo_log {
    int fd;
    char *path;
    uint64_t bytes, max, items;
    struct buf record;
};

/* ---- life */

/* What killed sessions have left behind. */
static void sweep(const char *directory)
{
    DIR *d = opendir(directory);
    time_t oldest = time(NULL) - UNDO_LOG_DAYS * (time_t)86400;
    struct stat st;

    if (!d)
        return;
    for (struct dirent *entry; (entry = readdir(d));) {
        if (!str_starts(str_of(entry->d_name), STR("undo-")) ||
            fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !S_ISREG(st.st_mode) || st.st_mtime >= oldest)
            continue;
        unlinkat(dirfd(d), entry->d_name, 0);
    }
    closedir(d);
}

int undo_log_open(const char *directory, uint64_t max, struct undo_log **ret, struct err *e)
{
    _cleanup_(buf_free) struct buf path = {0};
    int r = file_make_dirs(directory, e);

    if (r < 0)
        return r;
    sweep(directory);
    buf_addf(&path, "%s/undo-XXXXXX", directory);
    char *name = mem_dup(path.s, path.len);
    int fd = mkostemp(name, O_CLOEXEC);

    if (fd < 0) {
        free(name);
        return err_errno(e, ERR_FAILED, "cannot make a file in", str_of(directory));
    }
    *ret = mem_resize(NULL, 1, sizeof(**ret));
    **ret = (struct undo_log){.fd = fd, .path = name, .max = max, .record = {.max = RECORD_BYTES}};
    return 0;
}

void undo_log_close(struct undo_log *log)
{
    if (!log)
        return;
    unlink(log->path);
    close(log->fd);
    free(log->path);
    buf_free(&log->record);
    free(log);
}

uint64_t undo_log_items(const struct undo_log *log)
{
    return log->items;
}

uint64_t undo_log_bytes(const struct undo_log *log)
{
    return log->bytes;
}

/* ---- writing */

static void add_item(struct json_writer *w, struct str name, const struct value *item)
{
    _cleanup_(buf_free) struct buf text = {.max = RECORD_BYTES};

    if (!item)
        return;
    ddb_add_item(&text, item);
    json_name(w, name);
    json_raw(w, buf_str(&text));
}

static void add_restore(struct json_writer *w, const struct restore *r)
{
    json_begin_object(w);
    json_name(w, STR("table"));
    json_string(w, r->table);
    json_name(w, STR("keys"));
    json_begin_array(w);
    for (size_t i = 0; i < r->key_count; i++)
        json_string(w, r->key_names[i]);
    json_end_array(w);
    add_item(w, STR("old"), r->old);
    add_item(w, STR("now"), r->now);
    json_end_object(w);
}

int undo_log_add(struct undo_log *log, const struct restore *items, size_t count, struct err *e)
{
    struct buf *b = &log->record;
    struct json_writer w = {.out = b};

    buf_reset(b);
    json_begin_array(&w);
    for (size_t i = 0; i < count; i++)
        add_restore(&w, &items[i]);
    json_end_array(&w);
    buf_addf(b, "\n%08zx\n", b->len);
    if (b->over || log->bytes + b->len > log->max) {
        err_set(e, ERR_FAILED, "what undo may keep (%zu MB) is full", (size_t)(log->max >> 20));
        err_hint(e, "`set undo-keep` takes more megabytes, or off");
        return ERR_FAILED;
    }
    if (lseek(log->fd, (off_t)log->bytes, SEEK_SET) < 0 || file_write_all(log->fd, buf_str(b)) < 0)
        return err_errno(e, ERR_FAILED, "cannot write", str_of(log->path));
    log->bytes += b->len;
    log->items += count;
    return 0;
}

/* ---- reading, from the end */

static int broken(const struct undo_log *log, struct err *e)
{
    return err_set(e, ERR_FAILED, "%s is not as it was written", log->path);
}

static int read_at(const struct undo_log *log, uint64_t from, char *to, size_t len, struct err *e)
{
    while (len) {
        ssize_t n = pread(log->fd, to, len, (off_t)from);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, ERR_FAILED, "cannot read", str_of(log->path));
        if (n == 0)
            return broken(log, e);
        to += n;
        len -= (size_t)n;
        from += (size_t)n;
    }
    return 0;
}

static int item_of(struct arena *a, const struct json *tree, const struct value **ret,
                   struct err *e)
{
    struct value *item;
    int r = tree ? ddb_from_json(a, tree, &item, e) : 0;

    if (r == 0)
        *ret = tree ? item : NULL;
    return r;
}

static int restore_of(struct arena *a, const struct json *tree, struct restore *ret, struct err *e)
{
    const struct json *keys = json_get(tree, "keys");
    struct str *names = arena_alloc(a, keys ? keys->count : 0, sizeof(*names));
    struct restore what = {.table = json_text(tree, "table"), .key_names = names};
    int r = item_of(a, json_get(tree, "old"), &what.old, e);

    if (r == 0)
        r = item_of(a, json_get(tree, "now"), &what.now, e);
    for (const struct json *name = keys ? keys->first : NULL; name; name = name->next)
        names[what.key_count++] = name->text;
    what.key = what.now ? what.now : what.old;
    *ret = what;
    return r;
}

static bool is_whole(const struct undo_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct restore *what = &record->items[i];

        if (!what->table.len || !what->key || !what->key_count)
            return false;
        for (size_t k = 0; k < what->key_count; k++) {
            if (!value_member(what->key, what->key_names[k]))
                return false;
        }
    }
    return record->count > 0;
}

static int parse(struct undo_log *log, struct arena *a, struct str text, struct undo_record *ret,
                 struct err *e)
{
    struct json *tree;
    int r = json_parse(a, text, RECORD_DEPTH, &tree, e);

    if (r < 0)
        return broken(log, e);
    ret->items = arena_alloc(a, tree->count, sizeof(*ret->items));
    ret->count = 0;
    for (const struct json *one = tree->first; one && r == 0; one = one->next)
        r = restore_of(a, one, &ret->items[ret->count++], e);
    return r < 0 || !is_whole(ret) ? broken(log, e) : 0;
}

int undo_log_read(struct undo_log *log, uint64_t end, struct arena *a, struct undo_record *ret,
                  struct err *e)
{
    char trailer[TRAILER + 1] = {0}, *stop;
    int r;

    if (!end)
        return 0;
    if (end < TRAILER)
        return broken(log, e);
    r = read_at(log, end - TRAILER, trailer, TRAILER, e);
    if (r < 0)
        return r;
    size_t len = strtoul(trailer + 1, &stop, 16);

    if (trailer[0] != '\n' || stop != trailer + TRAILER - 1 || *stop != '\n' ||
        len > end - TRAILER || len > RECORD_BYTES)
        return broken(log, e);
    char *text = arena_bytes(a, len);

    ret->begins = end - TRAILER - len;
    r = read_at(log, ret->begins, text, len, e);
    if (r == 0)
        r = parse(log, a, (struct str){text, len}, ret, e);
    return r < 0 ? r : 1;
}

int undo_log_cut(struct undo_log *log, uint64_t end, uint64_t items, struct err *e)
{
    if (ftruncate(log->fd, (off_t)end) < 0)
        return err_errno(e, ERR_FAILED, "cannot write", str_of(log->path));
    log->bytes = end;
    log->items -= MIN(items, log->items);
    return 0;
}
