#include "pksk/base/utf8.h"
#include "pksk/complete/completer.h"
#include "pksk/complete/segment.h"
#include "pksk/item/notation.h"
#include "pksk/out/text.h"

#define OFFERS_MAX 4000 /* considered for the common beginning; far fewer are listed */

struct completer *completer_new(const struct complete_env *env)
{
    struct completer *c = mem_resize(NULL, 1, sizeof(*c));
    *c = (struct completer){.env = env};
    return c;
}

void complete_cancel(struct completer *c)
{
    lookup_cancel(c);
}

void completer_free(struct completer *c)
{
    if (!c)
        return;
    complete_cancel(c);
    complete_forget(c);
    arena_free(&c->arena);
    arena_free(&c->keys_arena);
    buf_free(&c->place);
    free(c->offers);
    free(c->candidates);
    free(c);
}

/* --- the result --------------------------------------------------------------------------- */

/* As it stands in the line: bare where it may, else quoted; without the closing quote when the word
 * goes on. */
static struct str written(struct completer *c, struct str text, enum expect_kind kind, bool quoted,
                          bool open)
{
    _cleanup_(buf_free) struct buf b = {0};
    char quote = c->point.quote;
    if (completer_is_word(kind)) {
        buf_str_add(&b, text);
        open = false;
    } else if (kind == EXPECT_ATTRIBUTE) {
        notation_add_name(&b, text);
        if (quote == '`' && b.s[0] != '`') {
            buf_reset(&b);
            buf_addf(&b, "`%.*s`", STR_ARG(text));
        }
        open &= b.s[0] == '`';
    } else if (!quoted) {
        buf_str_add(&b, text);
        open = false;
    } else if (quote == '\'' && text_is_safe(text)) {
        buf_char(&b, '\'');
        for (size_t i = 0; i < text.len; i++)
            buf_str_add(&b, text.s[i] == '\'' ? STR("''") : str_slice(text, i, i + 1));
        buf_char(&b, '\'');
    } else {
        notation_add_string(&b, text);
    }
    if (open && b.len > 0)
        b.len--;
    return arena_str(&c->arena, buf_str(&b));
}

static bool needs_quotes(const struct completer *c, const struct offer *o)
{
    if (completer_is_word(o->kind) || o->kind == EXPECT_ATTRIBUTE)
        return false;
    bool bare = o->kind == EXPECT_VALUE ? notation_bare_value(o->text) : notation_bare_key(o->text);
    if (c->point.quote == '"' || c->point.quote == '\'' || !bare)
        return true;
    /* A partition key with an index's name would be read as the index. */
    const struct table *t = o->kind == EXPECT_PARTITION_KEY ? completer_table(c) : NULL;
    return t && !(c->statement && c->statement->index) && table_index(t, o->text);
}

static struct str common_text(const struct completer *c)
{
    struct str common = c->offers[0].text;
    for (size_t i = 1; i < c->offer_count; i++) {
        size_t n = 0, max = MIN(common.len, c->offers[i].text.len);
        while (n < max && common.s[n] == c->offers[i].text.s[n])
            n++;
        common.len = n;
    }
    if (c->more)
        common.len = MIN(common.len, MAX(c->base.len, c->point.prefix.len));
    /* Partition keys are those seen, not all: what they share is a guess but for whole segments. */
    while (c->offers[0].kind == EXPECT_PARTITION_KEY && common.len > c->point.prefix.len &&
           !segment_is_whole(common))
        common.len--;
    return utf8_cut(common, common.len);
}

/* What can be inserted at once; nothing when words and quoted keys are mixed. */
static void find_common(struct completer *c, bool quoted)
{
    size_t words = 0, names = 0;
    for (size_t i = 0; i < c->offer_count; i++) {
        words += completer_is_word(c->offers[i].kind);
        names += c->offers[i].kind == EXPECT_ATTRIBUTE;
    }
    bool mixed = (words > 0 && words < c->offer_count) || (names > 0 && names < c->offer_count);
    if (c->offer_count == 0 || (mixed && quoted))
        return;
    struct str common = common_text(c);
    if (common.len < c->point.prefix.len || common.len == 0)
        return;
    c->result.common = written(c, common, c->offers[0].kind, quoted, true);
}

static bool is_data(enum expect_kind kind)
{
    return kind == EXPECT_PARTITION_KEY || kind == EXPECT_SORT_KEY || kind == EXPECT_VALUE;
}

/* Words stand behind what the session knows; where keys can be offered and nothing is typed yet,
 * they are left to the hint. */
static void order_offers(struct completer *c)
{
    _cleanup_(cleanup_free) struct offer *words =
        mem_resize(NULL, c->offer_count + 1, sizeof(*words));
    size_t word_count = 0, kept = 0;
    bool keys = c->live == LIVE_KEYS;
    for (size_t i = 0; i < c->offer_count; i++) {
        keys |= is_data(c->offers[i].kind);
        if (c->offers[i].kind == EXPECT_WORD)
            words[word_count++] = c->offers[i];
        else
            c->offers[kept++] = c->offers[i];
    }
    c->offer_count = kept;
    if (!keys || c->point.prefix.len > 0) {
        for (size_t i = 0; i < word_count; i++)
            c->offers[c->offer_count++] = words[i];
    }
}

