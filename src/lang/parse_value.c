#include "pksk/base/map.h"
#include "pksk/base/port.h"
#include "pksk/base/utf8.h"
#include "pksk/item/number.h"
#include "pksk/lang/binary.h"
#include "pksk/lang/parser.h"

static int make_number(struct parser *p, const struct word_read *w, struct value **ret)
{
    struct buf text = {0};
    struct err e = {0};
    int code = number_normalise(w->texts[0], &text, &e);

    if (!code)
        *ret = value_new_text(p->arena, ATTR_N, buf_str(&text));
    else
        code = parser_fail(p, w->at, "%s", e.text);
    buf_free(&text);
    return code;
}

static struct value *make_bool(struct parser *p, bool truth)
{
    struct value *v = value_new(p->arena, ATTR_BOOL);

    v->boolean = truth;
    return v;
}

static int make_scalar(struct parser *p, const struct word_read *w, struct value **ret)
{
    struct str t = w->texts[0];
    bool keyword = w->form == WORD_BARE && !w->variable;

    if (w->form == WORD_BARE && number_looks_like(t))
        return make_number(p, w, ret);
    if (keyword && (str_eq_ci(t, STR("true")) || str_eq_ci(t, STR("false"))))
        *ret = make_bool(p, t.len == 4);
    else if (keyword && str_eq_ci(t, STR("null")))
        *ret = value_new(p->arena, ATTR_NULL);
    else
        *ret = value_new_text(p->arena, w->form == WORD_BINARY ? ATTR_B : ATTR_S, t);
    return 0;
}

/* --- now(), epoch(), uuid() --- */

/* +30d, -1h … in milliseconds */
static bool offset_from(struct str t, int64_t *ret)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
    uint64_t n;

    if (t.len < 3 || (t.s[0] != '+' && t.s[0] != '-') || t.len > 12 ||
        !str_to_u64(str_slice(t, 1, t.len - 1), &n) || n > 1000000000)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (units[i].unit == t.s[t.len - 1]) {
            *ret = (int64_t)n * units[i].ms * (t.s[0] == '-' ? -1 : 1);
            return true;
        }
    }
    return false;
}

/* 2026-11-01 is its first moment, in UTC. */
static bool date_from(struct str t, int64_t *ms)
{
    char day[32];

    if (t.len != 10)
        return clock_parse_iso(t, ms);
    snprintf(day, sizeof(day), "%.*sT00:00:00Z", STR_ARG(t));
    return clock_parse_iso(str_of(day), ms);
}

/* What stands in the brackets of now() and epoch(): nothing, a span from now, or a date. */
static int parse_moment(struct parser *p, int64_t *ms)
{
    const struct clock *clock = p->env && p->env->clock ? p->env->clock : &clock_real;
    int64_t offset = 0;
    struct word_read w;
    int code;

    *ms = clock_wall_ms(clock);
    code = word_read(p, WORD_EXPR, TOKEN_NUMBER, &w);
    if (code <= 0)
        return code;
    if (date_from(w.texts[0], ms))
        return 0;
    if (!offset_from(w.texts[0], &offset)) {
        code = parser_fail(p, w.at, "this is no time span and no date");
        err_expected(p->e,
                     "expected a span such as +30d, -1h or +15m, or a date such as 2026-11-01");
        return code;
    }
    *ms += offset;
    return 0;
}

static struct value *make_time(struct parser *p, bool epoch, int64_t ms)
{
    char iso[CLOCK_ISO_LEN];

    if (epoch)
        return value_new_text(p->arena, ATTR_N,
                              arena_printf(p->arena, "%lld", (long long)(ms / 1000)));
    clock_format_iso(ms, iso);
    return value_new_text(p->arena, ATTR_S, str_of(iso));
}

/* RFC 9562, version 4 */
static int make_uuid(struct parser *p, struct span at, struct value **ret)
{
    unsigned char b[16];

    if (port_random(b, sizeof(b)) < 0)
        return parser_fail(p, at, "the system gives no random bytes");
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    *ret = value_new_text(
        p->arena, ATTR_S,
        arena_printf(p->arena,
                     "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                     b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
                     b[13], b[14], b[15]));
    return 0;
}

