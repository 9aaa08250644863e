/* Items to text, one printer a format, a page at a time.
 *
 * A printer owns only what it must remember between pages (the CSV header, whether a comma is due);
 * items are read, never kept. Text goes to a sink. On a terminal everything that could steer it is
 * escaped; elsewhere items are written exactly, as their format has it.
 */
#ifndef PKSK_OUT_PRINTER_H
#define PKSK_OUT_PRINTER_H

#include "pksk/item/value.h"
#include "pksk/out/sink.h"

/* name, what it is in one line */
#define OUT_FORMATS(F)                                                                             \
    F(PRETTY, "pretty", "small tables of items of one shape, cut to the width of the terminal")    \
    F(VERTICAL, "vertical", "each item as lines of name and value, long texts whole")              \
    F(TABLE, "table", "one table of everything that a page holds")                                 \
    F(JSON, "json", "one JSON array of plain objects")                                             \
    F(JSONL, "jsonl", "one plain JSON object a line")                                              \
    F(DDB_JSON, "ddb-json", "one item a line in DynamoDB's typed JSON; loses nothing")             \
    F(CSV, "csv", "RFC 4180 with a header")                                                        \
    F(TSV, "tsv", "the same with tabs")                                                            \
    F(PKSK, "pksk", "put statements that make the items again; loses nothing")

enum format {
#define F(upper, name, what) FORMAT_##upper,
    OUT_FORMATS(F)
#undef F
        FORMAT_COUNT,
};

bool format_from(struct str name, enum format *ret);
bool format_from_path(struct str path,
                      enum format *ret); /* .jsonl .json .ddb.json .csv .tsv .pksk */
const char *format_name(enum format f);

struct print_options {
    bool terminal; /* escape what could steer it */
    bool colour;
    unsigned width; /* terminal cells; 0: do not cut */
    const struct str
        *keys; /* attributes that come first, in this order: the table's or index's key */
    size_t key_count;
    const struct str *columns; /* from select: csv, tsv and the tables show exactly these; NULL:
                                  what the items have */
    size_t column_count;
    const struct str *labels; /* csv and tsv: the columns are all attributes that there are, and
                                 this is what the header calls them; NULL: none of that */
    /* What an item is called, above its table; empty: by its shape. NULL: there are no names. */
    struct str (*name_of)(const void *ctx, const struct value *item);
    const void *name_ctx;
    bool single; /* the statement asked for one item: pretty prints name/value lines */
};

struct printer;

struct printer *printer_new(enum format f, const struct print_options *o, struct sink *s);
void printer_free(struct printer *p);

/* Items chained by `next`. Options' slices must live as long as the printer. */
int printer_page(struct printer *p, const struct value *items, struct err *e) must_check;
int printer_end(struct printer *p,
                struct err *e) must_check; /* closes what is open: the JSON array, the last table */

#endif
