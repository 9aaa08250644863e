#include "pksk/dynamo/schema.h"

#include "pksk/base/circle.h"
#include "pksk/base/map.h"
#include "pksk/dynamo/call.h"
#include "pksk/dynamo/describe.h"
#include "pksk/json/writer.h"

#define TABLES_MAX 100000 /* names; an account has 2,500 unless its quota was raised */
#define UNSETTLED_TTL_MS 1000

struct entry {
    struct arena arena;
    struct table table;
    int64_t until_ms;
};

struct schema_cache {
    struct dynamo *d;
    char *directory;
    char *scope; /* endpoint, region and account; NULL until the client is resolved */
    struct map tables;
    struct arena names_arena;
    struct str *names;
    size_t name_count;
    int64_t names_until_ms; /* 0: not known */
};

struct schema_cache *schema_new(struct dynamo *d, struct str directory)
{
    struct schema_cache *c = mem_resize(NULL, 1, sizeof(*c));

    *c = (struct schema_cache){.d = d, .directory = mem_dup(directory.s, directory.len)};
    return c;
}

static void entry_free(void *entry)
{
    struct entry *n = entry;

    if (!n)
        return;
    arena_free(&n->arena);
    free(n);
}

void schema_free(struct schema_cache *c)
{
    if (!c)
        return;
    map_free(&c->tables, entry_free);
    arena_free(&c->names_arena);
    free(c->directory);
    free(c->scope);
    free(c);
}

static void set_scope(struct schema_cache *c, const struct dynamo_identity *i)
{
    struct str who = i->account.len ? i->account : i->access_key_id;
    struct buf text = {0};

    buf_addf(&text, "%.*s %.*s %.*s", STR_ARG(i->endpoint), STR_ARG(i->region), STR_ARG(who));
    buf_cstr(&text);
    free(c->scope);
    c->scope = text.s;
}

static int resolve_scope(struct schema_cache *c, struct err *e)
{
    struct dynamo_identity identity;

    if (c->scope)
        return 0;
    int r = dynamo_resolve(c->d, &identity, e);

    if (r == 0)
        set_scope(c, &identity);
    return r;
}

static struct describe_file file_of(const struct schema_cache *c, struct str table)
{
    return (struct describe_file){c->scope ? str_of(c->directory) : STR(""), str_of(c->scope),
                                  table};
}

static const struct table *keep(struct schema_cache *c, struct str name, struct entry *n)
{
    int64_t ttl_ms = describe_is_settled(&n->table) ? SCHEMA_TTL_MS : UNSETTLED_TTL_MS;

    n->until_ms = n->table.described_ms + ttl_ms;
    entry_free(map_put(&c->tables, name, n));
    return &n->table;
}

static const struct table *from_memory(const struct schema_cache *c, struct str table)
{
    const struct entry *n = map_get(&c->tables, table);
    int64_t now_ms = clock_wall_ms(&c->d->clock);

    return n && now_ms < n->until_ms && now_ms >= n->table.described_ms ? &n->table : NULL;
}

static const struct table *from_disk(struct schema_cache *c, struct str table)
{
    struct describe_file file = file_of(c, table);
    struct entry *n = mem_resize(NULL, 1, sizeof(*n));

    *n = (struct entry){0};
    if (describe_load(&file, clock_wall_ms(&c->d->clock), &n->arena, &n->table))
        return keep(c, table, n);
    entry_free(n);
    return NULL;
}

static void body_with(struct buf *b, const char *member, struct str text)
{
    struct json_writer w = {.out = b};

    json_begin_object(&w);
    if (text.len) {
        json_name(&w, str_of(member));
        json_string(&w, text);
    }
    json_end_object(&w);
}

/* The nearest name that is there, for a name that is not. */
static void suggest(const struct schema_cache *c, struct str table, struct err *e)
{
    const struct str *best = NULL;
    size_t best_distance = table.len < 4 ? 1 : 3;

    for (size_t i = 0; c->names_until_ms && i < c->name_count; i++) {
        size_t distance = str_eq_ci(c->names[i], table) ? 0 : str_distance(c->names[i], table);

        if (distance <= best_distance && (!best || distance < best_distance)) {
            best = &c->names[i];
            best_distance = distance;
        }
    }
    if (best)
        err_hint(e, "did you mean %.*s?", STR_ARG(*best));
}

static int not_there(struct schema_cache *c, struct str table, struct err *e)
{
    struct dynamo_identity identity;
    struct err told = *e;

    if (dynamo_resolve(c->d, &identity, e) == 0)
        err_set(e, ERR_FAILED, "there is no table %.*s in %.*s at %.*s", STR_ARG(table),
                STR_ARG(identity.region), STR_ARG(identity.endpoint));
    else
        err_set(e, ERR_FAILED, "there is no table %.*s", STR_ARG(table));
    snprintf(e->service, sizeof(e->service), "%s", told.service);
    snprintf(e->hint, sizeof(e->hint), "%s", told.hint);
    suggest(c, table, e);
    schema_forget(c, table);
    return ERR_FAILED;
}

