#include "pksk/aws/token-file.h"

#include <errno.h>

#include "pksk/base/file.h"
#include "pksk/base/log.h"

int token_file_open(struct token_file *t, const char *directory, const char *hash, struct err *e)
{
    struct buf text = {.max = PROVIDER_ANSWER_MAX + 1};
    struct err why = {0};
    int r;

    *t = (struct token_file){0};
    t->path = cache_path(&t->arena, directory, hash);
    r = file_read_private(t->path, PROVIDER_ANSWER_MAX, &text, &why);
    if (r < 0 && (errno == ENOENT || errno == ENOTDIR))
        r = 0;
    else if (r < 0)
        r = err_set(e, ERR_CONNECT, "%s", why.text);
    else
        r = provider_json(&t->arena, buf_str(&text), t->path, &t->root, e);
    buf_wipe(&text);
    if (r < 0)
        token_file_close(t);
    return r;
}

void token_file_close(struct token_file *t)
{
    provider_json_wipe(t->root);
    arena_free(&t->arena);
    *t = (struct token_file){0};
}

static struct json *member(struct token_file *t, struct json *object, const char *name)
{
    struct json *node = (struct json *)json_get(object, name);

    if (node)
        return node;
    node = arena_new(&t->arena, struct json);
    node->name = str_of(name);
    if (object->last)
        object->last->next = node;
    else
        object->first = node;
    object->last = node;
    object->count++;
    return node;
}

void token_file_set(struct token_file *t, struct json *object, const char *name, struct str value)
{
    struct json *node = member(t, object, name);

    node->kind = JSON_IS_STRING;
    node->text = arena_str(&t->arena, value);
    node->first = node->last = NULL;
}

struct json *token_file_object(struct token_file *t, const char *name)
{
    struct json *node = member(t, t->root, name);

    if (node->kind != JSON_IS_OBJECT) {
        node->kind = JSON_IS_OBJECT;
        node->first = node->last = NULL;
    }
    return node;
}

void token_file_save(struct token_file *t)
{
    struct buf text = {0};
    struct err why;

    json_write(&text, t->root, false);
    if (file_write(t->path, buf_str(&text), &why) < 0)
        log_debug("credentials: the token was not kept: %s", why.text);
    buf_wipe(&text);
}
