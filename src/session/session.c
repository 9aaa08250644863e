#include "pksk/session/session.h"

#include <unistd.h>

#include "pksk/base/file.h"
#include "pksk/base/log.h"
#include "pksk/net/transport.h"
#include "pksk/session/models.h"
#include "pksk/session/seen.h"
#include "pksk/session/slot.h"

static char *copy(const char *s)
{
    return s ? mem_dup(s, strlen(s)) : NULL;
}

/* Where a client is connected; NULL: what the environment says. */
struct place {
    const char *profile, *region, *endpoint_url;
    bool local;
};

static struct session_client client_new(struct session *s, const struct place *where)
{
    struct session_client c;
    struct dynamo_options o = {
        .profile = str_of(where->profile),
        .region = str_of(where->region),
        .endpoint_url = str_of(where->endpoint_url),
        .local = where->local,
        .clock = s->clock,
        .ask_secret = secret_prompt,
        .heard = s->err_terminal ? session_heard : NULL,
        .ask_ctx = s,
    };
    char *cache = session_directory("XDG_CACHE_HOME", "~/.cache");
    _cleanup_(buf_free) struct buf scope = {0};

    c.dynamo = dynamo_new(&o);
    c.schemas = schema_new(c.dynamo, str_of(cache));
    buf_addf(&scope, "%s %s %s", where->profile ? where->profile : "",
             where->region ? where->region : "", where->endpoint_url ? where->endpoint_url : "");
    c.seen = seen_new(str_of(cache), buf_str(&scope));
    free(cache);
    return c;
}

static void use_client(struct session *s, const struct session_client *c)
{
    s->dynamo = c->dynamo;
    s->schemas = c->schemas;
    s->seen = c->seen;
}

static void connect_client(struct session *s)
{
    const struct place here = {s->profile, s->region, s->endpoint_url, s->local};
    struct session_client c = client_new(s, &here);

    use_client(s, &c);
}

struct session_client session_client_for(struct session *s, const char *profile, const char *region,
                                         const char *endpoint_url)
{
    struct place there = {profile, region, endpoint_url, false};

    if (!profile) {
        there.profile = s->profile;
        there.region = region ? region : s->region;
        there.endpoint_url = endpoint_url ? endpoint_url : s->endpoint_url;
        there.local = s->local && (!endpoint_url || net_is_loopback(endpoint_url));
    }
    return client_new(s, &there);
}

static struct session_client client_of(const struct session *s)
{
    return (struct session_client){s->dynamo, s->schemas, s->seen};
}

void session_client_free(struct session_client *c)
{
    seen_free(c->seen);
    schema_free(c->schemas);
    dynamo_free(c->dynamo);
    *c = (struct session_client){0};
}

void session_swap_client(struct session *s, struct session_client *c)
{
    struct session_client before = client_of(s);

    use_client(s, c);
    *c = before;
}

/* The client's end, and that of what belongs to it. */
static void disconnect_client(struct session *s, struct session_client *c)
{
    struct err e;

    slot_drop_all(s, true);
    if (c->seen && seen_save(c->seen, &e) < 0)
        log_debug("keys seen are not kept: %s", e.text);
    session_client_free(c);
}

void session_reconnect(struct session *s, struct session_client *before)
{
    *before = client_of(s);
    connect_client(s);
}

void session_stay(struct session *s, struct session_client *before)
{
    disconnect_client(s, before);
    rows_clear(&s->rows);
}

void session_go_back(struct session *s, struct session_client *before)
{
    struct session_client made = client_of(s);

    session_client_free(&made);
    use_client(s, before);
}

static int load_settings(const struct session *s, struct settings *settings, struct err *e)
{
    const char *named = s->profile ? s->profile : getenv("AWS_PROFILE");

    if (!named || !*named)
        named = getenv("AWS_DEFAULT_PROFILE");
    char *directory = session_directory("XDG_CONFIG_HOME", "~/.config");
    _cleanup_(buf_free) struct buf path = {0};

    buf_addf(&path, "%s/config", directory);
    free(directory);
    return settings_load(settings, buf_cstr(&path), str_of(named && *named ? named : "default"), e);
}

int session_reload_profile(struct session *s, struct err *e)
{
    struct settings fresh;
    int r = 0;

    settings_init(&fresh);
    if (!s->no_config)
        r = load_settings(s, &fresh, e);
    if (r == 0) {
        s->settings.production = fresh.production;
        s->settings.read_only = fresh.read_only || (s->settings.read_only && !s->profile_read_only);
        s->profile_read_only = fresh.read_only;
    }
    settings_deinit(&fresh);
    return r;
}

