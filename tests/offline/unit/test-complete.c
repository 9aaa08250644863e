/* The completion engine against a partition that exists only as a function from number to key. */
#include "pksk/complete/complete.h"

#include <stdlib.h>
#include <unistd.h>

#include "test.h"

/* --- a service that answers one query at a time ------------------------------------------- */

struct fake {
    /* The keys of the partition asked for, in order. */
    void (*key)(size_t i, char *text, size_t size);
    size_t count;
    const char *type;
    unsigned requests, open, wait_for; /* wait_for: so many times "not yet" before an answer */
    uint64_t tenths_each;
    int64_t now_us;
    struct arena arena;
    struct buf last_body;
    const char *fail;
    bool off;
};

static struct fake fake;

struct handle {
    struct reply reply;
    unsigned waits;
};

/* The first key that is not before the bound. */
static size_t first_key(struct str bound, bool inclusive)
{
    size_t low = 0, high = fake.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        char text[128];
        fake.key(middle, text, sizeof(text));
        int order = str_cmp(str_of(text), bound);
        if (order < 0 || (order == 0 && !inclusive))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void answer(struct reply *r, const struct json *body)
{
    const struct json *values = json_get(body, "ExpressionAttributeValues");
    struct str bound = json_text(json_get(values, ":s"), fake.type);
    struct str condition = json_text(body, "KeyConditionExpression");
    struct str name = json_text(json_get(body, "ExpressionAttributeNames"), "#s");
    uint64_t limit = 0;
    size_t at;
    json_get_u64(body, "Limit", &limit);
    const struct json *forward = json_get(body, "ScanIndexForward");
    bool backward = forward && !forward->boolean;
    /* Half-open: `< s` and `>= s` divide before s, `<= s` and `> s` behind it. */
    bool before = str_find(condition, STR(">="), &at) || str_find(condition, STR("< "), &at);
    size_t i = bound.len ? first_key(bound, before) : backward ? fake.count : 0;
    size_t left = backward ? i : fake.count - i;
    struct value *page = value_new(&fake.arena, ATTR_L), *last = NULL;
    for (; limit > 0 && left > 0; left--, limit--) {
        char text[128];
        fake.key(backward ? --i : i++, text, sizeof(text));
        struct value *item = value_new(&fake.arena, ATTR_M), *member = NULL;
        struct value *v =
            value_new_text(&fake.arena, *fake.type == 'N' ? ATTR_N : ATTR_S, str_of(text));
        value_set_name(v, arena_str(&fake.arena, name));
        value_append(item, &member, v);
        value_append(page, &last, item);
    }
    r->items = page->first;
    r->count = page->len;
    r->last_key = limit == 0 ? page : NULL; /* only whether there is one counts here */
    r->capacity.tenths = fake.tenths_each;
}

static const char *answer_of(const char *operation)
{
    if (strcmp(operation, "DescribeTable") == 0)
        return "{\"Table\":{\"TableName\":\"shop\"}}";
    return "{\"TableNames\":[\"Orders\",\"Main\"]}";
}

static void *fake_send(void *ctx unused_arg, const char *operation, struct str body,
                       struct err *why)
{
    if (fake.off) {
        err_set(why, ERR_CONNECT, "switched off");
        return NULL;
    }
    struct handle *h = mem_resize(NULL, 1, sizeof(*h));
    *h = (struct handle){.waits = fake.wait_for};
    fake.requests++;
    fake.open++;
    buf_reset(&fake.last_body);
    buf_str_add(&fake.last_body, body);
    struct json *tree;
    struct err e;
    if (json_parse(&fake.arena, body, 16, &tree, &e) < 0)
        abort();
    if (fake.fail)
        err_set(&h->reply.err, ERR_FAILED, "%s", fake.fail);
    else if (strcmp(operation, "Query") == 0)
        answer(&h->reply, tree);
    else if (json_parse(&fake.arena, str_of(answer_of(operation)), 4, &h->reply.rest, &e) < 0)
        abort();
    return h;
}

static const struct reply *fake_result(void *ctx unused_arg, void *handle)
{
    struct handle *h = handle;
    if (h->waits > 0) {
        h->waits--;
        fake.now_us += 10000;
        return NULL;
    }
    return &h->reply;
}

static void fake_drop(void *ctx unused_arg, void *handle)
{
    fake.open--;
    free(handle);
}

static int64_t fake_mono(void *ctx unused_arg)
{
    return fake.now_us;
}

static int64_t fake_wall(void *ctx unused_arg)
{
    return fake.now_us / 1000;
}

static const struct clock fake_clock = {fake_wall, fake_mono, NULL};

/* --- a session ---------------------------------------------------------------------------- */

#define KEY(part, name_, type_) .part = {{{"" name_, sizeof(name_) - 1}, type_}}, .part##_count = 1

static struct index indexes[] = {
    {.name = {"gsi1", 4},
     .key = {KEY(partition, "gsi1pk", ATTR_S), KEY(sort, "gsi1sk", ATTR_S)},
     .item_count = 1482,
     .size_bytes = 140 * 4096},
    {.name = {"bynum", 5}, .key = {KEY(partition, "gsi1pk", ATTR_S), KEY(sort, "n", ATTR_N)}},
};
static const struct table shop = {
    .name = {"shop", 4},
    .key = {KEY(partition, "pk", ATTR_S), KEY(sort, "sk", ATTR_S)},
    .indexes = indexes,
    .index_count = ARRAY_LEN(indexes),
    .item_count = 5931,
    .size_bytes = 560 * 4096,
};

static bool unknown; /* until its description was learnt */

static const struct table *peek(void *ctx unused_arg, struct str name)
{
    return str_is(name, "shop") && !unknown ? &shop : NULL;
}

static void learn(void *ctx unused_arg, struct str table, const struct json *description)
{
    unknown = !(str_is(table, "shop") && str_is(json_text(description, "TableName"), "shop"));
}

static void names(void *ctx unused_arg, enum expect_kind kind,
                  const struct statement *so_far unused_arg, struct complete_sink *sink)
{
    if (kind == EXPECT_SETTING) {
        complete_offer(sink, STR("format"));
        complete_offer(sink, STR("budget"));
    }
}

static int is_index(void *ctx unused_arg, struct str table unused_arg, struct str word,
                    struct err *e unused_arg)
{
    return !unknown && table_index(&shop, word) != NULL;
}

static const struct lang_env lang = {.is_index = is_index};
static struct complete_env env;
static struct completer *completer;

static void begin(void)
{
    completer_free(completer);
    seen_free(env.seen);
    arena_free(&fake.arena);
    buf_free(&fake.last_body);
    unknown = false;
    fake = (struct fake){.type = "S", .tenths_each = 5};
    env = (struct complete_env){
        .lang = &lang,
        .table = STR("shop"),
        .seen = seen_new(STR(""), STR("test")),
        .live = {NULL, fake_send, fake_result, fake_drop},
        .clock = &fake_clock,
        .names = names,
        .peek = peek,
        .learn = learn,
    };
    completer = completer_new(&env);
}

static int no_wait(void *ctx unused_arg, int ms unused_arg)
{
    return 0;
}

/* TAB at '|', as "insert insert …", "…" when there are more, then "=common" when that is more than
 * nothing. */
static struct str tab(const char *line)
{
    static struct buf text, out;
    size_t cursor = strcspn(line, "|");
    buf_reset(&text);
    buf_reset(&out);
    buf_add(&text, line, cursor);
    buf_add(&text, line + cursor + 1, strlen(line) - cursor - 1);
    const struct completion *r =
        complete_now(completer, buf_str(&text), cursor, 10000, no_wait, NULL);
    for (size_t i = 0; i < r->count; i++)
        buf_addf(&out, "%s%.*s", i ? " " : "", STR_ARG(r->list[i].insert));
    if (r->more)
        buf_lit(&out, " …");
    if (r->common.len > 0 && r->count != 1)
        buf_addf(&out, " =%.*s", STR_ARG(r->common));
    if (r->note.len > 0)
        buf_addf(&out, "!%.*s", STR_ARG(r->note));
    return buf_str(&out);
}

/* --- jumping ------------------------------------------------------------------------------ */

static void million_each(size_t i, char *text, size_t size)
{
    snprintf(text, size, "F%02zu#%07zu", i / 1000000, i % 1000000);
}

static void some_orders(size_t i, char *text, size_t size)
{
    static const char *const keys[] = {"CART#1",     "ORDER#1001", "ORDER#1003",
                                       "ORDER#1017", "PROFILE",    "a b#c"};
    snprintf(text, size, "%s", keys[i]);
}

static void dates(size_t i, char *text, size_t size)
{
    snprintf(text, size, "2024-%02zu-%02zu#%zu", i / 280 + 1, i / 10 % 28 + 1, 1000 + i);
}

static void leaves(size_t i, char *text, size_t size)
{
    snprintf(text, size, "L%05zu", i);
}

static void numbers(size_t i, char *text, size_t size)
{
    snprintf(text, size, "%zu", i);
}

/* TAB at the end of the line; how often there was an answer to wait for before the next question
 * could be asked. */
static unsigned round_trips(const char *line)
{
    unsigned trips = 0;

    fake.wait_for = 1;
    for (int state = complete_begin(completer, str_of(line), strlen(line)); state == COMPLETE_WAIT;
         state = complete_step(completer))
        trips++;
    fake.wait_for = 0;
    return trips;
}

TEST(twelve_families_of_a_million_cost_five_trips_and_26_requests)
{
    begin();
    fake.key = million_each;
    fake.count = 12000000;
    unsigned trips = round_trips("get USER#42 ");
    CHECK(complete_result(completer)->count == 12 && !complete_result(completer)->more);
    CHECK(trips <= 5 && fake.requests <= 26);
    CHECK(fake.open == 0);
    CHECK_STR(tab("get USER#42 |"),
              "F00# F01# F02# F03# F04# F05# F06# F07# F08# F09# F10# F11# =F");
}

static const char *const *family_names;

static void families(size_t i, char *text, size_t size)
{
    snprintf(text, size, "%s#%07zu", family_names[i / 100000], i % 100000);
}

static const char *const family_sets[][12] = {
    {"ADDRESS", "CART", "DEVICE", "EVENT", "INVOICE", "LOGIN", "MESSAGE", "ORDER", "PAYMENT",
     "RECEIPT", "SESSION", "TICKET"},
    {"a", "aa", "aaa", "aaaa", "b", "ba", "baa", "c", "ca", "y", "ya", "z"},
    {"2015", "2016", "2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024", "2025",
     "2026"},
    {"S1", "SALE", "SESSION", "SETTING", "SHELF", "SHIPMENT", "SHOP", "SIGN", "SKU", "STAFF",
     "STOCK", "SUPPLIER"},
    {"Order", "cart", "customer", "event", "item", "log", "order", "photo", "profile", "session",
     "user", "visit"},
};

TEST(twelve_families_by_other_names_cost_no_more)
{
    for (size_t i = 0; i < ARRAY_LEN(family_sets); i++) {
        begin();
        family_names = family_sets[i];
        fake.key = families;
        fake.count = 1200000;
        unsigned trips = round_trips("get USER#42 ");
        CHECK(complete_result(completer)->count == 12 && !complete_result(completer)->more);
        if (trips > 5 || fake.requests > 26)
            printf("# set %zu: %u trips, %u requests\n", i, trips, fake.requests);
        CHECK(trips <= 5 && fake.requests <= 26);
    }
}

TEST(up_to_ten_items_come_in_one_request)
{
    begin();
    fake.key = million_each;
    fake.count = 10;
    CHECK(round_trips("get USER#42 F00#") == 1 && fake.requests == 1);
    CHECK(complete_result(completer)->count == 10);
}

TEST(what_is_found_is_there_before_the_end)
{
    begin();
    fake.key = million_each;
    fake.count = 12000000;
    fake.wait_for = 1;
    struct str line = STR("get USER#42 ");
    CHECK(complete_begin(completer, line, line.len) == COMPLETE_WAIT);
    CHECK(complete_so_far(completer)->count == 0);
    CHECK(complete_step(completer) == COMPLETE_WAIT);
    const struct completion *r = complete_so_far(completer);
    CHECK(r->count == 1 && r->more);
    CHECK_STR(r->list[0].insert, "F00#");
    CHECK(complete_step(completer) == COMPLETE_WAIT);
    size_t found = complete_so_far(completer)->count;
    CHECK(found > 1 && found < 12);
    while (complete_step(completer) == COMPLETE_WAIT)
        continue;
    CHECK(complete_result(completer)->count == 12);
}

TEST(typing_on_narrows_what_is_under_way)
{
    begin();
    fake.key = million_each;
    fake.count = 12000000;
    struct str line = STR("get USER#42 ");
    fake.wait_for = 1;
    CHECK(complete_begin(completer, line, line.len) == COMPLETE_WAIT);
    fake.wait_for = 3;
    complete_step(completer);
    unsigned requests = fake.requests, open = fake.open;
    CHECK(open > 1);
    line = STR("get USER#42 F");
    CHECK(complete_begin(completer, line, line.len) == COMPLETE_WAIT);
    CHECK(fake.requests == requests && fake.open == open);
    CHECK(complete_so_far(completer)->count == 1);
    while (complete_step(completer) == COMPLETE_WAIT)
        continue;
    CHECK(complete_result(completer)->count == 12);
    CHECK(fake.open == 0 && fake.requests <= 26);
    /* another place drops all that */
    line = STR("get USER#43 ");
    CHECK(complete_begin(completer, line, line.len) == COMPLETE_WAIT);
    line = STR("get US");
    complete_begin(completer, line, line.len);
    complete_cancel(completer);
    CHECK(fake.open == 0);
}

TEST(one_family_is_entered_and_its_keys_listed)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    CHECK_STR(tab("get USER#42 ORD|"), "ORDER#1001 ORDER#1003 ORDER#1017 =ORDER#10");
    CHECK(fake.requests <= 6);
    CHECK_STR(tab("get USER#42 ORDER#1017|"), "ORDER#1017");
    CHECK_STR(tab("get USER#42 P|"), "PROFILE");
}

