/* Lines typed, one after each NUL, come back from the history's file as they were, but for those
 * that are not written; and any text is a history of some kind, whose entries come back as well. */
#include "pksk/line/history.h"

#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static struct history *opened(const char *path)
{
    struct history *h = history_new(0);
    struct err e;

    require(history_open(h, path, &e) == 0);
    return h;
}

static bool is_written(struct str entry)
{
    return str_trim(entry).len && entry.s[0] != ' ' && entry.s[0] != '\t' &&
           entry.len <= HISTORY_ENTRY_MAX && !history_holds_secret(entry);
}

/* What a shell that starts next finds is what is written, without repeats. A full history has let
 * go of old entries, and those that are not written take room here, but none there. */
static void check_read_back(const struct history *h, const char *path)
{
    struct history *again = opened(path);
    size_t count = history_count(h), n = history_count(again);
    bool full = count == HISTORY_MAX;
    struct str next = STR("");

    for (size_t i = count; i > 0; i--) {
        struct str entry = history_entry(h, i - 1);

        require(str_trim(entry).len);
        if (!is_written(entry) || str_eq(entry, next))
            continue;
        require(n > 0 && str_eq(history_entry(again, --n), entry));
        next = entry;
    }
    require(n == 0 || full);
    history_free(again);
}

static void check_lines(struct str text, const char *path)
{
    struct str line;
    struct history *h = opened(path);
    struct err e;

    while (text.len && str_split(&text, '\0', &line))
        require(history_add(h, line, &e) == 0);
    check_read_back(h, path);
    history_free(h);
}

static void check_file(struct str text, const char *path, const char *copy)
{
    struct history *h, *other;
    struct err e;

    scratch_put(path, text);
    h = opened(path);
    other = opened(copy);
    for (size_t i = 0; i < history_count(h); i++) {
        require(history_entry(h, i).len <= HISTORY_ENTRY_MAX);
        require(history_add(other, history_entry(h, i), &e) == 0);
    }
    check_read_back(h, copy);
    history_free(h);
    history_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    _cleanup_(buf_free) struct buf path = {0}, copy = {0};

    buf_addf(&path, "%s/history", scratch());
    buf_addf(&copy, "%s/copy", scratch());
    unlink(buf_cstr(&path));
    unlink(buf_cstr(&copy));
    check_lines(text, buf_cstr(&path));
    check_file(text, buf_cstr(&path), buf_cstr(&copy));
    return 0;
}
