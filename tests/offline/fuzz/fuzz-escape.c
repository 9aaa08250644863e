/* Whatever the bytes, what is escaped for a terminal cannot steer it, and fits where it is told to.
 */
#include <locale.h>

#include "pksk/base/utf8.h"
#include "pksk/json/tree.h"
#include "pksk/json/writer.h"
#include "pksk/out/shape.h"
#include "pksk/out/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

__attribute__((constructor)) static void use_utf8(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
}

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* A JSON string stays one, and means the same text. */
static void check_json(struct str text)
{
    _cleanup_(buf_free) struct buf json = {0}, safe = {0};
    struct json *before, *after;
    struct arena a = {0};

    json_add_string(&json, text);
    text_escape_json(&safe, buf_str(&json));
    require(text_is_safe(buf_str(&safe)));
    if (json_parse(&a, buf_str(&json), 4, &before, NULL) == 0) {
        require(json_parse(&a, buf_str(&safe), 4, &after, NULL) == 0);
        require(str_eq(before->text, after->text));
    }
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(buf_free) struct buf safe = {0}, fitted = {0}, shape = {0};
    struct str text = {(const char *)data, size};
    unsigned cells = size ? data[0] : 0;

    text_escape(&safe, text);
    require(text_is_safe(buf_str(&safe)) && utf8_valid(buf_str(&safe)));
    require(text_is_safe(text) == str_eq(text, buf_str(&safe)));
    text_pad(&fitted, buf_str(&safe), cells, size & 1);
    require(text_width(buf_str(&fitted)) == cells);
    require(text_is_safe(buf_str(&fitted)));
    shape_add_key(&shape, text);
    require(shape.len <= 3 * size + 3);
    check_json(text);
    return 0;
}
