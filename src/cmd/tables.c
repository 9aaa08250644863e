#include "pksk/cmd/command.h"
#include "pksk/json/writer.h"
#include "pksk/out/text.h"
#include "pksk/session/output.h"

/* As the format of items has it, when that is JSON: an array, or a line each. */
static bool add_json(struct buf *b, enum format f, struct str name, size_t shown)
{
    if (f != FORMAT_JSON && f != FORMAT_JSONL && f != FORMAT_DDB_JSON)
        return false;
    if (f == FORMAT_JSON)
        buf_str_add(b, shown ? STR(",\n  ") : STR("[\n  "));
    json_add_string(b, name);
    if (f != FORMAT_JSON)
        buf_char(b, '\n');
    return true;
}

/* Asked anew each time: who lists the tables wants to know what is there now. */
static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf lines = {0}, advice = {0};
    bool mark = s->out_terminal && s->table && st->redirect == REDIRECT_NONE;
    const struct str *names;
    enum format format = FORMAT_PRETTY;
    size_t count, shown = 0;

    schema_forget(s->schemas, STR(""));
    int r = schema_tables(s->schemas, &names, &count, e);

    if (r < 0)
        return r;
    (void)format_from(str_of(s->settings.format), &format);
    for (size_t i = 0; i < count; i++) {
        if (st->args && !str_glob(st->args->text, names[i]))
            continue;
        if (add_json(&lines, format, names[i], shown)) {
            shown++;
            continue;
        }
        text_escape(&lines, names[i]);
        if (mark && str_is(names[i], s->table))
            buf_lit(&lines, "  (in use)");
        buf_char(&lines, '\n');
        shown++;
    }
    if (format == FORMAT_JSON)
        buf_str_add(&lines, shown ? STR("\n]\n") : STR("[]\n"));
    r = output_print(s, st, buf_str(&lines), e);
    if (r == 0 && count == 0 && session_local_advice(s, &advice))
        session_say(s, "no table in sight: %s", buf_cstr(&advice));
    else if (r == 0)
        session_note(s, "%zu table%s", shown, shown == 1 ? "" : "s");
    return r;
}

const struct command cmd_tables = {.run = run};
