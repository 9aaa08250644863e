#include "pksk/session/seen.h"

#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char dir[64];

static struct seen *begin(const char *scope)
{
    return seen_new(str_of(dir), str_of(scope));
}

static struct str keys(struct seen *s, const char *table, const char *attribute)
{
    static struct buf b;
    struct str text;
    buf_reset(&b);
    for (size_t i = 0; seen_next_key(s, str_of(table), str_of(attribute), &i, &text);)
        buf_addf(&b, "%s%.*s", b.len ? "|" : "", STR_ARG(text));
    return buf_str(&b);
}

static void clear(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -r '%s'", dir);
    if (system(command) != 0)
        abort();
}

static void note(struct seen *s, const char *text)
{
    seen_key(s, STR("Main"), STR("pk"), ATTR_S, str_of(text));
}

TEST(what_is_saved_comes_back)
{
    struct err e;
    snprintf(dir, sizeof(dir), "/tmp/pksk-seen-XXXXXX");
    CHECK(mkdtemp(dir));
    struct seen *s = begin("here");
    note(s, "a b%\n\033");
    note(s, "ü#1");
    seen_key(s, STR("Main"), STR("odd name"), ATTR_N, STR("42"));
    CHECK(seen_save(s, &e) == 0);
    seen_free(s);

    s = begin("here");
    CHECK_STR(keys(s, "Main", "pk"), "a b%\n\033|ü#1");
    CHECK_STR(keys(s, "Main", "odd name"), "42");
    CHECK_STR(keys(s, "Other", "pk"), "");
    seen_free(s);
    s = begin("elsewhere");
    CHECK_STR(keys(s, "Main", "pk"), "");
    seen_free(s);
    clear();
}

TEST(two_shells_add_up_and_files_are_private)
{
    struct err e;
    snprintf(dir, sizeof(dir), "/tmp/pksk-seen-XXXXXX");
    CHECK(mkdtemp(dir));
    struct seen *one = begin("x"), *two = begin("x");
    CHECK_STR(keys(one, "Main", "pk"), "");
    note(one, "1");
    note(two, "2");
    CHECK(seen_save(two, &e) == 0 && seen_save(one, &e) == 0);
    seen_free(one);
    seen_free(two);
    one = begin("x");
    CHECK_STR(keys(one, "Main", "pk"), "2|1");
    seen_free(one);

    char command[160];
    snprintf(command, sizeof(command), "test \"$(stat -c %%a '%s'/seen-*)\" = 600", dir);
    CHECK(system(command) == 0);
    clear();
}

TEST(the_youngest_are_kept)
{
    struct seen *s = seen_new(STR(""), STR(""));
    char text[32];
    for (int i = 0; i < SEEN_KEYS_MAX + 5; i++) {
        snprintf(text, sizeof(text), "%d", i);
        note(s, text);
        note(s, "0"); /* seen again and again */
    }
    size_t count = 0;
    bool zero = false, first = false;
    struct str key;
    for (size_t i = 0; seen_next_key(s, STR("Main"), STR("pk"), &i, &key); count++) {
        zero |= str_is(key, "0");
        first |= str_is(key, "1");
    }
    CHECK(count == SEEN_KEYS_MAX && zero && !first);
    seen_free(s);
}

TEST(binary_and_giant_keys_are_left_out)
{
    struct seen *s = seen_new(STR(""), STR(""));
    char big[SEEN_KEY_LEN_MAX + 2];
    memset(big, 'x', sizeof(big));
    seen_key(s, STR("Main"), STR("pk"), ATTR_B, STR("\1\2"));
    seen_key(s, STR("Main"), STR("pk"), ATTR_S, (struct str){big, sizeof(big)});
    seen_key(s, STR("Main"), STR("pk"), ATTR_S, STR(""));
    CHECK_STR(keys(s, "Main", "pk"), "");
    seen_free(s);
}

TEST(a_damaged_file_is_as_good_as_none)
{
    struct err e;
    snprintf(dir, sizeof(dir), "/tmp/pksk-seen-XXXXXX");
    CHECK(mkdtemp(dir));
    struct seen *s = begin("x");
    note(s, "1");
    CHECK(seen_save(s, &e) == 0);
    seen_free(s);
    char command[160];
    snprintf(command, sizeof(command), "printf 'S pk %%%%zz\\nS\\nQ a b\\nn \\n' >> '%s'/seen-*",
             dir);
    CHECK(system(command) == 0);
    s = begin("x");
    CHECK_STR(keys(s, "Main", "pk"), "1");
    seen_free(s);
    snprintf(command, sizeof(command), "for f in '%s'/seen-*; do echo nonsense > $f; done", dir);
    CHECK(system(command) == 0);
    s = begin("x");
    CHECK_STR(keys(s, "Main", "pk"), "");
    seen_free(s);
    clear();
}

static void see(struct seen *s, const char *name, const char *text)
{
    static const struct table table = {.name = {"Main", 4}};
    struct arena a = {0};
    struct value *item = value_new(&a, ATTR_M), *last = NULL;
    struct value *v = value_new_text(&a, ATTR_S, str_of(text));

    value_set_name(v, str_of(name));
    value_append(item, &last, v);
    seen_item(s, &table, item);
    arena_free(&a);
}

static size_t count_values(struct seen *s, const char *name, struct str *last)
{
    size_t count = 0;

    for (size_t i = 0; seen_next_value(s, STR("Main"), str_of(name), &i, last);)
        count++;
    return count;
}

TEST(vocabularies_are_kept_and_names_of_people_are_not)
{
    struct err e;
    struct str last;
    char text[32];

    snprintf(dir, sizeof(dir), "/tmp/pksk-seen-XXXXXX");
    CHECK(mkdtemp(dir));
    struct seen *s = begin("x");
    for (int i = 0; i < SEEN_VALUES_MAX + 10; i++) {
        see(s, "status", i % 2 ? "NEW" : "on hold");
        snprintf(text, sizeof(text), "Ann %d", i);
        see(s, "name", text);
    }
    CHECK(count_values(s, "status", &last) == 2);
    CHECK(count_values(s, "name", &last) == SEEN_VALUES_MAX); /* for as long as the shell runs */
    CHECK_STR(last, text);
    CHECK(seen_save(s, &e) == 0);
    seen_free(s);
    s = begin("x");
    CHECK(count_values(s, "status", &last) == 2);
    CHECK(count_values(s, "name", &last) == 0);
    seen_free(s);
    char command[160];
    snprintf(command, sizeof(command), "! grep -q Ann '%s'/seen-*", dir);
    CHECK(system(command) == 0);
    clear();
}

TEST_MAIN()
