#include "pksk/cmd/command.h"

#include "pksk/line/history.h"
#include "pksk/out/text.h"
#include "pksk/session/output.h"

#define HISTORY_SHOWN 20

static void add_entry(struct buf *b, const struct history *h, size_t i)
{
    buf_addf(b, "%5zu  ", i + 1);
    text_escape(b, history_entry(h, i));
    buf_char(b, '\n');
}

static void add_found(struct buf *b, const struct history *h, struct str what)
{
    for (size_t i = 0; i < history_count(h); i++) {
        if (str_find(history_entry(h, i), what, NULL))
            add_entry(b, h, i);
    }
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf lines = {0};
    const struct history *h = history_of(s);
    uint64_t last = HISTORY_SHOWN;

    if (!h)
        return err_at(e, ERR_FAILED, st->at, "there is no history here: statements are not typed");
    if (st->args && !str_to_u64(st->args->text, &last)) {
        add_found(&lines, h, st->args->text);
    } else {
        size_t count = history_count(h);

        for (size_t i = count - (size_t)MIN(last, (uint64_t)count); i < count; i++)
            add_entry(&lines, h, i);
    }
    return output_print(s, st, buf_str(&lines), e);
}

const struct command cmd_history = {.run = run};
