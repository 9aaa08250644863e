#include "pksk/item/mongo.h"

#include <time.h>

bool mongo_is_likely(struct str text)
{
    return str_find(text, STR("\"$"), NULL);
}

static bool is_number(struct str text)
{
    return text.len && (text.s[0] == '-' || (text.s[0] >= '0' && text.s[0] <= '9')) &&
           !str_find(text, STR("nf"), NULL); /* -Infinity */
}

/* Milliseconds since 1970 as 2026-01-02T03:04:05.678Z. */
static bool date_of(struct arena *a, struct str text, struct str *ret)
{
    char number[24], day[40];
    struct tm tm;

    if (!text.len || text.len >= sizeof(number))
        return false;
    memcpy(number, text.s, text.len);
    number[text.len] = '\0';
    char *end;
    long long ms = strtoll(number, &end, 10);
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));

    if (*end || !gmtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099 ||
        !strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm))
        return false;
    *ret = arena_printf(a, "%s.%03dZ", day, (int)((ms % 1000 + 1000) % 1000));
    return true;
}

static bool become(struct json *node, enum json_kind kind, struct str text)
{
    node->kind = kind;
    node->text = text;
    node->first = node->last = NULL;
    node->count = 0;
    return true;
}

static bool simplify_date(struct arena *a, struct json *node, const struct json *inner)
{
    struct str text = inner->text;

    if (inner->kind == JSON_IS_STRING)
        return become(node, JSON_IS_STRING, text);
    if (inner->kind == JSON_IS_OBJECT)
        text = json_text(inner, "$numberLong");
    return inner->kind != JSON_IS_ARRAY && date_of(a, text, &text) &&
           become(node, JSON_IS_STRING, text);
}

/* {"$binary": {"base64": "…", "subType": "00"}}; of old {"$binary": "…", "$type": "00"} */
static bool simplify_binary(struct json *node, const struct json *inner)
{
    const struct json *text = inner->kind == JSON_IS_OBJECT ? json_get(inner, "base64") : inner;

    return text && text->kind == JSON_IS_STRING && become(node, JSON_IS_STRING, text->text);
}

static bool simplify_one(struct arena *a, struct json *node)
{
    static const char *const numbers[] = {"$numberLong", "$numberInt", "$numberDouble",
                                          "$numberDecimal"};
    static const char *const strings[] = {"$oid", "$uuid", "$symbol"};
    const struct json *inner = node->first;

    if (node->kind != JSON_IS_OBJECT || !inner)
        return false;
    if (str_is(inner->name, "$binary") && (node->count == 1 || json_get(node, "$type")))
        return simplify_binary(node, inner);
    if (node->count != 1)
        return false;
    if (str_is(inner->name, "$date"))
        return simplify_date(a, node, inner);
    if (inner->kind != JSON_IS_STRING)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (str_is(inner->name, numbers[i]))
            return is_number(inner->text) && become(node, JSON_IS_NUMBER, inner->text);
    }
    for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
        if (str_is(inner->name, strings[i]))
            return become(node, JSON_IS_STRING, inner->text);
    }
    return false;
}

bool mongo_simplify(struct arena *a, struct json *tree)
{
    bool any = simplify_one(a, tree);

    for (struct json *x = tree->first; x; x = x->next)
        any |= mongo_simplify(a, x);
    return any;
}