TEST(the_request_is_small_and_in_placeholders)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    tab("get USER#42 ORDER#1017|");
    size_t at;
    struct str body = buf_str(&fake.last_body);
    CHECK(str_find(body, STR("\"KeyConditionExpression\":\"#p0 = :p0 AND #s"), &at));
    CHECK(str_find(body, STR("{\"#p0\":\"pk\",\"#s\":\"sk\"}"), &at));
    CHECK(str_find(body, STR("\":p0\":{\"S\":\"USER#42\"}"), &at));
    CHECK(str_find(body, STR("\"ProjectionExpression\":\"#s\""), &at));
    CHECK(str_find(body, STR("\"ConsistentRead\":false"), &at));
    CHECK(!str_find(body, STR("IndexName"), &at));
}

TEST(an_index_is_asked_by_its_own_keys)
{
    begin();
    fake.key = dates;
    fake.count = 300;
    size_t at;
    struct str got = tab("query gsi1 ORDER 2024-02|");
    CHECK(str_find(got, STR("2024-02-01#"), &at));
    struct str body = buf_str(&fake.last_body);
    CHECK(str_find(body, STR("\"IndexName\":\"gsi1\""), &at));
    CHECK(str_find(body, STR("{\"#p0\":\"gsi1pk\",\"#s\":\"gsi1sk\"}"), &at));
    CHECK(fake.requests <= 9);
}

