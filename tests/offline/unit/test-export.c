/* Export: every item once, in segments, through failures, stops and deaths, against a made-up
 * service. */
#include "pksk/run/export.h"

#include <sys/wait.h>

#include "fake-service.h"
#include "pksk/item/ddbjson.h"
#include "test.h"

#define ITEMS 5000
#define PAGE 23

static char directory[] = "/tmp/pksk-export.XXXXXX";
static char path[80], partial_path[100], checkpoint_path[80];

static struct table table;
static struct export_options options;
static struct export_totals totals;
static struct err err;

/* Item i belongs to segment i % segments; every third page is empty. */
static void answer_scan(struct fake *f, struct fake_call *c)
{
    uint64_t segments = 1, segment = 0, from = 0;
    struct value **tail = &c->reply.items;
    struct json *body;
    struct err e;

    if (json_parse(&c->arena, buf_str(&c->body), 16, &body, &e) < 0 ||
        !str_is(json_text(body, "TableName"), "T"))
        f->wrong = "not a scan of T";
    (void)json_get_u64(body, "TotalSegments", &segments);
    (void)json_get_u64(body, "Segment", &segment);
    if (str_to_u64(json_text(json_get(json_get(body, "ExclusiveStartKey"), "pk"), "S"), &from))
        from++;
    for (; from < ITEMS; from++) {
        char text[64];
        int len = snprintf(text, sizeof(text), "{\"pk\":{\"S\":\"%05u\"}}", (unsigned)from);

        if (from % segments != segment)
            continue;
        if (from / segments % 3) {
            if (ddb_parse_item(&c->arena, (struct str){text, (size_t)len}, tail, &e) < 0)
                f->wrong = "the item is none";
            tail = &(*tail)->next;
            c->reply.count++;
        }
        if (c->reply.count == PAGE || from % 100 == 7) {
            if (ddb_parse_item(&c->arena, (struct str){text, (size_t)len}, &c->reply.last_key, &e) <
                0)
                f->wrong = "the key is none";
            break;
        }
    }
    c->reply.capacity.tenths = 5;
}

static int print_lines(void *ctx, const struct value *items, struct buf *out, struct err *e)
{
    (void)ctx;
    (void)e;
    for (const struct value *item = items; item; item = item->next) {
        ddb_add_item(out, item);
        buf_char(out, '\n');
    }
    if (!items)
        buf_lit(out, "end\n");
    return 0;
}

static void reset(struct fake *f, unsigned segments)
{
    fake_free_all(f);
    *f = (struct fake){.other = answer_scan, .latency_us = 20000};
    table = table_t;
    snprintf(path, sizeof(path), "%s/items", directory);
    snprintf(partial_path, sizeof(partial_path), "%s.partial", path);
    snprintf(checkpoint_path, sizeof(checkpoint_path), "%s/checkpoint", directory);
    unlink(path);
    unlink(partial_path);
    unlink(checkpoint_path);
    options = (struct export_options){.table = &table,
                                      .segments = segments,
                                      .print = print_lines,
                                      .path = path,
                                      .format = STR("ddb-json"),
                                      .clock = &clock_fake,
                                      .wire = &wire_fake};
}

static int run(struct fake *f)
{
    fake_begin(f);
    err = (struct err){0};
    return export_run(NULL, &options, &totals, &err);
}

static bool there(const char *name)
{
    return access(name, F_OK) == 0;
}

/* Every item once, and what closes the format at the end. */
static bool is_whole(unsigned segments)
{
    struct buf text = {0};
    struct str rest, line;
    static unsigned char seen[ITEMS];
    size_t count = 0, want = 0;
    struct err e;
    bool ended = false;

    memset(seen, 0, sizeof(seen));
    if (file_read(path, 1 << 20, &text, &e) < 0)
        return false;
    rest = buf_str(&text);
    while (str_split(&rest, '\n', &line) && line.len) {
        uint64_t i;

        ended = str_is(line, "end");
        if (ended)
            break;
        if (line.len != 20 || !str_to_u64(str_slice(line, 12, 17), &i) || i >= ITEMS || seen[i]++)
            break;
        count++;
    }
    for (size_t i = 0; i < ITEMS; i++)
        want += i / segments % 3 > 0;
    buf_free(&text);
    return ended && count == want && totals.items == want;
}

