#include "dump.h"

static void dump_expr(struct buf *b, const struct expr *x);

static void add_quoted(struct buf *b, struct str t, unsigned char last)
{
    buf_char(b, '"');
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.s[i];

        if (c == '"' || c == '\\')
            buf_addf(b, "\\%c", c);
        else if (c < 0x20 || c == 0x7f || c > last)
            buf_addf(b, "\\x%02x", c);
        else
            buf_char(b, (char)c);
    }
    buf_char(b, '"');
}

static void add_text(struct buf *b, struct str t)
{
    add_quoted(b, t, 0xff);
}

static void add_word(struct buf *b, const struct word *w)
{
    if (w->form == WORD_BINARY) {
        buf_lit(b, "bytes");
        add_quoted(b, w->text, 0x7e);
    } else if (w->form == WORD_QUOTED) {
        add_text(b, w->text);
    } else {
        buf_addf(b, "%.*s", STR_ARG(w->text));
    }
}

static void add_words(struct buf *b, const struct word *w)
{
    for (; w; w = w->next) {
        buf_char(b, ' ');
        add_word(b, w);
    }
}

static void add_value(struct buf *b, const struct value *v)
{
    const char *separator = "";

    if (v->type == ATTR_N)
        buf_addf(b, "%.*s", STR_ARG(value_text(v)));
    else if (v->type == ATTR_BOOL)
        buf_str_add(b, v->boolean ? STR("true") : STR("false"));
    else if (v->type == ATTR_NULL)
        buf_lit(b, "null");
    if (v->type == ATTR_S)
        add_text(b, value_text(v));
    if (v->type == ATTR_B) {
        buf_lit(b, "B");
        add_quoted(b, value_text(v), 0x7e);
    }
    if (v->type < ATTR_M)
        return;
    buf_addf(b, "%s(", attr_type_name(v->type));
    value_each (x, v) {
        buf_str_add(b, str_of(separator));
        separator = ", ";
        if (v->type == ATTR_M) {
            add_text(b, value_name(x));
            buf_lit(b, ": ");
        }
        add_value(b, x);
    }
    buf_char(b, ')');
}

static void add_path(struct buf *b, const struct path *path)
{
    for (const struct path_step *s = path->steps; s; s = s->next) {
        if (!s->name.s)
            buf_addf(b, "[%u]", s->index);
        else
            buf_addf(b, "%s%.*s", s == path->steps ? "" : "/", STR_ARG(s->name));
    }
}

static void add_paths(struct buf *b, const struct path *path)
{
    for (; path; path = path->next) {
        buf_char(b, ' ');
        add_path(b, path);
    }
}

static void add_kids(struct buf *b, const char *name, const struct expr *x)
{
    buf_addf(b, "(%s", name);
    for (const struct expr *k = x->first; k; k = k->next) {
        buf_char(b, ' ');
        dump_expr(b, k);
    }
    buf_char(b, ')');
}

static void dump_expr(struct buf *b, const struct expr *x)
{
    static const char *const kinds[] = {
        [EXPR_AND] = "and", [EXPR_OR] = "or",  [EXPR_NOT] = "not", [EXPR_BETWEEN] = "between",
        [EXPR_IN] = "in",   [EXPR_PLUS] = "+", [EXPR_MINUS] = "-"};
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">="};
    static const char *const funcs[] = {"attribute_exists", "attribute_not_exists",
                                        "attribute_type",   "begins_with",
                                        "contains",         "size",
                                        "if_not_exists",    "list_append"};

    if (x->kind == EXPR_PATH)
        add_path(b, x->path);
    else if (x->kind == EXPR_VALUE)
        add_value(b, x->value);
    else if (x->kind == EXPR_COMPARE)
        add_kids(b, ops[x->op], x);
    else if (x->kind == EXPR_CALL)
        add_kids(b, funcs[x->func], x);
    else
        add_kids(b, kinds[x->kind], x);
}