TEST(sort_conditions_are_completed_too)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    CHECK_STR(tab("query USER#42 begins PRO|"), "PROFILE");
    CHECK_STR(tab("query USER#42 between CART#1 and PRO|"), "PROFILE");
    CHECK_STR(tab("query USER#42 >= PRO|"), "PROFILE");
}

TEST(leaves_are_read_in_growing_pages_and_cut)
{
    begin();
    fake.key = leaves;
    fake.count = 50000;
    struct str got = tab("get X L|");
    size_t at;
    CHECK(str_find(got, STR("L00099"), &at) && !str_find(got, STR("L00100"), &at));
    CHECK(str_ends(got, STR(" … =L")));
    CHECK(fake.requests < 12);
}

TEST(what_is_cut_is_not_taken_for_common)
{
    begin();
    fake.key = leaves; /* the hundred found begin with L000, the rest do not */
    fake.count = 50000;
    CHECK(str_ends(tab("get X |"), STR(" …")));
}

TEST(dear_pages_end_at_the_budget)
{
    begin();
    fake.key = leaves;
    fake.count = 50000;
    fake.tenths_each = 100;
    struct str got = tab("get X L|");
    CHECK(str_ends(got, STR(" … =L")));
    CHECK(fake.requests == 3);
}

TEST(numbers_come_by_their_first_digits)
{
    begin();
    fake.key = numbers;
    fake.count = 5;
    fake.type = "N";
    CHECK_STR(tab("query bynum X 3|"), "3");
    CHECK(fake.requests == 1);
}

