/* Import: what files hold, what is refused, and going on after a stop, against a made-up service.
 */
#include "pksk/run/import.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "fake-service.h"
#include "test.h"

static char directory[] = "/tmp/pksk-import.XXXXXX";
static char path[80], reject_path[80], checkpoint_path[80];

static const char *in_directory(char ret[80], const char *name)
{
    snprintf(ret, 80, "%s/%s", directory, name);
    return ret;
}

static const struct index index_t = {
    .name = {"gsi1", 4},
    .key = {.partition = {{{"g", 1}, ATTR_N}}, .partition_count = 1},
};

static struct table table_x; /* table_t, perhaps with a sort key and an index */

static struct import_options options;
static struct import_totals totals;
static struct err err;

static int run(struct fake *f, const char *name, const char *text, size_t len)
{
    FILE *file = fopen(in_directory(path, name), "w");

    if (!file || fwrite(text, 1, len, file) != len || fclose(file) != 0)
        printf("# cannot write %s\n", path);
    fake_begin(f);
    options.file.path = path;
    options.file.table = &table_x;
    options.clock = &clock_fake;
    options.wire = &wire_fake;
    err = (struct err){0};
    return import_run(NULL, &options, &totals, &err);
}

static void reset(struct fake *f)
{
    fake_free_all(f);
    *f = (struct fake){0};
    options = (struct import_options){0};
    table_x = table_t;
}

#define RUN(name, text) run(&f, name, text, sizeof(text) - 1)

static const char *item(const struct fake *f, const char *key)
{
    const char *text = map_get(&f->items, str_of(key));

    return text ? text : "nothing";
}

#define CHECK_ITEM(key, want) CHECK_STR(str_of(item(&f, key)), want)

static struct str file_text(const char *name, struct buf *b)
{
    struct err e;

    buf_reset(b);
    if (file_read(name, 1 << 20, b, &e) < 0)
        return STR("no file");
    return buf_str(b);
}

TEST(plain_lines)
{
    struct fake f = {0};

    reset(&f);
    CHECK(RUN("a.jsonl", "\xef\xbb\xbf{\"pk\":\"a\",\"n\":1.50,\"big\":"
                         "12345678901234567890123456789012345678}\r\n"
                         "\n"
                         "{\"pk\":\"b\",\"l\":[1,\"x\",null,true],\"m\":{\"S\":\"y\"}}") == 0);
    CHECK(totals.written == 2 && totals.rejected == 0 && totals.format == IMPORT_JSONL);
    CHECK_ITEM("a", "{\"pk\":{\"S\":\"a\"},\"n\":{\"N\":\"1.5\"},\"big\":{\"N\":"
                    "\"12345678901234567890123456789012345678\"}}");
    CHECK_ITEM("b",
               "{\"pk\":{\"S\":\"b\"},\"l\":{\"L\":[{\"N\":\"1\"},{\"S\":\"x\"},{\"NULL\":true},"
               "{\"BOOL\":true}]},\"m\":{\"M\":{\"S\":{\"S\":\"y\"}}}}");
    reset(&f);
}

TEST(typed_lines)
{
    struct fake f = {0};

    reset(&f);
    CHECK(RUN("a.json", "{\"pk\":{\"S\":\"a\"},\"s\":{\"NS\":[\"1\",\"2\"]}}\n"
                        "{\"Item\":{\"pk\":{\"S\":\"b\"}},\"Error\":\"x\",\"Line\":3}\n"
                        "{\"Item\":{\"pk\":\"c\"}}\n"
                        "{\"pk\":\"d\",\"Item\":{\"pk\":\"e\"}}\n") == 0);
    CHECK(totals.written == 4);
    CHECK_ITEM("a", "{\"pk\":{\"S\":\"a\"},\"s\":{\"NS\":[\"1\",\"2\"]}}");
    CHECK_ITEM("b", "{\"pk\":{\"S\":\"b\"}}");
    CHECK_ITEM("c", "{\"pk\":{\"S\":\"c\"}}");
    CHECK_ITEM("d", "{\"pk\":{\"S\":\"d\"},\"Item\":{\"M\":{\"pk\":{\"S\":\"e\"}}}}");
    reset(&f);
}

