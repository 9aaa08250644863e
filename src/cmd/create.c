#include "pksk/cmd/create.h"

#include "pksk/base/file.h"
#include "pksk/cmd/command.h"
#include "pksk/dynamo/describe.h"
#include "pksk/item/notation.h"
#include "pksk/json/tree.h"
#include "pksk/model/model.h"
#include "pksk/out/text.h"
#include "pksk/plan/like.h"
#include "pksk/session/waiting.h"

/* ---- from FILE */

/* Does `import FILE into NAME` find the table's items in the model? */
static bool importable(const struct model_table *m, struct str name)
{
    return m->samples && (m->lone || str_eq(m->name, name));
}

static int from_file(struct session *s, struct arena *a, const struct statement *st,
                     struct table_def *def, struct creation *ret, struct err *e)
{
    const struct table_def *said = st->create;
    _cleanup_(buf_free) struct buf text = {0};
    _cleanup_(cleanup_free) char *path = file_expand(said->from->text);
    struct model_source source = {.file = str_of(path),
                                  .wanted = said->resource ? said->resource->text : STR(""),
                                  .region = dynamo_region(s->dynamo)};
    struct model_table m;
    int r = file_read(path, MODEL_FILE_MAX, &text, e);

    source.text = buf_str(&text);
    if (r == 0)
        r = model_read(a, &source, &m, e);
    if (r < 0)
        return r;
    if (!st->table && !m.name.len) {
        err_set(e, ERR_FAILED, "%s: %.*s has no TableName that is known before it is deployed",
                path, STR_ARG(m.resource));
        err_hint(e, "name the table: create table NAME from …");
        return ERR_FAILED;
    }
    *def = *m.def;
    ret->name = st->table ? st->table->text : m.name;
    ret->file = said->from->text;
    ret->left = m.left;
    ret->samples = importable(&m, ret->name) ? m.samples : 0;
    return 0;
}

/* ---- like TABLE */

/* Local servers do not know every operation; then there is nothing to take over. What may not be
 * seen, or cannot be, is not taken over, and said to be so. */
static int fetch_setting(struct session *s, const char *operation, const char *what,
                         struct str table, struct call **ret, struct str *left, struct arena *a,
                         struct err *e)
{
    int r = dynamo_call_table(s->dynamo, operation, table, ret, e);

    if (r != ERR_FAILED || !e->service[0])
        return r;
    if (!str_is(str_of(e->service), "UnknownOperationException"))
        *left = arena_printf(a, "%.*s%s%s (%s)", STR_ARG(*left), left->len ? ", " : "", what,
                             e->service);
    return 0;
}

static const struct json *answer(struct call *c)
{
    return c ? call_reply(c)->rest : NULL;
}

/* The answers live no longer than their calls, so that the definition is read from copies. */
static int keep(struct arena *a, const struct json *answer, struct json **ret, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};

    *ret = NULL;
    if (!answer)
        return 0;
    json_write(&text, answer, false);
    return json_parse(a, buf_str(&text), 100, ret, e);
}

/* When the table is not there, the schemas know to say which are. */
static int not_described(struct session *s, struct str name, int code, struct err *e)
{
    const struct table *t;

    if (!str_is(str_of(e->service), "ResourceNotFoundException"))
        return code;
    return schema_refresh(s->schemas, name, &t, e) < 0 ? e->code : code;
}

static int fetch_all(struct session *s, struct arena *a, struct str name, struct json *answers[3],
                     struct str *left, struct err *e)
{
    static const struct {
        const char *operation, *what;
    } settings[] = {{"DescribeTimeToLive", "time to live"},
                    {"DescribeContinuousBackups", "point-in-time recovery"}};
    struct call *c = NULL;
    int r = dynamo_call_table(s->dynamo, "DescribeTable", name, &c, e);

