#include "pksk/run/cursor.h"

#include "pksk/base/circle.h"
#include "pksk/item/ddbjson.h"
#include "pksk/run/backoff.h"
#include "pksk/run/batch-get.h"

/* One stream of pages: the query, or one segment of a scan, or the batches of a BatchGetItem. */
struct lane {
    struct call *call; /* in flight */
    struct buf resume; /* ExclusiveStartKey or RequestItems of the next request, as JSON */
    struct circle circle;
    uint64_t number; /* segment */
    bool started, ended;
    const struct value *first_key; /* of the batch in flight */
    bool retry_batch;              /* resume holds UnprocessedKeys */
    bool again;                    /* the batch from first_key on failed on its way */
    bool was_retry;                /* the batch in flight */
    struct backoff backoff;
    int64_t not_before_us; /* a pause of the batch */
};

struct cursor {
    struct dynamo *dynamo;
    const struct clock *clock;
    struct arena arena;
    struct plan plan;
    struct lane *lanes;
    size_t lane_count, turn;
    const struct value *next_key; /* BatchGetItem: the first key not asked for yet */
    struct call *page;            /* the page handed out */
    struct value *held;           /* its items beyond the limit */
    uint64_t remaining;           /* of the limit; 0 with a limit: reached */
    uint64_t budget;
    enum cursor_state state;
    struct cursor_totals totals;
    struct err late; /* what failed once a page was there: said after that page */
};

/* ---- copies */

static struct str *copy_strs(struct arena *a, const struct str *from, size_t count)
{
    struct str *copy = count ? arena_alloc(a, count, sizeof(*copy)) : NULL;

    for (size_t i = 0; i < count; i++)
        copy[i] = arena_str(a, from[i]);
    return copy;
}

static void copy_plan(struct cursor *c, const struct plan *p)
{
    struct value **tail = &c->plan.keys;

    c->plan = *p;
    c->plan.body = arena_str(&c->arena, p->body);
    c->plan.line = arena_str(&c->arena, p->line);
    c->plan.table = arena_str(&c->arena, p->table);
    c->plan.index = arena_str(&c->arena, p->index);
    c->plan.key_names = copy_strs(&c->arena, p->key_names, p->key_count);
    c->plan.columns = copy_strs(&c->arena, p->columns, p->column_count);
    c->plan.keys = NULL;
    for (const struct value *key = p->keys; key; key = key->next) {
        *tail = value_copy(&c->arena, key);
        tail = &(*tail)->next;
    }
}

static bool is_batch(const struct cursor *c)
{
    return c->plan.keys != NULL;
}

struct cursor *cursor_new(struct dynamo *d, const struct plan *p, const struct clock *clock,
                          uint64_t budget_tenths)
{
    struct cursor *c = mem_resize(NULL, 1, sizeof(*c));

    *c = (struct cursor){
        .dynamo = d, .clock = clock, .budget = budget_tenths, .remaining = p->limit};
    copy_plan(c, p);
    c->lane_count = is_batch(c) ? 4 : (size_t)MAX(p->segments, (uint64_t)1);
    c->lanes = mem_resize(NULL, c->lane_count, sizeof(*c->lanes));
    memset(c->lanes, 0, c->lane_count * sizeof(*c->lanes));
    for (size_t i = 0; i < c->lane_count; i++)
        c->lanes[i].number = i;
    c->next_key = c->plan.keys;
    c->totals.began_us = clock_mono_us(clock);
    c->totals.keys_given = p->keys_given;
    return c;
}

void cursor_free(struct cursor *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->lane_count; i++) {
        call_free(c->lanes[i].call);
        buf_free(&c->lanes[i].resume);
    }
    free(c->lanes);
    call_free(c->page);
    arena_free(&c->arena);
    free(c);
}

/* ---- requests */

static void batch_body(struct cursor *c, struct lane *lane, struct buf *body)
{
    lane->was_retry = lane->retry_batch;
    if (lane->retry_batch) {
        buf_lit(body, "{\"ReturnConsumedCapacity\":\"TOTAL\",\"RequestItems\":");
        buf_str_add(body, buf_str(&lane->resume));
        buf_char(body, '}');
    } else if (lane->again) {
        plan_batch_body(body, &c->plan, lane->first_key);
    } else {
        lane->first_key = c->next_key;
        c->next_key = plan_batch_body(body, &c->plan, c->next_key);
    }
    lane->retry_batch = lane->again = false;
}

/* The keys of a batch that came to nothing are asked for again when the reading goes on. */
static void give_back(struct cursor *c, struct lane *lane)
{
    if (is_batch(c)) {
        lane->retry_batch = lane->was_retry;
        lane->again = !lane->was_retry;
    }
}