TEST(a_key_named_like_the_wrapper)
{
    struct fake f = {0};

    reset(&f);
    table_x.key.partition[0].name = STR("Item");
    CHECK(
        RUN("a.jsonl",
            "{\"Item\":{\"S\":\"a\"}}\n{\"Item\":{\"Item\":{\"S\":\"b\"}}}\n{\"Item\":\"c\"}\n") ==
        0);
    CHECK(totals.written == 3 && f.requests == 1);
    reset(&f);
}

TEST(arrays_and_answers_of_the_cli)
{
    struct fake f = {0};

    reset(&f);
    CHECK(RUN("a.json", " [ {\"pk\": \"a\",\n \"t\": \"]}\\\"\"},\n{\"pk\":\"b\"} ]\n") == 0);
    CHECK(totals.written == 2 && totals.format == IMPORT_JSON);
    CHECK_ITEM("a", "{\"pk\":{\"S\":\"a\"},\"t\":{\"S\":\"]}\\\"\"}}");
    CHECK(RUN("a.json", "{\n \"Items\": [\n {\"pk\": {\"S\": \"c\"}}, {\"pk\": {\"S\": \"d\"}}\n],"
                        "\n \"Count\": 2,\n \"ScannedCount\": 2 }\n") == 0);
    CHECK(totals.written == 2 && totals.format == IMPORT_DDB_JSON && f.items.count == 4);
    CHECK(RUN("a.json", "{\n  \"pk\": \"e\",\n  \"Items\": [1]\n}\n{\n  \"pk\": \"f\"\n}\n") == 0);
    CHECK(totals.written == 2 && f.items.count == 6);
    CHECK(RUN("a.json", "{\"Items\":[{\"pk\":\"g\"}],\"Count\":1}") == 0);
    CHECK(totals.written == 1 && f.items.count == 7);
    reset(&f);
}

TEST(an_array_that_is_cut_off)
{
    struct fake f = {0};

    reset(&f);
    CHECK(RUN("a.json", "[{\"pk\":\"a\"},\n{\"pk\":\"b\"},") == ERR_FAILED);
    CHECK(strstr(err.text, "a.json:2: the file ends before its array does") && !totals.whole);
    CHECK(totals.written == 2); /* what came before is done */
    CHECK(RUN("a.json", "[{\"pk\":\"a\"},\n{\"pk\":\"b") == ERR_FAILED);
    CHECK(strstr(err.text, "ends inside an item") && totals.written == 1);
    CHECK(RUN("a.json", "[{\"pk\":\"a\"},\n5]") == ERR_FAILED);
    CHECK(strstr(err.text, "a.json:2: expected an object"));
    reset(&f);
}

TEST(csv)
{
    struct fake f = {0};

    reset(&f);
    table_x.indexes = (struct index *)&index_t;
    table_x.index_count = 1;
    CHECK(RUN("a.csv", "pk,zip,g,n:N,ok:BOOL,t:SS,m:M,odd:X,j:JSON\r\n"
                       "a,007,5,1.50,TRUE,\"[\"\"x\"\",\"\"y\"\"]\",\"{\"\"a\"\":1}\",o,[1]\r\n"
                       "\"b,\n\"\"b\"\"\",,,,,,,\"\",\r\n") == 0);
    CHECK(totals.written == 2 && totals.format == IMPORT_CSV);
    CHECK_ITEM("a",
               "{\"pk\":{\"S\":\"a\"},\"zip\":{\"S\":\"007\"},\"g\":{\"N\":\"5\"},\"n\":{\"N\":"
               "\"1.5\"},\"ok\":{\"BOOL\":true},\"t\":{\"SS\":[\"x\",\"y\"]},\"m\":{\"M\":{"
               "\"a\":{\"N\":\"1\"}}},\"odd:X\":{\"S\":\"o\"},\"j\":{\"L\":[{\"N\":\"1\"}]}}");
    CHECK_ITEM("b,\n\"b\"", "{\"pk\":{\"S\":\"b,\\n\\\"b\\\"\"},\"odd:X\":{\"S\":\"\"}}");
    CHECK(RUN("a.tsv", "pk\tx\nc\t1,2\n") == 0);
    CHECK_ITEM("c", "{\"pk\":{\"S\":\"c\"},\"x\":{\"S\":\"1,2\"}}");
    CHECK(RUN("a.csv", "x;pk\n5\";d\n") == 0);
    CHECK_ITEM("d", "{\"x\":{\"S\":\"5\\\"\"},\"pk\":{\"S\":\"d\"}}");
    reset(&f);
}

