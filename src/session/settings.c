#include "pksk/session/settings.h"

#include <errno.h>

#include "pksk/aws/ini.h"
#include "pksk/base/file.h"

enum setting_kind { CHOICE, SWITCH, NUMBER, AMOUNT, TEXT };

static const struct setting {
    enum setting_kind kind;
    size_t offset;
    struct setting_info info;
} table[] = {
#define S(kind, field, name, otherwise, values, help)                                              \
    {kind,                                                                                         \
     offsetof(struct settings, field),                                                             \
     {name, otherwise, values, help, kind == CHOICE || kind == SWITCH}},
    SETTINGS(S)
#undef S
};

static void *field(struct settings *s, size_t i)
{
    return (char *)s + table[i].offset;
}

/* The choice's own text, which lives as long as the program. */
static const char *choose(const struct setting *setting, struct str value)
{
    static const char *const known[] = {"auto", "on",    "off",      "pretty", "vertical", "table",
                                        "json", "jsonl", "ddb-json", "csv",    "tsv",      "pksk"};
    struct str rest = str_of(setting->info.values), word;
    bool listed = false;

    while (str_split(&rest, ' ', &word))
        listed |= str_eq(word, value);
    for (size_t i = 0; listed && i < ARRAY_LEN(known); i++) {
        if (str_is(value, known[i]))
            return known[i];
    }
    return NULL;
}

static int refuse(const struct setting *setting, struct str value, struct err *e)
{
    err_set(e, ERR_SYNTAX, "%s cannot be %.*s", setting->info.name, STR_ARG(value));
    err_expected(e, setting->info.listed ? "expected one of: %s" : "expected a number of %s",
                 setting->info.values);
    return ERR_SYNTAX;
}

#define AMOUNT_MAX 4096 /* megabytes */

static bool amount(struct str value, uint64_t *ret)
{
    if (str_is(value, "auto"))
        *ret = AMOUNT_AUTO;
    else if (str_is(value, "off"))
        *ret = 0;
    else
        return str_to_u64(value, ret) && *ret <= AMOUNT_MAX;
    return true;
}

static void show_amount(struct buf *b, uint64_t n)
{
    if (n == AMOUNT_AUTO)
        buf_lit(b, "auto");
    else if (n == 0)
        buf_lit(b, "off");
    else
        buf_addf(b, "%zu", (size_t)n);
}

static int assign(struct settings *s, size_t i, struct str value, struct err *e)
{
    const struct setting *setting = &table[i];
    uint64_t number;

    switch (setting->kind) {
    case CHOICE: {
        const char *choice = choose(setting, value);

        if (!choice)
            return refuse(setting, value, e);
        *(const char **)field(s, i) = choice;
        return 0;
    }
    case SWITCH:
        if (!choose(setting, value))
            return refuse(setting, value, e);
        *(bool *)field(s, i) = str_is(value, "on");
        return 0;
    case NUMBER:
        if (!str_to_u64(value, &number))
            return refuse(setting, value, e);
        *(uint64_t *)field(s, i) = number;
        return 0;
    case AMOUNT:
        if (!amount(value, &number))
            return refuse(setting, value, e);
        *(uint64_t *)field(s, i) = number;
        return 0;
    case TEXT:
        free(*(char **)field(s, i));
        *(char **)field(s, i) = mem_dup(value.s, value.len);
        return 0;
    }
    return 0;
}

void settings_init(struct settings *s)
{
    *s = (struct settings){0};
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (assign(s, i, str_of(table[i].info.otherwise), NULL) < 0)
            abort();
    }
}

void settings_deinit(struct settings *s)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (table[i].kind == TEXT)
            free(*(char **)field(s, i));
    }
}

const struct setting_info *settings_find(struct str name, size_t *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (!str_eq_ci(name, str_of(table[i].info.name)))
            continue;
        if (ret)
            *ret = i;
        return &table[i].info;
    }
    return NULL;
}

int settings_set(struct settings *s, struct str name, struct str value, struct err *e)
{
    const struct setting_info *nearest = NULL;
    size_t i, best = 3;

    if (settings_find(name, &i))
        return assign(s, i, value, e);
    for (i = 0; i < ARRAY_LEN(table); i++) {
        size_t distance = str_distance(name, str_of(table[i].info.name));

        if (distance < best) {
            best = distance;
            nearest = &table[i].info;
        }
    }
    err_set(e, ERR_SYNTAX, "there is no setting %.*s", STR_ARG(name));
    if (nearest)
        err_hint(e, "did you mean %s?", nearest->name);
    else
        err_hint(e, "`set` lists them all");
    return ERR_SYNTAX;
}

void settings_show(const struct settings *s, size_t i, struct buf *ret)
{
    const void *p = (const char *)s + table[i].offset;

    switch (table[i].kind) {
    case CHOICE:
        buf_str_add(ret, str_of(*(const char *const *)p));
        break;
    case SWITCH:
        buf_str_add(ret, *(const bool *)p ? STR("on") : STR("off"));
        break;
    case NUMBER:
        buf_addf(ret, "%zu", (size_t) * (const uint64_t *)p);
        break;
    case AMOUNT:
        show_amount(ret, *(const uint64_t *)p);
        break;
    case TEXT:
        buf_str_add(ret, str_of(*(char *const *)p));
        break;
    }
}

size_t settings_count(void)
{
    return ARRAY_LEN(table);
}

const struct setting_info *settings_info(size_t i)
{
    return &table[i].info;
}

static int load_section(struct settings *s, const char *path, const struct ini_section *section,
                        struct err *e)
{
    for (const struct ini_entry *entry = section ? section->entries : NULL; entry;
         entry = entry->next) {
        struct err why = {0};

        if (settings_set(s, entry->key, entry->value, &why) == 0)
            continue;
        err_set(e, ERR_SYNTAX, "%s:%u: %s", path, entry->line, why.text);
        if (why.expected[0])
            err_expected(e, "%s", why.expected);
        err_hint(e, "%s", why.hint[0] ? why.hint : "mend the file, or start with --no-config");
        return ERR_SYNTAX;
    }
    return 0;
}

static bool mentions(const struct ini_section *section, const char *name)
{
    for (const struct ini_entry *entry = section ? section->entries : NULL; entry;
         entry = entry->next) {
        if (str_eq_ci(entry->key, str_of(name)))
            return true;
    }
    return false;
}

int settings_load(struct settings *s, const char *path, struct str profile, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    _cleanup_(buf_free) struct buf name = {0};
    struct ini ini;
    int r = file_read_ordinary(path, INI_FILE_MAX, &text, e);

    if (r < 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (r < 0) {
        err_hint(e, "mend that, or start with --no-config");
        return r;
    }
    r = ini_parse(buf_str(&text), path, &ini, e);
    if (r < 0) {
        err_hint(e, "mend that line, or start with --no-config");
        return r;
    }
    buf_lit(&name, "profile ");
    buf_str_add(&name, profile);
    r = load_section(s, path, ini_section(&ini, STR("pksk")), e);
    if (r == 0)
        r = load_section(s, path, ini_section(&ini, buf_str(&name)), e);
    if (r == 0 && s->production && !mentions(ini_section(&ini, buf_str(&name)), "read-only"))
        s->read_only = true;
    ini_free(&ini);
    return r;
}
