/* Where keys are cut, what lies between two of them, and what is known of a partition. */
#include "pksk/complete/known.h"
#include "pksk/complete/segment.h"

#include "test.h"

static struct arena arena;

/* All segments of a key, one after the other, with '|' where it goes on. */
static struct str cuts(const char *key)
{
    static struct buf out;
    struct str text = str_of(key), got = STR("");
    bool goes_on = true;

    buf_reset(&out);
    for (size_t at = 0; goes_on && at <= text.len; at = got.len) {
        got = segment_next(text, at, &goes_on);
        buf_str_add(&out, str_slice(text, at, MAX(at, got.len)));
        if (goes_on && got.len < text.len)
            buf_char(&out, '|');
        if (got.len == at || got.len == text.len)
            break;
    }
    return buf_str(&out);
}

TEST(keys_are_cut_behind_delimiters)
{
    CHECK_STR(cuts("ORDER#1001"), "ORDER#|1001");
    CHECK_STR(cuts("a/b/c"), "a/|b/|c");
    CHECK_STR(cuts("x:y:z"), "x:|y:|z");
    CHECK_STR(cuts("a~b^c|d"), "a~|b^|c||d");
    CHECK_STR(cuts("#METADATA#ann"), "#|METADATA#|ann");
    CHECK_STR(cuts("a##b"), "a##|b");
    CHECK_STR(cuts("https://example.com/x"), "https://|example.com/|x");
    CHECK_STR(cuts("PROFILE"), "PROFILE");
    CHECK_STR(cuts("two words#x"), "two words#|x");
    CHECK_STR(cuts("a-b_c.d"), "a-b_c.d");
}

TEST(dates_and_times_are_cut_inside)
{
    CHECK_STR(cuts("2024-05-01"), "2024-|05-|01");
    CHECK_STR(cuts("2024-05-01#17"), "2024-|05-|01#|17");
    CHECK_STR(cuts("2024-05"), "2024-|05");
    CHECK_STR(cuts("2024/05/01"), "2024/|05/|01");
    CHECK_STR(cuts("D#2024-05-01T12:30:05Z"), "D#|2024-|05-|01T|12:|30:05Z");
    CHECK_STR(cuts("12:30:05"), "12:|30:05");
}

TEST(what_is_one_thing_stays_whole)
{
    CHECK_STR(cuts("6f9619ff-8b86-4011-b42d-00c04fc964ff"), "6f9619ff-8b86-4011-b42d-00c04fc964ff");
    CHECK_STR(cuts("U#ann@example.com"), "U#|ann@example.com");
    CHECK_STR(cuts("10.0.0.1"), "10.0.0.1");
    /* twelve days, nine hours, the ulid itself */
    CHECK_STR(cuts("E#01ARZ3NDEKTSV4RRFFQ69G5FAV"), "E#|01AR|Z|3NDEKTSV4RRFFQ69G5FAV");
}

TEST(behind_all_that_begin_so)
{
    CHECK_STR(segment_behind(&arena, STR("ORDER#")), "ORDER$");
    CHECK_STR(segment_behind(&arena, STR("é")), "ê");
    CHECK_STR(segment_behind(&arena, STR("a\xf4\x8f\xbf\xbf")), "b");
    CHECK_STR(segment_behind(&arena, STR("\xed\x9f\xbf")), "\xee\x80\x80"); /* no surrogates */
    CHECK_STR(segment_behind(&arena, STR("\xf4\x8f\xbf\xbf")), "");
}

TEST(in_between_is_in_between)
{
    static const char *const ends[][2] = {
        {"", ""},
        {"A", "B"},
        {"ADDRESS$", "TICKET#"},
        {"2024-01$", "2024-12#"},
        {"a", "é"},
        {"é", "ü"},
        {"日本", "日本語"},
        {"ORDER$", "PAYMENT#"},
        {"a", "a\x01"},
        {"CART#", "CART$"},
        {"x", ""},
        {"Z", ""},
        {"A#\x01", "A$"},
        {"user_1", "user_2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct str from = str_of(ends[i][0]), to = str_of(ends[i][1]), middle;

        for (unsigned part = 10; part < 100; part += 10) {
            if (!segment_between(&arena, from, to, part, &middle))
                continue;
            CHECK(str_cmp(from, middle) < 0);
            CHECK(to.len == 0 || str_cmp(middle, to) < 0);
        }
    }
    struct str middle;
    CHECK(segment_between(&arena, STR("ADDRESS$"), STR("TICKET#"), 50, &middle));
    CHECK(middle.s[0] >= 'I' && middle.s[0] <= 'L');
    CHECK(!segment_between(&arena, STR("A"), STR("A"), 50, &middle));
}

/* "segment segment … [from,to) [from,to)*", * when dense */
static struct str level(const struct known *k, const char *prefix)
{
    static struct buf out;
    struct level l;

    buf_reset(&out);
    known_level(k, &arena, str_of(prefix), &l);
    for (const struct segment *s = l.first; s; s = s->next)
        buf_addf(&out, "%.*s%s ", STR_ARG(s->text), s->goes_on ? "+" : "");
    for (size_t i = 0; i < l.gap_count; i++)
        buf_addf(&out, "[%.*s,%.*s)%s", STR_ARG(l.gaps[i].is.from), STR_ARG(l.gaps[i].is.to),
                 l.gaps[i].dense ? "*" : "");
    return buf_str(&out);
}

TEST(gaps_close_as_pages_come)
{
    struct known k = {0};
    struct str first[] = {STR("A#1"), STR("A#2")}, last[] = {STR("Z#9"), STR("Z#8")};

    CHECK_STR(level(&k, ""), "[,)");
    known_add(&k, first, 2, (struct stretch){STR(""), known_behind(&arena, first[1])});
    CHECK_STR(level(&k, ""), "A#+ [A$,)");
    known_add(&k, last, 2, (struct stretch){last[1], STR("")});
    CHECK_STR(level(&k, ""), "A#+ Z#+ [A$,Z#)");
    CHECK_STR(level(&k, "Z#"), "Z#8 Z#9 [Z#,Z#8)");
    CHECK_STR(level(&k, "M"), "[M,N)");
    /* a stretch over several closes what is between */
    known_add(&k, (struct str[]){STR("M")}, 1, (struct stretch){STR("A$"), STR("Z#")});
    CHECK_STR(level(&k, ""), "A#+ M Z#+ ");
    CHECK_STR(level(&k, "N"), "");
    known_add(&k, NULL, 0, (struct stretch){STR(""), STR("")});
    CHECK_STR(level(&k, "Z#"), "Z#8 Z#9 ");
    CHECK(k.stretch_count == 1 && k.key_count == 5);
    known_free(&k);
    CHECK_STR(level(&k, ""), "[,)");
}

TEST(keys_that_are_segments_make_a_dense_gap)
{
    struct known k = {0};
    struct str keys[] = {STR("L1"), STR("L2"), STR("L3"), STR("L4"), STR("L5")};

    known_add(&k, keys, 5, (struct stretch){STR(""), known_behind(&arena, keys[4])});
    struct level l;
    known_level(&k, &arena, STR(""), &l);
    CHECK(l.count == 5 && l.gap_count == 1 && l.gaps[0].dense);
    known_free(&k);
}

TEST_MAIN()
