#include "pksk/cmd/command.h"

#include "pksk/json/tree.h"
#include "pksk/out/text.h"
#include "pksk/plan/define.h"
#include "pksk/session/output.h"

static void add_field(struct buf *b, const char *name, struct str value)
{
    if (!value.len)
        return;
    text_pad(b, str_of(name), 14, false);
    text_escape(b, value);
    buf_char(b, '\n');
}

static void add_index(struct buf *b, const struct index *index)
{
    _cleanup_(buf_free) struct buf line = {0};

    buf_addf(&line, "%.*s (", STR_ARG(index->name));
    define_key(&line, &index->key);
    buf_lit(&line, ")");
    if (str_is(index->projection, "KEYS_ONLY"))
        buf_lit(&line, "  keys only");
    else if (str_is(index->projection, "INCLUDE"))
        buf_lit(&line, "  some attributes");
    else
        buf_lit(&line, "  all attributes");
    if (index->status.len && !str_is(index->status, "ACTIVE"))
        buf_addf(&line, "  %.*s", STR_ARG(index->status));
    add_field(b, index->local ? "local index" : "index", buf_str(&line));
}

static void add_lines(struct buf *b, const struct table *t, const struct table_facts *facts)
{
    _cleanup_(buf_free) struct buf key = {0}, size = {0};

    add_field(b, "table", t->name);
    add_field(b, "status", t->status);
    define_key(&key, &t->key);
    add_field(b, "key", buf_str(&key));
    for (size_t i = 0; i < t->index_count; i++)
        add_index(b, &t->indexes[i]);
    text_count(&size, t->item_count);
    buf_addf(&size, " item%s, ", t->item_count == 1 ? "" : "s");
    text_bytes(&size, t->size_bytes);
    buf_lit(&size, " (up to six hours old)");
    add_field(b, "size", buf_str(&size));
    add_field(b, "capacity", facts->capacity);
    add_field(b, "class", facts->table_class);
    add_field(b, "time to live", facts->ttl);
    add_field(b, "stream", facts->stream);
    add_field(b, "protected", facts->protect ? STR("yes: drop table is refused") : STR(""));
    add_field(b, "arn", t->arn);
}

static int render(struct session *s, const struct statement *st, struct str name, struct buf *text,
                  struct err *e)
{
    struct call *table = NULL, *ttl = NULL;
    struct arena a = {0};
    struct table_facts facts;
    const struct table *t;
    struct err why;
    int r = schema_refresh(s->schemas, name, &t, e);

    if (r == 0)
        r = dynamo_call_table(s->dynamo, "DescribeTable", name, &table, e);
    if (r < 0)
        return r;
    /* Some servers do not know this operation; then there is nothing to say of it. */
    if (dynamo_call_table(s->dynamo, "DescribeTimeToLive", name, &ttl, &why) < 0)
        ttl = NULL;
    const struct json *description = json_get(call_reply(table)->rest, "Table");

    define_facts(&a, description, ttl ? call_reply(ttl)->rest : NULL, &facts);
    if (!st->as)
        add_lines(text, t, &facts);
    else if (str_is(str_of(st->as), "create"))
        define_statement(text, t, &facts);
    else if (str_is(str_of(st->as), "cloudformation"))
        define_cloudformation(text, description, &facts);
    else
        json_write(text, description, true);
    if (st->as && !str_is(str_of(st->as), "create"))
        buf_char(text, '\n');
    call_free(table);
    call_free(ttl);
    arena_free(&a);
    return 0;
}

/* Lines are escaped field by field. A statement goes elsewhere as it is, so that it can be run. */
static int print(struct session *s, const struct statement *st, struct str text, struct err *e)
{
    _cleanup_(buf_free) struct buf safe = {0};

    if (!st->as)
        return output_print(s, st, text, e);
    if (!str_is(str_of(st->as), "create"))
        text_escape_json(&safe, text);
    else if (s->out_terminal && st->redirect == REDIRECT_NONE)
        text_escape_statement(&safe, text);
    else
        return output_print(s, st, text, e);
    return output_print(s, st, buf_str(&safe), e);
}

static bool wants_json(const struct session *s)
{
    enum format f;

    return format_from(str_of(s->settings.format), &f) && f == FORMAT_JSON;
}

static int run(struct session *s, const struct statement *written, struct err *e)
{
    struct statement as_json = *written;
    const struct statement *st = written;
    _cleanup_(buf_free) struct buf text = {0};

    if (!written->as && wants_json(s)) {
        as_json.as = "json";
        st = &as_json;
    }
    struct str name;
    int r = session_table_name(s, st->table, &name, e);

    if (r < 0)
        return r;
    _cleanup_(cleanup_free) char *copy = mem_dup(name.s, name.len);

    r = render(s, st, str_of(copy), &text, e);
    return r < 0 ? r : print(s, st, buf_str(&text), e);
}

const struct command cmd_describe = {.run = run};
