#include "pksk/run/pairs.h"

#include "pksk/base/log.h"
#include "pksk/base/map.h"
#include "pksk/item/ddbjson.h"
#include "pksk/item/number.h"
#include "pksk/item/quick.h"
#include "pksk/run/spool.h"

/* An item without a partner yet, as DynamoDB JSON. Of several with one key the first is first. */
struct waiting {
    struct waiting *next;
    size_t len;
    char json[];
};

struct side {
    const struct value *at; /* the next item of its page */
    bool ended;
    struct map waiting; /* by key */
    size_t bytes;       /* of those */
    struct spool spool; /* lines: KEY-HASH JSON */
};

struct pairs {
    const struct pairs_options *o;
    struct side sides[2];
    bool spooled;
    struct buf key, text;
    struct arena arena; /* of an item that waited */
};

#define HASH_DIGITS 16

/* ---- keys */

static void add_key_part(struct buf *b, const struct value *v)
{
    _cleanup_(buf_free) struct buf normal = {0}, json = {0};
    struct err ignored;
    struct str text;

    if (v && value_is_text(v)) {
        text = value_text(v);
        if (v->type == ATTR_N && number_normalise(text, &normal, &ignored) == 0)
            text = buf_str(&normal);
    } else {
        if (v)
            ddb_add_value(&json, v);
        text = buf_str(&json);
    }
    buf_addf(b, "%c%zu:", v ? 'a' + v->type : '-', text.len);
    buf_str_add(b, text);
}

static struct str key_of(struct pairs *p, const struct value *item)
{
    buf_reset(&p->key);
    for (size_t i = 0; i < p->o->key_count; i++)
        add_key_part(&p->key, value_member(item, p->o->keys[i]));
    return buf_str(&p->key);
}

static bool same_key(const struct pairs *p, const struct value *a, const struct value *b)
{
    for (size_t i = 0; i < p->o->key_count; i++) {
        const struct value *x = value_member(a, p->o->keys[i]);
        const struct value *y = value_member(b, p->o->keys[i]);

        if (!x || !y || !value_equal(x, y))
            return false;
    }
    return true;
}

/* ---- waiting */

static void wait_with(struct side *s, struct str key, struct str json)
{
    struct waiting *w = mem_resize(NULL, 1, sizeof(*w) + json.len);

    *w = (struct waiting){.len = json.len};
    memcpy(w->json, json.s, json.len);
    s->bytes += json.len + key.len;
    struct waiting *first = map_put(&s->waiting, key, w);

    if (!first)
        return;
    (void)map_put(&s->waiting, key, first);
    while (first->next)
        first = first->next;
    first->next = w;
}

/* The first that waits with this key, which the caller frees; NULL: none does. */
static struct waiting *take_waiting(struct side *s, struct str key)
{
    struct waiting *w = map_remove(&s->waiting, key);

    if (!w)
        return NULL;
    s->bytes -= w->len + key.len;
    if (w->next)
        (void)map_put(&s->waiting, key, w->next);
    return w;
}

static int wake(struct pairs *p, struct str json, struct value **ret, struct err *e)
{
    arena_reset(&p->arena);
    *ret = quick_typed(&p->arena, json);
    return *ret ? 0 : ddb_parse_item(&p->arena, json, ret, e);
}

static int pair(struct pairs *p, unsigned side, const struct value *of_side,
                const struct value *other, struct err *e)
{
    return side == 0 ? p->o->pair(p->o->ctx, of_side, other, e)
                     : p->o->pair(p->o->ctx, other, of_side, e);
}

/* The item of this side meets one of the other that waits: 1; 0: none does. */
static int meet(struct pairs *p, unsigned side, struct str key, const struct value *item,
                struct err *e)
{
    struct waiting *w = take_waiting(&p->sides[!side], key);
    struct value *other;

    if (!w)
        return 0;
    int r = wake(p, (struct str){w->json, w->len}, &other, e);

    if (r == 0)
        r = pair(p, side, item, other, e);
    free(w);
    return r < 0 ? r : 1;
}

/* ---- what does not fit */

static int spool_side(struct side *s, struct err *e)
{
    _cleanup_(buf_free) struct buf line = {0};
    struct str key;
    void *value;
    int r = 0;

    for (size_t i = 0; map_next(&s->waiting, &i, &key, &value);) {
        for (struct waiting *w = value, *next; w; w = next) {
            next = w->next;
            buf_reset(&line);
            buf_addf(&line, "%0*llx ", HASH_DIGITS, (unsigned long long)str_hash(key));
            buf_str_add(&line, (struct str){w->json, w->len});
            if (r == 0)
                r = spool_add(&s->spool, buf_str(&line), e);
            free(w);
        }
    }
    map_free(&s->waiting, NULL);
    s->bytes = 0;
    return r;
}

static int spool_both(struct pairs *p, struct err *e)
{
    int r = 0;

    for (unsigned i = 0; i < 2 && r == 0; i++) {
        if (!p->spooled)
            r = spool_open(&p->sides[i].spool, e);
    }
    p->spooled |= r == 0;
    for (unsigned i = 0; i < 2 && r == 0; i++)
        r = spool_side(&p->sides[i], e);
    return r;
}

static int keep_within(struct pairs *p, struct err *e)
{
    size_t window = p->o->window ? p->o->window : PAIRS_WINDOW;

    return p->sides[0].bytes + p->sides[1].bytes > window ? spool_both(p, e) : 0;
}

/* ---- the pages */

/* The item at the side's front: it meets one that waits, or waits, or is known to be alone. 1: it
 * met one. */
