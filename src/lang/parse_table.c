#include "pksk/lang/parser.h"

int parse_use(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "use";
    code = word_need(p, EXPECT_TABLE, "a table", &w);
    p->after = "the table";
    return code ? code : parse_own_table(p, w);
}

int parse_tables(struct parser *p)
{
    struct word_read r;
    int code;

    p->after = "tables";
    parser_blanks(p);
    parser_want(p, EXPECT_TABLE, WANT_ALONE, "a pattern of table names");
    code = parser_key_ends(p) ? 0 : word_read(p, WORD_PLAIN, TOKEN_NAME, &r);
    if (code < 0)
        return code;
    if (code) {
        word_append(&p->st->args, word_make(p, &r, 0));
        p->after = "the pattern";
    }
    return parse_clauses(p);
}

int parse_as(struct parser *p, const char *const *kinds, size_t count)
{
    if (!parser_keyword(p, WANT_CLAUSE, "as"))
        return 0;
    p->after = "as";
    for (size_t i = 0; i < count; i++) {
        if (parser_keyword(p, WANT_ALONE, kinds[i])) {
            p->st->as = kinds[i];
            p->after = kinds[i];
            return 0;
        }
    }
    return parser_unexpected(p);
}

/* A table, or the word that goes on without one. */
static int maybe_table(struct parser *p, const char *word)
{
    struct word *w;
    int code = 0;

    parser_blanks(p);
    parser_want(p, EXPECT_TABLE, WANT_ALONE, "a table");
    parser_want(p, EXPECT_WORD, WANT_CLAUSE, word);
    if (!parser_is(p, word))
        code = word_maybe(p, EXPECT_TABLE, "a table", &w);
    if (code <= 0)
        return code;
    code = parse_own_table(p, w);
    p->after = "the table";
    return code;
}

int parse_describe(struct parser *p)
{
    static const char *const kinds[] = {"create", "cloudformation", "json"};
    int code;

    p->after = "describe";
    code = maybe_table(p, "as");
    if (!code)
        code = parse_as(p, kinds, ARRAY_LEN(kinds));
    return code ? code : parse_clauses(p);
}

/* jobs [ARN] */
int parse_jobs(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "jobs";
    parser_blanks(p);
    code = parser_key_ends(p) ? 0 : word_maybe(p, EXPECT_NAME, "the ARN of a job", &w);
    if (code > 0) {
        word_append(&p->st->args, w);
        p->after = "the ARN";
    }
    return code < 0 ? code : parse_clauses(p);
}

int parse_drop(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "drop";
    if (!parser_keyword(p, WANT_ALONE, "table"))
        return parser_unexpected(p);
    p->after = "table";
    code = word_need(p, EXPECT_TABLE, "a table", &w);
    p->after = "the table";
    return code ? code : parse_own_table(p, w);
}

/* [TABLE] [from start], and then clauses. A table of the name "from" is quoted. */
int parse_tail(struct parser *p)
{
    int code;

    p->after = "tail";
    code = maybe_table(p, "from");
    if (code)
        return code;
    if (parser_keyword(p, WANT_CLAUSE, "from")) {
        p->after = "from";
        if (!parser_keyword(p, WANT_ALONE, "start"))
            return parser_unexpected(p);
        p->st->from_start = true;
        p->after = "from start";
    }
    return parse_clauses(p);
}

/* --- create table --- */

/* pk S */
static int key_attribute(struct parser *p, struct key_attribute **ret)
{
    static const struct {
        const char *name;
        enum attr_type type;
    } types[] = {{"S", ATTR_S}, {"N", ATTR_N}, {"B", ATTR_B}};
    struct key_attribute *k = arena_new(p->arena, struct key_attribute);
    size_t from;
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_NAME, WANT_ALONE, "the name of a key attribute");
    from = p->at;
    code = word_attribute(p, &k->name);
    if (code <= 0)
        return code ? code : parser_unexpected(p);
    p->after = "the attribute";
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (parser_keyword(p, WANT_ALONE, types[i].name)) {
            k->type = types[i].type;
            k->at = parser_span(p, from);
            *ret = k;
            p->after = "the key attribute";
            return 0;
        }
    }
    return parser_unexpected(p);
}

