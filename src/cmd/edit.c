#include "pksk/cmd/command.h"

#include "pksk/cmd/edit-items.h"
#include "pksk/cmd/external.h"
#include "pksk/cmd/script.h"
#include "pksk/line/history.h"

/* Opens the items that it finds, or a statement in the user's editor and runs what comes back; an
 * empty file runs nothing. */
static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct str first = st->inner ? st->inner->text : str_of(s->last_statement);
    struct history *history = history_of(s);
    struct err why;

    if (edit_items_meant(st))
        return edit_items_run(s, st, e);
    if (!s->interactive)
        return err_at(e, ERR_FAILED, st->at,
                      "edit is for a terminal: scripts are edited where they are");
    int r = external_edit(first, ".pksk", &text, e);

    if (r < 0 || !str_trim(buf_str(&text)).len)
        return r;
    session_say(s, "%.*s", STR_ARG(str_trim(buf_str(&text))));
    if (history && history_add(history, str_trim(buf_str(&text)), &why) < 0)
        session_warn(s, "%s", why.text);
    r = script_run(s, &(struct script){.text = buf_str(&text)});
    if (r < 0)
        *e = (struct err){.code = r, .at = SPAN_NONE}; /* it has been reported */
    return r;
}

const struct command cmd_edit = {.run = run, .may_change = edit_items_meant};