TEST(an_unknown_table_is_described_first)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    unknown = true;
    CHECK_STR(tab("get USER#42 P|"), "PROFILE");
    unknown = true; /* now gsi1 is a partition key, until the table is known */
    CHECK_STR(tab("query gsi1 ORDER P|"), "PROFILE");
    size_t at;
    CHECK(str_find(buf_str(&fake.last_body), STR("\"IndexName\":\"gsi1\""), &at));
}

/* --- not getting in the way --------------------------------------------------------------- */

TEST(a_slow_answer_is_waited_for_elsewhere)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    fake.wait_for = 3;
    struct str line = STR("get USER#42 P");
    CHECK(complete_begin(completer, line, line.len) == COMPLETE_WAIT);
    unsigned steps = 0;
    while (complete_step(completer) == COMPLETE_WAIT && steps < 100)
        steps++;
    CHECK(steps > 0 && steps < 100);
    CHECK(complete_result(completer)->count == 1);
}

TEST(a_dead_server_is_given_up)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    fake.wait_for = 1000000;
    CHECK_STR(tab("get USER#42 P|"), " …");
    CHECK(fake.requests == 1 && fake.open == 0);
    CHECK(fake.now_us <= (COMPLETE_TIME_MS + 100) * 1000);
}

TEST(a_cancelled_job_drops_its_request)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    fake.wait_for = 1000;
    struct str line = STR("get USER#42 P");
    CHECK(complete_begin(completer, line, line.len) == COMPLETE_WAIT);
    complete_cancel(completer);
    CHECK(fake.open == 0);
    CHECK(complete_step(completer) == COMPLETE_DONE);
}

