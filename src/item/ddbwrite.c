#include "pksk/item/base64.h"
#include "pksk/item/ddbjson.h"
#include "pksk/json/writer.h"

static void add_members(struct buf *b, const struct value *map)
{
    buf_char(b, '{');
    value_each (member, map) {
        if (member != map->first)
            buf_char(b, ',');
        json_add_string(b, value_name(member));
        buf_char(b, ':');
        ddb_add_value(b, member);
    }
    buf_char(b, '}');
}

/* S, N or B without its type, as the elements of sets stand there. */
static void add_text(struct buf *b, const struct value *v)
{
    if (v->type != ATTR_B) {
        json_add_string(b, value_text(v));
        return;
    }
    buf_char(b, '"');
    base64_add(b, value_text(v));
    buf_char(b, '"');
}

static void add_elements(struct buf *b, const struct value *v)
{
    buf_char(b, '[');
    value_each (element, v) {
        if (element != v->first)
            buf_char(b, ',');
        if (v->type == ATTR_L)
            ddb_add_value(b, element);
        else
            add_text(b, element);
    }
    buf_char(b, ']');
}

void ddb_add_value(struct buf *b, const struct value *v)
{
    buf_lit(b, "{\"");
    buf_str_add(b, str_of(attr_type_name(v->type)));
    buf_lit(b, "\":");
    switch ((enum attr_type)v->type) {
    case ATTR_S:
    case ATTR_N:
    case ATTR_B:
        add_text(b, v);
        break;
    case ATTR_BOOL:
        buf_str_add(b, v->boolean ? STR("true") : STR("false"));
        break;
    case ATTR_M:
        add_members(b, v);
        break;
    case ATTR_L:
    case ATTR_SS:
    case ATTR_NS:
    case ATTR_BS:
        add_elements(b, v);
        break;
    case ATTR_NULL:
    case ATTR_TYPES:
        buf_lit(b, "true");
        break;
    }
    buf_char(b, '}');
}

void ddb_add_item(struct buf *b, const struct value *item)
{
    add_members(b, item);
}
