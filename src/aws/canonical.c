#include "pksk/aws/canonical.h"

#include "pksk/aws/digest.h"

static const char *const unsigned_headers[] = {
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
};

static bool is_one_of(struct str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_ci(name, str_of(names[i])))
            return true;
    return false;
}

bool sign_header_is_secret(struct str name)
{
    static const char *const names[] = {
        "authorization", "x-amz-security-token",     "x-amz-sso_bearer_token",
        "dpop",          "x-aws-ec2-metadata-token", "cookie",
        "set-cookie",    "proxy-authorization",
    };

    return is_one_of(name, names, ARRAY_LEN(names));
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static void add_lower(struct buf *b, struct str t)
{
    for (size_t i = 0; i < t.len; i++)
        buf_char(b, lower(t.s[i]));
}

/* Blanks at the ends go, runs of blanks (and folded lines) become one. */
static void add_value(struct buf *b, struct str t)
{
    bool gap = false, any = false;

    for (size_t i = 0; i < t.len; i++) {
        if (is_blank(t.s[i])) {
            gap = any;
            continue;
        }
        if (gap)
            buf_char(b, ' ');
        gap = false;
        any = true;
        buf_char(b, t.s[i]);
    }
}

static int compare_ci(struct str a, struct str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int d = (unsigned char)lower(a.s[i]) - (unsigned char)lower(b.s[i]);

        if (d)
            return d;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

/* The headers to sign in order of their names; equal names keep the order they came in. */
static void list_add(struct header_list *l, struct str name, struct str value)
{
    size_t i = l->count++;

    for (; i > 0 && compare_ci(l->headers[i - 1].name, name) > 0; i--)
        l->headers[i] = l->headers[i - 1];
    l->headers[i] = (struct sign_header){name, value};
}

bool canonical_find(const struct sign_request *q, const char *name, struct str *value)
{
    for (size_t i = 0; i < q->header_count; i++)
        if (str_eq_ci(q->headers[i].name, str_of(name))) {
            *value = q->headers[i].value;
            return true;
        }
    return false;
}

void canonical_list(const struct sign_request *q, struct str token, struct str date,
                    struct header_list *l)
{
    struct str ignored;

    l->headers = mem_resize(NULL, q->header_count + 3, sizeof(*l->headers));
    for (size_t i = 0; i < q->header_count; i++)
        if (!is_one_of(q->headers[i].name, unsigned_headers, ARRAY_LEN(unsigned_headers)))
            list_add(l, q->headers[i].name, q->headers[i].value);
    if (!canonical_find(q, "host", &ignored))
        list_add(l, STR("host"), q->host);
    if (!canonical_find(q, "x-amz-date", &ignored))
        list_add(l, STR("x-amz-date"), date);
    if (token.len && !canonical_find(q, "x-amz-security-token", &ignored))
        list_add(l, STR("x-amz-security-token"), token);
}

static void add_canonical_headers(const struct header_list *l, struct buf *b)
{
    for (size_t i = 0; i < l->count; i++) {
        bool again = i > 0 && compare_ci(l->headers[i].name, l->headers[i - 1].name) == 0;

        if (again) {
            b->len--; /* the newline of the value before */
            buf_char(b, ',');
        } else {
            add_lower(b, l->headers[i].name);
            buf_char(b, ':');
        }
        add_value(b, l->headers[i].value);
        buf_char(b, '\n');
    }
}

void canonical_add_names(const struct header_list *l, struct buf *b)
{
    for (size_t i = 0; i < l->count; i++) {
        if (i > 0 && compare_ci(l->headers[i].name, l->headers[i - 1].name) == 0)
            continue;
        if (i > 0)
            buf_char(b, ';');
        add_lower(b, l->headers[i].name);
    }
}

/* ---- path and query ---- */

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

/* A path is encoded once more than it is sent, for every service but S3. */
static void add_path(struct buf *b, struct str path)
{
    if (!path.len)
        buf_char(b, '/');
    for (size_t i = 0; i < path.len; i++) {
        if (is_unreserved(path.s[i]) || path.s[i] == '/')
            buf_char(b, path.s[i]);
        else
            buf_addf(b, "%%%02X", (unsigned char)path.s[i]);
    }
}

static int compare_pairs(const void *x, const void *y)
{
    struct str a = *(const struct str *)x, b = *(const struct str *)y;
    size_t i = a.len, j = b.len;

    str_find_char(a, '=', &i);
    str_find_char(b, '=', &j);
    int by_name = str_cmp(str_slice(a, 0, i), str_slice(b, 0, j));

    return by_name ? by_name : str_cmp(str_slice(a, i, a.len), str_slice(b, j, b.len));
}

static void add_query(struct buf *b, struct str query)
{
    struct str rest = query, pair, *pairs = NULL;
    size_t count = 0, ignored;

    if (!query.len)
        return;
    while (str_split(&rest, '&', &pair)) {
        pairs = mem_resize(pairs, count + 1, sizeof(*pairs));
        pairs[count++] = pair;
    }
    qsort(pairs, count, sizeof(*pairs), compare_pairs);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_char(b, '&');
        buf_str_add(b, pairs[i]);
        if (!str_find_char(pairs[i], '=', &ignored))
            buf_char(b, '=');
    }
    free(pairs);
}

/* ---- all of it ---- */

void canonical_add(const struct sign_request *q, const struct header_list *l, struct buf *b)
{
    char hash[DIGEST_HEX];

    buf_str_add(b, q->method);
    buf_char(b, '\n');
    add_path(b, q->path);
    buf_char(b, '\n');
    add_query(b, q->query);
    buf_char(b, '\n');
    add_canonical_headers(l, b);
    buf_char(b, '\n');
    canonical_add_names(l, b);
    buf_char(b, '\n');
    if (q->body_sha256.len) {
        buf_str_add(b, q->body_sha256);
        return;
    }
    digest_sha256_hex(q->body, hash);
    buf_str_add(b, str_of(hash));
}
