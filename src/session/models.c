#include "pksk/session/models.h"

#include <ctype.h>
#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/session/session.h"

struct kept {
    struct arena arena;
    struct table table; /* a copy of its keys and indexes: the model points into it */
    struct entity_model model;
    bool there;
};

struct models {
    struct map tables; /* name → struct kept * */
};

struct models *models_new(void)
{
    struct models *m = mem_resize(NULL, 1, sizeof(*m));

    *m = (struct models){0};
    return m;
}

static void free_kept(void *value)
{
    struct kept *k = value;

    arena_free(&k->arena);
    free(k);
}

void models_free(struct models *m)
{
    if (!m)
        return;
    map_free(&m->tables, free_kept);
    free(m);
}

/* ---- copies */

static void copy_key(struct arena *a, const struct key_schema *from, struct key_schema *to)
{
    *to = *from;
    for (unsigned i = 0; i < from->partition_count; i++)
        to->partition[i].name = arena_str(a, from->partition[i].name);
    for (unsigned i = 0; i < from->sort_count; i++)
        to->sort[i].name = arena_str(a, from->sort[i].name);
}

static void copy_table(struct arena *a, const struct table *from, struct table *to)
{
    *to = (struct table){.name = arena_str(a, from->name), .index_count = from->index_count};
    copy_key(a, &from->key, &to->key);
    to->indexes = arena_alloc(a, from->index_count, sizeof(*to->indexes));
    for (size_t i = 0; i < from->index_count; i++) {
        to->indexes[i].name = arena_str(a, from->indexes[i].name);
        to->indexes[i].local = from->indexes[i].local;
        copy_key(a, &from->indexes[i].key, &to->indexes[i].key);
    }
}

static struct kept *kept_new(const struct table *t)
{
    struct kept *k = mem_resize(NULL, 1, sizeof(*k));

    *k = (struct kept){0};
    copy_table(&k->arena, t, &k->table);
    return k;
}

static void put(struct session *s, struct str table, struct kept *k)
{
    struct kept *before = map_put(&s->models->tables, table, k);

    if (before)
        free_kept(before);
}

/* ---- files */

/* A name as part of a path: what could be more than a name there is written with %. */
static void add_name(struct buf *b, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.s[i];

        if (isalnum(c) || strchr("_-", c) || (c == '.' && i))
            buf_char(b, (char)c);
        else
            buf_addf(b, "%%%02x", c);
    }
}

static char *path_of(struct str table, const char *profile)
{
    _cleanup_(cleanup_free) char *directory = session_directory("XDG_CONFIG_HOME", "~/.config");
    struct buf path = {0};

    buf_addf(&path, "%s/models/", directory);
    if (profile) {
        add_name(&path, str_of(profile));
        buf_char(&path, '/');
    }
    add_name(&path, table);
    buf_lit(&path, ".model");
    return (char *)buf_cstr(&path);
}

char *session_model_path(const struct session *s, struct str table)
{
    return path_of(table, s->profile);
}

static void warn(struct session *s, const char *path, struct str text, const struct err *e)
{
    session_complain(s, str_of(path), text, e);
    session_warn(s, "the model is not used");
}

static void read_file(struct session *s, struct kept *k, const char *path)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct err e;
    int r = file_read_ordinary(path, MODELS_FILE_MAX, &text, &e);

    if (r == 0)
        r = model_parse(&k->arena, buf_str(&text), &k->table, &k->model, &e);
    if (r < 0)
        warn(s, path, buf_str(&text), &e);
    k->there = r == 0;
}

static void look_for_file(struct session *s, struct kept *k)
{
    _cleanup_(cleanup_free) char *own = s->profile ? path_of(k->table.name, s->profile) : NULL,
                                 *common = path_of(k->table.name, NULL);

    if (s->model_file) {
        read_file(s, k, s->model_file);
        free(s->model_file);
        s->model_file = NULL;
    } else if (!s->no_config && own && access(own, R_OK) == 0) {
        read_file(s, k, own);
    } else if (!s->no_config && access(common, R_OK) == 0) {
        read_file(s, k, common);
    }
}

/* ---- the models */

const struct entity_model *session_model_peek(const struct session *s, struct str table)
{
    const struct kept *k = map_get(&s->models->tables, table);

    return k && k->there ? &k->model : NULL;
}

const struct entity_model *session_model(struct session *s, const struct table *t)
{
    if (!map_has(&s->models->tables, t->name)) {
        struct kept *k = kept_new(t);

        look_for_file(s, k);
        put(s, t->name, k);
    }
    return session_model_peek(s, t->name);
}

int session_model_take(struct session *s, const struct table *t, struct str text, bool replace,
                       struct err *e)
{
    const struct entity_model *before = replace ? NULL : session_model(s, t);
    struct kept *k = kept_new(t);
    _cleanup_(buf_free) struct buf old = {0};
    struct err ignored;
    int r = 0;

    if (before) { /* into the new one's memory, by its text */
        model_add(&old, before, true);
        r = model_parse(&k->arena, arena_str(&k->arena, buf_str(&old)), &k->table, &k->model,
                        &ignored);
    }
    if (r == 0)
        r = model_parse(&k->arena, arena_str(&k->arena, text), &k->table, &k->model, e);
    if (r < 0) {
        free_kept(k);
        return r;
    }
    k->there = true;
    put(s, t->name, k);
    return 0;
}

void session_model_forget(struct session *s, const struct table *t)
{
    put(s, t->name, kept_new(t));
}
