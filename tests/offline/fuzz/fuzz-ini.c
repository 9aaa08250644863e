/* An INI file is refused with its line and a message or becomes sections: no key is empty, no value
 * begins or ends with a blank, and what was read, written plainly, is read as the same again. */
#include "pksk/aws/ini.h"

#include "pksk/aws/words.h"
#include "pksk/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_entries(const struct ini *ini, const struct ini_section *s,
                          const struct ini_entry *entries)
{
    struct str value, nested;

    for (const struct ini_entry *n = entries; n; n = n->next) {
        require(n->key.len > 0 && n->line > 0);
        require(ini_get(ini, s, n->key, &value) && str_eq(value, n->value));
        require(!value.len || !strchr(" \t\n\r", value.s[value.len - 1]) ||
                value.s[value.len - 1] == '\0');
        ini_nested(value, STR("endpoint_url"), &nested);
    }
}

static void write_entries(struct buf *b, const struct ini_entry *entries)
{
    for (const struct ini_entry *n = entries; n; n = n->next) {
        struct str rest = n->value, line;
        bool first = true;

        buf_str_add(b, n->key);
        buf_lit(b, " = ");
        while (str_split(&rest, '\n', &line)) {
            if (!first)
                buf_lit(b, "\n  ");
            buf_str_add(b, line);
            first = false;
        }
        buf_char(b, '\n');
    }
}

static void check_words(struct str name)
{
    struct arena a = {0};
    struct str *words = NULL;
    size_t count = 0;

    require(!words_split(&a, name, &words, &count) || !count || words[count - 1].s);
    arena_free(&a);
}

static void check_read_back(const struct ini *ini)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct ini again;
    struct err e = {0};
    const struct ini_section *s, *t;

    buf_lit(&text, "[DEFAULT]\n");
    write_entries(&text, ini->defaults);
    for (s = ini->sections; s; s = s->next) {
        buf_char(&text, '[');
        buf_str_add(&text, s->name);
        buf_lit(&text, "]\n");
        write_entries(&text, s->entries);
    }
    require(ini_parse(buf_str(&text), "f", &again, &e) == 0);
    for (s = ini->sections, t = again.sections; s && t; s = s->next, t = t->next)
        require(str_eq(s->name, t->name));
    require(!s && !t);
    ini_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ini ini;
    struct err e = {0};
    int r = ini_parse((struct str){(const char *)data, size}, "f", &ini, &e);

    require((r == 0) == !e.text[0]);
    if (r < 0)
        return 0;
    check_entries(&ini, NULL, ini.defaults);
    for (const struct ini_section *s = ini.sections; s; s = s->next) {
        check_entries(&ini, s, s->entries);
        check_words(s->name);
    }
    check_read_back(&ini);
    ini_free(&ini);
    return 0;
}
