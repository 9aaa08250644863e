#include <dirent.h>
#include <sys/stat.h>

#include "pksk/base/file.h"
#include "pksk/base/utf8.h"
#include "pksk/complete/completer.h"

#define FILES_MAX 4000 /* looked at in one directory */

static void offer_names(struct completer *c, enum expect_kind kind)
{
    struct complete_sink sink = {c, kind};
    if (c->env->names)
        c->env->names(c->env->ctx, kind, c->statement, &sink);
}

static void offer_verbs(struct completer *c, enum expect_kind kind)
{
    for (unsigned v = 0; v < VERB_COUNT; v++)
        completer_offer(c, kind, str_of(verb_name((enum verb)v)), false);
    offer_names(c, kind);
}

/* Operators say nothing in a list of words: they are the hint's. */
static void offer_word(struct completer *c, struct str word)
{
    unsigned char first = word.len > 0 ? (unsigned char)word.s[0] : 0;
    if (c->point.quote == 0 && ((first | 0x20) >= 'a' && (first | 0x20) <= 'z'))
        completer_offer(c, EXPECT_WORD, word, false);
}

static void offer_indexes(struct completer *c)
{
    const struct table *t = completer_table(c);
    bool sign = str_starts(c->point.prefix, STR("@"));

    for (size_t i = 0; t && i < t->index_count; i++) {
        struct str name = t->indexes[i].name;

        completer_offer(c, EXPECT_INDEX,
                        sign ? arena_printf(&c->arena, "@%.*s", STR_ARG(name)) : name, false);
    }
}

static void offer_key_names(struct completer *c, const struct key_schema *key)
{
    for (unsigned i = 0; i < key_part_count(key); i++)
        completer_offer(c, EXPECT_ATTRIBUTE, key_part(key, i)->name, false);
}

static void offer_attributes(struct completer *c)
{
    const struct table *t = completer_table(c);
    if (t) {
        offer_key_names(c, &t->key);
        for (size_t i = 0; i < t->index_count; i++)
            offer_key_names(c, &t->indexes[i].key);
    }
    struct str name, table = completer_table_name(c);
    for (size_t i = 0; c->env->seen && seen_next_name(c->env->seen, table, &i, &name);)
        completer_offer(c, EXPECT_ATTRIBUTE, name, false);
}

/* What the attribute on the left holds, where it holds short texts. A value is written like a key:
 * bare where it may be. */
static void offer_values(struct completer *c)
{
    struct str text, table = completer_table_name(c), attribute = c->point.compared;
    size_t before = c->offer_count;

    if (attribute.len == 0 || !c->env->seen)
        return;
    for (size_t i = 0; seen_next_value(c->env->seen, table, attribute, &i, &text);)
        completer_offer(c, EXPECT_VALUE, text, false);
    completer_sort(c, before);
}

/* Directories get a '/' and go on; hidden files only when a dot was typed. */
static void offer_file(struct completer *c, struct str typed_dir, const char *dir, const char *name)
{
    _cleanup_(buf_free) struct buf path = {0}, text = {0};
    struct stat st;
    struct str rest = str_slice(c->point.prefix, typed_dir.len, c->point.prefix.len);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || (*name == '.' && rest.len == 0) ||
        !str_starts(str_of(name), rest) || !utf8_valid(str_of(name)))
        return;
    buf_addf(&path, "%s/%s", dir, name);
    bool is_dir = stat(buf_cstr(&path), &st) == 0 && S_ISDIR(st.st_mode);
    buf_str_add(&text, typed_dir);
    buf_addf(&text, "%s%s", name, is_dir ? "/" : "");
    completer_offer(c, EXPECT_FILE, buf_str(&text), is_dir);
}

static void offer_files(struct completer *c)
{
    struct str prefix = c->point.prefix;
    size_t slash = prefix.len;
    while (slash > 0 && prefix.s[slash - 1] != '/')
        slash--;
    struct str typed = str_slice(prefix, 0, slash);
    if (memchr(prefix.s, '\0', prefix.len))
        return;
    _cleanup_(cleanup_free) char *dir = file_expand(typed.len ? typed : STR("."));
    DIR *d = dir ? opendir(dir) : NULL;
    if (!d)
        return;
    size_t before = c->offer_count;
    for (struct dirent *entry; (entry = readdir(d)) && c->offer_count < FILES_MAX;)
        offer_file(c, typed, dir, entry->d_name);
    closedir(d);
    completer_sort(c, before);
}

void offers_collect(struct completer *c, const struct expect *e)
{
    switch (e->kind) {
    case EXPECT_WORD:
        offer_word(c, e->text);
        break;
    case EXPECT_COMMAND:
    case EXPECT_TOPIC:
        offer_verbs(c, e->kind);
        break;
    case EXPECT_TABLE:
        lookup_tables(c);
        break;
    case EXPECT_INDEX:
        offer_indexes(c);
        break;
    case EXPECT_PARTITION_KEY:
        lookup_partition_keys(c);
        break;
    case EXPECT_SORT_KEY:
        lookup_keys(c);
        break;
    case EXPECT_ATTRIBUTE:
        offer_attributes(c);
        break;
    case EXPECT_FILE:
        offer_files(c);
        break;
    case EXPECT_SETTING:
    case EXPECT_SETTING_VALUE:
    case EXPECT_VARIABLE:
    case EXPECT_PROFILE:
    case EXPECT_REGION:
    case EXPECT_OPERATION:
    case EXPECT_PATTERN:
        offer_names(c, e->kind);
        break;
    case EXPECT_VALUE:
        offer_values(c);
        break;
    case EXPECT_NUMBER:
    case EXPECT_SHELL_COMMAND:
    case EXPECT_NAME:
        break;
    }
}