TEST(an_error_is_said_and_escaped)
{
    begin();
    fake.fail = "no credentials \033[2J";
    CHECK_STR(tab("get USER#42 P|"), " …!no look-up: no credentials \\x1b[2J");
    fake.fail = NULL;
    fake.off = true;
    CHECK_STR(tab("get USER#42 P|"), " …!no look-up: switched off");
}

TEST(answers_are_kept_and_narrowed)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    tab("get USER#42 |");
    unsigned before = fake.requests;
    CHECK_STR(tab("get USER#42 P|"), "PROFILE");
    CHECK(fake.requests == before);
    /* a partition that came in one page is known throughout; another is not */
    CHECK_STR(tab("get USER#42 CART#|"), "CART#1");
    CHECK(fake.requests == before);
    tab("get USER#43 P|");
    CHECK(fake.requests > before);
    before = fake.requests;
    fake.now_us += 3600 * (int64_t)1000000; /* for as long as the shell runs */
    tab("get USER#42 P|");
    CHECK(fake.requests == before);
    complete_forget(completer);
    tab("get USER#42 P|");
    CHECK(fake.requests > before);
}

TEST(without_look_ups_nothing_is_sent)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    env.live.send = NULL;
    CHECK_STR(tab("get USER#42 P|"), "");
    CHECK(fake.requests == 0);
}

/* --- quoting ------------------------------------------------------------------------------ */

TEST(keys_are_quoted_as_their_place_needs)
{
    begin();
    fake.key = some_orders;
    fake.count = 6;
    CHECK_STR(tab("get USER#42 a|"), "\"a b#c\"");
    CHECK_STR(tab("get USER#42 \"a b#|"), "\"a b#c\"");
    CHECK_STR(tab("get USER#42 'a|"), "'a b#c'");
    CHECK_STR(tab("get USER#42 \"PRO|"), "\"PROFILE\"");
    CHECK_STR(tab("get USER#42 \"ORD|"),
              "\"ORDER#1001\" \"ORDER#1003\" \"ORDER#1017\" =\"ORDER#10");
}