TEST(csv_that_is_wrong)
{
    struct fake f = {0};
    struct buf text = {0};

    reset(&f);
    CHECK(RUN("a.csv", "a,b\n1,2\n") == ERR_FAILED);
    CHECK(strstr(err.text, "a.csv:1: the header has no column pk"));
    CHECK(RUN("a.csv", "pk,b,b:N\n1,2,3\n") == ERR_FAILED && strstr(err.text, "column b twice"));
    CHECK(RUN("a.csv", "pk,b\n1,2\n1,\"2\n") == ERR_FAILED);
    CHECK(strstr(err.text, "a.csv:3: the file ends inside a quoted cell"));
    options.reject_path = in_directory(reject_path, "rejects");
    CHECK(RUN("a.csv", "pk,n:N\na,x\nb,1\nc,1,2\nd\n\"e\"x,1\n") == 0);
    CHECK(totals.written == 1 && totals.rejected == 4);
    CHECK(strstr(file_text(reject_path, &text).s,
                 "{\"Text\":\"c,1,2\",\"Error\":\"the row has 3 cells, "
                 "the header 2 columns\",\"Line\":4}\n"));
    buf_free(&text);
    reset(&f);
}

TEST(workbench_models)
{
    struct fake f = {0};
    static const char model[] =
        "{\"ModelName\":\"m\",\"DataModel\":[{\"TableName\":\"T\",\"TableData\":[{\"pk\":{\"S\":"
        "\"a\"}},"
        "{\"pk\":{\"S\":\"b\"}}]},{\"TableName\":\"U\",\"TableData\":[],\"TableFacets\":[{"
        "\"TableData\":"
        "[{\"pk\":{\"S\":\"c\"}}]},{\"TableData\":[{\"pk\":{\"S\":\"d\"}}]}]}]}";

    reset(&f);
    CHECK(RUN("m.json", model) == 0);
    CHECK(totals.written == 2 && totals.format == IMPORT_WORKBENCH);
    options.file.model_table = STR("U");
    CHECK(RUN("m.json", model) == 0);
    CHECK(totals.written == 2 && f.items.count == 4);
    options.file.model_table = STR("V");
    CHECK(RUN("m.json", model) == ERR_FAILED && strstr(err.hint, "T, U"));
    reset(&f);
}

TEST(refusals_go_to_their_file_and_come_back)
{
    struct fake f = {0};
    struct buf text = {0};

    reset(&f);
    options.reject_path = in_directory(reject_path, "rejects2");
    CHECK(RUN("a.jsonl",
              "{\"pk\":\"a\"}\n{\"pk\":7}\n{\"x\":1}\nnot json\n{\"pk\":\"b\",\"bad\":1}\n"
              "{\"pk\":\"c\",\"n\":1e999}\n") == 0);
    CHECK(totals.written == 1 && totals.rejected == 5 && totals.whole);
    file_text(reject_path, &text);
    CHECK(strstr(buf_cstr(&text),
                 "{\"Item\":{\"pk\":{\"N\":\"7\"}},\"Error\":\"the key attribute pk is "
                 "of type N, the table's key is S\",\"Line\":2}\n"));
    CHECK(strstr(text.s, "{\"Text\":\"not json\""));
    CHECK(strstr(text.s,
                 "{\"Item\":{\"pk\":{\"S\":\"b\"},\"bad\":{\"N\":\"1\"}},\"Error\":\"made up: "
                 "ValidationException\",\"Line\":5}\n"));
    f.good_now = true;
    options.reject_path = NULL;
    options.file.path = NULL;
    CHECK(RUN("b.jsonl",
              "{\"Item\":{\"pk\":{\"S\":\"b\"},\"bad\":{\"N\":\"1\"}},\"Error\":\"made up: "
              "ValidationException\",\"Line\":5}\n") == 0);
    CHECK_ITEM("b", "{\"pk\":{\"S\":\"b\"},\"bad\":{\"N\":\"1\"}}");
    buf_free(&text);
    reset(&f);
}