int schema_learn(struct schema_cache *c, struct str table, const struct json *description,
                 const struct table **ret, struct err *e)
{
    struct entry *n = mem_resize(NULL, 1, sizeof(*n));

    *n = (struct entry){0};
    int r = describe_decode(&n->arena, description, &n->table, e);

    if (r < 0) {
        entry_free(n);
        return r;
    }
    struct describe_file file = file_of(c, table);

    n->table.described_ms = clock_wall_ms(&c->d->clock);
    if (describe_is_settled(&n->table))
        describe_save(&file, n->table.described_ms, description);
    else
        describe_remove(&file);
    *ret = keep(c, table, n);
    return 0;
}

int table_name_check(const char *what, struct str name, struct err *e)
{
    if (name.len >= TABLE_NAME_MIN)
        return 0;
    return err_set(e, ERR_SYNTAX, "%.*s is no name of %s %s: those have %d characters or more",
                   STR_ARG(name), what[0] == 'i' ? "an" : "a", what, TABLE_NAME_MIN);
}

int schema_refresh(struct schema_cache *c, struct str table, const struct table **ret,
                   struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct call *call;
    int r = table_name_check("table", table, e);

    if (r == 0)
        r = resolve_scope(c, e);
    if (r < 0)
        return r;
    body_with(&body, "TableName", table);
    r = dynamo_call(c->d, "DescribeTable", buf_str(&body), &call, e);
    if (r < 0) {
        if (e && str_is(str_of(e->service), "ResourceNotFoundException"))
            return not_there(c, table, e);
        return r;
    }
    r = schema_learn(c, table, json_get(call_reply(call)->rest, "Table"), ret, e);
    call_free(call);
    return r;
}

int schema_get(struct schema_cache *c, struct str table, const struct table **ret, struct err *e)
{
    const struct table *known = from_memory(c, table);

    if (!known) {
        int r = resolve_scope(c, e);

        if (r < 0)
            return r;
        known = from_disk(c, table);
    }
    if (!known)
        return schema_refresh(c, table, ret, e);
    *ret = known;
    return 0;
}

const struct table *schema_peek(struct schema_cache *c, struct str table)
{
    const struct table *known = from_memory(c, table);

    if (!known && !c->scope && c->d->resolved)
        set_scope(c, &c->d->known);
    return known || !c->scope ? known : from_disk(c, table);
}

void schema_forget(struct schema_cache *c, struct str table)
{
    struct describe_file file = file_of(c, table);

    entry_free(map_remove(&c->tables, table));
    describe_remove(&file);
    c->names_until_ms = 0;
}

struct names {
    struct str *s;
    size_t count, cap;
};

static void add_names(struct arena *a, struct names *to, const struct json *page)
{
    for (const struct json *n = page ? page->first : NULL; n && to->count < TABLES_MAX;
         n = n->next) {
        if (to->count == to->cap) {
            to->cap = to->cap ? to->cap * 2 : 64;
            to->s = mem_resize(to->s, to->cap, sizeof(*to->s));
        }
        to->s[to->count++] = arena_str(a, n->text);
    }
}

static int list_all(struct schema_cache *c, struct arena *a, struct names *ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct str from = STR("");
    struct circle circle = {0};

    do {
        struct call *call;

        buf_reset(&body);
        body_with(&body, "ExclusiveStartTableName", from);
        int r = dynamo_call(c->d, "ListTables", buf_str(&body), &call, e);

        if (r < 0)
            return r;
        const struct json *rest = call_reply(call)->rest;

        from = arena_str(a, json_text(rest, "LastEvaluatedTableName"));
        add_names(a, ret, json_get(rest, "TableNames"));
        call_free(call);
        if (from.len && circle_closed(&circle, from))
            return err_set(e, ERR_FAILED,
                           "the server says to go on where it has been before: "
                           "the rest of the tables cannot be listed");
    } while (from.len && ret->count < TABLES_MAX);
    return 0;
}

int schema_tables(struct schema_cache *c, const struct str **names, size_t *count, struct err *e)
{
    struct arena a = {0};
    struct names all = {0};

    if (schema_peek_tables(c, names, count))
        return 0;
    int r = list_all(c, &a, &all, e);

    if (r < 0) {
        arena_free(&a);
        free(all.s);
        return r;
    }
    arena_free(&c->names_arena);
    c->names_arena = a;
    c->names = arena_alloc(&c->names_arena, all.count ? all.count : 1, sizeof(*c->names));
    if (all.count)
        memcpy(c->names, all.s, all.count * sizeof(*c->names));
    free(all.s);
    c->name_count = all.count;
    c->names_until_ms = clock_wall_ms(&c->d->clock) + SCHEMA_TTL_MS;
    *names = c->names;
    *count = c->name_count;
    return 0;
}

bool schema_peek_tables(struct schema_cache *c, const struct str **names, size_t *count)
{
    int64_t now_ms = clock_wall_ms(&c->d->clock);

    if (!c->names_until_ms || now_ms >= c->names_until_ms ||
        now_ms < c->names_until_ms - SCHEMA_TTL_MS)
        return false;
    *names = c->names;
    *count = c->name_count;
    return true;
}
