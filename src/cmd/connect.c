#include "pksk/cmd/command.h"

static void replace(char **field, struct str value)
{
    free(*field);
    *field = value.len ? mem_dup(value.s, value.len) : NULL;
}

static void apply(struct session *s, const struct statement *st)
{
    for (const struct word *what = st->args; what && what->next; what = what->next->next) {
        struct str value = what->next->text;

        if (str_eq_ci(what->text, STR("profile"))) {
            replace(&s->profile, value);
            replace(&s->region, STR(""));
            replace(&s->endpoint_url, STR(""));
        }
    }
    for (const struct word *what = st->args; what && what->next; what = what->next->next) {
        struct str value = what->next->text;

        if (str_eq_ci(what->text, STR("region")))
            replace(&s->region, value);
        else if (str_eq_ci(what->text, STR("endpoint")))
            replace(&s->endpoint_url, value);
    }
    if (st->args)
        s->local = false;
}

/* Without an argument: says where the session is connected. With: changes it; the table is chosen
 * anew. */
static int run(struct session *s, const struct statement *st, struct err *e)
{
    struct dynamo_identity who;
    int r;

    if (st->args) {
        apply(s, st);
        free(s->table);
        s->table = NULL;
        session_reconnect(s);
        r = session_reload_profile(s, e);
        if (r < 0) /* what cannot be read may say that this is production */
            s->settings.read_only = true;
        if (r < 0)
            return r;
    }
    r = dynamo_resolve(s->dynamo, &who, e);

    if (r < 0)
        return r;
    session_say(s, "DynamoDB at %.*s  region %.*s  profile %.*s  credentials %.*s from the %s",
                STR_ARG(who.endpoint), STR_ARG(who.region), STR_ARG(who.profile),
                STR_ARG(who.access_key_id), who.source);
    return 0;
}

const struct command cmd_connect = {.run = run};
