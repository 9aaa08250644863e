/* The bulk writer against a made-up service (fake-service.h). */
#include "pksk/run/bulk.h"

#include "fake-service.h"
#include "pksk/item/ddbjson.h"
#include "test.h"

/* ---- */

#define REJECTS_MAX 400
static uint64_t rejected_lines[REJECTS_MAX];
static unsigned reject_count, unfinished_count;

static int note_reject(void *ctx, const struct bulk_reject *r, struct err *e)
{
    (void)ctx;
    (void)e;
    if (r->unfinished)
        unfinished_count++;
    else if (reject_count < REJECTS_MAX)
        rejected_lines[reject_count++] = r->place.line;
    return 0;
}

static struct bulk *start(struct fake *f, unsigned in_flight, bool stop_at_reject)
{
    struct bulk_options o = {.table = &table_t, .clock = &clock_fake, .in_flight = in_flight};

    fake_begin(f);
    o.wire = &wire_fake;
    o.on_reject = stop_at_reject ? NULL : note_reject;
    reject_count = unfinished_count = 0;
    return bulk_new(NULL, &o);
}

static struct arena arena;

static struct value *make_item(unsigned key, unsigned version, bool bad)
{
    struct buf text = {0};
    struct value *item = NULL;
    struct err e;

    arena_reset(&arena);
    buf_addf(&text, "{\"pk\":{\"S\":\"K#%u\"},\"v\":{\"N\":\"%u\"}%s}", key, version,
             bad ? ",\"bad\":{\"S\":\"\"}" : "");
    if (ddb_parse_item(&arena, buf_str(&text), &item, &e) < 0)
        printf("# %s\n", e.text);
    buf_free(&text);
    return item;
}

static int put(struct bulk *b, unsigned key, unsigned version, bool bad, uint64_t line,
               struct err *e)
{
    return bulk_put(b, make_item(key, version, bad), STR(""), (struct bulk_place){line, line * 100},
                    e);
}

TEST(failures_that_pass)
{
    static const struct {
        int code, status;
        const char *service;
        bool answered, passes;
    } cases[] = {
        {ERR_CANCELLED, 0, "", true, false}, /* nobody waits for it to pass */
        {ERR_CONNECT, 0, "", true, true},
        {ERR_CONNECT, 0, "", false, false}, /* the endpoint may not be there at all */
        {ERR_REFUSED, 400, "ThrottlingException", false, true},
        {ERR_REFUSED, 400, "ValidationException", true, false},
        {ERR_REFUSED, 503, "", false, true},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct reply r = {.status = cases[i].status, .err = {.code = cases[i].code}};

        snprintf(r.err.service, sizeof(r.err.service), "%s", cases[i].service);
        CHECK(wire_failure_passes(&r, cases[i].answered) == cases[i].passes);
    }
}

static bool holds(const struct fake *f, unsigned key, unsigned version)
{
    char name[32], want[96];
    const char *got;

    snprintf(name, sizeof(name), "K#%u", key);
    snprintf(want, sizeof(want), "{\"pk\":{\"S\":\"K#%u\"},\"v\":{\"N\":\"%u\"}}", key, version);
    got = map_get(&f->items, str_of(name));
    return got && strcmp(got, want) == 0;
}

TEST(all_are_written)
{
    struct fake f = {0};
    struct bulk *b = start(&f, 16, false);
    struct err e;

    for (unsigned i = 0; i < 1010; i++)
        CHECK(put(b, i, 1, false, i + 1, &e) == 0);
    CHECK(bulk_finish(b, &e) == 0);
    CHECK(bulk_totals(b)->written == 1010 && bulk_totals(b)->rejected == 0);
    CHECK(bulk_totals(b)->requests == 41); /* full batches, and one of ten */
    CHECK(bulk_totals(b)->capacity.tenths == 10100);
    CHECK(bulk_mark(b).place.line == 1010 && bulk_mark(b).written == 1010);
    CHECK(f.items.count == 1010 && f.most_in_flight == 16);
    bulk_free(b);
    CHECK(!f.wrong);
    fake_free_all(&f);
}

