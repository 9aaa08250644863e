#include "pksk/lang/parser.h"

struct painter {
    void (*paint)(void *ctx, struct span at, enum token_class c);
    void *ctx;
    uint32_t at; /* painted up to here */
};

static void paint(struct painter *w, struct span at, enum token_class class)
{
    at.from = MAX(at.from, w->at);
    if (at.from >= at.to)
        return;
    w->paint(w->ctx, at, class);
    w->at = at.to;
}

/* The marks come latest first. */
static void paint_marks(struct painter *w, struct arena *a, const struct mark *last, uint32_t end)
{
    const struct mark **all;
    size_t count = 0;

    for (const struct mark *m = last; m; m = m->before)
        count++;
    all = arena_alloc(a, count + 1, sizeof(*all));
    for (const struct mark *m = last; m; m = m->before)
        all[--count] = m;
    for (size_t i = 0; all[i]; i++) {
        if (all[i]->at.from < end)
            paint(w, (struct span){all[i]->at.from, MIN(all[i]->at.to, end)}, all[i]->class);
    }
}

/* What stands behind the fault: quoted texts keep their colour. */
static void paint_rest(struct painter *w, struct parser *p, size_t from, size_t to)
{
    size_t i = from;

    while (i < to) {
        size_t end = i + 1;

        if (parser_in(p->text.s[i], "\"'`")) {
            end = MIN(MAX(parser_token_end(p, i), i + 1), to);
            paint(w, (struct span){(uint32_t)i, (uint32_t)end}, TOKEN_STRING);
        }
        i = end;
    }
}

/* A fault at the very end is a word still being typed. */
static size_t paint_fault(struct painter *w, struct parser *p, size_t end)
{
    struct span at = p->e->at;
    size_t from = at.from;

    if (at.from == SPAN_NONE.from || at.to > end || at.from < p->begin)
        return MAX(p->begin, w->at);
    if (at.to < p->text.len && at.from < at.to && p->e->code != ERR_MORE) {
        if (at.from >= w->at)
            paint(w, at, TOKEN_WRONG);
        from = at.to;
    }
    return MAX(from, w->at);
}

void lang_highlight(struct str text, const struct lang_env *env,
                    void (*callback)(void *ctx, struct span at, enum token_class c), void *ctx)
{
    struct painter w = {callback, ctx, 0};
    struct arena arena = {0};
    size_t pos = 0;

    text.len = MIN(text.len, UINT32_MAX / 2);
    while (pos < text.len) {
        struct err e = {.at = SPAN_NONE};
        struct parser p = {.arena = &arena, .text = text, .at = pos, .env = env, .e = &e};
        bool more;
        int code = 0;

        p.lenient = p.painting = true;
        more = parser_begin(&p);
        if (more)
            code = parse_one(&p);
        pos = code ? parser_skip(&p) : p.at;
        paint_marks(&w, &arena, p.marks,
                    (uint32_t)(code == ERR_SYNTAX ? MIN(pos, e.at.from) : pos));
        if (code)
            paint_rest(&w, &p, paint_fault(&w, &p, pos), pos);
        arena_reset(&arena);
    }
    arena_free(&arena);
}
