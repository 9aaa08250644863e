/* What a format implements, one file each: the other side of out/printer.h.
 *
 * The constructor's result is freed by ops->free. A page is written to the sink with sink_room()
 * and sink_filled(); printer.c flushes.
 */
#ifndef PKSK_OUT_FORMAT_H
#define PKSK_OUT_FORMAT_H

#include "pksk/item/order.h"
#include "pksk/out/printer.h"

struct printer_ops {
    int (*page)(struct printer *p, const struct value *items, struct err *e);
    int (*end)(struct printer *p, struct err *e); /* NULL: nothing is open */
    void (*free)(struct printer *p);
};

/* Embedded first in each format's own struct. */
struct printer {
    const struct printer_ops *ops;
    struct print_options o;
    struct sink *sink;
};

/* The item as every run writes it: what select names first, or else the keys, then by name. */
static inline const struct value *printer_ordered(const struct printer *p, struct item_order *o,
                                                  const struct value *item)
{
    if (p->o.columns)
        return item_ordered(o, item, p->o.columns, p->o.column_count);
    return item_ordered(o, item, p->o.keys, p->o.key_count);
}

struct printer *printer_lines(enum format f); /* jsonl, ddb-json, pksk */
struct printer *printer_json(void);
struct printer *printer_csv(enum format f); /* csv, tsv */
struct printer *printer_table(void);
struct printer *printer_pretty(void);
struct printer *printer_vertical(void);

#endif