static void hostile(size_t i, char *text, size_t size)
{
    snprintf(text, size, "%s", i ? "X\"\\{y}" : "X\033]0;own\a");
}

TEST(hostile_keys_are_escaped_in_line_and_list)
{
    begin();
    fake.key = hostile;
    fake.count = 2;
    struct str line = STR("get USER#42 X");
    const struct completion *r = complete_now(completer, line, line.len, 1000, no_wait, NULL);
    CHECK(r->count == 2);
    size_t at;
    for (size_t i = 0; i < r->count; i++) {
        CHECK(!str_find_char(r->list[i].insert, '\033', &at));
        CHECK(!str_find_char(r->list[i].display, '\033', &at));
    }
    CHECK_STR(r->list[0].insert, "\"X\\u001b]0;own\\u0007\"");
}

/* --- what needs no request ---------------------------------------------------------------- */

TEST(commands_tables_indexes_settings)
{
    begin();
    CHECK_STR(tab("qu|"), "query");
    CHECK_STR(tab("QU|"), "query");
    CHECK_STR(tab("use |"), "Orders Main");
    CHECK_STR(tab("use O|"), "Orders");
    CHECK_STR(tab("set f|"), "format");
    CHECK_STR(tab("scan gs|"), "gsi1");
    size_t at;
    CHECK(str_find(tab("query ORDER#1 X wh|"), STR("where"), &at));
}

TEST(partition_keys_seen_come_by_level)
{
    begin();
    fake.off = true;
    static const char *const seen[] = {"USER#42", "USER#43", "ORDER#1", "#META#x", "PLAIN"};
    for (size_t i = 0; i < ARRAY_LEN(seen); i++)
        seen_key(env.seen, STR("shop"), STR("pk"), ATTR_S, str_of(seen[i]));
    seen_key(env.seen, STR("shop"), STR("gsi1pk"), ATTR_S, STR("EMAIL"));
    CHECK_STR(tab("get |"), "# ORDER# PLAIN USER#");
    CHECK_STR(tab("get US|"), "USER#");
    CHECK_STR(tab("get USER#|"), "USER#42 USER#43 =USER#"); /* USER#7 may exist as well */
    CHECK_STR(tab("get #M|"), "#META#");
    CHECK_STR(tab("get #META#|"), "#META#x");
    CHECK_STR(tab("query gsi1 E|"), "EMAIL");
}

TEST(attributes_are_key_names_and_those_seen)
{
    begin();
    struct arena a = {0};
    struct value *item = value_new(&a, ATTR_M), *last = NULL;
    struct value *v = value_new_text(&a, ATTR_S, STR("x"));
    v->name_bytes = "status";
    v->name_len = 6;
    value_append(item, &last, v);
    v = value_new_text(&a, ATTR_S, STR("USER#9"));
    v->name_bytes = "pk";
    v->name_len = 2;
    value_append(item, &last, v);
    seen_item(env.seen, &shop, item);
    CHECK_STR(tab("scan where st|"), "status");
    CHECK_STR(tab("scan select gsi|"), "gsi1pk gsi1sk =gsi1");
    CHECK_STR(tab("get USER#|"), "USER#9");
    arena_free(&a);
}

static void see(const char *name, const char *text)
{
    struct arena a = {0};
    struct value *item = value_new(&a, ATTR_M), *last = NULL;
    struct value *v = value_new_text(&a, ATTR_S, str_of(text));
    value_set_name(v, str_of(name));
    value_append(item, &last, v);
    seen_item(env.seen, &shop, item);
    arena_free(&a);
}

TEST(values_are_those_seen_of_the_attribute)
{
    begin();
    see("status", "SHIPPED");
    see("status", "NEW");
    see("status", "on hold");
    see("note", "a text that is far too long to be a word of any vocabulary");
    see("zip", "8001");
    CHECK_STR(tab("scan where status = |"), "\"NEW\" \"SHIPPED\" \"on hold\"");
    CHECK_STR(tab("scan where status = S|"), "SHIPPED");
    CHECK_STR(tab("scan where n = 1 and status in (NEW, S|"), "SHIPPED");
    CHECK_STR(tab("scan where status between A and N|"), "NEW");
    CHECK_STR(tab("scan where contains(status, N|"), "NEW");
    CHECK_STR(tab("update USER#42 PROFILE set status = N|"), "NEW");
    CHECK_STR(tab("put USER#42 PROFILE status=\"on|"), "\"on hold\"");
    CHECK_STR(tab("delete USER#42 PROFILE if status = \"S|"), "\"SHIPPED\"");
    CHECK_STR(tab("scan where zip = |"), "\"8001\""); /* a number it is not */
    CHECK_STR(tab("scan where note = |"), "");
    CHECK_STR(tab("scan where size(status) = S|"), "");
    CHECK_STR(tab("scan where address.status = S|"), "");
    CHECK(fake.requests == 0);
    CHECK_STR(tab("Other: scan where status = S|"), "");
}