/* pk S, or (a S, b S) */
static int index_key(struct parser *p, struct key_attribute **ret)
{
    unsigned count = 0;
    int code;

    if (!parser_open(p, '('))
        return key_attribute(p, ret);
    do {
        p->after = "the bracket";
        if (count++ == PARSER_KEY_PARTS_MAX)
            return parser_fail(p, parser_span(p, p->at),
                               "a key of an index has at most %d attributes", PARSER_KEY_PARTS_MAX);
        code = key_attribute(p, ret);
        if (code)
            return code;
        ret = &(*ret)->next;
    } while (parser_comma(p));
    return parser_close(p, ')');
}

static int attribute_word(struct parser *p, struct word **ret)
{
    struct word *w = arena_new(p->arena, struct word);
    size_t from;
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_ATTRIBUTE, WANT_ALONE, "an attribute");
    from = p->at;
    code = word_attribute(p, &w->text);
    if (code <= 0)
        return code ? code : parser_unexpected(p);
    w->at = parser_span(p, from);
    *ret = w;
    return 0;
}

static int include_list(struct parser *p, struct index_def *x)
{
    struct word **last = &x->include;
    int code;

    x->projection = PROJECT_INCLUDE;
    p->after = "include";
    if (!parser_open(p, '('))
        return parser_unexpected(p);
    p->after = "the bracket";
    do {
        struct word *w;

        code = attribute_word(p, &w);
        if (code)
            return code;
        *last = w;
        last = &w->next;
        p->after = "the attribute";
    } while (parser_comma(p));
    return parser_close(p, ')');
}

static int index_projection(struct parser *p, struct index_def *x)
{
    if (!parser_keyword(p, WANT_PART, "project"))
        return 0;
    p->after = "project";
    if (parser_keyword(p, WANT_ALONE, "all"))
        x->projection = PROJECT_ALL;
    else if (parser_keyword(p, WANT_ALONE, "keys"))
        x->projection = PROJECT_KEYS;
    else if (str_starts_ci(str_slice(p->text, p->at, p->text.len), STR("include(")))
        p->at += strlen("include");
    else if (!parser_keyword(p, WANT_ALONE, "include"))
        return parser_unexpected(p);
    else
        return include_list(p, x);
    if (parser_look(p, 0) == '(')
        return include_list(p, x);
    p->after = "the projection";
    return 0;
}

#define INDEXES_MAX 100 /* DynamoDB makes 25, or more when asked to */

static int table_index(struct parser *p, bool local)
{
    struct index_def **last = &p->st->create->indexes, *x = arena_new(p->arena, struct index_def);
    struct word *name;
    unsigned count = 0;
    int code;

    p->after = "index";
    code = word_need(p, EXPECT_NAME, "a name for the index", &name);
    if (code)
        return code;
    for (const struct index_def *i = *last; i; i = i->next) {
        if (++count > INDEXES_MAX)
            return parser_fail(p, name->at, "more than %d indexes", INDEXES_MAX);
        if (str_eq(i->name, name->text))
            return parser_fail(p, name->at, "two indexes have this name");
    }
    x->name = name->text;
    x->at = name->at;
    x->local = local;
    p->after = "the index";
    if (!parser_open(p, '('))
        return parser_unexpected(p);
    p->after = "the bracket";
    code = index_key(p, &x->partition);
    if (code)
        return code;
    parser_comma(p);
    parser_blanks(p);
    if (parser_look(p, 0) != ')')
        code = index_key(p, &x->sort);
    if (code)
        return code;
    code = parser_close(p, ')');
    if (code)
        return code;
    while (*last)
        last = &(*last)->next;
    *last = x;
    p->after = "the keys of the index";
    return index_projection(p, x);
}

