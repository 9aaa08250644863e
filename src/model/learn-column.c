/* The templates of one key attribute: its values are cut into pieces, grouped by their delimiters,
 * and each place of a group becomes literals or a placeholder, from left to right. */
#include <ctype.h>

#include "pksk/model/learner.h"

#define PIECES_MAX 8
#define LITERALS_MAX 32   /* different words at one place */
#define NUMBER_LITERAL 20 /* items: a number that never varies in so many is no number */
#define FAMILY_ENDS 3     /* different ends of one beginning, on average */
#define SAME_ATTRIBUTES 3 /* so many in common say something */
#define VARIETY 3         /* so many words for items of one type are its values */

struct piece {
    struct str text;
    enum atom atom;
};

struct key_text {
    size_t item;
    struct piece pieces[PIECES_MAX];
    char before[PIECES_MAX]; /* the delimiter in front of each; 0: none */
    unsigned count;
};

struct column {
    struct learner *l;
    struct map ends; /* beginning of a word → struct map of its ends, over the whole attribute */
    struct template_part parts[TEMPLATE_PARTS_MAX]; /* so far, on the way down */
    size_t part_count;
    struct learned_list *found;
};

static void at_place(struct column *c, struct key_text *const *keys, size_t n, unsigned place);

/* ---- cutting */

static bool has_blank_inside(struct str t)
{
    size_t at;

    return str_find_char(str_trim(t), ' ', &at);
}

static void cut(struct key_text *k, struct str text)
{
    size_t at = 0;
    char before = 0;

    for (k->count = 0; k->count < PIECES_MAX; at++) {
        struct str rest = str_slice(text, at, text.len);
        struct piece *p = &k->pieces[k->count];
        size_t n = k->count + 1 == PIECES_MAX ? 0 : atom_begins(rest, &p->atom);

        if (!n) {
            while (n < rest.len && !atom_divides(rest.s[n]))
                n++;
            if (k->count + 1 == PIECES_MAX || has_blank_inside(str_slice(rest, 0, n)))
                n = rest.len; /* free text takes what follows */
            p->atom =
                has_blank_inside(str_slice(rest, 0, n)) ? ATOM_ANY : atom_of(str_slice(rest, 0, n));
        }
        p->text = str_slice(rest, 0, n);
        k->before[k->count++] = before;
        at += n;
        if (at >= text.len)
            return;
        before = text.s[at];
    }
}

/* ---- words that begin alike: cus_…, Complaint…, P… */

/* The part of a word up to its first '_', '-' or '.', or to where letters become digits; empty:
 * none. */
static struct str beginning(struct str word)
{
    for (size_t i = 1; i < word.len; i++) {
        if (strchr("_-.", word.s[i]) && i + 1 < word.len)
            return str_slice(word, 0, i + 1);
        if (isdigit((unsigned char)word.s[i]) && isalpha((unsigned char)word.s[i - 1]))
            return str_slice(word, 0, i);
    }
    return STR("");
}

static void note_beginning(struct column *c, struct str word)
{
    struct str begins = beginning(word);
    struct map *ends;

    if (!begins.len)
        return;
    ends = map_get(&c->ends, begins);
    if (!ends) {
        ends = mem_resize(NULL, 1, sizeof(*ends));
        *ends = (struct map){0};
        map_put(&c->ends, begins, ends);
    }
    map_put(ends, str_slice(word, begins.len, word.len), c);
}

static void free_ends(void *ends)
{
    map_free(ends, NULL);
    free(ends);
}

/* ---- parts */

static void push_literal(struct column *c, struct str text)
{
    struct template_part *last = c->part_count ? &c->parts[c->part_count - 1] : NULL;

    if (!text.len)
        return;
    if (last && last->literal)
        last->text = arena_printf(c->l->arena, "%.*s%.*s", STR_ARG(last->text), STR_ARG(text));
    else if (c->part_count < TEMPLATE_PARTS_MAX)
        c->parts[c->part_count++] =
            (struct template_part){.text = arena_str(c->l->arena, text), .literal = true};
}

static void push_placeholder(struct column *c, enum template_form form, enum atom atom,
                             unsigned width)
{
    if (c->part_count < TEMPLATE_PARTS_MAX)
        c->parts[c->part_count++] =
            (struct template_part){.form = form, .atom = atom, .width = width};
}

