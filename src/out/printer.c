#include "pksk/out/printer.h"

#include "pksk/out/format.h"

static const char *const names[] = {
#define F(upper, name, what) [FORMAT_##upper] = name,
    OUT_FORMATS(F)
#undef F
};

const char *format_name(enum format f)
{
    return (unsigned)f < FORMAT_COUNT ? names[f] : "?";
}

bool format_from(struct str name, enum format *ret)
{
    for (unsigned i = 0; i < FORMAT_COUNT; i++)
        if (str_eq_ci(name, str_of(names[i]))) {
            *ret = (enum format)i;
            return true;
        }
    return false;
}

bool format_from_path(struct str path, enum format *ret)
{
    static const struct {
        const char *ending;
        enum format format;
    } endings[] = {
        {".ddb.json", FORMAT_DDB_JSON}, {".ddb.jsonl", FORMAT_DDB_JSON}, {".jsonl", FORMAT_JSONL},
        {".ndjson", FORMAT_JSONL},      {".json", FORMAT_JSON},          {".csv", FORMAT_CSV},
        {".tsv", FORMAT_TSV},           {".pksk", FORMAT_PKSK},
    };

    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct str ending = str_of(endings[i].ending);

        if (path.len > ending.len &&
            str_eq_ci(str_slice(path, path.len - ending.len, path.len), ending)) {
            *ret = endings[i].format;
            return true;
        }
    }
    return false;
}

static struct printer *make(enum format f)
{
    switch (f) {
    case FORMAT_PRETTY:
        return printer_pretty();
    case FORMAT_VERTICAL:
        return printer_vertical();
    case FORMAT_TABLE:
        return printer_table();
    case FORMAT_JSON:
        return printer_json();
    case FORMAT_CSV:
    case FORMAT_TSV:
        return printer_csv(f);
    default:
        return printer_lines(f);
    }
}

struct printer *printer_new(enum format f, const struct print_options *o, struct sink *s)
{
    struct printer *p = make(f);

    p->o = *o;
    p->sink = s;
    return p;
}

void printer_free(struct printer *p)
{
    if (p)
        p->ops->free(p);
}

int printer_page(struct printer *p, const struct value *items, struct err *e)
{
    int r = items ? p->ops->page(p, items, e) : 0;

    return r < 0 ? r : sink_flush(p->sink, e);
}

int printer_end(struct printer *p, struct err *e)
{
    int r = p->ops->end ? p->ops->end(p, e) : 0;

    return r < 0 ? r : sink_flush(p->sink, e);
}