static void add_sort(struct buf *b, const struct sort_condition *s)
{
    static const char *const ops[] = {"=", "<", "<=", ">", ">=", "between", "begins"};

    for (; s; s = s->next) {
        buf_addf(b, "%s %s ", "", ops[s->op]);
        add_word(b, s->a);
        if (s->b) {
            buf_char(b, ' ');
            add_word(b, s->b);
        }
    }
}

static void begin(struct buf *b, unsigned indent, const char *name)
{
    buf_addf(b, "\n%*s%s", (int)indent, "", name);
}

static void dump_keys(struct buf *b, unsigned in, const struct key *k)
{
    for (; k; k = k->next) {
        begin(b, in, "key");
        add_words(b, k->partition);
        if (k->sort) {
            buf_lit(b, " |");
            add_sort(b, k->sort);
        }
    }
}

static void add_key_attributes(struct buf *b, const char *name, const struct key_attribute *k)
{
    if (k)
        buf_addf(b, " %s", name);
    for (; k; k = k->next)
        buf_addf(b, " %.*s:%s", STR_ARG(k->name), attr_type_name(k->type));
}

static void dump_create(struct buf *b, unsigned in, const struct table_def *t)
{
    static const char *const projections[] = {"all", "keys", "include"};

    if (t->from || t->like) {
        begin(b, in, t->from ? "from" : "like");
        add_words(b, t->from ? t->from : t->like);
        add_words(b, t->resource);
    } else {
        begin(b, in, "keys");
    }
    add_key_attributes(b, "hash", t->partition);
    add_key_attributes(b, "range", t->sort);
    for (const struct index_def *x = t->indexes; x; x = x->next) {
        begin(b, in, x->local ? "local" : "index");
        buf_addf(b, " %.*s", STR_ARG(x->name));
        add_key_attributes(b, "hash", x->partition);
        add_key_attributes(b, "range", x->sort);
        buf_addf(b, " project %s", projections[x->projection]);
        add_words(b, x->include);
    }
    if (t->read_units || t->write_units) {
        begin(b, in, "units");
        buf_addf(b, " %llu %llu", (unsigned long long)t->read_units,
                 (unsigned long long)t->write_units);
    }
    if (t->ttl) {
        begin(b, in, "ttl");
        add_words(b, t->ttl);
    }
    if (t->stream) {
        begin(b, in, "stream");
        buf_addf(b, " %s", t->stream);
    }
    if (t->pitr)
        begin(b, in, "pitr");
    if (t->protect)
        begin(b, in, "protect");
    if (t->nowait)
        begin(b, in, "nowait");
}

static void dump_updates(struct buf *b, unsigned in, const struct update_action *u)
{
    static const char *const kinds[] = {"set", "remove", "add", "delete"};

    for (; u; u = u->next) {
        begin(b, in, kinds[u->kind]);
        buf_char(b, ' ');
        add_path(b, u->path);
        if (u->value) {
            buf_char(b, ' ');
            dump_expr(b, u->value);
        }
    }
}

static void dump_items(struct buf *b, unsigned in, const struct statement *st)
{
    dump_keys(b, in, st->keys);
    if (st->item) {
        begin(b, in, "item ");
        add_value(b, st->item);
    }
    dump_updates(b, in, st->updates);
    if (st->filter) {
        begin(b, in, "where ");
        dump_expr(b, st->filter);
    }
    if (st->condition) {
        begin(b, in, "if ");
        dump_expr(b, st->condition);
    }
    if (st->select) {
        begin(b, in, "select");
        add_paths(b, st->select);
    }
}

static void dump_partiql(struct buf *b, unsigned in, const struct statement *st)
{
    for (const struct partiql *one = st->partiql; one; one = one->next) {
        begin(b, in, st->batch ? "statement " : "partiql ");
        add_text(b, one->text);
        for (const struct value *v = one->parameters; v; v = v->next) {
            buf_str_add(b, v == one->parameters ? STR(" with ") : STR(", "));
            add_value(b, v);
        }
    }
}

