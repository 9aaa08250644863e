#include "pksk/lang/binary.h"
#include "pksk/lang/parser.h"

static int path_index(struct parser *p, struct path_step *step)
{
    size_t from = ++p->at;
    uint64_t n;

    while (parser_look(p, 0) >= '0' && parser_look(p, 0) <= '9')
        p->at++;
    if (!str_to_u64(str_slice(p->text, from, p->at), &n) || n > UINT32_MAX ||
        parser_look(p, 0) != ']')
        return parser_fail(p, (struct span){(uint32_t)from - 1, (uint32_t)p->at},
                           "the index of a list element is a whole number in [ ]");
    step->index = (uint32_t)n;
    parser_consume(p, p->at + 1);
    return 0;
}

/* The rough end of a path, to tell whether the cursor is in it. */
static size_t path_extent(const struct parser *p)
{
    struct str t = p->text;
    size_t i = p->at;

    while (i < t.len) {
        if (t.s[i] == '`') {
            for (i++; i < t.len && t.s[i] != '`'; i++)
                ;
            i += i < t.len;
        } else if (binary_name_char(t.s[i]) || (unsigned char)t.s[i] >= 0x80 ||
                   parser_in(t.s[i], ".[]")) {
            i++;
        } else {
            break;
        }
    }
    return i;
}

static int path_steps(struct parser *p, struct path *path)
{
    struct path_step **last = &path->steps;
    unsigned count = 0;
    int code;

    for (;;) {
        struct path_step *step = arena_new(p->arena, struct path_step);

        if (++count > PARSER_DEPTH_MAX)
            return parser_fail(p, parser_span(p, path->at.from), "the path has over %d steps",
                               PARSER_DEPTH_MAX);
        if (count > 1 && parser_look(p, 0) == '[') {
            code = path_index(p, step);
        } else {
            parser_want(p, EXPECT_ATTRIBUTE, WANT_ALONE, "an attribute");
            code = word_attribute(p, &step->name);
            if (code == 0)
                return parser_unexpected(p);
        }
        if (code < 0)
            return code;
        *last = step;
        last = &step->next;
        if (parser_look(p, 0) == '.')
            p->at++;
        else if (parser_look(p, 0) != '[')
            return 0;
    }
}

static int hint_name(struct parser *p)
{
    int c = parser_look(p, 0), code = parser_unexpected(p);

    if (code != ERR_MORE && (c == '"' || c == '\''))
        err_hint(p->e, "an attribute name with odd characters is written `name`");
    return code;
}

int parse_path(struct parser *p, struct path **ret)
{
    struct path *path = arena_new(p->arena, struct path);
    size_t from, end;
    int code;

    parser_blanks(p);
    parser_want(p, EXPECT_ATTRIBUTE, WANT_ALONE, "an attribute");
    from = p->at;
    end = path_extent(p);
    if (end == from || (p->completing && end == p->text.len) || parser_in(p->text.s[from], ".[]"))
        return hint_name(p);
    path->at = parser_span(p, from);
    code = path_steps(p, path);
    if (code)
        return code;
    path->at = parser_span(p, from);
    parser_mark(p, path->at, TOKEN_NAME);
    *ret = path;
    return 0;
}

/* Was the same path in the list before? The service would refuse two. */
static bool is_repeated(const struct parser *p, const struct path *list, const struct path *path)
{
    struct str text = str_slice(p->text, path->at.from, path->at.to);

    for (; list != path; list = list->next) {
        if (str_eq(str_slice(p->text, list->at.from, list->at.to), text))
            return true;
    }
    return false;
}

int parse_paths(struct parser *p, struct path **ret)
{
    struct path **first = ret;

    do {
        int code = parse_path(p, ret);

        if (code)
            return code;
        if (is_repeated(p, *first, *ret))
            *ret = NULL;
        else
            ret = &(*ret)->next;
    } while (parser_comma(p));
    return 0;
}
