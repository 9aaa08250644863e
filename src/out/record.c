#include "pksk/out/record.h"

#include "pksk/base/clock.h"
#include "pksk/base/map.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/notation.h"
#include "pksk/json/writer.h"
#include "pksk/out/grid.h"

#define SHOWN_MAX 40   /* attributes of one record; what is more is counted */
#define SCANNED_MAX 24 /* members of a map that are looked through one by one */
#define ARROW_CELLS 3  /* " → " */

const struct str record_columns[RECORD_COLUMNS] = {
    {"event", 5}, {"time", 4}, {"keys", 4}, {"new", 3}, {"old", 3}, {"ttl", 3}, {"sequence", 8},
};

/* ---- as an item */

static void add_text(struct arena *a, struct value *item, struct value **last, const char *name,
                     struct str text)
{
    struct value *v = value_new_text(a, ATTR_S, text);

    value_set_name(v, str_of(name));
    value_append(item, last, v);
}

static void add_map(struct arena *a, struct value *item, struct value **last, const char *name,
                    const struct value *map)
{
    struct value *v;

    if (!map)
        return;
    v = value_new(a, ATTR_M);
    v->first = map->first;
    v->len = map->len;
    value_set_name(v, str_of(name));
    value_append(item, last, v);
}

struct value *record_as_item(struct arena *a, const struct stream_record *r)
{
    struct value *item = value_new(a, ATTR_M), *last = NULL, *v;
    char time[CLOCK_ISO_LEN];

    clock_format_iso(r->time_ms, time);
    add_text(a, item, &last, "event", str_of(stream_event_name(r->event)));
    add_text(a, item, &last, "time", str_of(time));
    add_map(a, item, &last, "keys", r->keys);
    add_map(a, item, &last, "new", r->new_image);
    add_map(a, item, &last, "old", r->old_image);
    if (r->ttl) {
        v = value_new(a, ATTR_BOOL);
        v->boolean = true;
        value_set_name(v, STR("ttl"));
        value_append(item, &last, v);
    }
    add_text(a, item, &last, "sequence", r->sequence);
    return item;
}

/* ---- ddb-json: the same members, with typed items */

static void add_typed(struct buf *b, const struct stream_record *r)
{
    const struct {
        const char *name;
        const struct value *item;
    } items[] = {{"keys", r->keys}, {"new", r->new_image}, {"old", r->old_image}};
    char time[CLOCK_ISO_LEN];

    clock_format_iso(r->time_ms, time);
    buf_addf(b, "{\"event\":\"%s\",\"time\":\"%s\"", stream_event_name(r->event), time);
    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        if (!items[i].item)
            continue;
        buf_addf(b, ",\"%s\":", items[i].name);
        ddb_add_item(b, items[i].item);
    }
    if (r->ttl)
        buf_lit(b, ",\"ttl\":true");
    buf_addf(b, ",\"sequence\":\"%.*s\"}", STR_ARG(r->sequence));
}

/* ---- pksk: the statement that does the same */

static void add_keys(struct buf *b, const struct print_options *o, const struct stream_record *r)
{
    for (size_t i = 0; i < o->key_count; i++) {
        const struct value *v = value_member(r->keys, o->keys[i]);

        if (i)
            buf_char(b, ' ');
        if (v)
            notation_add_key(b, v);
    }
}

static int add_statement(struct buf *b, const struct print_options *o,
                         const struct stream_record *r, struct err *e)
{
    if (r->event == STREAM_REMOVE) {
        buf_lit(b, "delete ");
        add_keys(b, o, r);
        return 0;
    }
    if (!r->new_image)
        return err_set(e, ERR_FAILED,
                       "the stream keeps no new images (%.*s), so there is no statement that would "
                       "do the same",
                       STR_ARG(r->view));
    notation_add_put(b, r->new_image);
    return 0;
}

/* ---- pretty */

enum change_kind { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_MADE, CHANGE_SHOWN };

struct change {
    enum change_kind kind;
    struct str name; /* safe for a terminal */
    const struct value *before, *after;
};

struct changes {
    const struct print_options *o;
    struct arena arena;
    struct change list[SHOWN_MAX];
    size_t count; /* all of them, shown or not */
};

/* Finds members; of a large map by an index. */
struct members {
    const struct value *map;
    struct map index;
};

static void members_init(struct members *m, const struct value *map)
{
    *m = (struct members){.map = map};
    if (!map || map->len <= SCANNED_MAX)
        return;
    value_each (v, map)
        map_put(&m->index, value_name(v), (void *)v);
}

