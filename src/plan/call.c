#include "pksk/dynamo/operation.h"
#include "pksk/item/plain.h"
#include "pksk/plan/plan.h"

/* An operation as the user wrote it: the shell's notation of its request becomes JSON. */

static bool is_name(struct str t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((t.s[i] | 0x20) < 'a' || (t.s[i] | 0x20) > 'z')
            return false;
    return t.len > 0 && t.len < OPERATION_NAME_MAX;
}

/* What differs from a known name only a little is a slip; anything else may be newer than we. */
static int check_name(const struct word *w, struct err *e)
{
    struct str nearest = operation_nearest(w->text);

    if (operation_find(w->text) || (is_name(w->text) && !nearest.len))
        return 0;
    err_at(e, ERR_SYNTAX, w->at, "DynamoDB has no operation %.*s", STR_ARG(w->text));
    if (nearest.len)
        err_hint(e, "did you mean %.*s?", STR_ARG(nearest));
    else
        err_expected(e, "expected a name such as DescribeLimits");
    return ERR_SYNTAX;
}

int plan_call(struct arena *a, const struct statement *st, struct plan *ret, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};
    int r = check_name(st->args, e);

    if (r < 0)
        return r;
    if (st->item)
        plain_add_value(&body, st->item);
    else
        buf_lit(&body, "{}");
    *ret = (struct plan){
        .operation = arena_str(a, st->args->text).s,
        .body = arena_str(a, str_slice(buf_str(&body), 0, body.len - 1)),
        .line = arena_str(a, st->args->text),
    };
    return 0;
}
