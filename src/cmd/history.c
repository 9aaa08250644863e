#include "pksk/cmd/command.h"

#include "pksk/out/text.h"
#include "pksk/shell/history.h"
#include "pksk/shell/output.h"

#define HISTORY_SHOWN 20

static void add_entry(struct buf *b, const struct session *s, size_t i)
{
    buf_addf(b, "%5zu  ", i + 1);
    text_escape(b, history_entry(s->history, i));
    buf_char(b, '\n');
}

static void add_found(struct buf *b, const struct session *s, struct str what)
{
    for (size_t i = 0; i < history_count(s->history); i++) {
        if (str_find(history_entry(s->history, i), what, NULL))
            add_entry(b, s, i);
    }
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf lines = {0};
    uint64_t last = HISTORY_SHOWN;

    if (!s->history)
        return err_at(e, ERR_FAILED, st->at, "there is no history here: statements are not typed");
    if (st->args && !str_to_u64(st->args->text, &last)) {
        add_found(&lines, s, st->args->text);
    } else {
        size_t count = history_count(s->history);

        for (size_t i = count - (size_t)MIN(last, (uint64_t)count); i < count; i++)
            add_entry(&lines, s, i);
    }
    return output_print(s, st, buf_str(&lines), e);
}

const struct command cmd_history = {.run = run};
