#include "pksk/run/pairs.h"

#include "pksk/item/ddbjson.h"
#include "pksk/run/difference.h"
#include "test.h"

#define ITEMS 600
#define PAGE 37

/* Two lists of items by number, handed out in pages of their own. What is found is noted: how often
 * each number was seen as a pair, and alone on each side. */
static struct {
    unsigned list[2][ITEMS + 20], count[2], at[2];
    struct arena pages[2];
    unsigned paired[ITEMS], alone[2][ITEMS], mixed, pages_asked;
    int fail_at; /* the page that fails; 0: none */
} world;

static struct value *item_of(struct arena *a, unsigned number, unsigned side)
{
    struct value *item = value_new(a, ATTR_M), *last = NULL, *v;
    struct str text = arena_printf(a, side && number % 3 == 0 ? "%u.0" : "%u", number);

    v = value_new_text(a, number % 2 ? ATTR_N : ATTR_S,
                       number % 2 ? text : arena_printf(a, "K %u", number));
    value_set_name(v, STR("pk"));
    value_append(item, &last, v);
    v = value_new_text(a, ATTR_N, arena_printf(a, "%u", number));
    value_set_name(v, STR("n"));
    value_append(item, &last, v);
    return item;
}

static int next_page(void *ctx unused_arg, unsigned side, const struct value **items, struct err *e)
{
    struct value *first = NULL, **last = &first;

    if (world.fail_at && (int)++world.pages_asked == world.fail_at)
        return err_set(e, ERR_FAILED, "no page");
    arena_reset(&world.pages[side]);
    if (world.at[side] == world.count[side])
        return 0;
    for (unsigned i = 0; i < PAGE - side * 5 && world.at[side] < world.count[side]; i++) {
        *last = item_of(&world.pages[side], world.list[side][world.at[side]++], side);
        last = &(*last)->next;
    }
    *items = first;
    return 1;
}

static unsigned number_of(const struct value *item)
{
    uint64_t n = ITEMS;

    return str_to_u64(value_text(value_member(item, STR("n"))), &n) ? (unsigned)n : 0;
}

static int take_pair(void *ctx unused_arg, const struct value *first, const struct value *second,
                     struct err *e unused_arg)
{
    if (first && second) {
        world.mixed += number_of(first) != number_of(second);
        world.paired[number_of(first)]++;
    } else {
        world.alone[first ? 0 : 1][number_of(first ? first : second)]++;
    }
    return 0;
}

static int run_pairs(size_t window, struct err *e)
{
    const struct str keys[] = {STR("pk")};
    const struct pairs_options o = {
        .keys = keys, .key_count = 1, .window = window, .next = next_page, .pair = take_pair};

    world.at[0] = world.at[1] = world.mixed = world.pages_asked = 0;
    memset(world.paired, 0, sizeof(world.paired));
    memset(world.alone, 0, sizeof(world.alone));
    int r = pairs_run(&o, e);

    arena_free(&world.pages[0]);
    arena_free(&world.pages[1]);
    return r;
}

static void shuffle(unsigned *list, unsigned count)
{
    for (unsigned i = count; i > 1; i--) {
        unsigned j = (unsigned)rand() % i, kept = list[i - 1];

        list[i - 1] = list[j];
        list[j] = kept;
    }
}

/* Each side has some of the numbers, some of them twice. */
static void fill(bool shuffled)
{
    for (unsigned side = 0; side < 2; side++) {
        world.count[side] = 0;
        for (unsigned n = 0; n < ITEMS; n++) {
            if (rand() % 10)
                world.list[side][world.count[side]++] = n;
        }
        for (unsigned n = 0; n < 20; n++)
            world.list[side][world.count[side]++] = (unsigned)rand() % ITEMS;
        if (shuffled)
            shuffle(world.list[side], world.count[side]);
    }
}

static bool right(void)
{
    unsigned in[2][ITEMS] = {{0}}, wrong = world.mixed;

    for (unsigned side = 0; side < 2; side++) {
        for (unsigned i = 0; i < world.count[side]; i++)
            in[side][world.list[side][i]]++;
    }
    for (unsigned n = 0; n < ITEMS; n++) {
        unsigned both = MIN(in[0][n], in[1][n]);

        wrong += world.paired[n] != both || world.alone[0][n] != in[0][n] - both ||
                 world.alone[1][n] != in[1][n] - both;
    }
    return wrong == 0;
}

TEST(each_item_meets_its_partner_in_any_order_and_window)
{
    static const size_t windows[] = {0, 500, 2000, 5000};
    struct err e;

    srand(7);
    for (unsigned round = 0; round < 40; round++) {
        fill(round % 2);
        CHECK(run_pairs(windows[round % ARRAY_LEN(windows)], &e) == 0 && right());
    }
}

TEST(an_empty_side_and_two_of_them)
{
    struct err e;

    fill(false);
    world.count[1] = 0;
    CHECK(run_pairs(500, &e) == 0 && right());
    world.count[0] = 0;
    CHECK(run_pairs(500, &e) == 0 && right());
}

TEST(a_page_that_fails_ends_it)
{
    struct err e;

    fill(true);
    for (world.fail_at = 1; world.fail_at < 30; world.fail_at += 4)
        CHECK(run_pairs(200, &e) == ERR_FAILED);
    world.fail_at = 0;
}

/* ---- what differs */