static int apply_options(struct session *s, const struct session_options *o, struct err *e)
{
    int r = o->no_config ? 0 : load_settings(s, &s->settings, e);

    s->profile_read_only = s->settings.read_only && !o->read_only;
    if (r == 0 && o->format)
        r = settings_set(&s->settings, STR("format"), str_of(o->format), e);
    if (r == 0 && o->fail_empty)
        s->settings.fail_empty = true;
    if (r == 0 && o->read_only)
        s->settings.read_only = true;
    return r;
}

int session_open(struct session *s, const struct session_options *o, const struct clock *clock,
                 struct err *e)
{
    *s = (struct session){
        .clock = clock,
        .yes = o->yes,
        .quiet = o->quiet,
        .no_config = o->no_config,
        .local = o->local,
        .out_terminal = isatty(STDOUT_FILENO),
        .err_terminal = isatty(STDERR_FILENO),
        .profile = copy(o->profile),
        .region = copy(o->region),
        .endpoint_url = copy(o->endpoint_url),
        .table = copy(o->table),
        .models = models_new(),
        .model_file = copy(o->model),
    };
    settings_init(&s->settings);
    connect_client(s);
    return apply_options(s, o, e);
}

void session_warn_of_files(struct session *s)
{
    const struct str *warnings;
    size_t count = s->aws_warned || s->quiet ? 0 : dynamo_warnings(s->dynamo, &warnings);

    for (size_t i = 0; i < count; i++)
        session_warn(s, "%.*s", STR_ARG(warnings[i]));
    s->aws_warned |= count > 0;
}

void session_close(struct session *s)
{
    struct session_client last = client_of(s);

    disconnect_client(s, &last);
    slot_drop_all(s, false);
    map_free(&s->variables, free);
    models_free(s->models);
    free(s->model_file);
    rows_free(&s->rows);
    settings_deinit(&s->settings);
    secret_prompt_end(s);
    free(s->profile);
    free(s->region);
    free(s->endpoint_url);
    free(s->table);
    free(s->last_statement);
    *s = (struct session){0};
}

void session_use(struct session *s, struct str table)
{
    char *name = mem_dup(table.s, table.len);

    free(s->table);
    s->table = name;
}

static int no_table(struct session *s, const struct str *names, size_t count, struct err *e)
{
    _cleanup_(buf_free) struct buf list = {.max = 300}, why = {0};

    err_set(e, ERR_SYNTAX, "no table is chosen");
    for (size_t i = 0; i < count && !list.over; i++)
        buf_addf(&list, "%s%.*s", i ? ", " : "", STR_ARG(names[i]));
    if (count)
        err_hint(e, "`use TABLE` chooses one of: %.*s%s", STR_ARG(buf_str(&list)),
                 list.over ? ", …" : "");
    else if (session_local_advice(s, &why))
        err_hint(e, "there is no table here: `create table` makes one. %s", buf_cstr(&why));
    else
        err_hint(e, "there is no table here yet: `create table` makes one");
    return ERR_SYNTAX;
}

int session_table_name(struct session *s, const struct word *given, struct str *ret, struct err *e)
{
    const struct str *names;
    size_t count;

    if (given) {
        *ret = given->text;
        return 0;
    }
    if (!s->table) {
        int r = schema_tables(s->schemas, &names, &count, e);

        if (r < 0)
            return r;
        if (count != 1)
            return no_table(s, names, count, e);
        session_use(s, names[0]);
    }
    *ret = str_of(s->table);
    return 0;
}

/* The table is not there, and no other one is. */
static void hint_database(struct session *s, struct err *e)
{
    _cleanup_(buf_free) struct buf why = {0};
    const struct str *names;
    struct err ignored;
    size_t count;

    if (schema_tables(s->schemas, &names, &count, &ignored) == 0 && count == 0 &&
        session_local_advice(s, &why))
        err_hint(e, "%s", buf_cstr(&why));
}

int session_table(struct session *s, const struct word *given, const struct table **ret,
                  struct err *e)
{
    struct str name;
    int r = session_table_name(s, given, &name, e);

    if (r < 0)
        return r;
    r = schema_get(s->schemas, name, ret, e);
    if (r < 0 && str_is(str_of(e->service), "ResourceNotFoundException"))
        hint_database(s, e);
    return r;
}

