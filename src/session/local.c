#include "pksk/net/transport.h"
#include "pksk/session/session.h"

#define KEY_SHOWN 8 /* characters of a key that is not shown as a whole */

static bool is_local(struct session *s, struct dynamo_identity *who)
{
    struct err e;

    if (dynamo_resolve(s->dynamo, who, &e) < 0)
        return false;
    _cleanup_(cleanup_free) char *url = mem_dup(who->endpoint.s, who->endpoint.len);

    return s->local || net_is_loopback(url);
}

bool session_is_local(struct session *s)
{
    struct dynamo_identity who;

    return is_local(s, &who);
}

bool session_local_advice(struct session *s, struct buf *b)
{
    struct dynamo_identity who;

    if (!is_local(s, &who))
        return false;
    bool cut = who.access_key_id.len > 2 * KEY_SHOWN;

    buf_addf(
        b,
        "DynamoDB Local without -sharedDb keeps a database for each access key and region; this "
        "is that of %.*s%s and %.*s: start it with -sharedDb, or set AWS_ACCESS_KEY_ID, "
        "AWS_SECRET_ACCESS_KEY and AWS_REGION as where the tables were made",
        (int)(cut ? KEY_SHOWN : who.access_key_id.len), who.access_key_id.s, cut ? "…" : "",
        STR_ARG(who.region));
    return true;
}