TEST(without_a_file_for_them_the_first_refusal_stops)
{
    struct fake f = {0};

    reset(&f);
    CHECK(RUN("a.jsonl", "{\"pk\":\"a\"}\n{\"pk\":7}\n{\"pk\":\"c\"}\n") == ERR_FAILED);
    CHECK(strstr(err.text, "a.jsonl:2: the key attribute pk is of type N"));
    CHECK(RUN("a.jsonl", "{\"pk\":\"a\"}\n{\"pk\":\"b\",\"bad\":1}\n{\"pk\":\"c\"}\n") ==
          ERR_FAILED);
    CHECK(strstr(err.text, "a.jsonl:2: made up: ValidationException"));
    CHECK(strcmp(err.service, "ValidationException") == 0);
    reset(&f);
}

TEST(what_is_no_file_of_items)
{
    struct fake f = {0};

    reset(&f);
    CHECK(RUN("a.jsonl", "") == 0 && totals.written == 0);
    CHECK(RUN("a.csv", "") == ERR_FAILED && strstr(err.text, "has no header"));
    CHECK(RUN("a.json.gz", "\x1f\x8b\x08 ") == ERR_FAILED && strstr(err.text, "gzip"));
    CHECK(RUN("a.pksk", "put a\n") == ERR_FAILED && strstr(err.hint, "source"));
    CHECK(RUN("a.txt", "hello\n") == ERR_FAILED && strstr(err.text, "neither an item nor"));
    CHECK(RUN("a.txt", "pk,x\na,1\n") == 0 && totals.written == 1 && totals.format == IMPORT_CSV);
    options.file.path = directory;
    CHECK(import_run(NULL, &options, &totals, &err) == ERR_FAILED &&
          strstr(err.text, "no manifest-summary.json"));
    reset(&f);
}

TEST(a_line_beyond_the_ceiling)
{
    struct fake f = {0};
    struct buf text = {0};

    reset(&f);
    buf_lit(&text, "{\"pk\":\"a\"}\n{\"pk\":\"");
    for (unsigned i = 0; i < 300000; i++)
        buf_lit(&text, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    buf_lit(&text, "\"}\n{\"pk\":\"c\"}\n");
    options.reject_path = in_directory(reject_path, "rejects3");
    CHECK(run(&f, "a.jsonl", text.s, text.len) == 0);
    CHECK(totals.written == 2 && totals.rejected == 1 && map_has(&f.items, STR("c")));
    buf_free(&text);
    reset(&f);
}

/* ---- many items */

#define MANY 20000

static void many(struct buf *b)
{
    for (unsigned i = 0; i < MANY; i++)
        buf_addf(b, "{\"pk\":\"K#%u\",\"v\":%u%s}\n", i, i * 7,
                 i % 1000 == 3 ? ",\"bad\":true" : "");
}

static bool holds_all(const struct fake *f)
{
    if (f->items.count != MANY - MANY / 1000)
        return false;
    for (unsigned i = 0; i < MANY; i++) {
        char key[32], want[96];

        snprintf(key, sizeof(key), "K#%u", i);
        snprintf(want, sizeof(want), "{\"pk\":{\"S\":\"K#%u\"},\"v\":{\"N\":\"%u\"}}", i, i * 7);
        if (strcmp(item(f, key), i % 1000 == 3 ? "nothing" : want) != 0)
            return false;
    }
    return true;
}

static size_t count_lines(struct str t)
{
    size_t n = 0;

    for (size_t i = 0; i < t.len; i++)
        n += t.s[i] == '\n';
    return n;
}

TEST(a_storm)
{
    struct fake f = {0};
    struct buf text = {0};

    reset(&f);
    f = (struct fake){.lose = 5, .fail = 10, .throttle = 33, .unprocess = 30, .latency_us = 20000};
    many(&text);
    options.reject_path = in_directory(reject_path, "rejects4");
    CHECK(run(&f, "many.jsonl", text.s, text.len) == 0);
    CHECK(totals.written == MANY - 20 && totals.rejected == 20 && holds_all(&f) && !f.wrong);
    CHECK(count_lines(file_text(reject_path, &text)) == 20);
    buf_free(&text);
    reset(&f);
}

TEST(interrupted_and_gone_on_with)
{
    struct fake f = {0};
    struct buf text = {0}, other = {0};
    unsigned rounds = 0;
    uint64_t sent = 0;
    int r;

    reset(&f);
    f = (struct fake){.throttle = 10, .unprocess = 10, .latency_us = 20000};
    many(&text);
    do {
        f.cancel_after = f.requests + 200;
        options.reject_path = in_directory(reject_path, "rejects5");
        options.checkpoint_path = in_directory(checkpoint_path, "checkpoint5");
        if (rounds == 0) {
            r = run(&f, "many.jsonl", text.s, text.len);
        } else {
            cancel_flag = 0;
            r = import_run(NULL, &options, &totals, &err);
            CHECK(totals.resumed > 0 && !totals.checkpoint_unfit);
        }
        sent += totals.bulk.written;
        CHECK(r == 0 || (r == ERR_CANCELLED && totals.checkpoint && !totals.whole));
    } while (r < 0 && ++rounds < 30);
    CHECK(r == 0 && rounds >= 3);
    CHECK(totals.written == MANY - 20 && totals.rejected == 20 && holds_all(&f));
    CHECK(sent < MANY + 1700 * rounds); /* not from the beginning each time */
    CHECK(count_lines(file_text(reject_path, &other)) == 20);
    CHECK(str_is(file_text(checkpoint_path, &other), "no file"));
    buf_free(&text);
    buf_free(&other);
    reset(&f);
}

static void apply_log(struct fake *f, struct str log)
{
    struct str line;
    struct arena a = {0};
    struct err e;

    while (str_split(&log, '\n', &line)) {
        struct json *tree;

        arena_reset(&a);
        if (line.len && json_parse(&a, line, 64, &tree, &e) == 0)
            free(map_put(&f->items, json_text(json_get(tree, "pk"), "S"),
                         mem_dup(line.s, line.len)));
    }
    arena_free(&a);
}

/* The child dies in the middle; the service, a log of what it took, does not. */
static int run_and_die(struct fake *f, unsigned kill_after)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        f->kill_after = kill_after;
        fake_begin(f);
        int r = import_run(NULL, &options, &totals, &err);

        _exit(r < 0 || totals.written != MANY - 20 || totals.rejected != 20 || !totals.resumed);
    }
    return waitpid(child, &status, 0) == child ? status : -1;
}