TEST(nothing_is_lost_in_a_storm)
{
    struct fake f = {.lose = 5, .fail = 10, .throttle = 33, .unprocess = 30};
    struct bulk *b = start(&f, 16, false);
    struct err e;
    unsigned bad = 0;

    for (unsigned i = 0; i < 20000; i++) {
        bool is = i % 997 == 5;

        bad += is;
        CHECK(put(b, i, i, is, i + 1, &e) == 0);
    }
    CHECK(bulk_finish(b, &e) == 0);
    CHECK(bulk_totals(b)->written == 20000 - bad && bulk_totals(b)->rejected == bad);
    CHECK(reject_count == bad && f.items.count == 20000 - bad && !f.wrong);
    for (unsigned i = 0; i < bad; i++)
        CHECK(rejected_lines[i] == i * 997 + 6); /* in order */
    for (unsigned i = 0; i < 20000; i++)
        CHECK(holds(&f, i, i) == (i % 997 != 5));
    CHECK(bulk_totals(b)->retried > 5000);
    bulk_free(b);
    fake_free_all(&f);
}

TEST(the_last_write_to_a_key_wins)
{
    struct fake f = {.lose = 5, .fail = 5, .throttle = 10, .unprocess = 30};
    struct bulk *b = start(&f, 16, false);
    unsigned last[64] = {0};
    struct err e;

    for (unsigned i = 1; i <= 6000; i++) {
        unsigned key = dice(&f, 64);

        last[key] = i;
        CHECK(put(b, key, i, false, i, &e) == 0);
    }
    CHECK(bulk_delete(b, make_item(7, 0, false), (struct bulk_place){6001, 0}, &e) == 0);
    CHECK(bulk_finish(b, &e) == 0);
    CHECK(bulk_totals(b)->written == 6001 && !f.wrong);
    for (unsigned i = 0; i < 64; i++)
        CHECK(i == 7 ? !map_has(&f.items, STR("K#7")) : holds(&f, i, last[i]));
    bulk_free(b);
    fake_free_all(&f);
}

TEST(a_refusal_is_found_by_halving)
{
    struct fake f = {0};
    struct bulk *b = start(&f, 4, false);
    struct err e;

    for (unsigned i = 0; i < 25; i++)
        CHECK(put(b, i, 1, i == 13, i + 1, &e) == 0);
    CHECK(bulk_finish(b, &e) == 0);
    CHECK(f.items.count == 24 && reject_count == 1 && rejected_lines[0] == 14);
    CHECK(f.validation_requests <= 6);
    bulk_free(b);
    fake_free_all(&f);
}

TEST(without_a_place_for_refusals_the_first_stops_it)
{
    struct fake f = {0};
    struct bulk *b = start(&f, 2, true);
    struct err e = {0};
    int r = 0;

    for (unsigned i = 0; i < 500 && r == 0; i++)
        r = put(b, i, 1, i == 100, i + 1, &e);
    CHECK(r == ERR_FAILED && strcmp(e.service, "ValidationException") == 0);
    CHECK(bulk_finish(b, &e) == ERR_FAILED);
    CHECK(bulk_mark(b).place.line == 100 && bulk_mark(b).written == 100);
    CHECK(f.items.count == bulk_totals(b)->written);
    bulk_free(b);
    fake_free_all(&f);
}

TEST(what_is_wrong_is_not_sent)
{
    struct fake f = {0};
    struct bulk *b = start(&f, 2, false);
    struct err e, why;
    struct value *item = make_item(1, 1, false), *large;

    item->first->type = ATTR_N;
    item->first->bytes = "12";
    item->first->len = 2;
    CHECK(bulk_put(b, item, STR(""), (struct bulk_place){1, 0}, &e) == 0);
    item->first->name_bytes = "pq";
    CHECK(bulk_put(b, item, STR(""), (struct bulk_place){2, 0}, &e) == 0);
    large = make_item(2, 2, false);
    large->first->next =
        value_new_text(&arena, ATTR_S, (struct str){arena_bytes(&arena, 409600), 409600});
    memset((char *)large->first->next->bytes, 'x', 409600);
    CHECK(bulk_put(b, large, STR(""), (struct bulk_place){3, 0}, &e) == 0);
    err_set(&why, ERR_SYNTAX, "not JSON");
    CHECK(bulk_refuse(b, STR("{"), (struct bulk_place){4, 0}, &why, &e) == 0);
    CHECK(bulk_finish(b, &e) == 0);
    CHECK(reject_count == 4 && f.requests == 0 && bulk_totals(b)->rejected == 4);
    bulk_free(b);
    fake_free_all(&f);
}