static int note_difference(void *ctx, struct str path, const struct value *first,
                           const struct value *second, struct err *e unused_arg)
{
    struct buf *b = ctx;

    buf_addf(b, "%s%.*s%s", b->len ? " " : "", STR_ARG(path), !first ? "+" : !second ? "-" : "");
    return 0;
}

static const char *differ(const char *first, const char *second, const struct difference_options *o)
{
    static struct arena a;
    static struct buf b;
    struct value *x, *y;
    struct err e;

    arena_reset(&a);
    buf_reset(&b);
    if (ddb_parse_item(&a, str_of(first), &x, &e) < 0 ||
        ddb_parse_item(&a, str_of(second), &y, &e) < 0)
        return "no item";
    int r = difference_each(o, x, y, note_difference, &b, &e);

    if (r != (b.len > 0) || r != difference_each(o, x, y, NULL, NULL, &e))
        return "the answer does not fit what was visited";
    return buf_cstr(&b);
}

TEST(differences_have_paths)
{
    static const struct {
        const char *first, *second, *want;
    } cases[] = {
        {"{\"a\":{\"N\":\"1\"}}", "{\"a\":{\"N\":\"1.0\"}}", ""},
        {"{\"a\":{\"N\":\"1\"}}", "{\"a\":{\"S\":\"1\"}}", "a"},
        {"{\"a\":{\"SS\":[\"x\",\"y\"]}}", "{\"a\":{\"SS\":[\"y\",\"x\"]}}", ""},
        {"{\"a\":{\"L\":[{\"S\":\"x\"}]}}", "{\"a\":{\"SS\":[\"x\"]}}", "a"},
        {"{\"a\":{\"S\":\"x\"}}", "{\"b\":{\"S\":\"x\"}}", "a- b+"},
        {"{\"a\":{\"M\":{\"b\":{\"S\":\"x\"},\"c d\":{\"S\":\"y\"}}}}",
         "{\"a\":{\"M\":{\"c d\":{\"S\":\"z\"},\"b\":{\"S\":\"x\"}}}}", "a.`c d`"},
        {"{\"a\":{\"L\":[{\"S\":\"x\"},{\"M\":{\"q\":{\"N\":\"1\"}}}]}}",
         "{\"a\":{\"L\":[{\"S\":\"x\"},{\"M\":{\"q\":{\"N\":\"2\"}}}]}}", "a[1].q"},
        {"{\"a\":{\"L\":[{\"S\":\"x\"}]}}", "{\"a\":{\"L\":[{\"S\":\"x\"},{\"S\":\"y\"}]}}", "a"},
        {"{\"a\":{\"M\":{}}}", "{\"a\":{\"M\":{\"x\":{\"NULL\":true}}}}", "a"},
    };
    static const struct difference_options all;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(str_of(differ(cases[i].first, cases[i].second, &all)), cases[i].want);
}

TEST(differences_are_selected_and_left_out)
{
    struct path_step c = {.name = STR("c")}, b0 = {.index = 0}, b = {.next = &b0, .name = STR("b")};
    struct path path_b = {.steps = &b}, path_c = {.steps = &c};
    const char *first =
        "{\"b\":{\"L\":[{\"S\":\"1\"},{\"S\":\"2\"}]},\"c\":{\"S\":\"1\"},\"d\":{\"S\":\"1\"}}";
    const char *second =
        "{\"b\":{\"L\":[{\"S\":\"x\"},{\"S\":\"y\"}]},\"c\":{\"S\":\"2\"},\"d\":{\"S\":\"1\"}}";

    CHECK_STR(str_of(differ(first, second, &(struct difference_options){0})), "b[0] b[1] c");
    CHECK_STR(str_of(differ(first, second, &(struct difference_options){.without = &path_b})),
              "b[1] c");
    CHECK_STR(str_of(differ(first, second, &(struct difference_options){.select = &path_b})),
              "b[0]");
    path_b.next = &path_c;
    CHECK_STR(str_of(differ(first, second, &(struct difference_options){.select = &path_b})),
              "b[0] c");
}

TEST(plain_json_has_no_sets_and_no_binary)
{
    const char *rich = "{\"s\":{\"SS\":[\"x\",\"y\"]},\"b\":{\"B\":\"AAE=\"},\"m\":{\"M\":{\"n\":{"
                       "\"NS\":[\"1\"]}}}}";
    const char *plain = "{\"s\":{\"L\":[{\"S\":\"y\"},{\"S\":\"x\"}]},\"b\":{\"S\":\"AAE=\"},"
                        "\"m\":{\"M\":{\"n\":{\"L\":[{\"N\":\"1.0\"}]}}}}";
    const char *other = "{\"s\":{\"L\":[{\"S\":\"y\"},{\"S\":\"z\"}]},\"b\":{\"S\":\"AAI=\"},"
                        "\"m\":{\"M\":{\"n\":{\"L\":[{\"N\":\"2\"}]}}}}";

    CHECK_STR(str_of(differ(rich, plain, &(struct difference_options){0})), "s b m.n");
    CHECK_STR(str_of(differ(rich, plain, &(struct difference_options){.second_plain = true})), "");
    CHECK_STR(str_of(differ(plain, rich, &(struct difference_options){.first_plain = true})), "");
    CHECK_STR(str_of(differ(plain, rich, &(struct difference_options){.second_plain = true})),
              "s b m.n");
    CHECK_STR(str_of(differ(rich, other, &(struct difference_options){.second_plain = true})),
              "s b m.n");
}

TEST_MAIN()
