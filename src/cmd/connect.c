#include "pksk/cmd/command.h"
#include "pksk/cmd/identity.h"
#include "pksk/net/transport.h"

/* Where a session is connected: what `connect` changes, and puts back when it fails. */
struct place {
    char *profile, *region, *endpoint_url, *table;
    bool local;
};

static char *copy(const char *s)
{
    return s ? mem_dup(s, strlen(s)) : NULL;
}

static struct place place_of(const struct session *s)
{
    return (struct place){copy(s->profile), copy(s->region), copy(s->endpoint_url), copy(s->table),
                          s->local};
}

static void place_free(struct place *p)
{
    free(p->profile);
    free(p->region);
    free(p->endpoint_url);
    free(p->table);
}

static void replace(char **field, struct str value)
{
    free(*field);
    *field = value.len ? mem_dup(value.s, value.len) : NULL;
}

/* Takes what p owns. */
static int move_to(struct session *s, struct place *p, struct err *e)
{
    free(s->profile);
    free(s->region);
    free(s->endpoint_url);
    free(s->table);
    s->profile = p->profile;
    s->region = p->region;
    s->endpoint_url = p->endpoint_url;
    s->table = p->table;
    s->local = p->local;
    session_reconnect(s);
    int r = session_reload_profile(s, e);

    if (r < 0) /* what cannot be read may say that this is production */
        s->settings.read_only = true;
    return r;
}

static int go_back(struct session *s, struct place *before, int r)
{
    struct err why;

    if (move_to(s, before, &why) < 0)
        session_warn(s, "%s", why.text);
    return r;
}

static const struct word *argument(const struct statement *st, const char *name)
{
    for (const struct word *what = st->args; what && what->next; what = what->next->next) {
        if (str_is(what->text, name))
            return what->next;
    }
    return NULL;
}

static void change(struct place *p, const struct statement *st)
{
    const struct word *profile = argument(st, "profile"), *region = argument(st, "region"),
                      *endpoint = argument(st, "endpoint");

    replace(&p->table, STR(""));
    if (profile) {
        replace(&p->profile, profile->text);
        replace(&p->region, STR(""));
        replace(&p->endpoint_url, STR(""));
        p->local = false;
    }
    if (region)
        replace(&p->region, region->text);
    if (endpoint) {
        replace(&p->endpoint_url, endpoint->text);
        p->local = p->local && net_is_loopback(p->endpoint_url);
    }
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf key = {0};
    struct dynamo_identity who;
    struct place before = place_of(s), after = place_of(s);
    int r = 0;

    change(&after, st);
    if (st->args)
        r = move_to(s, &after, e);
    else
        place_free(&after);
    if (r == 0)
        r = dynamo_resolve(s->dynamo, &who, e);

    if (r < 0 && st->args)
        return go_back(s, &before, r);
    place_free(&before);
    if (r < 0)
        return r;
    if (s->local) {
        session_say(s, "DynamoDB at %.*s  region %.*s  (no AWS account needed)",
                    STR_ARG(who.endpoint), STR_ARG(who.region));
        return 0;
    }
    identity_add_key(&key, who.access_key_id);
    session_say(s, "DynamoDB at %.*s  region %.*s  profile %.*s  access key %s from the %s",
                STR_ARG(who.endpoint), STR_ARG(who.region), STR_ARG(who.profile), buf_cstr(&key),
                who.source);
    return 0;
}

const struct command cmd_connect = {.run = run};
