#include "pksk/out/single.h"

#include "pksk/out/grid.h"

#define GAP 2
#define INDENT 2
#define ROOM_MIN 16      /* deeper nesting is not opened up any more */
#define ELEMENTS_MAX 200 /* of one list or map; what is more is counted */

struct single {
    const struct print_options *o;
    struct buf *out;
};

static bool is_nested(const struct value *v)
{
    return v->type >= ATTR_M && v->len;
}

static const char *const brackets[ATTR_TYPES][2] = {
    [ATTR_M] = {"{", "}"},    [ATTR_L] = {"[", "]"},    [ATTR_SS] = {"<<", ">>"},
    [ATTR_NS] = {"<<", ">>"}, [ATTR_BS] = {"<<", ">>"},
};

static unsigned room_at(const struct single *s, unsigned indent)
{
    return s->o->width > indent ? s->o->width - indent : 1;
}

/* The text on the rest of a line that begins at cell `indent`, and as many more as it takes, which
 * begin at `hanging`. */
static void add_lines(struct single *s, struct str text, unsigned indent, unsigned hanging,
                      enum colour c)
{
    size_t len = s->o->width ? text_line(text, room_at(s, indent)) : text.len;

    for (;;) {
        grid_add_coloured(s->o, s->out, str_slice(text, 0, len), c);
        buf_char(s->out, '\n');
        text = str_slice(text, len, text.len);
        if (!text.len)
            return;
        text_blanks(s->out, hanging);
        len = text_line(text, room_at(s, hanging));
    }
}

/* One line, cut. */
static void add_line(struct single *s, struct str text, unsigned indent, enum colour c)
{
    _cleanup_(buf_free) struct buf fitted = {0};

    if (s->o->width)
        text_cut(&fitted, text, room_at(s, indent));
    else
        buf_str_add(&fitted, text);
    grid_add_coloured(s->o, s->out, buf_str(&fitted), c);
    buf_char(s->out, '\n');
}

/* "name: ", as the notation writes it in a map: what it makes of {name: null}, without the rest. */
static void add_member_name(struct buf *b, struct str name)
{
    struct value null = {.type = ATTR_NULL};
    struct value map = {.type = ATTR_M, .first = &null, .len = 1};
    _cleanup_(buf_free) struct buf text = {0};

    value_set_name(&null, name);
    cell_add_short(&text, &map);
    buf_add(b, text.s + 1, text.len - strlen("{null}"));
}

static void add_open(struct single *s, const struct value *v, unsigned indent, const char *after);

/* One element on its own line, or on several when it is too long and can be opened. */
static void add_element(struct single *s, const struct value *parent, const struct value *x,
                        unsigned indent)
{
    _cleanup_(buf_free) struct buf name = {0}, text = {0};
    const char *after = x->next ? "," : "";

    if (parent->type == ATTR_M)
        add_member_name(&name, value_name(x));
    cell_add_short(&text, x);
    buf_str_add(&text, str_of(after));
    text_blanks(s->out, indent);
    unsigned used = text_width(buf_str(&name));
    if (is_nested(x) && text_width(buf_str(&text)) + used > room_at(s, indent) &&
        room_at(s, indent) > ROOM_MIN) {
        buf_str_add(s->out, buf_str(&name));
        add_open(s, x, indent, after);
        return;
    }
    buf_str_add(&name, buf_str(&text));
    if (x->type == ATTR_B || room_at(s, indent) <= ROOM_MIN)
        add_line(s, buf_str(&name), indent, COLOUR_NONE);
    else
        add_lines(s, buf_str(&name), indent, indent + INDENT, COLOUR_NONE);
}

static void add_open(struct single *s, const struct value *v, unsigned indent, const char *after)
{
    size_t count = 0;

    buf_addf(s->out, "%s\n", brackets[v->type][0]);
    value_each (x, v) {
        if (count == ELEMENTS_MAX) {
            _cleanup_(buf_free) struct buf more = {0};

            buf_lit(&more, "… ");
            text_count(&more, v->len - count);
            buf_lit(&more, " more");
            text_blanks(s->out, indent + INDENT);
            add_line(s, buf_str(&more), indent + INDENT, COLOUR_DIM);
            break;
        }
        add_element(s, v, x, indent + INDENT);
        count++;
    }
    text_blanks(s->out, indent);
    buf_addf(s->out, "%s%s\n", brackets[v->type][1], after);
}

static void add_attribute(struct single *s, const struct column *c, const struct value *v,
                          unsigned names)
{
    _cleanup_(buf_free) struct buf name = {0}, text = {0};
    unsigned width;

    cell_add_name(&name, c->name);
    if (s->o->width) {
        text_cut(&text, buf_str(&name), names);
        buf_reset(&name);
        buf_str_add(&name, buf_str(&text));
        buf_reset(&text);
    }
    width = text_width(buf_str(&name));
    grid_add_coloured(s->o, s->out, buf_str(&name), COLOUR_NAME);
    text_blanks(s->out, (width < names ? names - width : 0) + GAP);
    cell_add(&text, v, 0);
    if (is_nested(v) && s->o->width && text_width(buf_str(&text)) > room_at(s, names + GAP))
        add_open(s, v, names + GAP, "");
    else if (v->type == ATTR_B)
        add_line(s, buf_str(&text), names + GAP, cell_colour(v, c->key));
    else
        add_lines(s, buf_str(&text), names + GAP, names + GAP, cell_colour(v, c->key));
}

/* The grid's own order of columns, one a line. */
void single_add(struct buf *b, const struct print_options *o, const struct value *item)
{
    struct print_options all = *o;
    struct single s = {o, b};
    unsigned names = 0;
    struct grid g;

    all.width = 0;
    grid_init(&g, &all, true);
    grid_measure(&g, item);
    grid_fit(&g);
    for (size_t i = 0; i < g.shown; i++) {
        struct buf name = {0};

        cell_add_name(&name, g.columns[g.order[i]].name);
        names = MAX(names, text_width(buf_str(&name)));
        buf_free(&name);
    }
    names = MIN(names, o->width ? MAX(o->width / 3, 8u) : 40u);
    for (size_t i = 0; i < g.shown; i++) {
        const struct column *c = &g.columns[g.order[i]];
        const struct value *v = cell_find(item, c->name);

        if (v)
            add_attribute(&s, c, v, names);
    }
    grid_deinit(&g);
}
