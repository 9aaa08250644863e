#include "pksk/base/circle.h"

/* One place is remembered, by its hash, and another one after twice as many steps each time. */
bool circle_closed(struct circle *c, struct str place)
{
    uint64_t hash = str_hash(place);

    if (c->steps && hash == c->mark)
        return true;
    if (c->steps++ == c->next_mark) {
        c->mark = hash;
        c->next_mark = c->steps * 2;
    }
    return false;
}