static void emit(struct column *c, struct key_text *const *keys, size_t n)
{
    struct learned_list *f = c->found;
    struct arena *a = c->l->arena;
    struct learned *x;

    if (f->count == f->cap) {
        struct learned *list = arena_alloc(a, f->cap ? 2 * f->cap : 32, sizeof(*list));

        if (f->count)
            memcpy(list, f->list, f->count * sizeof(*list));
        f->list = list;
        f->cap = f->cap ? 2 * f->cap : 32;
    }
    x = &f->list[f->count++];
    x->template.parts = arena_alloc(a, c->part_count, sizeof(*c->parts));
    x->template.count = c->part_count;
    memcpy(x->template.parts, c->parts, c->part_count * sizeof(*c->parts));
    x->items = arena_alloc(a, n, sizeof(*x->items));
    x->count = n;
    for (size_t i = 0; i < n; i++)
        x->items[i] = keys[i]->item;
}

/* What stands at this place is decided; the next place follows, and then all is as before. */
static void go_on(struct column *c, struct key_text *const *keys, size_t n, unsigned place,
                  size_t part_count, struct template_part last)
{
    at_place(c, keys, n, place + 1);
    c->part_count = part_count;
    if (part_count)
        c->parts[part_count - 1] = last;
}

static struct template_part last_part(const struct column *c)
{
    return c->part_count ? c->parts[c->part_count - 1] : (struct template_part){0};
}

static void go_on_with_literal(struct column *c, struct key_text *const *keys, size_t n,
                               unsigned place, struct str text)
{
    size_t count = c->part_count;
    struct template_part last = last_part(c);

    push_literal(c, text);
    go_on(c, keys, n, place, count, last);
}

/* A number of one width that begins with noughts is padded. */
static unsigned padded_width(const struct str *texts, size_t n)
{
    bool noughts = false;

    for (size_t i = 0; i < n; i++) {
        if (texts[i].len != texts[0].len)
            return 0;
        noughts |= texts[i].s[0] == '0' && texts[i].len > 1;
    }
    return noughts ? (unsigned)texts[0].len : 0;
}

static bool is_told_apart(enum atom kind)
{
    return kind == ATOM_DATE || kind == ATOM_MONTH || kind == ATOM_TIME || kind == ATOM_MOMENT ||
           kind == ATOM_UUID || kind == ATOM_ULID || kind == ATOM_KSUID;
}

/* from: where in the piece what varies begins. */
static void go_on_with_placeholder(struct column *c, struct key_text *const *keys, size_t n,
                                   unsigned place, size_t from)
{
    _cleanup_(cleanup_free) struct str *texts = mem_resize(NULL, n, sizeof(*texts));
    size_t count = c->part_count;
    struct template_part last = last_part(c);
    enum atom kind = ATOM_ANY;
    bool one_kind = true;

    for (size_t i = 0; i < n; i++) {
        struct str text = keys[i]->pieces[place].text;
        enum atom own;

        texts[i] = str_slice(text, from, text.len);
        own = from ? atom_of(texts[i]) : keys[i]->pieces[place].atom;
        one_kind &= i == 0 || own == kind;
        kind = own;
    }
    if (one_kind && kind == ATOM_NUMBER && padded_width(texts, n))
        push_placeholder(c, FORM_PADDED, kind, padded_width(texts, n));
    else if (one_kind && is_told_apart(kind))
        push_placeholder(c, FORM_ATOM, kind, 0);
    else
        push_placeholder(c, FORM_PLAIN, one_kind ? kind : ATOM_ANY, 0);
    go_on(c, keys, n, place, count, last);
}

/* ---- groups of equal text */

struct run {
    struct str text;
    struct key_text **keys;
    size_t count;
};

struct runs {
    struct run *list;
    size_t count;
};

static struct str whole_piece(struct str text)
{
    return text;
}

/* The members by what `of` makes of their piece, in the order in which they come. */
static struct runs group(struct column *c, struct key_text *const *keys, size_t n, unsigned place,
                         struct str (*of)(struct str))
{
    struct runs r = {arena_alloc(c->l->arena, n, sizeof(*r.list)), 0};
    struct map seen = {0};

    for (size_t i = 0; i < n; i++) {
        struct str text = of(keys[i]->pieces[place].text);
        struct run *run = map_get(&seen, text);

        if (!run) {
            run = &r.list[r.count++];
            *run = (struct run){.text = text};
            map_put(&seen, text, run);
        }
        run->count++;
    }
    for (size_t i = 0; i < r.count; i++) {
        r.list[i].keys = arena_alloc(c->l->arena, r.list[i].count, sizeof(struct key_text *));
        r.list[i].count = 0;
    }
    for (size_t i = 0; i < n; i++) {
        struct run *run = map_get(&seen, of(keys[i]->pieces[place].text));

        run->keys[run->count++] = keys[i];
    }
    map_free(&seen, NULL);
    return r;
}