TEST(a_table_that_takes_nothing_is_given_up)
{
    struct fake f = {.throttle_all = true};
    struct bulk *b = start(&f, 16, false);
    struct err e = {0};
    int r = 0;

    for (unsigned i = 0; i < 2000 && r == 0; i++)
        r = put(b, i, 1, false, i + 1, &e);
    CHECK(r == ERR_FAILED && f.requests < 100);
    CHECK(bulk_finish(b, &e) == ERR_FAILED && unfinished_count > 0 && reject_count == 0);
    CHECK(bulk_totals(b)->written == 0 && bulk_mark(b).place.line == 0);
    bulk_free(b);
    fake_free_all(&f);
}

TEST(a_dead_endpoint_is_given_up_soon)
{
    struct fake f = {.dead = true};
    struct bulk *b = start(&f, 16, false);
    struct err e = {0};
    int r = 0;

    for (unsigned i = 0; i < 2000 && r == 0; i++)
        r = put(b, i, 1, false, i + 1, &e);
    CHECK(r == ERR_CONNECT && f.requests <= 32);
    bulk_free(b);
    fake_free_all(&f);
}

TEST(cancel_waits_for_what_is_in_flight)
{
    struct fake f = {.cancel_after = 40};
    struct bulk *b = start(&f, 8, false);
    struct err e = {0};
    int r = 0;

    for (unsigned i = 0; i < 5000 && r == 0; i++)
        r = put(b, i, 1, false, i + 1, &e);
    CHECK(r == ERR_CANCELLED && cancel_flag);
    CHECK(bulk_finish(b, &e) == ERR_CANCELLED);
    CHECK(f.items.count == bulk_totals(b)->written && f.items.count >= 900 && !f.in_flight);
    CHECK(bulk_mark(b).written == bulk_totals(b)->written); /* nothing was held up behind another */
    bulk_free(b);
    fake_free_all(&f);
}

TEST(throttling_shrinks_what_is_in_flight)
{
    struct fake f = {.throttle_first = 12};
    struct bulk *b = start(&f, 16, false);
    struct err e;

    for (unsigned i = 0; i < 600; i++)
        CHECK(put(b, i, 1, false, i + 1, &e) == 0);
    f.most_in_flight = 0;
    for (unsigned i = 600; i < 800; i++)
        CHECK(put(b, i, 1, false, i + 1, &e) == 0);
    CHECK(f.most_in_flight < 16);
    for (unsigned i = 800; i < 9000; i++)
        CHECK(put(b, i, 1, false, i + 1, &e) == 0);
    CHECK(bulk_finish(b, &e) == 0 && f.items.count == 9000);
    CHECK(f.most_in_flight == 16); /* and lets it grow again */
    bulk_free(b);
    fake_free_all(&f);
}

TEST(single_operations_go_alone)
{
    struct fake f = {.throttle = 20, .fail = 10};
    struct bulk *b = start(&f, 8, false);
    struct err e;

    for (unsigned i = 0; i < 100; i++)
        CHECK(bulk_call(b, "UpdateItem", STR("{}"), make_item(i, 0, false),
                        (struct bulk_place){i, 0}, &e) == 0);
    CHECK(bulk_finish(b, &e) == 0 && bulk_totals(b)->written == 100);
    bulk_free(b);
    fake_free_all(&f);
    arena_free(&arena);
}

TEST_MAIN()
