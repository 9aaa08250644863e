/* A file of keys seen is ignored or gives names and values within the ceilings; and what is saved
 * of them is read as the same. */
#include "pksk/session/seen.h"

#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static struct seen *opened(void)
{
    return seen_new(str_of(scratch()), STR("a scope"));
}

/* The name is the cache's own affair: a first save shows it. */
static const char *file(void)
{
    static char path[512];
    struct seen *s = path[0] ? NULL : opened();
    struct err e;

    if (!s)
        return path;
    seen_key(s, STR("T"), STR("pk"), ATTR_S, STR("x"));
    require(seen_save(s, &e) == 0);
    seen_free(s);
    DIR *dir = opendir(scratch());

    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        if (str_starts(str_of(entry->d_name), STR("seen-")))
            snprintf(path, sizeof(path), "%s/%s", scratch(), entry->d_name);
    }
    if (dir)
        closedir(dir);
    return path;
}

static void add_all(struct seen *s, struct buf *ret)
{
    struct str text;
    size_t count = 0;

    for (size_t i = 0; seen_next_name(s, STR("T"), &i, &text); count++) {
        require(text.len && text.len <= SEEN_KEY_LEN_MAX);
        buf_addf(ret, "%zu:%.*s,", text.len, STR_ARG(text));
    }
    require(count <= SEEN_NAMES_MAX);
    buf_char(ret, ';');
    count = 0;
    for (size_t i = 0; seen_next_key(s, STR("T"), STR("pk"), &i, &text); count++) {
        require(text.len && text.len <= SEEN_KEY_LEN_MAX);
        buf_addf(ret, "%zu:", text.len);
        buf_str_add(ret, text);
    }
    require(count <= SEEN_KEYS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(buf_free) struct buf text = {0}, once = {0}, again = {0};
    struct err e;

    file();
    if (size && data[0] != 'p') /* else it has a first line of its own */
        buf_lit(&text, "pksk-seen-1 a%20scope T\n");
    buf_add(&text, data, size);
    scratch_put(file(), buf_str(&text));
    struct seen *s = opened();

    seen_key(s, STR("T"), STR("pk"), ATTR_S, STR("new")); /* so that there is something to save */
    add_all(s, &once);
    require(seen_save(s, &e) == 0);
    seen_free(s);
    s = opened();
    add_all(s, &again);
    require(str_eq(buf_str(&once), buf_str(&again)));
    seen_free(s);
    return 0;
}