    if (r < 0)
        return not_described(s, name, r, e);
    r = keep(a, answer(c), &answers[0], e);
    call_free(c);
    for (size_t i = 0; i < ARRAY_LEN(settings) && r == 0; i++) {
        c = NULL;
        r = fetch_setting(s, settings[i].operation, settings[i].what, name, &c, left, a, e);
        if (r == 0)
            r = keep(a, answer(c), &answers[i + 1], e);
        call_free(c);
    }
    return r;
}

static int like_table(struct session *s, struct arena *a, struct str name, struct table_def *def,
                      struct creation *ret, struct err *e)
{
    struct json *answers[3] = {NULL, NULL, NULL};
    struct table *t = arena_new(a, struct table);
    struct str unseen = STR(""), left;
    int r = fetch_all(s, a, name, answers, &unseen, e);

    if (r < 0)
        return r;
    const struct json *table = json_get(answers[0], "Table");

    r = describe_decode(a, table, t, e);
    if (r < 0)
        return r;
    like_definition(a, t, table, answers[1], answers[2], def, &left);
    ret->left = unseen.len && left.len
                    ? arena_printf(a, "%.*s, %.*s", STR_ARG(left), STR_ARG(unseen))
                : unseen.len ? unseen
                             : left;
    return 0;
}

/* ---- */

int create_prepare(struct session *s, struct arena *a, const struct statement *st,
                   struct creation *ret, struct err *e)
{
    const struct table_def *said = st->create;
    const struct word *where = said->from ? said->from : said->like;
    struct table_def *def;
    int r;

    *ret = (struct creation){.name = st->table ? st->table->text : STR(""), .def = said};
    if (!where)
        return 0;
    def = arena_new(a, struct table_def);
    r = said->from ? from_file(s, a, st, def, ret, e)
                   : like_table(s, a, said->like->text, def, ret, e);
    if (r < 0) {
        if (e->at.from == UINT32_MAX)
            e->at = where->at;
        return r;
    }
    def->nowait = said->nowait;
    ret->def = def;
    return 0;
}

void create_say_left(struct session *s, const struct creation *c)
{
    if (c->left.len)
        session_say(s, "not taken over: %.*s", STR_ARG(c->left));
}

static int plan_creation(struct arena *a, const struct creation *c, struct plan *ret, struct err *e)
{
    char token[DYNAMO_TOKEN_LEN];

    if (!c->def->s3)
        return plan_create_table(a, c->name, c->def, ret, e);
    int r = dynamo_make_token(token, e);

    return r < 0 ? r : plan_import_table(a, c->name, c->def, str_of(token), ret, e);
}

int create_plan(struct session *s, struct arena *a, const struct statement *st, struct plan *ret,
                struct err *e)
{
    struct creation c;
    int r = create_prepare(s, a, st, &c, e);

    if (r < 0)
        return r;
    create_say_left(s, &c);
    r = plan_table_names(c.name, c.def, e);
    return r < 0 ? r : plan_creation(a, &c, ret, e);
}

/* ---- the creation and what follows it */

static int call(struct session *s, const char *operation, struct str body, struct err *e)
{
    struct call *c = NULL;
    int r = dynamo_call(s->dynamo, operation, body, &c, e);

    call_free(c);
    return r;
}

/* What follows the creation: operations of their own, which need the table to be ACTIVE. All are
 * tried. A failure leaves the table in place, and the message says so. */
static int finish(struct session *s, const struct creation *c, const struct table_step *steps,
                  size_t count, struct err *e)
{
    _cleanup_(buf_free) struct buf failed = {0};
    int code = waiting_until_active(s, c->name, e);

    if (code < 0)
        return code;
    for (size_t i = 0; i < count; i++) {
        struct err why;
        int r = call(s, steps[i].operation, steps[i].body, &why);

        if (r == ERR_CANCELLED)
            return err_set(e, r, "interrupted: the table is there, but its %s is not set",
                           steps[i].what);
        if (r == 0)
            continue;
        buf_addf(&failed, "%s%s could not be set: %s", failed.len ? "; " : "", steps[i].what,
                 why.text);
        code = code ? code : r;
    }
    if (code < 0)
        return err_set(e, code, "the table is there, but %s", buf_cstr(&failed));
    session_note(s, "%.*s is ACTIVE", STR_ARG(c->name));
    return 0;
}

