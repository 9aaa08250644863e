#include "pksk/cmd/command.h"

#include "pksk/shell/editing.h"
#include "pksk/shell/external.h"
#include "pksk/shell/history.h"
#include "pksk/shell/script.h"

/* Opens the items that it finds, or a statement in the user's editor and runs what comes back; an
 * empty file runs nothing. */
static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf text = {0};
    struct str first = st->inner ? st->inner->text : str_of(s->last_statement);
    struct err why;

    if (editing_means_items(st))
        return editing_run(s, st, e);
    if (!s->interactive)
        return err_at(e, ERR_FAILED, st->at,
                      "edit is for a terminal: scripts are edited where they are");
    int r = external_edit(first, ".pksk", &text, e);

    if (r < 0 || !str_trim(buf_str(&text)).len)
        return r;
    session_say(s, "%.*s", STR_ARG(str_trim(buf_str(&text))));
    if (s->history && history_add(s->history, str_trim(buf_str(&text)), &why) < 0)
        session_warn(s, "%s", why.text);
    r = script_run(s, &(struct script){.text = buf_str(&text)});
    if (r < 0)
        *e = (struct err){.code = r, .at = SPAN_NONE}; /* it has been reported */
    return r;
}

const struct command cmd_edit = {.run = run, .may_change = editing_means_items};
