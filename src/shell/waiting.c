#include "pksk/shell/waiting.h"

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

int waiting_until_active(struct session *s, struct str table, struct err *e)
{
    struct progress p;
    const struct table *t;
    int r;

    progress_begin(&p, s->clock, 0);
    for (;;) {
        r = schema_refresh(s->schemas, table, &t, e);
        if (r < 0 || is_active(t))
            break;
        r = pause_a_while(s, &p, "waiting for the table to be ACTIVE", e);
        if (r < 0)
            break;
    }
    progress_end(&p);
    return r;
}

int waiting_until_gone(struct session *s, struct str table, struct err *e)
{
    struct progress p;
    const struct table *t;
    int r;

    progress_begin(&p, s->clock, 0);
    for (;;) {
        r = schema_refresh(s->schemas, table, &t, e);
        if (r < 0) {
            r = str_is(str_of(e->service), "ResourceNotFoundException") ? 0 : r;
            break;
        }
        r = pause_a_while(s, &p, "waiting for the table to be gone", e);
        if (r < 0)
            break;
    }
    progress_end(&p);
    schema_forget(s->schemas, table);
    return r;
}