static void write_result(struct completer *c)
{
    order_offers(c);
    bool quoted = false;
    for (size_t i = 0; i < c->offer_count; i++)
        quoted |= needs_quotes(c, &c->offers[i]);
    size_t count = MIN(c->offer_count, COMPLETE_CANDIDATES_MAX);
    c->candidates = mem_resize(c->candidates, MAX(count, 1U), sizeof(*c->candidates));
    for (size_t i = 0; i < count; i++) {
        const struct offer *o = &c->offers[i];
        _cleanup_(buf_free) struct buf shown = {0};
        text_escape(&shown, o->text);
        c->candidates[i] =
            (struct candidate){written(c, o->text, o->kind, quoted, o->goes_on),
                               arena_str(&c->arena, buf_str(&shown)), o->kind, o->goes_on};
    }
    c->result.seen = false;
    for (size_t i = 0; i < count; i++)
        c->result.seen |=
            c->offers[i].kind == EXPECT_PARTITION_KEY || c->offers[i].kind == EXPECT_VALUE;
    c->result.common = STR("");
    find_common(c, quoted);
    c->result.list = c->candidates;
    c->result.count = count;
    c->result.more = c->more || c->offer_count > count;
}

static int finish(struct completer *c)
{
    lookup_end(c);
    write_result(c);
    return COMPLETE_DONE;
}

/* --- the job ------------------------------------------------------------------------------ */

/* Asks the parser, and takes what is known; prepares a look-up when there may be more. */
static void collect(struct completer *c)
{
    c->offer_count = 0;
    c->more = false;
    c->base = STR("");
    c->live = LIVE_NONE;
    lang_complete(&c->arena, c->text, c->cursor, c->env->lang, &c->point);
    c->statement = c->point.so_far;
    while (c->statement && c->statement->inner)
        c->statement = c->statement->inner;
    c->result = (struct completion){.span = c->point.word};
    lookup_table(c);
    for (const struct expect *e = c->point.expected; e && c->live != LIVE_TABLE; e = e->next)
        offers_collect(c, e);
    if (c->live != LIVE_KEYS && c->jump.arena) {
        lookup_drop(c);
        c->jump = (struct jump){0};
    }
    c->first = arena_alloc(&c->arena, c->offer_count + 1, sizeof(*c->first));
    c->first_count = c->offer_count;
    c->first_more = c->more;
    for (size_t i = 0; i < c->offer_count; i++)
        c->first[i] = c->offers[i];
}

int complete_begin(struct completer *c, struct str text, size_t cursor)
{
    bool goes_on = c->live == LIVE_KEYS && c->jump.arena;

    if (!goes_on)
        complete_cancel(c);
    arena_reset(&c->arena);
    c->text = arena_str(&c->arena, text);
    c->cursor = cursor;
    c->pages = 0;
    c->described = false;
    c->jobs++;
    c->carried = false;
    collect(c);
    if (!c->carried)
        c->started_us = clock_mono_us(completer_clock(c));
    if (c->live == LIVE_NONE || !lookup_send(c))
        return finish(c);
    return complete_step(c);
}

/* Takes the answers that are there. False: the look-up has come to its end. */
static bool take_answers(struct completer *c, bool *taken)
{
    *taken = false;
    for (unsigned i = 0; i < JUMP_OPEN_MAX; i++) {
        struct lookup_call call = c->calls[i];
        const struct reply *r =
            call.handle ? c->env->live.result(c->env->live.ctx, call.handle) : NULL;

        if (!r)
            continue;
        enum taken what = lookup_take(c, call.number, r);

        c->env->live.drop(c->env->live.ctx, call.handle);
        c->calls[i].handle = NULL;
        *taken = true;
        if (what == TAKEN_AFRESH)
            collect(c);
        if (what == TAKEN_ALL || c->live == LIVE_NONE)
            return false;
    }
    return true;
}

int complete_step(struct completer *c)
{
    bool taken = false;

    while (c->live != LIVE_NONE) {
        if (!take_answers(c, &taken) || !lookup_within_budget(c))
            return finish(c);
        if (!taken)
            return COMPLETE_WAIT;
        if (!lookup_send(c))
            return finish(c);
    }
    return COMPLETE_DONE;
}

const struct completion *complete_so_far(struct completer *c)
{
    if (c->live == LIVE_NONE)
        return &c->result;
    c->offer_count = 0;
    for (size_t i = 0; i < c->first_count; i++)
        c->offers[c->offer_count++] = c->first[i];
    c->more = true;
    lookup_offer(c);
    write_result(c);
    c->result.more = true;
    c->offer_count = 0;
    for (size_t i = 0; i < c->first_count; i++)
        c->offers[c->offer_count++] = c->first[i];
    c->more = c->first_more;
    return &c->result;
}

const struct completion *complete_result(const struct completer *c)
{
    return &c->result;
}

const struct completion *complete_now(struct completer *c, struct str text, size_t cursor,
                                      int timeout_ms, int (*wait)(void *ctx, int ms),
                                      void *wait_ctx)
{
    int64_t until = clock_mono_us(completer_clock(c)) + (int64_t)timeout_ms * 1000;
    int state = complete_begin(c, text, cursor);
    while (state == COMPLETE_WAIT) {
        if (clock_mono_us(completer_clock(c)) >= until || wait(wait_ctx, 20) < 0) {
            finish(c);
            break;
        }
        state = complete_step(c);
    }
    return &c->result;
}