static int step(struct pairs *p, unsigned side, bool may_wait, struct err *e)
{
    struct side *s = &p->sides[side], *other = &p->sides[!side];
    const struct value *item = s->at;
    struct str key = key_of(p, item);
    int r = meet(p, side, key, item, e);

    if (r < 0 || (r == 0 && !may_wait))
        return r;
    s->at = item->next;
    if (r > 0)
        return 1;
    if (other->ended && !other->at && !p->spooled)
        return pair(p, side, item, NULL, e);
    buf_reset(&p->text);
    ddb_add_item(&p->text, item);
    wait_with(s, key, buf_str(&p->text));
    return keep_within(p, e);
}

static int fill(struct pairs *p, unsigned side, struct err *e)
{
    struct side *s = &p->sides[side];

    while (!s->at && !s->ended) {
        if (cancel_flag)
            return err_set(e, ERR_CANCELLED, "interrupted");
        int r = p->o->next(p->o->ctx, side, &s->at, e);

        if (r < 0)
            return r;
        s->ended = r == 0;
    }
    return 0;
}

/* Where one side has an item more, that waits, and so does the other side's until the next one
 * shows that the two are in step again. */
static int step_both(struct pairs *p, struct err *e)
{
    struct side *first = &p->sides[0], *second = &p->sides[1];

    if (same_key(p, first->at, second->at) && !map_has(&second->waiting, key_of(p, first->at)) &&
        !map_has(&first->waiting, buf_str(&p->key))) {
        int r = p->o->pair(p->o->ctx, first->at, second->at, e);

        first->at = first->at->next;
        second->at = second->at->next;
        return r;
    }
    int r = step(p, 0, false, e);

    if (r == 0)
        r = step(p, 1, false, e);
    if (r != 0)
        return MIN(r, 0);
    r = step(p, 0, true, e);
    if (r >= 0)
        r = step(p, 1, true, e);
    return MIN(r, 0);
}

static int read_sides(struct pairs *p, struct err *e)
{
    for (;;) {
        int r = fill(p, 0, e);

        if (r == 0)
            r = fill(p, 1, e);
        if (r < 0)
            return r;
        bool first = p->sides[0].at, second = p->sides[1].at;

        if (!first && !second)
            return 0;
        r = first && second ? step_both(p, e) : step(p, first ? 0 : 1, true, e);
        if (r < 0)
            return r;
    }
}

/* ---- the rest */

static int report_side(struct pairs *p, unsigned side, struct err *e)
{
    struct str key;
    void *kept;
    int r = 0;

    for (size_t i = 0; r == 0 && map_next(&p->sides[side].waiting, &i, &key, &kept);) {
        for (const struct waiting *w = kept; w && r == 0; w = w->next) {
            struct value *item;

            r = wake(p, (struct str){w->json, w->len}, &item, e);
            if (r == 0)
                r = pair(p, side, item, NULL, e);
        }
    }
    return r;
}

static void forget_side(struct side *s)
{
    struct str key;
    void *kept;

    for (size_t i = 0; map_next(&s->waiting, &i, &key, &kept);) {
        for (struct waiting *w = kept, *next; w; w = next) {
            next = w->next;
            free(w);
        }
    }
    map_free(&s->waiting, NULL);
    s->bytes = 0;
}

/* The items of the spool that belong to this part of all keys. */
static int read_part(struct pairs *p, unsigned side, uint64_t part, uint64_t parts, struct err *e)
{
    struct side *s = &p->sides[side];
    _cleanup_(arena_free) struct arena a = {0};
    uint64_t offset = 0;
    struct str line;
    int r;

    while ((r = spool_read(&s->spool, &offset, &line, e)) > 0) {
        uint64_t hash = strtoull(line.s, NULL, 16);
        struct str json = str_slice(line, HASH_DIGITS + 1, line.len);
        struct value *item;

        if (hash % parts != part)
            continue;
        if (cancel_flag)
            return err_set(e, ERR_CANCELLED, "interrupted");
        arena_reset(&a);
        item = quick_typed(&a, json);
        r = item ? 0 : ddb_parse_item(&a, json, &item, e);
        if (r < 0)
            return r;
        struct str key = key_of(p, item);

        r = side == 1 ? meet(p, 1, key, item, e) : 0;
        if (r == 0 && side == 1)
            r = pair(p, 1, item, NULL, e);
        else if (r == 0)
            wait_with(s, key, json);
        if (r < 0)
            return r;
    }
    return r;
}

/* Pass after pass over both files, each with as many keys as fit into the window. */
static int join_spools(struct pairs *p, struct err *e)
{
    size_t window = p->o->window ? p->o->window : PAIRS_WINDOW;
    int r = spool_both(p, e);
    uint64_t parts = p->sides[0].spool.bytes / window + 1;

    for (uint64_t part = 0; part < parts && r == 0; part++) {
        r = read_part(p, 0, part, parts, e);
        if (r == 0)
            r = read_part(p, 1, part, parts, e);
        if (r == 0)
            r = report_side(p, 0, e);
        forget_side(&p->sides[0]);
    }
    return r;
}

int pairs_run(const struct pairs_options *o, struct err *e)
{
    struct pairs p = {.o = o, .sides = {{.spool = {.fd = -1}}, {.spool = {.fd = -1}}}};
    int r = read_sides(&p, e);

    if (r == 0 && p.spooled)
        r = join_spools(&p, e);
    else if (r == 0)
        r = report_side(&p, 0, e);
    if (r == 0 && !p.spooled)
        r = report_side(&p, 1, e);
    for (unsigned i = 0; i < 2; i++) {
        forget_side(&p.sides[i]);
        spool_close(&p.sides[i].spool);
    }
    buf_free(&p.key);
    buf_free(&p.text);
    arena_free(&p.arena);
    return r;
}
