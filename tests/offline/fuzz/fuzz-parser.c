/* Any text parses, fails with a place inside of it, or asks for more; the parser always gets on;
 * and at every cursor it says what may come next. */
#include "pksk/lang/parse.h"

static int is_index(void *ctx, struct str table, struct str word, struct err *e)
{
    (void)ctx;
    (void)table;
    if (word.len == 13)
        return err_set(e, ERR_CONNECT, "no connection");
    return word.len && word.s[0] == 'g';
}

static int variable(void *ctx, struct str name, struct arena *a, struct str *ret, struct err *e)
{
    (void)ctx;
    (void)e;
    *ret = arena_str(a, name);
    return name.len && name.s[0] != 'x';
}

static void check_span(struct span at, size_t len)
{
    if (at.from > at.to || at.to > len)
        abort();
}

static void check_statement(const struct statement *st, size_t len)
{
    check_span(st->at, len);
    check_span(st->verb_at, len);
    for (const struct key *k = st->keys; k; k = k->next) {
        if (!k->partition)
            abort();
        check_span(k->at, len);
        for (const struct sort_condition *s = k->sort; s; s = s->next) {
            if (!s->a || (s->op == SORT_BETWEEN) != (s->b != NULL))
                abort();
            check_span(s->at, len);
        }
    }
    if (st->filter)
        check_span(st->filter->at, len);
    if (st->inner)
        check_statement(st->inner, len);
}

static void complete(struct str text, const struct lang_env *env)
{
    struct arena arena = {0};
    size_t step = MAX(text.len / 48, 1);

    for (size_t cursor = 0; cursor <= text.len; cursor += step) {
        struct lang_point point;

        lang_complete(&arena, text, cursor, env, &point);
        check_span(point.word, cursor);
        for (const struct expect *x = point.expected; x; x = x->next) {
            if (!x->text.len)
                abort();
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lang_env env = {.is_index = is_index, .variable = variable};
    struct str text = {(const char *)data, size};
    struct arena arena = {0};
    size_t pos = 0;

    env.script = size & 1;
    env.restricted = size & 2;
    for (;;) {
        struct statement *st = NULL;
        size_t before = pos;
        struct err e = {.at = SPAN_NONE};
        int code = lang_parse(&arena, text, &pos, &env, &st, &e);

        if (code == ERR_MORE || (code == 0 && !st))
            break;
        if (pos <= before || pos > text.len)
            abort();
        if (code == 0)
            check_statement(st, text.len);
        else if (!e.text[0] || e.code != code)
            abort();
        else if (e.at.from != UINT32_MAX)
            check_span(e.at, text.len);
    }
    arena_free(&arena);
    complete(text, &env);
    return 0;
}