bool session_refresh(struct session *s, const struct table **t, int64_t since_ms, struct err *e)
{
    _cleanup_(cleanup_free) char *name = NULL;
    bool gone = str_is(str_of(e->service), "ResourceNotFoundException");
    struct err why;

    if ((*t)->described_ms >= since_ms ||
        (e->code != ERR_SYNTAX && !gone && !str_is(str_of(e->service), "ValidationException")))
        return false;
    name = mem_dup((*t)->name.s, (*t)->name.len);
    if (schema_refresh(s->schemas, str_of(name), t, &why) == 0)
        return true;
    if (gone)
        *e = why; /* it knows the names that there are */
    return false;
}

int session_plan(struct session *s, struct arena *a, const struct statement *st, planner *plan,
                 struct plan *ret, struct err *e)
{
    int64_t since = s->began_ms;
    const struct table *t;
    int r = session_table(s, st->table, &t, e);

    if (r < 0)
        return r;
    r = plan(a, st, t, ret, e);
    if (r < 0 && session_refresh(s, &t, since, e))
        r = plan(a, st, t, ret, e);
    return r;
}

/* ---- what the parser asks */

static int live_is_index(void *ctx, struct str table, struct str word, struct err *e)
{
    struct session *s = ctx;
    struct word given = {.text = table, .at = SPAN_NONE};
    const struct table *t;
    int r = session_table(s, table.len ? &given : NULL, &t, e);

    return r < 0 ? r : table_index(t, word) != NULL;
}

static int cached_is_index(void *ctx, struct str table, struct str word, unused_arg struct err *e)
{
    struct session *s = ctx;
    const struct table *t = schema_peek(s->schemas, table.len ? table : str_of(s->table));

    return t && table_index(t, word);
}

static bool names_of(const struct table *t, struct str *partition, struct str *sort)
{
    *partition = t->key.partition[0].name;
    *sort = t->key.sort_count ? t->key.sort[0].name : STR("");
    return true;
}

static bool live_key_names(void *ctx, struct str table, struct str *partition, struct str *sort)
{
    struct word given = {.text = table, .at = SPAN_NONE};
    const struct table *t;
    struct err ignored;

    return session_table(ctx, table.len ? &given : NULL, &t, &ignored) == 0 &&
           names_of(t, partition, sort);
}

static bool known_key_names(void *ctx, struct str table, struct str *partition, struct str *sort)
{
    struct session *s = ctx;
    const struct table *t = schema_peek(s->schemas, table.len ? table : str_of(s->table));

    return t && names_of(t, partition, sort);
}

static int variable(void *ctx, struct str name, struct arena *a, struct str *ret, struct err *e)
{
    struct session *s = ctx;
    const char *value = map_get(&s->variables, name);

    if (value) {
        *ret = arena_str(a, str_of(value));
        return 1;
    }
    if (str_find_char(name, '.', NULL))
        return rows_variable(&s->rows, name, a, ret, e);
    return 0;
}

static bool live_is_entity(void *ctx, struct str table, struct str word)
{
    struct session *s = ctx;
    struct word given = {.text = table, .at = SPAN_NONE};
    const struct table *t;
    struct err ignored;

    if (session_table(s, table.len ? &given : NULL, &t, &ignored) < 0)
        return false;
    const struct entity_model *m = session_model(s, t);

    return m && model_entity(m, word);
}

static bool known_is_entity(void *ctx, struct str table, struct str word)
{
    const struct session *s = ctx;
    const struct entity_model *m = session_model_peek(s, table.len  ? table
                                                         : s->table ? str_of(s->table)
                                                                    : STR(""));

    return m && model_entity(m, word);
}

/* Only what is no command comes here, so that a table is asked for when one may be meant. */
static bool live_is_pattern(void *ctx, struct str word)
{
    struct session *s = ctx;
    const struct table *t;
    struct err ignored;

    if ((!s->table && !s->model_file) || session_table(s, NULL, &t, &ignored) < 0)
        return false;
    const struct entity_model *m = session_model(s, t);

    return m && model_pattern(m, word);
}

static bool known_is_pattern(void *ctx, struct str word)
{
    const struct session *s = ctx;
    const struct entity_model *m = s->table ? session_model_peek(s, str_of(s->table)) : NULL;

    return m && model_pattern(m, word);
}

struct lang_env session_lang(struct session *s, bool live)
{
    return (struct lang_env){
        .ctx = s,
        .is_index = live ? live_is_index : cached_is_index,
        .variable = variable,
        .is_entity = live ? live_is_entity : known_is_entity,
        .is_pattern = live ? live_is_pattern : known_is_pattern,
        .key_names = live ? live_key_names : known_key_names,
        .clock = s->clock,
        .script = !s->interactive,
        .restricted = s->restricted,
    };
}
