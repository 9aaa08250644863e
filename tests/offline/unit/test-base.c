#include "test.h"

#include <pwd.h>
#include <unistd.h>

#include "pksk/base/arena.h"
#include "pksk/base/circle.h"
#include "pksk/base/clock.h"
#include "pksk/base/file.h"
#include "pksk/base/map.h"
#include "pksk/base/utf8.h"

TEST(str_basics)
{
    struct str rest = STR("a,b,"), piece;
    int64_t n;
    uint64_t u;

    CHECK(str_split(&rest, ',', &piece) && str_is(piece, "a"));
    CHECK(str_split(&rest, ',', &piece) && str_is(piece, "b"));
    CHECK(str_split(&rest, ',', &piece) && piece.len == 0);
    CHECK(!str_split(&rest, ',', &piece));
    CHECK(str_to_i64(STR("-9223372036854775808"), &n) && n == INT64_MIN);
    CHECK(!str_to_i64(STR("9223372036854775808"), &n));
    CHECK(!str_to_u64(STR("18446744073709551616"), &u) && !str_to_u64(STR(""), &u) &&
          !str_to_u64(STR("+1"), &u));
    CHECK(str_glob(STR("sh*p?"), STR("shoop1")) && !str_glob(STR("sh*p"), STR("shop1")) &&
          str_glob(STR("*"), STR("")));
    CHECK(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("\xff"), STR("a")) > 0);
    CHECK(str_distance(STR("betwen"), STR("between")) == 1 &&
          str_distance(STR("qurey"), STR("query")) == 1);
}

TEST(arena_keeps_what_it_hands_out)
{
    struct arena a = {0};
    char *first = arena_alloc(&a, 10, 1);

    memset(first, 'x', 10);
    for (int i = 0; i < 10000; i++) {
        char *p = arena_alloc(&a, 1, (size_t)(i % 300));

        CHECK(((uintptr_t)p & (_Alignof(max_align_t) - 1)) == 0);
        if (i % 300)
            CHECK(p[0] == 0 && p[i % 300 - 1] == 0);
    }
    char *big = arena_bytes(&a, 1 << 20);

    memset(big, 'y', 1 << 20);
    CHECK(memcmp(first, "xxxxxxxxxx", 10) == 0);
    CHECK_STR(arena_printf(&a, "%0300d", 7).len == 300 ? STR("yes") : STR("no"), "yes");
    arena_reset(&a);
    CHECK(a.used == 0);
    arena_free(&a);
}

TEST(map_finds_after_removals)
{
    struct map m = {0};
    char key[16];
    size_t seen = 0, i = 0;

    for (uintptr_t n = 1; n <= 1000; n++) {
        snprintf(key, sizeof(key), "k%zu", (size_t)n);
        CHECK(map_put(&m, str_of(key), (void *)n) == NULL);
    }
    for (uintptr_t n = 1; n <= 1000; n += 2) {
        snprintf(key, sizeof(key), "k%zu", (size_t)n);
        CHECK(map_remove(&m, str_of(key)) == (void *)n);
    }
    for (uintptr_t n = 1001; n <= 1500; n++) {
        snprintf(key, sizeof(key), "k%zu", (size_t)n);
        map_put(&m, str_of(key), (void *)n);
    }
    CHECK(m.count == 1000 && map_get(&m, STR("k2")) == (void *)2 && !map_has(&m, STR("k1")));
    for (void *value; map_next(&m, &i, NULL, &value);)
        seen++;
    CHECK(seen == 1000);
    map_free(&m, NULL);
}

TEST(buf_room_for_nothing)
{
    _cleanup_(buf_free) struct buf b = {0};

    CHECK(buf_room(&b, 0) && b.len == 0);
}

/* Steps until a walk over `tail` places and then round and round over `length` others is noticed.
 */
static int steps_in_circle(int tail, int length)
{
    struct circle c = {0};

    for (int step = 0; step < 10000; step++) {
        struct buf place = {0};

        buf_addf(&place, "{\"pk\":%d}", step < tail ? step : tail + (step - tail) % length);
        bool closed = circle_closed(&c, buf_str(&place));

        buf_free(&place);
        if (closed)
            return step;
    }
    return -1;
}

TEST(circles_are_noticed)
{
    CHECK(steps_in_circle(0, 1) == 1);
    for (int tail = 0; tail < 40; tail++) {
        for (int length = 1; length < 40; length++) {
            int steps = steps_in_circle(tail, length);

            CHECK(steps >= tail + length && steps <= 3 * (tail + length) + length);
        }
    }
    CHECK(steps_in_circle(10000, 1) == -1); /* a long walk is none */
}

TEST(buf_has_a_ceiling)
{
    struct buf b = {.max = 10};

    buf_addf(&b, "%s", "12345678");
    CHECK(!b.over);
    buf_lit(&b, "abc");
    CHECK(b.over && b.len == 8);
    buf_reset(&b);
    buf_lit(&b, "0123456789");
    CHECK(!b.over && strcmp(buf_cstr(&b), "0123456789") == 0);
    buf_free(&b);
}