static int parse_function(struct parser *p, const struct word_read *w, struct value **ret)
{
    struct str name = w->texts[0];
    bool epoch = str_eq_ci(name, STR("epoch")), uuid = str_eq_ci(name, STR("uuid"));
    int64_t ms = 0;
    int code = 0;

    if (!epoch && !uuid && !str_eq_ci(name, STR("now"))) {
        code = parser_fail(p, w->at, "unknown function %.*s", (int)MIN(name.len, 80), name.s);
        err_expected(p->e, "expected a value; the functions are now, epoch and uuid");
        return code;
    }
    parser_open(p, '(');
    p->after = "the bracket";
    if (!uuid)
        code = parse_moment(p, &ms);
    if (!code)
        code = parser_close(p, ')');
    if (code)
        return code;
    if (uuid)
        return make_uuid(p, w->at, ret);
    *ret = make_time(p, epoch, ms);
    return 0;
}

/* --- lists, sets, maps --- */

static int parse_list(struct parser *p, struct value **ret)
{
    struct value *list = value_new(p->arena, ATTR_L), *last = NULL, *element;
    int code;

    parser_open(p, '[');
    p->after = "the bracket";
    parser_blanks(p);
    if (parser_look(p, 0) != ']') {
        do {
            code = parse_value(p, WORD_EXPR, &element);
            if (code)
                return code;
            value_append(list, &last, element);
            p->after = "the element";
        } while (parser_comma(p));
    }
    *ret = list;
    return parser_close(p, ']');
}

static int set_element(struct parser *p, struct map *seen, struct value *set, struct value **last)
{
    static const uint8_t types[] = {[ATTR_S] = ATTR_SS, [ATTR_N] = ATTR_NS, [ATTR_B] = ATTR_BS};
    struct word_read w;
    struct value *v;
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_VALUE, WANT_ALONE, "a text, a number or a binary value");
    code = word_read(p, WORD_EXPR, TOKEN_STRING, &w);
    if (code <= 0)
        return code ? code : parser_unexpected(p);
    if (w.count > 1)
        return parser_fail(p, w.at, "braces with several texts belong to keys");
    code = make_scalar(p, &w, &v);
    if (code)
        return code;
    if (!value_is_text(v)) /* the words true, false, null are texts here */
        v = value_new_text(p->arena, ATTR_S, w.texts[0]);
    if (set->len && types[v->type] != set->type)
        return parser_fail(p, w.at, "a set holds one type: the first element is %s, this one %s",
                           attr_type_name(set->first->type), attr_type_name(v->type));
    if (map_put(seen, value_text(v), v))
        return parser_fail(p, w.at, "the set holds this element twice");
    set->type = types[v->type];
    value_append(set, last, v);
    return 0;
}

static int parse_set_value(struct parser *p, struct value **ret)
{
    struct value *set = value_new(p->arena, ATTR_SS), *last = NULL;
    struct map seen = {0};
    size_t from = p->at;
    int code;

    parser_open(p, '<');
    parser_char(p, '<');
    p->after = "the set";
    parser_blanks(p);
    if (parser_look(p, 0) == '>' && parser_look(p, 1) == '>')
        return parser_fail(p, (struct span){(uint32_t)from, (uint32_t)p->at + 2},
                           "a set has at least one element");
    do {
        code = set_element(p, &seen, set, &last);
        p->after = "the element";
    } while (!code && parser_comma(p));
    map_free(&seen, NULL);
    if (code)
        return code;
    if (!parser_char(p, '>') || parser_look(p, 0) != '>')
        return parser_unexpected(p);
    *ret = set;
    return parser_close(p, '>');
}

/* The end of a bare member name: everything up to the colon. */
static size_t bare_name_end(const struct parser *p, size_t at)
{
    while (at < p->text.len && !parser_blank(p->text.s[at]) &&
           !parser_in(p->text.s[at], "\n\"'`,:;{}[]()<>"))
        at++;
    return at;
}