TEST(files_go_on_after_a_directory)
{
    begin();
    char dir[] = "/tmp/pksk-complete-XXXXXX";
    CHECK(mkdtemp(dir));
    char path[64], line[128];
    snprintf(path, sizeof(path), "%s/or ders.csv", dir);
    FILE *f = fopen(path, "w");
    CHECK(f);
    fclose(f);
    snprintf(line, sizeof(line), "source %s/o|", dir);
    size_t at;
    struct str got = tab(line);
    CHECK(str_find(got, STR("/or ders.csv\""), &at));
    snprintf(line, sizeof(line), "source %.*s|", (int)strlen(dir) - 2, dir);
    CHECK(str_ends(tab(line), STR("/")));
    unlink(path);
    rmdir(dir);
}

TEST(hints_are_short)
{
    begin();
    struct buf b = {0};
    complete_hint(completer, STR("que"), &b);
    CHECK_STR(buf_str(&b), "ry");
    buf_reset(&b);
    complete_hint(completer, STR("get USER#42 "), &b);
    CHECK(str_starts(buf_str(&b), STR("sort key")));
    buf_reset(&b);
    complete_hint(completer, STR(""), &b);
    CHECK_STR(buf_str(&b), "");
    CHECK(fake.requests == 0);
    buf_free(&b);
}

/* The hint behind a line. */
static struct str hint(const char *line)
{
    static struct buf b;
    buf_reset(&b);
    complete_hint(completer, str_of(line), &b);
    return buf_str(&b);
}

TEST(hints_say_what_a_statement_will_be)
{
    begin();
    CHECK_STR(hint("get USER#42 PROFILE"), "  -- Get");
    CHECK_STR(hint("get USER#42 PROFILE, USER#43 PROFILE"), "  -- Get 2 items");
    CHECK_STR(hint("query USER#42"), "  -- Query");
    CHECK_STR(hint("query gsi1 ORDER between 2024 2025"), "  -- Query gsi1");
    CHECK_STR(hint("query gsi1 \"ORDER\""), "  -- Query gsi1");
    CHECK_STR(hint("scan"), "  -- Scan! 5,931 items, about 280 RCU");
    CHECK_STR(hint("scan consistent"), "  -- Scan! 5,931 items, about 560 RCU");
    CHECK_STR(hint("scan where n = 1 limit 10"), "  -- Scan! 5,931 items, about 280 RCU");
    CHECK_STR(hint("scan limit 10"), "  -- Scan until 10 items");
    CHECK_STR(hint("scan gsi1 where n = 1"), "  -- Scan gsi1! 1,482 items, about 70 RCU");
    CHECK_STR(hint("scan sample 1% count"), "  -- Scan a sample");
    CHECK_STR(hint("put A b=1; query USER#42"), "  -- Query");
    CHECK_STR(hint("query USER#42 then delete"), "  -- Query, then delete each item");
    /* not yet, or not for certain */
    CHECK_STR(hint("get USER#42"), "");
    CHECK_STR(hint("query gsi1"), "");
    CHECK_STR(hint("query USER#42 \"PRO"), "");
    CHECK_STR(hint("query Other:x"), "  -- Query");
    CHECK_STR(hint("Other: query x"), "");
    CHECK_STR(hint("explain scan"), "");
    /* a word that is being typed comes first, and the grammar goes on */
    CHECK_STR(hint("query USER#42 sel"), "ect");
    CHECK(str_starts(hint("query USER#42 "), STR("-- Query   sort key")));
    CHECK(fake.requests == 0);
}

TEST_MAIN()
