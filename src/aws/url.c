#include "pksk/aws/url.h"

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int bad_url(struct str url, const char *what, const char *why, struct err *e)
{
    /* what stands before an @ may be a password */
    int r = str_find_char(url, '@', NULL)
                ? err_set(e, ERR_SYNTAX, "%s %s", what, why)
                : err_set(e, ERR_SYNTAX, "%s \"%.*s\" %s", what, STR_ARG(url), why);

    err_hint(e, "it is a URL like http://localhost:8000");
    return r;
}

static bool is_host(struct str t)
{
    bool bracket = t.len && t.s[0] == '[';

    if (!t.len || (bracket && (t.len < 4 || t.s[t.len - 1] != ']')))
        return false;
    for (size_t i = bracket; i < t.len - bracket; i++)
        if (!is_alnum(t.s[i]) && !strchr(bracket ? ":." : "-._", t.s[i]))
            return false;
    return true;
}

/* Cuts ":port" off the host; what is in brackets is an address with colons of its own. */
static bool cut_port(struct str *host, struct str *port)
{
    uint64_t n;

    *port = STR("");
    for (size_t i = host->len; i > 0 && host->s[i - 1] != ']'; i--)
        if (host->s[i - 1] == ':') {
            *port = str_slice(*host, i, host->len);
            *host = str_slice(*host, 0, i - 1);
            return !port->len || (str_to_u64(*port, &n) && n > 0 && n < 65536);
        }
    return true;
}

static void cut_path(struct str rest, struct url *u)
{
    size_t at;

    for (at = 0; at < rest.len && rest.s[at] != '/' && rest.s[at] != '?'; at++)
        ;
    u->host = str_slice(rest, 0, at);
    rest = str_slice(rest, at, rest.len);
    at = rest.len;
    str_find_char(rest, '?', &at);
    u->path = at > 0 ? str_slice(rest, 0, at) : STR("/");
    u->query = at < rest.len ? str_slice(rest, at + 1, rest.len) : STR("");
}

int url_parse(struct str text, const char *what, struct url *ret, struct err *e)
{
    struct url u = {0};
    size_t at;

    if (str_starts_ci(text, STR("https://")))
        u.https = true;
    else if (!str_starts_ci(text, STR("http://")))
        return bad_url(text, what, "does not begin with http:// or https://", e);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.s[i] <= ' ' || (unsigned char)text.s[i] >= 0x7f)
            return bad_url(text, what, "holds a character that a URL cannot have", e);
    if (str_find_char(text, '#', &at))
        return bad_url(text, what, "has a fragment", e);
    cut_path(str_slice(text, u.https ? 8 : 7, text.len), &u);
    if (str_find_char(u.host, '@', &at)) /* not shown either */
        return err_set(e, ERR_SYNTAX, "%s holds a user name, which pksk refuses", what);
    if (!cut_port(&u.host, &u.port))
        return bad_url(text, what, "has a port that is none", e);
    if (!is_host(u.host))
        return bad_url(text, what, "has no proper host name", e);
    *ret = u;
    return 0;
}

void url_encode(struct buf *b, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_alnum(text.s[i]) || (text.s[i] && strchr("-_.~", text.s[i])))
            buf_char(b, text.s[i]);
        else
            buf_addf(b, "%%%02X", (unsigned char)text.s[i]);
    }
}