/* Does a map begin here? It has a colon or is empty; {name}, {a,b} and {1..9} have neither. */
bool parser_at_map(const struct parser *p)
{
    size_t ahead = 1;
    int c;

    if (parser_look(p, 0) != '{')
        return false;
    for (; (c = parser_look(p, ahead)) >= 0 && c != '}'; ahead++) {
        if (parser_blank(c) || parser_in(c, "\n\"'`{:"))
            return true;
    }
    return c < 0 || ahead == 1;
}

static int member_name(struct parser *p, struct str *ret, struct span *at)
{
    struct buf text = {0};
    size_t from, end;
    int code = 0, c;

    parser_blanks(p);
    parser_want(p, EXPECT_ATTRIBUTE, WANT_ALONE, "a name");
    from = end = p->at;
    c = parser_look(p, 0);
    if (c == '"' || c == '\'' || c == '`') {
        code = word_quoted(p, &text, false);
        end = p->at;
        *ret = arena_str(p->arena, buf_str(&text));
    } else if (c >= 0) {
        end = bare_name_end(p, from);
        *ret = arena_str(p->arena, str_slice(p->text, from, end));
    }
    buf_free(&text);
    if (code || end == from)
        return code ? code : parser_unexpected(p);
    *at = (struct span){(uint32_t)from, (uint32_t)end};
    if (!utf8_valid(*ret))
        return parser_fail(p, *at, "the text is not valid UTF-8");
    parser_mark(p, *at, TOKEN_NAME);
    parser_consume(p, end);
    p->after = "the name";
    return 0;
}

static int map_member(struct parser *p, struct map *seen, struct value *map, struct value **last)
{
    struct value *v;
    struct str name;
    struct span at;
    int code = member_name(p, &name, &at);

    if (code)
        return code;
    if (name.len > VALUE_NAME_MAX)
        return parser_fail(p, at, "the name is longer than %d bytes", VALUE_NAME_MAX);
    if (map_put(seen, name, p))
        return parser_fail(p, at, "the name %.*s stands here twice", (int)MIN(name.len, 80),
                           name.s);
    if (!parser_char(p, ':'))
        return parser_unexpected(p);
    p->after = "the colon";
    code = parse_value(p, WORD_EXPR, &v);
    if (code)
        return code;
    value_set_name(v, name);
    value_append(map, last, v);
    p->after = "the value";
    return 0;
}

int parse_map(struct parser *p, struct value **ret)
{
    struct value *map = value_new(p->arena, ATTR_M), *last = NULL;
    struct map seen = {0};
    int code = 0;

    parser_open(p, '{');
    p->maps++;
    p->after = "the brace";
    parser_blanks(p);
    if (parser_look(p, 0) != '}') {
        do {
            code = map_member(p, &seen, map, &last);
        } while (!code && parser_comma(p));
    }
    map_free(&seen, NULL);
    p->maps--;
    if (code)
        return code;
    *ret = map;
    return parser_close(p, '}');
}

static int parse_word_value(struct parser *p, unsigned flags, struct value **ret)
{
    struct word_read w;
    size_t end = word_extent(p, flags, p->at);
    bool number = number_looks_like(str_slice(p->text, p->at, end));
    int code = word_read(p, flags, number ? TOKEN_NUMBER : TOKEN_STRING, &w);

    if (code <= 0)
        return code ? code : parser_unexpected(p);
    if (w.count > 1)
        return parser_fail(p, w.at, "braces with several texts belong to keys");
    if (w.form == WORD_BARE && parser_look(p, 0) == '(')
        return parse_function(p, &w, ret);
    return make_scalar(p, &w, ret);
}

int parse_value(struct parser *p, unsigned flags, struct value **ret)
{
    int c, code = parser_deeper(p);

    if (code)
        return code;
    parser_blanks(p);
    parser_want(p, EXPECT_VALUE, WANT_ALONE, "a value");
    c = parser_look(p, 0);
    if (parser_at_map(p))
        code = parse_map(p, ret);
    else if (c == '[')
        code = parse_list(p, ret);
    else if (c == '<' && parser_look(p, 1) == '<')
        code = parse_set_value(p, ret);
    else
        code = parse_word_value(p, flags, ret);
    p->depth--;
    return code;
}