static void dump_summary(struct buf *b, unsigned in, const struct statement *st)
{
    if (st->sample_items)
        buf_addf(b, "\n%*ssample %llu", (int)in, "", (unsigned long long)st->sample_items);
    if (st->sample_share > 0)
        buf_addf(b, "\n%*ssample %g of it", (int)in, "", st->sample_share);
    for (const struct measure *m = st->measures; m; m = m->next)
        buf_addf(b, "\n%*smeasure %d %.*s", (int)in, "", (int)m->kind, STR_ARG(m->name));
    for (const struct group_key *g = st->groups; g; g = g->next)
        buf_addf(b, "\n%*sby %d %.*s", (int)in, "", (int)g->kind, STR_ARG(g->name));
    for (const struct order *o = st->order; o; o = o->next)
        buf_addf(b, "\n%*sorder %.*s%s", (int)in, "", STR_ARG(o->name),
                 o->descending ? " desc" : "");
}

static void dump_options(struct buf *b, unsigned in, const struct statement *st)
{
    if (st->limit)
        buf_addf(b, "\n%*slimit %llu", (int)in, "", (unsigned long long)st->limit);
    if (st->segments)
        buf_addf(b, "\n%*ssegments %llu", (int)in, "", (unsigned long long)st->segments);
    if (st->descending)
        begin(b, in, "desc");
    if (st->consistent)
        begin(b, in, "consistent");
    if (st->count)
        begin(b, in, "count");
    dump_summary(b, in, st);
    if (st->return_values)
        buf_addf(b, "\n%*sreturn %s", (int)in, "", st->return_values);
    if (st->redirect != REDIRECT_NONE) {
        begin(b, in, st->redirect == REDIRECT_PIPE ? "pipe" : "into");
        add_words(b, st->target);
    }
    if (st->dry)
        begin(b, in, "dry");
    if (st->revert)
        begin(b, in, "revert");
    if (st->whole)
        begin(b, in, "then get");
    if (st->from_start)
        begin(b, in, "from start");
    if (st->interval_ms)
        buf_addf(b, "\n%*severy %llu ms", (int)in, "", (unsigned long long)st->interval_ms);
    if (st->as)
        buf_addf(b, "\n%*sas %s", (int)in, "", st->as);
    if (st->args) {
        begin(b, in, "args");
        add_words(b, st->args);
    }
    if (st->rest.len)
        buf_addf(b, "\n%*srest %.*s", (int)in, "", STR_ARG(st->rest));
}

static void dump_side(struct buf *b, unsigned in, const struct diff_side *side)
{
    const struct word *place[] = {side->profile, side->region, side->endpoint};

    begin(b, in, "side");
    for (unsigned i = 0; i < 3; i++) {
        if (place[i])
            buf_addf(b, " %s %.*s", (const char *[]){"profile", "region", "endpoint"}[i],
                     STR_ARG(place[i]->text));
    }
    if (side->elsewhere.len)
        buf_addf(b, " {%.*s}", STR_ARG(side->elsewhere));
    if (side->file)
        buf_addf(b, " file %.*s", STR_ARG(side->file->text));
    else if (side->reading)
        dump_statement((buf_char(b, ' '), b), side->reading, in);
    else if (side->table)
        buf_addf(b, " table %.*s", STR_ARG(side->table->text));
}