TEST(killed_and_gone_on_with)
{
    struct fake f = {0};
    struct buf text = {0};
    char log_path[80];
    int status = 0;

    reset(&f);
    many(&text);
    CHECK(file_write(in_directory(path, "many.jsonl"), buf_str(&text), &err) == 0);
    options = (struct import_options){
        .file.path = path,
        .file.table = &table_x,
        .clock = &clock_fake,
        .wire = &wire_fake,
        .reject_path = in_directory(reject_path, "rejects6"),
        .checkpoint_path = in_directory(checkpoint_path, "checkpoint6"),
    };
    f = (struct fake){.lose = 5, .throttle = 10, .unprocess = 10, .latency_us = 50000};
    f.log = open(in_directory(log_path, "log"), O_CREAT | O_APPEND | O_RDWR, 0600);
    for (unsigned i = 0; i < 10; i++) {
        f.seed = 1000 + i;
        status = run_and_die(&f, 40 + 37 * i % 50);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    CHECK(run_and_die(&f, 0) == 0);
    buf_reset(&text);
    CHECK(file_read(log_path, BUF_MAX, &text, &err) == 0);
    apply_log(&f, buf_str(&text));
    CHECK(holds_all(&f));
    CHECK(count_lines(file_text(reject_path, &text)) == 20);
    close(f.log);
    buf_free(&text);
    reset(&f);
}

TEST(a_checkpoint_of_another_file_is_not_used)
{
    struct fake f = {0};

    reset(&f);
    options.checkpoint_path = in_directory(checkpoint_path, "checkpoint7");
    CHECK(RUN("a.jsonl", "{\"pk\":\"a\"}\n{\"pk\":7}\n") == ERR_FAILED && totals.checkpoint);
    options.checkpoint_path = in_directory(checkpoint_path, "checkpoint7");
    CHECK(RUN("a.jsonl", "{\"pk\":\"a\"}\n{\"pk\":\"7\"}\n") == 0);
    CHECK(totals.checkpoint_unfit && totals.resumed == 0 && totals.written == 2);
    reset(&f);
}

TEST(the_directory_goes)
{
    char command[120];

    snprintf(command, sizeof(command), "rm -rf %s", directory);
    CHECK(system(command) == 0);
}

__attribute__((constructor)) static void make_directory(void)
{
    if (!mkdtemp(directory))
        abort();
}

TEST_MAIN()
