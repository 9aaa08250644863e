/* Colours for any text: they come in order, lie inside the text and never overlap; and any fault's
 * message can be written. */
#include <locale.h>

#include "pksk/lang/parse.h"

struct seen {
    size_t len;
    uint32_t at;
};

static void paint(void *ctx, struct span at, enum token_class class)
{
    struct seen *seen = ctx;

    (void)class;
    if (at.from < seen->at || at.from >= at.to || at.to > seen->len)
        abort();
    seen->at = at.to;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct lang_env env = {0};
    struct seen seen = {size, 0};
    struct arena arena = {0};
    struct buf message = {0};
    size_t pos = 0;

    setlocale(LC_CTYPE, "C.UTF-8");
    lang_highlight(text, &env, paint, &seen);
    while (pos < size) {
        struct statement *st = NULL;
        struct err e;
        int code = lang_parse(&arena, text, &pos, &env, &st, &e);

        if (code == 0 && !st)
            break;
        if (code < 0)
            lang_explain_error(&message, STR("file"), text, &e);
        if (code == ERR_MORE)
            break;
    }
    if (message.over)
        abort();
    buf_free(&message);
    arena_free(&arena);
    return 0;
}