static int table_local(struct parser *p)
{
    p->after = "local";
    if (!parser_keyword(p, WANT_ALONE, "index"))
        return parser_unexpected(p);
    return table_index(p, true);
}

static int table_global(struct parser *p)
{
    return table_index(p, false);
}

static int table_on_demand(struct parser *p)
{
    p->st->create->read_units = p->st->create->write_units = 0;
    return 0;
}

static int table_provisioned(struct parser *p)
{
    int code;

    p->after = "provisioned";
    code = word_number(p, "the number of read units", 1, UINT32_MAX, &p->st->create->read_units);
    if (code)
        return code;
    p->after = "the read units";
    return word_number(p, "the number of write units", 1, UINT32_MAX, &p->st->create->write_units);
}

static int table_ttl(struct parser *p)
{
    p->after = "ttl";
    return attribute_word(p, &p->st->create->ttl);
}

static int table_stream(struct parser *p)
{
    static const struct {
        const char *word, *type;
    } types[] = {{"new-and-old", "NEW_AND_OLD_IMAGES"},
                 {"new", "NEW_IMAGE"},
                 {"old", "OLD_IMAGE"},
                 {"keys", "KEYS_ONLY"}};

    p->after = "stream";
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (parser_keyword(p, WANT_ALONE, types[i].word)) {
            p->st->create->stream = types[i].type;
            return 0;
        }
    }
    return parser_unexpected(p);
}

static int table_pitr(struct parser *p)
{
    p->st->create->pitr = true;
    return 0;
}

static int table_protect(struct parser *p)
{
    p->st->create->protect = true;
    return 0;
}

static int table_nowait(struct parser *p)
{
    p->st->create->nowait = true;
    return 0;
}

/* from s3://BUCKET/PREFIX [csv|ion] [gzip|zstd|uncompressed] */
static int table_from_s3(struct parser *p)
{
    static const struct {
        const char *word, *format, *compression;
    } kinds[] = {{"csv", "CSV", "NONE"},
                 {"ion", "ION", "GZIP"},
                 {"gzip", NULL, "GZIP"},
                 {"zstd", NULL, "ZSTD"},
                 {"uncompressed", NULL, "NONE"}};
    struct table_def *t = p->st->create;

    p->after = "from";
    int code = word_need(p, EXPECT_NAME, "s3://BUCKET/PREFIX", &t->s3);

    if (code)
        return code;
    if (!str_starts(t->s3->text, STR("s3://")))
        return parser_fail(p, t->s3->at,
                           "expected s3://BUCKET/PREFIX: behind keys the items of the "
                           "new table come from S3");
    t->s3_format = "DYNAMODB_JSON";
    t->s3_compression = "GZIP";
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!parser_keyword(p, WANT_PART, kinds[i].word))
            continue;
        t->s3_compression = kinds[i].compression;
        if (kinds[i].format)
            t->s3_format = kinds[i].format;
    }
    return 0;
}

static const struct {
    const char *word;
    int (*parse)(struct parser *p);
} parts[] = {
    {"index", table_global},
    {"local", table_local},
    {"on-demand", table_on_demand},
    {"provisioned", table_provisioned},
    {"ttl", table_ttl},
    {"stream", table_stream},
    {"pitr", table_pitr},
    {"protect", table_protect},
    {"from", table_from_s3},
    {"nowait", table_nowait},
};

static int table_part(struct parser *p)
{
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        int code;

        if (!parser_keyword(p, WANT_PART, parts[i].word))
            continue;
        if (p->clauses >> i & 1)
            return parser_fail(p, parser_span(p, p->end - strlen(parts[i].word)),
                               "%s is written twice", parts[i].word);
        if (parts[i].parse != table_global && parts[i].parse != table_local)
            p->clauses |= (uint64_t)1 << i;
        code = parts[i].parse(p);
        p->after = parts[i].word;
        return code;
    }
    return parser_unexpected(p);
}