TEST(utf8_refuses_what_is_not_a_character)
{
    CHECK(utf8_valid(STR("grün 日本 🎉")));
    CHECK(!utf8_valid(STR("\xed\xb8\x80")) && !utf8_valid(STR("\xc0\x80")) &&
          !utf8_valid(STR("\xf4\x90\x80\x80")));
    CHECK(!utf8_valid(STR("abcdefgh\xff")) && !utf8_valid(STR("\xe6\x97")));
    CHECK_STR(utf8_cut(STR("aü"), 2), "a");
    CHECK_STR(utf8_cut(STR("aüb"), 3), "aü");
}

TEST(err_text_is_cut_at_a_character)
{
    struct err e;
    char text[2000];

    for (size_t i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "ü", 3);
    CHECK(err_set(&e, ERR_FAILED, "%s", text) == ERR_FAILED);
    CHECK(utf8_valid(str_of(e.text)) && str_ends(str_of(e.text), STR("…")));
    CHECK(err_exit_status(ERR_REFUSED) == 4 && err_exit_status(ERR_CANCELLED) == 130);
}

TEST(times)
{
    int64_t ms;
    char text[CLOCK_ISO_LEN], amz[CLOCK_AMZ_LEN];

    CHECK(clock_parse_iso(STR("2026-01-02T03:04:05Z"), &ms) && ms == 1767323045000);
    clock_format_iso(ms, text);
    clock_format_amz(ms, amz);
    CHECK_STR(str_of(text), "2026-01-02T03:04:05Z");
    CHECK_STR(str_of(amz), "20260102T030405Z");
    CHECK(clock_parse_iso(STR("2026-01-02T03:04:05UTC"), &ms) && ms == 1767323045000);
    CHECK(clock_parse_iso(STR("2026-01-02T05:04:05.25+02:00"), &ms) && ms == 1767323045250);
    CHECK(!clock_parse_iso(STR("2026-02-31T00:00:00Z"), &ms) &&
          !clock_parse_iso(STR("2026-01-02"), &ms));
    CHECK(!clock_parse_iso(STR("2026-13-01T00:00:00Z"), &ms) &&
          !clock_parse_iso(STR("2026-00-01T00:00:00Z"), &ms));
    CHECK(clock_parse_http(STR("Tue, 15 Nov 0997 08:12:31 GMT"), &ms));
    clock_format_iso(ms, text);
    CHECK_STR(str_of(text), "1970-01-01T00:00:00Z");
    CHECK(clock_parse_http(STR("Fri, 02 Jan 2026 03:04:05 GMT"), &ms) && ms == 1767323045000);
    CHECK(!clock_parse_http(STR("Fri, 02 Jan 2026"), &ms));
}

TEST(files_take_their_place_only_when_whole)
{
    char dir[] = "/tmp/pksk-test-XXXXXX";
    struct arena a = {0};
    struct file_out f;
    struct buf got = {0};
    struct err e;

    CHECK(mkdtemp(dir));
    const char *path = arena_printf(&a, "%s/x", dir).s, *deep = arena_printf(&a, "%s/a/b", dir).s;

    CHECK(file_write(path, STR("old"), &e) == 0);
    CHECK(file_open(&f, path, 0600, &e) == 0 && file_add(&f, STR("new"), &e) == 0);
    CHECK(file_read(path, 10, &got, &e) == 0 && str_is(buf_str(&got), "old"));
    file_abort(&f);
    CHECK(file_open(&f, path, 0600, &e) == 0 && file_add(&f, STR("new"), &e) == 0 &&
          file_commit(&f, &e) == 0);
    buf_reset(&got);
    CHECK(file_read_private(path, 10, &got, &e) == 0 && str_is(buf_str(&got), "new"));
    CHECK(file_read(path, 2, &got, &e) == ERR_FAILED);
    CHECK(file_make_dirs(deep, &e) == 0 && access(deep, X_OK) == 0);
    CHECK(symlink(path, arena_printf(&a, "%s/link", dir).s) == 0);
    CHECK(file_read_private(arena_printf(&a, "%s/link", dir).s, 10, &got, &e) == ERR_FAILED);
    CHECK(system(arena_printf(&a, "rm -r %s", dir).s) == 0);
    buf_free(&got);
    arena_free(&a);
}

TEST(paths_expand_home_and_variables)
{
    setenv("HOME", "/h", 1);
    setenv("PKSK_X", "v", 1);
    char *p = file_expand(STR("~/a/$PKSK_X/${PKSK_X}/$PKSK_NONE"));

    CHECK_STR(str_of(p), "/h/a/v/v/$PKSK_NONE");
    free(p);
    p = file_expand(STR("~"));
    CHECK_STR(str_of(p), "/h");
    free(p);
    p = file_expand(STR("~root/x"));
    CHECK(str_starts(str_of(p), str_of(getpwnam("root")->pw_dir)) &&
          str_ends(str_of(p), STR("/x")));
    free(p);
    p = file_expand(STR("~no-such-user/x"));
    CHECK_STR(str_of(p), "~no-such-user/x");
    free(p);
    p = file_expand(STR(""));
    CHECK_STR(str_of(p), "");
    free(p);
}

TEST_MAIN()
