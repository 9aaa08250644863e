/* Columns of a table: which there are, what they need, how wide they become, and its lines.
 *
 * A grid owns copies of its columns' names. Measure every item that it shall show, then grid_fit(),
 * then print. Measuring more items and fitting again widens columns and never narrows them, so
 * that a table stays steady from page to page.
 */
#ifndef PKSK_OUT_GRID_H
#define PKSK_OUT_GRID_H

#include "pksk/base/map.h"
#include "pksk/out/cell.h"
#include "pksk/out/printer.h"

struct column {
    struct str name; /* in the grid's map of names */
    bool key;
    bool text, number, nested; /* has values of such a kind */
    bool varied;               /* not the same in all items */
    bool shown;
    uint64_t first;   /* hash of the first value seen */
    size_t count;     /* items that have it */
    unsigned natural; /* cells that the widest value or the name needs, capped */
    unsigned cells;   /* what it got */
};

struct grid {
    const struct print_options *o;
    unsigned columns_max; /* names beyond that are only counted; 0: no ceiling */
    struct column *columns;
    size_t count, cap;
    struct map index; /* name → place in columns, + 1 */
    size_t *order;    /* the shown columns, as grid_fit() put them */
    size_t shown, hidden, items;
    bool whole;   /* show every column, however narrow that makes them */
    bool changed; /* grid_fit() gave another picture than before */
    const struct value **row;
    struct buf cell;
};

void grid_init(struct grid *g, const struct print_options *o, bool whole);
void grid_deinit(struct grid *g);

void grid_measure(struct grid *g, const struct value *item);
void grid_fit(struct grid *g);
void grid_add_header(struct grid *g, struct buf *b);
void grid_add_row(struct grid *g, struct buf *b, const struct value *item);

/* A cell in its colour, when the options want any: text is safe already. */
void grid_add_coloured(const struct print_options *o, struct buf *b, struct str text,
                       enum colour c);

/* Gives `count` columns widths: each the least of what it needs and a fair share of `cells`. */
void grid_share(const unsigned *needs, unsigned *widths, size_t count, unsigned cells);

#endif