/* ---- words */

/* Names of the attributes that the items of a word have, but for keys: the union. */
static void attributes_of(const struct column *c, const struct run *run, struct map *ret)
{
    const struct learner *l = c->l;

    for (size_t i = 0; i < run->count && i < 50; i++) {
        value_each (v, l->items[run->keys[i]->item]) {
            if (!learn_is_table_key(l, value_name(v)) && !learn_is_generic(value_name(v)))
                map_put(ret, value_name(v), ret);
        }
    }
}

/* Do the items of both have nearly the same attributes? None at all says nothing. */
static bool alike(const struct column *c, const struct run *x, const struct run *y)
{
    struct map of_x = {0}, of_y = {0};
    size_t both = 0;
    struct str name;

    attributes_of(c, x, &of_x);
    attributes_of(c, y, &of_y);
    for (size_t i = 0; map_next(&of_x, &i, &name, NULL);)
        both += map_has(&of_y, name);
    size_t all = of_x.count + of_y.count - both;
    bool once = x->count == 1 && y->count == 1;

    map_free(&of_x, NULL);
    map_free(&of_y, NULL);
    return all && both * 10 >= all * 7 && (both >= SAME_ATTRIBUTES || once);
}

/* Words whose items are alike are one placeholder, the others are literals. */
static void like_words(struct column *c, struct runs *r, unsigned place)
{
    bool *done = arena_alloc(c->l->arena, r->count, sizeof(*done));

    for (size_t i = 0; i < r->count; i++) {
        struct key_text **together;
        size_t n = r->list[i].count, words = 1, at;

        if (done[i])
            continue;
        for (size_t k = i + 1; k < r->count; k++) {
            if (!done[k] && alike(c, &r->list[i], &r->list[k])) {
                n += r->list[k].count;
                words++;
            }
        }
        if (words == 1) {
            go_on_with_literal(c, r->list[i].keys, r->list[i].count, place, r->list[i].text);
            continue;
        }
        together = arena_alloc(c->l->arena, n, sizeof(*together));
        at = 0;
        for (size_t k = i; k < r->count; k++) {
            if (done[k] || (k > i && !alike(c, &r->list[i], &r->list[k])))
                continue;
            memcpy(together + at, r->list[k].keys, r->list[k].count * sizeof(*together));
            at += r->list[k].count;
            done[k] = k > i;
        }
        go_on_with_placeholder(c, together, at, place, 0);
    }
}

static int by_count(const void *a, const void *b)
{
    const struct run *x = a, *y = b;

    return (y->count > x->count) - (y->count < x->count);
}

/* The words that come again and again, first; the rest follows as one placeholder. */
static void many_words(struct column *c, struct runs *r, unsigned place, size_t n)
{
    size_t frequent = 0, rest = 0;

    qsort(r->list, r->count, sizeof(*r->list), by_count);
    while (frequent < r->count && frequent < LITERALS_MAX && r->list[frequent].count >= 5 &&
           r->list[frequent].count * 20 >= n)
        frequent++;
    for (size_t i = 0; i < frequent; i++)
        go_on_with_literal(c, r->list[i].keys, r->list[i].count, place, r->list[i].text);
    struct key_text **others = arena_alloc(c->l->arena, n, sizeof(*others));

    for (size_t i = frequent; i < r->count; i++) {
        memcpy(others + rest, r->list[i].keys, r->list[i].count * sizeof(*others));
        rest += r->list[i].count;
    }
    if (rest)
        go_on_with_placeholder(c, others, rest, place, 0);
}

static void words(struct column *c, struct key_text *const *keys, size_t n, unsigned place)
{
    struct runs r = group(c, keys, n, place, whole_piece);
    bool last = place + 1 == keys[0]->count;
    size_t again = 0;

    for (size_t i = 0; i < r.count; i++)
        again += r.list[i].count > 1 ? r.list[i].count : 0;
    if (c->l->typed && r.count >= VARIETY) {
        go_on_with_placeholder(c, keys, n, place, 0);
    } else if (r.count > LITERALS_MAX || (!last && r.count > 1 && again * 10 < n * 8)) {
        many_words(c, &r, place, n);
    } else if (r.count > 1 && (last || r.count >= VARIETY)) {
        like_words(c, &r, place);
    } else {
        for (size_t i = 0; i < r.count; i++)
            go_on_with_literal(c, r.list[i].keys, r.list[i].count, place, r.list[i].text);
    }
}