static void page_body(struct cursor *c, struct lane *lane, struct buf *body)
{
    buf_str_add(body, c->plan.body);
    if (c->plan.segments > 1)
        buf_addf(body, ",\"Segment\":%zu,\"TotalSegments\":%zu", (size_t)lane->number,
                 (size_t)c->plan.segments);
    if (plan_limits_pages(&c->plan) && !c->plan.single)
        buf_addf(body, ",\"Limit\":%zu", (size_t)MIN(c->remaining, (uint64_t)INT32_MAX));
    if (lane->resume.len) {
        buf_lit(body, ",\"ExclusiveStartKey\":");
        buf_str_add(body, buf_str(&lane->resume));
    }
    buf_char(body, '}');
}

static int start(struct cursor *c, struct lane *lane, struct err *e)
{
    _cleanup_(buf_free) struct buf body = {0};

    if (is_batch(c))
        batch_body(c, lane, &body);
    else
        page_body(c, lane, &body);
    lane->started = true;
    c->totals.requests++;
    int r = dynamo_send(c->dynamo, c->plan.operation, buf_str(&body), &lane->call, e);

    if (r < 0)
        give_back(c, lane);
    return r;
}

static bool has_work(const struct cursor *c, const struct lane *lane)
{
    if (lane->ended || lane->call)
        return false;
    return !is_batch(c) || lane->retry_batch || lane->again || c->next_key;
}

static bool may_ask(const struct cursor *c)
{
    if (c->plan.limit && !c->remaining)
        return false;
    return !c->budget || c->totals.capacity.tenths < c->budget;
}

