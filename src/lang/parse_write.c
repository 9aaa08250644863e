#include "pksk/base/map.h"
#include "pksk/lang/parser.h"

/* copy KEY to KEY, rename KEY to KEY */
static int two_keys(struct parser *p, const char *verb)
{
    struct key *from;

    p->after = verb;
    int code = parse_whole_keys(p, false);

    if (!code && !parser_keyword(p, WANT_CLAUSE, "to"))
        code = parser_unexpected(p);
    if (code)
        return code;
    from = p->st->keys;
    p->st->keys = NULL;
    p->after = "to";
    code = parse_whole_keys(p, false);
    from->next = p->st->keys;
    p->st->keys = from;
    p->after = "the second key";
    return code;
}

int parse_copy(struct parser *p)
{
    return two_keys(p, "copy");
}

int parse_rename(struct parser *p)
{
    return two_keys(p, "rename");
}

/* name=value: 1 when there was one */
static int put_attribute(struct parser *p, struct map *seen, struct value *item,
                         struct value **last)
{
    struct value *v;
    struct str name;
    size_t from;
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_ATTRIBUTE, WANT_ALONE, "an attribute (name=value)");
    if (!parser_at_attribute(p) || parser_key_ends(p))
        return 0;
    from = p->at;
    code = word_attribute(p, &name);
    if (code <= 0)
        return code;
    if (name.len > VALUE_NAME_MAX)
        return parser_fail(p, parser_span(p, from), "the name is longer than %d bytes",
                           VALUE_NAME_MAX);
    if (map_put(seen, name, p))
        return parser_fail(p, parser_span(p, from), "the attribute %.*s stands here twice",
                           (int)MIN(name.len, 80), name.s);
    p->after = "the name";
    if (!parser_char(p, '='))
        return parser_unexpected(p);
    p->goes_on = true;
    p->after = "the sign =";
    p->compared = name;
    code = parse_value(p, WORD_ATTR, &v);
    if (code)
        return code;
    value_set_name(v, name);
    value_append(item, last, v);
    p->after = "the value";
    return 1;
}

static int put_attributes(struct parser *p)
{
    struct value *last = NULL;
    struct map seen = {0};
    int code;

    p->st->item = value_new(p->arena, ATTR_M);
    do {
        parser_want_clauses(p);
        code = put_attribute(p, &seen, p->st->item, &last);
    } while (code > 0);
    map_free(&seen, NULL);
    return code;
}

int parse_put(struct parser *p)
{
    int code;

    p->after = "put";
    parser_blanks(p);
    parser_want(p, EXPECT_WORD, WANT_PUNCT, "{");
    if (parser_at_map(p)) {
        code = parse_map(p, &p->st->item);
        p->after = "the item";
    } else {
        code = parse_whole_keys(p, false);
        if (!code)
            code = put_attributes(p);
    }
    return code ? code : parse_clauses(p);
}