static const struct value *members_find(const struct members *m, struct str name)
{
    return m->index.count ? map_get(&m->index, name) : value_member(m->map, name);
}

static bool is_key(const struct print_options *o, struct str name)
{
    for (size_t i = 0; i < o->key_count; i++) {
        if (str_eq(o->keys[i], name))
            return true;
    }
    return false;
}

static void note(struct changes *c, struct str prefix, enum change_kind kind,
                 const struct value *before, const struct value *after)
{
    _cleanup_(buf_free) struct buf name = {0};

    if (c->count++ >= SHOWN_MAX)
        return;
    buf_str_add(&name, prefix);
    if (prefix.len)
        buf_char(&name, '.');
    cell_add_name(&name, value_name(after ? after : before));
    c->list[c->count - 1] =
        (struct change){kind, arena_str(&c->arena, buf_str(&name)), before, after};
}

static void compare(struct changes *c, struct str prefix, const struct value *before,
                    const struct value *after);

/* Of an attribute that is there before and after: maps are looked into. */
static void compare_one(struct changes *c, struct str prefix, const struct value *before,
                        const struct value *after)
{
    _cleanup_(buf_free) struct buf name = {0};

    if (value_equal(before, after))
        return;
    if (before->type != ATTR_M || after->type != ATTR_M) {
        note(c, prefix, CHANGE_MADE, before, after);
        return;
    }
    buf_str_add(&name, prefix);
    if (prefix.len)
        buf_char(&name, '.');
    cell_add_name(&name, value_name(after));
    compare(c, buf_str(&name), before, after);
}

/* Either may be NULL: an empty map. */
static void compare(struct changes *c, struct str prefix, const struct value *before,
                    const struct value *after)
{
    static const struct value nothing = {.type = ATTR_M};
    struct members old, new;

    members_init(&old, before ? before : &nothing);
    members_init(&new, after ? after : &nothing);
    value_each (v, new.map) {
        const struct value *was = members_find(&old, value_name(v));

        if (!prefix.len && is_key(c->o, value_name(v)))
            continue;
        if (was)
            compare_one(c, prefix, was, v);
        else
            note(c, prefix, CHANGE_ADDED, NULL, v);
    }
    value_each (v, old.map) {
        if ((prefix.len || !is_key(c->o, value_name(v))) && !members_find(&new, value_name(v)))
            note(c, prefix, CHANGE_REMOVED, v, NULL);
    }
    map_free(&old.index, NULL);
    map_free(&new.index, NULL);
}

/* What the record lets one see: with one image alone, nothing can be called changed. */
static void collect(struct changes *c, const struct stream_record *r)
{
    const struct value *only = r->new_image ? r->new_image : r->old_image;

    if (r->event != STREAM_MODIFY || (r->new_image && r->old_image)) {
        compare(c, STR(""), r->event == STREAM_INSERT ? NULL : r->old_image,
                r->event == STREAM_REMOVE ? NULL : r->new_image);
        return;
    }
    for (const struct value *v = only ? only->first : NULL; v; v = v->next) {
        if (!is_key(c->o, value_name(v)))
            note(c, STR(""), CHANGE_SHOWN, NULL, v);
    }
}

static void add_cut(struct buf *b, struct str text, unsigned cells)
{
    if (cells)
        text_cut(b, text, cells);
    else
        buf_str_add(b, text);
}

/* "old → new", each cut to what the other leaves. room: cells; 0: all. */
static void add_both(struct buf *b, const struct change *x, unsigned room)
{
    _cleanup_(buf_free) struct buf before = {0}, after = {0};
    unsigned left, right;

    cell_add(&before, x->before, room);
    cell_add(&after, x->after, room);
    left = text_width(buf_str(&before));
    right = text_width(buf_str(&after));
    if (room && left + right + ARROW_CELLS > room) {
        room = room > ARROW_CELLS + 2 ? room - ARROW_CELLS : 2;
        left = MIN(left, right < room / 2 ? room - right : room / 2);
        right = room - left;
    }
    add_cut(b, buf_str(&before), left);
    buf_lit(b, " → ");
    add_cut(b, buf_str(&after), right);
}