static void say_samples(struct session *s, const struct creation *c)
{
    struct value file = {.type = ATTR_S,
                         .bytes = c->file.s,
                         .len = (uint32_t)c->file.len}; /* as a word that can be typed */
    _cleanup_(buf_free) struct buf word = {0};

    if (!c->samples)
        return;
    notation_add_key(&word, &file);
    session_say(s, "the model has %zu item%s for it: `import %s into %.*s` writes %s",
                (size_t)c->samples, c->samples == 1 ? "" : "s", buf_cstr(&word), STR_ARG(c->name),
                c->samples == 1 ? "it" : "them");
}

static void note_import(struct session *s, const struct json *about)
{
    _cleanup_(buf_free) struct buf line = {0};
    uint64_t n;

    if (json_get_u64(about, "ImportedItemCount", &n))
        text_plural(&line, n, "item", "items");
    if (json_get_u64(about, "ProcessedSizeBytes", &n)) {
        buf_lit(&line, "  ");
        text_bytes(&line, n);
    }
    session_note(s, "%s", buf_cstr(&line));
    if (json_get_u64(about, "ErrorCount", &n) && n)
        session_warn(s, "%zu item%s not imported: the log group %.*s says why", (size_t)n,
                     n == 1 ? " was" : "s were",
                     STR_ARG(json_text(about, "CloudWatchLogGroupArn")));
}

/* The service makes the table, fills it, and says in between how far it is. */
static int make_from_s3(struct session *s, struct arena *a, const struct creation *c,
                        struct str body, struct err *e)
{
    _cleanup_(arena_free) struct arena description = {0};
    struct json *about = NULL;
    struct call *call = NULL;
    struct str arn = STR("");
    int r = dynamo_call(s->dynamo, "ImportTable", body, &call, e);

    if (r == 0)
        arn = arena_str(
            a, json_text(json_get(call_reply(call)->rest, "ImportTableDescription"), "ImportArn"));
    call_free(call);
    if (r < 0)
        return r;
    session_note(s, "%.*s", STR_ARG(arn));
    if (c->def->nowait)
        return 0;
    r = waiting_for_job(s, arn, &description, &about, e);
    if (r == 0)
        note_import(s, about);
    return r;
}

static int create(struct session *s, const struct statement *st, struct arena *a,
                  const struct creation *c, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    struct table_step steps[TABLE_STEPS_MAX];
    size_t count = plan_table_steps(a, c->name, c->def, steps);
    struct plan p;
    int r = plan_table_names(c->name, c->def, e);

    if (r == 0)
        r = plan_creation(a, c, &p, e);
    if (r < 0)
        return r;
    if (c->def->nowait && count) {
        err_at(e, ERR_SYNTAX, st->at,
               "ttl and pitr can be set only when the table is ACTIVE, which nowait does not wait "
               "for");
        return ERR_SYNTAX;
    }
    plan_first_body(&body, &p, false);
    session_note(s, "%.*s", STR_ARG(p.line));
    r = c->def->s3 ? make_from_s3(s, a, c, buf_str(&body), e)
                   : call(s, p.operation, buf_str(&body), e);
    schema_forget(s->schemas, STR(""));
    schema_forget(s->schemas, c->name);
    if (r < 0)
        return r;
    create_say_left(s, c);
    say_samples(s, c);
    return c->def->nowait ? 0 : finish(s, c, steps, count, e);
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(arena_free) struct arena a = {0};
    struct creation c;
    int r = create_prepare(s, &a, st, &c, e);

    return r < 0 ? r : create(s, st, &a, &c, e);
}

const struct command cmd_create = {.run = run, .changes = true};
