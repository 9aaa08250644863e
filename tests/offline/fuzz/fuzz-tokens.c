/* A file with a sign-in's tokens is refused with a message, or some members can be changed and all
 * others stay as they were. */
#include "pksk/aws/token-file.h"

#include "pksk/json/writer.h"
#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static struct str text_of(const struct json *object, const char *name)
{
    return json_text(object, name);
}

/* Everything but what is changed here. */
static void add_others(struct buf *b, const struct json *root)
{
    for (const struct json *n = root->first; n; n = n->next) {
        if (str_is(n->name, "accessToken") || str_is(n->name, "inner"))
            continue;
        json_add_string(b, n->name);
        buf_char(b, ':');
        json_write(b, n, false);
    }
}

static void change(struct token_file *t)
{
    _cleanup_(buf_free) struct buf before = {0}, after = {0};
    struct token_file again;
    struct err e;

    add_others(&before, t->root);
    token_file_set(t, t->root, "accessToken", STR("new \"one\""));
    token_file_set(t, token_file_object(t, "inner"), "key", STR("k"));
    token_file_save(t);
    require(token_file_open(&again, scratch(), "token", &e) == 0 && again.root);
    require(str_is(text_of(again.root, "accessToken"), "new \"one\""));
    require(str_is(text_of(json_get(again.root, "inner"), "key"), "k"));
    add_others(&after, again.root);
    require(str_eq(buf_str(&before), buf_str(&after)));
    token_file_close(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(buf_free) struct buf path = {0};
    struct token_file t;
    struct err e = {0};

    buf_addf(&path, "%s/token.json", scratch());
    scratch_put(buf_cstr(&path), (struct str){(const char *)data, size});
    if (token_file_open(&t, scratch(), "token", &e) < 0) {
        require(e.text[0]);
        return 0;
    }
    require(t.root);
    change(&t);
    token_file_close(&t);
    return 0;
}
