#include "pksk/cmd/command.h"
#include "pksk/cmd/identity.h"
#include "pksk/net/transport.h"

/* Where a session is connected, and how careful it is there: what `connect` changes, and puts back
 * when it fails. */
struct place {
    char *profile, *region, *endpoint_url, *table;
    bool local, production, read_only, profile_read_only;
};

static char *copy(const char *s)
{
    return s ? mem_dup(s, strlen(s)) : NULL;
}

static struct place place_of(const struct session *s)
{
    return (struct place){
        copy(s->profile), copy(s->region),        copy(s->endpoint_url), copy(s->table),
        s->local,         s->settings.production, s->settings.read_only, s->profile_read_only};
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
static void move_to(struct session *s, const struct place *p)
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
    s->settings.production = p->production;
    s->settings.read_only = p->read_only;
    s->profile_read_only = p->profile_read_only;
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

/* The client before stays until the new one has credentials: with it what `more`, `undo` and an
 * open transaction know, and an MFA code that was given. */
static int change_place(struct session *s, const struct statement *st, struct dynamo_identity *who,
                        struct err *e)
{
    struct place before = place_of(s), after = place_of(s);
    struct session_client client;

    change(&after, st);
    move_to(s, &after);
    session_reconnect(s, &client);
    int r = session_reload_profile(s, e);

    if (r == 0)
        r = dynamo_resolve(s->dynamo, who, e);
    if (r == 0) {
        place_free(&before);
        session_stay(s, &client);
    } else {
        session_go_back(s, &client);
        move_to(s, &before);
    }
    return r;
}

static int run(struct session *s, const struct statement *st, struct err *e)
{
    _cleanup_(buf_free) struct buf key = {0};
    struct dynamo_identity who;
    int r = st->args ? change_place(s, st, &who, e) : dynamo_resolve(s->dynamo, &who, e);

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