static void dump_s3(struct buf *b, unsigned in, const struct statement *st)
{
    const struct word *times[] = {st->time_at, st->time_from, st->time_to};

    if (st->s3)
        buf_addf(b, "\n%*sto %.*s", (int)in, "", STR_ARG(st->s3->text));
    for (unsigned i = 0; i < 3; i++) {
        if (times[i])
            buf_addf(b, "\n%*s%s %.*s", (int)in, "", (const char *[]){"at", "from", "to"}[i],
                     STR_ARG(times[i]->text));
    }
    if (st->nowait)
        begin(b, in, "nowait");
    if (st->create && st->create->s3)
        buf_addf(b, "\n%*sitems from %.*s %s %s", (int)in, "", STR_ARG(st->create->s3->text),
                 st->create->s3_format, st->create->s3_compression);
}

static void dump_diff(struct buf *b, unsigned in, const struct statement *st)
{
    for (unsigned i = 0; st->sides && i < 2; i++)
        dump_side(b, in, &st->sides[i]);
    if (st->without) {
        begin(b, in, "without");
        add_paths(b, st->without);
    }
    if (st->by) {
        begin(b, in, "by");
        add_paths(b, st->by);
    }
    if (st->keys_only)
        begin(b, in, "keys");
}

void dump_statement(struct buf *b, const struct statement *st, unsigned in)
{
    if (st->habit.len)
        buf_addf(b, "pksk writes: %.*s\n", STR_ARG(st->habit));
    buf_addf(b, "%s", verb_name(st->verb));
    if (st->table) {
        buf_lit(b, " table ");
        add_word(b, st->table);
    }
    if (st->index) {
        buf_lit(b, " index ");
        add_word(b, st->index);
    }
    dump_items(b, in + 2, st);
    dump_partiql(b, in + 2, st);
    dump_diff(b, in + 2, st);
    dump_s3(b, in + 2, st);
    if (st->create)
        dump_create(b, in + 2, st->create);
    dump_options(b, in + 2, st);
    if (st->then) {
        begin(b, in + 2, "then ");
        dump_statement(b, st->then, in + 2);
    }
    if (st->inner) {
        begin(b, in + 2, "");
        dump_statement(b, st->inner, in + 2);
    }
}

void dump_point(struct buf *b, const struct lang_point *point)
{
    static const char *const kinds[] = {
        [EXPECT_COMMAND] = "COMMAND",   [EXPECT_TABLE] = "TABLE",
        [EXPECT_INDEX] = "INDEX",       [EXPECT_PARTITION_KEY] = "PARTITION",
        [EXPECT_SORT_KEY] = "SORT",     [EXPECT_ATTRIBUTE] = "ATTRIBUTE",
        [EXPECT_VALUE] = "VALUE",       [EXPECT_NUMBER] = "NUMBER",
        [EXPECT_FILE] = "FILE",         [EXPECT_SHELL_COMMAND] = "SHELL",
        [EXPECT_SETTING] = "SETTING",   [EXPECT_SETTING_VALUE] = "SETTING_VALUE",
        [EXPECT_VARIABLE] = "VARIABLE", [EXPECT_TOPIC] = "TOPIC",
        [EXPECT_PROFILE] = "PROFILE",   [EXPECT_REGION] = "REGION",
        [EXPECT_NAME] = "NAME",         [EXPECT_OPERATION] = "OPERATION",
    };
    const char *separator = "";

    for (const struct expect *x = point->expected; x; x = x->next) {
        buf_str_add(b, str_of(separator));
        separator = " ";
        buf_str_add(b, x->kind == EXPECT_WORD ? x->text : str_of(kinds[x->kind]));
    }
    if (!point->expected)
        buf_lit(b, "nothing");
    if (point->prefix.len || point->quote) {
        buf_lit(b, "\nprefix ");
        if (point->quote)
            buf_char(b, point->quote);
        buf_str_add(b, point->prefix);
    }
    if (point->so_far) {
        buf_lit(b, "\nso far ");
        dump_statement(b, point->so_far, 0);
    }
}

const char *dump_class(enum token_class class)
{
    static const char *const names[] = {"verb", "clause",   "string",  "number",
                                        "name", "operator", "comment", "wrong"};

    return names[class];
}
