#include "cases.h"

#include <locale.h>
#include <stdio.h>

struct file {
    const struct cases *cases;
    const char *name;
    struct buf got;
    unsigned count, failed;
    FILE *out; /* the file written anew, or NULL */
};

static int64_t noon(unused_arg void *ctx)
{
    return 1767355445000;
}

const struct clock cases_clock = {noon, noon, NULL};

static void print_block(FILE *to, const char *prefix, struct str text)
{
    struct str line;

    while (text.s && str_split(&text, '\n', &line))
        fprintf(to, "%s%.*s\n", prefix, STR_ARG(line));
}

static void finish_case(struct file *f, struct str shown, struct str want)
{
    _cleanup_(buf_free) struct buf text = {0};
    size_t end = shown.len;

    if (f->cases->read)
        f->cases->read(f->name, shown, &text);
    else
        buf_str_add(&text, shown);
    buf_reset(&f->got);
    f->cases->run(f->cases->ctx, f->name, buf_str(&text), &f->got);
    if (f->out) {
        print_block(f->out, "> ", shown);
        print_block(f->out, "", buf_str(&f->got));
        fputc('\n', f->out);
        return;
    }
    bool ok = str_eq(str_trim(buf_str(&f->got)), str_trim(want));

    str_find_char(shown, '\n', &end);
    printf("%sok %u - %.*s\n", ok ? "" : "not ", ++f->count, (int)end, shown.s);
    if (!ok) {
        print_block(stdout, "# got  ", buf_str(&f->got));
        print_block(stdout, "# want ", str_trim(want));
    }
    f->failed += !ok;
}

static void run_file(struct file *f, struct str text)
{
    struct buf statement = {0}, want = {0};
    bool open = false, reading = false;
    struct str line;

    while (str_split(&text, '\n', &line)) {
        bool input = str_starts(line, STR("> ")) || str_is(line, ">");

        if (open && !reading && (input || str_starts(line, STR("## ")))) {
            finish_case(f, buf_str(&statement), buf_str(&want));
            buf_reset(&statement);
            buf_reset(&want);
            open = false;
        }
        if (input) {
            if (open)
                buf_char(&statement, '\n');
            buf_str_add(&statement, str_slice(line, MIN(line.len, (size_t)2), line.len));
            open = reading = true;
        } else if (open) {
            buf_str_add(&want, line);
            buf_char(&want, '\n');
            reading = false;
        }
        if (str_starts(line, STR("## ")) && f->out)
            fprintf(f->out, "%.*s\n\n", STR_ARG(line));
    }
    if (open)
        finish_case(f, buf_str(&statement), buf_str(&want));
    buf_free(&statement);
    buf_free(&want);
}

static bool read_file(const char *path, struct buf *ret)
{
    FILE *f = fopen(path, "rb");
    char part[4096];
    size_t len;

    if (!f)
        return false;
    while ((len = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(ret, part, len);
    fclose(f);
    return true;
}

int cases_main(const struct cases *c, int argc, char **argv)
{
    const char *path = argc > 1 ? argv[argc - 1] : "", *slash = strrchr(path, '/');
    struct file f = {.cases = c, .name = slash ? slash + 1 : path};
    struct buf text = {0};

    setlocale(LC_ALL, "C.UTF-8");
    if (!read_file(path, &text)) {
        fprintf(stderr, "cannot read %s\n", path);
        return 2;
    }
    if (argc > 2 && strcmp(argv[1], "-u") == 0)
        f.out = fopen(path, "wb");
    run_file(&f, buf_str(&text));
    if (f.out)
        fclose(f.out);
    else
        printf("1..%u\n", f.count);
    buf_free(&text);
    buf_free(&f.got);
    return f.failed != 0;
}