static void add_change(struct buf *b, const struct print_options *o, const struct change *x,
                       unsigned names)
{
    static const struct {
        const char *sign;
        enum colour colour;
    } kinds[] = {
        [CHANGE_ADDED] = {"+", COLOUR_GOOD},
        [CHANGE_REMOVED] = {"-", COLOUR_ERROR},
        [CHANGE_MADE] = {"~", COLOUR_WARN},
        [CHANGE_SHOWN] = {" ", COLOUR_NONE},
    };
    _cleanup_(buf_free) struct buf text = {0}, name = {0};
    unsigned used = names + 6, room = o->width > used + 2 ? o->width - used : 2;
    const struct value *v = x->after ? x->after : x->before;

    buf_lit(b, "  ");
    grid_add_coloured(o, b, str_of(kinds[x->kind].sign), kinds[x->kind].colour);
    buf_char(b, ' ');
    text_pad(&name, x->name, names, false);
    grid_add_coloured(o, b, buf_str(&name), COLOUR_NAME);
    buf_lit(b, "  ");
    if (x->kind == CHANGE_MADE) {
        add_both(&text, x, o->width ? room : 0);
        buf_str_add(b, buf_str(&text));
    } else {
        cell_add(&text, v, o->width ? room : 0);
        buf_reset(&name);
        add_cut(&name, buf_str(&text), o->width ? room : 0);
        grid_add_coloured(o, b, buf_str(&name), cell_colour(v, false));
    }
    buf_char(b, '\n');
}

/* Time, what happened, the key as `get` takes it. */
static void add_head(struct buf *b, const struct print_options *o, const struct stream_record *r)
{
    static const enum colour colours[] = {
        [STREAM_INSERT] = COLOUR_GOOD,
        [STREAM_MODIFY] = COLOUR_WARN,
        [STREAM_REMOVE] = COLOUR_ERROR,
    };
    _cleanup_(buf_free) struct buf key = {0}, safe = {0}, fitted = {0};
    struct str remark = r->ttl ? STR("  by time to live") : STR("");
    char time[CLOCK_ISO_LEN];
    unsigned used;

    if (r->event == STREAM_MODIFY && !(r->new_image && r->old_image))
        remark = r->new_image ? STR("  new image") : r->old_image ? STR("  old image") : STR("");
    clock_format_iso(r->time_ms, time);
    used = (unsigned)(strlen(time) + 10 + remark.len);
    add_keys(&key, o, r);
    text_escape(&safe, buf_str(&key));
    add_cut(&fitted, buf_str(&safe), o->width ? MAX(o->width, used + 8) - used : 0);
    grid_add_coloured(o, b, str_of(time), COLOUR_DIM);
    buf_lit(b, "  ");
    grid_add_coloured(o, b, str_of(stream_event_name(r->event)), colours[r->event]);
    buf_lit(b, "  ");
    grid_add_coloured(o, b, buf_str(&fitted), COLOUR_KEY);
    grid_add_coloured(o, b, remark, COLOUR_DIM);
    buf_char(b, '\n');
}

static void add_block(struct buf *b, const struct print_options *o, const struct stream_record *r)
{
    struct changes c = {.o = o};
    unsigned names = 0;
    size_t shown;

    collect(&c, r);
    shown = MIN(c.count, (size_t)SHOWN_MAX);
    for (size_t i = 0; i < shown; i++)
        names = MAX(names, text_width(c.list[i].name));
    names = MIN(names, o->width ? MAX(o->width / 3, 8u) : 40u);
    add_head(b, o, r);
    for (size_t i = 0; i < shown; i++)
        add_change(b, o, &c.list[i], names);
    if (c.count > shown) {
        _cleanup_(buf_free) struct buf more = {0};

        buf_addf(&more, "    … %zu more", c.count - shown);
        grid_add_coloured(o, b, buf_str(&more), COLOUR_DIM);
        buf_char(b, '\n');
    }
    arena_free(&c.arena);
}

bool record_has_format(enum format f)
{
    return f == FORMAT_PRETTY || f == FORMAT_VERTICAL || f == FORMAT_DDB_JSON || f == FORMAT_PKSK;
}

int record_add(struct buf *b, enum format f, const struct print_options *o,
               const struct stream_record *r, struct err *e)
{
    _cleanup_(buf_free) struct buf line = {0};
    int code = 0;

    if (f == FORMAT_PRETTY || f == FORMAT_VERTICAL) {
        add_block(b, o, r);
        return 0;
    }
    if (f == FORMAT_PKSK)
        code = add_statement(&line, o, r, e);
    else
        add_typed(&line, r);
    if (code < 0)
        return code;
    if (o->terminal)
        text_escape_json(b, buf_str(&line));
    else
        buf_str_add(b, buf_str(&line));
    buf_char(b, '\n');
    return 0;
}
