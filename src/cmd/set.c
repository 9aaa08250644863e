#include "pksk/cmd/command.h"

#include "pksk/out/text.h"
#include "pksk/session/output.h"

static void add_setting(struct buf *b, const struct session *s, size_t i)
{
    const struct setting_info *info = settings_info(i);
    _cleanup_(buf_free) struct buf value = {0};

    settings_show(&s->settings, i, &value);
    text_pad(b, str_of(info->name), 15, false);
    text_escape(b, buf_str(&value));
    for (size_t n = value.len; n < 10; n++)
        buf_char(b, ' ');
    buf_addf(b, "  %s\n", info->help);
}

static int list(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf lines = {0};
    size_t one;

    if (st->args && !settings_find(st->args->text, &one))
        return settings_set(&s->settings, st->args->text, STR(""), e);
    for (size_t i = 0; i < settings_count(); i++) {
        if (!st->args || i == one)
            add_setting(&lines, s, i);
    }
    if (st->args)
        buf_addf(&lines, "%-15s%s: %s\n", "", settings_info(one)->listed ? "one of" : "takes",
                 settings_info(one)->values);
    return output_print(s, st, buf_str(&lines), e);
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    const struct word *name = st->args, *value = name ? name->next : NULL;

    if (!value)
        return list(s, st, e);
    int r = settings_set(&s->settings, name->text, value->text, e);

    if (r < 0)
        e->at = settings_find(name->text, NULL) ? value->at : name->at;
    else if (str_eq_ci(name->text, STR("production")) && s->settings.production)
        s->settings.read_only = true;
    return r;
}

const struct command cmd_set = {.run = run};