/* Beginnings that many different ends follow: few of them have most of the words. */
static bool are_families(const struct column *c, const struct runs *r, size_t n)
{
    size_t families = 0, ends = 0, covered = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct map *own = r->list[i].text.len ? map_get(&c->ends, r->list[i].text) : NULL;

        if (!own || own->count < 2)
            continue;
        families++;
        ends += own->count;
        covered += r->list[i].count;
    }
    return families && families <= LITERALS_MAX && ends >= families * FAMILY_ENDS &&
           covered * 10 >= n * 8;
}

static void families_or_words(struct column *c, struct key_text *const *keys, size_t n,
                              unsigned place)
{
    struct runs r = group(c, keys, n, place, beginning);

    if (!are_families(c, &r, n)) {
        words(c, keys, n, place);
        return;
    }
    for (size_t i = 0; i < r.count; i++) {
        const struct map *own = r.list[i].text.len ? map_get(&c->ends, r.list[i].text) : NULL;
        size_t count = c->part_count;
        struct template_part last = last_part(c);

        if (!own || own->count < 2) {
            words(c, r.list[i].keys, r.list[i].count, place);
            continue;
        }
        push_literal(c, r.list[i].text);
        go_on_with_placeholder(c, r.list[i].keys, r.list[i].count, place, r.list[i].text.len);
        c->part_count = count;
        if (count)
            c->parts[count - 1] = last;
    }
}

/* ---- one place */

static bool is_wordy(enum atom kind)
{
    return kind == ATOM_WORD || kind == ATOM_ANY;
}

static bool explained(struct column *c, struct key_text *const *keys, size_t n, unsigned place)
{
    _cleanup_(cleanup_free) struct str *texts = mem_resize(NULL, n, sizeof(*texts));
    _cleanup_(cleanup_free) size_t *items = mem_resize(NULL, n, sizeof(*items));
    struct explained ignored;

    for (size_t i = 0; i < n; i++) {
        texts[i] = keys[i]->pieces[place].text;
        items[i] = keys[i]->item;
    }
    return learn_explain(c->l, items, texts, n, &ignored);
}

/* One class of pieces at one place. */
static void bucket(struct column *c, struct key_text *const *keys, size_t n, unsigned place)
{
    enum atom kind = keys[0]->pieces[place].atom;
    bool wordy = false;

    for (size_t i = 0; i < n; i++)
        wordy |= is_wordy(keys[i]->pieces[place].atom);
    if (!wordy || kind == ATOM_URL || explained(c, keys, n, place))
        go_on_with_placeholder(c, keys, n, place, 0);
    else
        families_or_words(c, keys, n, place);
}

static size_t different(struct column *c, struct key_text *const *keys, size_t n, unsigned place)
{
    return n ? group(c, keys, n, place, whole_piece).count : 0;
}

/* Letters in some ids and digits in others are one class when both repeat as rarely. */
static bool one_class(struct column *c, struct key_text *const *some, size_t n,
                      struct key_text *const *others, size_t m, unsigned place)
{
    size_t words = different(c, some, n, place), ids = different(c, others, m, place);

    return n && m && words >= 3 && words * m * 2 >= ids * n && words * 2 >= n;
}

static bool is_constant(struct key_text *const *keys, size_t n, unsigned place)
{
    for (size_t i = 1; i < n; i++) {
        if (!str_eq(keys[i]->pieces[place].text, keys[0]->pieces[place].text))
            return false;
    }
    return true;
}

static void constant(struct column *c, struct key_text *const *keys, size_t n, unsigned place)
{
    const struct piece *p = &keys[0]->pieces[place];
    struct str begins = beginning(p->text);
    const struct map *ends = begins.len ? map_get(&c->ends, begins) : NULL;

    if (is_wordy(p->atom) && ends && ends->count >= FAMILY_ENDS)
        families_or_words(c, keys, n, place);
    else if (is_wordy(p->atom) || (p->atom == ATOM_NUMBER && n >= NUMBER_LITERAL))
        go_on_with_literal(c, keys, n, place, p->text);
    else
        go_on_with_placeholder(c, keys, n, place, 0);
}

