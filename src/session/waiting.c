#include "pksk/session/waiting.h"

#include "pksk/out/progress.h"

#define POLL_MS 1000

/* Lets a second pass, and says so. */
static int pause_a_while(struct session *s, struct progress *p, const char *what, struct err *e)
{
    int64_t until = clock_mono_us(s->clock) + POLL_MS * 1000;

    progress_update(p, what, 0, 0);
    for (;;) {
        int64_t left = until - clock_mono_us(s->clock);

        if (left <= 0)
            return 0;
        if (dynamo_poll(s->dynamo, (int)(left / 1000) + 1, -1) == ERR_CANCELLED)
            return err_set(e, ERR_CANCELLED, "interrupted; the service goes on with it");
    }
}

static bool is_active(const struct table *t)
{
    bool active = str_is(t->status, "ACTIVE");

    for (size_t i = 0; i < t->index_count; i++)
        active &= !t->indexes[i].status.len || str_is(t->indexes[i].status, "ACTIVE");
    return active;
}

/* 1: the table is as it should be; 0: not yet. */
static int active(struct session *s, struct str table, struct err *e)
{
    const struct table *t;
    int r = schema_refresh(s->schemas, table, &t, e);

    return r < 0 ? r : is_active(t);
}

static int gone(struct session *s, struct str table, struct err *e)
{
    const struct table *t;
    int r = schema_refresh(s->schemas, table, &t, e);

    if (r < 0)
        return str_is(str_of(e->service), "ResourceNotFoundException") ? 1 : r;
    return 0;
}

static int until(struct session *s, struct str table, const char *what,
                 int (*reached)(struct session *, struct str, struct err *), struct err *e)
{
    struct progress p;
    int r;

    progress_begin(&p, s->clock, 0);
    while ((r = reached(s, table, e)) == 0) {
        r = pause_a_while(s, &p, what, e);
        if (r < 0)
            break;
    }
    progress_end(&p);
    return MIN(r, 0);
}

int waiting_until_active(struct session *s, struct str table, struct err *e)
{
    return until(s, table, "waiting for the table to be ACTIVE", active, e);
}

int waiting_until_gone(struct session *s, struct str table, struct err *e)
{
    int r = until(s, table, "waiting for the table to be gone", gone, e);

    schema_forget(s->schemas, table);
    return r;
}