/* Is the next word one of the parts, and not the name of a sort key attribute? */
static bool at_part(struct parser *p)
{
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (parser_is(p, parts[i].word))
            return true;
    }
    return false;
}

static int table_keys(struct parser *p, struct table_def *t)
{
    int code = key_attribute(p, &t->partition);
    bool comma;

    if (code)
        return code;
    comma = parser_comma(p);
    if (!comma && (parser_at_end(p) || at_part(p)))
        return 0;
    parser_blanks(p);
    parser_want(p, EXPECT_NAME, WANT_ALONE, "the name of a key attribute");
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        parser_want(p, EXPECT_WORD, WANT_PART, parts[i].word);
    if (at_part(p))
        return table_part(p);
    return key_attribute(p, &t->sort);
}

/* A local index may leave out the partition key, which is always that of the table. */
static void complete_locals(struct table_def *t)
{
    for (struct index_def *x = t->indexes; x; x = x->next) {
        if (x->local && !x->sort) {
            x->sort = x->partition;
            x->partition = t->partition;
        }
    }
}

static int table_definition(struct parser *p)
{
    struct table_def *t = p->st->create = arena_new(p->arena, struct table_def);
    int code = table_keys(p, t);

    while (!code) {
        bool comma = parser_comma(p);

        if (!comma && parser_at_end(p))
            break;
        code = table_part(p);
    }
    complete_locals(t);
    return code;
}

/* A definition that stands elsewhere says all there is to say but whether to wait. */
static int table_elsewhere_ends(struct parser *p)
{
    bool comma = parser_comma(p);

    if (!comma && parser_at_end(p)) {
        parser_want(p, EXPECT_WORD, WANT_PART, "nowait");
        return 0;
    }
    if (parser_keyword(p, WANT_PART, "nowait")) {
        p->after = "nowait";
        return table_nowait(p);
    }
    return comma ? parser_unexpected(p) : 0;
}

static int table_from(struct parser *p)
{
    struct table_def *t = p->st->create = arena_new(p->arena, struct table_def);
    int code;

    p->after = "from";
    code =
        word_need(p, EXPECT_FILE, "a CloudFormation template or a NoSQL Workbench model", &t->from);
    if (code)
        return code;
    p->after = "the file";
    parser_blanks(p);
    parser_want(p, EXPECT_NAME, WANT_ALONE, "which of its tables");
    if (parser_is(p, "nowait") || parser_look(p, 0) == ',')
        return table_elsewhere_ends(p);
    code = word_maybe(p, EXPECT_NAME, "which of its tables", &t->resource);
    if (code > 0)
        p->after = "the table in the file";
    return code < 0 ? code : table_elsewhere_ends(p);
}

static int table_like(struct parser *p)
{
    struct table_def *t = p->st->create = arena_new(p->arena, struct table_def);
    int code;

    p->after = "like";
    code = word_need(p, EXPECT_TABLE, "a table", &t->like);
    if (code)
        return code;
    p->after = "the table";
    return table_elsewhere_ends(p);
}

int parse_create(struct parser *p)
{
    struct word *w;
    int code;

    p->after = "create";
    if (!parser_keyword(p, WANT_ALONE, "table"))
        return parser_unexpected(p);
    p->after = "table";
    parser_blanks(p);
    parser_want(p, EXPECT_NAME, WANT_ALONE, "a name for the table");
    if (parser_keyword(p, WANT_ALONE, "from")) /* the file has a name for it */
        return table_from(p);
    code = word_need(p, EXPECT_NAME, "a name for the table", &w);
    if (!code)
        code = parse_own_table(p, w);
    if (code)
        return code;
    p->after = "the table";
    parser_blanks(p);
    parser_want(p, EXPECT_NAME, WANT_ALONE, "the name of a key attribute");
    if (parser_keyword(p, WANT_ALONE, "from"))
        return table_from(p);
    if (parser_keyword(p, WANT_ALONE, "like"))
        return table_like(p);
    return table_definition(p);
}
