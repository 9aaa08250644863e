/* What the evaluator of conditions says: argv[1] is a file of items in DynamoDB JSON, one a line,
 * and each line of standard input is a condition. The answers are lines of JSON:
 *   {"syntax":"…"}                            the parser refuses it
 *   {"refused":"…", "request":{…}}            filter_check() does
 *   {"matches":"0110…", "request":{…}}        a digit an item
 * where request has what a Scan takes for that condition. */
#include "pksk/base/file.h"
#include "pksk/item/ddbjson.h"
#include "pksk/lang/parse.h"
#include "pksk/plan/expression.h"
#include "pksk/plan/filter.h"

static void add_request(struct buf *b, const struct expr *filter)
{
    struct expression x = {0};
    struct buf text = {0};
    struct json_writer w = {.out = b};

    buf_lit(b, ",\"request\":");
    expression_add(&x, &text, filter, STR("pk"));
    json_begin_object(&w);
    json_name(&w, STR("FilterExpression"));
    json_string(&w, buf_str(&text));
    expression_members(&x, &w);
    json_end_object(&w);
    buf_free(&text);
    expression_free(&x);
}

static void answer(struct buf *b, struct str line, const struct value *items)
{
    struct arena a = {0};
    struct buf text = {0};
    struct statement *st;
    struct err e;
    size_t pos = 0;

    buf_addf(&text, "scan where %.*s", STR_ARG(line));
    if (lang_parse(&a, buf_str(&text), &pos, NULL, &st, &e) < 0) {
        buf_lit(b, "{\"syntax\":");
        json_add_string(b, str_of(e.text));
    } else if (filter_check(st->filter, &e) < 0) {
        buf_lit(b, "{\"refused\":");
        json_add_string(b, str_of(e.text));
        add_request(b, st->filter);
    } else {
        buf_lit(b, "{\"matches\":\"");
        for (const struct value *item = items; item; item = item->next)
            buf_char(b, filter_matches(st->filter, item) ? '1' : '0');
        buf_char(b, '"');
        add_request(b, st->filter);
    }
    buf_lit(b, "}\n");
    buf_free(&text);
    arena_free(&a);
}

static struct value *read_items(struct arena *a, const char *path)
{
    struct buf text = {0};
    struct value *first = NULL, **last = &first;
    struct str rest, line;
    struct err e;

    if (file_read(path, BUF_MAX, &text, &e) < 0)
        exit(2);
    rest = buf_str(&text);
    while (str_split(&rest, '\n', &line)) {
        if (!line.len)
            continue;
        if (ddb_parse_item(a, line, last, &e) < 0) {
            fprintf(stderr, "%s\n", e.text);
            exit(2);
        }
        last = &(*last)->next;
    }
    buf_free(&text);
    return first;
}

int main(int argc, char **argv)
{
    struct arena a = {0};
    const struct value *items = argc == 2 ? read_items(&a, argv[1]) : NULL;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    while ((len = getline(&line, &room, stdin)) > 0) {
        struct buf b = {0};

        answer(&b, str_trim((struct str){line, (size_t)len}), items);
        fwrite(b.s, 1, b.len, stdout);
        buf_free(&b);
    }
    free(line);
    arena_free(&a);
    return 0;
}