TEST(one_segment)
{
    struct fake f = {0};

    reset(&f, 1);
    CHECK(run(&f) == 0 && is_whole(1));
    CHECK(!there(partial_path) && totals.segments == 1);
    CHECK(totals.capacity.tenths == totals.requests * 5 && f.most_in_flight == 1 && !f.wrong);
    reset(&f, 1);
}

TEST(segments_through_a_storm)
{
    struct fake f = {0};

    reset(&f, 7);
    f.lose = 10;
    f.fail = 10;
    f.throttle = 30;
    CHECK(run(&f) == 0 && is_whole(7) && f.most_in_flight == 7 && !f.wrong);
    reset(&f, 1);
}

TEST(what_fails_for_good_leaves_nothing)
{
    struct fake f = {0};

    reset(&f, 4);
    f.throttle_all = true;
    CHECK(run(&f) == ERR_FAILED && !there(path) && !there(partial_path) && !totals.checkpoint);
    reset(&f, 4);
    f.dead = true;
    CHECK(run(&f) == ERR_CONNECT && f.requests < 20);
    reset(&f, 4);
    options.path = "/dev/null";
    CHECK(run(&f) == ERR_FAILED && strstr(err.text, "no ordinary file"));
    reset(&f, 1);
}

TEST(interrupted_and_gone_on_with)
{
    struct fake f = {0};
    unsigned rounds = 0;
    int r;

    reset(&f, 5);
    options.checkpoint_path = checkpoint_path;
    do {
        f.cancel_after = f.requests + 20 + rounds;
        r = run(&f);
        CHECK(r == 0 || (r == ERR_CANCELLED && totals.checkpoint && !there(path)));
        CHECK(there(partial_path) == (r < 0) && there(checkpoint_path) == (r < 0));
        CHECK(!rounds || totals.resumed);
        options.segments = 2; /* the checkpoint knows better */
    } while (r < 0 && ++rounds < 50);
    CHECK(r == 0 && rounds > 5 && is_whole(5));
    reset(&f, 1);
}

TEST(killed_and_gone_on_with)
{
    struct fake f = {0};
    int status = 0;

    reset(&f, 3);
    options.checkpoint_path = checkpoint_path;
    f.latency_us = 100000;
    for (unsigned i = 0; i < 6; i++) {
        pid_t child = fork();

        if (child == 0) {
            f.kill_after = 14 + i;
            _exit(run(&f) < 0);
        }
        CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    }
    CHECK(run(&f) == 0 && totals.resumed > 50 && is_whole(3));
    reset(&f, 1);
}

TEST(a_checkpoint_without_its_file_is_not_used)
{
    struct fake f = {0};

    reset(&f, 2);
    options.checkpoint_path = checkpoint_path;
    f.cancel_after = 30;
    CHECK(run(&f) == ERR_CANCELLED && totals.checkpoint && unlink(partial_path) == 0);
    CHECK(run(&f) == 0 && totals.checkpoint_unfit && !totals.resumed && is_whole(2));
    f.cancel_after = f.requests + 30;
    CHECK(run(&f) == ERR_CANCELLED && totals.checkpoint);
    options.format = STR("jsonl");
    CHECK(run(&f) == 0 && totals.checkpoint_unfit && is_whole(2));
    reset(&f, 1);
}

static int refuse_to_write(void *ctx, struct str bytes, struct err *e)
{
    (void)ctx;
    (void)bytes;
    return err_set(e, ERR_FAILED, "the reader is gone");
}

TEST(a_writer_that_fails_stops_it)
{
    struct fake f = {0};

    reset(&f, 2);
    options.path = NULL;
    options.write = refuse_to_write;
    CHECK(run(&f) == ERR_FAILED && strstr(err.text, "reader is gone"));
    reset(&f, 1);
}

TEST(the_directory_goes)
{
    CHECK(rmdir(directory) == 0); /* nothing was left in it */
}

__attribute__((constructor)) static void make_directory(void)
{
    if (!mkdtemp(directory))
        abort();
}

TEST_MAIN()