static void classes(struct column *c, struct key_text *const *keys, size_t n, unsigned place)
{
    struct arena *a = c->l->arena;
    struct key_text **wordy = arena_alloc(a, n, sizeof(*wordy)),
                    **ids = arena_alloc(a, n, sizeof(*ids)),
                    **own = arena_alloc(a, n, sizeof(*own));
    size_t words_count = 0, ids_count = 0;
    bool plain_ids[ATOMS] = {[ATOM_NUMBER] = true, [ATOM_HEX] = true};

    for (size_t i = 0; i < n; i++) {
        enum atom kind = keys[i]->pieces[place].atom;

        if (is_wordy(kind))
            wordy[words_count++] = keys[i];
        else if (plain_ids[kind])
            ids[ids_count++] = keys[i];
    }
    if (one_class(c, wordy, words_count, ids, ids_count, place)) {
        memcpy(ids + ids_count, wordy, words_count * sizeof(*ids));
        ids_count += words_count;
        words_count = 0;
    }
    if (ids_count)
        go_on_with_placeholder(c, ids, ids_count, place, 0);
    if (words_count)
        bucket(c, wordy, words_count, place);
    for (unsigned kind = 0; kind < ATOMS; kind++) {
        size_t count = 0;

        if (is_wordy((enum atom)kind) || plain_ids[kind])
            continue;
        for (size_t i = 0; i < n; i++) {
            if (keys[i]->pieces[place].atom == (enum atom)kind)
                own[count++] = keys[i];
        }
        if (count)
            go_on_with_placeholder(c, own, count, place, 0);
    }
}

/* Words, numbers and random letters may be one thing; `meta` beside dates is not. */
static bool is_one_sort(struct key_text *const *keys, size_t n, unsigned place)
{
    size_t apart = 0;

    for (size_t i = 0; i < n; i++)
        apart += is_told_apart(keys[i]->pieces[place].atom);
    return apart == 0 || apart == n;
}

static void at_place(struct column *c, struct key_text *const *keys, size_t n, unsigned place)
{
    size_t count = c->part_count;
    struct template_part last = last_part(c);

    if (place == keys[0]->count) {
        emit(c, keys, n);
        return;
    }
    if (keys[0]->before[place])
        push_literal(c, (struct str){&keys[0]->before[place], 1});
    if (is_constant(keys, n, place))
        constant(c, keys, n, place);
    else if (is_one_sort(keys, n, place) && explained(c, keys, n, place))
        go_on_with_placeholder(c, keys, n, place, 0);
    else
        classes(c, keys, n, place);
    c->part_count = count;
    if (count)
        c->parts[count - 1] = last;
}

/* ---- the attribute */

static bool same_delimiters(const struct key_text *x, const struct key_text *y)
{
    return x->count == y->count && memcmp(x->before, y->before, x->count) == 0;
}

static void each_skeleton(struct column *c, struct key_text *keys, size_t n)
{
    struct key_text **group_of = arena_alloc(c->l->arena, n, sizeof(*group_of));
    bool *done = arena_alloc(c->l->arena, n, sizeof(*done));

    for (size_t i = 0; i < n; i++) {
        size_t count = 0;

        if (done[i])
            continue;
        for (size_t k = i; k < n; k++) {
            if (!done[k] && same_delimiters(&keys[i], &keys[k])) {
                group_of[count++] = &keys[k];
                done[k] = true;
            }
        }
        struct key_text **own = arena_alloc(c->l->arena, count, sizeof(*own));

        memcpy(own, group_of, count * sizeof(*own));
        c->part_count = 0;
        at_place(c, own, count, 0);
    }
}

void learn_column(struct learner *l, struct str attribute, const size_t *items, size_t count,
                  struct learned_list *ret)
{
    struct column c = {.l = l, .found = ret};
    struct key_text *keys = arena_alloc(l->arena, count, sizeof(*keys));
    struct str text;
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (!entity_key_text(l->items[items[i]], attribute, &text))
            continue;
        keys[n].item = items[i];
        cut(&keys[n], text);
        n++;
    }
    for (size_t i = 0; i < l->count; i++) { /* of all entities: few of one are many of all */
        struct key_text other;

        if (!entity_key_text(l->items[i], attribute, &text))
            continue;
        cut(&other, text);
        for (unsigned p = 0; p < other.count; p++) {
            if (is_wordy(other.pieces[p].atom))
                note_beginning(&c, other.pieces[p].text);
        }
    }
    if (n)
        each_skeleton(&c, keys, n);
    map_free(&c.ends, free_ends);
}