/* Starts every lane that has something to ask for and is not pausing. */
static int start_all(struct cursor *c, struct err *e)
{
    if (!may_ask(c))
        return 0;
    for (size_t i = 0; i < c->lane_count; i++) {
        struct lane *lane = &c->lanes[i];

        if (!has_work(c, lane) ||
            (lane->not_before_us && clock_mono_us(c->clock) < lane->not_before_us))
            continue;
        lane->not_before_us = 0;
        int r = start(c, lane, e);

        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- answers */

static int note_unprocessed(struct cursor *c, struct lane *lane, const struct reply *reply,
                            struct err *e)
{
    const struct json *rest = json_get(reply->rest, "UnprocessedKeys");

    buf_reset(&lane->resume);
    if (!rest || !rest->count) {
        lane->backoff = (struct backoff){0};
        return 0;
    }
    if (!batch_get_may_ask_again(lane->first_key, c->plan.table, rest))
        return err_set(e, ERR_FAILED,
                       "the service returned keys as unprocessed that were not asked for");
    json_write(&lane->resume, rest, false);
    lane->retry_batch = true;
    lane->not_before_us =
        clock_mono_us(c->clock) + backoff_next_ms(&lane->backoff, reply->count > 0) * (int64_t)1000;
    if (lane->backoff.rounds > BACKOFF_ROUNDS_MAX) {
        err_set(e, ERR_FAILED, "the table goes on returning keys unprocessed: it is throttled");
        err_hint(e, "try again later, or with fewer keys at a time");
        return ERR_FAILED;
    }
    return 0;
}

static int note_page(struct lane *lane, const struct reply *reply, struct err *e)
{
    buf_reset(&lane->resume);
    if (!reply->last_key) {
        lane->ended = true;
        return 0;
    }
    ddb_add_item(&lane->resume, reply->last_key);
    if (circle_closed(&lane->circle, buf_str(&lane->resume)))
        return err_set(e, ERR_FAILED,
                       "the server says to go on where it has been before: "
                       "the rest cannot be read");
    return 0;
}

/* Takes an answer off its lane. The next request of that lane is on its way before the caller sees
 * the items. */
static int take(struct cursor *c, struct lane *lane, const struct value **items, struct err *e)
{
    struct reply *reply = call_reply(lane->call);
    int r = 0, late = 0;

    call_free(c->page);
    c->page = lane->call;
    lane->call = NULL;
    if (reply->err.code < 0) {
        give_back(c, lane);
        *e = reply->err;
        return reply->err.code;
    }
    c->totals.pages++;
    c->totals.capacity.tenths += reply->capacity.tenths;
    c->totals.scanned += reply->scanned;
    if (is_batch(c)) {
        late = note_unprocessed(c, lane, reply, &c->late);
        reply->items = batch_get_in_order(lane->first_key, reply->items);
    } else {
        r = note_page(lane, reply, e);
    }
    if (c->plan.single)
        lane->ended = true;
    /* Without items, Count is only what the server says. */
    uint64_t count = reply->items || c->plan.counted ? reply->count : 0;

    c->held = NULL;
    if (c->plan.limit && count > c->remaining && !c->plan.counted) {
        struct value **link = &reply->items;

        for (uint64_t i = 0; i < c->remaining; i++)
            link = &(*link)->next;
        c->held = *link;
        *link = NULL;
        count = c->remaining;
    }
    c->remaining -= c->plan.limit ? MIN(count, c->remaining) : 0;
    c->totals.items += count;
    if (r < 0)
        return r;
    /* This page is no worse for it when the next request cannot even be sent. */
    if (late == 0 && start_all(c, &c->late) == 0)
        dynamo_poll(c->dynamo, 0, -1); /* the request goes out before this page is printed */
    *items = reply->items;
    return 1;
}

static int wait_ms(const struct cursor *c)
{
    int64_t soonest = 1000000;

    for (size_t i = 0; i < c->lane_count; i++) {
        const struct lane *lane = &c->lanes[i];

        if (!lane->call && lane->not_before_us && has_work(c, lane))
            soonest = MIN(soonest, lane->not_before_us - clock_mono_us(c->clock));
    }
    return (int)(MAX(soonest, (int64_t)0) / 1000) + 1;
}

/* What was held back by a limit comes first. */
static int take_held(struct cursor *c, const struct value **items)
{
    struct value *chain = c->held, **link = &chain;
    uint64_t count = 0;

    while (*link && (!c->plan.limit || count < c->remaining)) {
        link = &(*link)->next;
        count++;
    }
    struct value *rest = *link;

    *link = NULL;
    c->held = rest;
    c->remaining -= c->plan.limit ? count : 0;
    c->totals.items += count;
    *items = chain;
    return 1;
}

static enum cursor_state find_state(const struct cursor *c)
{
    bool work = c->held;

    for (size_t i = 0; i < c->lane_count; i++)
        work |= c->lanes[i].call || has_work(c, &c->lanes[i]);
    if (!work)
        return CURSOR_END;
    if (c->plan.limit && !c->remaining)
        return CURSOR_LIMIT;
    return !c->held && c->budget && c->totals.capacity.tenths >= c->budget ? CURSOR_BUDGET
                                                                           : CURSOR_MORE;
}

static struct lane *answered(struct cursor *c)
{
    for (size_t i = 0; i < c->lane_count; i++) {
        struct lane *lane = &c->lanes[(c->turn + i) % c->lane_count];

        if (lane->call && call_done(lane->call)) {
            c->turn = (c->turn + i + 1) % c->lane_count;
            return lane;
        }
    }
    return NULL;
}

static bool in_flight(const struct cursor *c)
{
    for (size_t i = 0; i < c->lane_count; i++) {
        if (c->lanes[i].call)
            return true;
    }
    return false;
}

int cursor_next(struct cursor *c, const struct value **items, struct err *e)
{
    c->totals.took_us = clock_mono_us(c->clock) - c->totals.began_us;
    if (c->late.code < 0) {
        *e = c->late;
        c->late = (struct err){0};
        return e->code;
    }
    for (;;) {
        c->state = find_state(c);
        if (c->state == CURSOR_END || c->state == CURSOR_LIMIT)
            return 0;
        if (c->state == CURSOR_BUDGET && !in_flight(c))
            return 0;
        if (c->held)
            return take_held(c, items);
        call_free(c->page); /* the caller is done with it: one page of memory less while waiting */
        c->page = NULL;
        int r = start_all(c, e);

        if (r < 0)
            return r;
        struct lane *lane = answered(c);

        if (lane) {
            r = take(c, lane, items, e);
            c->totals.took_us = clock_mono_us(c->clock) - c->totals.began_us;
            return r;
        }
        if (dynamo_poll(c->dynamo, wait_ms(c), -1) == ERR_CANCELLED)
            return err_set(e, ERR_CANCELLED, "interrupted");
    }
}

enum cursor_state cursor_state(const struct cursor *c)
{
    return find_state(c);
}

void cursor_continue(struct cursor *c, uint64_t limit)
{
    c->plan.limit = limit;
    c->remaining = limit;
    c->totals = (struct cursor_totals){.began_us = clock_mono_us(c->clock)};
    c->late = (struct err){0};
}

const struct cursor_totals *cursor_totals(const struct cursor *c)
{
    return &c->totals;
}

const struct plan *cursor_plan(const struct cursor *c)
{
    return &c->plan;
}
