#include "pksk/run/requests.h"

#include <sys/stat.h>

#include "pksk/item/quick.h"
#include "pksk/run/records.h"

#define DEPTH_MAX 128
#define TABLES_MAX 100

static struct str skip_blanks(struct str t)
{
    size_t i = 0;

    while (i < t.len && strchr(" \t\r\n", t.s[i]) && t.s[i])
        i++;
    return str_slice(t, i, t.len);
}

static bool take(struct str *t, char c)
{
    *t = skip_blanks(*t);
    if (!t->len || t->s[0] != c)
        return false;
    *t = str_slice(*t, 1, t->len);
    return true;
}

/* A quoted name, which has no escapes where a table or a request is meant. */
static bool take_name(struct str *t, struct str *ret)
{
    size_t end;

    if (!take(t, '"') || !str_find_char(*t, '"', &end))
        return false;
    *ret = str_slice(*t, 0, end);
    *t = str_slice(*t, end + 1, t->len);
    return true;
}

bool requests_look(struct str head)
{
    struct str name;

    if (!take(&head, '{') || !take_name(&head, &name) || !take(&head, ':'))
        return false;
    if (str_is(name, "RequestItems") &&
        (!take(&head, '{') || !take_name(&head, &name) || !take(&head, ':')))
        return false;
    return take(&head, '[') && take(&head, '{') && take_name(&head, &name) &&
           (str_is(name, "PutRequest") || str_is(name, "DeleteRequest"));
}

int requests_parse(struct arena *a, struct str file, struct str text, struct json **ret,
                   struct err *e)
{
    struct json **last = ret;
    struct err why = {0};

    for (text = skip_blanks(text); text.len; text = skip_blanks(text)) {
        struct quick_scan scan = {0};
        size_t len = text.s[0] == '{' ? quick_scan(&scan, text) : 0;

        if (json_parse(a, str_slice(text, 0, len ? len : text.len), DEPTH_MAX, last, &why) < 0)
            return err_set(e, ERR_FAILED, "%.*s: %s", STR_ARG(file), why.text);
        struct json *inner = (struct json *)json_get(*last, "RequestItems");

        if (inner)
            *last = inner;
        if ((*last)->kind != JSON_IS_OBJECT)
            return err_set(e, ERR_FAILED, "%.*s: expected an object of tables with their requests",
                           STR_ARG(file));
        (*last)->next = NULL;
        last = &(*last)->next;
        text = str_slice(text, len ? len : text.len, text.len);
    }
    return 0;
}

struct str requests_only(const struct json *objects)
{
    struct str name = STR("");

    for (const struct json *o = objects; o; o = o->next) {
        if (o->count != 1 || (name.len && !str_eq(name, o->first->name)))
            return STR("");
        name = o->first->name;
    }
    return name;
}

struct json *requests_of(struct json *objects, struct str table)
{
    struct json *first = NULL, **last = &first;

    for (struct json *o = objects; o; o = o->next) {
        for (struct json *t = o->first; t; t = t->next) {
            if (!str_eq(t->name, table) || t->kind != JSON_IS_ARRAY || !t->first)
                continue;
            *last = t->first;
            last = &t->last->next;
            t->first = t->last = NULL;
        }
    }
    return first;
}

static int add_tables(struct arena *a, const struct json *objects, struct str **names,
                      size_t *count, struct err *e)
{
    for (const struct json *o = objects; o; o = o->next) {
        for (const struct json *t = o->first; t; t = t->next) {
            bool known = false;

            for (size_t i = 0; i < *count; i++)
                known |= str_eq((*names)[i], t->name);
            if (known)
                continue;
            if (*count == TABLES_MAX)
                return err_set(e, ERR_FAILED, "the requests are for more than %d tables",
                               TABLES_MAX);
            (*names)[(*count)++] = arena_str(a, t->name);
        }
    }
    return 0;
}

int requests_tables(struct arena *a, const char *path, struct str **names, size_t *count,
                    struct err *e)
{
    _cleanup_(arena_free) struct arena tree = {0};
    _cleanup_(buf_free) struct buf text = {.max = REQUESTS_MAX};
    struct records r = {.fd = -1};
    struct json *objects = NULL;
    struct stat there;
    struct str head;

    *count = 0;
    if (stat(path, &there) < 0 || !S_ISREG(there.st_mode))
        return 0; /* what is wrong with it is said when it is read */
    int code = records_open(&r, path, e);

    if (code == 0)
        code = records_head(&r, &head, e);
    if (code == 0 && requests_look(head)) {
        code = records_all(&r, &text, e);
        if (code == 0)
            code = requests_parse(&tree, str_of(path), buf_str(&text), &objects, e);
        *names = arena_alloc(a, TABLES_MAX, sizeof(**names));
        if (code == 0)
            code = add_tables(a, objects, names, count, e);
    }
    records_close(&r);
    return code;
}
